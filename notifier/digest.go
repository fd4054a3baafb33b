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
	was  *scheduler.Notice // what was told before; nil: nothing
}

// notice is what the announcement tells of the window.
func (t telling) notice(a announcement) scheduler.Notice { return t.of(a).Notice }

// of is the announcement as it tells of the window alone.
func (t telling) of(a announcement) announcement {
	a.Notice.Start, a.Notice.End = t.told.Start, t.told.End
	return a
}

// keepWindows writes down which windows the announcement tells of; where it
// names none, its own.
func keepWindows(tx *store.Tx, a announcement) error {
	all := a.Windows
	if len(all) == 0 {
		all = []scheduler.Occasion{{Window: a.WindowID, Start: a.Notice.Start, End: a.Notice.End}}
	}
	if a.Few { // it states no times
		all = []scheduler.Occasion{{Window: a.WindowID}}
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
	ids := make([]string, len(rows))
	for i, o := range rows {
		ids[i] = o.Window
	}
	ws, err := agenda.WindowsIn(tx, ids)
	if err != nil {
		return nil, err
	}
	now := make(map[string]scheduler.Window, len(ws))
	for _, w := range ws {
		now[w.ID] = w
	}
	before, err := toldBefore(tx, a)
	if err != nil {
		return nil, err
	}
	all := make([]telling, len(rows))
	for i, o := range rows {
		all[i] = telling{Window: now[o.Window], told: scheduler.Interval{Start: o.Start, End: o.End}, was: before[o.Window]}
	}
	return all, nil
}

// toldBefore is what stakeholders were told of each window of the announcement
// before it, by the id.
func toldBefore(tx *store.Tx, a announcement) (map[string]*scheduler.Notice, error) {
	type past struct {
		window string
		notice scheduler.Notice
	}
	all, err := store.Rows(tx, func(r store.Scanner) (p past, err error) {
		var start, end store.Time
		err = r.Scan(&p.window, store.JSON(&p.notice), &start, &end)
		p.notice.Start, p.notice.End = start.Time, end.Time
		return p, err
	}, `
		SELECT t.window_id, b.notice, t.start_at, t.end_at
		FROM announcement_windows mine
		JOIN announcement_windows t ON t.window_id = mine.window_id
		JOIN announcements b ON b.id = t.announcement_id
		WHERE mine.announcement_id = $1 AND b.event_seq < $2 AND b.state = 'made' AND b.kind IN ('scheduled', 'updated', 'rescheduled')
			AND t.start_at IS NOT NULL
		ORDER BY b.event_seq`, a.ID, a.Seq)
	if err != nil {
		return nil, err
	}
	last := map[string]*scheduler.Notice{}
	for i := range all {
		last[all[i].window] = &all[i].notice
	}
	return last, nil
}

// lastTold is what stakeholders were last told of the window's times, nil if
// nothing.
func lastTold(tx *store.Tx, window string) (*scheduler.Notice, error) {
	all, err := store.Rows(tx, func(r store.Scanner) (n scheduler.Notice, err error) {
		var start, end store.Time
		err = r.Scan(store.JSON(&n), &start, &end)
		if !start.IsZero() {
			n.Start, n.End = start.Time, end.Time
		}
		return n, err
	}, `
		SELECT a.notice, t.start_at, t.end_at FROM announcement_windows t JOIN announcements a ON a.id = t.announcement_id
		WHERE t.window_id = $1 AND a.state = 'made' AND a.kind IN ('scheduled', 'updated', 'rescheduled')
		ORDER BY a.event_seq DESC LIMIT 1`, window)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	return &all[0], nil
}

// makeDigest makes deliveries of an announcement that tells of many windows.
// What has become untrue is left out; what waits for an approval waits on, in an
// announcement of its own.
func (n *Notifier) makeDigest(tx *store.Tx, a announcement) error {
	all, err := tellings(tx, a)
	if err != nil {
		return err
	}
	var good, wait []telling
	for _, t := range all {
		switch {
		case untrue(t.of(a), t.Window) != "":
		case held(t.of(a), t.Window):
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
		a.Kind, good = news(a, good)
	}
	if len(good) == 0 {
		return drop(tx, a.ID, "it says nothing that still holds and was not announced before")
	}
	if err := addressDigest(tx, a, good); err != nil {
		return err
	}
	a.At = tx.Now
	for _, t := range good { // programs are told of each window by itself
		if err := n.announceHooks(tx, t.of(a), t.Window, t.was); err != nil {
			return err
		}
	}
	return nil
}

// news leaves out what was announced before, and finds what kind of message
// tells the rest.
func news(a announcement, all []telling) (kind scheduler.Announcement, fresh []telling) {
	kind = scheduler.AnnounceScheduled
	for _, t := range all {
		n := t.notice(a)
		switch {
		case t.was == nil:
		case n.Same(*t.was):
			continue
		case !n.SameTimes(*t.was):
			kind = scheduler.AnnounceRescheduled
		case kind == scheduler.AnnounceScheduled:
			kind = scheduler.AnnounceUpdated
		}
		fresh = append(fresh, t)
	}
	return kind, fresh
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
		return late || untrue(t.of(a), t.Window) != "" || held(t.of(a), t.Window) && !n.SameTimes(t.Notice(""))
	}), err
}
