// Package access knows who is asking: people and their passwords, sessions,
// API tokens, one-time links, and how often a log-in may fail.
//
// We keep sessions in a table of our own, because "end all sessions of this
// person" is then one statement; not in the cookie, which no server can end,
// nor behind a library's store, which keeps no person in its rows. Of every
// secret that is handed out only the SHA-256 is kept: each has 256 random bits,
// so that a slow hash would add nothing. Passwords have not, and get argon2id.
package access

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"

	"lull/scheduler"
	"lull/scheduler/agenda"
	"lull/scheduler/store"
)

// Options is what the server decides about access.
type Options struct {
	BaseURL       string // how the world reaches the server; https makes cookies Secure
	LoginAttempts int    // failed log-ins per account and per address in 15 minutes; 0: 10
	Organisation  string // refused as a password
	// Post queues a letter in the transaction that made its link. Nil: links
	// can only be handed over by who asked for them.
	Post func(tx *store.Tx, letter Letter) error
}

// Letter is mail to one person about the account.
type Letter struct {
	Kind LinkKind // Invitation or Forgotten
	To   string
	Name string
	URL  string // the one-time link
}

// Access answers who may come in.
type Access struct {
	db     *store.DB
	opts   Options
	slots  chan struct{} // password hashes that are being made
	queued atomic.Int64  // those and the ones that wait
	admin  atomic.Bool   // an admin was seen; there is always one from then on

	mu      sync.Mutex
	running map[string]chan struct{} // requests with an Idempotency-Key, closed at their end
}

// New is access to what db holds.
func New(db *store.DB, opts Options) *Access {
	opts.BaseURL = strings.TrimRight(opts.BaseURL, "/")
	if opts.LoginAttempts <= 0 {
		opts.LoginAttempts = 10
	}
	return &Access{
		db: db, opts: opts,
		slots:   make(chan struct{}, hashesAtOnce),
		running: make(map[string]chan struct{}),
	}
}

// secret is a new key of 256 random bits in 43 characters.
func secret() string {
	var b [32]byte
	rand.Read(b[:]) //nolint:errcheck // never returns one, see crypto/rand
	return base64.RawURLEncoding.EncodeToString(b[:])
}

const secretLength = 43

// digest is what is kept of a secret.
func digest(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:])
}

// record writes into the log what happened to a person's access. No secret may
// be in text.
func record(tx *store.Tx, kind scheduler.EventKind, by scheduler.Person, about, format string, args ...any) error {
	return agenda.Record(tx, scheduler.Event{
		Actor: by.Email, Via: by.Via, Kind: kind,
		Text: fmt.Sprintf(format, args...),
		Data: scheduler.Facts{Subject: about},
	})
}
