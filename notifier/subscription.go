package notifier

import (
	"context"
	"crypto/hmac"
	"fmt"
	"strings"

	"lull/scheduler"
	"lull/scheduler/store"
)

// SubscriptionToken is what lets whoever reads a stakeholder's mail change the
// subscription: the stakeholder's id, and the proof that we wrote it.
func (n *Notifier) SubscriptionToken(id string) string {
	return id + "." + n.derive("subscription", id)
}

// SubscriptionURL is the page of a stakeholder's subscription.
func (n *Notifier) SubscriptionURL(id string) string {
	return n.opts.BaseURL + "/subscription/" + n.SubscriptionToken(id)
}

// SubscriptionOf is the stakeholder that a token belongs to;
// scheduler.ErrNotFound for one that we never wrote.
func (n *Notifier) SubscriptionOf(ctx context.Context, token string) (scheduler.Stakeholder, error) {
	id, _, found := strings.Cut(token, ".")
	if !found || !hmac.Equal([]byte(token), []byte(n.SubscriptionToken(id))) {
		return scheduler.Stakeholder{}, scheduler.ErrNotFound
	}
	return n.agenda.Stakeholder(ctx, id)
}

// Confirm makes the subscription of a token count.
func (n *Notifier) Confirm(ctx context.Context, token string) error {
	return n.change(ctx, token, func(s *scheduler.Stakeholder) { s.Confirmed, s.Gone = true, false })
}

// Unsubscribe ends the subscription of a token, and keeps back what is queued
// for it. To end it twice is no error.
func (n *Notifier) Unsubscribe(ctx context.Context, token string) error {
	s, err := n.SubscriptionOf(ctx, token)
	if err != nil {
		return err
	}
	if err := n.change(ctx, token, func(s *scheduler.Stakeholder) { s.Gone = true }); err != nil {
		return err
	}
	err = n.db.Update(ctx, func(tx *store.Tx) error {
		_, err := tx.Exec(`
			UPDATE deliveries SET state = 'suppressed', reason = 'unsubscribed', gen = gen + 1
			WHERE address = $1 AND state IN ('queued', 'deferred', 'in_doubt')
				AND announcement_id IN (SELECT id FROM announcements WHERE inside = $2)`, s.Email, false)
		return err
	})
	if err != nil {
		return fmt.Errorf("notifier: unsubscribe: %w", err)
	}
	return nil
}

func (n *Notifier) change(ctx context.Context, token string, apply func(*scheduler.Stakeholder)) error {
	s, err := n.SubscriptionOf(ctx, token)
	if err != nil {
		return err
	}
	was := s
	if apply(&s); s.Gone == was.Gone && s.Confirmed == was.Confirmed {
		return nil
	}
	by := scheduler.Person{Email: s.Email, Name: s.Email, Via: "mail link"}
	_, err = n.agenda.ChangeStakeholder(ctx, s.ID, func(s *scheduler.Stakeholder) error {
		apply(s)
		return nil
	}, by)
	return err
}
