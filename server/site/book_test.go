package site_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"lull/scheduler"
)

// offering is a desk whose second service offers a check with a probe, and a
// rollback plan.
func offering(t *testing.T) *desk {
	t.Helper()
	d := open(t)
	if _, err := d.agenda.AddService(t.Context(), scheduler.Service{
		Slug: "mail", Name: "Mail", Tier: 2, RollbackPlan: "Route past it.",
		Checks: []scheduler.Check{{Phase: scheduler.Verify, Text: "A test mail arrives", Required: true, Probe: []byte(`{"kind":"tcp"}`)}},
	}, d.who.Person); err != nil {
		t.Fatal(err)
	}
	return d
}

func TestThePreviewAndMoreLinesBringWhatAServiceOffers(t *testing.T) {
	t.Parallel()
	d := offering(t)
	for _, do := range []string{"preview", "more"} {
		form := plan(do)
		form["service"] = []string{"core-db", "mail"}
		form.Set("rollback_plan", "")
		_, body, _ := d.ask(d.site.Book, form)
		for _, want := range []string{`value="A test mail arrives"`, `>Route past it.</textarea>`, `name="brought" value="mail"`, `value="Orders can be placed"`} {
			if !strings.Contains(body, want) {
				t.Errorf("%s: the form lacks %s:\n%s", do, want, body)
			}
		}
		form.Add("brought", "mail")
		form.Set("rollback_plan", "My own.")
		if _, body, _ := d.ask(d.site.Book, form); strings.Contains(body, "A test mail arrives") || !strings.Contains(body, ">My own.</textarea>") {
			t.Errorf("%s: what was taken out came back:\n%s", do, body)
		}
	}
}

func TestAFormThatIsSentIsTakenAsTyped(t *testing.T) {
	t.Parallel()
	d := offering(t)
	form := plan("draft")
	form["service"] = []string{"mail"}
	d.ask(d.site.Book, form)
	v, err := d.agenda.Window(t.Context(), "MW-1")
	if err != nil {
		t.Fatal(err)
	}
	if len(v.Checks) != 1 || v.RollbackPlan != "Promote the old replica." {
		t.Errorf("got %+v and %q, want what the form said", v.Checks, v.RollbackPlan)
	}
}

func TestABroughtCheckKeepsItsProbe(t *testing.T) {
	t.Parallel()
	d := offering(t)
	form := plan("draft")
	for name, value := range map[string]string{"service": "mail", "brought": "mail", "check_from": "mail", "check_text": "A test mail arrives"} {
		form[name] = []string{value}
	}
	d.ask(d.site.Book, form)
	probe := func() string {
		v, err := d.agenda.Window(t.Context(), "MW-1")
		if err != nil || len(v.Checks) != 1 {
			t.Fatalf("got %+v, %v", v.Checks, err)
		}
		form = url.Values{"check_id": {v.Checks[0].ID}}
		return string(v.Checks[0].Probe)
	}
	if got := probe(); got != `{"kind":"tcp"}` {
		t.Fatalf("got the probe %s, want the service's", got)
	}
	edit := plan("keep")
	edit["check_id"], edit["check_text"], edit["service"] = form["check_id"], []string{"A mail arrives"}, []string{"mail"}
	if status, body, _ := d.ask(d.site.Change, edit, "id", "MW-1"); status != http.StatusSeeOther {
		t.Fatalf("got %d %s", status, body)
	}
	if got := probe(); got != `{"kind":"tcp"}` {
		t.Errorf("got the probe %s after a change of wording, want the check's own", got)
	}
}

func TestANewlyTickedServiceOffersItselfToAnEdit(t *testing.T) {
	t.Parallel()
	d := offering(t)
	d.ask(d.site.Book, plan("draft"))
	_, body, _ := d.ask(d.site.Edit, nil, "id", "MW-1")
	if !strings.Contains(body, `name="brought" value="core-db"`) {
		t.Errorf("the services the window has count as not brought:\n%s", body)
	}
	form := plan("preview")
	form["service"], form["brought"] = []string{"core-db", "mail"}, []string{"core-db"}
	if _, body, _ = d.ask(d.site.Change, form, "id", "MW-1"); !strings.Contains(body, `value="A test mail arrives"`) {
		t.Errorf("the check did not come:\n%s", body)
	}
}
