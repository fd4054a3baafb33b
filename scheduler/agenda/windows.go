package agenda

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"lull/scheduler"
	"lull/scheduler/store"
)

// Submission says whether a new window is submitted as it is booked, and why
// in spite of conflicts.
type Submission struct {
	Now    bool
	Reason string
}

// Book makes a draft of the plan and, if asked, submits it in the same
// transaction.
func (a *Agenda) Book(ctx context.Context, plan scheduler.Plan, sub Submission, by scheduler.Person) (v View, err error) {
	err = a.db.Update(ctx, func(tx *store.Tx) error {
		w, ev, err := draft(tx, plan, by)
		if err != nil {
			return err
		}
		if err := keep(tx, w, nil); err != nil {
			return err
		}
		if err := Record(tx, ev); err != nil {
			return err
		}
		if sub.Now {
			s, err := scene(tx, w, by)
			if err != nil {
				return err
			}
			was := w
			if ev, err = w.Submit(s, sub.Reason); err != nil {
				return err
			}
			if err := keep(tx, w, &was); err != nil {
				return err
			}
			if err := Record(tx, ev); err != nil {
				return err
			}
		}
		v, err = settled(tx, w, by)
		return err
	})
	return v, err
}

// draft is a new window of the plan, not yet kept.
func draft(tx *store.Tx, plan scheduler.Plan, by scheduler.Person) (scheduler.Window, scheduler.Event, error) {
	var number int
	if err := tx.Row(`SELECT coalesce(max(number), 0) + 1 FROM windows`).Scan(&number); err != nil {
		return scheduler.Window{}, scheduler.Event{}, fmt.Errorf("agenda: next number: %w", err)
	}
	if err := nameTemplate(tx, &plan); err != nil {
		return scheduler.Window{}, scheduler.Event{}, err
	}
	w, ev, err := scheduler.New(number, plan, scheduler.Scene{By: by, Now: tx.Now, NewID: tx.NewID})
	if err != nil {
		return w, ev, err
	}
	return w, ev, known(tx, w.Plan)
}

// known refuses a plan that names people or services that are not there.
func known(tx *store.Tx, p scheduler.Plan) error {
	wrong := scheduler.InvalidError{}
	have, err := ServicesOf(tx, p.Slugs())
	if err != nil {
		return err
	}
	if gone := missing(p.Slugs(), have); gone != "" {
		wrong["services"] = gone
	}
	if p.Lead != "" {
		var n int
		if err := tx.Row(`SELECT count(*) FROM people WHERE email = $1 AND NOT (disabled = $2)`, p.Lead, true).Scan(&n); err != nil {
			return fmt.Errorf("agenda: lead: %w", err)
		}
		if n == 0 {
			wrong["lead"] = fmt.Sprintf("There is nobody here by the address %q.", p.Lead)
		}
	}
	return wrong.Err()
}

// Recipient is somebody an announcement would go to.
type Recipient struct{ Email, Name, TimeZone string }

// Zones is how many time zones the recipients of a window are told its times
// in; who has none of their own is told in the window's.
func Zones(to []Recipient, window string) int {
	in := map[string]bool{}
	for _, one := range to {
		in[cmp.Or(one.TimeZone, window)] = true
	}
	return len(in)
}

// Preview is what booking the plan would give, without keeping anything: the
// window with its conflicts and its gate, and who would be told.
func (a *Agenda) Preview(ctx context.Context, plan scheduler.Plan, by scheduler.Person) (v View, to []Recipient, err error) {
	err = a.db.View(ctx, func(tx *store.Tx) error {
		w, _, err := draft(tx, plan, by)
		if err != nil {
			return err
		}
		if v, err = view(tx, w); err != nil {
			return err
		}
		people, err := Recipients(tx, w, scheduler.AnnounceScheduled)
		for _, s := range people {
			to = append(to, Recipient{s.Email, s.Name, s.TimeZone})
		}
		return err
	})
	return v, to, err
}

// Edit is a change of a window's plan.
type Edit struct {
	Apply   func(*scheduler.Plan) error // may run twice
	Approve bool                        // approve in the same act
	Reason  string
}

// Change edits or moves a window that has not started.
func (a *Agenda) Change(ctx context.Context, ref string, version int, e Edit, by scheduler.Person) (v View, err error) {
	err = a.db.Update(ctx, func(tx *store.Tx) error {
		w, err := window(tx, ref)
		if err != nil {
			return err
		}
		if version > 0 && version != w.Version {
			return scheduler.ErrStale
		}
		plan := w.Plan
		plan.Services, plan.Checks = slices.Clone(w.Services), slices.Clone(w.Checks)
		plan.Links, plan.Reminders, plan.Recipients = slices.Clone(w.Links), slices.Clone(w.Reminders), slices.Clone(w.Recipients)
		if err := e.Apply(&plan); err != nil {
			return err
		}
		plan.Template = w.Template
		plan.Tidy()
		if err := plan.Check(); err != nil {
			return err
		}
		if err := known(tx, plan); err != nil {
			return err
		}
		planned := w
		planned.Plan = plan
		s, err := scene(tx, planned, by)
		if err != nil {
			return err
		}
		was := w
		ev, err := w.Change(s, scheduler.Edit{Plan: plan, Reason: e.Reason, Approve: e.Approve})
		if err != nil {
			return err
		}
		w.Detached = w.Detached || w.Series != "" && len(ev.Data.Changed) > 0
		if err := keep(tx, w, &was); err != nil {
			return err
		}
		if err := Record(tx, ev); err != nil {
			return err
		}
		v, err = settled(tx, w, by)
		return err
	})
	return v, err
}

// Delete forgets a draft that was never announced; the log keeps that it was.
func (a *Agenda) Delete(ctx context.Context, ref string, version int, by scheduler.Person) error {
	return a.db.Update(ctx, func(tx *store.Tx) error {
		w, err := window(tx, ref)
		if err != nil {
			return err
		}
		if version > 0 && version != w.Version {
			return scheduler.ErrStale
		}
		ev, err := w.Forget(scheduler.Scene{By: by, Now: tx.Now})
		if err != nil {
			return err
		}
		if err := forgetAll(tx, []scheduler.Window{w}); err != nil {
			return err
		}
		if err := leaveOut(tx, w); err != nil {
			return err
		}
		return Record(tx, ev)
	})
}

// Submit asks for the window, in spite of conflicts if a reason is given.
func (a *Agenda) Submit(ctx context.Context, ref string, version int, reason string, by scheduler.Person) (View, error) {
	return a.change(ctx, ref, version, by, func(w *scheduler.Window, s scheduler.Scene) (scheduler.Event, error) { return w.Submit(s, reason) })
}

// Approve adds an approval.
func (a *Agenda) Approve(ctx context.Context, ref string, version int, yes scheduler.Yes, by scheduler.Person) (View, error) {
	return a.change(ctx, ref, version, by, func(w *scheduler.Window, s scheduler.Scene) (scheduler.Event, error) { return w.Approve(s, yes) })
}

// Reject says no, and why.
func (a *Agenda) Reject(ctx context.Context, ref string, version int, reason string, by scheduler.Person) (View, error) {
	return a.change(ctx, ref, version, by, func(w *scheduler.Window, s scheduler.Scene) (scheduler.Event, error) { return w.Reject(s, reason) })
}

// Cancel calls a window off.
func (a *Agenda) Cancel(ctx context.Context, ref string, version int, reason string, by scheduler.Person) (View, error) {
	return a.change(ctx, ref, version, by, func(w *scheduler.Window, s scheduler.Scene) (scheduler.Event, error) { return w.Cancel(s, reason) })
}

// Start begins the work, through the start gate.
func (a *Agenda) Start(ctx context.Context, ref string, version int, g scheduler.Go, by scheduler.Person) (View, error) {
	return a.change(ctx, ref, version, by, func(w *scheduler.Window, s scheduler.Scene) (scheduler.Event, error) { return w.Begin(s, g) })
}

// Finish ends the work; at states an earlier time, zero: now.
func (a *Agenda) Finish(ctx context.Context, ref string, version int, note string, at time.Time, by scheduler.Person) (View, error) {
	return a.change(ctx, ref, version, by, func(w *scheduler.Window, s scheduler.Scene) (scheduler.Event, error) { return w.Finish(s, note, at) })
}

// Advance begins the next stage.
func (a *Agenda) Advance(ctx context.Context, ref string, version int, n scheduler.Next, by scheduler.Person) (View, error) {
	return a.change(ctx, ref, version, by, func(w *scheduler.Window, s scheduler.Scene) (scheduler.Event, error) { return w.Advance(s, n) })
}

// TurnBack ends the work with the later stages left out; at as in Finish.
func (a *Agenda) TurnBack(ctx context.Context, ref string, version int, note string, at time.Time, by scheduler.Person) (View, error) {
	return a.change(ctx, ref, version, by, func(w *scheduler.Window, s scheduler.Scene) (scheduler.Event, error) {
		return w.TurnBack(s, note, at)
	})
}

// Resume goes back to work.
func (a *Agenda) Resume(ctx context.Context, ref string, version int, reason string, by scheduler.Person) (View, error) {
	return a.change(ctx, ref, version, by, func(w *scheduler.Window, s scheduler.Scene) (scheduler.Event, error) { return w.Resume(s, reason) })
}

// Close ends the window for ever, through the close gate.
func (a *Agenda) Close(ctx context.Context, ref string, version int, e scheduler.End, by scheduler.Person) (View, error) {
	return a.change(ctx, ref, version, by, func(w *scheduler.Window, s scheduler.Scene) (scheduler.Event, error) { return w.Close(s, e) })
}

// Extend moves the end of a running window. What stands in the way is judged as
// it would be.
func (a *Agenda) Extend(ctx context.Context, ref string, version int, end time.Time, reason string, by scheduler.Person) (v View, err error) {
	longer := func(w scheduler.Window) scheduler.Window {
		if end.After(w.End) && end.Sub(w.Start) <= scheduler.LongestWindow {
			w.Stretch(end.UTC().Truncate(time.Second))
		}
		return w
	}
	return a.changeAs(ctx, ref, version, longer, by, func(w *scheduler.Window, s scheduler.Scene) (scheduler.Event, error) {
		return w.Extend(s, end, reason)
	})
}

// Progress says how the work goes.
func (a *Agenda) Progress(ctx context.Context, ref string, version int, text string, public bool, by scheduler.Person) (View, error) {
	return a.change(ctx, ref, version, by, func(w *scheduler.Window, s scheduler.Scene) (scheduler.Event, error) {
		return w.Progress(s, text, public)
	})
}

// Note adds an entry to the window's log.
func (a *Agenda) Note(ctx context.Context, ref string, text string, by scheduler.Person) (View, error) {
	return a.change(ctx, ref, 0, by, func(w *scheduler.Window, s scheduler.Scene) (scheduler.Event, error) { return w.Note(s, text) })
}

// Handover gives the window another lead.
func (a *Agenda) Handover(ctx context.Context, ref string, version int, lead string, by scheduler.Person) (v View, err error) {
	address, bad := scheduler.ParseAddress(lead)
	if bad != "" {
		return v, scheduler.InvalidError{"lead": "This " + bad + "."}
	}
	err = a.db.View(ctx, func(tx *store.Tx) error { return known(tx, scheduler.Plan{Lead: address}) })
	if err != nil {
		return v, err
	}
	return a.change(ctx, ref, version, by, func(w *scheduler.Window, s scheduler.Scene) (scheduler.Event, error) { return w.HandOver(s, address) })
}

// Acknowledge says that somebody takes care of a late or overrunning window.
func (a *Agenda) Acknowledge(ctx context.Context, ref string, version int, note string, by scheduler.Person) (View, error) {
	return a.change(ctx, ref, version, by, func(w *scheduler.Window, s scheduler.Scene) (scheduler.Event, error) { return w.Acknowledge(s, note) })
}

// Escalate calls the next people.
func (a *Agenda) Escalate(ctx context.Context, ref string, version int, reason string, by scheduler.Person) (View, error) {
	return a.change(ctx, ref, version, by, func(w *scheduler.Window, s scheduler.Scene) (scheduler.Event, error) { return w.Escalate(s, reason) })
}

// Answer appends a result to a check.
func (a *Agenda) Answer(ctx context.Context, ref, check string, r scheduler.Result, by scheduler.Person) (View, error) {
	return a.change(ctx, ref, 0, by, func(w *scheduler.Window, s scheduler.Scene) (scheduler.Event, error) { return w.Answer(s, check, r) })
}
