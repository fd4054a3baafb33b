package web

import (
	"slices"
	"time"

	"lull/scheduler"
)

// Step is one step of a window's life, and how the window stands to it.
type Step struct {
	State scheduler.State
	Class string // past, cur, or nothing
}

// Steps is the way of the window, up to where it is and on.
func (p Window) Steps() (all []Step) {
	way := []scheduler.State{scheduler.Draft, scheduler.Requested, scheduler.Scheduled, scheduler.InProgress, scheduler.Verifying, scheduler.Closed}
	if p.View.State == scheduler.Cancelled {
		way = []scheduler.State{scheduler.Draft, scheduler.Cancelled}
	}
	now := slices.Index(way, p.View.State)
	for i, s := range way {
		class := ""
		switch {
		case i < now:
			class = "past"
		case i == now:
			class = "cur"
		}
		all = append(all, Step{s, class})
	}
	return all
}

// Settled is how many checks are passed or waived.
func (p Window) Settled() (n int) {
	for _, c := range p.View.Checks {
		if c.Settled() {
			n++
		}
	}
	return n
}

// Elapsed is the minutes of the planned time that are over.
func (p Window) Elapsed() int {
	return int(min(max(0, p.View.Now.Sub(p.View.Start)), p.View.Interval.Duration()) / time.Minute)
}

// Answerable reports whether the form of the check is worth showing.
func (p Window) Answerable(c scheduler.Check) bool { return p.View.Answerable(c) }

// MayWaive reports whether the reader is shown a button to waive.
func (p Window) MayWaive() bool {
	return p.Who.Role.May(scheduler.Approver) || p.View.Under.SelfWaiver
}

// MayApprove reports whether the reader is shown the form to approve.
func (p Window) MayApprove() bool {
	v := p.View
	asked := v.State == scheduler.Requested || v.State.Running() && v.Kind == scheduler.Emergency && len(v.Approvals) == 0 && v.Rejected == nil
	return asked && p.Who.Role.May(scheduler.Approver)
}

// Barred is why the reader, who approves others, does not approve this one.
func (p Window) Barred() []scheduler.Reason {
	if !p.MayApprove() {
		return nil
	}
	return p.View.Barred(p.Who.Email)
}

// MayStart reports whether the reader is shown the form to start.
func (p Window) MayStart() bool {
	s := p.View.State
	return s == scheduler.Scheduled || p.View.Kind == scheduler.Emergency && (s == scheduler.Draft || s == scheduler.Requested)
}

// Overridable lists the kinds of the conflicts that an approval can override.
func (p Window) Overridable() (kinds []scheduler.ConflictKind) {
	for _, c := range p.View.Conflicts {
		if c.Overridden == nil && !slices.Contains(kinds, c.Kind) && (c.Blocking || c.Kind == scheduler.ShortNotice) {
			kinds = append(kinds, c.Kind)
		}
	}
	return kinds
}

// Calls is who was called for help with what is amiss now.
func (p Window) Calls() []scheduler.Call { return p.View.Called(p.View.Now) }

// Ringing reports whether the window is late or over time and nobody took it up.
func (p Window) Ringing() bool { return p.View.Ringing(p.View.Now) }

// Amiss reports whether the window is late or over time.
func (p Window) Amiss() bool { return p.Ringing() || p.View.TakenUp(p.View.Now) }
