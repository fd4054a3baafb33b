package agenda

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"lull/scheduler"
	"lull/scheduler/store"
)

// Series is the one with that id, with its windows.
func (a *Agenda) Series(ctx context.Context, id string) (v SeriesView, err error) {
	err = a.db.View(ctx, func(tx *store.Tx) error {
		s, err := series(tx, id)
		if err != nil {
			return err
		}
		v, err = seriesView(tx, s)
		return err
	})
	return v, err
}

// SeriesFilter picks series.
type SeriesFilter struct {
	State  scheduler.SeriesState // any when empty
	Limit  int                   // 50 when zero, at most 500
	Cursor string
}

// AllSeries lists series, the newest first, and the cursor of the next page, if any.
func (a *Agenda) AllSeries(ctx context.Context, f SeriesFilter) (vs []SeriesView, next string, err error) {
	limit := f.Limit
	if limit <= 0 {
		limit = 50
	}
	limit = min(limit, 500)
	before, id := int64(1)<<62, ""
	if f.Cursor != "" {
		at, rest, ok := strings.Cut(f.Cursor, "-")
		before, err = strconv.ParseInt(at, 10, 64)
		if !ok || err != nil {
			return nil, "", scheduler.InvalidError{"cursor": "This is not a cursor of this list."}
		}
		id = rest
	}
	err = a.db.View(ctx, func(tx *store.Tx) error {
		all, err := store.Rows(tx, scanSeries, `
			SELECT doc FROM series WHERE (created_at, id) < ($1, $2) AND ($3 = '' OR state = $3)
			ORDER BY created_at DESC, id DESC LIMIT $4`, before, id, string(f.State), limit+1)
		if err != nil {
			return fmt.Errorf("agenda: series: %w", err)
		}
		next = ""
		if len(all) > limit {
			all = all[:limit]
			next = fmt.Sprintf("%d-%s", all[limit-1].Created.UnixMilli(), all[limit-1].ID)
		}
		vs, err = seriesViews(tx, all)
		return err
	})
	return vs, next, err
}

// SeriesConflicts lists what stands in the way of the windows that wait for the
// approval of their series, each with the occurrence that it is about.
func (a *Agenda) SeriesConflicts(ctx context.Context, id string) (found []scheduler.Conflict, err error) {
	err = a.db.View(ctx, func(tx *store.Tx) error {
		found = nil
		all, err := members(tx, id)
		if err != nil {
			return err
		}
		c, err := grouped(tx, waiting(all, tx.Now), scheduler.Person{})
		if err != nil {
			return err
		}
		for i, w := range c.ws {
			for _, one := range c.scenes[i].Conflicts {
				one.Occurrence = w.Occurrence
				one.Detail = scheduler.Said(w.Occurrence) + ": " + one.Detail
				found = append(found, one)
			}
		}
		return nil
	})
	return found, err
}

// SeriesLog lists what happened to a series, the newest first.
func (a *Agenda) SeriesLog(ctx context.Context, id string) (evs []scheduler.Event, err error) {
	const most = 200
	err = a.db.View(ctx, func(tx *store.Tx) error {
		evs, err = store.Rows(tx, scanEvent, eventColumns+`
			JOIN series_events s ON s.seq = e.seq WHERE s.series_id = $1 ORDER BY e.seq DESC LIMIT $2`, id, most)
		return err
	})
	return evs, err
}
