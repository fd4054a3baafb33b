package agenda_test

import (
	"slices"
	"testing"
	"time"

	"lull/scheduler"
	"lull/scheduler/agenda"
)

// thursdays is every Thursday at three, and once also in the afternoon.
func thursdays() scheduler.Series {
	s := sundays()
	s.RRule, s.StartLocal, s.Duration = "FREQ=WEEKLY;COUNT=3", "2027-01-07T03:00", 2*time.Hour
	s.RDates = []string{"2027-01-14T15:00"}
	return s
}

func TestADayOfASeriesCanHaveTwoDates(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		change func(*scheduler.Series)
		want   []string // the windows after it
	}{
		{"another wording", func(s *scheduler.Series) { s.Title = "S2" },
			[]string{"2027-01-07T03:00 scheduled", "2027-01-14T03:00 scheduled", "2027-01-14T15:00 scheduled", "2027-01-21T03:00 scheduled"}},
		{"one more", func(s *scheduler.Series) { s.RDates = append(s.RDates, "2027-01-21T20:00") },
			[]string{"2027-01-07T03:00 scheduled", "2027-01-14T03:00 scheduled", "2027-01-14T15:00 scheduled", "2027-01-21T03:00 scheduled", "2027-01-21T20:00 requested"}},
		{"the rule at another hour", func(s *scheduler.Series) { s.StartLocal = "2027-01-07T04:00" },
			[]string{"2027-01-07T04:00 requested", "2027-01-14T04:00 requested", "2027-01-14T15:00 scheduled", "2027-01-21T04:00 requested"}},
		{"the added one at another hour", func(s *scheduler.Series) { s.RDates = []string{"2027-01-14T16:00"} },
			[]string{"2027-01-07T03:00 scheduled", "2027-01-14T03:00 scheduled", "2027-01-14T16:00 requested", "2027-01-21T03:00 scheduled"}},
		{"the added one no more, the rule at another hour", func(s *scheduler.Series) { s.StartLocal, s.RDates = "2027-01-07T04:00", nil },
			[]string{"2027-01-07T04:00 requested", "2027-01-14T04:00 requested", "2027-01-14T15:00 cancelled", "2027-01-21T04:00 requested"}},
		{"the rule at the hour of the added one", func(s *scheduler.Series) { s.StartLocal = "2027-01-07T15:00" },
			[]string{"2027-01-07T15:00 requested", "2027-01-14T03:00 cancelled", "2027-01-14T15:00 scheduled", "2027-01-21T15:00 requested"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			a, _, _ := clocked(t)
			v := approved(t, a, thursdays())
			was := map[string]string{}
			for _, w := range v.Members {
				was[w.ID] = w.Occurrence
			}
			v, err := a.ChangeSeries(t.Context(), v.ID, 0, agenda.SeriesEdit{Apply: func(s *scheduler.Series) error { c.change(s); return nil }}, ada)
			if err != nil || !slices.Equal(lines(v), c.want) {
				t.Fatalf("got  %q, %v\nwant %q", lines(v), err, c.want)
			}
			for _, w := range v.Members {
				if had := was[w.ID]; had != "" && scheduler.Day(had) != scheduler.Day(w.Occurrence) {
					t.Errorf("the window of %s became that of %s", had, w.Occurrence)
				}
			}
		})
	}
}

func TestOneOfTwoDatesOfADayIsSkipped(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ skip, stays string }{
		{"2027-01-14T03:00", "2027-01-14T15:00"},
		{"2027-01-14T15:00", "2027-01-14T03:00"},
	} {
		a, _, _ := clocked(t)
		v := approved(t, a, thursdays())
		v, err := a.SkipOccurrence(t.Context(), v.ID, 0, c.skip, "Not then.", ada)
		if err != nil {
			t.Fatal(err)
		}
		title := func(s *scheduler.Series) error { s.Title = "S2"; return nil }
		if v, err = a.ChangeSeries(t.Context(), v.ID, 0, agenda.SeriesEdit{Apply: title}, ada); err != nil {
			t.Fatal(err)
		}
		if got := lines(v); len(got) != 4 || !slices.Contains(got, c.skip+" cancelled") || !slices.Contains(got, c.stays+" scheduled") {
			t.Errorf("skipped %s: got %q", c.skip, got)
		}
	}
}

func TestADateIsAddedOnADayThatWasSkipped(t *testing.T) {
	t.Parallel()
	a, _, _ := clocked(t)
	v := approved(t, a, thursdays())
	v, err := a.SkipOccurrence(t.Context(), v.ID, 0, "2027-01-21T03:00", "Not then.", ada)
	if err != nil {
		t.Fatal(err)
	}
	later := func(s *scheduler.Series) error { s.RDates = append(s.RDates, "2027-01-21T20:00"); return nil }
	v, err = a.ChangeSeries(t.Context(), v.ID, 0, agenda.SeriesEdit{Apply: later}, ada)
	if got := lines(v); err != nil || !slices.Contains(got, "2027-01-21T20:00 requested") {
		t.Fatalf("got %q, %v", got, err)
	}
}

func TestWhatWasSkippedStaysSoAtAnotherHour(t *testing.T) {
	t.Parallel()
	a, _, _ := clocked(t)
	v := approved(t, a, thursdays())
	v, err := a.SkipOccurrence(t.Context(), v.ID, 0, "2027-01-21T03:00", "Not then.", ada)
	if err != nil {
		t.Fatal(err)
	}
	for _, hour := range []string{"T04:00", "T05:00"} {
		move := func(s *scheduler.Series) error { s.StartLocal = "2027-01-07" + hour; return nil }
		if v, err = a.ChangeSeries(t.Context(), v.ID, 0, agenda.SeriesEdit{Apply: move}, ada); err != nil {
			t.Fatal(err)
		}
		if got := states(v); len(v.Members) != 4 || got[scheduler.Cancelled] != 1 || !slices.Equal(v.ExDates, []string{"2027-01-21" + hour}) {
			t.Fatalf("at %s: %q, left out %q", hour, lines(v), v.ExDates)
		}
	}
}

func TestAWindowMovedByHandStandsForTheDateItSitsOn(t *testing.T) {
	t.Parallel()
	a, _, _ := clocked(t)
	s := thursdays()
	s.RDates = nil
	v := approved(t, a, s)
	one := v.Members[1]
	if _, err := a.Change(t.Context(), one.ID, 0, agenda.Edit{Apply: func(p *scheduler.Plan) error {
		p.Start, p.End = p.Start.AddDate(0, 0, 1), p.End.AddDate(0, 0, 1)
		return nil
	}}, ada); err != nil {
		t.Fatal(err)
	}
	fridays := func(s *scheduler.Series) error { s.StartLocal = "2027-01-08T03:00"; return nil }
	v, err := a.ChangeSeries(t.Context(), v.ID, 0, agenda.SeriesEdit{Apply: fridays}, ada)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"2027-01-07T03:00 cancelled", "2027-01-08T03:00 requested", "2027-01-15T03:00 requested", "2027-01-21T03:00 cancelled", "2027-01-22T03:00 requested",
	}
	if got := lines(v); !slices.Equal(got, want) || v.Members[2].ID != one.ID || !v.Members[2].Detached {
		t.Fatalf("got  %q\nwant %q", got, want)
	}
	if _, err := a.ApproveSeries(t.Context(), v.ID, 0, scheduler.Yes{}, time.Time{}, bob); err != nil {
		t.Fatalf("the series cannot be approved: %v", err)
	}
}
