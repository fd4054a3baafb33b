// Package recur holds recurrence rules (RFC 5545 3.3.10) and says when they
// occur. It is the only door to rrule-go.
//
// We expand a rule on the wall clock alone, labelled UTC, and resolve each date
// to an instant by a rule of our own (Resolve); not on zoned times, since
// rrule-go, like Go's time.Date, then loses a day where clocks change at
// midnight and moves every later occurrence of a start that a gap swallowed.
//
// We ask rrule-go for the bare pattern, from the beginning of a period (day,
// week, month or year) near the asked time on, and keep COUNT, UNTIL and the
// first date ourselves; not for the rule as written, since it would walk from
// the start each time, and would count BYSETPOS in a first week cut short.
// A walk is bounded even for the sparsest rule: the calendar repeats after 400
// years, so that a date comes again after at most 146,097 days, 20,871 weeks,
// 4,800 months or 400 years that the rule looks at.
package recur

import (
	"fmt"
	"slices"
	"time"
)

// The texts of a wall clock.
const (
	Day   = "2006-01-02"
	Local = "2006-01-02T15:04"
)

// The bounds of what is taken as a rule somebody means.
const (
	firstYear = 1970
	lastYear  = 2199
	mostYears = 100 // from the first to the last of a counted rule
	mostDates = 366 // of one list
	mostText  = 8192
	mostCount = 10_000
	mostApart = 1000 // INTERVAL
)

// Spec is a rule as people and the API write it.
type Spec struct {
	RRule   string         // RFC 5545 3.3.10: "FREQ=MONTHLY;BYDAY=2SU", with or without "RRULE:"
	Start   string         // the first occurrence on the wall clock: 2006-01-02T15:04
	Zone    *time.Location // whose wall clock it is
	ExDates []string       // left out: 2006-01-02 (the whole day) or 2006-01-02T15:04
	RDates  []string       // added, also before the start and after the end: 2006-01-02T15:04, or a day: at the rule's clock time
	Until   string         // optional, a day or local time, inclusive; besides UNTIL in the rule
}

// Error says which field of a Spec or a Simple is wrong, by its name in the API
// and the form, in words that a person can act on.
type Error struct{ Field, Words string }

func (e *Error) Error() string { return e.Field + ": " + e.Words }

// Rule is a Spec that was understood. The zero Rule never occurs.
type Rule struct {
	said    pattern // as the text has it
	pattern pattern // with what the text leaves to the start filled in
	start   time.Time
	zone    *time.Location
	until   *moment    // of the Spec, besides the rule's own
	end     time.Time  // the last date of the pattern on the wall clock; zero: endless
	last    time.Time  // the last occurrence of all, an instant; zero: endless
	extra   []occasion // added dates that the pattern does not have, ascending
	without map[string]bool
}

// occasion is a date on the wall clock with its instant.
type occasion struct {
	local time.Time
	at    time.Time
	note  string
}

// New understands a Spec, or says in an *Error what is wrong with it. A rule
// whose start is not one of its own dates is refused, since programs disagree
// whether such a start occurs.
func New(s Spec) (Rule, error) {
	r := Rule{zone: s.Zone, without: map[string]bool{}}
	if s.Zone == nil {
		return Rule{}, &Error{"time_zone", "Give a time zone, such as Europe/Berlin."}
	}
	var words string
	if r.said, words = parse(s.RRule); words != "" {
		return Rule{}, &Error{"rrule", words}
	}
	var ok bool
	if r.start, ok = readLocal(s.Start); !ok {
		return Rule{}, &Error{"start_local", "Give the first day and time, such as 2026-12-13T02:00."}
	}
	if y := r.start.Year(); y < firstYear || y > lastYear {
		return Rule{}, &Error{"start_local", fmt.Sprintf("Give a year from %d to %d.", firstYear, lastYear)}
	}
	r.pattern = r.said.filled(r.start)
	if err := r.checkStart(); err != nil {
		return Rule{}, err
	}
	if err := r.finish(s.Until); err != nil {
		return Rule{}, err
	}
	if err := r.exclude(s.ExDates); err != nil {
		return Rule{}, err
	}
	if err := r.add(s.RDates); err != nil {
		return Rule{}, err
	}
	if err := r.findLast(); err != nil {
		return Rule{}, err
	}
	return r, nil
}

// checkStart refuses a start that is no date of the pattern, and names the
// nearest days that are.
func (r *Rule) checkStart() error {
	before, after, ok := r.pattern.around(r.start)
	switch {
	case !ok:
		return &Error{"rrule", "This rule never occurs."}
	case after.Equal(r.start):
		return nil
	}
	near := after.Format(Day)
	if !before.IsZero() {
		near = before.Format(Day) + " or " + near
	}
	return &Error{"start_local", fmt.Sprintf("%s is not a date of this rule: start on %s, or change the rule.", r.start.Format(Day), near)}
}

// finish finds the last date of the pattern, for a rule that has one.
func (r *Rule) finish(until string) error {
	if r.said.count > 0 {
		n, limit := 0, r.start.AddDate(mostYears, 0, 0)
		for local := range r.pattern.dates(r.start, r.start) {
			if local.After(limit) {
				break
			}
			if n++; n == r.said.count {
				r.end = local
				break
			}
		}
		if r.end.IsZero() {
			return &Error{"rrule", fmt.Sprintf("The last of these %d would be more than %d years away: lower COUNT.", r.said.count, mostYears)}
		}
	}
	if until != "" {
		m, ok := readMoment(until)
		if !ok {
			return &Error{"until", "Give the last day, such as 2027-12-31, or the last day and time, such as 2027-12-31T02:00."}
		}
		r.until = &m
	}
	for _, limit := range []struct {
		field string
		at    *moment
	}{{"rrule", r.said.until}, {"until", r.until}} {
		if limit.at == nil {
			continue
		}
		from := limit.at.wall(r.zone).AddDate(0, 0, 1)
		if !r.end.IsZero() && r.end.Before(from) {
			from = r.end
		}
		end, ok := r.latest(from, func(local time.Time) bool { return limit.at.reaches(local, r.zone) })
		if !ok {
			return &Error{limit.field, "The rule ends before its first occurrence."}
		}
		r.end = end
	}
	return nil
}

// exclude takes the dates that are left out.
func (r *Rule) exclude(dates []string) error {
	if len(dates) > mostDates {
		return &Error{"exdates", fmt.Sprintf("At most %d dates can be left out.", mostDates)}
	}
	for _, text := range dates {
		_, day := readDay(text)
		_, local := readLocal(text)
		if !day && !local {
			return &Error{"exdates", fmt.Sprintf("%.40q is not a day such as 2027-01-10, nor a day and time such as 2027-01-10T02:00.", text)}
		}
		r.without[text] = true
	}
	return nil
}

// add takes the dates that come on top of the pattern.
func (r *Rule) add(dates []string) error {
	if len(dates) > mostDates {
		return &Error{"rdates", fmt.Sprintf("At most %d dates can be added.", mostDates)}
	}
	for _, text := range dates {
		local, ok := readLocal(text)
		if day, whole := readDay(text); whole {
			local, ok = day.Add(r.start.Sub(midnight(r.start))), true
		}
		switch {
		case !ok:
			return &Error{"rdates", fmt.Sprintf("%.40q is not a day and time such as 2027-01-10T02:00, nor a day such as 2027-01-10.", text)}
		case local.Year() > lastYear:
			return &Error{"rdates", fmt.Sprintf("%s is too far away: give a year up to %d.", text, lastYear)}
		case local.Year() < firstYear:
			return &Error{"rdates", fmt.Sprintf("%s is too long ago: give a year from %d.", text, firstYear)}
		}
		known := slices.ContainsFunc(r.extra, func(o occasion) bool { return o.local.Equal(local) })
		if !known && !r.inPattern(local) {
			r.extra = append(r.extra, r.resolved(local))
		}
	}
	slices.SortFunc(r.extra, func(a, b occasion) int { return a.at.Compare(b.at) })
	return nil
}

// findLast finds the last occurrence of all, for a rule that has one.
func (r *Rule) findLast() error {
	if r.end.IsZero() {
		return nil
	}
	if local, ok := r.latest(r.end, func(local time.Time) bool { return !r.excludes(local) }); ok {
		r.last = r.resolved(local).at
	}
	for _, o := range r.extra {
		if !r.excludes(o.local) && o.at.After(r.last) {
			r.last = o.at
		}
	}
	if r.last.IsZero() {
		return &Error{"exdates", "Every date of the rule is left out: keep at least one."}
	}
	return nil
}
