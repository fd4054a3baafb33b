package scheduler

import (
	"fmt"
	"strings"
	"time"
)

// Next is how the next stage begins.
type Next struct {
	Note     string
	Override bool   // begin earlier than the gate allows
	Reason   string // why
}

// Advance begins the next stage, once the checks of the last one are settled,
// and tells the stakeholders so.
func (w *Window) Advance(s Scene, n Next) (Event, error) {
	if bad := badText(n.Note, longText, true); bad != "" {
		return Event{}, InvalidError{"note": bad}
	}
	if bad := badText(n.Reason, longText, true); bad != "" {
		return Event{}, InvalidError{"reason": bad}
	}
	if w.State != InProgress {
		return Event{}, &MoveError{"start the next stage", w.State}
	}
	if len(w.ahead()) == 0 {
		return Event{}, shut("advance", CodeState, "No stage is left to begin: finish the work.")
	}
	overridden, err := s.pass("advance", w.advanceReasons(s.Now), Go{Override: n.Override, Reason: n.Reason})
	if err != nil {
		return Event{}, err
	}
	w.Stage++
	ev := w.happened(s, StageBegan, fmt.Sprintf("%s started %s.", s.By.Name, w.stageWords(w.Stage)))
	if note := tidy(n.Note); note != "" {
		ev.Text += " " + note
	}
	ev.Text += overrideWords(overridden, n.Reason)
	ev.Data.Stage, ev.Data.Reason, ev.Data.Reasons = w.Present().Name, tidy(n.Reason), overridden
	w.announceProgress(&ev, fmt.Sprintf("Stage %d of %d has begun: %s.", w.Stage, len(w.Stages), w.Present().Name))
	return ev, nil
}

// advanceReasons is every reason that keeps the next stage from beginning: the
// required checks of the stages so far, its own start, the window's end.
func (w Window) advanceReasons(now time.Time) (rs []Reason) {
	for _, c := range w.Checks {
		if at := w.stage(c.Stage); at > 0 && at <= w.Stage && c.Required && (c.Phase == During || c.Phase == Verify) {
			rs = append(rs, openReason(c)...)
		}
	}
	if early := w.ahead()[0].Start.Sub(now); early > EarliestStart {
		rs = append(rs, Reason{Code: CodeEarly, Detail: fmt.Sprintf("The start of %s is %s away; it can start at most 15 minutes early.", w.stageWords(w.Stage+1), away(early))})
	}
	if !now.Before(w.End) {
		rs = append(rs, Reason{Code: CodePast, Detail: "The planned end has passed: extend the window first."})
	}
	return rs
}

// aheadReasons says of each stage that has not begun that it has not.
func (w Window) aheadReasons() (rs []Reason) {
	for _, st := range w.ahead() {
		rs = append(rs, Reason{Code: CodeStageOpen, Detail: fmt.Sprintf("The stage “%s” has not begun: start it, or turn back and close as rolled back or failed.", st.Name)})
	}
	return rs
}

// TurnBack ends the work with the stages that have not begun left out, and
// says why; the window can then close only as rolled back or failed, or as
// unapproved.
func (w *Window) TurnBack(s Scene, note string, at time.Time) (Event, error) {
	if tidy(note) == "" {
		return Event{}, InvalidError{"note": "Say why the later stages are left out."}
	}
	if w.State == InProgress && len(w.ahead()) == 0 {
		return Event{}, shut("finish", CodeState, "Every stage has begun: finish the work.")
	}
	return w.finish(s, note, at)
}

// finishWords say how the work ended.
func (w Window) finishWords(by, note string) string {
	words := by + " finished the work; verification begins. " + note
	if len(w.ahead()) > 0 {
		words = fmt.Sprintf("%s turned back in %s; verification begins. %s", by, w.stageWords(w.Stage), note)
	}
	return strings.TrimSpace(words)
}

// turnWords are what the clock says at decide-by.
func (w Window) turnWords() string {
	if w.Stage == 0 {
		return "This is the last moment to turn back."
	}
	return fmt.Sprintf("This is the last moment to turn back in %s.", w.stageWords(w.Stage))
}

// untimely says why the check cannot be answered now.
func (w Window) untimely(c Check) string {
	switch at := w.stage(c.Stage); {
	case w.State != InProgress || c.Phase != Verify || at == 0:
		return fmt.Sprintf("A %s check cannot be answered while the window is %s.", c.Phase, w.State.Words())
	case at > w.Stage:
		return fmt.Sprintf("This check belongs to the stage “%s”, which has not begun.", c.Stage)
	default:
		return fmt.Sprintf("The stage “%s” is over and this check is settled: finish the work first.", c.Stage)
	}
}
