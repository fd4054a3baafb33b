package notifier

import (
	"fmt"
	"strings"
	"time"

	"lull/scheduler"
	"lull/scheduler/ical"
)

// mostInFull is how many dates a digest tells in full; the rule says the rest.
const mostInFull = 10

// localName is how an occurrence is named.
const localName = "2006-01-02T15:04"

// digestWords are what a mail about windows of a series says.
type digestWords struct {
	words
	Dates []dateWords
	Rest  string // how many more there are
	Rule  string // Second Sunday of each month, 02:00–06:00
	Zone  string // on whose clock
	Until string
}

// dateWords is one date: on the reader's clock, in UTC, and what is odd about it.
type dateWords struct {
	Name  string
	Lines []string
	Was   []string
}

// compiledDigest is a letter about what of an announcement still holds.
func (n *Notifier) compiledDigest(f *facts, all []telling) (l Letter, err error) {
	n.suit(f)
	f.Window, f.Notice.Start, f.Notice.End = all[0].Window, all[0].told.Start, all[0].told.End
	w := n.digest(*f, all)
	var text, html strings.Builder
	if err := textWords.ExecuteTemplate(&text, "digest.txt", w); err != nil {
		return Letter{}, fmt.Errorf("notifier: compose: %w", err)
	}
	if err := htmlWords.ExecuteTemplate(&html, "digest.html", w); err != nil {
		return Letter{}, fmt.Errorf("notifier: compose: %w", err)
	}
	l = n.sheet(*f, w.Subject, text.String(), html.String())
	if f.To.Calendar == scheduler.NoPart {
		return l, nil
	}
	// One entry an occurrence, all in one PUBLISH, also for who wants invitations:
	// an invitation holds one entry (RFC 5546 3.2.2), and later mails invite to each.
	ws := make([]scheduler.Window, len(all))
	for i, t := range all {
		ws[i] = t.Window
	}
	l.Calendar, err = n.entries(*f, ical.Publish, ws...)
	l.CalendarMethod = ical.Publish
	return l, err
}

// digest writes the words.
func (n *Notifier) digest(f facts, all []telling) digestWords {
	f.Was = nil // told date by date
	zone := f.To.TimeZone
	if zone == "" {
		zone = f.Notice.TimeZone
	}
	c := in(f.To.Language)
	w := digestWords{words: n.words(f), Rule: f.Notice.Series.Words, Zone: f.Notice.TimeZone, Until: f.Notice.Series.Until}
	if len(all) > 1 {
		first := scheduler.InZone(all[0].told.Start, zone)
		when := c.count("digest.subject", len(all), c.date(first, "date.short")+" "+c.date(first, "date.clock")+" "+abbreviation(first))
		w.Subject = subject(w.Status, w.Title, when, f.Window.Name())
	}
	if f.Kind == string(scheduler.AnnounceCancelled) {
		w.Rule = "" // which is the rule of what is left, if anything is
	}
	w.Lede = c.digestLede(scheduler.Announcement(f.Kind), len(all), f.Notice.Tentative)
	before := ""
	for i, t := range all {
		if i == mostInFull {
			w.Rest = c.Say("digest.more", len(all)-i, c.date(scheduler.InZone(all[len(all)-1].told.Start, zone), "date.year"))
			break
		}
		d := dateWords{Name: t.Name(), Lines: c.dateLines(t, zone, before)}
		if t.was != nil && !t.was.Start.IsZero() && !t.was.SameTimes(scheduler.Notice{Start: t.told.Start, End: t.told.End}) {
			d.Was = c.dateLines(telling{told: scheduler.Interval{Start: t.was.Start, End: t.was.End}}, zone, "")
		}
		before = offset(scheduler.InZone(t.told.Start, zone))
		w.Dates = append(w.Dates, d)
	}
	return w
}

func (c *catalogue) digestLede(kind scheduler.Announcement, dates int, tentative bool) string {
	switch nothing := " " + c.Say("nothing-to-do"); kind {
	case scheduler.AnnounceRescheduled:
		if tentative {
			return c.about("digest.tentative", dates)
		}
		return c.about("digest.rescheduled", dates) + nothing
	case scheduler.AnnounceUpdated:
		return c.Say("digest.updated") + nothing
	case scheduler.AnnounceCancelled:
		return c.about("digest.cancelled", dates)
	default:
		return c.Say("digest.scheduled") + nothing
	}
}

// dateLines tells a date on the clock of zone and in UTC, and what the clocks
// do; before is the offset of the date before it.
func (c *catalogue) dateLines(t telling, zone, before string) []string {
	loc, ok := scheduler.Zone(zone)
	if !ok {
		loc = time.UTC
	}
	a, b := t.told.Start.In(loc), t.told.End.In(loc)
	lines := []string{c.long(a, b)}
	if loc != time.UTC && zone != "UTC" {
		lines = append(lines, c.long(t.told.Start.UTC(), t.told.End.UTC()))
	}
	switch {
	case offset(a) != offset(b):
		lines = append(lines, c.Say("clocks.meanwhile", offset(a), offset(b)))
	case before != "" && before != offset(a):
		lines = append(lines, c.Say("clocks.since", before, offset(a)))
	}
	local := scheduler.InZone(t.told.Start, t.TimeZone).Format(localName)
	if t.Occurrence != "" && !t.Detached && local != t.Occurrence && scheduler.Day(local) == scheduler.Day(t.Occurrence) {
		lines = append(lines, c.Say("clocks.skip", t.Occurrence[len(time.DateOnly)+1:], t.TimeZone, local[len(time.DateOnly)+1:]))
	}
	return lines
}
