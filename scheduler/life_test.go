package scheduler

import (
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"testing"
	"time"
)

var (
	noon  = time.Date(2026, 11, 2, 12, 0, 0, 0, time.UTC)
	ada   = Person{Email: "ada@example.org", Name: "Ada", Role: Operator}
	bob   = Person{Email: "bob@example.org", Name: "Bob", Role: Approver}
	core  = Service{Slug: "core-db", Name: "Core database", Tier: 1}
	told  = Told{Announced: true, Recipients: 1, Accepted: noon.Add(-72 * time.Hour)}
	names atomic.Int64
)

func newID() string { return fmt.Sprint(names.Add(1)) }

func sceneOf(by Person, now time.Time) Scene {
	return Scene{By: by, Now: now, Services: []Service{core}, Policy: PolicyOf(Team), Told: told, Recipients: 1, NewID: newID}
}

// in is a window that is as ready as can be, in a state.
func in(state State) Window {
	w := Window{
		ID: "w", Number: 42, State: state, Requester: ada.Email, Policy: PolicyOf(Team), Version: 1,
		Plan: Plan{
			Title: "Upgrade", RollbackPlan: "Back.", Kind: Normal, Risk: MediumRisk, TimeZone: "Europe/Berlin", Lead: ada.Email,
			Services: []Affected{{"core-db", Outage}}, Interval: Interval{noon, noon.Add(2 * time.Hour)},
			Checks: []Check{{ID: "v", Phase: Verify, Text: "It answers", Required: true, Results: []Result{{Answer: Passed}}}},
		},
	}
	if state.Running() {
		w.ActualStart = noon
	}
	return w
}

func TestEveryVerbAgainstEveryState(t *testing.T) {
	t.Parallel()
	allowed := map[string][]State{
		"submit":  {Draft},
		"approve": {Requested},
		"reject":  {Requested},
		"start":   {Scheduled},
		"finish":  {InProgress},
		"resume":  {Verifying},
		"close":   {InProgress, Verifying},
		"extend":  {InProgress, Verifying},
		"cancel":  {Draft, Requested, Scheduled},
		"change":  {Draft, Requested, Scheduled},
	}
	verbs := map[string]func(*Window, Scene) error{
		"submit":  func(w *Window, s Scene) error { _, err := w.Submit(s, ""); return err },
		"approve": func(w *Window, s Scene) error { _, err := w.Approve(s, Yes{}); return err },
		"reject":  func(w *Window, s Scene) error { _, err := w.Reject(s, "no"); return err },
		"start":   func(w *Window, s Scene) error { _, err := w.Begin(s, Go{}); return err },
		"finish":  func(w *Window, s Scene) error { _, err := w.Finish(s, "", time.Time{}); return err },
		"resume":  func(w *Window, s Scene) error { _, err := w.Resume(s, "more"); return err },
		"close": func(w *Window, s Scene) error {
			_, err := w.Close(s, End{Outcome: Successful, Notes: "done"})
			return err
		},
		"extend": func(w *Window, s Scene) error {
			_, err := w.Extend(s, w.Interval.End.Add(time.Hour), "slow")
			return err
		},
		"cancel": func(w *Window, s Scene) error { _, err := w.Cancel(s, "off"); return err },
		"change": func(w *Window, s Scene) error { _, err := w.Change(s, Edit{Plan: w.Plan}); return err },
	}
	for verb, do := range verbs {
		for _, state := range States {
			w := in(state)
			was := w
			err := do(&w, sceneOf(bob, noon))
			if may := slices.Contains(allowed[verb], state); may != (err == nil) {
				t.Errorf("%s in %s gave %v; allowed: %v", verb, state, err, may)
			}
			if err != nil && (w.State != was.State || w.Version != was.Version) {
				t.Errorf("%s in %s was refused and still changed the window", verb, state)
			}
			if err == nil && w.State != was.State && !slices.Contains(moves[was.State], w.State) {
				t.Errorf("%s moved %s to %s, which no table lists", verb, was.State, w.State)
			}
		}
	}
}

func reasons(err error) []string {
	var gate *GateError
	if !errors.As(err, &gate) {
		return nil
	}
	var codes []string
	for _, r := range gate.Reasons {
		codes = append(codes, r.Code)
	}
	return codes
}

func TestGatesAnswerWithEveryReasonAtOnce(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		do   func() error
		want []string
	}{
		{"an empty draft lacks everything but its rollback's excuse", func() error {
			w := Window{State: Draft, Plan: Plan{Title: "x", Kind: Normal}}
			_, err := w.Submit(sceneOf(ada, noon), "")
			return err
		}, []string{"incomplete", "incomplete", "incomplete", "incomplete", "incomplete"}},
		{"a start in the past", func() error {
			w := in(Draft)
			_, err := w.Submit(sceneOf(ada, noon.Add(time.Minute)), "")
			return err
		}, []string{"past"}},
		{"one's own request", func() error {
			w := in(Requested)
			_, err := w.Approve(sceneOf(Person{Email: ada.Email, Role: Admin}, noon), Yes{})
			return err
		}, []string{"own-request"}},
		{"too early, not told, check open, conflict", func() error {
			w := in(Scheduled)
			w.Checks = append(w.Checks, Check{ID: "b", Phase: Before, Required: true}, Check{ID: "f", Phase: Before, Required: true, Results: []Result{{Answer: CheckFailed}}})
			s := sceneOf(ada, noon.Add(-time.Hour))
			s.Told, s.Conflicts = Told{}, []Conflict{{Kind: SameService, Blocking: true}}
			_, err := w.Begin(s, Go{})
			return err
		}, []string{"check-open", "check-failed", "conflict", "early", "not-announced"}},
		{"short of notice", func() error {
			w := in(Scheduled)
			s := sceneOf(ada, noon)
			s.Told.Accepted = noon.Add(-23 * time.Hour)
			_, err := w.Begin(s, Go{})
			return err
		}, []string{"notice"}},
		{"after the planned end", func() error {
			w := in(Scheduled)
			_, err := w.Begin(sceneOf(ada, noon.Add(2*time.Hour)), Go{})
			return err
		}, []string{"past"}},
		{"no notes and an open check", func() error {
			w := in(Verifying)
			w.Checks[0].Results = nil
			_, err := w.Close(sceneOf(ada, noon), End{Outcome: Successful})
			return err
		}, []string{"check-open", "notes-missing"}},
		{"waived by who closes", func() error {
			w := in(Verifying)
			w.Checks[0].Results = []Result{{Answer: Waived, By: bob.Email}}
			_, err := w.Close(sceneOf(bob, noon), End{Outcome: Successful, Notes: "done"})
			return err
		}, []string{"waived-by-closer"}},
		{"an emergency without its approval", func() error {
			w := in(Verifying)
			w.Kind = Emergency
			_, err := w.Close(sceneOf(ada, noon), End{Outcome: Successful, Notes: "done"})
			return err
		}, []string{"approval-missing"}},
		{"an approval after the emergency was rejected", func() error {
			w := in(Verifying)
			w.Kind = Emergency
			if _, err := w.Reject(sceneOf(bob, noon), "needless"); err != nil {
				return err
			}
			_, err := w.Approve(sceneOf(Person{Email: "eve@example.org", Role: Approver}, noon), Yes{})
			return err
		}, []string{"state"}},
		{"a failure without a follow-up", func() error {
			w := in(InProgress)
			_, err := w.Close(sceneOf(ada, noon), End{Outcome: Failed, Notes: "no"})
			return err
		}, []string{"notes-missing"}},
	} {
		if got := reasons(c.do()); !slices.Equal(got, c.want) {
			t.Errorf("%s: got %v, want %v", c.name, got, c.want)
		}
	}
}

func TestAnApproverOverridesTheStartGateButNeverChecks(t *testing.T) {
	t.Parallel()
	w := in(Scheduled)
	w.Checks = append(w.Checks, Check{ID: "b", Phase: Before, Required: true})
	s := sceneOf(bob, noon.Add(-time.Hour))
	s.Told = Told{}
	if _, err := w.Begin(s, Go{Override: true, Reason: "told by telephone"}); !slices.Equal(reasons(err), []string{"check-open"}) {
		t.Fatalf("got %v, want check-open alone", err)
	}
	w.Checks = w.Checks[:1]
	ev, err := w.Begin(s, Go{Override: true, Reason: "told by telephone"})
	if err != nil || len(ev.Data.Reasons) != 2 {
		t.Fatalf("got %v with %v; want the two overridden reasons in the log", err, ev.Data.Reasons)
	}
	var forbidden *ForbiddenError
	w = in(Scheduled)
	if s.By = ada; !errors.As(func() error { _, err := w.Begin(s, Go{Override: true, Reason: "x"}); return err }(), &forbidden) {
		t.Fatal("an operator overrode the gate")
	}
}

func TestConflictsAreSymmetricAndHalfOpen(t *testing.T) {
	t.Parallel()
	a, b := in(Requested), in(Scheduled)
	a.ID, b.ID, b.Lead = "a", "b", bob.Email
	for _, c := range []struct {
		name  string
		start time.Time
		want  int
	}{
		{"the same time", noon, 1},
		{"an hour into it", noon.Add(time.Hour), 1},
		{"back to back", noon.Add(2 * time.Hour), 0},
		{"right before", noon.Add(-2 * time.Hour), 0},
	} {
		b.Interval = Interval{c.start, c.start.Add(2 * time.Hour)}
		early := noon.Add(-100 * time.Hour)
		near := aroundOf([]Service{core}, a, b)
		ab, ba := a.Conflicts(near, Policy{}, early), b.Conflicts(near, Policy{}, early)
		if len(ab) != c.want || len(ba) != c.want {
			t.Errorf("%s: %d and %d conflicts, want %d", c.name, len(ab), len(ba), c.want)
		}
	}
}

func TestLocalTimesThatAreSkippedOrRepeatedAreNamed(t *testing.T) {
	t.Parallel()
	berlin, _ := Zone("Europe/Berlin")
	for _, c := range []struct{ date, clock, want, wrong string }{
		{"2026-12-12", "02:00", "2026-12-12T01:00:00Z", ""},
		{"2026-03-29", "02:30", "", "2026-03-29 02:30 does not exist in Europe/Berlin: the clocks go forward then."},
		{"2026-10-25", "02:30", "", `2026-10-25 02:30 happens twice in Europe/Berlin, at 00:30 and at 01:30 UTC: write "02:30 earlier" or "02:30 later".`},
		{"2026-10-25", "02:30 later", "2026-10-25T01:30:00Z", ""},
		{"2026-13-01", "02:30", "", "Give a day and a time, such as 2026-12-12 and 02:00."},
	} {
		at, wrong := Local(c.date, c.clock, berlin)
		got := ""
		if wrong == "" {
			got = at.Format(time.RFC3339)
		}
		if got != c.want || wrong != c.wrong {
			t.Errorf("%s %s: got %q, %q; want %q, %q", c.date, c.clock, got, wrong, c.want, c.wrong)
		}
	}
	for _, bad := range []string{"", "Local", "localtime", "posix/UTC", "europe/berlin", "../etc/passwd", "Nowhere/Land"} {
		if _, ok := Zone(bad); ok {
			t.Errorf("%q passed for a time zone", bad)
		}
	}
}

func TestValuesThatWouldInjectAreRefused(t *testing.T) {
	t.Parallel()
	for _, title := range []string{"", "a\r\nBcc: x@example.org", "a\x00b", "a\u202eb", "a\xffb", string(make([]rune, 300))} {
		p := in(Draft).Plan
		p.Title = title
		p.Tidy()
		var invalid InvalidError
		if err := p.Check(); !errors.As(err, &invalid) || invalid["title"] == "" {
			t.Errorf("title %q gave %v", title, err)
		}
	}
	for _, url := range []string{"javascript:alert(1)", "https://x/\r\nATTENDEE:x", "//x", "https://u:p@x/"} {
		p := in(Draft).Plan
		p.RunbookURL = url
		if p.Check() == nil {
			t.Errorf("the address %q was taken", url)
		}
	}
	for _, address := range []string{"a b@example.org", `"q"@example.org`, "a@x, b@y", "a@localhost@", "ada", "a\u202e@example.org", "A <a@example.org>"} {
		if _, wrong := ParseAddress(address); wrong == "" {
			t.Errorf("the address %q was taken", address)
		}
	}
}

func TestRemindersFireOnceAndOnlyTheNearest(t *testing.T) {
	t.Parallel()
	w := in(Scheduled)
	w.Reminders = []time.Duration{24 * time.Hour, time.Hour, 45 * time.Second}
	w.ScheduledAt = noon.Add(-48 * time.Hour)
	if due := w.Due(); !due.Equal(noon.Add(-24 * time.Hour)) {
		t.Fatalf("due at %v", due)
	}
	evs := w.Tick(noon.Add(-30*time.Minute), time.Time{})
	if len(evs) != 1 || evs[0].Data.Offset != "1h" {
		t.Fatalf("after a sleep the clock gave %d events, want the nearest reminder alone", len(evs))
	}
	if evs = w.Tick(noon.Add(-30*time.Minute), time.Time{}); len(evs) != 0 {
		t.Fatalf("asked again it gave %d events", len(evs))
	}
	if evs = w.Tick(noon.Add(-30*time.Second), time.Time{}); len(evs) != 1 || evs[0].Data.Offset != "45s" {
		t.Fatalf("the reminder of seconds gave %d events", len(evs))
	}
	if evs = w.Tick(noon, time.Time{}); len(evs) != 1 || evs[0].Kind != WentLate {
		t.Fatalf("at the start it gave %v, want late", evs)
	}
}

func TestTheReminderPromisedIsTheOneThatComes(t *testing.T) {
	t.Parallel()
	for told := 72 * time.Hour; told >= 0; told -= 15 * time.Minute {
		now := noon.Add(-told)
		w := in(Scheduled)
		w.Reminders, w.ScheduledAt = []time.Duration{48 * time.Hour, 24 * time.Hour, time.Hour}, now
		promised, any := w.NextReminder(now)
		var first string
		for at := now.Add(time.Minute); at.Before(noon) && first == ""; at = at.Add(time.Minute) {
			for _, ev := range w.Tick(at, now) {
				first = ev.Data.Offset
			}
		}
		if want := map[bool]string{true: Duration(promised)}[any]; first != want {
			t.Errorf("told %s before the start: %q was promised, %q came", told, want, first)
		}
	}
}

func TestAWaiverOfAnyPhaseKeepsItsAuthorFromClosing(t *testing.T) {
	t.Parallel()
	w := in(Verifying)
	for i := range w.Checks {
		w.Checks[i].Results = []Result{{Answer: Passed, By: ada.Email}}
	}
	w.Checks = append(w.Checks, Check{ID: "b", Phase: Before, Required: true, Results: []Result{{Answer: Waived, By: bob.Email}}})
	end := End{Outcome: Successful, Notes: "done"}
	if _, err := w.Close(sceneOf(bob, noon), end); !slices.Equal(reasons(err), []string{"waived-by-closer"}) {
		t.Errorf("got %v, want waived-by-closer", err)
	}
	if _, err := w.Close(sceneOf(ada, noon), end); err != nil {
		t.Errorf("another person could not close: %v", err)
	}
}

func TestAnOverrideOfNoKindThereIsIsRefused(t *testing.T) {
	t.Parallel()
	w := in(Requested)
	var wrong InvalidError
	_, err := w.Approve(sceneOf(bob, noon.Add(-time.Hour)), Yes{Override: []ConflictKind{"bogus"}, Reason: "x"})
	if !errors.As(err, &wrong) || wrong["override"] == "" {
		t.Errorf("got %v, want the field override refused", err)
	}
}
