package api_test

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"lull/notifier"
	"lull/scheduler"
	"lull/scheduler/agenda"
	"lull/scheduler/store"
	"lull/scheduler/store/storetest"
	"lull/server/access"
	"lull/server/api"
	"lull/server/feed"
	"lull/server/reply"
)

var update = flag.Bool("update", false, "rewrite the golden files")

var (
	ada  = scheduler.Person{Email: "ada@example.org", Name: "Ada", Role: scheduler.Operator, Via: "api"}
	bob  = scheduler.Person{Email: "bob@example.org", Name: "Bob", Role: scheduler.Approver, Via: "api"}
	root = scheduler.Person{Email: "root@example.org", Name: "Root", Role: scheduler.Admin, Via: "api"}
)

// site is the API over a database of the test's own, in which the person that
// the header names is who asks.
type site struct {
	t      *testing.T
	db     *store.DB
	agenda *agenda.Agenda
	mail   *notifier.Notifier
	mux    *http.ServeMux
	api    *api.API
}

func open(t *testing.T) *site {
	t.Helper()
	db := storetest.Open(t)
	book := agenda.New(db)
	log := slog.New(slog.NewTextHandler(t.Output(), nil))
	mail, err := notifier.New(t.Context(), db, book, notifier.Options{
		From: notifier.Address{Name: "Lull", Email: "lull@example.org"}, BaseURL: "https://lull.example.org", Log: log,
	})
	if err != nil {
		t.Fatal(err)
	}
	people := access.New(db, access.Options{BaseURL: "https://lull.example.org"})
	for _, p := range []scheduler.Person{ada, bob, root} {
		if _, _, err := people.AddPerson(t.Context(), access.Newcomer{Email: p.Email, Name: p.Name, Role: p.Role}, root); err != nil {
			t.Fatal(err)
		}
	}
	feeds := feed.New(db, feed.Options{BaseURL: "https://lull.example.org", From: "lull@example.org"})
	s := &site{t: t, db: db, agenda: book, mail: mail, mux: http.NewServeMux()}
	s.api = api.New(api.Options{Agenda: book, Notifier: mail, Access: people, Feeds: feeds, BaseURL: "https://lull.example.org", Log: log})
	for _, op := range s.api.Operations() {
		s.mux.HandleFunc(op.Method+" /api/v1"+op.Path, func(w http.ResponseWriter, r *http.Request) {
			var who access.Visitor
			for _, p := range []scheduler.Person{ada, bob, root} {
				if p.Name == r.Header.Get("As") {
					who.Person = p
				}
			}
			if op.Role != api.Public && !who.Role.May(op.Role) {
				reply.Problem(w, r, log, &scheduler.ForbiddenError{Detail: "Your role does not allow this."})
				return
			}
			if err := op.Handler(w, r, who); err != nil {
				reply.Problem(w, r, log, err)
			}
		})
	}
	s.ok("Root", "POST", "/services", `{"slug":"core-db","name":"Core database","tier":1}`, 201)
	return s
}

// call sends a request as a person; each header is "Name: value".
func (s *site) call(as, method, path, body string, headers ...string) *httptest.ResponseRecorder {
	s.t.Helper()
	var from io.Reader
	if body != "" {
		from = strings.NewReader(body)
	}
	r := httptest.NewRequestWithContext(context.Background(), method, "/api/v1"+path, from)
	r.Header.Set("As", as)
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		r.Header.Set(name, value)
	}
	w := httptest.NewRecorder()
	s.mux.ServeHTTP(w, r)
	return w
}

// ok is the answer to a request that must have the status.
func (s *site) ok(as, method, path, body string, status int, headers ...string) map[string]any {
	s.t.Helper()
	w := s.call(as, method, path, body, headers...)
	if w.Code != status {
		s.t.Fatalf("%s %s: got %d, want %d: %s", method, path, w.Code, status, w.Body)
	}
	var answer map[string]any
	if w.Body.Len() > 0 {
		if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil {
			s.t.Fatalf("%s %s: %v: %s", method, path, err, w.Body)
		}
	}
	return answer
}

// upgrade is a plan two days ahead, as a client writes it.
const upgrade = `{
	"title": "Core database upgrade", "summary": "Orders wait.", "plan": "Swap the primary.",
	"rollback_plan": "Promote the old replica.", "rollback_duration": "30m", "verification_duration": "15m",
	"services": [{"slug": "core-db"}], "start": "2026-11-04T13:00:00+01:00", "end": "2026-11-04T14:00:00Z",
	"time_zone": "Europe/Berlin", "lead": "ADA@example.org",
	"checks": [{"phase": "before", "text": "Backup is fresh"}, {"phase": "verify", "text": "Orders can be placed"}]
}`

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != string(want) {
		t.Errorf("%s: got\n%s\nwant\n%s\nRun the test with -update if the change is meant.", name, got, want)
	}
}

func indented(t *testing.T, body []byte) []byte {
	t.Helper()
	var v json.RawMessage = body
	text, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	return append(text, '\n')
}

func TestAWindowIsShownWhole(t *testing.T) {
	t.Parallel()
	s := open(t)
	w := s.call("Ada", "POST", "/windows", upgrade)
	if w.Code != 201 || w.Header().Get("ETag") != `"1"` || !strings.HasPrefix(w.Header().Get("Location"), "/api/v1/windows/") {
		t.Fatalf("got %d, ETag %s, Location %s: %s", w.Code, w.Header().Get("ETag"), w.Header().Get("Location"), w.Body)
	}
	golden(t, "window.json", indented(t, w.Body.Bytes()))
}

func TestAPatchLeavesAloneWhatItDoesNotName(t *testing.T) {
	t.Parallel()
	s := open(t)
	was := s.ok("Ada", "POST", "/windows", upgrade, 201)
	now := s.ok("Ada", "PATCH", "/windows/MW-1", `{"summary":null,"rollback_duration":"45m"}`, 200)
	was["summary"], was["rollback_duration"], was["decide_by"] = "", "45m", "2026-11-04T13:00:00Z"
	for _, field := range []string{"version", "sequence", "updated_at", "gate"} {
		delete(was, field)
		delete(now, field)
	}
	if got, want := fmt.Sprint(now), fmt.Sprint(was); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestAChangeOfAnotherVersionIsRefused(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.ok("Ada", "POST", "/windows", upgrade, 201)
	s.ok("Ada", "PATCH", "/windows/MW-1", `{"title":"Another"}`, 412, `If-Match: "7"`)
	s.ok("Ada", "PATCH", "/windows/MW-1", `{"title":"Another","version":7}`, 412)
	s.ok("Ada", "PATCH", "/windows/MW-1", `{"title":"Another","version":1}`, 412, `If-Match: "2"`)
	s.ok("Ada", "POST", "/windows/MW-1/submit", `{"version":7}`, 412)
	s.ok("Ada", "PATCH", "/windows/MW-1", `{"title":"Another"}`, 200, `If-Match: "1"`)
	s.ok("Ada", "DELETE", "/windows/MW-1", "", 412, `If-Match: "1"`)
	s.ok("Ada", "DELETE", "/windows/MW-1", "", 204, `If-Match: "2"`)
	s.ok("Ada", "GET", "/windows/MW-1", "", 404)
}

func TestMalformedInputIsRefusedByField(t *testing.T) {
	t.Parallel()
	s := open(t)
	for _, c := range []struct{ name, method, path, body, field string }{
		{"an unknown field", "POST", "/windows", `{"title":"x","colour":"red"}`, "colour"},
		{"a field that only the server writes", "POST", "/windows", `{"title":"x","state":"closed"}`, "state"},
		{"a time that is none", "POST", "/windows", `{"title":"x","start":"tomorrow"}`, "start"},
		{"a length that is none", "POST", "/windows", `{"title":"x","rollback_duration":30}`, "rollback_duration"},
		{"no title", "POST", "/windows", `{}`, "title"},
		{"an impact that is none", "POST", "/windows", `{"title":"x","services":[{"slug":"core-db","impact":"bad"}]}`, "services"},
		{"a limit that is none", "GET", "/windows?limit=many", "", "limit"},
		{"a state that is none", "GET", "/windows?state=done", "", "state"},
		{"a cursor that is none", "GET", "/windows?cursor=x", "", "cursor"},
		{"a time in the query that is none", "GET", "/log?from=then", "", "from"},
		{"a tier that is none", "PUT", "/settings", `{"approvals":{"9":1}}`, "approvals"},
	} {
		t.Run(c.name, func(t *testing.T) {
			as := "Root"
			w := s.call(as, c.method, c.path, c.body)
			var problem struct {
				Type, Title, Detail string
				Status              int
				Fields              map[string]string
			}
			if err := json.Unmarshal(w.Body.Bytes(), &problem); err != nil {
				t.Fatalf("%v: %s", err, w.Body)
			}
			if w.Code != 422 || problem.Status != 422 || problem.Fields[c.field] == "" || w.Header().Get("Content-Type") != "application/problem+json" {
				t.Errorf("got %d %s, want 422 about %s", w.Code, w.Body, c.field)
			}
		})
	}
}

func TestAShutGateSaysEveryReason(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.ok("Ada", "POST", "/windows", `{"title":"Bare"}`, 201)
	answer := s.ok("Ada", "POST", "/windows/MW-1/submit", "", 409)
	reasons, _ := answer["reasons"].([]any)
	if len(reasons) < 3 {
		t.Errorf("got %v, want every reason", answer)
	}
}

func TestAWindowIsWorkedThroughTheVerbs(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.ok("Ada", "POST", "/windows", strings.Replace(upgrade, "{", `{"submit": true,`, 1), 201)
	s.ok("Ada", "POST", "/windows/MW-1/approve", "", 403)
	if got := s.ok("Bob", "POST", "/windows/MW-1/approve", `{"note":"Go ahead."}`, 200)["state"]; got != "scheduled" {
		t.Errorf("approved: got %v", got)
	}
	moved := s.ok("Bob", "POST", "/windows/MW-1/reschedule", `{"start":"2026-11-04T13:00:00Z","reason":"Later.","approve":true}`, 200)
	if moved["end"] != "2026-11-04T15:00:00Z" || moved["state"] != "scheduled" {
		t.Errorf("moved: got %v until %v", moved["state"], moved["end"])
	}
	s.ok("Ada", "POST", "/windows/MW-1/handover", `{"lead":"Bob@Example.org"}`, 200)
	s.ok("Ada", "POST", "/windows/MW-1/log", `{"text":"Tape is in."}`, 201)
	s.ok("Ada", "POST", "/windows/MW-1/cancel", `{"reason":"Not needed."}`, 200)
	log := s.ok("Ada", "GET", "/windows/MW-1/log", "", 200)
	var kinds []string
	for _, item := range log["items"].([]any) {
		kinds = append(kinds, item.(map[string]any)["kind"].(string))
	}
	if got, want := strings.Join(kinds, " "), "created submitted approved rescheduled handover note cancelled"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestARepeatedRequestIsCarriedOutOnce(t *testing.T) {
	t.Parallel()
	s := open(t)
	first := s.call("Ada", "POST", "/windows", upgrade, "Idempotency-Key: k1")
	again := s.call("Ada", "POST", "/windows", upgrade, "Idempotency-Key: k1")
	if first.Code != 201 || again.Code != 201 || first.Body.String() != again.Body.String() || again.Header().Get("ETag") != first.Header().Get("ETag") {
		t.Errorf("got %d %s, want %d %s", again.Code, again.Body, first.Code, first.Body)
	}
	if n := len(s.ok("Ada", "GET", "/windows", "", 200)["items"].([]any)); n != 1 {
		t.Errorf("got %d windows, want 1", n)
	}
	s.ok("Ada", "POST", "/windows", `{"title":"Other"}`, 422, "Idempotency-Key: k1")
	s.ok("Bob", "POST", "/windows", `{"title":"Other"}`, 201, "Idempotency-Key: k1")
}

func TestAListIsPagedAndNeverNull(t *testing.T) {
	t.Parallel()
	s := open(t)
	if got := s.call("Ada", "GET", "/windows", "").Body.String(); got != "{\"items\":[]}\n" {
		t.Errorf("got %s", got)
	}
	for i := range 3 {
		s.ok("Ada", "POST", "/windows", fmt.Sprintf(`{"title":"Window %d"}`, i), 201)
	}
	seen, cursor := 0, ""
	for range 3 {
		answer := s.ok("Ada", "GET", "/windows?limit=1&unknown=x&cursor="+cursor, "", 200)
		seen += len(answer["items"].([]any))
		cursor, _ = answer["next"].(string)
	}
	if seen != 3 || cursor != "" {
		t.Errorf("got %d windows, then %q", seen, cursor)
	}
}

func TestATableRunsNoFormulas(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.ok("Ada", "POST", "/windows", `{"title":"=HYPERLINK(\"x\")"}`, 201)
	w := s.call("Ada", "GET", "/windows", "", "Accept: text/csv")
	lines := strings.Split(w.Body.String(), "\r\n")
	if w.Header().Get("Content-Type") != "text/csv; charset=utf-8" || !strings.HasPrefix(lines[1], `MW-1,"'=HYPERLINK(""x"")"`) {
		t.Errorf("got %s", w.Body)
	}
}

func TestServicesAreATableToo(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.ok("Root", "POST", "/services", `{"slug":"sums","name":"=SUM(A1)","upstream":["core-db"]}`, 201)
	w := s.call("Ada", "GET", "/services", "", "Accept: text/csv")
	lines := strings.Split(w.Body.String(), "\r\n")
	if w.Code != 200 || !strings.HasPrefix(lines[0], "slug,name,") || !strings.HasPrefix(lines[2], "sums,'=SUM(A1),,3,") {
		t.Errorf("got %d %s", w.Code, w.Body)
	}
}

func TestSettingsTakeAnySubset(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.ok("Root", "PUT", "/settings", `{"preset":"controlled","settle":"0s","notice":{"standard":"12h"},"approvals":{"1":3}}`, 200)
	got := s.ok("Ada", "GET", "/settings", "", 200)
	want := map[string]any{"normal": "72h", "standard": "12h", "emergency": "0s"}
	if got["settle"] != "0s" || fmt.Sprint(got["notice"]) != fmt.Sprint(want) || fmt.Sprint(got["approvals"]) != "map[1:3 2:1 3:1 4:1]" {
		t.Errorf("got %v", got)
	}
}

func TestAStakeholderHearsEverythingUnlessNarrowed(t *testing.T) {
	t.Parallel()
	s := open(t)
	everyone := s.ok("Root", "POST", "/stakeholders", `{"email":"Team@Example.org"}`, 201)
	narrow := s.ok("Root", "POST", "/stakeholders", `{"email":"db@example.org","services":["core-db"],"confirmed":false}`, 201)
	if everyone["email"] != "team@example.org" || everyone["all"] != true || everyone["confirmed"] != true || len(everyone["kinds"].([]any)) != len(scheduler.Announcements) {
		t.Errorf("got %v", everyone)
	}
	if narrow["all"] != false || narrow["confirmed"] != false {
		t.Errorf("got %v", narrow)
	}
}

func TestAPreviewShowsTheMailAndKeepsNothing(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.ok("Root", "POST", "/stakeholders", `{"email":"team@example.org"}`, 201)
	p := s.ok("Ada", "POST", "/windows/preview", upgrade, 200)
	mail, _ := p["mail"].(map[string]any)
	entry, _ := p["calendar"].(string)
	if p["recipients"] != 4.0 || // with the three who have an account
		!strings.Contains(fmt.Sprint(mail["subject"]), "Core database upgrade") || !strings.HasPrefix(entry, "BEGIN:VCALENDAR\r\n") {
		t.Errorf("got %v", p)
	}
	s.ok("Ada", "GET", "/windows/MW-1", "", 404)
}

func TestEveryAnnouncementIsListedWithItsDeliveries(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.ok("Root", "POST", "/stakeholders", `{"email":"team@example.org"}`, 201)
	s.ok("Ada", "POST", "/windows", strings.Replace(upgrade, "{", `{"submit": true,`, 1), 201)
	s.ok("Bob", "POST", "/windows/MW-1/approve", "", 200)
	if _, err := s.mail.Announce(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := s.mail.Deliver(t.Context()); err != nil {
		t.Fatal(err)
	}
	items := s.ok("Ada", "GET", "/windows/MW-1/announcements", "", 200)["items"].([]any)
	if len(items) != 1 {
		t.Fatalf("got %v, want the one to stakeholders", items)
	}
	told := items[0].(map[string]any)
	if told["kind"] != "scheduled" || told["recipients"] != 4.0 || fmt.Sprint(told["deliveries"]) != "map[captured:4]" {
		t.Errorf("got %v", told)
	}
	addressed := map[string]string{}
	for _, item := range s.ok("Ada", "GET", "/outbox?state=captured&window=MW-1", "", 200)["items"].([]any) {
		d := item.(map[string]any)
		if d["announcement"] == told["id"] {
			addressed[d["address"].(string)] = d["id"].(string)
		}
	}
	if len(addressed) != 4 || addressed["team@example.org"] == "" {
		t.Fatalf("got %v, want team@example.org and the three who have an account", addressed)
	}
	s.ok("Ada", "POST", "/outbox/"+addressed["team@example.org"]+"/retry", "", 409)
	s.ok("Ada", "POST", "/outbox/none/retry", "", 404)
	if items := s.ok("Ada", "GET", "/outbox?state=failed", "", 200)["items"]; items == nil {
		t.Error("an empty list is null")
	}
}

func TestPeopleAndTheirTokens(t *testing.T) {
	t.Parallel()
	s := open(t)
	if got := s.ok("Root", "POST", "/users", `{"email":"New@example.org","name":"New","role":"viewer"}`, 201); got["link"] == "" || got["email"] != "new@example.org" {
		t.Errorf("got %v", got)
	}
	if got := s.ok("Root", "PATCH", "/users/new@example.org", `{"role":"operator"}`, 200); got["role"] != "operator" || got["name"] != "New" {
		t.Errorf("got %v", got)
	}
	s.ok("Root", "DELETE", "/users/new@example.org", "", 204)
	made := s.ok("Ada", "POST", "/tokens", `{"name":"ci","expires":"30d"}`, 201)
	if got := s.ok("Ada", "GET", "/tokens/"+made["id"].(string), "", 200); got["token"] != nil || got["user"] != ada.Email {
		t.Errorf("got %v", got)
	}
	s.ok("Bob", "GET", "/tokens/"+made["id"].(string), "", 404)
	s.ok("Ada", "DELETE", "/tokens/"+made["id"].(string), "", 204)
}

func TestAFeedShowsItsAddressOnce(t *testing.T) {
	t.Parallel()
	s := open(t)
	made := s.ok("Ada", "POST", "/feeds", `{"name":"Mine","scope":"all","services":["core-db"]}`, 201)
	if url, _ := made["url"].(string); !strings.HasPrefix(url, "https://lull.example.org/calendar/") {
		t.Errorf("got %v", made)
	}
	items := s.ok("Ada", "GET", "/feeds", "", 200)["items"].([]any)
	if len(items) != 1 || items[0].(map[string]any)["url"] != nil || items[0].(map[string]any)["id"] != made["id"] {
		t.Errorf("got %v", items)
	}
	rotated := s.ok("Ada", "POST", "/feeds/"+made["id"].(string)+"/rotate", "", 200)
	if url, _ := rotated["url"].(string); !strings.HasPrefix(url, "https://lull.example.org/calendar/") || url == made["url"] {
		t.Errorf("got %v, want another address than %v", rotated, made["url"])
	}
	s.ok("Bob", "DELETE", "/feeds/"+made["id"].(string), "", 404)
	s.ok("Ada", "DELETE", "/feeds/"+made["id"].(string), "", 204)
	s.ok("Ada", "POST", "/feeds/"+made["id"].(string)+"/rotate", "", 404)
}

func TestAFeedKeepsWhatWasChosen(t *testing.T) {
	t.Parallel()
	s := open(t)
	made := s.ok("Ada", "POST", "/feeds", `{"name":"Mine","scope":"mine","services":["core-db"],"tiers":[2,1,1],"alarm":"30m","past":"720h","future":"9600h","confirmed":true}`, 201)
	path := "/feeds/" + made["id"].(string)
	wanted := func(f map[string]any, want map[string]any) {
		t.Helper()
		for name, value := range want {
			if !reflect.DeepEqual(f[name], value) {
				t.Errorf("%s is %v, want %v", name, f[name], value)
			}
		}
	}
	want := map[string]any{
		"name": "Mine", "scope": "mine", "services": []any{"core-db"}, "tiers": []any{1.0, 2.0}, "alarm": "30m", "past": "720h", "future": "9600h",
		"confirmed": true, "last_fetched_at": nil, "last_fetched_by": nil,
	}
	wanted(s.ok("Ada", "GET", path, "", 200), want)
	changed := s.ok("Ada", "PATCH", path, `{"alarm":null,"tiers":[],"confirmed":false}`, 200)
	want["alarm"], want["tiers"], want["confirmed"] = nil, []any{}, false
	wanted(changed, want)
	wanted(s.ok("Ada", "GET", path, "", 200), want)
	fields := s.ok("Ada", "PATCH", path, `{"future":"0s","alarm":"1s"}`, 422)["fields"].(map[string]any)
	if fields["future"] == nil || fields["alarm"] == nil {
		t.Errorf("got %v, want words for future and alarm", fields)
	}
	s.ok("Bob", "GET", path, "", 404)
	s.ok("Bob", "PATCH", path, `{"name":"His"}`, 404)
}

func TestTheDescriptionNamesEveryCall(t *testing.T) {
	t.Parallel()
	s := open(t)
	paths := s.ok("", "GET", "/openapi.json", "", 200)["paths"].(map[string]any)
	n := 0
	for _, ops := range paths {
		n += len(ops.(map[string]any))
	}
	names := map[string]bool{}
	for _, op := range s.api.Operations() {
		at, _ := paths[op.Path].(map[string]any)
		if at[strings.ToLower(op.Method)] == nil {
			t.Errorf("%s %s is not described", op.Method, op.Path)
		}
		if names[op.Name] {
			t.Errorf("%s names two calls", op.Name)
		}
		names[op.Name] = true
	}
	if n != len(names) {
		t.Errorf("%d calls are described, %d are served", n, len(names))
	}
}

func TestAnswersHaveTheFieldsOfTheDescription(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.ok("Ada", "POST", "/windows", upgrade, 201)
	made := s.ok("Root", "POST", "/stakeholders", `{"email":"team@example.org"}`, 201)
	template := s.ok("Root", "POST", "/templates", patching, 201)
	described := s.ok("", "GET", "/openapi.json", "", 200)
	for path, asked := range map[string]string{
		"/windows/{id}": "/windows/MW-1", "/services/{slug}": "/services/core-db", "/users/{id}": "/users/ada@example.org",
		"/stakeholders/{id}": "/stakeholders/" + made["id"].(string), "/settings": "/settings",
		"/templates/{id}": "/templates/" + template["id"].(string),
	} {
		schema := dig(described, "paths", path, "get", "responses", "200", "content", "application/json", "schema")
		name := strings.TrimPrefix(schema["$ref"].(string), "#/components/schemas/")
		got := slices.Sorted(maps.Keys(s.ok("Ada", "GET", asked, "", 200)))
		if want := slices.Sorted(maps.Keys(dig(described, "components", "schemas", name, "properties"))); !slices.Equal(got, want) {
			t.Errorf("%s: got %v, described %v", path, got, want)
		}
	}
}

func dig(in map[string]any, names ...string) map[string]any {
	for _, name := range names {
		in, _ = in[name].(map[string]any)
	}
	return in
}
