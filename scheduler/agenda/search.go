package agenda

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"lull/scheduler"
	"lull/scheduler/store"
)

// scope is a kind of document that search reads.
type scope int

// The scopes, as the database has them.
const (
	ofWindow scope = iota
	ofTitle
	ofLog
)

// indexWindow lets search find w as it is now.
func indexWindow(tx *store.Tx, w scheduler.Window) error {
	services, err := ServicesOf(tx, w.Slugs())
	if err != nil {
		return err
	}
	texts := w.Texts()
	for _, s := range services {
		texts = append(texts, s.Name)
	}
	if err := indexWords(tx, ofTitle, int64(w.Number), scheduler.Words(w.Title)); err != nil {
		return err
	}
	return indexWords(tx, ofWindow, int64(w.Number), scheduler.Words(texts...))
}

// forgetWindow lets search forget the window of that number.
func forgetWindow(tx *store.Tx, number int) error {
	if _, err := tx.Exec(`DELETE FROM search_queue WHERE number = $1`, number); err != nil {
		return err
	}
	for _, s := range []scope{ofTitle, ofWindow} {
		if err := indexWords(tx, s, int64(number), nil); err != nil {
			return err
		}
		if _, err := tx.Exec(`DELETE FROM search_texts WHERE scope = $1 AND doc = $2`, s, number); err != nil {
			return err
		}
	}
	return nil
}

// indexWords keeps the words, in order, as those of the document.
func indexWords(tx *store.Tx, s scope, doc int64, words []string) error {
	var had string
	err := tx.Row(`SELECT words FROM search_texts WHERE scope = $1 AND doc = $2`, s, doc).Scan(&had)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	text := " " + strings.Join(words, " ") + " "
	if had == text {
		return nil
	}
	old := strings.Fields(had)
	for _, word := range old {
		if _, stays := slices.BinarySearch(words, word); stays {
			continue
		}
		if _, err := tx.Exec(`DELETE FROM search_words WHERE scope = $1 AND word = $2 AND doc = $3`, s, word, doc); err != nil {
			return err
		}
	}
	fresh := slices.DeleteFunc(slices.Clone(words), func(word string) bool {
		_, had := slices.BinarySearch(old, word)
		return had
	})
	if err := addWords(tx, s, doc, fresh); err != nil {
		return err
	}
	_, err = tx.Exec(`
		INSERT INTO search_texts (scope, doc, words) VALUES ($1, $2, $3)
		ON CONFLICT (scope, doc) DO UPDATE SET words = excluded.words`, s, doc, text)
	return err
}

// addWords writes the words sixteen at a time, always in the same statement, so
// that it is prepared once: a last one that is not full repeats its last word.
func addWords(tx *store.Tx, s scope, doc int64, words []string) error {
	for part := range slices.Chunk(words, 16) {
		args := []any{s, doc}
		for i := range 16 {
			args = append(args, part[min(i, len(part)-1)])
		}
		if _, err := tx.Exec(`
			INSERT INTO search_words (scope, doc, word)
			VALUES ($1, $2, $3), ($1, $2, $4), ($1, $2, $5), ($1, $2, $6), ($1, $2, $7), ($1, $2, $8), ($1, $2, $9), ($1, $2, $10),
				($1, $2, $11), ($1, $2, $12), ($1, $2, $13), ($1, $2, $14), ($1, $2, $15), ($1, $2, $16), ($1, $2, $17), ($1, $2, $18)
			ON CONFLICT (scope, word, doc) DO NOTHING`, args...); err != nil {
			return err
		}
	}
	return nil
}

// most that Index reads in one transaction, so that nobody waits long for it.
const (
	windowsAtOnce = 100
	entriesAtOnce = 300
)

// Index reads into the search what is not in it yet, the newest first: what was
// there before the search was, and windows on a service that got another name.
// It returns now while there is more of it; zero when all is read.
func (a *Agenda) Index(ctx context.Context) (next time.Time, err error) {
	read := 0
	err = a.db.View(ctx, func(tx *store.Tx) error {
		behind, err := unread(tx)
		if behind {
			next = tx.Now
		}
		return err
	})
	if err != nil || next.IsZero() {
		return next, err
	}
	err = a.db.Update(ctx, func(tx *store.Tx) error {
		read, err = indexQueue(tx)
		if err != nil || read > 0 {
			return err
		}
		return indexLog(tx)
	})
	if err != nil {
		return time.Time{}, fmt.Errorf("agenda: index: %w", err)
	}
	return next, nil
}

// unread reports whether there is something that search has not read yet.
func unread(tx *store.Tx) (behind bool, err error) {
	err = tx.Row(`SELECT EXISTS (SELECT 1 FROM search_queue) OR EXISTS (SELECT 1 FROM cursors WHERE name = 'search' AND seq > 0)`).Scan(&behind)
	return behind, err
}

func indexQueue(tx *store.Tx) (n int, err error) {
	numbers, err := store.Rows(tx, func(r store.Scanner) (n int64, err error) { return n, r.Scan(&n) },
		`SELECT number FROM search_queue ORDER BY number DESC LIMIT $1`, windowsAtOnce)
	if err != nil || len(numbers) == 0 {
		return 0, err
	}
	ws, err := windows(tx, `WHERE w.number IN (`+holes(1, len(numbers))+`)`, anys(numbers)...)
	if err != nil {
		return 0, err
	}
	for _, w := range ws {
		if err := indexWindow(tx, w); err != nil {
			return 0, err
		}
	}
	_, err = tx.Exec(`DELETE FROM search_queue WHERE number >= $1`, numbers[len(numbers)-1])
	return len(numbers), err
}

func indexLog(tx *store.Tx) error {
	evs, err := store.Rows(tx, scanEvent, eventColumns+`
		WHERE e.seq <= (SELECT c.seq FROM cursors c WHERE c.name = 'search') ORDER BY e.seq DESC LIMIT $1`, entriesAtOnce)
	if err != nil {
		return err
	}
	left := int64(0)
	for _, ev := range evs {
		if err := indexEvent(tx, ev); err != nil {
			return err
		}
		left = ev.Seq - 1
	}
	_, err = tx.Exec(`UPDATE cursors SET seq = $1 WHERE name = 'search'`, left)
	return err
}

func indexEvent(tx *store.Tx, ev scheduler.Event) error {
	words := scheduler.Words(ev.Texts()...)
	if _, err := tx.Exec(`INSERT INTO search_texts (scope, doc, words) VALUES ($1, $2, $3)`,
		ofLog, ev.Seq, " "+strings.Join(words, " ")+" "); err != nil {
		return err
	}
	return addWords(tx, ofLog, ev.Seq, words)
}
