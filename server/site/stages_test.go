package site_test

import (
	"html"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"lull/scheduler"
	"lull/scheduler/agenda"
	"lull/scheduler/store/storetest"
)

// rollout is the form of a window in two stages, with a line left empty between.
func rollout(do string) url.Values {
	v := plan(do)
	maps.Copy(v, url.Values{
		"stage_name": {"canary", "", "rest"}, "stage_date": {"", "", v.Get("date")}, "stage_time": {"02:00", "", "03:00"},
		"stage_end_date": {"", "", ""}, "stage_end_time": {"03:00", "", "04:00"}, "stage_service_0": {"core-db"},
		"check_phase": {"verify", "verify"}, "check_text": {"The canary answers", "Orders can be placed"}, "check_how": {"", ""},
		"check_required": {"yes", "yes"}, "check_id": {"", ""}, "check_stage": {"1", "3"},
	})
	return v
}

func TestARolloutIsBookedOnTheForm(t *testing.T) {
	t.Parallel()
	d := open(t)
	if code, body, _ := d.ask(d.site.Book, rollout("submit")); code != http.StatusSeeOther {
		t.Fatalf("got %d: %s", code, body)
	}
	w, err := d.site.Agenda.Window(t.Context(), "MW-1")
	if err != nil {
		t.Fatal(err)
	}
	if len(w.Stages) != 2 || w.Stages[0].Start != w.Start || w.Stages[1].End != w.End || w.Stages[1].Start != w.Start.Add(time.Hour) ||
		w.Checks[0].Stage != "canary" || w.Checks[1].Stage != "rest" || len(w.Stages[1].Services) != 0 || w.Stages[0].Services[0] != "core-db" {
		t.Fatalf("got %+v with %+v", w.Stages, w.Checks)
	}
	_, page, _ := d.ask(d.site.Edit, nil, "id", "MW-1")
	if !strings.Contains(page, `<option value="2" selected>rest</option>`) || !strings.Contains(page, `name="stage_end_time" value="04:00"`) {
		t.Error("the form to edit does not show the stages as they are")
	}
	for _, look := range []handler{d.site.Window, d.site.Print} {
		_, page, _ = d.ask(look, nil, "id", "MW-1")
		for _, want := range []string{`<bdi>canary</bdi>`, "all services", `<h3><span><bdi>rest</bdi>: Verify</span></h3>`} {
			if !strings.Contains(page, want) {
				t.Errorf("the page does not show %s", want)
			}
		}
	}
}

func TestStagesThatDoNotFitComeBackAsTyped(t *testing.T) {
	t.Parallel()
	d := open(t)
	for _, c := range []struct {
		name, field string
		typed       []string
		words       string
	}{
		{"overlapping", "stage_time", []string{"02:00", "", "02:59"}, "begins before “canary” ends"},
		{"outside the window", "stage_end_time", []string{"03:00", "", "04:01"}, "must lie inside the window"},
		{"an unknown service", "stage_service_0", []string{"search"}, `names "search", which is none of the window's services`},
		{"no name", "stage_name", []string{"", "", "rest"}, "Give each stage a name."},
		{"no clock time", "stage_time", []string{"late", "", "03:00"}, "Stage “canary”: Give a day and a time"},
		{"no end", "stage_end_time", []string{"03:00", "", ""}, "Give the stage “rest” a start and an end."},
	} {
		v := rollout("submit")
		v[c.field] = c.typed
		code, body, _ := d.ask(d.site.Book, v)
		body = html.UnescapeString(body)
		if code != http.StatusUnprocessableEntity || !strings.Contains(body, c.words) || !strings.Contains(body, `id="stages-err"`) {
			t.Errorf("%s: got %d without %q", c.name, code, c.words)
		}
		if !strings.Contains(body, `name="stage_name" value="rest"`) {
			t.Errorf("%s: what was typed is gone", c.name)
		}
	}
}

func TestMoreLinesKeepsStagesAndDropsEmptyOnes(t *testing.T) {
	t.Parallel()
	d := open(t)
	code, body, _ := d.ask(d.site.Book, rollout("more"))
	if got := strings.Count(body, `name="stage_name"`); code != http.StatusOK || got != 5 {
		t.Errorf("got %d with %d lines, want the two typed and three more", code, got)
	}
	if !strings.Contains(body, `<option value="2" selected>rest</option>`) || !strings.Contains(body, `name="stage_service_0" value="core-db" checked`) {
		t.Error("a check lost its stage, or a stage its service")
	}
	_, body, _ = d.ask(d.site.New, nil)
	if strings.Contains(body, `name="check_stage"`) {
		t.Error("without stages a check is asked for one")
	}
}

func TestTheNextStageIsStartedFromThePage(t *testing.T) {
	t.Parallel()
	d := open(t)
	now := storetest.Noon
	d.db.Now = func() time.Time { return now }
	if _, err := d.site.Agenda.KeepSettings(t.Context(), func(s *scheduler.Settings) error { s.Policy = scheduler.PolicyOf(scheduler.Solo); return nil }, d.who.Person); err != nil {
		t.Fatal(err)
	}
	if code, body, _ := d.ask(d.site.Book, rollout("submit")); code != http.StatusSeeOther {
		t.Fatalf("got %d: %s", code, body)
	}
	verb := func(name string, more url.Values) (int, string) {
		t.Helper()
		if more == nil {
			more = url.Values{}
		}
		code, body, _ := d.ask(d.site.Verb, more, "id", "MW-1", "verb", name)
		return code, html.UnescapeString(body)
	}
	w, err := d.site.Agenda.Window(t.Context(), "MW-1")
	if err != nil {
		t.Fatal(err)
	}
	now = w.Start
	if code, body := verb("start", url.Values{"override": {"yes"}, "reason": {"told"}}); code != http.StatusSeeOther {
		t.Fatalf("start: got %d: %s", code, body)
	}
	now = w.Start.Add(time.Hour)
	_, body, _ := d.ask(d.site.Window, nil, "id", "MW-1")
	for _, want := range []string{"Needed next: start the next stage", "Stage over time", `action="/windows/MW-1/advance"`, `name="turn_back"`, `aria-current="step"`} {
		if !strings.Contains(body, want) {
			t.Errorf("the page does not show %s", want)
		}
	}
	if strings.Contains(body, "Finish, and verify") {
		t.Error("the page offers to finish with a stage ahead")
	}
	code, body := verb("advance", nil)
	if beside := strings.Index(body, `action="/windows/MW-1/advance"`); code != http.StatusConflict || beside < 0 ||
		!strings.Contains(body[beside:beside+600], `The verify check "The canary answers" is open.`) {
		t.Errorf("past an open check got %d", code)
	}
	if code, _ := verb("advance", url.Values{"version": {"1"}}); code != http.StatusPreconditionFailed {
		t.Errorf("from a stale page got %d", code)
	}
	d.ask(d.site.Check, url.Values{"result": {"passed"}}, "id", "MW-1", "check", w.Checks[0].ID)
	if code, body := verb("advance", url.Values{"note": {"All quiet."}}); code != http.StatusSeeOther {
		t.Fatalf("got %d: %s", code, body)
	}
	_, body, _ = d.ask(d.site.Window, nil, "id", "MW-1")
	for _, want := range []string{"started stage 2 of 2, rest. All quiet.", "Finish, and verify"} {
		if !strings.Contains(body, want) {
			t.Errorf("the page does not show %s", want)
		}
	}
}

// emergency makes a window one that needs no approval to start.
var emergency = agenda.Edit{Apply: func(p *scheduler.Plan) error {
	p.Kind = scheduler.Emergency
	return nil
}}

func TestWhoTurnsBackSaysWhy(t *testing.T) {
	t.Parallel()
	d := open(t)
	now := storetest.Noon
	d.db.Now = func() time.Time { return now }
	d.ask(d.site.Book, rollout("draft"))
	w, err := d.site.Agenda.Change(t.Context(), "MW-1", 0, emergency, d.who.Person)
	if err != nil {
		t.Fatal(err)
	}
	now = w.Start
	d.ask(d.site.Verb, url.Values{}, "id", "MW-1", "verb", "start")
	code, body, _ := d.ask(d.site.Verb, url.Values{"turn_back": {"yes"}}, "id", "MW-1", "verb", "finish")
	if code != http.StatusUnprocessableEntity || !strings.Contains(body, "Say why the later stages are left out.") {
		t.Errorf("without a reason got %d", code)
	}
	code, _, _ = d.ask(d.site.Verb, url.Values{"turn_back": {"yes"}, "note": {"The canary died."}}, "id", "MW-1", "verb", "finish")
	if w, _ = d.site.Agenda.Window(t.Context(), "MW-1"); code != http.StatusSeeOther || w.State != scheduler.Verifying {
		t.Errorf("got %d, %s", code, w.State)
	}
}

func TestThePublicSeesTheStagesOfItsServicesAlone(t *testing.T) {
	t.Parallel()
	d := open(t)
	if _, err := d.site.Agenda.AddService(t.Context(), scheduler.Service{Slug: "vault", Name: "Vault", Tier: 1}, d.who.Person); err != nil {
		t.Fatal(err)
	}
	if _, err := d.site.Agenda.KeepSettings(t.Context(), func(s *scheduler.Settings) error { s.Policy = scheduler.PolicyOf(scheduler.Solo); return nil }, d.who.Person); err != nil {
		t.Fatal(err)
	}
	v := rollout("submit")
	maps.Copy(v, url.Values{"public": {"yes"}, "service": {"core-db", "vault"}, "impact-vault": {"outage"}, "stage_service_2": {"vault"}})
	if code, body, _ := d.ask(d.site.Book, v); code != http.StatusSeeOther {
		t.Fatalf("got %d: %s", code, body)
	}
	w, err := d.site.Agenda.Window(t.Context(), "MW-1")
	if err != nil {
		t.Fatal(err)
	}
	code, body, _ := d.ask(d.site.StatusWindow, nil, "id", w.ID)
	if code != http.StatusOK || !strings.Contains(body, "<bdi>canary</bdi>") || !strings.Contains(body, "02:00–03:00 CET") {
		t.Errorf("got %d without the stage of the database:\n%s", code, body)
	}
	for _, hidden := range []string{"<bdi>rest</bdi>", "Vault"} {
		if strings.Contains(body, hidden) {
			t.Errorf("the public reads %q", hidden)
		}
	}
}
