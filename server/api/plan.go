package api

import (
	"encoding/json"
	"strings"
	"time"

	"lull/scheduler"
)

// planInput is what people write of a window, but when it is to be. What is
// nil was not given.
type planInput struct {
	Title                *string           `json:"title"`
	Summary              *string           `json:"summary"`
	Plan                 *string           `json:"plan"`
	RollbackPlan         *string           `json:"rollback_plan"`
	RollbackDuration     *length           `json:"rollback_duration"`
	VerificationDuration *length           `json:"verification_duration"`
	Kind                 *scheduler.Kind   `json:"kind"`
	Risk                 *scheduler.Risk   `json:"risk"`
	Public               *bool             `json:"public"`
	Services             *[]affectedInput  `json:"services"`
	TimeZone             *string           `json:"time_zone"`
	Lead                 *string           `json:"lead"`
	RunbookURL           *string           `json:"runbook_url"`
	TicketURL            *string           `json:"ticket_url"`
	ConferenceURL        *string           `json:"conference_url"`
	Links                *[]scheduler.Link `json:"links"`
	Reminders            *[]length         `json:"reminders"`
	Recipients           *[]string         `json:"recipients"`
	Checks               *[]checkInput     `json:"checks"`
}

// timedInput is what people write of a window.
type timedInput struct {
	planInput
	Start  *moment  `json:"start"`
	End    *moment  `json:"end"`
	Stages *[]stage `json:"stages"`
}

type affectedInput struct {
	Slug   string           `json:"slug"`
	Impact scheduler.Impact `json:"impact"`
}

// checkInput is a check as people write it; required unless it says not.
type checkInput struct {
	ID       string          `json:"id"`
	Phase    scheduler.Phase `json:"phase"`
	Stage    string          `json:"stage"`
	Text     string          `json:"text"`
	How      string          `json:"how"`
	Required *bool           `json:"required"`
	Probe    json.RawMessage `json:"probe"`

	// What a check is answered with is read and left aside, so that the checks
	// of a window can be sent back as they came; POST …/checks/{check} answers them.
	State   json.RawMessage `json:"state"`
	Result  json.RawMessage `json:"result"`
	Results json.RawMessage `json:"results"`
}

// checksOf is the checks that were written. Automatic probes are no part of
// this API yet, so that one is refused rather than kept and never run.
func checksOf(in []checkInput) ([]scheduler.Check, error) {
	checks := make([]scheduler.Check, len(in))
	for i, c := range in {
		if probe := string(c.Probe); probe != "" && probe != "null" {
			return nil, scheduler.InvalidError{"checks": "Checks cannot be probed automatically: leave probe out."}
		}
		checks[i] = scheduler.Check{
			ID: c.ID, Phase: c.Phase, Stage: c.Stage, Text: c.Text, How: c.How, Required: c.Required == nil || *c.Required,
		}
	}
	return checks, nil
}

// apply writes what was given into p.
func (in planInput) apply(p *scheduler.Plan) error {
	set(&p.Title, in.Title)
	set(&p.Summary, in.Summary)
	set(&p.Steps, in.Plan)
	set(&p.RollbackPlan, in.RollbackPlan)
	set((*length)(&p.RollbackDuration), in.RollbackDuration)
	set((*length)(&p.VerificationDuration), in.VerificationDuration)
	set(&p.Kind, in.Kind)
	set(&p.Risk, in.Risk)
	set(&p.Public, in.Public)
	set(&p.TimeZone, in.TimeZone)
	set(&p.Lead, folded(in.Lead))
	set(&p.RunbookURL, in.RunbookURL)
	set(&p.TicketURL, in.TicketURL)
	set(&p.ConferenceURL, in.ConferenceURL)
	set(&p.Links, in.Links)
	set(&p.Recipients, in.Recipients)
	if in.Services != nil {
		p.Services = each(*in.Services, func(s affectedInput) scheduler.Affected {
			return scheduler.Affected{Service: s.Slug, Impact: s.Impact}
		})
	}
	if in.Reminders != nil {
		p.Reminders = each(*in.Reminders, func(l length) time.Duration { return time.Duration(l) })
	}
	if in.Checks != nil {
		checks, err := checksOf(*in.Checks)
		if err != nil {
			return err
		}
		p.Checks = checks
	}
	return nil
}

// apply writes what was given into p.
func (in timedInput) apply(p *scheduler.Plan) error {
	if in.Start != nil {
		p.Move(scheduler.Interval{Start: in.Start.Time, End: p.End})
	}
	if in.Stages != nil {
		p.Stages = each(*in.Stages, stage.read)
	}
	if in.End != nil {
		p.End = in.End.Time
	}
	return in.planInput.apply(p)
}

// folded is an address in lower case, as addresses are kept.
func folded(address *string) *string {
	if address == nil {
		return nil
	}
	lower := strings.ToLower(strings.TrimSpace(*address))
	return &lower
}
