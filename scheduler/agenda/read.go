package agenda

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"lull/scheduler"
	"lull/scheduler/store"
)

// Window is the one with that id or name.
func (a *Agenda) Window(ctx context.Context, ref string) (v View, err error) {
	err = a.db.View(ctx, func(tx *store.Tx) error {
		w, err := window(tx, ref)
		if err != nil {
			return err
		}
		v, err = view(tx, w)
		return err
	})
	return v, err
}

// Filter picks windows.
type Filter struct {
	From, To  time.Time // those that touch this stretch of time
	Services  []string
	States    []scheduler.State
	Kind      scheduler.Kind
	Lead, Q   string
	Series    string // the id
	Public    bool   // only published ones that are public
	Backwards bool   // the latest start first
	Limit     int    // 50 when zero, at most 500
	Cursor    string
}

// where builds the condition.
func (f Filter) where(tx *store.Tx) (c *condition, err error) {
	c = &condition{}
	if !f.From.IsZero() {
		c.add("w.end_at > ?", store.At(f.From))
		c.add("w.start_at > ?", store.At(f.From.Add(-scheduler.LongestWindow)))
	}
	if !f.To.IsZero() {
		c.add("w.start_at < ?", store.At(f.To))
	}
	if len(f.Services) > 0 {
		if err := c.touching(tx, f.Services); err != nil {
			return nil, err
		}
	}
	if len(f.States) > 0 {
		c.add("w.state IN ("+marks(len(f.States))+")", anys(f.States)...)
	}
	if f.Kind != "" {
		c.add("w.kind = ?", f.Kind)
	}
	if f.Lead != "" {
		c.add("w.lead = ?", strings.ToLower(f.Lead))
	}
	if f.Series != "" {
		c.add("w.series_id = ?", f.Series)
	}
	if f.Public {
		c.add("w.published = ?", true)
	}
	q, err := scheduler.ParseQuery(f.Q)
	if err != nil {
		return nil, err
	}
	if q != nil {
		if err := c.finding(tx, ofWindow, "w.number", q); err != nil {
			return nil, err
		}
	}
	return c, f.after(c)
}

// byStart is the order of windows; those without a start come first.
const byStart = "coalesce(w.start_at, 0)"

// after adds where the last page ended.
func (f Filter) after(c *condition) error {
	if f.Cursor == "" {
		return nil
	}
	at, id, ok := strings.Cut(f.Cursor, "-")
	ms, bad := strconv.ParseInt(at, 10, 64)
	if !ok || bad != nil || strings.ContainsRune(id, 0) || !utf8.ValidString(id) {
		return scheduler.InvalidError{"cursor": "This is not a cursor of this list."}
	}
	way := ">"
	if f.Backwards {
		way = "<"
	}
	c.add("("+c.order(byStart)+", w.id) "+way+" (?, ?)", ms, id)
	return nil
}

// Windows lists windows by their start, and the cursor of the next page, if any.
func (a *Agenda) Windows(ctx context.Context, f Filter) (vs []View, next string, err error) {
	limit := f.Limit
	if limit <= 0 {
		limit = 50
	}
	limit = min(limit, 500)
	order := "ASC"
	if f.Backwards {
		order = "DESC"
	}
	err = a.db.View(ctx, func(tx *store.Tx) error {
		c, err := f.where(tx)
		if err != nil {
			return err
		}
		ws, err := windows(tx, fmt.Sprintf(`%s ORDER BY %s %s, w.id %s LIMIT %d`, c.text.String(), c.order(byStart), order, order, limit+1), c.args...)
		if err != nil {
			return err
		}
		next = ""
		if len(ws) > limit {
			ws = ws[:limit]
			last := ws[limit-1]
			at := int64(0)
			if !last.Start.IsZero() {
				at = last.Start.UnixMilli()
			}
			next = fmt.Sprintf("%d-%s", at, last.ID)
		}
		vs, err = views(tx, ws)
		return err
	})
	return vs, next, err
}

// CalendarFilter picks the windows of a feed or of the public page.
type CalendarFilter struct {
	Services []string // those that touch one of these; none: all
	Public   bool     // only published ones; Calendar asks that they are public too
	From, To time.Time
	IDs      []string // only these, of which some may be gone; none: all
}

// Calendar lists the windows of a stretch of time by their start.
func (a *Agenda) Calendar(ctx context.Context, f CalendarFilter) (vs []View, err error) {
	err = a.db.View(ctx, func(tx *store.Tx) error {
		ws, err := ShownIn(tx, f)
		if err != nil {
			return err
		}
		if f.Public {
			ws = slices.DeleteFunc(ws, func(w scheduler.Window) bool { return !w.Public })
		}
		if err := fillChecks(tx, ws); err != nil {
			return err
		}
		vs, err = views(tx, ws)
		return err
	})
	return vs, err
}
