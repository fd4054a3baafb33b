package agenda

import (
	"slices"

	"lull/scheduler"
)

// standing finds the date of s that each window stands for, by the window's id,
// whatever became of it: an occurrence is made once. Free are the dates that no
// window stands for; was is s before it was changed.
//
// We go by the exact name first and by the day only where the rule moved to
// another hour, since a day can have several dates: the rule's and added ones.
func standing(was, s scheduler.Series, all []scheduler.Window, dates []scheduler.Occurrence) (of map[string]scheduler.Occurrence, free []scheduler.Occurrence) {
	left := make(map[string]scheduler.Occurrence, len(dates))
	for _, d := range dates {
		left[d.Local] = d
	}
	of = make(map[string]scheduler.Occurrence, len(all))
	for _, name := range []func(w scheduler.Window) string{
		func(w scheduler.Window) string { return w.Occurrence },
		func(w scheduler.Window) string { // whose hour the rule had until now
			if w.Occurrence != was.AtItsHour(w.Occurrence) {
				return ""
			}
			return s.AtItsHour(w.Occurrence)
		},
		func(w scheduler.Window) string { // whose hour the rule had once
			if slices.Contains(was.RDates, w.Occurrence) {
				return ""
			}
			return s.AtItsHour(w.Occurrence)
		},
		func(w scheduler.Window) string { return on(w, dates, left) },
	} {
		for _, w := range all {
			if _, has := of[w.ID]; has {
				continue
			}
			if d, ok := left[name(w)]; ok {
				of[w.ID] = d
				delete(left, d.Local)
			}
		}
	}
	for _, d := range dates {
		if _, ok := left[d.Local]; ok && !slices.ContainsFunc(all, func(w scheduler.Window) bool { return sitsOn(w, d) }) {
			free = append(free, d)
		}
	}
	return of, free
}

// on is the first of the dates that are left that a window sits on.
func on(w scheduler.Window, dates []scheduler.Occurrence, left map[string]scheduler.Occurrence) string {
	for _, d := range dates {
		if _, ok := left[d.Local]; sitsOn(w, d) && ok {
			return d.Local
		}
	}
	return ""
}

// sitsOn reports whether a window was moved by itself to where a date is, so that
// another one there would be in its way.
func sitsOn(w scheduler.Window, d scheduler.Occurrence) bool {
	return w.Detached && !w.State.Final() && w.Start.Before(d.End) && d.Start.Before(w.End)
}
