// Package site answers requests for pages. A handler reads the form, calls one
// verb, and answers with a page or the way to one; what may be done is decided
// below, and who may ask for it in the table of routes.
package site

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"lull/notifier"
	"lull/scheduler"
	"lull/scheduler/agenda"
	"lull/server/access"
	"lull/server/feed"
	"lull/server/reply"
	"lull/web"
)

// Options is what the site stands on.
type Options struct {
	Agenda    *agenda.Agenda
	Notifier  *notifier.Notifier
	Access    *access.Access
	Feeds     *feed.Feeds
	Pages     *web.Pages
	BaseURL   string
	Capturing bool                  // no mail server is set
	Manual    func() map[string]any // the description of the API
	Log       *slog.Logger
	Now       func() time.Time // nil: the clock of the machine
}

// Site answers requests for pages.
type Site struct{ Options }

// New is the site.
func New(o Options) *Site {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	o.BaseURL = strings.TrimRight(o.BaseURL, "/")
	return &Site{o}
}

// frame is what surrounds a page, and the settings it took to know.
func (s *Site) frame(ctx context.Context, who access.Visitor, title, nav string) (web.Frame, scheduler.Settings, error) {
	set, err := s.Agenda.Settings(ctx)
	if err != nil {
		return web.Frame{}, set, err
	}
	f := web.Frame{
		Title: title, Nav: nav, Who: who.Person, Zone: who.TimeZone, Organisation: set.Organisation,
		Capturing: s.Capturing, Now: s.Now().UTC().Truncate(time.Second),
	}
	if f.Zone == "" {
		f.Zone = set.TimeZone
	}
	if who.Role.May(scheduler.Operator) {
		h := s.Notifier.Health()
		f.Fault, f.Stuck, f.Again = h.Fault, h.Since, h.Until
	}
	return f, set, nil
}

// show answers with the page, whole or not at all.
func (s *Site) show(w http.ResponseWriter, status int, page web.Page) error {
	body, err := s.Pages.Render(page)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	if _, err := w.Write(body); err != nil {
		s.Options.Log.Debug("the page was not taken", "error", err)
	}
	return nil
}

// Fail answers with a page that says what went wrong.
func (s *Site) Fail(w http.ResponseWriter, r *http.Request, who access.Visitor, err error) {
	status := reply.Status(err)
	page := web.Error{Status: status, Detail: reply.Words(err)}
	if status == http.StatusInternalServerError {
		page.ID = reply.ErrorID(r, s.Options.Log, err)
	}
	var gate *scheduler.GateError
	if errors.As(err, &gate) {
		page.Detail, page.Reasons = "This is not possible yet.", gate.Reasons
	}
	frame, _, framing := s.frame(r.Context(), who, titles[status], "")
	if framing != nil {
		frame = web.Frame{Who: who.Person}
	}
	if frame.Title = titles[status]; frame.Title == "" {
		frame.Title = "This did not work"
	}
	page.Frame = frame
	reply.Headers(w, err)
	if err := s.show(w, status, page); err != nil {
		s.Options.Log.Error("the page of an error", "error", err)
		http.Error(w, page.Detail, status)
	}
}

var titles = map[int]string{
	http.StatusNotFound:            "Nothing here",
	http.StatusForbidden:           "Not yours to do",
	http.StatusConflict:            "Not possible now",
	http.StatusPreconditionFailed:  "Somebody was faster",
	http.StatusInternalServerError: "Something went wrong",
}

// refusal is err as words for a form, and its status; ok is false for an error
// that no form can show.
func refusal(gate string, err error) (no web.Refusal, status int, ok bool) {
	no.Gate, status = gate, reply.Status(err)
	var invalid scheduler.InvalidError
	var shut *scheduler.GateError
	switch {
	case errors.As(err, &invalid):
		no.Wrong = invalid
	case errors.As(err, &shut):
		no.Reason = shut.Reasons
	case status >= http.StatusBadRequest && status < http.StatusInternalServerError && status != http.StatusNotFound:
		no.Detail = reply.Words(err)
	default:
		return no, status, false
	}
	return no, status, true
}

func to(w http.ResponseWriter, r *http.Request, address string) error {
	http.Redirect(w, r, address, http.StatusSeeOther)
	return nil
}

// values reads the form that was sent.
func values(r *http.Request) (url.Values, error) {
	if err := r.ParseForm(); err != nil {
		var long *http.MaxBytesError
		if errors.As(err, &long) {
			return nil, err
		}
		return nil, &reply.BadRequest{Detail: "The form cannot be read."}
	}
	for _, all := range r.PostForm {
		for _, v := range all {
			if !utf8.ValidString(v) || strings.ContainsRune(v, 0) {
				return nil, &reply.BadRequest{Detail: "The form holds what is no text."}
			}
		}
	}
	return r.PostForm, nil
}

// typed is a form as it was typed, for showing it again.
func typed(v url.Values) map[string]string {
	m := map[string]string{}
	for name := range v {
		m[name] = v.Get(name)
	}
	return m
}

func version(v url.Values) int {
	n, err := strconv.Atoi(v.Get("version"))
	if err != nil {
		return 0
	}
	return n
}

// more is the address of the next page of a list, empty without one.
func more(r *http.Request, next string) string {
	if next == "" {
		return ""
	}
	q := r.URL.Query()
	q.Set("cursor", next)
	return r.URL.Path + "?" + q.Encode()
}

// days reads the two days of a filter; what is no day is no limit.
func days(q url.Values, zone string) (from, until time.Time) {
	loc := scheduler.InZone(time.Time{}, zone).Location()
	if t, err := time.ParseInLocation(time.DateOnly, q.Get("from"), loc); err == nil {
		from = t.UTC()
	}
	if t, err := time.ParseInLocation(time.DateOnly, q.Get("to"), loc); err == nil {
		until = t.AddDate(0, 0, 1).UTC()
	}
	return from, until
}
