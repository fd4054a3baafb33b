package main

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"lull/notifier"
	"lull/scheduler"
	"lull/scheduler/agenda"
	"lull/scheduler/store"
	"lull/scheduler/store/storetest"
	"lull/server/access"
)

const adasPassword = "a long enough secret phrase"

// wired is a server with Ada, an admin, who has a password and an API token.
func wired(t testing.TB, db *store.DB, env map[string]string) (s *server, h http.Handler, token string) {
	t.Helper()
	cfg, err := configOf(env, nil)
	if err != nil {
		t.Fatal(err)
	}
	if s, err = wire(t.Context(), cfg, db, slog.New(slog.DiscardHandler)); err != nil {
		t.Fatal(err)
	}
	if h, err = s.handler(); err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.access.AddPerson(t.Context(), access.Newcomer{Email: "ada@example.org", Name: "Ada", Role: scheduler.Admin, Password: adasPassword}, byCommand); err != nil {
		t.Fatal(err)
	}
	if _, token, err = s.access.AddToken(t.Context(), access.NewToken{Email: "ada@example.org", Name: "test"}, byCommand); err != nil {
		t.Fatal(err)
	}
	return s, h, token
}

// ask asks a handler with a token.
func ask(t *testing.T, h http.Handler, token, method, path, body string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), method, path, strings.NewReader(body))
	r.Header.Set("Authorization", "Bearer "+token)
	r.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestAFullDiskIsSaidAndNothingIsHalfWritten(t *testing.T) {
	t.Parallel()
	s, h, token := wired(t, storetest.SQLite(t), nil)
	pages := func(pragma string) {
		t.Helper()
		if err := s.db.Update(t.Context(), func(tx *store.Tx) error {
			var n int64
			return tx.Row(pragma).Scan(&n)
		}); err != nil {
			t.Fatal(err)
		}
	}
	pages(`PRAGMA max_page_count = 200`) // what SQLite says of a full disk, it says of this
	plan := strings.Repeat("x", 15000)
	booked, w := 0, (*httptest.ResponseRecorder)(nil)
	for booked < 200 {
		if w = ask(t, h, token, http.MethodPost, "/api/v1/windows", `{"title":"Upgrade","plan":"`+plan+`"}`); w.Code != http.StatusCreated {
			break
		}
		booked++
	}
	if booked == 0 || w.Code != http.StatusInsufficientStorage || !strings.Contains(w.Body.String(), "The disk of the server is full: nothing was changed.") {
		t.Fatalf("after %d windows: %d %s", booked, w.Code, w.Body)
	}
	for _, path := range []string{"/api/v1/windows", "/calendar.ics", "/status", "/healthz"} {
		if w := ask(t, h, token, http.MethodGet, path, ""); w.Code != http.StatusOK {
			t.Errorf("%s: %d %s", path, w.Code, w.Body)
		}
	}
	pages(`PRAGMA max_page_count = 100000`)
	if w := ask(t, h, token, http.MethodPost, "/api/v1/windows", `{"title":"After"}`); w.Code != http.StatusCreated {
		t.Errorf("with room again: %d %s", w.Code, w.Body)
	}
	all, _, err := s.agenda.Windows(t.Context(), agenda.Filter{Limit: 200})
	if err != nil || len(all) != booked+1 {
		t.Errorf("%d windows (%v), %d were acknowledged", len(all), err, booked+1)
	}
	if _, err := s.agenda.Verify(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestALongFormIsRefusedInWords(t *testing.T) {
	t.Parallel()
	_, h, token := wired(t, storetest.Open(t), nil)
	for _, c := range []struct {
		name string
		size int
		want int
		says string
	}{
		{"100 kB", 100_000, http.StatusUnprocessableEntity, "This is too long: 100000 characters, at most 20000."},
		{"2 MB", 2_000_000, http.StatusRequestEntityTooLarge, "The request is longer than 1048576 bytes."},
	} {
		w := ask(t, h, token, http.MethodPost, "/api/v1/windows", `{"title":"Upgrade","plan":"`+strings.Repeat("x", c.size)+`"}`)
		if w.Code != c.want || !strings.Contains(w.Body.String(), c.says) {
			t.Errorf("%s: %d %s", c.name, w.Code, w.Body)
		}
	}
}

func TestTheThrottleCountsWhoStandsBehindATrustedProxy(t *testing.T) {
	t.Parallel()
	_, h, _ := wired(t, storetest.Open(t), map[string]string{"LULL_TRUSTED_PROXIES": "10.0.0.0/8", "LULL_LOGIN_ATTEMPTS": "3"})
	logIn := func(peer, forwarded, account, password string) int {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/login", strings.NewReader("email="+account+"&password="+password))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("X-Forwarded-For", forwarded)
		r.RemoteAddr = peer + ":4711"
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w.Code
	}
	const proxy, right = "10.0.0.1", "a+long+enough+secret+phrase"
	for _, who := range []string{"one", "two", "three"} {
		if got := logIn(proxy, "203.0.113.7", who+"@example.org", "wrong"); got == http.StatusTooManyRequests || got == http.StatusSeeOther {
			t.Fatalf("%s: %d", who, got)
		}
	}
	for _, c := range []struct {
		name, peer, forwarded string
		want                  int
	}{
		{"who guessed waits", proxy, "203.0.113.7", http.StatusTooManyRequests},
		{"with a name in front that they made up, too", proxy, "198.51.100.1, 203.0.113.7", http.StatusTooManyRequests},
		{"through two proxies, too", proxy, "203.0.113.7, 10.0.0.2", http.StatusTooManyRequests},
		{"from no proxy at all, too", "203.0.113.7", "198.51.100.1", http.StatusTooManyRequests},
		{"somebody else behind the proxy does not", proxy, "203.0.113.8", http.StatusSeeOther},
	} {
		if got := logIn(c.peer, c.forwarded, "ada@example.org", right); got != c.want {
			t.Errorf("%s: %d, want %d", c.name, got, c.want)
		}
	}
}

func TestAClockThatJumpsTellsNothingTwice(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	now := storetest.Noon
	db.Now = func() time.Time { return now }
	s, h, token := wired(t, db, nil)
	for _, call := range [][3]string{
		{http.MethodPost, "/api/v1/services", `{"slug":"core-db","name":"Core database"}`},
		{http.MethodPost, "/api/v1/stakeholders", `{"email":"all@example.net"}`},
		{http.MethodPut, "/api/v1/settings", `{"preset":"solo"}`},
		{http.MethodPost, "/api/v1/windows", window(storetest.Noon.Add(72 * time.Hour))},
	} {
		if w := ask(t, h, token, call[0], call[1], call[2]); w.Code >= 300 {
			t.Fatalf("%s: %d %s", call[1], w.Code, w.Body)
		}
	}
	for _, at := range []time.Duration{0, 49, 1, 49, 30, 71, 73, 2, 73} { // hours: over the reminder, back, over the start, back
		now = storetest.Noon.Add(at * time.Hour)
		for range 2 {
			for _, do := range []task{s.agenda.Tick, s.notifier.Announce, s.notifier.Deliver} {
				if _, err := do(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	ds, _, err := s.notifier.Outbox(t.Context(), notifier.OutboxFilter{})
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]int{}
	for _, d := range ds {
		seen[d.Kind+" "+d.Address]++
	}
	for what, n := range seen {
		if n > 1 {
			t.Errorf("told %d times: %s", n, what)
		}
	}
	for _, what := range []string{"scheduled all@example.net", "reminder all@example.net", "late ada@example.org"} {
		if seen[what] == 0 {
			t.Errorf("never told: %s; told %v", what, seen)
		}
	}
	if _, err := s.agenda.Verify(t.Context()); err != nil {
		t.Error(err)
	}
}
