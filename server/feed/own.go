package feed

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"lull/scheduler"
	"lull/scheduler/agenda"
	"lull/scheduler/store"
)

// The scopes of a feed.
const (
	Mine = "mine" // windows that its owner leads or asked for, or that touch a service of theirs
	All  = "all"
)

const (
	tokenLength = 43          // 256 random bits
	longestName = 100         // characters
	noteEach    = time.Minute // how often a fetch is noted at most
	mostOwn     = 100         // feeds of one person
	mostNamed   = 200         // services that one feed is narrowed to
	urlPath     = "/calendar/%s.ics"
)

// Feed is one calendar address of a person's own, without the secret in it.
type Feed struct {
	ID          string
	Owner       string // a person's address
	Name        string // what a calendar program shows
	Scope       string
	Services    []string // slugs it is narrowed to; none: every service
	CreatedAt   time.Time
	RevokedAt   time.Time // zero: it is good
	LastFetched time.Time // zero: never
}

// Make makes a feed of owner's and answers its address, which is shown this
// once.
func (f *Feeds) Make(ctx context.Context, owner scheduler.Person, feed Feed) (made Feed, url string, err error) {
	feed.Name = strings.TrimSpace(feed.Name)
	if feed.Scope == "" {
		feed.Scope = Mine
	}
	if err := feed.wrong().Err(); err != nil {
		return Feed{}, "", err
	}
	var token string
	err = f.db.Update(ctx, func(tx *store.Tx) error {
		if err := known(tx, feed.Services); err != nil {
			return err
		}
		var have int
		if err := tx.Row(`SELECT count(*) FROM feeds WHERE owner = $1 AND revoked_at IS NULL`, owner.Email).Scan(&have); err != nil {
			return err
		}
		if have >= mostOwn {
			return scheduler.InvalidError{"name": fmt.Sprintf("You have %d feeds: revoke one that is not used.", have)}
		}
		token = secret()
		made = Feed{ID: tx.NewID(), Owner: owner.Email, Name: feed.Name, Scope: feed.Scope, Services: feed.Services, CreatedAt: tx.Now}
		if made.Services == nil {
			made.Services = []string{}
		}
		if _, err := tx.Exec(`
			INSERT INTO feeds (id, owner, name, scope, services, token_hash, created_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7)`,
			made.ID, made.Owner, made.Name, made.Scope, store.JSON(&made.Services), digest(token), store.At(made.CreatedAt)); err != nil {
			return err
		}
		return record(tx, owner, made.ID, fmt.Sprintf("%s made the feed %q.", owner.Name, made.Name))
	})
	if err != nil {
		return Feed{}, "", wrap("make a feed", err)
	}
	return made, strings.TrimSuffix(f.opts.BaseURL, "/") + fmt.Sprintf(urlPath, token), nil
}

// List is the feeds of owner's that are good, the newest first.
func (f *Feeds) List(ctx context.Context, owner scheduler.Person) (all []Feed, err error) {
	err = f.db.View(ctx, func(tx *store.Tx) error {
		all, err = store.Rows(tx, scan, `
			SELECT id, owner, name, scope, services, created_at, revoked_at, last_fetched_at
			FROM feeds
			WHERE owner = $1 AND revoked_at IS NULL
			ORDER BY created_at DESC, id`, owner.Email)
		return err
	})
	return all, wrap("list feeds", err)
}

// Revoke ends a feed of owner's. An admin may end anybody's.
func (f *Feeds) Revoke(ctx context.Context, owner scheduler.Person, id string) error {
	err := f.db.Update(ctx, func(tx *store.Tx) error {
		feed, err := scan(tx.Row(`
			SELECT id, owner, name, scope, services, created_at, revoked_at, last_fetched_at
			FROM feeds
			WHERE id = $1 AND revoked_at IS NULL`, id))
		if errors.Is(err, sql.ErrNoRows) || err == nil && feed.Owner != owner.Email && !owner.Role.May(scheduler.Admin) {
			return scheduler.ErrNotFound
		}
		if err != nil {
			return err
		}
		if _, err := tx.Exec(`UPDATE feeds SET revoked_at = $2 WHERE id = $1`, id, store.At(tx.Now)); err != nil {
			return err
		}
		return record(tx, owner, id, fmt.Sprintf("%s revoked the feed %q.", owner.Name, feed.Name))
	})
	return wrap("revoke a feed", err)
}

// fetched is the feed with that token, if it and its owner are good, and notes
// that it is in use.
func (f *Feeds) fetched(ctx context.Context, token string) (feed Feed, err error) {
	if len(token) != tokenLength {
		return Feed{}, scheduler.ErrNotFound
	}
	stale := false
	err = f.db.View(ctx, func(tx *store.Tx) error {
		feed, err = scan(tx.Row(`
			SELECT f.id, f.owner, f.name, f.scope, f.services, f.created_at, f.revoked_at, f.last_fetched_at
			FROM feeds f
			JOIN people p ON p.email = f.owner
			WHERE f.token_hash = $1 AND f.revoked_at IS NULL AND NOT p.disabled`, digest(token)))
		stale = tx.Now.Sub(feed.LastFetched) >= noteEach
		return err
	})
	if errors.Is(err, sql.ErrNoRows) {
		return Feed{}, scheduler.ErrNotFound
	}
	if err != nil || !stale {
		return feed, wrap("look for a feed", err)
	}
	err = f.db.Update(ctx, func(tx *store.Tx) error {
		_, err := tx.Exec(`UPDATE feeds SET last_fetched_at = $2 WHERE id = $1`, feed.ID, store.At(tx.Now))
		return err
	})
	if err != nil { // a calendar that can be read is not held back for a note
		f.opts.Log.WarnContext(ctx, "note that a feed is in use", "feed", feed.ID, "error", err)
	}
	return feed, nil
}

func (f Feed) wrong() scheduler.InvalidError {
	wrong := scheduler.InvalidError{}
	switch {
	case f.Name == "":
		wrong["name"] = "Give the feed a name."
	case !utf8.ValidString(f.Name) || strings.ContainsFunc(f.Name, unicode.IsControl):
		wrong["name"] = "Control characters are not allowed here."
	case utf8.RuneCountInString(f.Name) > longestName:
		wrong["name"] = fmt.Sprintf("Take at most %d characters.", longestName)
	}
	if f.Scope != Mine && f.Scope != All {
		wrong["scope"] = "Take mine or all."
	}
	if len(f.Services) > mostNamed {
		wrong["services"] = fmt.Sprintf("Name at most %d services.", mostNamed)
	}
	return wrong
}

// known refuses slugs of no service.
func known(tx *store.Tx, slugs []string) error {
	if len(slugs) == 0 {
		return nil
	}
	found, err := agenda.ServicesOf(tx, slugs)
	if err != nil {
		return err
	}
	for _, slug := range slugs {
		if !slices.ContainsFunc(found, func(s scheduler.Service) bool { return s.Slug == slug }) {
			return scheduler.InvalidError{"services": fmt.Sprintf("There is no service %q.", slug)}
		}
	}
	return nil
}

func scan(row store.Scanner) (f Feed, err error) {
	var created, revoked, fetched store.Time
	err = row.Scan(&f.ID, &f.Owner, &f.Name, &f.Scope, store.JSON(&f.Services), &created, &revoked, &fetched)
	f.CreatedAt, f.RevokedAt, f.LastFetched = created.Time, revoked.Time, fetched.Time
	return f, err
}

// record writes into the log what happened to a feed. Its token is in no log.
func record(tx *store.Tx, by scheduler.Person, id, text string) error {
	return agenda.Record(tx, scheduler.Event{
		Actor: by.Email, Via: by.Via, Kind: scheduler.FeedChanged, Text: text, Data: scheduler.Facts{Subject: id},
	})
}

func secret() string {
	var b [32]byte
	rand.Read(b[:]) //nolint:errcheck // never returns one, see crypto/rand
	return base64.RawURLEncoding.EncodeToString(b[:])
}

// digest is what is kept of a token.
func digest(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

// wrap says what was being done, but leaves a refusal as it is.
func wrap(doing string, err error) error {
	var invalid scheduler.InvalidError
	if err == nil || errors.Is(err, scheduler.ErrNotFound) || errors.As(err, &invalid) {
		return err
	}
	return fmt.Errorf("feed: %s: %w", doing, err)
}
