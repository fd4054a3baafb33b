package scheduler

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// Hours is a weekly span in which maintenance is allowed, on the wall clock of
// a zone. One that ends before it begins ends on the next day.
type Hours struct {
	Days     []string `json:"days"` // mon … sun, on which it begins
	From     string   `json:"from"` // 02:00
	To       string   `json:"to"`   // 06:00, or 24:00
	TimeZone string   `json:"time_zone"`
}

var weekdays = []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"} // as time.Weekday counts

func (h Hours) wrong() string {
	if _, ok := Zone(h.TimeZone); !ok {
		return "Give the time zone of the hours, such as Europe/Berlin."
	}
	if len(h.Days) == 0 {
		return "Name the days of the hours: mon, tue, wed, thu, fri, sat, sun."
	}
	for _, d := range h.Days {
		if !has(weekdays, d) {
			return fmt.Sprintf("%q is none of mon, tue, wed, thu, fri, sat, sun.", d)
		}
	}
	from, ok := clockTime(h.From)
	to, ok2 := clockTime(h.To)
	if !ok || !ok2 || from == to || from == 24*60 {
		return "Give the hours as 02:00 and 06:00."
	}
	return ""
}

// clockTime is a time of day in minutes, up to 24:00.
func clockTime(s string) (minutes int, ok bool) {
	if s == "24:00" {
		return 24 * 60, true
	}
	t, err := time.Parse("15:04", s)
	return t.Hour()*60 + t.Minute(), err == nil
}

// Allowed lists the stretches of time within i in which the hours allow
// maintenance, ascending and merged; all of i when there are no hours.
func Allowed(hours []Hours, i Interval) []Interval {
	if len(hours) == 0 {
		return []Interval{i}
	}
	var all []Interval
	for _, h := range hours {
		all = append(all, h.spans(i)...)
	}
	return within(Merged(all), i)
}

// spans lists the spans of the hours that touch i.
func (h Hours) spans(i Interval) (all []Interval) {
	loc, ok := Zone(h.TimeZone)
	from, ok2 := clockTime(h.From)
	to, ok3 := clockTime(h.To)
	if !ok || !ok2 || !ok3 {
		return nil
	}
	if to <= from {
		to += 24 * 60
	}
	first, last := i.Start.In(loc).AddDate(0, 0, -2), i.End.In(loc)
	for y, m, d := first.Date(); ; d++ {
		day := time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
		if day.After(time.Date(last.Year(), last.Month(), last.Day(), 0, 0, 0, 0, time.UTC)) {
			return all
		}
		if !has(h.Days, weekdays[day.Weekday()]) {
			continue
		}
		one := Interval{
			Wall(day.Add(time.Duration(from)*time.Minute), loc), Wall(day.Add(time.Duration(to)*time.Minute), loc),
		}
		if one.Start.Before(one.End) && one.Overlaps(i) {
			all = append(all, one)
		}
	}
}

// Merged joins intervals that overlap or touch, ascending.
func Merged(all []Interval) []Interval {
	slices.SortFunc(all, func(a, b Interval) int {
		return cmp.Or(a.Start.Compare(b.Start), a.End.Compare(b.End))
	})
	var out []Interval
	for _, one := range all {
		if n := len(out); n > 0 && !one.Start.After(out[n-1].End) {
			if one.End.After(out[n-1].End) {
				out[n-1].End = one.End
			}
			continue
		}
		out = append(out, one)
	}
	return out
}

// within cuts the intervals to what of them lies in i.
func within(all []Interval, i Interval) (out []Interval) {
	for _, one := range all {
		if one.Start.Before(i.Start) {
			one.Start = i.Start
		}
		if one.End.After(i.End) {
			one.End = i.End
		}
		if one.Start.Before(one.End) {
			out = append(out, one)
		}
	}
	return out
}

// hoursConflict is how the service's hours stand in the way of i: it begins
// outside them, or begins inside and runs past their end.
func hoursConflict(s Service, i Interval, zone string) (Conflict, bool) {
	if len(s.Hours) == 0 {
		return Conflict{}, false
	}
	c := Conflict{Blocking: true, Service: s.Slug}
	wide := Interval{i.Start.AddDate(0, 0, -1), i.End.AddDate(0, 0, 8)}
	for _, open := range Allowed(s.Hours, wide) {
		switch {
		case !open.End.After(i.Start):
			continue
		case open.Start.After(i.Start):
			c.Kind = OutsideHours
			c.Detail = fmt.Sprintf("%s allows maintenance next %s.", s.Name, span(open, zone))
			return c, true
		case open.End.Before(i.End):
			c.Kind = ExceedsHours
			c.Detail = fmt.Sprintf("%s allows maintenance until %s; the window runs past it.", s.Name, InZone(open.End, zone).Format("Mon 2 Jan 15:04 MST"))
			return c, true
		default:
			return Conflict{}, false
		}
	}
	c.Kind, c.Detail = OutsideHours, s.Name+" allows no maintenance then."
	return c, true
}
