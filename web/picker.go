package web

import "lull/scheduler"

// mostFlat is how many services stand in one list; more are folded by tier.
const mostFlat = 15

// FewServices reports whether all services can stand in one list.
func (p Book) FewServices() bool { return len(p.Services) <= mostFlat }

// Tier is the services of one tier in the booking form, but those chosen already.
type Tier struct {
	Tier     int
	Services []scheduler.Service
}

// Chosen are the services that the form names.
func (p Book) Chosen() (chosen []scheduler.Service) {
	for _, s := range p.Services {
		if p.Form.Has(s.Slug) {
			chosen = append(chosen, s)
		}
	}
	return chosen
}

// Tiers are the other services by their tier.
func (p Book) Tiers() (tiers []Tier) {
	for tier := 1; tier <= 4; tier++ {
		t := Tier{Tier: tier}
		for _, s := range p.Services {
			if s.Tier == tier && !p.Form.Has(s.Slug) {
				t.Services = append(t.Services, s)
			}
		}
		if len(t.Services) > 0 {
			tiers = append(tiers, t)
		}
	}
	return tiers
}
