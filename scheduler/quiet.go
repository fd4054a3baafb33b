package scheduler

import (
	"regexp"
	"time"
)

// Quiet is the hours of each day, on the wall clock of the stakeholder, in
// which mail that can wait does: "22:00" to "07:00". The zero value is none.
type Quiet struct {
	From string `json:"from"`
	To   string `json:"to"`
}

var clockForm = regexp.MustCompile(`^([01][0-9]|2[0-3]):[0-5][0-9]$`)

func (q Quiet) wrong() string {
	switch {
	case q == Quiet{}:
	case !clockForm.MatchString(q.From), !clockForm.MatchString(q.To):
		return "Give both times as hours and minutes, such as 22:00 and 07:00, or neither."
	case q.From == q.To:
		return "These are no hours: they end when they begin."
	}
	return ""
}

// ends is when the quiet hours that hold at now are over; zero when none hold.
// Each day's are an interval between two instants, so that a clock change
// inside them makes them shorter or longer, and never a day long.
func (q Quiet) ends(now time.Time, zone string) time.Time {
	if q == (Quiet{}) || q.wrong() != "" {
		return time.Time{}
	}
	here := InZone(now, zone)
	for _, day := range []int{-1, 0} {
		from, to := clockOn(here, day, q.From), clockOn(here, day, q.To)
		if q.To < q.From {
			to = to.AddDate(0, 0, 1)
		}
		begin, end := Wall(from, here.Location()), Wall(to, here.Location())
		if !now.Before(begin) && now.Before(end) {
			return end.UTC()
		}
	}
	return time.Time{}
}

// clockOn is a clock time on the day so many days from here, written as UTC.
func clockOn(here time.Time, days int, clock string) time.Time {
	t, err := time.Parse("15:04", clock)
	if err != nil {
		return time.Time{}
	}
	return time.Date(here.Year(), here.Month(), here.Day()+days, t.Hour(), t.Minute(), 0, 0, time.UTC)
}

// near is how close a start is about which nobody is left to sleep.
const near = 24 * time.Hour

// WaitsUntil is when an announcement of kind, about a window that starts at
// start, may be sent to s, given that it could be at now: the end of the quiet
// hours, or zero, which is at once. Only what states times or reminds waits,
// and only while the start is more than a day away. What would come after the
// start, or, stating times, too late for the notice that policy asks, goes at
// once: nobody's night holds the start gate shut.
func (s Stakeholder) WaitsUntil(kind Announcement, start, now time.Time, notice time.Duration) time.Time {
	if !kind.StatesTimes() && kind != AnnounceReminder || start.Sub(now) <= near {
		return time.Time{}
	}
	if !kind.StatesTimes() {
		notice = 0
	}
	until := s.Quiet.ends(now, s.TimeZone)
	if until.IsZero() || !until.Add(notice).Before(start) {
		return time.Time{}
	}
	return until
}
