package scheduler

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Tidy fills the defaults and trims what people typed.
func (p *Plan) Tidy() {
	for _, s := range []*string{&p.Title, &p.Summary, &p.Steps, &p.RollbackPlan, &p.TimeZone, &p.RunbookURL, &p.TicketURL, &p.ConferenceURL} {
		*s = tidy(*s)
	}
	p.Lead = strings.ToLower(strings.TrimSpace(p.Lead))
	if p.Kind == "" {
		p.Kind = Normal
	}
	if p.Risk == "" {
		p.Risk = MediumRisk
	}
	if p.TimeZone == "" {
		p.TimeZone = "UTC"
	}
	for i := range p.Services {
		if p.Services[i].Impact == "" {
			p.Services[i].Impact = Outage
		}
	}
	for i := range p.Checks {
		p.Checks[i].Text, p.Checks[i].How = tidy(p.Checks[i].Text), tidy(p.Checks[i].How)
	}
	p.tidyStages()
	p.Start, p.End = p.Start.UTC().Truncate(time.Second), p.End.UTC().Truncate(time.Second)
	slices.SortFunc(p.Reminders, func(a, b time.Duration) int { return int((b - a) / time.Second) })
	p.Reminders = slices.Compact(p.Reminders)
}

// Check refuses malformed values, field by field, as an InvalidError. What is
// merely absent is the submit gate's to ask for, except a title.
func (p *Plan) Check() error {
	wrong := InvalidError{}
	say := func(field, words string) {
		if words != "" && wrong[field] == "" {
			wrong[field] = words
		}
	}
	if p.Title == "" {
		say("title", "Give the window a title.")
	}
	say("title", badText(p.Title, longTitle, false))
	say("summary", badText(p.Summary, longText, true))
	say("plan", badText(p.Steps, longText, true))
	say("rollback_plan", badText(p.RollbackPlan, longText, true))
	say("runbook_url", badURL(p.RunbookURL))
	say("ticket_url", badURL(p.TicketURL))
	say("conference_url", badURL(p.ConferenceURL))
	say("kind", oneOf(p.Kind, Kinds))
	say("risk", oneOf(p.Risk, Risks))
	if _, ok := Zone(p.TimeZone); !ok {
		say("time_zone", "This is not a time zone such as Europe/Berlin.")
	}
	say("start", p.badTimes())
	if p.RollbackDuration < 0 || p.RollbackDuration > LongestWindow {
		say("rollback_duration", "Give a length of time from 0s to 14 days.")
	}
	if p.VerificationDuration < 0 || p.VerificationDuration > LongestWindow {
		say("verification_duration", "Give a length of time from 0s to 14 days.")
	}
	if p.Lead != "" {
		if _, bad := ParseAddress(p.Lead); bad != "" {
			say("lead", "This "+bad+".")
		}
	}
	say("stages", p.badStages())
	p.checkLists(say)
	return wrong.Err()
}

func (p *Plan) badTimes() string {
	switch {
	case p.Start.IsZero() && p.End.IsZero():
		return ""
	case p.Start.IsZero() != p.End.IsZero():
		return "Give both a start and an end, or neither."
	case !p.Start.Before(p.End):
		return "The end must come after the start."
	case p.Duration() > LongestWindow:
		return "A window lasts at most 14 days."
	case p.Start.Year() < 2000 || p.End.Year() > 2200:
		return "This is not a time that Lull can plan for."
	}
	return ""
}

func (p *Plan) checkLists(say func(field, words string)) {
	for i, s := range p.Services {
		say("services", oneOf(s.Impact, Impacts))
		if slices.ContainsFunc(p.Services[:i], func(o Affected) bool { return o.Service == s.Service }) {
			say("services", fmt.Sprintf("%s is named twice.", s.Service))
		}
	}
	for _, d := range p.Reminders {
		if d <= 0 || d > 90*24*time.Hour {
			say("reminders", "Give each reminder as a length of time before the start, at most 90 days.")
		}
	}
	for i, address := range p.Recipients {
		clean, bad := ParseAddress(address)
		if bad != "" {
			say("recipients", fmt.Sprintf("%q %s.", address, bad))
		}
		p.Recipients[i] = clean
	}
	for _, l := range p.Links {
		if l.Label == "" {
			say("links", "Give each link a label.")
		}
		say("links", badText(l.Label, longTitle, false))
		say("links", badURL(l.URL))
		if l.URL == "" {
			say("links", "Give each link a web address.")
		}
	}
	for _, c := range p.Checks {
		if c.Text == "" {
			say("checks", "Give each check a text.")
		}
		say("checks", badText(c.Text, 1000, false))
		say("checks", badText(c.How, longText, true))
		say("checks", oneOf(c.Phase, Phases))
		say("checks", p.badStage(c))
	}
	for field, n := range map[string]int{"services": len(p.Services), "links": len(p.Links), "checks": len(p.Checks), "reminders": len(p.Reminders), "recipients": len(p.Recipients)} {
		if n > mostItems {
			say(field, fmt.Sprintf("There are %d here, at most %d.", n, mostItems))
		}
	}
}

func oneOf[T ~string](have T, all []T) string {
	if slices.Contains(all, have) {
		return ""
	}
	words := make([]string, len(all))
	for i, one := range all {
		words[i] = string(one)
	}
	return fmt.Sprintf("%q is none of %s.", string(have), strings.Join(words, ", "))
}

// differences between two plans, as the API names the fields: those that ask
// for a new approval, and the wording that does not.
func (p Plan) differences(o Plan) (material, wording []string) {
	note := func(to *[]string, field string, same bool) {
		if !same {
			*to = append(*to, field)
		}
	}
	note(&material, "start", p.Start.Equal(o.Start))
	note(&material, "end", p.End.Equal(o.End))
	note(&material, "stages", slices.EqualFunc(p.Stages, o.Stages, Stage.equal))
	note(&material, "services", slices.Equal(p.Services, o.Services))
	note(&material, "kind", p.Kind == o.Kind)
	note(&material, "plan", p.Steps == o.Steps)
	note(&material, "rollback_plan", p.RollbackPlan == o.RollbackPlan)
	note(&material, "rollback_duration", p.RollbackDuration == o.RollbackDuration)
	note(&material, "verification_duration", p.VerificationDuration == o.VerificationDuration)
	note(&material, "checks", slices.EqualFunc(p.Checks, o.Checks, func(a, b Check) bool { return a.ID == b.ID && a.same(b) }))
	note(&wording, "title", p.Title == o.Title)
	note(&wording, "summary", p.Summary == o.Summary)
	note(&wording, "risk", p.Risk == o.Risk)
	note(&wording, "public", p.Public == o.Public)
	note(&wording, "time_zone", p.TimeZone == o.TimeZone)
	note(&wording, "lead", p.Lead == o.Lead)
	note(&wording, "runbook_url", p.RunbookURL == o.RunbookURL)
	note(&wording, "ticket_url", p.TicketURL == o.TicketURL)
	note(&wording, "conference_url", p.ConferenceURL == o.ConferenceURL)
	note(&wording, "links", slices.Equal(p.Links, o.Links))
	note(&wording, "reminders", slices.Equal(p.Reminders, o.Reminders))
	note(&wording, "recipients", slices.Equal(p.Recipients, o.Recipients))
	return material, wording
}

// same reports whether two checks ask the same thing.
func (c Check) same(o Check) bool {
	return c.Phase == o.Phase && c.Stage == o.Stage && c.Text == o.Text && c.How == o.How && c.Required == o.Required && string(c.Probe) == string(o.Probe)
}

// keepChecks gives the checks of p that ask what a check of old asked its
// identity and its results; every other one is a new check.
func (p *Plan) keepChecks(old []Check, newID func() string) {
	taken := map[string]bool{}
	for i := range p.Checks {
		c := &p.Checks[i]
		found := slices.IndexFunc(old, func(o Check) bool {
			return !taken[o.ID] && o.same(*c) && (c.ID == "" || c.ID == o.ID)
		})
		if found < 0 {
			found = slices.IndexFunc(old, func(o Check) bool { return !taken[o.ID] && o.same(*c) })
		}
		if found >= 0 {
			*c = old[found]
			taken[c.ID] = true
			continue
		}
		c.ID, c.Results, c.Reopened = newID(), nil, 0
	}
}
