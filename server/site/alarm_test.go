package site_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"lull/scheduler"
	"lull/scheduler/agenda"
	"lull/scheduler/store/storetest"
	"lull/server/access"
)

// person is somebody with an account, as a visitor.
func (d *desk) person(email string, role scheduler.Role) access.Visitor {
	d.Helper()
	p := scheduler.Person{Email: email, Name: email, Role: role, Via: "page"}
	if _, _, err := d.door.AddPerson(d.Context(), access.Newcomer{Email: email, Name: email, Role: role}, d.who.Person); err != nil {
		d.Fatal(err)
	}
	return access.Visitor{Person: p, TimeZone: "UTC"}
}

// runsOver is an emergency that began at noon; now is two hours and a minute
// later, a minute after its end, and the clock has gone round.
func (d *desk) runsOver() {
	d.Helper()
	fail := func(err error) {
		d.Helper()
		if err != nil {
			d.Fatal(err)
		}
	}
	_, err := d.agenda.ChangeService(d.Context(), "core-db", func(s *scheduler.Service) error {
		s.PrimaryOwner, s.BackupOwner = "owner@example.org", "backup@example.org"
		return nil
	}, d.who.Person)
	fail(err)
	w, err := d.agenda.Book(d.Context(), scheduler.Plan{
		Title: "Disk full", Kind: scheduler.Emergency, RollbackPlan: "None needed.", TimeZone: "UTC", Lead: d.who.Email, Public: true,
		Services: []scheduler.Affected{{Service: "core-db", Impact: scheduler.Outage}},
		Interval: scheduler.Interval{Start: storetest.Noon, End: storetest.Noon.Add(2 * time.Hour)},
		Checks:   []scheduler.Check{{Phase: scheduler.Verify, Text: "It answers", Required: true}},
	}, agenda.Submission{}, d.who.Person)
	fail(err)
	_, err = d.agenda.Start(d.Context(), w.ID, 0, scheduler.Go{}, d.who.Person)
	fail(err)
	d.db.Now = func() time.Time { return storetest.Noon.Add(2*time.Hour + time.Minute) }
	_, err = d.agenda.Tick(d.Context())
	fail(err)
}

func TestTheOverviewSaysWhatNeedsWhom(t *testing.T) {
	t.Parallel()
	d := open(t)
	approver, owner, other := d.person("bob@example.org", scheduler.Approver), d.person("owner@example.org", scheduler.Operator), d.person("eve@example.org", scheduler.Operator)
	d.runsOver()
	const unapproved, over = "An emergency runs without its approval", "Its time is over and nobody has taken it up"
	for _, c := range []struct {
		name string
		who  access.Visitor
		want string
	}{
		{"an approver", approver, unapproved},
		{"an owner", owner, over},
		{"who asked for it", d.who, over},
		{"another operator", other, "Nothing waits for you."},
	} {
		d.who = c.who
		if status, body, _ := d.ask(d.site.Overview, nil); status != http.StatusOK || !strings.Contains(body, c.want) {
			t.Errorf("%s: got %d without %q:\n%s", c.name, status, c.want, body)
		}
	}
}

func TestTheWindowsPageShowsWhoWasCalledAndLetsOneTakeItUp(t *testing.T) {
	t.Parallel()
	d := open(t)
	d.runsOver()
	_, body, _ := d.ask(d.site.Window, nil, "id", "MW-1")
	for _, want := range []string{"Nobody has taken it up yet.", "ada@example.org, owner@example.org", "backup@example.org", `action="/windows/MW-1/acknowledge"`} {
		if !strings.Contains(body, want) {
			t.Errorf("the page lacks %q:\n%s", want, body)
		}
	}
	if status, body, _ := d.ask(d.site.Verb, url.Values{"note": {"On it."}}, "id", "MW-1", "verb", "acknowledge"); status != http.StatusSeeOther {
		t.Fatalf("taking it up: got %d %s", status, body)
	}
	_, body, _ = d.ask(d.site.Window, nil, "id", "MW-1")
	if !strings.Contains(body, "nobody more is called") || strings.Contains(body, `action="/windows/MW-1/acknowledge"`) {
		t.Errorf("taken up, the page still asks:\n%s", body)
	}
}
