package notifier

import (
	"time"

	"lull/scheduler"
	"lull/scheduler/agenda"
	"lull/scheduler/store"
)

// claim leases deliveries that are due, and freezes the bytes of those that are
// claimed for the first time. Where none is due it tells when the next one is.
func (n *Notifier) claim(tx *store.Tx) (claimed []delivery, next time.Time, err error) {
	if err := lost(tx, tx.Now); err != nil {
		return nil, time.Time{}, err
	}
	if err := expire(tx); err != nil {
		return nil, time.Time{}, err
	}
	for {
		due, err := store.Rows(tx, scanDelivery, deliveryColumns+`
			WHERE d.carrier = 'mail' AND d.state IN ('queued', 'deferred', 'in_doubt') AND d.next_at <= $1 AND NOT EXISTS (
				SELECT 1 FROM announcement_windows mine
				JOIN announcement_windows t ON t.window_id = mine.window_id
				JOIN deliveries e ON e.announcement_id = t.announcement_id
				WHERE mine.announcement_id = d.announcement_id AND e.address = d.address AND e.position < d.position
					AND e.state IN ('queued', 'sending', 'deferred', 'in_doubt'))
			ORDER BY d.position LIMIT $2`, store.At(tx.Now), batch)
		if err != nil {
			return nil, time.Time{}, err
		}
		if len(due) == 0 {
			next, err = nextDue(tx)
			return nil, next, err
		}
		for _, d := range due {
			ok, err := n.ready(tx, &d)
			if err != nil {
				return nil, time.Time{}, err
			}
			if ok {
				claimed = append(claimed, d)
			}
		}
		if len(claimed) > 0 {
			return claimed, time.Time{}, nil
		}
	}
}

// ready leases d, or settles it where it has become untrue or cannot be written.
func (n *Notifier) ready(tx *store.Tx, d *delivery) (bool, error) {
	a, w, err := about(tx, *d)
	if err != nil {
		return false, err
	}
	words, err := n.barred(tx, *d)
	if err != nil {
		return false, err
	}
	if words != "" {
		return false, end(tx, d.ID, Suppressed, words)
	}
	var left []telling // of a digest
	if a.digest() {
		if left, err = standingTellings(tx, a); err != nil {
			return false, err
		}
	}
	switch {
	case d.State == InDoubt || d.Announcement == "":
	case a.digest():
		if len(left) == 0 {
			return false, end(tx, d.ID, Superseded, "none of its windows is as it tells any more")
		}
	default:
		if held(a, w) && !a.leave() && !a.Notice.SameTimes(w.Notice("")) {
			_, err := tx.Exec(`UPDATE deliveries SET next_at = $2 WHERE id = $1`, d.ID, store.At(tx.Now.Add(hold)))
			return false, err
		}
		if reason := untrue(a, w); reason != "" {
			return false, end(tx, d.ID, Superseded, reason)
		}
	}
	if len(d.Raw) == 0 {
		letter, err := n.letter(tx, *d, a, w, left)
		if err != nil {
			return false, err
		}
		raw, err := letter.Bytes()
		if err != nil {
			n.opts.Log.Error("a mail cannot be written", "delivery", d.ID, "err", err)
			return false, end(tx, d.ID, Failed, err.Error())
		}
		d.Raw, d.Subject, d.MessageID = raw, letter.Subject, letter.MessageID
	}
	d.Gen++
	d.Lease = tx.Now.Add(lease)
	_, err = tx.Exec(`
		UPDATE deliveries SET state = 'sending', gen = $2, lease_at = $3, reason = '', message_id = $4, subject = $5, raw = $6 WHERE id = $1`,
		d.ID, d.Gen, store.At(d.Lease), d.MessageID, d.Subject, string(d.Raw))
	return true, err
}

// about loads what a delivery is about; nothing for a letter of access.
func about(tx *store.Tx, d delivery) (a announcement, w scheduler.Window, err error) {
	if d.Announcement == "" {
		return a, w, nil
	}
	if a, err = scanAnnouncement(tx.Row(announcementColumns+`WHERE a.id = $1`, d.Announcement)); err != nil {
		return a, w, err
	}
	w, err = agenda.WindowIn(tx, d.Window)
	return a, w, err
}

// end settles a delivery that nobody attempts any more.
func end(tx *store.Tx, id string, state State, reason string) error {
	_, err := tx.Exec(`
		UPDATE deliveries SET state = $2, reason = $3, gen = gen + 1, lease_at = NULL WHERE id = $1`, id, state, reason)
	return err
}

// expire ends what has come too late, so that it holds up nothing after it.
func expire(tx *store.Tx) error {
	_, err := tx.Exec(`
		UPDATE deliveries SET state = 'expired', gen = gen + 1,
			reason = CASE WHEN state = 'in_doubt' THEN 'whether it arrived was never known, and it is of no use any more'
				ELSE 'it could not be delivered while it was of use' END
		WHERE state IN ('queued', 'deferred', 'in_doubt') AND expires_at <= $1`, store.At(tx.Now))
	return err
}

// nextDue is when the next delivery can be claimed, expires or loses its lease.
func nextDue(tx *store.Tx) (next time.Time, err error) {
	for _, query := range []string{
		`SELECT min(next_at) FROM deliveries WHERE state IN ('queued', 'deferred', 'in_doubt') AND next_at > $1`,
		`SELECT min(expires_at) FROM deliveries WHERE state IN ('queued', 'deferred', 'in_doubt') AND expires_at > $1`,
		`SELECT min(lease_at) FROM deliveries WHERE state = 'sending' AND lease_at > $1`,
	} {
		var at store.Time
		if err := tx.Row(query, store.At(tx.Now)).Scan(&at); err != nil {
			return time.Time{}, err
		}
		if !at.IsZero() && (next.IsZero() || at.Before(next)) {
			next = at.Time
		}
	}
	return next, nil
}
