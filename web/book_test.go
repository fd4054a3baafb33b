package web

import (
	"net/url"
	"reflect"
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

func TestStagesComeBackFromTheirOwnFormUnchanged(t *testing.T) {
	t.Parallel()
	for name, start := range map[string]time.Time{
		"over the night of the clock change": time.Date(2026, 10, 24, 23, 30, 0, 0, time.UTC),
		"over midnight":                      time.Date(2026, 12, 12, 22, 0, 0, 0, time.UTC),
	} {
		w := scheduler.Window{Plan: scheduler.Plan{
			Title: "T", TimeZone: "Europe/Berlin", Kind: scheduler.Normal, Risk: scheduler.LowRisk,
			Interval: scheduler.Interval{Start: start, End: start.Add(4 * time.Hour)},
			Services: []scheduler.Affected{{Service: "core-db", Impact: scheduler.Outage}},
		}}
		for i, stage := range []string{"canary", "half", "rest", "last"} {
			w.Stages = append(w.Stages, scheduler.Stage{Name: stage, Interval: scheduler.Interval{Start: start.Add(time.Duration(i) * time.Hour), End: start.Add(time.Duration(i+1) * time.Hour)}})
			w.Checks = append(w.Checks, scheduler.Check{Phase: scheduler.Verify, Stage: stage, Text: "ok"})
		}
		w.Stages[0].Services = []string{"core-db"}
		p, wrong := BookFormOf(w).Read()
		p.Tidy()
		if len(wrong) > 0 || !reflect.DeepEqual(p.Stages, w.Stages) || p.Checks[2].Stage != "rest" || p.Check() != nil {
			t.Errorf("%s: got %+v %v %v, want %+v", name, p.Stages, wrong, p.Check(), w.Stages)
		}
	}
}

func TestAStageThatGetsAnotherNameKeepsItsChecks(t *testing.T) {
	t.Parallel()
	v := form(map[string]string{"stage_name": "pilot", "stage_time": "02:00", "stage_end_time": "03:00", "check_text": "ok", "check_stage": "1"})
	p, wrong := ReadBook(v).Read()
	if len(wrong) > 0 || len(p.Stages) != 1 || p.Checks[0].Stage != "pilot" {
		t.Errorf("got %+v with %+v, %v", p.Stages, p.Checks, wrong)
	}
}

// FuzzStageRows holds that whatever is typed gives words or a plan, and that
// the form shows it again.
func FuzzStageRows(f *testing.F) {
	f.Add("canary", "2026-12-12", "02:00", "", "02:30", "1")
	f.Add("", "2026-10-25", "02:30 later", "x", "", "9")
	f.Add("a\x00b", "", "", "", "25:00", "-1")
	f.Fuzz(func(t *testing.T, name, date, clock, endDate, end, pick string) {
		v := form(map[string]string{"stage_name": name, "stage_date": date, "stage_time": clock, "stage_end_date": endDate, "stage_end_time": end, "check_text": "ok", "check_stage": pick})
		b := ReadBook(v)
		p, _ := b.Read()
		p.Tidy()
		if p.Check() == nil && len(p.Stages) == 1 && !p.Stages[0].Start.Before(p.Stages[0].End) {
			t.Fatalf("%q passed as %+v", v, p.Stages)
		}
		if b.More(2); len(b.Stages) < 2 {
			t.Fatalf("%d lines are left", len(b.Stages))
		}
	})
}
