package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"lull/notifier"
	"lull/scheduler/store"
	"lull/scheduler/store/storetest"
)

// sendForm sends a form with a token.
func sendForm(t *testing.T, h http.Handler, token, path string, form url.Values) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, path, strings.NewReader(form.Encode()))
	r.Header.Set("Authorization", "Bearer "+token)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestStakeholdersAreImportedAfterATryAndComeOutAsTheyWentIn(t *testing.T) {
	t.Parallel()
	s, h, token := wired(t, storetest.Open(t), nil)
	for _, call := range [][2]string{
		{"/api/v1/services", `{"slug":"shop","name":"Shop"}`},
		{"/api/v1/stakeholders", `{"email":"old@example.net","name":"Old"}`},
	} {
		if w := ask(t, h, token, http.MethodPost, call[0], call[1]); w.Code != http.StatusCreated {
			t.Fatal(w.Body)
		}
	}
	bad := "email,name,members,services,all,quiet_from,quiet_to,confirmed\n" +
		"new@example.net,=cmd(),,shop,no,22:00,07:00,yes\n" +
		"not an address,X,,shop,no,,,yes\n" +
		"third@example.net,X,,nowhere,no,,,perhaps\n" +
		"old@example.net,New name,,,yes,,,\n" +
		",Crew,a@example.net b@example.net,,yes,,,yes\n" +
		"new@example.net,Twice,,,yes,,,yes\n" +
		"late@example.net,X,,,yes,25:00,,yes\n"
	w := sendForm(t, h, token, "/stakeholders/import", url.Values{"csv": {bad}, "do": {"try"}})
	for _, want := range []string{
		"2 added, 1 changed, 0 as they are, 4 wrong.", "email: This is not a mail address", "confirmed: Write yes or no.",
		"email: This stands in line 2 already.", "quiet_from: Give both times",
	} {
		if !strings.Contains(w.Body.String(), want) {
			t.Errorf("the try lacks %q:\n%s", want, w.Body)
		}
	}
	if strings.Contains(w.Body.String(), `value="apply"`) {
		t.Error("it can be applied with rows that are wrong")
	}
	if w := sendForm(t, h, token, "/stakeholders/import", url.Values{"csv": {bad}, "do": {"apply"}}); w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), "4 of 7 rows are wrong: nothing was imported.") {
		t.Errorf("applying it: %d", w.Code)
	}
	if all, err := s.agenda.Stakeholders(t.Context()); err != nil || len(all) != 1 || all[0].Name != "Old" {
		t.Fatalf("a half was kept: %+v, %v", all, err)
	}
	lines := strings.Split(bad, "\n")
	good := strings.Join([]string{lines[0], lines[1], lines[4], lines[5]}, "\n")
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	file, err := form.CreateFormFile("file", "people.csv")
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprint(file, good)
	if err := errorsOf(form.WriteField("do", "try"), form.Close()); err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/stakeholders/import", &body)
	r.Header.Set("Authorization", "Bearer "+token)
	r.Header.Set("Content-Type", form.FormDataContentType())
	tried := httptest.NewRecorder()
	h.ServeHTTP(tried, r)
	if !strings.Contains(tried.Body.String(), "2 added, 1 changed, 0 as they are, 0 wrong.") || !strings.Contains(tried.Body.String(), `value="apply"`) {
		t.Fatalf("a file: %d %s", tried.Code, tried.Body)
	}
	if w := sendForm(t, h, token, "/stakeholders/import", url.Values{"csv": {good}, "do": {"apply"}}); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "Imported: 2 added, 1 changed") {
		t.Fatalf("applying: %d %s", w.Code, w.Body)
	}
	table := ask(t, h, token, http.MethodGet, "/stakeholders.csv", "").Body.String()
	if !strings.Contains(table, "new@example.net,'=cmd()") || !strings.Contains(table, ",Crew,a@example.net b@example.net,") {
		t.Errorf("the export:\n%s", table)
	}
	if w := sendForm(t, h, token, "/stakeholders/import", url.Values{"csv": {table}, "do": {"apply"}}); !strings.Contains(w.Body.String(), "0 added, 0 changed, 3 as they were.") {
		t.Errorf("importing the export:\n%s", w.Body)
	}
	if again := ask(t, h, token, http.MethodGet, "/stakeholders.csv", "").Body.String(); again != table {
		t.Errorf("it came out as\n%s\nand not as\n%s", again, table)
	}
	if _, err := s.agenda.Verify(t.Context()); err != nil {
		t.Error(err)
	}
}

func errorsOf(all ...error) error {
	for _, err := range all {
		if err != nil {
			return err
		}
	}
	return nil
}

func TestAnImportSubscribesNobodyAgainWhoLeft(t *testing.T) {
	t.Parallel()
	s, h, token := wired(t, storetest.Open(t), nil)
	w := ask(t, h, token, http.MethodPost, "/api/v1/stakeholders", `{"email":"left@example.net"}`)
	var made struct{ ID string }
	if err := json.Unmarshal(w.Body.Bytes(), &made); err != nil {
		t.Fatal(err)
	}
	if err := s.notifier.Unsubscribe(t.Context(), s.notifier.SubscriptionToken(made.ID)); err != nil {
		t.Fatal(err)
	}
	if w := sendForm(t, h, token, "/stakeholders/import", url.Values{"csv": {"email,unsubscribed\nleft@example.net,no\n"}}); !strings.Contains(w.Body.String(), "only its holder can subscribe it again") {
		t.Errorf("got %s", w.Body)
	}
	sendForm(t, h, token, "/stakeholders/import", url.Values{"csv": {"email,name\nleft@example.net,Left\n"}, "do": {"apply"}})
	one, err := s.agenda.Stakeholder(t.Context(), made.ID)
	if err != nil || !one.Gone || one.Name != "Left" {
		t.Errorf("got %+v, %v", one, err)
	}
}

func TestTheListOfStakeholdersIsSearchedPagedAndLifted(t *testing.T) {
	t.Parallel()
	s, h, token := wired(t, storetest.Open(t), nil)
	var table strings.Builder
	table.WriteString("email,name\n")
	for i := range 120 {
		fmt.Fprintf(&table, "p%03d@example.net,Person %d\n", i, i)
	}
	if w := sendForm(t, h, token, "/stakeholders/import", url.Values{"csv": {table.String()}, "do": {"apply"}}); w.Code != http.StatusOK {
		t.Fatal(w.Body)
	}
	err := s.db.Update(t.Context(), func(tx *store.Tx) error {
		_, err := tx.Exec(`INSERT INTO suppressions (address, reason, code, enhanced, reply, delivery_id, since) VALUES ('p007@example.net', 'there is no such address', 550, '5.1.1', '550 5.1.1 <script>', 'd', 0)`)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, query string
		has, lacks  string
	}{
		{"the first page", "", "p099@example.net", "p100@example.net"},
		{"the next one", "?cursor=p099@example.net", "p100@example.net", "p099@example.net</bdi></a>"},
		{"a search", "?q=Person+119", "p119@example.net", "p118@example.net"},
		{"the suppressed", "?state=suppressed", "550 5.1.1 &lt;script&gt;", "p008@example.net"},
		{"nobody", "?state=group", "Nobody here.", "p008@example.net"},
	} {
		w := ask(t, h, token, http.MethodGet, "/stakeholders"+c.query, "")
		if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), c.has) || strings.Contains(w.Body.String(), c.lacks) {
			t.Errorf("%s: %d, wants %q and not %q", c.name, w.Code, c.has, c.lacks)
		}
	}
	w := ask(t, h, token, http.MethodGet, "/api/v1/stakeholders?state=suppressed", "")
	if !strings.Contains(w.Body.String(), `"suppressed":"there is no such address: 550 5.1.1 <script>"`) {
		t.Errorf("the API: %s", w.Body)
	}
	if w := sendForm(t, h, token, "/stakeholders/lift", url.Values{"address": {"p007@example.net"}}); w.Code != http.StatusSeeOther {
		t.Errorf("lifting: %d %s", w.Code, w.Body)
	}
	if by, err := s.notifier.Suppressions(t.Context()); err != nil || len(by) != 0 {
		t.Errorf("it is still there: %v, %v", map[string]notifier.Suppression(by), err)
	}
}
