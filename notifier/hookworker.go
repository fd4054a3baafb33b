package notifier

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"lull/scheduler"
	"lull/scheduler/agenda"
	"lull/scheduler/store"
)

// DeliverWebhooks posts what is due to webhooks, one after the other, with no
// transaction open meanwhile. It is a worker of its own, so that a receiver that
// does not answer holds up no mail. next is as in Deliver.
func (n *Notifier) DeliverWebhooks(ctx context.Context) (next time.Time, err error) {
	n.hooking.Lock()
	defer n.hooking.Unlock()
	if err := n.recover(ctx); err != nil {
		return time.Time{}, fmt.Errorf("notifier: deliver to webhooks: %w", err)
	}
	for {
		var claimed []delivery
		err := n.db.Update(ctx, func(tx *store.Tx) (err error) {
			claimed, next, err = n.claimHooks(tx)
			return err
		})
		if err != nil {
			return time.Time{}, fmt.Errorf("notifier: claim for webhooks: %w", err)
		}
		if len(claimed) == 0 {
			return next, nil
		}
		for len(claimed) > 0 {
			if claimed, err = n.postFirst(ctx, claimed); err != nil {
				return time.Time{}, fmt.Errorf("notifier: deliver to webhooks: %w", err)
			}
		}
	}
}

// postFirst posts the first of what was claimed and answers what is left of it.
// Where the receiver is away, or asks for time, all that is for it waits.
func (n *Notifier) postFirst(ctx context.Context, claimed []delivery) (rest []delivery, err error) {
	d := claimed[0]
	carrier, err := n.carrierTo(ctx, d.Webhook)
	if err != nil {
		return nil, errors.Join(n.release(ctx, claimed), err)
	}
	out := carrier.Carry(ctx, "", d.To.Email, d.Raw)
	if out.Stopped() {
		return nil, errors.Join(n.release(ctx, claimed), ctx.Err())
	}
	var same []delivery
	for _, one := range claimed[1:] {
		if away(out) && one.Webhook == d.Webhook {
			same = append(same, one)
		} else {
			rest = append(rest, one)
		}
	}
	if err := n.release(ctx, same); err != nil {
		return nil, errors.Join(err, n.release(ctx, rest))
	}
	if err := n.settleHook(ctx, d, out); err != nil {
		return nil, errors.Join(err, n.release(ctx, rest))
	}
	return rest, nil
}

// away reports whether the receiver does not answer, or cannot take anything now.
func away(out Outcome) bool {
	return out.State == Deferred && (out.Code == 0 || out.Code == http.StatusTooManyRequests || out.Code >= http.StatusInternalServerError)
}

// carrierTo is the carrier to a webhook as it is now.
func (n *Notifier) carrierTo(ctx context.Context, id string) (Carrier, error) {
	var h hook
	err := n.db.View(ctx, func(tx *store.Tx) (err error) {
		h, err = n.hook(tx, id)
		return err
	})
	if errors.Is(err, scheduler.ErrNotFound) {
		return hook{posting: n.posting}, nil // deleted meanwhile: it goes nowhere, and is cancelled at the next claim
	}
	return h, err
}

// hook is the carrier to a webhook, with the secrets that sign now.
func (n *Notifier) hook(tx *store.Tx, id string) (hook, error) {
	w, err := hookIn(tx, id)
	if err != nil {
		return hook{}, err
	}
	h := hook{posting: n.posting, url: w.URL, secrets: make([]string, 1, 2)}
	var old string
	if err := tx.Row(`SELECT secret, old_secret FROM webhooks WHERE id = $1`, id).Scan(&h.secrets[0], &old); err != nil {
		return hook{}, err
	}
	if old != "" && tx.Now.Before(w.OldUntil) {
		h.secrets = append(h.secrets, old)
	}
	return h, nil
}

// settleHook writes down how an attempt ended. What the receiver is away for
// lets the rest wait; what is gone for good is told nothing more.
func (n *Notifier) settleHook(ctx context.Context, d delivery, out Outcome) error {
	ctx, stop := context.WithTimeout(context.WithoutCancel(ctx), closes)
	defer stop()
	return n.db.Update(ctx, func(tx *store.Tx) error {
		next, err := n.settled(tx, d, out)
		if err != nil {
			return err
		}
		switch {
		case out.Code == http.StatusGone:
			return n.disable(tx, d.Webhook, out.Reply)
		case away(out):
			_, err = tx.Exec(`
				UPDATE deliveries SET next_at = $2 WHERE webhook_id = $1 AND state IN ('queued', 'deferred', 'in_doubt') AND next_at < $2`,
				d.Webhook, store.At(next))
		}
		return err
	})
}

// disable ends a webhook whose receiver said that it wants nothing more, and
// tells the admins.
func (n *Notifier) disable(tx *store.Tx, id, reply string) error {
	h, err := hookIn(tx, id)
	if err != nil || !h.Enabled {
		return err
	}
	h.Enabled, h.Off = false, "Its receiver answered "+reply
	h.Version++
	h.Changed = tx.Now
	if err := keepHook(tx, h); err != nil {
		return err
	}
	admins, err := store.Rows(tx, scanText, `SELECT email FROM people WHERE role = 'admin' AND disabled = $1 ORDER BY email`, false)
	if err != nil {
		return err
	}
	for _, to := range admins {
		if err := n.post(tx, hookOff, to, "", n.opts.BaseURL+"/webhooks/"+id, false, Clean(h.Name), h.Address()); err != nil {
			return err
		}
	}
	return agenda.Record(tx, scheduler.Event{
		Actor: scheduler.Clock.Email, Via: scheduler.Clock.Via, Kind: scheduler.WebhookOff,
		Text: fmt.Sprintf("The webhook %q (%s) answered %s, and is disabled.", h.Name, h.Address(), reply), Data: scheduler.Facts{Subject: h.Address()},
	})
}

// hookOff is the kind of the letter that says so.
const hookOff = "webhook-off"
