package agenda

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"time"

	"lull/scheduler"
	"lull/scheduler/store"
)

// LogFilter picks entries of the log.
type LogFilter struct {
	Window, Actor string
	Q             string // as scheduler.ParseQuery reads it
	From, To      time.Time
	Limit         int    // 100 when zero
	Cursor        string // where the last page ended
	Newest        bool   // the newest first
}

// Log lists entries of the log as they were recorded, those of a stretch of
// time by their time, and the cursor of the next page, if any.
func (a *Agenda) Log(ctx context.Context, f LogFilter) (evs []scheduler.Event, next string, err error) {
	limit := f.Limit
	if limit <= 0 || limit > 500 {
		limit = 100
	}
	order := "ASC"
	if f.Newest {
		order = "DESC"
	}
	err = a.db.View(ctx, func(tx *store.Tx) error {
		c, err := f.where(tx)
		if err != nil {
			return err
		}
		by := c.order("e.seq") + " " + order
		if f.timed() {
			by = c.order("e.at") + " " + order + ", e.seq " + order
		}
		evs, err = store.Rows(tx, scanEvent, fmt.Sprintf(`%s %s ORDER BY %s LIMIT %d`, eventColumns, c.text.String(), by, limit+1), c.args...)
		return err
	})
	if err != nil {
		return nil, "", err
	}
	if len(evs) > limit {
		evs = evs[:limit]
		next = strconv.FormatInt(evs[limit-1].Seq, 10)
	}
	return evs, next, nil
}

// timed reports whether the entries come by their time, which a clock that was
// put back can part from the order in which they were recorded.
func (f LogFilter) timed() bool { return !f.From.IsZero() || !f.To.IsZero() }

// where builds the condition.
func (f LogFilter) where(tx *store.Tx) (c *condition, err error) {
	c = &condition{}
	if f.Window != "" {
		w, err := window(tx, f.Window)
		if err != nil {
			return nil, err
		}
		c.add("e.window_id = ?", w.ID)
	}
	if f.Actor != "" {
		c.add("e.actor = ?", f.Actor)
	}
	if !f.From.IsZero() {
		c.add("e.at >= ?", store.At(f.From))
	}
	if !f.To.IsZero() {
		c.add("e.at < ?", store.At(f.To))
	}
	q, err := scheduler.ParseQuery(f.Q)
	if err != nil {
		return nil, err
	}
	if q != nil {
		if err := c.finding(tx, ofLog, "e.seq", q); err != nil {
			return nil, err
		}
	}
	return c, f.after(tx, c)
}

// after adds where the last page ended.
func (f LogFilter) after(tx *store.Tx, c *condition) error {
	if f.Cursor == "" {
		return nil
	}
	wrong := scheduler.InvalidError{"cursor": "This is not a cursor of this list."}
	seq, err := strconv.ParseInt(f.Cursor, 10, 64)
	if err != nil {
		return wrong
	}
	way := ">"
	if f.Newest {
		way = "<"
	}
	if !f.timed() {
		c.add(c.order("e.seq")+" "+way+" ?", seq)
		return nil
	}
	var at store.Time
	if err := tx.Row(`SELECT at FROM events WHERE seq = $1`, seq).Scan(&at); errors.Is(err, sql.ErrNoRows) {
		return wrong
	} else if err != nil {
		return err
	}
	c.add("("+c.order("e.at")+", e.seq) "+way+" (?, ?)", at, seq)
	return nil
}
