package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"lull/scheduler"
	"lull/scheduler/agenda"
	"lull/scheduler/store"
	"lull/server/access"
)

// errNotEmpty keeps the demo out of a database that is in use.
var errNotEmpty = errors.New("demo: this database is in use; the demo wants an empty one")

// demo fills an empty database.
type demo struct {
	agenda *agenda.Agenda
	db     *store.DB
	now    time.Time // the hour that the story is told around
}

var (
	mara  = scheduler.Person{Email: "mara@example.org", Name: "Mara Lindqvist", Role: scheduler.Admin, Via: "demo"}
	jonas = scheduler.Person{Email: "jonas@example.org", Name: "Jonas Weber", Role: scheduler.Operator, Via: "demo"}
	priya = scheduler.Person{Email: "priya@example.org", Name: "Priya Nair", Role: scheduler.Operator, Via: "demo"}
	ruth  = scheduler.Person{Email: "ruth@example.org", Name: "Ruth Adeyemi", Role: scheduler.Approver, Via: "demo"}
	tomas = scheduler.Person{Email: "tomas@example.org", Name: "Tomás Rey", Role: scheduler.Viewer, Via: "demo"}
)

func demoCommand(ctx context.Context, _ []string, c console) error {
	return opened(ctx, func(cfg config, db *store.DB) error {
		a := people(cfg, db)
		all, err := a.People(ctx)
		if err != nil {
			return err
		}
		if len(all) > 0 {
			return errNotEmpty
		}
		password := rand.Text()[:16]
		for _, p := range []scheduler.Person{mara, jonas, priya, ruth, tomas} {
			if _, _, err := a.AddPerson(ctx, access.Newcomer{Email: p.Email, Name: p.Name, Role: p.Role, Password: password}, byCommand); err != nil {
				return err
			}
		}
		d := demo{agenda: agenda.New(db), db: db, now: db.Now().UTC().Truncate(time.Hour)}
		if err := d.fill(ctx); err != nil {
			return err
		}
		_, err = fmt.Fprintf(c.out, "Log in at %s as %s (admin), %s (approver) or %s (operator); the password of each is %s\n",
			cfg.BaseURL, mara.Email, ruth.Email, jonas.Email, password)
		return err
	})
}

func (d demo) fill(ctx context.Context) error {
	for _, step := range []func(context.Context) error{d.settings, d.services, d.stakeholders, d.windows, d.rollout, d.suppliers} {
		if err := step(ctx); err != nil {
			return fmt.Errorf("demo: %w", err)
		}
	}
	return nil
}

func (d demo) settings(ctx context.Context) error {
	_, err := d.agenda.KeepSettings(ctx, func(s *scheduler.Settings) error {
		s.Organisation, s.TimeZone, s.SetUp = "Northgate Systems", "Europe/Berlin", true
		return nil
	}, mara)
	return err
}

func (d demo) services(ctx context.Context) error {
	for _, s := range []struct {
		slug, name string
		tier       int
		public     bool
		upstream   []string
	}{
		{"core-network", "Core network FRA1", 1, true, nil},
		{"orders-db", "Orders database", 1, false, []string{"core-network"}},
		{"single-sign-on", "Single sign-on", 1, true, []string{"core-network"}},
		{"payments-api", "Payments API", 1, true, []string{"orders-db"}},
		{"checkout", "Checkout", 1, true, []string{"payments-api", "orders-db"}},
		{"search", "Search", 2, true, []string{"single-sign-on"}},
		{"mail-relay", "Mail relay", 2, true, []string{"core-network"}},
		{"vpn", "VPN", 2, true, []string{"core-network", "single-sign-on"}},
		{"warehouse", "Data warehouse", 3, false, []string{"orders-db"}},
		{"reports", "Reports", 3, true, []string{"warehouse"}},
		{"ci-runners", "CI runners", 3, false, []string{"core-network"}},
		{"wiki", "Wiki", 4, true, []string{"single-sign-on"}},
	} {
		_, err := d.agenda.AddService(ctx, scheduler.Service{
			Slug: s.slug, Name: s.name, Tier: s.tier, Public: s.public, Upstream: s.upstream,
			PrimaryOwner: priya.Email, BackupOwner: jonas.Email, Escalation: []string{ruth.Email, mara.Email},
			RunbookURL: "https://wiki.example.org/runbooks/" + s.slug, RollbackPlan: "Put the version before back, from the last image.",
			Checks: checklist(s.name),
		}, mara)
		if err != nil {
			return err
		}
	}
	return nil
}

func checklist(name string) []scheduler.Check {
	return []scheduler.Check{
		{Phase: scheduler.Before, Text: "A backup not older than a day is there", Required: true},
		{Phase: scheduler.During, Text: "The change is applied on every node", Required: true},
		{Phase: scheduler.Verify, Text: name + " answers from outside", How: "Open it from a network that is not ours.", Required: true},
		{Phase: scheduler.Verify, Text: "Error rate is back to normal", Required: true},
		{Phase: scheduler.Rollback, Text: "The version before serves again", Required: true},
	}
}

func (d demo) stakeholders(ctx context.Context) error {
	for _, s := range []scheduler.Stakeholder{
		{Email: "support@example.com", Name: "Customer support", TimeZone: "Europe/Berlin", All: true, List: true},
		{Email: "ops-sg@example.com", Name: "Operations Singapore", TimeZone: "Asia/Singapore", Tiers: []int{1}},
		{Email: "finance@example.com", Name: "Finance", TimeZone: "America/New_York", Services: []string{"payments-api", "reports"}},
		{Email: "shop@example.net", Name: "Shop partner", TimeZone: "Europe/London", Services: []string{"checkout"}},
		{Email: "research@example.net", Name: "Research", TimeZone: "America/Santiago", Services: []string{"search", "warehouse"}},
	} {
		s.Confirmed = true
		if _, err := d.agenda.AddStakeholder(ctx, s, mara); err != nil {
			return err
		}
	}
	return nil
}

// plan is a window that starts so many hours from now.
func (d demo) plan(title, service string, impact scheduler.Impact, in, length time.Duration, lead scheduler.Person) scheduler.Plan {
	return scheduler.Plan{
		Title: title, Summary: "Short interruptions are possible. Nothing needs to be done on your side.", Public: true,
		Steps: "1. Drain the node.\n2. Apply the change.\n3. Bring the node back.", RollbackPlan: "Put the version before back, from the last image.",
		RollbackDuration: 20 * time.Minute, VerificationDuration: 10 * time.Minute,
		Services: []scheduler.Affected{{Service: service, Impact: impact}},
		Interval: scheduler.Interval{Start: d.now.Add(in), End: d.now.Add(in + length)}, TimeZone: "Europe/Berlin",
		Lead: lead.Email, RunbookURL: "https://wiki.example.org/runbooks/" + service,
		Reminders: []time.Duration{24 * time.Hour}, Checks: checklist(title),
	}
}

// windows tells the story: one window in every state. The clock is set back
// for what happened before.
func (d demo) windows(ctx context.Context) error {
	clock := d.db.Now
	defer func() { d.db.Now = clock }()
	at := func(in time.Duration) { d.db.Now = func() time.Time { return d.now.Add(in) } }

	at(-72 * time.Hour)
	closed, err := d.book(ctx, d.plan("Mail relay: TLS 1.3 only", "mail-relay", scheduler.Degraded, -26*time.Hour, 2*time.Hour, priya), priya, true)
	if err != nil {
		return err
	}
	running, err := d.book(ctx, d.plan("Orders database: PostgreSQL 16 to 17", "orders-db", scheduler.Outage, 0, 2*time.Hour, jonas), jonas, true)
	if err != nil {
		return err
	}
	verifying, err := d.book(ctx, d.plan("Warehouse partition pruning", "warehouse", scheduler.ReducedRedundancy, -time.Hour, 3*time.Hour, priya), priya, true)
	if err != nil {
		return err
	}
	gone, err := d.book(ctx, d.plan("Runner image refresh", "ci-runners", scheduler.NoImpact, 4*time.Hour, time.Hour, priya), priya, true)
	if err != nil {
		return err
	}
	if _, err := d.agenda.Cancel(ctx, gone.ID, 0, "The new image is not ready.", priya); err != nil {
		return err
	}
	for _, p := range []scheduler.Plan{
		d.plan("Core switch firmware", "core-network", scheduler.Degraded, 30*time.Hour, 2*time.Hour, priya),
		d.plan("Search index rebuild", "search", scheduler.Degraded, 52*time.Hour, 3*time.Hour, jonas),
	} {
		if _, err := d.book(ctx, p, priya, p.Lead == priya.Email); err != nil {
			return err
		}
	}
	if _, err := d.agenda.Book(ctx, d.plan("Wiki: storage move", "wiki", scheduler.Outage, 100*time.Hour, time.Hour, jonas), agenda.Submission{}, jonas); err != nil {
		return err
	}
	at(-25 * time.Hour)
	if err := d.carryOut(ctx, closed, true); err != nil {
		return err
	}
	at(-10 * time.Minute)
	if err := d.carryOut(ctx, verifying, false); err != nil {
		return err
	}
	return d.start(ctx, running)
}

// book submits a window, and has it approved if so told.
func (d demo) book(ctx context.Context, p scheduler.Plan, by scheduler.Person, approved bool) (agenda.View, error) {
	w, err := d.agenda.Book(ctx, p, agenda.Submission{Now: true}, by)
	if err != nil || !approved {
		return w, err
	}
	return d.agenda.Approve(ctx, w.ID, 0, scheduler.Yes{Note: "Plan and rollback look sound."}, ruth)
}

func (d demo) answer(ctx context.Context, w agenda.View, phase scheduler.Phase, by scheduler.Person) error {
	for _, c := range w.Checks {
		if c.Phase != phase {
			continue
		}
		if _, err := d.agenda.Answer(ctx, w.ID, c.ID, scheduler.Result{Answer: scheduler.Passed}, by); err != nil {
			return err
		}
	}
	return nil
}

func (d demo) start(ctx context.Context, w agenda.View) error {
	lead := scheduler.Person{Email: w.Lead, Name: w.Lead, Role: scheduler.Operator, Via: "demo"}
	if err := d.answer(ctx, w, scheduler.Before, lead); err != nil {
		return err
	}
	_, err := d.agenda.Start(ctx, w.ID, 0, scheduler.Go{Override: true, Reason: "Told in the daily meeting."}, ruth)
	return err
}

// carryOut does the work up to verification, and closes it if so told.
func (d demo) carryOut(ctx context.Context, w agenda.View, close bool) error {
	lead := scheduler.Person{Email: w.Lead, Name: w.Lead, Role: scheduler.Operator, Via: "demo"}
	if err := d.start(ctx, w); err != nil {
		return err
	}
	if err := d.answer(ctx, w, scheduler.During, lead); err != nil {
		return err
	}
	if _, err := d.agenda.Finish(ctx, w.ID, 0, "", time.Time{}, lead); err != nil || !close {
		return err
	}
	if err := d.answer(ctx, w, scheduler.Verify, lead); err != nil {
		return err
	}
	_, err := d.agenda.Close(ctx, w.ID, 0, scheduler.End{Outcome: scheduler.Successful, Notes: "All relays answer TLS 1.3; mail flows."}, lead)
	return err
}
