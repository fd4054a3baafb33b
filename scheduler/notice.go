package scheduler

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
)

// NoticeStatus is how far a supplier's maintenance is, in the words of
// MAINTNOTE (X-MAINTNOTE-STATUS) and the two more that suppliers use.
type NoticeStatus string

// The statuses.
const (
	NoticeTentative   NoticeStatus = "TENTATIVE"
	NoticeConfirmed   NoticeStatus = "CONFIRMED"
	NoticeCancelled   NoticeStatus = "CANCELLED"
	NoticeInProcess   NoticeStatus = "IN-PROCESS"
	NoticeCompleted   NoticeStatus = "COMPLETED"
	NoticeRescheduled NoticeStatus = "RE-SCHEDULED"
	NoticeNoChange    NoticeStatus = "NO-CHANGE" // none is given
)

// NoticeStatuses lists the statuses.
var NoticeStatuses = []NoticeStatus{
	NoticeTentative, NoticeConfirmed, NoticeCancelled, NoticeInProcess, NoticeCompleted, NoticeRescheduled, NoticeNoChange,
}

// Ended reports whether nothing is to be expected any more.
func (s NoticeStatus) Ended() bool { return s == NoticeCancelled || s == NoticeCompleted }

// NoSequence stands for a SEQUENCE that is not given.
const NoSequence = -1

// NoticeObject is one thing of the supplier's that its maintenance touches, such
// as a circuit.
type NoticeObject struct {
	ID     string `json:"id"`
	Impact Impact `json:"impact"`
}

// NoticeUpdate is what one event of a supplier's file says, as it says it.
type NoticeUpdate struct {
	Provider      string         `json:"provider"`
	Account       string         `json:"account"`
	MaintenanceID string         `json:"maintenance_id"`
	UID           string         `json:"uid"`
	Recurrence    string         `json:"recurrence,omitempty"` // RECURRENCE-ID: one instance of several under the UID
	Sequence      int            `json:"sequence"`             // NoSequence where none is given
	Stamp         time.Time      `json:"stamp,omitzero"`       // DTSTAMP
	Status        NoticeStatus   `json:"status"`
	Impact        Impact         `json:"impact"`
	Interval                     // zero where none can be read
	Summary       string         `json:"summary"`
	Description   string         `json:"description,omitempty"`
	Organizer     string         `json:"organizer,omitempty"`
	Objects       []NoticeObject `json:"objects"`
	Problems      []string       `json:"problems,omitempty"` // what could not be read, in words
}

// SupplierNotice is a supplier's maintenance, as the newest of its updates
// states it.
type SupplierNotice struct {
	ID string `json:"-"`
	NoticeUpdate
	Services []Affected `json:"-"`       // ours that it touches, kept in rows of their own
	ByHand   bool       `json:"by_hand"` // somebody named the services; rules no longer decide
	Received time.Time  `json:"received"`
	Updated  time.Time  `json:"updated"` // by the newest update, or by somebody here
	Window   string     `json:"-"`       // the name of the window that was made of it
	Version  int        `json:"-"`
}

// Identity tells a supplier's maintenance from every other, however its updates
// spell the supplier. The account is apart, since an update may leave it out.
func (u NoticeUpdate) Identity() (maintenance, account string) {
	return folded(u.Provider) + "\n" + strings.TrimSpace(u.UID) + "\n" + strings.TrimSpace(u.Recurrence), folded(u.Account)
}

// folded is a name as two spellings of it compare.
func folded(s string) string { return strings.ToLower(strings.Join(strings.Fields(s), " ")) }

// Older reports whether u tells less than known does: a lower SEQUENCE or, where
// that is equal or one of the two has none, an earlier DTSTAMP (RFC 5546 2.1.5).
func (u NoticeUpdate) Older(known NoticeUpdate) bool {
	if u.Sequence != NoSequence && known.Sequence != NoSequence && u.Sequence != known.Sequence {
		return u.Sequence < known.Sequence
	}
	if u.Stamp.IsZero() || known.Stamp.IsZero() || u.Stamp.Equal(known.Stamp) {
		return u.Sequence < known.Sequence
	}
	return u.Stamp.Before(known.Stamp)
}

// Usable says in words why u alone is not enough to know of a maintenance, and
// nothing where it is.
func (u NoticeUpdate) Usable() string {
	switch {
	case u.UID == "":
		return "It has neither a UID nor a maintenance id, so that no update could be told to belong to it."
	case u.Start.IsZero() || u.End.IsZero():
		return "It says no time that can be read."
	}
	return ""
}

// Apply takes the facts of u over. What an update leaves out stays as it was
// known: its times, its objects, and a status that it does not change.
func (n *SupplierNotice) Apply(u NoticeUpdate, now time.Time) {
	was := n.NoticeUpdate
	n.NoticeUpdate = u
	if u.Start.IsZero() || u.End.IsZero() {
		n.Interval = was.Interval
	}
	if len(u.Objects) == 0 {
		n.Objects = was.Objects
	}
	if u.Status == NoticeNoChange && was.Status != "" {
		n.Status = was.Status
	}
	if u.Sequence == NoSequence && was.Status != "" {
		n.Sequence = was.Sequence
	}
	if n.Received.IsZero() {
		n.Received = now
	}
	n.Updated = now
	n.Version++
}

// Match finds the services of ours by the rules. Those that somebody named stay;
// only of objects that were not in was do the rules then add theirs.
func (n *SupplierNotice) Match(b RuleBook, was []NoticeObject) {
	if !n.ByHand {
		n.Services = b.Services(n.NoticeUpdate)
		return
	}
	for i := range n.Services {
		n.Services[i].Impact = n.Impact
	}
	fresh := n.NoticeUpdate
	fresh.Objects = slices.DeleteFunc(slices.Clone(n.Objects), func(o NoticeObject) bool {
		return slices.ContainsFunc(was, func(w NoticeObject) bool { return folded(w.ID) == folded(o.ID) })
	})
	if len(fresh.Objects) == 0 {
		return
	}
	for _, s := range b.Services(fresh) {
		if !slices.Contains(n.Slugs(), s.Service) {
			n.Services = append(n.Services, s)
		}
	}
}

// Unmatched reports whether nobody and no rule has said what of ours the
// maintenance touches, while it is still to be expected.
func (n SupplierNotice) Unmatched() bool {
	return !n.ByHand && len(n.Services) == 0 && !n.Status.Ended()
}

// Slugs lists the services that the maintenance touches.
func (n SupplierNotice) Slugs() []string {
	slugs := make([]string, len(n.Services))
	for i, s := range n.Services {
		slugs[i] = s.Service
	}
	return slugs
}

// Name is what people call the maintenance by: its maintenance id, or else its UID.
func (n SupplierNotice) Name() string { return cmp.Or(oneLine(n.MaintenanceID), oneLine(n.UID)) }

// Supplier is the name of who sent it.
func (n SupplierNotice) Supplier() string { return cmp.Or(oneLine(n.Provider), "a supplier") }

// Title is what the maintenance is, in one line.
func (n SupplierNotice) Title() string {
	return cmp.Or(oneLine(n.Summary), "Maintenance of "+n.Supplier())
}

// oneLine is s in one line, cut where a title would be too long.
func oneLine(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	if short := []rune(s); len(short) > longTitle {
		return string(short[:longTitle-1]) + "…"
	}
	return s
}

// Plan is the plan of a window of ours for the time of the maintenance: a draft
// that somebody completes. A maintenance longer than a window may be gives no times.
func (n SupplierNotice) Plan() Plan {
	p := Plan{
		Title: n.Title(), Services: slices.Clone(n.Services), Interval: n.Interval, Public: true,
		Steps: fmt.Sprintf("%s works on %s: %s.", n.Supplier(), n.Name(), n.Named()),
	}
	if n.Interval.Duration() > LongestWindow {
		p.Interval = Interval{}
		p.Steps += " It lasts longer than a window may, from " + span(n.Interval, "UTC") + "."
	}
	return p
}

// Named is what of the supplier's is touched, in words.
func (n SupplierNotice) Named() string {
	const most = 20
	var words []string
	for i, o := range n.Objects {
		if i == most {
			words = append(words, fmt.Sprintf("and %d more", len(n.Objects)-most))
			break
		}
		words = append(words, oneLine(o.ID)+" ("+string(o.Impact)+")")
	}
	if len(words) == 0 {
		return "it names no object"
	}
	return strings.Join(words, ", ")
}

// Taken refuses a second window for the same maintenance.
func (n SupplierNotice) Taken() error {
	return shut("window", CodeState, n.Window+" was already made for this, and is not over: change that one, or cancel it first.")
}
