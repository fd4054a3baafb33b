package notifier_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"lull/notifier"
	"lull/scheduler"
	"lull/scheduler/agenda"
)

// change edits a window and approves it in the same act.
func (d *desk) change(id string, apply func(*scheduler.Plan)) {
	d.Helper()
	_, err := d.agenda.Change(d.Context(), id, 0, agenda.Edit{Approve: true, Apply: func(p *scheduler.Plan) error {
		apply(p)
		return nil
	}}, bob)
	d.must(err)
}

func (d *desk) announced(id string) (all []string) {
	d.Helper()
	as, err := d.Announcements(d.Context(), id)
	d.must(err)
	for _, a := range as {
		if !a.Inside {
			all = append(all, a.Kind+" "+a.State)
		}
	}
	return all
}

func TestSeveralEditsMakeOneMessage(t *testing.T) {
	t.Parallel()
	office := newPostOffice(t, nil)
	d := newDesk(t, carrierTo(t, "smtp://"+office.Addr().String()))
	d.stakeholder("all@example.net")
	w := d.scheduled(plan())
	d.round()
	for _, hours := range []time.Duration{1, 2, 3} {
		d.later(time.Minute)
		d.change(w.ID, func(p *scheduler.Plan) {
			p.Start, p.End = w.Start.Add(hours*time.Hour), w.End.Add(hours*time.Hour)
		})
		due, err := d.Announce(t.Context())
		d.must(err)
		if want := d.db.Now().Add(90 * time.Second); !due.Equal(want) {
			t.Errorf("due %v, want %v", due, want)
		}
	}
	d.later(90 * time.Second)
	d.round()
	got := mailTo(office.received(), "all@example.net")
	if len(got) != 2 {
		t.Fatalf("%d mails, want 2: %q", len(got), d.announced(w.ID))
	}
	m := parse(t, []byte(got[1].body))
	if want := "[Rescheduled] Core database upgrade: Wed 4 Nov 16:00–18:00 CET (MW-1)"; m.header("Subject") != want {
		t.Errorf("subject %q, want %q", m.header("Subject"), want)
	}
	if !strings.Contains(m.bodies[0], "Before, no longer valid:") || !strings.Contains(m.bodies[0], "Wednesday 4 November 2026, 13:00–15:00 CET (Europe/Berlin)") {
		t.Errorf("the mail does not tell the time before:\n%s", m.bodies[0])
	}
	if first := parse(t, []byte(got[0].body)).header("Message-ID"); m.header("In-Reply-To") != first {
		t.Errorf("it answers %q, want %q", m.header("In-Reply-To"), first)
	}
}

func TestEditsThatComeToNothingAreNotAnnounced(t *testing.T) {
	t.Parallel()
	d := newDesk(t, nil)
	d.stakeholder("all@example.net")
	w := d.scheduled(plan())
	d.round()
	d.change(w.ID, func(p *scheduler.Plan) { p.Title = "Something else" })
	d.change(w.ID, func(p *scheduler.Plan) { p.Title = w.Title })
	d.later(10 * time.Minute)
	d.round()
	if want := []string{"scheduled made", "updated dropped", "updated dropped"}; !slices.Equal(d.announced(w.ID), want) {
		t.Errorf("announced %q, want %q", d.announced(w.ID), want)
	}
}

func TestACancellationOfWhatNobodyHeardIsNotSent(t *testing.T) {
	t.Parallel()
	d := newDesk(t, carry(func(context.Context, string, []byte) notifier.Outcome {
		return notifier.Outcome{State: notifier.Deferred, Stage: notifier.StageRcpt, Code: 451}
	}))
	d.stakeholder("all@example.net")
	w := d.scheduled(plan())
	d.round()
	_, err := d.agenda.Cancel(t.Context(), w.ID, 0, "No parts.", ada)
	d.must(err)
	d.round()
	if want := []string{"scheduled all@example.net superseded", "cancelled all@example.net superseded"}; !slices.Equal(d.told(w.ID), want) {
		t.Errorf("told %q, want %q", d.told(w.ID), want)
	}
}

func TestALaterAnnouncementTakesThePlaceOfWhatIsStillQueued(t *testing.T) {
	t.Parallel()
	refuse := false
	d := newDesk(t, carry(func(_ context.Context, to string, raw []byte) notifier.Outcome {
		if refuse {
			return notifier.Outcome{State: notifier.Deferred, Stage: notifier.StageRcpt, Code: 451}
		}
		return sentOK(t.Context(), to, raw)
	}))
	d.stakeholder("all@example.net")
	w := d.scheduled(plan())
	d.round()
	refuse = true
	d.change(w.ID, func(p *scheduler.Plan) { p.End = p.End.Add(time.Hour) })
	d.later(2 * time.Minute)
	d.round()
	_, err := d.agenda.Cancel(t.Context(), w.ID, 0, "No parts.", ada)
	d.must(err)
	refuse = false
	d.round()
	want := []string{"scheduled all@example.net sent", "rescheduled all@example.net superseded", "cancelled all@example.net sent"}
	if !slices.Equal(d.told(w.ID), want) {
		t.Errorf("told %q, want %q", d.told(w.ID), want)
	}
}

func TestAReminderOfAWindowThatMovedIsNotSent(t *testing.T) {
	t.Parallel()
	d := newDesk(t, nil)
	d.stakeholder("all@example.net")
	p := plan()
	p.Reminders = []time.Duration{24 * time.Hour}
	w := d.scheduled(p)
	d.round()
	d.later(24 * time.Hour)
	_, err := d.agenda.Tick(t.Context())
	d.must(err)
	_, err = d.agenda.Change(t.Context(), w.ID, 0, agenda.Edit{Apply: func(p *scheduler.Plan) error {
		p.Start, p.End = p.Start.Add(24*time.Hour), p.End.Add(24*time.Hour)
		return nil
	}}, ada)
	d.must(err)
	d.round()
	if want := []string{"scheduled made", "reminder dropped"}; !slices.Equal(d.announced(w.ID), want) {
		t.Errorf("announced %q, want %q", d.announced(w.ID), want)
	}
}

func TestPeopleInsideAreAskedAndWarned(t *testing.T) {
	t.Parallel()
	d := newDesk(t, nil)
	w, err := d.agenda.Book(t.Context(), plan(), agenda.Submission{Now: true}, ada)
	d.must(err)
	d.round()
	_, err = d.agenda.Approve(t.Context(), w.ID, 0, scheduler.Yes{}, bob)
	d.must(err)
	d.later(48*time.Hour + time.Minute)
	_, err = d.agenda.Tick(t.Context())
	d.must(err)
	d.round()
	ds, err := d.Deliveries(t.Context(), w.ID)
	d.must(err)
	var got []string
	for _, one := range ds {
		got = append(got, one.Kind+" "+one.Address+" "+string(one.State))
	}
	want := []string{"approval-asked bob@example.org captured", "late ada@example.org captured", "late owner@example.org captured"}
	if !slices.Equal(got, want) {
		t.Errorf("told %q, want %q", got, want)
	}
	one, err := d.Delivery(t.Context(), ds[0].ID)
	d.must(err)
	m := parse(t, one.Raw)
	if !strings.HasPrefix(m.header("Subject"), "[Approval asked] Core database upgrade: ") || !strings.Contains(m.bodies[0], "https://maint.example.org/windows/MW-1") {
		t.Errorf("got %q and\n%s", m.header("Subject"), m.bodies[0])
	}
	if m.header("List-Unsubscribe") != "" {
		t.Error("who has a duty can unsubscribe from it")
	}
}

func TestWhoUnsubscribesHearsNothingMore(t *testing.T) {
	t.Parallel()
	d := newDesk(t, nil)
	s := d.stakeholder("all@example.net")
	w := d.scheduled(plan())
	_, err := d.Announce(t.Context())
	d.must(err)
	token := d.SubscriptionToken(s.ID)
	for _, forged := range []string{"", s.ID, s.ID + ".", token + "a", "x" + token} {
		if err := d.Unsubscribe(t.Context(), forged); !errors.Is(err, scheduler.ErrNotFound) {
			t.Errorf("with %q: %v", forged, err)
		}
	}
	for range 2 {
		d.must(d.Unsubscribe(t.Context(), token))
	}
	d.round()
	if want := []string{"scheduled all@example.net suppressed"}; !slices.Equal(d.told(w.ID), want) {
		t.Errorf("told %q, want %q", d.told(w.ID), want)
	}
	_, err = d.agenda.Cancel(t.Context(), w.ID, 0, "No parts.", ada)
	d.must(err)
	d.round()
	if got := d.told(w.ID); len(got) != 1 {
		t.Errorf("told %q after it ended", got)
	}
	d.must(d.Confirm(t.Context(), token))
	if s, err := d.SubscriptionOf(t.Context(), token); err != nil || s.Gone {
		t.Errorf("got %+v, %v, want it to count again", s, err)
	}
}

func TestAListGetsNoPersonalLinks(t *testing.T) {
	t.Parallel()
	d := newDesk(t, nil)
	_, err := d.agenda.AddStakeholder(t.Context(), scheduler.Stakeholder{
		Email: "list@example.net", TimeZone: "UTC", All: true, List: true, Confirmed: true, Calendar: scheduler.NoPart, Kinds: scheduler.Announcements,
	}, bob)
	d.must(err)
	w := d.scheduled(plan())
	d.round()
	ds, err := d.Deliveries(t.Context(), w.ID)
	d.must(err)
	one, err := d.Delivery(t.Context(), ds[len(ds)-1].ID)
	d.must(err)
	m := parse(t, one.Raw)
	if one.Address != "list@example.net" || m.header("List-Unsubscribe") != "" || strings.Contains(strings.Join(m.bodies, ""), "/subscription/") || slices.Contains(m.tree, "text/calendar") {
		t.Errorf("the list got %q with\n%s", m.tree, m.bodies[0])
	}
}

func TestTheLogSaysHowManyWereTold(t *testing.T) {
	t.Parallel()
	d := newDesk(t, nil)
	d.stakeholder("a@example.net")
	d.stakeholder("b@example.net")
	w := d.scheduled(plan())
	d.round()
	evs, _, err := d.agenda.Log(t.Context(), agenda.LogFilter{Window: w.ID, Newest: true, Limit: 1})
	d.must(err)
	if len(evs) != 1 || evs[0].Text != `Announcement "scheduled": told 2 of 2.` {
		t.Errorf("got %+v", evs)
	}
}

func TestWhatWaitsForAnApprovalIsAnnouncedAfterIt(t *testing.T) {
	t.Parallel()
	d := newDesk(t, nil)
	d.stakeholder("all@example.net")
	w := d.scheduled(plan())
	d.round()
	d.change(w.ID, func(p *scheduler.Plan) { p.End = p.End.Add(time.Hour) })
	d.round()
	_, err := d.agenda.Change(t.Context(), w.ID, 0, agenda.Edit{Apply: func(p *scheduler.Plan) error {
		p.Steps = "Another plan."
		return nil
	}}, ada)
	d.must(err)
	d.later(5 * time.Minute)
	d.round()
	if want := []string{"scheduled made", "rescheduled pending"}; !slices.Equal(d.announced(w.ID), want) {
		t.Fatalf("announced %q, want %q", d.announced(w.ID), want)
	}
	_, err = d.agenda.Approve(t.Context(), w.ID, 0, scheduler.Yes{}, bob)
	d.must(err)
	d.later(time.Minute)
	d.round()
	if want := []string{"scheduled made", "rescheduled made"}; !slices.Equal(d.announced(w.ID), want) {
		t.Errorf("announced %q, want %q", d.announced(w.ID), want)
	}
}

func TestTheRateIsKept(t *testing.T) {
	t.Parallel()
	d := newDesk(t, nil)
	d.opts.Rate = 1
	d.reopen()
	d.stakeholder("a@example.net")
	d.stakeholder("b@example.net")
	w := d.scheduled(plan())
	_, err := d.Announce(t.Context())
	d.must(err)
	ctx, stop := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer stop()
	_, _ = d.Deliver(ctx)
	if want := []string{"scheduled a@example.net captured", "scheduled b@example.net queued"}; !slices.Equal(d.told(w.ID), want) {
		t.Errorf("told %q, want %q", d.told(w.ID), want)
	}
}

func TestWhoWantsInvitationsGetsThemTakenBack(t *testing.T) {
	t.Parallel()
	d := newDesk(t, nil)
	_, err := d.agenda.AddStakeholder(t.Context(), scheduler.Stakeholder{
		Email: "guest@example.net", TimeZone: "UTC", All: true, Confirmed: true, Calendar: scheduler.InvitePart, Kinds: scheduler.Announcements,
	}, bob)
	d.must(err)
	w := d.scheduled(plan())
	d.round()
	_, err = d.agenda.Cancel(t.Context(), w.ID, 0, "No parts.", ada)
	d.must(err)
	d.round()
	ds, err := d.Deliveries(t.Context(), w.ID)
	d.must(err)
	for i, method := range []string{"REQUEST", "CANCEL"} {
		one, err := d.Delivery(t.Context(), ds[i].ID)
		d.must(err)
		if !strings.Contains(string(one.Raw), "text/calendar; method="+method) {
			t.Errorf("the %s mail has no calendar part with METHOD:%s:\n%s", one.Kind, method, one.Raw)
		}
	}
}
