package api_test

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

func TestAGroupAndQuietHoursGoThroughTheAPI(t *testing.T) {
	t.Parallel()
	s := open(t)
	crew := s.ok("Root", "POST", "/stakeholders", `{"name":"Crew","members":["B@example.net","a@example.net"],"quiet":{"from":"22:00","to":"07:00"},"services":["core-db"]}`, 201)
	if crew["email"] != "" || fmt.Sprint(crew["members"]) != "[a@example.net b@example.net]" || crew["public_only"] != false || crew["suppressed"] != nil {
		t.Errorf("got %v", crew)
	}
	for _, c := range []struct{ name, body, field, words string }{
		{"the same name in capitals", `{"name":"CREW","members":["c@example.net"]}`, "name", "There is a group of this name already."},
		{"hours that are none", `{"email":"c@example.net","quiet":{"from":"late","to":"early"}}`, "quiet", "Give both times as hours and minutes"},
		{"an address and members", `{"email":"c@example.net","members":["d@example.net"]}`, "members", "A group has members and no address of its own."},
		{"neither", `{"name":"Nobody"}`, "email", "is not a mail address"},
		{"more than the hours have", `{"email":"c@example.net","quiet":{"from":"22:00","until":"07:00"}}`, "quiet.until", ""},
	} {
		got, _ := s.ok("Root", "POST", "/stakeholders", c.body, 422)["fields"].(map[string]any)
		if words, there := got[c.field].(string); !there || !strings.Contains(words, c.words) {
			t.Errorf("%s: got %v, want %s: %s", c.name, got, c.field, c.words)
		}
	}
	s.ok("Root", "POST", "/stakeholders/"+crew["id"].(string)+"/lift", "", 404)
	if items := s.ok("Ada", "GET", "/stakeholders?state=group&q=B@EXAMPLE", "", 200)["items"].([]any); len(items) != 1 {
		t.Errorf("got %v", items)
	}
	s.ok("Ada", "GET", "/stakeholders?state=lost", "", 422)
	w := s.call("Ada", "GET", "/stakeholders", "", "Accept: text/csv")
	if w.Code != 200 || !strings.Contains(w.Body.String(), ",Crew,a@example.net b@example.net,core-db,") {
		t.Errorf("the table: %d %s", w.Code, w.Body)
	}
}

func TestAnEditThatSettlesIsSentOrDiscardedThroughTheAPI(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.ok("Ada", "POST", "/windows", strings.Replace(upgrade, "{", `{"submit": true,`, 1), 201)
	s.ok("Bob", "POST", "/windows/MW-1/approve", "", 200)
	settling := func() string {
		t.Helper()
		if _, err := s.mail.Announce(t.Context()); err != nil {
			t.Fatal(err)
		}
		items := s.ok("Ada", "GET", "/windows/MW-1/announcements", "", 200)["items"].([]any)
		last := items[len(items)-1].(map[string]any)
		at, err := time.Parse(time.RFC3339, last["due_at"].(string))
		if err != nil || last["state"] != "pending" || !at.After(s.db.Now()) {
			t.Fatalf("got %v, want one that waits", last)
		}
		return "/windows/MW-1/announcements/" + last["id"].(string)
	}
	s.ok("Ada", "PATCH", "/windows/MW-1", `{"summary":"Orders wait a little."}`, 200)
	first := settling()
	s.ok("Ada", "POST", first+"/send", "", 204)
	if _, err := s.mail.Announce(t.Context()); err != nil {
		t.Fatal(err)
	}
	s.ok("Ada", "POST", first+"/send", "", 409)
	s.ok("Ada", "PATCH", "/windows/MW-1", `{"summary":"Orders wait not at all."}`, 200)
	second := settling()
	s.ok("Ada", "POST", second+"/discard", "", 204)
	s.ok("Ada", "POST", second+"/discard", "", 409)
	s.ok("Ada", "POST", "/windows/MW-1/announcements/none/discard", "", 404)
}
