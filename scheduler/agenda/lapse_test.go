package agenda_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"lull/scheduler"
	"lull/scheduler/agenda"
	"lull/scheduler/store/storetest"
)

func TestAnOverrideThatCoversNoMoreIsToldOnce(t *testing.T) {
	t.Parallel()
	a, _ := open(t)
	start := storetest.Noon.Add(48 * time.Hour)
	first := bookedOn(t, a, "core-db", "", start, ada)
	second := bookedOn(t, a, "core-db", "agreed with Ada", start.Add(time.Hour), ada)
	v, err := a.Approve(t.Context(), second.ID, 0, scheduler.Yes{Override: []scheduler.ConflictKind{scheduler.SameService, scheduler.LeadBusy}, Reason: "Ada does both"}, bob)
	if err != nil {
		t.Fatal(err)
	}
	evs, _, err := a.Log(t.Context(), agenda.LogFilter{Window: v.ID})
	if err != nil || !slices.ContainsFunc(evs, func(ev scheduler.Event) bool {
		return ev.Kind == scheduler.Approved && strings.Contains(ev.Text, `Overridden, "Ada does both": same-service, MW-1,`)
	}) {
		t.Errorf("the log does not say what was overridden: %v", err)
	}
	change := func(apply func(p *scheduler.Plan)) {
		t.Helper()
		if _, err := a.Change(t.Context(), first.ID, 0, agenda.Edit{Reason: "later", Apply: func(p *scheduler.Plan) error { apply(p); return nil }}, ada); err != nil {
			t.Fatal(err)
		}
	}
	change(func(p *scheduler.Plan) { p.Start, p.End = p.Start.Add(30*time.Minute), p.End.Add(30*time.Minute) })
	n, words := told(t, a, second.ID)
	if n != 1 || !strings.Contains(words, `the override by bob@example.org, "Ada does both", no longer covers it`) {
		t.Fatalf("heard %d times, %q; want that the override lapsed", n, words)
	}
	change(func(p *scheduler.Plan) { p.Summary = "Other words." })
	if n, _ := told(t, a, second.ID); n != 1 {
		t.Errorf("heard %d times of what did not move again", n)
	}
	change(func(p *scheduler.Plan) { p.End = p.End.Add(time.Minute) })
	if n, _ := told(t, a, second.ID); n != 2 {
		t.Errorf("heard %d times, want once more when it moved again", n)
	}
}

func TestAFreezeThatOutgrowsItsOverrideIsTold(t *testing.T) {
	t.Parallel()
	a, _ := open(t)
	start := storetest.Noon.Add(48 * time.Hour)
	f, err := a.AddFreeze(t.Context(), scheduler.Freeze{Title: "Year end", Interval: scheduler.Interval{Start: start.Add(-time.Hour), End: start.Add(time.Hour)}, Tiers: []int{2}}, bob)
	if err != nil {
		t.Fatal(err)
	}
	w := bookedOn(t, a, "shop", "cannot wait", start, ada)
	if _, err := a.Approve(t.Context(), w.ID, 0, scheduler.Yes{Override: []scheduler.ConflictKind{scheduler.FreezeConflict}, Reason: "fine"}, bob); err != nil {
		t.Fatal(err)
	}
	if _, err := a.ChangeFreeze(t.Context(), f.ID, f.Version, func(f *scheduler.Freeze) error { f.End = f.End.Add(time.Hour); return nil }, bob); err != nil {
		t.Fatal(err)
	}
	if n, words := told(t, a, w.ID); n != 1 || !strings.Contains(words, "no longer covers it") {
		t.Errorf("heard %d times, %q; want that the freeze outgrew its override", n, words)
	}
}

func TestAChangeThatIsApprovedInTheSameActSaysWhatItOverrides(t *testing.T) {
	t.Parallel()
	a, _ := open(t)
	start := storetest.Noon.Add(48 * time.Hour)
	w := bookedOn(t, a, "shop", "", start, ada)
	if _, err := a.AddFreeze(t.Context(), scheduler.Freeze{Title: "Year end", Interval: scheduler.Interval{Start: start.Add(4 * time.Hour), End: start.Add(8 * time.Hour)}, Tiers: []int{2}}, bob); err != nil {
		t.Fatal(err)
	}
	v, err := a.Change(t.Context(), w.ID, 0, agenda.Edit{Reason: "the vendor is late", Approve: true, Apply: func(p *scheduler.Plan) error {
		p.Start, p.End = p.Start.Add(5*time.Hour), p.End.Add(5*time.Hour)
		return nil
	}}, bob)
	if err != nil || v.State != scheduler.Scheduled {
		t.Fatalf("got %s, %v", v.State, err)
	}
	evs, _, err := a.Log(t.Context(), agenda.LogFilter{Window: v.ID})
	if err != nil {
		t.Fatal(err)
	}
	at := slices.IndexFunc(evs, func(ev scheduler.Event) bool { return ev.Kind == scheduler.Rescheduled })
	if at < 0 || !strings.Contains(evs[at].Text, `Overridden, "the vendor is late": freeze, "Year end"`) || len(evs[at].Data.Overrides) != 1 {
		t.Errorf("got %+v, want what was overridden in the log", evs)
	}
}

func TestWorkThatGoesOnPastItsEndTellsWhatBeginsNext(t *testing.T) {
	t.Parallel()
	a, w, at := running(t)
	next, err := a.Book(t.Context(), func() scheduler.Plan {
		p := upgrade()
		p.Interval, p.Lead = scheduler.Interval{Start: w.End.Add(20 * time.Minute), End: w.End.Add(2 * time.Hour)}, bob.Email
		return p
	}(), agenda.Submission{Now: true}, bob)
	if err != nil {
		t.Fatal(err)
	}
	tick := func(after time.Duration) {
		t.Helper()
		at(w.End.Sub(w.Start) + after)
		if _, err := a.Tick(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	tick(10 * time.Minute)
	if n, words := told(t, a, next.ID); n != 0 {
		t.Fatalf("heard %d times, %q, before it is in the way", n, words)
	}
	tick(20 * time.Minute)
	if n, words := told(t, a, next.ID); n != 1 || !strings.Contains(words, w.Name()) {
		t.Fatalf("heard %d times, %q; want that %s still runs", n, words, w.Name())
	}
	if n, words := told(t, a, w.ID); n != 1 || !strings.Contains(words, next.Name()) {
		t.Errorf("who runs over heard %d times, %q", n, words)
	}
	tick(25 * time.Minute)
	if n, _ := told(t, a, next.ID); n != 1 {
		t.Errorf("heard %d times of one overrun", n)
	}
}
