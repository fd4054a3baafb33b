package notifier_test

import (
	"strings"
	"testing"
	"time"

	"lull/scheduler"
)

// rollout is the plan in three stages, the first of which leaves the database alone.
func rollout() scheduler.Plan {
	p := plan()
	part := func(name string, from, to time.Duration, services ...string) scheduler.Stage {
		return scheduler.Stage{Name: name, Services: services, Interval: scheduler.Interval{Start: p.Start.Add(from), End: p.Start.Add(to)}}
	}
	p.Stages = []scheduler.Stage{
		part("mail first", 0, 30*time.Minute, "mail"), part("replica", 30*time.Minute, time.Hour, "core-db"), part("the rest", time.Hour, 2*time.Hour),
	}
	p.Checks = nil
	for _, st := range p.Stages {
		p.Checks = append(p.Checks, scheduler.Check{Phase: scheduler.Verify, Stage: st.Name, Text: "It answers", Required: true})
	}
	return p
}

func TestAMailListsTheStagesThatConcernItsReader(t *testing.T) {
	t.Parallel()
	d := newDesk(t, nil)
	w := d.scheduled(rollout()).Window
	w.Notified = nil
	for _, c := range []struct {
		name string
		kind scheduler.Announcement
		to   []string // the services that the reader asked for
		want []string
	}{
		{"one service", scheduler.AnnounceScheduled, []string{"mail"}, []string{"mail first", "the rest"}},
		{"what depends on one", scheduler.AnnounceRescheduled, []string{"shop"}, []string{"replica", "the rest"}},
		{"both", scheduler.AnnounceUpdated, []string{"core-db", "mail"}, []string{"mail first", "replica", "the rest"}},
		{"no times are told", scheduler.AnnounceStarted, []string{"mail"}, nil},
	} {
		_, text, html, err := d.Preview(t.Context(), w, c.kind, scheduler.Stakeholder{ID: "s", Email: "a@example.net", TimeZone: "Asia/Tokyo", Services: c.to})
		d.must(err)
		for _, st := range w.Stages {
			want := false
			for _, name := range c.want {
				want = want || name == st.Name
			}
			if strings.Contains(text, "  "+st.Name+": ") != want || strings.Contains(html, "<bdi>"+st.Name+": ") != want {
				t.Errorf("%s: the stage %q is listed: %v, want %v\n%s", c.name, st.Name, !want, want, text)
			}
		}
	}
	subject, text, html, err := d.Preview(t.Context(), w, scheduler.AnnounceScheduled,
		scheduler.Stakeholder{ID: "s1", Email: "shop@example.net", TimeZone: "America/New_York", Services: []string{"shop"}, Confirmed: true})
	d.must(err)
	golden(t, "staged.txt", "Subject: "+subject+"\n\n"+text)
	golden(t, "staged.html", html)
}

func TestAStageThatBeginsIsToldAsProgress(t *testing.T) {
	t.Parallel()
	d := newDesk(t, nil)
	d.stakeholder("mail@example.net", "mail")
	v := d.scheduled(rollout())
	d.round()
	d.later(48 * time.Hour)
	_, err := d.agenda.Start(t.Context(), v.ID, 0, scheduler.Go{Override: true, Reason: "told"}, bob)
	d.must(err)
	_, err = d.agenda.Answer(t.Context(), v.ID, v.Checks[0].ID, scheduler.Result{Answer: scheduler.Passed}, ada)
	d.must(err)
	d.later(20 * time.Minute)
	_, err = d.agenda.Advance(t.Context(), v.ID, 0, scheduler.Next{}, ada)
	d.must(err)
	d.round()
	got := d.told(v.ID)
	want := "scheduled mail@example.net captured, started mail@example.net captured, progress mail@example.net captured"
	if strings.Join(got, ", ") != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
