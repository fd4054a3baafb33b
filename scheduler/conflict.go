package scheduler

import (
	"fmt"
	"slices"
	"time"
)

// ConflictKind says what stands in a window's way.
type ConflictKind string

// The kinds of conflict.
const (
	SameService ConflictKind = "same-service"
	LeadBusy    ConflictKind = "lead-busy"
	ShortNotice ConflictKind = "short-notice"
)

// ConflictKinds lists every kind that an approver may name.
var ConflictKinds = []ConflictKind{
	SameService, "upstream", "downstream", "freeze", "outside-hours", "exceeds-hours", LeadBusy, ShortNotice, "supplier",
}

// Conflict is one thing that stands in a window's way.
type Conflict struct {
	Kind     ConflictKind `json:"kind"`
	Blocking bool         `json:"blocking"`
	Detail   string       `json:"detail"`
	Window   string       `json:"window,omitempty"`  // the id of the other window
	Service  string       `json:"service,omitempty"` // the slug
	// Overridden is who overrode the conflict as it stands, and why.
	Overridden *Override `json:"overridden"`
}

// Override is who let a conflict pass, and why.
type Override struct {
	By     string    `json:"by"`
	At     time.Time `json:"at"`
	Reason string    `json:"reason"`
}

// same reports whether the two are the same conflict, however it is worded.
func (c Conflict) same(o Conflict) bool {
	return c.Kind == o.Kind && c.Window == o.Window && c.Service == o.Service
}

// held is the time a window holds against others: its own, and while the work
// goes on whatever it has used beyond.
func (w Window) held(now time.Time) Interval {
	i := w.Interval
	if w.State.Running() {
		if w.ActualStart.Before(i.Start) {
			i.Start = w.ActualStart
		}
		if !now.Before(i.End) {
			i.End = now.Add(time.Second)
		}
	}
	return i
}

// Conflicts lists what stands in the way of w among others, the windows that
// hold time near it, the blocking ones first. Two windows conflict either way
// round or not at all.
func (w Window) Conflicts(others []Window, policy Policy, now time.Time) []Conflict {
	if w.State.Final() || w.Start.IsZero() || w.End.IsZero() {
		return nil
	}
	var found []Conflict
	mine := w.held(now)
	for _, o := range others {
		if o.ID == w.ID || !o.State.Holds() || !mine.Overlaps(o.held(now)) {
			continue
		}
		for _, s := range w.Services {
			if o.Touches(s.Service) {
				found = append(found, Conflict{
					Kind: SameService, Blocking: true, Window: o.ID, Service: s.Service,
					Detail: fmt.Sprintf("%s, %q, also works on %s, %s.", o.Name(), o.Title, s.Service, span(o.Interval, w.TimeZone)),
				})
			}
		}
		if w.Lead != "" && w.Lead == o.Lead {
			found = append(found, Conflict{
				Kind: LeadBusy, Window: o.ID,
				Detail: fmt.Sprintf("%s also leads %s, %q, %s.", w.Lead, o.Name(), o.Title, span(o.Interval, w.TimeZone)),
			})
		}
	}
	if notice := policy.Notice[w.Kind]; notice > 0 && !w.State.Running() && w.Kind != Emergency && w.Start.Sub(now) < notice {
		found = append(found, Conflict{
			Kind:   ShortNotice,
			Detail: fmt.Sprintf("The start is %s away; %s windows ask for %s of notice.", Duration(max(0, w.Start.Sub(now))), w.Kind, Duration(notice)),
		})
	}
	slices.SortStableFunc(found, func(a, b Conflict) int {
		switch {
		case a.Blocking == b.Blocking:
			return 0
		case a.Blocking:
			return -1
		}
		return 1
	})
	return w.markOverridden(found)
}

// markOverridden notes on each conflict the approval that let it pass.
func (w Window) markOverridden(found []Conflict) []Conflict {
	for i := range found {
		for _, a := range w.Approvals {
			if slices.ContainsFunc(a.Overrides, found[i].same) {
				found[i].Overridden = &Override{a.By, a.At, a.Reason}
			}
		}
	}
	return found
}

// Blocking picks the conflicts that block and that nobody overrode.
func Blocking(all []Conflict) []Conflict {
	var block []Conflict
	for _, c := range all {
		if c.Blocking && c.Overridden == nil {
			block = append(block, c)
		}
	}
	return block
}

// conflictReasons is the conflicts as reasons of a gate.
func conflictReasons(block []Conflict) []Reason {
	var rs []Reason
	for _, c := range block {
		rs = append(rs, Reason{Code: CodeConflict, Detail: c.Detail})
	}
	return rs
}
