package notifier

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"lull/scheduler"
	"lull/scheduler/store"
)

// Delivery is one message to one address, as people look at it.
type Delivery struct {
	ID             string
	AnnouncementID string // empty: a letter of access
	WindowID       string
	Window         string // MW-42
	Title          string
	Kind           string
	Carrier        string // mail or webhook
	Address, Name  string
	Personal       bool // it holds a link of access: not for everybody's eyes
	State          State
	Reason         string // why it ended without an attempt
	Attempts       int
	Created, Next  time.Time // Next: when it is tried again
	Expires, Sent  time.Time
	Code           int
	Enhanced       string
	Reply          string
	MessageID      string
	Subject        string
	Raw            []byte // the frozen bytes; only Delivery fills it, and nothing before the first claim

	position int64
}

// Waiting reports whether it is still to be settled.
func (d Delivery) Waiting() bool {
	return d.State == Queued || d.State == Sending || d.State == Deferred || d.State == InDoubt
}

// Missed reports whether its address was not told, and will not be.
func (d Delivery) Missed() bool {
	return d.State == Failed || d.State == Expired || d.State == Suppressed || d.State == Cancelled
}

const readColumns = `
	SELECT d.id, coalesce(d.announcement_id, ''), coalesce(d.window_id, ''), coalesce(w.number, 0), coalesce(w.title, ''), d.kind, d.address,
		d.recipient, d.personal, d.state, d.reason, d.attempts, d.created_at, d.next_at, d.expires_at, d.sent_at, d.code, d.enhanced, d.reply,
		d.message_id, d.subject, d.position, d.carrier
	FROM deliveries d LEFT JOIN windows w ON w.id = d.window_id `

func scanRead(r store.Scanner) (d Delivery, err error) {
	var number int
	var to scheduler.Stakeholder
	var created, next, expires, sent store.Time
	err = r.Scan(&d.ID, &d.AnnouncementID, &d.WindowID, &number, &d.Title, &d.Kind, &d.Address, store.JSON(&to), &d.Personal, &d.State,
		&d.Reason, &d.Attempts, &created, &next, &expires, &sent, &d.Code, &d.Enhanced, &d.Reply, &d.MessageID, &d.Subject, &d.position, &d.Carrier)
	d.Name, d.Created, d.Expires, d.Sent = to.Name, created.Time, expires.Time, sent.Time
	if number > 0 {
		d.Window = scheduler.Window{Number: number}.Name()
	}
	if d.Waiting() {
		d.Next = next.Time
	}
	return d, err
}

// Delivery is one delivery with the bytes that are sent.
func (n *Notifier) Delivery(ctx context.Context, id string) (d Delivery, err error) {
	err = n.db.View(ctx, func(tx *store.Tx) (err error) {
		d, err = one(tx, id)
		if err != nil {
			return err
		}
		var raw string
		err = tx.Row(`SELECT coalesce(max(raw), '') FROM letters WHERE position = $1`, d.position).Scan(&raw)
		d.Raw = []byte(raw)
		return err
	})
	return d, err
}

func one(tx *store.Tx, id string) (Delivery, error) {
	d, err := scanRead(tx.Row(readColumns+`WHERE d.id = $1`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return d, scheduler.ErrNotFound
	}
	if err != nil {
		return d, fmt.Errorf("notifier: delivery: %w", err)
	}
	return d, nil
}

// Deliveries lists who was told of a window, in the order it was done.
func (n *Notifier) Deliveries(ctx context.Context, window string) (all []Delivery, err error) {
	err = n.db.View(ctx, func(tx *store.Tx) (err error) {
		all, err = store.Rows(tx, scanRead, readColumns+`
			WHERE d.announcement_id IN (SELECT announcement_id FROM announcement_windows WHERE window_id = $1)
				OR d.carrier = 'webhook' AND d.window_id = $1
			ORDER BY d.position`, window)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("notifier: deliveries: %w", err)
	}
	return all, nil
}

// Announcement is one message about a window, and how its deliveries stand.
type Announcement struct {
	ID, WindowID string
	Kind         string
	Inside       bool   // to people inside
	State        string // pending, made, dropped
	Reason       string // why it was dropped
	At, Due      time.Time
	Start, End   time.Time // the times it tells
	Recipients   int
	Deliveries   map[State]int
}

// Announcements lists what there was to say of a window, the first one first.
func (n *Notifier) Announcements(ctx context.Context, window string) (all []Announcement, err error) {
	type count struct {
		of    string
		state State
		n     int
	}
	err = n.db.View(ctx, func(tx *store.Tx) (err error) {
		all, err = store.Rows(tx, scanReadAnnouncement, readAnnouncementColumns+`WHERE t.window_id = $1 ORDER BY a.event_seq, a.id`, window)
		if err != nil {
			return err
		}
		counts, err := store.Rows(tx, func(r store.Scanner) (c count, err error) {
			err = r.Scan(&c.of, &c.state, &c.n)
			return c, err
		}, `
			SELECT announcement_id, state, count(*) FROM deliveries
			WHERE announcement_id IN (SELECT announcement_id FROM announcement_windows WHERE window_id = $1) GROUP BY announcement_id, state`, window)
		for _, c := range counts {
			for i := range all {
				if all[i].ID == c.of {
					all[i].Deliveries[c.state] = c.n
				}
			}
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("notifier: announcements: %w", err)
	}
	return all, nil
}

const readAnnouncementColumns = `
	SELECT a.id, t.window_id, a.kind, a.inside, a.state, a.reason, a.at, a.due_at, t.start_at, t.end_at, a.recipients
	FROM announcement_windows t JOIN announcements a ON a.id = t.announcement_id `

func scanReadAnnouncement(r store.Scanner) (a Announcement, err error) {
	var at, due, start, end store.Time
	err = r.Scan(&a.ID, &a.WindowID, &a.Kind, &a.Inside, &a.State, &a.Reason, &at, &due, &start, &end, &a.Recipients)
	a.At, a.Due, a.Start, a.End, a.Deliveries = at.Time, due.Time, start.Time, end.Time, map[State]int{}
	return a, err
}

// Counts is how many deliveries are in each state.
func (n *Notifier) Counts(ctx context.Context) (counts map[State]int, err error) {
	counts = map[State]int{}
	err = n.db.View(ctx, func(tx *store.Tx) error {
		_, err := store.Rows(tx, func(r store.Scanner) (struct{}, error) {
			var state State
			var n int
			err := r.Scan(&state, &n)
			counts[state] = n
			return struct{}{}, err
		}, `SELECT state, count(*) FROM deliveries GROUP BY state`)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("notifier: counts: %w", err)
	}
	return counts, nil
}

// Preview is the mail that the stakeholder would get of such an announcement.
func (n *Notifier) Preview(ctx context.Context, w scheduler.Window, kind scheduler.Announcement, to scheduler.Stakeholder) (subject, text, html string, err error) {
	var said words
	err = n.db.View(ctx, func(tx *store.Tx) error {
		f, err := (&scene{tx: tx}).fill(facts{Kind: string(kind), Window: w, Notice: w.Notice(""), To: to})
		if err != nil {
			return err
		}
		f.Was = w.Notified
		if to.Outside {
			f = outside(f)
		}
		said, text, html, err = n.compose(f)
		return err
	})
	if err != nil {
		return "", "", "", fmt.Errorf("notifier: preview: %w", err)
	}
	return said.Subject, text, html, nil
}
