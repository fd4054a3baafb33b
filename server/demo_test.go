package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"lull/notifier"
	"lull/scheduler"
	"lull/scheduler/agenda"
	"lull/scheduler/store/storetest"
	"lull/server/access"
)

// newDemo fills an empty database at a fixed time.
func newDemo(t *testing.T) demo {
	t.Helper()
	db := storetest.Open(t)
	d := demo{agenda: agenda.New(db), db: db, now: storetest.Noon}
	defer func() { d.from(0) }()
	d.from(begins)
	a := access.New(db, access.Options{BaseURL: "https://maint.example.org", LoginAttempts: 10})
	for _, p := range team {
		if _, _, err := a.AddPerson(t.Context(), access.Newcomer{Email: p.Email, Name: p.Name, Role: p.Role}, byCommand); err != nil {
			t.Fatal(err)
		}
	}
	var err error
	if d.notifier, err = notifier.New(t.Context(), db, d.agenda, notifier.Options{
		From: notifier.Address{Name: "Lull", Email: "lull@maint.example.org"}, BaseURL: "https://maint.example.org",
	}); err != nil {
		t.Fatal(err)
	}
	if err := d.fill(t.Context()); err != nil {
		t.Fatal(err)
	}
	return d
}

func TestTheDemoShowsWhateverCanHappen(t *testing.T) {
	t.Parallel()
	d := newDemo(t)
	all, _, err := d.agenda.Windows(t.Context(), agenda.Filter{Limit: 100})
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, w := range all {
		seen["state "+string(w.State)], seen["kind "+string(w.Kind)], seen["outcome "+string(w.Outcome)] = true, true, true
		seen["late"] = seen["late"] || w.Late
		seen["an emergency at work without its approval"] = seen["an emergency at work without its approval"] ||
			w.Kind == scheduler.Emergency && w.State.Running() && len(w.Approvals) == 0 && w.Rejected == nil
		for _, c := range w.Checks {
			seen["phase "+string(c.Phase)] = true
			for _, r := range c.Results {
				seen["answer "+string(r.Answer)] = true
				seen["evidence"] = seen["evidence"] || r.EvidenceURL != ""
			}
		}
	}
	log, _, err := d.agenda.Log(t.Context(), agenda.LogFilter{Limit: 500})
	if err != nil {
		t.Fatal(err)
	}
	for i, ev := range log {
		seen["event "+string(ev.Kind)], seen["announced "+string(ev.Data.Announce)] = true, true
		if i > 0 && ev.At.Before(log[i-1].At) {
			t.Errorf("%q comes before %q", ev.Text, log[i-1].Text)
		}
	}
	want := []string{"late", "an emergency at work without its approval", "evidence"}
	add := func(what string, word any) { want = append(want, fmt.Sprintf("%s %v", what, word)) }
	for _, s := range scheduler.States {
		add("state", s)
	}
	for _, k := range scheduler.Kinds {
		add("kind", k)
	}
	for _, o := range scheduler.Outcomes {
		add("outcome", o)
	}
	for _, p := range scheduler.Phases {
		add("phase", p)
	}
	for _, a := range scheduler.Answers {
		add("answer", a)
	}
	for _, k := range []scheduler.Announcement{
		scheduler.AnnounceScheduled, scheduler.AnnounceRescheduled, scheduler.AnnounceReminder, scheduler.AnnounceStarted,
		scheduler.AnnounceExtended, scheduler.AnnounceProgress, scheduler.AnnounceCompleted, scheduler.AnnounceCancelled,
	} {
		add("announced", k)
	}
	add("event", scheduler.HandedOver)
	for _, what := range want {
		if !seen[what] {
			t.Errorf("the demo does not show: %s", what)
		}
	}
	if counts, err := d.notifier.Counts(t.Context()); err != nil || counts[notifier.Captured] < 50 || counts[notifier.Failed] > 0 {
		t.Errorf("mail stands at %v, %v", counts, err)
	}
	zones := map[string]bool{}
	hear, err := d.agenda.Stakeholders(t.Context())
	for _, s := range hear {
		zones[s.TimeZone] = true
	}
	if err != nil || len(zones) < 5 {
		t.Errorf("stakeholders live in %v, %v", zones, err)
	}
}

func TestTheDemoTellsTheSameStoryEachTime(t *testing.T) {
	t.Parallel()
	tell := func() (lines []string) {
		log, _, err := newDemo(t).agenda.Log(t.Context(), agenda.LogFilter{Limit: 500})
		if err != nil {
			t.Fatal(err)
		}
		for _, ev := range log {
			lines = append(lines, fmt.Sprint(ev.At, ev.Kind, ev.Text))
		}
		return lines
	}
	if one, other := tell(), tell(); !slices.Equal(one, other) {
		t.Errorf("got\n%s\nand then\n%s", strings.Join(one, "\n"), strings.Join(other, "\n"))
	}
}
