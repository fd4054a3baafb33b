package site

import (
	"errors"
	"maps"
	"net/http"
	"time"

	"lull/scheduler"
	"lull/scheduler/agenda"
	"lull/server/access"
	"lull/web"
)

// Templates answers GET /templates.
func (s *Site) Templates(w http.ResponseWriter, r *http.Request, who access.Visitor) error {
	frame, _, err := s.frame(r.Context(), who, "Templates", "templates")
	if err != nil {
		return err
	}
	all, err := s.Agenda.Templates(r.Context())
	if err != nil {
		return err
	}
	services, err := s.Agenda.Services(r.Context())
	if err != nil {
		return err
	}
	names := map[string]string{}
	for _, one := range services {
		names[one.Slug] = one.Name
	}
	page := web.Templates{Frame: frame}
	for _, t := range all {
		row := web.TemplateRow{TemplateView: t}
		for _, slug := range t.Slugs() {
			row.Names = append(row.Names, names[slug])
		}
		page.Items = append(page.Items, row)
	}
	return s.show(w, http.StatusOK, page)
}

// NewTemplate answers GET /templates/new, also after a window.
func (s *Site) NewTemplate(w http.ResponseWriter, r *http.Request, who access.Visitor) error {
	frame, set, err := s.frame(r.Context(), who, "", "")
	if err != nil {
		return err
	}
	t := scheduler.Template{Plan: blank(frame.Zone, set)}
	if ref := r.URL.Query().Get("window"); ref != "" {
		m, err := s.Agenda.FromWindow(r.Context(), ref)
		if err != nil {
			return err
		}
		t = m.AsTemplate()
	}
	return s.template(w, r, who, http.StatusOK, web.Template{Form: web.TemplateFormOf(t)})
}

// blank is a plan before anybody wrote anything.
func blank(zone string, set scheduler.Settings) scheduler.Plan {
	return scheduler.Plan{TimeZone: zone, Kind: scheduler.Normal, Risk: scheduler.MediumRisk, Public: true, Reminders: set.Reminders}
}

// Template answers GET /templates/{id}.
func (s *Site) Template(w http.ResponseWriter, r *http.Request, who access.Visitor) error {
	t, err := s.Agenda.Template(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	return s.template(w, r, who, http.StatusOK, web.Template{Form: web.TemplateFormOf(t.Template)})
}

// template shows the page of the template that the path names, or of a new one.
func (s *Site) template(w http.ResponseWriter, r *http.Request, who access.Visitor, status int, page web.Template) (err error) {
	ctx := r.Context()
	if page.Frame, _, err = s.frame(ctx, who, "Template", "templates"); err != nil {
		return err
	}
	if page.ID = r.PathValue("id"); page.ID != "" {
		if page.View, err = s.Agenda.Template(ctx, page.ID); err != nil {
			return err
		}
		page.Title = page.View.Name
	}
	if page.Services, err = s.Agenda.Services(ctx); err != nil {
		return err
	}
	if page.People, err = s.people(ctx); err != nil {
		return err
	}
	page.Zones = zones
	page.Form.More(3)
	return s.show(w, status, page)
}

// AddTemplate answers POST /templates.
func (s *Site) AddTemplate(w http.ResponseWriter, r *http.Request, who access.Visitor) error {
	return s.keepTemplate(w, r, who, func(t scheduler.Template, _ int) (agenda.TemplateView, error) {
		return s.Agenda.AddTemplate(r.Context(), t, who.Person)
	})
}

// ChangeTemplate answers POST /templates/{id}.
func (s *Site) ChangeTemplate(w http.ResponseWriter, r *http.Request, who access.Visitor) error {
	return s.keepTemplate(w, r, who, func(typed scheduler.Template, version int) (agenda.TemplateView, error) {
		edit := agenda.TemplateEdit{Apply: func(t *scheduler.Template) error {
			t.Name, t.Plan, t.Duration = typed.Name, typed.Again(), typed.Duration
			return nil
		}}
		return s.Agenda.ChangeTemplate(r.Context(), r.PathValue("id"), version, edit, who.Person)
	})
}

// keepTemplate hands the template of the form to keep, or shows the form again.
func (s *Site) keepTemplate(w http.ResponseWriter, r *http.Request, who access.Visitor, keep func(t scheduler.Template, version int) (agenda.TemplateView, error)) error {
	v, err := values(r)
	if err != nil {
		return err
	}
	page := web.Template{Form: web.ReadTemplate(v)}
	if v.Get("do") == "more" {
		return s.template(w, r, who, http.StatusOK, page)
	}
	t, wrong := page.Form.Read()
	if len(wrong) > 0 {
		more := scheduler.InvalidError{}
		errors.As(t.Check(), &more)
		maps.Copy(more, wrong)
		page.Wrong = more
		return s.template(w, r, who, http.StatusUnprocessableEntity, page)
	}
	kept, err := keep(t, version(v))
	if err != nil {
		return s.refuseTemplate(w, r, who, page, err)
	}
	return to(w, r, "/templates/"+kept.ID)
}

// refuseTemplate shows the page as it was typed, with why it was refused.
func (s *Site) refuseTemplate(w http.ResponseWriter, r *http.Request, who access.Visitor, page web.Template, err error) error {
	no, status, ok := refusal("template", err)
	if !ok {
		return err
	}
	page.Refusal = no
	return s.template(w, r, who, status, page)
}

// PreApproveTemplate answers POST /templates/{id}/approve. The review date is
// the midnight that begins it, on the wall clock of who approves.
func (s *Site) PreApproveTemplate(w http.ResponseWriter, r *http.Request, who access.Visitor) error {
	frame, _, err := s.frame(r.Context(), who, "", "")
	if err != nil {
		return err
	}
	yes := true
	return s.standTemplate(w, r, who, func(typed string) agenda.TemplateEdit {
		day, err := time.ParseInLocation(time.DateOnly, typed, scheduler.InZone(frame.Now, frame.Zone).Location())
		if err != nil {
			day = time.Time{} // and the rule says what it wants
		}
		return agenda.TemplateEdit{PreApproved: &yes, ReviewBy: day}
	})
}

// WithdrawTemplate answers POST /templates/{id}/withdraw.
func (s *Site) WithdrawTemplate(w http.ResponseWriter, r *http.Request, who access.Visitor) error {
	no := false
	return s.standTemplate(w, r, who, func(string) agenda.TemplateEdit { return agenda.TemplateEdit{PreApproved: &no} })
}

// standTemplate gives the template another standing, by the review date that
// was typed.
func (s *Site) standTemplate(w http.ResponseWriter, r *http.Request, who access.Visitor, edit func(reviewBy string) agenda.TemplateEdit) error {
	v, err := values(r)
	if err != nil {
		return err
	}
	id := r.PathValue("id")
	_, err = s.Agenda.ChangeTemplate(r.Context(), id, version(v), edit(v.Get("review_by")), who.Person)
	if err == nil {
		return to(w, r, "/templates/"+id)
	}
	t, missing := s.Agenda.Template(r.Context(), id)
	if missing != nil {
		return missing
	}
	return s.refuseTemplate(w, r, who, web.Template{Form: web.TemplateFormOf(t.Template), ReviewBy: v.Get("review_by")}, err)
}

// DeleteTemplate answers POST /templates/{id}/delete.
func (s *Site) DeleteTemplate(w http.ResponseWriter, r *http.Request, who access.Visitor) error {
	v, err := values(r)
	if err != nil {
		return err
	}
	if err := s.Agenda.DeleteTemplate(r.Context(), r.PathValue("id"), version(v), who.Person); err != nil {
		return err
	}
	return to(w, r, "/templates")
}

// newAfter answers GET /windows/new after a template or after a window to clone.
func (s *Site) newAfter(w http.ResponseWriter, r *http.Request, who access.Visitor, template, clone string) error {
	var m agenda.Model
	var err error
	if template != "" {
		m, err = s.Agenda.FromTemplate(r.Context(), template)
	} else {
		m, err = s.Agenda.FromWindow(r.Context(), clone)
	}
	if err != nil {
		return err
	}
	if m.Lead == "" {
		m.Lead = who.Email
	}
	form := web.BookFormOf(scheduler.Window{Plan: m.Plan})
	form.Version = ""
	if m.Lasts > 0 {
		form.Length = scheduler.Duration(m.Lasts)
	}
	return s.book(w, r, who, http.StatusOK, web.Book{Form: form})
}

// bookedFrom is the template that the form names; one that is gone is let go,
// so that what it brought can be sent without it.
func (s *Site) bookedFrom(r *http.Request, form *web.BookForm) (*agenda.TemplateView, error) {
	if form.Template == "" {
		return nil, nil
	}
	t, err := s.Agenda.Template(r.Context(), form.Template)
	if errors.Is(err, scheduler.ErrNotFound) {
		form.Template = ""
		return nil, nil
	}
	return &t, err
}
