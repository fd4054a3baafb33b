package site_test

import (
	"strings"
	"testing"

	"lull/scheduler"
	"lull/server/access"
)

func TestOverviewAndSettingsSayThatApproversAreMissing(t *testing.T) {
	t.Parallel()
	d := open(t)
	const hint = "2 more are invited and have set no password yet."
	if _, _, err := d.door.AddPerson(t.Context(), access.Newcomer{Email: "bo@example.org", Name: "Bo", Role: scheduler.Approver}, d.who.Person); err != nil {
		t.Fatal(err)
	}
	for name, h := range map[string]handler{"overview": d.site.Overview, "settings": d.site.Settings} {
		if _, body, _ := d.ask(h, nil); !strings.Contains(body, hint) || !strings.Contains(body, `<a href="/people">Invite somebody</a>`) {
			t.Errorf("%s does not say who is missing:\n%s", name, body)
		}
	}
	if _, err := d.agenda.KeepSettings(t.Context(), func(set *scheduler.Settings) error {
		set.Policy = scheduler.PolicyOf(scheduler.Solo)
		return nil
	}, d.who.Person); err != nil {
		t.Fatal(err)
	}
	for name, h := range map[string]handler{"overview": d.site.Overview, "settings": d.site.Settings} {
		if _, body, _ := d.ask(h, nil); strings.Contains(body, "Invite somebody") {
			t.Errorf("%s misses approvers where none are asked:\n%s", name, body)
		}
	}
}
