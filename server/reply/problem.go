package reply

import (
	"crypto/rand"
	"errors"
	"log/slog"
	"net/http"
	"strconv"

	"lull/scheduler"
)

// problem is an error as RFC 9457 tells it.
type problem struct {
	Type      string               `json:"type"`
	Title     string               `json:"title"`
	Status    int                  `json:"status"`
	Detail    string               `json:"detail"`
	Fields    map[string]string    `json:"fields,omitempty"`
	Conflicts []scheduler.Conflict `json:"conflicts,omitempty"`
	Reasons   []scheduler.Reason   `json:"reasons,omitempty"`
	ErrorID   string               `json:"error_id,omitempty"`
}

// headed is an error that wants more said in the head of its answer.
type headed interface {
	error
	SetHeaders(http.Header)
}

// Problem answers with the error as application/problem+json. What is the
// server's own fault goes into the log, under an id that the answer has too;
// nothing of it is told to the asker.
func Problem(w http.ResponseWriter, r *http.Request, log *slog.Logger, err error) {
	p := describe(err)
	if p.Status == http.StatusInternalServerError || p.Status == http.StatusInsufficientStorage {
		p.ErrorID = ErrorID(r, log, err)
	}
	Headers(w, err)
	if err := write(w, p.Status, "application/problem+json", p); err != nil {
		log.DebugContext(r.Context(), "the answer was not taken", "error", err)
	}
}

// Headers sets what an error wants said in the head of its answer, such as
// Retry-After, for handlers that answer with a page.
func Headers(w http.ResponseWriter, err error) {
	var more headed
	if errors.As(err, &more) {
		more.SetHeaders(w.Header())
	}
	var often *scheduler.TooOftenError
	if errors.As(err, &often) {
		w.Header().Set("Retry-After", strconv.Itoa(int(often.Wait.Seconds())+1))
	}
}

// ErrorID logs an error that the asker must not see, and is the id under which
// the log has it.
func ErrorID(r *http.Request, log *slog.Logger, err error) string {
	id := rand.Text()[:12]
	pattern := r.Pattern // never the path, which may hold a secret
	log.ErrorContext(r.Context(), "a request failed", "error_id", id, "method", r.Method, "route", pattern, "error", err)
	return id
}

func describe(err error) problem {
	status, words := explain(err)
	p := problem{Type: "about:blank", Title: http.StatusText(status), Status: status, Detail: words}
	var (
		invalid scheduler.InvalidError
		gate    *scheduler.GateError
		move    *scheduler.MoveError
	)
	switch {
	case errors.As(err, &invalid):
		p.Fields = invalid
	case errors.As(err, &gate):
		p.Reasons, p.Conflicts = gate.Reasons, gate.Conflicts
	case errors.As(err, &move):
		p.Reasons = []scheduler.Reason{{Code: scheduler.CodeState, Detail: words}}
	}
	return p
}
