package notifier_test

import (
	"context"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"lull/notifier"
	"lull/scheduler"
	"lull/scheduler/agenda"
)

const quarter = 15 * time.Minute

// called is kind and address of each notice to people inside, from the nth on.
func (d *desk) called(window string, from int) (all []string) {
	d.Helper()
	ds, err := d.Deliveries(d.Context(), window)
	d.must(err)
	for _, one := range ds {
		switch one.Kind {
		case "late", "overrun", "escalated", "decide-by", "conflict", "undelivered", "approval-asked":
			all = append(all, one.Kind+" "+one.Address)
		}
	}
	return all[min(from, len(all)):]
}

// onCall gives the core database a runbook and an escalation path, and the shop owners.
func (d *desk) onCall() {
	d.Helper()
	for slug, apply := range map[string]func(*scheduler.Service) error{
		"core-db": func(s *scheduler.Service) error {
			s.RunbookURL, s.Escalation = "https://wiki.example.org/core-db", []string{"manager@example.org", "director@example.org"}
			return nil
		},
		"mail": func(s *scheduler.Service) error {
			s.PrimaryOwner, s.Escalation = "owner@example.org", []string{"head@example.org"}
			return nil
		},
	} {
		_, err := d.agenda.ChangeService(d.Context(), slug, apply, bob)
		d.must(err)
	}
}

// started is a window whose work has begun at its planned start.
func (d *desk) started(p scheduler.Plan) agenda.View {
	d.Helper()
	w := d.scheduled(p)
	d.round()
	d.later(w.Start.Sub(d.db.Now()))
	_, err := d.agenda.Start(d.Context(), w.ID, 0, scheduler.Go{}, ada)
	d.must(err)
	d.round()
	return w
}

func TestAnOverrunClimbsTheEscalationPathOverARestart(t *testing.T) {
	t.Parallel()
	d := newDesk(t, nil)
	d.onCall()
	w := d.started(plan())
	d.later(2 * time.Hour)
	seen := len(d.called(w.ID, 0))
	for _, c := range []struct {
		name string
		wait time.Duration
		want []string
	}{
		{"at the end", 0, []string{"overrun ada@example.org", "overrun owner@example.org"}},
		{"asked again", 0, nil},
		{"before the delay has passed", quarter - time.Minute, nil},
		{"when it has", time.Minute, []string{"escalated backup@example.org"}},
		{"the server slept through three steps", 3 * quarter, []string{"escalated head@example.org", "escalated manager@example.org"}},
		{"asked again after that", 0, nil},
		{"the last step", quarter, []string{"escalated director@example.org"}},
		{"nobody is left", 10 * quarter, nil},
	} {
		d.later(c.wait)
		d.reopen()
		d.tick()
		d.tick()
		if got := d.called(w.ID, seen); !slices.Equal(got, c.want) {
			t.Errorf("%s: called %q, want %q", c.name, got, c.want)
		}
		seen += len(c.want)
	}
}

func TestACallThatIsNeededNoMoreIsNotSent(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		do     func(d *desk, id string) error
		reason string
	}{
		{"somebody took it up", func(d *desk, id string) error {
			_, err := d.agenda.Acknowledge(d.Context(), id, 0, "", bob)
			return err
		}, "somebody takes care of it"},
		{"it was extended", func(d *desk, id string) error {
			_, err := d.agenda.Extend(d.Context(), id, 0, d.db.Now().Add(time.Hour), "Slow.", ada)
			return err
		}, "the window is neither late nor over time any more"},
	} {
		held := true
		d := newDesk(t, carry(func(ctx context.Context, to string, raw []byte) notifier.Outcome {
			if held && to == "backup@example.org" {
				return notifier.Outcome{State: notifier.Deferred, Stage: notifier.StageRcpt, Code: 451}
			}
			return sentOK(ctx, to, raw)
		}))
		d.onCall()
		w := d.started(plan())
		d.later(2 * time.Hour)
		d.tick()
		d.later(quarter)
		d.tick()
		held = false
		d.later(time.Second)
		d.must(c.do(d, w.ID))
		d.later(5 * time.Minute)
		d.tick()
		ds, err := d.Deliveries(t.Context(), w.ID)
		d.must(err)
		at := slices.IndexFunc(ds, func(one notifier.Delivery) bool { return one.Address == "backup@example.org" })
		if at < 0 || ds[at].State != notifier.Superseded || ds[at].Reason != c.reason {
			t.Errorf("%s: got %+v, want it superseded since %s", c.name, ds[max(at, 0)], c.reason)
		}
		before := len(d.called(w.ID, 0))
		d.later(quarter)
		d.tick()
		if got := d.called(w.ID, before); len(got) > 0 {
			t.Errorf("%s: called %q afterwards", c.name, got)
		}
	}
}

func TestApproversHearOfConflictsOnWhatWaitsForThem(t *testing.T) {
	t.Parallel()
	d := newDesk(t, nil)
	w, err := d.agenda.Book(t.Context(), plan(), agenda.Submission{Now: true}, ada)
	d.must(err)
	d.round()
	_, err = d.agenda.AddFreeze(t.Context(), scheduler.Freeze{
		Title: "Year end", Reason: "Books close.", Interval: w.Interval, TimeZone: "UTC", All: true,
	}, bob)
	d.must(err)
	d.round()
	want := []string{"conflict ada@example.org", "conflict bob@example.org", "conflict owner@example.org"}
	if got := d.called(w.ID, 1); !slices.Equal(got, want) {
		t.Errorf("called %q, want %q", got, want)
	}
}

func TestApproversAreAskedAboutAnEmergencyThatRuns(t *testing.T) {
	t.Parallel()
	d := newDesk(t, nil)
	p := plan()
	p.Kind = scheduler.Emergency
	w, err := d.agenda.Book(t.Context(), p, agenda.Submission{}, ada)
	d.must(err)
	_, err = d.agenda.Start(t.Context(), w.ID, 0, scheduler.Go{}, ada)
	d.must(err)
	d.round()
	if got, want := d.called(w.ID, 0), []string{"approval-asked bob@example.org"}; !slices.Equal(got, want) {
		t.Errorf("called %q, want %q", got, want)
	}
}

func TestThoseResponsibleHearOnceWhoCouldNotBeTold(t *testing.T) {
	t.Parallel()
	d := newDesk(t, carry(func(ctx context.Context, to string, raw []byte) notifier.Outcome {
		if strings.HasPrefix(to, "gone") {
			return notifier.Outcome{State: notifier.Failed, Stage: notifier.StageRcpt, Code: 550, Reply: "550 5.1.1 no such user"}
		}
		return sentOK(ctx, to, raw)
	}))
	for _, to := range []string{"gone-a@example.net", "gone-b@example.net", "all@example.net"} {
		d.stakeholder(to)
	}
	w := d.scheduled(plan())
	for range 3 {
		d.round()
	}
	want := []string{"undelivered ada@example.org", "undelivered owner@example.org"}
	if got := d.called(w.ID, 0); !slices.Equal(got, want) {
		t.Fatalf("called %q, want %q", got, want)
	}
	d.stakeholder("gone-c@example.net")
	d.change(w.ID, func(p *scheduler.Plan) { p.Summary = "Orders wait for an hour." })
	d.later(2 * time.Minute)
	for range 3 {
		d.round()
	}
	if got := d.called(w.ID, 2); !slices.Equal(got, want) {
		t.Fatalf("of one more that fails they heard %q, want %q", got, want)
	}
	evs, _, err := d.agenda.Log(t.Context(), agenda.LogFilter{Window: w.ID, Limit: 500})
	d.must(err)
	var said []string
	for _, ev := range evs {
		if ev.Kind == scheduler.NotDelivered {
			said = append(said, ev.Text)
		}
	}
	if want := []string{
		"Could not be told: gone-a@example.net (550 5.1.1 no such user); gone-b@example.net (550 5.1.1 no such user).",
		"Could not be told: gone-c@example.net (550 5.1.1 no such user).",
	}; !slices.Equal(said, want) {
		t.Errorf("the log says %q, want %q", said, want)
	}
}

// insideMails makes one notice of every kind, by what makes them.
func insideMails(d *desk) (ids []string) {
	d.onCall()
	p := plan()
	p.RunbookURL, p.RollbackDuration, p.VerificationDuration = "https://wiki.example.org/upgrade", 30*time.Minute, 15*time.Minute
	d.stakeholder("gone@example.net")
	asked := func(p scheduler.Plan) agenda.View {
		w, err := d.agenda.Book(d.Context(), p, agenda.Submission{Now: true}, ada)
		d.must(err)
		d.tick()
		return w
	}
	rejected := asked(p)
	_, err := d.agenda.Reject(d.Context(), rejected.ID, 0, "The rollback plan names no person.", bob)
	d.must(err)
	late := p
	late.Title, late.Interval = "Search index rebuild", scheduler.Interval{Start: p.Start.Add(-20 * time.Hour), End: p.Start.Add(-18 * time.Hour)}
	waits := d.scheduled(late)
	d.tick()
	run := d.scheduled(p)
	d.tick()
	freeze := scheduler.Freeze{Title: "Year end", Reason: "Books close.", Interval: run.Interval, TimeZone: "UTC", All: true}
	_, err = d.agenda.AddFreeze(d.Context(), freeze, bob)
	d.must(err)
	d.tick()
	for range 2 { // late, and the next step of its escalation
		d.later(waits.Start.Sub(d.db.Now()))
		d.tick()
		waits.Start = waits.Start.Add(quarter)
	}
	d.later(run.Start.Sub(d.db.Now()))
	_, err = d.agenda.Start(d.Context(), run.ID, 0, scheduler.Go{Override: true, Reason: "Agreed with the books."}, bob)
	d.must(err)
	for range 8 { // until past the end
		d.tick()
		d.later(quarter)
	}
	d.tick()
	d.later(time.Minute)
	_, err = d.agenda.Escalate(d.Context(), run.ID, 0, "The restore hangs at 80 %.", ada)
	d.must(err)
	d.tick()
	e := p
	e.Services = []scheduler.Affected{{Service: "shop", Impact: scheduler.Degraded}}
	e.Title, e.Kind, e.Interval = "Disk full", scheduler.Emergency, scheduler.Interval{Start: d.db.Now(), End: d.db.Now().Add(time.Hour)}
	w, err := d.agenda.Book(d.Context(), e, agenda.Submission{}, ada)
	d.must(err)
	_, err = d.agenda.Start(d.Context(), w.ID, 0, scheduler.Go{}, ada)
	d.must(err)
	d.tick()
	return []string{rejected.ID, waits.ID, run.ID, w.ID}
}

func TestNoticesInsideReadAsTheyShould(t *testing.T) {
	t.Parallel()
	d := newDesk(t, carry(func(ctx context.Context, to string, raw []byte) notifier.Outcome {
		if strings.HasPrefix(to, "gone") {
			return notifier.Outcome{State: notifier.Failed, Stage: notifier.StageRcpt, Code: 550, Reply: "550 5.1.1 no such user"}
		}
		return sentOK(ctx, to, raw)
	}))
	seen := map[string]bool{}
	for _, id := range insideMails(d) {
		ds, err := d.Deliveries(t.Context(), id)
		d.must(err)
		for _, one := range ds {
			name := "inside-" + one.Kind + "-" + one.Window
			if slices.Contains(scheduler.Announcements, scheduler.Announcement(one.Kind)) || seen[name] {
				continue
			}
			seen[name] = true
			full, err := d.Delivery(t.Context(), one.ID)
			d.must(err)
			m := parse(t, full.Raw)
			if m.header("X-Maintenance-Event") != one.Kind {
				t.Errorf("%s: the event is %q", name, m.header("X-Maintenance-Event"))
			}
			text := strings.ReplaceAll(m.bodies[0], "\r\n", "\n")
			golden(t, name+".txt", "Subject: "+one.Subject+"\n\n"+text)
			golden(t, name+".html", strings.ReplaceAll(m.bodies[1], "\r\n", "\n"))
			for _, line := range strings.Split(text, "\n") {
				if utf8.RuneCountInString(line) > 77 && !strings.HasPrefix(line, "http") {
					t.Errorf("%s: a line is too long: %q", name, line)
				}
			}
			do, open := strings.Index(text, "Do now:"), strings.Index(text, "https://maint.example.org/windows/")
			if do < 0 || open < do || !strings.Contains(text, "https://wiki.example.org/") {
				t.Errorf("%s does not say what to do, where, and by which runbook:\n%s", name, text)
			}
			if words := len(strings.Fields(text)); words > 160 {
				t.Errorf("%s has %d words, more than can be read at a glance", name, words)
			}
		}
	}
	for _, kind := range []string{"approval-asked", "rejected", "late", "decide-by", "overrun", "escalated", "conflict", "undelivered"} {
		if !slices.ContainsFunc(slices.Collect(maps.Keys(seen)), func(name string) bool { return strings.HasPrefix(name, "inside-"+kind+"-") }) {
			t.Errorf("no notice of kind %s was made", kind)
		}
	}
}
