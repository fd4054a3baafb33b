package web

import (
	"net/url"
	"testing"
	"time"

	"lull/scheduler"
)

func form(more map[string]string) url.Values {
	v := url.Values{"title": {"T"}, "date": {"2026-12-12"}, "time": {"02:00"}, "length": {"2h"}, "time_zone": {"Europe/Berlin"}}
	for k, s := range more {
		v.Set(k, s)
	}
	return v
}

func TestTheFormReadsWallClockTimes(t *testing.T) {
	t.Parallel()
	p, wrong := ReadBook(form(nil)).Read()
	want := scheduler.Interval{Start: time.Date(2026, 12, 12, 1, 0, 0, 0, time.UTC), End: time.Date(2026, 12, 12, 3, 0, 0, 0, time.UTC)}
	if len(wrong) > 0 || p.Interval != want {
		t.Fatalf("got %v %v, want %v", p.Interval, wrong, want)
	}
}

func TestTheFormAnswersInWordsWhatItCannotRead(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		typed map[string]string
		field string
	}{
		{"a time that the clock change skips", map[string]string{"date": "2027-03-28", "time": "02:30"}, "start"},
		{"a time that the clock change repeats", map[string]string{"date": "2026-10-25", "time": "02:30"}, "start"},
		{"no such zone", map[string]string{"time_zone": "Mars/Base"}, "time_zone"},
		{"no such length", map[string]string{"length": "soon"}, "length"},
		{"neither length nor end", map[string]string{"length": ""}, "length"},
		{"no such reminder", map[string]string{"reminders": "24h, later"}, "reminders"},
	} {
		plan, wrong := ReadBook(form(c.typed)).Read()
		if wrong[c.field] == "" || len(wrong) != 1 {
			t.Errorf("%s: got %v, want words for %s alone", c.name, wrong, c.field)
		}
		if plan.Start.IsZero() != plan.End.IsZero() || !plan.Start.IsZero() && !plan.Start.Before(plan.End) {
			t.Errorf("%s: got %v, which says more than was typed", c.name, plan.Interval)
		}
	}
}

func TestAWindowComesBackFromItsOwnFormUnchanged(t *testing.T) {
	t.Parallel()
	for _, start := range []time.Time{
		time.Date(2026, 10, 25, 0, 30, 0, 0, time.UTC), // 02:30 the first time
		time.Date(2026, 10, 25, 1, 30, 0, 0, time.UTC), // and the second
		time.Date(2026, 12, 12, 1, 0, 0, 0, time.UTC),
		time.Date(2026, 10, 25, 1, 30, 7, 0, time.UTC), // as a program booked it
	} {
		w := scheduler.Window{Plan: scheduler.Plan{
			Title: "T", TimeZone: "Europe/Berlin", RollbackDuration: 30 * time.Minute,
			Interval: scheduler.Interval{Start: start, End: start.Add(4 * time.Hour)},
			Services: []scheduler.Affected{{Service: "core-db", Impact: scheduler.Degraded}},
		}}
		p, wrong := BookFormOf(w).Read()
		if len(wrong) > 0 || p.Interval != w.Interval || p.RollbackDuration != w.RollbackDuration || p.Services[0] != w.Services[0] {
			t.Errorf("got %+v %v, want %+v", p, wrong, w.Plan)
		}
	}
}
