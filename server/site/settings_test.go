package site_test

import (
	"reflect"
	"strings"
	"testing"
	"time"

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

func TestWhatATierAsksIsKeptAsItWasTyped(t *testing.T) {
	t.Parallel()
	d := open(t)
	form := with(decided, map[string]string{"preset": "team", "longest_normal": "8h", "tier_1_notice_normal": "96h", "tier_1_longest_normal": "90m"})
	for range 2 { // the second time from what the page showed
		if status, body, _ := d.ask(d.site.KeepSettings, form); status != 303 {
			t.Fatalf("got %d:\n%s", status, body)
		}
		set, err := d.agenda.Settings(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		normal := func(d time.Duration) map[scheduler.Kind]time.Duration {
			return map[scheduler.Kind]time.Duration{scheduler.Normal: d}
		}
		want := map[int]scheduler.Limits{1: {Notice: normal(96 * time.Hour), Longest: normal(90 * time.Minute)}}
		if !reflect.DeepEqual(set.Policy.Tiers, want) || set.Policy.Longest[scheduler.Normal] != 8*time.Hour {
			t.Fatalf("got %v and %v, want %v", set.Policy.Tiers, set.Policy.Longest, want)
		}
		_, body, _ := d.ask(d.site.Settings, nil)
		for name := range form {
			if strings.HasPrefix(name, "tier_") || strings.HasPrefix(name, "longest_") {
				form.Set(name, between(body, `name="`+name+`" value="`, `"`))
			}
		}
	}
}
