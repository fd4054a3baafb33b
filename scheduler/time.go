package scheduler

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Duration spells d as the API does: "72h", "90m", "45s".
func Duration(d time.Duration) string {
	d = d.Truncate(time.Second)
	switch {
	case d == 0:
		return "0s"
	case d%time.Hour == 0:
		return fmt.Sprintf("%dh", d/time.Hour)
	case d%time.Minute == 0:
		return fmt.Sprintf("%dm", d/time.Minute)
	default:
		return fmt.Sprintf("%ds", d/time.Second)
	}
}

// InWords is a length of time as people say it, in whole minutes: 2 d 23 h 5 min.
func InWords(d time.Duration) string {
	days, hours, minutes := int(d/(24*time.Hour)), int(d/time.Hour)%24, int(d/time.Minute)%60
	var parts []string
	if days > 0 {
		parts = append(parts, fmt.Sprintf("%d d", days))
	}
	if hours > 0 {
		parts = append(parts, fmt.Sprintf("%d h", hours))
	}
	if minutes > 0 || len(parts) == 0 {
		parts = append(parts, fmt.Sprintf("%d min", minutes))
	}
	return strings.Join(parts, " ")
}

// away spells how far off a moment is, in begun minutes.
func away(d time.Duration) string { return InWords(d + time.Minute - time.Second) }

// longestAsked is the longest duration that anything here asks for: two years.
const longestAsked = 2 * 366 * 24 * time.Hour

// ParseDuration reads a duration such as "72h", "1h30m" or "45s": whole
// seconds, not negative.
func ParseDuration(s string) (time.Duration, error) {
	d, err := time.ParseDuration(strings.TrimSpace(s))
	if err != nil || d < 0 || d%time.Second != 0 || d > longestAsked {
		return 0, fmt.Errorf("%q is not a length of time such as 90m, 72h or 45s", s)
	}
	return d, nil
}

var zoneName = regexp.MustCompile(`^[A-Z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+)*$`)

// Zone finds a time zone by its exact name in the IANA database. What only
// Go's loader understands (the empty name, Local, files of the system) is no
// zone here.
func Zone(name string) (*time.Location, bool) {
	if name == "Local" || name == "Factory" || !zoneName.MatchString(name) {
		return nil, false
	}
	if loc, ok := zones.Load(name); ok {
		return loc.(*time.Location), true
	}
	loc, err := time.LoadLocation(name)
	if err == nil {
		zones.Store(name, loc)
	}
	return loc, err == nil
}

// zones remembers the zones that were found, by their name: to load one reads a file.
var zones sync.Map

// InZone is t on the wall clock of the zone, or in UTC if there is none.
func InZone(t time.Time, zone string) time.Time {
	if loc, ok := Zone(zone); ok {
		return t.In(loc)
	}
	return t.UTC()
}

// Local reads a date (2006-01-02) and a clock time (15:04) on the wall clock
// of loc. A time that a clock change skips or repeats is refused in words for
// a form field, unless earlier or later (the suffixes of the clock time) says
// which of the two is meant.
func Local(date, clock string, loc *time.Location) (at time.Time, wrong string) {
	clock, which, _ := strings.Cut(strings.TrimSpace(clock), " ")
	t, err := time.Parse("2006-01-02 15:04", strings.TrimSpace(date)+" "+clock)
	if err != nil {
		return time.Time{}, "Give a day and a time, such as 2026-12-12 and 02:00."
	}
	ats := Instants(t, loc)
	switch {
	case len(ats) == 0:
		return time.Time{}, fmt.Sprintf("%s %s does not exist in %s: the clocks go forward then.", date, clock, loc)
	case len(ats) == 1, which == "earlier":
		return ats[0], ""
	case which == "later":
		return ats[1], ""
	}
	return time.Time{}, fmt.Sprintf("%s %s happens twice in %s, at %s and at %s UTC: write %q or %q.",
		date, clock, loc, ats[0].Format("15:04"), ats[1].Format("15:04"), clock+" earlier", clock+" later")
}

// Wall is the instant at which the wall clock of loc shows what local, read as
// UTC, shows. A time that a clock change skips moves forward by the change; of
// one that it repeats the earlier is taken.
func Wall(local time.Time, loc *time.Location) time.Time {
	if ats := Instants(local, loc); len(ats) > 0 {
		return ats[0]
	}
	_, before := local.Add(-aDay).In(loc).Zone()
	return local.Add(-time.Duration(before) * time.Second)
}

// aDay is far enough from a clock change to see the offset on its other side.
const aDay = 24 * time.Hour

// Instants are the moments in UTC, the earlier first, at which the wall clock
// of loc shows what local, read as UTC, shows: none where it is skipped, two where
// it comes twice. They are found by the offsets on both sides, not by
// time.Time.ZoneBounds, whose end does not pass the last day of a leap year from
// 2040 on (golang/go#81583), so that who goes from span to span never arrives.
func Instants(local time.Time, loc *time.Location) (ats []time.Time) {
	for _, side := range []time.Duration{-aDay, aDay} {
		_, offset := local.Add(side).In(loc).Zone()
		at := local.Add(-time.Duration(offset) * time.Second)
		if _, o := at.In(loc).Zone(); o == offset && !slices.ContainsFunc(ats, at.Equal) {
			ats = append(ats, at)
		}
	}
	slices.SortFunc(ats, time.Time.Compare)
	return ats
}

// span is an interval in words, on the wall clock of zone.
func span(i Interval, zone string) string {
	a, b := InZone(i.Start, zone), InZone(i.End, zone)
	if a.Format(time.DateOnly) == b.Format(time.DateOnly) {
		return a.Format("Mon 2 Jan 15:04") + "–" + b.Format("15:04 MST")
	}
	return a.Format("Mon 2 Jan 15:04") + " – " + b.Format("Mon 2 Jan 15:04 MST")
}

// mark names a fact of the clock, once for each moment it is about.
func mark(fact string, at time.Time) string { return fact + "@" + strconv.FormatInt(at.Unix(), 10) }
