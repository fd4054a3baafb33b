package agenda_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"lull/scheduler"
	"lull/scheduler/agenda"
	"lull/scheduler/store"
)

// daily is two hours on five services every night, for 400 days.
func daily(tb testing.TB, a *agenda.Agenda) scheduler.Series {
	tb.Helper()
	s := sundays()
	s.RRule, s.StartLocal, s.Duration, s.Services = "FREQ=DAILY", "2026-11-03T02:00", 2*time.Hour, nil
	for i := range 5 {
		slug := fmt.Sprintf("node-%d", i)
		if _, err := a.AddService(tb.Context(), scheduler.Service{Slug: slug, Name: slug, Tier: 2}, bob); err != nil {
			tb.Fatal(err)
		}
		s.Services = append(s.Services, scheduler.Affected{Service: slug, Impact: scheduler.Degraded})
	}
	return s
}

// BenchmarkDailySeries books and submits 400 nights on five services, with all
// that goes with it: windows, checks, slots, the log, every conflict.
func BenchmarkDailySeries(b *testing.B) {
	for b.Loop() {
		b.StopTimer()
		a, _ := open(b)
		s := daily(b, a)
		b.StartTimer()
		v, err := a.AddSeries(b.Context(), s, agenda.Submission{Now: true}, ada)
		if err != nil || v.Windows != 400 {
			b.Fatalf("made %d windows, %v", v.Windows, err)
		}
	}
}

// BenchmarkDailySeriesConflicts looks at a daily series with every conflict
// that 400 nights on five services have, beside the bare statement over the
// index that a lookup of the same slots would be.
func BenchmarkDailySeriesConflicts(b *testing.B) {
	a, db := open(b)
	s := daily(b, a)
	if _, err := a.AddSeries(b.Context(), s, agenda.Submission{Now: true}, ada); err != nil {
		b.Fatal(err)
	}
	s.Lead = bob.Email
	b.Run("preview", func(b *testing.B) {
		for b.Loop() {
			p, err := a.PreviewSeries(b.Context(), s, "", 400, bob)
			if err != nil || len(p.Dates[399].Conflicts) != 5 {
				b.Fatalf("%d dates, %v", len(p.Dates), err)
			}
		}
	})
	b.Run("lookup", func(b *testing.B) {
		p, err := a.PreviewSeries(b.Context(), s, "", 400, bob)
		if err != nil {
			b.Fatal(err)
		}
		var values []string
		var args []any
		for _, d := range p.Dates {
			for _, one := range s.Services {
				n := len(args)
				values = append(values, fmt.Sprintf("(CAST($%d AS TEXT), CAST($%d AS BIGINT), CAST($%d AS BIGINT))", n+1, n+2, n+3))
				args = append(args, one.Service, store.At(d.Start), store.At(d.End))
			}
		}
		query := `WITH want (what, from_at, to_at) AS (VALUES ` + strings.Join(values, ", ") + `)
			SELECT s.window_id FROM want c CROSS JOIN slots s
			WHERE s.service = c.what AND s.start_at < c.to_at AND s.start_at > c.from_at - 1209600000 AND s.end_at > c.from_at`
		for b.Loop() {
			err := db.View(b.Context(), func(tx *store.Tx) error {
				found, err := store.Rows(tx, func(r store.Scanner) (id string, err error) { return id, r.Scan(&id) }, query, args...)
				if len(found) != 2000 {
					b.Fatalf("found %d slots", len(found))
				}
				return err
			})
			if err != nil {
				b.Fatal(err)
			}
		}
	})
}
