package scheduler

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"time"
)

// EventKind says what happened.
type EventKind string

// The kinds of event. The first group is about one window.
const (
	Created      EventKind = "created"
	Edited       EventKind = "edited"
	Submitted    EventKind = "submitted"
	Approved     EventKind = "approved"
	RejectedBy   EventKind = "rejected"
	Started      EventKind = "started"
	StageBegan   EventKind = "stage"
	Finished     EventKind = "finished"
	Resumed      EventKind = "resumed"
	ClosedBy     EventKind = "closed"
	CancelledBy  EventKind = "cancelled"
	Deleted      EventKind = "deleted"
	Extended     EventKind = "extended"
	Rescheduled  EventKind = "rescheduled"
	Progress     EventKind = "progress"
	Noted        EventKind = "note"
	HandedOver   EventKind = "handover"
	Acknowledged EventKind = "acknowledged"
	Escalated    EventKind = "escalated"
	CheckResult  EventKind = "check-result"
	Reminded     EventKind = "reminder"
	WentLate     EventKind = "late"
	DecideByCame EventKind = "decide-by"
	Overran      EventKind = "overrun"
	Conflicted   EventKind = "conflict"    // something new stands in its way
	NotDelivered EventKind = "undelivered" // somebody could not be told of it

	SeriesCreated      EventKind = "series-created"
	SeriesSubmitted    EventKind = "series-submitted"
	SeriesAgreed       EventKind = "series-approved"
	SeriesRefused      EventKind = "series-rejected"
	SeriesEdited       EventKind = "series-changed"
	SeriesSkipped      EventKind = "series-skipped"
	SeriesExtended     EventKind = "series-extended" // the clock made what has come into the horizon
	SeriesOver         EventKind = "series-ended"
	OccurrencesDropped EventKind = "series-cancelled" // windows that the series no longer has

	ServiceKept       EventKind = "service-kept"
	ServiceDeleted    EventKind = "service-deleted"
	StakeholderKept   EventKind = "stakeholder-kept"
	StakeholderGone   EventKind = "stakeholder-deleted"
	FreezeKept        EventKind = "freeze-kept"
	FreezeDeleted     EventKind = "freeze-deleted"
	TemplateKept      EventKind = "template-kept"
	TemplateApproved  EventKind = "template-pre-approved"
	TemplateWithdrawn EventKind = "template-withdrawn"
	TemplateDeleted   EventKind = "template-deleted"
	NoticesImported   EventKind = "notices-imported"
	NoticeMapped      EventKind = "notice-mapped"
	NoticeDeleted     EventKind = "notice-deleted"
	NoticeRuleDeleted EventKind = "notice-rule-deleted"
	SettingsKept      EventKind = "settings-kept"
	PersonChanged     EventKind = "person"
	TokenChanged      EventKind = "token"
	FeedChanged       EventKind = "feed"
	LoggedIn          EventKind = "log-in"
	LogInRefused      EventKind = "log-in-refused"
	DeliveriesSettled EventKind = "told"
	WebhookKept       EventKind = "webhook-kept"
	WebhookGone       EventKind = "webhook-gone"
	WebhookOff        EventKind = "webhook-off" // its receiver wants nothing more
)

// Event is one thing that happened: at once the line of the log, the link of
// its hash chain, what announcements are made from, and the edition of feeds.
type Event struct {
	Seq      int64
	WindowID string // empty: about no window
	At       time.Time
	Actor    string // a person's address, or the clock
	Via      string // page, api, token "ci", command, clock
	Kind     EventKind
	Text     string // what happened, for a person who reads the log
	Data     Facts
	Prev     []byte // the hash of the event before
	Hash     []byte
}

// Facts is what an event carries for machines. Nothing secret is ever in it.
type Facts struct {
	Announce  Announcement   `json:"announce,omitempty"`  // tell the stakeholders
	Tentative bool           `json:"tentative,omitempty"` // the new time is still to be confirmed
	Inside    bool           `json:"inside,omitempty"`    // tell people inside: approvers, lead, owners
	State     State          `json:"state,omitempty"`     // the state after the event
	Notice    *Notice        `json:"notice,omitempty"`    // what the window looked like to stakeholders
	Reason    string         `json:"reason,omitempty"`
	Offset    string         `json:"offset,omitempty"` // of a reminder
	Overrides []Conflict     `json:"overrides,omitempty"`
	Conflicts []Conflict     `json:"conflicts,omitempty"` // that are new
	Reasons   []Reason       `json:"reasons,omitempty"`   // those of a gate that was overridden
	Result    *ResultFacts   `json:"result,omitempty"`
	Changed   []string       `json:"changed,omitempty"` // names of fields
	Subject   string         `json:"subject,omitempty"` // what an event about no window is about
	Stated    *time.Time     `json:"stated,omitempty"`
	Series    string         `json:"series,omitempty"`  // the id of the series it is about
	Windows   []Occasion     `json:"windows,omitempty"` // that Announce tells of; none: the event's window alone
	Stage     string         `json:"stage,omitempty"`   // the name of the one that began
	Called    []string       `json:"called,omitempty"`  // addresses of who is called for help
	Failed    []Undelivered  `json:"failed,omitempty"`  // who could not be told
	More      map[string]any `json:"more,omitempty"`
}

// Occasion is one window that an announcement tells of, and the times it tells.
type Occasion struct {
	Window string    `json:"window"` // the id
	Start  time.Time `json:"start"`
	End    time.Time `json:"end"`
}

// Undelivered is an address that could not be told, and why.
type Undelivered struct {
	Address string `json:"address"`
	Why     string `json:"why"`
}

// ResultFacts is the answer to a check, as the log tells it.
type ResultFacts struct {
	Check       string `json:"check"`
	Text        string `json:"text"`
	Phase       Phase  `json:"phase"`
	Answer      Answer `json:"result"`
	Note        string `json:"note,omitempty"`
	EvidenceURL string `json:"evidence_url,omitempty"`
}

// Windows lists the ids of the windows that the event's announcement tells of.
func (e Event) Windows() []string {
	if len(e.Data.Windows) == 0 {
		return []string{e.WindowID}
	}
	ids := make([]string, len(e.Data.Windows))
	for i, w := range e.Data.Windows {
		ids[i] = w.Window
	}
	return ids
}

// Notice is what stakeholders are told of a window: two equal notices need one
// message, not two.
type Notice struct {
	Title     string     `json:"title"`
	Summary   string     `json:"summary"`
	Services  []Affected `json:"services"`
	Start     time.Time  `json:"start"`
	End       time.Time  `json:"end"`
	Stages    []Stage    `json:"stages,omitempty"`
	TimeZone  string     `json:"time_zone"`
	Lead      string     `json:"lead"`
	Tentative bool       `json:"tentative,omitempty"` // still to be confirmed
	Outcome   Outcome    `json:"outcome,omitempty"`
	Text      string     `json:"text,omitempty"`   // of a progress update, a cancellation, a closing
	Series    *Rhythm    `json:"series,omitempty"` // of a message about several windows of a series
}

// Rhythm is how a series recurs, in words.
type Rhythm struct {
	ID    string `json:"id"`
	Words string `json:"words"` // Second Sunday of each month, 02:00–06:00
	Until string `json:"until"` // the last day; empty: until it is ended
}

// Digest is the hash of the event and of the one before it: SHA-256 over prev
// and the length-prefixed fields, data being the JSON text as it is stored.
func (e Event) Digest(data string) []byte {
	h := sha256.New()
	h.Write(e.Prev)
	field := func(b []byte) {
		var n [8]byte
		binary.BigEndian.PutUint64(n[:], uint64(len(b)))
		h.Write(n[:])
		h.Write(b)
	}
	for _, s := range []string{
		fmt.Sprint(e.Seq), e.WindowID, fmt.Sprint(e.At.UnixMilli()), e.Actor, e.Via, string(e.Kind), e.Text, data,
	} {
		field([]byte(s))
	}
	return h.Sum(nil)
}

// Genesis is what the first event has for the hash of the one before.
var Genesis = make([]byte, sha256.Size)

// JSON is the facts as the log stores them.
func (f Facts) JSON() (string, error) {
	b, err := json.Marshal(f)
	return string(b), err
}
