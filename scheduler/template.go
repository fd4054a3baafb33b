package scheduler

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Template is a reusable window. Pre-approved, it spares the standard windows
// that are booked from it, and stay inside its limits, an approval of their own.
type Template struct {
	ID   string
	Name string
	Plan // without times
	// Duration is how long a window made from it lasts, and may last at most.
	Duration   time.Duration
	Editor     string // a person's address: who last changed it
	ApprovedBy string // a person's address; empty: not pre-approved
	ApprovedAt time.Time
	ReviewBy   time.Time // when the pre-approval ends
	Version    int       // raised by every change
	Created    time.Time
	Updated    time.Time
}

// TemplateRef is the template that a window was booked from, by the name it
// then had, so that the window still says it when the template is gone.
type TemplateRef struct{ ID, Name string }

// PreApproved reports whether the template is pre-approved at that moment.
func (t Template) PreApproved(now time.Time) bool {
	return t.ApprovedBy != "" && now.Before(t.ReviewBy)
}

// Expired reports whether the template was pre-approved until a review date
// that has passed.
func (t Template) Expired(now time.Time) bool { return t.ApprovedBy != "" && !now.Before(t.ReviewBy) }

// Again is the plan for another time: without start and end, its checks open.
func (p Plan) Again() Plan {
	p.Interval, p.Stages = Interval{}, nil // stages are times of the window's own
	p.Services, p.Links, p.Checks = slices.Clone(p.Services), slices.Clone(p.Links), slices.Clone(p.Checks)
	p.Reminders, p.Recipients = slices.Clone(p.Reminders), slices.Clone(p.Recipients)
	for i := range p.Checks {
		p.Checks[i].ID, p.Checks[i].Results, p.Checks[i].Reopened, p.Checks[i].Stage = "", nil, 0, ""
	}
	return p
}

// Book is the plan of a window made from the template, still without times. A
// pre-approved template makes standard windows.
func (t Template) Book(now time.Time) Plan {
	p := t.Again()
	p.Template = TemplateRef{t.ID, t.Name}
	if t.PreApproved(now) {
		p.Kind = Standard
	}
	return p
}

// Check tidies the template and refuses malformed values, field by field, as
// an InvalidError. Without a title, windows get the template's name for one.
func (t *Template) Check() error {
	t.Name = tidy(t.Name)
	t.Plan = t.Again()
	t.Template = TemplateRef{}
	if tidy(t.Title) == "" {
		t.Title = t.Name
	}
	t.Tidy()
	wrong := InvalidError{}
	if err := t.Plan.Check(); err != nil && !errors.As(err, &wrong) {
		return err
	}
	if bad := badText(t.Name, longTitle, false); bad != "" {
		wrong["name"] = bad
	}
	if t.Name == "" {
		wrong["name"] = "Give the template a name."
	}
	if t.Duration <= 0 || t.Duration > LongestWindow {
		wrong["duration"] = "Say how long a window of it lasts: more than nothing, at most 14 days."
	}
	return wrong.Err()
}

// happened raises the version and makes the event of a change.
func (t *Template) happened(by Person, now time.Time, kind EventKind, text string) Event {
	t.Version++
	t.Updated = now
	return Event{At: now, Actor: by.Email, Via: by.Via, Kind: kind, Text: text, Data: Facts{Subject: t.ID}}
}

// Add makes the template one that is kept. One that comes pre-approved by its
// author is refused.
func (t *Template) Add(id string, by Person, now time.Time) (Event, error) {
	if err := t.Check(); err != nil {
		return Event{}, err
	}
	if t.ApprovedBy != "" {
		return Event{}, errOwnTemplate
	}
	t.ID, t.Editor, t.Created, t.Version = id, by.Email, now, 0
	return t.happened(by, now, TemplateKept, fmt.Sprintf("%s added the template %q.", by.Name, t.Name)), nil
}

// Change makes the template what to says, and its pre-approval falls away. A
// change of nothing is none: its event has no kind, and is not to be kept.
func (t *Template) Change(to Template, by Person, now time.Time) (Event, error) {
	if err := to.Check(); err != nil {
		return Event{}, err
	}
	material, wording := t.differences(to.Plan)
	changed := append(material, wording...)
	if t.Duration != to.Duration {
		changed = append(changed, "duration")
	}
	if t.Name != to.Name {
		changed = append(changed, "name")
	}
	if len(changed) == 0 {
		return Event{}, nil
	}
	text := fmt.Sprintf("%s changed %s of the template %q.", by.Name, strings.Join(changed, ", "), t.Name)
	if t.ApprovedBy != "" {
		text += fmt.Sprintf(" Its pre-approval by %s fell away.", t.ApprovedBy)
	}
	t.Name, t.Plan, t.Duration, t.Editor = to.Name, to.Plan, to.Duration, by.Email
	t.lapse()
	ev := t.happened(by, now, TemplateKept, text)
	ev.Data.Changed = changed
	return ev, nil
}

func (t *Template) lapse() { t.ApprovedBy, t.ApprovedAt, t.ReviewBy = "", time.Time{}, time.Time{} }

// errOwnTemplate keeps people from pre-approving what they wrote.
var errOwnTemplate = shut("pre-approve", CodeOwnRequest, "You changed this template last: ask another approver to pre-approve it.")

// PreApprove lets standard windows inside the template's limits be scheduled
// without an approval of their own, until the review date, at most 12 months
// ahead. It takes an approver who is not the template's last editor.
func (t *Template) PreApprove(by Person, now, reviewBy time.Time) (Event, error) {
	if !by.Role.May(Approver) {
		return Event{}, &ForbiddenError{"Only approvers pre-approve templates."}
	}
	if by.Email == t.Editor {
		return Event{}, errOwnTemplate
	}
	switch {
	case t.Kind == Emergency:
		return Event{}, InvalidError{"kind": "An emergency is approved after the fact: its template cannot be pre-approved."}
	case reviewBy.IsZero():
		return Event{}, InvalidError{"review_by": "Say until when: a day at most 12 months ahead, on which it is looked at again."}
	case !now.Before(reviewBy):
		return Event{}, InvalidError{"review_by": "The review date has passed already."}
	case reviewBy.After(now.AddDate(0, 12, 0)):
		return Event{}, InvalidError{"review_by": "The review date is at most 12 months ahead."}
	}
	t.ApprovedBy, t.ApprovedAt, t.ReviewBy = by.Email, now, reviewBy.UTC().Truncate(time.Second)
	return t.happened(by, now, TemplateApproved, fmt.Sprintf("%s pre-approved the template %q until %s.", by.Name, t.Name, dated(t.ReviewBy, t.TimeZone))), nil
}

// Withdraw takes the pre-approval back; where there is none, there is no event.
func (t *Template) Withdraw(by Person, now time.Time) (Event, error) {
	if t.ApprovedBy == "" {
		return Event{}, nil
	}
	t.lapse()
	return t.happened(by, now, TemplateWithdrawn, fmt.Sprintf("%s withdrew the pre-approval of the template %q.", by.Name, t.Name)), nil
}

// Forget is the event of deleting the template. Windows that were booked from
// it keep what they have.
func (t Template) Forget(by Person, now time.Time) Event {
	return t.happened(by, now, TemplateDeleted, fmt.Sprintf("%s deleted the template %q.", by.Name, t.Name))
}

// dated is a moment as the log writes the end of a pre-approval.
func dated(t time.Time, zone string) string {
	return InZone(t, zone).Format("Mon 2 Jan 2006 15:04 MST")
}
