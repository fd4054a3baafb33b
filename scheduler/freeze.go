package scheduler

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Freeze is a period in which no maintenance is allowed, for all services or
// some; once, or again and again.
type Freeze struct {
	ID       string
	Title    string
	Reason   string
	Interval        // the first period: UTC, whole seconds
	RRule    string // RFC 5545 on the wall clock of TimeZone; empty: once
	TimeZone string
	Services []string // slugs
	Tiers    []int
	All      bool
	Override Role // the least role that may override it
	Version  int
	Created  time.Time
	Updated  time.Time
}

// LongestFreeze is how long one period of a freeze may last.
const LongestFreeze = 366 * 24 * time.Hour

// Frozen is one period of a freeze.
type Frozen struct {
	Freeze
	Period Interval
}

// Covers reports whether no maintenance of the service is allowed.
func (f Freeze) Covers(s Service) bool {
	return f.All || has(f.Services, s.Slug) || has(f.Tiers, s.Tier)
}

// Check refuses malformed values, as an InvalidError. Whether RRule is a rule
// of repetition is its caller's to know.
func (f *Freeze) Check() error {
	wrong := InvalidError{}
	say := func(field, words string) {
		if words != "" && wrong[field] == "" {
			wrong[field] = words
		}
	}
	f.Title, f.Reason, f.RRule, f.TimeZone = tidy(f.Title), tidy(f.Reason), tidy(f.RRule), tidy(f.TimeZone)
	if f.TimeZone == "" {
		f.TimeZone = "UTC"
	}
	if f.Override == "" {
		f.Override = Approver
	}
	f.Start, f.End = f.Start.UTC().Truncate(time.Second), f.End.UTC().Truncate(time.Second)
	if f.Title == "" {
		say("title", "Give the freeze a title.")
	}
	say("title", badText(f.Title, longTitle, false))
	say("reason", badText(f.Reason, longText, true))
	if _, ok := Zone(f.TimeZone); !ok {
		say("time_zone", "This is not a time zone such as Europe/Berlin.")
	}
	switch {
	case f.Start.IsZero() || f.End.IsZero():
		say("start", "Give a start and an end.")
	case !f.Start.Before(f.End):
		say("end", "The end must come after the start.")
	case f.Interval.Duration() > LongestFreeze:
		say("end", "A freeze lasts at most 366 days.")
	case f.Start.Year() < 2000 || f.End.Year() > 2200:
		say("start", "This is not a time that Lull can plan for.")
	}
	if f.Override != Approver && f.Override != Admin {
		say("override_role", "Approvers or admins may override a freeze: approver, admin.")
	}
	for _, t := range f.Tiers {
		if t < 1 || t > 4 {
			say("tiers", "A tier is a number from 1 to 4.")
		}
	}
	if len(f.Services) > mostItems {
		say("services", fmt.Sprintf("There are %d here, at most %d.", len(f.Services), mostItems))
	}
	slices.Sort(f.Services)
	f.Services = slices.Compact(f.Services)
	slices.Sort(f.Tiers)
	f.Tiers = slices.Compact(f.Tiers)
	if len(f.Services)+len(f.Tiers) > 0 && f.All {
		say("all", "Either all services are frozen, or those that are named.")
	}
	f.All = len(f.Services)+len(f.Tiers) == 0
	return wrong.Err()
}

// freezeConflict is how a period of a freeze stands in the way of the plan for
// the services, each of which it holds for its stages; a freeze of everything
// stands in the way of all of it.
func freezeConflict(f Frozen, services []Service, p Plan) (Conflict, bool) {
	if !f.Period.Overlaps(p.Interval) {
		return Conflict{}, false
	}
	var names []string
	c := Conflict{Kind: FreezeConflict, Blocking: true, Freeze: f.ID, Start: f.Period.Start, End: f.Period.End, OverrideRole: f.Override}
	for _, s := range services {
		if f.Covers(s) && (f.All || f.Period.Overlaps(p.Holds(s.Slug))) {
			names = append(names, s.Name)
			c.Service = s.Slug
		}
	}
	switch {
	case len(names) == 0:
		return Conflict{}, false
	case len(names) > 1:
		c.Service = ""
	}
	c.Detail = fmt.Sprintf("%q freezes %s, %s.", f.Title, strings.Join(names, ", "), span(f.Period, p.TimeZone))
	if f.Reason != "" {
		c.Detail += " " + f.Reason
	}
	return c, true
}
