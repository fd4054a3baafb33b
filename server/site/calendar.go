package site

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"lull/scheduler"
	"lull/scheduler/agenda"
	"lull/server/access"
	"lull/web"
)

// How much a calendar shows at most.
const (
	mostInCell    = 3    // windows of a day in a month; the rest is counted
	mostInColumn  = 40   // of a day in a week
	mostInDay     = 200  // of a day by itself
	mostInStrip   = 5    // marks of a day on the overview
	mostBars      = 2000 // windows of a timeline
	mostEmptyRows = 30   // services up to which a timeline shows also those with nothing on
)

// Calendar answers GET /calendar.
func (s *Site) Calendar(w http.ResponseWriter, r *http.Request, who access.Visitor) error {
	ctx, q := r.Context(), r.URL.Query()
	frame, _, err := s.frame(ctx, who, "Calendar", "calendar")
	if err != nil {
		return err
	}
	page := web.Calendar{Frame: frame}
	page.Period = web.ReadPeriod("/calendar", q, []string{web.MonthView, web.WeekView, web.DayView}, frame.Zone, frame.Now)
	sheet, frozen, err := s.sheet(r, who, frame, page.Period)
	if err != nil {
		return err
	}
	if page.Narrowed, err = s.narrowed(r, sheet.Services); err != nil {
		return err
	}
	if page.Refused() {
		return s.show(w, http.StatusUnprocessableEntity, page)
	}
	most := map[string]int{web.MonthView: mostInCell, web.WeekView: mostInColumn, web.DayView: mostInDay}
	days, err := s.Agenda.Days(ctx, entryFilter(q, who, sheet.Services), page.Days, most[page.View])
	if err != nil {
		return err
	}
	page.Weeks = sheet.Weeks(days, frozen)
	return s.show(w, http.StatusOK, page)
}

// Timeline answers GET /timeline.
func (s *Site) Timeline(w http.ResponseWriter, r *http.Request, who access.Visitor) error {
	ctx, q := r.Context(), r.URL.Query()
	frame, _, err := s.frame(ctx, who, "Timeline", "timeline")
	if err != nil {
		return err
	}
	page := web.Timeline{Frame: frame}
	page.Period = web.ReadPeriod("/timeline", q, []string{web.WeekView, web.DayView, web.FourWeeksView}, frame.Zone, frame.Now)
	sheet, frozen, err := s.sheet(r, who, frame, page.Period)
	if err != nil {
		return err
	}
	if page.Narrowed, err = s.narrowed(r, sheet.Services); err != nil {
		return err
	}
	if page.Refused() {
		return s.show(w, http.StatusUnprocessableEntity, page)
	}
	f := entryFilter(q, who, sheet.Services)
	f.From, f.To = page.Days[0].Start, page.Days[len(page.Days)-1].End
	entries, count, err := s.Agenda.Entries(ctx, f, mostBars)
	if err != nil {
		return err
	}
	rows := shownServices(sheet.Services, q)
	all := q.Get("rows") == "all" || len(rows) <= mostEmptyRows
	page.More = count - len(entries)
	page.Groups, page.Hidden = sheet.Rows(rows, entries, frozen, all)
	page.Ticks, page.NowCol = sheet.Ticks(), sheet.NowColumn()
	q.Set("rows", "all")
	page.AllRows = "/timeline?" + q.Encode()
	return s.show(w, http.StatusOK, page)
}

// sheet is what a calendar of the period is drawn on, and the freezes in it:
// those that cover a service which is asked for.
func (s *Site) sheet(r *http.Request, who access.Visitor, frame web.Frame, p web.Period) (web.Sheet, []scheduler.Frozen, error) {
	services, err := s.Agenda.Services(r.Context())
	if err != nil {
		return web.Sheet{}, nil, err
	}
	whole := scheduler.Interval{Start: p.Days[0].Start, End: p.Days[len(p.Days)-1].End}
	frozen, err := s.Agenda.Frozen(r.Context(), whole)
	if err != nil {
		return web.Sheet{}, nil, err
	}
	supplied, err := s.Agenda.NoticesIn(r.Context(), whole)
	if err != nil {
		return web.Sheet{}, nil, err
	}
	q := r.URL.Query()
	shown := shownServices(services, q)
	if q.Get("service") != "" || q.Get("tier") != "" {
		supplied = slices.DeleteFunc(supplied, func(n scheduler.SupplierNotice) bool {
			return !slices.ContainsFunc(shown, func(one scheduler.Service) bool { return slices.Contains(n.Slugs(), one.Slug) })
		})
		frozen = slices.DeleteFunc(frozen, func(f scheduler.Frozen) bool { return !slices.ContainsFunc(shown, f.Covers) })
	}
	sheet := web.Sheet{
		Period: p, Zone: frame.Zone, Now: frame.Now, MayBook: who.Role.May(scheduler.Operator), Services: services, Supplied: supplied,
	}
	if len(shown) == 1 && q.Get("service") != "" {
		sheet.Service = shown[0].Slug
	}
	return sheet, frozen, nil
}

// narrowed is the form above a calendar, and what of it there is not.
func (s *Site) narrowed(r *http.Request, services []scheduler.Service) (web.Narrowed, error) {
	people, err := s.people(r.Context())
	return web.Narrowed{
		Form: typed(r.URL.Query()), Services: services, People: people,
		Refusal: narrow(r.URL.Query(), services, "state", "kind", "service", "tier", "date"),
	}, err
}

// shownServices are the services that a calendar is narrowed to.
func shownServices(all []scheduler.Service, q url.Values) (shown []scheduler.Service) {
	slug, tier := q.Get("service"), q.Get("tier")
	for _, one := range all {
		if (slug == "" || one.Slug == slug) && (tier == "" || strconv.Itoa(one.Tier) == tier) {
			shown = append(shown, one)
		}
	}
	return shown
}

// entryFilter reads what a calendar is narrowed to.
func entryFilter(q url.Values, who access.Visitor, services []scheduler.Service) agenda.EntryFilter {
	f := agenda.EntryFilter{Filter: agenda.Filter{Kind: scheduler.Kind(q.Get("kind")), Lead: q.Get("lead")}}
	if one := q.Get("service"); one != "" {
		f.Services = []string{one}
	}
	if one := q.Get("state"); one != "" {
		f.States = []scheduler.State{scheduler.State(one)}
	}
	f.Tier, _ = strconv.Atoi(q.Get("tier")) //nolint:errcheck // what is no number is no filter
	if q.Get("mine") == "" {
		return f
	}
	f.Mine = who.Email
	for _, one := range services {
		if one.PrimaryOwner == who.Email || one.BackupOwner == who.Email {
			f.Owned = append(f.Owned, one.Slug)
		}
	}
	return f
}

// strip is the present week for the overview.
func (s *Site) strip(r *http.Request, frame web.Frame) ([]web.Day, error) {
	p := web.ReadPeriod("/calendar", url.Values{"view": {web.WeekView}}, []string{web.WeekView}, frame.Zone, frame.Now)
	frozen, err := s.Agenda.Frozen(r.Context(), scheduler.Interval{Start: p.Days[0].Start, End: p.Days[6].End})
	if err != nil {
		return nil, err
	}
	days, err := s.Agenda.Days(r.Context(), agenda.EntryFilter{}, p.Days, mostInStrip)
	if err != nil {
		return nil, err
	}
	sheet := web.Sheet{Period: p, Zone: frame.Zone, Now: frame.Now}
	return sheet.Weeks(days, frozen)[0], nil
}
