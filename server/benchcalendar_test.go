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
	"lull/scheduler/store"
	"lull/scheduler/store/storetest"
	"lull/server/access"
)

// BenchmarkCalendar times the calendar among 100,000 windows, which is nine an
// hour for a bit more than a year: some 300 of each day.
func BenchmarkCalendar(b *testing.B) {
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
	if _, _, err := s.access.AddPerson(b.Context(), access.Newcomer{Email: mara.Email, Name: mara.Name, Role: scheduler.Admin}, byCommand); err != nil {
		b.Fatal(err)
	}
	_, token, err := s.access.AddToken(b.Context(), access.NewToken{Email: mara.Email, Name: "bench"}, byCommand)
	if err != nil {
		b.Fatal(err)
	}
	d := demo{agenda: s.agenda, db: db, now: db.Now()}
	if err := d.services(b.Context()); err != nil {
		b.Fatal(err)
	}
	one, err := s.agenda.Book(b.Context(), d.plan("Storage move", "wiki", scheduler.Degraded, time.Hour, time.Hour, mara), agenda.Submission{}, mara)
	if err != nil {
		b.Fatal(err)
	}
	copies(b, db, one.ID, 100_000)
	day := d.now.AddDate(0, 6, 0).Format(time.DateOnly)
	for _, c := range []struct{ name, path string }{
		{"month", "/calendar?date="},
		{"month-of-mine", "/calendar?mine=yes&date="},
		{"week", "/calendar?view=week&date="},
		{"day", "/calendar?view=day&date="},
		{"timeline", "/timeline?date="},
		{"timeline-of-a-day", "/timeline?view=day&date="},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				r := httptest.NewRequestWithContext(b.Context(), http.MethodGet, c.path+day, nil)
				r.Header.Set("Authorization", "Bearer "+token)
				w := httptest.NewRecorder()
				h.ServeHTTP(w, r)
				if w.Code != http.StatusOK {
					b.Fatalf("%s: %d", c.path, w.Code)
				}
			}
		})
	}
}

// copies fills the database with windows like one, each five minutes and a bit
// after the one before, on three services in turn.
func copies(b *testing.B, db *store.DB, id string, n int) {
	b.Helper()
	err := db.Update(b.Context(), func(tx *store.Tx) error {
		for _, query := range []string{
			`INSERT INTO windows (id, number, title, state, kind, outcome, lead, requester, published, start_at, end_at, due_at, version, updated_at, doc)
			WITH RECURSIVE n (i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < %d)
			SELECT 'copy-' || n.i, n.i, w.title || ' ' || n.i, 'requested', w.kind, w.outcome, w.lead, w.requester, w.published,
				w.start_at + n.i * 320000, w.end_at + n.i * 320000, NULL, w.version, w.updated_at, w.doc
			FROM windows w CROSS JOIN n WHERE w.id = $1`,
			`INSERT INTO window_services (window_id, service) SELECT w.id, s.service FROM windows w JOIN window_services s ON s.window_id = $1 WHERE w.number BETWEEN 2 AND %d`,
		} {
			if _, err := tx.Exec(fmt.Sprintf(query, n), id); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
}
