package web

import (
	"html/template"
	"net/url"
	"slices"
	"strings"
	"time"

	"lull/scheduler"
	"lull/scheduler/agenda"
)

// Calendar shows a month, a week or a day of windows.
type Calendar struct {
	Frame
	Period
	Narrowed
	Weeks [][]Day
}

func (Calendar) template() string { return "calendar.html" }

// Narrowed is what a calendar is narrowed to, and what it may be.
type Narrowed struct {
	Refusal
	Form     map[string]string
	Services []scheduler.Service
	People   []Person
}

// calendarFuncs is what the templates of calendars and forms beside them use.
var calendarFuncs = template.FuncMap{
	"date":    func(t time.Time, zone string) string { return scheduler.InZone(t, zone).Format(time.DateOnly) },
	"tiers":   func() []string { return []string{"1", "2", "3", "4"} },
	"states":  func() []scheduler.State { return scheduler.States },
	"kinds":   func() []scheduler.Kind { return scheduler.Kinds },
	"impacts": func() []scheduler.Impact { return scheduler.Impacts },
}

// Empty reports whether nothing is in the calendar.
func (p Calendar) Empty() bool {
	return !slices.ContainsFunc(slices.Concat(p.Weeks...), func(d Day) bool { return !d.Out && d.Something() })
}

// Agenda lists the days of the period on which there is something.
func (p Calendar) Agenda() []Day {
	return slices.DeleteFunc(slices.Concat(p.Weeks...), func(d Day) bool { return d.Out || !d.Something() })
}

// Day is one day of a calendar.
type Day struct {
	Date          time.Time // its beginning, in the reader's zone
	Out           bool      // of another month
	Today         bool
	Change, Hours string // a clock change in words, and how long the day is then
	Freezes       []DayFreeze
	Supplied      []DayNotice
	Entries       []DayEntry
	More          int
	Address       string // the day by itself
	Book          string // where to book on it; empty: one cannot
}

// Something reports whether the day has windows, freezes or notices of suppliers.
func (d Day) Something() bool { return len(d.Entries)+len(d.Freezes)+len(d.Supplied) > 0 }

// Count is how many windows the day has.
func (d Day) Count() int { return len(d.Entries) + d.More }

// DayFreeze is a freeze as it stands on a day.
type DayFreeze struct{ ID, Title, When, Scope string }

// DayNotice is a supplier's maintenance as it stands on a day.
type DayNotice struct {
	scheduler.SupplierNotice
	When  string // which part of the day; empty: all of it
	Names []string
}

// DayEntry is a window as it stands on a day.
type DayEntry struct {
	agenda.Entry
	When  string // "21:00", or "until 02:00" on a later day
	Names []string
}

// Mark is the look of the entry's state.
func (e DayEntry) Mark() Mark { return MarkOf(e.Entry) }

// Mark is how a window stands, as a shape and a word; the class only colours it.
type Mark struct{ Class, Icon, Words string }

// MarkOf is how the window stands: its state, its outcome where it has one,
// and late or over time before both.
func MarkOf(e agenda.Entry) Mark {
	switch {
	case e.Overrun:
		return Mark{"s-overrun", "timer", "Over time"}
	case e.Late:
		return Mark{"s-overrun", "clock", "Late, " + strings.ToLower(e.State.Words())}
	case e.Outcome == scheduler.RolledBack:
		return Mark{"s-rolled", "undo-2", words(e.Outcome)}
	case e.Outcome == scheduler.Failed, e.Outcome == scheduler.Unapproved:
		return Mark{"s-rolled", "octagon-x", words(e.Outcome)}
	case e.Outcome != "":
		return Mark{"s-done", "circle-check", words(e.Outcome)}
	}
	return Mark{looks[e.State].class, looks[e.State].icon, words(e.State)}
}

// Sheet is what the days of a calendar are made from.
type Sheet struct {
	Period
	Zone     string
	Now      time.Time
	MayBook  bool
	Services []scheduler.Service
	Supplied []scheduler.SupplierNotice
	Service  string // what bookings from the calendar begin with, if anything
}

// Weeks lays the days out in weeks; a day by itself is a week of one.
func (s Sheet) Weeks(days []agenda.Day, frozen []scheduler.Frozen) (weeks [][]Day) {
	names := s.names()
	for i, day := range s.Days {
		d := s.day(day)
		for _, f := range frozen {
			if f.Period.Overlaps(day) {
				d.Freezes = append(d.Freezes, DayFreeze{f.ID, f.Title, part(f.Period, day, s.Zone), Scope(f.Freeze, names)})
			}
		}
		for _, n := range s.Supplied {
			if n.Overlaps(day) {
				one := DayNotice{SupplierNotice: n, When: part(n.Interval, day, s.Zone)}
				for _, a := range n.Services {
					one.Names = append(one.Names, names[a.Service])
				}
				d.Supplied = append(d.Supplied, one)
			}
		}
		for _, e := range days[i].Entries {
			one := DayEntry{Entry: e, When: clockPart(e.Interval, day, s.Zone)}
			for _, a := range e.Services {
				one.Names = append(one.Names, names[a.Service])
			}
			d.Entries = append(d.Entries, one)
		}
		d.More = days[i].Count - len(d.Entries)
		if i%7 == 0 {
			weeks = append(weeks, nil)
		}
		weeks[len(weeks)-1] = append(weeks[len(weeks)-1], d)
	}
	return weeks
}

func (s Sheet) names() map[string]string {
	names := make(map[string]string, len(s.Services))
	for _, one := range s.Services {
		names[one.Slug] = one.Name
	}
	return names
}

// day is a day without what is on it.
func (s Sheet) day(day scheduler.Interval) Day {
	// Where the clocks change at midnight a day begins later: its noon names it.
	noon := scheduler.InZone(day.Start.Add(day.Duration()/2), s.Zone)
	d := Day{Date: noon, Out: s.View == MonthView && noon.Month() != s.Month}
	d.Today = !s.Now.Before(day.Start) && s.Now.Before(day.End)
	d.Change, d.Hours = Change(day, s.Zone)
	date := noon.Format(time.DateOnly)
	d.Address = "/calendar?" + url.Values{"view": {DayView}, "date": {date}}.Encode()
	if s.MayBook && s.Now.Before(day.End) {
		q := url.Values{"date": {date}}
		if s.Service != "" {
			q.Set("service", s.Service)
		}
		d.Book = "/windows/new?" + q.Encode()
	}
	return d
}

// clockPart is when i is on a day: its start, or on a later day its end.
func clockPart(i, day scheduler.Interval, zone string) string {
	switch {
	case !i.Start.Before(day.Start):
		return scheduler.InZone(i.Start, zone).Format("15:04")
	case i.End.After(day.End) || i.End.Equal(day.End):
		return "all day"
	}
	return "until " + scheduler.InZone(i.End, zone).Format("15:04")
}

// part is which part of a day i is; nothing for all of it.
func part(i, day scheduler.Interval, zone string) string {
	clock := func(t time.Time) string { return scheduler.InZone(t, zone).Format("15:04") }
	from, until := i.Start.After(day.Start), i.End.Before(day.End)
	switch {
	case from && until:
		return clock(i.Start) + "–" + clock(i.End)
	case from:
		return "from " + clock(i.Start)
	case until:
		return "until " + clock(i.End)
	}
	return ""
}
