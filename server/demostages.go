package main

import (
	"context"
	"time"

	"lull/scheduler"
)

// rollout tells of work in stages: the first is proved, the second under way.
func (d demo) rollout(ctx context.Context) error {
	clock := d.db.Now
	defer func() { d.db.Now = clock }()
	at := func(in time.Duration) { d.db.Now = func() time.Time { return d.now.Add(in) } }

	p := d.plan("Checkout: new release in stages", "checkout", scheduler.ReducedRedundancy, -time.Hour, 4*time.Hour, jonas)
	p.Services = append(p.Services, scheduler.Affected{Service: "reports", Impact: scheduler.Degraded})
	part := func(name string, from, to time.Duration, services ...string) {
		p.Stages = append(p.Stages, scheduler.Stage{
			Name: name, Services: services, Interval: scheduler.Interval{Start: d.now.Add(from), End: d.now.Add(to)},
		})
		p.Checks = append(p.Checks, scheduler.Check{Phase: scheduler.Verify, Stage: name, Text: "An order goes through on " + name, Required: true})
	}
	p.Checks = []scheduler.Check{{Phase: scheduler.Before, Text: "The release is on every node", Required: true}}
	part("the canary", -time.Hour, -30*time.Minute, "checkout")
	part("half of the nodes", -30*time.Minute, time.Hour, "checkout")
	part("all nodes, and reports", time.Hour, 3*time.Hour)

	at(-72 * time.Hour)
	w, err := d.book(ctx, p, priya, true)
	if err != nil {
		return err
	}
	at(-time.Hour)
	if err := d.start(ctx, w); err != nil {
		return err
	}
	at(-35 * time.Minute)
	if _, err := d.agenda.Answer(ctx, w.ID, w.Checks[1].ID, scheduler.Result{Answer: scheduler.Passed, Note: "Twenty orders, none slow."}, jonas); err != nil {
		return err
	}
	_, err = d.agenda.Advance(ctx, w.ID, 0, scheduler.Next{Note: "The canary is quiet."}, jonas)
	return err
}
