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
	Longest        map[scheduler.Kind]length `json:"longest"` // 0s: any length
	Tiers          map[string]limits         `json:"tiers"`   // what a tier asks beyond
	Approvals      map[string]int            `json:"approvals"`
	SelfWaiver     bool                      `json:"self_waiver"`
	VerifierIsLead bool                      `json:"verifier_is_lead"`
	WordingKeeps   bool                      `json:"wording_keeps"`
	OwnersRequired bool                      `json:"owners_required"`
	TellSomebody   bool                      `json:"tell_somebody"`
	Reminders      []length                  `json:"reminders"`
	Settle         length                    `json:"settle"`
	EscalateAfter  length                    `json:"escalate_after"`
}

// settingsInput is any subset of the settings. A preset sets all of the
// policy, and what else is given then changes it.
type settingsInput struct {
	Organisation   *string            `json:"organisation"`
	TimeZone       *string            `json:"time_zone"`
	StatusOpen     *bool              `json:"status_open"`
	Preset         *scheduler.Preset  `json:"preset"`
	Notice         *map[string]length `json:"notice"`
	Longest        *map[string]length `json:"longest"`
	Tiers          *map[string]limits `json:"tiers"`
	Approvals      *map[string]int    `json:"approvals"`
	SelfWaiver     *bool              `json:"self_waiver"`
	VerifierIsLead *bool              `json:"verifier_is_lead"`
	WordingKeeps   *bool              `json:"wording_keeps"`
	OwnersRequired *bool              `json:"owners_required"`
	TellSomebody   *bool              `json:"tell_somebody"`
	Reminders      *[]length          `json:"reminders"`
	Settle         *length            `json:"settle"`
	EscalateAfter  *length            `json:"escalate_after"`
}

// limits is what a tier asks of a window on one of its services, by its kind.
type limits struct {
	Notice  map[string]length `json:"notice"`
	Longest map[string]length `json:"longest"`
}

// tiers is how many tiers of services there are.
const tiers = 4

func showSettings(s scheduler.Settings) settings {
	p := s.Policy
	shown := settings{
		s.Organisation, s.TimeZone, s.StatusOpen, p.Preset, map[scheduler.Kind]length{}, map[scheduler.Kind]length{}, map[string]limits{}, map[string]int{},
		p.SelfWaiver, p.VerifierIsLead, p.WordingKeeps, p.OwnersRequired, p.TellSomebody,
		each(s.Reminders, func(d time.Duration) length { return length(d) }), length(s.Settle), length(s.EscalateAfter),
	}
	for _, kind := range scheduler.Kinds {
		shown.Notice[kind], shown.Longest[kind] = length(p.Notice[kind]), length(p.Longest[kind])
	}
	for tier, l := range p.Tiers {
		shown.Tiers[strconv.Itoa(tier)] = limits{shownLengths(l.Notice), shownLengths(l.Longest)}
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
	set((*length)(&s.EscalateAfter), in.EscalateAfter)
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

// shownLengths is lengths by kind as the API shows them.
func shownLengths(of map[scheduler.Kind]time.Duration) map[string]length {
	shown := map[string]length{}
	for kind, d := range of {
		shown[string(kind)] = length(d)
	}
	return shown
}

// applyMaps writes what was given by kind or by tier. What a tier is given
// takes the place of all that it asked before.
func (in settingsInput) applyMaps(p *scheduler.Policy) error {
	wrong := scheduler.InvalidError{}
	byKind := func(field string, into map[scheduler.Kind]time.Duration, from map[string]length) map[scheduler.Kind]time.Duration {
		into = maps.Clone(into)
		if into == nil {
			into = map[scheduler.Kind]time.Duration{}
		}
		for kind, l := range from {
			if !slices.Contains(scheduler.Kinds, scheduler.Kind(kind)) {
				wrong[field] = fmt.Sprintf("There is no kind of window %q.", kind)
			}
			into[scheduler.Kind(kind)] = time.Duration(l)
		}
		return into
	}
	tierOf := func(field, name string) int {
		tier, err := strconv.Atoi(name)
		if err != nil || tier < 1 || tier > tiers {
			wrong[field] = fmt.Sprintf("There is no tier %q: they are 1 to 4.", name)
		}
		return tier
	}
	p.Notice, p.Longest = byKind("notice", p.Notice, given(in.Notice)), byKind("longest", p.Longest, given(in.Longest))
	p.Tiers, p.Approvals = maps.Clone(p.Tiers), maps.Clone(p.Approvals)
	for name, l := range given(in.Tiers) {
		if p.Tiers == nil {
			p.Tiers = map[int]scheduler.Limits{}
		}
		p.Tiers[tierOf("tiers", name)] = scheduler.Limits{Notice: byKind("tiers", nil, l.Notice), Longest: byKind("tiers", nil, l.Longest)}
	}
	for name, n := range given(in.Approvals) {
		if p.Approvals == nil {
			p.Approvals = map[int]int{}
		}
		p.Approvals[tierOf("approvals", name)] = n
	}
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
