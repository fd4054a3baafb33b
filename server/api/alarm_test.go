package api_test

import (
	"fmt"
	"testing"
	"time"

	"lull/scheduler/store/storetest"
)

func TestAnEscalationIsSeenAndEndedOverTheAPI(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ delay, calls, next string }{
		{"15m", "[[ada@example.org owner@example.org]]", "[backup@example.org]"},
		{"0s", "[[ada@example.org owner@example.org backup@example.org manager@example.org]]", "<nil>"},
	} {
		s := open(t)
		s.ok("Root", "PUT", "/settings", `{"escalate_after":"`+c.delay+`"}`, 200)
		s.ok("Root", "PATCH", "/services/core-db", `{"primary_owner":"owner@example.org","backup_owner":"backup@example.org","escalation":["manager@example.org"]}`, 200)
		s.ok("Ada", "POST", "/windows", `{"title":"Disk full","kind":"emergency","lead":"ada@example.org","services":[{"slug":"core-db","impact":"outage"}],
			"start":"2026-11-02T12:00:00Z","end":"2026-11-02T13:00:00Z","rollback_plan":"None needed.","checks":[{"phase":"verify","text":"It answers","required":true}]}`, 201)
		s.ok("Ada", "POST", "/windows/MW-1/start", "", 200)
		s.ok("Ada", "POST", "/windows/MW-1/acknowledge", "", 409)
		s.db.Now = func() time.Time { return storetest.Noon.Add(time.Hour) }
		if _, err := s.agenda.Tick(t.Context()); err != nil {
			t.Fatal(err)
		}
		see := func(w map[string]any) (calls, next string) {
			var to []any
			for _, one := range w["calls"].([]any) {
				to = append(to, one.(map[string]any)["to"])
			}
			who, _ := w["next_call"].(map[string]any)
			return fmt.Sprint(to), fmt.Sprint(who["to"])
		}
		if calls, next := see(s.ok("Ada", "GET", "/windows/MW-1", "", 200)); calls != c.calls || next != c.next {
			t.Errorf("after %s: called %s, next %s; want %s, %s", c.delay, calls, next, c.calls, c.next)
		}
		if calls, next := see(s.ok("Ada", "POST", "/windows/MW-1/acknowledge", `{"note":"On it."}`, 200)); calls != c.calls || next != "<nil>" {
			t.Errorf("after %s, taken up: called %s, next %s", c.delay, calls, next)
		}
		if calls, _ := see(s.ok("Ada", "POST", "/windows/MW-1/extend", `{"end":"2026-11-02T15:00:00Z","reason":"Slow."}`, 200)); calls != "[]" {
			t.Errorf("after %s, extended: called %s", c.delay, calls)
		}
		s.ok("Root", "PUT", "/settings", `{"escalate_after":"48h"}`, 422)
	}
}
