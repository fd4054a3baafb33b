package agenda

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"time"

	"lull/scheduler"
	"lull/scheduler/recur"
)

// SeriesFrom is what takes over from an occurrence of s on, and s until then: nil
// where that is its first one, so that all of it is taken over. Which is the case
// the date says; that s has it is the caller's to know.
//
// What takes over begins with the rule's next date, which is a later one where
// the occurrence was added; what was added stays so.
func SeriesFrom(s scheduler.Series, from string) (next scheduler.Series, until *scheduler.Series, err error) {
	rule, err := seriesRule(s)
	if err != nil {
		return s, nil, err
	}
	if hour := s.AtItsHour(from); hour < from && !rule.Includes(from) && rule.Includes(hour) {
		from = hour // a window keeps its name where it was left alone as the rule moved
	}
	zone, _ := scheduler.Zone(s.TimeZone)
	at, _, ok := recur.Resolve(from, zone)
	clock, err := time.Parse(recur.Local, from)
	if !ok || err != nil {
		return s, nil, scheduler.InvalidError{"from": "Give the name of an occurrence, such as 2026-12-13T02:00."}
	}
	if first := rule.From(time.Time{}, 1); len(first) == 0 || first[0].Local >= from {
		return s, nil, nil
	}
	bare := s
	bare.ExDates, bare.RDates = nil, nil
	if rule, err = seriesRule(bare); err != nil {
		return s, nil, err
	}
	following := rule.From(at, 1)
	if len(following) == 0 {
		return s, nil, scheduler.InvalidError{"from": "From there on the rule has no date of its own: change the windows that were added by themselves."}
	}
	next, before := cloned(s), cloned(s)
	next.StartLocal = following[0].Local
	next.RRule = remaining(s.RRule, func(most int) int { return len(rule.Between(time.Time{}, at, most)) })
	before.Until = clock.Add(-time.Minute).Format(recur.Local)
	follows := func(d string) bool {
		if d == scheduler.Day(d) {
			d = s.AtItsHour(d)
		}
		return d >= from
	}
	next.RDates = slices.DeleteFunc(next.RDates, func(d string) bool { return !follows(d) })
	before.RDates = slices.DeleteFunc(before.RDates, follows)
	// A whole day that is left out may have dates on both sides.
	next.ExDates = slices.DeleteFunc(next.ExDates, func(d string) bool { return d < from && d != scheduler.Day(from) })
	before.ExDates = slices.DeleteFunc(before.ExDates, func(d string) bool { return d >= from })
	if _, err := seriesRule(before); err != nil {
		return s, nil, scheduler.InvalidError{"from": "Before that the series has only windows that were added: change all that is to come, or these by themselves."}
	}
	return next, &before, nil
}

var countPart = regexp.MustCompile(`(?i)\bCOUNT=(\d+)`)

// remaining is a rule of a number of times with those that are left; passed
// counts those that are over, up to so many.
func remaining(rrule string, passed func(most int) int) string {
	had := countPart.FindStringSubmatch(rrule)
	if had == nil {
		return rrule
	}
	count, err := strconv.Atoi(had[1])
	if err != nil {
		return rrule
	}
	return countPart.ReplaceAllString(rrule, fmt.Sprintf("COUNT=%d", max(1, count-passed(count))))
}
