package api_test

import (
	"fmt"
	"strings"
	"testing"
)

// patching is a template as a client writes it.
const patching = `{
	"name": "Patching", "title": "Core database patch", "plan": "Patch.", "rollback_plan": "Unpatch.",
	"services": [{"slug": "core-db", "impact": "degraded"}], "duration": "2h", "lead": "ada@example.org",
	"checks": [{"phase": "verify", "text": "Orders can be placed"}], "pre_approved": false, "review_by": null
}`

// preApproved makes the template as Root and pre-approves it as Bob.
func preApproved(s *site) (path string) {
	s.t.Helper()
	path = "/templates/" + s.ok("Root", "POST", "/templates", patching, 201)["id"].(string)
	s.ok("Bob", "PATCH", path, `{"pre_approved":true,"review_by":"2027-06-01"}`, 200)
	return path
}

// with is a body with more fields in it.
func with(body, more string) string { return strings.Replace(body, "{", "{"+more+",", 1) }

func TestATemplateIsWrittenByApproversAndReadByAll(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.ok("Ada", "POST", "/templates", patching, 403)
	w := s.call("Root", "POST", "/templates", patching)
	if w.Code != 201 || w.Header().Get("ETag") != `"1"` || !strings.HasPrefix(w.Header().Get("Location"), "/api/v1/templates/") {
		t.Fatalf("got %d, ETag %s, Location %s: %s", w.Code, w.Header().Get("ETag"), w.Header().Get("Location"), w.Body)
	}
	path := strings.TrimPrefix(w.Header().Get("Location"), "/api/v1")
	got := s.ok("Ada", "GET", path, "", 200)
	for field, want := range map[string]any{
		"name": "Patching", "duration": "2h", "kind": "normal", "risk": "medium", "public": true, "editor": "root@example.org",
		"pre_approved": false, "expired": false, "approved_by": nil, "review_by": nil, "version": 1.0, "time_zone": "UTC",
	} {
		if got[field] != want {
			t.Errorf("%s: got %v, want %v", field, got[field], want)
		}
	}
	if items := s.ok("Ada", "GET", "/templates", "", 200)["items"].([]any); len(items) != 1 {
		t.Errorf("got %v", items)
	}
	s.ok("Ada", "PATCH", path, `{"name":"Other"}`, 403)
	s.ok("Ada", "DELETE", path, "", 403)
	s.ok("Bob", "PATCH", path, `{"name":"Other"}`, 412, `If-Match: "7"`)
	s.ok("Bob", "PATCH", path, `{"name":"Other","version":7}`, 412)
	if got := s.ok("Bob", "PATCH", path, `{"name":"Other"}`, 200, `If-Match: "1"`); got["title"] != "Core database patch" || got["version"] != 2.0 {
		t.Errorf("got %v", got)
	}
	s.ok("Bob", "DELETE", path, "", 412, `If-Match: "1"`)
	s.ok("Bob", "DELETE", path, "", 204, `If-Match: "2"`)
	s.ok("Ada", "GET", path, "", 404)
}

func TestATemplateIsRefusedByField(t *testing.T) {
	t.Parallel()
	s := open(t)
	path := "/templates/" + s.ok("Root", "POST", "/templates", patching, 201)["id"].(string)
	for _, c := range []struct{ name, method, path, body, field string }{
		{"no name", "POST", "/templates", `{"title":"x","duration":"1h"}`, "name"},
		{"no duration", "POST", "/templates", `{"name":"x"}`, "duration"},
		{"a duration that is none", "POST", "/templates", `{"name":"x","duration":2}`, "duration"},
		{"a time", "POST", "/templates", with(patching, `"start":"2026-11-04T13:00:00Z"`), "start"},
		{"a window that is none", "POST", "/templates", `{"window":"MW-9"}`, "window"},
		{"no review date", "PATCH", path, `{"pre_approved":true}`, "review_by"},
		{"a review date that is none", "PATCH", path, `{"pre_approved":true,"review_by":"soon"}`, "review_by"},
		{"a review date in the past", "PATCH", path, `{"pre_approved":true,"review_by":"2026-11-02"}`, "review_by"},
		{"a review date too far", "PATCH", path, `{"pre_approved":true,"review_by":"2027-11-02T12:00:01Z"}`, "review_by"},
		{"a review date alone", "PATCH", path, `{"review_by":"2027-06-01"}`, "review_by"},
		{"a service that is none", "PATCH", path, `{"services":[{"slug":"none"}]}`, "services"},
		{"a window of no such template", "POST", "/windows", `{"template":"none"}`, "template"},
		{"a clone of no such window", "POST", "/windows", `{"clone":"MW-9"}`, "clone"},
		{"a window of both", "POST", "/windows", `{"template":"a","clone":"b"}`, "clone"},
		{"another template by an edit", "PATCH", "/windows/MW-1", `{"template":"a"}`, "template"},
	} {
		answer := s.ok("Bob", c.method, c.path, c.body, 422)
		if fields, _ := answer["fields"].(map[string]any); fields[c.field] == nil {
			t.Errorf("%s: got %v, want words for %s", c.name, answer, c.field)
		}
	}
}

func TestATemplateIsPreApprovedByAnotherThanItsEditor(t *testing.T) {
	t.Parallel()
	s := open(t)
	if answer := s.ok("Root", "POST", "/templates", with(strings.Replace(patching, `, "pre_approved": false, "review_by": null`, "", 1), `"pre_approved":true,"review_by":"2027-06-01"`), 409); !strings.Contains(fmt.Sprint(answer["reasons"]), "own-request") {
		t.Errorf("got %v, want own-request", answer)
	}
	path := preApproved(s)
	s.ok("Root", "PATCH", path, `{"pre_approved":true,"review_by":"2027-06-01"}`, 409)
	got := s.ok("Ada", "GET", path, "", 200)
	if got["pre_approved"] != true || got["approved_by"] != "bob@example.org" || got["review_by"] != "2027-06-01T00:00:00Z" || got["version"] != 2.0 {
		t.Errorf("got %v", got)
	}
	if got = s.ok("Root", "PATCH", path, `{"risk":"low"}`, 200); got["pre_approved"] != false || got["approved_by"] != nil {
		t.Errorf("edited: got %v, want the pre-approval gone", got)
	}
	s.ok("Bob", "PATCH", path, `{"pre_approved":true,"review_by":"2026-12-01T00:00:00+01:00","risk":"low"}`, 200)
	if got = s.ok("Root", "PATCH", path, `{"pre_approved":false}`, 200); got["pre_approved"] != false || got["editor"] != "root@example.org" {
		t.Errorf("withdrawn: got %v", got)
	}
}

func TestAWindowBookedFromATemplateTakesWhatItsBodyLeavesOut(t *testing.T) {
	t.Parallel()
	s := open(t)
	id := strings.TrimPrefix(preApproved(s), "/templates/")
	body := fmt.Sprintf(`{"template":%q,"start":"2026-11-04T13:00:00+01:00","submit":true}`, id)
	got := s.ok("Ada", "POST", "/windows", body, 201)
	if got["state"] != "scheduled" || got["kind"] != "standard" || got["end"] != "2026-11-04T14:00:00Z" || got["title"] != "Core database patch" {
		t.Errorf("got %v", got)
	}
	if from := got["template"].(map[string]any); from["id"] != id || from["name"] != "Patching" {
		t.Errorf("got %v", from)
	}
	if spared := got["pre_approval"].(map[string]any); spared["by"] != "bob@example.org" || spared["until"] != "2027-06-01T00:00:00Z" {
		t.Errorf("got %v", spared)
	}
	moved := s.ok("Ada", "POST", "/windows/MW-1/reschedule", `{"start":"2026-11-04T15:00:00Z"}`, 200)
	if moved["state"] != "scheduled" || moved["end"] != "2026-11-04T17:00:00Z" {
		t.Errorf("moved: got %v until %v", moved["state"], moved["end"])
	}
	out := s.ok("Ada", "POST", "/windows/MW-1/reschedule", `{"start":"2026-11-04T15:00:00Z","end":"2026-11-04T18:00:00Z"}`, 200)
	if gate := out["gate"].(map[string]any); out["state"] != "requested" || !strings.Contains(fmt.Sprint(gate["approval"]), "It lasts 3h; the template allows 2h.") {
		t.Errorf("made longer: got %v, %v", out["state"], gate)
	}
	own := s.ok("Ada", "POST", "/windows", fmt.Sprintf(`{"template":%q,"start":"2026-11-05T12:00:00Z","end":"2026-11-05T13:00:00Z","title":"Mine","kind":"normal","submit":true}`, id), 201)
	if own["state"] != "requested" || own["title"] != "Mine" || own["end"] != "2026-11-05T13:00:00Z" || own["kind"] != "normal" {
		t.Errorf("got %v; what the body gives wins", own)
	}
}

func TestAPreviewSaysWhichLimitWasLeft(t *testing.T) {
	t.Parallel()
	s := open(t)
	id := strings.TrimPrefix(preApproved(s), "/templates/")
	approval := func(more string) string {
		answer := s.ok("Ada", "POST", "/windows/preview", fmt.Sprintf(`{"template":%q,"start":"2026-11-04T12:00:00Z"%s}`, id, more), 200)
		return fmt.Sprint(answer["gates"].([]any)[0].(map[string]any)["approval"])
	}
	if got := approval(""); got != "[]" {
		t.Errorf("got %s, want none", got)
	}
	if got := approval(`,"risk":"high"`); !strings.Contains(got, "The risk is high; the template allows medium.") {
		t.Errorf("got %s", got)
	}
}

func TestAWindowIsClonedAndBecomesATemplate(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.ok("Ada", "POST", "/windows", with(upgrade, `"submit":true`), 201)
	c := s.ok("Bob", "POST", "/windows", `{"clone":"mw-1","start":"2026-12-01T12:00:00Z"}`, 201)
	if c["state"] != "draft" || c["name"] != "MW-2" || c["end"] != "2026-12-01T14:00:00Z" || c["requester"] != "bob@example.org" || len(c["checks"].([]any)) != 2 {
		t.Errorf("got %v", c)
	}
	got := s.ok("Bob", "POST", "/templates", `{"window":"MW-1","name":"Upgrades"}`, 201)
	if got["name"] != "Upgrades" || got["title"] != "Core database upgrade" || got["duration"] != "2h" || got["editor"] != "bob@example.org" || len(got["checks"].([]any)) != 2 {
		t.Errorf("got %v", got)
	}
}
