package feed

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"lull/scheduler/store"
)

// mostEditions is how many feeds we know the last change of. One that was
// forgotten has changed when it is next asked for, which is never earlier.
const mostEditions = 2000

// changed is since when the feed is what its etag says: as kept, or from now on.
// It moves on with every change by a second at least, since that is all that a
// reader who knows only dates can tell apart.
func (f *Feeds) changed(ctx context.Context, key, etag string) (at time.Time, err error) {
	name := digest(key)
	var kept string
	var since store.Time
	err = f.db.View(ctx, func(tx *store.Tx) error {
		at = tx.Now
		return edition(tx, name, &kept, &since)
	})
	if err != nil {
		return time.Time{}, wrap("look for a feed's edition", err)
	}
	if kept == etag {
		return since.Time, nil
	}
	err = f.db.Update(ctx, func(tx *store.Tx) error {
		if err := edition(tx, name, &kept, &since); err != nil {
			return err
		}
		at = tx.Now
		if next := since.Add(time.Second); !since.IsZero() && next.After(at) {
			at = next
		}
		return keep(tx, name, etag, at)
	})
	if err != nil { // a calendar that can be read is not held back for its date
		f.opts.Log.WarnContext(ctx, "keep a feed's edition", "error", err)
	}
	return at, nil
}

// edition reads what is kept of the feed with that name; nothing if nothing is.
func edition(tx *store.Tx, name string, etag *string, since *store.Time) error {
	*etag, *since = "", store.Time{}
	err := tx.Row(`SELECT etag, changed_at FROM feed_editions WHERE feed = $1`, name).Scan(etag, since)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	return err
}

func keep(tx *store.Tx, name, etag string, at time.Time) error {
	if _, err := tx.Exec(`
		INSERT INTO feed_editions (feed, etag, changed_at)
		VALUES ($1, $2, $3)
		ON CONFLICT (feed) DO UPDATE SET etag = excluded.etag, changed_at = excluded.changed_at`,
		name, etag, store.At(at)); err != nil {
		return err
	}
	_, err := tx.Exec(`
		DELETE FROM feed_editions
		WHERE feed IN (SELECT feed FROM feed_editions ORDER BY changed_at DESC, feed LIMIT 1000 OFFSET $1)`, mostEditions)
	return err
}
