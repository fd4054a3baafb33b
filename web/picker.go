package web

import "lull/scheduler"

// mostFlat is how many services stand in one list; more are folded by tier.
const mostFlat = 15

// FewServices reports whether all services can stand in one list.
func (p Book) FewServices() bool { return len(p.Services) <= mostFlat }

// Tier is the services of one tier in the booking form.
type Tier struct {
	Tier, Chosen int
	Services     []scheduler.Service
}

// Open reports whether the tier is unfolded at first.
func (t Tier) Open() bool { return t.Chosen > 0 }

// Tiers are the services by their tier.
func (p Book) Tiers() (tiers []Tier) {
	for tier := 1; tier <= 4; tier++ {
		t := Tier{Tier: tier}
		for _, s := range p.Services {
			if s.Tier != tier {
				continue
			}
			t.Services = append(t.Services, s)
			if p.Form.Has(s.Slug) {
				t.Chosen++
			}
		}
		if len(t.Services) > 0 {
			tiers = append(tiers, t)
		}
	}
	return tiers
}
