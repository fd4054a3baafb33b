package notifier

import (
	"embed"
	"fmt"
	htmltemplate "html/template"
	"strings"
	"text/template"
	"time"

	"lull/scheduler"
)

//go:embed templates
var templates embed.FS

var (
	textWords = template.Must(template.New("").Funcs(template.FuncMap{"wrap": wrap}).ParseFS(templates, "templates/*.txt"))
	htmlWords = htmltemplate.Must(htmltemplate.ParseFS(templates, "templates/*.html"))
)

// words are what a mail about a window says, in the order in which it does.
type words struct {
	Subject, Status, Title string
	Lede                   string // what it means, and whether to act
	When, Was              []string
	WhenLabel              string
	Services               []serviceWords
	Stages                 []string
	Text                   string // what people wrote: a reason, an update, a result
	TextLabel              string
	About                  string // the summary
	Reference              string
	URL                    string
	Contact, Why           string
	Unsubscribe            string
	Organisation           string
}

type serviceWords struct{ Name, Impact, Because string }

// statusWords begin the subject.
var statusWords = map[string]string{
	string(scheduler.AnnounceScheduled): "Scheduled", string(scheduler.AnnounceUpdated): "Updated",
	string(scheduler.AnnounceRescheduled): "Rescheduled", string(scheduler.AnnounceReminder): "Reminder",
	string(scheduler.AnnounceStarted): "Started", string(scheduler.AnnounceExtended): "Extended",
	string(scheduler.AnnounceProgress): "Progress", string(scheduler.AnnounceCompleted): "Completed",
	string(scheduler.AnnounceCancelled): "Cancelled",
	askedKind:                           "Approval asked", rejectedKind: "Rejected", lateKind: "Late", decideByKind: "Decide now",
	overrunKind: "Overrun", escalatedKind: "Escalated", conflictKind: "Conflict",
	undeliveredKind: "Not delivered",
}

var impactWords = map[scheduler.Impact]string{
	scheduler.NoImpact:          "no impact expected",
	scheduler.ReducedRedundancy: "works, with less redundancy than usual",
	scheduler.Degraded:          "slower or partly unavailable",
	scheduler.Outage:            "not available",
}

var outcomeWords = map[scheduler.Outcome]string{
	scheduler.Successful:           "The work succeeded.",
	scheduler.SuccessfulWithIssues: "The work succeeded, with issues.",
	scheduler.RolledBack:           "The work was rolled back: things are as they were before.",
	scheduler.Failed:               "The work failed.",
	scheduler.Unapproved:           "The work was ended without approval.",
}

// facts are what a mail is composed from.
type facts struct {
	Kind        string
	Inside      bool // a notice to people inside
	Leave       bool // the window concerns the recipient no more
	Window      scheduler.Window
	Notice      scheduler.Notice
	Was         *scheduler.Notice // what this recipient was last told, if anything
	Detail      string
	To          scheduler.Stakeholder
	Insider     bool // has an account
	Now         time.Time
	All         []scheduler.Service
	Settings    scheduler.Settings
	Unsubscribe string // the address that ends the subscription
	calendars   *calendars
}

func (n *Notifier) compose(f facts) (w words, text, html string, err error) {
	if f.Inside {
		w := n.insideWords(f)
		text, html, err = written("inside", w)
		return w.words, text, html, err
	}
	w = n.words(f)
	text, html, err = written("window", w)
	return w, text, html, err
}

// written is what both templates of a name make of w.
func written(name string, w any) (text, html string, err error) {
	var t, h strings.Builder
	if err := textWords.ExecuteTemplate(&t, name+".txt", w); err != nil {
		return "", "", fmt.Errorf("notifier: compose: %w", err)
	}
	if err := htmlWords.ExecuteTemplate(&h, name+".html", w); err != nil {
		return "", "", fmt.Errorf("notifier: compose: %w", err)
	}
	return t.String(), h.String(), nil
}

func (n *Notifier) words(f facts) words {
	zone := f.To.TimeZone
	if zone == "" {
		zone = f.Notice.TimeZone
	}
	if told := f.Was; told != nil && (f.Leave || f.Kind == string(scheduler.AnnounceCancelled)) {
		f.Notice.Start, f.Notice.End = told.Start, told.End // what is off is what they were told, wherever it moved
	}
	w := words{
		Status: statusWords[f.Kind], Title: f.Notice.Title, About: f.Notice.Summary, WhenLabel: "When",
		Reference: fmt.Sprintf("%s, revision %d", f.Window.Name(), f.Window.Sequence), Contact: f.Notice.Lead,
		Organisation: f.Settings.Organisation, Unsubscribe: f.Unsubscribe,
		URL: n.windowURL(f), Why: why(f), When: whenLines(f.Notice.Start, f.Notice.End, zone),
	}
	short := ""
	if !f.Notice.Start.IsZero() && !f.Notice.End.IsZero() {
		short = span(f.Notice.Start, f.Notice.End, zone)
	}
	number := f.Window.Name()
	if f.Window.Number == 0 { // a preview of what is not booked yet
		number, w.Reference = "MW-…", ""
	}
	w.Subject = subject(w.Status, w.Title, short, number)
	if f.Was != nil && !f.Notice.SameTimes(*f.Was) && !f.Was.Start.IsZero() {
		w.Was = whenLines(f.Was.Start, f.Was.End, zone)
	}
	w.Services = concerning(f)
	w.Stages = stageLines(f, zone)
	if f.Leave {
		w.Services, w.About, w.WhenLabel = nil, "", "It was announced for"
	}
	if over := f.Kind == string(scheduler.AnnounceCompleted) || f.Kind == string(scheduler.AnnounceCancelled); over {
		w.About = ""
		for i := range w.Services {
			w.Services[i].Impact = "" // there is none any more
		}
	}
	w.Lede, w.Text, w.TextLabel = lede(f, zone)
	if w.Text == f.Notice.Summary {
		w.Text = ""
	}
	if f.Kind == string(scheduler.AnnounceCompleted) && !f.Window.Began().IsZero() && !f.Window.Ended().IsZero() {
		w.WhenLabel, w.When = "Actually", whenLines(f.Window.Began(), f.Window.Ended(), zone)
		w.Was = nil
	}
	return w
}

// windowURL is the one link: the page inside for who can see it, else the public one.
func (n *Notifier) windowURL(f facts) string {
	if f.Notice.Series != nil && (f.Insider || !f.Window.Public) || f.Kind == askedKind && f.Window.Series != "" && !f.Window.Detached {
		return n.opts.BaseURL + "/series/" + f.Window.Series
	}
	if f.Notice.Series != nil {
		return n.opts.BaseURL + "/status"
	}
	if f.Inside || f.Insider || !f.Window.Public {
		return n.opts.BaseURL + "/windows/" + f.Window.Name()
	}
	return n.opts.BaseURL + "/status/" + f.Window.ID
}

func why(f facts) string {
	switch {
	case f.Inside:
		return "You get this because you lead the work, stand for a service it touches, or may approve it."
	case f.Leave:
		return "You get this because you were told of this maintenance before."
	case f.To.List:
		return "This list is told of maintenance on the services above."
	case f.To.Because != "":
		return "You get this because " + Clean(f.To.Because) + "."
	case f.To.ID == "":
		return "You get this because somebody named your address for this window."
	default:
		return "You get this because you subscribed to the services above."
	}
}

// lede says in one sentence what the mail means for its reader, and what people
// wrote to go with it.
func lede(f facts, zone string) (lede, text, label string) {
	n := f.Notice
	at := func(t time.Time) string {
		return scheduler.InZone(t, zone).Format("Mon 2 Jan 15:04 ") + abbreviation(scheduler.InZone(t, zone))
	}
	nothing := " You need not do anything."
	if f.Leave {
		return "This maintenance no longer concerns " + formerly(f) + "." + nothing + " Nothing more is to be expected of it, and we send you nothing more about it.", "", ""
	}
	kind := f.Kind
	if f.Was == nil && scheduler.Announcement(kind).StatesTimes() && !n.Tentative {
		kind = string(scheduler.AnnounceScheduled) // who was told nothing yet has no changes to hear of
	}
	switch kind {
	case string(scheduler.AnnounceScheduled):
		return "Maintenance is planned." + nothing, "", ""
	case string(scheduler.AnnounceUpdated):
		return "What we told you about this maintenance has changed; the time stays." + nothing, n.Text, "Reason"
	case string(scheduler.AnnounceRescheduled):
		if n.Tentative {
			return "This maintenance is to be moved. The new time is still to be confirmed.", n.Text, "Reason"
		}
		return "This maintenance has been moved." + nothing, n.Text, "Reason"
	case string(scheduler.AnnounceReminder):
		return "This maintenance begins " + at(n.Start) + "." + nothing, "", ""
	case string(scheduler.AnnounceStarted):
		return "The work has begun. It is expected to end " + at(n.End) + ".", "", ""
	case string(scheduler.AnnounceExtended):
		return "The work takes longer. It is now expected to end " + at(n.End) + ".", n.Text, "Reason"
	case string(scheduler.AnnounceProgress):
		return "The work goes on. It is expected to end " + at(n.End) + ".", n.Text, "Update"
	case string(scheduler.AnnounceCompleted):
		return "The maintenance is over. " + outcomeWords[n.Outcome], n.Text, "Result"
	case string(scheduler.AnnounceCancelled):
		return "This maintenance will not take place. If there is to be a new date, it is announced separately.", n.Text, "Reason"
	}
	return insideLede(f, at), f.Detail, "What happened"
}

// wrap breaks text into lines of a mail, leaving its own line ends.
func wrap(s string) string {
	const width = 76
	var out []string
	for _, line := range strings.Split(s, "\n") {
		column, b := 0, strings.Builder{}
		for _, word := range strings.Fields(line) {
			n := len([]rune(word))
			switch {
			case column == 0:
			case column+1+n > width:
				out = append(out, b.String())
				b.Reset()
				column = 0
			default:
				b.WriteByte(' ')
				column++
			}
			b.WriteString(word)
			column += n
		}
		out = append(out, b.String())
	}
	return strings.Join(out, "\n")
}
