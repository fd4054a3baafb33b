package recur

import (
	"slices"
	"testing"
	"time"
)

// The dates around both clock changes keep their wall clock, and the one that
// cannot says so.
func TestARuleKeepsItsWallClock(t *testing.T) {
	t.Parallel()
	r := rule(t, Spec{RRule: "FREQ=DAILY", Start: "2026-03-01T02:30", Zone: zone(t, "Europe/Berlin")})
	got := r.From(time.Date(2026, 3, 28, 0, 0, 0, 0, time.UTC), 3)
	want := []Occurrence{
		{"2026-03-28T02:30", time.Date(2026, 3, 28, 1, 30, 0, 0, time.UTC), ""},
		{"2026-03-29T02:30", time.Date(2026, 3, 29, 1, 30, 0, 0, time.UTC), "02:30 does not exist on 29 Mar: starts 03:30"},
		{"2026-03-30T02:30", time.Date(2026, 3, 30, 0, 30, 0, 0, time.UTC), ""},
	}
	if !slices.Equal(got, want) {
		t.Errorf("spring:\ngot  %v\nwant %v", got, want)
	}
	got = r.From(time.Date(2026, 10, 24, 0, 0, 0, 0, time.UTC), 3)
	want = []Occurrence{
		{"2026-10-24T02:30", time.Date(2026, 10, 24, 0, 30, 0, 0, time.UTC), ""},
		{"2026-10-25T02:30", time.Date(2026, 10, 25, 0, 30, 0, 0, time.UTC), "02:30 happens twice on 25 Oct: the earlier one"},
		{"2026-10-26T02:30", time.Date(2026, 10, 26, 1, 30, 0, 0, time.UTC), ""},
	}
	if !slices.Equal(got, want) {
		t.Errorf("autumn:\ngot  %v\nwant %v", got, want)
	}
}

func TestARangeIsHalfOpen(t *testing.T) {
	t.Parallel()
	r := rule(t, Spec{RRule: "FREQ=DAILY", Start: "2026-12-13T02:00", Zone: time.UTC})
	first, third := time.Date(2026, 12, 13, 2, 0, 0, 0, time.UTC), time.Date(2026, 12, 15, 2, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		name     string
		from, to time.Time
		most     int
		want     []string
	}{
		{"the first is in it, the last is not", first, third, 9, []string{"2026-12-13", "2026-12-14"}},
		{"a second later the first is not in it", first.Add(time.Second), third, 9, []string{"2026-12-14"}},
		{"a second longer the last is in it", first, third.Add(time.Second), 9, []string{"2026-12-13", "2026-12-14", "2026-12-15"}},
		{"at most so many", first, third, 1, []string{"2026-12-13"}},
		{"at most none", first, third, 0, nil},
		{"at most less than none", first, third, -1, nil},
		{"before the rule", first.AddDate(-1, 0, 0), first, 9, nil},
		{"backwards", third, first, 9, nil},
		{"after all time", time.Date(10_000, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(10_001, 1, 1, 0, 0, 0, 0, time.UTC), 9, nil},
		{"an absurd beginning", time.Unix(-1<<62, 0), third, 9, []string{"2026-12-13", "2026-12-14"}},
	} {
		if got, want := locals(r.Between(c.from, c.to, c.most)), clocks("02:00", c.want...); !slices.Equal(got, want) {
			t.Errorf("%s: got %v, want %v", c.name, got, want)
		}
	}
	if got := (Rule{}).From(first, 3); got != nil {
		t.Errorf("the zero rule occurs: %v", got)
	}
}

func TestDatesAreLeftOutAndAdded(t *testing.T) {
	t.Parallel()
	r := rule(t, Spec{
		RRule: "FREQ=WEEKLY;COUNT=4", Start: "2026-12-13T02:00", Zone: zone(t, "Europe/Berlin"),
		ExDates: []string{"2026-12-20", "2027-01-03T02:00", "2026-12-27T03:00", "2027-02-01"},
		RDates:  []string{"2027-01-05T04:00", "2026-12-10T05:00", "2026-12-16", "2026-12-13T02:00", "2026-12-16T02:00", "2026-12-16T01:00", "2027-02-01"},
	})
	want := []string{"2026-12-10T05:00", "2026-12-13T02:00", "2026-12-16T01:00", "2026-12-16T02:00", "2026-12-27T02:00", "2027-01-05T04:00"}
	if got := locals(r.From(time.Time{}, 9)); !slices.Equal(got, want) {
		t.Errorf("\ngot  %v\nwant %v", got, want)
	}
	for _, local := range want {
		if !r.Includes(local) {
			t.Errorf("%s is not included", local)
		}
	}
	for _, local := range []string{"2026-12-20T02:00", "2027-01-03T02:00", "2027-02-01T02:00", "2027-01-10T02:00", "2026-12-13T03:00", "2026-12-13", ""} {
		if r.Includes(local) {
			t.Errorf("%q is included", local)
		}
	}
	if last, ok := r.Ends(); !ok || !last.Equal(time.Date(2027, 1, 5, 3, 0, 0, 0, time.UTC)) {
		t.Errorf("ends %v, %v", last, ok)
	}
}

func TestARuleEndsWhereItSays(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, rrule, until, last string
	}{
		{"endless", "FREQ=DAILY", "", ""},
		{"after so many", "FREQ=DAILY;COUNT=3", "", "2026-10-25T02:30"},
		{"a day, inclusive", "FREQ=DAILY;UNTIL=20261025", "", "2026-10-25T02:30"},
		{"a time, inclusive", "FREQ=DAILY;UNTIL=20261025T023000", "", "2026-10-25T02:30"},
		{"a second too early", "FREQ=DAILY;UNTIL=20261025T022959", "", "2026-10-24T02:30"},
		{"an instant, inclusive", "FREQ=DAILY;UNTIL=20261025T003000Z", "", "2026-10-25T02:30"},
		{"an instant in the repeated hour", "FREQ=DAILY;UNTIL=20261025T010500Z", "", "2026-10-25T02:30"},
		{"an instant a second too early", "FREQ=DAILY;UNTIL=20261025T002959Z", "", "2026-10-24T02:30"},
		{"besides the rule", "FREQ=DAILY", "2026-10-25", "2026-10-25T02:30"},
		{"besides the rule, to the minute", "FREQ=DAILY", "2026-10-25T02:29", "2026-10-24T02:30"},
		{"whichever is first: the rule", "FREQ=DAILY;UNTIL=20261024", "2026-12-31", "2026-10-24T02:30"},
		{"whichever is first: the other", "FREQ=DAILY;COUNT=100", "2026-10-24", "2026-10-24T02:30"},
		{"far away", "FREQ=YEARLY;UNTIL=99991231", "", "9999-10-23T02:30"},
		{"rare", "FREQ=YEARLY;INTERVAL=50;UNTIL=24001231", "", "2376-10-23T02:30"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := rule(t, Spec{RRule: c.rrule, Start: "2026-10-23T02:30", Zone: zone(t, "Europe/Berlin"), Until: c.until})
			last, ok := r.Ends()
			if ok != (c.last != "") {
				t.Fatalf("ends %v, %v", last, ok)
			}
			if !ok {
				return
			}
			if got := r.From(last, 2); len(got) != 1 || got[0].Local != c.last || !got[0].At.Equal(last) {
				t.Errorf("got %v from %v on, want %s alone", got, last, c.last)
			}
		})
	}
}

func TestASkippedDayDoesNotHappenTwice(t *testing.T) {
	t.Parallel()
	apia := zone(t, "Pacific/Apia") // had no 30 December 2011
	want := []string{"2011-12-29T10:00", "2011-12-31T10:00", "2012-01-01T10:00"}
	r := rule(t, Spec{RRule: "FREQ=DAILY", Start: "2011-12-29T10:00", Zone: apia})
	if got := locals(r.From(time.Time{}, 3)); !slices.Equal(got, want) {
		t.Errorf("daily: got %v, want %v", got, want)
	}
	if r.Includes("2011-12-30T10:00") {
		t.Error("a day that there was not is included")
	}
	want = []string{"2011-12-23T10:00", "2011-12-30T10:00", "2012-01-06T10:00"}
	r = rule(t, Spec{RRule: "FREQ=WEEKLY", Start: "2011-12-23T10:00", Zone: apia})
	if got := locals(r.From(time.Time{}, 3)); !slices.Equal(got, want) {
		t.Errorf("weekly: got %v, want %v", got, want)
	}
	if !r.Includes("2011-12-30T10:00") {
		t.Error("the only one of its week is not included")
	}
}

func TestWeekdaysWithAndWithoutANumberAreAllMeant(t *testing.T) {
	t.Parallel()
	r := rule(t, Spec{RRule: "FREQ=MONTHLY;BYDAY=MO,2TU", Start: "2026-06-01T02:00", Zone: time.UTC})
	want := clocks("02:00", "2026-06-01", "2026-06-08", "2026-06-09", "2026-06-15", "2026-06-22", "2026-06-29", "2026-07-06")
	if got := locals(r.From(time.Time{}, 7)); !slices.Equal(got, want) {
		t.Errorf("\ngot  %v\nwant %v", got, want)
	}
}

// The first week is looked at whole, though the rule begins within it: Tuesday
// is no Monday-or-Tuesday's first.
func TestAPlaceInAWeekCountsFromItsBeginning(t *testing.T) {
	t.Parallel()
	_, err := New(Spec{RRule: "FREQ=WEEKLY;BYDAY=MO,TU;BYSETPOS=1", Start: "2026-12-15T02:00", Zone: time.UTC})
	if err == nil {
		t.Error("a Tuesday was taken for the first of Monday and Tuesday")
	}
}
