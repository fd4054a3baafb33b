package api

import (
	"net/http"

	"lull/scheduler"
	"lull/scheduler/agenda"
)

// stage is one part of a window, as people write it and as the API shows it.
type stage struct {
	Name     string   `json:"name"`
	Services []string `json:"services"` // slugs; none: all of the window's
	Start    moment   `json:"start"`
	End      moment   `json:"end"`
}

func showStage(st scheduler.Stage) stage {
	return stage{st.Name, all(st.Services), moment{st.Start}, moment{st.End}}
}

func (st stage) read() scheduler.Stage {
	return scheduler.Stage{Name: st.Name, Services: st.Services, Interval: scheduler.Interval{Start: st.Start.Time, End: st.End.Time}}
}

// advanceInput is how the next stage begins.
type advanceInput struct {
	Note     *string `json:"note"`
	Override *bool   `json:"override"`
	Reason   *string `json:"reason"`
	Version  *int    `json:"version"`
}

func (a *API) advance() Handler {
	version := func(in *advanceInput) *int { return in.Version }
	return act(a, version, func(r *http.Request, ref string, n int, in advanceInput, by scheduler.Person) (agenda.View, error) {
		next := scheduler.Next{Note: given(in.Note), Override: given(in.Override), Reason: given(in.Reason)}
		return a.Agenda.Advance(r.Context(), ref, n, next, by)
	})
}
