package notifier

import (
	"slices"
	"strings"
	"time"

	"lull/scheduler"
)

// insideWords are what a notice to people inside says: what is wrong, what to
// do now and where, then the facts.
type insideWords struct {
	words
	Do       []string
	Runbooks []scheduler.Link
	Calls    []string // who was called for help and when, and who is next
}

func (n *Notifier) insideWords(f facts) insideWords {
	zone := f.To.TimeZone
	if zone == "" {
		zone = f.Notice.TimeZone
	}
	c := in(f.To.Language)
	w := insideWords{words: n.words(f), Runbooks: c.runbooks(f)}
	w.Was, w.About = nil, ""
	switch f.Kind {
	case lateKind, overrunKind, escalatedKind:
		w.Calls = c.calls(f, zone)
	}
	if f.Kind == lateKind || f.Kind == overrunKind || f.Kind == decideByKind || f.Kind == escalatedKind && f.Notice.Text == "" {
		w.Text = "" // the sentence above says it
	}
	for _, key := range instructions(f) {
		w.Do = append(w.Do, c.Say(key))
	}
	return w
}

// instructions are what the reader can do about it, the best first, as keys.
func instructions(f facts) []string {
	w := f.Window
	switch f.Kind {
	case askedKind:
		if w.State.Running() {
			return []string{"do.asked-emergency", "do.goes-on"}
		}
		do := []string{"do.asked"}
		if w.ConflictReason != "" {
			do = append(do, "do.asked-conflicts")
		}
		return do
	case rejectedKind:
		if w.State.Running() {
			return []string{"do.rejected-emergency"}
		}
		return []string{"do.rejected"}
	case decideByKind:
		return []string{
			"do.decide-back",
			"do.decide-on",
		}
	case conflictKind:
		if w.State == scheduler.Requested {
			return []string{"do.conflict-asked"}
		}
		return []string{"do.conflict"}
	case undeliveredKind:
		return []string{"do.undelivered", "do.undelivered-mend"}
	}
	return append(remedies(f), help(f)...)
}

// remedies end what an alarm is about.
func remedies(f facts) []string {
	switch {
	case f.Kind == lateKind, f.Kind == escalatedKind && f.Window.Alarm.About == scheduler.WentLate:
		return []string{"do.late"}
	case f.Kind == overrunKind, f.Kind == escalatedKind && f.Window.Alarm.About == scheduler.Overran:
		return []string{"do.overrun"}
	}
	return []string{"do.called"}
}

func help(f facts) []string {
	if f.Kind == escalatedKind && f.Window.Alarm.About == scheduler.Escalated {
		return nil
	}
	return []string{"do.acknowledge"}
}

// insideLede says in one sentence what is wrong.
func (c *catalogue) insideLede(f facts, at func(time.Time) string) string {
	w, n := f.Window, f.Notice
	switch f.Kind {
	case askedKind:
		if w.State.Running() {
			return c.Say("inside.asked-emergency", at(w.Began()))
		}
		return c.Say("inside.asked", at(n.Start))
	case rejectedKind:
		if w.State.Running() {
			return c.Say("inside.rejected-emergency")
		}
		return c.Say("inside.rejected")
	case lateKind:
		return c.Say("inside.late", at(n.Start))
	case decideByKind:
		return f.Detail + " " + c.Say("inside.planned-end", at(n.End))
	case overrunKind:
		return c.Say("inside.overrun", at(n.End))
	case conflictKind:
		return c.Say("inside.conflict", at(n.Start))
	case undeliveredKind:
		return c.Say("inside.undelivered")
	}
	if n.Text != "" {
		return c.Say("inside.called")
	}
	if w.Alarm.About == scheduler.WentLate {
		return c.Say("inside.called-late", at(n.Start))
	}
	return c.Say("inside.called-overrun", at(n.End))
}

// runbooks are those of the window and of its services, each once.
func (c *catalogue) runbooks(f facts) (links []scheduler.Link) {
	add := func(label, url string) {
		if url != "" && !slices.ContainsFunc(links, func(l scheduler.Link) bool { return l.URL == url }) {
			links = append(links, scheduler.Link{Label: label, URL: url})
		}
	}
	add(c.Say("runbook"), f.Window.RunbookURL)
	for _, a := range f.Notice.Services {
		s := named(f.All, a.Service)
		add(c.Say("runbook-of", Clean(s.Name)), s.RunbookURL)
	}
	return links
}

// calls tells who was called for help, and who is next.
func (c *catalogue) calls(f facts, zone string) (lines []string) {
	clock := func(t time.Time) string {
		at := scheduler.InZone(t, zone)
		return c.date(at, "date.clock") + " " + abbreviation(at)
	}
	for _, one := range f.Window.Called(f.Now) {
		lines = append(lines, c.Say("call", clock(one.At), strings.Join(one.To, ", ")))
	}
	services := make([]scheduler.Service, len(f.Window.Services))
	for i, a := range f.Window.Services {
		services[i] = named(f.All, a.Service)
	}
	if to, next := f.Window.NextCall(scheduler.DutyFor(f.Window, services, f.Settings.EscalateAfter), f.Now); len(to) > 0 {
		lines = append(lines, c.Say("call-next", clock(next), strings.Join(to, ", ")))
	}
	return lines
}
