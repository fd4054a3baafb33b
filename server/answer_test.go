package main

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"testing"
	"time"
)

func TestAnAnswerSaysItsLength(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		handle http.HandlerFunc
		want   string // what is sent, undated; "" if that cannot be used
	}{
		{"nothing", func(http.ResponseWriter, *http.Request) {}, "200 OK\r\nDate: then\r\nContent-Length: 0\r\n\r\n"},
		{"in parts", func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, "a")
			_, _ = io.WriteString(w, "b")
		}, "200 OK\r\nDate: then\r\nContent-Length: 2\r\n\r\nab"},
		{"said, in parts", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "2")
			_, _ = io.WriteString(w, "a")
			_, _ = io.WriteString(w, "b")
		}, "200 OK\r\nContent-Length: 2\r\nDate: then\r\n\r\nab"},
		{"the first status counts", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(404); w.WriteHeader(500) }, "404 Not Found\r\nDate: then\r\nContent-Length: 0\r\n\r\n"},
		{"no body where none can be", func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(304)
			if _, err := io.WriteString(w, "a"); !errors.Is(err, http.ErrBodyNotAllowed) {
				t.Errorf("a body of a 304: %v", err)
			}
		}, "304 Not Modified\r\nDate: then\r\n\r\n"},
		{"less than was said", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "2")
			_, _ = io.WriteString(w, "a")
		}, ""},
		{"more than was said", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "2")
			if _, err := io.WriteString(w, "abc"); !errors.Is(err, http.ErrContentLength) {
				t.Errorf("more than was said: %v", err)
			}
		}, ""},
		{"no length", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "two")
			_, _ = io.WriteString(w, "ab")
		}, ""},
		{"a length below nothing", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "-1")
			_, _ = io.WriteString(w, "ab")
		}, ""},
		{"no second line in a header", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("X", "a\r\nY: b")
		}, "200 OK\r\nX: a  Y: b\r\nDate: then\r\nContent-Length: 0\r\n\r\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var out bytes.Buffer
			a := answer{header: http.Header{}}
			a.begin(&out, time.Now())
			c.handle(&a, nil)
			err := a.end()
			if c.want == "" {
				if err == nil {
					t.Errorf("it stands as %q", out.String())
				}
				return
			}
			if got := undated(out.String()); err != nil || got != "HTTP/1.1 "+c.want {
				t.Errorf("got %q, %v, want %q", got, err, c.want)
			}
		})
	}
}
