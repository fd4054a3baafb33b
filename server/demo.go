package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"lull/notifier"
	"lull/scheduler"
	"lull/scheduler/agenda"
	"lull/scheduler/store"
	"lull/server/access"
)

// errNotEmpty keeps the demo out of a database that is in use.
var errNotEmpty = errors.New("demo: this database is in use; the demo wants an empty one")

// demo fills an empty database.
type demo struct {
	agenda   *agenda.Agenda
	notifier *notifier.Notifier // captures
	db       *store.DB
	now      time.Time // the hour that the story is told around
}

var (
	mara  = scheduler.Person{Email: "mara@example.org", Name: "Mara Lindqvist", Role: scheduler.Admin, Via: "demo"}
	jonas = scheduler.Person{Email: "jonas@example.org", Name: "Jonas Weber", Role: scheduler.Operator, Via: "demo"}
	priya = scheduler.Person{Email: "priya@example.org", Name: "Priya Nair", Role: scheduler.Operator, Via: "demo"}
	ruth  = scheduler.Person{Email: "ruth@example.org", Name: "Ruth Adeyemi", Role: scheduler.Approver, Via: "demo"}
	tomas = scheduler.Person{Email: "tomas@example.org", Name: "Tomás Rey", Role: scheduler.Viewer, Via: "demo"}
)

var team = []scheduler.Person{mara, jonas, priya, ruth, tomas}

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
		d := demo{agenda: agenda.New(db), db: db, now: db.Now().UTC().Truncate(time.Hour)}
		defer d.from(begins)()
		password := rand.Text()[:16]
		for _, p := range team {
			if _, _, err := a.AddPerson(ctx, access.Newcomer{Email: p.Email, Name: p.Name, Role: p.Role, Password: password}, byCommand); err != nil {
				return err
			}
		}
		if d.notifier, err = notifier.New(ctx, db, d.agenda, notifier.Options{From: cfg.MailFrom, BaseURL: cfg.BaseURL}); err != nil {
			return err
		}
		if err := d.fill(ctx); err != nil {
			return err
		}
		_, err = fmt.Fprintf(c.out, "Log in at %s as %s (admin), %s (approver) or %s (operator); the password of each is %s\n",
			cfg.BaseURL, mara.Email, ruth.Email, jonas.Email, password)
		return err
	})
}

// begins is when the team set Lull up, counted from the hour of the demo.
const begins = -290 * time.Hour

// from sets the clock, counted from the hour of the demo, until it is put back.
func (d demo) from(at time.Duration) (back func()) {
	clock := d.db.Now
	d.db.Now = func() time.Time { return d.now.Add(at) }
	return func() { d.db.Now = clock }
}

func (d demo) fill(ctx context.Context) error {
	for _, step := range []func(context.Context) error{d.settings, d.services, d.stakeholders, d.templates, d.series, d.story, d.frozen, d.suppliers} {
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
		{Email: "tokyo@example.com", Name: "Office Tokyo", TimeZone: "Asia/Tokyo", Services: []string{"vpn", "wiki", "mail-relay"}, Calendar: scheduler.InvitePart},
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
