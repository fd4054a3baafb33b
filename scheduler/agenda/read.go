package agenda

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

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
	Public    bool // only published ones that are public
	Backwards bool // the latest start first
	Limit     int  // 50 when zero, at most 500
	Cursor    string
}

// where builds the condition; every value is an argument.
func (f Filter) where() (cond string, args []any, err error) {
	var b strings.Builder
	b.WriteString("WHERE w.id <> ''")
	add := func(text string, vs ...any) {
		for _, v := range vs {
			args = append(args, v)
			text = strings.Replace(text, "?", "$"+strconv.Itoa(len(args)), 1)
		}
		b.WriteString(" AND " + text)
	}
	if !f.From.IsZero() {
		add("w.end_at > ?", store.At(f.From))
		add("w.start_at > ?", store.At(f.From.Add(-scheduler.LongestWindow)))
	}
	if !f.To.IsZero() {
		add("w.start_at < ?", store.At(f.To))
	}
	if len(f.Services) > 0 {
		add("w.id IN (SELECT x.window_id FROM window_services x WHERE x.service IN ("+strings.TrimSuffix(strings.Repeat("?, ", len(f.Services)), ", ")+"))", anys(f.Services)...)
	}
	if len(f.States) > 0 {
		add("w.state IN ("+strings.TrimSuffix(strings.Repeat("?, ", len(f.States)), ", ")+")", anys(f.States)...)
	}
	if f.Kind != "" {
		add("w.kind = ?", f.Kind)
	}
	if f.Lead != "" {
		add("w.lead = ?", strings.ToLower(f.Lead))
	}
	if f.Q != "" {
		like := "%" + strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(strings.ToLower(f.Q)) + "%"
		add(`(lower(w.title) LIKE ? ESCAPE '\' OR lower(w.doc) LIKE ? ESCAPE '\')`, like, like)
	}
	if f.Public {
		add("w.published = ?", true)
	}
	if f.Cursor != "" {
		at, id, ok := strings.Cut(f.Cursor, "-")
		ms, bad := strconv.ParseInt(at, 10, 64)
		if !ok || bad != nil {
			return "", nil, scheduler.InvalidError{"cursor": "This is not a cursor of this list."}
		}
		way := ">"
		if f.Backwards {
			way = "<"
		}
		add("(coalesce(w.start_at, 0), w.id) "+way+" (?, ?)", ms, id)
	}
	return b.String(), args, nil
}

// Windows lists windows by their start, and the cursor of the next page, if any.
func (a *Agenda) Windows(ctx context.Context, f Filter) (vs []View, next string, err error) {
	limit := f.Limit
	if limit <= 0 {
		limit = 50
	}
	limit = min(limit, 500)
	cond, args, err := f.where()
	if err != nil {
		return nil, "", err
	}
	order := "ASC"
	if f.Backwards {
		order = "DESC"
	}
	err = a.db.View(ctx, func(tx *store.Tx) error {
		ws, err := windows(tx, fmt.Sprintf(`%s ORDER BY coalesce(w.start_at, 0) %s, w.id %s LIMIT %d`, cond, order, order, limit+1), args...)
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
