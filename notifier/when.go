package notifier

import (
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
func (c *catalogue) span(start, end time.Time, zone string) string {
	return c.interval(scheduler.InZone(start, zone), scheduler.InZone(end, zone), "date.short", " ")
}

// interval writes the date once where one will do, and each offset where they differ.
func (c *catalogue) interval(a, b time.Time, date, comma string) string {
	from, until := c.date(a, date)+comma+c.date(a, "date.clock"), c.date(b, "date.clock")
	switch {
	case a.Format(time.DateOnly) != b.Format(time.DateOnly):
		return from + during(a, b) + " – " + c.date(b, date) + comma + until + " " + abbreviation(b)
	case during(a, b) != "":
		return from + during(a, b) + " – " + until + " " + abbreviation(b)
	}
	return from + "–" + until + " " + abbreviation(b)
}

// moment is a time on the wall clock of a zone, in a sentence.
func (c *catalogue) moment(t time.Time, zone string) string {
	at := scheduler.InZone(t, zone)
	return c.date(at, "date.short") + " " + c.date(at, "date.clock") + " " + abbreviation(at)
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
func (c *catalogue) whenLines(start, end time.Time, zone string) []string {
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
		lines = append(lines, c.long(a, b)+" ("+zone+")")
	}
	lines = append(lines, c.long(start.UTC(), end.UTC()), c.Say("duration", c.length(end.Sub(start))))
	if offset(a) != offset(b) {
		lines = append(lines, c.Say("clocks.meanwhile", offset(a), offset(b)))
	}
	return lines
}

func (c *catalogue) long(a, b time.Time) string { return c.interval(a, b, "date.long", ", ") }
