package main

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"lull/scheduler"
	"lull/scheduler/store/storetest"
	"lull/server/access"
)

func TestAViewerIsRefusedWhatAsksForMore(t *testing.T) {
	t.Parallel()
	s, h, _ := wired(t, storetest.Open(t), nil)
	const secret = "a long enough secret phrase"
	for email, role := range map[string]scheduler.Role{"mara@example.org": scheduler.Admin, "tomas@example.org": scheduler.Viewer} {
		if _, _, err := s.access.AddPerson(t.Context(), access.Newcomer{Email: email, Name: "Somebody", Role: role, Password: secret}, byCommand); err != nil {
			t.Fatal(err)
		}
	}
	key, _, err := s.access.LogIn(t.Context(), "tomas@example.org", secret, "127.0.0.1:1")
	if err != nil {
		t.Fatal(err)
	}
	jar := httptest.NewRecorder()
	s.access.SetCookie(jar, key)
	asked := 0
	for _, row := range s.table() {
		if row.need == open || row.need == scheduler.Viewer || strings.HasPrefix(row.path, "/api/") {
			continue
		}
		asked++
		r := httptest.NewRequest(row.method, row.path, strings.NewReader("name=x"))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.AddCookie(jar.Result().Cookies()[0])
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != http.StatusForbidden || !strings.Contains(w.Body.String(), "This asks for the role "+string(row.need)) {
			t.Errorf("%s %s: got %d, want 403 and which role it asks for", row.method, row.path, w.Code)
		}
	}
	if asked < 30 {
		t.Errorf("%d routes were asked, which is hardly the table", asked)
	}
}
