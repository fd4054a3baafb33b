package agenda

import (
	"time"

	"lull/scheduler"
)

// periodsOf lists the periods of f that touch i.
func periodsOf(f scheduler.Freeze, i scheduler.Interval) (all []scheduler.Frozen, err error) {
	if f.Interval.Overlaps(i) {
		all = append(all, scheduler.Frozen{Freeze: f, Period: f.Interval})
	}
	return all, nil
}

// lastPeriod is when f ends for good, zero when it comes again for ever.
func lastPeriod(f *scheduler.Freeze) (time.Time, error) {
	if f.RRule != "" {
		return time.Time{}, scheduler.InvalidError{"rrule": "A freeze cannot be repeated here."}
	}
	return f.End, nil
}
