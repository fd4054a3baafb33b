package scheduler

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestTheNextStageWaitsForTheLastOnesChecks(t *testing.T) {
	t.Parallel()
	half := noon.Add(30 * time.Minute)
	for _, c := range []struct {
		name string
		edit func(*Window)
		now  time.Time
		want []string
	}{
		{"all is proved", func(w *Window) { w.answer("v-canary", Passed, ada) }, half, nil},
		{"waived counts", func(w *Window) { w.answer("v-canary", Waived, bob) }, half, nil},
		{"open", func(*Window) {}, half, []string{"check-open"}},
		{"failed", func(w *Window) { w.answer("v-canary", CheckFailed, ada) }, half, []string{"check-failed"}},
		{"open and too early", func(*Window) {}, noon, []string{"check-open", "early"}},
		{"a quarter of an hour early", func(w *Window) { w.answer("v-canary", Passed, ada) }, half.Add(-15 * time.Minute), nil},
		{"a second too early", func(w *Window) { w.answer("v-canary", Passed, ada) }, half.Add(-15*time.Minute - time.Second), []string{"early"}},
		{"after the window's end", func(w *Window) { w.answer("v-canary", Passed, ada) }, noon.Add(2 * time.Hour), []string{"past"}},
		{"an open check during the stage", func(w *Window) {
			w.answer("v-canary", Passed, ada)
			w.Checks = append(w.Checks, Check{ID: "d", Phase: During, Stage: "canary", Required: true})
		}, half, []string{"check-open"}},
		{"an optional one does not count", func(w *Window) {
			w.answer("v-canary", Passed, ada)
			w.Checks = append(w.Checks, Check{ID: "d", Phase: During, Stage: "canary"})
		}, half, nil},
		{"nor one of the whole window", func(w *Window) {
			w.answer("v-canary", Passed, ada)
			w.Checks = append(w.Checks, Check{ID: "d", Phase: Verify, Required: true})
		}, half, nil},
		{"nor a rollback check", func(w *Window) {
			w.answer("v-canary", Passed, ada)
			w.Checks = append(w.Checks, Check{ID: "d", Phase: Rollback, Stage: "canary", Required: true})
		}, half, nil},
		{"one of an earlier stage that was opened again", func(w *Window) { w.Stage = 2; w.answer("v-half", Passed, ada) }, noon.Add(time.Hour), []string{"check-open"}},
		{"the last one has begun", func(w *Window) { w.Stage = 3 }, noon.Add(time.Hour), []string{"state"}},
		{"there are no stages", func(w *Window) { w.Stages, w.Stage = nil, 0 }, noon, []string{"state"}},
	} {
		w := staged(InProgress)
		c.edit(&w)
		was := w
		ev, err := w.Advance(sceneOf(ada, c.now), Next{Note: "Looks well."})
		if got := reasons(err); !slices.Equal(got, c.want) || (err != nil) != (c.want != nil) {
			t.Errorf("%s: got %v (%v), want %v", c.name, got, err, c.want)
		}
		if err != nil {
			if w.Stage != was.Stage || w.Version != was.Version {
				t.Errorf("%s: a refusal changed the window", c.name)
			}
			continue
		}
		if w.Stage != 2 || ev.Kind != StageBegan || ev.Data.Stage != "half" || ev.Data.Announce != AnnounceProgress ||
			ev.Data.Notice.Text != "Stage 2 of 3 has begun: half." || ev.Text != "Ada started stage 2 of 3, half. Looks well." {
			t.Errorf("%s: stage %d, event %+v", c.name, w.Stage, ev)
		}
	}
}

func TestHowFarOffAStageIsIsToldInMinutes(t *testing.T) {
	t.Parallel()
	w := staged(InProgress)
	w.answer("v-canary", Passed, ada)
	_, err := w.Advance(sceneOf(ada, noon.Add(-11*time.Second)), Next{})
	if want := "The start of stage 2 of 3, half is 31 min away; it can start at most 15 minutes early."; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

func TestAStageBeginsOnlyWhileTheWorkGoesOn(t *testing.T) {
	t.Parallel()
	for _, state := range States {
		w := staged(state)
		w.answer("v-canary", Passed, ada)
		_, err := w.Advance(sceneOf(ada, noon.Add(30*time.Minute)), Next{})
		if (err == nil) != (state == InProgress) {
			t.Errorf("in %s got %v", state, err)
		}
	}
}

func TestAnApproverStartsAStageEarlierButNeverPastItsChecks(t *testing.T) {
	t.Parallel()
	early := Next{Override: true, Reason: "the canary was quick"}
	for _, c := range []struct {
		name string
		by   Person
		next Next
		done bool
		want string
	}{
		{"an approver with a reason", bob, early, true, ""},
		{"without one", bob, Next{Override: true}, true, "reason: Say why the gate may be overridden."},
		{"an operator", ada, early, true, "Only approvers override the advance gate."},
		{"with a check open", bob, early, false, `The verify check "canary answers" is open.`},
	} {
		w := staged(InProgress)
		if c.done {
			w.answer("v-canary", Passed, ada)
		}
		ev, err := w.Advance(sceneOf(c.by, noon), c.next)
		if got := fmt.Sprint(err); got != c.want && (err != nil || c.want != "") {
			t.Errorf("%s: got %v, want %q", c.name, err, c.want)
		}
		if err == nil && (len(ev.Data.Reasons) != 1 || ev.Data.Reasons[0].Code != CodeEarly || !strings.Contains(ev.Text, "overridden (early): the canary was quick")) {
			t.Errorf("%s: the log says %q with %v", c.name, ev.Text, ev.Data.Reasons)
		}
	}
}

func TestAVerifyCheckIsAnsweredInItsStage(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		state State
		stage int
		check string
		edit  func(*Window)
		want  string
	}{
		{"of the present stage", InProgress, 1, "v-canary", nil, ""},
		{"of the present stage again", InProgress, 1, "v-canary", func(w *Window) { w.answer("v-canary", CheckFailed, ada) }, ""},
		{"of a stage to come", InProgress, 1, "v-half", nil, "This check belongs to the stage “half”, which has not begun."},
		{"of a past one that is settled", InProgress, 2, "v-canary", func(w *Window) { w.answer("v-canary", Passed, ada) }, "The stage “canary” is over and this check is settled: finish the work first."},
		{"of a past one that was opened again", InProgress, 2, "v-canary", nil, ""},
		{"of a past one that failed after that", InProgress, 2, "v-canary", func(w *Window) { w.answer("v-canary", CheckFailed, ada) }, ""},
		{"of the whole window", InProgress, 1, "v-rest", func(w *Window) { w.Checks[2].Stage = "" }, "A verify check cannot be answered while the window is in progress."},
		{"of any stage while verifying", Verifying, 1, "v-rest", nil, ""},
		{"before the start", Scheduled, 0, "v-canary", nil, "A verify check cannot be answered while the window is scheduled."},
	} {
		w := staged(c.state)
		w.Stage = c.stage
		if c.edit != nil {
			c.edit(&w)
		}
		_, err := w.Answer(sceneOf(ada, noon), c.check, Result{Answer: Passed})
		if got := fmt.Sprint(err); got != c.want && (err != nil || c.want != "") {
			t.Errorf("%s: got %v, want %q", c.name, err, c.want)
		}
	}
}

func TestAStageThatDidNotBeginHoldsTheEndShut(t *testing.T) {
	t.Parallel()
	now := noon.Add(time.Hour)
	w := staged(InProgress)
	if _, err := w.Finish(sceneOf(ada, now), "", time.Time{}); !slices.Equal(reasons(err), []string{"stage-open", "stage-open"}) || !strings.Contains(err.Error(), "“half”") {
		t.Fatalf("finish in stage 1 of 3 gave %v", err)
	}
	var wrong InvalidError
	if _, err := w.TurnBack(sceneOf(ada, now), " ", time.Time{}); !errors.As(err, &wrong) || wrong["note"] == "" {
		t.Fatalf("turning back without a reason gave %v", err)
	}
	ev, err := w.TurnBack(sceneOf(ada, now), "The canary died.", time.Time{})
	if err != nil || w.State != Verifying || ev.Text != "Ada turned back in stage 1 of 3, canary; verification begins. The canary died." {
		t.Fatalf("turning back: %v, %s, %q", err, w.State, ev.Text)
	}
	for _, c := range w.Checks {
		w.answer(c.ID, Passed, ada)
	}
	for _, o := range Outcomes[:4] {
		w := w
		_, err := w.Close(sceneOf(ada, now), End{Outcome: o, Notes: "done", FollowUp: "again on Monday"})
		want := []string{"stage-open", "stage-open"}
		if o == RolledBack || o == Failed {
			want = nil
		}
		if got := reasons(err); !slices.Equal(got, want) {
			t.Errorf("closing as %s gave %v, want %v", o, got, want)
		}
	}
	w = staged(InProgress)
	w.Checks = append(w.Checks, Check{ID: "r", Phase: Rollback, Required: true})
	w.answer("r", Passed, ada)
	if _, err := w.Close(sceneOf(ada, now), End{Outcome: RolledBack, Notes: "back"}); err != nil {
		t.Errorf("rolled back in stage 1 it could not close: %v", err)
	}
	w = staged(InProgress)
	w.Stage = 3
	if _, err := w.TurnBack(sceneOf(ada, now), "x", time.Time{}); !slices.Equal(reasons(err), []string{"state"}) {
		t.Errorf("turning back in the last stage gave %v", err)
	}
	if _, err := w.Finish(sceneOf(ada, now), "", time.Time{}); err != nil {
		t.Errorf("finish in the last stage gave %v", err)
	}
}

func TestWhoWaivedAStagesCheckMayNotClose(t *testing.T) {
	t.Parallel()
	w := staged(Verifying)
	w.Stage = 3
	w.answer("v-canary", Waived, bob)
	w.answer("v-half", Passed, ada)
	w.answer("v-rest", Passed, ada)
	if _, err := w.Close(sceneOf(bob, noon), End{Outcome: Successful, Notes: "done"}); !slices.Equal(reasons(err), []string{"waived-by-closer"}) {
		t.Errorf("got %v, want waived-by-closer", err)
	}
}
