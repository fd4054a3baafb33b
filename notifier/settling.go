package notifier

import (
	"context"
	"fmt"

	"lull/scheduler"
	"lull/scheduler/agenda"
	"lull/scheduler/store"
)

// Hurry announces at once an edit that still settles.
func (n *Notifier) Hurry(ctx context.Context, window, id string, by scheduler.Person) error {
	return n.settling(ctx, window, id, by, "sent %q without waiting for the next edit.", func(tx *store.Tx) error {
		_, err := tx.Exec(`UPDATE announcements SET due_at = $2 WHERE id = $1`, id, store.At(tx.Now))
		return err
	})
}

// Discard announces nothing of an edit that still settles: stakeholders keep
// what they know, and the start gate counts what they know.
func (n *Notifier) Discard(ctx context.Context, window, id string, by scheduler.Person) error {
	return n.settling(ctx, window, id, by, "discarded %q: stakeholders keep what they know.", func(tx *store.Tx) error {
		return drop(tx, id, "discarded by "+by.Name+": stakeholders keep what they know")
	})
}

// settling changes an announcement that waits for the next edit, and records
// who did it. Errors: scheduler.ErrNotFound, *scheduler.GateError when it waits
// no more.
func (n *Notifier) settling(ctx context.Context, window, id string, by scheduler.Person, did string, change func(*store.Tx) error) error {
	return n.db.Update(ctx, func(tx *store.Tx) error {
		w, err := agenda.WindowIn(tx, window)
		if err != nil {
			return err
		}
		found, err := store.Rows(tx, scanReadAnnouncement, readAnnouncementColumns+`WHERE a.id = $1 AND t.window_id = $2`, id, w.ID)
		if err != nil {
			return fmt.Errorf("notifier: settling: %w", err)
		}
		switch {
		case len(found) == 0:
			return scheduler.ErrNotFound
		case !found[0].Settling():
			return refused("announce", "This no longer waits: look at who was told.")
		}
		if err := change(tx); err != nil {
			return fmt.Errorf("notifier: settling: %w", err)
		}
		return agenda.Record(tx, scheduler.Event{
			WindowID: w.ID, Actor: by.Email, Via: by.Via, Kind: scheduler.DeliveriesSettled,
			Text: by.Name + " " + fmt.Sprintf(did, found[0].Kind),
		})
	})
}

// Settling reports whether a still waits for the next edit, so that it can be
// sent at once or discarded.
func (a Announcement) Settling() bool {
	return a.State == "pending" && waits(scheduler.Announcement(a.Kind))
}
