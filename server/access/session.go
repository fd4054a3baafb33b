package access

import (
	"context"
	"database/sql"
	"errors"
	"net/http"
	"strings"
	"time"

	"lull/scheduler/store"
)

// How long a session lives unused, how long at most, and how often it is noted
// that it is used.
const (
	idleSession   = 12 * time.Hour
	longestLife   = 7 * 24 * time.Hour
	noteUseEach   = time.Minute
	plainCookie   = "lull_session"
	secureCookie  = "__Host-lull_session"
	recentConfirm = 15 * time.Minute
)

// LogOut ends the session of who asks.
func (a *Access) LogOut(ctx context.Context, who Visitor) error {
	return a.db.Update(ctx, func(tx *store.Tx) error {
		_, err := tx.Exec(`DELETE FROM sessions WHERE key_hash = $1`, who.Session)
		return wrap("end a session", err)
	})
}

// LogOutElsewhere ends the other sessions of who asks.
func (a *Access) LogOutElsewhere(ctx context.Context, who Visitor) error {
	return a.db.Update(ctx, func(tx *store.Tx) error {
		_, err := tx.Exec(`DELETE FROM sessions WHERE email = $1 AND key_hash <> $2`, who.Email, who.Session)
		return wrap("end sessions", err)
	})
}

// SetCookie gives the browser the key of a session.
func (a *Access) SetCookie(w http.ResponseWriter, key string) {
	http.SetCookie(w, a.cookie(key, int(longestLife/time.Second)))
}

// ClearCookie takes the key of the session from the browser.
func (a *Access) ClearCookie(w http.ResponseWriter) {
	http.SetCookie(w, a.cookie("", -1))
}

// cookie is bound to this host alone over https. Over http, which is for a
// trial on one machine, a browser would refuse such a cookie.
func (a *Access) cookie(key string, age int) *http.Cookie {
	return &http.Cookie{
		Name: a.cookieName(), Value: key, Path: "/", MaxAge: age,
		HttpOnly: true, Secure: a.cookieName() == secureCookie, SameSite: http.SameSiteLaxMode,
	}
}

func (a *Access) cookieName() string {
	if strings.HasPrefix(a.opts.BaseURL, "https://") {
		return secureCookie
	}
	return plainCookie
}

// begin begins a session and forgets those that ended.
func begin(tx *store.Tx, email string) (key string, err error) {
	if _, err := tx.Exec(`
		DELETE FROM sessions
		WHERE expires_at <= $1 OR last_seen <= $2`,
		store.At(tx.Now), store.At(tx.Now.Add(-idleSession))); err != nil {
		return "", wrap("forget sessions", err)
	}
	key = secret()
	_, err = tx.Exec(`
		INSERT INTO sessions (key_hash, email, created_at, auth_at, last_seen, expires_at)
		VALUES ($1, $2, $3, $3, $3, $4)`,
		digest(key), email, store.At(tx.Now), store.At(tx.Now.Add(longestLife)))
	return key, wrap("begin a session", err)
}

// bySession is who a session's key is of, and whether it is time to note that
// it is used.
func (a *Access) bySession(ctx context.Context, key string) (v Visitor, note bool, err error) {
	v.Session, v.Via = digest(key), "page"
	err = a.db.View(ctx, func(tx *store.Tx) error {
		var auth, seen store.Time
		err := tx.Row(`
			SELECT p.email, p.name, p.role, p.time_zone, s.auth_at, s.last_seen
			FROM sessions s
			JOIN people p ON p.email = s.email
			WHERE s.key_hash = $1 AND s.expires_at > $2 AND s.last_seen > $3 AND NOT p.disabled`,
			v.Session, store.At(tx.Now), store.At(tx.Now.Add(-idleSession)),
		).Scan(&v.Email, &v.Name, &v.Role, &v.TimeZone, &auth, &seen)
		v.AuthAt = auth.Time
		v.Confirmed = tx.Now.Sub(auth.Time) < recentConfirm
		note = tx.Now.Sub(seen.Time) >= noteUseEach
		return err
	})
	if errors.Is(err, sql.ErrNoRows) {
		return Visitor{}, false, &UnauthenticatedError{"Your session has ended. Log in again."}
	}
	return v, note, wrap("look for a session", err)
}
