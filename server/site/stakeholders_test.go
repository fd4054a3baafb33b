package site_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"lull/scheduler"
)

func TestAGroupIsRefusedAsTypedAndKeptWithItsMembers(t *testing.T) {
	t.Parallel()
	d := open(t)
	form := url.Values{"name": {"Night <crew>"}, "members": {"a@example.net, nobody\nb@example.net"}, "service": {"core-db"}, "kinds": {"yes"}, "kind": {"started"}, "quiet_from": {"22:00"}, "calendar": {"none"}}
	status, body, _ := d.ask(d.site.AddStakeholder, form)
	for _, want := range []string{"Night &lt;crew&gt;", `&#34;nobody&#34; is not a mail address`, "Give both times as hours and minutes", `value="core-db" checked`, `value="started" checked`, `value="22:00"`} {
		if !strings.Contains(body, want) {
			t.Errorf("the form lacks %q:\n%s", want, body)
		}
	}
	if status != http.StatusUnprocessableEntity {
		t.Errorf("got %d", status)
	}
	form.Set("members", "b@example.net\r\nA@example.net")
	form.Set("quiet_to", "07:00")
	form.Set("confirmed", "yes")
	if status, body, _ := d.ask(d.site.AddStakeholder, form); status != http.StatusSeeOther {
		t.Fatalf("got %d %s", status, body)
	}
	all, err := d.site.Agenda.Stakeholders(t.Context())
	if err != nil || len(all) != 1 || strings.Join(all[0].Members, " ") != "a@example.net b@example.net" || all[0].Quiet != (scheduler.Quiet{From: "22:00", To: "07:00"}) {
		t.Fatalf("got %+v, %v", all, err)
	}
	if status, body, _ := d.ask(d.site.Stakeholder, nil, "id", all[0].ID); status != http.StatusOK || !strings.Contains(body, "a@example.net\nb@example.net") {
		t.Errorf("its page: %d %s", status, body)
	}
	form.Del("members")
	form.Set("members", " ")
	if status, body, _ := d.ask(d.site.ChangeStakeholder, form, "id", all[0].ID); status != http.StatusUnprocessableEntity || !strings.Contains(body, "Give the group at least one member.") {
		t.Errorf("without members: %d %s", status, body)
	}
}

func TestABoxOnTheAccountEndsAndBeginsItsMail(t *testing.T) {
	t.Parallel()
	d := open(t)
	if _, _, err := d.site.Notifier.Offered(t.Context(), d.site.Notifier.SubscriptionToken(scheduler.AddressID(d.who.Email))); err != nil {
		t.Fatal(err)
	}
	checked := func() bool {
		t.Helper()
		_, body, _ := d.ask(d.site.Account, nil)
		return strings.Contains(body, `name="told" value="yes" checked`)
	}
	keep := func(more url.Values) {
		t.Helper()
		form := url.Values{"name": {"Ada"}, "time_zone": {"Europe/Berlin"}}
		for name, values := range more {
			form[name] = values
		}
		if status, body, _ := d.ask(d.site.KeepAccount, form); status != http.StatusSeeOther {
			t.Fatalf("got %d %s", status, body)
		}
	}
	for _, c := range []struct {
		name string
		form url.Values
		want bool
	}{
		{"a form that does not ask changes nothing", nil, true},
		{"without the tick it ends", url.Values{"hears": {"asked"}}, false},
		{"and stays so", url.Values{"hears": {"asked"}}, false},
		{"with it, it begins again", url.Values{"hears": {"asked"}, "told": {"yes"}}, true},
	} {
		if keep(c.form); checked() != c.want {
			t.Errorf("%s: got %v, want %v", c.name, !c.want, c.want)
		}
	}
}
