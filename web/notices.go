package web

import (
	"strings"

	"lull/scheduler"
	"lull/scheduler/agenda"
)

// The pages of what suppliers say.
type (
	// Notices lists supplier notices, first those that wait for a mapping, and
	// takes new ones.
	Notices struct {
		Frame
		Refusal
		Text           string // the calendar that was sent, as a form can send it again
		Form           map[string]string
		Report         *Report
		Waiting, Items []scheduler.SupplierNotice
		Services       []scheduler.Service
		Rules          []scheduler.NoticeRule
		More           string
	}
	// SupplierNotice is one of them, with what its supplier said, one after the other.
	SupplierNotice struct {
		Frame
		Refusal
		Notice   scheduler.SupplierNotice
		History  []agenda.KnownUpdate
		Services []scheduler.Service
		On       map[string]bool // the services of the form
		Remember string
	}
)

// Report is what became of a file, or would.
type Report struct {
	Tried    bool // nothing was kept
	Items    []agenda.Imported
	All      int // events, of which Items lists the first
	Left     int // events that are not listed here
	Changed  int
	Problems []string
}

// mostReported is how many events of a file its report lists.
const mostReported = 200

// NewReport is the report of a file.
func NewReport(items []agenda.Imported, problems []string, tried bool) *Report {
	r := &Report{Tried: tried, All: len(items), Problems: problems}
	for _, i := range items {
		if i.Changed {
			r.Changed++
		}
	}
	shown := min(len(items), mostReported)
	r.Items, r.Left = items[:shown], len(items)-shown
	return r
}

func (Notices) template() string        { return "notices.html" }
func (SupplierNotice) template() string { return "suppliernotice.html" }

// noticeClass is how the status of a supplier's maintenance looks.
func noticeClass(s scheduler.NoticeStatus) string {
	switch s {
	case scheduler.NoticeTentative:
		return "s-pending"
	case scheduler.NoticeInProcess:
		return "s-live"
	case scheduler.NoticeCompleted:
		return "s-done"
	case scheduler.NoticeCancelled:
		return "s-canceled"
	case scheduler.NoticeConfirmed, scheduler.NoticeRescheduled, scheduler.NoticeNoChange:
	}
	return "s-planned"
}

// noticeWord is the status of a supplier's maintenance as people say it.
func noticeWord(s scheduler.NoticeStatus) string {
	if s == scheduler.NoticeNoChange {
		return "No status given"
	}
	return words(strings.ToLower(string(s)))
}
