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

// takeUp is the way to end an escalation.
const takeUp = "Acknowledge it on its page, so that nobody more is called."

func (n *Notifier) insideWords(f facts) insideWords {
	zone := f.To.TimeZone
	if zone == "" {
		zone = f.Notice.TimeZone
	}
	w := insideWords{words: n.words(f), Runbooks: runbooks(f)}
	w.Was, w.About = nil, ""
	switch f.Kind {
	case lateKind, overrunKind, escalatedKind:
		w.Calls = calls(f, zone)
	}
	if f.Kind == lateKind || f.Kind == overrunKind || f.Kind == decideByKind || f.Kind == escalatedKind && f.Notice.Text == "" {
		w.Text = "" // the sentence above says it
	}
	w.Do = instructions(f)
	return w
}

// instructions are what the reader can do about it, the best first.
func instructions(f facts) []string {
	w := f.Window
	switch f.Kind {
	case askedKind:
		if w.State.Running() {
			return []string{"Approve it, or reject it with a reason: it cannot close without.", "The work goes on meanwhile."}
		}
		do := []string{"Read the plan, the rollback plan and the checks, then approve it or reject it with a reason."}
		if w.ConflictReason != "" {
			do = append(do, "It is asked for in spite of conflicts: say which you override.")
		}
		return do
	case rejectedKind:
		if w.State.Running() {
			return []string{"End the work safely: it can close only as unapproved, with a follow-up."}
		}
		return []string{"Mend what the reason names and submit it again, or delete the draft."}
	case decideByKind:
		return []string{
			"Not sure of finishing in time: roll back now. The rollback plan is on its page.",
			"Sure: go on. If it takes longer, extend it before its end.",
		}
	case conflictKind:
		if w.State == scheduler.Requested {
			return []string{"Look at both before it is approved: move one of them, or override with a reason."}
		}
		return []string{"Move it, agree with the others, or have an approver override it before it starts."}
	case undeliveredKind:
		return []string{"Tell them in another way.", "Mend or remove the addresses among the stakeholders, then try again in the outbox."}
	}
	return append(remedies(f), help(f)...)
}

// remedies end what an alarm is about.
func remedies(f facts) []string {
	switch {
	case f.Kind == lateKind, f.Kind == escalatedKind && f.Window.Alarm.About == scheduler.WentLate:
		return []string{"Start it, move it or cancel it."}
	case f.Kind == overrunKind, f.Kind == escalatedKind && f.Window.Alarm.About == scheduler.Overran:
		return []string{"Extend it, roll back, or close it once its checks are answered."}
	}
	return []string{"Call the lead."}
}

func help(f facts) []string {
	if f.Kind == escalatedKind && f.Window.Alarm.About == scheduler.Escalated {
		return nil
	}
	return []string{takeUp}
}

// insideLede says in one sentence what is wrong.
func insideLede(f facts, at func(time.Time) string) string {
	w, n := f.Window, f.Notice
	switch f.Kind {
	case askedKind:
		if w.State.Running() {
			return "An emergency runs without its approval: it was started at " + at(w.Began()) + "."
		}
		return "This window waits for your approval. It starts " + at(n.Start) + "."
	case rejectedKind:
		if w.State.Running() {
			return "This emergency was rejected while it runs."
		}
		return "This window was rejected and is a draft again."
	case lateKind:
		return "The start, " + at(n.Start) + ", has passed and nobody started."
	case decideByKind:
		return f.Detail + " The planned end is " + at(n.End) + "."
	case overrunKind:
		return "The end, " + at(n.End) + ", has passed and the window is not closed."
	case conflictKind:
		return "Something new stands in the way of this window, which starts " + at(n.Start) + "."
	case undeliveredKind:
		return "Some of those who should hear of this window could not be told."
	}
	if n.Text != "" {
		return "You are called for help with this window."
	}
	if w.Alarm.About == scheduler.WentLate {
		return "Nobody has taken up that this window is late: it was to start " + at(n.Start) + ". You are called now."
	}
	return "Nobody has taken up that this window is over time: it was to end " + at(n.End) + ". You are called now."
}

// runbooks are those of the window and of its services, each once.
func runbooks(f facts) (links []scheduler.Link) {
	add := func(label, url string) {
		if url != "" && !slices.ContainsFunc(links, func(l scheduler.Link) bool { return l.URL == url }) {
			links = append(links, scheduler.Link{Label: label, URL: url})
		}
	}
	add("Runbook", f.Window.RunbookURL)
	for _, a := range f.Notice.Services {
		s := named(f.All, a.Service)
		add("Runbook of "+Clean(s.Name), s.RunbookURL)
	}
	return links
}

// calls tells who was called for help, and who is next.
func calls(f facts, zone string) (lines []string) {
	clock := func(t time.Time) string {
		at := scheduler.InZone(t, zone)
		return at.Format("15:04 ") + abbreviation(at)
	}
	for _, c := range f.Window.Called(f.Now) {
		lines = append(lines, clock(c.At)+": "+strings.Join(c.To, ", "))
	}
	services := make([]scheduler.Service, len(f.Window.Services))
	for i, a := range f.Window.Services {
		services[i] = named(f.All, a.Service)
	}
	if to, next := f.Window.NextCall(scheduler.DutyFor(f.Window, services, f.Settings.EscalateAfter), f.Now); len(to) > 0 {
		lines = append(lines, "next, at "+clock(next)+": "+strings.Join(to, ", "))
	}
	return lines
}
