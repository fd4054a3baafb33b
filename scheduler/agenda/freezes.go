package agenda

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"lull/scheduler"
	"lull/scheduler/store"
)

func scanFreeze(r store.Scanner) (f scheduler.Freeze, err error) {
	err = r.Scan(store.JSON(&f))
	return f, err
}

// Freezes lists every freeze by its start.
func (a *Agenda) Freezes(ctx context.Context) (all []scheduler.Freeze, err error) {
	err = a.db.View(ctx, func(tx *store.Tx) error {
		under, err := groundOf(tx)
		if err != nil {
			return err
		}
		all = slices.Clone(under.freezes)
		return nil
	})
	return all, err
}

// Freeze is the one with that id.
func (a *Agenda) Freeze(ctx context.Context, id string) (f scheduler.Freeze, err error) {
	err = a.db.View(ctx, func(tx *store.Tx) error {
		f, err = freeze(tx, id)
		return err
	})
	return f, err
}

// Frozen lists the periods of freezes that touch a stretch of time, by their start.
func (a *Agenda) Frozen(ctx context.Context, i scheduler.Interval) (all []scheduler.Frozen, err error) {
	err = a.db.View(ctx, func(tx *store.Tx) error {
		all, err = FrozenIn(tx, i)
		return err
	})
	return all, err
}

// FrozenIn lists the same as they stand in tx.
func FrozenIn(tx *store.Tx, i scheduler.Interval) ([]scheduler.Frozen, error) {
	under, err := groundOf(tx)
	if err != nil {
		return nil, err
	}
	return periodsIn(under.freezes, i)
}

func freeze(tx *store.Tx, id string) (scheduler.Freeze, error) {
	found, err := store.Rows(tx, scanFreeze, `SELECT doc FROM freezes WHERE id = $1`, id)
	if err == nil && len(found) == 0 {
		err = scheduler.ErrNotFound
	}
	if err != nil {
		return scheduler.Freeze{}, err
	}
	return found[0], nil
}

// AddFreeze adds a freeze, and tells the people of windows that it now stands
// in the way of.
func (a *Agenda) AddFreeze(ctx context.Context, f scheduler.Freeze, by scheduler.Person) (scheduler.Freeze, error) {
	err := a.db.Update(ctx, func(tx *store.Tx) error {
		f.ID, f.Version, f.Created = tx.NewID(), 1, tx.Now
		return keepFreeze(tx, &f, f, by, "added")
	})
	return f, err
}

// ChangeFreeze changes a freeze. A version that is not the present one is
// ErrStale; 0 is any.
func (a *Agenda) ChangeFreeze(ctx context.Context, id string, version int, apply func(*scheduler.Freeze) error, by scheduler.Person) (f scheduler.Freeze, err error) {
	err = a.db.Update(ctx, func(tx *store.Tx) error {
		was, err := freeze(tx, id)
		if err != nil {
			return err
		}
		if version > 0 && version != was.Version {
			return scheduler.ErrStale
		}
		f = was
		f.Services, f.Tiers = slices.Clone(was.Services), slices.Clone(was.Tiers)
		if err := apply(&f); err != nil {
			return err
		}
		f.ID, f.Created, f.Version = was.ID, was.Created, was.Version+1
		return keepFreeze(tx, &f, was, by, "changed")
	})
	return f, err
}

// keepFreeze keeps f in the place of was.
func keepFreeze(tx *store.Tx, f *scheduler.Freeze, was scheduler.Freeze, by scheduler.Person, did string) error {
	wrong := scheduler.InvalidError{} // everything that is, in one answer
	if err := f.Check(); err != nil && !errors.As(err, &wrong) {
		return err
	}
	have, err := ServicesOf(tx, f.Services)
	if err != nil {
		return err
	}
	if gone := missing(f.Services, have); gone != "" {
		wrong["services"] = gone
	}
	last, err := lastPeriod(f)
	var rule scheduler.InvalidError
	switch {
	case errors.As(err, &rule):
		for field, words := range rule {
			if wrong[field] == "" {
				wrong[field] = words
			}
		}
	case err != nil && len(wrong) == 0:
		return err
	}
	if err := wrong.Err(); err != nil {
		return err
	}
	f.Updated = tx.Now
	if _, err := tx.Exec(`
		INSERT INTO freezes (id, title, start_at, end_at, last_at, version, updated_at, doc) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
		ON CONFLICT (id) DO UPDATE SET title = excluded.title, start_at = excluded.start_at, end_at = excluded.end_at,
			last_at = excluded.last_at, version = excluded.version, updated_at = excluded.updated_at, doc = excluded.doc`,
		f.ID, f.Title, store.At(f.Start), store.At(f.End), store.At(last), f.Version, store.At(tx.Now), store.JSON(f)); err != nil {
		return fmt.Errorf("agenda: keep freeze %s: %w", f.ID, err)
	}
	if err := shake(tx); err != nil {
		return err
	}
	if err := Record(tx, scheduler.Event{
		Actor: by.Email, Via: by.Via, Kind: scheduler.FreezeKept,
		Text: fmt.Sprintf("%s %s the freeze %q.", by.Name, did, f.Title), Data: scheduler.Facts{Subject: f.ID},
	}); err != nil {
		return err
	}
	return recheckAll(tx, both(*f, last, was), by)
}

// both is what is touched by a freeze, which ends for good at last, and of what it was.
func both(f scheduler.Freeze, last time.Time, was scheduler.Freeze) touched {
	in := touched{Interval: scheduler.Interval{Start: f.Start, End: last}}
	if was.Start.Before(in.Start) {
		in.Start = was.Start
	}
	if end, err := lastPeriod(&was); err != nil || end.IsZero() || last.IsZero() {
		in.End = time.Time{}
	} else if end.After(last) {
		in.End = end
	}
	return in
}

// DeleteFreeze forgets a freeze; the log keeps that it was.
func (a *Agenda) DeleteFreeze(ctx context.Context, id string, by scheduler.Person) error {
	return a.db.Update(ctx, func(tx *store.Tx) error {
		f, err := freeze(tx, id)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(`DELETE FROM freezes WHERE id = $1`, id); err != nil {
			return fmt.Errorf("agenda: delete freeze %s: %w", id, err)
		}
		if err := shake(tx); err != nil {
			return err
		}
		if err := Record(tx, scheduler.Event{
			Actor: by.Email, Via: by.Via, Kind: scheduler.FreezeDeleted,
			Text: fmt.Sprintf("%s deleted the freeze %q.", by.Name, f.Title), Data: scheduler.Facts{Subject: id},
		}); err != nil {
			return err
		}
		return recheckAll(tx, touched{Interval: scheduler.Interval{Start: f.Start}}, by)
	})
}
