package agenda_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"lull/scheduler"
	"lull/scheduler/agenda"
	"lull/scheduler/store"
	"lull/scheduler/store/storetest"
)

// rollout is the upgrade in two stages, the shop first.
func rollout() scheduler.Plan {
	p := upgrade()
	p.Services = append(p.Services, scheduler.Affected{Service: "shop", Impact: scheduler.Degraded})
	half := p.Start.Add(time.Hour)
	p.Stages = []scheduler.Stage{
		{Name: "canary", Services: []string{"shop"}, Interval: scheduler.Interval{Start: p.Start, End: half}},
		{Name: "rest", Services: []string{"core-db"}, Interval: scheduler.Interval{Start: half, End: p.End}},
	}
	p.Checks = []scheduler.Check{
		{Phase: scheduler.Verify, Stage: "canary", Text: "The shop answers", Required: true},
		{Phase: scheduler.Verify, Stage: "rest", Text: "Orders can be placed", Required: true},
	}
	return p
}

// running is the roll-out at its start, with the clock that the test holds.
func running(t *testing.T) (a *agenda.Agenda, w agenda.View, at func(time.Duration)) {
	t.Helper()
	a, db := open(t)
	now := storetest.Noon
	db.Now = func() time.Time { return now }
	w, err := a.Book(t.Context(), rollout(), agenda.Submission{Now: true}, ada)
	if err != nil {
		t.Fatal(err)
	}
	if w, err = a.Approve(t.Context(), w.ID, 0, scheduler.Yes{}, bob); err != nil {
		t.Fatal(err)
	}
	start := w.Interval.Start
	at = func(in time.Duration) { now = start.Add(in) }
	at(0)
	if w, err = a.Start(t.Context(), w.ID, 0, scheduler.Go{Override: true, Reason: "told by telephone"}, bob); err != nil {
		t.Fatal(err)
	}
	return a, w, at
}

func passed(t *testing.T, a *agenda.Agenda, w agenda.View, check int) {
	t.Helper()
	if _, err := a.Answer(t.Context(), w.ID, w.Checks[check].ID, scheduler.Result{Answer: scheduler.Passed}, ada); err != nil {
		t.Fatal(err)
	}
}

func TestARolloutWalksItsStages(t *testing.T) {
	t.Parallel()
	a, w, at := running(t)
	ctx := t.Context()
	if w.Stage != 1 || w.Next != "advance" || !slices.Equal(codesOf(w.Reasons), []string{"check-open", "early"}) {
		t.Fatalf("started in stage %d, next %s, %v", w.Stage, w.Next, w.Reasons)
	}
	at(time.Hour)
	if _, err := a.Advance(ctx, w.ID, 0, scheduler.Next{}, ada); !slices.Equal(codes(err), []string{"check-open"}) {
		t.Fatalf("past an open check got %v", err)
	}
	if _, err := a.Answer(ctx, w.ID, w.Checks[1].ID, scheduler.Result{Answer: scheduler.Passed}, ada); !slices.Equal(codes(err), []string{"state"}) {
		t.Fatalf("a check of the next stage gave %v", err)
	}
	passed(t, a, w, 0)
	if _, err := a.Advance(ctx, w.ID, w.Version, scheduler.Next{}, ada); !errors.Is(err, scheduler.ErrStale) {
		t.Fatalf("a stale version gave %v", err)
	}
	if _, err := a.Finish(ctx, w.ID, 0, "", time.Time{}, ada); !slices.Equal(codes(err), []string{"stage-open"}) {
		t.Fatalf("finish before the last stage gave %v", err)
	}
	w, err := a.Advance(ctx, w.ID, w.Version+1, scheduler.Next{Note: "Quiet."}, ada)
	if err != nil || w.Stage != 2 || w.Next != "finish" {
		t.Fatalf("advanced to stage %d, next %s, %v", w.Stage, w.Next, err)
	}
	if want := w.End.Add(-45 * time.Minute); !w.DecideBy.Equal(want) {
		t.Errorf("decide by %v, want %v", w.DecideBy, want)
	}
	passed(t, a, w, 1)
	if _, err := a.Finish(ctx, w.ID, 0, "", time.Time{}, ada); err != nil {
		t.Fatal(err)
	}
	if w, err = a.Close(ctx, w.ID, 0, scheduler.End{Outcome: scheduler.Successful, Notes: "done"}, ada); err != nil || w.State != scheduler.Closed {
		t.Fatalf("closed: %s, %v", w.State, err)
	}
	log, _, err := a.Log(ctx, agenda.LogFilter{Window: w.ID})
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(log, func(ev scheduler.Event) bool { return ev.Kind == scheduler.StageBegan })
	if i < 0 || log[i].Data.Stage != "rest" || log[i].Data.Announce != scheduler.AnnounceProgress {
		t.Fatalf("the log holds no stage that was announced: %+v", log)
	}
	if _, err := a.Verify(ctx); err != nil {
		t.Fatal(err)
	}
}

func codesOf(rs []scheduler.Reason) (all []string) {
	for _, r := range rs {
		all = append(all, r.Code)
	}
	return all
}

func TestARolloutThatTurnedBackIsProvedBeforeItCloses(t *testing.T) {
	t.Parallel()
	a, w, _ := running(t)
	ctx := t.Context()
	if _, err := a.TurnBack(ctx, w.ID, 0, "The canary died.", time.Time{}, ada); err != nil {
		t.Fatal(err)
	}
	passed(t, a, w, 0)
	end := scheduler.End{Outcome: scheduler.RolledBack, Notes: "back as it was"}
	if _, err := a.Close(ctx, w.ID, 0, end, ada); !slices.Equal(codes(err), []string{"check-open"}) {
		t.Fatalf("with the check of a later stage open got %v", err)
	}
	passed(t, a, w, 1)
	if _, err := a.Close(ctx, w.ID, 0, scheduler.End{Outcome: scheduler.Successful, Notes: "x"}, ada); !slices.Equal(codes(err), []string{"stage-open"}) {
		t.Fatalf("as successful got %v", err)
	}
	if w, err := a.Close(ctx, w.ID, 0, end, ada); err != nil || w.Outcome != scheduler.RolledBack {
		t.Fatalf("closed as %s, %v", w.Outcome, err)
	}
}

func TestWorkThatIsResumedProvesEveryStageAgain(t *testing.T) {
	t.Parallel()
	a, w, at := running(t)
	ctx := t.Context()
	at(time.Hour)
	passed(t, a, w, 0)
	for _, step := range []func() error{
		func() error { _, err := a.Advance(ctx, w.ID, 0, scheduler.Next{}, ada); return err },
		func() error { _, err := a.Finish(ctx, w.ID, 0, "", time.Time{}, ada); return err },
		func() error { _, err := a.Resume(ctx, w.ID, 0, "the shop is slow", ada); return err },
	} {
		if err := step(); err != nil {
			t.Fatal(err)
		}
	}
	passed(t, a, w, 0) // the stage is past, its check open again
	if _, err := a.Answer(ctx, w.ID, w.Checks[0].ID, scheduler.Result{Answer: scheduler.Passed}, ada); !slices.Equal(codes(err), []string{"state"}) {
		t.Fatalf("settled once more it gave %v", err)
	}
}

func TestAStagedWindowHoldsEachServiceForItsStages(t *testing.T) {
	t.Parallel()
	a, db := open(t)
	w, err := a.Book(t.Context(), rollout(), agenda.Submission{Now: true}, ada)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	err = db.View(t.Context(), func(tx *store.Tx) error {
		got, err = store.Rows(tx, func(r store.Scanner) (line string, err error) {
			var service string
			var from, to store.Time
			err = r.Scan(&service, &from, &to)
			return fmt.Sprint(service, " ", from.Sub(w.Start), " ", to.Sub(w.Start)), err
		}, `SELECT service, start_at, end_at FROM slots WHERE window_id = $1 ORDER BY service`, w.ID)
		return err
	})
	if want := []string{"core-db 1h0m0s 2h0m0s", "shop 0s 1h0m0s"}; err != nil || !slices.Equal(got, want) {
		t.Errorf("got %v, %v; want %v", got, err, want)
	}
}

func TestStagesAreReadBackAsTheyWereKept(t *testing.T) {
	t.Parallel()
	a, _ := open(t)
	w, err := a.Book(t.Context(), rollout(), agenda.Submission{}, ada)
	if err != nil {
		t.Fatal(err)
	}
	again, err := a.Window(t.Context(), w.Name())
	if err != nil || len(again.Stages) != 2 || again.Stages[1].Interval != rollout().Stages[1].Interval || again.Checks[1].Stage != "rest" {
		t.Fatalf("got %+v with %+v, %v", again.Stages, again.Checks, err)
	}
}
