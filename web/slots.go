package web

import (
	"strings"
	"time"

	"lull/scheduler"
)

// Slots is the free times that the booking form offers, or why there are none.
type Slots struct {
	Zone    string
	Items   []scheduler.Slot
	Reasons []scheduler.Reason
}

// Search is the free time that the form asks for, from its day on, and in words
// what is missing for it.
func (f BookForm) Search() (scheduler.Search, scheduler.InvalidError) {
	wrong := scheduler.InvalidError{}
	q := scheduler.Search{Services: sortedKeys(f.Impact), Kind: scheduler.Kind(f.Kind), Duration: f.lasts(wrong)}
	if len(q.Services) == 0 {
		wrong["services"] = "Name at least one service."
	}
	if f.Lead != "" {
		q.Leads = []string{f.Lead}
	}
	zone, ok := scheduler.Zone(strings.TrimSpace(f.Zone))
	if !ok {
		wrong["time_zone"] = "This is not a time zone such as Europe/Berlin."
		return q, wrong
	}
	if day, err := time.Parse(time.DateOnly, f.Date); err == nil {
		q.Within.Start = scheduler.Wall(day, zone)
	}
	return q, wrong
}

// lasts is how long the window lasts that the form asks for.
func (f BookForm) lasts(wrong scheduler.InvalidError) time.Duration {
	if strings.TrimSpace(f.Length) != "" {
		return length(f.Length, "length", wrong)
	}
	if i := f.interval(scheduler.InvalidError{}); i.Start.Before(i.End) {
		return i.Duration()
	}
	wrong["length"] = "Say how long it lasts."
	return 0
}

// Take moves the window of the form to start; it lasts as long as before.
func (f *BookForm) Take(start time.Time) {
	if d := f.lasts(scheduler.InvalidError{}); d > 0 {
		local := scheduler.InZone(start, f.Zone)
		f.Date, f.Time = local.Format(time.DateOnly), clockOf(start, local)
		f.Length, f.EndDate, f.EndTime = scheduler.Duration(d), "", ""
	}
}

// Repeat makes the form of one window that of each window of a series, which
// has a length in place of an end, and no stages.
func (f *BookForm) Repeat() {
	if d := f.lasts(scheduler.InvalidError{}); d > 0 {
		f.Length = scheduler.Duration(d)
	}
	f.EndDate, f.EndTime, f.Stages, f.Version = "", "", nil, ""
	for i := range f.Checks {
		f.Checks[i].ID, f.Checks[i].Stage = "", ""
	}
}
