package notifier

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"lull/scheduler"
	"lull/scheduler/agenda"
	"lull/scheduler/store"
)

// Suppression is why announcements no longer go to an address.
type Suppression struct {
	Address  string
	Reason   string
	Code     int
	Enhanced string
	Reply    string // the mail server's words
	Since    time.Time
}

// Words is the reason and what the server said.
func (s Suppression) Words() string {
	if s.Reply == "" {
		return s.Reason
	}
	return s.Reason + ": " + s.Reply
}

// What a refusal for good says of the address (RFC 3463). 5.7 is policy: it is
// about us, and says nothing of who lives there.
var (
	nobodyThere  = []string{"5.1.1", "5.1.2", "5.1.10"}
	refusalsKept = 7 * 24 * time.Hour
	policyStatus = "5.7."
)

const mostRefusals = 3 // in refusalsKept

// suppress looks at how an attempt ended, and keeps announcements from an
// address that nobody lives at, or that has refused several.
func suppress(tx *store.Tx, d delivery, out Outcome) error {
	if out.State != Failed || out.Code < 500 || strings.HasPrefix(out.Enhanced, policyStatus) {
		return nil
	}
	reason := "there is no such address, says its mail server"
	if !slices.Contains(nobodyThere, out.Enhanced) {
		var refusals int
		err := tx.Row(`
			SELECT count(*) FROM deliveries
			WHERE address = $1 AND state = 'failed' AND code >= 500 AND enhanced NOT LIKE '5.7.%' AND next_at > $2`,
			d.To.Email, store.At(tx.Now.Add(-refusalsKept))).Scan(&refusals)
		if err != nil || refusals < mostRefusals {
			return err
		}
		reason = fmt.Sprintf("its mail server refused %d messages within a week", refusals)
	}
	first, err := tx.Exec(`
		INSERT INTO suppressions (address, reason, code, enhanced, reply, delivery_id, since) VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (address) DO NOTHING`, d.To.Email, reason, out.Code, out.Enhanced, out.Reply, d.ID, store.At(tx.Now))
	if err != nil || first == 0 {
		return err
	}
	return agenda.Record(tx, scheduler.Event{
		WindowID: d.Window, Actor: scheduler.Clock.Email, Via: scheduler.Clock.Via, Kind: scheduler.DeliveriesSettled,
		Text: fmt.Sprintf("Nothing more is sent to %s: %s.", d.To.Email, reason), Data: scheduler.Facts{Subject: d.To.Email, Reason: out.Reply},
	})
}

// silenced says why nothing is announced to the address, if that is so.
func silenced(tx *store.Tx, address string) (string, error) {
	s, err := suppression(tx, address)
	if err != nil || s.Address != "" {
		return s.Words(), err
	}
	var gone scheduler.Stakeholder
	err = tx.Row(`SELECT doc FROM stakeholders WHERE email = $1`, address).Scan(store.JSON(&gone))
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return "", nil
	case gone.Gone:
		return "unsubscribed", err
	}
	return "", err
}

func suppression(tx *store.Tx, address string) (Suppression, error) {
	s, err := scanSuppression(tx.Row(suppressionColumns+`WHERE address = $1`, address))
	if errors.Is(err, sql.ErrNoRows) {
		return Suppression{}, nil
	}
	return s, err
}

const suppressionColumns = `SELECT address, reason, code, enhanced, reply, since FROM suppressions `

func scanSuppression(r store.Scanner) (s Suppression, err error) {
	var since store.Time
	err = r.Scan(&s.Address, &s.Reason, &s.Code, &s.Enhanced, &s.Reply, &since)
	s.Since = since.Time
	return s, err
}

// Suppressions is every address that nothing is announced to because mail
// servers refuse it, by the address.
func (n *Notifier) Suppressions(ctx context.Context) (map[string]Suppression, error) {
	by := map[string]Suppression{}
	err := n.db.View(ctx, func(tx *store.Tx) error {
		all, err := store.Rows(tx, scanSuppression, suppressionColumns)
		for _, s := range all {
			by[s.Address] = s
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("notifier: suppressions: %w", err)
	}
	return by, nil
}

// Lift ends a suppression; scheduler.ErrNotFound where there is none.
func (n *Notifier) Lift(ctx context.Context, address string, by scheduler.Person) error {
	return n.db.Update(ctx, func(tx *store.Tx) error {
		s, err := suppression(tx, address)
		if err != nil {
			return fmt.Errorf("notifier: lift: %w", err)
		}
		if s.Address == "" {
			return scheduler.ErrNotFound
		}
		if err := unsuppress(tx, address); err != nil {
			return fmt.Errorf("notifier: lift: %w", err)
		}
		return agenda.Record(tx, scheduler.Event{
			Actor: by.Email, Via: by.Via, Kind: scheduler.StakeholderKept,
			Text: fmt.Sprintf("%s lets mail go to %s again.", by.Name, address), Data: scheduler.Facts{Subject: address, Reason: s.Words()},
		})
	})
}

// barred says why d may not go to its address, if that is so: the domain is not
// among those that this server may write to, or its mail server refuses it.
// A letter of access was asked for just now, and shows whether the address works.
func (n *Notifier) barred(tx *store.Tx, d delivery) (string, error) {
	if domain := (Address{Email: d.To.Email}).Domain(); !n.allowed(domain) {
		return "LULL_MAIL_ALLOW does not name " + domain, nil
	}
	if d.Announcement == "" {
		return "", nil
	}
	s, err := suppression(tx, d.To.Email)
	return s.Words(), err
}

// Allowed lists the only domains that mail goes to; none: any.
func (n *Notifier) Allowed() []string { return n.opts.Allow }

func (n *Notifier) allowed(domain string) bool {
	return len(n.opts.Allow) == 0 || slices.Contains(n.opts.Allow, strings.ToLower(domain))
}
