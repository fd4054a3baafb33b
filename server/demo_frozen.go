package main

import (
	"context"
	"time"

	"lull/scheduler"
)

// frozen says when no maintenance is wanted: two freezes, and the hours of two
// services.
func (d demo) frozen(ctx context.Context) error {
	defer d.from(0)()
	berlin := scheduler.InZone(d.now, "Europe/Berlin")
	midnight := func(days int) time.Time {
		return time.Date(berlin.Year(), berlin.Month(), berlin.Day()+days, 0, 0, 0, 0, berlin.Location()).UTC()
	}
	for _, one := range []struct {
		slug  string
		hours scheduler.Hours
	}{
		{"payments-api", scheduler.Hours{Days: []string{"tue", "wed", "sun"}, From: "02:00", To: "06:00", TimeZone: "Europe/Berlin"}},
		{"vpn", scheduler.Hours{Days: []string{"mon", "tue", "wed", "thu", "fri"}, From: "20:00", To: "05:00", TimeZone: "Europe/Berlin"}},
	} {
		if _, err := d.agenda.ChangeService(ctx, one.slug, func(s *scheduler.Service) error {
			s.Hours = []scheduler.Hours{one.hours}
			return nil
		}, mara); err != nil {
			return err
		}
	}
	for _, f := range []scheduler.Freeze{
		{
			Title: "Peak trading freeze", Reason: "The sales of the year: nothing that customers pay through is touched.", TimeZone: "Europe/Berlin",
			Services: []string{"checkout", "payments-api"}, Override: scheduler.Approver,
			Interval: scheduler.Interval{Start: midnight(3), End: midnight(6).Add(8 * time.Hour)},
		},
		{
			Title: "Year-end closing", Reason: "The books are closed; finance needs every report.", TimeZone: "Europe/Berlin", All: true,
			Override: scheduler.Admin, Interval: scheduler.Interval{Start: midnight(24), End: midnight(31)},
		},
	} {
		if _, err := d.agenda.AddFreeze(ctx, f, mara); err != nil {
			return err
		}
	}
	return nil
}
