package scheduler

import (
	"fmt"
	"slices"
)

// Audience lists everybody who may hear: the stakeholders with an address,
// then the members of groups, then the people with an account, who hear of all
// unless a row of their own says otherwise. An address is in it as often as it
// has reasons. An address that unsubscribed is in it for that reason alone;
// one that never confirmed speaks for nobody, since anybody can type it.
func Audience(rows, people []Stakeholder) (all []Stakeholder) {
	own := make(map[string]Stakeholder, len(rows))
	for _, s := range rows {
		if !s.Group() {
			own[s.Email] = s
		}
	}
	account := make(map[string]bool, len(people))
	for _, p := range people {
		account[p.Email] = true
	}
	for _, s := range rows {
		if !s.Group() {
			s.Outside = s.Outside && !account[s.Email] // who has an account sees all of it inside
			all = append(all, s)
		}
	}
	for _, g := range rows {
		for _, address := range g.Members {
			if mine := own[address]; !mine.Gone {
				all = append(all, g.member(address, mine))
			}
		}
	}
	for _, p := range people {
		if mine := own[p.Email]; !mine.Gone && !mine.Confirmed {
			p.ID, p.All, p.Confirmed, p.Account = AddressID(p.Email), true, true, true
			all = append(all, p)
		}
	}
	return all
}

// member is one address of the group, mailed as its own row says where it has one.
func (s Stakeholder) member(address string, own Stakeholder) Stakeholder {
	m := s
	m.ID, m.Email, m.Name, m.Members = AddressID(address), address, "", nil
	m.Through = s.Name
	if own.Confirmed {
		m.ID, m.Name, m.TimeZone, m.Language, m.Calendar, m.Quiet, m.List = own.ID, own.Name, own.TimeZone, own.Language, own.Calendar, own.Quiet, own.List
	}
	return m
}

// Also makes s, who is told already, one who asked for what other asked for too.
func (s Stakeholder) Also(other Stakeholder) Stakeholder {
	s.All = s.All || other.All
	s.Outside = s.Outside && other.Outside
	for _, slug := range other.Services {
		if !has(s.Services, slug) {
			s.Services = append(slices.Clone(s.Services), slug)
		}
	}
	for _, tier := range other.Tiers {
		if !has(s.Tiers, tier) {
			s.Tiers = append(slices.Clone(s.Tiers), tier)
		}
	}
	return s
}

// Offer is what an address may choose by itself.
type Offer struct {
	Services []Service
	Tiers    []int
	All      bool
}

// Offer is what s may choose from all services: the public ones and what it has
// already; everything when s is somebody inside.
func (s Stakeholder) Offer(all []Service, inside bool) (o Offer) {
	o.All = inside || s.Outside || s.All
	for _, v := range all {
		if inside || v.Public || s.Asks(v) {
			o.Services = append(o.Services, v)
		}
	}
	for tier := 1; tier <= 4; tier++ {
		there := slices.ContainsFunc(o.Services, func(v Service) bool { return v.Tier == tier })
		if inside || has(s.Tiers, tier) || o.All && there {
			o.Tiers = append(o.Tiers, tier)
		}
	}
	return o
}

// Check refuses a choice beyond what is offered, or of nothing, as an InvalidError.
func (o Offer) Check(s Stakeholder) error {
	if s.All {
		if !o.All {
			return InvalidError{"services": "Choose services: all of them cannot be chosen here."}
		}
		return nil
	}
	for _, slug := range s.Services {
		if !slices.ContainsFunc(o.Services, func(v Service) bool { return v.Slug == slug }) {
			return InvalidError{"services": fmt.Sprintf("There is no service %q to choose.", slug)}
		}
	}
	for _, tier := range s.Tiers {
		if !has(o.Tiers, tier) {
			return InvalidError{"services": "Choose among what is offered."}
		}
	}
	if len(s.Services)+len(s.Tiers) == 0 {
		return InvalidError{"services": "Choose all, or at least one service."}
	}
	return nil
}
