package notifier

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"lull/scheduler"
)

// longestSubject is what every mail program shows in full.
const longestSubject = 77

// subject puts the status first and the number last, and cuts the title only.
func subject(status, title, when, number string) string {
	head, tail := "["+status+"] ", " ("+number+")"
	if when != "" {
		tail = ": " + when + tail
	}
	room := longestSubject - utf8.RuneCountInString(head+tail)
	title = Clean(title)
	if utf8.RuneCountInString(title) > room {
		title = strings.TrimRight(string([]rune(title)[:max(room-1, 0)]), " ,.:;-") + "…"
	}
	return head + title + tail
}

// span is an interval on the wall clock of a zone, as short as a subject asks.
func span(start, end time.Time, zone string) string {
	a, b := scheduler.InZone(start, zone), scheduler.InZone(end, zone)
	const date, clock = "Mon 2 Jan ", "15:04"
	switch {
	case a.Format(time.DateOnly) != b.Format(time.DateOnly):
		return a.Format(date+clock) + during(a, b) + " – " + b.Format(date+clock) + " " + abbreviation(b)
	case during(a, b) != "":
		return a.Format(date+clock) + during(a, b) + " – " + b.Format(clock) + " " + abbreviation(b)
	}
	return a.Format(date+clock) + "–" + b.Format(clock) + " " + abbreviation(b)
}

// during is the start's own abbreviation where the end has another one.
func during(a, b time.Time) string {
	if abbreviation(a) == abbreviation(b) {
		return ""
	}
	return " " + abbreviation(a)
}

// abbreviation is the zone's, or the offset where the zone has none.
func abbreviation(t time.Time) string {
	name, _ := t.Zone()
	if strings.HasPrefix(name, "+") || strings.HasPrefix(name, "-") {
		return offset(t)
	}
	return name
}

func offset(t time.Time) string { return strings.TrimSuffix(t.Format("UTC-07:00"), ":00") }

// whenLines tells an interval in full: on the reader's wall clock, in UTC, how
// long it is, and whether the clocks change meanwhile.
func whenLines(start, end time.Time, zone string) []string {
	if start.IsZero() || end.IsZero() {
		return nil
	}
	loc, ok := scheduler.Zone(zone)
	if !ok {
		loc, zone = time.UTC, "UTC"
	}
	a, b := start.In(loc), end.In(loc)
	var lines []string
	if zone != "UTC" {
		lines = append(lines, long(a, b)+" ("+zone+")")
	}
	lines = append(lines, long(start.UTC(), end.UTC()), "Duration: "+human(end.Sub(start)))
	if offset(a) != offset(b) {
		lines = append(lines, fmt.Sprintf("The clocks change meanwhile: it begins at %s and ends at %s.", offset(a), offset(b)))
	}
	return lines
}

func long(a, b time.Time) string {
	const date, clock = "Monday 2 January 2006, ", "15:04"
	if a.Format(time.DateOnly) != b.Format(time.DateOnly) {
		return a.Format(date+clock) + during(a, b) + " – " + b.Format(date+clock) + " " + abbreviation(b)
	}
	if during(a, b) != "" {
		return a.Format(date+clock) + during(a, b) + " – " + b.Format(clock) + " " + abbreviation(b)
	}
	return a.Format(date+clock) + "–" + b.Format(clock) + " " + abbreviation(b)
}

// human is a length of time in words.
func human(d time.Duration) string {
	var parts []string
	for _, unit := range []struct {
		name string
		long time.Duration
	}{{"day", day}, {"hour", time.Hour}, {"minute", time.Minute}} {
		n := d / unit.long
		d -= n * unit.long
		switch {
		case n == 1:
			parts = append(parts, "1 "+unit.name)
		case n > 1:
			parts = append(parts, fmt.Sprintf("%d %ss", n, unit.name))
		}
	}
	if len(parts) == 0 {
		return "less than a minute"
	}
	return strings.Join(parts, " ")
}
