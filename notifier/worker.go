package notifier

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"time"

	"lull/scheduler"
	"lull/scheduler/agenda"
	"lull/scheduler/store"
)

const (
	batch  = 20               // deliveries a claim takes
	lease  = 15 * time.Minute // more than one message can take, the wait for the last answer included
	spare  = 14 * time.Minute // what must be left of the lease to begin another
	closes = 10 * time.Second // for what must still be written when the caller has given up
)

// steps are the pauses after the first, second, … attempt, in first steps.
var steps = []time.Duration{1, 5, 15, 30, 60}

// Deliver sends what is due, one message after the other, with no transaction
// open while the mail server thinks. next is when there is more to do, zero
// when nothing is left. One runs at a time.
func (n *Notifier) Deliver(ctx context.Context) (next time.Time, err error) {
	n.sending.Lock()
	defer n.sending.Unlock()
	if err := n.recover(ctx); err != nil {
		return time.Time{}, fmt.Errorf("notifier: deliver: %w", err)
	}
	for {
		if until := n.Health().Until; until.After(n.db.Now()) {
			return until, nil
		}
		var claimed []delivery
		err := n.db.Update(ctx, func(tx *store.Tx) (err error) {
			claimed, next, err = n.claim(tx)
			return err
		})
		if err != nil {
			return time.Time{}, fmt.Errorf("notifier: claim deliveries: %w", err)
		}
		if len(claimed) == 0 {
			return next, nil
		}
		if err := n.send(ctx, claimed); err != nil {
			return time.Time{}, fmt.Errorf("notifier: deliver: %w", err)
		}
	}
}

// recover puts in doubt what a dead process was sending. A SQLite file has one
// server, so that at its start everything leased is a dead one's; on PostgreSQL
// only the end of the lease tells.
func (n *Notifier) recover(ctx context.Context) error {
	n.beginning.Lock()
	defer n.beginning.Unlock()
	if n.begun || n.db.Engine() != store.SQLite {
		return nil
	}
	err := n.db.Update(ctx, func(tx *store.Tx) error { return lost(tx, tx.Now.Add(lease)) })
	n.begun = err == nil
	return err
}

// lost puts in doubt what was leased until no later than the given time.
func lost(tx *store.Tx, until time.Time) error {
	_, err := tx.Exec(`
		UPDATE deliveries SET state = 'in_doubt', lease_at = NULL, next_at = $2, gen = gen + 1,
			attempts = attempts + 1, reply = 'the server stopped while it was sending this'
		WHERE state = 'sending' AND lease_at <= $1`, store.At(until), store.At(tx.Now))
	return err
}

// send carries what was claimed, and settles each. A fault, or the end of ctx,
// releases the rest.
func (n *Notifier) send(ctx context.Context, claimed []delivery) error {
	for i, d := range claimed {
		if n.limiter != nil {
			if err := n.limiter.Wait(ctx); err != nil {
				return errors.Join(n.release(ctx, claimed[i:]), err)
			}
		}
		if d.Lease.Sub(n.db.Now()) < spare {
			return n.release(ctx, claimed[i:])
		}
		out := n.opts.Carrier.Carry(ctx, n.opts.From.Email, d.To.Email, d.Raw)
		switch {
		case out.Stopped():
			return errors.Join(n.release(ctx, claimed[i:]), ctx.Err())
		case out.Fault != nil:
			n.pause(d.ID, out.Fault)
			return errors.Join(n.release(ctx, claimed[i:]), n.tellOf(ctx, claimed[:i]))
		}
		n.mend()
		if err := n.settle(ctx, d, out); err != nil {
			return errors.Join(err, n.release(ctx, claimed[i+1:]))
		}
	}
	return n.tellOf(ctx, claimed)
}

// pause stops all sending for a while, longer each time.
func (n *Notifier) pause(id string, fault error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	now := n.db.Now().UTC()
	if n.fault.Since.IsZero() {
		n.fault.Since = now
		n.opts.Log.Error("mail cannot be sent", "err", fault)
	}
	n.fault.tries++
	n.fault.Fault, n.fault.Until = fault.Error(), now.Add(n.backOff(n.fault.tries, id))
}

func (n *Notifier) mend() {
	n.mu.Lock()
	defer n.mu.Unlock()
	if !n.fault.Since.IsZero() {
		n.opts.Log.Info("mail can be sent again", "since", n.fault.Since)
	}
	n.fault = Health{}
}

// backOff is the pause after the nth attempt, a fifth more or less, so that
// what failed together is not tried together.
func (n *Notifier) backOff(nth int, id string) time.Duration {
	step := n.opts.Retry * steps[min(max(nth, 1), len(steps))-1]
	h := fnv.New32a()
	_, _ = fmt.Fprint(h, id, nth) // a hash takes anything
	const fifths = 5
	return step - step/fifths + time.Duration(h.Sum32()%1000)*(2*step/fifths)/1000
}

// settle writes down how an attempt ended, unless the lease was lost.
func (n *Notifier) settle(ctx context.Context, d delivery, out Outcome) error {
	ctx, stop := context.WithTimeout(context.WithoutCancel(ctx), closes)
	defer stop()
	err := n.db.Update(ctx, func(tx *store.Tx) error {
		_, err := n.settled(tx, d, out)
		return err
	})
	if err != nil {
		return fmt.Errorf("settle %s as %s: %w", d.ID, out.State, err)
	}
	return nil
}

// settled is settle as a part of tx; next is when it is tried again.
func (n *Notifier) settled(tx *store.Tx, d delivery, out Outcome) (next time.Time, err error) {
	next, sent := tx.Now, time.Time{}
	switch out.State {
	case Sent, Captured:
		sent = tx.Now
	case Deferred, InDoubt:
		next = tx.Now.Add(max(n.backOff(d.Attempts+1, d.ID), out.After))
	}
	done, err := tx.Exec(`
		UPDATE deliveries SET state = $3, attempts = attempts + 1, gen = gen + 1, lease_at = NULL, next_at = $4, sent_at = $5,
			code = $6, enhanced = $7, reply = $8
		WHERE id = $1 AND gen = $2 AND state = 'sending'`,
		d.ID, d.Gen, out.State, store.At(next), store.At(sent), out.Code, out.Enhanced, out.Reply)
	if err != nil || done == 0 || d.Webhook != "" {
		return next, err
	}
	return next, suppress(tx, d, out)
}

// release gives back what was claimed and not attempted.
func (n *Notifier) release(ctx context.Context, claimed []delivery) error {
	ctx, stop := context.WithTimeout(context.WithoutCancel(ctx), closes)
	defer stop()
	return n.db.Update(ctx, func(tx *store.Tx) error {
		for _, d := range claimed {
			if _, err := tx.Exec(`
				UPDATE deliveries SET state = $3, gen = gen + 1, lease_at = NULL WHERE id = $1 AND gen = $2 AND state = 'sending'`,
				d.ID, d.Gen, d.State); err != nil {
				return err
			}
		}
		return nil
	})
}

// tellOf records how each announcement ended whose last delivery was settled.
func (n *Notifier) tellOf(ctx context.Context, settled []delivery) error {
	seen := map[string]bool{}
	for _, d := range settled {
		if d.Announcement == "" || seen[d.Announcement] {
			continue
		}
		seen[d.Announcement] = true
		err := n.db.Update(ctx, func(tx *store.Tx) error { return recordTold(tx, d) })
		if err != nil {
			return fmt.Errorf("record who was told: %w", err)
		}
	}
	return nil
}

func recordTold(tx *store.Tx, d delivery) error {
	var open, total, accepted int
	err := tx.Row(`SELECT count(*) FROM deliveries WHERE announcement_id = $1 AND state IN ('queued', 'sending', 'deferred', 'in_doubt')`, d.Announcement).Scan(&open)
	if err != nil || open > 0 {
		return err
	}
	first, err := tx.Exec(`UPDATE announcements SET told = $2 WHERE id = $1 AND told = $3 AND inside = $3`, d.Announcement, true, false)
	if err != nil || first == 0 {
		return err
	}
	err = tx.Row(`
		SELECT count(*), coalesce(sum(CASE WHEN state IN ('sent', 'captured') THEN 1 ELSE 0 END), 0)
		FROM deliveries WHERE announcement_id = $1`, d.Announcement).Scan(&total, &accepted)
	if err != nil {
		return err
	}
	return agenda.Record(tx, scheduler.Event{
		WindowID: d.Window, Actor: scheduler.Clock.Email, Via: scheduler.Clock.Via, Kind: scheduler.DeliveriesSettled,
		Text: fmt.Sprintf("Announcement %q: told %d of %d.", d.Kind, accepted, total),
	})
}
