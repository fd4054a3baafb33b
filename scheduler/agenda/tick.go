package agenda

import (
	"context"
	"fmt"
	"slices"
	"time"

	"lull/scheduler"
	"lull/scheduler/store"
)

// Tick records what time itself has done since it was last asked: reminders,
// late, decide-by, overrun, subscriptions that were never confirmed, and the
// windows of series that have come into their horizon. Asking twice does no
// harm. It returns the next moment at which there is something to do; zero when
// nothing lies ahead.
func (a *Agenda) Tick(ctx context.Context) (next time.Time, err error) {
	var due []string
	err = a.db.View(ctx, func(tx *store.Tx) error {
		due, err = store.Rows(tx, func(r store.Scanner) (id string, err error) { return id, r.Scan(&id) },
			`SELECT id FROM windows WHERE due_at <= $1 ORDER BY due_at, id`, store.At(tx.Now))
		return err
	})
	if err != nil {
		return next, fmt.Errorf("agenda: tick: %w", err)
	}
	for _, id := range due {
		if err := a.db.Update(ctx, func(tx *store.Tx) error { return tick(tx, id) }); err != nil {
			return next, fmt.Errorf("agenda: tick: %w", err)
		}
	}
	if err := a.overruns(ctx); err != nil {
		return next, fmt.Errorf("agenda: tick: %w", err)
	}
	if err := a.forgetUnconfirmed(ctx); err != nil {
		return next, fmt.Errorf("agenda: tick: %w", err)
	}
	rolls, err := a.roll(ctx)
	if err != nil {
		return next, err
	}
	err = a.db.View(ctx, func(tx *store.Tx) error {
		var at store.Time
		err := tx.Row(`SELECT min(due_at) FROM windows`).Scan(&at)
		next = at.Time
		return err
	})
	if !rolls.IsZero() && (next.IsZero() || rolls.Before(next)) {
		next = rolls
	}
	return next, err
}

// overruns tells the people of windows that time itself has brought together:
// work that goes on past its end is in the way of what begins next.
func (a *Agenda) overruns(ctx context.Context) error {
	var ids []string
	err := a.db.View(ctx, func(tx *store.Tx) error {
		over, err := windows(tx, `WHERE w.state IN ('in_progress', 'verifying') AND w.end_at <= $1 ORDER BY w.id`, store.At(tx.Now))
		if err != nil || len(over) == 0 {
			return err
		}
		vs, err := views(tx, over)
		if err != nil {
			return err
		}
		knew, err := knownTo(tx, over)
		if err != nil {
			return err
		}
		for _, v := range vs {
			for _, c := range v.Conflicts {
				if c.Window != "" && !knew[v.ID][v.KnownAs(c)] {
					ids = append(ids, v.ID, c.Window)
				}
			}
		}
		return nil
	})
	if err != nil || len(ids) == 0 {
		return err
	}
	slices.Sort(ids)
	ids = slices.Compact(ids)
	return a.db.Update(ctx, func(tx *store.Tx) error {
		for some := range slices.Chunk(ids, mostRows) {
			ws, err := windows(tx, `WHERE w.id IN (`+holes(1, len(some))+`) AND w.state IN ('requested', 'scheduled', 'in_progress', 'verifying') ORDER BY w.start_at, w.id`, anys(some)...)
			if err != nil {
				return err
			}
			if err := tellNew(tx, ws, scheduler.Clock); err != nil {
				return err
			}
		}
		return nil
	})
}

func tick(tx *store.Tx, id string) error {
	w, err := window(tx, id)
	if err != nil {
		return err
	}
	heard, err := lastMail(tx, w)
	if err != nil {
		return err
	}
	was := w
	events, err := callOut(tx, &w, w.Tick(tx.Now, heard))
	if err != nil {
		return err
	}
	if err := keep(tx, w, &was); err != nil {
		return err
	}
	for _, ev := range events {
		if err := Record(tx, ev); err != nil {
			return err
		}
	}
	return nil
}
