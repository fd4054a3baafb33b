package scheduler

import "time"

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

// Hours is a weekly span in which maintenance is allowed.
type Hours struct {
	Days     []string `json:"days"` // mon … sun
	From     string   `json:"from"` // 02:00
	To       string   `json:"to"`   // 06:00
	TimeZone string   `json:"time_zone"`
}

// Stakeholder is an address that hears about some or all services.
type Stakeholder struct {
	ID        string
	Email     string
	Name      string
	TimeZone  string
	Language  string
	Services  []string
	Tiers     []int
	All       bool
	Kinds     []Announcement
	Calendar  CalendarPart
	List      bool // an address of many people: no one-click unsubscribe, no personal links
	Confirmed bool
	Gone      bool // unsubscribed; the row stays to say why nothing is sent
	Created   time.Time
}

// CalendarPart is what a stakeholder's mails carry for calendars.
type CalendarPart string

// The calendar parts.
const (
	PublishPart CalendarPart = "publish"
	InvitePart  CalendarPart = "invite"
	NoPart      CalendarPart = "none"
)

// Hears reports whether s wants to be told of kind about the services, each
// given with its tier.
func (s Stakeholder) Hears(kind Announcement, services []Service) bool {
	if !s.Confirmed || s.Gone {
		return false
	}
	if len(s.Kinds) > 0 && !has(s.Kinds, kind) {
		return false
	}
	if s.All {
		return true
	}
	for _, v := range services {
		if has(s.Services, v.Slug) || has(s.Tiers, v.Tier) {
			return true
		}
	}
	return false
}
