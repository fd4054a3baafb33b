package notifier

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"time"

	"lull/scheduler"
	"lull/scheduler/agenda"
	"lull/scheduler/store"
)

const (
	secretPrefix = "whsec_"
	secretSize   = 32
	overlap      = 24 * time.Hour // for which the secret before signs too
)

const hookColumns = `SELECT id, enabled, version, old_until, doc FROM webhooks `

func scanHook(r store.Scanner) (h scheduler.Webhook, err error) {
	var id string
	var enabled bool
	var version int
	var until store.Time
	err = r.Scan(&id, &enabled, &version, &until, store.JSON(&h))
	h.ID, h.Enabled, h.Version, h.OldUntil = id, enabled, version, until.Time
	return h, err
}

// hookIn is the webhook with that id; scheduler.ErrNotFound without one.
func hookIn(tx *store.Tx, id string) (h scheduler.Webhook, err error) {
	all, err := store.Rows(tx, scanHook, hookColumns+`WHERE id = $1`, id)
	if err == nil && len(all) == 0 {
		err = scheduler.ErrNotFound
	}
	if err != nil {
		return h, err
	}
	return all[0], nil
}

// Webhooks lists the webhooks by name.
func (n *Notifier) Webhooks(ctx context.Context) (all []scheduler.Webhook, err error) {
	err = n.db.View(ctx, func(tx *store.Tx) (err error) {
		all, err = store.Rows(tx, scanHook, hookColumns+`ORDER BY id`)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("notifier: webhooks: %w", err)
	}
	slices.SortStableFunc(all, func(a, b scheduler.Webhook) int { return strings.Compare(a.Name, b.Name) })
	return all, nil
}

// Webhook is the one with that id.
func (n *Notifier) Webhook(ctx context.Context, id string) (h scheduler.Webhook, err error) {
	err = n.db.View(ctx, func(tx *store.Tx) (err error) {
		h, err = hookIn(tx, id)
		return err
	})
	return h, err
}

// AddWebhook adds one, and answers the secret that signs what it is sent, which
// is shown this once.
func (n *Notifier) AddWebhook(ctx context.Context, h scheduler.Webhook, by scheduler.Person) (_ scheduler.Webhook, secret string, err error) {
	secret = newSecret()
	err = n.db.Update(ctx, func(tx *store.Tx) error {
		h.ID, h.Version, h.Created, h.Changed = tx.NewID(), 1, tx.Now, tx.Now
		if err := checkHook(tx, &h); err != nil {
			return err
		}
		if _, err := tx.Exec(`
			INSERT INTO webhooks (id, address, enabled, secret, old_secret, old_until, version, doc) VALUES ($1, $2, $3, $4, '', NULL, $5, $6)`,
			h.ID, h.Address(), h.Enabled, secret, h.Version, store.JSON(&h)); err != nil {
			return fmt.Errorf("notifier: add webhook: %w", err)
		}
		return hookEvent(tx, h, scheduler.WebhookKept, by, "added")
	})
	return h, secret, err
}

// ChangeWebhook changes one; scheduler.ErrStale where version is given and is
// not the present one.
func (n *Notifier) ChangeWebhook(ctx context.Context, id string, version int, apply func(*scheduler.Webhook) error, by scheduler.Person) (h scheduler.Webhook, err error) {
	err = n.db.Update(ctx, func(tx *store.Tx) (err error) {
		if h, err = hookIn(tx, id); err != nil {
			return err
		}
		if version > 0 && version != h.Version {
			return scheduler.ErrStale
		}
		if err := apply(&h); err != nil {
			return err
		}
		h.ID, h.Changed = id, tx.Now
		h.Version++
		if err := checkHook(tx, &h); err != nil {
			return err
		}
		if err := keepHook(tx, h); err != nil {
			return err
		}
		return hookEvent(tx, h, scheduler.WebhookKept, by, "changed")
	})
	return h, err
}

// DeleteWebhook forgets one; what it was sent stays in the outbox.
func (n *Notifier) DeleteWebhook(ctx context.Context, id string, by scheduler.Person) error {
	return n.db.Update(ctx, func(tx *store.Tx) error {
		h, err := hookIn(tx, id)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(`DELETE FROM webhooks WHERE id = $1`, id); err != nil {
			return fmt.Errorf("notifier: delete webhook: %w", err)
		}
		return hookEvent(tx, h, scheduler.WebhookGone, by, "deleted")
	})
}

// RotateWebhook makes another secret, shown this once. The one before signs too
// for a day, so that the receiver can change over without losing anything.
func (n *Notifier) RotateWebhook(ctx context.Context, id string, by scheduler.Person) (h scheduler.Webhook, secret string, err error) {
	secret = newSecret()
	err = n.db.Update(ctx, func(tx *store.Tx) (err error) {
		if _, err = hookIn(tx, id); err != nil {
			return err
		}
		if _, err := tx.Exec(`
			UPDATE webhooks SET old_secret = secret, old_until = $2, secret = $3, version = version + 1 WHERE id = $1`,
			id, store.At(tx.Now.Add(overlap)), secret); err != nil {
			return fmt.Errorf("notifier: rotate webhook: %w", err)
		}
		if h, err = hookIn(tx, id); err != nil {
			return err
		}
		return hookEvent(tx, h, scheduler.WebhookKept, by, "changed the secret of")
	})
	return h, secret, err
}

// TestWebhook sends a test, enabled or not, and tells what came back.
func (n *Notifier) TestWebhook(ctx context.Context, id string) (transcript string, outcome Outcome, err error) {
	h, err := n.Webhook(ctx, id)
	if err != nil {
		return "", outcome, err
	}
	carrier, err := n.carrierTo(ctx, id)
	if err != nil {
		return "", outcome, fmt.Errorf("notifier: test webhook: %w", err)
	}
	body, err := Payload{Type: "test", Timestamp: n.db.Now().UTC().Truncate(time.Second), Data: PayloadData{
		Kind: "test", Text: "This shows that maintenance can be announced here. " + n.opts.BaseURL,
	}}.body(h.Format)
	if err != nil {
		return "", outcome, fmt.Errorf("notifier: test webhook: %w", err)
	}
	transcript, outcome = carrier.Dialogue(ctx, Letter{To: Address{Email: h.Address()}, Text: string(body), MessageID: n.hookID(n.db.NewID())})
	return transcript, outcome, nil
}

// checkHook refuses what is malformed, names services that are not there, or is
// the address of another webhook.
func checkHook(tx *store.Tx, h *scheduler.Webhook) error {
	if err := h.Check(); err != nil {
		return err
	}
	have, err := agenda.ServicesOf(tx, h.Services)
	if err != nil {
		return err
	}
	for _, slug := range h.Services {
		if !slices.ContainsFunc(have, func(s scheduler.Service) bool { return s.Slug == slug }) {
			return scheduler.InvalidError{"services": fmt.Sprintf("There is no service %q.", slug)}
		}
	}
	var others int
	if err := tx.Row(`SELECT count(*) FROM webhooks WHERE address = $1 AND id <> $2`, h.Address(), h.ID).Scan(&others); err != nil {
		return fmt.Errorf("notifier: keep webhook: %w", err)
	}
	if others > 0 {
		return scheduler.InvalidError{"url": "There is a webhook to this address already: change what that one hears."}
	}
	return nil
}

func keepHook(tx *store.Tx, h scheduler.Webhook) error {
	_, err := tx.Exec(`UPDATE webhooks SET address = $2, enabled = $3, version = $4, doc = $5 WHERE id = $1`,
		h.ID, h.Address(), h.Enabled, h.Version, store.JSON(&h))
	if err != nil {
		return fmt.Errorf("notifier: keep webhook: %w", err)
	}
	return nil
}

func hookEvent(tx *store.Tx, h scheduler.Webhook, kind scheduler.EventKind, by scheduler.Person, did string) error {
	return agenda.Record(tx, scheduler.Event{
		Actor: by.Email, Via: by.Via, Kind: kind, Text: fmt.Sprintf("%s %s the webhook %q to %s.", by.Name, did, h.Name, h.Address()),
		Data: scheduler.Facts{Subject: h.Address()},
	})
}

func newSecret() string {
	key := make([]byte, secretSize)
	_, _ = rand.Read(key) // never fails: crypto/rand ends the program instead
	return secretPrefix + base64.StdEncoding.EncodeToString(key)
}
