package scheduler

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Edit is a change of a window's plan.
type Edit struct {
	Plan    Plan
	Reason  string
	Approve bool // approve in the same act
}

// Change gives the window another plan. What asks for a new approval sends it
// back to requested, and its approvals fall away.
func (w *Window) Change(s Scene, e Edit) (Event, error) {
	if w.State != Draft && w.State != Requested && w.State != Scheduled {
		return Event{}, &MoveError{"change", w.State}
	}
	e.Plan.Tidy()
	if err := e.Plan.Check(); err != nil {
		return Event{}, err
	}
	if bad := badText(e.Reason, longText, true); bad != "" {
		return Event{}, InvalidError{"reason": bad}
	}
	e.Plan.keepChecks(w.Checks, s.NewID)
	was := *w
	material, wording := was.Plan.differences(e.Plan)
	w.Plan = e.Plan
	policy := w.policy(s.Policy)
	falls := len(material) > 0 || len(wording) > 0 && !policy.WordingKeeps || was.PreApproved != nil && has(wording, "risk")
	if w.State != Draft {
		if err := w.stillWhole(s, policy, e, len(material) > 0); err != nil {
			*w = was
			return Event{}, err
		}
	}
	kind, changed := Edited, append(material, wording...)
	if !was.Start.Equal(w.Start) || !was.End.Equal(w.End) {
		kind = Rescheduled
	}
	spared, why := w.preApproval(s)
	asks := len(Blocking(s.Conflicts)) > 0 || policy.Quorum(s.Services) > 0 && spared == nil
	if w.State == Scheduled && falls && asks {
		w.State = Requested
	}
	if falls {
		w.Approvals, w.PreApproved = nil, nil
		if w.State == Scheduled {
			w.PreApproved = spared
		}
	}
	if len(changed) > 0 {
		w.shown(s.Now)
	}
	let := Approval{} // in the same act
	if e.Approve && w.State == Requested {
		if err := w.addApproval(s, Yes{Reason: e.Reason, Override: kindsOf(s.Conflicts, e.Reason)}); err != nil {
			*w = was
			return Event{}, err
		}
		let = w.Approvals[len(w.Approvals)-1]
		if len(w.Approvals) >= w.quorum(policy, s.Services) {
			w.State, w.Published = Scheduled, true
		}
	}
	if w.State == Scheduled && was.State != Scheduled || kind == Rescheduled {
		w.ScheduledAt = s.Now
	}
	text := w.changeText(s, was, kind, changed)
	switch {
	case was.State == Scheduled && w.State == Requested:
		text += strings.TrimSuffix(" It needs approval again. "+details(why), " ")
	case falls && w.PreApproved != nil:
		text += fmt.Sprintf(" It stays scheduled, inside the pre-approved template %q.", w.PreApproved.Template.Name)
	}
	ev := w.happened(s, kind, text+let.overrode())
	ev.Data.Changed, ev.Data.Reason, ev.Data.Overrides = changed, tidy(e.Reason), let.Overrides
	w.tellChange(&ev, was, s.Now)
	return ev, nil
}

// Changes reports whether the plan says anything else than that of w.
func (w Window) Changes(p Plan) bool {
	p.Checks = slices.Clone(p.Checks)
	p.Tidy()
	p.keepChecks(w.Checks, func() string { return "" })
	material, wording := w.Plan.differences(p)
	return len(material)+len(wording) > 0
}

// kindsOf lists the kinds of the conflicts, if a reason to override them is given.
func kindsOf(all []Conflict, reason string) (kinds []ConflictKind) {
	if tidy(reason) == "" {
		return nil
	}
	for _, c := range all {
		kinds = append(kinds, c.Kind)
	}
	return kinds
}

// stillWhole refuses a change that would leave a submitted window without what
// the submit gate asked.
func (w *Window) stillWhole(s Scene, p Policy, e Edit, material bool) error {
	reasons := w.incomplete(s.Services, p)
	if material && w.Start.Before(s.Now) {
		reasons = append(reasons, Reason{Code: CodePast, Detail: "The start is in the past.", Field: "start"})
	}
	block := Blocking(s.Conflicts)
	if material && len(block) > 0 {
		if tidy(e.Reason) == "" {
			reasons = append(reasons, conflictReasons(block)...)
		} else {
			w.ConflictReason = tidy(e.Reason)
		}
	}
	if len(reasons) > 0 {
		return &GateError{"submit", reasons, block}
	}
	return nil
}

func (w Window) changeText(s Scene, was Window, kind EventKind, changed []string) string {
	text := fmt.Sprintf("%s changed %s.", s.By.Name, strings.Join(changed, ", "))
	switch {
	case len(changed) == 0:
		text = s.By.Name + " saved it unchanged."
	case kind == Rescheduled && !w.Start.IsZero() && !was.Start.IsZero():
		text = fmt.Sprintf("%s moved it from %s to %s.", s.By.Name, span(was.Interval, w.TimeZone), span(w.Interval, w.TimeZone))
	}
	return text
}

// tellChange decides whether stakeholders hear of a change now: once it is
// scheduled; or at once, to be confirmed, when the old start is near.
func (w *Window) tellChange(ev *Event, was Window, now time.Time) {
	switch {
	case w.State == Scheduled:
		w.announceChange(ev)
	case was.State == Scheduled && ev.Kind == Rescheduled && was.Start.Sub(now) < 24*time.Hour:
		w.announce(ev, AnnounceRescheduled, ev.Data.Reason)
	case was.State == Scheduled:
		ev.Data.Inside = true
	}
}
