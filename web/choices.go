package web

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"lull/scheduler"
)

// Choices is the part of a form that says what an address hears, and how.
type Choices struct {
	Form  map[string]string
	On    map[string]bool // all, a service's slug, tier-1, a kind
	Offer scheduler.Offer
	Kinds []scheduler.Announcement
	Zones []string
}

// ChoicesOf is the form of what the stakeholder has.
func ChoicesOf(s scheduler.Stakeholder, o scheduler.Offer, zones []string) Choices {
	c := Choices{
		Offer: o, Kinds: scheduler.Announcements, Zones: zones, On: map[string]bool{"all": s.All},
		Form: map[string]string{
			"email": s.Email, "name": s.Name, "time_zone": s.TimeZone, "calendar": string(s.Calendar),
			"quiet_from": s.Quiet.From, "quiet_to": s.Quiet.To, "members": strings.Join(s.Members, "\n"),
		},
	}
	for _, slug := range s.Services {
		c.On[slug] = true
	}
	for _, tier := range s.Tiers {
		c.On["tier-"+strconv.Itoa(tier)] = true
	}
	for _, k := range scheduler.Announcements {
		c.On["kind-"+string(k)] = len(s.Kinds) == 0 || slices.Contains(s.Kinds, k)
	}
	return c
}

// ChoicesTyped is the form as it was sent.
func ChoicesTyped(v url.Values, o scheduler.Offer, zones []string) Choices {
	c := Choices{Offer: o, Kinds: scheduler.Announcements, Zones: zones, Form: map[string]string{}, On: map[string]bool{"all": v.Get("all") != ""}}
	for name := range v {
		c.Form[name] = v.Get(name)
	}
	for name, mark := range map[string]string{"service": "", "tier": "tier-", "kind": "kind-"} {
		for _, one := range v[name] {
			c.On[mark+one] = true
		}
	}
	return c
}

// ReadChoices writes into s what the form asks for. A form that shows kinds
// says so, since none of them ticked is not all of them.
func ReadChoices(v url.Values, s *scheduler.Stakeholder) error {
	s.Name, s.TimeZone = strings.TrimSpace(v.Get("name")), strings.TrimSpace(v.Get("time_zone"))
	s.All, s.Services, s.Tiers = v.Get("all") != "", slices.Clone(v["service"]), nil
	s.Calendar = scheduler.CalendarPart(v.Get("calendar"))
	s.Quiet = scheduler.Quiet{From: strings.TrimSpace(v.Get("quiet_from")), To: strings.TrimSpace(v.Get("quiet_to"))}
	wrong := scheduler.InvalidError{}
	for _, t := range v["tier"] {
		n, err := strconv.Atoi(t)
		if err != nil {
			wrong["tiers"] = "A tier is a number from 1 to 4."
		}
		s.Tiers = append(s.Tiers, n)
	}
	if v.Get("kinds") != "" {
		s.Kinds = nil
		for _, k := range v["kind"] {
			s.Kinds = append(s.Kinds, scheduler.Announcement(k))
		}
		if len(s.Kinds) == 0 {
			wrong["kinds"] = "Choose at least one kind of mail."
		}
		if len(s.Kinds) == len(scheduler.Announcements) {
			s.Kinds = nil
		}
	}
	return wrong.Err()
}
