package site_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"lull/notifier"
	"lull/scheduler"
	"lull/scheduler/agenda"
	"lull/scheduler/store"
	"lull/scheduler/store/storetest"
	"lull/server/access"
	"lull/server/feed"
	"lull/server/site"
	"lull/web"
)

type handler = func(http.ResponseWriter, *http.Request, access.Visitor) error

// desk is a site with one admin and one service.
type desk struct {
	*testing.T
	site   *site.Site
	db     *store.DB
	agenda *agenda.Agenda
	door   *access.Access
	who    access.Visitor
}

func open(t *testing.T) *desk {
	t.Helper()
	db := storetest.Open(t)
	a := agenda.New(db)
	door := access.New(db, access.Options{BaseURL: "http://localhost"})
	n, err := notifier.New(t.Context(), db, a, notifier.Options{From: notifier.Address{Email: "lull@example.org"}, BaseURL: "http://localhost"})
	if err != nil {
		t.Fatal(err)
	}
	pages, err := web.Parse()
	if err != nil {
		t.Fatal(err)
	}
	ada := scheduler.Person{Email: "ada@example.org", Name: "Ada", Role: scheduler.Admin, Via: "page"}
	if _, _, err := door.AddPerson(t.Context(), access.Newcomer{Email: ada.Email, Name: ada.Name, Role: ada.Role}, ada); err != nil {
		t.Fatal(err)
	}
	if _, err := a.AddService(t.Context(), scheduler.Service{Slug: "core-db", Name: "Core database", Tier: 1, Public: true}, ada); err != nil {
		t.Fatal(err)
	}
	s := site.New(site.Options{
		Agenda: a, Notifier: n, Access: door, Pages: pages, Capturing: true, BaseURL: "http://localhost",
		Feeds: feed.New(db, feed.Options{BaseURL: "http://localhost"}),
		Now:   func() time.Time { return storetest.Noon },
	})
	return &desk{t, s, db, a, door, access.Visitor{Person: ada, TimeZone: "Europe/Berlin"}}
}

// ask answers what the handler says to the form, or to a GET without one; the
// path values come in pairs.
func (d *desk) ask(h handler, form url.Values, path ...string) (int, string, http.Header) {
	d.Helper()
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	if form != nil {
		r = httptest.NewRequest(http.MethodPost, "/", strings.NewReader(form.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for i := 0; i < len(path); i += 2 {
		r.SetPathValue(path[i], path[i+1])
	}
	w := httptest.NewRecorder()
	if err := h(w, r, d.who); err != nil {
		d.site.Fail(w, r, d.who, err)
	}
	return w.Code, w.Body.String(), w.Header()
}

func plan(do string) url.Values {
	day := storetest.Noon.Add(72 * time.Hour).Format(time.DateOnly)
	return url.Values{
		"do": {do}, "title": {"Core database upgrade"}, "date": {day}, "time": {"02:00"}, "length": {"2h"}, "time_zone": {"Europe/Berlin"},
		"service": {"core-db"}, "impact-core-db": {"outage"}, "lead": {"ada@example.org"}, "rollback_plan": {"Promote the old replica."},
		"check_phase": {"verify"}, "check_text": {"Orders can be placed"}, "check_how": {""}, "check_required": {"yes"}, "check_id": {""},
	}
}

func TestEveryPageInsideAnswers(t *testing.T) {
	t.Parallel()
	d := open(t)
	for name, h := range map[string]handler{
		"overview": d.site.Overview, "windows": d.site.Windows, "new": d.site.New, "approvals": d.site.Approvals, "log": d.site.Log,
		"services": d.site.Services, "new service": d.site.NewService, "templates": d.site.Templates, "new template": d.site.NewTemplate, "stakeholders": d.site.Stakeholders, "new stakeholder": d.site.NewStakeholder,
		"outbox": d.site.Outbox, "people": d.site.People, "account": d.site.Account, "settings": d.site.Settings, "status": d.site.Status,
		"calendar": d.site.Calendar, "timeline": d.site.Timeline, "freezes": d.site.Freezes, "new freeze": d.site.NewFreeze,
		"import": d.site.ImportPage, "table": d.site.ServicesTable, "forgot": d.site.ForgotPage, "log-in": d.site.LogInPage,
	} {
		if status, body, _ := d.ask(h, nil); status != http.StatusOK || !strings.Contains(body, "</html>") && name != "table" {
			t.Errorf("%s: got %d %s", name, status, body)
		}
	}
}

func TestABookedWindowHasItsPage(t *testing.T) {
	t.Parallel()
	d := open(t)
	status, body, head := d.ask(d.site.Book, plan("submit"))
	if status != http.StatusSeeOther || head.Get("Location") != "/windows/MW-1" {
		t.Fatalf("booking: got %d %s", status, body)
	}
	for name, h := range map[string]handler{"window": d.site.Window, "print": d.site.Print, "edit": d.site.Edit} {
		if status, body, _ := d.ask(h, nil, "id", "MW-1"); status != http.StatusOK || !strings.Contains(body, "Orders can be placed") {
			t.Errorf("%s: got %d %s", name, status, body)
		}
	}
}

func TestOnesOwnRequestIsAnothersToApprove(t *testing.T) {
	t.Parallel()
	d := open(t)
	d.ask(d.site.Book, plan("submit"))
	const why = "Nobody approves a window that they requested: ask another approver."
	status, body, _ := d.ask(d.site.Window, nil, "id", "MW-1")
	if status != http.StatusOK || !strings.Contains(body, why) || strings.Contains(body, `action="/windows/MW-1/approve"`) {
		t.Errorf("got %d, want the reason instead of a form that would be refused:\n%s", status, body)
	}
	status, body, _ = d.ask(d.site.Verb, url.Values{}, "id", "MW-1", "verb", "approve")
	if status != http.StatusConflict || !strings.Contains(body, why) {
		t.Fatalf("got %d, want 409 with the reason on the window's page:\n%s", status, body)
	}
}

func TestARefusedFormComesBackAsTyped(t *testing.T) {
	t.Parallel()
	d := open(t)
	form := plan("submit")
	form.Set("title", "")
	form.Set("rollback_plan", "Typed with care")
	form.Set("length", "soon")
	status, body, _ := d.ask(d.site.Book, form)
	if status != http.StatusUnprocessableEntity || !strings.Contains(body, "Typed with care") || !strings.Contains(body, "title-err") || !strings.Contains(body, "length-err") {
		t.Fatalf("got %d, want 422 with the text and words for title and length:\n%s", status, body)
	}
}

func TestAConflictAsksForAReason(t *testing.T) {
	t.Parallel()
	d := open(t)
	d.ask(d.site.Book, plan("submit"))
	status, body, _ := d.ask(d.site.Book, plan("submit"))
	if status != http.StatusConflict || !strings.Contains(body, `name="reason"`) {
		t.Fatalf("got %d, want 409 with a box for the reason:\n%s", status, body)
	}
	form := plan("submit")
	form.Set("reason", "The supplier comes that night only.")
	if status, body, _ := d.ask(d.site.Book, form); status != http.StatusSeeOther {
		t.Fatalf("got %d, want 303:\n%s", status, body)
	}
}

func TestAPreviewKeepsNothing(t *testing.T) {
	t.Parallel()
	d := open(t)
	if status, body, _ := d.ask(d.site.Book, plan("preview")); status != http.StatusOK || !strings.Contains(body, "Core database upgrade") {
		t.Fatalf("got %d %s", status, body)
	}
	if status, _, _ := d.ask(d.site.Window, nil, "id", "MW-1"); status != http.StatusNotFound {
		t.Fatalf("got %d, want 404: a preview is not kept", status)
	}
}

func TestThePublicSeesNothingOfADraft(t *testing.T) {
	t.Parallel()
	d := open(t)
	d.ask(d.site.Book, plan("draft"))
	if status, _, _ := d.ask(d.site.StatusWindow, nil, "id", "MW-1"); status != http.StatusNotFound {
		t.Errorf("got %d, want 404", status)
	}
	if _, body, _ := d.ask(d.site.Status, nil); strings.Contains(body, "Core database upgrade") {
		t.Error("the public page shows a draft")
	}
}

func TestTheFormFindsAFreeTimeAndTakesIt(t *testing.T) {
	t.Parallel()
	d := open(t)
	status, body, _ := d.ask(d.site.Book, plan("submit"))
	if status != http.StatusSeeOther {
		t.Fatalf("booked: %d %s", status, body)
	}
	form := plan("slots")
	status, body, _ = d.ask(d.site.Book, form)
	first := between(body, `name="slot" value="`, `"`)
	if status != http.StatusOK || first == "" {
		t.Fatalf("got %d, want free times in the form:\n%s", status, body)
	}
	form.Del("do")
	form.Set("slot", first)
	status, body, _ = d.ask(d.site.Book, form)
	if status != http.StatusOK || !strings.Contains(body, "Nothing else is in the way") {
		t.Fatalf("took %s: got %d, want a clear preview:\n%s", first, status, body)
	}
	form = plan("slots")
	form.Del("service")
	form.Set("length", "")
	form.Set("end_time", "")
	if status, body, _ = d.ask(d.site.Book, form); status != http.StatusUnprocessableEntity || !strings.Contains(body, "Say how long it lasts") || !strings.Contains(body, "Name at least one service") {
		t.Fatalf("got %d, want words for what is missing", status)
	}
}

// between is what stands in text after before and up to after.
func between(text, before, after string) string {
	_, rest, _ := strings.Cut(text, before)
	found, _, _ := strings.Cut(rest, after)
	return found
}
