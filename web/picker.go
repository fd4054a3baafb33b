package web

import "lull/scheduler"

// mostFlat is how many services stand in one list; more are folded by tier.
const mostFlat = 15

// Picks is the services as a form offers them: in one list where they are few,
// else those chosen already and the others by their tier.
type Picks struct {
	Form     BookForm
	Services []scheduler.Service
	Chosen   []scheduler.Service
	Tiers    []Tier
}

// Tier is the services of one tier, but those chosen already.
type Tier struct {
	Tier     int
	Services []scheduler.Service
}

// Few reports whether all services can stand in one list.
func (p Picks) Few() bool { return len(p.Services) <= mostFlat }

// Picks is how the form offers the services.
func (f BookForm) Picks(services []scheduler.Service) Picks {
	p := Picks{Form: f, Services: services}
	for _, s := range services {
		if f.Has(s.Slug) {
			p.Chosen = append(p.Chosen, s)
		}
	}
	for tier := 1; tier <= 4; tier++ {
		t := Tier{Tier: tier}
		for _, s := range services {
			if s.Tier == tier && !f.Has(s.Slug) {
				t.Services = append(t.Services, s)
			}
		}
		if len(t.Services) > 0 {
			p.Tiers = append(p.Tiers, t)
		}
	}
	return p
}
