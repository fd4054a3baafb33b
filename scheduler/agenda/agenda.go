// Package agenda keeps the windows, services, stakeholders and settings, and
// the log of everything that happened. Every call that changes something does
// four things in one transaction: it loads, it lets scheduler decide, it keeps
// what was decided, and it records the event.
//
// A window is kept as a document beside the columns that queries ask for, and
// its checks as rows, since triggers guard them; not all in columns, because
// nothing asks for the rest.
package agenda

import (
	"context"
	"fmt"
	"time"

	"lull/scheduler"
	"lull/scheduler/store"
)

// Agenda is the book of windows.
type Agenda struct{ db *store.DB }

// New opens the agenda that db holds.
func New(db *store.DB) *Agenda { return &Agenda{db} }

// View is a window and what there is to say of it at one moment.
type View struct {
	scheduler.Window
	Affected      []scheduler.Service // the services it touches
	Conflicts     []scheduler.Conflict
	Told          scheduler.Told
	Next          string             // the verb it needs next, "" when final
	Reasons       []scheduler.Reason // what holds that verb's gate shut
	Approval      []scheduler.Reason // why a standard window needs the approval that a template could spare it
	Late, Overrun bool
	DecideBy      time.Time // zero: there is none
	Now           time.Time
	Under         scheduler.Policy // the policy that holds for it
	CallsNext     []string         // whom the clock calls next for help, if nobody takes it up
	CallsAt       time.Time        // and when; zero: it calls nobody
}

// decision changes a window, or says why not.
type decision func(w *scheduler.Window, s scheduler.Scene) (scheduler.Event, error)

// change lets decide change one window, and keeps both it and the event.
func (a *Agenda) change(ctx context.Context, ref string, version int, by scheduler.Person, decide decision) (v View, err error) {
	return a.changeAs(ctx, ref, version, func(w scheduler.Window) scheduler.Window { return w }, by, decide)
}

// changeAs is change, deciding on the scene of the window as it would be.
func (a *Agenda) changeAs(ctx context.Context, ref string, version int, planned func(scheduler.Window) scheduler.Window, by scheduler.Person, decide decision) (v View, err error) {
	err = a.db.Update(ctx, func(tx *store.Tx) error {
		w, err := window(tx, ref)
		if err != nil {
			return err
		}
		if version > 0 && version != w.Version {
			return scheduler.ErrStale
		}
		s, err := scene(tx, planned(w), by)
		if err != nil {
			return err
		}
		was := w
		ev, err := decide(&w, s)
		if err != nil {
			return err
		}
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

// settled is the window as it stands after a change, once those it collides
// with were looked at again.
func settled(tx *store.Tx, w scheduler.Window, by scheduler.Person) (View, error) {
	v, err := view(tx, w)
	if err != nil {
		return v, err
	}
	return v, recheck(tx, []View{v}, by)
}

// scene gathers what a verb on w must know.
func scene(tx *store.Tx, w scheduler.Window, by scheduler.Person) (scheduler.Scene, error) {
	set, err := SettingsIn(tx)
	if err != nil {
		return scheduler.Scene{}, err
	}
	views, err := viewsUnder(tx, []scheduler.Window{w}, set)
	if err != nil {
		return scheduler.Scene{}, err
	}
	to, err := Recipients(tx, w, scheduler.AnnounceScheduled)
	if err != nil {
		return scheduler.Scene{}, err
	}
	from, err := templatesFor(tx, []scheduler.Window{w})
	if err != nil {
		return scheduler.Scene{}, err
	}
	return scheduler.Scene{
		By: by, Now: tx.Now, Services: views[0].Affected, Conflicts: views[0].Conflicts, Policy: set.Policy,
		Template: from[w.Template.ID], Told: views[0].Told, Recipients: len(to), NewID: tx.NewID,
		EscalateAfter: set.EscalateAfter,
	}, nil
}

func view(tx *store.Tx, w scheduler.Window) (View, error) {
	vs, err := views(tx, []scheduler.Window{w})
	if err != nil {
		return View{}, err
	}
	return vs[0], nil
}

func views(tx *store.Tx, ws []scheduler.Window) ([]View, error) {
	set, err := SettingsIn(tx)
	if err != nil {
		return nil, err
	}
	return viewsUnder(tx, ws, set)
}

// viewsUnder says what there is to say of the windows in a fixed number of
// queries, however many they are.
func viewsUnder(tx *store.Tx, ws []scheduler.Window, set scheduler.Settings) ([]View, error) {
	if len(ws) == 0 {
		return nil, nil
	}
	near, err := around(tx, ws)
	if err != nil {
		return nil, err
	}
	return viewsNear(tx, ws, set, near)
}

// viewsNear is viewsUnder where it is known what could stand in the way.
func viewsNear(tx *store.Tx, ws []scheduler.Window, set scheduler.Settings, near scheduler.Around) ([]View, error) {
	told, err := toldOf(tx, ws)
	if err != nil {
		return nil, err
	}
	from, err := templatesFor(tx, ws)
	if err != nil {
		return nil, err
	}
	vs := make([]View, len(ws))
	for i, w := range ws {
		v := View{Window: w, Told: told[w.ID], Now: tx.Now, Late: w.Late(tx.Now), Overrun: w.Overrun(tx.Now), Under: w.PolicyUnder(set.Policy)}
		v.DecideBy, _ = w.DecideBy()
		v.Affected = near.Graph.Of(w.Slugs())
		v.Conflicts = w.Conflicts(near, v.Under, tx.Now)
		s := scheduler.Scene{
			Now: tx.Now, Services: v.Affected, Conflicts: v.Conflicts, Policy: set.Policy, Template: from[w.Template.ID], Told: v.Told, Recipients: 1,
		}
		v.Next, v.Reasons = w.Gate(s)
		v.CallsNext, v.CallsAt = w.NextCall(scheduler.DutyFor(w, v.Affected, set.EscalateAfter), tx.Now)
		v.Approval = w.WhyApproval(s)
		vs[i] = v
	}
	return vs, nil
}

// holes is "$from, $from+1, …" for n arguments; NULL for none, which matches nothing.
func holes(from, n int) string {
	if n == 0 {
		return "NULL"
	}
	var b []byte
	for i := range n {
		if i > 0 {
			b = append(b, ", "...)
		}
		b = fmt.Appendf(b, "$%d", from+i)
	}
	return string(b)
}

func anys[T any](all []T) []any {
	out := make([]any, len(all))
	for i, one := range all {
		out[i] = one
	}
	return out
}
