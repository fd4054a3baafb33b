package recur

import (
	"fmt"
	"strings"
	"time"
)

// ClockChanges says in words, beside an occurrence that lasts so long, how the
// clocks of the zone change: as it starts, before it ends, and since the one
// before, if there is one. Empty: they do not.
func ClockChanges(before *Occurrence, o Occurrence, lasts time.Duration, zone *time.Location) string {
	var notes []string
	if o.Note != "" {
		notes = append(notes, o.Note)
	}
	start, end := o.At.In(zone), o.At.Add(lasts).In(zone)
	if offset(start) != offset(end) {
		layout := "15:04"
		if !midnight(start).Equal(midnight(end)) {
			layout = "Mon 2 Jan 15:04"
		}
		notes = append(notes, fmt.Sprintf("the clocks go %s in between: it ends %s", way(offset(end)-offset(start)), end.Format(layout)))
	}
	if before == nil {
		return strings.Join(notes, "; ")
	}
	if moved := ahead(o) - ahead(*before); moved != 0 {
		notes = append(notes, fmt.Sprintf("from here %s UTC instead of %s: clocks went %s on %s",
			o.At.Format("15:04"), o.At.Add(moved).Format("15:04"), way(moved), changed(before.At.AddDate(0, 0, -2), o.At, zone).Format("2 Jan")))
	}
	return strings.Join(notes, "; ")
}

// way is where the clocks go as they change by so much.
func way(by time.Duration) string {
	if by < 0 {
		return "back"
	}
	return "forward"
}

func offset(t time.Time) time.Duration {
	_, seconds := t.Zone()
	return time.Duration(seconds) * time.Second
}

// ahead is how far the name of an occurrence is ahead of UTC: as its clock is,
// but where the clock skips the name and it is as it was before.
func ahead(o Occurrence) time.Duration {
	local, _ := readLocal(o.Local)
	return local.Sub(o.At)
}

// changed is the clock's time from which on the zone is what it is at a moment,
// and was not since another one.
func changed(since, at time.Time, zone *time.Location) time.Time {
	const aDay = 24 * time.Hour
	now, last := offset(at.In(zone)), at
	for last.After(since) && offset(last.In(zone)) == now {
		last = last.Add(-aDay)
	}
	first := last.Add(aDay)
	for first.Sub(last) > time.Second {
		if middle := last.Add(first.Sub(last) / 2); offset(middle.In(zone)) == now {
			first = middle
		} else {
			last = middle
		}
	}
	return first.In(zone)
}
