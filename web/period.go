package web

import (
	"fmt"
	"maps"
	"net/url"
	"slices"
	"time"

	"lull/scheduler"
)

// The views of the calendar and of the timeline.
const (
	MonthView     = "month"
	WeekView      = "week"
	DayView       = "day"
	FourWeeksView = "4weeks"
)

// Period is the stretch of time that a calendar or a timeline shows, and the
// ways to others.
type Period struct {
	Path, View        string
	Label, Clock      string // "November 2026"; "Europe/Berlin, UTC+1"
	Date              string // the day it was asked for by
	Days              []scheduler.Interval
	Month             time.Month // of a month
	Prev, Today, Next string
	Views, Kinds      []Tab // how much of it; calendar or timeline
	Filtered          bool
	Clear             string
}

// Tab is one of several ways to look at the same.
type Tab struct {
	Name, Address string
	Here          bool
}

// filters are what a calendar can be narrowed by, beside its time.
var filters = []string{"service", "tier", "state", "kind", "lead", "mine", "rows"}

// ReadPeriod reads which period an address asks for. What is no day is today,
// and what is no view the first.
func ReadPeriod(path string, q url.Values, views []string, zone string, now time.Time) Period {
	today := scheduler.InZone(now, zone)
	p := Period{Path: path, View: q.Get("view")}
	if !slices.Contains(views, p.View) {
		p.View = views[0]
	}
	day := today
	if t, err := time.ParseInLocation(time.DateOnly, q.Get("date"), today.Location()); err == nil && t.Year() >= 2000 && t.Year() <= 2200 {
		day = t
	}
	day = time.Date(day.Year(), day.Month(), day.Day(), 12, 0, 0, 0, day.Location()) // noon is on every day
	p.Date = day.Format(time.DateOnly)
	kept := url.Values{}
	for _, name := range filters {
		if v := q.Get(name); v != "" {
			kept.Set(name, v)
			p.Filtered = p.Filtered || name != "rows"
		}
	}
	to := func(path, view string, date time.Time) string {
		v := maps.Clone(kept)
		v.Set("view", view)
		if !date.IsZero() {
			v.Set("date", date.Format(time.DateOnly))
		}
		return path + "?" + v.Encode()
	}
	first, n, prev, next := p.reach(day)
	p.Days = Days(first, n)
	p.Prev, p.Today, p.Next = to(path, p.View, prev), to(path, p.View, time.Time{}), to(path, p.View, next)
	for _, v := range views {
		p.Views = append(p.Views, Tab{viewNames[v], to(path, v, day), v == p.View})
	}
	p.Kinds = []Tab{
		{"Calendar", to("/calendar", sameView(p.View, MonthView), day), path == "/calendar"},
		{"Timeline", to("/timeline", sameView(p.View, WeekView), day), path == "/timeline"},
	}
	p.Clear = path + "?" + url.Values{"view": {p.View}, "date": {p.Date}}.Encode()
	p.Clock = clockWords(p.Days, zone)
	return p
}

// sameView is the view of the other page that shows about as much.
func sameView(view, instead string) string {
	if view == WeekView || view == DayView {
		return view
	}
	if instead == WeekView {
		return FourWeeksView
	}
	return instead
}

var viewNames = map[string]string{MonthView: "Month", WeekView: "Week", DayView: "Day", FourWeeksView: "4 weeks"}

// reach is the first day of the period around a day, how many there are, and a
// day in the period before and the one after.
func (p *Period) reach(day time.Time) (first time.Time, n int, prev, next time.Time) {
	monday := day.AddDate(0, 0, -(int(day.Weekday())+6)%7)
	switch p.View {
	case MonthView:
		start := day.AddDate(0, 0, 1-day.Day())
		end := start.AddDate(0, 1, 0)
		p.Label, p.Month = start.Format("January 2006"), start.Month()
		first = start.AddDate(0, 0, -(int(start.Weekday())+6)%7)
		for n = 7; first.AddDate(0, 0, n).Before(end); n += 7 {
		}
		return first, n, start.AddDate(0, -1, 0), end
	case WeekView:
		_, week := monday.ISOWeek()
		p.Label = fmt.Sprintf("%s, week %d", dates(monday, monday.AddDate(0, 0, 6)), week)
		return monday, 7, monday.AddDate(0, 0, -7), monday.AddDate(0, 0, 7)
	case FourWeeksView:
		p.Label = dates(monday, monday.AddDate(0, 0, 27))
		return monday, 28, monday.AddDate(0, 0, -28), monday.AddDate(0, 0, 28)
	default:
		p.Label = day.Format("Monday 2 January 2006")
		return day, 1, day.AddDate(0, 0, -1), day.AddDate(0, 0, 1)
	}
}

// dates are two days in as few words as name both.
func dates(a, b time.Time) string {
	from := "2"
	if a.Month() != b.Month() {
		from = "2 January"
	}
	if a.Year() != b.Year() {
		from = "2 January 2006"
	}
	return a.Format(from) + " – " + b.Format("2 January 2006")
}

// clockWords names the zone and how far it is from UTC, twice where that changes.
func clockWords(days []scheduler.Interval, zone string) string {
	first, last := scheduler.InZone(days[0].Start, zone), scheduler.InZone(days[len(days)-1].End.Add(-time.Second), zone)
	name := first.Location().String()
	if name == "UTC" {
		return name
	}
	a, b := offset(first), offset(last)
	if a == b {
		return name + ", " + a
	}
	return name + ", first " + a + ", then " + b
}

// offset is how far a clock is from UTC: UTC+1, UTC+5:30.
func offset(t time.Time) string {
	_, seconds := t.Zone()
	sign := "+"
	if seconds < 0 {
		sign, seconds = "−", -seconds
	}
	if minutes := seconds / 60 % 60; minutes > 0 {
		return fmt.Sprintf("UTC%s%d:%02d", sign, seconds/3600, minutes)
	}
	return fmt.Sprintf("UTC%s%d", sign, seconds/3600)
}
