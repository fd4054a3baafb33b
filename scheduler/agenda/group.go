package agenda

import (
	"errors"
	"slices"

	"lull/scheduler"
	"lull/scheduler/store"
)

// group is windows of one series, and what the verb that they go through
// together must know of the world around each.
type group struct {
	ws     []scheduler.Window
	scenes []scheduler.Scene
}

// grouped gathers the scene of each window as it is, or is to be. That one
// stands in the way of another is left aside: they move together, and the dates
// of a series do not overlap; so are those that aside names, which give way. It
// costs a fixed number of queries.
func grouped(tx *store.Tx, ws []scheduler.Window, by scheduler.Person, aside ...scheduler.Window) (c group, err error) {
	c.ws = ws
	if len(ws) == 0 {
		return c, nil
	}
	set, err := SettingsIn(tx)
	if err != nil {
		return c, err
	}
	near, err := around(tx, ws)
	if err != nil {
		return c, err
	}
	mine := make(map[string]bool, len(ws))
	for _, w := range append(slices.Clone(aside), ws...) {
		mine[w.ID] = true
	}
	for _, held := range []map[string][]scheduler.Held{near.Held, near.Led} {
		for what, by := range held {
			held[what] = slices.DeleteFunc(by, func(h scheduler.Held) bool { return mine[h.Window] })
		}
	}
	vs, err := viewsNear(tx, ws, set, near)
	if err != nil {
		return c, err
	}
	from, err := templatesFor(tx, ws)
	if err != nil {
		return c, err
	}
	to, err := Recipients(tx, ws[0], scheduler.AnnounceScheduled)
	if err != nil {
		return c, err
	}
	for i, v := range vs {
		c.scenes = append(c.scenes, scheduler.Scene{
			By: by, Now: tx.Now, Services: v.Affected, Conflicts: v.Conflicts, Policy: set.Policy, Told: v.Told,
			Template: from[ws[i].Template.ID], Recipients: len(to), NewID: tx.NewID,
		})
	}
	return c, nil
}

// each lets decide change every window, and answers with all that happened; or
// with every reason of every window not to, as one GateError.
func (c group) each(decide func(w *scheduler.Window, s scheduler.Scene) (scheduler.Event, error)) ([]scheduler.Event, error) {
	evs := make([]scheduler.Event, 0, len(c.ws))
	shut := &scheduler.GateError{}
	for i := range c.ws {
		ev, err := decide(&c.ws[i], c.scenes[i])
		var gate *scheduler.GateError
		switch {
		case errors.As(err, &gate):
			shut.Gate = gate.Gate
			for _, r := range gate.Reasons {
				r.Occurrence = c.ws[i].Occurrence
				shut.Reasons = append(shut.Reasons, r)
			}
			for _, one := range gate.Conflicts {
				one.Occurrence = c.ws[i].Occurrence
				shut.Conflicts = append(shut.Conflicts, one)
			}
		case err != nil:
			return nil, err
		default:
			evs = append(evs, ev)
		}
	}
	if len(shut.Reasons) > 0 {
		shut.Reasons = c.worded(shut.Reasons)
		return nil, shut
	}
	return evs, nil
}

// worded says once what holds for every window, and of which it is what holds
// for some.
func (c group) worded(reasons []scheduler.Reason) (all []scheduler.Reason) {
	of := map[string]int{}
	for _, r := range reasons {
		of[r.Code+r.Detail]++
	}
	said := map[string]bool{}
	for _, r := range reasons {
		name := r.Code + r.Detail
		if of[name] < len(c.ws) || len(c.ws) == 1 {
			r.Detail = scheduler.Said(r.Occurrence) + ": " + r.Detail
			all = append(all, r)
			continue
		}
		if !said[name] {
			said[name] = true
			r.Occurrence = ""
			all = append(all, r)
		}
	}
	return all
}

// views is the windows as they are after the verb, for those that they collide with.
func (c group) views() []View {
	vs := make([]View, len(c.ws))
	for i, w := range c.ws {
		vs[i] = View{Window: w, Conflicts: c.scenes[i].Conflicts}
	}
	return vs
}

// chosen picks the windows that a verb of their series is for.
func chosen(all []scheduler.Window, ask func(scheduler.Window) bool) (some []scheduler.Window) {
	for _, w := range all {
		if ask(w) {
			some = append(some, w)
		}
	}
	return some
}

// among counts the windows in the state.
func among(ws []scheduler.Window, s scheduler.State) (n int) {
	for _, w := range ws {
		if w.State == s {
			n++
		}
	}
	return n
}
