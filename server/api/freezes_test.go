package api_test

import "testing"

func TestAFreezeIsKeptAsItWasWritten(t *testing.T) {
	t.Parallel()
	s := open(t)
	f := s.ok("Bob", "POST", "/freezes", `{"title":"Year end","reason":"Audit.","start":"2026-12-20T00:00:00Z","end":"2027-01-04T00:00:00Z","time_zone":"Europe/Berlin"}`, 201)
	if f["all"] != true || f["override_role"] != "approver" || f["rrule"] != nil || f["version"] != 1.0 {
		t.Fatalf("got %v; want a freeze of all services", f)
	}
	at := "/freezes/" + f["id"].(string)
	f = s.ok("Bob", "PATCH", at, `{"services":["core-db"],"version":1}`, 200)
	if f["all"] != false || f["version"] != 2.0 {
		t.Fatalf("got %v; want it of one service", f)
	}
	s.ok("Bob", "PATCH", at, `{"title":"x","version":1}`, 412)
	f = s.ok("Bob", "PATCH", at, `{"all":true}`, 200)
	if f["all"] != true || len(f["services"].([]any)) != 0 {
		t.Fatalf("got %v; want all services again", f)
	}
	if list := s.ok("Ada", "GET", "/freezes", "", 200); len(list["items"].([]any)) != 1 {
		t.Fatalf("got %v, want one freeze", list)
	}
	s.ok("Ada", "DELETE", at, "", 403)
	s.ok("Bob", "DELETE", at, "", 204)
	s.ok("Bob", "GET", at, "", 404)
	s.ok("Bob", "PATCH", at, `{"title":"x"}`, 404)
}

func TestAMalformedFreezeIsRefusedFieldByField(t *testing.T) {
	t.Parallel()
	s := open(t)
	for _, c := range []struct{ name, body, field string }{
		{"no title", `{"start":"2026-12-20T00:00:00Z","end":"2027-01-04T00:00:00Z"}`, "title"},
		{"no times", `{"title":"x"}`, "start"},
		{"the end first", `{"title":"x","start":"2026-12-20T00:00:00Z","end":"2026-12-19T00:00:00Z"}`, "end"},
		{"two years", `{"title":"x","start":"2026-12-20T00:00:00Z","end":"2028-12-19T00:00:00Z"}`, "end"},
		{"a tier there is not", `{"title":"x","start":"2026-12-20T00:00:00Z","end":"2027-01-04T00:00:00Z","tiers":[5]}`, "tiers"},
		{"a service there is not", `{"title":"x","start":"2026-12-20T00:00:00Z","end":"2027-01-04T00:00:00Z","services":["x"]}`, "services"},
		{"all and some", `{"title":"x","start":"2026-12-20T00:00:00Z","end":"2027-01-04T00:00:00Z","all":true,"tiers":[1]}`, "all"},
		{"a zone there is not", `{"title":"x","start":"2026-12-20T00:00:00Z","end":"2027-01-04T00:00:00Z","time_zone":"Mars/Base"}`, "time_zone"},
		{"viewers may override", `{"title":"x","start":"2026-12-20T00:00:00Z","end":"2027-01-04T00:00:00Z","override_role":"viewer"}`, "override_role"},
		{"an unknown field", `{"title":"x","colour":"blue"}`, "colour"},
	} {
		if p := s.ok("Bob", "POST", "/freezes", c.body, 422); p["fields"].(map[string]any)[c.field] == nil {
			t.Errorf("%s: got %v, want words for %s", c.name, p, c.field)
		}
	}
	all := s.ok("Bob", "POST", "/freezes", `{"title":"","tiers":[9],"services":["x"],"rrule":"FREQ=SECONDLY","start":"2026-12-20T00:00:00Z","end":"2026-12-21T00:00:00Z"}`, 422)
	for _, field := range []string{"title", "tiers", "services", "rrule"} {
		if all["fields"].(map[string]any)[field] == nil {
			t.Errorf("got %v, want words for %s too", all, field)
		}
	}
}

func TestTiersMayAskMoreInTheSettings(t *testing.T) {
	t.Parallel()
	s := open(t)
	got := s.ok("Root", "PUT", "/settings", `{"longest":{"normal":"8h"},"tiers":{"1":{"notice":{"normal":"96h"},"longest":{"normal":"1h"}}}}`, 200)
	if got["longest"].(map[string]any)["normal"] != "8h" || got["tiers"].(map[string]any)["1"].(map[string]any)["longest"].(map[string]any)["normal"] != "1h" {
		t.Fatalf("got %v", got)
	}
	for _, bad := range []string{`{"tiers":{"9":{}}}`, `{"tiers":{"1":{"notice":{"odd":"1h"}}}}`, `{"longest":{"normal":"400h"}}`} {
		s.ok("Root", "PUT", "/settings", bad, 422)
	}
}
