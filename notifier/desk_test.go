package notifier_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"lull/notifier"
	"lull/scheduler"
	"lull/scheduler/agenda"
	"lull/scheduler/store"
	"lull/scheduler/store/storetest"
)

var (
	ada = scheduler.Person{Email: "ada@example.org", Name: "Ada", Role: scheduler.Operator, Via: "page"}
	bob = scheduler.Person{Email: "bob@example.org", Name: "Bob", Role: scheduler.Approver, Via: "page"}
)

// desk is an agenda with two people, two services and a notifier, at a time
// that tests move.
type desk struct {
	testing.TB
	db     *store.DB
	agenda *agenda.Agenda
	*notifier.Notifier
	opts notifier.Options

	mu  sync.Mutex
	now time.Time
}

func newDesk(t testing.TB, carrier notifier.Carrier) *desk {
	t.Helper()
	d := &desk{TB: t, db: storetest.Open(t), now: storetest.Noon, opts: notifier.Options{
		From: notifier.Address{Name: "Lull", Email: "lull@maint.example.org"}, Carrier: carrier,
		BaseURL: "https://maint.example.org", Retry: time.Minute,
	}}
	d.db.Now = func() time.Time {
		d.mu.Lock()
		defer d.mu.Unlock()
		return d.now
	}
	d.agenda = agenda.New(d.db)
	d.update(func(tx *store.Tx) error {
		if _, err := tx.Exec(`INSERT INTO secrets (name, value) VALUES ('mail', $1)`, "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"); err != nil {
			return err
		}
		for _, p := range []scheduler.Person{ada, bob} {
			if _, err := tx.Exec(`INSERT INTO people (email, name, role, time_zone, disabled, password_hash, created_at) VALUES ($1, $2, $3, 'Europe/Berlin', $4, NULL, 0)`,
				p.Email, p.Name, p.Role, false); err != nil {
				return err
			}
			quiet := scheduler.Stakeholder{ID: p.Email, Email: p.Email, All: true, Confirmed: true, Gone: true} // has an account and does not want to hear of everything
			if _, err := tx.Exec(`INSERT INTO stakeholders (id, email, doc) VALUES ($1, $2, $3)`, quiet.ID, quiet.Email, store.JSON(&quiet)); err != nil {
				return err
			}
		}
		return nil
	})
	for _, s := range []scheduler.Service{
		{Slug: "core-db", Name: "Core database", Tier: 1, Public: true, PrimaryOwner: "owner@example.org", BackupOwner: "backup@example.org"},
		{Slug: "shop", Name: "Shop", Tier: 2, Public: true, Upstream: []string{"core-db"}},
		{Slug: "mail", Name: "Mail", Tier: 3, Public: true},
	} {
		_, err := d.agenda.AddService(t.Context(), s, bob)
		d.must(err)
	}
	d.reopen()
	return d
}

// reopen is what a restart does.
func (d *desk) reopen() {
	d.Helper()
	n, err := notifier.New(d.Context(), d.db, d.agenda, d.opts)
	d.must(err)
	d.Notifier = n
}

func (d *desk) must(err error) {
	d.Helper()
	if err != nil {
		d.Fatal(err)
	}
}

func (d *desk) update(fn func(*store.Tx) error) {
	d.Helper()
	d.must(d.db.Update(d.Context(), fn))
}

func (d *desk) later(by time.Duration) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.now = d.now.Add(by)
}

// stakeholder adds one who hears of services, in the zone of Berlin.
func (d *desk) stakeholder(email string, services ...string) scheduler.Stakeholder {
	d.Helper()
	s, err := d.agenda.AddStakeholder(d.Context(), scheduler.Stakeholder{
		Email: email, TimeZone: "Europe/Berlin", Language: "en", Services: services, All: len(services) == 0,
		Kinds: scheduler.Announcements, Calendar: scheduler.PublishPart, Confirmed: true,
	}, bob)
	d.must(err)
	return s
}

// plan is two hours of work on the core database, in two days.
func plan() scheduler.Plan {
	start := storetest.Noon.Add(48 * time.Hour)
	return scheduler.Plan{
		Title: "Core database upgrade", Summary: "Orders wait while the database moves.", RollbackPlan: "Promote the old replica.",
		Public: true, Services: []scheduler.Affected{{Service: "core-db", Impact: scheduler.Outage}, {Service: "mail", Impact: scheduler.NoImpact}},
		Interval: scheduler.Interval{Start: start, End: start.Add(2 * time.Hour)}, TimeZone: "Europe/Berlin", Lead: ada.Email,
		Checks: []scheduler.Check{{Phase: scheduler.Verify, Text: "Orders can be placed", Required: true}},
	}
}

// scheduled is an approved window.
func (d *desk) scheduled(p scheduler.Plan) agenda.View {
	d.Helper()
	v, err := d.agenda.Book(d.Context(), p, agenda.Submission{Now: true}, ada)
	d.must(err)
	v, err = d.agenda.Approve(d.Context(), v.ID, 0, scheduler.Yes{}, bob)
	d.must(err)
	return v
}

// round is one turn of the clock's loop.
func (d *desk) round() (next time.Time) {
	d.Helper()
	_, err := d.Announce(d.Context())
	d.must(err)
	next, err = d.Deliver(d.Context())
	d.must(err)
	return next
}

// told is kind, address and state of each delivery to stakeholders of a window.
func (d *desk) told(window string) (all []string) {
	d.Helper()
	ds, err := d.Deliveries(d.Context(), window)
	d.must(err)
	for _, one := range ds {
		if one.Kind != "approval-asked" {
			all = append(all, one.Kind+" "+one.Address+" "+string(one.State))
		}
	}
	return all
}

// mailTo is the mail a carrier was given for an address, in order.
func mailTo(all []posted, address string) (found []posted) {
	for _, m := range all {
		if m.to == address {
			found = append(found, m)
		}
	}
	return found
}

// carry is a Carrier made of a function.
type carry func(ctx context.Context, to string, raw []byte) notifier.Outcome

func (c carry) Carry(ctx context.Context, _, to string, raw []byte) notifier.Outcome {
	return c(ctx, to, raw)
}

func (c carry) Dialogue(context.Context, notifier.Letter) (string, notifier.Outcome) {
	return "", notifier.Outcome{}
}

func (c carry) Close() error { return nil }

// outboxOf picks the deliveries to an address.
func outboxOf(address string) notifier.OutboxFilter { return notifier.OutboxFilter{Address: address} }
