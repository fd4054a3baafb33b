package api

import (
	"fmt"
	"net/http"
	"slices"

	"lull/notifier"
	"lull/scheduler"
	"lull/server/access"
	"lull/server/reply"
	"lull/server/sheet"
)

// stakeholder is a stakeholder as the API shows it.
type stakeholder struct {
	ID        string                   `json:"id"`
	Email     string                   `json:"email"`
	Name      string                   `json:"name"`
	TimeZone  string                   `json:"time_zone"`
	Language  string                   `json:"language"`
	Services  []string                 `json:"services"`
	Tiers     []int                    `json:"tiers"`
	All       bool                     `json:"all"`
	Kinds     []scheduler.Announcement `json:"kinds"`
	Calendar  scheduler.CalendarPart   `json:"calendar"`
	List      bool                     `json:"list"`
	Confirmed bool                     `json:"confirmed"`
	Gone      bool                     `json:"unsubscribed"`
	Created   moment                   `json:"created_at"`
	Quiet     scheduler.Quiet          `json:"quiet"`
	Members   []string                 `json:"members"`
	Public    bool                     `json:"public_only"`
	Asked     moment                   `json:"asked_at"`
	Silenced  *string                  `json:"suppressed"` // the mail server's words
}

// stakeholderInput is what people write of a stakeholder.
type stakeholderInput struct {
	Email     *string                   `json:"email"`
	Name      *string                   `json:"name"`
	TimeZone  *string                   `json:"time_zone"`
	Language  *string                   `json:"language"`
	Services  *[]string                 `json:"services"`
	Tiers     *[]int                    `json:"tiers"`
	All       *bool                     `json:"all"`
	Kinds     *[]scheduler.Announcement `json:"kinds"`
	Calendar  *scheduler.CalendarPart   `json:"calendar"`
	List      *bool                     `json:"list"`
	Confirmed *bool                     `json:"confirmed"`
	Quiet     *scheduler.Quiet          `json:"quiet"`
	Members   *[]string                 `json:"members"`
	Public    *bool                     `json:"public_only"`
}

func showStakeholder(s scheduler.Stakeholder, dead map[string]notifier.Suppression) stakeholder {
	kinds := s.Kinds
	if len(kinds) == 0 {
		kinds = scheduler.Announcements
	}
	return stakeholder{
		s.ID, s.Email, s.Name, s.TimeZone, s.Language, all(s.Services), all(s.Tiers), s.All, kinds,
		s.Calendar, s.List, s.Confirmed, s.Gone, moment{s.Created}, s.Quiet, all(s.Members), s.Outside, moment{s.Asked},
		orNull(dead[s.Email].Words()),
	}
}

// answerStakeholder answers with the stakeholder and whether mail goes there.
func (a *API) answerStakeholder(w http.ResponseWriter, r *http.Request, status int, s scheduler.Stakeholder) error {
	dead, err := a.Notifier.Suppressions(r.Context())
	if err != nil {
		return err
	}
	return reply.JSON(w, status, showStakeholder(s, dead))
}

// liftStakeholder lets mail go to the address again.
func (a *API) liftStakeholder(w http.ResponseWriter, r *http.Request, who access.Visitor) error {
	if err := read(r, &struct{}{}); err != nil {
		return err
	}
	s, err := a.Agenda.Stakeholder(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	if err := a.Notifier.Lift(r.Context(), s.Email, who.Person); err != nil {
		return err
	}
	return a.answerStakeholder(w, r, http.StatusOK, s)
}

func (in stakeholderInput) apply(s *scheduler.Stakeholder) error {
	set(&s.Email, folded(in.Email))
	set(&s.Name, in.Name)
	set(&s.TimeZone, in.TimeZone)
	set(&s.Language, in.Language)
	set(&s.Services, in.Services)
	set(&s.Tiers, in.Tiers)
	set(&s.All, in.All)
	set(&s.Kinds, in.Kinds)
	set(&s.Calendar, in.Calendar)
	set(&s.List, in.List)
	set(&s.Confirmed, in.Confirmed)
	set(&s.Quiet, in.Quiet)
	set(&s.Members, in.Members)
	set(&s.Outside, in.Public)
	return nil
}

func (a *API) listStakeholders(w http.ResponseWriter, r *http.Request, _ access.Visitor) error {
	q := queryOf(r)
	limit, cursor := q.limit(), q.Get("cursor")
	f := scheduler.StakeholderFilter{Q: q.Get("q"), State: q.Get("state"), Service: q.Get("service")}
	if f.State != "" && !slices.Contains(scheduler.StakeholderStates, f.State) {
		q.wrong["state"] = fmt.Sprintf("%q is none of %v.", f.State, scheduler.StakeholderStates)
	}
	if err := q.wrong.Err(); err != nil {
		return err
	}
	people, err := a.Agenda.Stakeholders(r.Context())
	if err != nil {
		return err
	}
	dead, err := a.Notifier.Suppressions(r.Context())
	if err != nil {
		return err
	}
	people = slices.DeleteFunc(people, func(s scheduler.Stakeholder) bool { return !f.Picks(s, dead[s.Email].Address != "") })
	if wantsCSV(r) {
		w.Header().Set("Vary", "Accept")
		return sheet.Write(w, "stakeholders", append([][]string{scheduler.StakeholderColumns}, each(people, scheduler.Stakeholder.Row)...))
	}
	show := func(s scheduler.Stakeholder) stakeholder { return showStakeholder(s, dead) }
	items, next := cut(each(people, show), limit, cursor, func(s stakeholder) string { return s.ID })
	return reply.JSON(w, http.StatusOK, list(items, next))
}

func (a *API) createStakeholder(w http.ResponseWriter, r *http.Request, who access.Visitor) error {
	var in stakeholderInput
	if err := read(r, &in); err != nil {
		return err
	}
	settings, err := a.Agenda.Settings(r.Context())
	if err != nil {
		return err
	}
	s := scheduler.Stakeholder{
		TimeZone: settings.TimeZone, Language: "en", Kinds: slices.Clone(scheduler.Announcements),
		Calendar: scheduler.PublishPart, Confirmed: true,
		All: len(given(in.Services)) == 0 && len(given(in.Tiers)) == 0,
	}
	if err := in.apply(&s); err != nil {
		return err
	}
	s, err = a.Agenda.AddStakeholder(r.Context(), s, who.Person)
	if err != nil {
		return err
	}
	w.Header().Set("Location", "/api/v1/stakeholders/"+s.ID)
	return a.answerStakeholder(w, r, http.StatusCreated, s)
}

func (a *API) getStakeholder(w http.ResponseWriter, r *http.Request, _ access.Visitor) error {
	s, err := a.Agenda.Stakeholder(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	return a.answerStakeholder(w, r, http.StatusOK, s)
}

func (a *API) changeStakeholder(w http.ResponseWriter, r *http.Request, who access.Visitor) error {
	var in stakeholderInput
	if err := read(r, &in); err != nil {
		return err
	}
	s, err := a.Agenda.ChangeStakeholder(r.Context(), r.PathValue("id"), in.apply, who.Person)
	if err != nil {
		return err
	}
	return a.answerStakeholder(w, r, http.StatusOK, s)
}

func (a *API) deleteStakeholder(w http.ResponseWriter, r *http.Request, who access.Visitor) error {
	if err := a.Agenda.DeleteStakeholder(r.Context(), r.PathValue("id"), who.Person); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}
