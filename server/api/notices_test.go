package api_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"lull/scheduler/ical"
	"lull/scheduler/store/storetest"
)

// sent is a body with a text under a name.
func sent(t *testing.T, name, text string) string {
	t.Helper()
	var b bytes.Buffer
	if err := json.NewEncoder(&b).Encode(map[string]string{name: text}); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// cable is a calendar of a supplier that works on IC-1 two days ahead.
func cable(lines ...string) string {
	start := storetest.Noon.Add(48 * time.Hour)
	at := func(t time.Time) string { return t.Format("20060102T150405Z") }
	return "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:1@example.net\r\nDTSTAMP:20261101T000000Z\r\nDTSTART:" + at(start) + "\r\nDTEND:" + at(start.Add(2*time.Hour)) +
		"\r\nSUMMARY:Cable works\r\nX-MAINTNOTE-PROVIDER:example.net\r\nX-MAINTNOTE-ACCOUNT:1\r\nX-MAINTNOTE-MAINTENANCE-ID:CHG-1\r\nX-MAINTNOTE-OBJECT-ID:IC-1\r\n" +
		strings.Join(append(lines, "END:VEVENT", "END:VCALENDAR", ""), "\r\n")
}

func itemsOf(answer map[string]any) (all []map[string]any) {
	for _, one := range answer["items"].([]any) {
		all = append(all, one.(map[string]any))
	}
	return all
}

func TestANoticeIsImportedMappedAndStandsInTheWay(t *testing.T) {
	t.Parallel()
	s := open(t)
	file := sent(t, "ics", cable("SEQUENCE:1", "X-MAINTNOTE-STATUS:CONFIRMED", "X-MAINTNOTE-IMPACT:DEGRADED"))
	got := itemsOf(s.ok("Ada", "POST", "/notices", file, 200))
	want := map[string]any{
		"provider": "example.net", "account": "1", "maintenance_id": "CHG-1", "uid": "1@example.net", "sequence": 1.0, "status": "CONFIRMED", "impact": "DEGRADED",
		"start": "2026-11-04T12:00:00Z", "end": "2026-11-04T14:00:00Z", "summary": "Cable works", "applied": true, "changed": true,
	}
	for name, value := range want {
		if got[0][name] != value {
			t.Errorf("%s: got %v, want %v", name, got[0][name], value)
		}
	}
	objects, at := got[0]["objects"].([]any), "/notices/"+got[0]["id"].(string)
	if len(got) != 1 || len(objects) != 1 || objects[0].(map[string]any)["impact"] != "DEGRADED" || len(got[0]["services"].([]any)) != 0 || len(got[0]["problems"].([]any)) != 0 {
		t.Fatalf("got %v", got)
	}
	if again := itemsOf(s.ok("Ada", "POST", "/notices", file, 200)); again[0]["changed"] != false || again[0]["applied"] != true {
		t.Errorf("got %v, want no change", again)
	}
	older := itemsOf(s.ok("Ada", "POST", "/notices", sent(t, "ics", cable("SEQUENCE:0")), 200))
	if older[0]["applied"] != false || older[0]["status"] != "NO-CHANGE" || older[0]["impact"] != "OUTAGE" {
		t.Errorf("got %v, want the older one as its file says it, not applied", older)
	}
	if list := itemsOf(s.ok("Ada", "GET", "/notices?unmatched=true", "", 200)); len(list) != 1 || list[0]["unmatched"] != true {
		t.Errorf("got %v, want one that waits", list)
	}
	one := s.ok("Ada", "PATCH", at, `{"services":["core-db"],"remember":true}`, 200)
	if one["services"].([]any)[0] != "core-db" || one["unmatched"] != false || one["by_hand"] != false {
		t.Errorf("got %v", one)
	}
	s.ok("Ada", "PATCH", at, `{"services":[],"version":1}`, 412)
	if whole := s.ok("Ada", "GET", at, "", 200); len(whole["history"].([]any)) != 2 || whole["sequence"] != 1.0 {
		t.Errorf("got %v, want two updates", whole)
	}
	w := s.ok("Ada", "POST", at+"/window", "", 201)
	if w["state"] != "draft" || w["title"] != "Cable works" || w["start"] != want["start"] {
		t.Errorf("got %v", w)
	}
	if c := w["conflicts"].([]any); len(c) != 0 {
		t.Errorf("got %v, want not in the way what it was made of", c)
	}
	other := s.ok("Ada", "POST", "/windows", fmt.Sprintf(`{"title":"Other","services":[{"slug":"core-db"}],"start":%q,"end":%q}`, w["start"], w["end"]), 201)
	if c := other["conflicts"].([]any)[0].(map[string]any); c["kind"] != "supplier" || c["blocking"] != false || "/notices/"+c["notice"].(string) != at {
		t.Errorf("got %v, want the notice in the way", c)
	}
	s.ok("Ada", "POST", at+"/window", "", 409)
	rules := itemsOf(s.ok("Ada", "GET", "/notice-rules", "", 200))
	if len(rules) != 1 || rules[0]["object"] != "IC-1" || rules[0]["account"] != nil || rules[0]["service"] != "core-db" {
		t.Errorf("got %v", rules)
	}
	s.ok("Ada", "DELETE", "/notice-rules/"+rules[0]["id"].(string), "", 204)
	s.ok("Ada", "DELETE", at, "", 403)
	s.ok("Root", "DELETE", at, "", 204)
	s.ok("Root", "GET", at, "", 404)
	s.ok("Root", "DELETE", at, "", 404)
	s.ok("Root", "POST", at+"/window", "", 404)
}

func TestAMailIsImportedAndATryKeepsNothing(t *testing.T) {
	t.Parallel()
	s := open(t)
	mail, err := os.ReadFile(filepath.Join("..", "..", "scheduler", "ical", "testdata", "corpus", "eunetworks_cancel.eml"))
	if err != nil {
		t.Fatal(err)
	}
	coded := base64.StdEncoding.EncodeToString(mail)
	if got := itemsOf(s.ok("Ada", "POST", "/notices", `{"eml":"`+coded+`","dry_run":true}`, 200)); got[0]["id"] != nil || got[0]["applied"] != true {
		t.Errorf("got %v", got)
	}
	if list := itemsOf(s.ok("Ada", "GET", "/notices", "", 200)); len(list) != 0 {
		t.Errorf("got %v, want nothing kept", list)
	}
	if got := itemsOf(s.ok("Ada", "POST", "/notices", sent(t, "eml", coded[:40]+"\n"+coded[40:]), 200)); got[0]["uid"] != "02345678@euNetworks.com" || got[0]["status"] != "CANCELLED" {
		t.Errorf("got %v", got)
	}
}

func TestAFileThatIsNoneIsRefusedInWords(t *testing.T) {
	t.Parallel()
	s := open(t)
	for _, c := range []struct {
		name, body, field string
		status            int
	}{
		{"nothing", `{}`, "ics", 422},
		{"both", `{"ics":"x","eml":"eA=="}`, "ics", 422},
		{"no calendar", sent(t, "ics", "hello"), "ics", 422},
		{"an empty one", `{"ics":""}`, "ics", 422},
		{"no base64", `{"eml":"§"}`, "eml", 422},
		{"no mail", sent(t, "eml", base64.StdEncoding.EncodeToString([]byte("hello"))), "eml", 422},
		{"NUL", sent(t, "ics", cable("COMMENT:a\x00b")), "ics", 422},
		{"nested", sent(t, "ics", strings.Repeat("BEGIN:VEVENT\n", 100_000)), "ics", 422},
		{"parameters", sent(t, "ics", cable("COMMENT"+strings.Repeat(";A=b", 200)+":x")), "ics", 422},
		{"an unknown field", `{"xml":"x"}`, "xml", 422},
		{"too long for a calendar", sent(t, "ics", strings.Repeat("x", ical.MostBytes+1)), "", 413},
		{"too long for a request", sent(t, "ics", strings.Repeat("x", 5<<20)), "", 413},
	} {
		answer := s.ok("Ada", "POST", "/notices", c.body, c.status)
		if fields, _ := answer["fields"].(map[string]any); c.field != "" && fields[c.field] == nil {
			t.Errorf("%s: got %v, want words for %s", c.name, answer, c.field)
		}
	}
	id := itemsOf(s.ok("Ada", "POST", "/notices", sent(t, "ics", cable()), 200))[0]["id"].(string)
	for body, field := range map[string]string{`{}`: "services", `{"services":["x"]}`: "services", `{"services":[],"remember":true,"remember_for":"ever"}`: "remember_for"} {
		if p := s.ok("Ada", "PATCH", "/notices/"+id, body, 422); p["fields"].(map[string]any)[field] == nil {
			t.Errorf("%s: got %v, want words for %s", body, p, field)
		}
	}
	for query, field := range map[string]string{"status=odd": "status", "unmatched=maybe": "unmatched", "from=soon": "from", "cursor=x": "cursor"} {
		if p := s.ok("Ada", "GET", "/notices?"+query, "", 422); p["fields"].(map[string]any)[field] == nil {
			t.Errorf("%s: got %v, want words for %s", query, p, field)
		}
	}
}

func TestWhatIsPublishedCanBeImported(t *testing.T) {
	t.Parallel()
	s := open(t)
	feed, err := os.ReadFile(filepath.Join("..", "..", "scheduler", "ical", "testdata", "calendar.ics"))
	if err != nil {
		t.Fatal(err)
	}
	got := itemsOf(s.ok("Ada", "POST", "/notices", sent(t, "ics", string(feed)), 200))
	if len(got) != 2 || got[0]["maintenance_id"] != "MW-42" || got[1]["status"] != "CANCELLED" || got[0]["id"] == nil || got[1]["id"] == nil {
		t.Errorf("got %v, want both windows as notices", got)
	}
}
