package main

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"lull/notifier"
	"lull/scheduler/store/storetest"
)

// post sends a form as a stranger does: no cookie, no token.
func post(t *testing.T, h http.Handler, path string, form url.Values) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func get(t *testing.T, h http.Handler, path string) *httptest.ResponseRecorder {
	t.Helper()
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil))
	return w
}

// mailed is the path of the subscription page in the last mail to the address.
func mailed(t *testing.T, s *server, address string) string {
	t.Helper()
	ds, _, err := s.notifier.Outbox(t.Context(), notifier.OutboxFilter{Address: address, Limit: 1})
	if err != nil || len(ds) == 0 {
		t.Fatalf("no mail to %s: %v", address, err)
	}
	d, err := s.notifier.Delivery(t.Context(), ds[0].ID)
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(strings.ReplaceAll(string(d.Raw), "=\r\n", ""), "/subscription/")
	token, _, _ := strings.Cut(rest, "\r\n")
	return "/subscription/" + token
}

func TestAStrangerSubscribesConfirmsChangesAndLeaves(t *testing.T) {
	t.Parallel()
	s, h, token := wired(t, storetest.Open(t), nil)
	for _, body := range []string{`{"slug":"shop","name":"Shop","public":true}`, `{"slug":"vault","name":"Secret vault","public":false}`} {
		if w := ask(t, h, token, http.MethodPost, "/api/v1/services", body); w.Code != http.StatusCreated {
			t.Fatal(w.Body)
		}
	}
	if w := get(t, h, "/subscribe"); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "Shop") || strings.Contains(w.Body.String(), "vault") {
		t.Fatalf("the form: %d %s", w.Code, w.Body)
	}
	form := url.Values{"email": {"new@example.net"}, "name": {"Nora"}, "service": {"shop"}, "time_zone": {"Asia/Tokyo"}, "kinds": {"yes"}, "kind": {"started", "completed"}, "calendar": {"none"}, "quiet_from": {"22:00"}, "quiet_to": {"07:00"}}
	if w := post(t, h, "/subscribe", form); w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/subscribe?asked=yes" {
		t.Fatalf("asking: %d %s", w.Code, w.Body)
	}
	page := mailed(t, s, "new@example.net")
	for range 2 { // a scanner of links, then the person
		if w := get(t, h, page); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "Nothing is sent until you confirm") || w.Header().Get("Referrer-Policy") != "no-referrer" {
			t.Fatalf("the page: %d %s", w.Code, w.Body)
		}
	}
	if w := post(t, h, page, nil); w.Code != http.StatusSeeOther {
		t.Fatalf("confirming: %d %s", w.Code, w.Body)
	}
	w := ask(t, h, token, http.MethodGet, "/api/v1/stakeholders", "")
	for _, want := range []string{`"confirmed":true`, `"services":["shop"]`, `"kinds":["started","completed"]`, `"quiet":{"from":"22:00","to":"07:00"}`, `"public_only":true`} {
		if !strings.Contains(w.Body.String(), want) {
			t.Errorf("the API lacks %s: %s", want, w.Body)
		}
	}
	for _, c := range []struct {
		name string
		form url.Values
		code int
		says string
	}{
		{"all of it", url.Values{"do": {"keep"}, "all": {"yes"}, "kinds": {"yes"}, "kind": {"started"}, "time_zone": {"UTC"}}, http.StatusSeeOther, ""},
		{"an internal service", url.Values{"do": {"keep"}, "service": {"vault"}}, http.StatusUnprocessableEntity, "There is no service"},
		{"no kind", url.Values{"do": {"keep"}, "all": {"yes"}, "kinds": {"yes"}}, http.StatusUnprocessableEntity, "Choose at least one kind of mail."},
		{"a zone of nowhere", url.Values{"do": {"keep"}, "all": {"yes"}, "time_zone": {"Mars/Base"}}, http.StatusUnprocessableEntity, "Mars/Base"},
		{"a name that runs", url.Values{"do": {"keep"}, "all": {"yes"}, "name": {"<script>alert(1)</script>"}}, http.StatusSeeOther, ""},
	} {
		if w := post(t, h, page, c.form); w.Code != c.code || !strings.Contains(w.Body.String(), c.says) {
			t.Errorf("%s: %d %s", c.name, w.Code, w.Body)
		}
	}
	if w := get(t, h, page); strings.Contains(w.Body.String(), "<script>alert") {
		t.Error("a name is not escaped")
	}
	get(t, h, page+"/unsubscribe") // changes nothing either
	if w := get(t, h, page); !strings.Contains(w.Body.String(), "This address is confirmed.") {
		t.Fatalf("a GET changed it: %s", w.Body)
	}
	if w := post(t, h, page+"/unsubscribe", url.Values{"List-Unsubscribe": {"One-Click"}}); w.Code != http.StatusOK || w.Header().Get("Set-Cookie") != "" {
		t.Errorf("one click: %d %v", w.Code, w.Header())
	}
	if w := get(t, h, page); !strings.Contains(w.Body.String(), "You are unsubscribed") {
		t.Errorf("after it: %s", w.Body)
	}
	last := "x"
	if strings.HasSuffix(page, last) {
		last = "y"
	}
	if w := get(t, h, page[:len(page)-1]+last); w.Code != http.StatusNotFound || !strings.Contains(w.Body.String(), "Ask for a new one.") {
		t.Errorf("a forged token: %d %s", w.Code, w.Body)
	}
	if _, err := s.agenda.Verify(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestSubscribingAnswersAlikeAndRefusesInWords(t *testing.T) {
	t.Parallel()
	_, h, token := wired(t, storetest.Open(t), map[string]string{"LULL_LOGIN_ATTEMPTS": "4"})
	if w := ask(t, h, token, http.MethodPost, "/api/v1/stakeholders", `{"email":"known@example.net"}`); w.Code != http.StatusCreated {
		t.Fatal(w.Body)
	}
	var bodies []string
	for _, address := range []string{"known@example.net", "unknown@example.net", "ada@example.org"} {
		w := post(t, h, "/subscribe", url.Values{"email": {address}, "all": {"yes"}})
		bodies = append(bodies, w.Body.String()+w.Header().Get("Location"))
		if w.Code != http.StatusSeeOther {
			t.Errorf("%s: %d %s", address, w.Code, w.Body)
		}
	}
	if bodies[0] != bodies[1] || bodies[0] != bodies[2] {
		t.Errorf("the answers differ: %q", bodies)
	}
	w := post(t, h, "/subscribe", url.Values{"email": {"<b>@\"x"}, "all": {"yes"}, "name": {"\u202eevil"}})
	if w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), "is not a mail address") || !strings.Contains(w.Body.String(), "&lt;b&gt;@&#34;x") {
		t.Errorf("a hostile address: %d %s", w.Code, w.Body)
	}
	post(t, h, "/subscribe", url.Values{"email": {"fourth@example.net"}, "all": {"yes"}})
	w = post(t, h, "/subscribe", url.Values{"email": {"fifth@example.net"}, "all": {"yes"}})
	if w.Code != http.StatusTooManyRequests || w.Header().Get("Retry-After") == "" || !strings.Contains(w.Body.String(), "This was asked for too often.") {
		t.Errorf("too many: %d %s", w.Code, w.Body)
	}
	if w := ask(t, h, token, http.MethodPut, "/api/v1/settings", `{"status_open":false}`); w.Code != http.StatusOK {
		t.Fatal(w.Body)
	}
	if got := []int{get(t, h, "/subscribe").Code, post(t, h, "/subscribe", url.Values{"email": {"a@example.net"}, "all": {"yes"}}).Code}; got[0] != 404 || got[1] != 404 {
		t.Errorf("with the public page closed: %v", got)
	}
}
