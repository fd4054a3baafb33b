package web

import (
	"fmt"
	"slices"
	"time"

	"lull/scheduler"
	"lull/scheduler/agenda"
)

// Task is something that waits for the reader.
type Task struct {
	Why  string
	View agenda.View
}

// Link is where it is done.
func (t Task) Link() string {
	if t.View.WithSeries() {
		return "/series/" + t.View.Series
	}
	return "/windows/" + t.View.Name()
}

// Person is somebody with an account.
type Person struct {
	Email, Name, TimeZone string
	Role                  scheduler.Role
	Disabled, Pending     bool // Pending: no password yet
}

// TemplateRow is a template in the list of them.
type TemplateRow struct {
	agenda.TemplateView
	Names []string // of its services
}

// Key is an API token or a calendar feed of a person.
type Key struct {
	ID, Name, Scope        string
	Created, Used, Expires time.Time
	Gone                   bool
}

// Announcement is one message about a window, and how far it has come.
type Announcement struct {
	ID         string
	Kind       string
	At         time.Time
	State      string
	Reason     string // why it was not announced
	Recipients int
	Counts     string        // "41 sent, 1 failed"
	Wait       time.Duration // until an edit that settles is announced
	Settling   bool
	Missing    []Missing // who was not told
}

// Missing is an address that an announcement did not reach, and why.
type Missing struct{ Address, Why, Delivery string }

// Delivery is one message to one address.
type Delivery struct {
	ID, Window, Kind, Subject, Address, State string
	Carrier                                   string // mail or webhook
	Attempts                                  int
	Reply, Reason, MessageID                  string
	At, Sent, Next                            time.Time
	Private                                   bool // a personal mail: links in it are the addressee's
	Retry                                     bool // it can be tried once more
	Stop                                      bool // it still waits
}

// Hearer is a stakeholder of the list.
type Hearer struct {
	scheduler.Stakeholder
	Suppressed string // the mail server's words; empty: mail goes there
}

// Dead is an address that nothing is announced to, since its mail server refuses it.
type Dead struct {
	Address, Words string
	Since          time.Time
}

// WebhookRow is a webhook in the list of them.
type WebhookRow struct {
	scheduler.Webhook
	Names []string // of its services
}

// About names the services and tiers that the webhook hears about.
func (r WebhookRow) About() []string {
	about := slices.Clone(r.Names)
	for _, tier := range r.Tiers {
		about = append(about, fmt.Sprintf("tier %d", tier))
	}
	return about
}

// Preview is what the booking form would lead to.
type Preview struct {
	View       agenda.View
	Recipients int
	Zones      int // they live in
	Subject    string
	Text       string
}

// Public is what the public may know of a window.
type Public struct {
	Ref, Title, Summary, Zone string
	scheduler.Interval
	State    scheduler.State
	Outcome  scheduler.Outcome
	Impact   scheduler.Impact
	Services []string
	Parts    []Part // the stages that work on them
	Updates  []Update
	Overrun  bool
}

// Update is one public line of a window's progress.
type Update struct {
	At   time.Time
	Text string
}

// ServiceLine is a service on the public page.
type ServiceLine struct {
	Name, Note string
	Running    bool
}

func (Error) template() string             { return "error.html" }
func (LogIn) template() string             { return "login.html" }
func (Notice) template() string            { return "notice.html" }
func (SetUp) template() string             { return "setup.html" }
func (Password) template() string          { return "password.html" }
func (Forgot) template() string            { return "forgot.html" }
func (Overview) template() string          { return "overview.html" }
func (Windows) template() string           { return "windows.html" }
func (Approvals) template() string         { return "approvals.html" }
func (Book) template() string              { return "book.html" }
func (Window) template() string            { return "window.html" }
func (Services) template() string          { return "services.html" }
func (Templates) template() string         { return "templates.html" }
func (Template) template() string          { return "template.html" }
func (Service) template() string           { return "service.html" }
func (Stakeholders) template() string      { return "stakeholders.html" }
func (StakeholderImport) template() string { return "stakeholderimport.html" }
func (Stakeholder) template() string       { return "stakeholder.html" }
func (Webhooks) template() string          { return "webhooks.html" }
func (Webhook) template() string           { return "webhook.html" }
func (Outbox) template() string            { return "outbox.html" }
func (Message) template() string           { return "message.html" }
func (Log) template() string               { return "log.html" }
func (Search) template() string            { return "search.html" }
func (People) template() string            { return "people.html" }
func (Account) template() string           { return "account.html" }
func (Feeds) template() string             { return "feeds.html" }
func (Settings) template() string          { return "settings.html" }
func (Docs) template() string              { return "docs.html" }
func (Status) template() string            { return "status.html" }
func (StatusWindow) template() string      { return "statuswindow.html" }
func (Subscribe) template() string         { return "subscribe.html" }
func (Subscription) template() string      { return "subscription.html" }

// At is the address of something about all that the filter picks.
func (p Outbox) At(path string) string { return under(path, p.Query) }

// At is the address of something about all that the filter picks.
func (p Stakeholders) At(path string) string { return under(path, p.Query) }

func under(path, query string) string {
	if query == "" {
		return path
	}
	return path + "?" + query
}
