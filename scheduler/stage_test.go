package scheduler

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
)

// at is an interval of minutes after noon.
func at(from, to int) Interval {
	return Interval{noon.Add(time.Duration(from) * time.Minute), noon.Add(time.Duration(to) * time.Minute)}
}

// staged is a window of two hours on two services in three stages, each with
// its verify check, in a state.
func staged(state State) Window {
	w := in(state)
	w.Services = []Affected{{"core-db", Outage}, {"shop", Degraded}}
	w.RollbackDuration, w.VerificationDuration = 10*time.Minute, 5*time.Minute
	w.Stages = []Stage{{"canary", []string{"shop"}, at(0, 30)}, {"half", nil, at(30, 60)}, {"rest", []string{"core-db"}, at(60, 120)}}
	w.Checks = nil
	for _, st := range w.Stages {
		w.Checks = append(w.Checks, Check{ID: "v-" + st.Name, Phase: Verify, Stage: st.Name, Text: st.Name + " answers", Required: true})
	}
	if state.Running() {
		w.Stage = 1
	}
	return w
}

// answer settles a check of the window, whatever the rules say.
func (w *Window) answer(id string, a Answer, by Person) {
	w.Checks = slices.Clone(w.Checks)
	c := &w.Checks[slices.IndexFunc(w.Checks, func(c Check) bool { return c.ID == id })]
	c.Results = append(slices.Clone(c.Results), Result{Answer: a, By: by.Email})
}

func TestStagesAreRefusedInWords(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		edit  func(*Plan)
		field string
		want  string
	}{
		{"as they should be", func(*Plan) {}, "stages", ""},
		{"no name", func(p *Plan) { p.Stages[0].Name = " " }, "stages", "Give each stage a name."},
		{"a name of two lines", func(p *Plan) { p.Stages[0].Name = "a\nb" }, "stages", "Write this in one line."},
		{"a long name", func(p *Plan) { p.Stages[0].Name = strings.Repeat("x", 61) }, "stages", "This is too long: 61 characters, at most 60."},
		{"one name twice", func(p *Plan) { p.Stages[1].Name = "canary" }, "stages", "Two stages are named “canary”."},
		{"no end", func(p *Plan) { p.Stages[1].End = time.Time{} }, "stages", "Give the stage “half” a start and an end."},
		{"back to front", func(p *Plan) { p.Stages[1].Interval = at(60, 30) }, "stages", "The end of the stage “half” must come after its start."},
		{"no length", func(p *Plan) { p.Stages[1].Interval = at(30, 30) }, "stages", "The end of the stage “half” must come after its start."},
		{"before the window", func(p *Plan) { p.Stages[0].Interval = at(-1, 30) }, "stages", "The stage “canary” must lie inside the window."},
		{"past the window", func(p *Plan) { p.Stages[2].Interval = at(60, 121) }, "stages", "The stage “rest” must lie inside the window."},
		{"overlapping", func(p *Plan) { p.Stages[1].Interval = at(29, 60) }, "stages", "The stage “half” begins before “canary” ends: stages follow one another."},
		{"out of order", func(p *Plan) { p.Stages[0], p.Stages[1] = p.Stages[1], p.Stages[0] }, "stages", "The stage “canary” begins before “half” ends: stages follow one another."},
		{"with a pause between", func(p *Plan) { p.Stages[1].Interval = at(40, 50) }, "stages", ""},
		{"a service that the window does not touch", func(p *Plan) { p.Stages[0].Services = []string{"wiki"} }, "stages", `The stage “canary” names "wiki", which is none of the window's services.`},
		{"a service twice", func(p *Plan) { p.Stages[0].Services = []string{"shop", "shop"} }, "stages", `The stage “canary” names "shop" twice.`},
		{"a window without times", func(p *Plan) { p.Interval = Interval{} }, "stages", "Give the window a start and an end before its stages."},
		{"too many", func(p *Plan) { p.Stages = make([]Stage, 21) }, "stages", "There are 21 here, at most 20."},
		{"a check of no stage there is", func(p *Plan) { p.Checks[0].Stage = "moon" }, "checks", "There is no stage “moon”."},
		{"a check before a stage", func(p *Plan) { p.Checks[0].Phase = Before }, "checks", "A check of the phase before belongs to the whole window, not to a stage."},
		{"a check during a stage", func(p *Plan) { p.Checks[0].Phase = During }, "checks", ""},
		{"a rollback check of a stage", func(p *Plan) { p.Checks[0].Phase = Rollback }, "checks", ""},
	} {
		p := staged(Draft).Plan
		c.edit(&p)
		p.Tidy()
		var wrong InvalidError
		errors.As(p.Check(), &wrong)
		if wrong[c.field] != c.want {
			t.Errorf("%s: got %q, want %q", c.name, wrong[c.field], c.want)
		}
	}
}

func TestEveryStageIsSubmittedWithARequiredVerifyCheck(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		edit func(*Window)
		want []string
	}{
		{"each has one", func(*Window) {}, nil},
		{"one has none", func(w *Window) { w.Checks = w.Checks[:2] }, []string{"Add at least one required verify check of the stage “rest”: the next one begins only after it."}},
		{"one is optional", func(w *Window) { w.Checks[1].Required = false }, []string{"Add at least one required verify check of the stage “half”: the next one begins only after it."}},
		{"one is of the whole window", func(w *Window) { w.Checks[0].Stage = "" }, []string{"Add at least one required verify check of the stage “canary”: the next one begins only after it."}},
	} {
		w := staged(Draft)
		c.edit(&w)
		_, err := w.Submit(sceneOf(ada, noon.Add(-48*time.Hour)), "")
		var gate *GateError
		var got []string
		if errors.As(err, &gate) {
			for _, r := range gate.Reasons {
				got = append(got, r.Detail)
			}
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}

func TestDecideByFollowsTheStage(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		state State
		stage int
		want  int // minutes after noon
	}{
		{"the first one's before the start", Scheduled, 0, 15},
		{"in the first", InProgress, 1, 15},
		{"in the second", InProgress, 2, 45},
		{"in the last", InProgress, 3, 105},
	} {
		w := staged(c.state)
		w.Stage = c.stage
		if got, ok := w.DecideBy(); !ok || !got.Equal(noon.Add(time.Duration(c.want)*time.Minute)) {
			t.Errorf("%s: got %v, want %d minutes after noon", c.name, got, c.want)
		}
	}
}

func TestDecideByComesOnceAStage(t *testing.T) {
	t.Parallel()
	w := staged(InProgress)
	var got []string
	for minute := 0; minute < 120; minute++ {
		now := noon.Add(time.Duration(minute) * time.Minute)
		if (minute == 30 || minute == 60) && w.Stage < 3 {
			w.answer("v-"+w.Present().Name, Passed, ada)
			if _, err := w.Advance(sceneOf(ada, now), Next{}); err != nil {
				t.Fatal(err)
			}
		}
		if due := w.Due(); !due.IsZero() && due.Before(now) {
			t.Fatalf("in minute %d the clock is due at %v and did nothing about it", minute, due)
		}
		for _, ev := range w.Tick(now, time.Time{}) {
			got = append(got, fmt.Sprintf("%d %s", minute, ev.Text))
		}
	}
	want := []string{
		"15 This is the last moment to turn back in stage 1 of 3, canary.",
		"45 This is the last moment to turn back in stage 2 of 3, half.",
		"105 This is the last moment to turn back in stage 3 of 3, rest.",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestADecideByThatWasSleptThroughIsNotDueForEver(t *testing.T) {
	t.Parallel()
	w := in(InProgress)
	w.RollbackDuration = 10 * time.Minute
	evs := w.Tick(noon.Add(3*time.Hour), time.Time{})
	if len(evs) != 1 || evs[0].Kind != Overran || !w.Due().IsZero() {
		t.Errorf("got %d events, due at %v; want overrun alone and nothing due", len(evs), w.Due())
	}
}

func TestAServiceIsHeldFromItsFirstStageToItsLast(t *testing.T) {
	t.Parallel()
	w := staged(Scheduled)
	for _, c := range []struct {
		name, service string
		edit          func(*Plan)
		want          Interval
	}{
		{"in the first and, with all, the second", "shop", func(*Plan) {}, at(0, 60)},
		{"from the second, with all, to the last", "core-db", func(*Plan) {}, at(30, 120)},
		{"in one alone", "shop", func(p *Plan) { p.Stages[1].Services = []string{"core-db"} }, at(0, 30)},
		{"in no stage", "shop", func(p *Plan) { p.Stages = p.Stages[2:] }, at(0, 120)},
		{"without stages", "shop", func(p *Plan) { p.Stages = nil }, at(0, 120)},
	} {
		p := w.Plan
		p.Stages = slices.Clone(p.Stages)
		c.edit(&p)
		if got := p.Holds(c.service); got != c.want {
			t.Errorf("%s: got %v, want %v", c.name, got, c.want)
		}
	}
}

func TestStagesMoveWithTheWindow(t *testing.T) {
	t.Parallel()
	w := staged(Scheduled)
	was := w.Plan
	p := w.Plan
	p.Move(at(24*60, 26*60))
	want := []Interval{at(24*60, 24*60+30), at(24*60+30, 25*60), at(25*60, 26*60)}
	for i, st := range p.Stages {
		if st.Interval != want[i] || was.Stages[i].Interval != at([]int{0, 30, 60}[i], []int{30, 60, 120}[i]) {
			t.Errorf("stage %d: got %v, want %v, and the old one left alone: %v", i+1, st.Interval, want[i], was.Stages[i].Interval)
		}
	}
	ev, err := w.Change(sceneOf(ada, noon.Add(-48*time.Hour)), Edit{Plan: p})
	if err != nil || w.State != Requested || !slices.Equal(ev.Data.Changed, []string{"start", "end", "stages"}) {
		t.Errorf("got %v, %s, %v; want it requested again for start, end and stages", err, w.State, ev.Data.Changed)
	}
}

func TestAChangeOfStagesAsksForApprovalAgain(t *testing.T) {
	t.Parallel()
	w := staged(Scheduled)
	w.Approvals = []Approval{{By: bob.Email}}
	p := w.Plan
	p.Stages = slices.Clone(p.Stages)
	p.Stages[0].Services = nil
	ev, err := w.Change(sceneOf(ada, noon.Add(-48*time.Hour)), Edit{Plan: p})
	if err != nil || w.State != Requested || len(w.Approvals) != 0 || !slices.Equal(ev.Data.Changed, []string{"stages"}) {
		t.Errorf("got %v, %s, %v, %v", err, w.State, w.Approvals, ev.Data.Changed)
	}
}

func TestExtendingMovesTheLastStagesEnd(t *testing.T) {
	t.Parallel()
	w := staged(InProgress)
	was := w.Stages
	if _, err := w.Extend(sceneOf(ada, noon), noon.Add(3*time.Hour), "slow"); err != nil {
		t.Fatal(err)
	}
	if w.Stages[2].Interval != at(60, 180) || was[2].Interval != at(60, 120) || w.Stages[1].Interval != at(30, 60) {
		t.Errorf("got %v from %v", w.Stages, was)
	}
	if err := w.Plan.Check(); err != nil {
		t.Error(err)
	}
}

func TestAStageIsOverTimeUntilTheNextBegins(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		stage  int
		minute int
		want   bool
	}{
		{"in its time", 1, 29, false},
		{"at its end", 1, 30, true},
		{"in the next one", 2, 31, false},
		{"the last one's is the window's overrun", 3, 121, false},
	} {
		w := staged(InProgress)
		w.Stage = c.stage
		if got := w.StageOver(noon.Add(time.Duration(c.minute) * time.Minute)); got != c.want {
			t.Errorf("%s: got %v", c.name, got)
		}
	}
}

func TestAPlanKeptBeforeThereWereStagesIsReadAsItWas(t *testing.T) {
	t.Parallel()
	var w Window
	if err := json.Unmarshal([]byte(`{"Title":"T","Start":"2026-11-02T12:00:00Z","End":"2026-11-02T14:00:00Z"}`), &w); err != nil {
		t.Fatal(err)
	}
	if w.Interval != at(0, 120) || w.Stage != 0 || w.Holds("core-db") != at(0, 120) {
		t.Errorf("got %v in stage %d", w.Interval, w.Stage)
	}
}

// FuzzStages holds that stages which pass the check lie inside the window in
// order, and that what a service is held for covers every stage that touches it.
func FuzzStages(f *testing.F) {
	for seed := range uint64(8) {
		f.Add(seed, 3)
	}
	f.Fuzz(func(t *testing.T, seed uint64, n int) {
		r := rand.New(rand.NewPCG(seed, 1))
		p := staged(Draft).Plan
		p.Stages, p.Checks = nil, nil
		from := 0
		for i := range min(max(n, 0), 25) {
			length := r.IntN(12)
			st := Stage{Name: fmt.Sprint("s", i), Interval: at(from, from+length)}
			if r.IntN(2) == 0 {
				st.Services = []string{[]string{"shop", "core-db"}[r.IntN(2)]}
			}
			from += length + r.IntN(4) - 1
			p.Stages = append(p.Stages, st)
		}
		p.Tidy()
		if p.Check() != nil {
			return
		}
		for i, st := range p.Stages {
			if st.Start.Before(p.Start) || st.End.After(p.End) || !st.Start.Before(st.End) || i > 0 && st.Start.Before(p.Stages[i-1].End) {
				t.Fatalf("stage %d of %v passed in %v", i, p.Stages, p.Interval)
			}
			for _, s := range p.Slugs() {
				if held := p.Holds(s); st.Touches(s) && (held.Start.After(st.Start) || held.End.Before(st.End)) {
					t.Fatalf("%s is held for %v, and stage %v is outside", s, held, st)
				}
			}
		}
	})
}
