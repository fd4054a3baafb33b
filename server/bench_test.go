package main

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"lull/scheduler"
	"lull/scheduler/agenda"
	"lull/scheduler/store/storetest"
	"lull/server/access"
)

// BenchmarkServer times one request each, in process: the cached feed, its
// 304, and the list of windows with fifty rows. The first is what the others
// are to be held against in the same run.
func BenchmarkServer(b *testing.B) {
	cfg, err := readConfig(nil, func(string) string { return "" }, nil)
	if err != nil {
		b.Fatal(err)
	}
	db := storetest.Open(b)
	s, err := wire(b.Context(), cfg, db, slog.New(slog.DiscardHandler))
	if err != nil {
		b.Fatal(err)
	}
	h, err := s.handler()
	if err != nil {
		b.Fatal(err)
	}
	if _, _, err := s.access.AddPerson(b.Context(), access.Newcomer{Email: "ada@example.org", Name: "Ada", Role: scheduler.Admin}, byCommand); err != nil {
		b.Fatal(err)
	}
	_, token, err := s.access.AddToken(b.Context(), access.NewToken{Email: "ada@example.org", Name: "bench"}, byCommand)
	if err != nil {
		b.Fatal(err)
	}
	d := demo{agenda: s.agenda, db: db, now: db.Now()}
	if err := d.services(b.Context()); err != nil {
		b.Fatal(err)
	}
	if _, err := s.agenda.KeepSettings(b.Context(), func(set *scheduler.Settings) error {
		set.Policy = scheduler.PolicyOf(scheduler.Solo)
		return nil
	}, byCommand); err != nil {
		b.Fatal(err)
	}
	ada := scheduler.Person{Email: "ada@example.org", Name: "Ada", Role: scheduler.Admin}
	for i := range 50 {
		p := d.plan(fmt.Sprintf("Window %d", i), "wiki", scheduler.Degraded, time.Duration(i+1)*3*time.Hour, time.Hour, ada)
		if _, err := s.agenda.Book(b.Context(), p, agenda.Submission{Now: true}, ada); err != nil {
			b.Fatal(err)
		}
	}
	etag := ""
	for _, c := range []struct {
		name, path  string
		want        int
		conditional bool
	}{
		{"feed", "/calendar.ics", http.StatusOK, false},
		{"feed-304", "/calendar.ics", http.StatusNotModified, true},
		{"page-50-rows", "/windows", http.StatusOK, false},
		{"api-50-rows", "/api/v1/windows", http.StatusOK, false},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				r := httptest.NewRequestWithContext(b.Context(), http.MethodGet, c.path, nil)
				r.Header.Set("Authorization", "Bearer "+token)
				if c.conditional {
					r.Header.Set("If-None-Match", etag)
				}
				w := httptest.NewRecorder()
				h.ServeHTTP(w, r)
				if w.Code != c.want {
					b.Fatalf("%s: %d, want %d: %s", c.path, w.Code, c.want, w.Body)
				}
				if c.name == "feed" {
					etag = w.Header().Get("ETag")
				}
			}
		})
	}
}
