package web

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"lull/scheduler"
	"lull/scheduler/agenda"
)

// Timeline shows services over time.
type Timeline struct {
	Frame
	Period
	Narrowed
	Ticks   []Tick
	Groups  []TierRows
	NowCol  int // 0: now is elsewhere
	Hidden  int // services with nothing on them that are left out
	AllRows string
	More    int // windows that found no place
}

func (Timeline) template() string { return "timeline.html" }

// Tick is one heading over the columns: a day, or some hours of it.
type Tick struct {
	Place
	Light, Strong string // "Mon", "23"
	Change        string
	Today         bool
	Address       string
}

// TierRows is the services of one tier.
type TierRows struct {
	Tier int
	Rows []TimelineRow
}

// TimelineRow is one service.
type TimelineRow struct {
	scheduler.Service
	Lanes   int
	Bars    []Bar
	Freezes []FreezeBar
	Notices []NoticeBar
	Hours   []HoursBar // when it allows maintenance; none where it always does
	Free    []FreeDay
	More    int
	All     string // the list of all that did not fit
}

// Bar is a window on one service.
type Bar struct {
	Place
	Lane         int
	Side         string // where its label stands: "", left or in
	Entry        agenda.Entry
	Impact       scheduler.Impact // on this service
	Begun, Going bool             // it began before what is shown; it goes on after
}

// Title is the title as far as there is room for it.
func (b Bar) Title() string {
	if utf8.RuneCountInString(b.Entry.Title) <= longestLabel {
		return b.Entry.Title
	}
	return strings.TrimSpace(string([]rune(b.Entry.Title)[:longestLabel-1])) + "…"
}

// Mark is how the bar's window stands.
func (b Bar) Mark() Mark { return MarkOf(b.Entry) }

// FreezeBar is a period of a freeze on one service.
type FreezeBar struct {
	Place
	ID, Title string
}

// NoticeBar is a supplier's maintenance that touches one service.
type NoticeBar struct {
	Place
	scheduler.SupplierNotice
}

// HoursBar is a stretch of time in which a service allows maintenance.
type HoursBar struct {
	Place
	scheduler.Interval
}

// FreeDay leads to the booking of a service on a day.
type FreeDay struct {
	Place
	Address string
	Even    bool // the day has 24 hours, so that a place on it is a clock time
}

// Rows makes the rows of a timeline. Those without windows, without a freeze of
// their own and without a notice of a supplier are left out unless all are wanted; how many is told.
func (s Sheet) Rows(services []scheduler.Service, entries []agenda.Entry, frozen []scheduler.Frozen, all bool) (groups []TierRows, hidden int) {
	on := map[string][]agenda.Entry{}
	for _, e := range entries {
		for _, a := range e.Services {
			on[a.Service] = append(on[a.Service], e)
		}
	}
	sorted := slices.SortedStableFunc(slices.Values(services), func(a, b scheduler.Service) int { return a.Tier - b.Tier })
	for _, one := range sorted {
		special := slices.ContainsFunc(frozen, func(f scheduler.Frozen) bool { return !f.All && f.Covers(one) })
		if !all && len(on[one.Slug]) == 0 && !special && !slices.ContainsFunc(s.Supplied, touches(one)) {
			hidden++
			continue
		}
		if n := len(groups); n == 0 || groups[n-1].Tier != one.Tier {
			groups = append(groups, TierRows{Tier: one.Tier})
		}
		g := &groups[len(groups)-1]
		g.Rows = append(g.Rows, s.row(one, on[one.Slug], frozen))
	}
	return groups, hidden
}

// touches tells whether a supplier's maintenance is known to touch the service.
func touches(one scheduler.Service) func(scheduler.SupplierNotice) bool {
	return func(n scheduler.SupplierNotice) bool { return slices.Contains(n.Slugs(), one.Slug) }
}

func (s Sheet) row(one scheduler.Service, entries []agenda.Entry, frozen []scheduler.Frozen) TimelineRow {
	scale := NewScale(s.Days)
	whole := scheduler.Interval{Start: s.Days[0].Start, End: s.Days[len(s.Days)-1].End}
	row := TimelineRow{Service: one}
	var room lanes
	for _, e := range entries {
		b, ok := s.bar(scale, whole, e, one.Slug, &room)
		switch {
		case !ok:
		case b.Lane > mostLanes:
			row.More++
		default:
			row.Bars = append(row.Bars, b)
		}
	}
	row.Lanes = min(max(1, len(room.ends)), mostLanes)
	zone := s.Days[0].Start
	row.All = "/windows?" + url.Values{
		"service": {one.Slug}, "from": {scheduler.InZone(zone, s.Zone).Format(time.DateOnly)},
		"to": {scheduler.InZone(whole.End.Add(-time.Second), s.Zone).Format(time.DateOnly)},
	}.Encode()
	for _, f := range frozen {
		if p, ok := scale.Place(f.Period); ok && f.Covers(one) {
			row.Freezes = append(row.Freezes, FreezeBar{p, f.ID, f.Title})
		}
	}
	for _, n := range s.Supplied {
		if p, ok := scale.Place(n.Interval); ok && touches(one)(n) {
			row.Notices = append(row.Notices, NoticeBar{p, n})
		}
	}
	var hours []scheduler.Interval
	if len(one.Hours) > 0 {
		hours = scheduler.Allowed(one.Hours, whole)
	}
	for _, i := range hours {
		if p, ok := scale.Place(i); ok {
			row.Hours = append(row.Hours, HoursBar{p, i})
		}
	}
	row.Free = s.free(scale, one, hours)
	return row
}

// free leads to a booking on each day to come, at the hour at which the service
// begins to allow maintenance on it.
func (s Sheet) free(scale Scale, one scheduler.Service, hours []scheduler.Interval) (free []FreeDay) {
	if !s.MayBook {
		return nil
	}
	for _, day := range s.Days {
		p, ok := scale.Place(day)
		if !ok || !s.Now.Before(day.End) {
			continue
		}
		q := url.Values{"service": {one.Slug}, "date": {s.day(day).Date.Format(time.DateOnly)}}
		for _, i := range hours {
			if !i.Start.Before(day.Start) && i.Start.Before(day.End) {
				q.Set("time", scheduler.InZone(i.Start, s.Zone).Format("15:04"))
				break
			}
		}
		free = append(free, FreeDay{p, "/windows/new?" + q.Encode(), day.Duration() == 24*time.Hour})
	}
	return free
}

// The width of labels in columns, of which one is about 2.3 pixels wide.
const (
	titleWidth = 3.1 // of a character of the title
	noteWidth  = 2.7 // of one of what follows
	labelWidth = 22  // of what is around and between, and of the meter

	longestLabel = 44 // characters of a title
)

// bar places a window and its label where there is room: the label stands after
// the bar, before it towards the end, or in it when it is long enough.
func (s Sheet) bar(scale Scale, whole scheduler.Interval, e agenda.Entry, slug string, room *lanes) (Bar, bool) {
	i := scheduler.Interval{Start: e.Start, End: e.Until(s.Now)}
	p, ok := scale.Place(i)
	if !ok {
		return Bar{}, false
	}
	b := Bar{Place: p, Entry: e, Impact: e.Impact(), Begun: e.Start.Before(whole.Start), Going: i.End.After(whole.End)}
	for _, a := range e.Services {
		if a.Service == slug {
			b.Impact = a.Impact
		}
	}
	note := utf8.RuneCountInString("21:00, "+scheduler.InWords(e.Interval.Duration())) + len(b.Impact)
	label := labelWidth + int(titleWidth*float64(utf8.RuneCountInString(b.Title()))+noteWidth*float64(note))
	from, until := b.Col, b.Col+b.Span+label
	switch {
	case b.Span > label:
		b.Side, until = "in", b.Col+b.Span
	case until > Columns+1 && b.Col > label:
		b.Side, from, until = "left", b.Col-label, b.Col+b.Span
	}
	b.Lane = room.take(from, until)
	return b, true
}

// Ticks are the headings over the columns.
func (s Sheet) Ticks() (ticks []Tick) {
	scale := NewScale(s.Days)
	if len(s.Days) == 1 {
		return hourTicks(scale, s.Days[0], s.Zone)
	}
	for _, day := range s.Days {
		p, _ := scale.Place(day)
		d := s.day(day)
		t := Tick{Place: p, Light: d.Date.Format("Mon"), Strong: strconv.Itoa(d.Date.Day()), Change: d.Change, Today: d.Today}
		if len(s.Days) > 7 {
			t.Light = t.Light[:1]
			if d.Date.Day() == 1 {
				t.Light = d.Date.Format("Jan")
			}
		}
		t.Address = "/timeline?" + url.Values{"view": {DayView}, "date": {d.Date.Format(time.DateOnly)}}.Encode()
		ticks = append(ticks, t)
	}
	return ticks
}

// hourTicks are every third hour of a day on its wall clock.
func hourTicks(scale Scale, day scheduler.Interval, zone string) (ticks []Tick) {
	noon := scheduler.InZone(day.Start.Add(day.Duration()/2), zone)
	y, m, d := noon.Date()
	at := func(hour int) time.Time {
		return scheduler.Wall(time.Date(y, m, d, hour, 0, 0, 0, time.UTC), noon.Location())
	}
	for hour := 0; hour < 24; hour += 3 {
		if p, ok := scale.Place(scheduler.Interval{Start: at(hour), End: at(hour + 3)}); ok {
			ticks = append(ticks, Tick{Place: p, Light: at(hour).UTC().Format("15:04") + " UTC", Strong: fmt.Sprintf("%02d:00", hour)})
		}
	}
	return ticks
}

// NowColumn is the column of the present, 0 when it is elsewhere.
func (s Sheet) NowColumn() int {
	p, ok := NewScale(s.Days).Place(scheduler.Interval{Start: s.Now, End: s.Now.Add(time.Second)})
	if !ok {
		return 0
	}
	return p.Col
}
