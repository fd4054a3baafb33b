package scheduler

import (
	"fmt"
	"slices"
	"time"
)

// stated reads a time that somebody says the work really began or ended: in
// the past, not before since, and with a reason.
func stated(at, since, now time.Time, reason string) error {
	switch {
	case at.IsZero():
		return nil
	case at.After(now):
		return InvalidError{"at": "The stated time lies ahead; state one that has passed."}
	case at.Before(since):
		return InvalidError{"at": "The stated time comes before what was already recorded."}
	case tidy(reason) == "":
		return InvalidError{"reason": "Say why the stated time differs from the recorded one."}
	}
	return nil
}

// Begin starts the work, through the start gate.
func (w *Window) Begin(s Scene, g Go) (Event, error) {
	early := w.Kind == Emergency && (w.State == Draft || w.State == Requested)
	if w.State != Scheduled && w.State != Requested && !early {
		return Event{}, &MoveError{"start", w.State}
	}
	if bad := badText(g.Reason, longText, true); bad != "" {
		return Event{}, InvalidError{"reason": bad}
	}
	if err := stated(g.At, w.Created, s.Now, g.Reason); err != nil {
		return Event{}, err
	}
	overridden, err := s.pass("start", w.startReasons(s), g)
	if err != nil {
		return Event{}, err
	}
	if err := w.move("start", InProgress); err != nil {
		return Event{}, err
	}
	if w.Policy.Preset == "" {
		w.Policy, w.Requester = s.Policy, s.By.Email
	}
	w.ActualStart, w.StatedStart, w.Published = s.Now, g.At.UTC(), true
	if g.At.IsZero() {
		w.StatedStart = time.Time{}
	}
	w.shown(s.Now)
	ev := w.happened(s, Started, fmt.Sprintf("%s started the work.", s.By.Name))
	ev.Data.Reason, ev.Data.Reasons = tidy(g.Reason), overridden
	if len(w.Stages) > 0 {
		w.Stage, ev.Data.Stage = 1, w.Stages[0].Name
		ev.Text = fmt.Sprintf("%s started the work with %s.", s.By.Name, w.stageWords(1))
	}
	if s.Told.Captured > 0 {
		ev.Text += fmt.Sprintf(" %d announcements were captured, not sent.", s.Told.Captured)
	}
	if len(overridden) > 0 {
		w.let(s, Blocking(s.Conflicts), g.Reason)
	}
	ev.Text += overrideWords(overridden, g.Reason)
	if !g.At.IsZero() {
		at := g.At.UTC()
		ev.Data.Stated = &at
	}
	w.announce(&ev, AnnounceStarted, "")
	ev.Data.Inside = w.Kind == Emergency && len(w.Approvals) == 0 // the approvers are asked after the fact
	return ev, nil
}

// let notes who let the conflicts of work that goes on pass, as they stood.
func (w *Window) let(s Scene, conflicts []Conflict, reason string) {
	if len(conflicts) > 0 {
		w.Overrides = append(slices.Clone(w.Overrides), Approval{By: s.By.Email, At: s.Now, Overrides: conflicts, Reason: tidy(reason)})
	}
}

// Finish ends the work, once every stage has begun; verification follows.
func (w *Window) Finish(s Scene, note string, at time.Time) (Event, error) {
	if reasons := w.aheadReasons(); w.State == InProgress && len(reasons) > 0 {
		return Event{}, &GateError{Gate: "finish", Reasons: reasons}
	}
	return w.finish(s, note, at)
}

func (w *Window) finish(s Scene, note string, at time.Time) (Event, error) {
	if bad := badText(note, longText, true); bad != "" {
		return Event{}, InvalidError{"note": bad}
	}
	if w.State != InProgress {
		return Event{}, &MoveError{"finish", w.State}
	}
	if err := stated(at, w.Began(), s.Now, note); err != nil {
		return Event{}, err
	}
	w.State = Verifying
	if !at.IsZero() {
		w.StatedEnd = at.UTC()
	}
	ev := w.happened(s, Finished, w.finishWords(s.By.Name, tidy(note)))
	if !at.IsZero() {
		stated := at.UTC()
		ev.Data.Stated = &stated
	}
	return ev, nil
}

// Resume goes back to work and opens the verify checks again.
func (w *Window) Resume(s Scene, reason string) (Event, error) {
	reason, err := needReason(reason, "Say why the work goes on.")
	if err != nil {
		return Event{}, err
	}
	if w.State != Verifying {
		return Event{}, &MoveError{"resume", w.State}
	}
	w.State, w.StatedEnd = InProgress, time.Time{}
	w.Checks = slices.Clone(w.Checks)
	for i := range w.Checks {
		if w.Checks[i].Phase == Verify {
			w.Checks[i].Reopened = len(w.Checks[i].Results)
		}
	}
	ev := w.happened(s, Resumed, fmt.Sprintf("%s resumed the work: %s", s.By.Name, reason))
	ev.Data.Reason = reason
	return ev, nil
}

// Close ends the window for ever, through the close gate.
func (w *Window) Close(s Scene, e End) (Event, error) {
	if !w.State.Running() {
		return Event{}, &MoveError{"close", w.State}
	}
	if bad := oneOf(e.Outcome, Outcomes); bad != "" {
		return Event{}, InvalidError{"outcome": bad}
	}
	if e.Outcome == Unapproved && w.Rejected == nil {
		return Event{}, InvalidError{"outcome": "Only an emergency that was rejected after the fact closes as unapproved."}
	}
	for field, text := range map[string]string{"notes": e.Notes, "follow_up": e.FollowUp} {
		if bad := badText(text, longText, true); bad != "" {
			return Event{}, InvalidError{field: bad}
		}
	}
	if err := stated(e.At, w.Began(), s.Now, e.Notes); err != nil {
		return Event{}, err
	}
	if reasons := w.closeReasons(s, e); len(reasons) > 0 {
		return Event{}, &GateError{Gate: "close", Reasons: reasons}
	}
	w.State, w.Outcome, w.ClosingNotes, w.FollowUp = Closed, e.Outcome, tidy(e.Notes), tidy(e.FollowUp)
	w.ActualEnd = s.Now
	if !e.At.IsZero() {
		w.StatedEnd = e.At.UTC()
	}
	w.shown(s.Now)
	ev := w.happened(s, ClosedBy, fmt.Sprintf("%s closed it as %s: %s", s.By.Name, w.Outcome, w.ClosingNotes))
	w.announce(&ev, AnnounceCompleted, w.Summary)
	return ev, nil
}

// Extend moves the end of a running window. A blocking conflict then needs an
// approver, and a reason.
func (w *Window) Extend(s Scene, end time.Time, reason string) (Event, error) {
	reason, err := needReason(reason, "Say why more time is needed: stakeholders read it.")
	if err != nil {
		return Event{}, err
	}
	if !w.State.Running() {
		return Event{}, &MoveError{"extend", w.State}
	}
	end = end.UTC().Truncate(time.Second)
	switch {
	case !end.After(w.End):
		return Event{}, InvalidError{"end": "The new end must come after the planned one."}
	case !end.After(s.Now):
		return Event{}, InvalidError{"end": "The new end lies in the past."}
	case end.Sub(w.Start) > LongestWindow:
		return Event{}, InvalidError{"end": "A window lasts at most 14 days."}
	}
	block := Blocking(s.Conflicts)
	if len(block) > 0 && !s.By.Role.May(Approver) {
		return Event{}, &GateError{"extend", conflictReasons(block), block}
	}
	if no := beyond(block, s.By.Role); len(no) > 0 {
		return Event{}, &GateError{"extend", conflictReasons(no), no}
	}
	was := w.End
	w.Stretch(end)
	w.let(s, block, reason)
	w.Acknowledged = time.Time{}
	w.shown(s.Now)
	ev := w.happened(s, Extended, fmt.Sprintf("%s extended it from %s to %s: %s", s.By.Name, InZone(was, w.TimeZone).Format("15:04"), InZone(end, w.TimeZone).Format("Mon 2 Jan 15:04 MST"), reason))
	ev.Data.Reason, ev.Data.Overrides = reason, block
	w.announce(&ev, AnnounceExtended, reason)
	return ev, nil
}

// Progress says how the work goes; to stakeholders too, if it is public.
func (w *Window) Progress(s Scene, text string, public bool) (Event, error) {
	text, err := line("text", text)
	if err != nil {
		return Event{}, err
	}
	if !w.State.Running() {
		return Event{}, &MoveError{"report progress", w.State}
	}
	ev := w.happened(s, Progress, text)
	if public {
		w.announceProgress(&ev, text)
	}
	return ev, nil
}

// announceProgress tells the stakeholders how the work goes. It is no news of
// the plan, so what they were last told of that stays.
func (w *Window) announceProgress(ev *Event, text string) {
	was := w.Notified
	w.announce(ev, AnnounceProgress, text)
	if was != nil {
		w.Notified = was
	}
}

// Note adds an entry to the log.
func (w *Window) Note(s Scene, text string) (Event, error) {
	text, err := line("text", text)
	if err != nil {
		return Event{}, err
	}
	return w.happened(s, Noted, text), nil
}

func line(field, text string) (string, error) {
	if text = tidy(text); text == "" {
		return "", InvalidError{field: "Write something."}
	}
	if bad := badText(text, longText, true); bad != "" {
		return "", InvalidError{field: bad}
	}
	return text, nil
}

// HandOver gives the window another lead.
func (w *Window) HandOver(s Scene, lead string) (Event, error) {
	if w.State.Final() {
		return Event{}, &MoveError{"hand over", w.State}
	}
	was := w.Lead
	w.Lead = lead
	w.shown(s.Now)
	ev := w.happened(s, HandedOver, fmt.Sprintf("%s handed it over from %s to %s.", s.By.Name, was, lead))
	ev.Data.Inside = true
	return ev, nil
}

// answerable lists the phases whose checks may be answered in a state.
var answerable = map[State][]Phase{
	Draft: {Before}, Requested: {Before}, Scheduled: {Before},
	InProgress: {During, Rollback}, Verifying: {Verify, Rollback},
}

// Answer appends a result to a check.
func (w *Window) Answer(s Scene, check string, r Result) (Event, error) {
	at := slices.IndexFunc(w.Checks, func(c Check) bool { return c.ID == check })
	if at < 0 {
		return Event{}, ErrNotFound
	}
	c := w.Checks[at]
	if err := w.mayAnswer(s, c, r); err != nil {
		return Event{}, err
	}
	r.ID, r.By, r.At, r.Note = s.NewID(), s.By.Email, s.Now, tidy(r.Note)
	w.Checks = slices.Clone(w.Checks)
	w.Checks[at].Results = append(slices.Clone(c.Results), r)
	ev := w.happened(s, CheckResult, fmt.Sprintf("%s: %s check %q %s.", s.By.Name, c.Phase, c.Text, r.Answer))
	if r.Note != "" {
		ev.Text += " " + r.Note
	}
	ev.Data.Result = &ResultFacts{c.ID, c.Text, c.Phase, r.Answer, r.Note, r.EvidenceURL}
	return ev, nil
}

func (w *Window) mayAnswer(s Scene, c Check, r Result) error {
	wrong := InvalidError{}
	if bad := oneOf(r.Answer, Answers); bad != "" {
		wrong["result"] = bad
	}
	if bad := badText(r.Note, longText, true); bad != "" {
		wrong["note"] = bad
	} else if tidy(r.Note) == "" && (r.Answer == CheckFailed || r.Answer == Waived) {
		wrong["note"] = "Say why: a failed or waived check needs a note."
	}
	if bad := badURL(r.EvidenceURL); bad != "" {
		wrong["evidence_url"] = bad
	}
	if err := wrong.Err(); err != nil {
		return err
	}
	p := w.policy(s.Policy)
	switch {
	case r.Answer == Waived && !s.By.Role.May(Approver) && !p.SelfWaiver:
		return &ForbiddenError{"Only approvers waive a check."}
	case r.Answer != Waived && s.By.Email != w.Lead && !(w.State.Running() && s.By.Role.May(Operator)):
		return &ForbiddenError{"The lead answers the checks; while the work runs, any operator does."}
	}
	if !w.Answerable(c) {
		return shut("check", CodeState, w.untimely(c))
	}
	if c.Phase == Verify && s.By.Email == w.Lead && !p.VerifierIsLead && r.Answer != Waived {
		return shut("check", CodeOwnVerification, "Another person than the lead verifies.")
	}
	return nil
}
