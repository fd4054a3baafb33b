// Package reply is how the server answers: which HTTP status an error has, how
// it is told to a machine, and how JSON comes in and goes out.
package reply

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"lull/scheduler"
	"lull/scheduler/store"
)

// statuser is an error of a package beside this one that knows its status.
type statuser interface {
	error
	HTTPStatus() int
}

// BadRequest is a request that cannot be read.
type BadRequest struct{ Detail string }

func (e *BadRequest) Error() string { return e.Detail }

// HTTPStatus is 400.
func (e *BadRequest) HTTPStatus() int { return http.StatusBadRequest }

// Unsupported is a request in a form that is not taken here.
type Unsupported struct{ Detail string }

func (e *Unsupported) Error() string { return e.Detail }

// HTTPStatus is 415.
func (e *Unsupported) HTTPStatus() int { return http.StatusUnsupportedMediaType }

// Status is the HTTP status of an error. It is the one place that knows.
func Status(err error) int {
	status, _ := explain(err)
	return status
}

// Words is what an error says to a person, and nothing of what is inside.
func Words(err error) string {
	_, words := explain(err)
	return words
}

func explain(err error) (status int, words string) {
	var (
		invalid   scheduler.InvalidError
		gate      *scheduler.GateError
		move      *scheduler.MoveError
		forbidden *scheduler.ForbiddenError
		often     *scheduler.TooOftenError
		tooLong   *http.MaxBytesError
		other     statuser
	)
	switch {
	case err == nil:
		return http.StatusOK, ""
	case errors.As(err, &invalid):
		return http.StatusUnprocessableEntity, invalid.Error()
	case errors.As(err, &gate):
		return http.StatusConflict, gate.Error()
	case errors.As(err, &move):
		return http.StatusConflict, move.Error()
	case errors.Is(err, scheduler.ErrStale):
		return http.StatusPreconditionFailed, scheduler.ErrStale.Error()
	case errors.Is(err, scheduler.ErrNotFound):
		return http.StatusNotFound, scheduler.ErrNotFound.Error()
	case errors.As(err, &forbidden):
		return http.StatusForbidden, forbidden.Error()
	case errors.As(err, &often):
		return http.StatusTooManyRequests, often.Error()
	case errors.As(err, &tooLong):
		return http.StatusRequestEntityTooLarge, fmt.Sprintf("The request is longer than %d bytes.", tooLong.Limit)
	case store.IsFull(err):
		return http.StatusInsufficientStorage, "The disk of the server is full: nothing was changed. Make room, then try again."
	case errors.As(err, &other):
		return other.HTTPStatus(), other.Error()
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		return http.StatusServiceUnavailable, "This took too long and was given up. Try again in a moment."
	}
	return http.StatusInternalServerError, "Something went wrong in Lull. Nothing is known of it here, but the server's log tells more."
}

// JSON answers with v and the status.
func JSON(w http.ResponseWriter, status int, v any) error {
	return write(w, status, "application/json", v)
}

// write makes the whole answer before the first byte of it goes out.
func write(w http.ResponseWriter, status int, kind string, v any) error {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return fmt.Errorf("reply: %w", err)
	}
	w.Header().Set("Content-Type", kind)
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	if _, err := w.Write(b.Bytes()); err != nil {
		return fmt.Errorf("reply: %w", err)
	}
	return nil
}
