package recur

import (
	"fmt"
	"time"

	"lull/scheduler"
)

// midnight is the beginning of a day on the wall clock.
func midnight(local time.Time) time.Time {
	y, m, d := local.Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}

// readLocal reads a day and time on the wall clock, which is labelled UTC here
// since it has no zone yet.
func readLocal(text string) (local time.Time, ok bool) { return read(Local, text) }

// readDay reads a day.
func readDay(text string) (day time.Time, ok bool) { return read(Day, text) }

// read parses exactly: time.Parse alone would take T2:00 for T02:00, and one
// occurrence would have two names.
func read(layout, text string) (time.Time, bool) {
	t, err := time.Parse(layout, text)
	return t, err == nil && t.Format(layout) == text
}

// wall is what the clock of the zone shows at an instant, labelled UTC.
func wall(at time.Time, zone *time.Location) time.Time {
	_, offset := at.In(zone).Zone()
	return at.UTC().Add(time.Duration(offset) * time.Second)
}

// Resolve finds the instant, in UTC, at which the wall clock of the zone shows
// local (2006-01-02T15:04). A time that a clock change skips moves forward by
// the gap, as RFC 5545 3.3.5 reads it with the offset before the gap; of a time
// that happens twice the earlier is meant. Note says so in words. Not ok: local
// is no such text, or there is no zone.
func Resolve(local string, zone *time.Location) (at time.Time, note string, ok bool) {
	clock, ok := readLocal(local)
	if !ok || zone == nil {
		return time.Time{}, "", false
	}
	at, note = resolve(clock, zone)
	return at, note, true
}

// resolve is Resolve of a clock time labelled UTC.
func resolve(clock time.Time, zone *time.Location) (at time.Time, note string) {
	at = scheduler.Wall(clock, zone)
	switch len(scheduler.Instants(clock, zone)) {
	case 0:
		note = skippedNote(clock, wall(at, zone))
	case 2:
		note = fmt.Sprintf("%s happens twice on %s: the earlier one", clock.Format("15:04"), clock.Format("2 Jan"))
	}
	return at, note
}

// skippedNote says when something starts whose time does not exist.
func skippedNote(clock, moved time.Time) string {
	starts := moved.Format("15:04")
	if !midnight(moved).Equal(midnight(clock)) {
		starts = moved.Format("2 Jan 15:04")
	}
	return fmt.Sprintf("%s does not exist on %s: starts %s", clock.Format("15:04"), clock.Format("2 Jan"), starts)
}

// moment is the end of a rule, inclusive: a day, a local time, or an instant.
type moment struct {
	at      time.Time // on the wall clock labelled UTC, or the instant
	day     bool
	instant bool
}

// readMoment reads a day or a local time.
func readMoment(text string) (moment, bool) {
	if day, ok := readDay(text); ok {
		return moment{at: day, day: true}, true
	}
	local, ok := readLocal(text)
	return moment{at: local}, ok
}

// wall is the moment on the wall clock of the zone.
func (m moment) wall(zone *time.Location) time.Time {
	if m.instant {
		return wall(m.at, zone)
	}
	return m.at
}

// reaches reports whether a date on the wall clock is not after the moment.
func (m moment) reaches(local time.Time, zone *time.Location) bool {
	switch {
	case m.day:
		return !midnight(local).After(m.at)
	case m.instant:
		at, _ := resolve(local, zone)
		return !at.After(m.at)
	default:
		return !local.After(m.at)
	}
}
