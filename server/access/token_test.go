package access_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
	"time"

	"lull/scheduler"
	"lull/server/access"
)

func TestATokenHasItsPersonsRights(t *testing.T) {
	t.Parallel()
	o := open(t)
	ada := o.add("ada@example.org", scheduler.Approver)
	made, key, err := o.AddToken(t.Context(), access.NewToken{Email: ada.Email, Name: "ci", Scopes: []string{access.ScopeRead}}, root)
	if err != nil || len(key) != 48 || !strings.HasPrefix(key, made.Prefix) || len(made.Prefix) != 13 {
		t.Fatalf("got %+v, %q, %v", made, key, err)
	}
	if got, want := made.ExpiresAt, made.CreatedAt.Add(90*24*time.Hour); !got.Equal(want) {
		t.Errorf("expires %v, want %v", got, want)
	}
	got, err := o.visit(key)
	want := access.Visitor{
		Person:   scheduler.Person{Email: ada.Email, Name: "Ada", Role: scheduler.Approver, Via: "token ci"},
		TimeZone: "Europe/London", Token: made.ID, Scopes: []string{access.ScopeRead},
	}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, %v, want %+v", got, err, want)
	}
	all, err := o.Tokens(t.Context(), ada.Email)
	made.LastUsed = made.CreatedAt
	if err != nil || !reflect.DeepEqual(all, []access.Token{made}) {
		t.Errorf("got %+v, %v, want %+v", all, err, made)
	}
	if log := o.log(key); !strings.Contains(log, `token | root@example.org | command | The token "ci" was made for ada@example.org.`) {
		t.Errorf("the log does not tell it:\n%s", log)
	}
}

func TestATokenEnds(t *testing.T) {
	t.Parallel()
	o := open(t)
	ada := o.add("ada@example.org", scheduler.Operator)
	self := scheduler.Person{Email: ada.Email, Role: ada.Role, Via: "page"}
	eve := scheduler.Person{Email: "eve@example.org", Role: scheduler.Approver, Via: "page"}
	a, keyA, err := o.AddToken(t.Context(), access.NewToken{Email: ada.Email, Name: "a", For: time.Hour}, self)
	if err != nil {
		t.Fatal(err)
	}
	_, keyB, err := o.AddToken(t.Context(), access.NewToken{Email: ada.Email, Name: "b", For: time.Hour}, self)
	if err != nil {
		t.Fatal(err)
	}
	if err := o.RevokeToken(t.Context(), a.ID, eve); !errors.Is(err, scheduler.ErrNotFound) {
		t.Errorf("somebody else: got %v", err)
	}
	if _, err := o.visit(keyA); err != nil {
		t.Errorf("before it was revoked: %v", err)
	}
	if err := o.RevokeToken(t.Context(), a.ID, self); err != nil {
		t.Fatal(err)
	}
	v, err := o.visit(keyA)
	o.stranger("revoked", v, err)
	if _, err := o.visit(keyB); err != nil {
		t.Errorf("the other one: %v", err)
	}
	o.wait(time.Hour)
	v, err = o.visit(keyB)
	o.stranger("expired", v, err)
}

func TestOnlyAnAdminMakesTokensForOthers(t *testing.T) {
	t.Parallel()
	o := open(t)
	o.add("ada@example.org", scheduler.Admin)
	_, _, err := o.AddToken(t.Context(), access.NewToken{Email: "ada@example.org", Name: "x"}, scheduler.Person{Email: "eve@example.org", Role: scheduler.Approver})
	var forbidden *scheduler.ForbiddenError
	if !errors.As(err, &forbidden) {
		t.Errorf("got %v", err)
	}
	for field, n := range map[string]access.NewToken{
		"name":    {Email: "ada@example.org"},
		"scopes":  {Email: "ada@example.org", Name: "x", Scopes: []string{"everything"}},
		"expires": {Email: "ada@example.org", Name: "x", For: -time.Hour},
		"email":   {Email: "nobody@example.org", Name: "x"},
	} {
		var wrong scheduler.InvalidError
		if _, _, err := o.AddToken(t.Context(), n, root); !errors.As(err, &wrong) || wrong[field] == "" {
			t.Errorf("%s: got %v", field, err)
		}
	}
}

func TestWhoIsNotKnownIsAStranger(t *testing.T) {
	t.Parallel()
	o := open(t)
	o.add("ada@example.org", scheduler.Operator)
	key := o.in("ada@example.org")
	for what, set := range map[string]func(*http.Request){
		"nothing":             func(*http.Request) {},
		"an unknown cookie":   func(r *http.Request) { cookie(r, strings.Repeat("x", 43)) },
		"a short cookie":      func(r *http.Request) { cookie(r, "x") },
		"the plain cookie":    func(r *http.Request) { r.AddCookie(&http.Cookie{Name: "lull_session", Value: key}) },
		"an unknown token":    func(r *http.Request) { r.Header.Set("Authorization", "Bearer lull_"+strings.Repeat("x", 43)) },
		"a session as token":  func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+key) },
		"another scheme":      func(r *http.Request) { r.Header.Set("Authorization", "Basic YTpi") },
		"a token beside both": func(r *http.Request) { cookie(r, key); r.Header.Set("Authorization", "Bearer x") },
	} {
		r := httptest.NewRequest("GET", "/", nil)
		set(r)
		v, err := o.Visitor(r)
		o.stranger(what, v, err)
	}
}

func cookie(r *http.Request, key string) {
	r.AddCookie(&http.Cookie{Name: "__Host-lull_session", Value: key})
}

func TestTheCookieIsBoundToTheHost(t *testing.T) {
	t.Parallel()
	o := open(t)
	w := httptest.NewRecorder()
	o.SetCookie(w, "key")
	const want = "__Host-lull_session=key; Path=/; Max-Age=604800; HttpOnly; Secure; SameSite=Lax"
	if got := w.Header().Get("Set-Cookie"); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	w = httptest.NewRecorder()
	access.New(o.db, access.Options{BaseURL: "http://127.0.0.1:8080"}).ClearCookie(w)
	if got, want := w.Header().Get("Set-Cookie"), "lull_session=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestANarrowedTokenDoesWhatItSays(t *testing.T) {
	t.Parallel()
	const w = "/api/v1/windows"
	for _, c := range []struct {
		method, path string
		want         string // the scope that is enough
	}{
		{"GET", w, access.ScopeRead},
		{"HEAD", "/calendar", access.ScopeRead},
		{"GET", "/api/v1/users", access.ScopeAdmin},
		{"GET", "/api/v1/settings", access.ScopeAdmin},
		{"POST", w, access.ScopeWindows},
		{"PATCH", w + "/MW-1", access.ScopeWindows},
		{"POST", w + "/MW-1/approve", access.ScopeWindows},
		{"POST", w + "/preview", access.ScopeRead},
		{"POST", "/api/v1/series/preview", access.ScopeRead},
		{"POST", "/api/v1/series/1/approve", access.ScopeWindows},
		{"POST", w + "/MW-1/checks/7", access.ScopeChecks},
		{"POST", "/api/v1/notices", access.ScopeNotices},
		{"DELETE", "/api/v1/notice-rules/1", access.ScopeNotices},
		{"POST", "/api/v1/tokens", ""},
		{"PUT", "/api/v1/settings", ""},
		{"POST", "/api/v1", ""},
	} {
		if err := (access.Visitor{}).InScope(c.method, c.path); err != nil {
			t.Errorf("%s %s without scopes: %v", c.method, c.path, err)
		}
		for _, scope := range access.Scopes {
			err := access.Visitor{Scopes: []string{scope}}.InScope(c.method, c.path)
			if (err == nil) != (scope == c.want) {
				t.Errorf("%s %s with %s: got %v, want %q to be enough", c.method, c.path, scope, err, c.want)
			}
		}
	}
}

func TestALifeIsInDaysOrAsTheAPIWritesIt(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]time.Duration{"": 0, "90d": 90 * 24 * time.Hour, "72h": 72 * time.Hour} {
		if got, err := access.ParseLife(s); err != nil || got != want {
			t.Errorf("%q: got %v, %v, want %v", s, got, err, want)
		}
	}
	for _, s := range []string{"0d", "-1d", "xd", "9999999999999d", "99999d", "soon"} {
		if got, err := access.ParseLife(s); err == nil {
			t.Errorf("%q: got %v, want a refusal", s, got)
		}
	}
}
