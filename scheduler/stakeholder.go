package scheduler

import (
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Stakeholder is an address that hears about some or all services, or, with
// Members, a group of addresses that do.
type Stakeholder struct {
	ID        string
	Email     string // empty: a group
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

	Quiet   Quiet     `json:",omitzero"`
	Outside bool      `json:",omitempty"` // it subscribed on the public page: it hears of public windows and services alone
	Asked   time.Time `json:",omitzero"`  // when the address asked by itself, until it confirms
	Members []string  `json:",omitempty"` // of a group, each mailed singly

	// Why an address is told that has no row of its own; never kept with a row.
	Through string `json:",omitempty"` // the name of the group it is in
	Account bool   `json:",omitempty"` // it has an account
}

// CalendarPart is what a stakeholder's mails carry for calendars.
type CalendarPart string

// The calendar parts.
const (
	PublishPart CalendarPart = "publish"
	InvitePart  CalendarPart = "invite"
	NoPart      CalendarPart = "none"
)

// CalendarParts lists the calendar parts, the default first.
var CalendarParts = []CalendarPart{PublishPart, InvitePart, NoPart}

// ConfirmWithin is how long an address that asked has to confirm.
const ConfirmWithin = 7 * 24 * time.Hour

const mostMembers = 1000

// Group reports whether s stands for its members, and has no address.
func (s Stakeholder) Group() bool { return s.Email == "" && len(s.Members) > 0 }

// Key is what there is one stakeholder of: the address, or a group's name in a
// form that no address has.
func (s Stakeholder) Key() string {
	if s.Group() {
		return "group:" + strings.ToLower(s.Name)
	}
	return s.Email
}

// Title is what people call s.
func (s Stakeholder) Title() string {
	if s.Group() {
		return s.Name
	}
	return s.Email
}

// Hears reports whether s wants to be told of kind about the services, each
// given with its tier.
func (s Stakeholder) Hears(kind Announcement, services []Service) bool {
	return s.Wants(kind) && s.Concerned(services)
}

// Wants reports whether s wants mail of kind, whatever it is about.
func (s Stakeholder) Wants(kind Announcement) bool {
	return s.Confirmed && !s.Gone && (len(s.Kinds) == 0 || has(s.Kinds, kind))
}

// Concerned reports whether s asked for any of the services, each given with its tier.
func (s Stakeholder) Concerned(services []Service) bool {
	for _, v := range services {
		if s.Asks(v) {
			return true
		}
	}
	return s.All && !s.Outside
}

// Asks reports whether s asked for the service, by its name, its tier or with
// all others.
func (s Stakeholder) Asks(v Service) bool {
	if s.Outside && !v.Public {
		return false
	}
	return s.All || has(s.Services, v.Slug) || has(s.Tiers, v.Tier)
}

// AddressID is the id of an address that hears without a row of its own, as a
// member of a group or because of its account.
func AddressID(email string) string {
	return addressMark + base64.RawURLEncoding.EncodeToString([]byte(email))
}

// AddressOf is the address that an id made by AddressID is of.
func AddressOf(id string) (email string, ok bool) {
	coded, ok := strings.CutPrefix(id, addressMark)
	if !ok {
		return "", false
	}
	raw, err := base64.RawURLEncoding.DecodeString(coded)
	return string(raw), err == nil
}

const addressMark = "~"

// Check refuses malformed values of a stakeholder, as an InvalidError.
func (s *Stakeholder) Check() error {
	wrong := InvalidError{}
	s.Name = tidy(s.Name)
	s.checkAddresses(wrong)
	if bad := badText(s.Name, longTitle, false); bad != "" {
		wrong["name"] = bad
	}
	if s.TimeZone == "" {
		s.TimeZone = "UTC"
	}
	if _, ok := Zone(s.TimeZone); !ok {
		wrong["time_zone"] = "This is not a time zone such as Europe/Berlin."
	}
	if s.Language == "" {
		s.Language = "en"
	}
	if bad := badText(s.Language, longLanguage, false); bad != "" {
		wrong["language"] = bad
	}
	if s.Calendar == "" {
		s.Calendar = PublishPart
	}
	if bad := oneOf(s.Calendar, CalendarParts); bad != "" {
		wrong["calendar"] = bad
	}
	for _, k := range s.Kinds {
		if bad := oneOf(k, Announcements); bad != "" {
			wrong["kinds"] = bad
		}
	}
	for _, t := range s.Tiers {
		if t < 1 || t > 4 {
			wrong["tiers"] = "A tier is a number from 1 to 4."
		}
	}
	if bad := s.Quiet.wrong(); bad != "" {
		wrong["quiet"] = bad
	}
	return wrong.Err()
}

const longLanguage = 35 // RFC 5646, section 4.4.1

// checkAddresses brings the address, or those of a group, into the form in
// which they are kept.
func (s *Stakeholder) checkAddresses(wrong InvalidError) {
	if strings.TrimSpace(s.Email) != "" || len(s.Members) == 0 {
		clean, bad := ParseAddress(s.Email)
		switch {
		case bad != "":
			wrong["email"] = "This " + bad + "."
		case len(s.Members) > 0:
			wrong["members"] = "A group has members and no address of its own."
		}
		s.Email = clean
		return
	}
	s.Email, s.List = "", false
	if s.Name == "" {
		wrong["name"] = "Give the group a name."
	}
	if len(s.Members) > mostMembers {
		wrong["members"] = fmt.Sprintf("Take at most %d members.", mostMembers)
	}
	members := make([]string, 0, len(s.Members))
	for _, m := range s.Members {
		clean, bad := ParseAddress(m)
		if bad != "" {
			wrong["members"] = fmt.Sprintf("%q %s.", m, bad)
		}
		members = append(members, clean)
	}
	slices.Sort(members)
	s.Members = slices.Compact(members)
}
