package notifier

import (
	"slices"

	"lull/scheduler"
	"lull/scheduler/agenda"
	"lull/scheduler/store"
)

// digest reports whether the announcement tells of windows of a series.
func (a announcement) digest() bool { return a.Notice.Series != nil }

// telling is one window that an announcement tells of, as it stands now, and
// the times that are told of it.
type telling struct {
	scheduler.Window
	told scheduler.Interval
	was  scheduler.Interval // the times told before; zero: none
}

// notice is what the announcement tells of the window.
func (t telling) notice(a announcement) scheduler.Notice {
	n := a.Notice
	n.Start, n.End = t.told.Start, t.told.End
	return n
}

// keepWindows writes down which windows the announcement tells of; where it
// names none, its own.
func keepWindows(tx *store.Tx, a announcement) error {
	all := a.Windows
	if len(all) == 0 {
		all = []scheduler.Occasion{{Window: a.WindowID, Start: a.Notice.Start, End: a.Notice.End}}
	}
	for _, o := range all {
		_, err := tx.Exec(`INSERT INTO announcement_windows (announcement_id, window_id, start_at, end_at) VALUES ($1, $2, $3, $4)`,
			a.ID, o.Window, store.At(o.Start), store.At(o.End))
		if err != nil {
			return err
		}
	}
	return nil
}

// replaced lists the edits that still wait and of which the announcement tells
// every window, so that it takes their place.
func replaced(tx *store.Tx, a announcement) ([]announcement, error) {
	ids := []string{a.WindowID}
	for _, o := range a.Windows {
		ids = append(ids, o.Window)
	}
	pending, err := store.Rows(tx, scanAnnouncement, announcementColumns+`
		WHERE a.state = 'pending' AND a.kind IN ('updated', 'rescheduled') ORDER BY a.event_seq`)
	if err != nil {
		return nil, err
	}
	var all []announcement
	for _, p := range pending {
		of, err := store.Rows(tx, scanText, `SELECT window_id FROM announcement_windows WHERE announcement_id = $1`, p.ID)
		if err != nil {
			return nil, err
		}
		if !slices.ContainsFunc(of, func(id string) bool { return !slices.Contains(ids, id) }) {
			all = append(all, p)
		}
	}
	return all, nil
}

// tellings lists what the announcement tells, by the time, with what was told
// before it.
func tellings(tx *store.Tx, a announcement) ([]telling, error) {
	rows, err := store.Rows(tx, func(r store.Scanner) (o scheduler.Occasion, err error) {
		var start, end store.Time
		err = r.Scan(&o.Window, &start, &end)
		o.Start, o.End = start.Time, end.Time
		return o, err
	}, `SELECT window_id, start_at, end_at FROM announcement_windows WHERE announcement_id = $1 ORDER BY start_at, window_id`, a.ID)
	if err != nil {
		return nil, err
	}
	all := make([]telling, len(rows))
	for i, o := range rows {
		t := &all[i]
		t.told = scheduler.Interval{Start: o.Start, End: o.End}
		if t.Window, err = agenda.WindowIn(tx, o.Window); err != nil {
			return nil, err
		}
		last, err := lastTold(tx, o.Window, a.Seq)
		if err != nil {
			return nil, err
		}
		if last != nil {
			t.was = scheduler.Interval{Start: last.Start, End: last.End}
		}
	}
	return all, nil
}

// lastTold is what stakeholders were last told of the window's times before an
// event, nil if nothing.
func lastTold(tx *store.Tx, window string, before int64) (*scheduler.Notice, error) {
	all, err := store.Rows(tx, func(r store.Scanner) (n scheduler.Notice, err error) {
		var start, end store.Time
		err = r.Scan(store.JSON(&n), &start, &end)
		n.Start, n.End = start.Time, end.Time
		return n, err
	}, `
		SELECT a.notice, t.start_at, t.end_at FROM announcement_windows t JOIN announcements a ON a.id = t.announcement_id
		WHERE t.window_id = $1 AND a.event_seq < $2 AND a.state = 'made' AND a.kind IN ('scheduled', 'updated', 'rescheduled')
		ORDER BY a.event_seq DESC LIMIT 1`, window, before)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	return &all[0], nil
}

// makeDigest makes deliveries of an announcement that tells of many windows.
// What has become untrue is left out; what waits for an approval waits on, in an
// announcement of its own.
func makeDigest(tx *store.Tx, a announcement) error {
	all, err := tellings(tx, a)
	if err != nil {
		return err
	}
	var good, wait []telling
	for _, t := range all {
		switch {
		case untrue(a.Kind, t.notice(a), t.Window) != "":
		case held(a.Kind, t.notice(a), t.Window):
			wait = append(wait, t)
		default:
			good = append(good, t)
		}
	}
	if len(good) == 0 && len(wait) > 0 {
		_, err := tx.Exec(`UPDATE announcements SET due_at = $2 WHERE id = $1`, a.ID, store.At(tx.Now.Add(hold)))
		return err
	}
	if len(wait) > 0 {
		rest := a
		rest.ID, rest.Due, rest.WindowID, rest.Windows = tx.NewID(), tx.Now.Add(hold), wait[0].ID, nil
		rest.Notice = wait[0].notice(a)
		for _, t := range wait {
			rest.Windows = append(rest.Windows, scheduler.Occasion{Window: t.ID, Start: t.told.Start, End: t.told.End})
		}
		if err := keepAnnouncement(tx, rest, "pending"); err != nil {
			return err
		}
	}
	if waits(a.Kind) {
		if a.Kind, good, err = news(tx, a, good); err != nil {
			return err
		}
	}
	if len(good) == 0 {
		return drop(tx, a.ID, "it says nothing that still holds and was not announced before")
	}
	return addressDigest(tx, a, good)
}

// news leaves out what was announced before, and finds what kind of message
// tells the rest.
func news(tx *store.Tx, a announcement, all []telling) (kind scheduler.Announcement, fresh []telling, err error) {
	kind = scheduler.AnnounceScheduled
	for _, t := range all {
		last, err := lastTold(tx, t.ID, a.Seq)
		if err != nil {
			return kind, nil, err
		}
		n := t.notice(a)
		switch {
		case last == nil:
		case n.Same(*last):
			continue
		case !n.SameTimes(*last):
			kind = scheduler.AnnounceRescheduled
		case kind == scheduler.AnnounceScheduled:
			kind = scheduler.AnnounceUpdated
		}
		fresh = append(fresh, t)
	}
	return kind, fresh, nil
}

// addressDigest makes one delivery for each recipient, of what is good alone.
func addressDigest(tx *store.Tx, a announcement, good []telling) error {
	a.WindowID, a.Notice = good[0].ID, good[0].notice(a)
	if _, err := tx.Exec(`UPDATE announcements SET window_id = $2, notice = $3, start_at = $4, end_at = $5 WHERE id = $1`,
		a.ID, a.WindowID, store.JSON(&a.Notice), store.At(a.Notice.Start), store.At(a.Notice.End)); err != nil {
		return err
	}
	if _, err := tx.Exec(`DELETE FROM announcement_windows WHERE announcement_id = $1`, a.ID); err != nil {
		return err
	}
	a.Windows = nil
	for _, t := range good {
		a.Windows = append(a.Windows, scheduler.Occasion{Window: t.ID, Start: t.told.Start, End: t.told.End})
	}
	if err := keepWindows(tx, a); err != nil {
		return err
	}
	if err := address(tx, a, good[0].Window); err != nil {
		return err
	}
	last := good[len(good)-1].told.Start // it is of use while any of them is to come
	if _, err := tx.Exec(`UPDATE deliveries SET expires_at = $2 WHERE announcement_id = $1 AND expires_at < $2`, a.ID, store.At(last)); err != nil {
		return err
	}
	_, err := tx.Exec(`
		UPDATE deliveries SET state = 'superseded', reason = $2, gen = gen + 1
		WHERE state IN ('queued', 'deferred') AND announcement_id <> $1
			AND address IN (SELECT address FROM deliveries WHERE announcement_id = $1)
			AND announcement_id IN (
				SELECT t.announcement_id FROM announcement_windows t JOIN announcements p ON p.id = t.announcement_id
				WHERE p.inside = $3 AND t.window_id IN (SELECT window_id FROM announcement_windows WHERE announcement_id = $1))
			AND NOT EXISTS (
				SELECT 1 FROM announcement_windows o
				WHERE o.announcement_id = deliveries.announcement_id
					AND o.window_id NOT IN (SELECT window_id FROM announcement_windows WHERE announcement_id = $1))`,
		a.ID, "the later announcement, "+string(a.Kind)+", says it", false)
	return err
}

// standingTellings is what of a digest still holds as it is about to be sent.
func standingTellings(tx *store.Tx, a announcement) ([]telling, error) {
	all, err := tellings(tx, a)
	return slices.DeleteFunc(all, func(t telling) bool {
		n := t.notice(a)
		late := a.Kind.StatesTimes() && !t.told.Start.After(tx.Now)
		return late || untrue(a.Kind, n, t.Window) != "" || held(a.Kind, n, t.Window) && !n.SameTimes(t.Notice(""))
	}), err
}
