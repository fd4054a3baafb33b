package scheduler

import (
	"maps"
	"slices"
	"strings"
)

// Graph is what depends on what.
type Graph struct {
	by       map[string]Service
	up, down map[string][]string
}

// NewGraph is the graph of all services.
func NewGraph(all []Service) Graph {
	g := Graph{by: make(map[string]Service, len(all)), up: map[string][]string{}, down: map[string][]string{}}
	for _, s := range all {
		g.by[s.Slug] = s
		g.up[s.Slug] = s.Upstream
		for _, up := range s.Upstream {
			g.down[up] = append(g.down[up], s.Slug)
		}
	}
	return g
}

// Renewed is all services once those that changed stand in their places.
func Renewed(all, changed []Service) []Service {
	all = slices.Clone(all)
	at := make(map[string]int, len(all))
	for i, s := range all {
		at[s.Slug] = i
	}
	for _, s := range changed {
		if i, ok := at[s.Slug]; ok {
			all[i] = s
		} else {
			all = append(all, s)
		}
	}
	return all
}

// Service is the one with that slug.
func (g Graph) Service(slug string) (Service, bool) {
	s, ok := g.by[slug]
	return s, ok
}

// Of lists the services of these slugs that there are, in the order given.
func (g Graph) Of(slugs []string) (found []Service) {
	for _, slug := range slugs {
		if s, ok := g.by[slug]; ok {
			found = append(found, s)
		}
	}
	return found
}

// Upstream lists by their slugs what the services depend on, directly or
// through others, without themselves.
func (g Graph) Upstream(slugs ...string) []string { return reached(g.up, slugs) }

// Downstream lists by their slugs what depends on the services, directly or
// through others, without themselves.
func (g Graph) Downstream(slugs ...string) []string { return reached(g.down, slugs) }

// Layers lists what the service depends on and what depends on it, each as far
// from the service as its longest way there, so that within a layer nothing
// depends on anything.
func (g Graph) Layers(slug string) (up, down [][]Service) {
	return g.layers(g.down, slug, g.Upstream(slug)), g.layers(g.up, slug, g.Downstream(slug))
}

// layers are the slugs by how far they are from one, where back leads one step
// nearer to it.
func (g Graph) layers(back map[string][]string, from string, slugs []string) (layers [][]Service) {
	far := map[string]int{from: 0}
	var farthest func(slug string) int
	farthest = func(slug string) int {
		if n, ok := far[slug]; ok {
			return n
		}
		far[slug] = 0 // should there be a circle, it ends here
		most := 0
		for _, nearer := range back[slug] {
			if nearer == from || has(slugs, nearer) {
				most = max(most, 1+farthest(nearer))
			}
		}
		far[slug] = most
		return most
	}
	for _, slug := range slugs {
		s, ok := g.by[slug]
		n := farthest(slug)
		if !ok || n == 0 {
			continue
		}
		for len(layers) < n {
			layers = append(layers, nil)
		}
		layers[n-1] = append(layers[n-1], s)
	}
	return layers
}

func reached(edges map[string][]string, from []string) []string {
	seen := make(map[string]bool, len(from))
	for _, slug := range from {
		seen[slug] = true
	}
	queue := slices.Clone(from)
	var found []string
	for len(queue) > 0 {
		at := queue[0]
		queue = queue[1:]
		for _, next := range edges[at] {
			if !seen[next] {
				seen[next] = true
				found = append(found, next)
				queue = append(queue, next)
			}
		}
	}
	slices.Sort(found)
	return found
}

// cycle is a way from the service back to itself, nil when there is none.
func (g Graph) cycle(slug string) []string {
	came := map[string]string{}
	queue := []string{slug}
	for len(queue) > 0 {
		at := queue[0]
		queue = queue[1:]
		for _, next := range g.up[at] {
			if next == slug {
				way := []string{slug}
				for at != slug {
					way = append(way, at)
					at = came[at]
				}
				way = append(way, slug)
				slices.Reverse(way)
				return way
			}
			if _, seen := came[next]; !seen {
				came[next] = at
				queue = append(queue, next)
			}
		}
	}
	return nil
}

// CheckUpstream refuses a service that depends on what is not among all, or on
// itself through others: the cycle is named.
func CheckUpstream(s Service, all []Service) error {
	g := NewGraph(all)
	for _, slug := range s.Upstream {
		if _, ok := g.by[slug]; !ok {
			return InvalidError{"upstream": "There is no service \"" + slug + "\"."}
		}
	}
	g.up = maps.Clone(g.up)
	g.up[s.Slug] = s.Upstream
	if way := g.cycle(s.Slug); way != nil {
		return InvalidError{"upstream": "This makes a circle: " + strings.Join(way, " → ") + "."}
	}
	return nil
}
