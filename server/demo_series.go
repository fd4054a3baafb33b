package main

import (
	"context"
	"time"

	"lull/scheduler"
	"lull/scheduler/agenda"
)

// series is a patch night on the second Tuesday of each month, approved. Its
// first night is far enough away to come into nothing else's way.
func (d demo) series(ctx context.Context) error {
	defer d.from(begins)()
	p := d.plan("VPN patch night", "vpn", scheduler.Degraded, 0, 0, priya)
	p.Interval = scheduler.Interval{}
	s, err := d.agenda.AddSeries(ctx, scheduler.Series{
		Plan: p, RRule: "FREQ=MONTHLY;BYDAY=2TU", StartLocal: secondTuesday(d.now.AddDate(0, 0, 9)).Format(time.DateOnly) + "T22:00", Duration: 2 * time.Hour,
	}, agenda.Submission{Now: true}, priya)
	if err != nil {
		return err
	}
	_, err = d.agenda.ApproveSeries(ctx, s.ID, 0, scheduler.Yes{Note: "The same plan each time; review it in a year."}, time.Time{}, ruth)
	return err
}

// secondTuesday is the first one of a month from the day on.
func secondTuesday(from time.Time) time.Time {
	for day := from; ; day = day.AddDate(0, 0, 1) {
		if day.Weekday() == time.Tuesday && (day.Day()-1)/7 == 1 {
			return day
		}
	}
}
