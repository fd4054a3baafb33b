package ical

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// when reads a DATE-TIME or a DATE (RFC 5545 3.3.4, 3.3.5), a date being the
// midnight that begins it; and says in words what was odd about it. It is zero
// where it cannot be read.
func (f *file) when(c *calendar, at field) (t time.Time, day bool, words string) {
	value := strings.ToUpper(strings.TrimSpace(at.value))
	if t, err := time.Parse("20060102T150405Z", value); err == nil {
		return sensible(t, false, "")
	}
	if t, err := time.Parse(time.RFC3339, value); err == nil {
		return sensible(t.UTC(), false, "")
	}
	local, err := time.Parse("20060102T150405", value)
	if err != nil {
		if local, err = time.Parse("20060102", value); err != nil {
			return time.Time{}, false, fmt.Sprintf("%q is no time.", short(at.value, 40))
		}
		day = true
	}
	on, words := f.zoneOf(c, at)
	if on == nil {
		return time.Time{}, day, words
	}
	return sensible(on(local), day, words)
}

// sensible refuses times that are no plan of anybody's.
func sensible(t time.Time, day bool, words string) (time.Time, bool, string) {
	if t.Year() < 2000 || t.Year() > 2200 {
		return time.Time{}, day, "This is not a time that Lull can plan for."
	}
	return t.UTC(), day, words
}

// zoneOf is the wall clock that a time is meant on: its own, the calendar's, or
// UTC; never that of this machine.
func (f *file) zoneOf(c *calendar, at field) (on clock, words string) {
	if name := at.param("TZID"); name != "" {
		if on = f.clock(c, name); on == nil {
			words = fmt.Sprintf("The time zone %q is not known, and not explained in the file.", short(name, 60))
		}
		return on, words
	}
	if c.zone != "" {
		if on = f.clock(c, c.zone); on != nil {
			return on, ""
		}
	}
	return func(local time.Time) time.Time { return local }, "It names no time zone; UTC is assumed."
}

// lapse is a length of time: days are of the wall clock, the rest is exact
// (RFC 5545 3.3.6).
type lapse struct {
	days  int
	exact time.Duration
}

var lapseForm = regexp.MustCompile(`^\+?P(?:(\d{1,4})W)?(?:(\d{1,5})D)?(?:T(?:(\d{1,5})H)?(?:(\d{1,7})M)?(?:(\d{1,9})S)?)?$`)

func duration(s string) (l lapse, ok bool) {
	m := lapseForm.FindStringSubmatch(strings.ToUpper(strings.TrimSpace(s)))
	if m == nil {
		return l, false
	}
	n := func(i int) int { n, _ := strconv.Atoi(m[i]); return n } // digits, or nothing: 0
	l.days = 7*n(1) + n(2)
	l.exact = time.Duration(n(3))*time.Hour + time.Duration(n(4))*time.Minute + time.Duration(n(5))*time.Second
	return l, l.days > 0 || l.exact > 0
}

// later is the end of what begins at start, as at says it, and lasts for l.
func (f *file) later(c *calendar, at field, start time.Time, l lapse) time.Time {
	value := strings.ToUpper(strings.TrimSpace(at.value))
	for _, form := range []string{"20060102T150405", "20060102"} {
		if local, err := time.Parse(form, value); err == nil {
			if on, _ := f.zoneOf(c, at); on != nil {
				start = on(local.AddDate(0, 0, l.days))
				l.days = 0
			}
			break
		}
	}
	return start.AddDate(0, 0, l.days).Add(l.exact)
}

// clock is the instant at which a wall clock shows what local, read as UTC,
// shows: the earlier of two, and after the change where it is skipped.
type clock func(local time.Time) time.Time

// mostZones is how many names of time zones are looked up for one file.
const mostZones = 500

// clock finds a time zone by the name that a file gives it: a name of the IANA
// database, one of Windows, a path that ends in one, what its VTIMEZONE is also
// called (X-LIC-LOCATION), or else by the rules of that VTIMEZONE.
func (f *file) clock(c *calendar, name string) clock {
	key := fmt.Sprintf("%p %s", c, name)
	if on, ok := f.known[key]; ok {
		return on
	}
	if len(f.known) >= mostZones {
		return nil
	}
	on := named(name)
	if z := c.zones[name]; on == nil && z != nil {
		if on = named(z.location); on == nil {
			on = z.clock()
		}
	}
	f.known[key] = on
	return on
}
