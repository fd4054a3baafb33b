package web

import (
	"cmp"
	"errors"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"lull/scheduler"
	"lull/scheduler/agenda"
	"lull/scheduler/recur"
)

// The pages of series.
type (
	// AllSeries lists series.
	AllSeries struct {
		Frame
		Items []agenda.SeriesView
		More  string // the address of the next page
	}
	// SeriesForm makes or changes a series: the booking form, and how it recurs.
	SeriesForm struct {
		Book
		Repeat RepeatForm
		ID     string // of the series that is changed; empty: a new one
		From   string // the occurrence from which on; empty: all that is to come
		Was    scheduler.SeriesState
		Dates  *agenda.SeriesPreview
	}
	// Series shows one series.
	Series struct {
		Frame
		Refusal
		View         agenda.SeriesView
		Form         map[string]string
		Ahead, Past  []scheduler.Window
		MayBeSkipped []scheduler.Window
		Conflicts    []scheduler.Conflict // of what waits for approval
		Log          []scheduler.Event
	}
)

func (AllSeries) template() string  { return "allseries.html" }
func (SeriesForm) template() string { return "seriesform.html" }
func (Series) template() string     { return "series.html" }

// RepeatForm is how a series recurs, as it was typed.
type RepeatForm struct {
	Every, Unit    string
	Days           map[string]bool // mon … sun
	MonthlyBy      string
	Ends           string // never, after or on
	Count, Until   string
	Text           string // a rule that only text can say; it counts where it is given
	ExDates        string // one a line, or between commas
	RDates         string
	NthDay         string // of the start, in words: on day 13
	NthWeekday     string // on the second Sunday
	LastWeekday    string // on the last Sunday
	WeekdayChoices []WeekdayChoice
}

// WeekdayChoice is a day of the week in the form.
type WeekdayChoice struct{ Name, Words string }

var weekdayChoices = []WeekdayChoice{
	{"mon", "Mon"}, {"tue", "Tue"}, {"wed", "Wed"}, {"thu", "Thu"}, {"fri", "Fri"}, {"sat", "Sat"}, {"sun", "Sun"},
}

// ReadRepeat reads the form out of what the browser sent.
func ReadRepeat(v url.Values) RepeatForm {
	f := RepeatForm{
		Every: v.Get("every"), Unit: v.Get("unit"), MonthlyBy: v.Get("monthly_by"), Ends: v.Get("ends"),
		Count: v.Get("count"), Until: v.Get("until"), Text: v.Get("rrule"), ExDates: v.Get("exdates"), RDates: v.Get("rdates"),
		Days: map[string]bool{},
	}
	for _, d := range v["weekday"] {
		f.Days[d] = true
	}
	return f
}

// RepeatFormOf is the form that would make the series as it is.
func RepeatFormOf(s scheduler.Series) RepeatForm {
	f := RepeatForm{
		Every: "1", Unit: recur.Months, MonthlyBy: recur.ByWeekday, Ends: "never", Days: map[string]bool{},
		ExDates: strings.Join(s.ExDates, ", "), RDates: strings.Join(s.RDates, ", "),
	}
	if s.RRule == "" {
		return f
	}
	simple, ok := recur.SimpleOf(s.RRule)
	if !ok {
		f.Text, f.Ends, f.Until = s.RRule, endsOf(0, s.Until), s.Until
		return f
	}
	f.Every, f.Unit = strconv.Itoa(max(1, simple.Every)), simple.Unit
	f.MonthlyBy = cmp.Or(simple.MonthlyBy, recur.ByDay)
	for _, d := range simple.Weekdays {
		f.Days[d] = true
	}
	f.Until = cmp.Or(s.Until, simple.Until)
	f.Ends = endsOf(simple.Count, f.Until)
	if simple.Count > 0 {
		f.Count = strconv.Itoa(simple.Count)
	}
	return f
}

func endsOf(count int, until string) string {
	switch {
	case until != "":
		return "on"
	case count > 0:
		return "after"
	}
	return "never"
}

// Offer says the choices of a month in the words of the day that is the first.
func (f *RepeatForm) Offer(date string) {
	f.WeekdayChoices = weekdayChoices
	f.NthDay, f.NthWeekday, f.LastWeekday = "on the same day of the month", "on the same weekday, such as the second Sunday", "on the last such weekday"
	t, err := time.Parse(time.DateOnly, strings.TrimSpace(date))
	if err != nil {
		return
	}
	nth := []string{"first", "second", "third", "fourth", "fifth"}[(t.Day()-1)/7]
	f.NthDay = "on day " + strconv.Itoa(t.Day())
	f.NthWeekday = "on the " + nth + " " + t.Weekday().String()
	f.LastWeekday = "on the last " + t.Weekday().String()
}

// rule is the rule that the form means, from the first occurrence on.
func (f RepeatForm) rule(start string, wrong scheduler.InvalidError) (rrule, until string) {
	if f.Ends == "on" {
		if until = strings.TrimSpace(f.Until); until == "" {
			wrong["until"] = "Give the last day."
		}
	}
	if text := strings.TrimSpace(f.Text); text != "" {
		return text, until
	}
	number := func(s, field string) int {
		n, err := strconv.Atoi(cmp.Or(strings.TrimSpace(s), "1"))
		if err != nil || n < 1 {
			wrong[field] = "Give a whole number, 1 or more."
		}
		return n
	}
	simple := recur.Simple{Every: number(f.Every, "every"), Unit: f.Unit}
	switch f.Unit {
	case recur.Weeks:
		for _, d := range recur.Weekdays {
			if f.Days[d] {
				simple.Weekdays = append(simple.Weekdays, d)
			}
		}
	case recur.Months:
		simple.MonthlyBy = f.MonthlyBy
	}
	if f.Ends == "after" {
		if strings.TrimSpace(f.Count) == "" {
			wrong["count"] = "Say after how many times."
		}
		simple.Count = number(f.Count, "count")
	}
	rrule, err := simple.RRule(start)
	var bad *recur.Error
	if errors.As(err, &bad) && wrong[bad.Field] == "" {
		wrong[bad.Field] = bad.Words
	}
	return rrule, until
}

// Read is the series that the form means; what cannot be read is said by field.
func (p SeriesForm) Read() (s scheduler.Series, wrong scheduler.InvalidError) {
	f := p.Form
	f.Date, f.Time, f.Length, f.EndDate, f.EndTime = "", "", "", "", ""
	s.Plan, wrong = f.Read()
	day, bad := time.Parse(time.DateOnly, strings.TrimSpace(p.Form.Date))
	clock, worse := time.Parse("15:04", strings.TrimSpace(p.Form.Time))
	if bad != nil || worse != nil {
		wrong["start_local"] = "Give the first day and the time, such as 2026-12-13 and 02:00."
	} else {
		s.StartLocal = day.Format(time.DateOnly) + "T" + clock.Format("15:04")
	}
	s.Duration = length(p.Form.Length, "duration", wrong)
	if wrong["start_local"] == "" {
		s.RRule, s.Until = p.Repeat.rule(s.StartLocal, wrong)
	}
	s.ExDates, s.RDates = List(p.Repeat.ExDates), List(p.Repeat.RDates)
	return s, wrong
}

// SeriesFormOf is the form that would make the series as it is; from names the
// occurrence from which on it takes over, if it does.
func SeriesFormOf(s scheduler.Series, from string) SeriesForm {
	p := SeriesForm{ID: s.ID, From: from, Was: s.State}
	p.Form = BookFormOf(scheduler.Window{Plan: s.Plan, Version: s.Version})
	p.Form.Date, p.Form.Time, _ = strings.Cut(s.StartLocal, "T")
	if s.Duration > 0 {
		p.Form.Length = scheduler.Duration(s.Duration)
	}
	p.Repeat = RepeatFormOf(s)
	return p
}

// mostSoon is how many of the windows to come are shown at once.
const mostSoon = 25

// Soon is the first windows to come.
func (p Series) Soon() []scheduler.Window { return p.Ahead[:min(mostSoon, len(p.Ahead))] }

// Later is those after them.
func (p Series) Later() []scheduler.Window { return p.Ahead[len(p.Soon()):] }

// MayApprove reports whether the reader is shown the form to approve.
func (p Series) MayApprove() bool {
	return p.View.State == scheduler.SeriesRequested && p.Who.Role.May(scheduler.Approver)
}

// Barred is why the reader, who approves others, does not approve this one.
func (p Series) Barred() []scheduler.Reason {
	if !p.MayApprove() {
		return nil
	}
	return p.View.Barred(p.Who.Email)
}

// Drafts counts the windows that are still to be sent for approval.
func (p Series) Drafts() (n int) {
	for _, w := range p.Ahead {
		if w.State == scheduler.Draft && !w.Detached {
			n++
		}
	}
	return n
}

// Overridable lists the kinds of the conflicts that an approval can override.
func (p Series) Overridable() (kinds []scheduler.ConflictKind) {
	for _, c := range p.Conflicts {
		if c.Overridden == nil && !slices.Contains(kinds, c.Kind) && (c.Blocking || c.Kind == scheduler.ShortNotice) {
			kinds = append(kinds, c.Kind)
		}
	}
	return kinds
}

// Editable reports whether the reader is shown what changes the series.
func (p Series) Editable() bool {
	return p.Who.Role.May(scheduler.Operator) && p.View.State != scheduler.SeriesEnded
}
