package scheduler

import (
	"fmt"
	"slices"
	"time"
)

// Bounds of a series.
const (
	Horizon      = 400 // days ahead in which every occurrence is a window
	MostAhead    = 1000
	LongestTrust = 12 // months that one approval is good for
)

// SeriesState is where a series is in its life.
type SeriesState string

// The states of a series.
const (
	SeriesDraft     SeriesState = "draft"
	SeriesRequested SeriesState = "requested" // windows of it wait for its approval
	SeriesApproved  SeriesState = "approved"
	SeriesEnded     SeriesState = "ended" // no further window is made
)

// SeriesStates lists the states of a series, in the order of a life.
var SeriesStates = []SeriesState{SeriesDraft, SeriesRequested, SeriesApproved, SeriesEnded}

// Series is a recurring plan. Each occurrence in its horizon is a window of its
// own; one approval is theirs, and of those made later until it is reviewed.
type Series struct {
	ID             string
	Plan                         // of each window, without times
	RRule          string        // RFC 5545 3.3.10, on the wall clock of TimeZone
	StartLocal     string        // the first date of RRule on that clock: 2006-01-02T15:04
	Duration       time.Duration // of each window
	ExDates        []string      // left out: a day, or a day and time
	RDates         []string      // added, also before StartLocal
	Until          string        // the last day, or day and time, inclusive; besides what RRule says
	State          SeriesState
	Requester      string
	ConflictReason string // why it was submitted in spite of blocking conflicts
	Policy         Policy // the one it was submitted under; zero while a draft
	Approvals      []Approval
	ReviewBy       time.Time // until then what is made is approved; zero: no review is asked
	MadeUntil      time.Time // what occurs before it is made
	Version        int
	Created        time.Time
	Changed        time.Time
}

// Occurrence is one date of a series.
type Occurrence struct {
	Local string // as the wall clock says it, 2006-01-02T15:04: its name for ever
	Interval
	Note string // a clock change, in words
}

// Day is the day of an occurrence, by its name.
func Day(local string) string { return local[:min(len(local), len(time.DateOnly))] }

// Said is the name of an occurrence as people say it: Sun 13 Dec 2026, 02:00.
func Said(local string) string {
	t, err := time.Parse("2006-01-02T15:04", local)
	if err != nil {
		return local
	}
	return t.Format("Mon 2 Jan 2006, 15:04")
}

// AtItsHour is the date that the rule has on the day of an occurrence, if it has
// one then: an occurrence keeps its day where the rule moves to another hour.
func (s Series) AtItsHour(local string) string {
	return Day(local) + s.StartLocal[min(len(s.StartLocal), len(time.DateOnly)):]
}

// KeepLeftOut moves what was left out of s, as it was, with the hour of the rule;
// else a date that somebody skipped would occur again at the new hour.
func (s *Series) KeepLeftOut(was Series) {
	s.ExDates = slices.Clone(s.ExDates)
	for i, d := range s.ExDates {
		if d != Day(d) && d == was.AtItsHour(d) && !slices.Contains(s.RDates, d) {
			s.ExDates[i] = s.AtItsHour(d)
		}
	}
}

// Check tidies the series and refuses malformed values, as an InvalidError.
// Whether RRule is a rule of repetition is its caller's to know.
func (s *Series) Check() error {
	s.Plan.Interval = Interval{}
	s.Tidy()
	wrong := InvalidError{}
	if err := s.Plan.Check(); err != nil {
		bad, ok := err.(InvalidError)
		if !ok {
			return err
		}
		wrong = bad
	}
	switch {
	case s.Duration <= 0:
		wrong["duration"] = "Say how long each window lasts, such as 2h."
	case s.Duration > LongestWindow:
		wrong["duration"] = "A window lasts at most 14 days."
	}
	if s.Kind == Emergency {
		wrong["kind"] = "An emergency does not recur: choose normal or standard."
	}
	return wrong.Err()
}

// CheckDates refuses occurrences, ascending, that run into each other or that
// are too many.
func (s Series) CheckDates(all []Occurrence) error {
	if len(all) > MostAhead {
		return InvalidError{"rrule": fmt.Sprintf("This occurs more than %d times in %d days: choose a rule that occurs less often.", MostAhead, Horizon)}
	}
	for i, o := range all[1:] {
		if before := all[i]; before.End.After(o.Start) {
			return InvalidError{"duration": fmt.Sprintf("The window of %s would last until %s, when the next has begun, at %s: %s",
				Said(before.Local), InZone(before.End, s.TimeZone).Format("Mon 2 Jan 15:04 MST"), InZone(o.Start, s.TimeZone).Format("Mon 2 Jan 15:04 MST"), remedy(all, i))}
		}
	}
	return nil
}

// remedy says what is to be done where an occurrence runs into the next: on the
// wall clock it may end in time, when the clocks go forward in between.
func remedy(all []Occurrence, i int) string {
	clock := func(local string) time.Time {
		t, _ := time.Parse("2006-01-02T15:04", local)
		return t
	}
	if clock(all[i].Local).Add(all[i].Duration()).After(clock(all[i+1].Local)) {
		return "make it shorter, or let it occur less often."
	}
	return fmt.Sprintf("the clocks go forward in between. Let each last %s at most, or choose a time zone whose clocks do not change, such as UTC.",
		InWords(all[i+1].Start.Sub(all[i].Start)))
}

// Occur makes the window of an occurrence, a draft.
func (s Series) Occur(number int, o Occurrence, sc Scene) (Window, Event, error) {
	plan := s.Plan
	plan.Checks, plan.Services = slices.Clone(s.Checks), slices.Clone(s.Services)
	plan.Interval = o.Interval
	w, ev, err := New(number, plan, sc)
	if err != nil {
		return w, ev, err
	}
	w.Series, w.Occurrence, w.Requester = s.ID, o.Local, s.Requester
	ev.Text = fmt.Sprintf("%s drafted %q, the occurrence of %s.", sc.By.Name, w.Title, Said(o.Local))
	return w, ev, nil
}

// WithSeries reports whether w waits with the others of its series, so that it is
// submitted and approved with them.
func (w Window) WithSeries() bool {
	return w.Series != "" && !w.Detached && (w.State == Requested || w.State == Draft)
}

// Trusted reports whether the approval of s is good for what is made at now.
func (s Series) Trusted(now time.Time) bool {
	return s.State == SeriesApproved && (s.ReviewBy.IsZero() || now.Before(s.ReviewBy))
}

// Follow gives w, a draft that s has just made, what s was given: it is
// scheduled while the approval is good and nothing blocks, else requested. Where
// nobody approved s itself, its template must be pre-approved still.
func (w *Window) Follow(s Series, sc Scene) (Event, error) {
	if s.State == SeriesDraft {
		return Event{}, &MoveError{"follow its series", w.State}
	}
	w.Policy, w.Requester = s.Policy, s.Requester
	w.shown(sc.Now)
	good, says := s.Trusted(sc.Now), "It is scheduled under the approval of its series."
	if len(s.Approvals) == 0 && s.Policy.Quorum(sc.Services) > 0 {
		w.PreApproved, _ = w.preApproval(sc)
		good, says = good && w.PreApproved != nil, fmt.Sprintf("It is scheduled: the template %q is pre-approved.", s.Template.Name)
	}
	if !good || len(Blocking(sc.Conflicts)) > 0 {
		w.State, w.ConflictReason, w.PreApproved = Requested, s.ConflictReason, nil
		ev := w.happened(sc, Submitted, "It waits for the approval of its series.")
		ev.Data.Inside = true
		return ev, nil
	}
	w.State, w.Approvals, w.Published, w.ScheduledAt = Scheduled, slices.Clone(s.Approvals), true, sc.Now
	ev := w.happened(sc, Approved, says)
	w.announceChange(&ev)
	return ev, nil
}

// Agree adds an approval to the series; reviewBy is until when it is good, the
// zero time: as long as may be. What it approves decides each for itself.
func (s *Series) Agree(sc Scene, yes Yes, reviewBy time.Time) error {
	latest := sc.Now.AddDate(0, LongestTrust, 0)
	switch {
	case s.State != SeriesRequested:
		return s.not("approve")
	case !sc.By.Role.May(Approver):
		return &ForbiddenError{"Only approvers approve."}
	case len(s.Barred(sc.By.Email)) > 0:
		return &GateError{Gate: "approve", Reasons: s.Barred(sc.By.Email)}
	case reviewBy.IsZero():
		reviewBy = latest
	case !reviewBy.After(sc.Now):
		return InvalidError{"review_by": "The review lies in the past."}
	case reviewBy.After(latest):
		return InvalidError{"review_by": fmt.Sprintf("An approval is good for at most %d months: until %s.", LongestTrust, latest.Format(time.DateOnly))}
	}
	s.Approvals = append(slices.Clone(s.Approvals), Approval{By: sc.By.Email, At: sc.Now, Note: tidy(yes.Note), Reason: tidy(yes.Reason)})
	s.ReviewBy = reviewBy
	return nil
}

// Lapse takes back what was approved, and until when it was good.
func (s *Series) Lapse() { s.Approvals, s.ReviewBy = nil, time.Time{} }

// Refuse sends a requested series back to its draft.
func (s *Series) Refuse(sc Scene, reason string) error {
	if !sc.By.Role.May(Approver) {
		return &ForbiddenError{"Only approvers reject."}
	}
	if _, err := needReason(reason, "Say why, so that the requester can mend it."); err != nil {
		return err
	}
	if s.State != SeriesRequested {
		return s.not("reject")
	}
	s.State = SeriesDraft
	s.Lapse()
	return nil
}

// Barred is why the person with that address may not approve s, as for a window.
func (s Series) Barred(email string) []Reason {
	return barred("series", s.Requester, s.Approvals, email)
}

// Skip leaves out an occurrence, for ever; another one of its day stays.
func (s *Series) Skip(local string) {
	s.ExDates = append(slices.Clone(s.ExDates), local)
	slices.Sort(s.ExDates)
	s.ExDates = slices.Compact(s.ExDates)
}

// Standing refuses what is asked of a series that has ended.
func (s Series) Standing(verb string) error {
	if s.State == SeriesEnded {
		return s.not(verb)
	}
	return nil
}

func (s Series) not(verb string) error {
	return shut(verb, CodeState, fmt.Sprintf("A series that is %s cannot be asked to %s.", s.State, verb))
}

// Happened raises the version and makes the event of a change.
func (s *Series) Happened(sc Scene, kind EventKind, text string) Event {
	s.Version++
	s.Changed = sc.Now
	return Event{At: sc.Now, Actor: sc.By.Email, Via: sc.By.Via, Kind: kind, Text: text, Data: Facts{Series: s.ID, Subject: s.Title}}
}
