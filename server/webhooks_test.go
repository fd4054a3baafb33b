package main

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"lull/scheduler/store/storetest"
)

// listener is a program that notes what webhooks post to it.
type listener struct {
	*httptest.Server
	mu     sync.Mutex
	kinds  []string
	signed int
}

func newListener(t *testing.T) *listener {
	t.Helper()
	l := &listener{}
	l.Server = httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		var p struct{ Type string }
		_ = json.Unmarshal(body, &p)
		l.mu.Lock()
		defer l.mu.Unlock()
		l.kinds = append(l.kinds, p.Type)
		if strings.HasPrefix(r.Header.Get("Webhook-Signature"), "v1,") && r.Header.Get("Webhook-Id") != "" {
			l.signed++
		}
	}))
	t.Cleanup(l.Close)
	return l
}

func (l *listener) heard() ([]string, int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.kinds), l.signed
}

// decoded is the JSON of an answer that must have the status.
func decoded(t *testing.T, w *httptest.ResponseRecorder, status int) map[string]any {
	t.Helper()
	if w.Code != status {
		t.Fatalf("got %d, want %d: %s", w.Code, status, w.Body)
	}
	var answer map[string]any
	if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil {
		t.Fatal(err)
	}
	return answer
}

func TestAWebhookIsMadeTestedAndToldOverTheAPI(t *testing.T) {
	t.Parallel()
	l := newListener(t)
	s, h, token := wired(t, storetest.Open(t), map[string]string{"LULL_WEBHOOK_ALLOW": "127.0.0.0/8"})
	s.db.Now = func() time.Time { return storetest.Noon }
	call := func(method, path, body string, status int) map[string]any {
		t.Helper()
		return decoded(t, ask(t, h, token, method, "/api/v1"+path, body), status)
	}
	call("POST", "/services", `{"slug":"core-db","name":"Core database","tier":1}`, http.StatusCreated)
	made := call("POST", "/webhooks", `{"name":"Board","url":"`+l.URL+`/lull?token=x","services":["core-db"],"kinds":["scheduled","submitted"]}`, http.StatusCreated)
	at, _ := made["id"].(string)
	at = "/webhooks/" + at
	if secret, _ := made["secret"].(string); !strings.HasPrefix(secret, "whsec_") || made["enabled"] != true || made["format"] != "standard" {
		t.Fatalf("made %v", made)
	}
	if kept := call("GET", at, "", http.StatusOK); kept["secret"] != nil || kept["url"] != l.URL+"/lull?token=x" {
		t.Errorf("it is shown as %v", kept)
	}
	if said := call("POST", at+"/test", "", http.StatusOK); said["state"] != "sent" || said["code"] != 200.0 {
		t.Errorf("the test says %v", said)
	}
	call("PUT", "/settings", `{"preset":"solo"}`, http.StatusOK)
	call("POST", "/windows", window(storetest.Noon.Add(72*time.Hour)), http.StatusCreated)
	for _, do := range []task{s.notifier.Announce, s.notifier.Deliver, s.notifier.DeliverWebhooks} {
		if _, err := do(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	heard, signed := l.heard()
	if want := []string{"test", "window.submitted", "window.scheduled"}; !slices.Equal(heard, want) || signed != len(want) {
		t.Errorf("it heard %v, %d signed, want %v", heard, signed, want)
	}
	outbox := call("GET", "/outbox", "", http.StatusOK)["items"].([]any)
	one, _ := outbox[0].(map[string]any)
	if one["carrier"] != "webhook" || one["address"] != l.URL+"/lull" || one["state"] != "sent" {
		t.Errorf("the outbox says %v", one)
	}
	described := call("GET", "/openapi.json", "", http.StatusOK)
	if told, _ := described["webhooks"].(map[string]any); told["window"] == nil {
		t.Error("the description does not say what a webhook is sent")
	}
	if w := ask(t, h, token, "GET", "/api/docs", ""); !strings.Contains(w.Body.String(), "notifierPayload") || !strings.Contains(w.Body.String(), "whsec_") {
		t.Error("the documentation does not say what a webhook is sent and how it is signed")
	}
	rotated := call("POST", at+"/rotate", "", http.StatusOK)
	if rotated["secret"] == made["secret"] || rotated["old_secret_until"] == nil {
		t.Errorf("rotated it is %v", rotated)
	}
	if off := call("PATCH", at, `{"enabled":false}`, http.StatusOK); off["enabled"] != false {
		t.Errorf("disabled it is %v", off)
	}
	if w := ask(t, h, token, "PATCH", "/api/v1"+at, `{"enabled":true,"version":1}`); w.Code != http.StatusPreconditionFailed {
		t.Errorf("a stale change: %d", w.Code)
	}
	if w := ask(t, h, token, "DELETE", "/api/v1"+at, ""); w.Code != http.StatusNoContent {
		t.Errorf("deleted: %d", w.Code)
	}
	if w := ask(t, h, token, "GET", "/api/v1"+at, ""); w.Code != http.StatusNotFound {
		t.Errorf("afterwards: %d", w.Code)
	}
}

func TestAMalformedWebhookIsRefusedByField(t *testing.T) {
	t.Parallel()
	_, h, token := wired(t, storetest.Open(t), nil)
	for _, c := range []struct{ name, body, field string }{
		{"no address", `{"name":"Board"}`, "url"},
		{"no name", `{"url":"https://hooks.example.org"}`, "name"},
		{"another scheme", `{"name":"Board","url":"gopher://x"}`, "url"},
		{"no such kind", `{"name":"Board","url":"https://hooks.example.org","kinds":["bogus"]}`, "kinds"},
		{"no such service", `{"name":"Board","url":"https://hooks.example.org","services":["bogus"]}`, "services"},
		{"no such tier", `{"name":"Board","url":"https://hooks.example.org","tiers":[9]}`, "tiers"},
		{"no such format", `{"name":"Board","url":"https://hooks.example.org","format":"teams"}`, "format"},
	} {
		answer := decoded(t, ask(t, h, token, "POST", "/api/v1/webhooks", c.body), http.StatusUnprocessableEntity)
		if fields, _ := answer["fields"].(map[string]any); fields[c.field] == nil || len(fields) != 1 {
			t.Errorf("%s: got %v, want %s alone", c.name, answer, c.field)
		}
	}
	body := `{"name":"Board","url":"https://hooks.example.org/lull?token=a"}`
	decoded(t, ask(t, h, token, "POST", "/api/v1/webhooks", body), http.StatusCreated)
	answer := decoded(t, ask(t, h, token, "POST", "/api/v1/webhooks", strings.Replace(body, "=a", "=b", 1)), http.StatusUnprocessableEntity)
	if fields, _ := answer["fields"].(map[string]any); fields["url"] == nil {
		t.Errorf("the same address twice: %v", answer)
	}
}

func TestNoWebhookReachesInsideUnlessItIsOpened(t *testing.T) {
	t.Parallel()
	l := newListener(t)
	_, h, token := wired(t, storetest.Open(t), nil)
	u, err := url.Parse(l.URL)
	if err != nil {
		t.Fatal(err)
	}
	for _, at := range []string{l.URL + "/a", "http://localhost:" + u.Port() + "/b", "https://localhost:" + u.Port() + "/c"} {
		made := decoded(t, ask(t, h, token, "POST", "/api/v1/webhooks", `{"name":"Board","url":"`+at+`"}`), http.StatusCreated)
		said := decoded(t, ask(t, h, token, "POST", "/api/v1/webhooks/"+made["id"].(string)+"/test", ""), http.StatusOK)
		if reply, _ := said["reply"].(string); said["state"] != "deferred" || !strings.Contains(reply, "LULL_WEBHOOK_ALLOW") {
			t.Errorf("%s: %v", at, said)
		}
	}
	if heard, _ := l.heard(); len(heard) > 0 {
		t.Errorf("the machine itself heard %v", heard)
	}
}
