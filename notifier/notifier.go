// Package notifier tells people what happened. Announce turns events into
// deliveries, Deliver sends the deliveries that are due; either may be called
// at any time and does no harm when there is nothing to do.
//
// We promise that each announcement reaches the mail server at least once for
// each recipient, or ends in a state that says why not; not exactly once, since
// between the final dot and its answer nobody can know. A second copy is the
// same bytes under the same Message-ID, because they are frozen at the first
// claim.
package notifier

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"database/sql"
	"encoding/base32"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"lull/scheduler/agenda"
	"lull/scheduler/store"
)

// Options say how mail leaves.
type Options struct {
	From    Address
	ReplyTo Address       // none if empty
	Carrier Carrier       // Capture{} when nil
	BaseURL string        // how the world reaches the pages, without a slash at the end
	Domain  string        // names messages and calendars; the sender's when empty
	Retry   time.Duration // the first step of every back-off; a minute when zero
	Rate    int           // messages a second; zero: as fast as the server takes them
	Asks    int           // requests to subscribe that a client has in 15 minutes; ten when zero
	Allow   []string      // domains that mail may go to, in lower case; none: any
	Log     *slog.Logger

	WebhookAllow   []netip.Prefix // networks inside that webhooks may reach
	WebhookRoots   *x509.CertPool // who vouches for their receivers; the system's when nil
	WebhookTimeout time.Duration  // for one request; ten seconds when zero
}

// Notifier keeps the outbox and empties it.
type Notifier struct {
	db      *store.DB
	agenda  *agenda.Agenda
	opts    Options
	secret  []byte
	limiter *rate.Limiter

	posting *posting

	sending sync.Mutex // held by the one Deliver that runs
	manners manners    // its own
	hooking sync.Mutex // held by the one DeliverWebhooks that runs

	beginning sync.Mutex
	begun     bool // what a dead process left behind was looked at

	mu    sync.Mutex
	fault Health
}

// New makes the Notifier of the database, and the secret that it derives names
// from if there is none yet.
func New(ctx context.Context, db *store.DB, a *agenda.Agenda, opts Options) (*Notifier, error) {
	if opts.Carrier == nil {
		opts.Carrier = Capture{}
	}
	if opts.Retry <= 0 {
		opts.Retry = time.Minute
	}
	if opts.Asks <= 0 {
		opts.Asks = 10
	}
	if opts.Domain == "" {
		opts.Domain = opts.From.Domain()
	}
	if opts.Log == nil {
		opts.Log = slog.New(slog.DiscardHandler)
	}
	opts.BaseURL = strings.TrimRight(opts.BaseURL, "/")
	n := &Notifier{db: db, agenda: a, opts: opts}
	n.posting = newPosting(opts, func() time.Time { return db.Now() })
	if opts.Rate > 0 {
		n.limiter = rate.NewLimiter(rate.Limit(opts.Rate), 1)
	}
	err := db.Update(ctx, func(tx *store.Tx) (err error) {
		n.secret, err = secret(tx)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("notifier: secret: %w", err)
	}
	return n, nil
}

const secretName = "mail"

func secret(tx *store.Tx) ([]byte, error) {
	var kept string
	err := tx.Row(`SELECT value FROM secrets WHERE name = $1`, secretName).Scan(&kept)
	if errors.Is(err, sql.ErrNoRows) {
		fresh := make([]byte, sha256.Size)
		_, _ = rand.Read(fresh) // never fails: crypto/rand ends the program instead
		kept = hex.EncodeToString(fresh)
		_, err = tx.Exec(`INSERT INTO secrets (name, value) VALUES ($1, $2)`, secretName, kept)
	}
	if err != nil {
		return nil, err
	}
	return hex.DecodeString(kept)
}

// derive names something for ever, and lets nobody guess the name of another.
func (n *Notifier) derive(of, id string) string {
	h := hmac.New(sha256.New, n.secret)
	h.Write([]byte(of + "\x00" + id))
	const length = 26 // 130 bits
	return strings.ToLower(base32.StdEncoding.EncodeToString(h.Sum(nil))[:length])
}

func (n *Notifier) messageID(delivery string) string {
	return n.derive("message", delivery) + "@" + n.opts.Domain
}

// threadRoot is never sent; each mail of a thread refers to it.
func (n *Notifier) threadRoot(window, address string) string {
	return n.derive("thread", window+"\x00"+address) + "@" + n.opts.Domain
}

// Health is what stands in the way of sending.
type Health struct {
	Fault string    // in words; empty: nothing
	Since time.Time // when it began
	Until time.Time // when sending is tried again
	tries int
}

// Health tells what stands in the way of sending, if anything.
func (n *Notifier) Health() Health {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.fault
}

// From is the sender of every mail.
func (n *Notifier) From() Address { return n.opts.From }

// Capturing reports whether mail stays on this machine.
func (n *Notifier) Capturing() bool {
	_, captures := n.opts.Carrier.(Capture)
	return captures
}
