package notifier

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"lull/scheduler"
	"lull/scheduler/agenda"
	"lull/scheduler/store"
)

// Retry makes a delivery that ended without being accepted due now, or one that
// waits for its next attempt. An address that wants no mail, or that mail
// servers refuse, is not tried again before that is lifted.
func (n *Notifier) Retry(ctx context.Context, id string, by scheduler.Person) (Delivery, error) {
	return n.turn(ctx, id, by, "retried", func(tx *store.Tx, d Delivery) error {
		if !d.Retriable() {
			return refused("retry", fmt.Sprintf("A delivery that is %s cannot be tried again.", d.State))
		}
		if d.AnnouncementID != "" {
			words, err := silenced(tx, d.Address)
			if err != nil {
				return err
			}
			if words != "" {
				return refused("retry", "This address is not written to: "+words+".")
			}
		}
		return again(tx, d)
	})
}

// RetryAll retries what a filter picks and can be retried, and tells how many.
func (n *Notifier) RetryAll(ctx context.Context, f OutboxFilter, by scheduler.Person) (int, error) {
	return n.turnAll(ctx, f, by, "retried", "", func(tx *store.Tx, d Delivery) (bool, error) {
		if !d.Retriable() {
			return false, nil
		}
		if d.AnnouncementID != "" {
			if words, err := silenced(tx, d.Address); err != nil || words != "" {
				return false, err
			}
		}
		return true, again(tx, d)
	})
}

// Cancel stops a delivery that waits, for a reason.
func (n *Notifier) Cancel(ctx context.Context, id, reason string, by scheduler.Person) (Delivery, error) {
	reason, err := because(reason)
	if err != nil {
		return Delivery{}, err
	}
	return n.turn(ctx, id, by, "cancelled", func(tx *store.Tx, d Delivery) error {
		if !d.Cancellable() {
			return refused("cancel", fmt.Sprintf("A delivery that is %s cannot be cancelled.", d.State))
		}
		return end(tx, id, Cancelled, "cancelled by "+by.Name+": "+reason)
	})
}

// CancelAll stops what a filter picks and waits, for a reason, and tells how many.
func (n *Notifier) CancelAll(ctx context.Context, f OutboxFilter, reason string, by scheduler.Person) (int, error) {
	reason, err := because(reason)
	if err != nil {
		return 0, err
	}
	if f.Limit, f.Cursor = 0, ""; f == (OutboxFilter{}) {
		return 0, scheduler.InvalidError{"state": "Say first which messages: by state, kind, window, address or words."}
	}
	return n.turnAll(ctx, f, by, "cancelled", reason, func(tx *store.Tx, d Delivery) (bool, error) {
		if !d.Cancellable() {
			return false, nil
		}
		return true, end(tx, d.ID, Cancelled, "cancelled by "+by.Name+": "+reason)
	})
}

// Retriable reports whether d can be tried again by hand.
func (d Delivery) Retriable() bool {
	switch d.State {
	case Deferred, InDoubt, Failed, Expired, Cancelled, Suppressed:
		return true
	}
	return false
}

// Cancellable reports whether d still waits, so that it can be stopped.
func (d Delivery) Cancellable() bool {
	return d.State == Queued || d.State == Deferred || d.State == InDoubt
}

// because is a reason as it is kept, refused when there is none.
func because(reason string) (string, error) {
	if reason = Clean(reason); reason == "" {
		return "", scheduler.InvalidError{"reason": "Say why."}
	}
	const most = 500
	if len([]rune(reason)) > most {
		return "", scheduler.InvalidError{"reason": fmt.Sprintf("Take at most %d characters.", most)}
	}
	return reason, nil
}

func refused(gate, words string) error {
	return &scheduler.GateError{Gate: gate, Reasons: []scheduler.Reason{{Code: scheduler.CodeState, Detail: words}}}
}

// again makes d due now, and of use for a while yet.
func again(tx *store.Tx, d Delivery) error {
	next := Queued
	if d.State == InDoubt {
		next = InDoubt
	}
	_, err := tx.Exec(`
		UPDATE deliveries SET state = $2, reason = '', next_at = $3, gen = gen + 1,
			expires_at = CASE WHEN expires_at > $4 THEN expires_at ELSE $4 END
		WHERE id = $1`, d.ID, next, store.At(tx.Now), store.At(tx.Now.Add(time.Hour)))
	return err
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
		text := fmt.Sprintf("%s %s the delivery of %q to %s.", by.Name, did, d.Kind, d.Address)
		return agenda.Record(tx, scheduler.Event{
			WindowID: d.WindowID, Actor: by.Email, Via: by.Via, Kind: scheduler.DeliveriesSettled,
			Text: text, Data: scheduler.Facts{Subject: d.Address, Reason: d.Reason},
		})
	})
	return d, err
}

// turnAll changes by hand what a filter picks, and records it once for each window.
func (n *Notifier) turnAll(ctx context.Context, f OutboxFilter, by scheduler.Person, did, reason string, change func(*store.Tx, Delivery) (bool, error)) (done int, err error) {
	err = n.db.Update(ctx, func(tx *store.Tx) error {
		done = 0
		all, err := picked(tx, f, int64(1)<<62, mostPicked)
		if err != nil {
			return err
		}
		changed := map[string][]string{}
		for _, d := range all {
			ok, err := change(tx, d)
			if err != nil {
				return err
			}
			if ok {
				changed[d.WindowID] = append(changed[d.WindowID], d.Address)
				done++
			}
		}
		for _, window := range slices.Sorted(maps.Keys(changed)) {
			text := fmt.Sprintf("%s %s %d deliveries.", by.Name, did, len(changed[window]))
			if len(changed[window]) == 1 {
				text = fmt.Sprintf("%s %s the delivery to %s.", by.Name, did, changed[window][0])
			}
			slices.Sort(changed[window])
			ev := scheduler.Event{
				WindowID: window, Actor: by.Email, Via: by.Via, Kind: scheduler.DeliveriesSettled, Text: text,
				Data: scheduler.Facts{Reason: reason, Subject: strings.Join(slices.Compact(changed[window]), " ")},
			}
			if err := agenda.Record(tx, ev); err != nil {
				return err
			}
		}
		return nil
	})
	return done, err
}
