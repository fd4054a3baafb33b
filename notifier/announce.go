package notifier

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"lull/scheduler"
	"lull/scheduler/agenda"
	"lull/scheduler/store"
)

const (
	soon        = 2 * time.Hour    // a start so near lets no edit wait for the next one
	longestWait = 10 * time.Minute // for edits that keep coming
)

// Announce turns what happened into announcements, and those that are due into
// deliveries. next is when the next one is due, zero when none is.
func (n *Notifier) Announce(ctx context.Context) (next time.Time, err error) {
	if err := n.warn(ctx); err != nil {
		return time.Time{}, fmt.Errorf("notifier: announce: %w", err)
	}
	if err := n.agenda.Tell(ctx, n.hear); err != nil {
		return time.Time{}, fmt.Errorf("notifier: announce: %w", err)
	}
	for {
		made := false
		err := n.db.Update(ctx, func(tx *store.Tx) (err error) {
			made, next, err = n.makeNext(tx)
			return err
		})
		if err != nil {
			return time.Time{}, fmt.Errorf("notifier: announce: %w", err)
		}
		if !made {
			return next, nil
		}
	}
}

// announcement is one message about a window.
type announcement struct {
	ID, WindowID string
	Kind         scheduler.Announcement
	Inside       bool
	Seq          int64
	At, Due      time.Time
	Notice       scheduler.Notice
	Detail       string
	Windows      []scheduler.Occasion // it is made for; none: its own
	Few          bool                 // for those alone who joined later or are concerned no more: states no times, so that the start gate does not count it
}

// leave reports whether a tells its recipients that the window concerns them no more.
func (a announcement) leave() bool { return a.Few && a.Kind == scheduler.AnnounceUpdated }

const announcementColumns = `
	SELECT a.id, a.window_id, a.kind, a.inside, a.event_seq, a.at, a.due_at, a.notice, a.detail, a.start_at
	FROM announcements a `

func scanAnnouncement(r store.Scanner) (a announcement, err error) {
	var at, due, start store.Time
	err = r.Scan(&a.ID, &a.WindowID, &a.Kind, &a.Inside, &a.Seq, &at, &due, store.JSON(&a.Notice), &a.Detail, &start)
	a.At, a.Due, a.Few = at.Time, due.Time, !a.Inside && start.IsZero()
	return a, err
}

// hear takes in an event: webhooks may be told of it, and so may people.
func (n *Notifier) hear(tx *store.Tx, ev scheduler.Event, w scheduler.Window) error {
	if err := hear(tx, ev, w); err != nil {
		return err
	}
	return n.eventHooks(tx, ev)
}

// hear makes an announcement of an event that asks for one.
func hear(tx *store.Tx, ev scheduler.Event, w scheduler.Window) error {
	if ev.Data.Announce == "" && slices.Contains(ev.Data.Changed, "recipients") {
		return hearNames(tx, ev)
	}
	if w.ID == "" {
		return nil
	}
	if ev.Data.Announce != "" && ev.Data.Notice != nil {
		if err := await(tx, ev, w); err != nil {
			return err
		}
	}
	if ev.Data.Inside {
		return tellInside(tx, ev, w)
	}
	return nil
}

// hearNames makes an announcement of an event that says nothing new but whom the
// window names: news to those alone whom it names now, or named before.
func hearNames(tx *store.Tx, ev scheduler.Event) error {
	w, err := agenda.WindowIn(tx, ev.WindowID)
	if errors.Is(err, scheduler.ErrNotFound) {
		return nil // a draft that was deleted since
	}
	if err != nil {
		return err
	}
	if w.Notified != nil {
		notice := w.Notice("")
		ev.Data.Announce, ev.Data.Notice = scheduler.AnnounceUpdated, &notice
		if err := await(tx, ev, w); err != nil {
			return err
		}
	}
	if ev.Data.Inside {
		return tellInside(tx, ev, w)
	}
	return nil
}

// waits reports whether an announcement waits for the next edit.
func waits(kind scheduler.Announcement) bool {
	return kind == scheduler.AnnounceUpdated || kind == scheduler.AnnounceRescheduled
}

// await puts the announcement down. Edits wait for the next one, which takes
// their place; everything else goes at once, after the edits that still wait.
func await(tx *store.Tx, ev scheduler.Event, w scheduler.Window) error {
	a := announcement{
		ID: tx.NewID(), WindowID: w.ID, Kind: ev.Data.Announce, Seq: ev.Seq, At: ev.At, Due: ev.At,
		Notice: *ev.Data.Notice, Detail: ev.Data.Offset, Windows: ev.Data.Windows,
	}
	if !waits(a.Kind) {
		for _, id := range ev.Windows() {
			_, err := tx.Exec(`
				UPDATE announcements SET due_at = $2
				WHERE state = 'pending' AND due_at > $2 AND id IN (SELECT announcement_id FROM announcement_windows WHERE window_id = $1)`, id, store.At(tx.Now))
			if err != nil {
				return err
			}
		}
		return keepAnnouncement(tx, a, "pending")
	}
	waiting, err := replaced(tx, a)
	if err != nil {
		return err
	}
	set, err := agenda.SettingsIn(tx)
	if err != nil {
		return err
	}
	if a.Notice.Start.Sub(ev.At) > soon {
		a.Due = ev.At.Add(set.Settle)
	}
	for _, old := range waiting {
		a.At = earlier(a.At, old.At)
		a.Due = earlier(a.Due, old.At.Add(longestWait))
		if err := drop(tx, old.ID, "a later edit is announced in its place"); err != nil {
			return err
		}
	}
	return keepAnnouncement(tx, a, "pending")
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

func keepAnnouncement(tx *store.Tx, a announcement, state string) error {
	start, end := store.At(a.Notice.Start), store.At(a.Notice.End)
	if a.Few {
		start, end = store.Time{}, store.Time{}
	}
	_, err := tx.Exec(`
		INSERT INTO announcements (id, window_id, kind, inside, event_seq, at, due_at, state, reason, notice, detail, start_at, end_at, recipients, told)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, '', $9, $10, $11, $12, 0, $13)`,
		a.ID, a.WindowID, a.Kind, a.Inside, a.Seq, store.At(a.At), store.At(a.Due), state, store.JSON(&a.Notice), a.Detail,
		start, end, false)
	if err != nil {
		return err
	}
	return keepWindows(tx, a)
}

func drop(tx *store.Tx, id, reason string) error {
	_, err := tx.Exec(`UPDATE announcements SET state = 'dropped', reason = $2 WHERE id = $1`, id, reason)
	return err
}

// makeNext makes deliveries of the announcement that has been due longest, or
// tells when the next one is.
func (n *Notifier) makeNext(tx *store.Tx) (made bool, next time.Time, err error) {
	first, err := store.Rows(tx, scanAnnouncement, announcementColumns+`
		WHERE a.state = 'pending' ORDER BY a.due_at, a.event_seq LIMIT 1`)
	if err != nil || len(first) == 0 {
		return false, time.Time{}, err
	}
	a := first[0]
	if a.Due.After(tx.Now) {
		return false, a.Due, nil
	}
	if a.digest() {
		return true, time.Time{}, n.makeDigest(tx, a)
	}
	w, err := agenda.WindowIn(tx, a.WindowID)
	if err != nil {
		return false, time.Time{}, err
	}
	if held(a, w) {
		_, err := tx.Exec(`UPDATE announcements SET due_at = $2 WHERE id = $1`, a.ID, store.At(tx.Now.Add(hold)))
		return true, time.Time{}, err
	}
	if reason := untrue(a, w); reason != "" {
		return true, time.Time{}, drop(tx, a.ID, reason)
	}
	last, err := lastTold(tx, w.ID)
	if err != nil {
		return false, time.Time{}, err
	}
	switch {
	case !waits(a.Kind):
	case last == nil:
		a.Kind = scheduler.AnnounceScheduled
	case a.Notice.Same(*last):
		return true, time.Time{}, catchUp(tx, a, w)
	case a.Notice.SameTimes(*last):
		a.Kind = scheduler.AnnounceUpdated
	default:
		a.Kind = scheduler.AnnounceRescheduled
	}
	if err := address(tx, a, w); err != nil {
		return false, time.Time{}, err
	}
	a.At = tx.Now
	return true, time.Time{}, n.announceHooks(tx, a, w, last)
}

// hold is how long what waits for an approval is left alone.
const hold = 30 * time.Second

// held reports whether the announcement waits until a window that was changed
// is approved again: either that is announced in its place, or it still holds.
func held(a announcement, w scheduler.Window) bool {
	return a.Kind.StatesTimes() && w.State == scheduler.Requested && !a.Notice.Tentative
}

// untrue says why an announcement no longer holds, or nothing.
func untrue(a announcement, w scheduler.Window) string {
	kind, same := a.Kind, a.Notice.SameTimes(w.Notice(""))
	if a.leave() { // stays true whatever becomes of the window, but a cancellation says more
		if w.State == scheduler.Cancelled {
			return "the window is " + w.State.Words()
		}
		return ""
	}
	switch kind {
	case askedKind:
		if w.State != scheduler.Requested && !unapproved(w) {
			return "the window is " + w.State.Words()
		}
	case lateKind:
		if !w.Late(w.Start) || !same {
			return "the window is no longer late"
		}
	case decideByKind, overrunKind:
		if !w.State.Running() || !same {
			return "the window was closed or extended"
		}
	case escalatedKind:
		return answered(a, w)
	case scheduler.AnnounceScheduled, scheduler.AnnounceUpdated, scheduler.AnnounceRescheduled, scheduler.AnnounceReminder:
		switch {
		case w.State == scheduler.Requested && kind == scheduler.AnnounceReminder:
			return "the window was changed and needs approval again"
		case w.State != scheduler.Scheduled && w.State != scheduler.Requested:
			return "the window is " + w.State.Words()
		case !same:
			return "the window was moved"
		}
	case scheduler.AnnounceStarted, scheduler.AnnounceProgress:
		if !w.State.Running() {
			return "the window is " + w.State.Words()
		}
	case scheduler.AnnounceExtended:
		switch {
		case !w.State.Running():
			return "the window is " + w.State.Words()
		case !same:
			return "the window was extended again"
		}
	}
	return ""
}
