package ical

import (
	"fmt"
	"io"
	"mime/quotedprintable"
	"strconv"
	"strings"
	"time"

	"lull/scheduler"
)

// The longest texts that are kept, in characters.
const (
	longName        = 500
	longDescription = 4000
	mostObjects     = 1000
)

// update is what the event says.
func (f *file) update(ev *event) scheduler.NoticeUpdate {
	u := scheduler.NoticeUpdate{
		Provider: ev.text("X-MAINTNOTE-PROVIDER", longName), Account: ev.text("X-MAINTNOTE-ACCOUNT", longName),
		MaintenanceID: ev.text("X-MAINTNOTE-MAINTENANCE-ID", longName), UID: ev.text("UID", longName),
		Recurrence: ev.text("RECURRENCE-ID", longName), Summary: ev.text("SUMMARY", longName),
		Organizer: ev.text("ORGANIZER", longName), Sequence: ev.sequence(), Status: ev.status(),
	}
	if strings.TrimSpace(u.UID) == "" {
		ev.say("It has no UID, as RFC 5545 asks; its maintenance id stands in.")
		u.UID = u.MaintenanceID
	}
	if strings.TrimSpace(u.Provider) == "" {
		if _, domain, ok := strings.Cut(u.Organizer, "@"); ok {
			u.Provider = strings.TrimSpace(domain)
		}
	}
	u.Description = ev.description()
	u.Impact = scheduler.Outage // what is not known counts as the worst
	given, said := ev.first["X-MAINTNOTE-IMPACT"]
	if said {
		u.Impact = ev.impact(given.value)
	}
	u.Objects = ev.named(u.Impact)
	if !said && len(u.Objects) > 0 {
		u.Impact = scheduler.NoImpact
		for _, o := range u.Objects {
			if o.Impact.Worse(u.Impact) {
				u.Impact = o.Impact
			}
		}
	}
	if at, ok := ev.first["DTSTAMP"]; ok {
		stamp, _, words := f.when(ev.calendar, at)
		ev.say(about("DTSTAMP", words))
		u.Stamp = stamp
	}
	u.Interval = f.interval(ev)
	for _, name := range []string{"RRULE", "RDATE"} {
		if rule, ok := ev.first[name]; ok {
			ev.say(fmt.Sprintf("It comes again (%s), which is not read: only the first time is known.", short(rule.value, 100)))
		}
	}
	u.Problems = ev.problems
	return u
}

func about(name, words string) string {
	if words == "" {
		return ""
	}
	return name + ": " + words
}

// text is the value of a property as the file says it, without what could not be
// shown. It is not trimmed: the blanks are the supplier's.
func (ev *event) text(name string, most int) string {
	s := strings.ReplaceAll(clean(unescaped(ev.first[name].value)), "\n", " ")
	if cut := short(s, most); cut != s {
		ev.say(fmt.Sprintf("%s is longer than %d characters, and was cut.", name, most))
		return cut
	}
	return s
}

// description is the text for people. Old calendars have it quoted-printable.
func (ev *event) description() string {
	f := ev.first["DESCRIPTION"]
	s := unescaped(f.value)
	if strings.EqualFold(f.param("ENCODING"), "QUOTED-PRINTABLE") {
		b, err := io.ReadAll(quotedprintable.NewReader(strings.NewReader(f.value)))
		if err != nil {
			ev.say("Its description could not be read to the end.")
		}
		s = string(b)
	}
	return short(text(s), longDescription)
}

// unescaped is a TEXT value (RFC 5545 3.3.11) as it was before; a backslash
// before anything else stays.
func unescaped(s string) string {
	if !strings.ContainsRune(s, '\\') {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) {
			switch s[i+1] {
			case 'n', 'N':
				b.WriteByte('\n')
				i++
				continue
			case ',', ';', '\\':
				i++
			}
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

func (ev *event) sequence() int {
	given, ok := ev.first["SEQUENCE"]
	if !ok {
		return scheduler.NoSequence
	}
	n, err := strconv.ParseInt(strings.TrimSpace(given.value), 10, 32)
	if err != nil || n < 0 {
		ev.say(fmt.Sprintf("SEQUENCE: %q is no number from 0 up.", short(given.value, 40)))
		return scheduler.NoSequence
	}
	return int(n)
}

// word is a value of a list as suppliers spell it.
func word(s string) string {
	return strings.ReplaceAll(strings.ToUpper(strings.TrimSpace(s)), "_", "-")
}

// status is the status in the words of MAINTNOTE, by the STATUS of RFC 5545 and
// the method (RFC 5546) where that is not given.
func (ev *event) status() scheduler.NoticeStatus {
	if given, ok := ev.first["X-MAINTNOTE-STATUS"]; ok {
		if s, ok := statuses[word(given.value)]; ok {
			return s
		}
		ev.say(fmt.Sprintf("X-MAINTNOTE-STATUS: %q is none of those there are.", short(given.value, 40)))
	}
	switch s := word(ev.first["STATUS"].value); {
	case s == "CANCELLED" || s == "CANCELED" || ev.calendar.method == Cancel:
		return scheduler.NoticeCancelled
	case s == "TENTATIVE":
		return scheduler.NoticeTentative
	case s == "CONFIRMED":
		return scheduler.NoticeConfirmed
	}
	return scheduler.NoticeNoChange
}

var statuses = func() map[string]scheduler.NoticeStatus {
	all := map[string]scheduler.NoticeStatus{ // as some spell them
		"CANCELED": scheduler.NoticeCancelled, "IN-PROGRESS": scheduler.NoticeInProcess, "IN PROCESS": scheduler.NoticeInProcess,
		"RESCHEDULED": scheduler.NoticeRescheduled, "NO CHANGE": scheduler.NoticeNoChange,
	}
	for _, s := range scheduler.NoticeStatuses {
		all[string(s)] = s
	}
	return all
}()

func (ev *event) impact(value string) scheduler.Impact {
	s := strings.ReplaceAll(word(value), " ", "-")
	for _, i := range scheduler.Impacts {
		if impact(i) == s {
			return i
		}
	}
	ev.say(fmt.Sprintf("The impact %q is none of those there are; it counts as OUTAGE.", short(value, 40)))
	return scheduler.Outage
}

// named lists the objects, each with its own impact or else that of the event.
func (ev *event) named(common scheduler.Impact) []scheduler.NoticeObject {
	objects := []scheduler.NoticeObject{}
	seen := map[string]int{}
	for i, f := range ev.objects {
		if i == mostObjects {
			ev.say(fmt.Sprintf("It names %d objects; only the first %d are read.", len(ev.objects), mostObjects))
			break
		}
		o := scheduler.NoticeObject{ID: short(strings.ReplaceAll(clean(unescaped(f.value)), "\n", " "), longName), Impact: common}
		if own := f.param("X-MAINTNOTE-OBJECT-IMPACT"); own != "" {
			o.Impact = ev.impact(own)
		}
		if strings.TrimSpace(o.ID) == "" {
			continue
		}
		if at, ok := seen[o.ID]; ok {
			if o.Impact.Worse(objects[at].Impact) {
				objects[at].Impact = o.Impact
			}
			continue
		}
		seen[o.ID] = len(objects)
		objects = append(objects, o)
	}
	return objects
}

// interval is when the maintenance is, zero where the event does not say.
func (f *file) interval(ev *event) (i scheduler.Interval) {
	at, ok := ev.first["DTSTART"]
	if !ok {
		ev.say("It has no DTSTART.")
		return i
	}
	start, day, words := f.when(ev.calendar, at)
	ev.say(about("DTSTART", words))
	if start.IsZero() {
		return i
	}
	end := time.Time{}
	switch until, ok := ev.first["DTEND"]; {
	case ok:
		end, _, words = f.when(ev.calendar, until)
		ev.say(about("DTEND", words))
		if end.IsZero() {
			return i
		}
	case ev.first["DURATION"].value != "":
		var lasts lapse
		if lasts, ok = duration(ev.first["DURATION"].value); !ok {
			ev.say("DURATION: this is no length of time such as PT4H.")
			return i
		}
		end = f.later(ev.calendar, at, start, lasts)
	case day:
		end = f.later(ev.calendar, at, start, lapse{days: 1})
	default:
		ev.say("It says no end; an hour is assumed.")
		end = start.Add(time.Hour)
	}
	if !end.After(start) {
		ev.say("It does not end after it starts.")
		return i
	}
	return scheduler.Interval{Start: start, End: end}
}
