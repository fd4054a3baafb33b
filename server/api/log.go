package api

import (
	"encoding/hex"
	"net/http"
	"slices"
	"strings"

	"lull/scheduler"
	"lull/scheduler/agenda"
	"lull/server/access"
	"lull/server/reply"
)

// entry is one line of the log.
type entry struct {
	Seq    int64               `json:"seq"`
	Window *string             `json:"window"`
	At     moment              `json:"at"`
	Actor  string              `json:"actor"`
	Via    string              `json:"via"`
	Kind   scheduler.EventKind `json:"kind"`
	Text   string              `json:"text"`
	Data   scheduler.Facts     `json:"data"`
	Hash   string              `json:"hash"`
	Prev   string              `json:"prev"`
}

func showEntry(e scheduler.Event) entry {
	return entry{
		e.Seq, orNull(e.WindowID), moment{e.At}, e.Actor, e.Via, e.Kind, e.Text, e.Data,
		hex.EncodeToString(e.Hash), hex.EncodeToString(e.Prev),
	}
}

func (a *API) windowLog(w http.ResponseWriter, r *http.Request, _ access.Visitor) error {
	return a.answerLog(w, r, agenda.LogFilter{Window: r.PathValue("id")})
}

func (a *API) wholeLog(w http.ResponseWriter, r *http.Request, _ access.Visitor) error {
	return a.answerLog(w, r, agenda.LogFilter{Window: r.URL.Query().Get("window")})
}

func (a *API) answerLog(w http.ResponseWriter, r *http.Request, f agenda.LogFilter) error {
	q := queryOf(r)
	f.Actor, f.From, f.To = strings.ToLower(q.Get("actor")), q.moment("from"), q.moment("to")
	f.Q, f.Limit, f.Cursor = q.Get("q"), q.limit(), q.Get("cursor")
	if err := q.wrong.Err(); err != nil {
		return err
	}
	evs, next, err := a.Agenda.Log(r.Context(), f)
	if err != nil {
		return err
	}
	return reply.JSON(w, http.StatusOK, list(each(evs, showEntry), next))
}

// textInput is an entry of the log as people write it.
type textInput struct {
	Text *string `json:"text"`
}

// addToLog answers with the entry that was made.
func (a *API) addToLog(w http.ResponseWriter, r *http.Request, who access.Visitor) error {
	var in textInput
	if err := read(r, &in); err != nil {
		return err
	}
	v, err := a.Agenda.Note(r.Context(), r.PathValue("id"), given(in.Text), who.Person)
	if err != nil {
		return err
	}
	evs, _, err := a.Agenda.Log(r.Context(), agenda.LogFilter{Window: v.ID, Actor: who.Email, Newest: true})
	if err != nil {
		return err
	}
	i := slices.IndexFunc(evs, func(e scheduler.Event) bool { return e.Kind == scheduler.Noted })
	if i < 0 {
		return scheduler.ErrNotFound
	}
	return reply.JSON(w, http.StatusCreated, showEntry(evs[i]))
}
