package ical

import (
	"fmt"
	"strings"

	"lull/scheduler"
)

// Reading is what was found in a file: one update for each event, in the order
// of the file, and in words what could not be read and belongs to none.
type Reading struct {
	Updates  []scheduler.NoticeUpdate
	Problems []string
}

// mostProblems is how many problems are told of one event, or of a file.
const mostProblems = 20

// Read reads the events of calendar text as supplier notices: MAINTNOTE or plain
// iCalendar (RFC 5545), several calendars one after the other too. What is wrong
// with one event is told with it and spares the others. A file that is no
// calendar, or made for harm, is a *RefusedError.
//
// The reader is our own, since golang-ical refuses a whole file for one odd line,
// ignores VTIMEZONE, takes floating times for the machine's, and is quadratic in
// parameters.
func Read(b []byte) (Reading, error) {
	b, err := plain(b)
	if err != nil {
		return Reading{}, err
	}
	if err := guard(b); err != nil {
		return Reading{}, err
	}
	f := takenApart(b)
	reading := Reading{Problems: f.problems}
	for _, ev := range f.events {
		reading.Updates = append(reading.Updates, f.update(ev))
	}
	return reading, nil
}

// field is the parameters of a content line, as they stand, and its value.
type field struct{ params, value string }

// param is the value of a parameter, "" where there is none.
func (f field) param(name string) string {
	rest := []byte(f.params)
	for len(rest) > 0 {
		one := rest
		if i := outside(rest, ';'); i >= 0 {
			one, rest = rest[:i], rest[i+1:]
		} else {
			rest = nil
		}
		if key, value, ok := strings.Cut(string(one), "="); ok && strings.EqualFold(strings.TrimSpace(key), name) {
			return strings.Trim(strings.TrimSpace(value), `"`)
		}
	}
	return ""
}

// event is what one VEVENT holds: of each property the first, and every object.
type event struct {
	calendar *calendar
	at       int // its line
	first    map[string]field
	objects  []field
	problems []string
}

// calendar is what a VCALENDAR says of all its events.
type calendar struct {
	method, zone string
	zones        map[string]*timezone
}

// file is a calendar file taken apart.
type file struct {
	calendars   []*calendar
	events      []*event
	problems    []string
	observances int
	known       map[string]clock // of time zones that were looked for
}

// told are the properties of an event that are read.
var told = map[string]bool{
	"UID": true, "RECURRENCE-ID": true, "SEQUENCE": true, "DTSTAMP": true, "DTSTART": true, "DTEND": true, "DURATION": true,
	"RRULE": true, "RDATE": true, "SUMMARY": true, "DESCRIPTION": true, "STATUS": true, "ORGANIZER": true,
	"X-MAINTNOTE-PROVIDER": true, "X-MAINTNOTE-ACCOUNT": true, "X-MAINTNOTE-MAINTENANCE-ID": true,
	"X-MAINTNOTE-IMPACT": true, "X-MAINTNOTE-STATUS": true,
}

// takenApart is guarded text by its components.
func takenApart(b []byte) *file {
	f := &file{known: map[string]clock{}}
	p := parser{file: f}
	for at, l := range contentLines(b) {
		name, params, value, ok := split(l)
		if !ok {
			p.odd(at, l)
			continue
		}
		p.take(at, strings.ToUpper(string(name)), field{string(params), string(value)})
	}
	return f
}

// parser is where in a file the reading stands.
type parser struct {
	*file
	open []string // the components it is in, the innermost last
	cal  *calendar
	ev   *event
	zone *timezone
	obs  *observance
}

// odd notes a line that has not the shape of a property.
func (p *parser) odd(at int, l []byte) {
	const enough = 40
	to := &p.problems
	if p.ev != nil {
		to = &p.ev.problems
	}
	if len(*to) < mostProblems {
		*to = append(*to, fmt.Sprintf("Line %d has no name and value, and was left out: %q.", at, short(string(l), enough)))
	}
}

func (ev *event) say(words string) {
	if words != "" && len(ev.problems) < mostProblems {
		ev.problems = append(ev.problems, words)
	}
}

// short is the first n characters of s.
func short(s string, n int) string {
	count := 0
	for i := range s {
		if count++; count > n {
			return s[:i] + "…"
		}
	}
	return s
}

func (p *parser) take(at int, name string, f field) {
	kind := strings.ToUpper(strings.TrimSpace(f.value))
	switch name {
	case "BEGIN":
		p.open = append(p.open, kind)
		p.begin(at, kind)
		return
	case "END":
		if in := p.in(); in != kind {
			p.odd(at, []byte("END:"+kind))
		}
		p.end()
		return
	}
	switch p.in() {
	case "VEVENT":
		p.ev.take(name, f)
	case "VTIMEZONE":
		p.zone.take(name, f)
	case "STANDARD", "DAYLIGHT":
		if p.obs != nil {
			p.obs.take(name, f)
		}
	case "VCALENDAR":
		switch name {
		case "METHOD":
			p.calendar().method = kind
		case "X-WR-TIMEZONE":
			p.calendar().zone = strings.TrimSpace(f.value)
		}
	}
}

// in is the component that lines belong to now, "" outside of all that is read.
func (p *parser) in() string {
	if len(p.open) == 0 {
		return ""
	}
	switch in := p.open[len(p.open)-1]; {
	case in == "VEVENT" && p.ev == nil, in == "VTIMEZONE" && p.zone == nil:
		return ""
	default:
		return in
	}
}

// calendar is the one that is open; events may stand outside of any.
func (p *parser) calendar() *calendar {
	if p.cal == nil {
		p.cal = &calendar{zones: map[string]*timezone{}}
		p.calendars = append(p.calendars, p.cal)
	}
	return p.cal
}

func (p *parser) begin(at int, kind string) {
	switch kind {
	case "VCALENDAR":
		p.cal = nil
		p.calendar()
	case "VEVENT":
		p.ev = &event{calendar: p.calendar(), at: at, first: map[string]field{}}
		p.events = append(p.events, p.ev)
	case "VTIMEZONE":
		p.zone = &timezone{}
	case "STANDARD", "DAYLIGHT":
		const most = 500 // in a file; a zone that has more cannot be read
		if p.obs = nil; p.zone != nil {
			p.zone.all = append(p.zone.all, observance{broken: p.observances >= most})
			p.observances++
			p.obs = &p.zone.all[len(p.zone.all)-1]
		}
	}
}

func (p *parser) end() {
	last := len(p.open) - 1
	switch p.open[last] {
	case "VCALENDAR":
		p.cal = nil
	case "VEVENT":
		p.ev = nil
	case "VTIMEZONE":
		if p.zone != nil && p.zone.name != "" {
			p.calendar().zones[p.zone.name] = p.zone
		}
		p.zone, p.obs = nil, nil
	case "STANDARD", "DAYLIGHT":
		p.obs = nil
	}
	p.open = p.open[:last]
}

// take keeps a property of the event. Of a maintenance with several ids the
// primary one counts.
func (ev *event) take(name string, f field) {
	if name == "X-MAINTNOTE-OBJECT-ID" {
		ev.objects = append(ev.objects, f)
		return
	}
	if !told[name] {
		return
	}
	_, have := ev.first[name]
	if !have || name == "X-MAINTNOTE-MAINTENANCE-ID" && strings.EqualFold(f.param("X-MAINTNOTE-PRECEDENCE"), "PRIMARY") {
		ev.first[name] = f
	}
}
