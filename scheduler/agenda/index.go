package agenda

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"lull/scheduler/store"
)

// How much Index does in one transaction, so that nobody waits long for it, and
// how much may be pending before it is worth a transaction. Each search looks
// through what is pending.
const (
	windowsAtOnce = 100
	entriesAtOnce = 300
	pendingAtOnce = 200
	mostPending   = 500
)

// Index brings the search up to date: it reads what was there before there was
// a search and windows on a service that got another name, the newest first,
// and writes down where the words are that came in lately. It returns now while
// there is more to do; zero when there is none.
func (a *Agenda) Index(ctx context.Context) (next time.Time, err error) {
	var do func(*store.Tx) error
	err = a.db.View(ctx, func(tx *store.Tx) error {
		if do, err = nextToIndex(tx); do != nil {
			next = tx.Now
		}
		return err
	})
	if err == nil && do != nil {
		err = a.db.Update(ctx, do)
	}
	if err != nil {
		return time.Time{}, fmt.Errorf("agenda: index: %w", err)
	}
	return next, nil
}

// nextToIndex is the next thing that Index has to do, nil when there is none.
func nextToIndex(tx *store.Tx) (func(*store.Tx) error, error) {
	var queued, log bool
	var pending int
	err := tx.Row(`
		SELECT EXISTS (SELECT 1 FROM search_queue), EXISTS (SELECT 1 FROM cursors WHERE name = 'search' AND seq > 0),
			(SELECT count(*) FROM (SELECT 1 FROM search_pending LIMIT 501) AS part)`).Scan(&queued, &log, &pending)
	switch {
	case err != nil:
		return nil, err
	case pending > mostPending:
		return placeWords, nil
	case queued:
		return readQueue, nil
	case log:
		return readLog, nil
	}
	return nil, nil
}

// readQueue reads the windows that wait to be read.
func readQueue(tx *store.Tx) error {
	numbers, err := store.Rows(tx, func(r store.Scanner) (n int64, err error) { return n, r.Scan(&n) },
		`SELECT number FROM search_queue ORDER BY number DESC LIMIT $1`, windowsAtOnce)
	if err != nil || len(numbers) == 0 {
		return err
	}
	ws, err := windows(tx, `WHERE w.number IN (`+holes(1, len(numbers))+`)`, anys(numbers)...)
	if err != nil {
		return err
	}
	for _, w := range ws {
		if err := readWindow(tx, w); err != nil {
			return err
		}
	}
	_, err = tx.Exec(`DELETE FROM search_queue WHERE number >= $1`, numbers[len(numbers)-1])
	return err
}

// readLog reads entries that were recorded before there was a search.
func readLog(tx *store.Tx) error {
	evs, err := store.Rows(tx, scanEvent, eventColumns+`
		WHERE e.seq <= (SELECT c.seq FROM cursors c WHERE c.name = 'search') ORDER BY e.seq DESC LIMIT $1`, entriesAtOnce)
	if err != nil {
		return err
	}
	left := int64(0)
	for _, ev := range evs {
		if err := readEvent(tx, ev); err != nil {
			return err
		}
		left = ev.Seq - 1
	}
	_, err = tx.Exec(`UPDATE cursors SET seq = $1 WHERE name = 'search'`, left)
	return err
}

// place says that a word stands in a document.
type place struct {
	scope scope
	doc   int64
	word  string
}

// placeWords writes down where the words of some pending documents are.
func placeWords(tx *store.Tx) error {
	docs, err := store.Rows(tx, func(r store.Scanner) (p place, err error) { return p, r.Scan(&p.scope, &p.doc, &p.word) }, `
		SELECT t.scope, t.doc, t.words FROM search_pending p JOIN search_texts t ON t.scope = p.scope AND t.doc = p.doc
		ORDER BY p.scope, p.doc LIMIT $1`, pendingAtOnce)
	if err != nil || len(docs) == 0 {
		return err
	}
	var all []place
	for _, d := range docs {
		for _, word := range strings.Fields(d.word) {
			all = append(all, place{d.scope, d.doc, word})
		}
	}
	slices.SortFunc(all, func(a, b place) int {
		return cmp.Or(cmp.Compare(a.scope, b.scope), strings.Compare(a.word, b.word), cmp.Compare(a.doc, b.doc))
	})
	for some := range slices.Chunk(all, placesAtOnce) {
		var args []any
		for i := range placesAtOnce {
			p := some[min(i, len(some)-1)]
			args = append(args, p.scope, p.word, p.doc)
		}
		if _, err := tx.Exec(insertPlaces, args...); err != nil {
			return err
		}
	}
	last := docs[len(docs)-1]
	_, err = tx.Exec(`DELETE FROM search_pending WHERE (scope, doc) <= ($1, $2)`, last.scope, last.doc)
	return err
}

const placesAtOnce = 64

// insertPlaces is always the same statement, so that it is prepared once: a last
// chunk that is not full repeats its last place.
var insertPlaces = func() string {
	rows := make([]string, placesAtOnce)
	for i := range rows {
		rows[i] = "(" + holes(3*i+1, 3) + ")"
	}
	return `INSERT INTO search_words (scope, word, doc) VALUES ` + strings.Join(rows, ", ") + ` ON CONFLICT (scope, word, doc) DO NOTHING`
}()

// Reading reports whether there is something that search has not read yet.
func reading(tx *store.Tx) (behind bool, err error) {
	err = tx.Row(`SELECT EXISTS (SELECT 1 FROM search_queue) OR EXISTS (SELECT 1 FROM cursors WHERE name = 'search' AND seq > 0)`).Scan(&behind)
	return behind, err
}
