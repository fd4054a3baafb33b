package site

import (
	"net/http"
	"net/url"
	"strings"
	"unicode"

	"lull/scheduler"
	"lull/server/access"
	"lull/web"
)

// NewStakeholder answers GET /stakeholders/new; with ?group=yes it asks for members.
func (s *Site) NewStakeholder(w http.ResponseWriter, r *http.Request, who access.Visitor) error {
	page := web.Stakeholder{Confirmed: true, Group: r.URL.Query().Get("group") != ""}
	page.Choices = web.ChoicesOf(scheduler.Stakeholder{All: true, Calendar: scheduler.PublishPart}, scheduler.Offer{}, zones)
	return s.stakeholder(w, r, who, http.StatusOK, page)
}

// Stakeholder answers GET /stakeholders/{id}.
func (s *Site) Stakeholder(w http.ResponseWriter, r *http.Request, who access.Visitor) error {
	one, err := s.Agenda.Stakeholder(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	page := web.Stakeholder{ID: one.ID, List: one.List, Confirmed: one.Confirmed, Gone: one.Gone, Group: one.Group()}
	page.Choices = web.ChoicesOf(one, scheduler.Offer{}, zones)
	dead, err := s.Notifier.Suppressions(r.Context())
	if err != nil {
		return err
	}
	page.Suppressed, page.Since = dead[one.Email].Words(), dead[one.Email].Since
	return s.stakeholder(w, r, who, http.StatusOK, page)
}

func (s *Site) stakeholder(w http.ResponseWriter, r *http.Request, who access.Visitor, status int, page web.Stakeholder) error {
	frame, _, err := s.frame(r.Context(), who, "Stakeholder", "stakeholders")
	if err != nil {
		return err
	}
	page.Frame = frame
	services, err := s.Agenda.Services(r.Context())
	if err != nil {
		return err
	}
	page.Offer = scheduler.Stakeholder{All: true}.Offer(services, true)
	return s.show(w, status, page)
}

// AddStakeholder answers POST /stakeholders.
func (s *Site) AddStakeholder(w http.ResponseWriter, r *http.Request, who access.Visitor) error {
	v, err := values(r)
	if err != nil {
		return err
	}
	var one scheduler.Stakeholder
	if err = readStakeholder(v, &one); err == nil {
		_, err = s.Agenda.AddStakeholder(r.Context(), one, who.Person)
	}
	if err != nil {
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
		return readStakeholder(v, one)
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
	return s.stakeholder(w, r, who, status, web.Stakeholder{
		Refusal: no, ID: id, Choices: web.ChoicesTyped(v, scheduler.Offer{}, zones),
		List: v.Get("list") != "", Confirmed: v.Get("confirmed") != "", Group: v.Has("members"),
	})
}

func readStakeholder(v url.Values, one *scheduler.Stakeholder) error {
	one.Email, one.List, one.Confirmed = strings.TrimSpace(v.Get("email")), v.Get("list") != "", v.Get("confirmed") != ""
	one.Members = nil
	if v.Has("members") {
		if one.Members = strings.FieldsFunc(v.Get("members"), split); len(one.Members) == 0 {
			return scheduler.InvalidError{"members": "Give the group at least one member."}
		}
	}
	return web.ReadChoices(v, one)
}

// split reports whether a character stands between two addresses of a list.
func split(r rune) bool { return r == ',' || r == ';' || unicode.IsSpace(r) }
