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
	w := digestWords{words: n.words(f), Rule: f.Notice.Series.Words, Zone: f.Notice.TimeZone, Until: f.Notice.Series.Until}
	if len(all) > 1 {
		first := scheduler.InZone(all[0].told.Start, zone)
		when := fmt.Sprintf("%d dates from %s %s", len(all), first.Format("Mon 2 Jan 15:04"), abbreviation(first))
		w.Subject = subject(w.Status, w.Title, when, f.Window.Name())
	}
	if f.Kind == string(scheduler.AnnounceCancelled) {
		w.Rule = "" // which is the rule of what is left, if anything is
	}
	w.Lede = digestLede(scheduler.Announcement(f.Kind), len(all), f.Notice.Tentative)
	before := ""
	for i, t := range all {
		if i == mostInFull {
			w.Rest = fmt.Sprintf("and %d more, the last %s", len(all)-i, scheduler.InZone(all[len(all)-1].told.Start, zone).Format("Mon 2 Jan 2006"))
			break
		}
		d := dateWords{Name: t.Name(), Lines: dateLines(t, zone, before)}
		if t.was != nil && !t.was.Start.IsZero() && !t.was.SameTimes(scheduler.Notice{Start: t.told.Start, End: t.told.End}) {
			d.Was = dateLines(telling{told: scheduler.Interval{Start: t.was.Start, End: t.was.End}}, zone, "")
		}
		before = offset(scheduler.InZone(t.told.Start, zone))
		w.Dates = append(w.Dates, d)
	}
	return w
}

func digestLede(kind scheduler.Announcement, dates int, tentative bool) string {
	these := "These dates of a recurring maintenance"
	if dates == 1 {
		these = "This date of a recurring maintenance"
	}
	has := map[bool]string{true: " has", false: " have"}[dates == 1]
	switch kind {
	case scheduler.AnnounceRescheduled:
		if tentative {
			return these + " is to be moved. The new time is still to be confirmed."
		}
		return these + has + " been moved. You need not do anything."
	case scheduler.AnnounceUpdated:
		return "What we told you about a recurring maintenance has changed. You need not do anything."
	case scheduler.AnnounceCancelled:
		return these + " will not take place."
	default:
		return "Recurring maintenance is planned. You need not do anything."
	}
}

// dateLines tells a date on the clock of zone and in UTC, and what the clocks
// do; before is the offset of the date before it.
func dateLines(t telling, zone, before string) []string {
	loc, ok := scheduler.Zone(zone)
	if !ok {
		loc = time.UTC
	}
	a, b := t.told.Start.In(loc), t.told.End.In(loc)
	lines := []string{long(a, b)}
	if loc != time.UTC && zone != "UTC" {
		lines = append(lines, long(t.told.Start.UTC(), t.told.End.UTC()))
	}
	switch {
	case offset(a) != offset(b):
		lines = append(lines, fmt.Sprintf("The clocks change meanwhile: it begins at %s and ends at %s.", offset(a), offset(b)))
	case before != "" && before != offset(a):
		lines = append(lines, fmt.Sprintf("The clocks have changed since the date before: %s, then %s.", before, offset(a)))
	}
	local := scheduler.InZone(t.told.Start, t.TimeZone).Format(localName)
	if t.Occurrence != "" && !t.Detached && local != t.Occurrence && scheduler.Day(local) == scheduler.Day(t.Occurrence) {
		lines = append(lines, fmt.Sprintf("The clocks skip %s on this day in %s: it starts at %s.", t.Occurrence[len(time.DateOnly)+1:], t.TimeZone, local[len(time.DateOnly)+1:]))
	}
	return lines
}
