package notifier

import (
	"slices"
	"strings"

	"lull/scheduler"
)

// concerning lists the services of the window that concern the recipient, and
// says of each that they did not ask for why it does. Where none of them does,
// those count that did when they were last told; who never asked for any hears of all.
func (c *catalogue) concerning(f facts) []serviceWords {
	mine, every := c.concerned(f, f.Notice.Services)
	if len(mine) == 0 && f.Was != nil {
		mine, _ = c.concerned(f, f.Was.Services)
	}
	if len(mine) == 0 {
		return every
	}
	return mine
}

func (c *catalogue) concerned(f facts, services []scheduler.Affected) (mine, every []serviceWords) {
	for _, a := range services {
		s := named(f.All, a.Service)
		line := serviceWords{Name: s.Name, Impact: c.Say("impact." + string(a.Impact))}
		every = append(every, line)
		if asked(f.To, s) {
			mine = append(mine, line)
			continue
		}
		for _, d := range dependents(f.All, s.Slug) {
			if asked(f.To, d) {
				line.Because = c.Say("depends", d.Name)
				mine = append(mine, line)
				break
			}
		}
	}
	return mine, every
}

// formerly names the services by which the window concerned the recipient before.
func (c *catalogue) formerly(f facts) string {
	var mine []string
	if f.Was != nil {
		for _, a := range f.Was.Services {
			for _, s := range append([]scheduler.Service{named(f.All, a.Service)}, dependents(f.All, a.Service)...) {
				if asked(f.To, s) && !slices.Contains(mine, s.Name) {
					mine = append(mine, s.Name)
				}
			}
		}
	}
	switch n := len(mine); n {
	case 0:
		return c.Say("you")
	case 1:
		return mine[0]
	default:
		return c.Say("and", strings.Join(mine[:n-1], ", "), mine[n-1])
	}
}

func asked(who scheduler.Stakeholder, s scheduler.Service) bool { return who.Asks(s) }

// outside leaves of the facts what somebody outside may know: the public
// services. What a window does to others is not theirs to read.
func outside(f facts) facts {
	hidden := func(slug string) bool {
		return !slices.ContainsFunc(f.All, func(s scheduler.Service) bool { return s.Slug == slug && s.Public })
	}
	public := func(all []scheduler.Affected) []scheduler.Affected {
		return slices.DeleteFunc(slices.Clone(all), func(a scheduler.Affected) bool { return hidden(a.Service) })
	}
	f.Notice.Services, f.Window.Services = public(f.Notice.Services), public(f.Window.Services)
	if f.Was != nil {
		was := *f.Was
		was.Services = public(was.Services)
		f.Was = &was
	}
	f.All = slices.DeleteFunc(slices.Clone(f.All), func(s scheduler.Service) bool { return !s.Public })
	return f
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
