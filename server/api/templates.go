package api

import (
	"net/http"
	"strconv"
	"time"

	"lull/scheduler"
	"lull/scheduler/agenda"
	"lull/server/access"
	"lull/server/reply"
)

// template is a template as the API shows it.
type template struct {
	ID                   string               `json:"id"`
	Name                 string               `json:"name"`
	Title                string               `json:"title"`
	Summary              string               `json:"summary"`
	Plan                 string               `json:"plan"`
	RollbackPlan         string               `json:"rollback_plan"`
	RollbackDuration     length               `json:"rollback_duration"`
	VerificationDuration length               `json:"verification_duration"`
	Kind                 scheduler.Kind       `json:"kind"`
	Risk                 scheduler.Risk       `json:"risk"`
	Public               bool                 `json:"public"`
	Services             []scheduler.Affected `json:"services"`
	Duration             length               `json:"duration"`
	TimeZone             string               `json:"time_zone"`
	Lead                 string               `json:"lead"`
	RunbookURL           string               `json:"runbook_url"`
	TicketURL            string               `json:"ticket_url"`
	ConferenceURL        string               `json:"conference_url"`
	Links                []scheduler.Link     `json:"links"`
	Reminders            []length             `json:"reminders"`
	Recipients           []string             `json:"recipients"`
	Checks               []offeredCheck       `json:"checks"`
	PreApproved          bool                 `json:"pre_approved"` // now
	Expired              bool                 `json:"expired"`      // it was, until review_by
	ApprovedBy           *string              `json:"approved_by"`
	ApprovedAt           moment               `json:"approved_at"`
	ReviewBy             moment               `json:"review_by"`
	Editor               string               `json:"editor"`
	Version              int                  `json:"version"`
	Created              moment               `json:"created_at"`
	Updated              moment               `json:"updated_at"`
	URL                  string               `json:"url"`
}

// templateInput is what people write of a template.
type templateInput struct {
	planInput
	Name        *string `json:"name"`
	Duration    *length `json:"duration"`
	PreApproved *bool   `json:"pre_approved"`
	ReviewBy    *date   `json:"review_by"`
}

// newTemplateInput may name a window to make the template after: what else the
// body gives wins over it.
type newTemplateInput struct {
	templateInput
	Window *string `json:"window"`
}

type patchTemplateInput struct {
	templateInput
	Version *int `json:"version"`
}

func (in templateInput) apply(t *scheduler.Template) error {
	set(&t.Name, in.Name)
	set((*length)(&t.Duration), in.Duration)
	return in.planInput.apply(&t.Plan)
}

// edit is what becomes of a template. A body that only pre-approves edits nothing.
func (in templateInput) edit() (agenda.TemplateEdit, error) {
	e := agenda.TemplateEdit{PreApproved: in.PreApproved, ReviewBy: given(in.ReviewBy).Time}
	if e.PreApproved == nil && !e.ReviewBy.IsZero() {
		return e, scheduler.InvalidError{"review_by": "A review date goes with pre_approved."}
	}
	if in.Name != nil || in.Duration != nil || in.planInput != (planInput{}) {
		e.Apply = in.apply
	}
	return e, nil
}

func (a *API) showTemplate(t agenda.TemplateView) template {
	return template{
		ID: t.ID, Name: t.Name, Title: t.Title, Summary: t.Summary, Plan: t.Steps,
		RollbackPlan: t.RollbackPlan, RollbackDuration: length(t.RollbackDuration),
		VerificationDuration: length(t.VerificationDuration), Kind: t.Kind, Risk: t.Risk, Public: t.Public,
		Services: all(t.Services), Duration: length(t.Duration), TimeZone: t.TimeZone,
		Lead: t.Lead, RunbookURL: t.RunbookURL, TicketURL: t.TicketURL, ConferenceURL: t.ConferenceURL,
		Links: all(t.Links), Recipients: all(t.Recipients),
		Reminders: each(t.Reminders, func(d time.Duration) length { return length(d) }), Checks: each(t.Checks, offered),
		PreApproved: t.PreApproved, Expired: t.Expired, ApprovedBy: orNull(t.ApprovedBy),
		ApprovedAt: moment{t.ApprovedAt}, ReviewBy: moment{t.ReviewBy}, Editor: t.Editor, Version: t.Version,
		Created: moment{t.Created}, Updated: moment{t.Updated}, URL: a.BaseURL + "/templates/" + t.ID,
	}
}

func (a *API) templateOperations() []Operation {
	return []Operation{
		{"GET", "/templates", scheduler.Viewer, "listTemplates", "Templates by their name.", a.listTemplates, 200, listQuery, nil, false, of[page[template]]()},
		{"POST", "/templates", scheduler.Approver, "createTemplate", "Add a template, also after a window.", a.createTemplate, 201, nil, of[newTemplateInput](), false, of[template]()},
		{"GET", "/templates/{id}", scheduler.Viewer, "getTemplate", "A template.", a.getTemplate, 200, nil, nil, false, of[template]()},
		{"PATCH", "/templates/{id}", scheduler.Approver, "changeTemplate", "Change what is given of a template; pre-approve it until a review date, or withdraw that.", a.changeTemplate, 200, nil, of[patchTemplateInput](), false, of[template]()},
		{"DELETE", "/templates/{id}", scheduler.Approver, "deleteTemplate", "Delete a template; windows booked from it keep what they have.", a.deleteTemplate, 204, nil, nil, false, nil},
	}
}

func (a *API) listTemplates(w http.ResponseWriter, r *http.Request, _ access.Visitor) error {
	q := queryOf(r)
	limit, cursor := q.limit(), q.Get("cursor")
	if err := q.wrong.Err(); err != nil {
		return err
	}
	templates, err := a.Agenda.Templates(r.Context())
	if err != nil {
		return err
	}
	items, next := cut(each(templates, a.showTemplate), limit, cursor, func(t template) string { return t.ID })
	return reply.JSON(w, http.StatusOK, list(items, next))
}

func (a *API) createTemplate(w http.ResponseWriter, r *http.Request, who access.Visitor) error {
	var in newTemplateInput
	if err := read(r, &in); err != nil {
		return err
	}
	m, err := a.blank(r)
	if ref := given(in.Window); ref != "" && err == nil {
		m, err = a.Agenda.FromWindow(r.Context(), ref)
		err = missing(err, "window", "There is no such window.")
	}
	if err != nil {
		return err
	}
	t := m.AsTemplate()
	if err := in.apply(&t); err != nil {
		return err
	}
	if given(in.PreApproved) {
		t.ApprovedBy, t.ReviewBy = who.Email, given(in.ReviewBy).Time
	}
	v, err := a.Agenda.AddTemplate(r.Context(), t, who.Person)
	if err != nil {
		return err
	}
	w.Header().Set("Location", "/api/v1/templates/"+v.ID)
	return a.answerTemplate(w, http.StatusCreated, v)
}

func (a *API) getTemplate(w http.ResponseWriter, r *http.Request, _ access.Visitor) error {
	v, err := a.Agenda.Template(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	return a.answerTemplate(w, http.StatusOK, v)
}

func (a *API) changeTemplate(w http.ResponseWriter, r *http.Request, who access.Visitor) error {
	var in patchTemplateInput
	if err := read(r, &in); err != nil {
		return err
	}
	n, err := version(r, in.Version)
	if err != nil {
		return err
	}
	edit, err := in.edit()
	if err != nil {
		return err
	}
	v, err := a.Agenda.ChangeTemplate(r.Context(), r.PathValue("id"), n, edit, who.Person)
	if err != nil {
		return err
	}
	return a.answerTemplate(w, http.StatusOK, v)
}

func (a *API) deleteTemplate(w http.ResponseWriter, r *http.Request, who access.Visitor) error {
	n, err := version(r, nil)
	if err != nil {
		return err
	}
	if err := a.Agenda.DeleteTemplate(r.Context(), r.PathValue("id"), n, who.Person); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// answerTemplate answers with the template and with its version as the ETag.
func (a *API) answerTemplate(w http.ResponseWriter, status int, v agenda.TemplateView) error {
	w.Header().Set("ETag", strconv.Quote(strconv.Itoa(v.Version)))
	return reply.JSON(w, status, a.showTemplate(v))
}
