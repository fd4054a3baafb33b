package web

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"lull/scheduler"
	"lull/scheduler/agenda"
	"lull/scheduler/recur"
)

type (
	// Freezes lists the periods in which no maintenance is allowed.
	Freezes struct {
		Frame
		Upcoming, Recurring, Past []FreezeRow
	}
	// Freeze is one of them, and its form.
	Freeze struct {
		Frame
		Refusal
		ID       string // empty: a new one
		Form     FreezeForm
		Kept     FreezeRow // as it is
		Services []scheduler.Service
		Zones    []string
		Next     []scheduler.Interval // its periods to come
		InTheWay []agenda.Entry       // windows that it stands in the way of
		More     int
	}
)

func (Freezes) template() string { return "freezes.html" }
func (Freeze) template() string  { return "freeze.html" }

// FreezeRow is a freeze in words.
type FreezeRow struct {
	scheduler.Freeze
	Repeats, Scope string
	Running        bool
	Next           scheduler.Interval // the present or next period; zero: it is over
}

// RowOf is the freeze in words; next is its present or next period.
func RowOf(f scheduler.Freeze, next scheduler.Interval, names map[string]string, now time.Time) FreezeRow {
	row := FreezeRow{Freeze: f, Scope: Scope(f, names), Next: next, Running: !next.Start.IsZero() && !now.Before(next.Start)}
	if f.RRule != "" {
		row.Repeats = f.RRule
		loc := scheduler.InZone(f.Start, f.TimeZone).Location()
		if rule, err := recur.New(recur.Spec{RRule: f.RRule, Start: f.Start.In(loc).Format(recur.Local), Zone: loc}); err == nil {
			row.Repeats = rule.Words(0)
		}
	}
	return row
}

// Scope says what a freeze covers.
func Scope(f scheduler.Freeze, names map[string]string) string {
	if f.All {
		return "all services"
	}
	var parts []string
	for _, t := range f.Tiers {
		parts = append(parts, fmt.Sprintf("tier %d", t))
	}
	for i, slug := range f.Services {
		if i == 3 && len(f.Services) > 4 {
			parts = append(parts, fmt.Sprintf("%d more", len(f.Services)-i))
			break
		}
		name := names[slug]
		if name == "" {
			name = slug
		}
		parts = append(parts, name)
	}
	return strings.Join(parts, ", ")
}

// FreezeForm is the form of a freeze as it was typed.
type FreezeForm struct {
	Title, Reason, Zone             string
	StartDate, StartTime            string
	EndDate, EndTime                string
	Repeat, Every, MonthlyBy, Until string
	Count, RRule                    string
	Weekdays                        []string
	All                             bool
	On                              map[string]bool // services by slug, and "tier-1"
	Override, Version               string
}

// byRule is the way to repeat that only a rule's text can say.
const byRule = "rule"

// ReadFreeze reads the form out of what the browser sent.
func ReadFreeze(v url.Values) FreezeForm {
	f := FreezeForm{
		Title: v.Get("title"), Reason: v.Get("reason"), Zone: v.Get("time_zone"),
		StartDate: v.Get("start_date"), StartTime: v.Get("start_time"), EndDate: v.Get("end_date"), EndTime: v.Get("end_time"),
		Repeat: v.Get("repeat"), Every: v.Get("every"), MonthlyBy: v.Get("monthly_by"), Until: v.Get("until"), Count: v.Get("count"),
		RRule: v.Get("rrule"), Weekdays: v["weekday"], All: v.Get("scope") != "some",
		On: map[string]bool{}, Override: v.Get("override_role"), Version: v.Get("version"),
	}
	for _, slug := range v["service"] {
		f.On[slug] = true
	}
	for _, tier := range v["tier"] {
		f.On["tier-"+tier] = true
	}
	return f
}

// FreezeFormOf is the form that would make the freeze as it is.
func FreezeFormOf(z scheduler.Freeze) FreezeForm {
	f := FreezeForm{
		Title: z.Title, Reason: z.Reason, Zone: z.TimeZone, All: z.All || len(z.Services)+len(z.Tiers) == 0, On: map[string]bool{},
		RRule: z.RRule, Every: "1", Override: string(z.Override), Version: strconv.Itoa(z.Version),
	}
	for _, slug := range z.Services {
		f.On[slug] = true
	}
	for _, t := range z.Tiers {
		f.On[fmt.Sprintf("tier-%d", t)] = true
	}
	if !z.Start.IsZero() {
		start, end := scheduler.InZone(z.Start, z.TimeZone), scheduler.InZone(z.End, z.TimeZone)
		f.StartDate, f.StartTime = start.Format(time.DateOnly), clockOf(z.Start, start)
		f.EndDate, f.EndTime = end.Format(time.DateOnly), clockOf(z.End, end)
	}
	if z.RRule == "" {
		return f
	}
	s, ok := recur.SimpleOf(z.RRule)
	if !ok {
		f.Repeat = byRule
		return f
	}
	f.Repeat, f.Every, f.Weekdays, f.MonthlyBy, f.Until = s.Unit, strconv.Itoa(s.Every), s.Weekdays, s.MonthlyBy, s.Until
	if s.Count > 0 {
		f.Count = strconv.Itoa(s.Count)
	}
	return f
}

// Choices are all services, those that the form names first.
func (p Freeze) Choices() []scheduler.Service {
	return slices.SortedStableFunc(slices.Values(p.Services), func(a, b scheduler.Service) int {
		switch on := p.Form.On; {
		case on[a.Slug] == on[b.Slug]:
			return 0
		case on[a.Slug]:
			return -1
		}
		return 1
	})
}

// Many reports whether there are too many services to look through.
func (p Freeze) Many() bool { return len(p.Services) > mostFlat }

// OnWeekday reports whether the form names the weekday.
func (f FreezeForm) OnWeekday(day string) bool { return slices.Contains(f.Weekdays, day) }

// AllWeekdays names the weekdays for the form.
func (FreezeForm) AllWeekdays() []string { return recur.Weekdays }

// Read writes what the form asks for into z, and answers in words what in it
// cannot be read.
func (f FreezeForm) Read(z *scheduler.Freeze) scheduler.InvalidError {
	wrong := scheduler.InvalidError{}
	z.Title, z.Reason, z.TimeZone = strings.TrimSpace(f.Title), strings.TrimSpace(f.Reason), strings.TrimSpace(f.Zone)
	z.Override = scheduler.Role(f.Override)
	z.All, z.Services, z.Tiers = f.All, nil, nil
	if !f.All {
		for name, on := range f.On {
			if tier, ok := strings.CutPrefix(name, "tier-"); ok && on && len(tier) == 1 {
				z.Tiers = append(z.Tiers, int(tier[0]-'0'))
			} else if on {
				z.Services = append(z.Services, name)
			}
		}
		if len(z.Services)+len(z.Tiers) == 0 {
			wrong["services"] = "Name a tier or a service, or take all."
		}
	}
	zone, ok := scheduler.Zone(z.TimeZone)
	if !ok { // the rest is looked at all the same
		wrong["time_zone"], zone = "This is not a time zone such as Europe/Berlin.", time.UTC
	}
	var bad string
	if z.Start, bad = scheduler.Local(f.StartDate, orMidnight(f.StartTime), zone); bad != "" {
		wrong["start"] = bad
	}
	if z.End, bad = scheduler.Local(f.EndDate, orMidnight(f.EndTime), zone); bad != "" {
		wrong["end"] = bad
	}
	if wrong["start"] == "" {
		z.RRule = f.rule(z.Start.In(zone).Format(recur.Local), wrong)
	}
	return wrong
}

func orMidnight(clock string) string {
	if strings.TrimSpace(clock) == "" {
		return "00:00"
	}
	return clock
}

// rule is the repetition as a rule's text, empty for once.
func (f FreezeForm) rule(start string, wrong scheduler.InvalidError) string {
	number := func(text, field string) int {
		if text = strings.TrimSpace(text); text == "" {
			return 0
		}
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 {
			wrong[field] = "Give a whole number, such as 1."
		}
		return n
	}
	switch f.Repeat {
	case "":
		return ""
	case byRule:
		return strings.TrimSpace(f.RRule)
	}
	s := recur.Simple{
		Every: number(f.Every, "every"), Unit: f.Repeat, MonthlyBy: f.MonthlyBy, Count: number(f.Count, "count"), Until: strings.TrimSpace(f.Until),
	}
	if f.Repeat == recur.Weeks {
		s.Weekdays = f.Weekdays
	}
	text, err := s.RRule(start)
	var one *recur.Error
	if errors.As(err, &one) {
		field := map[string]string{"unit": "repeat", "start_local": "start"}[one.Field]
		if field == "" {
			field = one.Field
		}
		wrong[field] = one.Words
	}
	return text
}
