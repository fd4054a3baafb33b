package notifier

import (
	"errors"
	"slices"
	"time"

	"lull/scheduler"
	"lull/scheduler/agenda"
	"lull/scheduler/store"
)

// hookUse is how long what a webhook is told is tried: then it is given up, visibly.
const hookUse = day

// announceHooks tells webhooks of an announcement that was just made. Theirs are
// no deliveries of the announcement, so that no gate waits for them.
func (n *Notifier) announceHooks(tx *store.Tx, a announcement, w scheduler.Window, was *scheduler.Notice) error {
	return n.tellHooks(tx, w.ID, happening{
		kind: string(a.Kind), at: a.At, text: a.Notice.Text, offset: a.Detail, notice: a.Notice, was: was, until: expiry(a, was, tx.Now),
	})
}

// eventHooks tells webhooks of an event that is no announcement.
func (n *Notifier) eventHooks(tx *store.Tx, ev scheduler.Event) error {
	kind := string(ev.Kind)
	if ev.WindowID == "" || slices.Contains(scheduler.Announcements, scheduler.Announcement(kind)) || !slices.Contains(scheduler.WebhookKinds, kind) {
		return nil
	}
	return n.tellHooks(tx, ev.WindowID, happening{kind: kind, at: ev.At, text: ev.Text, state: ev.Data.State})
}

// tellHooks lays what there is to tell in the outbox, for each webhook that hears it.
func (n *Notifier) tellHooks(tx *store.Tx, window string, what happening) error {
	hooks, err := store.Rows(tx, scanHook, hookColumns+`WHERE enabled = $1 ORDER BY id`, true)
	if err != nil || len(hooks) == 0 {
		return err
	}
	w, err := agenda.WindowIn(tx, window)
	if errors.Is(err, scheduler.ErrNotFound) {
		return nil // a draft that was deleted since
	}
	if err != nil {
		return err
	}
	all, err := agenda.ServicesIn(tx)
	if err != nil {
		return err
	}
	if what.notice.Title == "" {
		what.notice = w.Notice("")
	}
	p, touched := n.payload(what, w, all), agenda.Touched(all, w)
	for _, h := range hooks {
		if !h.Hears(what.kind, touched) {
			continue
		}
		body, err := p.body(h.Format)
		if err != nil {
			return err
		}
		d := delivery{
			ID: tx.NewID(), Window: w.ID, Webhook: h.ID, Kind: what.kind, To: scheduler.Stakeholder{Email: h.Address(), Name: h.Name},
			State: Queued, Expires: tx.Now.Add(hookUse), Subject: p.subject(),
		}
		if !what.until.IsZero() && what.until.Before(d.Expires) {
			d.Expires = what.until
		}
		d.MessageID = n.hookID(d.ID)
		d.Raw = request(d.MessageID, body)
		if err := put(tx, d); err != nil {
			return err
		}
	}
	return nil
}

// hookID is the id by which a receiver knows what it was sent before.
func (n *Notifier) hookID(delivery string) string { return "msg_" + n.derive("webhook", delivery) }

// claimHooks leases what is due for webhooks, in order for each window and
// webhook, and ends what is for one that hears nothing any more.
func (n *Notifier) claimHooks(tx *store.Tx) (claimed []delivery, next time.Time, err error) {
	if err := tidy(tx); err != nil {
		return nil, time.Time{}, err
	}
	for {
		due, err := store.Rows(tx, scanDelivery, deliveryColumns+`
			WHERE d.carrier = 'webhook' AND d.state IN ('queued', 'deferred', 'in_doubt') AND d.next_at <= $1 AND NOT EXISTS (
				SELECT 1 FROM deliveries e
				WHERE e.webhook_id = d.webhook_id AND e.window_id = d.window_id AND e.position < d.position
					AND e.state IN ('queued', 'sending', 'deferred', 'in_doubt'))
			ORDER BY d.position LIMIT $2`, store.At(tx.Now), batch)
		if err != nil {
			return nil, time.Time{}, err
		}
		if len(due) == 0 {
			next, err = nextDue(tx)
			return nil, next, err
		}
		for _, d := range due {
			hears, err := stillHears(tx, d)
			if err != nil {
				return nil, time.Time{}, err
			}
			if !hears {
				continue
			}
			d.Gen++
			d.Lease = tx.Now.Add(lease)
			if _, err := tx.Exec(`UPDATE deliveries SET state = 'sending', gen = $2, lease_at = $3 WHERE id = $1`, d.ID, d.Gen, store.At(d.Lease)); err != nil {
				return nil, time.Time{}, err
			}
			claimed = append(claimed, d)
		}
		if len(claimed) > 0 {
			return claimed, time.Time{}, nil
		}
	}
}

// stillHears cancels a delivery whose webhook is gone or was disabled.
func stillHears(tx *store.Tx, d delivery) (bool, error) {
	hooks, err := store.Rows(tx, scanHook, hookColumns+`WHERE id = $1`, d.Webhook)
	switch {
	case err != nil:
		return false, err
	case len(hooks) == 0:
		return false, end(tx, d.ID, Cancelled, "the webhook was deleted")
	case !hooks[0].Enabled:
		return false, end(tx, d.ID, Cancelled, "the webhook is disabled")
	}
	return true, nil
}
