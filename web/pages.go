package web

import (
	"time"

	"lull/scheduler"
	"lull/scheduler/agenda"
)

// Frame is what surrounds every page.
type Frame struct {
	Title        string
	Nav          string // the entry of the menu that is the present one
	Who          scheduler.Person
	Outside      bool // shown without the menu, also to people inside
	Zone         string
	Organisation string
	Capturing    bool      // no mail server is set
	Fault        string    // why mail does not leave; empty: it does
	Stuck, Again time.Time // since when, and when it is tried again
	Now          time.Time
	Done         string // what has just been done, in words
	Typed        string // what was typed into the search
}

// Refusal is why a form was not accepted.
type Refusal struct {
	Gate   string // the verb that was refused
	Wrong  scheduler.InvalidError
	Reason []scheduler.Reason
	Detail string // where there are no reasons to list
}

// Refused reports whether there is anything to say.
func (r Refusal) Refused() bool { return len(r.Wrong) > 0 || len(r.Reason) > 0 || r.Detail != "" }

// Blocked reports whether conflicts are among the reasons.
func (r Refusal) Blocked() bool {
	for _, one := range r.Reason {
		if one.Code == scheduler.CodeConflict {
			return true
		}
	}
	return false
}

// The pages, each shown by the template of its name.
type (
	// Error says that something went wrong.
	Error struct {
		Frame
		Status  int
		Detail  string
		Reasons []scheduler.Reason
		ID      string // also in the log
	}
	// LogIn asks who is there.
	LogIn struct {
		Frame
		Email, Next, Detail string
	}
	// Notice tells how to begin while there is no admin.
	Notice struct{ Frame }
	// SetUp makes the first admin.
	SetUp struct {
		Frame
		Refusal
		Form                     map[string]string
		Open, AsksName, Finished bool
		Zones                    []string
	}
	// Password sets a password through a one-time link.
	Password struct {
		Frame
		Refusal
		Email, Name string
	}
	// Forgot asks for the address of who forgot the password.
	Forgot struct {
		Frame
		Asked bool
	}
	// Overview is the first page inside.
	Overview struct {
		Frame
		Mine                  []Task
		Running, Next, Closed []agenda.View
		Week                  []Day
		Quorum                Quorum
	}
	// Windows is the list of windows.
	Windows struct {
		Frame
		Refusal
		Form     map[string]string
		Items    []agenda.View
		Services []scheduler.Service
		More     string // the address of the next page
	}
	// Approvals is what waits for a yes.
	Approvals struct {
		Frame
		Series []agenda.SeriesView
		Items  []agenda.View // but those that wait with their series
	}
	// Book is the booking form.
	Book struct {
		Frame
		Refusal
		Form     BookForm
		Ref      string // of the window that is being changed
		State    scheduler.State
		MayAgree bool // may approve in the same act
		Services []scheduler.Service
		People   []Person
		Zones    []string
		Preview  *Preview
		Slots    *Slots
		From     *agenda.TemplateView // what it is booked from
	}
	// Templates lists what windows can be booked from.
	Templates struct {
		Frame
		Items []TemplateRow
	}
	// Template is one of them, and its form.
	Template struct {
		Frame
		Refusal
		ID       string // empty: a new one
		View     agenda.TemplateView
		Form     TemplateForm
		ReviewBy string // as it was typed
		Services []scheduler.Service
		People   []Person
		Zones    []string
	}
	// Window shows one window.
	Window struct {
		Frame
		Refusal
		View          agenda.View
		Form          map[string]string
		Log           []scheduler.Event
		Announcements []Announcement
		Deliveries    []Delivery
		People        []Person
		Print         bool
	}
	// Stakeholders lists who hears of windows.
	Stakeholders struct {
		Frame
		Form     map[string]string
		Query    string // the filter, as the address has it
		Items    []Hearer
		Total    int // that the filter picks
		More     string
		Services []scheduler.Service
		States   []string
		Dead     []Dead
	}
	// StakeholderImport shows what a table of stakeholders would do, or did.
	StakeholderImport struct {
		Frame
		Refusal
		Columns        []string
		Text           string
		Report         agenda.Import
		Tried, Applied bool
	}
	// Stakeholder is one of them, and its form.
	Stakeholder struct {
		Frame
		Refusal
		ID string // empty: a new one
		Choices
		List, Confirmed, Gone bool
		Group                 bool   // it has members and no address
		Suppressed            string // the mail server's words; empty: mail goes there
		Since                 time.Time
	}
	// Webhooks lists the programs that are told over HTTP.
	Webhooks struct {
		Frame
		Items []WebhookRow
	}
	// Webhook is one of them, and its form.
	Webhook struct {
		Frame
		Refusal
		ID       string // empty: a new one
		View     scheduler.Webhook
		Form     map[string]string
		On       map[string]bool // services, "tier-1", kinds, "enabled"
		Services []scheduler.Service
		Kinds    []string
		Secret   string // shown once
		Reply    string // what came back of a test
	}
	// Outbox lists deliveries.
	Outbox struct {
		Frame
		Refusal
		Form   map[string]string
		Query  string // the filter, as the address has it
		States []string
		Kinds  []string
		Allow  []string // the only domains that mail goes to; none: any
		Items  []Delivery
		More   string
	}
	// Message is one delivery.
	Message struct {
		Frame
		Delivery
		No            Refusal // of cancelling it
		Headers, Text string
	}
	// Log is what happened.
	Log struct {
		Frame
		Refusal
		Form   map[string]string
		Items  []scheduler.Event
		More   string
		Broken string // what is wrong with the chain, when it was asked for
		Sound  bool   // the chain was looked through, and holds
	}
	// Search is what somebody looked for.
	Search struct {
		Frame
		Refusal
		agenda.Found
	}
	// People lists who has an account.
	People struct {
		Frame
		Refusal
		Form  map[string]string
		Items []Person
		Link  string // of an invitation, shown once
	}
	// Account is a person's own page.
	Account struct {
		Frame
		Refusal
		Form         map[string]string
		Told         bool   // of all maintenance, by mail
		Subscription string // the address of the page to choose more finely
		Zones        []string
		Tokens       []Key
		Secret       string // a new token, shown once
	}
	// Settings is what the organisation decided.
	Settings struct {
		Frame
		Refusal
		Form  map[string]string
		On    map[string]bool
		Tiers []int
		Zones []string
		Reply string // what the mail server said to a test mail

		Quorum Quorum
		Kinds  []scheduler.Kind
		Limits []string // what a tier can ask: notice, longest
		Tiered bool     // some tier asks something
	}
	// Docs shows the description of the API.
	Docs struct {
		Frame
		Manual Manual
	}
	// Status is the public page.
	Status struct {
		Frame
		Running, Upcoming, Recent []Public
		Base                      string // how the world reaches the server
		Services                  []ServiceLine
		Mailed                    bool // one can subscribe by mail
	}
	// StatusWindow is one window in public.
	StatusWindow struct {
		Frame
		Item Public
	}
	// Subscribe asks an address what it wants to be told of.
	Subscribe struct {
		Frame
		Refusal
		Choices
		Asked bool // a mail is on its way
	}
	// Subscription lets an address confirm, change or end what it hears.
	Subscription struct {
		Frame
		Refusal
		Choices
		Token, Email    string
		Confirmed, Gone bool
		Hears           []string // in words
	}
)
