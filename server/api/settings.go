package api

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"time"

	"lull/scheduler"
	"lull/server/access"
	"lull/server/reply"
)

// settings is what the organisation decided, as the API shows it.
type settings struct {
	Organisation   string                    `json:"organisation"`
	TimeZone       string                    `json:"time_zone"`
	StatusOpen     bool                      `json:"status_open"`
	Preset         scheduler.Preset          `json:"preset"`
	Notice         map[scheduler.Kind]length `json:"notice"`
	Approvals      map[string]int            `json:"approvals"`
	SelfWaiver     bool                      `json:"self_waiver"`
	VerifierIsLead bool                      `json:"verifier_is_lead"`
	WordingKeeps   bool                      `json:"wording_keeps"`
	OwnersRequired bool                      `json:"owners_required"`
	TellSomebody   bool                      `json:"tell_somebody"`
	Reminders      []length                  `json:"reminders"`
	Settle         length                    `json:"settle"`
}

// settingsInput is any subset of the settings. A preset sets all of the
// policy, and what else is given then changes it.
type settingsInput struct {
	Organisation   *string            `json:"organisation"`
	TimeZone       *string            `json:"time_zone"`
	StatusOpen     *bool              `json:"status_open"`
	Preset         *scheduler.Preset  `json:"preset"`
	Notice         *map[string]length `json:"notice"`
	Approvals      *map[string]int    `json:"approvals"`
	SelfWaiver     *bool              `json:"self_waiver"`
	VerifierIsLead *bool              `json:"verifier_is_lead"`
	WordingKeeps   *bool              `json:"wording_keeps"`
	OwnersRequired *bool              `json:"owners_required"`
	TellSomebody   *bool              `json:"tell_somebody"`
	Reminders      *[]length          `json:"reminders"`
	Settle         *length            `json:"settle"`
}

// tiers is how many tiers of services there are.
const tiers = 4

func showSettings(s scheduler.Settings) settings {
	p := s.Policy
	shown := settings{
		s.Organisation, s.TimeZone, s.StatusOpen, p.Preset, map[scheduler.Kind]length{}, map[string]int{},
		p.SelfWaiver, p.VerifierIsLead, p.WordingKeeps, p.OwnersRequired, p.TellSomebody,
		each(s.Reminders, func(d time.Duration) length { return length(d) }), length(s.Settle),
	}
	for _, kind := range scheduler.Kinds {
		shown.Notice[kind] = length(p.Notice[kind])
	}
	for tier := 1; tier <= tiers; tier++ {
		shown.Approvals[strconv.Itoa(tier)] = p.Approvals[tier]
	}
	return shown
}

// apply writes what was given into s, whose maps it never shares.
func (in settingsInput) apply(s *scheduler.Settings) error {
	set(&s.Organisation, in.Organisation)
	set(&s.TimeZone, in.TimeZone)
	set(&s.StatusOpen, in.StatusOpen)
	set((*length)(&s.Settle), in.Settle)
	if in.Reminders != nil {
		s.Reminders = each(*in.Reminders, func(l length) time.Duration { return time.Duration(l) })
	}
	p := &s.Policy
	if in.Preset != nil {
		if !slices.Contains(scheduler.Presets, *in.Preset) {
			return scheduler.InvalidError{"preset": fmt.Sprintf("%q is none of solo, team, controlled.", *in.Preset)}
		}
		*p = scheduler.PolicyOf(*in.Preset)
	}
	set(&p.SelfWaiver, in.SelfWaiver)
	set(&p.VerifierIsLead, in.VerifierIsLead)
	set(&p.WordingKeeps, in.WordingKeeps)
	set(&p.OwnersRequired, in.OwnersRequired)
	set(&p.TellSomebody, in.TellSomebody)
	return in.applyMaps(p)
}

func (in settingsInput) applyMaps(p *scheduler.Policy) error {
	wrong := scheduler.InvalidError{}
	notice, approvals := maps.Clone(p.Notice), maps.Clone(p.Approvals)
	if notice == nil {
		notice = map[scheduler.Kind]time.Duration{}
	}
	if approvals == nil {
		approvals = map[int]int{}
	}
	for kind, l := range given(in.Notice) {
		if !slices.Contains(scheduler.Kinds, scheduler.Kind(kind)) {
			wrong["notice"] = fmt.Sprintf("There is no kind of window %q.", kind)
		}
		notice[scheduler.Kind(kind)] = time.Duration(l)
	}
	for name, n := range given(in.Approvals) {
		tier, err := strconv.Atoi(name)
		if err != nil || tier < 1 || tier > tiers {
			wrong["approvals"] = fmt.Sprintf("There is no tier %q: they are 1 to 4.", name)
		}
		approvals[tier] = n
	}
	p.Notice, p.Approvals = notice, approvals
	return wrong.Err()
}

func (a *API) getSettings(w http.ResponseWriter, r *http.Request, _ access.Visitor) error {
	s, err := a.Agenda.Settings(r.Context())
	if err != nil {
		return err
	}
	return reply.JSON(w, http.StatusOK, showSettings(s))
}

func (a *API) putSettings(w http.ResponseWriter, r *http.Request, who access.Visitor) error {
	var in settingsInput
	if err := read(r, &in); err != nil {
		return err
	}
	s, err := a.Agenda.KeepSettings(r.Context(), in.apply, who.Person)
	if err != nil {
		return err
	}
	return reply.JSON(w, http.StatusOK, showSettings(s))
}
