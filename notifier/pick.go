package notifier

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"lull/scheduler"
	"lull/scheduler/store"
)

// OutboxFilter picks deliveries. What is empty picks any.
type OutboxFilter struct {
	State   State
	Kind    string
	Window  string // an id
	Address string
	Q       string // part of the address, the subject, the server's words or the reason
	Limit   int    // 100 when zero
	Cursor  string // where the last page ended
}

// Kinds lists the kinds of message, those about windows first.
func Kinds() (kinds []string) {
	for _, k := range scheduler.Announcements {
		kinds = append(kinds, string(k))
	}
	return append(kinds, askedKind, rejectedKind, lateKind, decideByKind, overrunKind, escalatedKind, conflictKind,
		undeliveredKind, Invitation, Password, Subscription, Manage, ListKnown, hookOff)
}

// mostPicked is how many deliveries one act by hand, or one table, is about.
const mostPicked = 10_000

// Outbox lists deliveries, the newest first, and the cursor of the next page, if any.
func (n *Notifier) Outbox(ctx context.Context, f OutboxFilter) (all []Delivery, next string, err error) {
	const most = 500
	if f.Limit <= 0 || f.Limit > most {
		f.Limit = 100
	}
	before := int64(1) << 62
	if f.Cursor != "" {
		if before, err = strconv.ParseInt(f.Cursor, 10, 64); err != nil {
			return nil, "", scheduler.InvalidError{"cursor": "This is not a cursor of this list."}
		}
	}
	err = n.db.View(ctx, func(tx *store.Tx) (err error) {
		all, err = picked(tx, f, before, f.Limit+1)
		return err
	})
	if err != nil {
		return nil, "", fmt.Errorf("notifier: outbox: %w", err)
	}
	if len(all) > f.Limit {
		all = all[:f.Limit]
		next = strconv.FormatInt(all[f.Limit-1].position, 10)
	}
	return all, next, nil
}

// Table is the deliveries of a filter without its pages, the newest first.
func (n *Notifier) Table(ctx context.Context, f OutboxFilter) (all []Delivery, err error) {
	err = n.db.View(ctx, func(tx *store.Tx) (err error) {
		all, err = picked(tx, f, int64(1)<<62, mostPicked)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("notifier: outbox: %w", err)
	}
	return all, nil
}

func picked(tx *store.Tx, f OutboxFilter, before int64, most int) ([]Delivery, error) {
	return store.Rows(tx, scanRead, readColumns+`
		WHERE d.position < $1 AND ($2 = '' OR d.state = $2) AND ($3 = '' OR d.kind = $3) AND ($4 = '' OR d.window_id = $4
				OR d.announcement_id IN (SELECT announcement_id FROM announcement_windows WHERE window_id = $4))
			AND ($5 = '' OR d.address = $5)
			AND ($6 = '' OR lower(d.address) LIKE $6 ESCAPE '\' OR lower(d.subject) LIKE $6 ESCAPE '\'
				OR lower(d.reply) LIKE $6 ESCAPE '\' OR lower(d.reason) LIKE $6 ESCAPE '\')
		ORDER BY d.position DESC LIMIT $7`,
		before, string(f.State), f.Kind, f.Window, strings.ToLower(f.Address), like(f.Q), most)
}

// like is the pattern of what has q in it; empty for none.
func like(q string) string {
	if q = strings.ToLower(strings.TrimSpace(q)); q == "" {
		return ""
	}
	return "%" + strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(q) + "%"
}
