package agenda

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"

	"lull/scheduler"
	"lull/scheduler/store"
)

// Record appends ev to the log, as the next link of the chain. It is the last
// thing a transaction does.
func Record(tx *store.Tx, ev scheduler.Event) error {
	_, err := recordAll(tx, []scheduler.Event{ev})
	return err
}

// recordAll appends the events in their order, and returns the number of the last.
func recordAll(tx *store.Tx, evs []scheduler.Event) (seq int64, err error) {
	var hash []byte
	err = tx.Row(`SELECT seq, hash FROM events ORDER BY seq DESC LIMIT 1`).Scan(&seq, &hash)
	if errors.Is(err, sql.ErrNoRows) {
		hash, err = scheduler.Genesis, nil
	}
	if err != nil {
		return 0, fmt.Errorf("agenda: head of the log: %w", err)
	}
	rows := make([][]any, len(evs))
	for i, ev := range evs {
		seq++
		ev.Seq, ev.At, ev.Prev = seq, tx.Now, hash
		data, err := ev.Data.JSON()
		if err != nil {
			return 0, fmt.Errorf("agenda: record %s: %w", ev.Kind, err)
		}
		hash = ev.Digest(data)
		rows[i] = []any{
			ev.Seq, sql.NullString{String: ev.WindowID, Valid: ev.WindowID != ""}, store.At(ev.At), ev.Actor, ev.Via, ev.Kind, ev.Text,
			data, ev.Prev, hash,
		}
	}
	if err := insert(tx, `INSERT INTO events (seq, window_id, at, actor, via, kind, text, data, prev, hash)`, rows); err != nil {
		return 0, fmt.Errorf("agenda: record: %w", err)
	}
	for i, ev := range evs {
		ev.Seq = seq - int64(len(evs)-1-i)
		if err := readEvent(tx, ev); err != nil {
			return 0, fmt.Errorf("agenda: record %s: %w", ev.Kind, err)
		}
	}
	return seq, nil
}

const eventColumns = `SELECT e.seq, coalesce(e.window_id, ''), e.at, e.actor, e.via, e.kind, e.text, e.data, e.prev, e.hash FROM events e `

// stored is an event and its data as they stand in the database.
type stored struct {
	scheduler.Event
	data string
}

func scanStored(r store.Scanner) (s stored, err error) {
	var at store.Time
	if err = r.Scan(&s.Seq, &s.WindowID, &at, &s.Actor, &s.Via, &s.Kind, &s.Text, &s.data, &s.Prev, &s.Hash); err != nil {
		return s, err
	}
	s.At = at.Time
	return s, store.JSON(&s.Data).Scan(s.data)
}

func scanEvent(r store.Scanner) (scheduler.Event, error) {
	s, err := scanStored(r)
	return s.Event, err
}

// ChainError is the first row of the log that does not follow from the one
// before it.
type ChainError struct {
	Seq int64
	Why string
}

func (e *ChainError) Error() string {
	return fmt.Sprintf("the log is broken at row %d: %s", e.Seq, e.Why)
}

// Verify walks the whole chain of the log. A break is a *ChainError.
func (a *Agenda) Verify(ctx context.Context) (rows int64, err error) {
	err = a.db.View(ctx, func(tx *store.Tx) error {
		rows = 0
		prev := scheduler.Genesis
		for {
			page, err := store.Rows(tx, scanStored, eventColumns+`WHERE e.seq > $1 ORDER BY e.seq LIMIT 1000`, rows)
			if err != nil {
				return fmt.Errorf("agenda: verify: %w", err)
			}
			for _, ev := range page {
				switch {
				case ev.Seq != rows+1:
					return &ChainError{rows + 1, "it is missing"}
				case !bytes.Equal(ev.Prev, prev):
					return &ChainError{ev.Seq, "it does not name the row before it"}
				case !bytes.Equal(ev.Hash, ev.Digest(ev.data)):
					return &ChainError{ev.Seq, "it is not what was written"}
				}
				rows, prev = ev.Seq, ev.Hash
			}
			if len(page) == 0 {
				return nil
			}
		}
	})
	return rows, err
}

// Edition names the present state of everything: the number of the last event.
func (a *Agenda) Edition(ctx context.Context) (seq int64, err error) {
	err = a.db.View(ctx, func(tx *store.Tx) error {
		return tx.Row(`SELECT coalesce(max(seq), 0) FROM events`).Scan(&seq)
	})
	return seq, err
}

// Tell hands each event that the notifier has not handled to tell, the oldest
// first, each in a transaction of its own. An event for which tell returns nil
// counts as handled. The window is as it stands now; zero when the event is
// about none, or about one that is gone.
func (a *Agenda) Tell(ctx context.Context, tell func(*store.Tx, scheduler.Event, scheduler.Window) error) error {
	for {
		more, err := false, error(nil)
		err = a.db.Update(ctx, func(tx *store.Tx) error {
			more = false
			at, err := toldUpTo(tx)
			if err != nil {
				return err
			}
			evs, err := store.Rows(tx, scanEvent, eventColumns+`WHERE e.seq > $1 ORDER BY e.seq LIMIT 1`, at)
			if err != nil || len(evs) == 0 {
				return err
			}
			ev := evs[0]
			var w scheduler.Window
			if ev.WindowID != "" && (ev.Data.Announce != "" || ev.Data.Inside) {
				if w, err = window(tx, ev.WindowID); err != nil && !errors.Is(err, scheduler.ErrNotFound) {
					return err
				}
			}
			if err := tell(tx, ev, w); err != nil {
				return err
			}
			more = true
			_, err = tx.Exec(`
				INSERT INTO cursors (name, seq) VALUES ('notifier', $1)
				ON CONFLICT (name) DO UPDATE SET seq = excluded.seq`, ev.Seq)
			return err
		})
		if err != nil {
			return fmt.Errorf("agenda: tell: %w", err)
		}
		if !more {
			return nil
		}
	}
}

// toldUpTo is the last event the notifier has handled.
func toldUpTo(tx *store.Tx) (seq int64, err error) {
	err = tx.Row(`SELECT coalesce(max(seq), 0) FROM cursors WHERE name = 'notifier'`).Scan(&seq)
	return seq, err
}
