package main

import (
	"context"
	"time"

	"lull/scheduler"
)

const (
	hour   = time.Hour
	minute = time.Minute
	grafik = "https://grafana.example.org/d/"
)

// lastWeek is work that did not go to plan: with issues, rolled back, failed,
// and two emergencies, one approved after the fact and one not.
var lastWeek = []scene{
	{-288 * hour, func(ctx context.Context, t *teller) {
		t.book(ctx, "exports", tale{
			title: "Reports: move the nightly exports", service: "reports", impact: scheduler.Degraded, risk: scheduler.LowRisk, in: -194 * hour, length: 2 * hour,
			summary: "Exports that are due meanwhile arrive up to two hours late. Nothing is lost.",
			steps:   "1. Pause the export queue.\n2. Copy the definitions to the new scheduler.\n3. Resume the queue there.", rollback: "Resume the queue on the old scheduler; it keeps its definitions until Monday.",
			before: "The new scheduler has run a test export", during: "Every export definition is on the new scheduler", verify: []string{"Tonight's sales export has arrived", "The export that finance downloads opens in their sheet"}, back: "The old scheduler runs exports again",
			ticket: "https://tickets.example.org/REP-214",
		}, priya)
		t.approve(ctx, "exports", "Fine; finance knows.")
		t.book(ctx, "chain", tale{
			title: "Payments API: new certificate chain", service: "payments-api", impact: scheduler.Degraded, in: -170 * hour, length: 90 * minute,
			summary: "Single payments may be refused and can be repeated at once.",
			steps:   "1. Install the chain on one node.\n2. Watch it for ten minutes.\n3. Install it on the other five.", rollback: "Put the old chain back; it is valid for another month.",
			before: "The new chain validates against the partners' trust stores", during: "All six nodes serve the new chain", verify: []string{"Both card partners accept a test payment", "Error rate is below 0.1 %"}, back: "All six nodes serve the old chain, and a test payment goes through",
			ticket: "https://tickets.example.org/PAY-1182",
		}, jonas)
		t.approve(ctx, "chain", "Please start with one node.")
		t.book(ctx, "kernel", tale{
			title: "VPN gateways: kernel 6.12", service: "vpn", impact: scheduler.Outage, risk: scheduler.HighRisk, in: -146 * hour, length: 2 * hour,
			summary: "VPN connections are cut twice, for about five minutes each. Your client connects again by itself.",
			steps:   "1. Drain gateway A and boot the new kernel.\n2. Move everybody to A.\n3. The same with B.", rollback: "Boot the old kernel from the boot menu.",
			before: "Out-of-band consoles of both gateways answer", during: "Both gateways run 6.12", verify: []string{"A client connects from outside and reaches the wiki"}, back: "Gateway A carries all connections on the old kernel",
			ticket: "https://tickets.example.org/NET-877",
		}, jonas)
		t.approve(ctx, "kernel", "")
	}},
	{-195 * hour, func(ctx context.Context, t *teller) {
		t.answer(ctx, "exports", scheduler.Before, 1, passed("Test export 41 MB, as before.", ""), priya)
	}},
	{-194 * hour, func(ctx context.Context, t *teller) { t.start(ctx, "exports", priya) }},
	{-193*hour - 20*minute, func(ctx context.Context, t *teller) {
		t.answer(ctx, "exports", scheduler.During, 1, passed("37 of 37 definitions copied.", ""), priya)
		t.finish(ctx, "exports", "", priya)
	}},
	{-193 * hour, func(ctx context.Context, t *teller) {
		t.answer(ctx, "exports", scheduler.Verify, 1, passed("", "https://reports.example.org/exports/sales-daily"), priya)
		t.answer(ctx, "exports", scheduler.Verify, 2, failed("The sheet shows dates as text: the new scheduler writes them another way.", "https://tickets.example.org/REP-219"), priya)
	}},
	{-192*hour - 40*minute, func(ctx context.Context, t *teller) {
		t.answer(ctx, "exports", scheduler.Verify, 2, scheduler.Result{Answer: scheduler.Waived, Note: "Finance can live with it until the format is mended on Thursday, REP-219."}, ruth)
		t.close(ctx, "exports", scheduler.End{Outcome: scheduler.SuccessfulWithIssues, Notes: "All exports run on the new scheduler. Dates in the finance sheet are text until REP-219 is done."}, priya)
	}},
	{-170 * hour, func(ctx context.Context, t *teller) {
		t.answer(ctx, "chain", scheduler.Before, 1, passed("Checked with openssl against both stores.", ""), jonas)
		t.start(ctx, "chain", jonas)
	}},
	{-169*hour - 30*minute, func(ctx context.Context, t *teller) {
		t.progress(ctx, "chain", "One of two card partners refuses the new chain. We go back to the old one.", jonas)
		t.answer(ctx, "chain", scheduler.During, 1, failed("Node 1 alone: Northpay's terminals refuse the new intermediate.", grafik+"payments/errors"), jonas)
	}},
	{-169*hour - 10*minute, func(ctx context.Context, t *teller) {
		t.answer(ctx, "chain", scheduler.Rollback, 1, passed("Old chain on all nodes; a payment of 1.00 EUR went through with both partners.", grafik+"payments/errors"), jonas)
		t.close(ctx, "chain", scheduler.End{Outcome: scheduler.RolledBack, Notes: "Northpay's terminals do not know the new intermediate. Things are as they were before; Northpay ships an update next month."}, jonas)
	}},
	{-146 * hour, func(ctx context.Context, t *teller) {
		t.answer(ctx, "kernel", scheduler.Before, 1, passed("Both consoles answer.", ""), jonas)
		t.start(ctx, "kernel", jonas)
	}},
	{-145 * hour, func(ctx context.Context, t *teller) {
		t.answer(ctx, "kernel", scheduler.During, 1, failed("Gateway B does not come up: its network card is not found by 6.12.", ""), jonas)
		t.did(t.agenda.Extend(ctx, t.ids["kernel"], 0, t.now.Add(-143*hour), "Gateway B has to be put back by hand.", jonas))
	}},
	{-143*hour - 30*minute, func(ctx context.Context, t *teller) {
		t.answer(ctx, "kernel", scheduler.Rollback, 1, passed("A carries 212 connections on 6.6; B stays down until its card is replaced.", grafik+"vpn/sessions"), jonas)
		t.close(ctx, "kernel", scheduler.End{
			Outcome: scheduler.Failed, Notes: "Gateway A is back on the old kernel and carries everybody. Gateway B is down.",
			FollowUp: "Jonas replaces the card of gateway B on Tuesday, NET-881; until then there is no redundancy.",
		}, jonas)
	}},
	{-124 * hour, func(ctx context.Context, t *teller) {
		t.book(ctx, "twice", tale{
			title: "Checkout: stop double charges", service: "checkout", impact: scheduler.Degraded, kind: scheduler.Emergency, risk: scheduler.HighRisk, in: -124 * hour, length: 90 * minute,
			summary: "Some orders were charged twice. We stop it now; double charges are paid back by tomorrow.",
			steps:   "1. Turn the retry of payments off.\n2. Roll release 5.8.1 out.", rollback: "Leave the retry off and go back to 5.8.0.",
			before: "Payments on call agrees", during: "Release 5.8.1 runs on every node", verify: []string{"No order of the last ten minutes has two charges"}, back: "5.8.0 serves with the retry off",
			ticket: "https://tickets.example.org/INC-3307",
		}, priya)
		t.answer(ctx, "twice", scheduler.Before, 1, passed("Lena from payments is on the call.", ""), priya)
		t.start(ctx, "twice", priya)
	}},
	{-123*hour - 15*minute, func(ctx context.Context, t *teller) {
		t.answer(ctx, "twice", scheduler.During, 1, passed("", "https://deploy.example.org/checkout/5.8.1"), priya)
		t.finish(ctx, "twice", "", priya)
		t.approve(ctx, "twice", "Right to start at once; approved after the fact.")
	}},
	{-123 * hour, func(ctx context.Context, t *teller) {
		t.answer(ctx, "twice", scheduler.Verify, 1, passed("0 of 431 orders.", grafik+"checkout/double-charges"), jonas)
		t.close(ctx, "twice", scheduler.End{Outcome: scheduler.Successful, Notes: "5.8.1 runs everywhere; no order is charged twice any more. 58 charges are paid back by finance."}, priya)
	}},
	{-98 * hour, func(ctx context.Context, t *teller) {
		t.book(ctx, "restore", tale{
			title: "Wiki: bring deleted pages back", service: "wiki", impact: scheduler.Outage, kind: scheduler.Emergency, in: -98 * hour, length: hour,
			summary: "The wiki is away for half an hour while deleted pages are brought back.",
			steps:   "1. Stop the wiki.\n2. Restore last night's backup.", rollback: "Start the wiki on the database as it is.",
			before: "Last night's backup is readable", during: "The backup is restored", verify: []string{"The handbook opens"}, back: "The wiki serves the database from before",
		}, jonas)
		t.answer(ctx, "restore", scheduler.Before, 1, passed("", ""), jonas)
		t.start(ctx, "restore", jonas)
	}},
	{-97*hour - 20*minute, func(ctx context.Context, t *teller) {
		t.answer(ctx, "restore", scheduler.During, 1, passed("", ""), jonas)
		t.finish(ctx, "restore", "", jonas)
		t.answer(ctx, "restore", scheduler.Verify, 1, passed("", "https://wiki.example.org/handbook"), jonas)
	}},
	{-96 * hour, func(ctx context.Context, t *teller) {
		t.did(t.agenda.Reject(ctx, t.ids["restore"], 0, "This could have waited for the evening, and it threw away what people wrote since the night.", ruth))
		t.close(ctx, "restore", scheduler.End{
			Outcome: scheduler.Unapproved, Notes: "The handbook is back. What was written since the backup is lost.",
			FollowUp: "Jonas writes down with Ruth when a restore is an emergency; done by Friday.",
		}, jonas)
	}},
}
