package notifier_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"lull/notifier"
	"lull/scheduler"
)

func TestADigestWaitsForTheEndOfQuietHours(t *testing.T) {
	t.Parallel()
	d := newDesk(t, nil)
	s := d.stakeholder("sleeper@example.net", "core-db")
	_, err := d.agenda.ChangeStakeholder(t.Context(), s.ID, func(s *scheduler.Stakeholder) error {
		s.Quiet = scheduler.Quiet{From: "12:00", To: "15:00"} // it is 13:00 in Berlin
		return nil
	}, bob)
	d.must(err)
	v := d.repeated(nights())
	d.round()
	d.wants(v.Members[1].ID, "scheduled sleeper@example.net queued")
	d.later(2*time.Hour + time.Second)
	d.round()
	d.wants(v.Members[1].ID, "scheduled sleeper@example.net captured")
}

func TestADigestTellsNobodyOutsideWhatIsInternal(t *testing.T) {
	t.Parallel()
	d := newDesk(t, nil)
	_, err := d.agenda.AddService(t.Context(), scheduler.Service{Slug: "vault", Name: "Secret vault", Tier: 1}, bob)
	d.must(err)
	d.must(d.Subscribe(t.Context(), wish("out@example.net"), "client"))
	d.must(d.Confirm(t.Context(), d.link("out@example.net")))
	mixed := nights()
	mixed.Plan.Services = append(mixed.Plan.Services, scheduler.Affected{Service: "vault", Impact: scheduler.Outage})
	v := d.repeated(mixed)
	d.round()
	m := d.lastMailTo(v.Members[0].ID, "out@example.net")
	if all := strings.Join(m.bodies, "\n"); strings.Contains(all, "vault") || !strings.Contains(all, "Core database") {
		t.Errorf("the mail says\n%s", all)
	}
}

func TestADigestCancelledByHandHoldsTheGateOfEachOccurrence(t *testing.T) {
	t.Parallel()
	d := newDesk(t, carry(func(context.Context, string, []byte) notifier.Outcome {
		return notifier.Outcome{State: notifier.Deferred, Stage: notifier.StageRcpt, Code: 451}
	}))
	d.stakeholder("all@example.net", "core-db")
	v := d.repeated(nights())
	d.round()
	for _, m := range v.Members[1:3] {
		ds, _, err := d.Outbox(t.Context(), notifier.OutboxFilter{Window: m.ID, Address: "all@example.net"})
		d.must(err)
		if len(ds) != 1 {
			t.Fatalf("the outbox shows %d messages of %s, want the digest", len(ds), m.Occurrence)
		}
		if ds[0].State == notifier.Deferred {
			_, err = d.Cancel(t.Context(), ds[0].ID, "The plan is wrong.", bob)
			d.must(err)
		}
		got, err := d.agenda.Window(t.Context(), m.ID)
		d.must(err)
		if got.Told.Stopped != 1 {
			t.Errorf("%s is told %+v, want one that was cancelled", m.Occurrence, got.Told)
		}
	}
}
