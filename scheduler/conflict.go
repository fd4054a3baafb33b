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
	SameService    ConflictKind = "same-service"
	UpstreamBusy   ConflictKind = "upstream"   // work on something that a service of the window depends on
	DownstreamBusy ConflictKind = "downstream" // work on something that depends on a service of the window
	FreezeConflict ConflictKind = "freeze"
	OutsideHours   ConflictKind = "outside-hours" // begins outside the service's allowed hours
	ExceedsHours   ConflictKind = "exceeds-hours" // begins inside them and runs past their end
	LeadBusy       ConflictKind = "lead-busy"
	ShortNotice    ConflictKind = "short-notice"
	SupplierBusy   ConflictKind = "supplier"
)

// ConflictKinds lists every kind that an approver may name.
var ConflictKinds = []ConflictKind{
	SameService, UpstreamBusy, DownstreamBusy, FreezeConflict, OutsideHours, ExceedsHours, LeadBusy, ShortNotice, SupplierBusy,
}

// Conflict is one thing that stands in a window's way.
type Conflict struct {
	Kind     ConflictKind `json:"kind"`
	Blocking bool         `json:"blocking"`
	Detail   string       `json:"detail"`
	Window   string       `json:"window,omitempty"`  // the id of the other window
	Service  string       `json:"service,omitempty"` // the slug of the service of this window
	Freeze   string       `json:"freeze,omitempty"`  // the id
	Notice   string       `json:"notice,omitempty"`  // the id of the supplier's
	// Start and End are when the other thing is planned; zero where it has no time.
	Start time.Time `json:"start,omitzero"`
	End   time.Time `json:"end,omitzero"`
	// OverrideRole is the least role that may override it; an approver where it is empty.
	OverrideRole Role `json:"override_role,omitempty"`
	// Occurrence is the one of a series whose way it stands in, where it is told of several.
	Occurrence string `json:"occurrence,omitempty"`
	// Overridden is who overrode the conflict as it stands, and why.
	Overridden *Override `json:"overridden"`
}

// Override is who let a conflict pass, and why.
type Override struct {
	By     string    `json:"by"`
	At     time.Time `json:"at"`
	Reason string    `json:"reason"`
}

// Key names the conflict for ever, however it is worded and whenever the other
// thing is planned.
func (c Conflict) Key() string {
	key := string(c.Kind) + " " + c.Window + " " + c.Service + " " + c.Freeze
	if c.Notice != "" { // one that moved is news, though it is still in the way
		key += fmt.Sprintf(" %s %d %d", c.Notice, c.Start.Unix(), c.End.Unix())
	}
	return key
}

// same reports whether o is c as it stood: another thing in the way, or the
// same one at another time, is another conflict.
func (c Conflict) same(o Conflict) bool {
	if c.Key() != o.Key() {
		return false
	}
	return c.Start.IsZero() || o.Start.IsZero() || c.Start.Equal(o.Start) && c.End.Equal(o.End)
}

// KnownAs names c as the people of w know it. What was overridden as it stood
// then, and has moved since, is another thing to know: nothing covers it now.
func (w Window) KnownAs(c Conflict) string {
	if _, was := w.lapsed(c); was {
		return fmt.Sprintf("%s %d %d", c.Key(), c.Start.Unix(), c.End.Unix())
	}
	return c.Key()
}

// lapsed is the override that covered c before it moved, if one did.
func (w Window) lapsed(c Conflict) (last Approval, was bool) {
	if c.Overridden != nil {
		return last, false
	}
	for _, a := range slices.Concat(w.Approvals, w.Overrides) {
		if slices.ContainsFunc(a.Overrides, func(o Conflict) bool { return o.Key() == c.Key() }) {
			last, was = a, true
		}
	}
	return last, was
}

// News says c in words to the people of w, to whom it is new.
func (w Window) News(c Conflict) string {
	if a, was := w.lapsed(c); was {
		return c.Detail + fmt.Sprintf(" It has moved: the override by %s, %q, no longer covers it.", a.By, a.Reason)
	}
	return c.Detail
}

// Held is the time that a window holds on one service.
type Held struct {
	Window  string // the id
	Number  int
	Title   string
	Lead    string
	Service string   // the slug; empty where only the lead is asked for
	Planned Interval // as it is planned
	Interval
}

// Around is what could stand in the way of a window.
type Around struct {
	Held    map[string][]Held // by the slug of the service
	Led     map[string][]Held // by the lead
	Graph   Graph
	Freezes []Frozen
	Notices map[string][]Supplied // by the slug of the service
}

// Slot is the time that w holds on one of its services, or its lead where
// service is empty: as it is planned, from when the work began if it began
// early, and beyond its end while it goes on past that.
func (w Window) Slot(service string, now time.Time) Interval {
	i := w.Interval
	if service != "" {
		i = w.Holds(service)
	}
	if w.State.Running() && i.Start.Equal(w.Start) && w.ActualStart.Before(i.Start) {
		i.Start = w.ActualStart
	}
	return i.Beyond(w.State, w.End, now)
}

// Beyond is the slot of a window in a state, whose planned end is given: work
// that goes on past its end holds it until it is over.
func (i Interval) Beyond(s State, end, now time.Time) Interval {
	if s.Running() && !now.Before(end) {
		i.End = now.Add(time.Second)
	}
	return i
}

// Conflicts lists what stands in the way of w, the blocking ones first. Two
// windows conflict either way round or not at all.
func (w Window) Conflicts(a Around, policy Policy, now time.Time) []Conflict {
	if w.State.Final() || w.Start.IsZero() || w.End.IsZero() {
		return nil
	}
	found := w.windowConflicts(a, now)
	services := a.Graph.Of(w.Slugs())
	for _, f := range a.Freezes {
		if c, ok := freezeConflict(f, services, w.Plan); ok {
			found = append(found, c)
		}
	}
	found = append(found, w.supplierConflicts(a, now)...)
	for _, s := range services {
		if c, ok := hoursConflict(s, w.Holds(s.Slug), w.TimeZone); ok {
			found = append(found, c)
		}
	}
	if notice := policy.NoticeOf(w.Kind, services); notice > 0 && !w.State.Running() && w.Kind != Emergency && w.Start.Sub(now) < notice {
		found = append(found, Conflict{
			Kind:   ShortNotice,
			Detail: fmt.Sprintf("The start is %s away; %s windows ask for %s of notice.", InWords(max(0, w.Start.Sub(now))), w.Kind, Duration(notice)),
		})
	}
	slices.SortStableFunc(found, func(a, b Conflict) int { return b2i(b.Blocking) - b2i(a.Blocking) })
	return w.markOverridden(found)
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

// windowConflicts lists the other windows that stand in the way of w. Who works
// on the same service is named for that alone.
func (w Window) windowConflicts(a Around, now time.Time) (found []Conflict) {
	add := func(kind ConflictKind, service string, o Held, blocking bool, format string, args ...any) {
		found = append(found, Conflict{
			Kind: kind, Blocking: blocking, Window: o.Window, Service: service, Start: o.Planned.Start, End: o.Planned.End,
			Detail: fmt.Sprintf("MW-%d, %q, ", o.Number, o.Title) + fmt.Sprintf(format, args...) + ", " + span(o.Planned, w.TimeZone) + ".",
		})
	}
	shared := map[string]bool{}
	overlapping := func(mine string, on []Held) (os []Held) {
		i := w.Slot(mine, now)
		for _, o := range on {
			if o.Window != w.ID && i.Overlaps(o.Interval) {
				os = append(os, o)
			}
		}
		return os
	}
	for _, s := range w.Services {
		for _, o := range overlapping(s.Service, a.Held[s.Service]) {
			shared[o.Window] = true
			add(SameService, s.Service, o, true, "also works on %s", a.Graph.name(s.Service))
		}
	}
	along := func(kind ConflictKind, mine string, others []string, format func(other string) string) {
		seen := map[string]bool{}
		for _, other := range others {
			for _, o := range overlapping(mine, a.Held[other]) {
				if !shared[o.Window] && !seen[o.Window] {
					seen[o.Window] = true
					add(kind, mine, o, false, "%s", format(a.Graph.name(other)))
				}
			}
		}
	}
	for _, s := range w.Services {
		name := a.Graph.name(s.Service)
		along(UpstreamBusy, s.Service, a.Graph.Upstream(s.Service), func(other string) string {
			return fmt.Sprintf("works on %s, which %s depends on", other, name)
		})
		along(DownstreamBusy, s.Service, a.Graph.Downstream(s.Service), func(other string) string {
			return fmt.Sprintf("works on %s, which depends on %s", other, name)
		})
	}
	if w.Lead != "" {
		for _, o := range overlapping("", a.Led[w.Lead]) {
			add(LeadBusy, "", o, false, "is also led by %s", w.Lead)
		}
	}
	return found
}

// name is what people call the service.
func (g Graph) name(slug string) string {
	if s, ok := g.by[slug]; ok {
		return s.Name
	}
	return slug
}

// markOverridden notes on each conflict who let it pass.
func (w Window) markOverridden(found []Conflict) []Conflict {
	for i := range found {
		for _, a := range slices.Concat(w.Approvals, w.Overrides) {
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

// beyond picks the conflicts that r may not override.
func beyond(all []Conflict, r Role) []Conflict {
	return slices.DeleteFunc(slices.Clone(all), func(c Conflict) bool {
		return c.OverrideRole == "" || r.May(c.OverrideRole)
	})
}

// conflictReasons is the conflicts as reasons of a gate.
func conflictReasons(block []Conflict) []Reason {
	var rs []Reason
	for _, c := range block {
		rs = append(rs, Reason{Code: CodeConflict, Detail: c.Detail, Role: c.OverrideRole})
	}
	return rs
}
