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
	"strings"

	"lull/scheduler"
	"lull/scheduler/agenda"
	"lull/scheduler/store"
)

const (
	tokenLength = 43 // 256 random bits
	urlPath     = "/calendar/%s.ics"
)

// Make makes a feed of owner's, best begun from Usual, and answers its address,
// which is shown this once.
func (f *Feeds) Make(ctx context.Context, owner scheduler.Person, feed Feed) (made Feed, url string, err error) {
	feed.tidy()
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
		token, made = secret(), feed
		made.ID, made.Owner, made.CreatedAt = tx.NewID(), owner.Email, tx.Now
		if _, err := tx.Exec(`
			INSERT INTO feeds (id, name, scope, services, tiers, alarm, past, future, confirmed, owner, token_hash, created_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
			append(made.kept(), made.Owner, digest(token), store.At(made.CreatedAt))...); err != nil {
			return err
		}
		return record(tx, owner, made, "made")
	})
	if err != nil {
		return Feed{}, "", wrap("make a feed", err)
	}
	return made, f.address(token), nil
}

// Change changes what owner chose for a feed; its address stays.
func (f *Feeds) Change(ctx context.Context, owner scheduler.Person, id string, apply func(*Feed) error) (feed Feed, err error) {
	err = f.db.Update(ctx, func(tx *store.Tx) error {
		if feed, err = good(tx, id, owner); err != nil {
			return err
		}
		if err := apply(&feed); err != nil {
			return err
		}
		feed.ID = id
		feed.tidy()
		if err := feed.wrong().Err(); err != nil {
			return err
		}
		if err := known(tx, feed.Services); err != nil {
			return err
		}
		if _, err := tx.Exec(`
			UPDATE feeds
			SET name = $2, scope = $3, services = $4, tiers = $5, alarm = $6, past = $7, future = $8, confirmed = $9
			WHERE id = $1`, feed.kept()...); err != nil {
			return err
		}
		return record(tx, owner, feed, "changed")
	})
	return feed, wrap("change a feed", err)
}

// Rotate gives a feed of owner's another address, shown this once; the old one
// is unknown from then on.
func (f *Feeds) Rotate(ctx context.Context, owner scheduler.Person, id string) (feed Feed, url string, err error) {
	var token string
	err = f.db.Update(ctx, func(tx *store.Tx) error {
		if feed, err = good(tx, id, owner); err != nil {
			return err
		}
		token = secret()
		feed.FetchedBy = ""
		if _, err := tx.Exec(`UPDATE feeds SET token_hash = $2, last_fetched_at = NULL, fetched_by = '' WHERE id = $1`, id, digest(token)); err != nil {
			return err
		}
		return record(tx, owner, feed, "gave a new address to")
	})
	if err != nil {
		return Feed{}, "", wrap("rotate a feed", err)
	}
	return feed, f.address(token), nil
}

// List is the feeds of owner's that are good, the newest first.
func (f *Feeds) List(ctx context.Context, owner scheduler.Person) (all []Feed, err error) {
	err = f.db.View(ctx, func(tx *store.Tx) error {
		all, err = store.Rows(tx, scan, `
			SELECT `+columns+`
			FROM feeds f
			WHERE f.owner = $1 AND f.revoked_at IS NULL
			ORDER BY f.created_at DESC, f.id`, owner.Email)
		return err
	})
	return all, wrap("list feeds", err)
}

// One is a feed of owner's that is good.
func (f *Feeds) One(ctx context.Context, owner scheduler.Person, id string) (feed Feed, err error) {
	err = f.db.View(ctx, func(tx *store.Tx) error {
		feed, err = good(tx, id, owner)
		return err
	})
	return feed, wrap("look for a feed", err)
}

// Revoke ends a feed of owner's. An admin may end anybody's.
func (f *Feeds) Revoke(ctx context.Context, owner scheduler.Person, id string) error {
	err := f.db.Update(ctx, func(tx *store.Tx) error {
		feed, err := find(tx, id)
		if err == nil && feed.Owner != owner.Email && !owner.Role.May(scheduler.Admin) {
			err = scheduler.ErrNotFound
		}
		if err != nil {
			return err
		}
		if _, err := tx.Exec(`UPDATE feeds SET revoked_at = $2 WHERE id = $1`, id, store.At(tx.Now)); err != nil {
			return err
		}
		return record(tx, owner, feed, "revoked")
	})
	return wrap("revoke a feed", err)
}

// find is the feed with that id, if it was not revoked.
func find(tx *store.Tx, id string) (Feed, error) {
	if !storable(id) {
		return Feed{}, scheduler.ErrNotFound
	}
	feed, err := scan(tx.Row(`SELECT `+columns+` FROM feeds f WHERE f.id = $1 AND f.revoked_at IS NULL`, id))
	if errors.Is(err, sql.ErrNoRows) {
		err = scheduler.ErrNotFound
	}
	return feed, err
}

// good is the feed of owner's with that id, if it was not revoked.
func good(tx *store.Tx, id string, owner scheduler.Person) (Feed, error) {
	feed, err := find(tx, id)
	if err == nil && feed.Owner != owner.Email {
		err = scheduler.ErrNotFound
	}
	return feed, err
}

// address is where the feed with that token is.
func (f *Feeds) address(token string) string {
	return strings.TrimSuffix(f.opts.BaseURL, "/") + fmt.Sprintf(urlPath, token)
}

// record writes into the log what happened to a feed. Its token is in no log.
func record(tx *store.Tx, by scheduler.Person, feed Feed, did string) error {
	return agenda.Record(tx, scheduler.Event{
		Actor: by.Email, Via: by.Via, Kind: scheduler.FeedChanged, Data: scheduler.Facts{Subject: feed.ID},
		Text: fmt.Sprintf("%s %s the feed %q.", by.Name, did, feed.Name),
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
	var text [2 * sha256.Size]byte
	hex.Encode(text[:], sum[:])
	return string(text[:])
}

// wrap says what was being done, but leaves a refusal as it is.
func wrap(doing string, err error) error {
	var invalid scheduler.InvalidError
	if err == nil || errors.Is(err, scheduler.ErrNotFound) || errors.As(err, &invalid) {
		return err
	}
	return fmt.Errorf("feed: %s: %w", doing, err)
}
