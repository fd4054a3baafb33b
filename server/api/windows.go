package api

import (
	"errors"
	"net/http"
	"slices"
	"strings"

	"lull/scheduler"
	"lull/scheduler/agenda"
	"lull/server/access"
	"lull/server/reply"
)

func (a *API) listWindows(w http.ResponseWriter, r *http.Request, _ access.Visitor) error {
	q := queryOf(r)
	f := agenda.Filter{
		From: q.moment("from"), To: q.moment("to"), Services: q.words("service"),
		States: oneOf(q, "state", q.words("state"), scheduler.States),
		Lead:   strings.ToLower(q.Get("lead")), Q: q.Get("q"), Series: q.Get("series"), Limit: q.limit(), Cursor: q.Get("cursor"),
	}
	if kinds := oneOf(q, "kind", q.words("kind"), scheduler.Kinds); len(kinds) == 1 {
		f.Kind = kinds[0]
	} else if len(kinds) > 1 {
		q.wrong["kind"] = "Ask for one kind."
	}
	if err := q.wrong.Err(); err != nil {
		return err
	}
	items, next, err := a.Agenda.Windows(r.Context(), f)
	if err != nil {
		return err
	}
	if wantsCSV(r) {
		return writeCSV(w, r, next, each(items, a.show))
	}
	return reply.JSON(w, http.StatusOK, list(each(items, a.show), next))
}

// createInput is a draft, what it is made after, and whether to submit it in
// the same transaction.
type createInput struct {
	timedInput
	Template *string `json:"template"` // the id of one
	Clone    *string `json:"clone"`    // the id or the name of a window
	Submit   *bool   `json:"submit"`
	Reason   *string `json:"reason"`
}

func (a *API) createWindow(w http.ResponseWriter, r *http.Request, who access.Visitor) error {
	var in createInput
	if err := read(r, &in); err != nil {
		return err
	}
	plan, err := a.newPlan(r, in)
	if err != nil {
		return err
	}
	v, err := a.Agenda.Book(r.Context(), plan, agenda.Submission{Now: given(in.Submit), Reason: given(in.Reason)}, who.Person)
	if err != nil {
		return err
	}
	w.Header().Set("Location", "/api/v1/windows/"+v.ID)
	return a.answer(w, http.StatusCreated, v)
}

// newPlan is the plan of the model that the draft is made after, and then what
// was given. A start without an end lasts as long as the model.
func (a *API) newPlan(r *http.Request, in createInput) (scheduler.Plan, error) {
	m, err := a.model(r, given(in.Template), given(in.Clone))
	if err != nil {
		return scheduler.Plan{}, err
	}
	if err := in.apply(&m.Plan); err != nil {
		return scheduler.Plan{}, err
	}
	if m.End.IsZero() && !m.Start.IsZero() && m.Lasts > 0 {
		m.End = m.Start.Add(m.Lasts)
	}
	return m.Plan, nil
}

// model is what a new window is made after: a template, a window, or neither.
func (a *API) model(r *http.Request, template, clone string) (agenda.Model, error) {
	switch {
	case template != "" && clone != "":
		return agenda.Model{}, scheduler.InvalidError{"clone": "Name a template or a window to clone, not both."}
	case template != "":
		m, err := a.Agenda.FromTemplate(r.Context(), template)
		return m, missing(err, "template", "There is no such template.")
	case clone != "":
		m, err := a.Agenda.FromWindow(r.Context(), clone)
		return m, missing(err, "clone", "There is no such window.")
	}
	return a.blank(r)
}

// missing says of a field that what it names is not there.
func missing(err error, field, words string) error {
	if errors.Is(err, scheduler.ErrNotFound) {
		return scheduler.InvalidError{field: words}
	}
	return err
}

// blank is a plan as it is before anybody wrote anything: public, in the
// organisation's zone, with its reminders.
func (a *API) blank(r *http.Request) (m agenda.Model, err error) {
	settings, err := a.Agenda.Settings(r.Context())
	m.Public, m.TimeZone, m.Reminders = true, settings.TimeZone, slices.Clone(settings.Reminders)
	return m, err
}

func (a *API) getWindow(w http.ResponseWriter, r *http.Request, _ access.Visitor) error {
	v, err := a.Agenda.Window(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	return a.answer(w, http.StatusOK, v)
}

// patchInput is a change: fields that are left out stay as they are.
type patchInput struct {
	timedInput
	Approve *bool   `json:"approve"`
	Reason  *string `json:"reason"`
	Version *int    `json:"version"`
}

func (a *API) changeWindow(w http.ResponseWriter, r *http.Request, who access.Visitor) error {
	var in patchInput
	if err := read(r, &in); err != nil {
		return err
	}
	return a.change(w, r, who, in)
}

func (a *API) change(w http.ResponseWriter, r *http.Request, who access.Visitor, in patchInput) error {
	n, err := version(r, in.Version)
	if err != nil {
		return err
	}
	edit := agenda.Edit{Apply: in.apply, Approve: given(in.Approve), Reason: given(in.Reason)}
	v, err := a.Agenda.Change(r.Context(), r.PathValue("id"), n, edit, who.Person)
	if err != nil {
		return err
	}
	return a.answer(w, http.StatusOK, v)
}

// moveInput is the times that a window is moved to.
type moveInput struct {
	Start   *moment `json:"start"`
	End     *moment `json:"end"`
	Reason  *string `json:"reason"`
	Approve *bool   `json:"approve"`
	Version *int    `json:"version"`
}

// rescheduleWindow moves a window. Without an end it keeps its length.
func (a *API) rescheduleWindow(w http.ResponseWriter, r *http.Request, who access.Visitor) error {
	var in moveInput
	if err := read(r, &in); err != nil {
		return err
	}
	if at(in.Start).IsZero() {
		return scheduler.InvalidError{"start": "Say when the window is to start."}
	}
	n, err := version(r, in.Version)
	if err != nil {
		return err
	}
	move := func(p *scheduler.Plan) error {
		lasts := p.Duration()
		to := scheduler.Interval{Start: at(in.Start), End: at(in.End)}
		if to.End.IsZero() {
			to.End = to.Start.Add(lasts)
		}
		p.Move(to)
		return nil
	}
	edit := agenda.Edit{Apply: move, Approve: given(in.Approve), Reason: given(in.Reason)}
	v, err := a.Agenda.Change(r.Context(), r.PathValue("id"), n, edit, who.Person)
	if err != nil {
		return err
	}
	return a.answer(w, http.StatusOK, v)
}

func (a *API) deleteWindow(w http.ResponseWriter, r *http.Request, who access.Visitor) error {
	n, err := version(r, nil)
	if err != nil {
		return err
	}
	if err := a.Agenda.Delete(r.Context(), r.PathValue("id"), n, who.Person); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}
