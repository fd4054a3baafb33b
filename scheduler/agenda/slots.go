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
		all, err := services(tx)
		if err != nil {
			return err
		}
		if gone := missing(q.Services, all); gone != "" {
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
		near := scheduler.Around{Graph: scheduler.NewGraph(all)}
		var on, by []want
		slugs := append(near.Graph.Upstream(q.Services...), near.Graph.Downstream(q.Services...)...)
		for _, slug := range append(slugs, q.Services...) {
			on = append(on, want{slug, q.Within})
		}
		for _, lead := range q.Leads {
			by = append(by, want{lead, q.Within})
		}
		if err := fill(tx, &near, on, by, q.Within); err != nil {
			return err
		}
		slots, reasons = q.Slots(near, set.Policy, tx.Now)
		return nil
	})
	return slots, reasons, err
}
