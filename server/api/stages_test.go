package api_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"lull/scheduler/store/storetest"
)

// rollout is the upgrade in two stages.
var rollout = strings.NewReplacer(
	`"checks": [`, `"stages": [
		{"name": "canary", "services": ["core-db"], "start": "2026-11-04T12:00:00Z", "end": "2026-11-04T13:00:00Z"},
		{"name": "rest", "start": "2026-11-04T14:00:00+01:00", "end": "2026-11-04T14:00:00Z"}], "checks": [`,
	`{"phase": "verify", "text": "Orders can be placed"}`, `{"phase": "verify", "stage": "canary", "text": "The canary answers"},
		{"phase": "verify", "stage": "rest", "text": "Orders can be placed"}`,
).Replace(upgrade)

func codes(problem map[string]any) (all []string) {
	reasons, _ := problem["reasons"].([]any)
	for _, r := range reasons {
		one, _ := r.(map[string]any)
		all = append(all, fmt.Sprint(one["code"]))
	}
	return all
}

func TestStagesComeBackAsTheyWereGiven(t *testing.T) {
	t.Parallel()
	s := open(t)
	w := s.ok("Ada", "POST", "/windows", rollout, 201)
	want := "[map[end:2026-11-04T13:00:00Z name:canary services:[core-db] start:2026-11-04T12:00:00Z]" +
		" map[end:2026-11-04T14:00:00Z name:rest services:[] start:2026-11-04T13:00:00Z]]"
	if got := fmt.Sprint(w["stages"]); got != want || fmt.Sprint(w["stage"]) != "0" || w["decide_by"] != "2026-11-04T12:15:00Z" {
		t.Fatalf("got %v in stage %v, decide by %v", got, w["stage"], w["decide_by"])
	}
	moved := s.ok("Ada", "POST", "/windows/MW-1/reschedule", `{"start":"2026-11-05T12:00:00Z"}`, 200)
	if got := fmt.Sprint(moved["stages"]); got != strings.ReplaceAll(want, "11-04", "11-05") {
		t.Errorf("moved by a day the stages are %v", got)
	}
	moved = s.ok("Ada", "PATCH", "/windows/MW-1", `{"start":"2026-11-04T12:00:00Z","end":"2026-11-04T14:00:00Z"}`, 200)
	if got := fmt.Sprint(moved["stages"]); got != want {
		t.Errorf("moved back the stages are %v", got)
	}
	if cleared := s.ok("Ada", "PATCH", "/windows/MW-1", `{"stages":[],"checks":[]}`, 200); fmt.Sprint(cleared["stages"]) != "[]" {
		t.Errorf("without stages got %v", cleared["stages"])
	}
}

func TestMalformedStagesAreRefusedInWords(t *testing.T) {
	t.Parallel()
	s := open(t)
	for _, c := range []struct{ name, old, new, field, words string }{
		{"overlapping", `14:00:00+01:00`, `13:59:59+01:00`, "stages", "stages follow one another"},
		{"a service that is not the window's", `"services": ["core-db"], "start"`, `"services": ["shop"], "start"`, "stages", `"shop", which is none of the window's services`},
		{"two of one name", `"name": "rest"`, `"name": "canary"`, "stages", "Two stages are named"},
		{"a check of no stage", `"stage": "rest"`, `"stage": "moon"`, "checks", "There is no stage “moon”."},
		{"a time that is none", `"start": "2026-11-04T14:00:00+01:00"`, `"start": "soon"`, "stages[1].start", "not a time"},
		{"an unknown field", `"name": "rest"`, `"colour": "red"`, "stages[1].colour", ""},
	} {
		if !strings.Contains(rollout, c.old) {
			t.Fatalf("%s: the plan holds no %s", c.name, c.old)
		}
		answer := s.ok("Ada", "POST", "/windows", strings.Replace(rollout, c.old, c.new, 1), 422)
		fields, _ := answer["fields"].(map[string]any)
		if words, ok := fields[c.field].(string); !ok || !strings.Contains(words, c.words) {
			t.Errorf("%s: got %v, want words about %s", c.name, fields, c.field)
		}
	}
}

func TestAStageBeginsThroughTheAPI(t *testing.T) {
	t.Parallel()
	s := open(t)
	now := storetest.Noon
	s.db.Now = func() time.Time { return now }
	s.ok("Ada", "POST", "/windows", strings.Replace(rollout, "{", `{"submit": true,`, 1), 201)
	s.ok("Bob", "POST", "/windows/MW-1/approve", "", 200)
	s.ok("Ada", "POST", "/windows/MW-1/advance", "", 409)
	now = now.Add(48 * time.Hour)
	w := s.ok("Ada", "GET", "/windows/MW-1", "", 200)
	checks, _ := w["checks"].([]any)
	check := func(i int) string {
		c, _ := checks[i].(map[string]any)
		return "/windows/MW-1/checks/" + fmt.Sprint(c["id"])
	}
	s.ok("Ada", "POST", check(0), `{"result":"passed"}`, 200)
	s.ok("Bob", "POST", "/windows/MW-1/start", `{"override":true,"reason":"told by telephone"}`, 200)
	if got := codes(s.ok("Ada", "POST", "/windows/MW-1/advance", `{"note":"on"}`, 409)); !slices.Equal(got, []string{"check-open", "early"}) {
		t.Errorf("too early past an open check: got %v", got)
	}
	if got := codes(s.ok("Ada", "POST", "/windows/MW-1/finish", "", 409)); !slices.Equal(got, []string{"stage-open"}) {
		t.Errorf("finish before the last stage: got %v", got)
	}
	s.ok("Ada", "POST", "/windows/MW-1/finish", `{"turn_back":true}`, 422)
	s.ok("Ada", "POST", check(1), `{"result":"passed"}`, 200)
	s.ok("Ada", "POST", "/windows/MW-1/advance", `{"override":true,"reason":"quick"}`, 403)
	s.ok("Bob", "POST", "/windows/MW-1/advance", `{"override":true}`, 422)
	s.ok("Ada", "POST", "/windows/MW-1/advance", `{"version":1}`, 412)
	w = s.ok("Bob", "POST", "/windows/MW-1/advance", `{"override":true,"reason":"quick","note":"All quiet."}`, 200)
	if fmt.Sprint(w["stage"]) != "2" || w["decide_by"] != "2026-11-04T13:15:00Z" {
		t.Errorf("advanced to stage %v, decide by %v", w["stage"], w["decide_by"])
	}
}
