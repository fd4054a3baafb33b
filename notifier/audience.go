package notifier

import (
	"fmt"
	"maps"
	"slices"

	"lull/scheduler"
	"lull/scheduler/agenda"
	"lull/scheduler/store"
)

// address makes one delivery of a for each recipient, and the announcement
// made. Who was told of the window before, and is concerned no more, hears of a
// cancellation like everybody; of anything else that it is off for them.
func address(tx *store.Tx, a announcement, w scheduler.Window) error {
	to, err := agenda.Recipients(tx, w, a.Kind)
	if err != nil {
		return err
	}
	_, leaving, err := comingAndGoing(tx, a, w, to)
	if err != nil {
		return err
	}
	if a.Kind == scheduler.AnnounceCancelled {
		return makeFor(tx, a, w, append(to, leaving...))
	}
	if err := makeFor(tx, a, w, to); err != nil {
		return err
	}
	return takeLeave(tx, a, w, leaving)
}

// catchUp makes an announcement that says nothing new for those alone to whom
// it is news, and drops it if there are none who join.
func catchUp(tx *store.Tx, a announcement, w scheduler.Window) error {
	to, err := agenda.Recipients(tx, w, scheduler.AnnounceScheduled)
	if err != nil {
		return err
	}
	joining, leaving, err := comingAndGoing(tx, a, w, to)
	if err != nil {
		return err
	}
	if err := takeLeave(tx, a, w, leaving); err != nil {
		return err
	}
	if len(joining) == 0 {
		return drop(tx, a.ID, "it says nothing that was not announced before")
	}
	a.Kind, a.Few = scheduler.AnnounceScheduled, true
	for _, q := range []string{`UPDATE announcements SET start_at = NULL, end_at = NULL WHERE id = $1`, `UPDATE announcement_windows SET start_at = NULL, end_at = NULL WHERE announcement_id = $1`} {
		if _, err := tx.Exec(q, a.ID); err != nil {
			return err
		}
	}
	return makeFor(tx, a, w, joining)
}

// takeLeave tells those who are concerned no more, in an announcement of their
// own, since the start gate does not count them.
func takeLeave(tx *store.Tx, a announcement, w scheduler.Window, leaving []scheduler.Stakeholder) error {
	if len(leaving) == 0 || a.Notice.Tentative { // what is to be confirmed takes nothing back
		return nil
	}
	a.ID, a.Kind, a.Few = tx.NewID(), scheduler.AnnounceUpdated, true
	a.Notice.Series, a.Windows = nil, nil // of a digest, the first window speaks for all
	if err := keepAnnouncement(tx, a, "pending"); err != nil {
		return err
	}
	return makeFor(tx, a, w, leaving)
}

// makeFor makes the announcement, one delivery for each of to; in their quiet
// hours what can wait does.
func makeFor(tx *store.Tx, a announcement, w scheduler.Window, to []scheduler.Stakeholder) error {
	was, err := lastTold(tx, a.WindowID)
	if err != nil {
		return err
	}
	notice, err := agenda.NoticeIn(tx, w)
	if err != nil {
		return err
	}
	heard, err := heardOf(tx, a.WindowID)
	if err != nil {
		return err
	}
	for _, who := range to {
		d := delivery{
			ID: tx.NewID(), Announcement: a.ID, Window: a.WindowID, Kind: string(a.Kind), To: who,
			State: Queued, Expires: expiry(a, was, tx.Now),
		}
		if d.State, d.Reason, err = standing(tx, a, who.Email, heard[who.Email]); err != nil {
			return err
		}
		if until := who.WaitsUntil(a.Kind, a.Notice.Start, tx.Now, notice); d.State == Queued && !until.IsZero() {
			d.Next, d.Reason = until, quietReason
		}
		if err := put(tx, d); err != nil {
			return err
		}
	}
	_, err = tx.Exec(`
		UPDATE announcements SET state = 'made', kind = $2, at = $3, recipients = $4 WHERE id = $1`,
		a.ID, a.Kind, store.At(tx.Now), len(to))
	return err
}

// quietReason says why a delivery that is queued is not sent at once.
const quietReason = "it waits for the end of their quiet hours"

// mention is a delivery about a window, from which somebody knows of it or will.
type mention struct {
	address string
	state   State
	leave   bool
}

// comingAndGoing splits by what addresses were told of w before: which of to
// were told nothing, or that it concerns them no more, and which others believe
// that it concerns them still.
func comingAndGoing(tx *store.Tx, a announcement, w scheduler.Window, to []scheduler.Stakeholder) (joining, leaving []scheduler.Stakeholder, err error) {
	all, err := store.Rows(tx, func(r store.Scanner) (m mention, err error) {
		err = r.Scan(&m.address, &m.state, &m.leave)
		return m, err
	}, `
		SELECT d.address, d.state, a.kind = 'updated' AND a.start_at IS NULL
		FROM announcement_windows t JOIN announcements a ON a.id = t.announcement_id JOIN deliveries d ON d.announcement_id = a.id
		WHERE t.window_id = $1 AND a.inside = $2 ORDER BY d.position`, w.ID, false)
	if err != nil {
		return nil, nil, err
	}
	told, believes := map[string]bool{}, map[string]bool{}
	for _, m := range all {
		told[m.address] = true
		switch m.state {
		case Sent, Captured, InDoubt, Sending:
			believes[m.address] = !m.leave
		case Queued, Deferred:
			believes[m.address] = believes[m.address] || !m.leave
		}
	}
	for _, who := range to {
		if believed, heard := believes[who.Email]; !told[who.Email] || heard && !believed {
			joining = append(joining, who)
		}
		delete(believes, who.Email)
	}
	for _, address := range slices.Sorted(maps.Keys(believes)) {
		if !believes[address] {
			continue
		}
		var who scheduler.Stakeholder
		err := tx.Row(`
			SELECT d.recipient
			FROM announcement_windows t JOIN announcements a ON a.id = t.announcement_id JOIN deliveries d ON d.announcement_id = a.id
			WHERE t.window_id = $1 AND d.address = $2 AND a.inside = $3 ORDER BY d.position DESC LIMIT 1`,
			w.ID, address, false).Scan(store.JSON(&who))
		if err != nil {
			return nil, nil, fmt.Errorf("recipient %s: %w", address, err)
		}
		leaving = append(leaving, who)
	}
	leaving, err = agenda.Released(tx, w, a.Kind, leaving)
	return joining, leaving, err
}
