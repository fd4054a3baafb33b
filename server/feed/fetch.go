package feed

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"time"
	"unicode"

	"lull/scheduler"
	"lull/scheduler/store"
)

const (
	noteEach     = time.Minute // how often a fetch is noted at most
	notePatience = time.Second // how long a reader is kept for it
	longestAgent = 120         // octets of what a program calls itself
)

// ownIn is the feed whose token has that digest, if it and its owner are good.
func ownIn(tx *store.Tx, digest string) (Feed, error) {
	feed, err := scan(tx.Row(`
		SELECT `+columns+`
		FROM feeds f
		JOIN people p ON p.email = f.owner
		WHERE f.token_hash = $1 AND f.revoked_at IS NULL AND NOT p.disabled`, digest))
	if errors.Is(err, sql.ErrNoRows) {
		err = scheduler.ErrNotFound
	}
	return feed, err
}

// note keeps that a feed is in use and by whom, now and then. A calendar that
// can be read is not held back because that could not be kept.
func (f *Feeds) note(ctx context.Context, p *rendered, agent string) {
	now, last := f.db.Now().Unix(), p.noted.Load()
	if now-last < int64(noteEach/time.Second) && now >= last || !p.noted.CompareAndSwap(last, now) {
		return
	}
	ctx, stop := context.WithTimeout(ctx, notePatience)
	defer stop()
	err := f.db.Update(ctx, func(tx *store.Tx) error {
		_, err := tx.Exec(`UPDATE feeds SET last_fetched_at = $2, fetched_by = $3 WHERE id = $1`, p.own.ID, store.At(tx.Now), plainly(agent))
		return err
	})
	if err != nil {
		f.opts.Log.WarnContext(ctx, "note that a feed is in use", "feed", p.own.ID, "error", err)
	}
}

// plainly is what a program calls itself, as a page may show it.
func plainly(agent string) string {
	agent = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(agent, ""))
	if len(agent) > longestAgent {
		agent = strings.ToValidUTF8(agent[:longestAgent], "")
	}
	return agent
}
