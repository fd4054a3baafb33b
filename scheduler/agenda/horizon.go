package agenda

import (
	"context"
	"fmt"
	"time"

	"lull/scheduler"
	"lull/scheduler/store"
)

// rollEvery is how many days pass until the horizon of a series moves on again,
// so that stakeholders hear of a month of new dates, and not of each.
const rollEvery = 28

// dueAt is when the next windows of s are to be made, zero when it makes none.
func dueAt(s scheduler.Series, now time.Time) time.Time {
	rule, _ := seriesRule(s) // the zero rule, which never occurs, where no date is left
	next := rule.From(s.MadeUntil, 1)
	if len(next) == 0 || s.State == scheduler.SeriesEnded {
		return time.Time{}
	}
	at, soonest := next[0].At.AddDate(0, 0, -scheduler.Horizon).Add(time.Second), now.AddDate(0, 0, rollEvery)
	if at.Before(soonest) {
		return soonest
	}
	return at
}

// roll makes the windows that have come into the horizon of the series that are
// due, each series in a transaction of its own. It returns when the next one is
// due; zero: none is.
func (a *Agenda) roll(ctx context.Context) (next time.Time, err error) {
	var due []string
	err = a.db.View(ctx, func(tx *store.Tx) error {
		due, err = store.Rows(tx, scanString, `SELECT id FROM series WHERE due_at <= $1 ORDER BY due_at, id`, store.At(tx.Now))
		return err
	})
	if err != nil {
		return next, fmt.Errorf("agenda: horizon: %w", err)
	}
	for _, id := range due {
		if err := a.db.Update(ctx, func(tx *store.Tx) error { return rollOne(tx, id) }); err != nil {
			return next, fmt.Errorf("agenda: horizon of series %s: %w", id, err)
		}
	}
	err = a.db.View(ctx, func(tx *store.Tx) error {
		var at store.Time
		err := tx.Row(`SELECT min(due_at) FROM series`).Scan(&at)
		next = at.Time
		return err
	})
	return next, err
}

func rollOne(tx *store.Tx, id string) error {
	s, err := series(tx, id)
	if err != nil {
		return err
	}
	had, until := s.Version, horizon(tx.Now)
	due := dueAt(s, tx.Now)
	if !until.After(s.MadeUntil) || due.IsZero() { // another round was here before
		return keepSeries(tx, s, had, due)
	}
	rule, err := seriesRule(s)
	if err != nil {
		return err
	}
	all, err := members(tx, id)
	if err != nil {
		return err
	}
	from := s.MadeUntil
	if from.Before(tx.Now) { // the server was down for long: what is past is not made up for
		from = tx.Now
	}
	_, dates := standing(s, s, all, occurrences(s, rule, from, until))
	s.MadeUntil = until
	sc := scheduler.Scene{By: scheduler.Clock, Now: tx.Now}
	have, err := ServicesOf(tx, s.Slugs())
	if err != nil {
		return err
	}
	if gone := missing(s.Slugs(), have); gone != "" && len(dates) > 0 {
		ev := s.Happened(sc, scheduler.SeriesExtended, "No further windows were made: "+gone)
		if err := keepSeries(tx, s, had, dueAt(s, tx.Now)); err != nil {
			return err
		}
		return recordSeries(tx, ev)
	}
	return extend(tx, s, had, dates, sc)
}

// extend makes the windows of dates, and gives them what the series was given.
func extend(tx *store.Tx, s scheduler.Series, had int, dates []scheduler.Occurrence, sc scheduler.Scene) error {
	if len(dates) == 0 {
		return keepSeries(tx, s, had, dueAt(s, tx.Now))
	}
	ws, evs, err := occur(tx, s, dates, sc.By)
	if err != nil {
		return err
	}
	c, err := grouped(tx, ws, sc.By)
	if err != nil {
		return err
	}
	text := fmt.Sprintf("%s came into the horizon.", windowsWords(len(ws)))
	if s.State != scheduler.SeriesDraft {
		followed, err := c.each(func(w *scheduler.Window, sc scheduler.Scene) (scheduler.Event, error) { return w.Follow(s, sc) })
		if err != nil {
			return err
		}
		evs = append(evs, followed...)
		if n := among(c.ws, scheduler.Requested); n > 0 {
			text += fmt.Sprintf(" %d of them wait for approval.", n)
			if s.State == scheduler.SeriesApproved {
				s.State = scheduler.SeriesRequested
				s.Lapse()
			}
		}
	}
	more := gathered(&s, evs, sc, scheduler.SeriesExtended, text)
	if err := keepSeries(tx, s, had, dueAt(s, tx.Now)); err != nil {
		return err
	}
	if err := addAll(tx, c.ws); err != nil {
		return err
	}
	if err := recordSeries(tx, append(evs, more...)...); err != nil {
		return err
	}
	return recheck(tx, c.views(), sc.By)
}
