package web

import (
	"bytes"
	"fmt"
	"sort"
	"time"

	"lull/scheduler"
)

// Columns is how many columns a timeline has: the half hours of a week. Bars
// are placed by classes (c49 n4 r1), since the content security policy knows no
// style attributes.
const Columns = 336

// mostLanes is how many bars stand above each other in one row of a timeline.
const mostLanes = 12

// gridCSS is the style sheet of the columns and lanes.
func gridCSS() []byte {
	var b bytes.Buffer
	for i := 1; i <= Columns; i++ {
		fmt.Fprintf(&b, ".c%d{grid-column-start:%d}.n%d{grid-column-end:span %d}", i, i, i, i)
	}
	for i := 1; i <= mostLanes; i++ {
		fmt.Fprintf(&b, ".r%d{grid-row:%d}.lanes%d{--lanes:%d}", i, i, i, i)
	}
	for _, days := range []int{1, 7, 28} {
		fmt.Fprintf(&b, ".days%d{--days:%d}", days, days)
	}
	return b.Bytes()
}

// Days lists n days from the one of first on, on the wall clock of its zone:
// some have 23 hours and some 25.
func Days(first time.Time, n int) []scheduler.Interval {
	y, m, d := first.Date()
	midnight := func(i int) time.Time {
		return scheduler.Wall(time.Date(y, m, d+i, 0, 0, 0, 0, time.UTC), first.Location())
	}
	days := make([]scheduler.Interval, n)
	for i := range days {
		days[i] = scheduler.Interval{Start: midnight(i), End: midnight(i + 1)}
	}
	return days
}

// Change says that the clocks of zone change on a day, and what its length is;
// nothing on any other day.
func Change(day scheduler.Interval, zone string) (words, hours string) {
	first := scheduler.InZone(day.Start.Add(-time.Second), zone) // a day may begin with the change
	_, before := first.Zone()
	// at is i seconds on; clocks change once on a day.
	at := func(i int) time.Time { return first.Add(time.Duration(i) * time.Second) }
	seconds := int(day.Duration() / time.Second)
	i := sort.Search(seconds+1, func(i int) bool { _, offset := at(i).Zone(); return offset != before })
	if i > seconds {
		return "", ""
	}
	_, after := at(i).Zone()
	way := "back"
	if after > before {
		way = "forward"
	}
	was := at(i).In(time.FixedZone("", before))
	hours = hoursOf(day)
	return fmt.Sprintf("The clocks go %s from %s to %s: the day has %s.", way, was.Format("15:04"), at(i).Format("15:04"), hours), hours
}

// hoursOf is the length of a day: 25 h, and not a day and an hour.
func hoursOf(day scheduler.Interval) string {
	minutes := int(day.Duration() / time.Minute)
	if minutes%60 == 0 {
		return fmt.Sprintf("%d h", minutes/60)
	}
	return fmt.Sprintf("%d h %d min", minutes/60, minutes%60)
}

// Scale turns instants into columns. Every day takes the same number of
// columns, and within a day time runs evenly, so that what comes later stands
// further on even where the clocks go back.
type Scale struct{ days []scheduler.Interval }

// NewScale is the scale of one day, of seven or of 28.
func NewScale(days []scheduler.Interval) Scale { return Scale{days} }

// Column is the one that begins at t or just before it; from 1, and at the end
// one more than there are.
func (s Scale) Column(t time.Time) int {
	last := len(s.days) - 1
	switch {
	case last < 0 || t.Before(s.days[0].Start):
		return 1
	case !t.Before(s.days[last].End):
		return Columns + 1
	}
	per := Columns / len(s.days)
	i := sort.Search(len(s.days), func(i int) bool { return s.days[i].End.After(t) })
	return 1 + i*per + int(int64(t.Sub(s.days[i].Start))*int64(per)/int64(s.days[i].Duration()))
}

// Place is where something stands on a scale.
type Place struct{ Col, Span int }

// Place is where i stands, one column wide at least; not ok when it lies outside.
func (s Scale) Place(i scheduler.Interval) (p Place, ok bool) {
	if len(s.days) == 0 || !i.Overlaps(scheduler.Interval{Start: s.days[0].Start, End: s.days[len(s.days)-1].End}) {
		return Place{}, false
	}
	p.Col = min(s.Column(i.Start), Columns)
	end := s.Column(i.End.Add(-1)) + 1 // half open: what ends at midnight ends on the day before
	p.Span = max(1, min(end, Columns+1)-p.Col)
	return p, true
}

// lanes counts where there is still room in a row.
type lanes struct{ ends []int }

// take is the first lane that is free from a column on, now taken up to another.
func (l *lanes) take(from, until int) int {
	for i, end := range l.ends {
		if end <= from {
			l.ends[i] = until
			return i + 1
		}
	}
	l.ends = append(l.ends, until)
	return len(l.ends)
}
