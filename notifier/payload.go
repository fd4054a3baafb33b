package notifier

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"lull/scheduler"
)

// Payload is what a webhook in the standard format is sent.
type Payload struct {
	Type      string      `json:"type"` // "window." and the kind, or "test"
	Timestamp time.Time   `json:"timestamp"`
	Data      PayloadData `json:"data"`
}

// PayloadData is what happened, and to which window.
type PayloadData struct {
	Kind   string         `json:"kind"`
	Text   string         `json:"text"` // what happened, or what people wrote to go with it
	Window *PayloadWindow `json:"window,omitempty"`
	Was    *PayloadTimes  `json:"was,omitempty"`    // of what moved or was extended
	Offset string         `json:"offset,omitempty"` // of a reminder: how long before the start
}

// PayloadTimes are a start and an end.
type PayloadTimes struct {
	Start time.Time `json:"start"`
	End   time.Time `json:"end"`
}

// PayloadWindow is a window as programs are told of it.
type PayloadWindow struct {
	ID       string             `json:"id"`
	Name     string             `json:"name"`
	Title    string             `json:"title"`
	Summary  string             `json:"summary"`
	State    scheduler.State    `json:"state"`
	Kind     scheduler.Kind     `json:"kind"`
	Risk     scheduler.Risk     `json:"risk"`
	Public   bool               `json:"public"`
	Services []PayloadService   `json:"services"`
	Start    time.Time          `json:"start,omitzero"`
	End      time.Time          `json:"end,omitzero"`
	TimeZone string             `json:"time_zone"`
	Lead     string             `json:"lead"`
	Outcome  *scheduler.Outcome `json:"outcome"`
	URL      string             `json:"url"`
}

// PayloadService is one service of a window.
type PayloadService struct {
	Slug   string           `json:"slug"`
	Name   string           `json:"name"`
	Tier   int              `json:"tier"`
	Impact scheduler.Impact `json:"impact"`
}

// happening is what webhooks are told once: an announcement, or an event.
type happening struct {
	kind   string
	at     time.Time
	text   string
	offset string
	state  scheduler.State  // after it; empty: the present one
	notice scheduler.Notice // what the window looked like
	was    *scheduler.Notice
	until  time.Time // when it is of no use any more
}

func (n *Notifier) payload(what happening, w scheduler.Window, all []scheduler.Service) Payload {
	p := Payload{Type: "window." + what.kind, Timestamp: what.at, Data: PayloadData{
		Kind: what.kind, Text: what.text, Offset: what.offset,
		Window: &PayloadWindow{
			ID: w.ID, Name: w.Name(), Title: what.notice.Title, Summary: what.notice.Summary, State: cmp.Or(what.state, w.State), Kind: w.Kind, Risk: w.Risk,
			Public: w.Public, Start: what.notice.Start, End: what.notice.End, TimeZone: what.notice.TimeZone, Lead: what.notice.Lead,
			URL: n.opts.BaseURL + "/windows/" + w.Name(),
		},
	}}
	if w.Outcome != "" {
		p.Data.Window.Outcome = &w.Outcome
	}
	for _, a := range what.notice.Services {
		s := named(all, a.Service)
		p.Data.Window.Services = append(p.Data.Window.Services, PayloadService{s.Slug, s.Name, s.Tier, a.Impact})
	}
	if what.was != nil && !what.was.SameTimes(what.notice) {
		p.Data.Was = &PayloadTimes{what.was.Start, what.was.End}
	}
	return p
}

// body is what the webhook is sent, in its format.
func (p Payload) body(format scheduler.WebhookFormat) ([]byte, error) {
	if format == scheduler.SlackFormat {
		return json.Marshal(p.slack())
	}
	return json.Marshal(p)
}

// subject says in one line what the payload is about, for people who look at the outbox.
func (p Payload) subject() string {
	status := kindWords(p.Data.Kind)
	w := p.Data.Window
	if w == nil {
		return "[" + status + "]"
	}
	when := ""
	if !w.Start.IsZero() && !w.End.IsZero() {
		when = catalogues[ours].span(w.Start, w.End, w.TimeZone)
	}
	return subject(status, w.Title, when, w.Name)
}

// kindWords is a kind as people say it.
func kindWords(kind string) string {
	if words := catalogues[ours].Say("status." + kind); words != "" {
		return words
	}
	words := strings.ReplaceAll(kind, "-", " ")
	return strings.ToUpper(words[:min(1, len(words))]) + words[min(1, len(words)):]
}

// The parts of a message for Slack that are used.
type (
	slackMessage struct {
		Text   string       `json:"text"` // for notifications and old clients
		Blocks []slackBlock `json:"blocks"`
	}
	slackBlock struct {
		Type     string      `json:"type"`
		Text     *slackText  `json:"text,omitempty"`
		Fields   []slackText `json:"fields,omitempty"`
		Elements []slackText `json:"elements,omitempty"`
	}
	slackText struct {
		Type     string `json:"type"`
		Text     string `json:"text"`
		Verbatim bool   `json:"verbatim"`
	}
)

// The longest texts that Slack takes in a section and in one of its fields.
const (
	longestSection = 3000
	longestField   = 2000
)

// slackEscape takes the three characters that mean something to Slack, so that
// nobody is mentioned and nothing is linked by what people wrote.
var slackEscape = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

func markdown(text string, most int) slackText {
	return slackText{Type: "mrkdwn", Text: text[:min(len(text), most)], Verbatim: true}
}

// said is what people wrote, as Slack shows it: escaped, and cut so that no
// escape is.
func said(text string, most int) string {
	const widest = len("&amp;")
	return slackEscape.Replace(clipped(strings.TrimSpace(legibleLines(text)), most/widest-1))
}

// legibleLines is text without what reorders or hides it, its lines kept.
func legibleLines(text string) string {
	lines := strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n")
	for i, line := range lines {
		lines[i] = Clean(line)
	}
	return strings.Join(lines, "\n")
}

// slack is the payload in blocks, with the same facts.
func (p Payload) slack() slackMessage {
	w := p.Data.Window
	if w == nil {
		text := said(p.Data.Text, longestField)
		section := markdown(text, longestSection)
		return slackMessage{Text: text, Blocks: []slackBlock{{Type: "section", Text: &section}}}
	}
	title := markdown("*"+kindWords(p.Data.Kind)+"*\n"+said(w.Title, longestField)+"\n<"+w.URL+"|Open "+w.Name+">", longestSection)
	m := slackMessage{Text: said(p.subject(), longestField), Blocks: []slackBlock{{Type: "section", Text: &title}}}
	if when := catalogues[ours].whenLines(w.Start, w.End, cmp.Or(w.TimeZone, "UTC")); len(when) > 0 {
		fields := []slackText{markdown("*"+catalogues[ours].Say("label.when")+"*\n"+said(strings.Join(when, "\n"), longestField), longestField)}
		if was := p.Data.Was; was != nil {
			fields = append(fields, markdown("*"+catalogues[ours].Say("label.before")+"*\n"+said(strings.Join(catalogues[ours].whenLines(was.Start, was.End, w.TimeZone), "\n"), longestField), longestField))
		}
		m.Blocks = append(m.Blocks, slackBlock{Type: "section", Fields: fields})
	}
	if len(w.Services) > 0 {
		var lines []string
		for _, s := range w.Services {
			lines = append(lines, s.Name+": "+catalogues[ours].Say("impact."+string(s.Impact)))
		}
		services := markdown("*"+catalogues[ours].Say("label.services")+"*\n"+said(strings.Join(lines, "\n"), longestSection), longestSection)
		m.Blocks = append(m.Blocks, slackBlock{Type: "section", Text: &services})
	}
	if text := said(p.Data.Text, longestSection); text != "" {
		section := markdown(text, longestSection)
		m.Blocks = append(m.Blocks, slackBlock{Type: "section", Text: &section})
	}
	facts := []string{w.State.Words()}
	if w.Outcome != nil {
		facts = append(facts, catalogues[ours].Say("outcome."+string(*w.Outcome)))
	}
	facts = append(facts, w.Lead)
	facts = slices.DeleteFunc(facts, func(s string) bool { return s == "" })
	m.Blocks = append(m.Blocks, slackBlock{Type: "context", Elements: []slackText{markdown(said(strings.Join(facts, " · "), longestField), longestField)}})
	return m
}
