package api

import (
	"net/http"
	"strconv"
	"strings"

	"lull/scheduler"
	"lull/scheduler/agenda"
	"lull/server/access"
	"lull/server/reply"
)

// series is a series as the API shows it: a window's fields without times, and
// how it recurs.
type series struct {
	ID                   string                `json:"id"`
	Title                string                `json:"title"`
	Summary              string                `json:"summary"`
	Plan                 string                `json:"plan"`
	RollbackPlan         string                `json:"rollback_plan"`
	RollbackDuration     length                `json:"rollback_duration"`
	VerificationDuration length                `json:"verification_duration"`
	Kind                 scheduler.Kind        `json:"kind"`
	Risk                 scheduler.Risk        `json:"risk"`
	Public               bool                  `json:"public"`
	Services             []scheduler.Affected  `json:"services"`
	TimeZone             string                `json:"time_zone"`
	Lead                 string                `json:"lead"`
	RunbookURL           string                `json:"runbook_url"`
	TicketURL            string                `json:"ticket_url"`
	ConferenceURL        string                `json:"conference_url"`
	Links                []scheduler.Link      `json:"links"`
	Reminders            []length              `json:"reminders"`
	Recipients           []string              `json:"recipients"`
	Template             *templateRef          `json:"template"` // that it was made from
	Checks               []seriesCheck         `json:"checks"`
	RRule                string                `json:"rrule"`
	StartLocal           string                `json:"start_local"`
	Duration             length                `json:"duration"`
	ExDates              []string              `json:"exdates"`
	RDates               []string              `json:"rdates"`
	Until                *string               `json:"until"`
	Words                string                `json:"words"` // the rule, for people
	State                scheduler.SeriesState `json:"state"`
	Requester            string                `json:"requester"`
	ConflictReason       *string               `json:"conflict_reason"`
	Approvals            []approval            `json:"approvals"`
	ReviewBy             moment                `json:"review_by"`
	MadeUntil            moment                `json:"made_until"`
	Next                 moment                `json:"next"` // the start of the next window
	Windows              int                   `json:"windows"`
	Occurrences          []occurrence          `json:"occurrences"` // only where one series is asked for
	LeftAlone            []string              `json:"left_alone"`  // windows that this change left as they are
	Version              int                   `json:"version"`
	Created              moment                `json:"created_at"`
	Updated              moment                `json:"updated_at"`
	URL                  string                `json:"url"`
}

// seriesCheck is a check as each window of the series gets it.
type seriesCheck struct {
	Phase    scheduler.Phase `json:"phase"`
	Text     string          `json:"text"`
	How      string          `json:"how"`
	Required bool            `json:"required"`
}

// occurrence is a window of a series, in short.
type occurrence struct {
	Occurrence string          `json:"occurrence"`
	Window     string          `json:"window"`
	Number     int             `json:"number"`
	Start      moment          `json:"start"`
	End        moment          `json:"end"`
	State      scheduler.State `json:"state"`
	Detached   bool            `json:"detached"` // changed by itself
	Note       *string         `json:"note"`     // how the clocks change, in words
}

// seriesOf says which occurrence of which series a window is.
type seriesOf struct {
	ID         string `json:"id"`
	Occurrence string `json:"occurrence"`
	Detached   bool   `json:"detached"`
}

func ofSeries(w scheduler.Window) *seriesOf {
	if w.Series == "" {
		return nil
	}
	return &seriesOf{w.Series, w.Occurrence, w.Detached}
}

func (a *API) showSeries(v agenda.SeriesView) series {
	var from *templateRef
	if v.Template.ID != "" {
		ref := templateRef(v.Template)
		from = &ref
	}
	return series{
		ID: v.ID, Title: v.Title, Summary: v.Summary, Plan: v.Steps, RollbackPlan: v.RollbackPlan,
		RollbackDuration: length(v.RollbackDuration), VerificationDuration: length(v.VerificationDuration),
		Kind: v.Kind, Risk: v.Risk, Public: v.Public, Services: all(v.Services), TimeZone: v.TimeZone, Lead: v.Lead,
		RunbookURL: v.RunbookURL, TicketURL: v.TicketURL, ConferenceURL: v.ConferenceURL, Links: all(v.Links),
		Reminders: each(v.Reminders, asLength), Recipients: all(v.Recipients), Template: from,
		Checks: each(v.Checks, func(c scheduler.Check) seriesCheck { return seriesCheck{c.Phase, c.Text, c.How, c.Required} }),
		RRule:  v.RRule, StartLocal: v.StartLocal, Duration: length(v.Duration), ExDates: all(v.ExDates), RDates: all(v.RDates),
		Until: orNull(v.Until), Words: v.Words, State: v.State, Requester: v.Requester, ConflictReason: orNull(v.ConflictReason),
		Approvals: each(v.Approvals, showApproval), ReviewBy: moment{v.ReviewBy}, MadeUntil: moment{v.MadeUntil}, Next: moment{v.Next},
		Windows: v.Windows, LeftAlone: all(v.Left), Version: v.Version, Created: moment{v.Created}, Updated: moment{v.Changed},
		Occurrences: each(v.Members, func(w scheduler.Window) occurrence {
			return occurrence{w.Occurrence, w.ID, w.Number, moment{w.Start}, moment{w.End}, w.State, w.Detached, orNull(v.Notes[w.ID])}
		}),
		URL: a.BaseURL + "/series/" + v.ID,
	}
}

// answerSeries answers with the series and with its version as the ETag.
func (a *API) answerSeries(w http.ResponseWriter, status int, v agenda.SeriesView) error {
	w.Header().Set("ETag", strconv.Quote(strconv.Itoa(v.Version)))
	return reply.JSON(w, status, a.showSeries(v))
}

// seriesInput is what people write of a series. What is nil was not given.
type seriesInput struct {
	planInput
	RRule      *string   `json:"rrule"`
	StartLocal *string   `json:"start_local"`
	Duration   *length   `json:"duration"`
	ExDates    *[]string `json:"exdates"`
	RDates     *[]string `json:"rdates"`
	Until      *string   `json:"until"`
}

func (in seriesInput) apply(s *scheduler.Series) error {
	set(&s.RRule, in.RRule)
	set(&s.StartLocal, in.StartLocal)
	set((*length)(&s.Duration), in.Duration)
	set(&s.ExDates, in.ExDates)
	set(&s.RDates, in.RDates)
	set(&s.Until, in.Until)
	s.RRule, s.StartLocal = strings.TrimSpace(s.RRule), strings.TrimSpace(s.StartLocal)
	return in.planInput.apply(&s.Plan)
}

// newSeriesInput is a series, what it is made after, and whether to submit it in
// the same transaction.
type newSeriesInput struct {
	seriesInput
	Template *string `json:"template"` // the id of one
	Submit   *bool   `json:"submit"`
	Reason   *string `json:"reason"`
}

// newSeries is the plan and the length of the template, and then what was given.
func (a *API) newSeries(r *http.Request, in newSeriesInput) (scheduler.Series, error) {
	m, err := a.model(r, given(in.Template), "")
	if err != nil {
		return scheduler.Series{}, err
	}
	s := scheduler.Series{Plan: m.Plan, Duration: m.Lasts}
	return s, in.apply(&s)
}

func (a *API) listSeries(w http.ResponseWriter, r *http.Request, _ access.Visitor) error {
	q := queryOf(r)
	limit, cursor := q.limit(), q.Get("cursor")
	if err := q.wrong.Err(); err != nil {
		return err
	}
	items, next, err := a.Agenda.AllSeries(r.Context(), agenda.SeriesFilter{Limit: limit, Cursor: cursor})
	if err != nil {
		return err
	}
	return reply.JSON(w, http.StatusOK, list(each(items, a.showSeries), next))
}

func (a *API) createSeries(w http.ResponseWriter, r *http.Request, who access.Visitor) error {
	var in newSeriesInput
	if err := read(r, &in); err != nil {
		return err
	}
	s, err := a.newSeries(r, in)
	if err != nil {
		return err
	}
	v, err := a.Agenda.AddSeries(r.Context(), s, agenda.Submission{Now: given(in.Submit), Reason: given(in.Reason)}, who.Person)
	if err != nil {
		return err
	}
	w.Header().Set("Location", "/api/v1/series/"+v.ID)
	return a.answerSeries(w, http.StatusCreated, v)
}

func (a *API) getSeries(w http.ResponseWriter, r *http.Request, _ access.Visitor) error {
	v, err := a.Agenda.Series(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	return a.answerSeries(w, http.StatusOK, v)
}

// patchSeriesInput is a change of a series: of all that is to come, or from an
// occurrence on.
type patchSeriesInput struct {
	seriesInput
	From    *string `json:"from"`
	Approve *bool   `json:"approve"`
	Reason  *string `json:"reason"`
	Version *int    `json:"version"`
}

func (a *API) changeSeries(w http.ResponseWriter, r *http.Request, who access.Visitor) error {
	var in patchSeriesInput
	if err := read(r, &in); err != nil {
		return err
	}
	n, err := version(r, in.Version)
	if err != nil {
		return err
	}
	v, err := a.Agenda.ChangeSeries(r.Context(), r.PathValue("id"), n, agenda.SeriesEdit{
		From: given(in.From), Apply: in.apply, Approve: given(in.Approve), Reason: given(in.Reason),
	}, who.Person)
	if err != nil {
		return err
	}
	return a.answerSeries(w, http.StatusOK, v)
}

func (a *API) endSeries(w http.ResponseWriter, r *http.Request, who access.Visitor) error {
	var in reasonInput
	if err := read(r, &in); err != nil {
		return err
	}
	n, err := version(r, in.Version)
	if err != nil {
		return err
	}
	if _, err := a.Agenda.EndSeries(r.Context(), r.PathValue("id"), n, given(in.Reason), who.Person); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// previewedSeries is what a series would be: its first dates.
type previewedSeries struct {
	Items   []previewedDate `json:"items"`
	Words   string          `json:"words"`
	Until   *string         `json:"until"`   // the last day, in words; null: it does not end by itself
	Windows int             `json:"windows"` // that would be made at once
}

type previewedDate struct {
	Start     moment     `json:"start"`
	End       moment     `json:"end"`
	Local     string     `json:"local"`
	Note      *string    `json:"note"`
	Conflicts []conflict `json:"conflicts"`
}

// previewSeriesInput is a series that is only thought of.
type previewSeriesInput struct {
	newSeriesInput
	Limit *int    `json:"limit"`
	ID    *string `json:"id"` // of the series that it would change
}

func (a *API) previewSeries(w http.ResponseWriter, r *http.Request, who access.Visitor) error {
	var in previewSeriesInput
	if err := read(r, &in); err != nil {
		return err
	}
	q := queryOf(r)
	limit := q.limit()
	if in.Limit != nil && (*in.Limit < 1 || *in.Limit > mostRows) {
		q.wrong["limit"] = "Give a whole number from 1 to 500."
	}
	if err := q.wrong.Err(); err != nil {
		return err
	}
	if in.Limit != nil {
		limit = *in.Limit
	}
	s, err := a.newSeries(r, in.newSeriesInput)
	if err != nil {
		return err
	}
	p, err := a.Agenda.PreviewSeries(r.Context(), s, given(in.ID), limit, who.Person)
	if err != nil {
		return err
	}
	return reply.JSON(w, http.StatusOK, previewedSeries{
		Words: p.Words, Until: orNull(p.Ends), Windows: p.Windows,
		Items: each(p.Dates, func(d agenda.PreviewedDate) previewedDate {
			return previewedDate{moment{d.Start}, moment{d.End}, d.Local, orNull(d.Note), each(d.Conflicts, showConflict)}
		}),
	})
}
