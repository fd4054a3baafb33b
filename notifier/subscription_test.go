package notifier_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"lull/scheduler"
)

// wish is what a stranger asks for on the public page.
func wish(email string, services ...string) scheduler.Stakeholder {
	return scheduler.Stakeholder{Email: email, Name: "Buy now", TimeZone: "Asia/Tokyo", Services: services, All: len(services) == 0, Calendar: scheduler.NoPart}
}

// letters are the kinds and states of the letters of access to an address.
func (d *desk) letters(address string) (all []string) {
	d.Helper()
	ds, _, err := d.Outbox(d.Context(), outboxOf(address))
	d.must(err)
	for _, one := range slices.Backward(ds) {
		if one.Personal {
			all = append(all, one.Kind)
		}
	}
	return all
}

// link is the token in the last letter to an address.
func (d *desk) link(address string) string {
	d.Helper()
	ds, _, err := d.Outbox(d.Context(), outboxOf(address))
	d.must(err)
	if len(ds) == 0 {
		d.Fatalf("no letter to %s", address)
	}
	one, err := d.Delivery(d.Context(), ds[0].ID)
	d.must(err)
	_, rest, _ := strings.Cut(parse(d, one.Raw).bodies[0], "/subscription/")
	token, _, _ := strings.Cut(rest, "\n")
	return strings.TrimSpace(token)
}

func TestNothingButOneMailIsSentBeforeAnAddressConfirms(t *testing.T) {
	t.Parallel()
	d := newDesk(t, nil)
	d.must(d.Subscribe(t.Context(), wish("new@example.net", "shop"), "203.0.113.7"))
	first := d.scheduled(plan())
	d.round()
	d.wants(first.ID)
	if got := d.letters("new@example.net"); !slices.Equal(got, []string{"subscription"}) {
		t.Fatalf("got %q, want one mail to confirm", got)
	}
	ds, _, err := d.Outbox(t.Context(), outboxOf("new@example.net"))
	d.must(err)
	one, err := d.Delivery(t.Context(), ds[0].ID)
	d.must(err)
	m := parse(t, one.Raw)
	golden(t, "subscription.txt", "Subject: "+m.header("Subject")+"\n\n"+m.bodies[0])
	golden(t, "subscription.html", m.bodies[1])
	if to := m.header("To"); strings.Contains(to, "Buy now") {
		t.Errorf("a stranger's words stand in the mail: To: %s", to)
	}
	token := d.link("new@example.net")
	d.must(d.Confirm(t.Context(), token))
	d.later(time.Minute)
	moved := plan()
	moved.Start, moved.End = moved.Start.Add(72*time.Hour), moved.End.Add(72*time.Hour)
	second := d.scheduled(moved)
	d.round()
	d.wants(second.ID, "scheduled new@example.net captured")
	s, err := d.SubscriptionOf(t.Context(), token)
	if err != nil || !s.Confirmed || !s.Asked.IsZero() || s.TimeZone != "Asia/Tokyo" {
		t.Errorf("got %+v, %v", s, err)
	}
}

func TestAskingDoesNotTellWhetherAnAddressIsKnown(t *testing.T) {
	t.Parallel()
	d := newDesk(t, nil)
	d.stakeholder("known@example.net", "shop")
	_, err := d.agenda.AddStakeholder(t.Context(), scheduler.Stakeholder{Email: "all@example.net", TimeZone: "UTC", All: true, List: true, Confirmed: true}, bob)
	d.must(err)
	for _, c := range []struct {
		name, address, kind string
		link                bool
	}{
		{"new", "new@example.net", "subscription", true},
		{"asked before", "new@example.net", "subscription", true},
		{"known", "Known@Example.net", "subscription-known", true},
		{"unsubscribed", "ada@example.org", "subscription-known", true},
		{"a list", "all@example.net", "subscription-list", false},
	} {
		if err := d.Subscribe(t.Context(), wish(c.address), c.name); err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		address := strings.ToLower(c.address)
		got := d.letters(address)
		if got[len(got)-1] != c.kind || (d.link(address) != "") != c.link {
			t.Errorf("%s: got %q with the link %q", c.name, got, d.link(address))
		}
	}
	s, err := d.SubscriptionOf(t.Context(), d.link("known@example.net"))
	if err != nil || s.All || s.TimeZone != "Europe/Berlin" {
		t.Errorf("a stranger changed what an address hears: %+v, %v", s, err)
	}
	for name, kind := range map[string]string{"known@example.net": "subscription-known", "all@example.net": "subscription-list"} {
		ds, _, err := d.Outbox(t.Context(), outboxOf(name))
		d.must(err)
		one, err := d.Delivery(t.Context(), ds[0].ID)
		d.must(err)
		m := parse(t, one.Raw)
		golden(t, kind+".txt", "Subject: "+m.header("Subject")+"\n\n"+m.bodies[0])
	}
}

func TestWhoSaidNeverIsNotAskedAgain(t *testing.T) {
	t.Parallel()
	d := newDesk(t, nil)
	d.must(d.Subscribe(t.Context(), wish("never@example.net"), "client"))
	d.must(d.Unsubscribe(t.Context(), d.link("never@example.net")))
	d.later(scheduler.ConfirmWithin + time.Minute)
	_, err := d.agenda.Tick(t.Context())
	d.must(err)
	d.must(d.Subscribe(t.Context(), wish("never@example.net"), "client"))
	if got := d.letters("never@example.net"); !slices.Equal(got, []string{"subscription"}) {
		t.Errorf("got %q, want the first letter alone", got)
	}
}

func TestAWishIsRefusedInWordsAndLeavesNothing(t *testing.T) {
	t.Parallel()
	d := newDesk(t, nil)
	for _, c := range []struct {
		name string
		wish scheduler.Stakeholder
		want string
	}{
		{"a second header", wish("a@example.org\r\nBcc: b@example.org"), "email"},
		{"two addresses", wish("a@example.org, b@example.org"), "email"},
		{"a service that there is not", wish("a@example.org", "' OR 1=1 --"), "services"},
		{"a zone that there is not", scheduler.Stakeholder{Email: "a@example.org", All: true, TimeZone: "../../etc/passwd"}, "time_zone"},
		{"a kind that there is not", scheduler.Stakeholder{Email: "a@example.org", All: true, Kinds: []scheduler.Announcement{"spam"}}, "kinds"},
		{"nothing", scheduler.Stakeholder{Email: "a@example.org"}, "services"},
		{"members and rights", scheduler.Stakeholder{Members: []string{"a@example.org"}, Name: "x", All: true, Confirmed: true}, "email"},
	} {
		err := d.Subscribe(t.Context(), c.wish, "client")
		var wrong scheduler.InvalidError
		if !errors.As(err, &wrong) || wrong[c.want] == "" {
			t.Errorf("%s: got %v, want words for %s", c.name, err, c.want)
		}
	}
	all, err := d.agenda.Stakeholders(t.Context())
	d.must(err)
	if ds, _, err := d.Outbox(t.Context(), outboxOf("")); err != nil || len(ds) != 0 || len(all) != 2 {
		t.Errorf("%d messages, %d stakeholders, %v", len(ds), len(all), err)
	}
	d.must(d.Subscribe(t.Context(), scheduler.Stakeholder{Email: "a@example.org", All: true, Confirmed: true, List: true}, "client"))
	s, err := d.SubscriptionOf(t.Context(), d.link("a@example.org"))
	if err != nil || s.Confirmed || s.List || !s.Outside {
		t.Errorf("a stranger gave itself rights: %+v, %v", s, err)
	}
}

func TestAskingTooOftenIsRefusedForAWhile(t *testing.T) {
	t.Parallel()
	d := newDesk(t, nil)
	d.opts.Asks = 4
	d.reopen()
	var often *scheduler.TooOftenError
	for i := range 6 {
		if err := d.Subscribe(t.Context(), wish("a@example.net"), string(rune('a'+i))); (i == 5) != errors.As(err, &often) {
			t.Fatalf("ask %d for one address: %v", i, err)
		}
	}
	if often.Wait <= 0 || often.Wait > 24*time.Hour {
		t.Errorf("it waits %v", often.Wait)
	}
	for i := range 5 {
		if err := d.Subscribe(t.Context(), wish(string(rune('p'+i))+"@example.net"), "one client"); (i == 4) != errors.As(err, &often) {
			t.Fatalf("ask %d of one client: %v", i, err)
		}
		often = nil
	}
	d.later(15*time.Minute + time.Second)
	d.must(d.Subscribe(t.Context(), wish("b@example.net"), "one client"))
	if err := d.Subscribe(t.Context(), wish("a@example.net"), "one client"); !errors.As(err, &often) {
		t.Errorf("an address gets a sixth mail in a day: %v", err)
	}
	d.later(24 * time.Hour)
	d.must(d.Subscribe(t.Context(), wish("a@example.net"), "one client"))
}

func TestWhoDoesNotConfirmInAWeekIsForgotten(t *testing.T) {
	t.Parallel()
	d := newDesk(t, nil)
	d.must(d.Subscribe(t.Context(), wish("late@example.net"), "client"))
	token := d.link("late@example.net")
	d.later(scheduler.ConfirmWithin - time.Second)
	_, err := d.agenda.Tick(t.Context())
	d.must(err)
	if _, err := d.SubscriptionOf(t.Context(), token); err != nil {
		t.Fatalf("a second before: %v", err)
	}
	d.later(time.Second)
	if err := d.Confirm(t.Context(), token); !errors.Is(err, scheduler.ErrNotFound) {
		t.Errorf("confirmed after a week: %v", err)
	}
	_, err = d.agenda.Tick(t.Context())
	d.must(err)
	all, err := d.agenda.Stakeholders(t.Context())
	d.must(err)
	if len(all) != 2 {
		t.Errorf("got %+v, want those two who have an account", all)
	}
}

func TestOneMemberOfAGroupLeavesAndTheOthersStay(t *testing.T) {
	t.Parallel()
	d := newDesk(t, nil)
	_, err := d.agenda.AddStakeholder(t.Context(), scheduler.Stakeholder{
		Name: "Crew", Members: []string{"one@example.net", "two@example.net", "ada@example.org"}, TimeZone: "UTC", Services: []string{"core-db"}, Confirmed: true,
	}, bob)
	d.must(err)
	d.stakeholder("two@example.net", "shop")
	w := d.scheduled(plan())
	d.round()
	d.wants(w.ID, "scheduled two@example.net captured", "scheduled one@example.net captured")
	m := d.lastMailTo(w.ID, "one@example.net")
	if !strings.Contains(m.bodies[0], "You get this because you are in the group Crew.") || strings.Contains(m.bodies[0], "two@example.net") {
		t.Errorf("the member reads\n%s", m.bodies[0])
	}
	_, rest, _ := strings.Cut(m.header("List-Unsubscribe"), "/subscription/")
	token, _, _ := strings.Cut(rest, "/")
	d.must(d.Unsubscribe(t.Context(), token))
	_, err = d.agenda.Cancel(t.Context(), w.ID, 0, "No parts.", ada)
	d.must(err)
	d.round()
	d.wants(w.ID, "scheduled two@example.net captured", "scheduled one@example.net captured", "cancelled two@example.net captured")
}

func TestWhoHasAnAccountHearsOfAllUnlessTheySayNo(t *testing.T) {
	t.Parallel()
	d := newDesk(t, nil)
	token := d.SubscriptionToken(scheduler.AddressID(ada.Email))
	d.must(d.Confirm(t.Context(), token))
	d.stakeholder("mail@example.net", "mail")
	w := d.scheduled(plan())
	d.round()
	d.wants(w.ID, "scheduled ada@example.org captured", "scheduled mail@example.net captured")
	d.must(d.Choose(t.Context(), token, func(s *scheduler.Stakeholder) { s.All, s.Services = false, []string{"shop"} }))
	d.must(d.Choose(t.Context(), token, func(s *scheduler.Stakeholder) { s.Kinds = []scheduler.Announcement{scheduler.AnnounceCancelled} }))
	d.must(d.Unsubscribe(t.Context(), token))
	_, err := d.agenda.Cancel(t.Context(), w.ID, 0, "No parts.", bob)
	d.must(err)
	d.round()
	d.wants(w.ID, "scheduled ada@example.org captured", "scheduled mail@example.net captured", "cancelled mail@example.net captured")
}

func TestWhoSubscribedOutsideReadsNothingInternal(t *testing.T) {
	t.Parallel()
	d := newDesk(t, nil)
	_, err := d.agenda.AddService(t.Context(), scheduler.Service{Slug: "vault", Name: "Secret vault", Tier: 1}, bob)
	d.must(err)
	d.must(d.Subscribe(t.Context(), wish("out@example.net"), "client"))
	d.must(d.Confirm(t.Context(), d.link("out@example.net")))
	mixed := plan()
	mixed.Services = append(mixed.Services, scheduler.Affected{Service: "vault", Impact: scheduler.Outage})
	seen := d.scheduled(mixed)
	hidden := plan()
	hidden.Services = []scheduler.Affected{{Service: "vault", Impact: scheduler.Outage}}
	hidden.Start, hidden.End = hidden.Start.Add(24*time.Hour), hidden.End.Add(24*time.Hour)
	unseen := d.scheduled(hidden)
	internal := plan()
	internal.Public = false
	internal.Start, internal.End = internal.Start.Add(48*time.Hour), internal.End.Add(48*time.Hour)
	unpublished := d.scheduled(internal)
	d.round()
	d.wants(seen.ID, "scheduled out@example.net captured")
	d.wants(unseen.ID)
	d.wants(unpublished.ID)
	m := d.lastMailTo(seen.ID, "out@example.net")
	if all := strings.Join(m.bodies, "\n"); strings.Contains(all, "vault") || !strings.Contains(all, "Core database") {
		t.Errorf("the mail says\n%s", all)
	}
}

func TestQuietHoursHoldBackWhatCanWait(t *testing.T) {
	t.Parallel()
	d := newDesk(t, nil)
	s := d.stakeholder("sleeper@example.net", "core-db")
	_, err := d.agenda.ChangeStakeholder(t.Context(), s.ID, func(s *scheduler.Stakeholder) error {
		s.Quiet = scheduler.Quiet{From: "12:00", To: "15:00"} // it is 13:00 in Berlin
		return nil
	}, bob)
	d.must(err)
	p := plan()
	p.Start, p.End = p.Start.Add(72*time.Hour), p.End.Add(72*time.Hour)
	w := d.scheduled(p)
	if next, until := d.round(), d.db.Now().Add(2*time.Hour); !next.Equal(until) {
		t.Errorf("the worker comes back at %v, want %v", next, until)
	}
	d.wants(w.ID, "scheduled sleeper@example.net queued")
	ds, err := d.Deliveries(t.Context(), w.ID)
	d.must(err)
	if last := ds[len(ds)-1]; last.Reason != "it waits for the end of their quiet hours" {
		t.Errorf("it is said to wait because %q", last.Reason)
	}
	d.later(2*time.Hour + time.Second)
	d.round()
	d.wants(w.ID, "scheduled sleeper@example.net captured")
}
