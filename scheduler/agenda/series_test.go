package agenda_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"lull/scheduler"
	"lull/scheduler/agenda"
	"lull/scheduler/store"
	"lull/scheduler/store/storetest"
)

// sundays is the upgrade on the second Sunday of each month, at two in Berlin.
func sundays() scheduler.Series {
	p := upgrade()
	p.Interval = scheduler.Interval{}
	return scheduler.Series{Plan: p, RRule: "FREQ=MONTHLY;BYDAY=2SU", StartLocal: "2026-12-13T02:00", Duration: 4 * time.Hour}
}

// clocked is an agenda whose time tests move.
func clocked(t testing.TB) (a *agenda.Agenda, db *store.DB, now *time.Time) {
	a, db = open(t)
	at := storetest.Noon
	db.Now = func() time.Time { return at }
	return a, db, &at
}

func requested(t testing.TB, a *agenda.Agenda, s scheduler.Series) agenda.SeriesView {
	t.Helper()
	v, err := a.AddSeries(t.Context(), s, agenda.Submission{Now: true}, ada)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func approved(t testing.TB, a *agenda.Agenda, s scheduler.Series) agenda.SeriesView {
	t.Helper()
	v, err := a.ApproveSeries(t.Context(), requested(t, a, s).ID, 0, scheduler.Yes{}, time.Time{}, bob)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// lines is each window of a series as its occurrence and its state.
func lines(v agenda.SeriesView) (all []string) {
	for _, w := range v.Members {
		all = append(all, w.Occurrence+" "+string(w.State))
	}
	return all
}

func states(v agenda.SeriesView) map[scheduler.State]int {
	n := map[scheduler.State]int{}
	for _, w := range v.Members {
		n[w.State]++
	}
	return n
}

// digests lists what stakeholders are to hear of windows of series: the kind
// and how many windows.
func digests(t testing.TB, a *agenda.Agenda) (all []string) {
	t.Helper()
	evs, _, err := a.Log(t.Context(), agenda.LogFilter{Limit: 500, Newest: true})
	if err != nil {
		t.Fatal(err)
	}
	slices.Reverse(evs)
	for _, ev := range evs {
		if ev.Data.Announce != "" {
			all = append(all, fmt.Sprintf("%s %d", ev.Data.Announce, len(ev.Windows())))
		}
	}
	return all
}

func TestASeriesMakesTheWindowsOfItsHorizon(t *testing.T) {
	t.Parallel()
	a, _, _ := clocked(t)
	v, err := a.AddSeries(t.Context(), sundays(), agenda.Submission{}, ada)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"2026-12-13T02:00 draft", "2027-01-10T02:00 draft", "2027-02-14T02:00 draft"}
	if got := lines(v); len(got) != 12 || !slices.Equal(got[:3], want) {
		t.Fatalf("got %q, want 12 that begin with %q", got, want)
	}
	if v.State != scheduler.SeriesDraft || v.Version != 1 || v.Words != "Second Sunday of each month, 02:00–06:00" {
		t.Fatalf("got %s, version %d, %q", v.State, v.Version, v.Words)
	}
	first, err := a.Window(t.Context(), v.Members[0].ID)
	if err != nil || len(first.Checks) != 3 || first.Series != v.ID || !first.End.Equal(first.Start.Add(4*time.Hour)) {
		t.Fatalf("the first window is %+v, %v", first.Window, err)
	}
	if ids := map[string]bool{v.Members[0].ID: true, v.Members[1].ID: true}; len(ids) != 2 {
		t.Fatal("two occurrences are one window")
	}
	if v, err = a.SubmitSeries(t.Context(), v.ID, v.Version, "", ada); err != nil || v.State != scheduler.SeriesRequested || states(v)[scheduler.Requested] != 12 {
		t.Fatalf("submitted: %s %v, %v", v.State, states(v), err)
	}
	if got := digests(t, a); len(got) != 0 {
		t.Fatalf("before the approval stakeholders hear %q", got)
	}
	if _, err := a.ApproveSeries(t.Context(), v.ID, 0, scheduler.Yes{}, time.Time{}, scheduler.Person{Email: ada.Email, Name: "Ada", Role: scheduler.Admin}); !slices.Equal(codes(err), []string{scheduler.CodeOwnRequest}) {
		t.Fatalf("own approval gave %v", err)
	}
	if v, err = a.ApproveSeries(t.Context(), v.ID, v.Version, scheduler.Yes{}, time.Time{}, bob); err != nil || v.State != scheduler.SeriesApproved || states(v)[scheduler.Scheduled] != 12 {
		t.Fatalf("approved: %s %v, %v", v.State, states(v), err)
	}
	if got, want := digests(t, a), []string{"scheduled 12"}; !slices.Equal(got, want) {
		t.Fatalf("stakeholders hear %q, want %q", got, want)
	}
	if want := storetest.Noon.AddDate(1, 0, 0); !v.ReviewBy.Equal(want) {
		t.Fatalf("review by %v, want %v", v.ReviewBy, want)
	}
	if _, err := a.Verify(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func TestWhatASeriesCannotBeIsSaidByField(t *testing.T) {
	t.Parallel()
	a, _, _ := clocked(t)
	for _, c := range []struct {
		name   string
		change func(*scheduler.Series)
		field  string
	}{
		{"no rule", func(s *scheduler.Series) { s.RRule = "" }, "rrule"},
		{"a bomb", func(s *scheduler.Series) { s.RRule = "FREQ=SECONDLY" }, "rrule"},
		{"a start off the rule", func(s *scheduler.Series) { s.StartLocal = "2026-12-14T02:00" }, "start_local"},
		{"a start beyond the horizon", func(s *scheduler.Series) { s.StartLocal, s.RRule = "2029-12-13T02:00", "FREQ=DAILY" }, "start_local"},
		{"no length", func(s *scheduler.Series) { s.Duration = 0 }, "duration"},
		{"longer than a window may be", func(s *scheduler.Series) { s.Duration = 15 * 24 * time.Hour }, "duration"},
		{"into the next", func(s *scheduler.Series) { s.RRule, s.Duration = "FREQ=DAILY", 25*time.Hour }, "duration"},
		{"an emergency", func(s *scheduler.Series) { s.Kind = scheduler.Emergency }, "kind"},
		{"no title", func(s *scheduler.Series) { s.Title = "" }, "title"},
		{"no such service", func(s *scheduler.Series) { s.Services[0].Service = "nowhere" }, "services"},
		{"no such lead", func(s *scheduler.Series) { s.Lead = "nobody@example.org" }, "lead"},
		{"no zone", func(s *scheduler.Series) { s.TimeZone = "Mars/Base" }, "time_zone"},
		{"a day that is none", func(s *scheduler.Series) { s.ExDates = []string{"soon"} }, "exdates"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := sundays()
			c.change(&s)
			_, err := a.AddSeries(t.Context(), s, agenda.Submission{}, ada)
			var wrong scheduler.InvalidError
			if !errors.As(err, &wrong) || wrong[c.field] == "" {
				t.Fatalf("got %v, want words on %s", err, c.field)
			}
		})
	}
	if all, _, err := a.AllSeries(t.Context(), agenda.SeriesFilter{}); err != nil || len(all) != 0 {
		t.Fatalf("refused series were kept: %d, %v", len(all), err)
	}
}

func TestADayOfTwentyThreeHoursIsSaidWithARemedy(t *testing.T) {
	t.Parallel()
	a, _, _ := clocked(t)
	s := sundays()
	s.RRule, s.StartLocal, s.Duration = "FREQ=DAILY", "2026-12-13T00:00", 24*time.Hour
	_, err := a.AddSeries(t.Context(), s, agenda.Submission{}, ada)
	want := "The window of Sun 28 Mar 2027, 00:00 would last until Mon 29 Mar 01:00 CEST, when the next has begun, at Mon 29 Mar 00:00 CEST: " +
		"the clocks go forward in between. Let each last 23 h at most, or choose a time zone whose clocks do not change, such as UTC."
	var wrong scheduler.InvalidError
	if !errors.As(err, &wrong) || wrong["duration"] != want {
		t.Fatalf("got  %v\nwant %s", err, want)
	}
	s.Duration = 23 * time.Hour
	if _, err := a.AddSeries(t.Context(), s, agenda.Submission{}, ada); err != nil {
		t.Fatal(err)
	}
}

func TestConflictsOfASeriesAreListedByOccurrence(t *testing.T) {
	t.Parallel()
	a, _, _ := clocked(t)
	bookedOn(t, a, "core-db", "", time.Date(2027, 1, 10, 2, 0, 0, 0, time.UTC), bob)
	v, err := a.AddSeries(t.Context(), sundays(), agenda.Submission{Now: true}, ada)
	var gate *scheduler.GateError
	if !errors.As(err, &gate) || len(gate.Conflicts) != 1 || gate.Conflicts[0].Occurrence != "2027-01-10T02:00" || !strings.HasPrefix(gate.Reasons[0].Detail, "Sun 10 Jan 2027, 02:00: ") {
		t.Fatalf("got %+v, want one conflict, of January", err)
	}
	if all, _, err := a.Windows(t.Context(), agenda.Filter{}); err != nil || len(all) != 1 {
		t.Fatalf("%d windows are there after a refusal, %v; want 1", len(all), err)
	}
	if v, err = a.AddSeries(t.Context(), sundays(), agenda.Submission{Now: true, Reason: "The other one can wait."}, ada); err != nil {
		t.Fatal(err)
	}
	if _, err := a.ApproveSeries(t.Context(), v.ID, 0, scheduler.Yes{}, time.Time{}, bob); !slices.Equal(codes(err), []string{scheduler.CodeConflict}) {
		t.Fatalf("approved in spite of a conflict: %v", err)
	}
	v, err = a.ApproveSeries(t.Context(), v.ID, 0, scheduler.Yes{Override: []scheduler.ConflictKind{scheduler.SameService}, Reason: "Agreed with Bob."}, time.Time{}, eve)
	if err != nil || states(v)[scheduler.Scheduled] != 12 {
		t.Fatalf("overridden: %v, %v", states(v), err)
	}
}

func TestARejectedSeriesIsADraftAgain(t *testing.T) {
	t.Parallel()
	a, _, _ := clocked(t)
	v := requested(t, a, sundays())
	if _, err := a.RejectSeries(t.Context(), v.ID, 0, "", bob); err == nil {
		t.Fatal("rejected without a reason")
	}
	v, err := a.RejectSeries(t.Context(), v.ID, 0, "Not at night.", bob)
	if err != nil || v.State != scheduler.SeriesDraft || states(v)[scheduler.Draft] != 12 {
		t.Fatalf("rejected: %s %v, %v", v.State, states(v), err)
	}
	if v, err = a.SubmitSeries(t.Context(), v.ID, 0, "", ada); err != nil || v.State != scheduler.SeriesRequested {
		t.Fatalf("submitted again: %s, %v", v.State, err)
	}
}

func TestTwoApproveASeriesWhereTwoAreAsked(t *testing.T) {
	t.Parallel()
	a, _, _ := clocked(t)
	if _, err := a.KeepSettings(t.Context(), func(s *scheduler.Settings) error {
		s.Policy.Approvals[1] = 2
		return nil
	}, bob); err != nil {
		t.Fatal(err)
	}
	v := requested(t, a, sundays())
	v, err := a.ApproveSeries(t.Context(), v.ID, 0, scheduler.Yes{}, time.Time{}, bob)
	if err != nil || v.State != scheduler.SeriesRequested || len(v.Approvals) != 1 {
		t.Fatalf("after one of two: %s, %v", v.State, err)
	}
	if _, err := a.ApproveSeries(t.Context(), v.ID, 0, scheduler.Yes{}, time.Time{}, bob); !slices.Equal(codes(err), []string{scheduler.CodeOwnRequest}) {
		t.Fatalf("twice by one person gave %v", err)
	}
	if v, err = a.ApproveSeries(t.Context(), v.ID, 0, scheduler.Yes{}, time.Time{}, eve); err != nil || v.State != scheduler.SeriesApproved {
		t.Fatalf("after two of two: %s, %v", v.State, err)
	}
}

func TestTheReviewOfAnApprovalIsAtMostAYearAhead(t *testing.T) {
	t.Parallel()
	a, _, now := clocked(t)
	v := requested(t, a, sundays())
	for _, by := range []time.Time{now.AddDate(1, 0, 1), *now} {
		if _, err := a.ApproveSeries(t.Context(), v.ID, 0, scheduler.Yes{}, by, bob); err == nil || !strings.Contains(err.Error(), "review_by") {
			t.Fatalf("review by %v gave %v", by, err)
		}
	}
}

func TestInSoloASeriesIsScheduledAtOnce(t *testing.T) {
	t.Parallel()
	a, _, now := clocked(t)
	if _, err := a.KeepSettings(t.Context(), func(s *scheduler.Settings) error {
		s.Policy = scheduler.PolicyOf(scheduler.Solo)
		return nil
	}, bob); err != nil {
		t.Fatal(err)
	}
	v := requested(t, a, sundays())
	if v.State != scheduler.SeriesApproved || states(v)[scheduler.Scheduled] != 12 {
		t.Fatalf("got %s %v", v.State, states(v))
	}
	*now = now.AddDate(0, 3, 0)
	ticked(t, a)
	if v, _ = a.Series(t.Context(), v.ID); states(v)[scheduler.Scheduled] != 15 {
		t.Fatalf("three months later %v", states(v))
	}
}

func ticked(t testing.TB, a *agenda.Agenda) (next time.Time) {
	t.Helper()
	next, err := a.Tick(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return next
}

func TestTheHorizonMovesOnUnderTheSameApproval(t *testing.T) {
	t.Parallel()
	a, _, now := clocked(t)
	v := approved(t, a, sundays())
	var before = len(v.Members)
	ticked(t, a)
	if v, _ = a.Series(t.Context(), v.ID); len(v.Members) != before {
		t.Fatalf("a round without a need made %d windows", len(v.Members)-before)
	}
	*now = now.AddDate(0, 2, 0)
	ticked(t, a)
	ticked(t, a) // to ask twice does no harm
	v, _ = a.Series(t.Context(), v.ID)
	if got := v.Members[len(v.Members)-1]; len(v.Members) != before+2 || got.State != scheduler.Scheduled || len(got.Approvals) != 1 {
		t.Fatalf("two months later there are %d windows, the last %+v", len(v.Members), got)
	}
	if got, want := digests(t, a), []string{"scheduled 12", "scheduled 2"}; !slices.Equal(got[:2], want) {
		t.Fatalf("stakeholders hear %q, want %q first", got, want)
	}
	*now = now.AddDate(0, 11, 0) // past the review
	ticked(t, a)
	v, _ = a.Series(t.Context(), v.ID)
	if got := v.Members[len(v.Members)-1]; v.State != scheduler.SeriesRequested || got.State != scheduler.Requested {
		t.Fatalf("past its review the series is %s, its last window %s", v.State, got.State)
	}
	if len(v.Approvals) != 0 || !v.ReviewBy.IsZero() {
		t.Fatalf("past its review it is to be reviewed by %v, with %d approvals", v.ReviewBy, len(v.Approvals))
	}
	v, err := a.ApproveSeries(t.Context(), v.ID, 0, scheduler.Yes{}, time.Time{}, bob)
	if err != nil || v.State != scheduler.SeriesApproved || states(v)[scheduler.Requested] != 0 {
		t.Fatalf("reviewed: %s %v, %v", v.State, states(v), err)
	}
}

func TestWhatBlocksANewOccurrenceAsksForApproval(t *testing.T) {
	t.Parallel()
	a, _, now := clocked(t)
	v := approved(t, a, sundays())
	if _, err := a.AddFreeze(t.Context(), scheduler.Freeze{Title: "Year's end", TimeZone: "UTC", Interval: scheduler.Interval{
		Start: time.Date(2027, 12, 11, 0, 0, 0, 0, time.UTC), End: time.Date(2027, 12, 31, 0, 0, 0, 0, time.UTC),
	}}, bob); err != nil {
		t.Fatal(err)
	}
	*now = now.AddDate(0, 2, 0)
	ticked(t, a)
	v, _ = a.Series(t.Context(), v.ID)
	if got := states(v); got[scheduler.Requested] != 1 || got[scheduler.Scheduled] != 13 || v.State != scheduler.SeriesRequested {
		t.Fatalf("got %v, %s; want the frozen one requested", got, v.State)
	}
}

func TestASkippedOccurrenceIsNeverMadeAgain(t *testing.T) {
	t.Parallel()
	a, _, now := clocked(t)
	v := approved(t, a, sundays())
	january := v.Members[1]
	v, err := a.SkipOccurrence(t.Context(), v.ID, v.Version, "2027-01-10T02:00", "A holiday.", ada)
	if err != nil || v.Members[1].State != scheduler.Cancelled || !slices.Equal(v.ExDates, []string{"2027-01-10T02:00"}) {
		t.Fatalf("skipped: %v %v, %v", lines(v)[1], v.ExDates, err)
	}
	if got := digests(t, a); got[len(got)-1] != "cancelled 1" {
		t.Fatalf("stakeholders hear %q", got)
	}
	back := func(s *scheduler.Series) error { s.ExDates = nil; return nil }
	var wrong scheduler.InvalidError
	if _, err := a.ChangeSeries(t.Context(), v.ID, 0, agenda.SeriesEdit{Apply: back, Reason: "It is none."}, ada); !errors.As(err, &wrong) || !strings.Contains(wrong["exdates"], january.Name()+" stays cancelled") {
		t.Fatalf("taken back: got %v, want it refused in words", err)
	}
	if v, err = a.SkipOccurrence(t.Context(), v.ID, 0, "2028-02-13T02:00", "", ada); err != nil {
		t.Fatalf("one that is not made yet: %v", err)
	}
	if _, err = a.SkipOccurrence(t.Context(), v.ID, 0, "2027-01-11T02:00", "x", ada); err == nil {
		t.Fatal("a day that is no occurrence was skipped")
	}
	february := v.Members[2].ID
	if _, err := a.Cancel(t.Context(), february, 0, "Not needed.", ada); err != nil {
		t.Fatal(err)
	}
	later := func(s *scheduler.Series) error { s.StartLocal = "2026-12-13T03:00"; return nil }
	if v, err = a.ChangeSeries(t.Context(), v.ID, 0, agenda.SeriesEdit{Apply: later}, ada); err != nil {
		t.Fatal(err)
	}
	*now = now.AddDate(0, 4, 0)
	ticked(t, a)
	v, _ = a.Series(t.Context(), v.ID)
	for _, w := range v.Members {
		switch day := scheduler.Day(w.Occurrence); {
		case day == "2027-01-10" && w.ID != january.ID, day == "2027-02-14" && w.ID != february, day == "2028-02-13":
			t.Fatalf("%s was made again: %s", w.Occurrence, w.Name())
		}
	}
}

func TestADeletedDraftOfASeriesIsNotMadeAgain(t *testing.T) {
	t.Parallel()
	a, _, _ := clocked(t)
	v, err := a.AddSeries(t.Context(), sundays(), agenda.Submission{}, ada)
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Delete(t.Context(), v.Members[3].ID, 0, ada); err != nil {
		t.Fatal(err)
	}
	title := func(s *scheduler.Series) error { s.Title = "Another"; return nil }
	if v, err = a.ChangeSeries(t.Context(), v.ID, 0, agenda.SeriesEdit{Apply: title}, ada); err != nil || len(v.Members) != 11 {
		t.Fatalf("%d windows, %v; want 11", len(v.Members), err)
	}
}

func TestAnEndedSeriesCancelsWhatIsToComeAndTellsItOnce(t *testing.T) {
	t.Parallel()
	a, _, now := clocked(t)
	v := approved(t, a, sundays())
	*now = v.Members[0].Start
	if _, err := a.Answer(t.Context(), v.Members[0].ID, first(t, a, v.Members[0].ID), scheduler.Result{Answer: scheduler.Passed}, ada); err != nil {
		t.Fatal(err)
	}
	if _, err := a.Start(t.Context(), v.Members[0].ID, 0, scheduler.Go{Override: true, Reason: "Nobody else is here."}, bob); err != nil {
		t.Fatal(err)
	}
	v, err := a.EndSeries(t.Context(), v.ID, 0, "The database moved.", ada)
	if got := states(v); err != nil || v.State != scheduler.SeriesEnded || got[scheduler.InProgress] != 1 || got[scheduler.Cancelled] != 11 {
		t.Fatalf("ended: %s %v, %v", v.State, got, err)
	}
	if got := digests(t, a); got[len(got)-1] != "cancelled 11" {
		t.Fatalf("stakeholders hear %q", got)
	}
	*now = now.AddDate(1, 0, 0)
	ticked(t, a)
	if v, _ = a.Series(t.Context(), v.ID); len(v.Members) != 12 {
		t.Fatalf("an ended series made %d windows", len(v.Members)-12)
	}
	if _, err := a.SubmitSeries(t.Context(), v.ID, 0, "", ada); !slices.Equal(codes(err), []string{scheduler.CodeState}) {
		t.Fatalf("an ended series was submitted: %v", err)
	}
}

// first is the first check of a window.
func first(t testing.TB, a *agenda.Agenda, window string) string {
	t.Helper()
	w, err := a.Window(t.Context(), window)
	if err != nil {
		t.Fatal(err)
	}
	return w.Checks[0].ID
}

func TestEachVerbOnASeriesIsOneTransaction(t *testing.T) {
	t.Parallel()
	a, db, now := clocked(t)
	kept := 0
	db.OnCommit = func() { kept++ }
	once := func(name string, err error) {
		t.Helper()
		if err != nil || kept != 1 {
			t.Fatalf("%s: %d transactions, %v; want 1", name, kept, err)
		}
		kept = 0
	}
	v, err := a.AddSeries(t.Context(), sundays(), agenda.Submission{Now: true}, ada)
	once("made", err)
	_, err = a.ApproveSeries(t.Context(), v.ID, 0, scheduler.Yes{}, time.Time{}, bob)
	once("approved", err)
	_, err = a.ChangeSeries(t.Context(), v.ID, 0, agenda.SeriesEdit{From: "2027-03-14T02:00", Apply: atThree}, ada)
	once("taken over", err)
	_, err = a.SkipOccurrence(t.Context(), v.ID, 0, "2027-01-10T02:00", "A holiday.", ada)
	once("skipped", err)
	*now = now.AddDate(0, 2, 0)
	for range 2 { // the second follows a kill between two series
		if _, err := a.Tick(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	kept = 0
	_, err = a.EndSeries(t.Context(), v.ID, 0, "", ada)
	once("ended", err)
}
