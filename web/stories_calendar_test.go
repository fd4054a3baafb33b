package web

import (
	"net/url"
	"slices"
	"time"

	"lull/scheduler"
	"lull/scheduler/agenda"
)

// night is a service with hours, and that depends on another.
var night = scheduler.Service{
	Slug: "search", Name: "Search", Tier: 2, Upstream: []string{"orders-db"}, PrimaryOwner: "priya@example.org",
	Hours: []scheduler.Hours{{Days: []string{"sat", "sun"}, From: "22:00", To: "04:00", TimeZone: "Europe/Berlin"}},
}

var yearEnd = scheduler.Freeze{
	ID: "f1", Title: "Year end", Reason: "Audit.", TimeZone: "Europe/Berlin", All: true, Override: scheduler.Admin, Version: 2,
	Interval: scheduler.Interval{Start: time.Date(2026, 12, 10, 23, 0, 0, 0, time.UTC), End: time.Date(2026, 12, 11, 11, 0, 0, 0, time.UTC)},
}

func entryOf(v agenda.View) agenda.Entry {
	return agenda.Entry{
		ID: v.ID, Title: v.Title, Number: v.Number, State: v.State, Kind: v.Kind, Outcome: v.Outcome, Lead: v.Lead,
		Interval: v.Interval, TimeZone: v.TimeZone, Services: v.Services, Overrun: v.Overrun,
	}
}

// drawn is the page of a view, with two windows and a freeze in it.
func drawn(path, view string, views []string) (Period, Sheet, []agenda.Day, []agenda.Entry, []scheduler.Frozen) {
	p := ReadPeriod(path, url.Values{"view": {view}}, views, "Europe/Berlin", now)
	entries := []agenda.Entry{entryOf(running()), entryOf(requested())}
	days := make([]agenda.Day, len(p.Days))
	for i, d := range p.Days {
		for _, e := range entries {
			if e.Overlaps(d) {
				days[i].Entries = append(days[i].Entries, e)
				days[i].Count++
			}
		}
	}
	s := Sheet{Period: p, Zone: "Europe/Berlin", Now: now, MayBook: true, Services: []scheduler.Service{orders, night}, Supplied: []scheduler.SupplierNotice{supplied("orders-db")}}
	return p, s, days, entries, []scheduler.Frozen{{Freeze: yearEnd, Period: yearEnd.Interval}}
}

func calendarStories() (all []story) {
	services := []scheduler.Service{orders, night}
	for _, view := range []string{MonthView, WeekView, DayView} {
		p, s, days, _, frozen := drawn("/calendar", view, []string{MonthView, WeekView, DayView})
		all = append(all, story{"calendar-" + view, Calendar{Frame: inside(jonas, "Calendar", "calendar"), Period: p, Narrowed: Narrowed{Services: services}, Weeks: s.Weeks(days, frozen)}})
	}
	p, s, days, entries, frozen := drawn("/calendar", MonthView, []string{MonthView})
	for i := range days {
		days[i] = agenda.Day{}
	}
	s.Supplied = nil
	all = append(all, story{"calendar-empty", Calendar{Frame: inside(tomas, "Calendar", "calendar"), Period: p, Weeks: s.Weeks(days, nil)}})
	p, s, _, _, _ = drawn("/timeline", WeekView, []string{WeekView, DayView, FourWeeksView})
	groups, hidden := s.Rows(services, entries, frozen, true)
	all = append(all,
		story{"timeline", Timeline{Frame: inside(jonas, "Timeline", "timeline"), Period: p, Narrowed: Narrowed{Services: services}, Groups: groups, Hidden: hidden, Ticks: s.Ticks(), NowCol: s.NowColumn()}},
		story{"timeline-empty", Timeline{Frame: inside(tomas, "Timeline", "timeline"), Period: p, Ticks: s.Ticks(), NowCol: s.NowColumn()}},
	)
	return append(all, freezeStories(services)...)
}

func freezeStories(services []scheduler.Service) []story {
	row := RowOf(yearEnd, yearEnd.Interval, map[string]string{}, now)
	weekly := yearEnd
	weekly.ID, weekly.Title, weekly.All, weekly.Services, weekly.RRule = "f2", "Weekend trading", false, []string{"orders-db"}, "FREQ=WEEKLY;BYDAY=FR"
	again := RowOf(weekly, scheduler.Interval{Start: weekly.Start.AddDate(0, 0, 7), End: weekly.Interval.End.AddDate(0, 0, 7)}, map[string]string{"orders-db": "Orders database"}, now)
	form := FreezeFormOf(yearEnd)
	listed := []ServiceRow{{Service: orders, Next: requested().Start}, {Service: night}}
	kept := Service{Frame: inside(mara, "Service", "services"), Slug: "search", Form: map[string]string{"slug": "search", "name": "Search", "tier": "2"}, Kept: night, Dependencies: DependenciesOf("search", services), Week: HoursWeek(night, "Europe/Berlin", now)}
	return []story{
		{"freezes", Freezes{Frame: inside(mara, "Freezes", "freezes"), Upcoming: []FreezeRow{row}, Recurring: []FreezeRow{again}, Past: []FreezeRow{row}}},
		{"freezes-empty", Freezes{Frame: inside(tomas, "Freezes", "freezes")}},
		{"freeze", Freeze{Frame: inside(mara, "Freeze", "freezes"), ID: "f1", Form: form, Kept: row, Services: services, Zones: zones, Next: []scheduler.Interval{yearEnd.Interval}, InTheWay: []agenda.Entry{entryOf(requested())}}},
		{"freeze-viewed", Freeze{Frame: inside(tomas, "Freeze", "freezes"), ID: "f2", Form: FreezeFormOf(weekly), Kept: again, Services: services}},
		{"freeze-refused", Freeze{Frame: inside(mara, "Freeze", "freezes"), Form: form, Services: services, Zones: zones, Refusal: refused("end", "The end must come after the start.")}},
		{"services-gaps", Services{Frame: inside(mara, "Services", "services"), Form: map[string]string{"owner": "gap"}, Items: listed, All: 2, Gaps: 2, Table: "/services.csv"}},
		{"service-hours", kept},
		{"serviceimport", ServiceImport{Frame: inside(mara, "Import", "services"), Columns: []string{"slug", "name"}}},
		{"serviceimport-looked", ServiceImport{Frame: inside(mara, "Import", "services"), Columns: []string{"slug", "name"}, Text: "slug,name\nsearch,Search", Looked: true, Rows: []ImportRow{
			{Number: 2, Slug: "search", Name: "Search", New: true},
			{Number: 3, Slug: "orders-db", Name: "Orders", Changes: []ImportChange{{"name", "Orders database", "Orders"}}},
			{Number: 4, Slug: "Bad", Wrong: scheduler.InvalidError{"slug": "Use lower-case letters."}},
		}}},
	}
}

// weekOf is the strip of the overview.
func weekOf() []Day {
	_, s, days, _, frozen := drawn("/calendar", WeekView, []string{WeekView})
	return slices.Concat(s.Weeks(days, frozen)...)
}
