package api

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"

	"lull/server/access"
	"lull/server/reply"
)

// remembered is an answer as it is kept for the repetition of its request.
type remembered struct {
	Headers map[string]string `json:"headers"`
	Body    string            `json:"body"`
}

// kept lists the headers that a repetition answers with too.
var kept = []string{"Content-Type", "ETag", "Location", "Cache-Control"}

// once carries a request with an Idempotency-Key out one time, and answers its
// repetitions as it answered the first. Refusals are answers too; failures of
// the server are not kept.
func (a *API) once(h Handler) Handler {
	return func(w http.ResponseWriter, r *http.Request, who access.Visitor) error {
		key := r.Header.Get("Idempotency-Key")
		if len(r.Header.Values("Idempotency-Key")) == 0 {
			return h(w, r, who)
		}
		var body []byte
		if r.Body != nil {
			var err error
			if body, err = io.ReadAll(http.MaxBytesReader(w, r.Body, reply.LongestBody(r.URL.Path))); err != nil {
				return err
			}
		}
		var failed error
		status, answer, err := a.Access.Once(r.Context(), who.Email, key, r.Method, r.URL.Path, body, func(ctx context.Context) (int, []byte) {
			again := r.WithContext(ctx)
			again.Body = io.NopCloser(bytes.NewReader(body))
			rec := &recorder{head: http.Header{}, status: http.StatusOK}
			if failed = h(rec, again, who); failed != nil {
				if status := reply.Status(failed); status >= http.StatusInternalServerError {
					return status, nil
				}
				reply.Problem(rec, again, a.Log, failed)
				failed = nil
			}
			return rec.status, rec.remember()
		})
		if err != nil {
			return err
		}
		if failed != nil {
			return failed
		}
		return replay(w, status, answer)
	}
}

func replay(w http.ResponseWriter, status int, answer []byte) error {
	var was remembered
	if err := json.Unmarshal(answer, &was); err != nil {
		return fmt.Errorf("api: read a remembered answer: %w", err)
	}
	for name, value := range was.Headers {
		w.Header().Set(name, value)
	}
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	if _, err := io.WriteString(w, was.Body); err != nil {
		return fmt.Errorf("api: answer: %w", err)
	}
	return nil
}

// recorder keeps an answer until it is remembered.
type recorder struct {
	head   http.Header
	status int
	body   bytes.Buffer
}

func (r *recorder) Header() http.Header         { return r.head }
func (r *recorder) WriteHeader(status int)      { r.status = status }
func (r *recorder) Write(b []byte) (int, error) { return r.body.Write(b) }

func (r *recorder) remember() []byte {
	was := remembered{map[string]string{}, r.body.String()}
	for _, name := range kept {
		if value := r.head.Get(name); value != "" {
			was.Headers[name] = value
		}
	}
	text, err := json.Marshal(was) // of strings alone, which cannot fail
	if err != nil {
		return nil
	}
	return text
}
