package notifier

import (
	"slices"

	"lull/scheduler"
)

// concerning lists the services of the window that concern the recipient, and
// says of each that they did not ask for why it does. Who asked for none of
// them hears of all.
func concerning(f facts) []serviceWords {
	var mine, every []serviceWords
	for _, a := range f.Notice.Services {
		s := named(f.All, a.Service)
		line := serviceWords{Name: s.Name, Impact: impactWords[a.Impact]}
		every = append(every, line)
		if asked(f.To, s) {
			mine = append(mine, line)
			continue
		}
		for _, d := range dependents(f.All, s.Slug) {
			if asked(f.To, d) {
				line.Because = d.Name + " depends on it"
				mine = append(mine, line)
				break
			}
		}
	}
	if len(mine) == 0 {
		return every
	}
	return mine
}

func asked(who scheduler.Stakeholder, s scheduler.Service) bool {
	return who.All || slices.Contains(who.Services, s.Slug) || slices.Contains(who.Tiers, s.Tier)
}

func named(all []scheduler.Service, slug string) scheduler.Service {
	for _, s := range all {
		if s.Slug == slug {
			return s
		}
	}
	return scheduler.Service{Slug: slug, Name: slug}
}

// dependents lists what depends on the service, directly or through others.
func dependents(all []scheduler.Service, slug string) []scheduler.Service {
	seen := map[string]bool{slug: true}
	queue := []string{slug}
	var found []scheduler.Service
	for len(queue) > 0 {
		on := queue[0]
		queue = queue[1:]
		for _, s := range all {
			if !seen[s.Slug] && slices.Contains(s.Upstream, on) {
				seen[s.Slug] = true
				found = append(found, s)
				queue = append(queue, s.Slug)
			}
		}
	}
	return found
}
