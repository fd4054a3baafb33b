package notifier_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"lull/notifier"
	"lull/scheduler"
	"lull/scheduler/agenda"
)

// withoutMail takes the mail service off a plan.
func withoutMail(p *scheduler.Plan) {
	p.Services = slices.DeleteFunc(slices.Clone(p.Services), func(a scheduler.Affected) bool { return a.Service == "mail" })
}

func (d *desk) wants(window string, want ...string) {
	d.Helper()
	if got := d.told(window); !slices.Equal(got, want) {
		d.Errorf("told\n\t%s\nwant\n\t%s", strings.Join(got, "\n\t"), strings.Join(want, "\n\t"))
	}
}

// lastMailTo is the last mail about the window to the address.
func (d *desk) lastMailTo(window, address string) *parsed {
	d.Helper()
	ds, err := d.Deliveries(d.Context(), window)
	d.must(err)
	id := ""
	for _, one := range ds {
		if one.Address == address {
			id = one.ID
		}
	}
	one, err := d.Delivery(d.Context(), id)
	d.must(err)
	return parse(d, one.Raw)
}

func TestWhoIsConcernedNoMoreIsToldSoOnce(t *testing.T) {
	t.Parallel()
	d := newDesk(t, nil)
	d.stakeholder("mail@example.net", "mail")
	d.stakeholder("shop@example.net", "shop")
	w := d.scheduled(plan())
	d.round()
	d.change(w.ID, func(p *scheduler.Plan) {
		withoutMail(p)
		p.Start, p.End = p.Start.Add(time.Hour), p.End.Add(time.Hour)
	})
	d.later(2 * time.Minute)
	d.round()
	_, err := d.agenda.Cancel(t.Context(), w.ID, 0, "No parts.", ada)
	d.must(err)
	d.round()
	d.wants(w.ID, "scheduled mail@example.net captured", "scheduled shop@example.net captured",
		"rescheduled shop@example.net captured", "updated mail@example.net captured", "cancelled shop@example.net captured")
	m := d.lastMailTo(w.ID, "mail@example.net")
	golden(t, "leave.txt", "Subject: "+m.header("Subject")+"\n\n"+m.bodies[0])
	golden(t, "leave.html", m.bodies[1])
	if event := m.header("X-Maintenance-Event"); event != "updated" {
		t.Errorf("the event is %q, want updated", event)
	}
	entry := strings.Join(m.bodies, "\n")
	for _, want := range []string{"STATUS:CANCELLED", "X-MAINTNOTE-OBJECT-ID;X-MAINTNOTE-OBJECT-IMPACT=NO-IMPACT:mail"} {
		if !strings.Contains(strings.ReplaceAll(entry, "\r\n ", ""), want) {
			t.Errorf("the calendar part lacks %s:\n%s", want, entry)
		}
	}
}

func TestAnInvitationIsTakenBackFromWhomTheWindowLetsGo(t *testing.T) {
	t.Parallel()
	d := newDesk(t, nil)
	_, err := d.agenda.AddStakeholder(t.Context(), scheduler.Stakeholder{
		Email: "guest@example.net", TimeZone: "UTC", Services: []string{"mail"}, Confirmed: true, Calendar: scheduler.InvitePart,
	}, bob)
	d.must(err)
	w := d.scheduled(plan())
	d.round()
	d.change(w.ID, withoutMail)
	d.later(2 * time.Minute)
	d.round()
	if m := d.lastMailTo(w.ID, "guest@example.net"); !strings.Contains(strings.Join(m.tree, " ")+m.bodies[2], "METHOD:CANCEL") {
		t.Errorf("the invitation stays:\n%s", m.bodies[2])
	}
}

func TestWhoIsNamedOrNamedNoMoreHearsAlone(t *testing.T) {
	t.Parallel()
	d := newDesk(t, nil)
	d.stakeholder("all@example.net")
	p := plan()
	p.Recipients = []string{"guest@example.net"}
	w := d.scheduled(p)
	d.round()
	told := func() scheduler.Told {
		v, err := d.agenda.Window(t.Context(), w.ID)
		d.must(err)
		return v.Told
	}
	before := told()
	d.change(w.ID, func(p *scheduler.Plan) { p.Recipients = []string{"new@example.net"} })
	d.later(2 * time.Minute)
	d.round()
	d.change(w.ID, func(p *scheduler.Plan) { p.Recipients = nil })
	d.later(2 * time.Minute)
	d.round()
	d.wants(w.ID, "scheduled all@example.net captured", "scheduled guest@example.net captured",
		"updated guest@example.net captured", "scheduled new@example.net captured", "updated new@example.net captured")
	left := d.lastMailTo(w.ID, "new@example.net").bodies[0]
	d.change(w.ID, func(p *scheduler.Plan) { p.Recipients = []string{"new@example.net"} })
	d.later(2 * time.Minute)
	d.round()
	if got := d.told(w.ID); got[len(got)-1] != "scheduled new@example.net captured" || len(got) != 6 {
		t.Errorf("named again, and told %q", got)
	}
	if got := told(); got != before {
		t.Errorf("the start gate counts %+v, want %+v: who joins or leaves is not counted", got, before)
	}
	if !strings.Contains(left, "This maintenance no longer concerns you.") {
		t.Errorf("got\n%s", left)
	}
}

func TestACancellationAfterAnEditThatNobodyHeardReachesWhoWasTold(t *testing.T) {
	t.Parallel()
	d := newDesk(t, nil)
	d.stakeholder("mail@example.net", "mail")
	p := plan()
	p.Recipients = []string{"guest@example.net"}
	w := d.scheduled(p)
	d.round()
	d.change(w.ID, func(p *scheduler.Plan) {
		withoutMail(p)
		p.Recipients = nil
		p.Start, p.End = p.Start.Add(time.Hour), p.End.Add(time.Hour)
	})
	_, err := d.agenda.Cancel(t.Context(), w.ID, 0, "No parts.", ada)
	d.must(err)
	d.round()
	d.wants(w.ID, "scheduled mail@example.net captured", "scheduled guest@example.net captured",
		"cancelled guest@example.net captured", "cancelled mail@example.net captured")
	m := d.lastMailTo(w.ID, "mail@example.net")
	if want := "[Cancelled] Core database upgrade: Wed 4 Nov 13:00–15:00 CET (MW-1)"; m.header("Subject") != want {
		t.Errorf("subject %q, want the time that was told: %q", m.header("Subject"), want)
	}
	if !strings.Contains(m.bodies[0], "  Mail") || strings.Contains(m.bodies[0], "  Core database") {
		t.Errorf("it does not name the services they were told of:\n%s", m.bodies[0])
	}
}

func TestWhoTurnedAwayHearsOfNoLeave(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		turn func(*desk, scheduler.Stakeholder) error
		want []string
	}{
		{"unsubscribed", func(d *desk, s scheduler.Stakeholder) error {
			return d.Unsubscribe(d.Context(), d.SubscriptionToken(s.ID))
		}, nil},
		{"deleted", func(d *desk, s scheduler.Stakeholder) error {
			return d.agenda.DeleteStakeholder(d.Context(), s.ID, bob)
		}, nil},
		{"wants only reminders", func(d *desk, s scheduler.Stakeholder) error {
			return d.only(s, scheduler.AnnounceReminder)
		}, nil},
		{"wants cancellations", func(d *desk, s scheduler.Stakeholder) error {
			return d.only(s, scheduler.AnnounceCancelled)
		}, []string{"updated mail@example.net captured"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t, nil)
			s := d.stakeholder("mail@example.net", "mail")
			w := d.scheduled(plan())
			d.round()
			d.must(c.turn(d, s))
			d.change(w.ID, withoutMail)
			d.later(2 * time.Minute)
			d.round()
			d.wants(w.ID, append([]string{"scheduled mail@example.net captured"}, c.want...)...)
		})
	}
}

// only lets a stakeholder hear of one kind.
func (d *desk) only(s scheduler.Stakeholder, kind scheduler.Announcement) error {
	_, err := d.agenda.ChangeStakeholder(d.Context(), s.ID, func(s *scheduler.Stakeholder) error {
		s.Kinds = []scheduler.Announcement{kind}
		return nil
	}, bob)
	return err
}

func TestWhoAsksForLessHearsNoLeaveOfAWindowThatStays(t *testing.T) {
	t.Parallel()
	d := newDesk(t, nil)
	s := d.stakeholder("mail@example.net", "mail")
	w := d.scheduled(plan())
	d.round()
	_, err := d.agenda.ChangeStakeholder(t.Context(), s.ID, func(s *scheduler.Stakeholder) error {
		s.Services = nil
		return nil
	}, bob)
	d.must(err)
	d.change(w.ID, func(p *scheduler.Plan) { p.Title = "Another title" })
	d.later(2 * time.Minute)
	d.round()
	d.wants(w.ID, "scheduled mail@example.net captured")
}

func TestALeaveThatIsStillOnItsWay(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		then func(*desk, string) error
		want []string
	}{
		{"does not hold the start, and arrives after it", func(d *desk, id string) error {
			_, err := d.agenda.Start(d.Context(), id, 0, scheduler.Go{}, ada)
			return err
		}, []string{"updated mail@example.net superseded", "updated mail@example.net sent"}},
		{"gives way to a cancellation", func(d *desk, id string) error {
			_, err := d.agenda.Cancel(d.Context(), id, 0, "No parts.", ada)
			return err
		}, []string{"updated mail@example.net superseded", "cancelled mail@example.net sent"}},
		{"falls away when the service comes back", func(d *desk, id string) error {
			d.change(id, func(p *scheduler.Plan) { p.Services = plan().Services })
			d.later(2 * time.Minute)
			return nil
		}, []string{"updated mail@example.net superseded", "updated mail@example.net sent"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			busy := false
			d := newDesk(t, carry(func(ctx context.Context, to string, raw []byte) notifier.Outcome {
				if busy {
					return notifier.Outcome{State: notifier.Deferred, Stage: notifier.StageRcpt, Code: 451}
				}
				return sentOK(ctx, to, raw)
			}))
			d.stakeholder("mail@example.net", "mail")
			w := d.scheduled(plan())
			d.round()
			d.later(47 * time.Hour)
			busy = true
			d.change(w.ID, withoutMail)
			d.later(50 * time.Minute)
			d.round()
			d.must(c.then(d, w.ID))
			busy = false
			d.round()
			d.wants(w.ID, append([]string{"scheduled mail@example.net sent"}, c.want...)...)
		})
	}
}

func TestAWindowThatGoesInternalKeepsItsStakeholders(t *testing.T) {
	t.Parallel()
	d := newDesk(t, nil)
	d.stakeholder("mail@example.net", "mail")
	w := d.scheduled(plan())
	d.round()
	d.change(w.ID, func(p *scheduler.Plan) { p.Public = false })
	d.later(2 * time.Minute)
	d.round()
	_, err := d.agenda.Cancel(t.Context(), w.ID, 0, "No parts.", ada)
	d.must(err)
	d.round()
	d.wants(w.ID, "scheduled mail@example.net captured", "cancelled mail@example.net captured")
}

func TestWhoIsConcernedSinceAnEditReadsOfAPlanNotOfAChange(t *testing.T) {
	t.Parallel()
	d := newDesk(t, nil)
	d.stakeholder("mail@example.net", "mail")
	p := plan()
	withoutMail(&p)
	w := d.scheduled(p)
	d.round()
	d.change(w.ID, func(p *scheduler.Plan) { p.Services = plan().Services })
	d.later(2 * time.Minute)
	d.round()
	d.wants(w.ID, "updated mail@example.net captured")
	if text := d.lastMailTo(w.ID, "mail@example.net").bodies[0]; !strings.Contains(text, "Maintenance is planned.") {
		t.Errorf("got\n%s", text)
	}
}

func TestWhatIsToBeConfirmedTakesNothingBack(t *testing.T) {
	t.Parallel()
	d := newDesk(t, nil)
	d.stakeholder("mail@example.net", "mail")
	w := d.scheduled(plan())
	d.round()
	d.later(30 * time.Hour)
	_, err := d.agenda.Change(t.Context(), w.ID, 0, agenda.Edit{Apply: func(p *scheduler.Plan) error {
		withoutMail(p)
		p.Start, p.End = p.Start.Add(24*time.Hour), p.End.Add(24*time.Hour)
		return nil
	}}, ada)
	d.must(err)
	d.later(2 * time.Minute)
	d.round()
	d.wants(w.ID, "scheduled mail@example.net captured")
	_, err = d.agenda.Approve(t.Context(), w.ID, 0, scheduler.Yes{}, bob)
	d.must(err)
	d.later(2 * time.Minute)
	d.round()
	d.wants(w.ID, "scheduled mail@example.net captured", "updated mail@example.net captured")
}
