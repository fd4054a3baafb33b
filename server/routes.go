package main

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/labstack/echo/v4"

	"lull/scheduler"
	"lull/server/access"
	"lull/server/reply"
)

// handler answers one request of a visitor; an error is answered by the router.
type handler = func(w http.ResponseWriter, r *http.Request, who access.Visitor) error

// route is one row of the table that the router and the tests are made from.
type route struct {
	method string
	path   string
	need   scheduler.Role // the least role; open: everybody, without a look at who it is
	handle handler
}

// open marks a route for everybody.
const open scheduler.Role = "public"

// known is a role that a route may ask.
func known(need scheduler.Role) bool {
	return need == open || need.May(scheduler.Viewer)
}

// routes makes the router of the table. A row without a role does not start.
func (s *server) routes(table []route) (http.Handler, error) {
	e := echo.New()
	e.HideBanner, e.HidePort = true, true
	e.IPExtractor = s.cfg.clientIP()
	e.HTTPErrorHandler = func(err error, c echo.Context) {
		if c.Response().Committed {
			return
		}
		var refused *echo.HTTPError
		if errors.As(err, &refused) {
			err = &statusError{refused.Code}
		}
		s.fail(c.Response(), c.Request(), access.Visitor{Anonymous: true}, err)
	}
	for _, row := range table {
		if !known(row.need) {
			return nil, errors.New("route " + row.method + " " + row.path + " has no row in the table of roles")
		}
		handle := func(c echo.Context) error {
			r := c.Request()
			if err := legible(r.URL); err != nil {
				s.fail(c.Response(), r, access.Visitor{Anonymous: true}, err)
				return nil
			}
			for _, name := range c.ParamNames() {
				r.SetPathValue(name, plain(r, c.Param(name)))
			}
			r.RemoteAddr = c.RealIP()
			s.serve(c.Response(), r, row)
			return nil
		}
		e.Add(row.method, row.path, handle)
		if row.method == http.MethodGet {
			e.Add(http.MethodHead, row.path, handle)
		}
	}
	return e, nil
}

// legible refuses an address that holds what is no text: nothing has such a
// name, and PostgreSQL would not even be asked for it.
func legible(u *url.URL) error {
	query, err := url.QueryUnescape(u.RawQuery)
	switch {
	case !text(u.Path):
		return &statusError{http.StatusNotFound}
	case err != nil || !text(query):
		return &statusError{http.StatusBadRequest}
	}
	return nil
}

func text(s string) bool { return utf8.ValidString(s) && !strings.ContainsRune(s, 0) }

// plain is a parameter of the path as it was meant: where the path came
// escaped (an address as ada%40example.org), the router matched it so.
func plain(r *http.Request, value string) string {
	if r.URL.RawPath == "" {
		return value
	}
	if meant, err := url.PathUnescape(value); err == nil {
		return meant
	}
	return value
}

// serve asks who it is, whether they may, and answers.
func (s *server) serve(w http.ResponseWriter, r *http.Request, row route) {
	who := access.Visitor{Anonymous: true, Person: scheduler.Person{Via: "page"}}
	if row.need != open {
		var err error
		if who, err = s.admit(r, row.need); err != nil {
			s.refuse(w, r, who, err)
			return
		}
	}
	if err := row.handle(w, r, who); err != nil {
		s.fail(w, r, who, err)
		return
	}
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		poke(s.nudge)
	}
}

// admit finds who it is and whether their role, as it is now, is enough.
func (s *server) admit(r *http.Request, need scheduler.Role) (access.Visitor, error) {
	who, err := s.access.Visitor(r)
	if err != nil {
		return who, err
	}
	if err := who.InScope(r.Method, r.URL.Path); err != nil {
		return who, err
	}
	if !who.Role.May(need) {
		return who, &scheduler.ForbiddenError{Detail: "This asks for the role " + string(need) + "; yours is " + string(who.Role) + "."}
	}
	return who, nil
}

// refuse answers who may not: the API with a problem, a page with the way in.
func (s *server) refuse(w http.ResponseWriter, r *http.Request, who access.Visitor, err error) {
	var stranger *access.UnauthenticatedError
	if isAPI(r) || !errors.As(err, &stranger) {
		s.fail(w, r, who, err)
		return
	}
	to := "/login"
	if has, err := s.access.HasAdmin(r.Context()); err == nil && !has {
		to = "/setup"
	} else if r.Method == http.MethodGet && r.URL.Path != "/" {
		to += "?next=" + r.URL.Path
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
}

// fail answers a request whose handler returned err.
func (s *server) fail(w http.ResponseWriter, r *http.Request, who access.Visitor, err error) {
	if isAPI(r) || isFeed(r.URL.Path) || s.site == nil {
		reply.Problem(w, r, s.log, err)
		return
	}
	s.site.Fail(w, r, who, err)
}

func isAPI(r *http.Request) bool { return strings.HasPrefix(r.URL.Path, "/api/") }

// statusError is a refusal of the router itself: no such page, no such method.
type statusError struct{ code int }

func (e *statusError) Error() string {
	switch e.code {
	case http.StatusNotFound:
		return "There is nothing here by that name."
	case http.StatusBadRequest:
		return "The query of this address is no text."
	case http.StatusMethodNotAllowed:
		return "This cannot be asked that way here."
	}
	return http.StatusText(e.code)
}

// HTTPStatus is the number of the refusal.
func (e *statusError) HTTPStatus() int { return e.code }
