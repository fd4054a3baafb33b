package access

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"lull/scheduler"
	"lull/scheduler/store"
)

// What an API token looks like, and how long it lives when nothing is said.
const (
	tokenMark    = "lull_"
	tokenShown   = len(tokenMark) + 8
	tokenLife    = 90 * 24 * time.Hour
	longestToken = 10 * 366 * 24 * time.Hour
)

// Token is one API token, without the secret itself.
type Token struct {
	ID        string
	Email     string // whose rights it has
	Name      string
	Prefix    string   // how it begins
	Scopes    []string // what it is narrowed to; none: everything that its person may
	CreatedAt time.Time
	ExpiresAt time.Time
	LastUsed  time.Time // zero: never
	RevokedAt time.Time // zero: it is good
}

// NewToken is a token to be.
type NewToken struct {
	Email  string
	Name   string
	For    time.Duration // 0: 90 days
	Scopes []string
}

// AddToken makes an API token and answers its secret, which is shown this once.
// People make tokens for themselves, and admins for anybody.
func (a *Access) AddToken(ctx context.Context, n NewToken, by scheduler.Person) (t Token, key string, err error) {
	if err := n.wrong().Err(); err != nil {
		return Token{}, "", err
	}
	if !strings.EqualFold(n.Email, by.Email) && !by.Role.May(scheduler.Admin) {
		return Token{}, "", &scheduler.ForbiddenError{Detail: "Only an admin makes tokens for others."}
	}
	if n.For == 0 {
		n.For = tokenLife
	}
	err = a.db.Update(ctx, func(tx *store.Tx) error {
		p, err := person(tx, n.Email)
		if errors.Is(err, scheduler.ErrNotFound) || err == nil && p.Disabled {
			return scheduler.InvalidError{"email": "There is no such person who can log in."}
		}
		if err != nil {
			return err
		}
		key = tokenMark + secret()
		t = Token{
			ID: tx.NewID(), Email: p.Email, Name: strings.TrimSpace(n.Name), Prefix: key[:tokenShown],
			Scopes: n.Scopes, CreatedAt: tx.Now, ExpiresAt: tx.Now.Add(n.For).Truncate(time.Second),
		}
		if _, err := tx.Exec(`
			INSERT INTO tokens (id, email, name, prefix, token_hash, scopes, created_at, expires_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
			t.ID, t.Email, t.Name, t.Prefix, digest(key), store.JSON(&t.Scopes), store.At(t.CreatedAt), store.At(t.ExpiresAt)); err != nil {
			return wrap("make a token", err)
		}
		return record(tx, scheduler.TokenChanged, by, t.ID, "The token %q was made for %s.", t.Name, t.Email)
	})
	if err != nil {
		return Token{}, "", err
	}
	return t, key, nil
}

// Tokens lists a person's tokens, or everybody's when email is empty, the
// newest first.
func (a *Access) Tokens(ctx context.Context, email string) (all []Token, err error) {
	err = a.db.View(ctx, func(tx *store.Tx) error {
		all, err = store.Rows(tx, scanToken, `
			SELECT id, email, name, prefix, scopes, created_at, expires_at, last_used, revoked_at
			FROM tokens
			WHERE $1 = '' OR email = $1
			ORDER BY created_at DESC, id`, strings.ToLower(email))
		return err
	})
	return all, wrap("list tokens", err)
}

// RevokeToken ends a token: one's own, or anybody's for an admin.
func (a *Access) RevokeToken(ctx context.Context, id string, by scheduler.Person) error {
	return a.db.Update(ctx, func(tx *store.Tx) error {
		t, err := scanToken(tx.Row(`
			SELECT id, email, name, prefix, scopes, created_at, expires_at, last_used, revoked_at
			FROM tokens
			WHERE id = $1`, id))
		if errors.Is(err, sql.ErrNoRows) || err == nil && t.Email != by.Email && !by.Role.May(scheduler.Admin) {
			return scheduler.ErrNotFound
		}
		if err != nil || !t.RevokedAt.IsZero() {
			return wrap("load a token", err)
		}
		if _, err := tx.Exec(`UPDATE tokens SET revoked_at = $2 WHERE id = $1`, id, store.At(tx.Now)); err != nil {
			return wrap("revoke a token", err)
		}
		return record(tx, scheduler.TokenChanged, by, t.ID, "The token %q of %s was revoked.", t.Name, t.Email)
	})
}

// ParseLife reads how long a token is to live: days ("90d") or a length of time
// as the API writes it ("72h"). Nothing is nothing said.
func ParseLife(s string) (time.Duration, error) {
	s = strings.TrimSpace(s)
	if s == "" {
		return 0, nil
	}
	if days, ok := strings.CutSuffix(s, "d"); ok {
		n, err := strconv.Atoi(days)
		if err != nil || n < 1 || time.Duration(n) > longestToken/(24*time.Hour) {
			return 0, fmt.Errorf("%q is not a number of days such as 90d", s)
		}
		return time.Duration(n) * 24 * time.Hour, nil
	}
	return scheduler.ParseDuration(s)
}

func (n NewToken) wrong() scheduler.InvalidError {
	wrong := scheduler.InvalidError{}
	if bad := badName(n.Name); bad != "" {
		wrong["name"] = bad
	}
	for _, s := range n.Scopes {
		if !slices.Contains(Scopes, s) {
			wrong["scopes"] = "Take some of " + strings.Join(Scopes, ", ") + "."
		}
	}
	if n.For < 0 || n.For > longestToken {
		wrong["expires"] = "Take at most ten years."
	}
	return wrong
}

func scanToken(row store.Scanner) (t Token, err error) {
	var created, expires, used, revoked store.Time
	err = row.Scan(&t.ID, &t.Email, &t.Name, &t.Prefix, store.JSON(&t.Scopes), &created, &expires, &used, &revoked)
	t.CreatedAt, t.ExpiresAt, t.LastUsed, t.RevokedAt = created.Time, expires.Time, used.Time, revoked.Time
	return t, err
}

// byToken is who a token is of, and whether it is time to note that it is used.
func (a *Access) byToken(ctx context.Context, key string) (v Visitor, note bool, err error) {
	err = a.db.View(ctx, func(tx *store.Tx) error {
		var name string
		var used store.Time
		err := tx.Row(`
			SELECT t.id, t.name, t.scopes, t.last_used, p.email, p.name, p.role, p.time_zone
			FROM tokens t
			JOIN people p ON p.email = t.email
			WHERE t.token_hash = $1 AND t.expires_at > $2 AND t.revoked_at IS NULL AND NOT p.disabled`,
			digest(key), store.At(tx.Now),
		).Scan(&v.Token, &name, store.JSON(&v.Scopes), &used, &v.Email, &v.Name, &v.Role, &v.TimeZone)
		v.Via = "token " + name
		note = tx.Now.Sub(used.Time) >= noteUseEach
		return err
	})
	if errors.Is(err, sql.ErrNoRows) {
		return Visitor{}, false, &UnauthenticatedError{"This API token is not known, has expired, or was revoked."}
	}
	return v, note, wrap("look for a token", err)
}
