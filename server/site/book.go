package site

import (
	"errors"
	"net/http"
	"net/url"

	"lull/scheduler"
	"lull/scheduler/agenda"
	"lull/server/access"
	"lull/web"
)

func asChain(err error, into **agenda.ChainError) bool { return errors.As(err, into) }

// New answers GET /windows/new.
func (s *Site) New(w http.ResponseWriter, r *http.Request, who access.Visitor) error {
	if q := r.URL.Query(); q.Get("template") != "" || q.Get("clone") != "" {
		return s.newAfter(w, r, who, q.Get("template"), q.Get("clone"))
	}
	_, set, err := s.frame(r.Context(), who, "", "")
	if err != nil {
		return err
	}
	zone := who.TimeZone
	if zone == "" {
		zone = set.TimeZone
	}
	form := web.BookFormOf(scheduler.Window{Plan: blank(zone, set)})
	form.Version, form.Lead = "", who.Email
	form.Date, form.Time = r.URL.Query().Get("date"), r.URL.Query().Get("time")
	for _, slug := range r.URL.Query()["service"] {
		form.Impact[slug] = string(scheduler.Outage)
	}
	services, err := s.Agenda.Services(r.Context())
	if err != nil {
		return err
	}
	form.Bring(services)
	return s.book(w, r, who, http.StatusOK, web.Book{Form: form, Services: services})
}

// Edit answers GET /windows/{id}/edit.
func (s *Site) Edit(w http.ResponseWriter, r *http.Request, who access.Visitor) error {
	v, err := s.Agenda.Window(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	services, err := s.Agenda.Services(r.Context())
	if err != nil {
		return err
	}
	return s.book(w, r, who, http.StatusOK, web.Book{
		Form: web.BookFormOf(v.Window), Ref: v.Name(), State: v.State, MayAgree: mayAgree(v, who), Services: services,
	})
}

func mayAgree(v agenda.View, who access.Visitor) bool {
	return v.State != scheduler.Draft && who.Role.May(scheduler.Approver) && v.Requester != who.Email
}

// book shows the form with what it offers.
func (s *Site) book(w http.ResponseWriter, r *http.Request, who access.Visitor, status int, page web.Book) error {
	ctx := r.Context()
	frame, _, err := s.frame(ctx, who, "Book a window", "windows")
	if err != nil {
		return err
	}
	page.Frame = frame
	if err := s.offer(r, &page); err != nil {
		return err
	}
	return s.show(w, status, page)
}

// offer fills in what the form offers.
func (s *Site) offer(r *http.Request, page *web.Book) (err error) {
	ctx := r.Context()
	if page.Services == nil {
		if page.Services, err = s.Agenda.Services(ctx); err != nil {
			return err
		}
	}
	if page.People, err = s.people(ctx); err != nil {
		return err
	}
	if page.From, err = s.bookedFrom(r, &page.Form); err != nil {
		return err
	}
	page.Zones = zones
	page.Form.More(3)
	return nil
}

// read reads the form that was sent into the page, and the plan out of it.
func (s *Site) read(r *http.Request, page *web.Book, old []scheduler.Check) (url.Values, scheduler.Plan, scheduler.InvalidError, error) {
	v, err := values(r)
	if err == nil {
		err = s.form(r, v, page, old)
	}
	if err != nil {
		return nil, scheduler.Plan{}, nil, err
	}
	plan, wrong := page.Form.Read()
	return v, plan, wrong, nil
}

// form reads the form that was sent into the page. What newly ticked services
// offer comes with the preview and with more lines, which show it; a form that
// is sent off is taken as it was typed, so that nothing is kept or submitted
// that nobody has seen.
func (s *Site) form(r *http.Request, v url.Values, page *web.Book, old []scheduler.Check) (err error) {
	if page.Services, err = s.Agenda.Services(r.Context()); err != nil {
		return err
	}
	page.Form = web.ReadBook(v)
	switch v.Get("do") {
	case "preview", "more", "slots", "repeat":
		page.Form.Bring(page.Services)
	}
	take(v, &page.Form)
	page.Form.KeepProbes(old, page.Services)
	return nil
}

// Book answers POST /windows: it previews, keeps a draft, or submits.
func (s *Site) Book(w http.ResponseWriter, r *http.Request, who access.Visitor) error {
	var page web.Book
	v, plan, wrong, err := s.read(r, &page, nil)
	if err != nil {
		return err
	}
	switch do := v.Get("do"); {
	case do == "more":
		return s.book(w, r, who, http.StatusOK, page)
	case do == "slots":
		return s.slots(w, r, who, page)
	case len(wrong) > 0:
		page.Wrong = all(plan, wrong)
		return s.book(w, r, who, http.StatusUnprocessableEntity, page)
	case do == "preview", v.Has("slot"):
		return s.preview(w, r, who, page, plan)
	default:
		made, err := s.Agenda.Book(r.Context(), plan, agenda.Submission{Now: do == "submit", Reason: page.Form.Reason}, who.Person)
		if err != nil {
			return s.refuseBook(w, r, who, page, plan, err)
		}
		return to(w, r, "/windows/"+made.Name())
	}
}

// Change answers POST /windows/{id}/edit.
func (s *Site) Change(w http.ResponseWriter, r *http.Request, who access.Visitor) error {
	was, err := s.Agenda.Window(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	page := web.Book{Ref: was.Name(), State: was.State, MayAgree: mayAgree(was, who)}
	v, plan, wrong, err := s.read(r, &page, was.Checks)
	if err != nil {
		return err
	}
	switch do := v.Get("do"); {
	case do == "more":
		return s.book(w, r, who, http.StatusOK, page)
	case do == "slots":
		return s.slots(w, r, who, page)
	case len(wrong) > 0:
		page.Wrong = all(plan, wrong)
		return s.book(w, r, who, http.StatusUnprocessableEntity, page)
	case do == "preview", v.Has("slot"):
		return s.preview(w, r, who, page, plan)
	}
	kept, err := s.Agenda.Change(r.Context(), was.ID, version(v), agenda.Edit{
		Apply: func(p *scheduler.Plan) error {
			*p = plan
			return nil
		},
		Approve: page.Form.Approve, Reason: page.Form.Reason,
	}, who.Person)
	if err != nil {
		return s.refuseBook(w, r, who, page, plan, err)
	}
	return to(w, r, "/windows/"+kept.Name())
}

// all is what is wrong with the form, and with the plan besides.
func all(plan scheduler.Plan, wrong scheduler.InvalidError) scheduler.InvalidError {
	if _, bad := wrong["time_zone"]; bad {
		plan.TimeZone = "UTC"
	}
	plan.Tidy()
	var more scheduler.InvalidError
	if errors.As(plan.Check(), &more) {
		for field, words := range more {
			if wrong[field] == "" {
				wrong[field] = words
			}
		}
	}
	return wrong
}

// refuseBook shows the form as it was typed, with why it was refused.
func (s *Site) refuseBook(w http.ResponseWriter, r *http.Request, who access.Visitor, page web.Book, plan scheduler.Plan, err error) error {
	no, status, ok := refusal("book", err)
	if !ok {
		return err
	}
	page.Refusal = no
	if p, err := s.previewOf(r, who, plan); err == nil {
		page.Preview = p
	}
	return s.book(w, r, who, status, page)
}

func (s *Site) preview(w http.ResponseWriter, r *http.Request, who access.Visitor, page web.Book, plan scheduler.Plan) error {
	p, err := s.previewOf(r, who, plan)
	if err != nil {
		no, status, ok := refusal("book", err)
		if !ok {
			return err
		}
		page.Refusal = no
		return s.book(w, r, who, status, page)
	}
	page.Preview = p
	for _, c := range scheduler.Blocking(p.View.Conflicts) {
		page.Refusal = web.Refusal{Detail: "Not sent: there are conflicts", Reason: append(page.Reason, scheduler.Reason{Code: scheduler.CodeConflict, Detail: c.Detail, Field: "reason"})}
	}
	return s.book(w, r, who, http.StatusOK, page)
}

// previewOf is what booking the plan would lead to.
func (s *Site) previewOf(r *http.Request, who access.Visitor, plan scheduler.Plan) (*web.Preview, error) {
	v, hear, err := s.Agenda.Preview(r.Context(), plan, who.Person)
	if err != nil {
		return nil, err
	}
	p := &web.Preview{View: v, Recipients: len(hear), Zones: agenda.Zones(hear, v.TimeZone)}
	if v.Start.IsZero() {
		p.Subject, p.Text = v.Title, v.Summary
		return p, nil
	}
	p.Subject, p.Text, _, err = s.Notifier.Preview(r.Context(), v.Window, scheduler.AnnounceScheduled,
		scheduler.Stakeholder{Email: who.Email, Name: who.Name, TimeZone: v.TimeZone, List: true})
	return p, err
}

// sent is the form that a verb came with.
type sent struct {
	url.Values
	ref     string
	version int
}
