package notifier

import (
	"context"
	"crypto/hmac"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"time"

	"lull/scheduler"
	"lull/scheduler/agenda"
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
// scheduler.ErrNotFound for one that we never wrote, one that was not confirmed
// in time, and a list, whose readers do not speak for each other.
func (n *Notifier) SubscriptionOf(ctx context.Context, token string) (scheduler.Stakeholder, error) {
	s, _, err := n.Offered(ctx, token)
	return s, err
}

// Offered is SubscriptionOf, and what the address may choose from.
func (n *Notifier) Offered(ctx context.Context, token string) (s scheduler.Stakeholder, o scheduler.Offer, err error) {
	id, _, found := strings.Cut(token, ".")
	if !found || !hmac.Equal([]byte(token), []byte(n.SubscriptionToken(id))) {
		return s, o, scheduler.ErrNotFound
	}
	if s, o, err = n.agenda.Subscriber(ctx, id); err != nil {
		return s, o, err
	}
	if s.List || s.Group() || !s.Asked.IsZero() && n.db.Now().Sub(s.Asked) >= scheduler.ConfirmWithin {
		return scheduler.Stakeholder{}, o, scheduler.ErrNotFound
	}
	return s, o, nil
}

// The throttle of requests to subscribe: an address gets few mails a day that it
// may not have asked for, since each mail that it did ask for holds its link
// too; a client asks for few addresses in a while.
const (
	asksPerAddress = 5
	addressWithin  = day
	clientWithin   = 15 * time.Minute
)

// Subscribe takes the wish of whoever typed an address, from a client. The
// address gets one mail: to confirm, or, when it is known already, to manage
// what it has; none when it said before it ever confirmed that it wants none.
// The answer is the same for all, so that asking tells nothing.
// Errors: scheduler.InvalidError, *scheduler.TooOftenError.
func (n *Notifier) Subscribe(ctx context.Context, wish scheduler.Stakeholder, client string) error {
	err := n.db.Update(ctx, func(tx *store.Tx) error {
		s, err := agenda.Ask(tx, wish)
		if err != nil {
			return err
		}
		if err := n.throttle(tx, s.Email, client); err != nil {
			return err
		}
		kind := Manage
		switch {
		case s.List:
			return n.Post(tx, ListKnown, s.Email, "", n.opts.BaseURL+"/status")
		case !s.Confirmed && s.Gone:
			return nil
		case !s.Confirmed:
			kind = Subscription
		}
		return n.Post(tx, kind, s.Email, "", n.SubscriptionURL(s.ID)) // no name: a stranger typed it
	})
	var often *scheduler.TooOftenError
	var invalid scheduler.InvalidError
	if err == nil || errors.As(err, &often) || errors.As(err, &invalid) {
		return err
	}
	return fmt.Errorf("notifier: subscribe: %w", err)
}

// throttle counts one request, or refuses it.
func (n *Notifier) throttle(tx *store.Tx, address, client string) error {
	address, client = n.derive("asks of an address", address), n.derive("asks of a client", client)
	if _, err := tx.Exec(`DELETE FROM asks WHERE at <= $1`, store.At(tx.Now.Add(-addressWithin))); err != nil {
		return err
	}
	for _, of := range []struct {
		query, name string
		most        int
		within      time.Duration
	}{
		{`SELECT at FROM asks WHERE address = $1 AND at > $2 ORDER BY at DESC LIMIT 1 OFFSET $3`, address, asksPerAddress, addressWithin},
		{`SELECT at FROM asks WHERE client = $1 AND at > $2 ORDER BY at DESC LIMIT 1 OFFSET $3`, client, n.opts.Asks, clientWithin},
	} {
		over, err := store.Rows(tx, func(r store.Scanner) (at store.Time, err error) { return at, r.Scan(&at) },
			of.query, of.name, store.At(tx.Now.Add(-of.within)), of.most-1)
		if err != nil {
			return err
		}
		for _, at := range over {
			return &scheduler.TooOftenError{Wait: at.Add(of.within).Sub(tx.Now)}
		}
	}
	_, err := tx.Exec(`INSERT INTO asks (id, address, client, at) VALUES ($1, $2, $3, $4)`, tx.NewID(), address, client, store.At(tx.Now))
	return err
}

// Confirm makes the subscription of a token count. That its mail was read shows
// that the address works: a suppression ends.
func (n *Notifier) Confirm(ctx context.Context, token string) error {
	return n.choose(ctx, token, func(s *scheduler.Stakeholder) { s.Confirmed, s.Gone = true, false }, unsuppress)
}

// Unsubscribe ends the subscription of a token, and keeps back what is queued
// for it. To end it twice is no error.
func (n *Notifier) Unsubscribe(ctx context.Context, token string) error {
	return n.choose(ctx, token, func(s *scheduler.Stakeholder) { s.Gone = true }, keepBack)
}

// Choose changes what the address of a token hears and how.
func (n *Notifier) Choose(ctx context.Context, token string, apply func(*scheduler.Stakeholder)) error {
	return n.choose(ctx, token, apply, func(*store.Tx, string) error { return nil })
}

func (n *Notifier) choose(ctx context.Context, token string, apply func(*scheduler.Stakeholder), also func(*store.Tx, string) error) error {
	s, err := n.SubscriptionOf(ctx, token)
	if err != nil {
		return err
	}
	is := s
	if apply(&is); reflect.DeepEqual(is, s) {
		return nil
	}
	_, err = n.agenda.Choose(store.Also(ctx, func(tx *store.Tx) error { return also(tx, s.Email) }), s.ID, apply, "mail link")
	return err
}

// keepBack suppresses what is queued for an address that unsubscribed.
func keepBack(tx *store.Tx, address string) error {
	_, err := tx.Exec(`
		UPDATE deliveries SET state = 'suppressed', reason = 'unsubscribed', gen = gen + 1
		WHERE address = $1 AND state IN ('queued', 'deferred', 'in_doubt')
			AND announcement_id IN (SELECT id FROM announcements WHERE inside = $2)`, address, false)
	if err != nil {
		return fmt.Errorf("notifier: unsubscribe: %w", err)
	}
	return nil
}

func unsuppress(tx *store.Tx, address string) error {
	_, err := tx.Exec(`DELETE FROM suppressions WHERE address = $1`, address)
	return err
}
