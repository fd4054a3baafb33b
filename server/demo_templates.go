package main

import (
	"context"
	"time"

	"lull/scheduler"
	"lull/scheduler/agenda"
)

// templates adds two: one that Ruth pre-approved, and one that nobody has yet.
func (d demo) templates(ctx context.Context) error {
	relay := d.plan("Mail relay: monthly patches", "mail-relay", scheduler.ReducedRedundancy, 0, time.Hour, priya)
	relay.Risk = scheduler.LowRisk
	made, err := d.agenda.AddTemplate(ctx, scheduler.Template{Name: "Patch the mail relay", Plan: relay, Duration: time.Hour}, mara)
	if err != nil {
		return err
	}
	yes := true
	if _, err := d.agenda.ChangeTemplate(ctx, made.ID, made.Version, agenda.TemplateEdit{PreApproved: &yes, ReviewBy: d.now.AddDate(0, 6, 0)}, ruth); err != nil {
		return err
	}
	wiki := d.plan("Wiki: new version", "wiki", scheduler.Outage, 0, 30*time.Minute, jonas)
	_, err = d.agenda.AddTemplate(ctx, scheduler.Template{Name: "Update the wiki", Plan: wiki, Duration: 30 * time.Minute}, mara)
	return err
}
