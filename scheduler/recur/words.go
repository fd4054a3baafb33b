package recur

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/teambition/rrule-go"

	"lull/scheduler"
)

// Words say when the rule occurs, for people: "Second Sunday of each month,
// 02:00–06:00", for what lasts four hours; zero: it has no end to name. They name
// the clock time, and not its zone.
func (r Rule) Words(lasts time.Duration) string {
	if r.zone == nil {
		return "Never"
	}
	s := r.pattern.words() + ", " + r.start.Format("15:04")
	switch {
	case lasts >= 24*time.Hour:
		s += " for " + scheduler.InWords(lasts)
	case lasts > 0:
		s += "–" + r.start.Add(lasts).Format("15:04")
	}
	if n := r.said.count; n == 1 {
		s += ", once"
	} else if n > 1 {
		s += fmt.Sprintf(", %d times", n)
	}
	var until time.Time
	for _, m := range []*moment{r.said.until, r.until} {
		if m != nil && (until.IsZero() || m.wall(r.zone).Before(until)) {
			until = m.wall(r.zone)
		}
	}
	if !until.IsZero() {
		s += ", until " + until.Format("2 Jan 2006")
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

// words are the pattern in a few words where that is possible, and otherwise
// in the order in which a rule is worked out.
func (p pattern) words() string {
	switch p.freq {
	case rrule.DAILY:
		return p.every("day") + p.onDays() + p.inMonths(" in ") + p.chosen()
	case rrule.WEEKLY:
		names := weekdayList(p.weekdays, "and")
		if p.interval == 1 && len(p.positions) == 0 {
			return "every " + names + p.inMonths(" in ")
		}
		return p.every("week") + " on " + names + p.inMonths(" in ") + p.chosen()
	case rrule.MONTHLY:
		days := p.daysOf()
		if p.interval > 1 {
			return p.every("month") + " on " + the(days) + p.inMonths(", only in ") + p.onlyIf()
		}
		if len(p.months) > 0 {
			return days + p.inMonths(" of ") + p.onlyIf()
		}
		return days + " of each month" + p.onlyIf()
	default:
		days := p.daysOfYear() + p.onlyIf()
		if p.interval == 1 && strings.HasPrefix(days, "every ") {
			return days
		}
		return p.every("year") + " on " + days
	}
}

// every is "every week" or "every 2 weeks".
func (p pattern) every(unit string) string {
	if p.interval == 1 {
		return "every " + unit
	}
	return fmt.Sprintf("every %d %ss", p.interval, unit)
}

// inMonths names the months that the pattern is limited to.
func (p pattern) inMonths(before string) string {
	if len(p.months) == 0 {
		return ""
	}
	var names []string
	for _, m := range p.months {
		names = append(names, time.Month(m).String())
	}
	return before + listed(names, "and")
}

// onDays limits a daily rule to some days.
func (p pattern) onDays() string {
	switch {
	case len(p.days) > 0:
		return " that is " + the(ordinalDays(p.days, "or")) + p.onlyIf()
	case len(p.weekdays) > 0:
		return " that is a " + weekdayList(p.weekdays, "or")
	default:
		return ""
	}
}

// onlyIf limits days of the month to some weekdays.
func (p pattern) onlyIf() string {
	if len(p.days) == 0 || len(p.weekdays) == 0 {
		return ""
	}
	if p.numbered() {
		return ", if it is the " + weekdayList(p.weekdays, "or")
	}
	return ", if it is a " + weekdayList(p.weekdays, "or")
}

// chosen is which of the days in a day or week BYSETPOS takes.
func (p pattern) chosen() string {
	if len(p.positions) == 0 {
		return ""
	}
	return ", of these the " + positions(p.positions)
}

// daysOfYear are the days of a yearly rule.
func (p pattern) daysOfYear() string {
	if len(p.months) == 1 && len(p.days) > 0 && len(p.weekdays) == 0 && len(p.positions) == 0 && p.days[0] > 0 {
		var days []string
		for _, d := range p.days {
			days = append(days, fmt.Sprint(d))
		}
		return listed(days, "and") + " " + time.Month(p.months[0]).String()
	}
	days := the(p.daysOf())
	switch {
	case len(p.months) > 0:
		return days + p.inMonths(" of ")
	case len(p.days) > 0 && len(p.positions) == 0:
		return days + " of each month"
	default:
		return days + " of the year"
	}
}

// daysOf are the days of a month or year, without an article before the first.
func (p pattern) daysOf() string {
	var days string
	switch {
	case len(p.days) > 0:
		days = ordinalDays(p.days, "and")
	case len(p.weekdays) > 0:
		days = weekdayList(p.weekdays, "and")
		if !p.numbered() && len(p.positions) == 0 {
			days = "every " + days
		}
	default:
		days = "every day"
	}
	switch {
	case len(p.positions) == 0:
		return days
	case len(p.days) == 0 && len(p.weekdays) > 0 && !p.numbered():
		if isWorkweek(p.weekdays) {
			return positions(p.positions) + " weekday"
		}
		if len(p.weekdays) == 1 {
			return positions(p.positions) + " " + days
		}
		return positions(p.positions) + " day that is a " + weekdayList(p.weekdays, "or")
	default:
		return positions(p.positions) + " of: " + days
	}
}

// the puts an article before days that take one.
func the(days string) string {
	if strings.HasPrefix(days, "every ") {
		return days
	}
	return "the " + days
}

// isWorkweek reports whether the days are Monday to Friday.
func isWorkweek(days []nth) bool {
	return slices.Equal(days, []nth{{day: 0}, {day: 1}, {day: 2}, {day: 3}, {day: 4}})
}

// weekdayList names weekdays: "Monday and Thursday", "second Sunday".
func weekdayList(days []nth, and string) string {
	if isWorkweek(days) && and == "and" {
		return "Monday to Friday"
	}
	numbered := pattern{weekdays: days}.numbered()
	var names []string
	for _, d := range days {
		name := time.Weekday((d.day + 1) % 7).String()
		switch {
		case d.n != 0:
			name = position(d.n) + " " + name
		case numbered:
			name = "every " + name
		}
		names = append(names, name)
	}
	return listed(names, and)
}

// ordinalDays names days of the month: "1st and 15th", "2nd to 8th", "last
// day". A day that short months lack says so, since they are left out then.
func ordinalDays(days []int, and string) string {
	var names []string
	for i := 0; i < len(days); i++ {
		first := i
		for i+1 < len(days) && days[i] > 0 && days[i+1] == days[i]+1 {
			i++
		}
		switch {
		case days[first] < 0:
			names = append(names, position(days[first])+" day")
		case i < first+2:
			i = first
			names = append(names, ordinal(days[first]))
		default:
			names = append(names, ordinal(days[first])+" to "+ordinal(days[i]))
		}
	}
	if len(days) == 1 && days[0] > 28 {
		return names[0] + " (where there is one)"
	}
	return listed(names, and)
}

// positions are places in a list: "first and last".
func positions(places []int) string {
	var names []string
	for _, n := range places {
		names = append(names, position(n))
	}
	return listed(names, "and")
}

var small = []string{"", "first", "second", "third", "fourth", "fifth"}

// position is a place in words, from the end where it is negative.
func position(n int) string {
	switch {
	case n == -1:
		return "last"
	case n < 0:
		return position(-n) + " to last"
	case n < len(small):
		return small[n]
	default:
		return ordinal(n)
	}
}

// ordinal is a number as a place: 1st, 22nd, 13th.
func ordinal(n int) string {
	if n%100/10 != 1 {
		switch n % 10 {
		case 1:
			return fmt.Sprintf("%dst", n)
		case 2:
			return fmt.Sprintf("%dnd", n)
		case 3:
			return fmt.Sprintf("%drd", n)
		}
	}
	return fmt.Sprintf("%dth", n)
}

// listed joins names as a sentence does.
func listed(names []string, and string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	return strings.Join(names[:len(names)-1], ", ") + " " + and + " " + names[len(names)-1]
}
