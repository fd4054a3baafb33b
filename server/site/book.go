package site

import (
	"context"
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
	_, set, err := s.frame(r.Context(), who, "", "")
	if err != nil {
		return err
	}
	zone := who.TimeZone
	if zone == "" {
		zone = set.TimeZone
	}
	form := web.BookFormOf(scheduler.Window{Plan: scheduler.Plan{
		TimeZone: zone, Lead: who.Email, Kind: scheduler.Normal, Risk: scheduler.MediumRisk, Public: true, Reminders: set.Reminders,
	}})
	form.Version = ""
	for _, slug := range r.URL.Query()["service"] {
		v, err := s.Agenda.Service(r.Context(), slug)
		if err != nil {
			return err
		}
		form.Impact[slug] = string(scheduler.Outage)
		if form.RollbackPlan == "" {
			form.RollbackPlan = v.RollbackPlan
		}
		for _, c := range v.Checks {
			form.Checks = append(form.Checks, web.CheckRow{Phase: string(c.Phase), Text: c.Text, How: c.How, Required: c.Required})
		}
	}
	return s.book(w, r, who, http.StatusOK, web.Book{Form: form})
}

// Edit answers GET /windows/{id}/edit.
func (s *Site) Edit(w http.ResponseWriter, r *http.Request, who access.Visitor) error {
	v, err := s.Agenda.Window(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	return s.book(w, r, who, http.StatusOK, web.Book{Form: web.BookFormOf(v.Window), Ref: v.Name(), State: v.State, MayAgree: mayAgree(v, who)})
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
	if err := s.offer(ctx, &page); err != nil {
		return err
	}
	return s.show(w, status, page)
}

// offer fills in what the form offers.
func (s *Site) offer(ctx context.Context, page *web.Book) (err error) {
	if page.Services, err = s.Agenda.Services(ctx); err != nil {
		return err
	}
	if page.People, err = s.people(ctx); err != nil {
		return err
	}
	page.Zones = zones
	page.Form.More(3)
	return nil
}

// Book answers POST /windows: it previews, keeps a draft, or submits.
func (s *Site) Book(w http.ResponseWriter, r *http.Request, who access.Visitor) error {
	v, err := values(r)
	if err != nil {
		return err
	}
	page := web.Book{Form: web.ReadBook(v)}
	plan, wrong := page.Form.Read()
	switch do := v.Get("do"); {
	case do == "more":
		return s.book(w, r, who, http.StatusOK, page)
	case len(wrong) > 0:
		page.Wrong = all(plan, wrong)
		return s.book(w, r, who, http.StatusUnprocessableEntity, page)
	case do == "preview":
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
	v, err := values(r)
	if err != nil {
		return err
	}
	was, err := s.Agenda.Window(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	page := web.Book{Form: web.ReadBook(v), Ref: was.Name(), State: was.State, MayAgree: mayAgree(was, who)}
	plan, wrong := page.Form.Read()
	keepProbes(plan.Checks, was.Checks)
	switch do := v.Get("do"); {
	case do == "more":
		return s.book(w, r, who, http.StatusOK, page)
	case len(wrong) > 0:
		page.Wrong = all(plan, wrong)
		return s.book(w, r, who, http.StatusUnprocessableEntity, page)
	case do == "preview":
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

// keepProbes gives the checks that stand in the form the probes they have: the
// form does not show them.
func keepProbes(checks, old []scheduler.Check) {
	for i := range checks {
		for _, o := range old {
			if o.ID == checks[i].ID && o.ID != "" {
				checks[i].Probe = o.Probe
			}
		}
	}
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
	p := &web.Preview{View: v, Recipients: len(hear)}
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
