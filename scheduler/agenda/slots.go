package agenda

import (
	"context"

	"lull/scheduler"
	"lull/scheduler/store"
)

// Slots lists the next times that a window could take, or the reasons for which
// there are none. A malformed search is an InvalidError.
func (a *Agenda) Slots(ctx context.Context, q scheduler.Search) (slots []scheduler.Slot, reasons []scheduler.Reason, err error) {
	err = a.db.View(ctx, func(tx *store.Tx) error {
		if err := q.Check(tx.Now); err != nil {
			return err
		}
		under, err := groundOf(tx)
		if err != nil {
			return err
		}
		if gone := missing(q.Services, under.services); gone != "" {
			return scheduler.InvalidError{"service": gone}
		}
		set, err := SettingsIn(tx)
		if err != nil {
			return err
		}
		if q.Window != "" {
			w, err := window(tx, q.Window)
			if err != nil {
				return err
			}
			q.Window = w.ID
		}
		near, on, by := scheduler.Around{Graph: under.graph}, wants{}, wants{}
		for _, slug := range q.Services {
			on.near(under.graph, slug, q.Within)
		}
		for _, lead := range q.Leads {
			if err := known(tx, scheduler.Plan{Lead: lead}); err != nil {
				return err
			}
			by.add(lead, q.Within)
		}
		if err := fill(tx, &near, under, on, by, q.Within); err != nil {
			return err
		}
		slots, reasons = q.Slots(near, set.Policy, tx.Now)
		return nil
	})
	return slots, reasons, err
}
