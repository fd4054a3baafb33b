package web

import (
	"encoding/json"
	"reflect"
	"testing"

	"lull/scheduler"
)

var (
	probe = json.RawMessage(`{"kind":"tcp","address":"db:5432"}`)
	db    = scheduler.Service{Slug: "core-db", Name: "Core database", RollbackPlan: "Promote the old replica.", Checks: []scheduler.Check{
		{Phase: scheduler.Verify, Text: "It answers", How: "psql", Required: true, Probe: probe},
	}}
	mail = scheduler.Service{Slug: "mail", Name: "Mail", RollbackPlan: "Route past it.", Checks: []scheduler.Check{
		{Phase: scheduler.Verify, Text: "It answers"},
	}}
	wiki     = scheduler.Service{Slug: "wiki", Name: "Wiki"}
	services = []scheduler.Service{db, mail, wiki}
)

const both = "Core database:\nPromote the old replica.\n\nMail:\nRoute past it."

func TestATickedServiceBringsItsRollbackPlan(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name          string
		ticked, had   []string
		written, want string
	}{
		{"nothing ticked", nil, nil, "", ""},
		{"one service", []string{"core-db"}, nil, "", "Promote the old replica."},
		{"one with a plan, one without", []string{"core-db", "wiki"}, nil, "", "Promote the old replica."},
		{"two at once, each under its name", []string{"core-db", "mail"}, nil, "", both},
		{"a second one later", []string{"core-db", "mail"}, []string{"core-db"}, "Promote the old replica.\r\n", both},
		{"somebody's own words stay", []string{"core-db"}, nil, "Pray.", "Pray."},
		{"changed words stay", []string{"core-db", "mail"}, []string{"core-db"}, "Promote the old replica. Slowly.", "Promote the old replica. Slowly."},
		{"what was taken out stays out", []string{"core-db"}, []string{"core-db"}, "", ""},
		{"an unticked service leaves its plan", nil, []string{"core-db"}, "Promote the old replica.", "Promote the old replica."},
	} {
		f := BookForm{Impact: map[string]string{}, Brought: c.had, RollbackPlan: c.written}
		for _, slug := range c.ticked {
			f.Impact[slug] = "outage"
		}
		f.Bring(services)
		f.RollbackPlan = withoutCR(f.RollbackPlan)
		if f.RollbackPlan != c.want {
			t.Errorf("%s: got %q, want %q", c.name, f.RollbackPlan, c.want)
		}
	}
}

func withoutCR(s string) string {
	p := scheduler.Plan{RollbackPlan: s}
	p.Tidy()
	return p.RollbackPlan
}

func TestATickedServiceBringsItsChecksOnce(t *testing.T) {
	t.Parallel()
	f := BookForm{
		Impact: map[string]string{"core-db": "outage", "mail": "degraded"},
		Checks: []CheckRow{{Phase: "before", Text: "Backup is fresh", Required: true}},
	}
	f.Bring(services)
	f.KeepProbes(nil, services)
	f.Bring(services)
	want := []CheckRow{
		{Phase: "before", Text: "Backup is fresh", Required: true},
		{From: "core-db", Phase: "verify", Text: "It answers", How: "psql", Required: true, Probe: probe},
		{From: "mail", Phase: "verify", Text: "It answers"},
	}
	if !reflect.DeepEqual(f.Checks, want) {
		t.Errorf("got %+v, want %+v", f.Checks, want)
	}
	f.Checks = f.Checks[:1]
	delete(f.Impact, "mail")
	if f.Bring(services); len(f.Checks) != 1 {
		t.Errorf("got %+v, want no check that was taken out", f.Checks)
	}
}

func TestAProbeStaysWithTheCheckItCameWith(t *testing.T) {
	t.Parallel()
	other := json.RawMessage(`{"kind":"dns"}`)
	f := BookForm{Checks: []CheckRow{
		{From: "core-db", Phase: "verify", Text: "It answers"},
		{From: "core-db", Phase: "verify", Text: "It answers quickly"},
		{From: "mail", Phase: "verify", Text: "It answers"},
		{ID: "7", Phase: "verify", Text: "Reworded"},
	}}
	f.KeepProbes([]scheduler.Check{{ID: "7", Text: "As it was", Probe: other}}, services)
	for i, want := range []json.RawMessage{probe, nil, nil, other} {
		if got := f.Checks[i].Probe; string(got) != string(want) {
			t.Errorf("line %d: got %s, want %s", i, got, want)
		}
	}
}
