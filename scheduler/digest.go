package scheduler

import "slices"

// Gathered is what the events of several windows of one series have to tell,
// in one message instead of many.
type Gathered struct {
	Kind    Announcement // empty: stakeholders hear nothing
	Notice  *Notice      // of the first window
	Windows []Occasion   // by their start
	Asks    string       // the id of the first window that waits for approval; empty: none does
}

// Gather takes from the events what they ask to be told and gathers it. What is
// still to be confirmed stays where it is: it cannot wait for the others.
func Gather(evs []Event, r Rhythm) (g Gathered) {
	var first *Event
	for i := range evs {
		ev := &evs[i]
		if ev.Data.Inside && ev.Data.State == Requested && g.Asks == "" {
			g.Asks = ev.WindowID
		}
		ev.Data.Inside = false
		if ev.Data.Announce == "" || ev.Data.Tentative {
			continue
		}
		g.Kind = g.Kind.with(ev.Data.Announce)
		g.Windows = append(g.Windows, Occasion{ev.WindowID, ev.Data.Notice.Start, ev.Data.Notice.End})
		if first == nil || ev.Data.Notice.Start.Before(first.Data.Notice.Start) {
			first = &Event{WindowID: ev.WindowID, Data: Facts{Notice: ev.Data.Notice}}
		}
		ev.Data.Announce, ev.Data.Notice = "", nil
	}
	if first != nil {
		n := *first.Data.Notice
		n.Series = &r
		g.Notice = &n
	}
	slices.SortFunc(g.Windows, func(a, b Occasion) int { return a.Start.Compare(b.Start) })
	return g
}

// with is the kind of a message that says what a and b say.
func (a Announcement) with(b Announcement) Announcement {
	switch {
	case a == "" || a == b:
		return b
	case a == AnnounceRescheduled || b == AnnounceRescheduled:
		return AnnounceRescheduled
	default:
		return AnnounceUpdated
	}
}

// Tell makes ev the event that stakeholders hear of.
func (g Gathered) Tell(ev *Event) {
	if g.Kind != "" {
		ev.WindowID = g.Windows[0].Window
		ev.Data.Announce, ev.Data.Notice, ev.Data.Windows = g.Kind, g.Notice, g.Windows
	}
}

// Ask makes ev the event that approvers hear of.
func (g Gathered) Ask(ev *Event) {
	if g.Asks != "" {
		ev.WindowID, ev.Data.Inside, ev.Data.State = g.Asks, true, Requested
	}
}
