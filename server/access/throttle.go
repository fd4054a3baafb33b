package access

import (
	"net/netip"
	"time"

	"lull/scheduler"
	"lull/scheduler/agenda"
	"lull/scheduler/store"
)

// within is how long a log-in that failed counts. It is a wait, never a lock:
// a lock would be a way to keep somebody out.
const within = 15 * time.Minute

// attempt is a log-in as the throttle counts it.
type attempt struct{ account, address string }

// Network is the part of a network address that one host holds: all of IPv4,
// the first half of IPv6. A port may follow.
func Network(from string) string {
	ip, err := netip.ParseAddr(from)
	if err != nil {
		both, err := netip.ParseAddrPort(from)
		if err != nil {
			return from
		}
		ip = both.Addr()
	}
	ip = ip.Unmap().WithZone("")
	if ip.Is4() {
		return ip.String()
	}
	half, err := ip.Prefix(64)
	if err != nil {
		return ip.String()
	}
	return half.String()
}

// tooMany answers *TooMany when the account or the address failed too often.
func (a *Access) tooMany(tx *store.Tx, t attempt) error {
	var wait time.Duration
	for _, query := range []struct{ sql, of string }{
		{`SELECT at FROM login_failures WHERE account = $1 AND at > $2 ORDER BY at DESC LIMIT 1 OFFSET $3`, t.account},
		{`SELECT at FROM login_failures WHERE address = $1 AND at > $2 ORDER BY at DESC LIMIT 1 OFFSET $3`, t.address},
	} {
		// When the oldest of the last LoginAttempts failures no longer counts, one more may fail.
		oldest, err := store.Rows(tx, func(row store.Scanner) (at store.Time, err error) {
			return at, row.Scan(&at)
		}, query.sql, query.of, store.At(tx.Now.Add(-within)), a.opts.LoginAttempts-1)
		if err != nil {
			return wrap("count failed log-ins", err)
		}
		for _, at := range oldest {
			wait = max(wait, at.Add(within).Sub(tx.Now))
		}
	}
	if wait > 0 {
		return &TooMany{RetryAfter: wait}
	}
	return nil
}

// refuse counts a log-in that failed, and forgets the old ones. What was typed
// for an address that is nobody's is not logged: it may be a password.
func refuse(tx *store.Tx, t attempt, p Person) error {
	if _, err := tx.Exec(`DELETE FROM login_failures WHERE at <= $1`, store.At(tx.Now.Add(-within))); err != nil {
		return wrap("forget failed log-ins", err)
	}
	if _, err := tx.Exec(`
		INSERT INTO login_failures (id, account, address, at)
		VALUES ($1, $2, $3, $4)`, tx.NewID(), t.account, t.address, store.At(tx.Now)); err != nil {
		return wrap("count a failed log-in", err)
	}
	ev := scheduler.Event{
		Actor: "somebody", Via: "page", Kind: scheduler.LogInRefused,
		Text: "A log-in with an unknown address was refused.",
		Data: scheduler.Facts{More: map[string]any{"from": t.address}},
	}
	if p.Email != "" {
		ev.Text, ev.Data.Subject = "A log-in as "+p.Email+" was refused.", p.Email
	}
	return agenda.Record(tx, ev)
}

// forget ends the count of an account: its password was given, or set anew.
func forget(tx *store.Tx, account string) error {
	_, err := tx.Exec(`DELETE FROM login_failures WHERE account = $1`, account)
	return wrap("forget failed log-ins", err)
}
