package agenda_test

import (
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"lull/scheduler"
	"lull/scheduler/agenda"
	"lull/scheduler/store"
	"lull/scheduler/store/storetest"
)

var (
	ada = scheduler.Person{Email: "ada@example.org", Name: "Ada", Role: scheduler.Operator, Via: "page"}
	bob = scheduler.Person{Email: "bob@example.org", Name: "Bob", Role: scheduler.Approver, Via: "page"}
	eve = scheduler.Person{Email: "eve@example.org", Name: "Eve", Role: scheduler.Approver, Via: "page"}
)

// open is an agenda with three people and two services.
func open(t testing.TB) (*agenda.Agenda, *store.DB) {
	t.Helper()
	db := storetest.Open(t)
	a := agenda.New(db)
	err := db.Update(t.Context(), func(tx *store.Tx) error {
		for _, p := range []scheduler.Person{ada, bob, eve} {
			if _, err := tx.Exec(`INSERT INTO people (email, name, role, time_zone, disabled, password_hash, created_at) VALUES ($1, $2, $3, 'UTC', $4, NULL, 0)`,
				p.Email, p.Name, p.Role, false); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []scheduler.Service{{Slug: "core-db", Name: "Core database", Tier: 1, Public: true}, {Slug: "shop", Name: "Shop", Tier: 2, Public: true, Upstream: []string{"core-db"}}} {
		if _, err := a.AddService(t.Context(), s, bob); err != nil {
			t.Fatal(err)
		}
	}
	return a, db
}

// upgrade is a plan two days ahead.
func upgrade() scheduler.Plan {
	start := storetest.Noon.Add(48 * time.Hour)
	return scheduler.Plan{
		Title: "Core database upgrade", Summary: "Orders wait.", RollbackPlan: "Promote the old replica.",
		RollbackDuration: 30 * time.Minute, VerificationDuration: 15 * time.Minute, Public: true,
		Services: []scheduler.Affected{{Service: "core-db", Impact: scheduler.Outage}},
		Interval: scheduler.Interval{Start: start, End: start.Add(2 * time.Hour)}, TimeZone: "Europe/Berlin", Lead: ada.Email,
		Reminders: []time.Duration{24 * time.Hour},
		Checks: []scheduler.Check{
			{Phase: scheduler.Before, Text: "Backup is fresh", Required: true},
			{Phase: scheduler.Verify, Text: "Orders can be placed", Required: true},
			{Phase: scheduler.Rollback, Text: "Old replica serves", Required: true},
		},
	}
}

func codes(err error) (all []string) {
	var gate *scheduler.GateError
	if errors.As(err, &gate) {
		for _, r := range gate.Reasons {
			all = append(all, r.Code)
		}
	}
	return all
}

func check(w agenda.View, phase scheduler.Phase) string {
	return w.Checks[slices.IndexFunc(w.Checks, func(c scheduler.Check) bool { return c.Phase == phase })].ID
}

func TestAWindowWalksTheWholePath(t *testing.T) {
	t.Parallel()
	a, db := open(t)
	ctx := t.Context()
	now := storetest.Noon
	db.Now = func() time.Time { return now }
	w, err := a.Book(ctx, upgrade(), agenda.Submission{Now: true}, ada)
	if err != nil || w.State != scheduler.Requested {
		t.Fatalf("booked %v, %v; want requested", w.State, err)
	}
	if _, err := a.Approve(ctx, w.ID, 0, scheduler.Yes{}, scheduler.Person{Email: ada.Email, Name: "Ada", Role: scheduler.Admin}); !slices.Equal(codes(err), []string{scheduler.CodeOwnRequest}) {
		t.Fatalf("own approval gave %v; want own-request", err)
	}
	if w, err = a.Approve(ctx, w.Name(), 0, scheduler.Yes{Note: "fine"}, bob); err != nil || w.State != scheduler.Scheduled {
		t.Fatalf("approved: %v, %v; want scheduled", w.State, err)
	}
	if _, err := a.Start(ctx, w.ID, 0, scheduler.Go{}, ada); !slices.Equal(codes(err), []string{"check-open", "early", "not-announced"}) {
		t.Fatalf("start gave %v; want check-open, early, not-announced", codes(err))
	}
	if w, err = a.Answer(ctx, w.ID, check(w, scheduler.Before), scheduler.Result{Answer: scheduler.Passed}, ada); err != nil {
		t.Fatal(err)
	}
	now = w.Interval.Start
	if w, err = a.Start(ctx, w.ID, 0, scheduler.Go{Override: true, Reason: "told by telephone"}, bob); err != nil {
		t.Fatal(err)
	}
	if _, err := a.Close(ctx, w.ID, 0, scheduler.End{Outcome: scheduler.Successful, Notes: "done"}, ada); !slices.Equal(codes(err), []string{"check-open"}) {
		t.Fatalf("close with an open check gave %v", err)
	}
	if w, err = a.Finish(ctx, w.ID, 0, "", time.Time{}, ada); err != nil {
		t.Fatal(err)
	}
	if w, err = a.Answer(ctx, w.ID, check(w, scheduler.Verify), scheduler.Result{Answer: scheduler.Waived, Note: "shop is shut"}, bob); err != nil {
		t.Fatal(err)
	}
	if _, err := a.Close(ctx, w.ID, 0, scheduler.End{Outcome: scheduler.Successful, Notes: "done"}, bob); !slices.Equal(codes(err), []string{"waived-by-closer"}) {
		t.Fatalf("close by the waiver gave %v", err)
	}
	if w, err = a.Close(ctx, w.ID, 0, scheduler.End{Outcome: scheduler.Successful, Notes: "done"}, ada); err != nil || w.State != scheduler.Closed {
		t.Fatalf("closed: %v, %v", w.State, err)
	}
	if _, err := a.Verify(ctx); err != nil {
		t.Fatal(err)
	}
	again, err := a.Window(ctx, w.ID)
	if err != nil || again.Outcome != scheduler.Successful || again.Checks[1].State() != scheduler.Waived {
		t.Fatalf("read back %+v, %v", again.Window, err)
	}
}

func TestOfSixteenForOneSlotOneWins(t *testing.T) {
	t.Parallel()
	a, _ := open(t)
	var ids []string
	for range 16 {
		w, err := a.Book(t.Context(), upgrade(), agenda.Submission{}, ada)
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, w.ID)
	}
	var wg sync.WaitGroup
	var mu sync.Mutex
	won := 0
	for _, id := range ids {
		wg.Go(func() {
			_, err := a.Submit(t.Context(), id, 0, "", ada)
			mu.Lock()
			defer mu.Unlock()
			switch {
			case err == nil:
				won++
			case !slices.Equal(codes(err), []string{scheduler.CodeConflict}):
				t.Errorf("a loser got %v; want conflict", err)
			}
		})
	}
	wg.Wait()
	if won != 1 {
		t.Fatalf("%d won, want 1", won)
	}
}

func TestTheDatabaseItselfRefuses(t *testing.T) {
	t.Parallel()
	a, db := open(t)
	w, err := a.Book(t.Context(), upgrade(), agenda.Submission{Now: true}, ada)
	if err != nil {
		t.Fatal(err)
	}
	for name, q := range map[string]string{
		"closing past an open check": `UPDATE windows SET state = 'closed', outcome = 'successful' WHERE id = '` + w.ID + `'`,
		"changing the log":           `UPDATE events SET text = 'nothing happened'`,
		"cutting the log":            `DELETE FROM events`,
		"an unlawful move":           `UPDATE windows SET state = 'verifying' WHERE id = '` + w.ID + `'`,
		"one's own approval":         `INSERT INTO approvals (window_id, by_person, at, requester) VALUES ('` + w.ID + `', 'a', 1, 'a')`,
	} {
		if err := db.Update(t.Context(), func(tx *store.Tx) error { _, err := tx.Exec(q); return err }); err == nil {
			t.Errorf("%s went through", name)
		}
	}
}

func TestAMovedWindowNeedsApprovalAgainAndRemindsAnew(t *testing.T) {
	t.Parallel()
	a, db := open(t)
	ctx := t.Context()
	now := storetest.Noon
	db.Now = func() time.Time { return now }
	w, err := a.Book(ctx, upgrade(), agenda.Submission{Now: true}, ada)
	if err != nil {
		t.Fatal(err)
	}
	if w, err = a.Approve(ctx, w.ID, 0, scheduler.Yes{}, bob); err != nil {
		t.Fatal(err)
	}
	now = w.Interval.Start.Add(-24 * time.Hour)
	tick := func(want int) {
		t.Helper()
		for range 2 {
			if _, err := a.Tick(ctx); err != nil {
				t.Fatal(err)
			}
		}
		evs, _, err := a.Log(ctx, agenda.LogFilter{Window: w.ID})
		if err != nil {
			t.Fatal(err)
		}
		got := 0
		for _, ev := range evs {
			if ev.Kind == scheduler.Reminded {
				got++
			}
		}
		if got != want {
			t.Fatalf("%d reminders, want %d", got, want)
		}
	}
	tick(1)
	move := agenda.Edit{Reason: "late delivery", Apply: func(p *scheduler.Plan) error {
		p.Start, p.End = p.Start.Add(48*time.Hour), p.End.Add(48*time.Hour)
		return nil
	}}
	moved, err := a.Change(ctx, w.ID, w.Version+1, move, ada)
	if err != nil || moved.State != scheduler.Requested || len(moved.Approvals) != 0 {
		t.Fatalf("moved to %v with %d approvals, %v", moved.State, len(moved.Approvals), err)
	}
	if moved.Sequence <= w.Sequence {
		t.Fatalf("sequence %d after %d; a move must raise it", moved.Sequence, w.Sequence)
	}
	if _, err := a.Change(ctx, w.ID, w.Version, move, ada); !errors.Is(err, scheduler.ErrStale) {
		t.Fatalf("a stale change gave %v", err)
	}
	if w, err = a.Approve(ctx, w.ID, 0, scheduler.Yes{}, eve); err != nil {
		t.Fatal(err)
	}
	now = w.Interval.Start.Add(-24 * time.Hour)
	tick(2)
}
