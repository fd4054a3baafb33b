package notifier

import (
	"runtime"
	"strings"
	"sync"
	"time"

	"lull/scheduler"
	"lull/scheduler/agenda"
	"lull/scheduler/store"
)

// claim leases deliveries that are due, and freezes the bytes of those that are
// claimed for the first time. Where none is due it tells when the next one is.
func (n *Notifier) claim(tx *store.Tx) (claimed []delivery, next time.Time, err error) {
	sc := &scene{tx: tx}
	for {
		due, err := store.Rows(tx, scanDelivery, dueMail, store.At(tx.Now), batch)
		if err != nil {
			return nil, time.Time{}, err
		}
		if len(due) == 0 {
			next, err = nextDue(tx)
			return nil, next, err
		}
		for _, d := range due {
			fit, err := n.fit(sc, d)
			if err != nil {
				return nil, time.Time{}, err
			}
			if fit {
				claimed = append(claimed, d)
			}
		}
		if claimed, err = n.write(sc, claimed); err != nil {
			return nil, time.Time{}, err
		}
		for i := range claimed {
			if err := begin(tx, &claimed[i]); err != nil {
				return nil, time.Time{}, err
			}
		}
		if len(claimed) > 0 {
			return claimed, time.Time{}, nil
		}
	}
}

// dueMail picks the first deliveries that may go by mail now. Each state is
// asked for by itself, so that an index yields its first without the others.
var dueMail = deliveryColumns + `WHERE d.id IN (SELECT id FROM (` +
	strings.Join([]string{firstDue(Queued), firstDue(Deferred), firstDue(InDoubt)}, " UNION ALL ") +
	`) AS due ORDER BY position LIMIT $2) ORDER BY d.position`

func firstDue(state State) string {
	return `SELECT * FROM (
		SELECT d.id, d.position FROM deliveries d
		WHERE d.carrier = 'mail' AND d.state = '` + string(state) + `' AND d.next_at <= $1 AND NOT EXISTS (
			SELECT 1 FROM announcement_windows mine
			JOIN announcement_windows t ON t.window_id = mine.window_id
			JOIN deliveries e ON e.announcement_id = t.announcement_id
			WHERE mine.announcement_id = d.announcement_id AND e.address = d.address AND e.position < d.position
				AND e.state IN ('queued', 'sending', 'deferred', 'in_doubt'))
		ORDER BY d.position LIMIT $2) AS ` + string(state)
}

// fit reports whether d may be sent, and settles it where it has become untrue
// or comes too late.
func (n *Notifier) fit(sc *scene, d delivery) (bool, error) {
	tx := sc.tx
	on, err := sc.subject(d)
	if err != nil {
		return false, err
	}
	words, err := n.barred(tx, d)
	if err != nil {
		return false, err
	}
	if words != "" {
		return false, end(tx, d.ID, Suppressed, words)
	}
	if !d.Expires.After(tx.Now) {
		return false, expire(tx)
	}
	switch a, w := on.announcement, on.window; {
	case d.State == InDoubt || d.Announcement == "":
	case a.digest():
		if len(on.left) == 0 {
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
	return true, nil
}

// write freezes the bytes of those that have none yet, and leaves out what
// cannot be written. What is to be known is loaded first, one after the other;
// then all processors write.
func (n *Notifier) write(sc *scene, all []delivery) (written []delivery, err error) {
	drafts := make([]draft, len(all))
	for i, d := range all {
		if len(d.Raw) == 0 {
			if drafts[i], err = sc.draft(d); err != nil {
				return nil, err
			}
		}
	}
	type page struct {
		Letter
		raw                []byte
		unwritten, unsound error
	}
	pages := make([]page, len(all))
	var writers sync.WaitGroup
	for nth := range runtime.GOMAXPROCS(0) {
		writers.Go(func() {
			for i := nth; i < len(all); i += runtime.GOMAXPROCS(0) {
				if p := &pages[i]; len(all[i].Raw) == 0 {
					if p.Letter, p.unwritten = n.letter(drafts[i]); p.unwritten == nil {
						p.raw, p.unsound = p.Bytes()
					}
				}
			}
		})
	}
	writers.Wait()
	for i, d := range all {
		switch p := pages[i]; {
		case p.unwritten != nil:
			return nil, p.unwritten
		case p.unsound != nil:
			n.opts.Log.Error("a mail cannot be written", "delivery", d.ID, "err", p.unsound)
			if err := end(sc.tx, d.ID, Failed, p.unsound.Error()); err != nil {
				return nil, err
			}
			continue
		case len(d.Raw) == 0:
			d.Raw, d.Subject, d.MessageID = p.raw, p.Subject, p.MessageID
			if err := freeze(sc.tx, d); err != nil {
				return nil, err
			}
		}
		written = append(written, d)
	}
	return written, nil
}

// begin leases d.
func begin(tx *store.Tx, d *delivery) error {
	d.Gen++
	d.Lease = tx.Now.Add(lease)
	_, err := tx.Exec(`
		UPDATE deliveries SET state = 'sending', gen = $2, lease_at = $3, reason = '', message_id = $4, subject = $5 WHERE id = $1`,
		d.ID, d.Gen, store.At(d.Lease), d.MessageID, d.Subject)
	return err
}

// scene is what the mails that one transaction writes have in common, each
// loaded when it is first asked for.
type scene struct {
	tx       *store.Tx
	settings *scheduler.Settings
	services []scheduler.Service
	accounts map[string]bool // of whom there is an account
	subjects map[string]subjectMatter
	*calendars
}

// subjectMatter is what an announcement is about, as it stands now.
type subjectMatter struct {
	announcement announcement
	window       scheduler.Window
	left         []telling // what of a digest still holds
	first        bool      // stakeholders heard nothing of the window before
}

// subject is what a delivery is about; nothing for a letter of access.
func (sc *scene) subject(d delivery) (on subjectMatter, err error) {
	if d.Announcement == "" {
		return on, nil
	}
	if on, known := sc.subjects[d.Announcement]; known {
		return on, nil
	}
	if on.announcement, err = scanAnnouncement(sc.tx.Row(announcementColumns+`WHERE a.id = $1`, d.Announcement)); err != nil {
		return on, err
	}
	if on.window, err = agenda.WindowIn(sc.tx, d.Window); err != nil {
		return on, err
	}
	if on.announcement.digest() {
		if on.left, err = standingTellings(sc.tx, on.announcement); err != nil {
			return on, err
		}
	}
	var others int
	err = sc.tx.Row(`
		SELECT count(*) FROM announcement_windows t JOIN announcements a ON a.id = t.announcement_id
		WHERE t.window_id = $1 AND a.id <> $2 AND a.state = 'made' AND a.inside = $3`, d.Window, d.Announcement, false).Scan(&others)
	on.first = others == 0
	if sc.subjects == nil {
		sc.subjects = map[string]subjectMatter{}
	}
	sc.subjects[d.Announcement] = on
	return on, err
}

// fill adds to the facts what every mail about a window needs to know.
func (sc *scene) fill(f facts) (facts, error) {
	if sc.settings == nil {
		set, err := agenda.SettingsIn(sc.tx)
		if err != nil {
			return f, err
		}
		if sc.services, err = agenda.ServicesIn(sc.tx); err != nil {
			return f, err
		}
		people, err := store.Rows(sc.tx, scanText, `SELECT email FROM people WHERE disabled = $1`, false)
		if err != nil {
			return f, err
		}
		sc.settings, sc.accounts, sc.calendars = &set, make(map[string]bool, len(people)), &calendars{all: map[string][]byte{}}
		for _, email := range people {
			sc.accounts[email] = true
		}
	}
	f.Now, f.Settings, f.All, f.Insider = sc.tx.Now, *sc.settings, sc.services, sc.accounts[f.To.Email]
	f.calendars = sc.calendars
	if f.To.TimeZone == "" && f.Notice.TimeZone == "" {
		f.To.TimeZone = f.Settings.TimeZone
	}
	return f, nil
}

// end settles a delivery that nobody attempts any more.
func end(tx *store.Tx, id string, state State, reason string) error {
	_, err := tx.Exec(`
		UPDATE deliveries SET state = $2, reason = $3, gen = gen + 1, lease_at = NULL WHERE id = $1`, id, state, reason)
	return err
}

// tidy puts in doubt what nobody sends any more, and ends what has come too
// late, so that it holds up nothing after it.
func tidy(tx *store.Tx) error {
	if err := lost(tx, tx.Now); err != nil {
		return err
	}
	return expire(tx)
}

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
