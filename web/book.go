package web

import (
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
	Reason                                     string // why in spite of conflicts
	Template                                   string // the id of the one it is booked from
	Version                                    string
	Approve                                    bool
}

// CheckRow is one line of the checklist as it was typed.
type CheckRow struct {
	ID, Phase, Text, How string
	Required             bool
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
		Approve: v.Get("approve") != "", Impact: map[string]string{},
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
	for i, text := range v["check_text"] {
		f.Checks = append(f.Checks, CheckRow{
			ID: nth("check_id", i), Phase: nth("check_phase", i), Text: text, How: nth("check_how", i),
			Required: nth("check_required", i) != "no",
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
	for _, c := range w.Checks {
		f.Checks = append(f.Checks, CheckRow{c.ID, string(c.Phase), c.Text, c.How, c.Required})
	}
	return f
}

// clockOf is a wall-clock time that the form reads back as the same instant,
// also when a clock change repeats it.
func clockOf(t, local time.Time) string {
	clock := local.Format("15:04")
	for _, c := range []string{clock, clock + " earlier", clock + " later"} {
		if back, wrong := scheduler.Local(local.Format(time.DateOnly), c, local.Location()); wrong == "" && back.Equal(t.Truncate(time.Minute)) {
			return c
		}
	}
	return clock
}

// More adds empty lines to the checklist until there are as many as people
// need to go on typing.
func (f *BookForm) More(n int) {
	f.Checks = slices.DeleteFunc(f.Checks, func(c CheckRow) bool { return strings.TrimSpace(c.Text+c.How) == "" })
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
	p.Interval = f.interval(wrong)
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
			ID: c.ID, Phase: scheduler.Phase(c.Phase), Text: c.Text, How: c.How, Required: c.Required,
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
	start, bad := scheduler.Local(f.Date, f.Time, zone)
	if bad != "" {
		wrong["start"] = bad
		return i
	}
	end := start
	switch {
	case strings.TrimSpace(f.Length) != "":
		end = start.Add(length(f.Length, "length", wrong))
	case strings.TrimSpace(f.EndTime) != "":
		day := f.EndDate
		if strings.TrimSpace(day) == "" {
			day = f.Date
		}
		if end, bad = scheduler.Local(day, f.EndTime, zone); bad != "" {
			wrong["end"] = bad
			return i
		}
	default:
		wrong["length"] = "Say how long it lasts, or when it ends."
		return i
	}
	return scheduler.Interval{Start: start, End: end}
}

// length reads a length of time, empty for none.
func length(s, field string, wrong scheduler.InvalidError) time.Duration {
	s = strings.ReplaceAll(strings.TrimSpace(s), " ", "")
	if s == "" {
		return 0
	}
	if strings.Trim(s, "0123456789") == "" {
		s += "m"
	}
	d, err := scheduler.ParseDuration(s)
	if err != nil {
		wrong[field] = "Give a length of time such as 30m, 2h or 1h30m."
	}
	return d
}

// List splits what was typed at line ends, commas and semicolons.
func List(s string) []string {
	var out []string
	for _, part := range strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune("\r\n,;", r) }) {
		if part = strings.TrimSpace(part); part != "" {
			out = append(out, part)
		}
	}
	return out
}

// cutLink reads "Label https://…", or an address alone.
func cutLink(line string) (label, address string, ok bool) {
	words := strings.Fields(line)
	if len(words) == 0 {
		return "", "", false
	}
	address = words[len(words)-1]
	if label = strings.Join(words[:len(words)-1], " "); label == "" {
		label = address
	}
	return label, address, true
}

func sortedKeys(m map[string]string) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// Has reports whether the form names the service.
func (f BookForm) Has(slug string) bool {
	_, ok := f.Impact[slug]
	return ok
}
