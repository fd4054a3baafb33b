package agenda

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"lull/scheduler"
	"lull/scheduler/store"
)

// NoticeFilter picks supplier notices.
type NoticeFilter struct {
	From, To  time.Time // those that touch this stretch of time
	Services  []string
	Statuses  []scheduler.NoticeStatus
	Q         string // words of the supplier, the account, the ids or the title
	Unmatched bool   // those of which nobody has said what they touch
	Open      bool   // neither cancelled nor completed
	Backwards bool   // the latest start first
	Limit     int    // 50 when zero, at most 500
	Cursor    string
}

func (f NoticeFilter) where() (c *condition, err error) {
	c = &condition{}
	if !f.From.IsZero() {
		c.add("n.end_at > ?", store.At(f.From))
	}
	if !f.To.IsZero() {
		c.add("n.start_at < ?", store.At(f.To))
	}
	if len(f.Services) > 0 {
		c.add("n.id IN (SELECT x.notice_id FROM notice_services x WHERE x.service IN ("+marks(len(f.Services))+"))", anys(f.Services)...)
	}
	if len(f.Statuses) > 0 {
		c.add("n.status IN ("+marks(len(f.Statuses))+")", anys(f.Statuses)...)
	}
	if f.Q != "" {
		like := "%" + strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(strings.ToLower(f.Q)) + "%"
		c.add(`(lower(n.title) LIKE ? ESCAPE '\' OR lower(n.doc) LIKE ? ESCAPE '\')`, like, like)
	}
	if f.Unmatched {
		c.add("n.by_hand = 0 AND NOT EXISTS (SELECT 1 FROM notice_services x WHERE x.notice_id = n.id)")
	}
	if f.Unmatched || f.Open {
		c.add("n.status NOT IN ('CANCELLED', 'COMPLETED')")
	}
	if f.Cursor != "" {
		at, id, ok := strings.Cut(f.Cursor, "-")
		ms, err := strconv.ParseInt(at, 10, 64)
		if !ok || err != nil {
			return c, scheduler.InvalidError{"cursor": "This is not a cursor of this list."}
		}
		way := ">"
		if f.Backwards {
			way = "<"
		}
		c.add("(n.start_at, n.id) "+way+" (?, ?)", ms, id)
	}
	return c, nil
}

// Notices lists supplier notices by their start, and the cursor of the next
// page, if any.
func (a *Agenda) Notices(ctx context.Context, f NoticeFilter) (ns []scheduler.SupplierNotice, next string, err error) {
	limit := f.Limit
	if limit <= 0 {
		limit = 50
	}
	limit = min(limit, 500)
	c, err := f.where()
	if err != nil {
		return nil, "", err
	}
	order := "ASC"
	if f.Backwards {
		order = "DESC"
	}
	err = a.db.View(ctx, func(tx *store.Tx) error {
		if ns, err = notices(tx, fmt.Sprintf(`%s ORDER BY n.start_at %s, n.id %s LIMIT %d`, c.text.String(), order, order, limit+1), c.args...); err != nil {
			return err
		}
		next = ""
		if len(ns) > limit {
			ns = ns[:limit]
			next = fmt.Sprintf("%d-%s", ns[limit-1].Start.UnixMilli(), ns[limit-1].ID)
		}
		return nil
	})
	return ns, next, err
}

// NoticesIn lists the supplier notices that touch a stretch of time by their
// start, but those that are cancelled.
func (a *Agenda) NoticesIn(ctx context.Context, i scheduler.Interval) (ns []scheduler.SupplierNotice, err error) {
	err = a.db.View(ctx, func(tx *store.Tx) error {
		ns, err = notices(tx, `WHERE n.end_at > $1 AND n.start_at < $2 AND n.status <> 'CANCELLED' ORDER BY n.start_at, n.id`,
			store.At(i.Start), store.At(i.End))
		return err
	})
	return ns, err
}

// KnownUpdate is one update in the history of a notice.
type KnownUpdate struct {
	scheduler.NoticeUpdate
	Applied bool
	By      string
	At      time.Time // when it was imported
}

// Notice is the one with that id, and its updates in the order they came.
func (a *Agenda) Notice(ctx context.Context, id string) (n scheduler.SupplierNotice, history []KnownUpdate, err error) {
	err = a.db.View(ctx, func(tx *store.Tx) error {
		if n, err = notice(tx, id); err != nil {
			return err
		}
		history, err = store.Rows(tx, scanUpdate, `SELECT u.applied, u.by_person, u.at, u.doc FROM notice_updates u WHERE u.notice_id = $1 ORDER BY u.position`, id)
		if err != nil {
			return fmt.Errorf("agenda: history of notice %s: %w", id, err)
		}
		return nil
	})
	return n, history, err
}

func scanUpdate(r store.Scanner) (u KnownUpdate, err error) {
	var applied int
	var at store.Time
	err = r.Scan(&applied, &u.By, &at, store.JSON(&u.NoticeUpdate))
	u.Applied, u.At = applied == 1, at.Time
	return u, err
}
