package scheduler

import (
	"fmt"
	"time"
)

// quietBefore is how long after another mail about the same facts a reminder
// of a day or more is skipped.
const quietBefore = 12 * time.Hour

// Tick is what the clock has done to w: the events that are due at now and not
// yet recorded. lastMail is when stakeholders last heard of the present facts.
func (w *Window) Tick(now, lastMail time.Time) (evs []Event) {
	s := Scene{By: Clock, Now: now}
	once := func(fact string, at time.Time) bool {
		m := mark(fact, at)
		if has(w.Marks, m) {
			return false
		}
		w.Marks = append(w.Marks, m)
		return true
	}
	record := func(kind EventKind, text string) {
		ev := w.happened(s, kind, text)
		ev.Data.Inside = true
		evs = append(evs, ev)
	}
	if ev, ok := w.remind(s, lastMail, once); ok {
		evs = append(evs, ev)
	}
	if w.State == Scheduled && w.Late(now) && once("late", w.Start) {
		record(WentLate, "The start has passed and nobody started.")
	}
	if at, ok := w.DecideBy(); ok && w.State == InProgress && !now.Before(at) && once("decide-by", at) && now.Before(w.Present().End) {
		record(DecideByCame, w.turnWords())
	}
	if w.Overrun(now) && once("overrun", w.End) {
		record(Overran, "The end has passed and the window is not closed.")
	}
	return evs
}

// remind is the reminder due at now: of several that were missed only the
// nearest to the start, none after it, none that was past when the window was
// scheduled.
func (w *Window) remind(s Scene, lastMail time.Time, once func(string, time.Time) bool) (Event, bool) {
	if w.State != Scheduled || !s.Now.Before(w.Start) {
		return Event{}, false
	}
	nearest := time.Duration(-1)
	for _, offset := range w.Reminders {
		at := w.Start.Add(-offset)
		if at.After(s.Now) || at.Before(w.ScheduledAt) || !once("reminder-"+Duration(offset), w.Start) {
			continue
		}
		if nearest < 0 || offset < nearest {
			nearest = offset
		}
	}
	if nearest < 0 || nearest >= 24*time.Hour && !lastMail.IsZero() && s.Now.Sub(lastMail) < quietBefore {
		return Event{}, false
	}
	ev := w.happened(s, Reminded, fmt.Sprintf("Reminder, %s before the start.", Duration(nearest)))
	n := w.Notice("")
	ev.Data.Announce, ev.Data.Notice, ev.Data.Offset = AnnounceReminder, &n, Duration(nearest)
	return ev, true
}

// Due is the next moment at which the clock has something to do for w; zero
// when there is none.
func (w Window) Due() (next time.Time) {
	consider := func(fact string, about, at time.Time) {
		if !has(w.Marks, mark(fact, about)) && (next.IsZero() || at.Before(next)) {
			next = at
		}
	}
	if w.State == Scheduled {
		for _, offset := range w.Reminders {
			if at := w.Start.Add(-offset); !at.Before(w.ScheduledAt) {
				consider("reminder-"+Duration(offset), w.Start, at)
			}
		}
		consider("late", w.Start, w.Start)
	}
	if at, ok := w.DecideBy(); ok && w.State == InProgress {
		consider("decide-by", at, at)
	}
	if w.State.Running() {
		consider("overrun", w.End, w.End)
	}
	if call := w.Alarm.Next; !call.IsZero() && w.Ringing(call) && (next.IsZero() || call.Before(next)) {
		next = call
	}
	return next
}

// NextReminder is how long before the start the next reminder goes to who hears
// of the present facts at now; false if none does.
func (w Window) NextReminder(now time.Time) (before time.Duration, found bool) {
	for _, offset := range w.Reminders { // the farthest from the start first
		at := w.Start.Add(-offset)
		if at.Before(now) || offset >= 24*time.Hour && at.Sub(now) < quietBefore {
			continue
		}
		return offset, true
	}
	return 0, false
}
