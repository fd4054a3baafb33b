package scheduler

import (
	"fmt"
	"strings"
	"time"
)

// Supplied is a supplier's maintenance on one service of ours, as far as it can
// stand in the way of a window.
type Supplied struct {
	Notice   string // the id
	Name     string
	Supplier string
	Title    string
	Window   string // the id of ours that was made of it; empty: none
	Status   NoticeStatus
	Affected
	Interval
}

// supplierConflicts lists the suppliers' maintenances on what w touches or
// depends on, each once. They warn: whoever works may want to wait, or to work
// just then.
func (w Window) supplierConflicts(a Around, now time.Time) (found []Conflict) {
	at := map[string]int{}
	add := func(mine string, n Supplied, words string) {
		if w.ID != "" && n.Window == w.ID {
			return // it is what w is for
		}
		i, seen := at[n.Notice]
		if !seen {
			at[n.Notice] = len(found)
			found = append(found, Conflict{
				Kind: SupplierBusy, Service: mine, Notice: n.Notice, Start: n.Start, End: n.End,
				Detail: fmt.Sprintf("%s, %s of %s, %q, %s%s, %s.",
					noticeWords(n.Status), n.Name, n.Supplier, n.Title, words, impactWords(n.Impact), span(n.Interval, w.TimeZone)),
			})
			return
		}
		if found[i].Service != mine {
			found[i].Service = "" // of several
		}
	}
	for _, s := range w.Services {
		i, name := w.Slot(s.Service, now), a.Graph.name(s.Service)
		for _, n := range a.Notices[s.Service] {
			if !n.Status.Ended() && i.Overlaps(n.Interval) {
				add(s.Service, n, "touches "+name)
			}
		}
		for _, up := range a.Graph.Upstream(s.Service) {
			for _, n := range a.Notices[up] {
				if !n.Status.Ended() && i.Overlaps(n.Interval) {
					add(s.Service, n, "touches "+a.Graph.name(up)+", which "+name+" depends on")
				}
			}
		}
	}
	return found
}

// noticeWords says what a notice of that status is.
func noticeWords(s NoticeStatus) string {
	switch s {
	case NoticeTentative:
		return "A supplier's tentative maintenance"
	case NoticeInProcess:
		return "A supplier's maintenance in process"
	case NoticeRescheduled:
		return "A supplier's rescheduled maintenance"
	case NoticeConfirmed, NoticeNoChange, NoticeCancelled, NoticeCompleted:
	}
	return "A supplier's maintenance"
}

// impactWords says an impact inside a sentence.
func impactWords(i Impact) string { return " (" + strings.ReplaceAll(string(i), "-", " ") + ")" }
