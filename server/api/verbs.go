package api

import (
	"net/http"

	"lull/scheduler"
	"lull/scheduler/agenda"
	"lull/server/access"
)

// act is one verb on the window that the path names, once its body is read
// into in and the version it is meant for is known.
func act[In any](a *API, at func(*In) *int, verb func(r *http.Request, ref string, version int, in In, by scheduler.Person) (agenda.View, error)) Handler {
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
		return a.answer(w, http.StatusOK, v)
	}
}

// The bodies of the verbs.
type (
	reasonInput struct {
		Reason  *string `json:"reason"`
		Version *int    `json:"version"`
	}
	noteInput struct {
		Note    *string `json:"note"`
		Version *int    `json:"version"`
	}
	approveInput struct {
		Note     *string                   `json:"note"`
		Override *[]scheduler.ConflictKind `json:"override"`
		Reason   *string                   `json:"reason"`
		Version  *int                      `json:"version"`
	}
	startInput struct {
		Override *bool   `json:"override"`
		Reason   *string `json:"reason"`
		At       *moment `json:"at"`
		Version  *int    `json:"version"`
	}
	finishInput struct {
		Note     *string `json:"note"`
		At       *moment `json:"at"`
		TurnBack *bool   `json:"turn_back"` // leave out the stages that have not begun; the note says why
		Version  *int    `json:"version"`
	}
	closeInput struct {
		Outcome  *scheduler.Outcome `json:"outcome"`
		Notes    *string            `json:"notes"`
		FollowUp *string            `json:"follow_up"`
		At       *moment            `json:"at"`
		Version  *int               `json:"version"`
	}
	extendInput struct {
		End     *moment `json:"end"`
		Reason  *string `json:"reason"`
		Version *int    `json:"version"`
	}
	progressInput struct {
		Text    *string `json:"text"`
		Public  *bool   `json:"public"`
		Version *int    `json:"version"`
	}
	handoverInput struct {
		Lead    *string `json:"lead"`
		Version *int    `json:"version"`
	}
)

func (a *API) submit() Handler {
	return act(a, reasonVersion, func(r *http.Request, ref string, n int, in reasonInput, by scheduler.Person) (agenda.View, error) {
		return a.Agenda.Submit(r.Context(), ref, n, given(in.Reason), by)
	})
}

func (a *API) approve() Handler {
	at := func(in *approveInput) *int { return in.Version }
	return act(a, at, func(r *http.Request, ref string, n int, in approveInput, by scheduler.Person) (agenda.View, error) {
		yes := scheduler.Yes{Note: given(in.Note), Override: given(in.Override), Reason: given(in.Reason)}
		return a.Agenda.Approve(r.Context(), ref, n, yes, by)
	})
}

func (a *API) reject() Handler {
	return act(a, reasonVersion, func(r *http.Request, ref string, n int, in reasonInput, by scheduler.Person) (agenda.View, error) {
		return a.Agenda.Reject(r.Context(), ref, n, given(in.Reason), by)
	})
}

func (a *API) start() Handler {
	version := func(in *startInput) *int { return in.Version }
	return act(a, version, func(r *http.Request, ref string, n int, in startInput, by scheduler.Person) (agenda.View, error) {
		g := scheduler.Go{Override: given(in.Override), Reason: given(in.Reason), At: at(in.At)}
		return a.Agenda.Start(r.Context(), ref, n, g, by)
	})
}

func (a *API) finish() Handler {
	version := func(in *finishInput) *int { return in.Version }
	return act(a, version, func(r *http.Request, ref string, n int, in finishInput, by scheduler.Person) (agenda.View, error) {
		if given(in.TurnBack) {
			return a.Agenda.TurnBack(r.Context(), ref, n, given(in.Note), at(in.At), by)
		}
		return a.Agenda.Finish(r.Context(), ref, n, given(in.Note), at(in.At), by)
	})
}

func (a *API) resume() Handler {
	return act(a, reasonVersion, func(r *http.Request, ref string, n int, in reasonInput, by scheduler.Person) (agenda.View, error) {
		return a.Agenda.Resume(r.Context(), ref, n, given(in.Reason), by)
	})
}

func (a *API) close() Handler {
	version := func(in *closeInput) *int { return in.Version }
	return act(a, version, func(r *http.Request, ref string, n int, in closeInput, by scheduler.Person) (agenda.View, error) {
		end := scheduler.End{
			Outcome: given(in.Outcome), Notes: given(in.Notes), FollowUp: given(in.FollowUp), At: at(in.At),
		}
		return a.Agenda.Close(r.Context(), ref, n, end, by)
	})
}

func (a *API) cancel() Handler {
	return act(a, reasonVersion, func(r *http.Request, ref string, n int, in reasonInput, by scheduler.Person) (agenda.View, error) {
		return a.Agenda.Cancel(r.Context(), ref, n, given(in.Reason), by)
	})
}

func (a *API) extend() Handler {
	version := func(in *extendInput) *int { return in.Version }
	return act(a, version, func(r *http.Request, ref string, n int, in extendInput, by scheduler.Person) (agenda.View, error) {
		if at(in.End).IsZero() {
			return agenda.View{}, scheduler.InvalidError{"end": "Say when the window is to end."}
		}
		return a.Agenda.Extend(r.Context(), ref, n, at(in.End), given(in.Reason), by)
	})
}

func (a *API) progress() Handler {
	at := func(in *progressInput) *int { return in.Version }
	return act(a, at, func(r *http.Request, ref string, n int, in progressInput, by scheduler.Person) (agenda.View, error) {
		return a.Agenda.Progress(r.Context(), ref, n, given(in.Text), given(in.Public), by)
	})
}

func (a *API) handover() Handler {
	at := func(in *handoverInput) *int { return in.Version }
	return act(a, at, func(r *http.Request, ref string, n int, in handoverInput, by scheduler.Person) (agenda.View, error) {
		lead := given(folded(in.Lead))
		if lead == "" {
			return agenda.View{}, scheduler.InvalidError{"lead": "Say who takes over."}
		}
		return a.Agenda.Handover(r.Context(), ref, n, lead, by)
	})
}

func (a *API) acknowledge() Handler {
	at := func(in *noteInput) *int { return in.Version }
	return act(a, at, func(r *http.Request, ref string, n int, in noteInput, by scheduler.Person) (agenda.View, error) {
		return a.Agenda.Acknowledge(r.Context(), ref, n, given(in.Note), by)
	})
}

func (a *API) escalate() Handler {
	return act(a, reasonVersion, func(r *http.Request, ref string, n int, in reasonInput, by scheduler.Person) (agenda.View, error) {
		return a.Agenda.Escalate(r.Context(), ref, n, given(in.Reason), by)
	})
}

func reasonVersion(in *reasonInput) *int { return in.Version }

// answerInput is a result of a check.
type answerInput struct {
	Result      *scheduler.Answer `json:"result"`
	Note        *string           `json:"note"`
	EvidenceURL *string           `json:"evidence_url"`
}

func (a *API) answerCheck(w http.ResponseWriter, r *http.Request, who access.Visitor) error {
	var in answerInput
	if err := read(r, &in); err != nil {
		return err
	}
	v, err := a.Agenda.Answer(r.Context(), r.PathValue("id"), r.PathValue("check"), scheduler.Result{
		Answer: given(in.Result), Note: given(in.Note), EvidenceURL: given(in.EvidenceURL),
	}, who.Person)
	if err != nil {
		return err
	}
	return a.answer(w, http.StatusOK, v)
}
