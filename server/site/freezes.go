package site

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"time"

	"lull/scheduler"
	"lull/scheduler/agenda"
	"lull/server/access"
	"lull/web"
)

// How far ahead freezes are looked at, and how much of it is shown.
const (
	freezeDays   = 400
	mostPeriods  = 6
	mostInTheWay = 50
)

// Freezes answers GET /freezes.
func (s *Site) Freezes(w http.ResponseWriter, r *http.Request, who access.Visitor) error {
	ctx := r.Context()
	frame, _, err := s.frame(ctx, who, "Freezes", "freezes")
	if err != nil {
		return err
	}
	all, err := s.Agenda.Freezes(ctx)
	if err != nil {
		return err
	}
	frozen, err := s.Agenda.Frozen(ctx, ahead(frame.Now))
	if err != nil {
		return err
	}
	services, err := s.Agenda.Services(ctx)
	if err != nil {
		return err
	}
	names := map[string]string{}
	for _, one := range services {
		names[one.Slug] = one.Name
	}
	page := web.Freezes{Frame: frame}
	for _, f := range all {
		row := web.RowOf(f, next(periods(f.ID, frozen), f, frame.Now), names, frame.Now)
		switch {
		case row.Next.Start.IsZero():
			page.Past = append(page.Past, row)
		case f.RRule != "":
			page.Recurring = append(page.Recurring, row)
		default:
			page.Upcoming = append(page.Upcoming, row)
		}
	}
	slices.Reverse(page.Past)
	return s.show(w, http.StatusOK, page)
}

func ahead(now time.Time) scheduler.Interval {
	return scheduler.Interval{Start: now, End: now.AddDate(0, 0, freezeDays)}
}

// periods lists those of one freeze.
func periods(id string, frozen []scheduler.Frozen) (own []scheduler.Interval) {
	for _, f := range frozen {
		if f.ID == id {
			own = append(own, f.Period)
		}
	}
	return own
}

// next is the first of the periods to come; a freeze whose first one is further
// away than we look has that.
func next(own []scheduler.Interval, f scheduler.Freeze, now time.Time) scheduler.Interval {
	switch {
	case len(own) > 0:
		return own[0]
	case f.Start.After(now):
		return f.Interval
	}
	return scheduler.Interval{}
}

// NewFreeze answers GET /freezes/new.
func (s *Site) NewFreeze(w http.ResponseWriter, r *http.Request, who access.Visitor) error {
	frame, _, err := s.frame(r.Context(), who, "", "")
	if err != nil {
		return err
	}
	form := web.FreezeFormOf(scheduler.Freeze{TimeZone: frame.Zone, Override: scheduler.Approver})
	form.Version = ""
	return s.freeze(w, r, who, http.StatusOK, web.Freeze{Form: form})
}

// Freeze answers GET /freezes/{id}.
func (s *Site) Freeze(w http.ResponseWriter, r *http.Request, who access.Visitor) error {
	f, err := s.Agenda.Freeze(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	return s.freeze(w, r, who, http.StatusOK, web.Freeze{ID: f.ID, Form: web.FreezeFormOf(f)})
}

// freeze shows the form, and of a freeze that is kept what it stands in the way of.
func (s *Site) freeze(w http.ResponseWriter, r *http.Request, who access.Visitor, status int, page web.Freeze) error {
	ctx := r.Context()
	frame, _, err := s.frame(ctx, who, "Freeze", "freezes")
	if err != nil {
		return err
	}
	page.Frame, page.Zones = frame, zones
	if page.Services, err = s.Agenda.Services(ctx); err != nil {
		return err
	}
	if page.ID == "" {
		return s.show(w, status, page)
	}
	f, err := s.Agenda.Freeze(ctx, page.ID)
	if err != nil {
		return err
	}
	frozen, err := s.Agenda.Frozen(ctx, ahead(frame.Now))
	if err != nil {
		return err
	}
	own := periods(f.ID, frozen)
	names := map[string]string{}
	for _, one := range page.Services {
		names[one.Slug] = one.Name
	}
	page.Kept = web.RowOf(f, next(own, f, frame.Now), names, frame.Now)
	page.Next = own[:min(mostPeriods, len(own))]
	if page.InTheWay, page.More, err = s.inTheWay(ctx, f, own, page.Services); err != nil {
		return err
	}
	return s.show(w, status, page)
}

var held = []scheduler.State{scheduler.Requested, scheduler.Scheduled, scheduler.InProgress, scheduler.Verifying}

// inTheWay lists the windows that the freeze stands in the way of in its periods.
func (s *Site) inTheWay(ctx context.Context, f scheduler.Freeze, own []scheduler.Interval, services []scheduler.Service) (hit []agenda.Entry, more int, err error) {
	filter := agenda.EntryFilter{Filter: agenda.Filter{States: held}}
	if !f.All {
		for _, one := range services {
			if f.Covers(one) {
				filter.Services = append(filter.Services, one.Slug)
			}
		}
	}
	if len(own) == 0 || !f.All && len(filter.Services) == 0 {
		return nil, 0, nil
	}
	days, err := s.Agenda.Days(ctx, filter, own, mostInTheWay)
	if err != nil {
		return nil, 0, err
	}
	for _, d := range days {
		for _, e := range d.Entries {
			if len(hit) < mostInTheWay && !slices.ContainsFunc(hit, func(o agenda.Entry) bool { return o.ID == e.ID }) {
				hit = append(hit, e)
			}
		}
		more += d.Count
	}
	return hit, max(0, more-len(hit)), nil
}

// AddFreeze answers POST /freezes.
func (s *Site) AddFreeze(w http.ResponseWriter, r *http.Request, who access.Visitor) error {
	v, err := values(r)
	if err != nil {
		return err
	}
	page := web.Freeze{Form: web.ReadFreeze(v)}
	var f scheduler.Freeze
	if wrong := page.Form.Read(&f); len(wrong) > 0 {
		return s.refuseFreeze(w, r, who, page, allOfFreeze(f, wrong))
	}
	if f, err = s.Agenda.AddFreeze(r.Context(), f, who.Person); err != nil {
		return s.refuseFreeze(w, r, who, page, err)
	}
	return to(w, r, "/freezes/"+f.ID)
}

// ChangeFreeze answers POST /freezes/{id}.
func (s *Site) ChangeFreeze(w http.ResponseWriter, r *http.Request, who access.Visitor) error {
	v, err := values(r)
	if err != nil {
		return err
	}
	page := web.Freeze{ID: r.PathValue("id"), Form: web.ReadFreeze(v)}
	_, err = s.Agenda.ChangeFreeze(r.Context(), page.ID, version(v), func(f *scheduler.Freeze) error {
		if wrong := page.Form.Read(f); len(wrong) > 0 {
			return allOfFreeze(*f, wrong)
		}
		return nil
	}, who.Person)
	if err != nil {
		return s.refuseFreeze(w, r, who, page, err)
	}
	return to(w, r, "/freezes/"+page.ID)
}

// allOfFreeze is what is wrong with the form, and with the freeze besides.
func allOfFreeze(f scheduler.Freeze, wrong scheduler.InvalidError) scheduler.InvalidError {
	var more scheduler.InvalidError
	if errors.As(f.Check(), &more) {
		for field, words := range more {
			timely := field == "start" || field == "end"
			if wrong[field] == "" && !(timely && wrong["start"]+wrong["end"]+wrong["time_zone"] != "") {
				wrong[field] = words
			}
		}
	}
	return wrong
}

func (s *Site) refuseFreeze(w http.ResponseWriter, r *http.Request, who access.Visitor, page web.Freeze, err error) error {
	no, status, ok := refusal("freeze", err)
	if !ok {
		return err
	}
	page.Refusal = no
	return s.freeze(w, r, who, status, page)
}

// DeleteFreeze answers POST /freezes/{id}/delete.
func (s *Site) DeleteFreeze(w http.ResponseWriter, r *http.Request, who access.Visitor) error {
	if err := s.Agenda.DeleteFreeze(r.Context(), r.PathValue("id"), who.Person); err != nil {
		return err
	}
	return to(w, r, "/freezes")
}
