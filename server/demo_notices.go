package main

import (
	"context"
	"time"

	"lull/scheduler"
	"lull/scheduler/agenda"
)

// suppliers tells of two suppliers: the one works on what the search depends on
// while its index is rebuilt, of the other nobody has said what it touches.
func (d demo) suppliers(ctx context.Context) error {
	defer d.from(0)()
	works := func(provider, id, summary, circuit string, status scheduler.NoticeStatus, in, length time.Duration) scheduler.NoticeUpdate {
		start := d.now.Add(in)
		return scheduler.NoticeUpdate{
			Provider: provider, Account: "4711", MaintenanceID: id, UID: id + "@" + provider, Sequence: 1, Stamp: d.now.Add(-3 * time.Hour),
			Status: status, Impact: scheduler.ReducedRedundancy, Interval: scheduler.Interval{Start: start, End: start.Add(length)}, Summary: summary,
			Objects: []scheduler.NoticeObject{{ID: circuit, Impact: scheduler.ReducedRedundancy}},
		}
	}
	found, err := d.agenda.ImportNotices(ctx, []scheduler.NoticeUpdate{
		works("lightpath.example", "PW-20418", "Splicing on the northern ring", "LP/FRA/1187", scheduler.NoticeConfirmed, 51*time.Hour, 6*time.Hour),
		works("transit.example", "CHG-88213", "Router software upgrade", "IPT-0042", scheduler.NoticeTentative, 120*time.Hour, 4*time.Hour),
	}, priya)
	if err != nil {
		return err
	}
	_, err = d.agenda.MapNotice(ctx, found[0].ID, agenda.Mapping{Services: []string{"core-network"}, Remember: scheduler.RememberObjects}, priya)
	return err
}
