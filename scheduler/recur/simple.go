package recur

import (
	"fmt"
	"slices"
	"strings"

	"github.com/teambition/rrule-go"
)

// What a Simple counts in.
const (
	Days   = "day"
	Weeks  = "week"
	Months = "month"
	Years  = "year"
)

// Which day of the month a monthly Simple means.
const (
	ByDay         = "day"         // the day of the month that the start has
	ByWeekday     = "weekday"     // the nth weekday, as the start
	ByLastWeekday = "lastweekday" // the last of the start's weekday
)

// Weekdays are the names of weekdays in a Simple, in the order of the week.
var Weekdays = []string{"mon", "tue", "wed", "thu", "fri", "sat", "sun"}

// Simple is a rule as the form asks for it.
type Simple struct {
	Every     int      // 1 (or 0): each; 2: every second
	Unit      string   // Days, Weeks, Months or Years
	Weekdays  []string // for Weeks; none: the start's
	MonthlyBy string   // for Months: ByDay (or empty), ByWeekday or ByLastWeekday
	Count     int      // how often; 0: not limited
	Until     string   // the last day, or day and local time, inclusive; empty: not limited
}

// RRule is the rule as text, with what it takes from the start written out. An
// *Error names a field of the form: every, unit, weekdays, monthly_by, count,
// until or start_local.
func (s Simple) RRule(startLocal string) (string, error) {
	start, ok := readLocal(startLocal)
	if !ok {
		return "", &Error{"start_local", "Give the first day and time, such as 2026-12-13T02:00."}
	}
	p := pattern{interval: max(s.Every, 1), count: s.Count}
	switch {
	case s.Every < 0 || s.Every > mostApart:
		return "", &Error{"every", fmt.Sprintf("Give a whole number from 1 to %d.", mostApart)}
	case s.Count < 0 || s.Count > mostCount:
		return "", &Error{"count", fmt.Sprintf("Give a whole number from 1 to %d.", mostCount)}
	case s.Count > 0 && s.Until != "":
		return "", &Error{"until", "Give a number of times or a last day, not both."}
	}
	if s.Until != "" {
		m, ok := readMoment(s.Until)
		if !ok {
			return "", &Error{"until", "Give the last day, such as 2027-12-31, or the last day and time, such as 2027-12-31T02:00."}
		}
		p.until = &m
	}
	switch s.Unit {
	case Days:
		p.freq = rrule.DAILY
	case Weeks:
		p.freq = rrule.WEEKLY
		for i, name := range Weekdays {
			if slices.Contains(s.Weekdays, name) {
				p.weekdays = append(p.weekdays, nth{day: i})
			}
		}
		for _, name := range s.Weekdays {
			if !slices.Contains(Weekdays, name) {
				return "", &Error{"weekdays", "Choose among " + strings.Join(Weekdays, ", ") + "."}
			}
		}
	case Months:
		p.freq = rrule.MONTHLY
		switch s.MonthlyBy {
		case ByDay, "":
			p.days = []int{start.Day()}
		case ByWeekday:
			p.weekdays = []nth{{(start.Day()-1)/7 + 1, monday(start)}}
		case ByLastWeekday:
			p.weekdays = []nth{{-1, monday(start)}}
		default:
			return "", &Error{"monthly_by", "Choose the day of the month, the weekday, or the last such weekday."}
		}
	case Years:
		p.freq = rrule.YEARLY
	default:
		return "", &Error{"unit", "Choose day, week, month or year."}
	}
	return p.text(), nil
}

// SimpleOf is a rule's text as the form asks for it, for editing. Not ok: only
// the text can say it, or it is no rule.
func SimpleOf(text string) (s Simple, ok bool) {
	p, wrong := parse(text)
	if wrong != "" || len(p.positions)+len(p.months) > 0 || p.weekStart != 0 && p.interval > 1 {
		return Simple{}, false
	}
	s = Simple{Every: p.interval, Count: p.count}
	if u := p.until; u != nil {
		switch {
		case u.instant || u.at.Second() != 0:
			return Simple{}, false
		case u.day:
			s.Until = u.at.Format(Day)
		default:
			s.Until = u.at.Format(Local)
		}
	}
	plain := len(p.days)+len(p.weekdays) == 0
	switch {
	case p.freq == rrule.DAILY && plain:
		s.Unit = Days
	case p.freq == rrule.YEARLY && plain:
		s.Unit = Years
	case p.freq == rrule.WEEKLY:
		s.Unit = Weeks
		for _, w := range p.weekdays {
			s.Weekdays = append(s.Weekdays, Weekdays[w.day])
		}
	case p.freq == rrule.MONTHLY && (plain || len(p.weekdays) == 0 && len(p.days) == 1 && p.days[0] > 0):
		s.Unit, s.MonthlyBy = Months, ByDay
	case p.freq == rrule.MONTHLY && len(p.days) == 0 && len(p.weekdays) == 1 && p.weekdays[0].n > 0:
		s.Unit, s.MonthlyBy = Months, ByWeekday
	case p.freq == rrule.MONTHLY && len(p.days) == 0 && len(p.weekdays) == 1 && p.weekdays[0].n == -1:
		s.Unit, s.MonthlyBy = Months, ByLastWeekday
	default:
		return Simple{}, false
	}
	return s, true
}
