package agenda

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"lull/scheduler"
	"lull/scheduler/store"
)

// SeriesEdit is a change of a series.
type SeriesEdit struct {
	From    string                        // the occurrence from which on another series takes over; empty: all to come changes
	Apply   func(*scheduler.Series) error // may run twice
	Approve bool                          // approve in the same act
	Reason  string
}

// ChangeSeries changes a series and its windows to come. Those that have
// started, are over, or were changed by themselves stay as they are, and each
// keeps its window where its day stays. What asks for approval again asks once.
func (a *Agenda) ChangeSeries(ctx context.Context, id string, version int, e SeriesEdit, by scheduler.Person) (v SeriesView, err error) {
	err = a.db.Update(ctx, func(tx *store.Tx) error {
		s, all, err := presentSeries(tx, id, version, "change")
		if err != nil {
			return err
		}
		t := turn{was: s, names: map[string]string{}, now: scheduler.Scene{By: by, Now: tx.Now, NewID: tx.NewID}, edit: e}
		if err := t.plan(tx, all); err != nil {
			return err
		}
		if err := t.decide(tx); err != nil {
			return err
		}
		if err := t.keep(tx); err != nil {
			return err
		}
		v, err = seriesView(tx, t.next)
		v.Left = t.left
		return err
	})
	return v, err
}

// turn is a series that is being changed.
type turn struct {
	was, next scheduler.Series
	now       scheduler.Scene
	edit      SeriesEdit

	split   bool
	open    []scheduler.Window     // that change
	to      []scheduler.Occurrence // what each of them becomes
	dropped []scheduler.Window     // whose date is no more
	moved   []scheduler.Window     // that only come under the series that takes over, or get a new name
	names   map[string]string      // the new names of windows, by their id
	fresh   []scheduler.Occurrence // without a window yet
	left    []string               // changed by themselves, and left alone

	c        group // those of open that change or are approved, and then the fresh ones
	changed  int   // how many of c are not fresh
	waits    int   // how many besides wait for approval as before
	old      []scheduler.Window
	gone     []scheduler.Window // of dropped, cancelled
	goneWere []scheduler.Window
	forgot   []scheduler.Window // of dropped, drafts that nobody was told of
	evs      []scheduler.Event  // of the windows
	said     []scheduler.Event  // of the series
}

// plan finds what the series is to be, and what becomes of each window.
func (t *turn) plan(tx *store.Tx, all []scheduler.Window) error {
	t.next = cloned(t.was)
	if err := t.take(all); err != nil {
		return err
	}
	had := t.next
	if err := t.edit.Apply(&t.next); err != nil {
		return err
	}
	n := &t.next
	n.ID, n.State, n.Requester, n.Policy, n.Approvals = had.ID, had.State, had.Requester, had.Policy, had.Approvals
	n.Template = had.Template
	n.ReviewBy, n.MadeUntil, n.Version, n.Created, n.ConflictReason = had.ReviewBy, had.MadeUntil, had.Version, had.Created, had.ConflictReason
	if t.split {
		n.ID, n.Version, n.Created = tx.NewID(), 0, tx.Now
	}
	n.KeepLeftOut(had)
	_, dates, err := planned(tx, n)
	if err != nil {
		return err
	}
	if len(dates) == 0 {
		return scheduler.InvalidError{"rrule": fmt.Sprintf("Nothing would occur in the next %d days: end the series instead.", scheduler.Horizon)}
	}
	if err := givenBack(had, all, dates); err != nil {
		return err
	}
	n.MadeUntil = horizon(tx.Now)
	t.sort(had, all, dates)
	return nil
}

// givenBack refuses to take back that a date was skipped, once its window was
// cancelled: that is what people were told, and what their calendars show.
func givenBack(had scheduler.Series, all []scheduler.Window, dates []scheduler.Occurrence) error {
	for _, w := range all {
		skipped := slices.Contains(had.ExDates, w.Occurrence) || slices.Contains(had.ExDates, scheduler.Day(w.Occurrence))
		again := slices.ContainsFunc(dates, func(d scheduler.Occurrence) bool { return d.Local == w.Occurrence })
		if w.State == scheduler.Cancelled && skipped && again {
			return scheduler.InvalidError{"exdates": fmt.Sprintf(
				"The date of %s was skipped, and %s stays cancelled: book a window of its own for it.", scheduler.Said(w.Occurrence), w.Name())}
		}
	}
	return nil
}

// take prepares the series that takes over from an occurrence on.
func (t *turn) take(all []scheduler.Window) error {
	from := strings.TrimSpace(t.edit.From)
	if from == "" {
		return nil
	}
	rule, err := seriesRule(t.was)
	if err != nil {
		return err
	}
	if !rule.Includes(from) && !slices.ContainsFunc(all, func(w scheduler.Window) bool { return w.Occurrence == from }) {
		return scheduler.InvalidError{"from": "The series has no such occurrence: give its name, such as 2026-12-13T02:00."}
	}
	next, until, err := SeriesFrom(t.was, from)
	if err == nil && until != nil {
		t.split, t.was, t.next = true, *until, next
	}
	return err
}

// from is the occurrence from which on another series takes over, in words.
func (t *turn) from() string { return scheduler.Said(strings.TrimSpace(t.edit.From)) }

// sort says what becomes of each window, and which dates have none yet; had is
// the series before it was edited.
func (t *turn) sort(had scheduler.Series, all []scheduler.Window, dates []scheduler.Occurrence) {
	of, free := standing(had, t.next, all, dates)
	for _, w := range all {
		d, stands := of[w.ID]
		mine := !t.split || w.Occurrence > t.was.Until
		switch ahead := !w.State.Final() && !w.State.Running() && w.Start.After(t.now.Now); {
		case !mine:
		case ahead && !w.Detached && stands:
			t.open, t.to = append(t.open, w), append(t.to, d)
		case ahead && !w.Detached:
			t.dropped = append(t.dropped, w)
		default:
			if ahead {
				t.left = append(t.left, w.Name())
			}
			if stands && d.Local != w.Occurrence {
				t.names[w.ID] = d.Local
			}
			if t.split || t.names[w.ID] != "" {
				t.moved = append(t.moved, w)
			}
		}
	}
	t.fresh = t.shifted(free)
}

// shifted gives the windows whose date is no more another new date of their day,
// as where a date that was added comes at another hour; it returns what is left.
func (t *turn) shifted(free []scheduler.Occurrence) []scheduler.Occurrence {
	gone := t.dropped
	t.dropped = nil
	for _, w := range gone {
		i := slices.IndexFunc(free, func(d scheduler.Occurrence) bool { return scheduler.Day(d.Local) == scheduler.Day(w.Occurrence) })
		if i < 0 {
			t.dropped = append(t.dropped, w)
			continue
		}
		t.open, t.to = append(t.open, w), append(t.to, free[i])
		free = slices.Delete(free, i, i+1)
	}
	return free
}
