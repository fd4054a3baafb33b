package web

import (
	"slices"
	"strings"

	"lull/scheduler"
)

// Bring adds what the ticked services offer to a window, each service once:
// its checks after those in the form, its rollback plan where nobody has
// written another. What was brought stays when its service is unticked, and
// what was taken out again does not come back.
func (f *BookForm) Bring(services []scheduler.Service) {
	var before, fresh []scheduler.Service
	for _, s := range services {
		switch {
		case slices.Contains(f.Brought, s.Slug):
			before = append(before, s)
		case f.Has(s.Slug):
			fresh = append(fresh, s)
		}
	}
	switch strings.TrimSpace(strings.ReplaceAll(f.RollbackPlan, "\r\n", "\n")) {
	case "":
		f.RollbackPlan = rollback(fresh)
	case rollback(before):
		f.RollbackPlan = rollback(append(before, fresh...))
	}
	for _, s := range fresh {
		f.Brought = append(f.Brought, s.Slug)
		for _, c := range s.Checks {
			f.Checks = append(f.Checks, CheckRow{
				From: s.Slug, Phase: string(c.Phase), Text: c.Text, How: c.How, Required: c.Required, Probe: c.Probe,
			})
		}
	}
}

// rollback is the rollback plan that the services offer, each part under its
// service's name where there are several.
func rollback(services []scheduler.Service) string {
	var plans, named []string
	for _, s := range services {
		if s.RollbackPlan != "" {
			plans = append(plans, s.RollbackPlan)
			named = append(named, s.Name+":\n"+s.RollbackPlan)
		}
	}
	if len(plans) == 1 {
		return plans[0]
	}
	return strings.Join(named, "\n\n")
}

// KeepProbes gives the lines the probes that the form does not show: a check of
// the window keeps its own, and one that a service brought takes the service's
// as long as it keeps its wording.
func (f *BookForm) KeepProbes(old []scheduler.Check, services []scheduler.Service) {
	for i := range f.Checks {
		row := &f.Checks[i]
		for _, o := range old {
			if o.ID == row.ID && o.ID != "" {
				row.Probe = o.Probe
			}
		}
		for _, s := range services {
			for _, c := range s.Checks {
				if s.Slug == row.From && string(c.Phase) == row.Phase && c.Text == row.Text {
					row.Probe = c.Probe
				}
			}
		}
	}
}
