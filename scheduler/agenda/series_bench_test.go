package agenda_test

import (
	"fmt"
	"testing"
	"time"

	"lull/scheduler"
	"lull/scheduler/agenda"
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
