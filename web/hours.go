package web

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"lull/scheduler"
)

// week names the days in their order.
var week = []string{"mon", "tue", "wed", "thu", "fri", "sat", "sun"}

// HoursWords says when maintenance is allowed, one line for each span.
func HoursWords(all []scheduler.Hours) (lines []string) {
	for _, h := range all {
		next := ""
		if h.To <= h.From {
			next = " on the next day"
		}
		lines = append(lines, fmt.Sprintf("%s %s–%s%s (%s)", weekdays(h.Days), h.From, h.To, next, h.TimeZone))
	}
	return lines
}

// weekdays are days of the week in few words: "Mon–Fri", "Sat and Sun".
func weekdays(days []string) string {
	if len(days) == len(week) {
		return "Every day"
	}
	var runs []string
	for i := 0; i < len(week); i++ {
		if !slices.Contains(days, week[i]) {
			continue
		}
		last := i
		for last+1 < len(week) && slices.Contains(days, week[last+1]) {
			last++
		}
		switch first := words(week[i]); {
		case last == i:
			runs = append(runs, first)
		case last == i+1:
			runs = append(runs, first, words(week[last]))
		default:
			runs = append(runs, first+"–"+words(week[last]))
		}
		i = last
	}
	if n := len(runs); n > 1 {
		return strings.Join(runs[:n-1], ", ") + " and " + runs[n-1]
	}
	return strings.Join(runs, "")
}

// HoursDay is one day of the week, and when on it a service allows maintenance.
type HoursDay struct {
	Date  time.Time
	Spans []HoursBar
	Words string
	Today bool
}

// HoursWeek is the present week as a service allows maintenance in it, on the
// reader's clock; nothing where it always does.
func HoursWeek(s scheduler.Service, zone string, now time.Time) (days []HoursDay) {
	if len(s.Hours) == 0 {
		return nil
	}
	today := scheduler.InZone(now, zone)
	monday := today.AddDate(0, 0, -(int(today.Weekday())+6)%7)
	for _, day := range Days(monday, len(week)) {
		d := HoursDay{Date: scheduler.InZone(day.Start.Add(day.Duration()/2), zone), Today: !now.Before(day.Start) && now.Before(day.End)}
		scale := NewScale([]scheduler.Interval{day})
		var texts []string
		for _, i := range scheduler.Allowed(s.Hours, day) {
			p, _ := scale.Place(i)
			d.Spans = append(d.Spans, HoursBar{p, i})
			until := scheduler.InZone(i.End, zone).Format("15:04")
			if i.End.Equal(day.End) {
				until = "24:00"
			}
			texts = append(texts, scheduler.InZone(i.Start, zone).Format("15:04")+"–"+until)
		}
		if d.Words = strings.Join(texts, ", "); d.Words == "" {
			d.Words = "none"
		}
		days = append(days, d)
	}
	return days
}
