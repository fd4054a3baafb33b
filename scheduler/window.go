package scheduler

import (
	"fmt"
	"slices"
	"time"
)

// LongestWindow is how long a window may last.
const LongestWindow = 14 * 24 * time.Hour

// Interval is a stretch of time, half open: [Start, End).
type Interval struct {
	Start time.Time `json:"start"`
	End   time.Time `json:"end"`
}

// Overlaps reports whether the two intervals share an instant.
func (i Interval) Overlaps(o Interval) bool { return i.Start.Before(o.End) && o.Start.Before(i.End) }

// Duration is how long the interval lasts.
func (i Interval) Duration() time.Duration { return i.End.Sub(i.Start) }

// Affected is a service that a window touches, and how.
type Affected struct {
	Service string `json:"slug"`
	Impact  Impact `json:"impact"`
}

// Link is a named address.
type Link struct {
	Label string `json:"label"`
	URL   string `json:"url"`
}

// Plan is everything about a window that people write; the rest of a Window
// is what happened to it.
type Plan struct {
	Title, Summary        string // Summary is for the public
	Steps                 string // the internal plan
	RollbackPlan          string // or "cannot be rolled back, because …"
	RollbackDuration      time.Duration
	VerificationDuration  time.Duration
	Kind                  Kind
	Risk                  Risk
	Public                bool
	Services              []Affected
	Interval                      // UTC, whole seconds; zero: not yet known
	Stages                []Stage // in order; none: the work is one piece
	TimeZone              string
	Lead                  string // a person's address
	RunbookURL, TicketURL string
	ConferenceURL         string
	Links                 []Link
	Reminders             []time.Duration // before the start
	Recipients            []string        // one-off addresses
	Checks                []Check         `json:"-"`         // kept in a table of their own
	Template              TemplateRef     `json:",omitzero"` // what it was booked from; an edit leaves it
}

// Window is one maintenance window.
type Window struct {
	ID     string // also the UID of its calendar entry
	Number int
	Plan
	State     State
	Requester string // a person's address

	Series     string // the id; empty: of none
	Occurrence string // its name in the series: 2006-01-02T15:04
	Detached   bool   // it was changed by itself, so that changes of the series leave it alone

	Policy         Policy // the one it was submitted under; zero while a draft
	ConflictReason string // why it was submitted in spite of blocking conflicts
	Approvals      []Approval
	PreApproved    *PreApproval `json:",omitempty"` // instead of them
	Overrides      []Approval   // of conflicts, at the start or as it was extended
	Rejected       *Rejection   // an emergency's, after the fact
	ScheduledAt    time.Time    // when it last became scheduled

	Stage                    int       // the present one, counted from 1; 0: none has begun
	ActualStart, StatedStart time.Time // recorded; stated differs when someone forgot to press start
	ActualEnd, StatedEnd     time.Time
	Outcome                  Outcome
	ClosingNotes, FollowUp   string
	Acknowledged             time.Time // when someone last took up that it was late or over time
	Alarm                    Alarm     `json:",omitzero"` // the last call for help

	Published bool     // it was approved once, so the public may know of it
	Notified  *Notice  // what stakeholders were last told, or are about to be
	Marks     []string // facts of the clock already recorded, see clock.go
	Sequence  int      // RFC 5545 SEQUENCE: raised by every change that calendars show
	Version   int      // raised by every change
	Created   time.Time
	Changed   time.Time // of the last change of any kind
	Updated   time.Time // of the last change that calendars show: DTSTAMP and LAST-MODIFIED
}

// Name is what people call the window by: MW-42.
func (w Window) Name() string { return fmt.Sprintf("MW-%d", w.Number) }

// Impact is the worst impact on any service, Outage when none is named.
func (p Plan) Impact() Impact {
	if len(p.Services) == 0 {
		return Outage
	}
	worst := NoImpact
	for _, s := range p.Services {
		if s.Impact.Worse(worst) {
			worst = s.Impact
		}
	}
	return worst
}

// Touches reports whether the plan names the service.
func (p Plan) Touches(service string) bool {
	return slices.ContainsFunc(p.Services, func(a Affected) bool { return a.Service == service })
}

// Slugs lists the services of the plan.
func (p Plan) Slugs() []string {
	slugs := make([]string, len(p.Services))
	for i, s := range p.Services {
		slugs[i] = s.Service
	}
	return slugs
}

// DecideBy is the last moment to turn back: the planned end, of the present
// stage where there are stages, less the time to roll back and the time to
// verify. It is absent without either duration.
func (w Window) DecideBy() (at time.Time, ok bool) {
	if w.End.IsZero() || w.RollbackDuration <= 0 && w.VerificationDuration <= 0 {
		return time.Time{}, false
	}
	return w.Present().End.Add(-w.RollbackDuration - w.VerificationDuration), true
}

// Late reports whether the start has passed and nobody started.
func (w Window) Late(now time.Time) bool {
	return (w.State == Scheduled || w.State == Requested) && !w.Start.IsZero() && !now.Before(w.Start)
}

// Overrun reports whether the end has passed and nobody closed.
func (w Window) Overrun(now time.Time) bool { return w.State.Running() && !now.Before(w.End) }

// Began is when the work began, as people stated it or else as recorded.
func (w Window) Began() time.Time {
	if !w.StatedStart.IsZero() {
		return w.StatedStart
	}
	return w.ActualStart
}

// Ended is when the work ended, as people stated it or else as recorded.
func (w Window) Ended() time.Time {
	if !w.StatedEnd.IsZero() {
		return w.StatedEnd
	}
	return w.ActualEnd
}
