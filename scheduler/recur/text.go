package recur

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/teambition/rrule-go"
)

// The forms of UNTIL in a rule.
const (
	untilDay   = "20060102"
	untilLocal = "20060102T150405"
	untilUTC   = "20060102T150405Z"
)

var freqs = map[string]rrule.Frequency{
	"DAILY": rrule.DAILY, "WEEKLY": rrule.WEEKLY, "MONTHLY": rrule.MONTHLY, "YEARLY": rrule.YEARLY,
}

var weekdayNames = []string{"MO", "TU", "WE", "TH", "FR", "SA", "SU"}

// parse reads the text of an RRULE, or says in words what is wrong with it.
func parse(text string) (p pattern, wrong string) {
	if len(text) > mostText {
		return p, fmt.Sprintf("The rule is too long: %d bytes, at most %d.", len(text), mostText)
	}
	text = strings.ToUpper(strings.TrimSpace(text))
	text = strings.TrimPrefix(text, "RRULE:")
	if text == "" {
		return p, "Give a rule, such as FREQ=MONTHLY;BYDAY=2SU."
	}
	p.interval = 1
	var seen []string
	for part := range strings.SplitSeq(text, ";") {
		name, value, ok := strings.Cut(part, "=")
		if !ok || value == "" {
			return p, fmt.Sprintf("%.40q is not a part of a rule, such as FREQ=WEEKLY.", part)
		}
		if slices.Contains(seen, name) {
			return p, fmt.Sprintf("%s is there twice.", name)
		}
		if wrong := p.take(name, value); wrong != "" {
			return p, wrong
		}
		seen = append(seen, name)
	}
	if !slices.Contains(seen, "FREQ") {
		return p, "FREQ is missing: DAILY, WEEKLY, MONTHLY or YEARLY."
	}
	return p, p.check()
}

// take reads one part of a rule.
func (p *pattern) take(name, value string) (wrong string) {
	switch name {
	case "FREQ":
		var ok bool
		if p.freq, ok = freqs[value]; !ok {
			wrong = fmt.Sprintf("FREQ is DAILY, WEEKLY, MONTHLY or YEARLY, not %.20q.", value)
		}
	case "INTERVAL":
		p.interval, wrong = number(name, value, mostApart)
	case "COUNT":
		p.count, wrong = number(name, value, mostCount)
	case "UNTIL":
		p.until, wrong = readUntil(value)
	case "BYMONTH":
		p.months, wrong = numbers(name, value, 1, 12)
	case "BYMONTHDAY":
		p.days, wrong = numbers(name, value, -31, 31)
	case "BYSETPOS":
		p.positions, wrong = numbers(name, value, -mostDates, mostDates)
	case "BYDAY":
		p.weekdays, wrong = readWeekdays(value)
	case "WKST":
		if p.weekStart = slices.Index(weekdayNames, value); p.weekStart < 0 {
			wrong = "WKST is one of MO, TU, WE, TH, FR, SA, SU."
		}
	case "BYHOUR", "BYMINUTE", "BYSECOND":
		wrong = fmt.Sprintf("Leave out %s: every occurrence begins at the start's time of day.", name)
	case "BYWEEKNO", "BYYEARDAY":
		wrong = fmt.Sprintf("%s is not supported: say it with BYMONTH, BYMONTHDAY and BYDAY.", name)
	default:
		wrong = fmt.Sprintf("%.40q is not a part of a rule.", name)
	}
	return wrong
}

// check refuses parts that RFC 5545 does not allow together.
func (p pattern) check() (wrong string) {
	monthly := p.freq == rrule.MONTHLY || p.freq == rrule.YEARLY
	switch {
	case p.count > 0 && p.until != nil:
		return "Give COUNT or UNTIL, not both."
	case p.freq == rrule.WEEKLY && len(p.days) > 0:
		return "BYMONTHDAY does not go with FREQ=WEEKLY: use MONTHLY or DAILY."
	case p.numbered() && !monthly:
		return "A numbered weekday, such as 2SU, goes with FREQ=MONTHLY or YEARLY only."
	case len(p.positions) > 0 && len(p.months)+len(p.days)+len(p.weekdays) == 0:
		return "BYSETPOS needs BYDAY, BYMONTHDAY or BYMONTH to choose from."
	}
	for _, w := range p.weekdays {
		if w.n > p.mostNth() || w.n < -p.mostNth() {
			return fmt.Sprintf("%s does not exist: there are at most %d of them.", w, p.mostNth())
		}
	}
	return ""
}

// number reads a whole number from 1 to most.
func number(name, value string, most int) (n int, wrong string) {
	n, err := strconv.Atoi(value)
	if err != nil || n < 1 || n > most || value[0] == '+' {
		return 0, fmt.Sprintf("%s is a whole number from 1 to %d.", name, most)
	}
	return n, ""
}

// numbers reads a list of whole numbers, none of them 0, and sorts it.
func numbers(name, value string, least, most int) (list []int, wrong string) {
	for text := range strings.SplitSeq(value, ",") {
		n, err := strconv.Atoi(text)
		if err != nil || n == 0 || n < least || n > most {
			between := fmt.Sprintf("%d to %d", max(least, 1), most)
			if least < 0 {
				between += fmt.Sprintf(", or %d to -1 from the end", least)
			}
			return nil, fmt.Sprintf("%s is a list of whole numbers from %s.", name, between)
		}
		if list = append(list, n); len(list) > mostDates {
			return nil, fmt.Sprintf("%s has more than %d values.", name, mostDates)
		}
	}
	slices.SortFunc(list, order)
	return slices.Compact(list), ""
}

// order puts what counts from the end last, as a calendar does.
func order(a, b int) int {
	if (a < 0) != (b < 0) {
		return b - a
	}
	return a - b
}

// readWeekdays reads BYDAY.
func readWeekdays(value string) (list []nth, wrong string) {
	for text := range strings.SplitSeq(value, ",") {
		const shape = "BYDAY is a list of MO, TU, WE, TH, FR, SA, SU, with a number before for the nth of the month: 2SU, -1FR."
		if len(text) < 2 {
			return nil, shape
		}
		n, name := text[:len(text)-2], text[len(text)-2:]
		w := nth{day: slices.Index(weekdayNames, name)}
		if n != "" {
			var err error
			if w.n, err = strconv.Atoi(n); err != nil || w.n == 0 {
				return nil, shape
			}
		}
		if w.day < 0 {
			return nil, shape
		}
		if list = append(list, w); len(list) > mostDates {
			return nil, fmt.Sprintf("BYDAY has more than %d values.", mostDates)
		}
	}
	slices.SortFunc(list, func(a, b nth) int {
		if a.n != b.n {
			return order(a.n, b.n)
		}
		return a.day - b.day
	})
	return slices.Compact(list), ""
}

// readUntil reads UNTIL: a day, or a time of day in UTC or on the wall clock.
func readUntil(value string) (until *moment, wrong string) {
	if t, ok := read(untilDay, value); ok {
		return &moment{at: t, day: true}, ""
	}
	if t, ok := read(untilLocal, value); ok {
		return &moment{at: t}, ""
	}
	if t, ok := read(untilUTC, value); ok {
		return &moment{at: t, instant: true}, ""
	}
	return nil, "UNTIL is a day, 20271231, or a time: 20271231T020000 on the wall clock, 20271231T010000Z in UTC."
}

// String is the rule as RFC 5545 writes it, always in the same way. The dates
// of the Spec besides the rule are not in it.
func (r Rule) String() string { return r.said.text() }

func (p pattern) text() string {
	var b strings.Builder
	for name, freq := range freqs {
		if freq == p.freq {
			b.WriteString("FREQ=" + name)
		}
	}
	if p.until != nil {
		b.WriteString(";UNTIL=" + p.until.basic())
	}
	if p.count > 0 {
		fmt.Fprintf(&b, ";COUNT=%d", p.count)
	}
	if p.interval > 1 {
		fmt.Fprintf(&b, ";INTERVAL=%d", p.interval)
	}
	list(&b, "BYMONTH", p.months)
	list(&b, "BYMONTHDAY", p.days)
	list(&b, "BYDAY", p.weekdays)
	list(&b, "BYSETPOS", p.positions)
	if p.weekStart != 0 {
		b.WriteString(";WKST=" + weekdayNames[p.weekStart])
	}
	return b.String()
}

// list writes a part that has values.
func list[T any](b *strings.Builder, name string, values []T) {
	for i, v := range values {
		if i == 0 {
			b.WriteString(";" + name + "=")
		} else {
			b.WriteByte(',')
		}
		fmt.Fprint(b, v)
	}
}

func (w nth) String() string {
	if w.n == 0 {
		return weekdayNames[w.day]
	}
	return strconv.Itoa(w.n) + weekdayNames[w.day]
}

// basic is the moment as UNTIL has it.
func (m moment) basic() string {
	layout := untilLocal
	switch {
	case m.day:
		layout = untilDay
	case m.instant:
		layout = untilUTC
	}
	return m.at.Format(layout)
}
