package api

import (
	"net/http"
	"strconv"

	"lull/scheduler"
	"lull/server/access"
	"lull/server/reply"
)

// freeze is a freeze as the API shows it.
type freeze struct {
	ID           string         `json:"id"`
	Title        string         `json:"title"`
	Reason       string         `json:"reason"`
	Start        moment         `json:"start"`
	End          moment         `json:"end"`
	RRule        *string        `json:"rrule"`
	TimeZone     string         `json:"time_zone"`
	Services     []string       `json:"services"`
	Tiers        []int          `json:"tiers"`
	All          bool           `json:"all"`
	OverrideRole scheduler.Role `json:"override_role"`
	Version      int            `json:"version"`
	Created      moment         `json:"created_at"`
	Updated      moment         `json:"updated_at"`
	URL          string         `json:"url"`
}

// freezeInput is what people write of a freeze. What is nil was not given.
type freezeInput struct {
	Title        *string         `json:"title"`
	Reason       *string         `json:"reason"`
	Start        *moment         `json:"start"`
	End          *moment         `json:"end"`
	RRule        *string         `json:"rrule"`
	TimeZone     *string         `json:"time_zone"`
	Services     *[]string       `json:"services"`
	Tiers        *[]int          `json:"tiers"`
	All          *bool           `json:"all"`
	OverrideRole *scheduler.Role `json:"override_role"`
	Version      *int            `json:"version"`
}

func (a *API) showFreeze(f scheduler.Freeze) freeze {
	return freeze{
		f.ID, f.Title, f.Reason, moment{f.Start}, moment{f.End}, orNull(f.RRule), f.TimeZone, all(f.Services), all(f.Tiers),
		f.All, f.Override, f.Version, moment{f.Created}, moment{f.Updated}, a.BaseURL + "/freezes/" + f.ID,
	}
}

// apply writes what was given into f. Naming services or tiers ends that it is
// of all, and that it is of all ends their naming, unless both are said.
func (in freezeInput) apply(f *scheduler.Freeze) error {
	set(&f.Title, in.Title)
	set(&f.Reason, in.Reason)
	set(&f.RRule, in.RRule)
	set(&f.TimeZone, in.TimeZone)
	set(&f.Override, in.OverrideRole)
	if in.Start != nil {
		f.Start = in.Start.Time
	}
	if in.End != nil {
		f.End = in.End.Time
	}
	switch {
	case given(in.All) && in.Services == nil && in.Tiers == nil:
		f.Services, f.Tiers = nil, nil
	case in.Services != nil || in.Tiers != nil:
		f.All = false
	}
	set(&f.Services, in.Services)
	set(&f.Tiers, in.Tiers)
	set(&f.All, in.All)
	return nil
}

func (a *API) freezeOperations() []Operation {
	return []Operation{
		{"GET", "/freezes", scheduler.Viewer, "listFreezes", "Freezes by their start.", a.listFreezes, 200, listQuery, nil, false, of[page[freeze]]()},
		{"POST", "/freezes", scheduler.Approver, "createFreeze", "Add a freeze.", a.createFreeze, 201, nil, of[freezeInput](), false, of[freeze]()},
		{"GET", "/freezes/{id}", scheduler.Viewer, "getFreeze", "A freeze.", a.getFreeze, 200, nil, nil, false, of[freeze]()},
		{"PATCH", "/freezes/{id}", scheduler.Approver, "changeFreeze", "Change what is given of a freeze.", a.changeFreeze, 200, nil, of[freezeInput](), false, of[freeze]()},
		{"DELETE", "/freezes/{id}", scheduler.Approver, "deleteFreeze", "Delete a freeze.", a.deleteFreeze, 204, nil, nil, false, nil},
	}
}

func (a *API) listFreezes(w http.ResponseWriter, r *http.Request, _ access.Visitor) error {
	q := queryOf(r)
	limit, cursor := q.limit(), q.Get("cursor")
	if err := q.wrong.Err(); err != nil {
		return err
	}
	freezes, err := a.Agenda.Freezes(r.Context())
	if err != nil {
		return err
	}
	items, next := cut(each(freezes, a.showFreeze), limit, cursor, func(f freeze) string { return f.ID })
	return reply.JSON(w, http.StatusOK, list(items, next))
}

func (a *API) createFreeze(w http.ResponseWriter, r *http.Request, who access.Visitor) error {
	var in freezeInput
	if err := read(r, &in); err != nil {
		return err
	}
	settings, err := a.Agenda.Settings(r.Context())
	if err != nil {
		return err
	}
	f := scheduler.Freeze{TimeZone: settings.TimeZone}
	if err := in.apply(&f); err != nil {
		return err
	}
	if f, err = a.Agenda.AddFreeze(r.Context(), f, who.Person); err != nil {
		return err
	}
	w.Header().Set("Location", "/api/v1/freezes/"+f.ID)
	return a.answerFreeze(w, http.StatusCreated, f)
}

func (a *API) getFreeze(w http.ResponseWriter, r *http.Request, _ access.Visitor) error {
	f, err := a.Agenda.Freeze(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	return a.answerFreeze(w, http.StatusOK, f)
}

func (a *API) changeFreeze(w http.ResponseWriter, r *http.Request, who access.Visitor) error {
	var in freezeInput
	if err := read(r, &in); err != nil {
		return err
	}
	meant, err := version(r, in.Version)
	if err != nil {
		return err
	}
	f, err := a.Agenda.ChangeFreeze(r.Context(), r.PathValue("id"), meant, in.apply, who.Person)
	if err != nil {
		return err
	}
	return a.answerFreeze(w, http.StatusOK, f)
}

func (a *API) deleteFreeze(w http.ResponseWriter, r *http.Request, who access.Visitor) error {
	if err := a.Agenda.DeleteFreeze(r.Context(), r.PathValue("id"), who.Person); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// answerFreeze answers with the freeze and with its version as the ETag.
func (a *API) answerFreeze(w http.ResponseWriter, status int, f scheduler.Freeze) error {
	w.Header().Set("ETag", strconv.Quote(strconv.Itoa(f.Version)))
	return reply.JSON(w, status, a.showFreeze(f))
}
