package scheduler

import (
	"slices"
	"time"
)

func has[T comparable](all []T, one T) bool { return slices.Contains(all, one) }

// Preset names a set of policy values.
type Preset string

// The presets.
const (
	Solo       Preset = "solo"
	Team       Preset = "team"
	Controlled Preset = "controlled"
)

// Presets lists the presets.
var Presets = []Preset{Solo, Team, Controlled}

// Policy is what the organisation asks of a window. A window keeps the policy
// that it was submitted under.
type Policy struct {
	Preset         Preset                 `json:"preset"`
	Notice         map[Kind]time.Duration `json:"notice"`            // before the start; absent: none
	Longest        map[Kind]time.Duration `json:"longest,omitempty"` // it may last; absent: any length
	Tiers          map[int]Limits         `json:"tiers,omitempty"`   // what a tier asks beyond
	Approvals      map[int]int            `json:"approvals"`         // of other people, by the most critical tier touched
	SelfWaiver     bool                   `json:"self_waiver"`       // one may waive one's own check and close
	VerifierIsLead bool                   `json:"verifier_is_lead"`  // the lead may answer verify checks
	WordingKeeps   bool                   `json:"wording_keeps"`     // wording edits keep the approvals
	OwnersRequired bool                   `json:"owners_required"`
	TellSomebody   bool                   `json:"tell_somebody"` // submit is refused with nobody to tell
}

// PolicyOf is the policy of a preset.
func PolicyOf(p Preset) Policy {
	const day = 24 * time.Hour
	switch p {
	case Solo:
		return Policy{Preset: Solo, Notice: map[Kind]time.Duration{}, Approvals: map[int]int{}, SelfWaiver: true, VerifierIsLead: true, WordingKeeps: true}
	case Controlled:
		return Policy{
			Preset: Controlled, Notice: map[Kind]time.Duration{Normal: 3 * day, Standard: day},
			Approvals: map[int]int{1: 2, 2: 1, 3: 1, 4: 1}, OwnersRequired: true, TellSomebody: true,
		}
	default:
		return Policy{
			Preset: Team, Notice: map[Kind]time.Duration{Normal: day},
			Approvals: map[int]int{1: 1, 2: 1, 3: 1, 4: 1}, VerifierIsLead: true, WordingKeeps: true,
		}
	}
}

// Quorum is how many approvals a window that touches these services needs.
func (p Policy) Quorum(services []Service) int {
	tier := 4
	for _, s := range services {
		tier = min(tier, s.Tier)
	}
	return p.Approvals[tier]
}

// Limits is what a tier asks of a window on one of its services, by its kind:
// more notice, a shorter time.
type Limits struct {
	Notice  map[Kind]time.Duration `json:"notice,omitempty"`
	Longest map[Kind]time.Duration `json:"longest,omitempty"`
}

// NoticeOf is how long before its start a window on these services must be
// announced: the longest that its kind and any of the tiers ask.
func (p Policy) NoticeOf(kind Kind, services []Service) time.Duration {
	notice := p.Notice[kind]
	for _, s := range services {
		notice = max(notice, p.Tiers[s.Tier].Notice[kind])
	}
	return notice
}

// LongestOf is how long a window on these services may last: the shortest that
// its kind and any of the tiers allow, zero where there is no limit.
func (p Policy) LongestOf(kind Kind, services []Service) time.Duration {
	longest := p.Longest[kind]
	for _, s := range services {
		if d := p.Tiers[s.Tier].Longest[kind]; d > 0 && (longest == 0 || d < longest) {
			longest = d
		}
	}
	return longest
}

// Settings is what the organisation decided.
type Settings struct {
	Organisation string
	TimeZone     string
	StatusOpen   bool // whether the public page is open
	Policy       Policy
	Reminders    []time.Duration // the default ones
	Settle       time.Duration   // how long an edit waits for the next one before it is announced
	SetUp        bool            // the set-up page was done

	EscalateAfter time.Duration // how long who was called for help has to answer; zero: all are called at once
}

// DefaultSettings is what holds until somebody decides.
func DefaultSettings() Settings {
	return Settings{
		Organisation: "Maintenance", TimeZone: "UTC", StatusOpen: true, Policy: PolicyOf(Team),
		Reminders: []time.Duration{24 * time.Hour}, Settle: 90 * time.Second, EscalateAfter: 15 * time.Minute,
	}
}
