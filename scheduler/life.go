package scheduler

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Scene is what a verb on a window must know of the world around it.
type Scene struct {
	By         Person
	Now        time.Time
	Services   []Service  // those the window touches
	Conflicts  []Conflict // as they stand
	Policy     Policy     // the present one; a submitted window keeps its own
	Template   *Template  // the present state of the one it was booked from; nil: none, or it is gone
	Told       Told
	Recipients int // how many people would hear an announcement
	NewID      func() string

	EscalateAfter time.Duration // the organisation's delay between two calls for help
}

// policy is the one that holds for w.
func (w Window) policy(now Policy) Policy {
	if w.Policy.Preset != "" {
		return w.Policy
	}
	return now
}

// PolicyUnder is the policy that holds for w when present is the
// organisation's: its own once it was submitted.
func (w Window) PolicyUnder(present Policy) Policy { return w.policy(present) }

// happened raises the version and makes the event of a change.
func (w *Window) happened(s Scene, kind EventKind, text string) Event {
	w.Version++
	w.Changed = s.Now
	return Event{WindowID: w.ID, At: s.Now, Actor: s.By.Email, Via: s.By.Via, Kind: kind, Text: text, Data: Facts{State: w.State}}
}

// shown raises what calendars go by.
func (w *Window) shown(now time.Time) {
	w.Sequence++
	w.Updated = now
}

// Notice is what stakeholders are told of w.
func (w Window) Notice(text string) Notice {
	return Notice{
		Title: w.Title, Summary: w.Summary, Services: slices.Clone(w.Services), Start: w.Start, End: w.End,
		Stages: slices.Clone(w.Stages), TimeZone: w.TimeZone, Lead: w.Lead, Outcome: w.Outcome, Text: text,
	}
}

// SameTimes reports whether two notices tell of the same time.
func (n Notice) SameTimes(o Notice) bool { return n.Start.Equal(o.Start) && n.End.Equal(o.End) }

// Same reports whether two notices tell stakeholders the same.
func (n Notice) Same(o Notice) bool {
	return n.SameTimes(o) && n.Title == o.Title && n.Summary == o.Summary && n.Tentative == o.Tentative &&
		slices.Equal(n.Services, o.Services) && slices.EqualFunc(n.Stages, o.Stages, Stage.equal)
}

// announce makes the event one that stakeholders are told of.
func (w *Window) announce(ev *Event, kind Announcement, text string) {
	n := w.Notice(text)
	n.Tentative = w.State == Requested
	ev.Data.Announce, ev.Data.Notice, ev.Data.Tentative = kind, &n, n.Tentative
	w.Notified = &n
}

// announceChange announces what stakeholders do not know yet, if anything.
func (w *Window) announceChange(ev *Event) {
	now := w.Notice("")
	switch {
	case w.Notified == nil:
		w.announce(ev, AnnounceScheduled, "")
	case !now.SameTimes(*w.Notified):
		w.announce(ev, AnnounceRescheduled, ev.Data.Reason)
	case !now.Same(*w.Notified):
		w.announce(ev, AnnounceUpdated, ev.Data.Reason)
	}
}

// New is a draft of the plan. The plan is tidied and checked.
func New(number int, plan Plan, s Scene) (Window, Event, error) {
	plan.Tidy()
	if err := plan.Check(); err != nil {
		return Window{}, Event{}, err
	}
	plan.keepChecks(nil, s.NewID)
	w := Window{
		ID: s.NewID(), Number: number, Plan: plan, State: Draft, Requester: s.By.Email,
		Created: s.Now, Updated: s.Now,
	}
	return w, w.happened(s, Created, fmt.Sprintf("%s drafted %q.", s.By.Name, w.Title)), nil
}

// Submit asks for the window: it holds its time from here on. Where no
// approval is asked, it is scheduled at once. The reason is for submitting in
// spite of blocking conflicts, and asks the approver for an override.
func (w *Window) Submit(s Scene, reason string) (Event, error) {
	if w.State != Draft {
		return Event{}, &MoveError{"submit", w.State}
	}
	if bad := badText(reason, longText, true); bad != "" {
		return Event{}, InvalidError{"reason": bad}
	}
	policy := s.Policy
	reasons := w.submitReasons(s, policy)
	block := Blocking(s.Conflicts)
	if len(block) > 0 && tidy(reason) == "" {
		reasons = append(reasons, conflictReasons(block)...)
	}
	if len(reasons) > 0 {
		return Event{}, &GateError{"submit", reasons, block}
	}
	w.Policy, w.ConflictReason, w.Requester = policy, tidy(reason), s.By.Email
	spared, why := w.preApproval(s)
	if (policy.Quorum(s.Services) == 0 || spared != nil) && len(block) == 0 && w.Kind != Emergency {
		if err := w.move("submit", Scheduled); err != nil {
			return Event{}, err
		}
		w.Published, w.ScheduledAt, w.PreApproved = true, s.Now, spared
		w.shown(s.Now)
		text := fmt.Sprintf("%s scheduled the window: no approval asked.", s.By.Name)
		if spared != nil {
			text = fmt.Sprintf("%s scheduled the window: the template %q is pre-approved by %s until %s.", s.By.Name, spared.Template.Name, spared.By, dated(spared.Until, w.TimeZone))
		}
		ev := w.happened(s, Submitted, text)
		w.announceChange(&ev)
		return ev, nil
	}
	if err := w.move("submit", Requested); err != nil {
		return Event{}, err
	}
	w.shown(s.Now)
	text := fmt.Sprintf("%s asked for approval.", s.By.Name)
	if len(block) == 1 {
		text = fmt.Sprintf("%s asked for approval in spite of a conflict: %s", s.By.Name, w.ConflictReason)
	} else if len(block) > 1 {
		text = fmt.Sprintf("%s asked for approval in spite of %d conflicts: %s", s.By.Name, len(block), w.ConflictReason)
	}
	if len(why) > 0 {
		text += " " + details(why)
	}
	ev := w.happened(s, Submitted, text)
	ev.Data.Inside, ev.Data.Reason, ev.Data.Overrides = true, w.ConflictReason, block
	return ev, nil
}

// Yes is an approver's answer.
type Yes struct {
	Note     string
	Override []ConflictKind // the kinds of conflict that are let pass, as they stand
	Reason   string         // why they are
}

// Approve adds an approval; with the last one that the policy asks, the window
// is scheduled and its stakeholders are told.
func (w *Window) Approve(s Scene, yes Yes) (Event, error) {
	if err := w.addApproval(s, yes); err != nil {
		return Event{}, err
	}
	policy := w.policy(s.Policy)
	need := w.quorum(policy, s.Services)
	ev := Event{}
	switch {
	case w.State.Running():
		ev = w.happened(s, Approved, fmt.Sprintf("%s approved the emergency after the fact.", s.By.Name))
	case len(w.Approvals) < need:
		ev = w.happened(s, Approved, fmt.Sprintf("%s approved, the %d. of %d approvals.", s.By.Name, len(w.Approvals), need))
	default:
		w.State = Scheduled
		w.Published, w.ScheduledAt = true, s.Now
		w.shown(s.Now)
		ev = w.happened(s, Approved, fmt.Sprintf("%s approved; the window is scheduled.", s.By.Name))
		w.announceChange(&ev)
	}
	last := w.Approvals[len(w.Approvals)-1]
	ev.Data.Overrides, ev.Data.Reason = last.Overrides, last.Reason
	ev.Text += last.overrode()
	if last.Note != "" {
		ev.Text += " " + last.Note
	}
	return ev, nil
}

// overrode says in words what the approval let pass and why, if anything.
func (a Approval) overrode() string {
	if len(a.Overrides) == 0 {
		return ""
	}
	words := fmt.Sprintf(" Overridden, %q:", a.Reason)
	for _, c := range a.Overrides {
		words += " " + string(c.Kind) + ", " + c.Detail
	}
	return words
}

// quorum is how many approvals w needs: an emergency, and a window with
// conflicts to override, at least one.
func (w Window) quorum(p Policy, services []Service) int { return max(1, p.Quorum(services)) }

func (w *Window) addApproval(s Scene, yes Yes) error {
	if w.State != Requested && !(w.Kind == Emergency && w.State.Running()) {
		return &MoveError{"approve", w.State}
	}
	if w.Rejected != nil {
		return shut("approve", CodeState, "The emergency was rejected after the fact; it closes as unapproved.")
	}
	if !s.By.Role.May(Approver) {
		return &ForbiddenError{"Only approvers approve."}
	}
	if bad := badText(yes.Note+yes.Reason, longText, true); bad != "" {
		return InvalidError{"reason": bad}
	}
	for _, kind := range yes.Override {
		if !has(ConflictKinds, kind) {
			return InvalidError{"override": fmt.Sprintf("%q is none of %v.", kind, ConflictKinds)}
		}
	}
	a := Approval{By: s.By.Email, At: s.Now, Note: tidy(yes.Note), Reason: tidy(yes.Reason)}
	for _, c := range s.Conflicts {
		if has(yes.Override, c.Kind) && c.Overridden == nil && (c.OverrideRole == "" || s.By.Role.May(c.OverrideRole)) {
			a.Overrides = append(a.Overrides, c)
		}
	}
	if len(a.Overrides) > 0 && a.Reason == "" {
		return InvalidError{"reason": "Say why this conflict may be overridden."}
	}
	if reasons := w.approveReasons(s, a); len(reasons) > 0 {
		return &GateError{"approve", reasons, Blocking(s.Conflicts)}
	}
	w.Approvals = append(w.Approvals, a)
	return nil
}

// Reject sends a requested window back to its draft, or says no to an
// emergency that has started: it can then close only as unapproved.
func (w *Window) Reject(s Scene, reason string) (Event, error) {
	if !s.By.Role.May(Approver) {
		return Event{}, &ForbiddenError{"Only approvers reject."}
	}
	reason, err := needReason(reason, "Say why, so that the requester can mend it.")
	if err != nil {
		return Event{}, err
	}
	text := fmt.Sprintf("%s rejected: %s", s.By.Name, reason)
	switch {
	case w.State == Requested:
		w.State, w.Approvals, w.Policy = Draft, nil, Policy{}
		w.shown(s.Now)
	case w.Kind == Emergency && w.State.Running() && w.Rejected == nil:
		w.Rejected = &Rejection{By: s.By.Email, At: s.Now, Reason: reason}
	default:
		return Event{}, &MoveError{"reject", w.State}
	}
	ev := w.happened(s, RejectedBy, text)
	ev.Data.Reason, ev.Data.Inside = reason, true
	return ev, nil
}

func needReason(reason, words string) (string, error) {
	reason = tidy(reason)
	if reason == "" {
		return "", InvalidError{"reason": words}
	}
	if bad := badText(reason, longText, true); bad != "" {
		return "", InvalidError{"reason": bad}
	}
	return reason, nil
}

// Cancel calls the window off before it starts.
func (w *Window) Cancel(s Scene, reason string) (Event, error) {
	if w.State != Draft || w.Published {
		var err error
		if reason, err = needReason(reason, "Say why it is cancelled: stakeholders read it."); err != nil {
			return Event{}, err
		}
	}
	if err := w.move("cancel", Cancelled); err != nil {
		return Event{}, err
	}
	w.shown(s.Now)
	ev := w.happened(s, CancelledBy, strings.TrimSuffix(fmt.Sprintf("%s cancelled: %s", s.By.Name, tidy(reason)), ": "))
	ev.Data.Reason = tidy(reason)
	if w.Notified != nil {
		w.announce(&ev, AnnounceCancelled, tidy(reason))
	}
	return ev, nil
}

// Forget checks that a draft may be deleted: one that was never announced.
func (w *Window) Forget(s Scene) (Event, error) {
	if w.State != Draft || w.Published {
		return Event{}, &MoveError{"be deleted", w.State}
	}
	return w.happened(s, Deleted, fmt.Sprintf("%s deleted the draft %q.", s.By.Name, w.Title)), nil
}
