package ical

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	ics "github.com/arran4/golang-ical"

	"lull/scheduler"
)

// named is the clock of a zone that its name alone tells, nil for none.
func named(name string) clock {
	name = strings.TrimSpace(name)
	if on := iana(name); on != nil {
		return on
	}
	if loc := ics.WindowsTimezoneToIANA(name); loc != nil {
		return iana(loc.String())
	}
	parts := strings.Split(strings.Trim(name, "/"), "/")
	for n := min(3, len(parts)-1); n > 0; n-- { // /freeassociation.sourceforge.net/America/Argentina/Salta
		if on := iana(strings.Join(parts[len(parts)-n:], "/")); on != nil {
			return on
		}
	}
	return nil
}

func iana(name string) clock {
	loc, ok := scheduler.Zone(name)
	if !ok {
		return nil
	}
	return func(local time.Time) time.Time { return scheduler.Wall(local, loc) }
}

// timezone is a VTIMEZONE (RFC 5545 3.6.5).
type timezone struct {
	name, location string
	all            []observance
}

// observance is one rule of a time zone: from when on which offset holds.
type observance struct {
	onset    time.Time // on the wall clock before, read as UTC
	from, to time.Duration
	dates    []time.Time // further onsets
	yearly   yearly
	broken   bool // it could not be read
}

func (z *timezone) take(name string, f field) {
	switch name {
	case "TZID":
		z.name = strings.Trim(strings.TrimSpace(f.value), `"`)
	case "X-LIC-LOCATION":
		z.location = strings.TrimSpace(f.value)
	}
}

func (o *observance) take(name string, f field) {
	ok := true
	switch value := strings.ToUpper(strings.TrimSpace(f.value)); name {
	case "DTSTART":
		o.onset, ok = wall(value)
	case "TZOFFSETFROM":
		o.from, ok = offset(value)
	case "TZOFFSETTO":
		o.to, ok = offset(value)
	case "RRULE":
		o.yearly, ok = yearlyOf(value)
	case "RDATE":
		for one := range strings.SplitSeq(value, ",") {
			day, fine := wall(one)
			ok = ok && fine
			o.dates = append(o.dates, day)
		}
	}
	o.broken = o.broken || !ok
}

// wall reads a local time; those of time zones are never in UTC.
func wall(s string) (time.Time, bool) {
	t, err := time.Parse("20060102T150405", strings.TrimSuffix(s, "Z"))
	return t, err == nil
}

// offset reads +0100, -0330 or +053045.
func offset(s string) (time.Duration, bool) {
	if len(s) != 5 && len(s) != 7 || s[0] != '+' && s[0] != '-' {
		return 0, false
	}
	n, err := strconv.Atoi(s[1:])
	if err != nil || n < 0 {
		return 0, false
	}
	if len(s) == 5 {
		n *= 100
	}
	d := time.Duration(n/10000)*time.Hour + time.Duration(n/100%100)*time.Minute + time.Duration(n%100)*time.Second
	if s[0] == '-' {
		d = -d
	}
	return d, d.Abs() < 24*time.Hour
}

// change is an instant from which another offset holds.
type change struct {
	at     time.Time
	offset time.Duration
}

// lastYear is how far the rules of a VTIMEZONE are followed.
const lastYear = 2110

// clock is the wall clock that the rules describe, nil where they cannot be read.
func (z *timezone) clock() clock {
	var changes []change
	for _, o := range z.all {
		if o.broken || o.onset.IsZero() {
			return nil
		}
		for _, onset := range o.onsets() {
			changes = append(changes, change{onset.Add(-o.from), o.to})
		}
	}
	if len(changes) == 0 {
		return nil
	}
	slices.SortStableFunc(changes, func(a, b change) int { return a.at.Compare(b.at) })
	earliest := slices.MinFunc(z.all, func(a, b observance) int { return a.onset.Compare(b.onset) }).from
	offsetAt := func(t time.Time) time.Duration {
		i, found := slices.BinarySearchFunc(changes, t, func(c change, t time.Time) int { return c.at.Compare(t) })
		if found {
			return changes[i].offset
		}
		if i == 0 {
			return earliest
		}
		return changes[i-1].offset
	}
	return func(local time.Time) time.Time {
		const side = 24 * time.Hour // beyond any change
		before, after := offsetAt(local.Add(-side)), offsetAt(local.Add(side))
		for _, o := range []time.Duration{max(before, after), min(before, after)} { // the larger offset is the earlier instant
			if at := local.Add(-o); offsetAt(at) == o {
				return at
			}
		}
		return local.Add(-before)
	}
}

// onsets is every time from which the offset of the observance holds.
func (o observance) onsets() []time.Time {
	all := append([]time.Time{o.onset}, o.dates...)
	if !o.yearly.given {
		return all
	}
	for year := max(o.onset.Year(), 1970); year <= lastYear; year++ {
		t := o.yearly.in(year, o.onset)
		if !o.yearly.until.IsZero() && t.Add(-o.from).After(o.yearly.until) {
			break
		}
		if t.After(o.onset) {
			all = append(all, t)
		}
	}
	return all
}

// yearly is the kind of rule that time zones have: a day of a month, each year.
type yearly struct {
	given   bool
	month   time.Month // 0: that of the onset
	day     int        // of the month; 0: by the week or, without one, the day of the onset
	week    int        // 1 to 5, or from the end -1 to -5
	weekday time.Weekday
	until   time.Time // an instant; zero: for ever
}

var weekdays = map[string]time.Weekday{"SU": 0, "MO": 1, "TU": 2, "WE": 3, "TH": 4, "FR": 5, "SA": 6}

func yearlyOf(rule string) (y yearly, ok bool) {
	y.given, ok = true, true
	for part := range strings.SplitSeq(rule, ";") {
		key, value, _ := strings.Cut(part, "=")
		n, err := strconv.Atoi(value)
		switch key {
		case "FREQ":
			ok = ok && value == "YEARLY"
		case "INTERVAL":
			ok = ok && value == "1"
		case "BYMONTH":
			y.month = time.Month(n)
			ok = ok && err == nil && n >= 1 && n <= 12
		case "BYMONTHDAY":
			y.day = n
			ok = ok && err == nil && n >= 1 && n <= 31
		case "BYDAY":
			at := max(0, len(value)-2)
			var known bool
			y.weekday, known = weekdays[value[at:]]
			y.week, err = strconv.Atoi(value[:at])
			ok = ok && known && err == nil && y.week != 0 && y.week >= -5 && y.week <= 5
		case "UNTIL":
			if t, err := time.Parse("20060102T150405Z", value); err == nil {
				y.until = t
			} else if t, err := time.Parse("20060102", value[:min(8, len(value))]); err == nil {
				y.until = t.AddDate(0, 0, 1)
			} else {
				ok = false
			}
		case "WKST", "":
		default:
			ok = false
		}
	}
	return y, ok && (y.day == 0 || y.week == 0) && (y.month != 0 || y.week == 0)
}

// in is the day of the year that the rule names, at the clock time of onset.
func (y yearly) in(year int, onset time.Time) time.Time {
	on := func(day int) time.Time {
		return time.Date(year, cmp.Or(y.month, onset.Month()), day, onset.Hour(), onset.Minute(), onset.Second(), 0, time.UTC)
	}
	switch {
	case y.day > 0:
		return on(y.day)
	case y.week == 0:
		return on(onset.Day())
	case y.week > 0:
		first := on(1)
		return on(1 + (int(y.weekday-first.Weekday())+7)%7 + 7*(y.week-1))
	default:
		last := on(1).AddDate(0, 1, -1)
		return on(last.Day() - (int(last.Weekday()-y.weekday)+7)%7 + 7*(y.week+1))
	}
}
