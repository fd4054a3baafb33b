package api_test

import (
	"testing"
	"time"

	"lull/scheduler/store/storetest"
)

func TestSlotsAvoidWhatIsBookedAndSayWhyThereAreNone(t *testing.T) {
	t.Parallel()
	s := open(t)
	from := storetest.Noon.Add(48 * time.Hour)
	at := func(d time.Duration) string { return from.Add(d).Format(time.RFC3339) }
	s.ok("Ada", "POST", "/windows", `{"title":"Upgrade","services":[{"slug":"core-db"}],"start":"`+at(time.Hour)+`","end":"`+at(2*time.Hour)+`","lead":"ada@example.org",
		"rollback_plan":"Back.","checks":[{"phase":"verify","text":"It answers"}],"submit":true}`, 201)
	got := s.ok("Ada", "GET", "/slots?service=core-db&duration=1h&count=2&from="+at(0), "", 200)
	items := got["items"].([]any)
	if len(items) != 2 || items[0].(map[string]any)["start"] != at(0) || items[1].(map[string]any)["start"] != at(2*time.Hour) {
		t.Fatalf("got %v; want one before and one after what is booked", got)
	}
	got = s.ok("Ada", "GET", "/slots?service=core-db&duration=90m&from="+at(0)+"&to="+at(2*time.Hour), "", 200)
	if reasons := got["reasons"].([]any); len(got["items"].([]any)) != 0 || len(reasons) != 1 || reasons[0].(map[string]any)["code"] != "same-service" {
		t.Fatalf("got %v; want no slot, because of the other window", got)
	}
	for query, field := range map[string]string{
		"duration=1h": "service", "service=x&duration=1h": "service", "service=core-db": "duration", "service=core-db&duration=0s": "duration",
		"service=core-db&duration=1h&count=0": "count", "service=core-db&duration=1h&count=101": "count", "service=core-db&duration=1h&from=soon": "from",
		"service=core-db&duration=1h&to=2020-01-01": "to", "service=core-db&duration=1h&to=2099-01-01": "to", "service=core-db&duration=1h&kind=odd": "kind",
	} {
		if p := s.ok("Ada", "GET", "/slots?"+query, "", 422); p["fields"].(map[string]any)[field] == nil {
			t.Errorf("%s: got %v, want words for %s", query, p, field)
		}
	}
	s.ok("Ada", "GET", "/slots?service=core-db&duration=1h&window=MW-99", "", 404)
	if p := s.ok("Ada", "GET", "/slots?service=core-db&duration=1h&lead=nobody@example.org", "", 422); p["fields"].(map[string]any)["lead"] == nil {
		t.Errorf("got %v, want words for an unknown lead", p)
	}
}
