package scheduler

import (
	"fmt"
	"slices"
	"time"
)

// Search asks for time in which a window could be.
type Search struct {
	Services []string // slugs
	Duration time.Duration
	Within   Interval // it begins and ends inside
	Kind     Kind
	Leads    []string // who must not be busy elsewhere
	Window   string   // the id of the window that is to be moved, which is not in its own way
	Count    int      // of slots
}

// The bounds of a search.
const (
	FarthestSlot = 90 * 24 * time.Hour // from the beginning of the search to its end
	MostSlots    = 100
)

// slotStep is what the starts of slots are whole multiples of.
const slotStep = 15 * time.Minute

// Slot is time that a window could take.
type Slot struct {
	Interval
	Warnings []Conflict // what is near it and does not block
}

// Check refuses malformed values, as an InvalidError, and fills the defaults.
func (q *Search) Check(now time.Time) error {
	wrong := InvalidError{}
	if q.Kind == "" {
		q.Kind = Normal
	}
	if bad := oneOf(q.Kind, Kinds); bad != "" {
		wrong["kind"] = bad
	}
	if len(q.Services) == 0 {
		wrong["service"] = "Name at least one service."
	}
	if len(q.Services) > mostItems {
		wrong["service"] = fmt.Sprintf("There are %d here, at most %d.", len(q.Services), mostItems)
	}
	if q.Duration < time.Minute || q.Duration > LongestWindow {
		wrong["duration"] = "Give a length of time from 1m to 14 days, such as 2h."
	}
	if q.Within.Start.Before(now) {
		q.Within.Start = now
	}
	if q.Within.End.IsZero() {
		q.Within.End = q.Within.Start.Add(FarthestSlot)
	}
	switch length := q.Within.Duration(); {
	case length <= 0:
		wrong["to"] = "The end must come after the start, and after now."
	case length > FarthestSlot:
		wrong["to"] = "Slots are looked for within 90 days."
	}
	switch {
	case q.Count == 0:
		q.Count = 5
	case q.Count < 0 || q.Count > MostSlots:
		wrong["count"] = fmt.Sprintf("Give a number from 1 to %d.", MostSlots)
	}
	return wrong.Err()
}

// Slots lists the next slots that nothing blocks and for which the notice can
// be kept: those with nothing near them at all, and where these are too few,
// others with what is near. Where there is none, the reasons say why.
func (q Search) Slots(a Around, policy Policy, now time.Time) (slots []Slot, reasons []Reason) {
	services := a.Graph.Of(q.Services)
	if longest := policy.LongestOf(q.Kind, services); longest > 0 && q.Duration > longest {
		return nil, []Reason{{Code: CodeTooLong, Detail: fmt.Sprintf("%s windows on these services may last %s.", q.Kind, Duration(longest))}}
	}
	within := q.Within
	if q.Kind != Emergency {
		if first := now.Add(policy.NoticeOf(q.Kind, services)); within.Start.Before(first) {
			within.Start = first
		}
	}
	if within.Duration() < q.Duration {
		return nil, []Reason{{
			Code:   string(ShortNotice),
			Detail: fmt.Sprintf("%s windows on these services ask for %s of notice: none can begin before %s UTC.", q.Kind, Duration(policy.NoticeOf(q.Kind, services)), within.Start.Format("Mon 2 Jan 15:04")),
		}}
	}
	allowed := []Interval{within}
	for _, s := range services {
		allowed = common(allowed, Allowed(s.Hours, within))
	}
	blocking, warning := q.inTheWay(a, services)
	free := without(allowed, Merged(blocking))
	clear := without(slices.Clone(free), Merged(warning))
	for _, i := range q.cut(clear, q.Count) {
		slots = append(slots, Slot{Interval: i})
	}
	if len(slots) < q.Count {
		slots = append(slots, q.warned(a, free, slots, policy, now)...)
		slices.SortFunc(slots, func(a, b Slot) int { return a.Start.Compare(b.Start) })
	}
	if len(slots) == 0 {
		return nil, q.why(a, services, within, allowed)
	}
	return slots, nil
}

// inTheWay lists the times that nobody may take, and those with something near.
func (q Search) inTheWay(a Around, services []Service) (blocking, warning []Interval) {
	take := func(into []Interval, held []Held) []Interval {
		for _, h := range held {
			if h.Window != q.Window {
				into = append(into, h.Interval)
			}
		}
		return into
	}
	for _, s := range services {
		blocking = take(blocking, a.Held[s.Slug])
		for _, near := range append(a.Graph.Upstream(s.Slug), a.Graph.Downstream(s.Slug)...) {
			warning = take(warning, a.Held[near])
		}
		for _, on := range append(a.Graph.Upstream(s.Slug), s.Slug) {
			for _, n := range a.Notices[on] {
				warning = append(warning, n.Interval)
			}
		}
	}
	for _, lead := range q.Leads {
		warning = take(warning, a.Led[lead])
	}
	for _, f := range a.Freezes {
		if slices.ContainsFunc(services, f.Covers) {
			blocking = append(blocking, f.Period)
		}
	}
	return blocking, warning
}

// cut takes the next slots out of free time, one after the other.
func (q Search) cut(free []Interval, most int) (slots []Interval) {
	for _, i := range free {
		for start := roundUp(i.Start); len(slots) < most; start = roundUp(start.Add(q.Duration)) {
			slot := Interval{start, start.Add(q.Duration)}
			if slot.End.After(i.End) {
				break
			}
			slots = append(slots, slot)
		}
	}
	return slots
}

func roundUp(t time.Time) time.Time {
	if down := t.Truncate(slotStep); down.Before(t) {
		return down.Add(slotStep)
	}
	return t
}

// warned fills up with slots that something is near to.
func (q Search) warned(a Around, free []Interval, have []Slot, policy Policy, now time.Time) (more []Slot) {
	taken := make([]Interval, len(have))
	for i, s := range have {
		taken[i] = s.Interval
	}
	w := Window{ID: q.Window, State: Draft, Plan: Plan{Kind: q.Kind, TimeZone: "UTC"}}
	for _, slug := range q.Services {
		w.Services = append(w.Services, Affected{slug, Outage})
	}
	for _, i := range q.cut(without(free, taken), q.Count-len(have)) {
		w.Interval = i
		var near []Conflict
		for _, w.Lead = range append([]string{""}, q.Leads...) {
			for _, c := range w.Conflicts(a, policy, now) {
				if !slices.ContainsFunc(near, c.same) {
					near = append(near, c)
				}
			}
		}
		more = append(more, Slot{i, near})
	}
	return more
}

// why says what leaves no slot: the hours by themselves, or who takes them up.
func (q Search) why(a Around, services []Service, within Interval, allowed []Interval) (reasons []Reason) {
	if len(q.cut(allowed, 1)) == 0 {
		for _, s := range services {
			if len(s.Hours) > 0 {
				longest := time.Duration(0)
				for _, i := range Allowed(s.Hours, within) {
					longest = max(longest, i.Duration())
				}
				reasons = append(reasons, Reason{Code: string(OutsideHours), Detail: fmt.Sprintf("%s allows maintenance for %s at a time.", s.Name, Duration(longest))})
			}
		}
		if len(reasons) > 1 {
			reasons = append(reasons, Reason{Code: string(OutsideHours), Detail: fmt.Sprintf("Their hours have no %s in common.", Duration(q.Duration))})
		}
		return reasons
	}
	const most = 20
	w := Window{ID: q.Window, State: Draft, Plan: Plan{Kind: q.Kind, TimeZone: "UTC", Interval: within}}
	for _, s := range services {
		w.Services = append(w.Services, Affected{s.Slug, Outage})
	}
	for _, c := range w.Conflicts(a, Policy{}, within.Start) {
		if c.Blocking && c.Kind != OutsideHours && c.Kind != ExceedsHours && len(reasons) < most {
			reasons = append(reasons, Reason{Code: string(c.Kind), Detail: c.Detail})
		}
	}
	return reasons
}

// common is what two lists of intervals, each ascending and apart, share.
func common(a, b []Interval) (out []Interval) {
	for len(a) > 0 && len(b) > 0 {
		both := Interval{latest(a[0].Start, b[0].Start), earliest(a[0].End, b[0].End)}
		if both.Start.Before(both.End) {
			out = append(out, both)
		}
		if a[0].End.Before(b[0].End) {
			a = a[1:]
		} else {
			b = b[1:]
		}
	}
	return out
}

// without is all less taken; both are ascending, and each apart.
func without(all, taken []Interval) (out []Interval) {
	for _, i := range all {
		for len(taken) > 0 && !taken[0].End.After(i.Start) {
			taken = taken[1:]
		}
		for _, t := range taken {
			if !t.Start.Before(i.End) {
				break
			}
			if i.Start.Before(t.Start) {
				out = append(out, Interval{i.Start, t.Start})
			}
			i.Start = latest(i.Start, t.End)
		}
		if i.Start.Before(i.End) {
			out = append(out, i)
		}
	}
	return out
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func earliest(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}
