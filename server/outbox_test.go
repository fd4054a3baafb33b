package main

import (
	"encoding/csv"
	"net/http"
	"strings"
	"testing"
	"time"

	"lull/notifier"
	"lull/scheduler/store/storetest"
)

func TestTheOutboxIsPickedRetriedCancelledAndExportedByItsAddress(t *testing.T) {
	t.Parallel()
	s, h, token := wired(t, storetest.Open(t), map[string]string{"LULL_MAIL_ALLOW": "example.net, example.org"})
	for _, call := range [][3]string{
		{http.MethodPost, "/api/v1/services", `{"slug":"core-db","name":"Core database"}`},
		{http.MethodPost, "/api/v1/stakeholders", `{"email":"=cmd@example.net","name":"+HYPERLINK"}`},
		{http.MethodPost, "/api/v1/stakeholders", `{"email":"out@example.com"}`},
		{http.MethodPut, "/api/v1/settings", `{"preset":"solo"}`},
		{http.MethodPost, "/api/v1/windows", window(storetest.Noon.Add(72 * time.Hour))},
	} {
		if w := ask(t, h, token, call[0], call[1], call[2]); w.Code >= 300 {
			t.Fatalf("%s: %d %s", call[1], w.Code, w.Body)
		}
	}
	if _, err := s.notifier.Announce(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, path, body string
		code             int
		says             string
	}{
		{"all queued without a filter", "/api/v1/outbox/cancel", `{"reason":"Stop."}`, http.StatusUnprocessableEntity, "Say first which messages"},
		{"without a reason", "/api/v1/outbox/cancel", `{"state":"queued"}`, http.StatusUnprocessableEntity, "Say why."},
		{"a state that there is not", "/api/v1/outbox/retry", `{"state":"lost"}`, http.StatusUnprocessableEntity, "none of the states"},
		{"a window that there is not", "/api/v1/outbox/retry", `{"window":"MW-99"}`, http.StatusNotFound, ""},
		{"what is picked", "/api/v1/outbox/cancel", `{"state":"queued","q":"out@","reason":"Not for them."}`, http.StatusOK, `"count":1`},
		{"and again", "/api/v1/outbox/retry", `{"state":"cancelled"}`, http.StatusOK, `"count":1`},
	} {
		if w := ask(t, h, token, http.MethodPost, c.path, c.body); w.Code != c.code || !strings.Contains(w.Body.String(), c.says) {
			t.Errorf("%s: %d %s", c.name, w.Code, w.Body)
		}
	}
	if _, err := s.notifier.Deliver(t.Context()); err != nil {
		t.Fatal(err)
	}
	w := ask(t, h, token, http.MethodGet, "/outbox.csv?window=MW-1&q=example", "")
	rows, err := csv.NewReader(w.Body).ReadAll()
	if err != nil || len(rows) != 4 || w.Header().Get("Content-Type") != "text/csv; charset=utf-8" {
		t.Fatalf("%d rows, %v: %v", len(rows), err, rows)
	}
	states := map[string]string{}
	for _, row := range rows[1:] {
		states[row[0]] = row[4] + " " + row[5]
	}
	if states["'=cmd@example.net"] != "captured " || states["out@example.com"] != "suppressed LULL_MAIL_ALLOW does not name example.com" {
		t.Errorf("got %v", states)
	}
	page := ask(t, h, token, http.MethodGet, "/outbox?state=captured&kind=scheduled&window=MW-1&address=ada@example.org&retried=3", "").Body.String()
	for _, want := range []string{"Mail goes to example.net, example.org alone", "3 of these messages are tried again now.", "/outbox/cancel?address=ada%40example.org&amp;kind=scheduled", "ada@example.org"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q:\n%s", want, page)
		}
	}
	if strings.Contains(page, "out@example.com") {
		t.Error("the page shows what the filter leaves out")
	}
}

func TestADeadMailServerIsSaidOnEveryPageAndDoesNotTakeTheServerAway(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	now := storetest.Noon
	db.Now = func() time.Time { return now }
	s, h, token := wired(t, db, map[string]string{"LULL_SMTP_URL": "smtp://127.0.0.1:1?tls=off", "LULL_MAIL_FROM": "lull@example.org"})
	if w := ask(t, h, token, http.MethodPost, "/api/v1/users", `{"email":"new@example.org","name":"New","role":"viewer"}`); w.Code != http.StatusCreated {
		t.Fatal(w.Body)
	}
	if _, err := s.notifier.Deliver(t.Context()); err != nil {
		t.Fatal(err)
	}
	if s.notifier.Health() == (notifier.Health{}) {
		t.Fatal("the dead server is not noticed")
	}
	for _, path := range []string{"/", "/windows", "/stakeholders", "/outbox", "/settings", "/account"} {
		if w := ask(t, h, token, http.MethodGet, path, ""); !strings.Contains(w.Body.String(), "No mail leaves") || !strings.Contains(w.Body.String(), "127.0.0.1:1") {
			t.Errorf("%s does not say it: %d", path, w.Code)
		}
	}
	if body := get(t, h, "/status").Body.String(); strings.Contains(body, "No mail leaves") {
		t.Error("the public page says it")
	}
	for _, c := range []struct {
		name  string
		after time.Duration
		code  int
	}{
		{"at once it is a warning", 0, http.StatusOK},
		{"a little later, too", mailStuck - time.Second, http.StatusOK},
		{"when it lasts it rings", mailStuck, http.StatusServiceUnavailable},
		{"so that a monitor hears it", mailStuck + mailRings - time.Second, http.StatusServiceUnavailable},
		{"and then the server is there again", mailStuck + mailRings, http.StatusOK},
		{"for good", 30 * 24 * time.Hour, http.StatusOK},
	} {
		now = storetest.Noon.Add(c.after)
		if w := get(t, h, "/readyz"); w.Code != c.code || !strings.Contains(w.Body.String(), "no mail has left since 2026-11-02T12:00:00Z") {
			t.Errorf("%s: %d %s", c.name, w.Code, w.Body)
		}
	}
}
