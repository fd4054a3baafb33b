package web

import (
	"fmt"
	"slices"
	"unicode/utf8"

	"lull/scheduler"
)

// Dependencies is the picture of what a service depends on, to its left, and of
// what depends on it, to its right; directly first, then through others.
type Dependencies struct {
	Width, Height int
	Nodes         []Node
	Edges         []string // paths
	More          int      // services that found no room

	Upstream, Downstream Reach
}

// Reach is services in one direction: those next to the service, and those
// beyond them.
type Reach struct{ Direct, Through []scheduler.Service }

// reach parts services into those that are next to the service and the rest.
func reach(all []scheduler.Service, direct func(scheduler.Service) bool) (r Reach) {
	for _, s := range all {
		if direct(s) {
			r.Direct = append(r.Direct, s)
		} else {
			r.Through = append(r.Through, s)
		}
	}
	return r
}

// Node is one service in the picture.
type Node struct {
	X, Y       int
	Slug, Name string // Name as far as it fits
	Whole      string
	Tier       int
	Self       bool
}

// TextX is where the name begins.
func (n Node) TextX() int { return n.X + nodeDown }

// TextY is the line that the name stands on.
func (n Node) TextY() int { return n.Y + nodeHeight/2 + nodeDown/3 }

// The measures of the picture, and how much is in it at most.
const (
	nodeWidth, nodeHeight = 158, 36
	nodeRight, nodeDown   = 62, 12 // between columns and rows
	nodeLetters           = 20
	mostInColumn          = 12
)

// DependenciesOf draws the service among all.
func DependenciesOf(slug string, all []scheduler.Service) (d Dependencies) {
	g := scheduler.NewGraph(all)
	self, ok := g.Service(slug)
	if !ok {
		return d
	}
	d.Upstream = reach(g.Of(g.Upstream(slug)), func(s scheduler.Service) bool { return slices.Contains(self.Upstream, s.Slug) })
	d.Downstream = reach(g.Of(g.Downstream(slug)), func(s scheduler.Service) bool { return slices.Contains(s.Upstream, slug) })
	up, down := g.Layers(slug)
	if len(up)+len(down) == 0 {
		return d
	}
	slices.Reverse(up)
	columns := append(append(up, []scheduler.Service{self}), down...)
	tallest := 0
	for i, column := range columns {
		if len(column) > mostInColumn {
			d.More += len(column) - mostInColumn
			columns[i] = column[:mostInColumn]
		}
		tallest = max(tallest, len(columns[i]))
	}
	d.Width = len(columns)*(nodeWidth+nodeRight) - nodeRight + 2
	d.Height = tallest*(nodeHeight+nodeDown) - nodeDown + 2
	at := map[string]Node{}
	for i, column := range columns {
		top := (d.Height - len(column)*(nodeHeight+nodeDown) + nodeDown) / 2
		for j, s := range column {
			n := Node{
				X: 1 + i*(nodeWidth+nodeRight), Y: top + j*(nodeHeight+nodeDown),
				Slug: s.Slug, Name: short(s.Name), Whole: s.Name, Tier: s.Tier, Self: s.Slug == slug,
			}
			at[s.Slug] = n
			d.Nodes = append(d.Nodes, n)
		}
	}
	for _, n := range d.Nodes {
		s, _ := g.Service(n.Slug)
		s.Upstream = slices.DeleteFunc(slices.Clone(s.Upstream), func(up string) bool { return at[up].Slug == "" })
		for _, up := range s.Upstream {
			if !said(g, s, up) {
				d.Edges = append(d.Edges, edge(at[up], n))
			}
		}
	}
	return d
}

// said reports whether the picture says without a line of its own that s depends
// on up, since s depends on something that does.
func said(g scheduler.Graph, s scheduler.Service, up string) bool {
	return slices.ContainsFunc(s.Upstream, func(other string) bool {
		return other != up && slices.Contains(g.Upstream(other), up)
	})
}

// edge leads from the right of what is depended on to the left of what depends
// on it.
func edge(from, to Node) string {
	x1, y1, y2 := from.X+nodeWidth, from.Y+nodeHeight/2, to.Y+nodeHeight/2
	half := (to.X - x1) / 2
	return fmt.Sprintf("M%d %dC%d %d %d %d %d %d", x1, y1, x1+half, y1, to.X-half, y2, to.X, y2)
}

// short is a name as far as it fits into the picture.
func short(name string) string {
	if utf8.RuneCountInString(name) <= nodeLetters {
		return name
	}
	return string([]rune(name)[:nodeLetters-1]) + "…"
}

// Gaps are what nobody is named for.
func Gaps(s scheduler.Service) (gaps []string) {
	if s.PrimaryOwner == "" {
		gaps = append(gaps, "no primary owner")
	}
	if s.BackupOwner == "" {
		gaps = append(gaps, "no backup owner")
	}
	if len(s.Escalation) == 0 {
		gaps = append(gaps, "no escalation path")
	}
	return gaps
}
