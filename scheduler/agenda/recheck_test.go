package agenda_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"lull/scheduler"
	"lull/scheduler/agenda"
	"lull/scheduler/store/storetest"
)

// told counts the entries of a window's log that say something new is in the way.
func told(t *testing.T, a *agenda.Agenda, window string) (n int, last string) {
	t.Helper()
	evs, _, err := a.Log(t.Context(), agenda.LogFilter{Window: window})
	if err != nil {
		t.Fatal(err)
	}
	for _, ev := range evs {
		if ev.Kind == scheduler.Conflicted {
			n++
			last = ev.Text
		}
	}
	return n, last
}

// bookedOn is a submitted window on one service.
func bookedOn(t *testing.T, a *agenda.Agenda, service, reason string, start time.Time, by scheduler.Person) agenda.View {
	t.Helper()
	plan := upgrade()
	plan.Services = []scheduler.Affected{{Service: service, Impact: scheduler.Outage}}
	plan.Interval, plan.Lead = scheduler.Interval{Start: start, End: start.Add(2 * time.Hour)}, by.Email
	v, err := a.Book(t.Context(), plan, agenda.Submission{Now: true, Reason: reason}, by)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestWhoCollidesIsToldOnceAndAgainWhenItReturns(t *testing.T) {
	t.Parallel()
	a, _ := open(t)
	start := storetest.Noon.Add(48 * time.Hour)
	first := bookedOn(t, a, "core-db", "", start, ada)
	second := bookedOn(t, a, "shop", "", start, bob) // depends on core-db
	if n, words := told(t, a, first.ID); n != 1 || !strings.Contains(words, second.Name()) {
		t.Fatalf("the first heard %d times, %q; want once of %s", n, words, second.Name())
	}
	if n, _ := told(t, a, second.ID); n != 0 {
		t.Fatalf("the second heard %d times of what it was booked in sight of", n)
	}
	move := func(by time.Duration) {
		t.Helper()
		_, err := a.Change(t.Context(), second.ID, 0, agenda.Edit{Apply: func(p *scheduler.Plan) error {
			p.Start, p.End = p.Start.Add(by), p.End.Add(by)
			return nil
		}}, bob)
		if err != nil {
			t.Fatal(err)
		}
	}
	move(time.Hour)
	if n, _ := told(t, a, first.ID); n != 1 {
		t.Fatalf("the first heard %d times of one conflict", n)
	}
	move(time.Hour) // back to back
	move(-time.Hour)
	if n, _ := told(t, a, first.ID); n != 2 {
		t.Fatalf("the first heard %d times; want once more when it returns", n)
	}
}

func TestAFreezeStandsInTheWayAndItsPeopleHear(t *testing.T) {
	t.Parallel()
	a, _ := open(t)
	start := storetest.Noon.Add(48 * time.Hour)
	w := bookedOn(t, a, "shop", "", start, ada)
	f, err := a.AddFreeze(t.Context(), scheduler.Freeze{
		Title: "Year end", Interval: scheduler.Interval{Start: start.Add(-time.Hour), End: start.Add(time.Hour)}, Tiers: []int{2},
	}, bob)
	if err != nil {
		t.Fatal(err)
	}
	if n, words := told(t, a, w.ID); n != 1 || !strings.Contains(words, "Year end") {
		t.Fatalf("heard %d times, %q; want the freeze", n, words)
	}
	if _, err := a.Approve(t.Context(), w.ID, 0, scheduler.Yes{}, bob); !slices.Equal(codes(err), []string{"conflict"}) {
		t.Fatalf("approved into a freeze: %v", err)
	}
	if _, err := a.ChangeFreeze(t.Context(), f.ID, f.Version+1, func(*scheduler.Freeze) error { return nil }, bob); err == nil {
		t.Fatal("a stale change of a freeze went through")
	}
	if _, err := a.ChangeFreeze(t.Context(), f.ID, f.Version, func(f *scheduler.Freeze) error { f.Tiers = []int{1}; return nil }, bob); err != nil {
		t.Fatal(err)
	}
	if _, err := a.Approve(t.Context(), w.ID, 0, scheduler.Yes{}, bob); err != nil {
		t.Fatalf("the freeze went elsewhere and still holds: %v", err)
	}
	if err := a.DeleteFreeze(t.Context(), f.ID, bob); err != nil {
		t.Fatal(err)
	}
	if _, err := a.Freeze(t.Context(), f.ID); err == nil {
		t.Fatal("a deleted freeze is still there")
	}
	if _, err := a.Verify(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func TestNewHoursAreNewInTheWay(t *testing.T) {
	t.Parallel()
	a, _ := open(t)
	w := bookedOn(t, a, "shop", "", storetest.Noon.Add(48*time.Hour), ada)
	other := bookedOn(t, a, "core-db", "", storetest.Noon.Add(96*time.Hour), ada)
	_, err := a.ChangeService(t.Context(), "shop", func(s *scheduler.Service) error {
		s.Hours = []scheduler.Hours{{Days: []string{"sun"}, From: "02:00", To: "04:00", TimeZone: "Europe/Berlin"}}
		return nil
	}, bob)
	if err != nil {
		t.Fatal(err)
	}
	if n, words := told(t, a, w.ID); n != 1 || !strings.Contains(words, "Shop allows maintenance") {
		t.Fatalf("heard %d times, %q", n, words)
	}
	if n, _ := told(t, a, other.ID); n != 0 {
		t.Fatalf("who is not touched heard %d times", n)
	}
}

func TestAnExtensionIntoAnotherWindowNeedsAnOverride(t *testing.T) {
	t.Parallel()
	a, db := open(t)
	now := storetest.Noon
	db.Now = func() time.Time { return now }
	start := now.Add(48 * time.Hour)
	w := bookedOn(t, a, "core-db", "", start, ada)
	bookedOn(t, a, "core-db", "", start.Add(2*time.Hour), bob)
	if _, err := a.Approve(t.Context(), w.ID, 0, scheduler.Yes{}, bob); err != nil {
		t.Fatal(err)
	}
	if _, err := a.Answer(t.Context(), w.ID, check(w, scheduler.Before), scheduler.Result{Answer: scheduler.Passed}, ada); err != nil {
		t.Fatal(err)
	}
	now = start
	if _, err := a.Start(t.Context(), w.ID, 0, scheduler.Go{Override: true, Reason: "told by telephone"}, bob); err != nil {
		t.Fatal(err)
	}
	end := start.Add(3 * time.Hour)
	if _, err := a.Extend(t.Context(), w.ID, 0, end, "slow disk", ada); !slices.Equal(codes(err), []string{"conflict"}) {
		t.Fatalf("an operator extended into another window: %v", err)
	}
	v, err := a.Extend(t.Context(), w.ID, 0, end, "slow disk", bob)
	if err != nil {
		t.Fatal(err)
	}
	if block := scheduler.Blocking(v.Conflicts); len(v.Conflicts) != 1 || len(block) != 0 {
		t.Fatalf("got %+v; want the one conflict, overridden by who extended", v.Conflicts)
	}
}

func TestAFreezeComesAgainOnTheWallClock(t *testing.T) {
	t.Parallel()
	a, _ := open(t)
	berlin, _ := scheduler.Zone("Europe/Berlin")
	friday := time.Date(2026, 3, 13, 18, 0, 0, 0, berlin)
	f, err := a.AddFreeze(t.Context(), scheduler.Freeze{
		Title: "Weekend", RRule: "freq=weekly;byday=fr;until=20260410", TimeZone: "Europe/Berlin",
		Interval: scheduler.Interval{Start: friday, End: friday.AddDate(0, 0, 2).Add(12 * time.Hour)},
	}, bob)
	if err != nil {
		t.Fatal(err)
	}
	periods, err := a.Frozen(t.Context(), scheduler.Interval{Start: f.Start, End: f.Start.AddDate(1, 0, 0)})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, p := range periods {
		got = append(got, p.Period.Start.Format("02T15")+"/"+p.Period.End.Format("02T15"))
	}
	want := []string{"13T17/16T05", "20T17/23T05", "27T17/30T04", "03T16/06T04", "10T16/13T04"} // the clocks go forward on the 29th
	if !slices.Equal(got, want) {
		t.Fatalf("got %v, want %v", got, want)
	}
	if periods, err = a.Frozen(t.Context(), scheduler.Interval{Start: periods[1].Period.End, End: periods[2].Period.Start}); err != nil || len(periods) != 0 {
		t.Fatalf("got %v, %v between two periods", periods, err)
	}
	for _, c := range []struct{ name, rule, field string }{
		{"no rule", "often", "rrule"},
		{"a bomb", "FREQ=SECONDLY", "rrule"},
		{"before it is over", "FREQ=DAILY", "rrule"},
		{"begins on another day", "FREQ=WEEKLY;BYDAY=MO", "start"},
	} {
		_, err := a.ChangeFreeze(t.Context(), f.ID, 0, func(f *scheduler.Freeze) error { f.RRule = c.rule; return nil }, bob)
		var wrong scheduler.InvalidError
		if !errors.As(err, &wrong) || wrong[c.field] == "" {
			t.Errorf("%s: got %v, want words for %s", c.name, err, c.field)
		}
	}
}
