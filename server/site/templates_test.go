package site_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"lull/scheduler"
	"lull/server/access"
)

// bob is another approver than the one who opened the desk.
var bob = access.Visitor{Person: scheduler.Person{Email: "bob@example.org", Name: "Bob", Role: scheduler.Approver, Via: "page"}, TimeZone: "Europe/Berlin"}

// patching is the form of a template.
func patching() url.Values {
	v := plan("keep")
	for _, field := range []string{"date", "time"} {
		v.Del(field)
	}
	v.Set("name", "Patching")
	v.Set("risk", "medium")
	return v
}

// as asks as somebody else.
func (d *desk) as(who access.Visitor, h handler, form url.Values, path ...string) (int, string, http.Header) {
	d.Helper()
	mine := d.who
	defer func() { d.who = mine }()
	d.who = who
	return d.ask(h, form, path...)
}

// added is the id of a template that the desk's admin made.
func (d *desk) added() string {
	d.Helper()
	status, body, head := d.ask(d.site.AddTemplate, patching())
	id, ok := strings.CutPrefix(head.Get("Location"), "/templates/")
	if status != http.StatusSeeOther || !ok {
		d.Fatalf("got %d %s", status, body)
	}
	return id
}

func (d *desk) preApproved() string {
	d.Helper()
	id := d.added()
	if status, body, _ := d.as(bob, d.site.PreApproveTemplate, url.Values{"version": {"1"}, "review_by": {"2027-06-01"}}, "id", id); status != http.StatusSeeOther {
		d.Fatalf("got %d %s", status, body)
	}
	return id
}

// query is a GET handler under a query.
func query(h handler, q string) handler {
	return func(w http.ResponseWriter, r *http.Request, who access.Visitor) error {
		r.URL.RawQuery = q
		return h(w, r, who)
	}
}

func TestATemplateWalksThroughItsPages(t *testing.T) {
	t.Parallel()
	d := open(t)
	if status, body, _ := d.ask(d.site.NewTemplate, nil); status != http.StatusOK || !strings.Contains(body, `name="name"`) || strings.Contains(body, `name="date"`) {
		t.Fatalf("got %d %s", status, body)
	}
	id := d.preApproved()
	for name, h := range map[string]handler{"list": d.site.Templates, "page": d.site.Template} {
		status, body, _ := d.ask(h, nil, "id", id)
		if status != http.StatusOK || !strings.Contains(body, "Patching") || !strings.Contains(body, "by bob@example.org, until Tue 1 Jun 2027, 00:00 CEST") {
			t.Errorf("%s: got %d %s", name, status, body)
		}
	}
	viewer := access.Visitor{Person: scheduler.Person{Email: "tom@example.org", Name: "Tom", Role: scheduler.Viewer}}
	if status, body, _ := d.as(viewer, d.site.Template, nil, "id", id); status != http.StatusOK || strings.Contains(body, `action="/templates`) || !strings.Contains(body, "Orders can be placed") {
		t.Errorf("to a viewer: got %d %s", status, body)
	}
	if status, _, _ := d.as(bob, d.site.WithdrawTemplate, url.Values{"version": {"2"}}, "id", id); status != http.StatusSeeOther {
		t.Errorf("withdrawing: got %d", status)
	}
	form := patching()
	form.Set("version", "3")
	form.Set("name", "Patching all")
	if status, body, _ := d.as(bob, d.site.ChangeTemplate, form, "id", id); status != http.StatusSeeOther {
		t.Errorf("changing: got %d %s", status, body)
	}
	if status, body, _ := d.ask(d.site.Template, nil, "id", id); status != http.StatusOK || !strings.Contains(body, "Patching all") || !strings.Contains(body, "Not pre-approved") {
		t.Errorf("changed: got %d %s", status, body)
	}
	if status, _, _ := d.ask(d.site.DeleteTemplate, url.Values{"version": {"3"}}, "id", id); status != http.StatusPreconditionFailed {
		t.Errorf("deleting an older version: got %d, want 412", status)
	}
	if status, _, head := d.ask(d.site.DeleteTemplate, url.Values{"version": {"4"}}, "id", id); status != http.StatusSeeOther || head.Get("Location") != "/templates" {
		t.Errorf("deleting: got %d", status)
	}
	if status, _, _ := d.ask(d.site.Template, nil, "id", id); status != http.StatusNotFound {
		t.Errorf("got %d, want 404", status)
	}
}

func TestARefusedTemplateComesBackAsTyped(t *testing.T) {
	t.Parallel()
	d := open(t)
	id := d.preApproved()
	form := func(change map[string]string) url.Values {
		v := patching()
		v.Set("version", "2")
		v.Set("rollback_plan", "Typed with care")
		for name, value := range change {
			v.Set(name, value)
		}
		return v
	}
	for _, c := range []struct {
		name   string
		h      handler
		form   url.Values
		status int
		says   string
	}{
		{"a new one without a name", d.site.AddTemplate, form(map[string]string{"name": ""}), http.StatusUnprocessableEntity, `id="name-err"`},
		{"a length that is none", d.site.ChangeTemplate, form(map[string]string{"length": "soon"}), http.StatusUnprocessableEntity, `id="duration-err"`},
		{"no length", d.site.ChangeTemplate, form(map[string]string{"length": ""}), http.StatusUnprocessableEntity, `id="duration-err"`},
		{"another version", d.site.ChangeTemplate, form(map[string]string{"version": "1"}), http.StatusPreconditionFailed, "somebody changed this"},
		{"more lines", d.site.ChangeTemplate, form(map[string]string{"do": "more"}), http.StatusOK, `name="check_text"`},
	} {
		if status, body, _ := d.ask(c.h, c.form, "id", id); status != c.status || !strings.Contains(body, "Typed with care") || !strings.Contains(body, c.says) {
			t.Errorf("%s: got %d, want %d with what was typed and %q:\n%s", c.name, status, c.status, c.says, body)
		}
	}
}

func TestARefusedPreApprovalSaysWhy(t *testing.T) {
	t.Parallel()
	d := open(t)
	id := d.added()
	for _, c := range []struct {
		name   string
		who    access.Visitor
		form   url.Values
		status int
		says   string
	}{
		{"by its last editor", d.who, url.Values{"review_by": {"2027-06-01"}}, http.StatusConflict, "ask another approver"},
		{"without a review date", bob, url.Values{}, http.StatusUnprocessableEntity, `id="review_by-err"`},
		{"beyond a year", bob, url.Values{"review_by": {"2027-12-01"}}, http.StatusUnprocessableEntity, `value="2027-12-01"`},
		{"of another version", bob, url.Values{"review_by": {"2027-06-01"}, "version": {"7"}}, http.StatusPreconditionFailed, "somebody changed this"},
	} {
		if status, body, _ := d.as(c.who, d.site.PreApproveTemplate, c.form, "id", id); status != c.status || !strings.Contains(body, c.says) {
			t.Errorf("%s: got %d, want %d with %q:\n%s", c.name, status, c.status, c.says, body)
		}
	}
}

func TestTheBookingFormIsFilledFromATemplate(t *testing.T) {
	t.Parallel()
	d := open(t)
	id := d.preApproved()
	status, body, _ := d.ask(query(d.site.New, "template="+id), nil)
	for _, want := range []string{
		`name="template" value="` + id + `"`, "pre-approved by bob@example.org until", `value="standard" selected`, `name="length" value="2h"`,
		"Promote the old replica.", `value="Orders can be placed"`, `value="core-db" checked`,
	} {
		if status != http.StatusOK || !strings.Contains(body, want) {
			t.Errorf("got %d, want %q in the form", status, want)
		}
	}
	form := plan("submit")
	form.Set("kind", "standard")
	form.Set("template", id)
	longer := url.Values{}
	for name, values := range form {
		longer[name] = values
	}
	longer.Set("do", "preview")
	longer.Set("length", "3h")
	if status, body, _ := d.ask(d.site.Book, longer); status != http.StatusOK || !strings.Contains(body, "It lasts 3h; the template allows 2h.") {
		t.Errorf("the preview of a longer one: got %d %s", status, body)
	}
	if status, body, _ := d.ask(d.site.Book, form); status != http.StatusSeeOther {
		t.Fatalf("got %d %s", status, body)
	}
	_, body, _ = d.ask(d.site.Window, nil, "id", "MW-1")
	for _, want := range []string{`href="/templates/` + id + `"`, "pre-approved by bob@example.org until", "Scheduled", `href="/windows/new?clone=MW-1"`, `href="/templates/new?window=MW-1"`} {
		if !strings.Contains(body, want) {
			t.Errorf("the window's page lacks %q:\n%s", want, body)
		}
	}
}

func TestATemplateDeletedWhileAFormWasOpenIsLetGo(t *testing.T) {
	t.Parallel()
	d := open(t)
	id := d.preApproved()
	form := plan("submit")
	form.Set("kind", "standard")
	form.Set("template", id)
	d.ask(d.site.DeleteTemplate, url.Values{}, "id", id)
	status, body, _ := d.ask(d.site.Book, form)
	if status != http.StatusUnprocessableEntity || !strings.Contains(body, `id="template-err"`) || strings.Contains(body, `name="template"`) || !strings.Contains(body, "Promote the old replica.") {
		t.Fatalf("got %d, want 422, the words, and a form without the template:\n%s", status, body)
	}
	form.Del("template")
	if status, body, _ := d.ask(d.site.Book, form); status != http.StatusSeeOther {
		t.Fatalf("sent again: got %d %s", status, body)
	}
}

func TestAWindowIsClonedAndSavedAsATemplateOnItsForms(t *testing.T) {
	t.Parallel()
	d := open(t)
	d.ask(d.site.Book, plan("submit"))
	for name, h := range map[string]handler{"clone": query(d.site.New, "clone=MW-1"), "template": query(d.site.NewTemplate, "window=MW-1")} {
		status, body, _ := d.ask(h, nil)
		if status != http.StatusOK || !strings.Contains(body, "Core database upgrade") || !strings.Contains(body, `name="length" value="2h"`) || !strings.Contains(body, `value="Orders can be placed"`) {
			t.Errorf("%s: got %d %s", name, status, body)
		}
		if strings.Contains(body, "2026-11-05") {
			t.Errorf("%s: the times came along", name)
		}
	}
	for name, h := range map[string]handler{"clone": query(d.site.New, "clone=MW-9"), "template": query(d.site.New, "template=x"), "window": query(d.site.NewTemplate, "window=MW-9")} {
		if status, _, _ := d.ask(h, nil); status != http.StatusNotFound {
			t.Errorf("%s: got %d, want 404", name, status)
		}
	}
}
