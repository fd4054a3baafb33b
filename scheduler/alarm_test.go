package scheduler

import (
	"reflect"
	"slices"
	"testing"
	"time"
)

const quarter = 15 * time.Minute

var (
	onCall = Service{
		Slug: "core-db", Name: "Core database", Tier: 1, PrimaryOwner: "primary@example.org", BackupOwner: "backup@example.org",
		Escalation: []string{"manager@example.org", "director@example.org"},
	}
	beside = Service{
		Slug: "shop", Name: "Shop", Tier: 2, PrimaryOwner: "primary@example.org", BackupOwner: "shop@example.org",
		Escalation: []string{"head@example.org", "manager@example.org", "board@example.org"},
	}
)

func TestTheLadderNamesEverybodyOnce(t *testing.T) {
	t.Parallel()
	w := in(InProgress)
	for _, c := range []struct {
		name     string
		services []Service
		want     [][]string
	}{
		{"no service names anybody", []Service{core}, [][]string{{"ada@example.org"}}},
		{"one service", []Service{onCall}, [][]string{
			{"ada@example.org", "primary@example.org"}, {"backup@example.org"}, {"manager@example.org"}, {"director@example.org"},
		}},
		{"two services climb side by side", []Service{onCall, beside}, [][]string{
			{"ada@example.org", "primary@example.org"}, {"backup@example.org", "shop@example.org"},
			{"manager@example.org", "head@example.org"}, {"director@example.org"}, {"board@example.org"},
		}},
		{"who leads is not called again as an owner", []Service{{PrimaryOwner: "ada@example.org", BackupOwner: "ADA@example.org"}},
			[][]string{{"ada@example.org"}}},
		{"what is no address is left out", []Service{{PrimaryOwner: "the team", Escalation: []string{"", "x@example.org"}}},
			[][]string{{"ada@example.org"}, {"x@example.org"}}},
	} {
		if got := DutyFor(w, c.services, quarter).Ladder; !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: got %v, want %v", c.name, got, c.want)
		}
	}
}

// step is one thing that happens to a window that is over time, so long after its end.
type step struct {
	after time.Duration
	do    func(w *Window, s Scene) error // nil: the clock goes round
	calls []string                       // by this step
	next  time.Duration                  // when the next call is due, after the end; negative: never
}

func TestAnEscalationClimbsUntilItIsTakenUpOrUntrue(t *testing.T) {
	t.Parallel()
	const never = -1
	first := []string{"ada@example.org", "primary@example.org"}
	acknowledge := func(w *Window, s Scene) error { _, err := w.Acknowledge(s, ""); return err }
	escalate := func(w *Window, s Scene) error { _, err := w.Escalate(s, "Stuck."); return err }
	extend := func(w *Window, s Scene) error { _, err := w.Extend(s, w.End.Add(time.Hour), "Slow."); return err }
	end := func(w *Window, s Scene) error {
		_, err := w.Close(s, End{Outcome: Successful, Notes: "Done."})
		return err
	}
	for _, c := range []struct {
		name  string
		delay time.Duration
		steps []step
	}{
		{"one step for each delay, to the end of the path, and no further", quarter, []step{
			{-time.Minute, nil, nil, 0},
			{0, nil, first, quarter},
			{quarter - time.Second, nil, nil, quarter},
			{quarter, nil, []string{"backup@example.org"}, 2 * quarter},
			{2 * quarter, nil, []string{"manager@example.org"}, 3 * quarter},
			{3 * quarter, nil, []string{"director@example.org"}, never},
			{100 * quarter, nil, nil, never},
		}},
		{"without a delay all are called at once", 0, []step{
			{0, nil, []string{"ada@example.org", "primary@example.org", "backup@example.org", "manager@example.org", "director@example.org"}, never},
			{quarter, nil, nil, never},
		}},
		{"who was asleep calls one step, not all that were missed", quarter, []step{
			{0, nil, first, quarter},
			{10 * quarter, nil, []string{"backup@example.org"}, 11 * quarter},
			{10 * quarter, nil, nil, 11 * quarter},
		}},
		{"asleep at the end itself, it begins with the first", quarter, []step{
			{10 * quarter, nil, first, 11 * quarter},
		}},
		{"taken up, nobody more is called", quarter, []step{
			{0, nil, first, quarter},
			{time.Minute, acknowledge, nil, never},
			{10 * quarter, nil, nil, never},
		}},
		{"taken up, a person can still call the next", quarter, []step{
			{0, nil, first, quarter},
			{time.Minute, acknowledge, nil, never},
			{2 * time.Minute, escalate, []string{"backup@example.org"}, never},
		}},
		{"a person calls the next at once, and the delay begins anew", quarter, []step{
			{0, nil, first, quarter},
			{time.Minute, escalate, []string{"backup@example.org"}, time.Minute + quarter},
			{quarter, nil, nil, time.Minute + quarter},
			{time.Minute + quarter, nil, []string{"manager@example.org"}, time.Minute + 2*quarter},
		}},
		{"extended, it begins anew with the new end", quarter, []step{
			{0, nil, first, quarter},
			{time.Minute, extend, nil, time.Hour},
			{quarter, nil, nil, time.Hour},
			{time.Hour, nil, first, time.Hour + quarter},
		}},
		{"closed, it is over", quarter, []step{
			{0, nil, first, quarter},
			{time.Minute, end, nil, never},
			{quarter, nil, nil, never},
		}},
	} {
		w := in(Verifying)
		over := w.End
		for i, st := range c.steps {
			now, before := over.Add(st.after), len(w.Alarm.called())
			if !w.Alarm.Since.Equal(w.End) {
				before = 0
			}
			duty := DutyFor(w, []Service{onCall}, c.delay)
			if st.do == nil {
				w.CallOut(w.Tick(now, time.Time{}), duty, now)
			} else {
				s := sceneOf(bob, now)
				s.Services, s.EscalateAfter = []Service{onCall}, c.delay
				if err := st.do(&w, s); err != nil {
					t.Errorf("%s: step %d: %v", c.name, i+1, err)
				}
			}
			var got []string
			if all := w.Alarm.called(); len(all) > before && w.Alarm.Since.Equal(w.End) {
				got = all[before:]
			}
			if !slices.Equal(got, st.calls) {
				t.Errorf("%s: step %d called %v, want %v", c.name, i+1, got, st.calls)
			}
			due := time.Duration(never)
			if at := w.Due(); !at.IsZero() {
				due = at.Sub(over)
			}
			if due != st.next {
				t.Errorf("%s: after step %d the clock is due %v after the end, want %v", c.name, i+1, due, st.next)
			}
		}
	}
}

func TestALateWindowCallsUntilItStartsOrMoves(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		do   func(w *Window)
		want int // calls in the end
	}{
		{"nobody does anything", func(*Window) {}, 3},
		{"it starts", func(w *Window) { w.State = InProgress }, 1},
		{"it moves", func(w *Window) { w.Move(Interval{w.Start.Add(24 * time.Hour), w.End.Add(24 * time.Hour)}) }, 1},
		{"it is sent back for approval", func(w *Window) { w.State = Requested }, 1},
		{"it is cancelled", func(w *Window) { w.State = Cancelled }, 1},
	} {
		w := in(Scheduled)
		duty := DutyFor(w, []Service{onCall}, quarter)
		start := w.Start
		evs := w.CallOut(w.Tick(start, time.Time{}), duty, start)
		if len(evs) != 1 || evs[0].Kind != WentLate || !slices.Equal(evs[0].Data.Called, duty.Ladder[0]) {
			t.Fatalf("%s: late gave %+v", c.name, evs)
		}
		c.do(&w)
		for n := 1; n <= 2; n++ {
			now := start.Add(time.Duration(n) * quarter)
			w.CallOut(w.Tick(now, time.Time{}), duty, now)
		}
		if got := len(w.Alarm.Calls); got != c.want {
			t.Errorf("%s: %d calls, want %d", c.name, got, c.want)
		}
	}
}

func TestWhoTookUpThatItWasLateIsAskedAgainWhenItIsOverTime(t *testing.T) {
	t.Parallel()
	w := in(Scheduled)
	duty := DutyFor(w, []Service{onCall}, quarter)
	w.CallOut(w.Tick(w.Start, time.Time{}), duty, w.Start)
	if _, err := w.Acknowledge(sceneOf(bob, w.Start.Add(time.Minute)), "On it."); err != nil {
		t.Fatal(err)
	}
	if w.Ringing(w.Start.Add(quarter)) || !w.TakenUp(w.Start.Add(quarter)) {
		t.Error("it was taken up and still rings")
	}
	w.State = InProgress
	evs := w.CallOut(w.Tick(w.End, time.Time{}), duty, w.End)
	if len(evs) == 0 || evs[len(evs)-1].Kind != Overran || !w.Ringing(w.End) {
		t.Errorf("at the end the clock gave %+v, want it to ring for the overrun", evs)
	}
}

func TestAPersonEscalatesWithoutAnAlarmToo(t *testing.T) {
	t.Parallel()
	w := in(InProgress)
	s := sceneOf(ada, noon.Add(time.Hour))
	s.Services, s.EscalateAfter = []Service{onCall}, quarter
	for _, want := range [][]string{
		{"primary@example.org"}, {"backup@example.org"}, {"manager@example.org"}, {"director@example.org"},
		{"primary@example.org", "backup@example.org", "manager@example.org", "director@example.org"}, // nobody is left: all, but who asks
	} {
		ev, err := w.Escalate(s, "The restore hangs.")
		if err != nil || !slices.Equal(ev.Data.Called, want) || !ev.Data.Inside {
			t.Fatalf("got %v, %v, want %v called", ev.Data.Called, err, want)
		}
		if !w.Alarm.Next.IsZero() {
			t.Fatal("nothing is amiss, and still the clock is to call")
		}
	}
	s.Services = nil
	if _, err := w.Escalate(s, "The restore hangs."); !slices.Equal(reasons(err), []string{"state"}) {
		t.Errorf("with nobody else to call: %v", err)
	}
}
