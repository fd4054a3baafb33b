package api

import (
	"net/http"

	"lull/scheduler"
	"lull/scheduler/agenda"
	"lull/server/access"
)

var seriesQuery = []string{"limit", "cursor"}

func (a *API) seriesOperations() []Operation {
	verb := func(name string, role scheduler.Role, summary string, h Handler, body Operation) Operation {
		return Operation{"POST", "/series/{id}/" + name, role, name + "Series", summary, h, 200, nil, body.body, true, of[series]()}
	}
	return []Operation{
		{"GET", "/series", scheduler.Viewer, "listSeries", "Series, the newest first.", a.listSeries, 200, seriesQuery, nil, false, of[page[series]]()},
		{"POST", "/series", scheduler.Operator, "createSeries", "Make a series and the windows of its horizon, and submit them if asked.", a.createSeries, 201, nil, of[newSeriesInput](), false, of[series]()},
		{"POST", "/series/preview", scheduler.Operator, "previewSeries", "The first dates of a series, and what stands in their way.", a.previewSeries, 200, []string{"limit"}, of[previewSeriesInput](), false, of[previewedSeries]()},
		{"GET", "/series/{id}", scheduler.Viewer, "getSeries", "A series and its windows.", a.getSeries, 200, nil, nil, false, of[series]()},
		{"PATCH", "/series/{id}", scheduler.Operator, "changeSeries", "Change what is given of a series: all that is to come, or from an occurrence on.", a.changeSeries, 200, nil, of[patchSeriesInput](), false, of[series]()},
		{"DELETE", "/series/{id}", scheduler.Operator, "endSeries", "End a series: cancel what is to come.", a.endSeries, 204, nil, of[reasonInput](), true, nil},
		verb("submit", scheduler.Operator, "Ask for approval of what is a draft; a reason where conflicts block.", a.submitSeries(), Operation{body: of[reasonInput]()}),
		verb("approve", scheduler.Approver, "Approve what waits, and what is made until the review.", a.approveSeries(), Operation{body: of[approveSeriesInput]()}),
		verb("reject", scheduler.Approver, "Reject what waits, with a reason.", a.rejectSeries(), Operation{body: of[reasonInput]()}),
		verb("skip", scheduler.Operator, "Leave one occurrence out for ever.", a.skipOccurrence(), Operation{body: of[skipInput]()}),
	}
}

// approveSeriesInput is an approval, and until when it is good.
type approveSeriesInput struct {
	approveInput
	ReviewBy *date `json:"review_by"`
}

type skipInput struct {
	Occurrence *string `json:"occurrence"`
	Reason     *string `json:"reason"`
	Version    *int    `json:"version"`
}

// onSeries is one verb on the series that the path names.
func onSeries[In any](a *API, at func(*In) *int, verb func(r *http.Request, id string, version int, in In, by scheduler.Person) (agenda.SeriesView, error)) Handler {
	return func(w http.ResponseWriter, r *http.Request, who access.Visitor) error {
		var in In
		if err := read(r, &in); err != nil {
			return err
		}
		n, err := version(r, at(&in))
		if err != nil {
			return err
		}
		v, err := verb(r, r.PathValue("id"), n, in, who.Person)
		if err != nil {
			return err
		}
		return a.answerSeries(w, http.StatusOK, v)
	}
}

func (a *API) submitSeries() Handler {
	return onSeries(a, reasonVersion, func(r *http.Request, id string, n int, in reasonInput, by scheduler.Person) (agenda.SeriesView, error) {
		return a.Agenda.SubmitSeries(r.Context(), id, n, given(in.Reason), by)
	})
}

func (a *API) approveSeries() Handler {
	at := func(in *approveSeriesInput) *int { return in.Version }
	return onSeries(a, at, func(r *http.Request, id string, n int, in approveSeriesInput, by scheduler.Person) (agenda.SeriesView, error) {
		yes := scheduler.Yes{Note: given(in.Note), Override: given(in.Override), Reason: given(in.Reason)}
		return a.Agenda.ApproveSeries(r.Context(), id, n, yes, given(in.ReviewBy).Time, by)
	})
}

func (a *API) rejectSeries() Handler {
	return onSeries(a, reasonVersion, func(r *http.Request, id string, n int, in reasonInput, by scheduler.Person) (agenda.SeriesView, error) {
		return a.Agenda.RejectSeries(r.Context(), id, n, given(in.Reason), by)
	})
}

func (a *API) skipOccurrence() Handler {
	at := func(in *skipInput) *int { return in.Version }
	return onSeries(a, at, func(r *http.Request, id string, n int, in skipInput, by scheduler.Person) (agenda.SeriesView, error) {
		return a.Agenda.SkipOccurrence(r.Context(), id, n, given(in.Occurrence), given(in.Reason), by)
	})
}
