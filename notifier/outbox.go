package notifier

import (
	"time"

	"lull/scheduler"
	"lull/scheduler/store"
)

// The states of a delivery beyond those in which an attempt leaves it.
const (
	Queued     State = "queued"
	Sending    State = "sending"
	Expired    State = "expired"    // too late to be of use
	Superseded State = "superseded" // a later announcement says it all
	Suppressed State = "suppressed" // the address wants nothing any more
	Cancelled  State = "cancelled"  // a person stopped it
)

// States lists the states of a delivery.
var States = []State{Queued, Sending, Sent, Captured, Deferred, InDoubt, Failed, Expired, Superseded, Suppressed, Cancelled}

const day = 24 * time.Hour

// expiry is the moment from which the announcement is of no use.
func expiry(a announcement, was *scheduler.Notice, now time.Time) time.Time {
	told := a.Notice
	if a.leave() {
		return atLeast(told.Start, now).Add(day)
	}
	switch a.Kind {
	case scheduler.AnnounceStarted, scheduler.AnnounceExtended, scheduler.AnnounceProgress:
		return atLeast(told.End, now.Add(time.Hour)) // what overruns is news past its planned end
	case scheduler.AnnounceCompleted:
		return now.Add(day)
	case scheduler.AnnounceCancelled:
		if was != nil {
			return atLeast(was.Start, now).Add(day)
		}
		return atLeast(told.Start, now).Add(day)
	default:
		return told.Start
	}
}

func atLeast(t, least time.Time) time.Time {
	if t.Before(least) {
		return least
	}
	return t
}

// hearsay is what an address has heard of a window, and will hear.
type hearsay struct {
	heard    bool // something reached it, or may have
	waits    bool // something is on its way that a later announcement can take the place of
	promised bool // and states times
}

// heardOf is what each address has heard of the window, but for those inside.
func heardOf(tx *store.Tx, window string) (map[string]hearsay, error) {
	by := map[string]hearsay{}
	_, err := store.Rows(tx, func(r store.Scanner) (struct{}, error) {
		var address string
		var heard, waits, promised int
		err := r.Scan(&address, &heard, &waits, &promised)
		by[address] = hearsay{heard > 0, waits > 0, promised > 0}
		return struct{}{}, err
	}, `
		SELECT d.address, sum(CASE WHEN d.state IN ('sent', 'captured', 'in_doubt', 'sending') THEN 1 ELSE 0 END),
			sum(CASE WHEN d.state IN ('queued', 'deferred') THEN 1 ELSE 0 END),
			sum(CASE WHEN d.state IN ('queued', 'deferred') AND d.kind IN ('scheduled', 'updated', 'rescheduled') THEN 1 ELSE 0 END)
		FROM announcement_windows t JOIN announcements a ON a.id = t.announcement_id JOIN deliveries d ON d.announcement_id = a.id
		WHERE t.window_id = $1 AND a.inside = $2 GROUP BY d.address`, window, false)
	return by, err
}

// standing is the state in which a delivery of a to an address begins, given
// what that has heard of the window; what a makes needless is superseded.
func standing(tx *store.Tx, a announcement, address string, of hearsay) (State, string, error) {
	kind, window := a.Kind, a.WindowID
	switch {
	case kind == scheduler.AnnounceProgress:
		return Queued, "", nil
	case kind == scheduler.AnnounceReminder && of.promised:
		return Superseded, "the announcement itself is still on its way", nil
	}
	if of.waits {
		_, err := tx.Exec(`
			UPDATE deliveries SET state = 'superseded', reason = $4, gen = gen + 1
			WHERE window_id = $1 AND address = $2 AND state IN ('queued', 'deferred')
				AND announcement_id IN (SELECT id FROM announcements WHERE window_id = $1 AND inside = $3)
				AND NOT EXISTS (SELECT 1 FROM announcement_windows t WHERE t.announcement_id = deliveries.announcement_id AND t.window_id <> $1)`,
			window, address, false, "the later announcement, "+string(kind)+", says it")
		if err != nil {
			return "", "", err
		}
	}
	if !of.heard && (kind == scheduler.AnnounceCancelled || a.leave()) {
		return Superseded, "nothing that it takes back was ever delivered to this address", nil
	}
	return Queued, "", nil
}

// put lays d in the outbox, behind all others.
func put(tx *store.Tx, d delivery) error {
	_, err := tx.Exec(`
		INSERT INTO deliveries (id, position, announcement_id, window_id, kind, address, recipient, personal, state, reason,
			attempts, gen, created_at, next_at, expires_at, code, enhanced, reply, message_id, subject, carrier, webhook_id)
		VALUES ($1, (SELECT coalesce(max(position), 0) + 1 FROM deliveries), $2, $3, $4, $5, $6, $7, $8, $9, 0, 0, $10, $11, $12, 0, '', '', $13, $14, $15, $16)`,
		d.ID, null(d.Announcement), null(d.Window), d.Kind, d.To.Email, store.JSON(&d.To), d.Personal, d.State, d.Reason,
		store.At(tx.Now), store.At(atLeast(d.Next, tx.Now)), store.At(d.Expires), d.MessageID, d.Subject, d.carrier(), null(d.Webhook))
	if err != nil || len(d.Raw) == 0 {
		return err
	}
	return freeze(tx, d)
}

// freeze keeps the bytes of d, which never change from then on.
func freeze(tx *store.Tx, d delivery) error {
	_, err := tx.Exec(`INSERT INTO letters (position, raw) SELECT position, $2 FROM deliveries WHERE id = $1`, d.ID, string(d.Raw))
	return err
}

// The carriers of a delivery, by name.
const (
	byMail    = "mail"
	byWebhook = "webhook"
)

func (d delivery) carrier() string {
	if d.Webhook != "" {
		return byWebhook
	}
	return byMail
}

func null(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// delivery is one message to one address.
type delivery struct {
	ID, Announcement, Window, Kind string
	Webhook                        string // the id of the one it is for; empty: it goes by mail
	To                             scheduler.Stakeholder
	Personal                       bool
	State                          State
	Reason                         string
	Position                       int64
	Attempts, Gen                  int
	Lease, Expires                 time.Time
	Next                           time.Time // when it may be sent first; zero: at once
	MessageID, Subject             string
	Raw                            []byte
}

const deliveryColumns = `SELECT d.id, coalesce(d.announcement_id, ''), coalesce(d.window_id, ''), d.kind, d.recipient, d.personal,
	d.state, d.position, d.attempts, d.gen, d.expires_at, d.message_id, d.subject, coalesce(l.raw, ''), coalesce(d.webhook_id, '')
	FROM deliveries d LEFT JOIN letters l ON l.position = d.position `

func scanDelivery(r store.Scanner) (d delivery, err error) {
	var expires store.Time
	var raw string
	err = r.Scan(&d.ID, &d.Announcement, &d.Window, &d.Kind, store.JSON(&d.To), &d.Personal, &d.State, &d.Position, &d.Attempts,
		&d.Gen, &expires, &d.MessageID, &d.Subject, &raw, &d.Webhook)
	d.Expires, d.Raw = expires.Time, []byte(raw)
	return d, err
}
