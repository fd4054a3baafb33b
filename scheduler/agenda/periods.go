package agenda

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"lull/scheduler"
	"lull/scheduler/recur"
)

// mostPeriods is how many periods of one freeze are looked at, at most.
const mostPeriods = 5000

// periodsIn lists the periods of the freezes that touch i, by their start.
func periodsIn(all []scheduler.Freeze, i scheduler.Interval) (periods []scheduler.Frozen, err error) {
	for _, f := range all {
		some, err := periodsOf(f, i)
		if err != nil {
			return nil, fmt.Errorf("agenda: freeze %s: %w", f.ID, err)
		}
		periods = append(periods, some...)
	}
	slices.SortStableFunc(periods, func(a, b scheduler.Frozen) int { return a.Period.Start.Compare(b.Period.Start) })
	return periods, nil
}

// periodsOf lists the periods of f that touch i. One that comes again lasts as
// long on the wall clock each time, from Friday 18:00 to Monday 06:00, whatever
// the clocks do in between.
func periodsOf(f scheduler.Freeze, i scheduler.Interval) (all []scheduler.Frozen, err error) {
	if f.RRule == "" {
		if f.Interval.Overlaps(i) {
			all = append(all, scheduler.Frozen{Freeze: f, Period: f.Interval})
		}
		return all, nil
	}
	rule, zone, err := ruleOf(f)
	if err != nil {
		return nil, err
	}
	const day = 24 * time.Hour // more than any clock change
	for _, o := range rule.Between(i.Start.Add(-f.Interval.Duration()-day), i.End, mostPeriods) {
		end, err := endOf(f, o.Local, zone)
		if err != nil {
			return nil, err
		}
		if p := (scheduler.Interval{Start: o.At, End: end}); p.Start.Before(p.End) && p.Overlaps(i) {
			all = append(all, scheduler.Frozen{Freeze: f, Period: p})
		}
	}
	return all, nil
}

// lastPeriod is when f ends for good, zero when it comes again for ever. A rule
// of repetition that is none is an InvalidError.
func lastPeriod(f *scheduler.Freeze) (time.Time, error) {
	if f.RRule == "" {
		return f.End, nil
	}
	rule, zone, err := ruleOf(*f)
	if err != nil {
		return time.Time{}, err
	}
	if next := rule.From(f.Start.Add(time.Second), 1); len(next) > 0 && next[0].At.Before(f.End) {
		return time.Time{}, scheduler.InvalidError{"rrule": "It comes again before it is over: make it shorter, or repeat it less often."}
	}
	f.RRule = rule.String()
	last, ends := rule.Ends()
	if !ends {
		return time.Time{}, nil
	}
	return endOf(*f, last.In(zone).Format(recur.Local), zone)
}

func ruleOf(f scheduler.Freeze) (recur.Rule, *time.Location, error) {
	zone, ok := scheduler.Zone(f.TimeZone)
	if !ok {
		return recur.Rule{}, nil, fmt.Errorf("agenda: no zone %q", f.TimeZone)
	}
	rule, err := recur.New(recur.Spec{RRule: f.RRule, Start: f.Start.In(zone).Format(recur.Local), Zone: zone})
	var wrong *recur.Error
	switch {
	case errors.As(err, &wrong) && wrong.Field == "start_local":
		return rule, zone, scheduler.InvalidError{"start": wrong.Words}
	case errors.As(err, &wrong):
		return rule, zone, scheduler.InvalidError{wrong.Field: wrong.Words}
	}
	return rule, zone, err
}

// endOf is when the period ends that begins at local on the wall clock.
func endOf(f scheduler.Freeze, local string, zone *time.Location) (time.Time, error) {
	begins, err := time.Parse(recur.Local, local)
	if err != nil {
		return time.Time{}, fmt.Errorf("agenda: period %q: %w", local, err)
	}
	return scheduler.Wall(begins.Add(onTheClock(f.End, zone).Sub(onTheClock(f.Start, zone))), zone), nil
}

// onTheClock is what the wall clock of zone shows at t, read as UTC.
func onTheClock(t time.Time, zone *time.Location) time.Time {
	l := t.In(zone)
	return time.Date(l.Year(), l.Month(), l.Day(), l.Hour(), l.Minute(), l.Second(), 0, time.UTC)
}
