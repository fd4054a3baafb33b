package main

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"lull/scheduler/store/storetest"
)

func TestAnAddressThatIsNoTextNamesNothing(t *testing.T) {
	t.Parallel()
	_, h, token := wired(t, storetest.Open(t), nil)
	for path, want := range map[string]int{
		"/windows/%00":                 http.StatusNotFound,
		"/services/%ff%fe":             http.StatusNotFound,
		"/status/%00":                  http.StatusNotFound,
		"/api/v1/windows/MW-1%00":      http.StatusNotFound,
		"/freezes/%00":                 http.StatusNotFound,
		"/outbox?address=%00":          http.StatusBadRequest,
		"/api/v1/outbox?window=%00":    http.StatusBadRequest,
		"/search?q=%ff":                http.StatusBadRequest,
		"/windows?service=%zz":         http.StatusBadRequest,
		"/calendar.ics?service=%00":    http.StatusBadRequest,
		"/windows?service=stra%C3%9Fe": http.StatusUnprocessableEntity,
		"/windows?lead=stra%C3%9Fe":    http.StatusOK,
	} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil)
		r.Header.Set("Authorization", "Bearer "+token)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != want {
			t.Errorf("%s: %d, want %d", path, w.Code, want)
		}
	}
}

func TestATextWithANULIsRefusedWhereverItStands(t *testing.T) {
	t.Parallel()
	_, h, token := wired(t, storetest.Open(t), nil)
	w := ask(t, h, token, http.MethodPost, "/api/v1/windows", `{"title":"Upgrade","template":"\u0000","services":[{"slug":"a\u0000"}],"links":[{"label":"a","url":"\\u0000"}]}`)
	if w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), `"services[0].slug":"Control characters are not allowed here."`) || !strings.Contains(w.Body.String(), `"template":"Control`) {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	for _, path := range []string{"/login", "/subscribe"} {
		if w := post(t, h, path, url.Values{"email": {"a\x00@example.org"}, "password": {"\xff"}}); w.Code != http.StatusBadRequest && w.Code != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
}
