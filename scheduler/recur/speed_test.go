package recur

import (
	"testing"
	"time"
)

// span400 counts the occurrences of 400 days.
func span400(r Rule, from time.Time) int { return len(r.Between(from, from.AddDate(0, 0, 400), 1000)) }

// What is looked at depends on the asked range, not on how long ago the rule
// began.
func TestAnOldRuleCostsWhatAYoungOneCosts(t *testing.T) {
	berlin := zone(t, "Europe/Berlin")
	from := time.Date(2199, 1, 1, 0, 0, 0, 0, time.UTC)
	for _, text := range []string{"FREQ=DAILY", "FREQ=WEEKLY;BYDAY=MO,TH", "FREQ=MONTHLY;BYDAY=-1FR", "FREQ=YEARLY"} {
		for _, c := range []struct{ name, start string }{{"old", "1970-01-30T02:00"}, {"young", "2198-01-26T02:00"}} {
			p, _ := parse(text)
			start, _ := readLocal(c.start)
			_, first, _ := p.filled(start).around(start)
			r := rule(t, Spec{RRule: text, Start: first.Format(Local), Zone: berlin})
			looked := 0
			for local := range r.pattern.dates(r.start, wall(from, berlin)) {
				if local.After(from.AddDate(0, 0, 400)) {
					break
				}
				looked++
			}
			if period := r.pattern.period(r.start, from); from.Sub(period) > 366*24*time.Hour {
				t.Errorf("%s, %s: the walk begins at %s, for %s", text, c.name, period, from)
			}
			if got := span400(r, from); got == 0 || looked > got+1 {
				t.Errorf("%s, %s: %d occurrences, %d dates looked at", text, c.name, got, looked)
			}
		}
	}
}

func BenchmarkFourHundredDaysOfAWeeklyRule(b *testing.B) {
	r := rule(b, Spec{RRule: "FREQ=WEEKLY;BYDAY=MO,TH", Start: "1990-01-01T22:30", Zone: zone(b, "Europe/Berlin")})
	from := time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)
	for b.Loop() {
		if span400(r, from) != 114 {
			b.Fatal(span400(r, from))
		}
	}
}

// The sparsest of daily rules: a Monday that is 29 February.
func BenchmarkTheNextOfARareRule(b *testing.B) {
	r := rule(b, Spec{RRule: "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=29;BYDAY=MO", Start: "1988-02-29T02:00", Zone: zone(b, "Europe/Berlin")})
	from := time.Date(2072, 3, 1, 0, 0, 0, 0, time.UTC)
	for b.Loop() {
		r.From(from, 1)
	}
}

func BenchmarkRefusingARuleThatNeverOccurs(b *testing.B) {
	s := Spec{RRule: "FREQ=DAILY;BYMONTH=4;BYMONTHDAY=31", Start: "2026-12-13T02:00", Zone: time.UTC}
	for b.Loop() {
		if _, err := New(s); err == nil {
			b.Fatal("31 April was taken")
		}
	}
}
