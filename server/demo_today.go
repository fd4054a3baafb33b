package main

import (
	"context"

	"lull/scheduler"
	"lull/scheduler/agenda"
)

// thisWeek is what was booked for now and what is ahead.
var thisWeek = []scene{
	{-74 * hour, func(ctx context.Context, t *teller) {
		t.book(ctx, "relay", tale{
			title: "Mail relay: TLS 1.3 only", service: "mail-relay", impact: scheduler.Degraded, risk: scheduler.LowRisk, in: -26 * hour, length: 2 * hour,
			summary: "Mail may arrive some minutes late. Nothing is lost.",
			steps:   "1. Set the relays' lowest version to 1.3, one after the other.\n2. Watch the queue.", rollback: "Allow 1.2 again; one line in the configuration.",
			before: "No partner has spoken TLS 1.2 in the last week", during: "Every relay speaks TLS 1.3 only", verify: []string{"Mail from outside arrives", "The queue is empty again"}, back: "The relays accept TLS 1.2 again",
			ticket: "https://tickets.example.org/MSG-93",
		}, priya)
		t.approve(ctx, "relay", "Plan and rollback look sound.")
		t.book(ctx, "orders", tale{
			title: "Orders database: PostgreSQL 16 to 17", service: "orders-db", impact: scheduler.Outage, risk: scheduler.HighRisk, in: -hour, length: 3 * hour,
			summary: "Checkout takes orders and confirms them after the work. Payments are not touched.",
			steps:   "1. Stop writers and take a last backup.\n2. pg_upgrade with links on the replica.\n3. Promote the replica.\n4. Start writers.", rollback: "Promote the old primary; it stays stopped and untouched until the window is closed.",
			before: "The replica is less than a second behind", during: "The new primary runs PostgreSQL 17", verify: []string{"An order can be placed and shows in the warehouse", "Query times are as before"}, back: "The old primary serves, and an order can be placed",
			ticket: "https://tickets.example.org/DB-451", conference: "https://meet.example.org/orders-upgrade",
		}, jonas)
		t.approve(ctx, "orders", "Rehearsed on staging twice; go.")
		t.book(ctx, "pruning", tale{
			title: "Data warehouse: drop old partitions", service: "warehouse", impact: scheduler.ReducedRedundancy, in: -3 * hour, length: 5 * hour,
			summary: "Reports may be slower than usual.",
			steps:   "1. Detach partitions before 2023.\n2. Copy them to cold storage.\n3. Drop them.", rollback: "Attach the partitions again; they are dropped last.",
			before: "Cold storage has 2 TB free", during: "Partitions before 2023 are in cold storage", verify: []string{"Row counts of cold storage and catalogue agree", "The monthly report runs in under ten minutes"}, back: "All partitions are attached again",
			ticket: "https://tickets.example.org/DWH-77",
		}, priya)
		t.approve(ctx, "pruning", "")
		t.book(ctx, "image", tale{
			title: "CI runners: new base image", service: "ci-runners", impact: scheduler.NoImpact, risk: scheduler.LowRisk, in: 4 * hour, length: hour,
			summary: "Builds wait for up to a minute.", steps: "Replace the runners one by one.", rollback: "Start runners from the old image.",
			before: "The image has built our three largest projects", during: "All runners use the new image", verify: []string{"A build of main is green"}, back: "All runners use the old image",
		}, priya)
		t.approve(ctx, "image", "")
		t.book(ctx, "archive", tale{
			title: "Reports: archive dashboards of 2023", service: "reports", impact: scheduler.NoImpact, risk: scheduler.LowRisk, in: -30 * minute, length: 2 * hour,
			summary: "Dashboards of 2023 move to the archive and stay readable there.", steps: "Move the folder.", rollback: "Move the folder back.",
			before: "The owners of the dashboards have answered", during: "The folder is in the archive", verify: []string{"A link to a dashboard of 2023 leads to the archive"}, back: "The folder is back",
		}, mara)
		t.approve(ctx, "archive", "")
	}},
	{-70 * hour, func(ctx context.Context, t *teller) {
		t.book(ctx, "switch", tale{
			title: "Core network FRA1: switch firmware", service: "core-network", impact: scheduler.Degraded, in: 28 * hour, length: 2 * hour,
			summary: "Connections may break for a few seconds, twice.",
			steps:   "1. Firmware on the standby switch.\n2. Fail over.\n3. Firmware on the other.", rollback: "Boot the standby image.",
			before: "Remote hands are on site", during: "Both switches run 9.3(12)", verify: []string{"No port has errors", "Failover takes less than three seconds"}, back: "Both switches run 9.3(9)",
			ticket: "https://tickets.example.org/NET-869",
		}, priya)
		t.approve(ctx, "switch", "Tier 1, but well rehearsed.")
		t.book(ctx, "patches", tale{
			title: "CI runners: weekly patches", service: "ci-runners", impact: scheduler.NoImpact, kind: scheduler.Standard, risk: scheduler.LowRisk, in: 20 * hour, length: hour,
			summary: "Builds wait for up to a minute.", steps: "Run the patch playbook.", rollback: "Start runners from last week's image.",
			before: "The playbook ran on the canary", during: "All runners are patched", verify: []string{"A build of main is green"}, back: "Last week's image serves",
		}, jonas)
		t.approve(ctx, "patches", "")
	}},
	{-26 * hour, func(ctx context.Context, t *teller) {
		t.answer(ctx, "relay", scheduler.Before, 1, passed("None in 1.2 million connections.", grafik+"mail/tls"), priya)
		t.start(ctx, "relay", priya)
	}},
	{-25 * hour, func(ctx context.Context, t *teller) {
		t.answer(ctx, "relay", scheduler.During, 1, passed("", ""), priya)
		t.finish(ctx, "relay", "", priya)
	}},
	{-24*hour - 30*minute, func(ctx context.Context, t *teller) {
		t.answer(ctx, "relay", scheduler.Verify, 1, passed("Mail from three providers.", ""), priya)
		t.answer(ctx, "relay", scheduler.Verify, 2, passed("", grafik+"mail/queue"), priya)
		t.close(ctx, "relay", scheduler.End{Outcome: scheduler.Successful, Notes: "All relays answer TLS 1.3 only; mail flows."}, priya)
	}},
	{-24 * hour, func(ctx context.Context, t *teller) {
		t.did(t.agenda.Change(ctx, t.ids["switch"], 0, agenda.Edit{Approve: true, Reason: "Remote hands are not free at the first time.", Apply: func(p *scheduler.Plan) error {
			p.Start, p.End = p.Start.Add(2*hour), p.End.Add(2*hour)
			return nil
		}}, ruth))
	}},
	{-23 * hour, func(ctx context.Context, t *teller) {
		t.did(t.agenda.Cancel(ctx, t.ids["image"], 0, "The new image does not build the mobile app yet.", priya))
	}},
}

// today is what goes on and what waits for somebody.
var today = []scene{
	{-7 * hour, func(ctx context.Context, t *teller) {
		t.book(ctx, "search", tale{
			title: "Search: rebuild the index", service: "search", impact: scheduler.Degraded, in: 52 * hour, length: 3 * hour,
			summary: "Results may miss what was written that evening.", steps: "1. Build the new index beside the old.\n2. Switch.", rollback: "Switch back; the old index stays for a week.",
			before: "There is room for a second index", during: "The new index is complete", verify: []string{"The ten test searches find what they should"}, back: "Searches use the old index",
		}, jonas)
		t.book(ctx, "signing", tale{
			title: "Single sign-on: new signing key", service: "single-sign-on", impact: scheduler.Outage, risk: scheduler.HighRisk, in: 76 * hour, length: hour,
			summary: "You may have to log in again.", steps: "1. Publish both keys.\n2. Wait an hour.\n3. Sign with the new one.", rollback: "Sign with the old key; both are published for a week.",
			before: "Every application reads both keys", during: "Tokens are signed with the new key", verify: []string{"Log-in to wiki, VPN and search"}, back: "Tokens are signed with the old key",
			ticket: "https://tickets.example.org/IAM-310",
		}, priya)
		draft := t.plan(tale{
			title: "Wiki: move to the new storage", service: "wiki", impact: scheduler.Outage, in: 100 * hour, length: 2 * hour,
			summary: "The wiki can be read, and not written.", steps: "To be written with the storage team.", rollback: "",
			before: "A backup not older than a day is there", during: "All attachments are copied", verify: []string{"An attachment from last year opens"}, back: "The wiki uses the old storage",
		}, jonas)
		t.did(t.agenda.Book(ctx, draft, agenda.Submission{}, jonas))
	}},
	{-3 * hour, func(ctx context.Context, t *teller) {
		t.answer(ctx, "pruning", scheduler.Before, 1, passed("2.6 TB.", ""), priya)
		t.start(ctx, "pruning", priya)
	}},
	{-100 * minute, func(ctx context.Context, t *teller) {
		t.answer(ctx, "orders", scheduler.Before, 1, failed("The replica is 40 seconds behind: last night's vacuum still runs.", grafik+"orders/replication"), jonas)
	}},
	{-65 * minute, func(ctx context.Context, t *teller) {
		t.answer(ctx, "orders", scheduler.Before, 1, passed("0.2 seconds since the vacuum ended.", grafik+"orders/replication"), jonas)
	}},
	{-59 * minute, func(ctx context.Context, t *teller) { t.start(ctx, "orders", jonas) }},
	{-45 * minute, func(ctx context.Context, t *teller) {
		t.answer(ctx, "pruning", scheduler.During, 1, passed("1.4 TB copied.", "https://storage.example.org/cold/dwh-2022"), priya)
		t.finish(ctx, "pruning", "", priya)
		t.progress(ctx, "orders", "Writers are stopped and the last backup is taken. The upgrade itself runs now.", jonas)
	}},
	{-30 * minute, func(ctx context.Context, t *teller) {
		t.answer(ctx, "pruning", scheduler.Verify, 1, passed("Equal for all 48 partitions.", "https://storage.example.org/cold/dwh-2022/counts"), priya)
		t.answer(ctx, "pruning", scheduler.Verify, 2, scheduler.Result{Answer: scheduler.Waived, Note: "The report can run only after the orders database is back; it is watched tonight, DWH-80."}, ruth)
	}},
	{-20 * minute, func(ctx context.Context, t *teller) {
		t.book(ctx, "optic", tale{
			title: "Core network FRA1: replace a failing optic", service: "core-network", impact: scheduler.ReducedRedundancy, kind: scheduler.Emergency, in: -20 * minute, length: 2*hour + 20*minute,
			summary: "One of two uplinks loses packets and is taken out. Everything works over the other.",
			steps:   "1. Shut uplink 2.\n2. Swap the optic.\n3. Bring uplink 2 back.", rollback: "Leave uplink 2 shut until the supplier comes.",
			before: "Uplink 1 carries the load alone", during: "The optic is swapped", verify: []string{"Uplink 2 has no errors for ten minutes"}, back: "Uplink 2 is shut, uplink 1 carries all",
			ticket: "https://tickets.example.org/INC-3321",
		}, priya)
		t.answer(ctx, "optic", scheduler.Before, 1, passed("41 % at peak.", grafik+"network/uplinks"), priya)
		t.start(ctx, "optic", priya)
	}},
	{-10 * minute, func(ctx context.Context, t *teller) {
		t.progress(ctx, "orders", "The new version is up on the replica. Checks on it go well; orders are confirmed again by the planned end.", jonas)
		t.progress(ctx, "optic", "Uplink 2 is shut. The spare optic is on its way from the store.", priya)
	}},
	{-5 * minute, func(ctx context.Context, t *teller) {
		t.did(t.agenda.Handover(ctx, t.ids["orders"], 0, mara.Email, jonas))
		t.did(t.agenda.Note(ctx, t.ids["orders"], "Jonas's shift ends; Mara has the call and the console.", jonas))
	}},
}
