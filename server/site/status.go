package site

import (
	"context"
	"net/http"
	"slices"

	"lull/scheduler"
	"lull/scheduler/agenda"
	"lull/server/access"
	"lull/web"
)

// Status answers GET /status.
func (s *Site) Status(w http.ResponseWriter, r *http.Request, who access.Visitor) error {
	frame, services, err := s.outside(r, who, "Maintenance")
	if err != nil {
		return err
	}
	all, err := s.Agenda.Calendar(r.Context(), agenda.CalendarFilter{Public: true, From: frame.Now.Add(-recently), To: frame.Now.AddDate(1, 0, 0)})
	if err != nil {
		return err
	}
	set, err := s.Agenda.Settings(r.Context())
	if err != nil {
		return err
	}
	page := web.Status{Frame: frame, Base: s.BaseURL, Mailed: set.StatusOpen}
	lines, shown := map[string]*web.ServiceLine{}, map[string]int{}
	for _, v := range services {
		lines[v.Name] = &web.ServiceLine{Name: v.Name, Note: "None planned"}
	}
	for _, v := range all {
		item, ok := public(v, services)
		switch {
		case !ok:
			continue
		case v.State.Running():
			if item.Updates, err = s.updates(r.Context(), v); err != nil {
				return err
			}
			page.Running = append(page.Running, item)
		case v.State.Final():
			if ofMany(v, shown, "over ") {
				page.Recent = append(page.Recent, item)
			}
		default:
			if ofMany(v, shown, "to come ") {
				page.Upcoming = append(page.Upcoming, item)
			}
		}
		for _, name := range item.Services {
			if v.State.Running() {
				lines[name].Running = true
			} else if !v.State.Final() {
				lines[name].Note = "Planned"
			}
		}
	}
	slices.Reverse(page.Recent)
	for _, v := range services {
		page.Services = append(page.Services, *lines[v.Name])
	}
	return s.show(w, http.StatusOK, page)
}

// mostOfSeries is how many dates of one series the public page shows: the
// calendar has all of them.
const mostOfSeries = 3

// ofMany reports whether the window is among the first of its series, if it is
// of one; shown counts them.
func ofMany(v agenda.View, shown map[string]int, what string) bool {
	if v.Series != "" {
		shown[what+v.Series]++
	}
	return shown[what+v.Series] <= mostOfSeries
}

// StatusWindow answers GET /status/{id}.
func (s *Site) StatusWindow(w http.ResponseWriter, r *http.Request, who access.Visitor) error {
	frame, services, err := s.outside(r, who, "Maintenance")
	if err != nil {
		return err
	}
	v, err := s.Agenda.Window(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	item, ok := public(v, services)
	if !ok || !v.Published || !v.Public {
		return scheduler.ErrNotFound
	}
	if item.Updates, err = s.updates(r.Context(), v); err != nil {
		return err
	}
	frame.Title = v.Title
	return s.show(w, http.StatusOK, web.StatusWindow{Frame: frame, Item: item})
}

// outside is the frame of a public page, and the services the public may know.
// A page that is not open is not there.
func (s *Site) outside(r *http.Request, who access.Visitor, title string) (web.Frame, []scheduler.Service, error) {
	frame, set, err := s.frame(r.Context(), who, title, "")
	if err != nil {
		return frame, nil, err
	}
	if !set.StatusOpen {
		if v, err := s.Access.Visitor(r); err != nil || v.Anonymous {
			return frame, nil, scheduler.ErrNotFound
		}
	}
	frame.Outside = true
	all, err := s.Agenda.Services(r.Context())
	if err != nil {
		return frame, nil, err
	}
	return frame, slices.DeleteFunc(all, func(v scheduler.Service) bool { return !v.Public }), nil
}

// parts is the stages that work on any of the services.
func parts(v agenda.View, services []scheduler.Service) []web.Part {
	return slices.DeleteFunc(web.PartsOf(v, services), func(p web.Part) bool { return len(p.Services) > 0 && len(p.On) == 0 })
}

// public is what the public may know of a window: nothing of it when it touches
// no public service.
func public(v agenda.View, services []scheduler.Service) (web.Public, bool) {
	shown := v.Plan
	shown.Services = nil
	item := web.Public{
		Ref: v.ID, Title: v.Title, Summary: v.Summary, Zone: v.TimeZone, Interval: v.Interval,
		State: v.State, Outcome: v.Outcome, Overrun: v.Overrun,
	}
	for _, a := range v.Services {
		for _, one := range services {
			if one.Slug == a.Service {
				item.Services = append(item.Services, one.Name)
				shown.Services = append(shown.Services, a)
			}
		}
	}
	item.Impact, item.Parts = shown.Impact(), parts(v, services)
	return item, len(item.Services) > 0
}

// updates are the lines of a window's log that stakeholders were told.
func (s *Site) updates(ctx context.Context, v agenda.View) ([]web.Update, error) {
	evs, _, err := s.Agenda.Log(ctx, agenda.LogFilter{Window: v.ID, Limit: 500, Newest: true})
	if err != nil {
		return nil, err
	}
	var lines []web.Update
	for _, ev := range evs {
		if ev.Data.Notice == nil {
			continue
		}
		switch ev.Data.Announce {
		case scheduler.AnnounceProgress:
			lines = append(lines, web.Update{At: ev.At, Text: ev.Data.Notice.Text})
		case scheduler.AnnounceStarted:
			lines = append(lines, web.Update{At: ev.At, Text: "Started."})
		case scheduler.AnnounceExtended:
			lines = append(lines, web.Update{At: ev.At, Text: "Extended: it now ends " + ev.Data.Notice.End.Format("Mon 2 Jan, 15:04") + " UTC."})
		case scheduler.AnnounceCompleted:
			lines = append(lines, web.Update{At: ev.At, Text: "Completed."})
		}
	}
	return lines, nil
}

// Docs answers GET /api/docs: what openapi.json says, for people.
func (s *Site) Docs(w http.ResponseWriter, r *http.Request, who access.Visitor) error {
	frame, _, err := s.frame(r.Context(), who, "API", "")
	if err != nil {
		return err
	}
	manual, err := web.ManualOf(s.Manual())
	if err != nil {
		return err
	}
	return s.show(w, http.StatusOK, web.Docs{Frame: frame, Manual: manual})
}
