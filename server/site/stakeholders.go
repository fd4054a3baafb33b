package site

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"lull/scheduler"
	"lull/server/access"
	"lull/web"
)

// Stakeholders answers GET /stakeholders.
func (s *Site) Stakeholders(w http.ResponseWriter, r *http.Request, who access.Visitor) error {
	frame, _, err := s.frame(r.Context(), who, "Stakeholders", "stakeholders")
	if err != nil {
		return err
	}
	items, err := s.Agenda.Stakeholders(r.Context())
	if err != nil {
		return err
	}
	return s.show(w, http.StatusOK, web.Stakeholders{Frame: frame, Items: items})
}

// NewStakeholder answers GET /stakeholders/new.
func (s *Site) NewStakeholder(w http.ResponseWriter, r *http.Request, who access.Visitor) error {
	return s.stakeholder(w, r, who, http.StatusOK, web.Stakeholder{
		Form: map[string]string{"calendar": string(scheduler.PublishPart)}, All: true, Confirmed: true,
	})
}

// Stakeholder answers GET /stakeholders/{id}.
func (s *Site) Stakeholder(w http.ResponseWriter, r *http.Request, who access.Visitor) error {
	one, err := s.Agenda.Stakeholder(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	on := map[string]bool{}
	for _, slug := range one.Services {
		on[slug] = true
	}
	for _, tier := range one.Tiers {
		on["tier-"+strconv.Itoa(tier)] = true
	}
	return s.stakeholder(w, r, who, http.StatusOK, web.Stakeholder{
		ID: one.ID, All: one.All, List: one.List, Confirmed: one.Confirmed, Gone: one.Gone, On: on,
		Form: map[string]string{"email": one.Email, "name": one.Name, "time_zone": one.TimeZone, "calendar": string(one.Calendar)},
	})
}

func (s *Site) stakeholder(w http.ResponseWriter, r *http.Request, who access.Visitor, status int, page web.Stakeholder) error {
	frame, _, err := s.frame(r.Context(), who, "Stakeholder", "stakeholders")
	if err != nil {
		return err
	}
	page.Frame, page.Zones = frame, zones
	if page.Services, err = s.Agenda.Services(r.Context()); err != nil {
		return err
	}
	return s.show(w, status, page)
}

// AddStakeholder answers POST /stakeholders.
func (s *Site) AddStakeholder(w http.ResponseWriter, r *http.Request, who access.Visitor) error {
	v, err := values(r)
	if err != nil {
		return err
	}
	var one scheduler.Stakeholder
	readStakeholder(v, &one)
	if _, err = s.Agenda.AddStakeholder(r.Context(), one, who.Person); err != nil {
		return s.refuseStakeholder(w, r, who, "", v, err)
	}
	return to(w, r, "/stakeholders")
}

// ChangeStakeholder answers POST /stakeholders/{id}.
func (s *Site) ChangeStakeholder(w http.ResponseWriter, r *http.Request, who access.Visitor) error {
	v, err := values(r)
	if err != nil {
		return err
	}
	id := r.PathValue("id")
	_, err = s.Agenda.ChangeStakeholder(r.Context(), id, func(one *scheduler.Stakeholder) error {
		readStakeholder(v, one)
		return nil
	}, who.Person)
	if err != nil {
		return s.refuseStakeholder(w, r, who, id, v, err)
	}
	return to(w, r, "/stakeholders")
}

// DeleteStakeholder answers POST /stakeholders/{id}/delete.
func (s *Site) DeleteStakeholder(w http.ResponseWriter, r *http.Request, who access.Visitor) error {
	if err := s.Agenda.DeleteStakeholder(r.Context(), r.PathValue("id"), who.Person); err != nil {
		return err
	}
	return to(w, r, "/stakeholders")
}

func (s *Site) refuseStakeholder(w http.ResponseWriter, r *http.Request, who access.Visitor, id string, v url.Values, err error) error {
	no, status, ok := refusal("stakeholder", err)
	if !ok {
		return err
	}
	on := map[string]bool{}
	for _, slug := range v["service"] {
		on[slug] = true
	}
	for _, tier := range v["tier"] {
		on["tier-"+tier] = true
	}
	return s.stakeholder(w, r, who, status, web.Stakeholder{
		Refusal: no, ID: id, Form: typed(v), On: on,
		All: v.Get("all") != "", List: v.Get("list") != "", Confirmed: v.Get("confirmed") != "",
	})
}

func readStakeholder(v url.Values, one *scheduler.Stakeholder) {
	one.Email, one.Name, one.TimeZone = strings.TrimSpace(v.Get("email")), strings.TrimSpace(v.Get("name")), strings.TrimSpace(v.Get("time_zone"))
	one.All, one.List, one.Confirmed = v.Get("all") != "", v.Get("list") != "", v.Get("confirmed") != ""
	one.Calendar, one.Services, one.Tiers = scheduler.CalendarPart(v.Get("calendar")), slices.Clone(v["service"]), nil
	for _, t := range v["tier"] {
		if n, err := strconv.Atoi(t); err == nil {
			one.Tiers = append(one.Tiers, n)
		}
	}
}
