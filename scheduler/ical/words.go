package ical

import (
	"fmt"
	"strings"
	"time"

	"lull/scheduler"
)

// summary is the entry's title. A cancelled one says so, since some calendars
// show it as if nothing had happened.
func (c Calendar) summary(w scheduler.Window) string {
	title := line(w.Title)
	if title == "" {
		title = w.Name()
	}
	if w.State == scheduler.Cancelled {
		return "[CANCELLED] " + title
	}
	return title
}

// description is what a person reads of the window in a calendar: when, on the
// clock of the people who planned it and in UTC, and what it means to whom.
func (c Calendar) description(w scheduler.Window) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s, %s.\n", w.Name(), w.State.Words())
	local, inUTC := span(w.Interval, w.TimeZone), span(w.Interval, "UTC")
	if local != inUTC {
		fmt.Fprintf(&b, "When: %s (%s)\n", local, line(w.TimeZone))
	}
	fmt.Fprintf(&b, "UTC: %s\n", inUTC)
	for _, s := range w.Services {
		name := line(c.Names[s.Service])
		if name == "" {
			name = line(s.Service)
		}
		fmt.Fprintf(&b, "%s: %s\n", name, strings.ReplaceAll(strings.ToLower(impact(s.Impact)), "-", " "))
	}
	for _, st := range w.Touching(w.Slugs()) {
		fmt.Fprintf(&b, "Stage %s: %s\n", line(st.Name), span(st.Interval, w.TimeZone))
	}
	if summary := text(w.Summary); summary != "" {
		b.WriteString("\n" + summary + "\n")
	}
	b.WriteString("\n" + c.link(w))
	return b.String()
}

// span is an interval in words on the wall clock of zone. Both ends name their
// offset where the clocks change in between.
func span(i scheduler.Interval, zone string) string {
	const day, clock = "Mon 2 Jan 2006 15:04", "15:04"
	a, b := scheduler.InZone(i.Start, zone), scheduler.InZone(i.End, zone)
	from, to := a.Format(day), b.Format(clock)
	if a.Format(time.DateOnly) != b.Format(time.DateOnly) {
		to = b.Format(day)
	}
	if a.Format("MST-0700") != b.Format("MST-0700") {
		from += a.Format(" MST")
	}
	return from + " – " + to + b.Format(" MST")
}

// status is the state in the words of RFC 5545.
func status(s scheduler.State) string {
	switch s {
	case scheduler.Draft, scheduler.Requested:
		return "TENTATIVE"
	case scheduler.Cancelled:
		return "CANCELLED"
	case scheduler.Scheduled, scheduler.InProgress, scheduler.Verifying, scheduler.Closed:
	}
	return "CONFIRMED"
}

// progress is the state in the words of MAINTNOTE.
func progress(s scheduler.State) string {
	switch s {
	case scheduler.Draft, scheduler.Requested:
		return "TENTATIVE"
	case scheduler.InProgress, scheduler.Verifying:
		return "IN-PROCESS"
	case scheduler.Closed:
		return "COMPLETED"
	case scheduler.Cancelled:
		return "CANCELLED"
	case scheduler.Scheduled:
	}
	return "CONFIRMED"
}

// impact is the impact in the words of MAINTNOTE; one that is not known counts
// as the worst.
func impact(i scheduler.Impact) string {
	switch i {
	case scheduler.NoImpact:
		return "NO-IMPACT"
	case scheduler.ReducedRedundancy:
		return "REDUCED-REDUNDANCY"
	case scheduler.Degraded:
		return "DEGRADED"
	case scheduler.Outage:
	}
	return "OUTAGE"
}
