package recur

import (
	"iter"
	"slices"
	"time"

	"github.com/teambition/rrule-go"
)

// pattern is what an RRULE says, whatever the zone.
type pattern struct {
	freq      rrule.Frequency
	interval  int
	count     int // none: 0
	until     *moment
	months    []int // BYMONTH
	days      []int // BYMONTHDAY
	weekdays  []nth // BYDAY
	positions []int // BYSETPOS
	weekStart int   // WKST, Monday is 0
}

// nth is a weekday, of a month or year the nth, from its end where negative.
type nth struct{ n, day int }

// monday counts the days of the week as the rule does, from Monday on.
func monday(local time.Time) int { return (int(local.Weekday()) + 6) % 7 }

// filled is the pattern with what it leaves to the start (RFC 5545 3.3.10:
// "Information, not contained in the rule, … is derived from DTSTART").
func (p pattern) filled(start time.Time) pattern {
	if len(p.days) > 0 || len(p.weekdays) > 0 {
		return p
	}
	switch p.freq {
	case rrule.YEARLY:
		if len(p.months) == 0 {
			p.months = []int{int(start.Month())}
		}
		p.days = []int{start.Day()}
	case rrule.MONTHLY:
		p.days = []int{start.Day()}
	case rrule.WEEKLY:
		p.weekdays = []nth{{day: monday(start)}}
	}
	return p
}

// period is the beginning of the period that the pattern looks at last before
// lo, counted from the start's, at the start's clock time.
func (p pattern) period(start, lo time.Time) time.Time {
	whole := func(periods int) int { return max(periods, 0) / p.interval * p.interval }
	y, m, d := start.Date()
	first := func(y int, m time.Month, d int) time.Time {
		return time.Date(y, m, d, start.Hour(), start.Minute(), 0, 0, time.UTC)
	}
	switch p.freq {
	case rrule.YEARLY:
		return first(y+whole(lo.Year()-y), 1, 1)
	case rrule.MONTHLY:
		return first(y, m+time.Month(whole((lo.Year()-y)*12+int(lo.Month()-m))), 1)
	case rrule.WEEKLY:
		week := first(y, m, d-(monday(start)-p.weekStart+7)%7)
		return week.AddDate(0, 0, 7*whole(daysBetween(week, lo)/7))
	default:
		return first(y, m, d+whole(daysBetween(start, lo)))
	}
}

// daysBetween counts days from one date to a later one; a time.Duration would
// end after 292 years.
func daysBetween(a, b time.Time) int {
	return int((midnight(b).Unix() - midnight(a).Unix()) / (24 * 60 * 60))
}

// dates are the dates of the pattern on the wall clock from lo on, and from the
// start on, ascending.
func (p pattern) dates(start, lo time.Time) iter.Seq[time.Time] {
	return func(yield func(time.Time) bool) {
		if lo.After(forever) {
			return
		}
		if lo.Before(start) {
			lo = start
		}
		rule, err := rrule.NewRRule(rrule.ROption{
			Freq: p.freq, Interval: p.interval, Dtstart: p.period(start, lo), Until: forever, Wkst: week[p.weekStart],
			Bymonth: p.months, Bymonthday: p.days, Byweekday: p.byWeekday(), Bysetpos: p.positions,
		})
		if err != nil {
			return
		}
		next := rule.Iterator()
		for local, ok := next(); ok; local, ok = next() {
			if !local.Before(lo) && !yield(local) {
				return
			}
		}
	}
}

// holds reports whether the pattern that begins with the start has a date. It
// looks first at what costs no walk to the next date.
func (p pattern) holds(start, local time.Time) bool {
	each := p
	each.interval = 1
	if !p.fits(local) || !p.period(start, local).Equal(each.period(start, local)) {
		return false
	}
	for first := range p.dates(start, local) {
		return first.Equal(local)
	}
	return false
}

// fits reports whether a date is in the months, on the days and the weekdays of
// the pattern; where a weekday is the nth, it may still be another one.
func (p pattern) fits(local time.Time) bool {
	y, m, d := local.Date()
	fromEnd := d - time.Date(y, m+1, 0, 0, 0, 0, 0, time.UTC).Day() - 1
	weekday := func(w nth) bool { return w.day == monday(local) }
	return (len(p.months) == 0 || slices.Contains(p.months, int(m))) &&
		(len(p.days) == 0 || slices.Contains(p.days, d) || slices.Contains(p.days, fromEnd)) &&
		(len(p.weekdays) == 0 || slices.ContainsFunc(p.weekdays, weekday))
}

// around finds the dates nearest to a start with which the rule could begin:
// the first not before it and, unless that is the start, the last before it, if
// there is one within a year. Not ok: there is no date ever.
func (p pattern) around(start time.Time) (before, after time.Time, ok bool) {
	p.interval = 1 // its periods begin with the start, wherever that will be
	// In years that look the same at the end of the calendar the search for what
	// is never found has an end after 400 to 800 years.
	const cycle = 400
	shift := (9999 - cycle - start.Year()) / cycle * cycle
	there := start.AddDate(shift, 0, 0)
	for local := range p.dates(there, there) {
		after, ok = local.AddDate(-shift, 0, 0), true
		break
	}
	if !ok || after.Equal(start) {
		return before, after, ok
	}
	yearAgo := start.AddDate(-1, 0, 0)
	for local := range p.dates(yearAgo, yearAgo) {
		if !local.Before(start) {
			break
		}
		before = local
	}
	return before, after, ok
}

// week is the weekdays as rrule-go has them.
var week = [7]rrule.Weekday{rrule.MO, rrule.TU, rrule.WE, rrule.TH, rrule.FR, rrule.SA, rrule.SU}

// byWeekday is BYDAY for rrule-go, which takes Monday and the second Tuesday to
// mean days that are both: there every Monday is the first, the second and so on.
func (p pattern) byWeekday() []rrule.Weekday {
	numbered := p.numbered()
	var all []rrule.Weekday
	for _, w := range p.weekdays {
		day := week[w.day]
		switch {
		case w.n != 0:
			all = append(all, day.Nth(w.n))
		case !numbered:
			all = append(all, day)
		default:
			for n := range p.mostNth() {
				all = append(all, day.Nth(n+1))
			}
		}
	}
	return all
}

// numbered reports whether a weekday is the nth of a month or year.
func (p pattern) numbered() bool {
	return slices.ContainsFunc(p.weekdays, func(w nth) bool { return w.n != 0 })
}

// mostNth is how often a weekday can be in what its number counts in: the
// month, or the year for a yearly rule that names no month.
func (p pattern) mostNth() int {
	if p.freq == rrule.YEARLY && len(p.months) == 0 {
		return 53
	}
	return 5
}
