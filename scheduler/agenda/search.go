package agenda

import (
	"context"
	"fmt"
	"strings"

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

// readWindow lets search find w as it is now.
func readWindow(tx *store.Tx, w scheduler.Window) error {
	services, err := ServicesOf(tx, w.Slugs())
	if err != nil {
		return err
	}
	texts := w.Texts()
	for _, s := range services {
		texts = append(texts, s.Name)
	}
	if err := readText(tx, ofTitle, int64(w.Number), w.Title); err != nil {
		return err
	}
	return readText(tx, ofWindow, int64(w.Number), texts...)
}

// readEvent lets search find ev.
func readEvent(tx *store.Tx, ev scheduler.Event) error {
	return readText(tx, ofLog, ev.Seq, ev.Texts()...)
}

// readText keeps the words of the document. Where to find each of them is
// written later, for many documents at once: there are pages of the database
// for that all over the place, and who books should not wait for them.
func readText(tx *store.Tx, s scope, doc int64, texts ...string) error {
	words := " " + strings.Join(scheduler.Words(texts...), " ") + " "
	n, err := tx.Exec(`
		INSERT INTO search_texts (scope, doc, words) VALUES ($1, $2, $3)
		ON CONFLICT (scope, doc) DO UPDATE SET words = excluded.words WHERE search_texts.words <> excluded.words`, s, doc, words)
	if err != nil || n == 0 {
		return err
	}
	_, err = tx.Exec(`INSERT INTO search_pending (scope, doc) VALUES ($1, $2) ON CONFLICT (scope, doc) DO NOTHING`, s, doc)
	return err
}

// forgetWindow lets search forget the window of that number.
func forgetWindow(tx *store.Tx, number int) error {
	for _, q := range []string{
		`DELETE FROM search_texts WHERE scope IN (0, 1) AND doc = $1`,
		`DELETE FROM search_pending WHERE scope IN (0, 1) AND doc = $1`,
		`DELETE FROM search_queue WHERE number = $1`,
	} {
		if _, err := tx.Exec(q, number); err != nil {
			return err
		}
	}
	return nil
}

// readAgain lets search read the windows of a service anew, in a while, when
// its name is about to be another one.
func readAgain(tx *store.Tx, slug, name string) error {
	_, err := tx.Exec(`
		INSERT INTO search_queue (number)
		SELECT w.number FROM windows w JOIN window_services x ON x.window_id = w.id
		WHERE x.service = $1 AND EXISTS (SELECT 1 FROM services s WHERE s.slug = $1 AND s.name <> $2)
		ON CONFLICT (number) DO NOTHING`, slug, name)
	return err
}

// Found is what somebody looked for.
type Found struct {
	Query   scheduler.Query
	Windows []View // those whose title has every word first, then the latest start
	Entries []scheduler.Event
	// How many there are of each, counted up to MostCounted.
	WindowCount, EntryCount int
	Reading                 bool // what was there before the search was is still being read
}

// MostCounted is how far what was found is counted.
const MostCounted = 1000

// Search finds windows and entries of the log, at most limit of each. What
// cannot be looked for is an InvalidError of the field q; nothing typed finds
// nothing.
func (a *Agenda) Search(ctx context.Context, typed string, limit int) (found Found, err error) {
	q, err := scheduler.ParseQuery(typed)
	if err != nil || q == nil {
		return Found{}, err
	}
	err = a.db.View(ctx, func(tx *store.Tx) error {
		found = Found{Query: q}
		if found.Reading, err = reading(tx); err != nil {
			return err
		}
		if found.Windows, found.WindowCount, err = searchWindows(tx, q, limit); err != nil {
			return err
		}
		found.Entries, found.EntryCount, err = searchLog(tx, q, limit)
		return err
	})
	if err != nil {
		return Found{}, fmt.Errorf("agenda: search: %w", err)
	}
	return found, nil
}

func searchWindows(tx *store.Tx, q scheduler.Query, limit int) (vs []View, n int, err error) {
	titled, others := &condition{}, &condition{}
	if err := titled.finding(tx, ofTitle, "w.number", q); err != nil {
		return nil, 0, err
	}
	if err := others.finding(tx, ofWindow, "w.number", q); err != nil {
		return nil, 0, err
	}
	if n, err = others.count(tx, `windows w`); err != nil || n == 0 {
		return nil, n, err
	}
	others.holding(ofTitle, "w.number", "= 0", q)
	var ws []scheduler.Window
	for _, c := range []*condition{titled, others} {
		if len(ws) == limit {
			break
		}
		more, err := windows(tx, fmt.Sprintf(`%s ORDER BY %s DESC, w.id DESC LIMIT %d`, c.text.String(), c.order(byStart), limit-len(ws)), c.args...)
		if err != nil {
			return nil, 0, err
		}
		ws = append(ws, more...)
	}
	vs, err = views(tx, ws)
	return vs, n, err
}

func searchLog(tx *store.Tx, q scheduler.Query, limit int) (evs []scheduler.Event, n int, err error) {
	c := &condition{}
	if err := c.finding(tx, ofLog, "e.seq", q); err != nil {
		return nil, 0, err
	}
	if n, err = c.count(tx, `events e`); err != nil || n == 0 {
		return nil, n, err
	}
	evs, err = store.Rows(tx, scanEvent, fmt.Sprintf(`%s %s ORDER BY %s DESC LIMIT %d`, eventColumns, c.text.String(), c.order("e.seq"), limit), c.args...)
	return evs, n, err
}
