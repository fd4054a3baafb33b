package main

import (
	"context"
	"time"

	"lull/scheduler"
	"lull/scheduler/agenda"
)

// stages is a roll-out in three of them: the first is proved, the second under way.
var stages = []scene{
	{-72 * hour, func(ctx context.Context, t *teller) {
		p := t.plan(tale{
			title: "Checkout: new release in stages", service: "checkout", impact: scheduler.ReducedRedundancy, in: -hour, length: 4 * hour,
			summary: "Checkout keeps working; some carts may need a reload.", steps: "Release to the canary, to half of the nodes, to all.",
			rollback: "Put the release before back on every node.",
			before:   "The release is on every node", during: "The error rate stays below one in a thousand", back: "Every node runs the release before",
		}, jonas)
		p.Services = append(p.Services, scheduler.Affected{Service: "search", Impact: scheduler.Degraded})
		part := func(name string, from, to time.Duration, services ...string) {
			p.Stages = append(p.Stages, scheduler.Stage{
				Name: name, Services: services, Interval: scheduler.Interval{Start: t.now.Add(from), End: t.now.Add(to)},
			})
			p.Checks = append(p.Checks, scheduler.Check{Phase: scheduler.Verify, Stage: name, Text: "An order goes through on " + name, Required: true})
		}
		part("the canary", -hour, -30*minute, "checkout")
		part("half of the nodes", -30*minute, hour, "checkout")
		part("all nodes, and search", hour, 3*hour)
		t.ids["stages"] = t.did(t.agenda.Book(ctx, p, agenda.Submission{Now: true}, priya)).ID
		t.approve(ctx, "stages", "Small steps; good.")
	}},
	{-62 * minute, func(ctx context.Context, t *teller) {
		t.answer(ctx, "stages", scheduler.Before, 1, passed("", ""), jonas)
	}},
	{-hour, func(ctx context.Context, t *teller) { t.start(ctx, "stages", jonas) }},
	{-35 * minute, func(ctx context.Context, t *teller) {
		t.answer(ctx, "stages", scheduler.During, 1, passed("Two in ten thousand.", "https://graphs.example.org/d/checkout"), jonas)
		t.answer(ctx, "stages", scheduler.Verify, 1, passed("Twenty orders, none slow.", ""), jonas)
		t.did(t.agenda.Advance(ctx, t.ids["stages"], 0, scheduler.Next{Note: "The canary is quiet."}, jonas))
	}},
}
