package main

import (
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"lull/scheduler/store/storetest"
)

func TestTheManualHasEveryCallOfTheTable(t *testing.T) {
	t.Parallel()
	s, h, _ := wired(t, storetest.Open(t), nil)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/api/docs", nil))
	body := w.Body.String()
	if w.Code != http.StatusOK {
		t.Fatalf("got %d %s", w.Code, body)
	}
	for _, op := range s.api.Operations() {
		head := `<section class="call" id="` + op.Name + `"`
		_, after, found := strings.Cut(body, head)
		call, _, _ := strings.Cut(after, "</section>")
		role := "For everybody."
		if op.Role != "" {
			role = "Asks for the role " + string(op.Role) + "."
		}
		for _, want := range []string{"<b>" + op.Method + "</b> " + op.Path, op.Summary, role} {
			if !found || !strings.Contains(call, strings.ReplaceAll(want, "'", "&#39;")) {
				t.Errorf("%s %s lacks %q:\n%s", op.Method, op.Path, want, call)
			}
		}
	}
	for _, link := range regexp.MustCompile(`href="#([^"]+)"`).FindAllStringSubmatch(body, -1) {
		if !strings.Contains(body, `id="`+link[1]+`"`) {
			t.Errorf("a link leads to %s, which is not on the page", link[1])
		}
	}
}
