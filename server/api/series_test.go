package api_test

import (
	"fmt"
	"strings"
	"testing"
)

// nights is a series as a client writes it: a window's fields without times.
const nights = `"title": "Core database patches", "summary": "Orders wait.", "rollback_plan": "Promote the old replica.",
	"services": [{"slug": "core-db"}], "time_zone": "Europe/Berlin", "lead": "ada@example.org",
	"checks": [{"phase": "verify", "text": "Orders can be placed"}],
	"rrule": "FREQ=MONTHLY;BYDAY=2SU", "start_local": "2026-12-13T02:00", "duration": "4h"`

func items(t *testing.T, answer map[string]any) (all []map[string]any) {
	t.Helper()
	list, ok := answer["items"].([]any)
	if !ok {
		t.Fatalf("no items in %v", answer)
	}
	for _, one := range list {
		all = append(all, one.(map[string]any))
	}
	return all
}

func TestASeriesOverTheAPI(t *testing.T) {
	t.Parallel()
	s := open(t)
	made := s.ok("Ada", "POST", "/series", `{`+nights+`, "exdates": ["2027-01-10"], "submit": true}`, 201)
	id := "/series/" + made["id"].(string)
	if made["state"] != "requested" || made["windows"] != 11.0 || made["words"] != "Second Sunday of each month, 02:00–06:00" || made["until"] != nil {
		t.Fatalf("made %v", made)
	}
	all := items(t, s.ok("Ada", "GET", "/windows?series="+made["id"].(string), "", 200))
	if of := all[0]["series"].(map[string]any); len(all) != 11 || of["id"] != made["id"] || of["occurrence"] != "2026-12-13T02:00" || all[0]["start"] != "2026-12-13T01:00:00Z" {
		t.Fatalf("%d windows, the first %v", len(all), all[0])
	}
	s.ok("Ada", "POST", id+"/approve", `{}`, 403)
	s.ok("Bob", "POST", id+"/approve", `{"review_by": "2029-01-01"}`, 422)
	s.ok("Bob", "POST", id+"/approve", `{"version": 1}`, 412)
	agreed := s.ok("Bob", "POST", id+"/approve", `{"note": "Fine.", "review_by": "2027-06-30"}`, 200, fmt.Sprintf(`If-Match: "%v"`, made["version"]))
	if agreed["state"] != "approved" || agreed["review_by"] != "2027-06-30T00:00:00Z" {
		t.Fatalf("approved %v", agreed)
	}
	if w := s.ok("Ada", "GET", "/windows/"+all[3]["id"].(string), "", 200); w["state"] != "scheduled" || len(w["approvals"].([]any)) != 1 {
		t.Fatalf("one of its windows is %v", w["state"])
	}
	s.ok("Ada", "POST", id+"/skip", `{"occurrence": "2027-02-14T02:00"}`, 422)
	s.ok("Ada", "POST", id+"/skip", `{"occurrence": "2027-02-14T02:00", "reason": "A holiday."}`, 200)
	next := s.ok("Ada", "PATCH", id, `{"from": "2027-03-14T02:00", "start_local": "2027-03-14T03:00", "duration": "2h"}`, 200)
	if next["id"] == made["id"] || next["state"] != "requested" || next["start_local"] != "2027-03-14T03:00" {
		t.Fatalf("this and following made %v", next)
	}
	first := next["occurrences"].([]any)[0].(map[string]any)
	if note := next["occurrences"].([]any)[1].(map[string]any)["note"]; note != "from here 01:00 UTC instead of 02:00: clocks went forward on 28 Mar" {
		t.Fatalf("across the clock change the note is %v", note)
	}
	if first["occurrence"] != "2027-03-14T03:00" || first["window"] != all[2]["id"] {
		t.Fatalf("the first to follow is %v, want the window %v", first, all[2]["id"])
	}
	if got := items(t, s.ok("Ada", "GET", "/series", "", 200)); len(got) != 2 {
		t.Fatalf("%d series are listed", len(got))
	}
	s.ok("Ada", "DELETE", id, `{"reason": "Done."}`, 204)
	if got := s.ok("Ada", "GET", id, "", 200); got["state"] != "ended" {
		t.Fatalf("deleted, it is %v", got["state"])
	}
	s.ok("Ada", "PATCH", id, `{"title": "Again"}`, 409)
	s.ok("Ada", "GET", "/series/nothing", "", 404)
}

func TestWhatASeriesCannotBeOverTheAPI(t *testing.T) {
	t.Parallel()
	s := open(t)
	for _, c := range []struct{ name, change, field string }{
		{"a bomb", `"rrule": "FREQ=MINUTELY"`, "rrule"},
		{"not the shape of a length", `"duration": 4`, "duration"},
		{"a time that windows have", `"start": "2026-12-13T01:00:00Z"`, "start"},
		{"a day that is none", `"until": "never"`, "until"},
	} {
		t.Run(c.name, func(t *testing.T) {
			body := `{` + nights + `}`
			field, _, _ := strings.Cut(c.change, ":")
			if i := strings.Index(body, field); i >= 0 {
				j := i + strings.IndexAny(body[i:]+",", ",}")
				body = body[:i] + c.change + body[j:]
			} else {
				body = `{` + nights + `, ` + c.change + `}`
			}
			answer := s.ok("Ada", "POST", "/series", body, 422)
			if fields, _ := answer["fields"].(map[string]any); fields[c.field] == nil {
				t.Errorf("got %v, want words on %s", answer, c.field)
			}
		})
	}
}

func TestThePreviewOfASeriesBeginsWithItsFirstDate(t *testing.T) {
	t.Parallel()
	s := open(t)
	booked := s.ok("Ada", "POST", "/windows", `{"title": "Other work", "services": [{"slug": "core-db"}], "rollback_plan": "x", "lead": "ada@example.org",
		"checks": [{"phase": "verify", "text": "ok"}], "start": "2027-01-10T01:00:00Z", "end": "2027-01-10T02:00:00Z", "submit": true}`, 201)
	answer := s.ok("Ada", "POST", "/series/preview", `{`+nights+`, "limit": 3}`, 200)
	got := items(t, answer)
	if len(got) != 3 || got[0]["local"] != "2026-12-13T02:00" || got[0]["start"] != "2026-12-13T01:00:00Z" || got[0]["end"] != "2026-12-13T05:00:00Z" {
		t.Fatalf("previewed %v", got)
	}
	if clash := got[1]["conflicts"].([]any); len(clash) == 0 || clash[0].(map[string]any)["window"] != booked["id"] || len(got[0]["conflicts"].([]any)) != 0 {
		t.Fatalf("conflicts %v and %v", got[0]["conflicts"], got[1]["conflicts"])
	}
	if got = items(t, s.ok("Ada", "POST", "/series/preview", `{"rrule": "FREQ=DAILY", "start_local": "2027-03-27T02:30", "time_zone": "Europe/Berlin", "duration": "1h"}`, 200)); len(got) != 20 {
		t.Fatalf("%d dates without a limit, want 20", len(got))
	}
	if got[0]["note"] != nil || got[1]["note"] == nil || got[1]["start"] != "2027-03-28T01:30:00Z" || got[2]["start"] != "2027-03-29T00:30:00Z" {
		t.Fatalf("over the clock change %v", got[:3])
	}
	got = items(t, s.ok("Ada", "POST", "/series/preview", `{"rrule": "FREQ=WEEKLY", "start_local": "2027-03-28T01:00", "time_zone": "Europe/Berlin", "duration": "4h"}`, 200))
	if got[0]["note"] != "the clocks go forward in between: it ends 06:00" || got[1]["note"] != "from here 23:00 UTC instead of 00:00: clocks went forward on 28 Mar" || got[2]["note"] != nil {
		t.Fatalf("over the clock change %v", got[:3])
	}
	s.ok("Ada", "POST", "/series/preview", `{`+nights+`, "limit": 0}`, 422)
	if got := items(t, s.ok("Ada", "GET", "/series", "", 200)); len(got) != 0 {
		t.Fatal("a preview kept a series")
	}
	if refused := s.ok("Ada", "POST", "/series", `{`+nights+`, "submit": true}`, 409); refused["conflicts"].([]any)[0].(map[string]any)["occurrence"] != "2027-01-10T02:00" {
		t.Fatalf("refused with %v", refused)
	}
}

func TestASeriesIsMadeFromATemplate(t *testing.T) {
	t.Parallel()
	s := open(t)
	id := strings.TrimPrefix(preApproved(s), "/templates/")
	dates := `"rrule": "FREQ=WEEKLY", "start_local": "2026-12-13T02:00", "time_zone": "Europe/Berlin", "lead": "ada@example.org"`
	made := s.ok("Ada", "POST", "/series", `{"template": "`+id+`", `+dates+`, "submit": true}`, 201)
	if of, _ := made["template"].(map[string]any); of["id"] != id || made["kind"] != "standard" || made["state"] != "approved" || made["duration"] == "0s" {
		t.Fatalf("made %v", made)
	}
	s.ok("Ada", "POST", "/series/preview", `{"template": "`+id+`", `+dates+`}`, 200)
	if refused := s.ok("Ada", "POST", "/series", `{"template": "none", `+dates+`}`, 422); refused["fields"].(map[string]any)["template"] == nil {
		t.Fatalf("of no such template: %v", refused)
	}
	s.ok("Ada", "PATCH", "/series/"+made["id"].(string), `{"template": "`+id+`"}`, 422)
}
