package scheduler

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"
)

// life drives one window by a string of bytes: each verb takes one byte for
// itself, one for who, and as many more as it asks for.
type life struct {
	*testing.T
	rest   []byte
	w      Window
	now    time.Time
	policy Policy
	ids    int
	closer string
}

var cast = []Person{
	ada, bob, {Email: "eve@example.org", Name: "Eve", Role: Approver},
	{Email: "root@example.org", Name: "Root", Role: Admin}, {Email: "vic@example.org", Name: "Vic", Role: Viewer},
}

// next is the next byte below n; zero when none are left.
func (l *life) next(n int) int {
	if len(l.rest) == 0 {
		return 0
	}
	b := l.rest[0]
	l.rest = l.rest[1:]
	return int(b) % n
}

func pick[T any](l *life, all []T) T { return all[l.next(len(all))] }

func (l *life) scene() Scene {
	s := Scene{By: pick(l, cast), Now: l.now, Services: []Service{core}, Policy: l.policy, Told: told, Recipients: 1}
	s.Told.Accepted = l.now.Add(-time.Duration(l.next(100)) * time.Hour)
	switch l.next(16) {
	case 0:
		s.Conflicts = []Conflict{{Kind: SameService, Blocking: true, Window: "o", Service: "core-db"}}
	case 1:
		s.Told = Told{Pending: true}
	}
	s.Conflicts = l.w.markOverridden(s.Conflicts)
	s.NewID = func() string { l.ids++; return fmt.Sprint(l.ids) }
	return s
}

func (l *life) text() string {
	return pick(l, []string{"because", "because", "because", "because", "", "a\x00b"})
}

func (l *life) past() time.Time {
	return pick(l, []time.Time{{}, {}, {}, {}, l.now.Add(-time.Hour), l.now.Add(time.Hour)})
}

// plan is the window's with one thing changed.
func (l *life) plan() Plan {
	p := l.w.Plan
	p.Checks, p.Services = slices.Clone(p.Checks), slices.Clone(p.Services)
	switch l.next(8) {
	case 0:
		p.Start, p.End = p.Start.Add(time.Hour), p.End.Add(time.Hour)
	case 1:
		p.Title += "!"
	case 2:
		p.Kind = pick(l, Kinds)
	case 3:
		p.Checks = append(p.Checks, Check{Phase: pick(l, Phases), Text: fmt.Sprint("check ", len(p.Checks)), Required: l.next(2) == 0})
	case 4:
		p.Checks = p.Checks[:l.next(len(p.Checks)+1)]
	case 5:
		p.Services = []Affected{{"core-db", pick(l, Impacts)}}
	case 6:
		p.End = p.Start
	}
	return p
}

// lived are the verbs of a window's life.
var lived = []struct {
	name string
	do   func(*life, *Window, Scene) (Event, error)
}{
	{"submit", func(l *life, w *Window, s Scene) (Event, error) { return w.Submit(s, l.text()) }},
	{"approve", func(l *life, w *Window, s Scene) (Event, error) {
		return w.Approve(s, pick(l, []Yes{{}, {Override: []ConflictKind{SameService}, Reason: "agreed"}, {Override: []ConflictKind{"bogus"}}}))
	}},
	{"reject", func(l *life, w *Window, s Scene) (Event, error) { return w.Reject(s, l.text()) }},
	{"change", func(l *life, w *Window, s Scene) (Event, error) {
		return w.Change(s, Edit{Plan: l.plan(), Reason: l.text(), Approve: l.next(2) == 0})
	}},
	{"start", func(l *life, w *Window, s Scene) (Event, error) {
		return w.Begin(s, Go{Override: l.next(2) == 0, Reason: l.text(), At: l.past()})
	}},
	{"finish", func(l *life, w *Window, s Scene) (Event, error) { return w.Finish(s, l.text(), l.past()) }},
	{"resume", func(l *life, w *Window, s Scene) (Event, error) { return w.Resume(s, l.text()) }},
	{"close", func(l *life, w *Window, s Scene) (Event, error) {
		ev, err := w.Close(s, End{Outcome: pick(l, Outcomes), Notes: l.text(), FollowUp: l.text(), At: l.past()})
		if err == nil {
			l.closer = s.By.Email
		}
		return ev, err
	}},
	{"extend", func(l *life, w *Window, s Scene) (Event, error) {
		return w.Extend(s, w.End.Add(time.Duration(l.next(4)-1)*100*time.Hour), l.text())
	}},
	{"cancel", func(l *life, w *Window, s Scene) (Event, error) { return w.Cancel(s, l.text()) }},
	{"hand over", func(l *life, w *Window, s Scene) (Event, error) { return w.HandOver(s, pick(l, cast).Email) }},
	{"progress", func(l *life, w *Window, s Scene) (Event, error) { return w.Progress(s, l.text(), l.next(2) == 0) }},
	{"acknowledge", func(l *life, w *Window, s Scene) (Event, error) { return w.Acknowledge(s, l.text()) }},
	{"escalate", func(l *life, w *Window, s Scene) (Event, error) { return w.Escalate(s, l.text()) }},
	{"answer", func(l *life, w *Window, s Scene) (Event, error) {
		check := "none"
		if len(w.Checks) > 0 {
			check = pick(l, w.Checks).ID
		}
		return w.Answer(s, check, Result{Answer: pick(l, []Answer{Passed, Passed, Passed, CheckFailed, Waived, "maybe"}), Note: l.text()})
	}},
	{"delete", func(_ *life, w *Window, s Scene) (Event, error) { c := *w; return c.Forget(s) }},
}

// ahead are the verbs that carry a window on, by their place among lived.
var ahead = map[State][]int{
	Draft: {0, 14}, Requested: {1, 1, 4, 14}, Scheduled: {4, 14}, InProgress: {5, 5, 2, 7, 14, 14}, Verifying: {7, 2, 14, 14, 14},
	Closed: {7}, Cancelled: {9},
}

func FuzzLife(f *testing.F) {
	f.Add([]byte{1, 0, 0, 0, 30, 7, 0, 1, 1, 30, 7, 0, 4, 0, 30, 7, 1, 0, 0, 5, 0, 30, 7, 0, 0, 14, 0, 30, 7, 0, 0, 0, 7, 0, 30, 7, 0, 0, 0, 0})
	f.Add([]byte{0, 2, 0, 0, 30, 7, 0, 4, 0, 30, 7, 1, 0, 0, 2, 1, 30, 7, 0, 14, 0, 30, 7, 0, 0, 0, 7, 0, 30, 7, 4, 0, 0, 0})
	f.Add([]byte{2, 0, 0, 0, 90, 0, 0, 1, 1, 90, 7, 1, 1, 2, 90, 7, 1, 3, 3, 90, 7, 0, 0, 1, 9, 0, 90, 7, 0})
	f.Fuzz(func(t *testing.T, data []byte) { live(t, data, func(Window) {}) })
}

// live leads a life, and shows each window that it comes to be.
func live(t *testing.T, data []byte, show func(Window)) {
	l := &life{T: t, rest: data, now: noon.Add(-5 * time.Minute)}
	l.policy = PolicyOf(pick(l, Presets))
	p := in(Draft).Plan
	p.Kind, p.Checks[0].ID, p.Checks[0].Results = pick(l, Kinds), "", nil
	p.Checks = append(p.Checks, Check{Phase: Rollback, Text: "Back", Required: true}, Check{Phase: Before, Text: "Ready", Required: true})
	p.RollbackDuration, p.Reminders = 30*time.Minute, []time.Duration{time.Hour, time.Minute}
	var err error
	if l.w, _, err = New(1, p, l.scene()); err != nil {
		t.Fatal(err)
	}
	for step := 0; len(l.rest) > 0 && step < 200; step++ {
		l.step()
		show(l.w)
	}
}

func TestLivesOfAllKindsComeToEveryEnd(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	dice := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // the same lives each time
	for range 3000 {
		data := make([]byte, 600)
		for i := range data {
			data[i] = byte(dice.Uint32())
		}
		live(t, data, func(w Window) { seen[string(w.State)], seen[string(w.Outcome)] = true, true })
	}
	for _, s := range States {
		if !seen[string(s)] {
			t.Errorf("no life came to be %s", s)
		}
	}
	for _, o := range Outcomes {
		if !seen[string(o)] {
			t.Errorf("no life ended as %s", o)
		}
	}
}

// step does one thing, and looks at what became of the window.
func (l *life) step() {
	was := l.w
	was.Checks, was.Approvals, was.Marks = slices.Clone(was.Checks), slices.Clone(was.Approvals), slices.Clone(was.Marks)
	n := l.next(len(lived) + 2)
	if len(l.rest) > 0 && l.rest[0] >= 128 { // most often what may come next, so that lives get somewhere
		n = pick(l, ahead[l.w.State])
	}
	switch {
	case n == len(lived):
		l.now = l.now.Add(time.Duration(l.next(32)) * time.Minute)
	case n > len(lived):
		duty := DutyFor(l.w, []Service{core}, 15*time.Minute)
		evs := l.w.CallOut(l.w.Tick(l.now, time.Time{}), duty, l.now)
		if l.w.Version < was.Version+len(evs) || was.State.Final() && len(evs) > 0 {
			l.Fatalf("%d events of the clock on a %s window took version %d to %d", len(evs), was.State, was.Version, l.w.Version)
		}
		if again := l.w.CallOut(l.w.Tick(l.now, time.Time{}), duty, l.now); len(again) > 0 {
			l.Fatalf("the clock asked twice says again: %v", again)
		}
	default:
		verb, s := lived[n], l.scene()
		ev, err := verb.do(l, &l.w, s)
		switch {
		case err != nil && !reflect.DeepEqual(l.w, was):
			l.Fatalf("%s was refused (%v) and still changed the window:\n%+v\nto\n%+v", verb.name, err, was, l.w)
		case err == nil && was.State.Final():
			l.Fatalf("%s succeeded on a window that is %s", verb.name, was.State)
		case err == nil && verb.name != "delete":
			l.happened(verb.name, was, ev)
		}
	}
	l.sound()
}

// happened looks at what a verb changed.
func (l *life) happened(verb string, was Window, ev Event) {
	w := l.w
	if w.Version <= was.Version || w.Sequence < was.Sequence {
		l.Fatalf("%s took version %d to %d, sequence %d to %d", verb, was.Version, w.Version, was.Sequence, w.Sequence)
	}
	if w.State != was.State && !slices.Contains(moves[was.State], w.State) {
		l.Fatalf("%s moved %s to %s, which no table lists", verb, was.State, w.State)
	}
	if ev.WindowID != w.ID || !ev.At.Equal(l.now) || ev.Data.State != w.State || (ev.Data.Announce != "") != (ev.Data.Notice != nil) {
		l.Fatalf("%s left the event %+v of a window that is %s", verb, ev, w.State)
	}
	for i, c := range was.Checks {
		if j := slices.IndexFunc(w.Checks, func(o Check) bool { return o.ID == c.ID }); j >= 0 && !slices.Equal(w.Checks[j].Results[:len(c.Results)], c.Results) {
			l.Fatalf("%s changed results of check %d that were there before", verb, i)
		}
	}
}

// sound holds the window against what is true of every window.
func (l *life) sound() {
	w, p := l.w, l.w.policy(l.policy)
	if !w.Start.Before(w.End) || w.End.Sub(w.Start) > LongestWindow {
		l.Fatalf("planned from %v to %v", w.Start, w.End)
	}
	marks := slices.Sorted(slices.Values(w.Marks))
	if len(slices.Compact(marks)) != len(w.Marks) {
		l.Fatalf("marks twice: %v", w.Marks)
	}
	by := map[string]bool{}
	for _, a := range w.Approvals {
		if a.By == w.Requester || by[a.By] {
			l.Fatalf("requested by %s, approved by %+v", w.Requester, w.Approvals)
		}
		by[a.By] = true
	}
	approved := len(w.Approvals) >= p.Quorum([]Service{core})
	if w.State == Scheduled && !approved || w.State.Running() && !approved && w.Kind != Emergency {
		l.Fatalf("%s with %d approvals under %s", w.State, len(w.Approvals), p.Preset)
	}
	if w.State == Closed {
		l.closedRight(p)
	}
}

func (l *life) closedRight(p Policy) {
	w := l.w
	if w.ClosingNotes == "" || w.ActualEnd.IsZero() || w.Ended().Before(w.Began()) {
		l.Fatalf("closed with notes %q, from %v to %v", w.ClosingNotes, w.Began(), w.Ended())
	}
	if w.Kind == Emergency && len(w.Approvals) == 0 && w.Outcome != Unapproved {
		l.Fatalf("an emergency closed as %s without its approval", w.Outcome)
	}
	settled := map[Phase]int{}
	for _, c := range w.Checks {
		if c.Required && c.Settled() {
			settled[c.Phase]++
		} else if c.Required {
			settled[c.Phase] = -len(w.Checks)
		}
		if r := c.Last(); r != nil && r.Answer == Waived && r.By == l.closer && (!p.SelfWaiver || w.Outcome == Successful) {
			l.Fatalf("%s waived %q and closed it as %s", l.closer, c.Text, w.Outcome)
		}
	}
	switch w.Outcome {
	case RolledBack, Failed:
		if settled[Rollback] < 0 || settled[Rollback] == 0 && settled[Verify] <= 0 {
			l.Fatalf("closed as %s with open checks: %+v", w.Outcome, w.Checks)
		}
	default:
		if settled[Verify] <= 0 || settled[During] < 0 {
			l.Fatalf("closed as %s with open checks: %+v", w.Outcome, w.Checks)
		}
	}
}
