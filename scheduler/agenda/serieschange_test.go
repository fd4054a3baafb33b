package agenda_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"lull/scheduler"
	"lull/scheduler/agenda"
)

// at three moves a series by an hour.
func atThree(s *scheduler.Series) error {
	s.StartLocal = scheduler.Day(s.StartLocal) + "T03:00"
	return nil
}

func TestAllThatIsToComeMovesUnderOneApproval(t *testing.T) {
	t.Parallel()
	a, _, _ := clocked(t)
	v := approved(t, a, sundays())
	was := v.Members
	v, err := a.ChangeSeries(t.Context(), v.ID, v.Version, agenda.SeriesEdit{Apply: atThree}, ada)
	if err != nil {
		t.Fatal(err)
	}
	if v.State != scheduler.SeriesRequested || len(v.Approvals) != 0 || states(v)[scheduler.Requested] != 12 {
		t.Fatalf("moved: %s %v, %v", v.State, states(v), v.Approvals)
	}
	for i, w := range v.Members {
		if w.ID != was[i].ID || w.Number != was[i].Number || w.Occurrence != scheduler.Day(was[i].Occurrence)+"T03:00" || !w.Start.Equal(was[i].Start.Add(time.Hour)) {
			t.Fatalf("%s %s became %s %s", was[i].Name(), was[i].Occurrence, w.Name(), w.Occurrence)
		}
	}
	if got := digests(t, a); !slices.Equal(got, []string{"scheduled 12"}) {
		t.Fatalf("before the approval stakeholders hear %q", got)
	}
	if v, err = a.ApproveSeries(t.Context(), v.ID, 0, scheduler.Yes{}, time.Time{}, bob); err != nil || states(v)[scheduler.Scheduled] != 12 {
		t.Fatalf("approved again: %v, %v", states(v), err)
	}
	if got := digests(t, a); !slices.Equal(got, []string{"scheduled 12", "rescheduled 12"}) {
		t.Fatalf("stakeholders hear %q", got)
	}
}

func TestAnApproverChangesAndApprovesInOneAct(t *testing.T) {
	t.Parallel()
	a, _, _ := clocked(t)
	v := approved(t, a, sundays())
	v, err := a.ChangeSeries(t.Context(), v.ID, 0, agenda.SeriesEdit{Apply: atThree, Approve: true}, bob)
	if err != nil || v.State != scheduler.SeriesApproved || states(v)[scheduler.Scheduled] != 12 || len(v.Approvals) != 1 {
		t.Fatalf("got %s %v, %v", v.State, states(v), err)
	}
	if got := digests(t, a); got[len(got)-1] != "rescheduled 12" {
		t.Fatalf("stakeholders hear %q", got)
	}
}

func TestWordingKeepsTheApproval(t *testing.T) {
	t.Parallel()
	a, _, _ := clocked(t)
	v := approved(t, a, sundays())
	title := func(s *scheduler.Series) error { s.Title = "Patch night"; return nil }
	v, err := a.ChangeSeries(t.Context(), v.ID, 0, agenda.SeriesEdit{Apply: title}, ada)
	if err != nil || v.State != scheduler.SeriesApproved || states(v)[scheduler.Scheduled] != 12 || v.Members[11].Title != "Patch night" {
		t.Fatalf("got %s %v, %v", v.State, states(v), err)
	}
	if got := digests(t, a); got[len(got)-1] != "updated 12" {
		t.Fatalf("stakeholders hear %q", got)
	}
}

func TestWhoseStartIsNearHearsAtOnceThatItIsToBeConfirmed(t *testing.T) {
	t.Parallel()
	a, _, now := clocked(t)
	v := approved(t, a, sundays())
	*now = v.Members[0].Start.Add(-20 * time.Hour)
	if _, err := a.ChangeSeries(t.Context(), v.ID, 0, agenda.SeriesEdit{Apply: atThree}, ada); err != nil {
		t.Fatal(err)
	}
	if got := digests(t, a); !slices.Equal(got, []string{"scheduled 12", "rescheduled 1"}) {
		t.Fatalf("stakeholders hear %q", got)
	}
}

func TestThisAndFollowingIsTakenOverByAnotherSeries(t *testing.T) {
	t.Parallel()
	a, _, now := clocked(t)
	v := approved(t, a, sundays())
	was := v.Members
	next, err := a.ChangeSeries(t.Context(), v.ID, v.Version, agenda.SeriesEdit{From: "2027-03-14T02:00", Apply: atThree}, ada)
	if err != nil {
		t.Fatal(err)
	}
	old, err := a.Series(t.Context(), v.ID)
	if err != nil || len(old.Members) != 3 || states(old)[scheduler.Scheduled] != 3 || old.State != scheduler.SeriesApproved || old.Until != "2027-03-14T01:59" {
		t.Fatalf("the old series: %v until %q, %v", lines(old), old.Until, err)
	}
	if len(next.Approvals) != 0 || !next.ReviewBy.IsZero() {
		t.Fatalf("the new series is to be reviewed by %v, with %d approvals", next.ReviewBy, len(next.Approvals))
	}
	evs, err := a.SeriesLog(t.Context(), next.ID)
	if err != nil || !strings.Contains(evs[0].Text, "changed the series from Sun 14 Mar 2027, 02:00 on") {
		t.Fatalf("the log says %q, %v", evs[0].Text, err)
	}
	if next.ID == v.ID || len(next.Members) != 9 || next.State != scheduler.SeriesRequested || next.Version != 1 {
		t.Fatalf("the new series: %s %v", next.State, lines(next))
	}
	for i, w := range next.Members {
		if w.ID != was[i+3].ID || w.Number != was[i+3].Number {
			t.Fatalf("%s became %s", was[i+3].Name(), w.Name())
		}
	}
	*now = now.AddDate(0, 3, 0)
	ticked(t, a)
	old, _ = a.Series(t.Context(), v.ID)
	if next, _ = a.Series(t.Context(), next.ID); len(old.Members) != 3 || len(next.Members) != 12 {
		t.Fatalf("the horizon made %d and %d windows, want 3 and 12", len(old.Members), len(next.Members))
	}
}

func TestWhatIsLeftOfANumberOfTimesIsTakenOver(t *testing.T) {
	t.Parallel()
	a, _, _ := clocked(t)
	s := sundays()
	s.RRule = "FREQ=MONTHLY;BYDAY=2SU;COUNT=6"
	v := approved(t, a, s)
	next, err := a.ChangeSeries(t.Context(), v.ID, 0, agenda.SeriesEdit{From: "2027-02-14T02:00", Apply: atThree}, ada)
	if err != nil || len(next.Members) != 4 || next.RRule != "FREQ=MONTHLY;BYDAY=2SU;COUNT=4" {
		t.Fatalf("got %q %v, %v", next.RRule, lines(next), err)
	}
}

func TestAnotherRuleKeepsTheDaysThatStayAndCancelsTheOthers(t *testing.T) {
	t.Parallel()
	a, _, _ := clocked(t)
	v := approved(t, a, sundays())
	was := map[string]string{}
	for _, w := range v.Members {
		was[w.Occurrence] = w.ID
	}
	quarterly := func(s *scheduler.Series) error { s.RRule = "FREQ=MONTHLY;INTERVAL=3;BYDAY=2SU"; return nil }
	v, err := a.ChangeSeries(t.Context(), v.ID, 0, agenda.SeriesEdit{Apply: quarterly}, ada)
	if got := states(v); err != nil || got[scheduler.Scheduled] != 4 || got[scheduler.Cancelled] != 8 || v.State != scheduler.SeriesApproved {
		t.Fatalf("got %v, %s, %v", got, v.State, err)
	}
	if got := digests(t, a); !slices.Equal(got, []string{"scheduled 12", "cancelled 8"}) {
		t.Fatalf("stakeholders hear %q", got)
	}
	fortnightly := func(s *scheduler.Series) error { s.RRule = "FREQ=WEEKLY;INTERVAL=2;BYDAY=SU"; return nil }
	v, err = a.ChangeSeries(t.Context(), v.ID, 0, agenda.SeriesEdit{Apply: fortnightly}, ada)
	if err != nil || v.State != scheduler.SeriesRequested || states(v)[scheduler.Requested] == 0 {
		t.Fatalf("got %v, %s, %v", states(v), v.State, err)
	}
	for _, w := range v.Members {
		if id, had := was[w.Occurrence]; had && id != w.ID {
			t.Fatalf("%s was made a second time", w.Occurrence)
		}
	}
}

func TestDraftsThatASeriesDropsLeaveTheirNumbers(t *testing.T) {
	t.Parallel()
	a, _, _ := clocked(t)
	v, err := a.AddSeries(t.Context(), sundays(), agenda.Submission{}, ada)
	if err != nil {
		t.Fatal(err)
	}
	for _, until := range []string{"2027-06-30", "2027-09-30"} {
		ends := func(s *scheduler.Series) error { s.Until = until; return nil }
		if v, err = a.ChangeSeries(t.Context(), v.ID, 0, agenda.SeriesEdit{Apply: ends}, ada); err != nil {
			t.Fatalf("until %s: %v", until, err)
		}
	}
	if got := states(v); got[scheduler.Draft] != 10 || len(v.Members) != 10 {
		t.Fatalf("got %q, want 10 drafts", lines(v))
	}
}

func TestAWindowChangedByItselfIsLeftAlone(t *testing.T) {
	t.Parallel()
	a, _, _ := clocked(t)
	v := approved(t, a, sundays())
	one := v.Members[2]
	w, err := a.Change(t.Context(), one.ID, 0, agenda.Edit{Apply: func(p *scheduler.Plan) error {
		p.Start, p.End = p.Start.AddDate(0, 0, 1), p.End.AddDate(0, 0, 1)
		return nil
	}}, ada)
	if err != nil || !w.Detached || w.Occurrence != "2027-02-14T02:00" {
		t.Fatalf("changed by itself: %t %s, %v", w.Detached, w.Occurrence, err)
	}
	v, err = a.ChangeSeries(t.Context(), v.ID, 0, agenda.SeriesEdit{Apply: atThree}, ada)
	if err != nil || !slices.Equal(v.Left, []string{one.Name()}) || len(v.Members) != 12 {
		t.Fatalf("left alone %q of %d, %v", v.Left, len(v.Members), err)
	}
	if got, _ := a.Window(t.Context(), one.ID); !got.Start.Equal(w.Start) {
		t.Fatalf("it was moved to %v", got.Start)
	}
	if v, err = a.ApproveSeries(t.Context(), v.ID, 0, scheduler.Yes{}, time.Time{}, bob); err != nil {
		t.Fatal(err)
	}
	if got, _ := a.Window(t.Context(), one.ID); got.State != scheduler.Requested {
		t.Fatalf("it was approved with the series, and is %s", got.State)
	}
}

func TestOfTwoWhoEditOneSeriesOneIsToldSo(t *testing.T) {
	t.Parallel()
	a, _, _ := clocked(t)
	v := approved(t, a, sundays())
	if _, err := a.ChangeSeries(t.Context(), v.ID, v.Version, agenda.SeriesEdit{Apply: atThree}, ada); err != nil {
		t.Fatal(err)
	}
	before, _ := a.Series(t.Context(), v.ID)
	_, err := a.ChangeSeries(t.Context(), v.ID, v.Version, agenda.SeriesEdit{From: "2027-03-14T02:00", Apply: atThree}, bob)
	if !errors.Is(err, scheduler.ErrStale) {
		t.Fatalf("the second editor gets %v", err)
	}
	after, _ := a.Series(t.Context(), v.ID)
	if !slices.Equal(lines(before), lines(after)) || before.Version != after.Version {
		t.Fatal("the refused change left something behind")
	}
}
