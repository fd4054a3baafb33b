package web

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"lull/scheduler"
)

// BookForm is the booking form as it was typed.
type BookForm struct {
	Title, Summary, Plan, RollbackPlan         string
	RollbackDuration, VerificationDuration     string
	Date, Time, Length, EndDate, EndTime, Zone string
	Lead, Kind, Risk                           string
	RunbookURL, TicketURL, ConferenceURL       string
	Links, Reminders, Recipients               string // one a line, or between commas
	Public                                     bool
	Impact                                     map[string]string // by service
	Checks                                     []CheckRow
	Stages                                     []StageRow
	Brought                                    []string // services whose defaults came into the form already
	Reason                                     string   // why in spite of conflicts
	Template                                   string   // the id of the one it is booked from
	Version                                    string
	Approve                                    bool
}

// CheckRow is one line of the checklist as it was typed.
type CheckRow struct {
	ID, From, Phase, Text, How string // From: the service that brought it
	Required                   bool
	Stage                      string          // its name; empty: the whole window
	Probe                      json.RawMessage // of the check it came from; the form does not show it
}

// ReadBook reads the form out of what the browser sent.
func ReadBook(v url.Values) BookForm {
	f := BookForm{
		Title: v.Get("title"), Summary: v.Get("summary"), Plan: v.Get("plan"), RollbackPlan: v.Get("rollback_plan"),
		RollbackDuration: v.Get("rollback_duration"), VerificationDuration: v.Get("verification_duration"),
		Date: v.Get("date"), Time: v.Get("time"), Length: v.Get("length"),
		EndDate: v.Get("end_date"), EndTime: v.Get("end_time"), Zone: v.Get("time_zone"),
		Lead: v.Get("lead"), Kind: v.Get("kind"), Risk: v.Get("risk"),
		RunbookURL: v.Get("runbook_url"), TicketURL: v.Get("ticket_url"), ConferenceURL: v.Get("conference_url"),
		Links: v.Get("links"), Reminders: v.Get("reminders"), Recipients: v.Get("recipients"),
		Public: v.Get("public") != "", Reason: v.Get("reason"), Version: v.Get("version"),
		Approve: v.Get("approve") != "", Brought: v["brought"], Impact: map[string]string{},
	}
	f.Template = v.Get("template")
	for _, slug := range v["service"] {
		f.Impact[slug] = v.Get("impact-" + slug)
	}
	nth := func(name string, i int) string {
		if i < len(v[name]) {
			return v[name][i]
		}
		return ""
	}
	f.Stages = readStages(v)
	for i, text := range v["check_text"] {
		f.Checks = append(f.Checks, CheckRow{
			ID: nth("check_id", i), From: nth("check_from", i), Phase: nth("check_phase", i), Text: text, How: nth("check_how", i),
			Required: nth("check_required", i) != "no", Stage: f.stageNamed(nth("check_stage", i)),
		})
	}
	return f
}

// BookFormOf is the form that would make the window as it is.
func BookFormOf(w scheduler.Window) BookForm {
	f := BookForm{
		Title: w.Title, Summary: w.Summary, Plan: w.Steps, RollbackPlan: w.RollbackPlan, Zone: w.TimeZone,
		Lead: w.Lead, Kind: string(w.Kind), Risk: string(w.Risk), Public: w.Public,
		RunbookURL: w.RunbookURL, TicketURL: w.TicketURL, ConferenceURL: w.ConferenceURL,
		Recipients: strings.Join(w.Recipients, "\n"), Reason: w.ConflictReason,
		Version: fmt.Sprint(w.Version), Impact: map[string]string{},
	}
	f.Template = w.Template.ID
	for _, a := range w.Services {
		f.Impact[a.Service] = string(a.Impact)
		f.Brought = append(f.Brought, a.Service)
	}
	if !w.Start.IsZero() {
		start, end := scheduler.InZone(w.Start, w.TimeZone), scheduler.InZone(w.End, w.TimeZone)
		f.Date, f.Time = start.Format(time.DateOnly), clockOf(w.Start, start)
		f.EndDate, f.EndTime = end.Format(time.DateOnly), clockOf(w.End, end)
	}
	if w.RollbackDuration > 0 {
		f.RollbackDuration = scheduler.Duration(w.RollbackDuration)
	}
	if w.VerificationDuration > 0 {
		f.VerificationDuration = scheduler.Duration(w.VerificationDuration)
	}
	var parts []string
	for _, d := range w.Reminders {
		parts = append(parts, scheduler.Duration(d))
	}
	f.Reminders = strings.Join(parts, ", ")
	parts = nil
	for _, l := range w.Links {
		parts = append(parts, l.Label+" "+l.URL)
	}
	f.Links = strings.Join(parts, "\n")
	f.Stages = stageRows(w)
	for _, c := range w.Checks {
		f.Checks = append(f.Checks, CheckRow{ID: c.ID, Phase: string(c.Phase), Text: c.Text, How: c.How, Required: c.Required, Stage: c.Stage, Probe: c.Probe})
	}
	return f
}

// More adds empty lines to the checklist until there are as many as people
// need to go on typing.
func (f *BookForm) More(n int) {
	f.Checks = slices.DeleteFunc(f.Checks, func(c CheckRow) bool { return strings.TrimSpace(c.Text+c.How) == "" })
	f.moreStages(n)
	for range n {
		f.Checks = append(f.Checks, CheckRow{Phase: string(scheduler.Verify), Required: true})
	}
}

// Read is the plan that the form asks for, and in words what in it cannot be
// read. A time that a clock change skips or repeats is such a thing.
func (f BookForm) Read() (scheduler.Plan, scheduler.InvalidError) {
	wrong := scheduler.InvalidError{}
	p := scheduler.Plan{
		Title: f.Title, Summary: f.Summary, Steps: f.Plan, RollbackPlan: f.RollbackPlan,
		Kind: scheduler.Kind(f.Kind), Risk: scheduler.Risk(f.Risk), Public: f.Public, TimeZone: strings.TrimSpace(f.Zone), Lead: f.Lead,
		RunbookURL: f.RunbookURL, TicketURL: f.TicketURL, ConferenceURL: f.ConferenceURL,
		RollbackDuration:     length(f.RollbackDuration, "rollback_duration", wrong),
		VerificationDuration: length(f.VerificationDuration, "verification_duration", wrong),
		Recipients:           List(f.Recipients),
	}
	p.Template.ID = f.Template
	for _, slug := range sortedKeys(f.Impact) {
		p.Services = append(p.Services, scheduler.Affected{Service: slug, Impact: scheduler.Impact(f.Impact[slug])})
	}
	p.Interval, p.Stages = f.interval(wrong), f.stages(wrong)
	for _, s := range List(f.Reminders) {
		p.Reminders = append(p.Reminders, length(s, "reminders", wrong))
	}
	for l := range strings.Lines(f.Links) {
		if label, address, ok := cutLink(l); ok {
			p.Links = append(p.Links, scheduler.Link{Label: label, URL: address})
		}
	}
	for _, c := range f.Checks {
		if strings.TrimSpace(c.Text+c.How) == "" {
			continue
		}
		p.Checks = append(p.Checks, scheduler.Check{
			ID: c.ID, Phase: scheduler.Phase(c.Phase), Text: c.Text, How: c.How, Required: c.Required, Stage: c.Stage, Probe: c.Probe,
		})
	}
	return p, wrong
}

func (f BookForm) interval(wrong scheduler.InvalidError) (i scheduler.Interval) {
	zone, ok := scheduler.Zone(strings.TrimSpace(f.Zone))
	if !ok {
		wrong["time_zone"] = "This is not a time zone such as Europe/Berlin."
		return i
	}
	if strings.TrimSpace(f.Date+f.Time) == "" {
		return i
	}
	start, bad := instant(f.Date, f.Time, zone)
	if bad != "" {
		wrong["start"] = bad
		return i
	}
	end := start
	switch {
	case strings.TrimSpace(f.Length) != "":
		if end = start.Add(length(f.Length, "length", wrong)); wrong["length"] != "" {
			return i
		}
	case strings.TrimSpace(f.EndTime) != "":
		day := f.EndDate
		if strings.TrimSpace(day) == "" {
			day = f.Date
		}
		if end, bad = instant(day, f.EndTime, zone); bad != "" {
			wrong["end"] = bad
			return i
		}
	default:
		wrong["length"] = "Say how long it lasts, or when it ends."
		return i
	}
	return scheduler.Interval{Start: start, End: end}
}

// Has reports whether the form names the service.
func (f BookForm) Has(slug string) bool {
	_, ok := f.Impact[slug]
	return ok
}
