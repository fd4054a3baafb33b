package agenda_test

import (
	"errors"
	"slices"
	"testing"

	"lull/scheduler"
	"lull/scheduler/agenda"
)

func TestASeriesIsTakenOverFromAnyOfItsDates(t *testing.T) {
	t.Parallel()
	title := func(s *scheduler.Series) error { s.Title = "S2"; return nil }
	for _, c := range []struct {
		name       string
		rdates     []string
		from       string
		start      string // of what takes over
		rule       string
		stay, goes []string
	}{
		{"one that was added", []string{"2027-01-09T09:00"}, "2027-01-09T09:00", "2027-01-14T03:00", "FREQ=WEEKLY;COUNT=2",
			[]string{"2027-01-07T03:00"}, []string{"2027-01-09T09:00", "2027-01-14T03:00", "2027-01-21T03:00"}},
		{"one that was added on a day of the rule", []string{"2027-01-14T15:00"}, "2027-01-14T15:00", "2027-01-21T03:00", "FREQ=WEEKLY;COUNT=1",
			[]string{"2027-01-07T03:00", "2027-01-14T03:00"}, []string{"2027-01-14T15:00", "2027-01-21T03:00"}},
		{"the rule's of a day with an earlier one", []string{"2027-01-14T01:00"}, "2027-01-14T03:00", "2027-01-14T03:00", "FREQ=WEEKLY;COUNT=2",
			[]string{"2027-01-07T03:00", "2027-01-14T01:00"}, []string{"2027-01-14T03:00", "2027-01-21T03:00"}},
		{"a whole day that was added", []string{"2027-01-09"}, "2027-01-09T03:00", "2027-01-14T03:00", "FREQ=WEEKLY;COUNT=2",
			[]string{"2027-01-07T03:00"}, []string{"2027-01-09T03:00", "2027-01-14T03:00", "2027-01-21T03:00"}},
		{"the first of all, which was added", []string{"2027-01-05T09:00"}, "2027-01-05T09:00", "2027-01-07T03:00", "FREQ=WEEKLY;COUNT=3",
			nil, []string{"2027-01-05T09:00", "2027-01-07T03:00", "2027-01-14T03:00", "2027-01-21T03:00"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			a, _, _ := clocked(t)
			s := thursdays()
			s.RDates = c.rdates
			v := approved(t, a, s)
			next, err := a.ChangeSeries(t.Context(), v.ID, 0, agenda.SeriesEdit{From: c.from, Apply: title}, ada)
			if err != nil {
				t.Fatal(err)
			}
			if next.StartLocal != c.start || next.RRule != c.rule || !slices.Equal(lines(next), scheduled(c.goes)) {
				t.Errorf("what takes over: %s %s %q, want %s %s %q", next.StartLocal, next.RRule, lines(next), c.start, c.rule, c.goes)
			}
			if next.ID == v.ID {
				if len(c.stay) > 0 {
					t.Error("the whole series was changed")
				}
				return
			}
			if v, err = a.Series(t.Context(), v.ID); err != nil || !slices.Equal(lines(v), scheduled(c.stay)) {
				t.Errorf("what stays: %q, %v, want %q", lines(v), err, c.stay)
			}
		})
	}
}

func scheduled(dates []string) (all []string) {
	for _, d := range dates {
		all = append(all, d+" scheduled")
	}
	return all
}

func TestWhatCannotBeTakenOverIsSaidOfItsDate(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, rdate, from string }{
		{"nothing of the rule follows", "2027-02-01T09:00", "2027-02-01T09:00"},
		{"nothing of the rule is before", "2027-01-05T09:00", "2027-01-07T03:00"},
		{"no such date", "2027-01-05T09:00", "2027-01-08T03:00"},
	} {
		a, _, _ := clocked(t)
		s := thursdays()
		s.RDates = []string{c.rdate}
		v := approved(t, a, s)
		_, err := a.ChangeSeries(t.Context(), v.ID, 0, agenda.SeriesEdit{From: c.from, Apply: func(*scheduler.Series) error { return nil }}, ada)
		var wrong scheduler.InvalidError
		if !errors.As(err, &wrong) || len(wrong) != 1 || wrong["from"] == "" {
			t.Errorf("%s: got %v, want words on from", c.name, err)
		}
	}
}
