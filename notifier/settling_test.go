package notifier_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"lull/notifier"
	"lull/scheduler"
	"lull/scheduler/agenda"
)

// settling is the announcement of a window that waits for the next edit.
func (d *desk) settling(window string) notifier.Announcement {
	d.Helper()
	all, err := d.Announcements(d.Context(), window)
	d.must(err)
	for _, a := range all {
		if a.Settling() {
			return a
		}
	}
	d.Fatalf("none settles among %+v", all)
	return notifier.Announcement{}
}

func TestAnEditThatSettlesCanBeSentNowOrDiscarded(t *testing.T) {
	t.Parallel()
	d := newDesk(t, nil)
	d.stakeholder("a@example.net")
	w := d.scheduled(plan())
	d.round()
	d.change(w.ID, func(p *scheduler.Plan) { p.Summary = "Orders wait a little." })
	d.round()
	first := d.settling(w.ID)
	if wait := first.Due.Sub(d.db.Now()); wait != 90*time.Second {
		t.Errorf("it waits %v, want 90 s", wait)
	}
	d.must(d.Hurry(t.Context(), w.ID, first.ID, ada))
	d.round()
	d.wants(w.ID, "scheduled a@example.net captured", "updated a@example.net captured")

	d.change(w.ID, func(p *scheduler.Plan) { p.Start, p.End = p.Start.Add(time.Hour), p.End.Add(time.Hour) })
	d.round()
	second := d.settling(w.ID)
	d.must(d.Discard(t.Context(), w.Name(), second.ID, ada))
	d.later(10 * time.Minute)
	d.round()
	d.wants(w.ID, "scheduled a@example.net captured", "updated a@example.net captured")
	all, err := d.Announcements(t.Context(), w.ID)
	d.must(err)
	if last := all[len(all)-1]; last.State != "dropped" || last.Reason != "discarded by Ada: stakeholders keep what they know" {
		t.Errorf("got %+v", last)
	}
	v, err := d.agenda.Window(t.Context(), w.ID)
	d.must(err)
	if !slices.ContainsFunc(v.Reasons, func(r scheduler.Reason) bool { return r.Code == scheduler.CodeNotAnnounced }) {
		t.Errorf("the start gate says %+v, though nobody knows the new time", v.Reasons)
	}
	log, _, err := d.agenda.Log(t.Context(), agenda.LogFilter{Window: w.ID, Limit: 100})
	d.must(err)
	var said []string
	for _, ev := range log {
		said = append(said, ev.Text)
	}
	for _, want := range []string{`Ada sent "updated" without waiting for the next edit.`, `Ada discarded "rescheduled": stakeholders keep what they know.`} {
		if !slices.Contains(said, want) {
			t.Errorf("the log lacks %q:\n%s", want, strings.Join(said, "\n"))
		}
	}
	var shut *scheduler.GateError
	if err := d.Discard(t.Context(), w.ID, second.ID, ada); !errors.As(err, &shut) {
		t.Errorf("discarded twice: %v", err)
	}
	if err := d.Hurry(t.Context(), w.ID, "none", ada); !errors.Is(err, scheduler.ErrNotFound) {
		t.Errorf("one that there is not: %v", err)
	}
	d.change(w.ID, func(p *scheduler.Plan) { p.Start, p.End = p.Start.Add(-time.Hour), p.End.Add(-time.Hour) })
	d.later(10 * time.Minute)
	d.round()
	d.wants(w.ID, "scheduled a@example.net captured", "updated a@example.net captured")
}
