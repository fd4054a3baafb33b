package access

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"lull/scheduler"
	"lull/scheduler/store"
)

// What a token can be narrowed to.
const (
	ScopeRead    = "read"          // read what the person may read
	ScopeWindows = "windows:write" // book and carry out windows
	ScopeChecks  = "checks:write"  // answer checks
	ScopeNotices = "notices:write" // hand in and map suppliers' notices
	ScopeAdmin   = "admin:read"    // read people, tokens and settings
)

// Scopes lists what a token can be narrowed to.
var Scopes = []string{ScopeRead, ScopeWindows, ScopeChecks, ScopeNotices, ScopeAdmin}

// Visitor is who sent a request.
type Visitor struct {
	scheduler.Person           // Role is empty when nobody is known
	TimeZone         string    // empty: the organisation's
	Anonymous        bool      //
	Session          string    // names the session; empty with a token
	AuthAt           time.Time // when the password of the session was last given
	Confirmed        bool      // that was a short while ago
	Token            string    // the id of the API token; empty with a session
	Scopes           []string  // what the token is narrowed to
}

// Visitor finds who sent a request, by its bearer token or else its cookie. When
// nobody is known the error is an *UnauthenticatedError, and the visitor is
// anonymous, which is enough for what is public.
func (a *Access) Visitor(r *http.Request) (Visitor, error) {
	anonymous := Visitor{Anonymous: true, Person: scheduler.Person{Via: "page"}}
	v, note, err := a.resolve(r)
	if err != nil {
		return anonymous, err
	}
	if note {
		a.noteUse(r.Context(), v)
	}
	return v, nil
}

func (a *Access) resolve(r *http.Request) (v Visitor, note bool, err error) {
	if header := r.Header.Get("Authorization"); header != "" {
		scheme, key, _ := strings.Cut(header, " ")
		key = strings.TrimSpace(key)
		if !strings.EqualFold(scheme, "Bearer") || !strings.HasPrefix(key, tokenMark) || len(key) != len(tokenMark)+secretLength {
			return Visitor{}, false, &UnauthenticatedError{"Send an API token, as Authorization: Bearer lull_…"}
		}
		return a.byToken(r.Context(), key)
	}
	cookie, err := r.Cookie(a.cookieName())
	if err != nil || len(cookie.Value) != secretLength {
		return Visitor{}, false, &UnauthenticatedError{"Log in, or send an API token."}
	}
	return a.bySession(r.Context(), cookie.Value)
}

// noteUse keeps that a session or token is in use. Nobody is turned away because
// that could not be kept: reading goes on when the disk is full.
func (a *Access) noteUse(ctx context.Context, v Visitor) {
	_ = a.db.Update(ctx, func(tx *store.Tx) error {
		if v.Token != "" {
			_, err := tx.Exec(`UPDATE tokens SET last_used = $2 WHERE id = $1`, v.Token, store.At(tx.Now))
			return err
		}
		_, err := tx.Exec(`UPDATE sessions SET last_seen = $2 WHERE key_hash = $1`, v.Session, store.At(tx.Now))
		return err
	})
}

// InScope refuses with a *scheduler.ForbiddenError what the visitor's token was
// narrowed away from. The rest is up to the role.
func (v Visitor) InScope(method, path string) error {
	if len(v.Scopes) == 0 {
		return nil
	}
	need := scopeOf(method, path)
	if need != "" && slices.Contains(v.Scopes, need) {
		return nil
	}
	if need == "" {
		return &scheduler.ForbiddenError{Detail: "This API token is narrowed, and this needs one that is not."}
	}
	return &scheduler.ForbiddenError{Detail: "This API token is narrowed, and lacks the scope " + need + "."}
}

// scopeOf is the scope that a request needs; none is enough when it is empty.
func scopeOf(method, path string) string {
	parts := strings.Split(strings.TrimPrefix(path, "/api/v1"), "/")[1:]
	first := ""
	if len(parts) > 0 {
		first = parts[0]
	}
	switch {
	case method == http.MethodGet || method == http.MethodHead:
		if slices.Contains([]string{"users", "people", "tokens", "settings", "webhooks"}, first) {
			return ScopeAdmin
		}
		return ScopeRead
	case first == "windows" && len(parts) > 2 && parts[2] == "checks":
		return ScopeChecks
	case (first == "windows" || first == "series") && len(parts) == 2 && parts[1] == "preview":
		return ScopeRead
	case first == "windows", first == "series":
		return ScopeWindows
	case first == "notices", first == "notice-rules":
		return ScopeNotices
	}
	return ""
}
