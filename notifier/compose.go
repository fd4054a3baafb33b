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
	*catalogue
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
	Next                   string // what comes next, if anything does that the reader is told of
	Unsubscribe            string
	Organisation           string
}

type serviceWords struct{ Name, Impact, Because string }

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
	zone, c := f.To.TimeZone, in(f.To.Language)
	if zone == "" {
		zone = f.Notice.TimeZone
	}
	if told := f.Was; told != nil && (f.Leave || f.Kind == string(scheduler.AnnounceCancelled)) {
		f.Notice.Start, f.Notice.End = told.Start, told.End // what is off is what they were told, wherever it moved
	}
	w := words{
		catalogue: c, Status: c.Say("status." + f.Kind), Title: f.Notice.Title, About: f.Notice.Summary, WhenLabel: c.Say("label.when"),
		Reference: c.Say("reference", f.Window.Name(), f.Window.Sequence), Contact: f.Notice.Lead,
		Organisation: f.Settings.Organisation, Unsubscribe: f.Unsubscribe,
		URL: n.windowURL(f), Why: c.why(f), Next: c.next(f), When: c.whenLines(f.Notice.Start, f.Notice.End, zone),
	}
	short := ""
	if !f.Notice.Start.IsZero() && !f.Notice.End.IsZero() {
		short = c.span(f.Notice.Start, f.Notice.End, zone)
	}
	number := f.Window.Name()
	if f.Window.Number == 0 { // a preview of what is not booked yet
		number, w.Reference = "MW-…", ""
	}
	w.Subject = subject(w.Status, w.Title, short, number)
	if f.Was != nil && !f.Notice.SameTimes(*f.Was) && !f.Was.Start.IsZero() {
		w.Was = c.whenLines(f.Was.Start, f.Was.End, zone)
	}
	w.Services = c.concerning(f)
	w.Stages = c.stageLines(f, zone)
	if f.Leave {
		w.Services, w.About, w.WhenLabel = nil, "", c.Say("label.announced-for")
	}
	if over := f.Kind == string(scheduler.AnnounceCompleted) || f.Kind == string(scheduler.AnnounceCancelled); over {
		w.About = ""
		for i := range w.Services {
			w.Services[i].Impact = "" // there is none any more
		}
	}
	w.Lede, w.Text, w.TextLabel = c.lede(f, zone)
	if w.Text == f.Notice.Summary {
		w.Text = ""
	}
	if f.Kind == string(scheduler.AnnounceCompleted) && !f.Window.Began().IsZero() && !f.Window.Ended().IsZero() {
		w.WhenLabel, w.When = c.Say("label.actually"), c.whenLines(f.Window.Began(), f.Window.Ended(), zone)
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

func (c *catalogue) why(f facts) string {
	switch {
	case f.Inside:
		return c.Say("why.inside")
	case f.Leave:
		return c.Say("why.leave")
	case f.To.List:
		return c.Say("why.list")
	case f.To.Account:
		return c.Say("why.account")
	case f.To.Through != "":
		return c.Say("why.group", Clean(f.To.Through))
	case f.To.ID == "":
		return c.Say("why.named")
	default:
		return c.Say("why.subscribed")
	}
}

// next says what comes next of what the recipient asked to be told.
func (c *catalogue) next(f facts) string {
	begins, ends := f.To.Wants(scheduler.AnnounceStarted), f.To.Wants(scheduler.AnnounceCompleted)
	if f.Inside || f.Leave {
		return ""
	}
	switch kind := scheduler.Announcement(f.Kind); {
	case kind == scheduler.AnnounceCancelled:
		return ""
	case kind == scheduler.AnnounceCompleted:
		return c.Say("next.last")
	case f.Notice.Tentative:
		return c.Say("next.tentative")
	case f.Notice.Series != nil:
		if len(f.Window.Reminders) > 0 && f.To.Wants(scheduler.AnnounceReminder) {
			return c.Say("next.dates")
		}
		return ""
	case kind == scheduler.AnnounceStarted, kind == scheduler.AnnounceExtended, kind == scheduler.AnnounceProgress:
		if ends {
			return c.Say("next.over")
		}
		return ""
	}
	before, reminds := f.Window.NextReminder(f.Now)
	reminds = reminds && f.To.Wants(scheduler.AnnounceReminder)
	switch {
	case reminds && begins && ends:
		return c.Say("next.reminder-begins", c.length(before))
	case reminds:
		return c.Say("next.reminder", c.length(before))
	case begins && ends:
		return c.Say("next.begins-ends")
	case begins:
		return c.Say("next.begins")
	case ends:
		return c.Say("next.end")
	}
	return ""
}

// lede says in one sentence what the mail means for its reader, and what people
// wrote to go with it.
func (c *catalogue) lede(f facts, zone string) (lede, text, label string) {
	n := f.Notice
	at := func(t time.Time) string { return c.moment(t, zone) }
	nothing := func(key string) string { return c.Say(key) + " " + c.Say("nothing-to-do") }
	if f.Leave {
		return c.Say("lede.leave", c.formerly(f)) + " " + c.Say("nothing-to-do") + " " + c.Say("lede.leave-end"), "", ""
	}
	kind := f.Kind
	if f.Was == nil && scheduler.Announcement(kind).StatesTimes() && !n.Tentative {
		kind = string(scheduler.AnnounceScheduled) // who was told nothing yet has no changes to hear of
	}
	switch scheduler.Announcement(kind) {
	case scheduler.AnnounceScheduled:
		return nothing("lede.scheduled"), "", ""
	case scheduler.AnnounceUpdated:
		return nothing("lede.updated"), n.Text, c.Say("label.reason")
	case scheduler.AnnounceRescheduled:
		if n.Tentative {
			return c.Say("lede.tentative"), n.Text, c.Say("label.reason")
		}
		return nothing("lede.rescheduled"), n.Text, c.Say("label.reason")
	case scheduler.AnnounceReminder:
		return c.Say("lede.reminder", at(n.Start)) + " " + c.Say("nothing-to-do"), "", ""
	case scheduler.AnnounceStarted:
		return c.Say("lede.started", at(n.End)), "", ""
	case scheduler.AnnounceExtended:
		return c.Say("lede.extended", at(n.End)), n.Text, c.Say("label.reason")
	case scheduler.AnnounceProgress:
		return c.Say("lede.progress", at(n.End)), n.Text, c.Say("label.update")
	case scheduler.AnnounceCompleted:
		return c.Say("lede.completed") + " " + c.Say("outcome."+string(n.Outcome)), n.Text, c.Say("label.result")
	case scheduler.AnnounceCancelled:
		return c.Say("lede.cancelled"), n.Text, c.Say("label.reason")
	}
	return c.insideLede(f, at), f.Detail, c.Say("label.happened")
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
