package scheduler

import (
	"fmt"
	"slices"
	"time"
)

// EarliestStart is how long before its planned start a window may start.
const EarliestStart = 15 * time.Minute

// incomplete lists what a submitted window must have and w lacks.
func (w Window) incomplete(services []Service, p Policy) (rs []Reason) {
	lack := func(missing bool, field, words string) {
		if missing {
			rs = append(rs, Reason{Code: CodeIncomplete, Detail: words, Field: field})
		}
	}
	lack(len(w.Services) == 0, "services", "Name at least one service.")
	lack(w.Start.IsZero() || w.End.IsZero(), "start", "Give a start and an end.")
	lack(w.Lead == "", "lead", "Name a lead, the person who carries it out.")
	lack(!slices.ContainsFunc(w.Checks, func(c Check) bool { return c.Phase == Verify && c.Required }),
		"checks", "Add at least one required verify check: it is how the window proves that the service is back.")
	for _, st := range w.Stages {
		lack(!slices.ContainsFunc(w.Checks, func(c Check) bool { return c.Phase == Verify && c.Required && c.Stage == st.Name }),
			"checks", fmt.Sprintf("Add at least one required verify check of the stage “%s”: the next one begins only after it.", st.Name))
	}
	lack(w.RollbackPlan == "" && w.Impact() != NoImpact, "rollback_plan",
		"Write a rollback plan, or “cannot be rolled back, because …”.")
	if longest := p.LongestOf(w.Kind, services); longest > 0 && w.Interval.Duration() > longest {
		rs = append(rs, Reason{
			Code: CodeTooLong, Field: "end",
			Detail: fmt.Sprintf("It lasts %s; %s windows on these services may last %s.", Duration(w.Interval.Duration()), w.Kind, Duration(longest)),
		})
	}
	for _, s := range services {
		if p.OwnersRequired {
			lack(s.PrimaryOwner == "", "services", fmt.Sprintf("%s has no primary owner.", s.Name))
			lack(s.BackupOwner == "", "services", fmt.Sprintf("%s has no backup owner.", s.Name))
			lack(len(s.Escalation) == 0, "services", fmt.Sprintf("%s has no escalation path.", s.Name))
		}
	}
	return rs
}

func (w Window) submitReasons(s Scene, p Policy) []Reason {
	rs := w.incomplete(s.Services, p)
	if p.TellSomebody && s.Recipients == 0 {
		rs = append(rs, Reason{Code: CodeIncomplete, Field: "recipients", Detail: "Nobody would be told: add a stakeholder to one of the services."})
	}
	if !w.Start.IsZero() && w.Start.Before(s.Now) {
		rs = append(rs, Reason{Code: CodePast, Field: "start", Detail: "The start is in the past."})
	}
	return rs
}

// Barred is why the person with that address may not approve w, whatever it
// plans: they requested it, or approved it already.
func (w Window) Barred(email string) []Reason {
	return barred("window", w.Requester, w.Approvals, email)
}

func barred(what, requester string, given []Approval, email string) (rs []Reason) {
	if email == requester {
		rs = append(rs, Reason{Code: CodeOwnRequest, Detail: "Nobody approves a " + what + " that they requested: ask another approver."})
	}
	if slices.ContainsFunc(given, func(o Approval) bool { return o.By == email }) {
		rs = append(rs, Reason{Code: CodeOwnRequest, Detail: "You approved this already; another approver must."})
	}
	return rs
}

func (w Window) approveReasons(s Scene, a Approval) (rs []Reason) {
	rs = w.Barred(a.By)
	if w.State == Requested && !s.Now.Before(w.End) {
		rs = append(rs, Reason{Code: CodePast, Detail: "The planned end has passed: it must be rescheduled first."})
	}
	for _, c := range Blocking(s.Conflicts) {
		if !slices.ContainsFunc(a.Overrides, c.same) {
			words := fmt.Sprintf(" Override %s with a reason, or reject.", c.Kind)
			if c.OverrideRole != "" && !s.By.Role.May(c.OverrideRole) {
				words = fmt.Sprintf(" Only the role %s may override it.", c.OverrideRole)
			}
			rs = append(rs, Reason{Code: CodeConflict, Detail: c.Detail + words, Role: c.OverrideRole})
		}
	}
	return rs
}

// Go is how a window starts.
type Go struct {
	Override bool // let pass what an approver may let pass
	Reason   string
	At       time.Time // when it really started, if someone forgot to press start
}

// overridable are the reasons of the start gate that an approver may override.
var overridable = []string{CodeEarly, CodeNotice, CodeNotAnnounced, CodeConflict}

// pass lets an approver override, with a reason, what may be overridden of the
// reasons that hold a gate shut; with any left the gate stays shut.
func (s Scene) pass(gate string, reasons []Reason, g Go) (overridden []Reason, err error) {
	if g.Override && len(reasons) > 0 {
		if !s.By.Role.May(Approver) {
			return nil, &ForbiddenError{fmt.Sprintf("Only approvers override the %s gate.", gate)}
		}
		if tidy(g.Reason) == "" {
			return nil, InvalidError{"reason": "Say why the gate may be overridden."}
		}
		reasons = slices.DeleteFunc(reasons, func(r Reason) bool {
			if has(overridable, r.Code) && (r.Role == "" || s.By.Role.May(r.Role)) {
				overridden = append(overridden, r)
				return true
			}
			return false
		})
	}
	if len(reasons) > 0 {
		return nil, &GateError{gate, reasons, Blocking(s.Conflicts)}
	}
	return overridden, nil
}

func overrideWords(overridden []Reason, reason string) string {
	if len(overridden) == 0 {
		return ""
	}
	return fmt.Sprintf(" The gate was overridden (%s): %s", codes(overridden), tidy(reason))
}

func codes(rs []Reason) (all string) {
	for i, r := range rs {
		if i > 0 {
			all += ", "
		}
		all += r.Code
	}
	return all
}

// startReasons is every reason that holds the start gate shut.
func (w Window) startReasons(s Scene) (rs []Reason) {
	add := func(code, format string, args ...any) {
		rs = append(rs, Reason{Code: code, Detail: fmt.Sprintf(format, args...)})
	}
	emergency := w.Kind == Emergency
	if emergency {
		rs = append(rs, w.incomplete(s.Services, w.policy(s.Policy))...)
	} else if w.State != Scheduled {
		add(CodeNotApproved, "It is not approved.")
	}
	for _, c := range w.Checks {
		if c.Phase == Before && c.Required {
			rs = append(rs, openReason(c)...)
		}
	}
	rs = append(rs, conflictReasons(Blocking(s.Conflicts))...)
	if !w.End.IsZero() && !s.Now.Before(w.End) {
		add(CodePast, "The planned end has passed: reschedule it.")
	}
	if emergency {
		return rs
	}
	if early := w.Start.Sub(s.Now); early > EarliestStart {
		add(CodeEarly, "The start is %s away; it can start at most 15 minutes early.", away(early))
	}
	return append(rs, w.toldReasons(s)...)
}

// toldReasons is what the announcement, and the notice it gave, hold against a start.
func (w Window) toldReasons(s Scene) (rs []Reason) {
	t := s.Told
	switch {
	case t.Pending:
		rs = append(rs, Reason{Code: CodeNotAnnounced, Detail: "An announcement is still to be sent out."})
	case !t.Announced:
		rs = append(rs, Reason{Code: CodeNotAnnounced, Detail: "The present times have not been announced."})
	case t.Stopped > 0:
		rs = append(rs, Reason{Code: CodeNotAnnounced, Detail: fmt.Sprintf("%d of %d announcements were cancelled by hand: retry them in the outbox.", t.Stopped, t.Recipients)})
	case t.Waiting > 0:
		rs = append(rs, Reason{Code: CodeNotAnnounced, Detail: fmt.Sprintf("%d of %d announcements are still on their way.", t.Waiting, t.Recipients)})
	}
	need := w.policy(s.Policy).NoticeOf(w.Kind, s.Services)
	if need <= 0 || !t.Announced || t.Recipients == 0 || t.Accepted.IsZero() || w.noticeSettled() {
		return rs
	}
	if had := w.Start.Sub(t.Accepted); had < need {
		rs = append(rs, Reason{Code: CodeNotice, Detail: fmt.Sprintf("Stakeholders had %s of notice; %s windows ask for %s.", InWords(max(0, had)), w.Kind, Duration(need))})
	}
	return rs
}

// noticeSettled reports whether an approver overrode the short notice.
func (w Window) noticeSettled() bool {
	return slices.ContainsFunc(w.Approvals, func(a Approval) bool {
		return slices.ContainsFunc(a.Overrides, func(c Conflict) bool { return c.Kind == ShortNotice })
	})
}

// openReason is the reason that an unsettled check is.
func openReason(c Check) []Reason {
	switch {
	case c.Settled():
		return nil
	case c.State() == CheckFailed:
		return []Reason{{Code: CodeCheckFailed, Check: c.ID, Detail: fmt.Sprintf("The %s check %q failed.", c.Phase, c.Text)}}
	default:
		return []Reason{{Code: CodeCheckOpen, Check: c.ID, Detail: fmt.Sprintf("The %s check %q is open.", c.Phase, c.Text)}}
	}
}

// End is how a window closes.
type End struct {
	Outcome  Outcome
	Notes    string
	FollowUp string
	At       time.Time // when it really ended, if someone forgot to press close
}

// counted lists the required checks that a close with this outcome asks for.
func (w Window) counted(o Outcome) (cs []Check) {
	required := func(phases ...Phase) (found []Check) {
		for _, c := range w.Checks {
			if c.Required && has(phases, c.Phase) {
				found = append(found, c)
			}
		}
		return found
	}
	if o != RolledBack && o != Failed {
		return required(During, Verify)
	}
	if cs = required(Rollback); len(cs) > 0 {
		return cs
	}
	return required(Verify)
}

// closeReasons is every reason that holds the close gate shut.
func (w Window) closeReasons(s Scene, e End) (rs []Reason) {
	add := func(code, words string) { rs = append(rs, Reason{Code: code, Detail: words}) }
	p := w.policy(s.Policy)
	for _, c := range w.counted(e.Outcome) {
		rs = append(rs, openReason(c)...)
	}
	for _, c := range w.Checks { // a waiver of any phase keeps its author from closing
		if r := c.Last(); r != nil && r.Answer == Waived && r.By == s.By.Email {
			switch {
			case !p.SelfWaiver:
				add(CodeWaivedByCloser, fmt.Sprintf("You waived %q, so another person must close.", c.Text))
			case e.Outcome == Successful:
				add(CodeWaivedByCloser, fmt.Sprintf("You waived %q yourself: it can close as successful-with-issues at most.", c.Text))
			}
		}
	}
	if e.Outcome == Successful || e.Outcome == SuccessfulWithIssues {
		rs = append(rs, w.aheadReasons()...)
	}
	if tidy(e.Notes) == "" {
		add(CodeNotesMissing, "Write closing notes: what was done and how it was proved.")
	}
	if (e.Outcome == Failed || e.Outcome == Unapproved) && tidy(e.FollowUp) == "" {
		add(CodeNotesMissing, "Name a follow-up: what happens next, and who does it.")
	}
	return append(rs, w.emergencyReasons(p, s.Services, e.Outcome)...)
}

func (w Window) emergencyReasons(p Policy, services []Service, o Outcome) []Reason {
	switch {
	case w.Kind != Emergency:
		return nil
	case w.Rejected != nil && o != Unapproved:
		return []Reason{{Code: CodeApprovalMissing, Detail: "The emergency was rejected after the fact: it can close only as unapproved, with a follow-up."}}
	case w.Rejected == nil && len(w.Approvals) < w.quorum(p, services):
		return []Reason{{Code: CodeApprovalMissing, Detail: "The emergency still needs its approval."}}
	}
	return nil
}

// Gate is the verb that w needs next and every reason that holds it shut.
func (w Window) Gate(s Scene) (next string, reasons []Reason) {
	switch w.State {
	case Draft:
		return "submit", append(w.submitReasons(s, s.Policy), conflictReasons(Blocking(s.Conflicts))...)
	case Requested:
		if w.Kind == Emergency {
			return "start", w.startReasons(s)
		}
		return "approve", nil
	case Scheduled:
		return "start", w.startReasons(s)
	case InProgress:
		if len(w.ahead()) > 0 {
			return "advance", w.advanceReasons(s.Now)
		}
		return "finish", nil
	case Verifying:
		outcome := Successful
		if w.Rejected != nil {
			outcome = Unapproved
		}
		for _, r := range w.closeReasons(s, End{Outcome: outcome, Notes: "given", FollowUp: "given"}) {
			if r.Code != CodeWaivedByCloser {
				reasons = append(reasons, r)
			}
		}
		return "close", reasons
	}
	return "", nil
}
