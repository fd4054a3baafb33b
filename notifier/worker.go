package notifier

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"sync"
	"time"

	"lull/scheduler"
	"lull/scheduler/agenda"
	"lull/scheduler/store"
)

const (
	batch  = 40               // deliveries a claim takes
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
		some, next, err := n.empty(ctx)
		if err != nil {
			return time.Time{}, fmt.Errorf("notifier: deliver: %w", err)
		}
		if !some {
			return next, nil
		}
	}
}

// empty sends until nothing can be claimed; some tells whether anything was.
// Three work at it at once: one writes the next batch while one speaks with the
// mail server, and one keeps the books. What a crash can leave in doubt is what
// the books are behind by, and what is in hand.
func (n *Notifier) empty(ctx context.Context) (some bool, next time.Time, err error) {
	line, stop := context.WithCancel(ctx)
	defer stop()
	batches, attempts := make(chan []delivery), make(chan attempt, batch)
	var claimErr, sendErr, bookErr error
	var all sync.WaitGroup
	all.Go(func() {
		defer close(batches)
		var tidied time.Time
		for line.Err() == nil {
			var claimed []delivery
			claimErr = n.db.Update(line, func(tx *store.Tx) (err error) {
				if tx.Now.After(tidied) { // once a second: it looks at all that is open
					if err := tidy(tx); err != nil {
						return err
					}
					tidied = tx.Now
				}
				claimed, next, err = n.claim(tx)
				return err
			})
			if claimErr != nil || len(claimed) == 0 {
				return
			}
			some = true
			batches <- claimed
		}
	})
	all.Go(func() {
		defer close(attempts)
		for claimed := range batches {
			rest, err := n.send(line, claimed, attempts)
			if len(rest) > 0 {
				sendErr = errors.Join(sendErr, err, n.release(ctx, rest))
			}
			if len(rest) > 0 || n.Health().Until.After(n.db.Now()) {
				stop()
			}
		}
	})
	for first := range attempts {
		group := []attempt{first}
		for more := len(attempts); more > 0; more-- {
			group = append(group, <-attempts)
		}
		if bookErr != nil {
			continue // they are in doubt when their lease ends
		}
		if bookErr = n.settle(ctx, group); bookErr != nil {
			stop()
		}
	}
	all.Wait()
	if line.Err() != nil && errors.Is(claimErr, context.Canceled) {
		claimErr = nil // we stopped it ourselves, or ctx.Err says it
	}
	return some, next, errors.Join(claimErr, sendErr, bookErr, ctx.Err())
}

// attempt is a delivery that was carried, and how that ended; or one that waits
// until its domain takes mail again, for the reason in words.
type attempt struct {
	delivery
	Outcome
	until time.Time
	words string
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

// send carries what was claimed. It stops at a fault, at a lease that is nearly
// over and at the end of ctx, and answers what it did not attempt.
func (n *Notifier) send(ctx context.Context, claimed []delivery, done chan<- attempt) (rest []delivery, err error) {
	for i, d := range claimed {
		if n.limiter != nil {
			if err := n.limiter.Wait(ctx); err != nil {
				return claimed[i:], err
			}
		}
		if ctx.Err() != nil || d.Lease.Sub(n.db.Now()) < spare {
			return claimed[i:], nil
		}
		if until, words := n.manners.waits(d, n.db.Now()); !until.IsZero() {
			done <- attempt{delivery: d, until: until, words: words}
			continue
		}
		out := n.opts.Carrier.Carry(ctx, n.opts.From.Email, d.To.Email, d.Raw)
		switch {
		case out.Stopped():
			return claimed[i:], nil
		case out.Fault != nil:
			n.pause(d.ID, out.Fault)
			return claimed[i:], nil
		}
		out = n.heed(d, out)
		done <- attempt{delivery: d, Outcome: out}
		if n.Health().Until.After(n.db.Now()) {
			return claimed[i+1:], nil
		}
		n.mend()
	}
	return nil, nil
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

// settle writes down how attempts ended, but for those whose lease was lost, and
// of each announcement that this ends whom it reached.
func (n *Notifier) settle(ctx context.Context, group []attempt) error {
	ctx, stop := context.WithTimeout(context.WithoutCancel(ctx), closes)
	defer stop()
	err := n.db.Update(ctx, func(tx *store.Tx) error {
		told := map[string]bool{}
		for _, a := range group {
			var err error
			if a.until.IsZero() {
				_, err = n.settled(tx, a.delivery, a.Outcome)
			} else {
				_, err = tx.Exec(`
					UPDATE deliveries SET state = $3, gen = gen + 1, lease_at = NULL, next_at = $4, reason = $5 WHERE id = $1 AND gen = $2 AND state = 'sending'`,
					a.ID, a.Gen, a.delivery.State, store.At(a.until), a.words)
			}
			if err != nil {
				return fmt.Errorf("%s as %s: %w", a.ID, a.Outcome.State, err)
			}
		}
		for _, a := range group {
			if a.Announcement == "" || told[a.Announcement] {
				continue
			}
			told[a.Announcement] = true
			if err := recordTold(tx, a.delivery); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("settle: %w", err)
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

// recordTold records how an announcement ended whose last delivery was settled.
func recordTold(tx *store.Tx, d delivery) error {
	var open bool
	var total, accepted int
	err := tx.Row(`SELECT EXISTS (SELECT 1 FROM deliveries WHERE announcement_id = $1 AND state IN ('queued', 'sending', 'deferred', 'in_doubt'))`, d.Announcement).Scan(&open)
	if err != nil || open {
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
