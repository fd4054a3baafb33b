package scheduler

import "slices"

// Kind says which path a window takes to its start.
type Kind string

// The kinds of window.
const (
	Normal    Kind = "normal"    // needs approval
	Standard  Kind = "standard"  // low risk, from a pre-approved template
	Emergency Kind = "emergency" // may start first; needs approval before it closes
)

// Kinds lists the kinds, the default first.
var Kinds = []Kind{Normal, Standard, Emergency}

// Risk is how likely the work is to go wrong.
type Risk string

// The risks.
const (
	LowRisk    Risk = "low"
	MediumRisk Risk = "medium"
	HighRisk   Risk = "high"
)

// Risks lists the risks, the lowest first.
var Risks = []Risk{LowRisk, MediumRisk, HighRisk}

// Impact is what users of a service notice, in the four values of MAINTNOTE
// (X-MAINTNOTE-IMPACT), spelled as Lull spells words.
type Impact string

// The impacts.
const (
	NoImpact          Impact = "no-impact"
	ReducedRedundancy Impact = "reduced-redundancy"
	Degraded          Impact = "degraded"
	Outage            Impact = "outage"
)

// Impacts lists the impacts, the mildest first.
var Impacts = []Impact{NoImpact, ReducedRedundancy, Degraded, Outage}

// Worse reports whether i is worse than other.
func (i Impact) Worse(other Impact) bool {
	return slices.Index(Impacts, i) > slices.Index(Impacts, other)
}

// Phase is when a check is answered.
type Phase string

// The phases of a checklist.
const (
	Before   Phase = "before"
	During   Phase = "during"
	Verify   Phase = "verify"
	Rollback Phase = "rollback"
)

// Phases lists the phases in the order of the work.
var Phases = []Phase{Before, During, Verify, Rollback}

// Outcome is how a closed window ended.
type Outcome string

// The outcomes.
const (
	Successful           Outcome = "successful"
	SuccessfulWithIssues Outcome = "successful-with-issues"
	RolledBack           Outcome = "rolled-back"
	Failed               Outcome = "failed"
	Unapproved           Outcome = "unapproved" // an emergency whose approval was refused
)

// Outcomes lists the outcomes, the best first.
var Outcomes = []Outcome{Successful, SuccessfulWithIssues, RolledBack, Failed, Unapproved}

// Role is what a person may do. Each role may do what the ones before it may.
type Role string

// The roles.
const (
	Viewer   Role = "viewer"
	Operator Role = "operator"
	Approver Role = "approver"
	Admin    Role = "admin"
)

// Roles lists the roles, the least first.
var Roles = []Role{Viewer, Operator, Approver, Admin}

// May reports whether r may do what least may do. No role may do nothing.
func (r Role) May(least Role) bool {
	have := slices.Index(Roles, r)
	return have >= 0 && have >= slices.Index(Roles, least)
}

// Announcement is the kind of a message about a window to its stakeholders.
type Announcement string

// The kinds of announcement.
const (
	AnnounceScheduled   Announcement = "scheduled"
	AnnounceUpdated     Announcement = "updated"
	AnnounceRescheduled Announcement = "rescheduled"
	AnnounceReminder    Announcement = "reminder"
	AnnounceStarted     Announcement = "started"
	AnnounceExtended    Announcement = "extended"
	AnnounceProgress    Announcement = "progress"
	AnnounceCompleted   Announcement = "completed"
	AnnounceCancelled   Announcement = "cancelled"
)

// Announcements lists the kinds of announcement in the order of a window's life.
var Announcements = []Announcement{
	AnnounceScheduled, AnnounceUpdated, AnnounceRescheduled, AnnounceReminder, AnnounceStarted,
	AnnounceExtended, AnnounceProgress, AnnounceCompleted, AnnounceCancelled,
}

// StatesTimes reports whether an announcement of kind a tells when the window
// is to be, so that the start gate counts it.
func (a Announcement) StatesTimes() bool {
	return a == AnnounceScheduled || a == AnnounceUpdated || a == AnnounceRescheduled
}
