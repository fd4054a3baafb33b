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

// nights is the plan on the second Sunday of each month, at two in Berlin.
func nights() scheduler.Series {
	p := plan()
	p.Interval, p.Reminders = scheduler.Interval{}, []time.Duration{24 * time.Hour}
	return scheduler.Series{Plan: p, RRule: "FREQ=MONTHLY;BYDAY=2SU", StartLocal: "2026-12-13T02:00", Duration: 2 * time.Hour}
}

// repeated is an approved series.
func (d *desk) repeated(s scheduler.Series) agenda.SeriesView {
	d.Helper()
	v, err := d.agenda.AddSeries(d.Context(), s, agenda.Submission{Now: true}, ada)
	d.must(err)
	return d.agreed(v)
}

func (d *desk) agreed(v agenda.SeriesView) agenda.SeriesView {
	d.Helper()
	v, err := d.agenda.ApproveSeries(d.Context(), v.ID, 0, scheduler.Yes{}, time.Time{}, bob)
	d.must(err)
	return v
}

// office keeps what was sent.
type office struct{ mails []posted }

func (o *office) carry() carry {
	return func(ctx context.Context, to string, raw []byte) notifier.Outcome {
		o.mails = append(o.mails, posted{to: to, body: string(raw)})
		return sentOK(ctx, to, raw)
	}
}

// last is the newest mail to stakeholders, and how many there were.
func (o *office) last(t *testing.T) (m *parsed, n int) {
	t.Helper()
	for _, one := range o.mails {
		if one.to == "all@example.net" {
			m, n = parse(t, []byte(one.body)), n+1
		}
	}
	if n == 0 {
		t.Fatal("no mail was sent")
	}
	return m, n
}

func TestOneDigestAnnouncesASeries(t *testing.T) {
	t.Parallel()
	o := &office{}
	d := newDesk(t, o.carry())
	d.stakeholder("all@example.net")
	v := d.repeated(nights())
	d.round()
	m, n := o.last(t)
	if want := "[Scheduled] Core database upgrade: 12 dates from Sun 13 Dec 02:00 CET (MW-1)"; n != 1 || m.header("Subject") != want {
		t.Fatalf("%d mails, subject %q; want 1, %q", n, m.header("Subject"), want)
	}
	if m.header("X-Maintenance-Event") != "scheduled" || m.header("X-Maintenance-ID") != "MW-1" {
		t.Errorf("event %q of %q", m.header("X-Maintenance-Event"), m.header("X-Maintenance-ID"))
	}
	golden(t, "digest-scheduled.txt", m.bodies[0])
	golden(t, "digest-scheduled.html", m.bodies[1])
	calendar := m.bodies[2]
	if got := strings.Count(calendar, "BEGIN:VEVENT"); got != 12 || !strings.Contains(calendar, "METHOD:PUBLISH") || strings.Contains(calendar, "RRULE") {
		t.Errorf("the calendar has %d entries:\n%s", got, calendar)
	}
	for _, w := range v.Members {
		got, err := d.agenda.Window(t.Context(), w.ID)
		d.must(err)
		if !got.Told.Announced || got.Told.Recipients != 1 || got.Told.Waiting != 0 || got.Told.Accepted.IsZero() {
			t.Fatalf("%s is told %+v", w.Occurrence, got.Told)
		}
		if want := []string{"scheduled all@example.net sent"}; !slices.Equal(d.told(w.ID), want) {
			t.Fatalf("%s was told %q, want %q", w.Occurrence, d.told(w.ID), want)
		}
	}
}

func TestADigestOpensTheStartGateOfEachOccurrence(t *testing.T) {
	t.Parallel()
	o := &office{}
	d := newDesk(t, o.carry())
	d.stakeholder("all@example.net")
	v := d.repeated(nights())
	second := v.Members[1]
	reasons := func() (codes []string) {
		w, err := d.agenda.Window(t.Context(), second.ID)
		d.must(err)
		for _, r := range w.Reasons {
			codes = append(codes, r.Code)
		}
		return codes
	}
	if got := reasons(); !slices.Contains(got, scheduler.CodeNotAnnounced) {
		t.Fatalf("before the digest the gate says %q", got)
	}
	d.round()
	d.later(second.Start.Sub(d.db.Now()) - 25*time.Hour)
	d.tick()
	d.later(25 * time.Hour)
	if got := reasons(); len(got) != 0 {
		t.Fatalf("after the digest the gate says %q", got)
	}
	if _, err := d.agenda.Start(t.Context(), second.ID, 0, scheduler.Go{}, ada); err != nil {
		t.Fatal(err)
	}
}

// tick is a round of the clock, and of what follows from it.
func (d *desk) tick() {
	d.Helper()
	_, err := d.agenda.Tick(d.Context())
	d.must(err)
	d.round()
}

func TestEachOccurrenceKeepsItsReminder(t *testing.T) {
	t.Parallel()
	o := &office{}
	d := newDesk(t, o.carry())
	d.stakeholder("all@example.net")
	v := d.repeated(nights())
	d.round()
	d.later(v.Members[0].Start.Add(-24 * time.Hour).Sub(d.db.Now()))
	d.tick()
	if want := []string{"scheduled all@example.net sent", "reminder all@example.net sent"}; !slices.Equal(d.told(v.Members[0].ID), want) {
		t.Errorf("told %q, want %q", d.told(v.Members[0].ID), want)
	}
	mails := mailTo(o.mails, "all@example.net")
	m := parse(t, []byte(mails[1].body))
	if first := parse(t, []byte(mails[0].body)).header("Message-ID"); m.header("In-Reply-To") != first {
		t.Errorf("the reminder answers %q, want the digest, %q", m.header("In-Reply-To"), first)
	}
}

func TestAMovedSeriesTellsWasAndNowInOneMail(t *testing.T) {
	t.Parallel()
	o := &office{}
	d := newDesk(t, o.carry())
	d.stakeholder("all@example.net")
	v := d.repeated(nights())
	d.round()
	v, err := d.agenda.ChangeSeries(t.Context(), v.ID, 0, agenda.SeriesEdit{Reason: "Orders run until three.", Apply: func(s *scheduler.Series) error {
		s.StartLocal = "2026-12-13T03:00"
		return nil
	}}, ada)
	d.must(err)
	d.later(10 * time.Minute)
	d.round()
	if _, n := o.last(t); n != 1 {
		t.Fatalf("%d mails before it is approved again", n)
	}
	d.agreed(v)
	d.later(2 * time.Minute)
	d.round()
	m, n := o.last(t)
	if n != 2 || m.header("X-Maintenance-Event") != "rescheduled" {
		t.Fatalf("%d mails, the last %q", n, m.header("X-Maintenance-Event"))
	}
	golden(t, "digest-rescheduled.txt", m.bodies[0])
}

func TestAnEndedSeriesSendsOneMail(t *testing.T) {
	t.Parallel()
	o := &office{}
	d := newDesk(t, o.carry())
	d.stakeholder("all@example.net")
	v := d.repeated(nights())
	d.round()
	_, err := d.agenda.EndSeries(t.Context(), v.ID, 0, "The database moves to another house.", ada)
	d.must(err)
	d.round()
	m, n := o.last(t)
	if n != 2 || m.header("X-Maintenance-Event") != "cancelled" || strings.Count(m.bodies[2], "\nSTATUS:CANCELLED") != 12 {
		t.Fatalf("%d mails, the last %q", n, m.header("X-Maintenance-Event"))
	}
	golden(t, "digest-cancelled.txt", m.bodies[0])
}

func TestADigestLeavesOutWhatHasBecomeUntrue(t *testing.T) {
	t.Parallel()
	o := &office{}
	d := newDesk(t, o.carry())
	d.stakeholder("all@example.net")
	v := d.repeated(nights())
	_, err := d.Announce(t.Context())
	d.must(err)
	_, err = d.agenda.SkipOccurrence(t.Context(), v.ID, 0, "2027-01-10T02:00", "A holiday.", ada)
	d.must(err)
	d.round()
	m, n := o.last(t)
	if n != 1 || strings.Contains(m.bodies[0], "10 January 2027") || !strings.Contains(m.header("Subject"), "11 dates") {
		t.Fatalf("%d mails, the last %q:\n%s", n, m.header("Subject"), m.bodies[0])
	}
	d.later(time.Minute)
	d.round()
	if got := d.told(v.Members[1].ID); len(got) != 2 || got[1] != "cancelled all@example.net superseded" {
		t.Errorf("of the skipped one %q were told", got)
	}
}

func TestOneChangedOccurrenceDoesNotSilenceTheDigest(t *testing.T) {
	t.Parallel()
	o := &office{}
	d := newDesk(t, o.carry())
	d.stakeholder("all@example.net")
	v := d.repeated(nights())
	_, err := d.Announce(t.Context())
	d.must(err)
	first := v.Members[0]
	d.change(first.ID, func(p *scheduler.Plan) { p.Start, p.End = p.Start.Add(time.Hour), p.End.Add(time.Hour) })
	d.later(2 * time.Minute)
	d.round()
	if want := []string{"scheduled", "rescheduled"}; !slices.Equal(kinds(o), want) {
		t.Errorf("sent %q, want %q", kinds(o), want)
	}
	got, err := d.agenda.Window(t.Context(), first.ID)
	d.must(err)
	if !got.Told.Announced || got.Told.Waiting != 0 {
		t.Errorf("the changed one is told %+v", got.Told)
	}
}

// kinds lists the kind of each mail to stakeholders.
func kinds(o *office) (all []string) {
	for _, m := range mailTo(o.mails, "all@example.net") {
		for line := range strings.Lines(m.body) {
			if kind, is := strings.CutPrefix(strings.TrimSpace(line), "X-Maintenance-Event: "); is {
				all = append(all, kind)
			}
		}
	}
	return all
}

func TestApproversAreAskedOnceForASeries(t *testing.T) {
	t.Parallel()
	o := &office{}
	d := newDesk(t, o.carry())
	_, err := d.agenda.AddSeries(t.Context(), nights(), agenda.Submission{Now: true}, ada)
	d.must(err)
	d.round()
	asked := mailTo(o.mails, bob.Email)
	if len(asked) != 1 || len(o.mails) != 1 {
		t.Fatalf("%d mails to the approver, %d in all", len(asked), len(o.mails))
	}
	if m := parse(t, []byte(asked[0].body)); !strings.Contains(m.bodies[0], "https://maint.example.org/series/") {
		t.Errorf("it does not lead to the series:\n%s", m.bodies[0])
	}
}
