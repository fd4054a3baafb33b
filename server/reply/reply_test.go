package reply

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"

	"lull/scheduler"
)

type throttled struct{}

func (*throttled) Error() string            { return "later" }
func (*throttled) HTTPStatus() int          { return http.StatusTooManyRequests }
func (*throttled) SetHeaders(h http.Header) { h.Set("Retry-After", "7") }

func TestEveryErrorHasItsStatus(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		err  error
		want int
	}{
		{"nothing is wrong", nil, 200},
		{"a wrong field", scheduler.InvalidError{"title": "x"}, 422},
		{"a shut gate", &scheduler.GateError{}, 409},
		{"a move that is none", &scheduler.MoveError{Verb: "start", From: scheduler.Closed}, 409},
		{"a stale version", scheduler.ErrStale, 412},
		{"nothing there", scheduler.ErrNotFound, 404},
		{"another's right", &scheduler.ForbiddenError{Detail: "no"}, 403},
		{"a long body", &http.MaxBytesError{Limit: 5}, 413},
		{"a body that is no JSON", &BadRequest{"no"}, 400},
		{"a body of another kind", &Unsupported{"no"}, 415},
		{"an error that knows its status", &throttled{}, 429},
		{"no time left", context.DeadlineExceeded, 503},
		{"anything else", errors.New("disk full"), 500},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := Status(c.err); got != c.want {
				t.Errorf("got %d, want %d", got, c.want)
			}
			if c.err != nil {
				if got := Status(fmt.Errorf("agenda: keep: %w", c.err)); got != c.want {
					t.Errorf("wrapped: got %d, want %d", got, c.want)
				}
			}
		})
	}
}

// told is how an error is told over HTTP, and what the log says of it.
func told(t *testing.T, err error) (*httptest.ResponseRecorder, map[string]any, string) {
	t.Helper()
	var log bytes.Buffer
	w := httptest.NewRecorder()
	Problem(w, httptest.NewRequest("GET", "/secret-path", nil), slog.New(slog.NewTextHandler(&log, nil)), err)
	var body map[string]any
	if err := json.Unmarshal(w.Body.Bytes(), &body); err != nil {
		t.Fatalf("%v in %s", err, w.Body)
	}
	return w, body, log.String()
}

func TestARefusalIsTold(t *testing.T) {
	t.Parallel()
	w, got, log := told(t, &scheduler.GateError{Gate: "submit",
		Reasons:   []scheduler.Reason{{Code: "conflict", Detail: "Something stands in the way."}},
		Conflicts: []scheduler.Conflict{{Kind: scheduler.SameService, Blocking: true, Detail: "MW-1 is there."}}})
	want := map[string]any{
		"type": "about:blank", "title": "Conflict", "status": 409.0, "detail": "Something stands in the way.",
		"reasons":   []any{map[string]any{"code": "conflict", "detail": "Something stands in the way."}},
		"conflicts": []any{map[string]any{"kind": "same-service", "blocking": true, "detail": "MW-1 is there.", "overridden": nil}},
	}
	if !reflect.DeepEqual(got, want) || log != "" {
		t.Errorf("got %v and log %q, want %v and none", got, log, want)
	}
	if kind := w.Header().Get("Content-Type"); kind != "application/problem+json" || w.Code != 409 {
		t.Errorf("got %d %s", w.Code, kind)
	}
}

func TestWrongFieldsAreNamed(t *testing.T) {
	t.Parallel()
	_, got, _ := told(t, scheduler.InvalidError{"title": "Give a title."})
	if want := map[string]any{"title": "Give a title."}; !reflect.DeepEqual(got["fields"], want) {
		t.Errorf("got %v, want %v", got["fields"], want)
	}
}

func TestAnErrorMaySetHeaders(t *testing.T) {
	t.Parallel()
	w, _, _ := told(t, fmt.Errorf("access: %w", &throttled{}))
	if got := w.Header().Get("Retry-After"); got != "7" {
		t.Errorf("got Retry-After %q, want 7", got)
	}
}

func TestAFaultOfTheServerIsLoggedAndNotTold(t *testing.T) {
	t.Parallel()
	_, got, log := told(t, errors.New("table people is broken"))
	id, _ := got["error_id"].(string)
	if id == "" || !strings.Contains(log, id) || !strings.Contains(log, "table people is broken") {
		t.Errorf("id %q is not beside the error in the log: %s", id, log)
	}
	if strings.Contains(got["detail"].(string), "people") || strings.Contains(log, "secret-path") {
		t.Errorf("too much is told: %v, log %s", got, log)
	}
}
