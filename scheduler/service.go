package scheduler

import (
	"fmt"
	"regexp"
	"slices"
	"time"
)

// Service is something people depend on.
type Service struct {
	Slug         string
	Name         string
	Description  string
	Tier         int // 1 (critical) to 4
	PrimaryOwner string
	BackupOwner  string
	Escalation   []string // addresses, in the order they are called
	RunbookURL   string
	Links        []Link
	Upstream     []string // slugs of services it depends on
	Hours        []Hours  // allowed maintenance hours; none: any time
	Public       bool
	Checks       []Check // offered to windows that touch it
	RollbackPlan string  // offered to windows that touch it
	Updated      time.Time
}

var slugForm = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

// Check refuses malformed values of a service, as an InvalidError.
func (s *Service) Check() error {
	wrong := InvalidError{}
	say := func(field, words string) {
		if words != "" && wrong[field] == "" {
			wrong[field] = words
		}
	}
	s.Name, s.Description, s.RollbackPlan = tidy(s.Name), tidy(s.Description), tidy(s.RollbackPlan)
	if s.Tier == 0 {
		s.Tier = 3
	}
	if !slugForm.MatchString(s.Slug) || len(s.Slug) > 64 {
		say("slug", "Use lower-case letters, digits and single hyphens, such as core-db; at most 64.")
	}
	if s.Slug == "new" || s.Slug == "import" {
		say("slug", "This word is the address of a page; take another.")
	}
	if s.Name == "" {
		say("name", "Give the service a name.")
	}
	say("name", badText(s.Name, longTitle, false))
	say("description", badText(s.Description, longText, true))
	say("rollback_plan", badText(s.RollbackPlan, longText, true))
	say("runbook_url", badURL(s.RunbookURL))
	if s.Tier < 1 || s.Tier > 4 {
		say("tier", "The tier is a number from 1 (critical) to 4.")
	}
	for field, to := range map[string]*string{"primary_owner": &s.PrimaryOwner, "backup_owner": &s.BackupOwner} {
		if *to == "" {
			continue
		}
		clean, bad := ParseAddress(*to)
		if bad != "" {
			say(field, "This "+bad+".")
		}
		*to = clean
	}
	for i, to := range s.Escalation {
		clean, bad := ParseAddress(to)
		if bad != "" {
			say("escalation", fmt.Sprintf("%q %s.", to, bad))
		}
		s.Escalation[i] = clean
	}
	p := Plan{Title: "x", TimeZone: "UTC", Kind: Normal, Risk: LowRisk, Links: s.Links, Checks: s.Checks}
	p.checkLists(say)
	for _, h := range s.Hours {
		say("hours", h.wrong())
	}
	for _, up := range s.Upstream {
		if up == s.Slug {
			say("upstream", "A service does not depend on itself.")
		}
	}
	slices.Sort(s.Upstream)
	s.Upstream = slices.Compact(s.Upstream)
	return wrong.Err()
}

// Check refuses malformed settings, as an InvalidError.
func (s *Settings) Check() error {
	wrong := InvalidError{}
	s.Organisation = tidy(s.Organisation)
	if s.Organisation == "" {
		wrong["organisation"] = "Give the organisation a name."
	}
	if bad := badText(s.Organisation, longTitle, false); bad != "" {
		wrong["organisation"] = bad
	}
	if _, ok := Zone(s.TimeZone); !ok {
		wrong["time_zone"] = "This is not a time zone such as Europe/Berlin."
	}
	if bad := oneOf(s.Policy.Preset, Presets); bad != "" {
		wrong["preset"] = bad
	}
	for _, d := range s.Reminders {
		if d <= 0 || d > 90*24*time.Hour {
			wrong["reminders"] = "Give each reminder as a length of time before the start, at most 90 days."
		}
	}
	if s.Settle < 0 || s.Settle > 10*time.Minute {
		wrong["settle"] = "Give a length of time from 0s to 10m."
	}
	if s.EscalateAfter < 0 || s.EscalateAfter > 24*time.Hour {
		wrong["escalate_after"] = "Give a length of time from 0s to 24h; 0s calls everybody at once."
	}
	lengths := func(field string, of map[Kind]time.Duration, most time.Duration) {
		for _, d := range of {
			if d < 0 || d > most {
				wrong[field] = fmt.Sprintf("Give a length of time from 0s to %d days.", most/(24*time.Hour))
			}
		}
	}
	lengths("notice", s.Policy.Notice, 90*24*time.Hour)
	lengths("longest", s.Policy.Longest, LongestWindow)
	for _, l := range s.Policy.Tiers {
		lengths("tiers", l.Notice, 90*24*time.Hour)
		lengths("tiers", l.Longest, LongestWindow)
	}
	for tier, n := range s.Policy.Approvals {
		if tier < 1 || tier > 4 || n < 0 || n > 10 {
			wrong["approvals"] = "Give for each tier from 1 to 4 a number of approvals from 0 to 10."
		}
	}
	return wrong.Err()
}
