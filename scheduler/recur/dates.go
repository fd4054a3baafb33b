package recur

import (
	"iter"
	"slices"
	"time"
)

// Occurrence is one date of a rule.
type Occurrence struct {
	Local string    // as the wall clock says it, 2006-01-02T15:04: names the occurrence for ever
	At    time.Time // UTC
	Note  string    // empty, or a clock change in words: "02:30 does not exist on 29 Mar: starts 03:30"
}

// forever is later than any occurrence.
var forever = time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC)

// Between lists the occurrences from a moment (inclusive) to another
// (exclusive), ascending, and of them the first most. What it costs depends on
// the range and on most, not on how long ago the rule began.
func (r Rule) Between(from, to time.Time, most int) []Occurrence {
	var out []Occurrence
	for o := range r.occasions(from) {
		if len(out) >= most || !o.at.Before(to) {
			break
		}
		out = append(out, Occurrence{Local: o.local.Format(Local), At: o.at, Note: o.note})
	}
	return out
}

// From lists the next n occurrences, from a moment (inclusive) on.
func (r Rule) From(at time.Time, n int) []Occurrence { return r.Between(at, forever, n) }

// Includes reports whether an occurrence has the name local (2006-01-02T15:04).
func (r Rule) Includes(local string) bool {
	at, _, ok := Resolve(local, r.zone)
	if !ok {
		return false
	}
	got := r.Between(at, at.Add(time.Second), 1)
	return len(got) == 1 && got[0].Local == local
}

// Ends is the start of the last occurrence, in UTC. Not ok: there is none, the
// rule is endless.
func (r Rule) Ends() (last time.Time, ok bool) { return r.last, !r.last.IsZero() }

// occasions are the occurrences from a moment on, ascending: the dates of the
// pattern and the added ones, without those that are left out.
func (r Rule) occasions(from time.Time) iter.Seq[occasion] {
	return func(yield func(occasion) bool) {
		if r.zone == nil || from.After(forever) {
			return
		}
		give := func(o occasion) bool {
			if o.at.Before(from) || r.excludes(o.local) || r.yields(o) {
				return true
			}
			return yield(o)
		}
		extra := r.extra
		lo := r.start
		if from.After(lo) {
			// A date that a clock change skips is at most a day earlier on the clock
			// than at its instant.
			lo = wall(from, r.zone).AddDate(0, 0, -2)
		}
		for local := range r.within(lo) {
			o := r.resolved(local)
			for len(extra) > 0 && extra[0].at.Before(o.at) {
				if !give(extra[0]) {
					return
				}
				extra = extra[1:]
			}
			if !give(o) {
				return
			}
		}
		for _, o := range extra {
			if !give(o) {
				return
			}
		}
	}
}

// within are the dates of the pattern from one on, to the end of the rule.
func (r Rule) within(from time.Time) iter.Seq[time.Time] {
	return func(yield func(time.Time) bool) {
		if !r.end.IsZero() && from.After(r.end) {
			return
		}
		for local := range r.pattern.dates(r.start, from) {
			if !r.end.IsZero() && local.After(r.end) || !yield(local) {
				return
			}
		}
	}
}

// inPattern reports whether the pattern has a date before the rule ends.
func (r Rule) inPattern(local time.Time) bool {
	return (r.end.IsZero() || !local.After(r.end)) && r.pattern.holds(r.start, local)
}

// resolved is a date with its instant.
func (r Rule) resolved(local time.Time) occasion {
	at, note := resolve(local, r.zone)
	return occasion{local, at, note}
}

// excludes reports whether a date is left out.
func (r Rule) excludes(local time.Time) bool {
	return len(r.without) > 0 && (r.without[local.Format(Day)] || r.without[local.Format(Local)])
}

// yields reports whether a date that a clock change moved falls together with
// one that stands there by right, as where a zone skips a whole day.
func (r Rule) yields(o occasion) bool {
	if o.note == "" {
		return false
	}
	there := wall(o.at, r.zone)
	if there.Equal(o.local) || r.excludes(there) {
		return false
	}
	return r.inPattern(there) || slices.ContainsFunc(r.extra, func(e occasion) bool { return e.local.Equal(there) })
}

// latest is the last date of the pattern, not after from, that fits. It looks
// back in ever longer stretches.
func (r Rule) latest(from time.Time, fits func(local time.Time) bool) (last time.Time, found bool) {
	for days := 40; ; days *= 4 {
		back := from.AddDate(0, 0, -days)
		for local := range r.pattern.dates(r.start, back) {
			if local.After(from) {
				break
			}
			if fits(local) {
				last, found = local, true
			}
		}
		if found || back.Before(r.start) {
			return last, found
		}
	}
}
