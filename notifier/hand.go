package notifier

import (
	"context"
	"fmt"
	"time"

	"lull/scheduler"
	"lull/scheduler/agenda"
	"lull/scheduler/store"
)

// Retry makes a delivery that ended without being accepted due now, or one that
// waits for its next attempt.
func (n *Notifier) Retry(ctx context.Context, id string, by scheduler.Person) (Delivery, error) {
	return n.turn(ctx, id, by, "retried", func(tx *store.Tx, d Delivery) error {
		switch d.State {
		case Deferred, InDoubt, Failed, Expired, Cancelled, Suppressed:
		default:
			return &scheduler.GateError{Gate: "retry", Reasons: []scheduler.Reason{{
				Code: scheduler.CodeState, Detail: fmt.Sprintf("A delivery that is %s cannot be tried again.", d.State),
			}}}
		}
		next := Queued
		if d.State == InDoubt {
			next = InDoubt
		}
		_, err := tx.Exec(`
			UPDATE deliveries SET state = $2, reason = '', next_at = $3, gen = gen + 1,
				expires_at = CASE WHEN expires_at > $4 THEN expires_at ELSE $4 END
			WHERE id = $1`, id, next, store.At(tx.Now), store.At(tx.Now.Add(time.Hour)))
		return err
	})
}

// Cancel stops a delivery that waits.
func (n *Notifier) Cancel(ctx context.Context, id string, by scheduler.Person) (Delivery, error) {
	return n.turn(ctx, id, by, "cancelled", func(tx *store.Tx, d Delivery) error {
		if d.State != Queued && d.State != Deferred && d.State != InDoubt {
			return &scheduler.GateError{Gate: "cancel", Reasons: []scheduler.Reason{{
				Code: scheduler.CodeState, Detail: fmt.Sprintf("A delivery that is %s cannot be cancelled.", d.State),
			}}}
		}
		return end(tx, id, Cancelled, "cancelled by "+by.Name)
	})
}

// turn changes one delivery by hand, and records who did it.
func (n *Notifier) turn(ctx context.Context, id string, by scheduler.Person, did string, change func(*store.Tx, Delivery) error) (d Delivery, err error) {
	err = n.db.Update(ctx, func(tx *store.Tx) (err error) {
		if d, err = one(tx, id); err != nil {
			return err
		}
		if err := change(tx, d); err != nil {
			return err
		}
		if d, err = one(tx, id); err != nil {
			return err
		}
		return agenda.Record(tx, scheduler.Event{
			WindowID: d.WindowID, Actor: by.Email, Via: by.Via, Kind: scheduler.DeliveriesSettled,
			Text: fmt.Sprintf("%s %s the delivery of %q to %s.", by.Name, did, d.Kind, d.Address), Data: scheduler.Facts{Subject: d.Address},
		})
	})
	return d, err
}
