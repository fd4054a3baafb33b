package site_test

import (
	"html"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"lull/scheduler"
)

// with is the form with some of its fields changed, empty for one left out.
func with(form url.Values, changed map[string]string) url.Values {
	f := maps.Clone(form)
	for name, value := range changed {
		f[name] = []string{value}
		if value == "" {
			delete(f, name)
		}
	}
	return f
}

var (
	newService = url.Values{
		"slug": {"mail"}, "name": {"Mail"}, "description": {"Carries mail."}, "tier": {"2"}, "public": {"yes"},
		"primary_owner": {"priya@example.org"}, "backup_owner": {"jonas@example.org"}, "escalation": {"priya@example.org\nruth@example.org"},
		"upstream": {"core-db"}, "runbook_url": {"https://wiki.example.org/mail"}, "links": {"Graphs https://grafana.example.org"},
		"hours": {"sat,sun 02:00-06:00 Europe/Berlin"}, "checks": {"verify: A test mail arrives\nbefore (optional): The queue is empty"}, "rollback_plan": {"Route past it."},
	}
	newStakeholder = url.Values{
		"email": {"shop@example.net"}, "name": {"The shop"}, "time_zone": {"Europe/Berlin"}, "service": {"core-db"}, "tier": {"1"}, "calendar": {"publish"}, "confirmed": {"yes"},
	}
	newPerson = url.Values{"name": {"Bo"}, "email": {"bo@example.org"}, "role": {"approver"}}
	decided   = url.Values{
		"organisation": {"Northgate Systems"}, "time_zone": {"Europe/Berlin"}, "status_open": {"yes"}, "preset": {"team"}, "notice_normal": {"48h"},
		"approvals_1": {"2"}, "approvals_2": {"1"}, "approvals_3": {"1"}, "approvals_4": {"0"}, "reminders": {"72h, 24h"}, "settle": {"60s"}, "verifier_is_lead": {"yes"},
	}
	myself = url.Values{"name": {"Ada L."}, "time_zone": {"Asia/Tokyo"}}
)

func TestARefusedFormSaysWhatToMendAndKeepsWhatWasTyped(t *testing.T) {
	t.Parallel()
	d := open(t)
	const long = "x: " + "much too long for one line of a name, " // many times over
	for _, c := range []struct {
		name  string
		post  handler
		form  url.Values
		typed map[string]string
		input string // beside which the words stand
	}{
		{"a service without a name", d.site.AddService, newService, map[string]string{"name": ""}, "name"},
		{"a slug with blanks", d.site.AddService, newService, map[string]string{"slug": "Core DB"}, "slug"},
		{"a slug that is taken", d.site.AddService, newService, map[string]string{"slug": "core-db", "upstream": ""}, "slug"},
		{"a description with a control", d.site.AddService, newService, map[string]string{"description": "a\x01b"}, "description"},
		{"a tier that is none", d.site.AddService, newService, map[string]string{"tier": "9"}, "tier"},
		{"an owner who is no address", d.site.AddService, newService, map[string]string{"primary_owner": "priya"}, "primary_owner"},
		{"a backup who is no address", d.site.AddService, newService, map[string]string{"backup_owner": "jonas@"}, "backup_owner"},
		{"an escalation to no address", d.site.AddService, newService, map[string]string{"escalation": "somebody"}, "escalation"},
		{"a service it cannot depend on", d.site.AddService, newService, map[string]string{"upstream": "no-such"}, "upstream"},
		{"a runbook that is no address", d.site.AddService, newService, map[string]string{"runbook_url": "javascript:x"}, "runbook_url"},
		{"a link that is none", d.site.AddService, newService, map[string]string{"links": "Graphs grafana"}, "links"},
		{"hours without a zone", d.site.AddService, newService, map[string]string{"hours": "sun 02:00-06:00"}, "hours"},
		{"a check of no phase", d.site.AddService, newService, map[string]string{"checks": "later: It answers"}, "checks"},
		{"a rollback plan with a control", d.site.AddService, newService, map[string]string{"rollback_plan": "a\x01b"}, "rollback_plan"},
		{"a stakeholder of no address", d.site.AddStakeholder, newStakeholder, map[string]string{"email": "shop"}, "email"},
		{"a stakeholder's name with a control", d.site.AddStakeholder, newStakeholder, map[string]string{"name": "a\x01"}, "name"},
		{"a stakeholder in no zone", d.site.AddStakeholder, newStakeholder, map[string]string{"time_zone": "Mars/Base"}, "time_zone"},
		{"a stakeholder of no service", d.site.AddStakeholder, newStakeholder, map[string]string{"service": "no-such"}, "services"},
		{"a calendar part that is none", d.site.AddStakeholder, newStakeholder, map[string]string{"calendar": "carrier-pigeon"}, "calendar"},
		{"a person of no address", d.site.Invite, newPerson, map[string]string{"email": "bo"}, "email"},
		{"a person who is there", d.site.Invite, newPerson, map[string]string{"email": "ada@example.org"}, "email"},
		{"a person's name that is too long", d.site.Invite, newPerson, map[string]string{"name": strings.Repeat(long, 20)}, "name"},
		{"a person of no role", d.site.Invite, newPerson, map[string]string{"role": "owner"}, "role"},
		{"no organisation", d.site.KeepSettings, decided, map[string]string{"organisation": ""}, "organisation"},
		{"an organisation in no zone", d.site.KeepSettings, decided, map[string]string{"time_zone": "Mars/Base"}, "time_zone"},
		{"a preset that is none", d.site.KeepSettings, decided, map[string]string{"preset": "anarchy"}, "preset"},
		{"a length of a tier that is none", d.site.KeepSettings, decided, map[string]string{"tier_1_longest_normal": "short"}, "tier_1_longest_normal"},
		{"a length for ever", d.site.KeepSettings, decided, map[string]string{"longest_normal": "8000h"}, "longest"},
		{"a notice that is no length", d.site.KeepSettings, decided, map[string]string{"notice_normal": "a day"}, "notice_normal"},
		{"a notice that is too long", d.site.KeepSettings, decided, map[string]string{"notice_standard": "2400h"}, "notice"},
		{"a negative notice", d.site.KeepSettings, decided, map[string]string{"notice_emergency": "-1h"}, "notice_emergency"},
		{"approvals that are no number", d.site.KeepSettings, decided, map[string]string{"approvals_1": "some"}, "approvals"},
		{"a reminder that is none", d.site.KeepSettings, decided, map[string]string{"reminders": "24h, soon"}, "reminders"},
		{"a settling time that is too long", d.site.KeepSettings, decided, map[string]string{"settle": "2h"}, "settle"},
		{"oneself in no zone", d.site.KeepAccount, myself, map[string]string{"time_zone": "Mars/Base"}, "time_zone"},
		{"a name of oneself with a control", d.site.KeepAccount, myself, map[string]string{"name": "Ada\x01"}, "name"},
		{"a wrong present password", d.site.ChangePassword, url.Values{"old": {"guess"}, "password": {"a long enough secret phrase"}}, nil, "old"},
		{"a token without a name", d.site.AddToken, url.Values{"name": {" "}}, nil, "token"},
		{"a feed without a name", d.site.AddFeed, url.Values{"name": {""}, "scope": {"mine"}, "past": {"90"}, "future": {"90"}}, nil, "name"},
		{"a feed with an alarm that is none", d.site.AddFeed, url.Values{"name": {"phone"}, "scope": {"mine"}, "past": {"90"}, "future": {"90"}, "alarm": {"soon"}}, nil, "alarm"},
		{"a feed that looks nowhere", d.site.AddFeed, url.Values{"name": {"phone"}, "scope": {"mine"}, "past": {"0"}, "future": {"0"}}, nil, "future"},
		{"a feed of days that are none", d.site.AddFeed, url.Values{"name": {"phone"}, "scope": {"mine"}, "past": {"many"}, "future": {"90"}}, nil, "past"},
		{"a feed of a tier that is none", d.site.AddFeed, url.Values{"name": {"phone"}, "scope": {"mine"}, "past": {"90"}, "future": {"90"}, "tier": {"7"}}, nil, "services"},
		{"a feed of no scope", d.site.AddFeed, url.Values{"name": {"phone"}, "scope": {"theirs"}, "past": {"90"}, "future": {"90"}}, nil, "scope"},
	} {
		form := with(c.form, c.typed)
		status, body, _ := d.ask(c.post, form)
		if status != http.StatusUnprocessableEntity {
			t.Errorf("%s: got %d, want 422", c.name, status)
			continue
		}
		for _, want := range []string{`id="` + c.input + `"`, `id="` + c.input + `-err"`, `href="#` + c.input + `"`} {
			if !strings.Contains(body, want) {
				t.Errorf("%s: the page lacks %s", c.name, want)
			}
		}
		for _, link := range regexp.MustCompile(`<li><a href="#([^"]+)"`).FindAllStringSubmatch(body, -1) {
			if !strings.Contains(body, `id="`+link[1]+`"`) {
				t.Errorf("%s: the summary leads to %s, which is not there", c.name, link[1])
			}
		}
		for name, values := range form {
			shown := html.EscapeString(values[0])
			chosen := name == "role" || name == "preset" || name == "calendar" || name == "tier" || name == "service" || name == "scope"
			secret := name == "old" || name == "password"
			if !chosen && !secret && !strings.Contains(body, shown) {
				t.Errorf("%s: what was typed into %s is gone: %q", c.name, name, shown)
			}
			if secret && strings.Contains(body, shown) {
				t.Errorf("%s: the page repeats a password", c.name)
			}
		}
	}
}

func TestAFormThatIsRightIsKept(t *testing.T) {
	t.Parallel()
	d := open(t)
	for _, c := range []struct {
		name string
		post handler
		form url.Values
		to   string // where it leads; empty: a page that shows a secret once
		path []string
	}{
		{"a service", d.site.AddService, newService, "/services/mail", nil},
		{"its change", d.site.ChangeService, with(newService, map[string]string{"name": "Mail relay"}), "/services/mail", []string{"slug", "mail"}},
		{"a stakeholder", d.site.AddStakeholder, newStakeholder, "/stakeholders", nil},
		{"a person", d.site.Invite, newPerson, "", nil},
		{"another role", d.site.SetRole, url.Values{"role": {"operator"}}, "/people", []string{"email", "bo@example.org"}},
		{"disabling", d.site.Disable, url.Values{}, "/people", []string{"email", "bo@example.org"}},
		{"enabling", d.site.Enable, url.Values{}, "/people", []string{"email", "bo@example.org"}},
		{"a new link", d.site.Relink, url.Values{}, "", []string{"email", "bo@example.org"}},
		{"settings", d.site.KeepSettings, decided, "/settings", nil},
		{"oneself", d.site.KeepAccount, myself, "/account", nil},
		{"a token", d.site.AddToken, url.Values{"name": {"ci"}}, "", nil},
		{"a feed", d.site.AddFeed, url.Values{"name": {"phone"}, "scope": {"all"}, "past": {"90"}, "future": {"90"}, "alarm": {"30m"}, "tier": {"1"}}, "", nil},
	} {
		status, body, head := d.ask(c.post, c.form, c.path...)
		if c.to != "" && (status != http.StatusSeeOther || head.Get("Location") != c.to) {
			t.Errorf("%s: got %d to %q, want 303 to %s:\n%s", c.name, status, head.Get("Location"), c.to, body)
		}
		if c.to == "" && (status != http.StatusOK || !strings.Contains(body, `role="status"`)) {
			t.Errorf("%s: got %d, want 200 and a secret:\n%s", c.name, status, body)
		}
	}
	d.keptAll()
}

// keptAll looks whether the forms came to what they said.
func (d *desk) keptAll() {
	d.Helper()
	mail, err := d.agenda.Service(d.Context(), "mail")
	if err != nil || mail.Name != "Mail relay" || mail.Tier != 2 || len(mail.Checks) != 2 || mail.Checks[1].Required || mail.Hours[0].TimeZone != "Europe/Berlin" || mail.Escalation[1] != "ruth@example.org" || mail.Upstream[0] != "core-db" {
		d.Errorf("got %+v, %v", mail, err)
	}
	told, err := d.agenda.Stakeholders(d.Context())
	if err != nil || len(told) != 1 || told[0].Email != "shop@example.net" || told[0].All || told[0].Tiers[0] != 1 || told[0].Services[0] != "core-db" || !told[0].Confirmed {
		d.Errorf("got %+v, %v", told, err)
	}
	set, err := d.agenda.Settings(d.Context())
	if err != nil || set.Organisation != "Northgate Systems" || len(set.Reminders) != 2 || set.Policy.Approvals[1] != 2 || set.Policy.Approvals[4] != 0 || set.Policy.WordingKeeps || scheduler.Duration(set.Policy.Notice[scheduler.Normal]) != "48h" {
		d.Errorf("got %+v, %v", set, err)
	}
	people, err := d.door.People(d.Context())
	if err != nil || len(people) != 2 || people[0].Name != "Ada L." || people[0].TimeZone != "Asia/Tokyo" || people[1].Role != scheduler.Operator || people[1].Disabled {
		d.Errorf("got %+v, %v", people, err)
	}
}

func TestWhatIsInUseIsNotDeleted(t *testing.T) {
	t.Parallel()
	d := open(t)
	d.ask(d.site.Book, plan("draft"))
	status, body, _ := d.ask(d.site.DeleteService, url.Values{}, "slug", "core-db")
	if status != http.StatusConflict || !strings.Contains(body, "so it stays") {
		t.Errorf("got %d, want 409 and why:\n%s", status, body)
	}
	if status, body, _ = d.ask(d.site.SetRole, url.Values{"role": {"viewer"}}, "email", "ada@example.org"); status != http.StatusConflict || !strings.Contains(body, `class="summary"`) {
		t.Errorf("the last admin: got %d, want 409 and why:\n%s", status, body)
	}
}
