package recur

import (
	"errors"
	"reflect"
	"testing"
)

func TestTheFormMakesARuleAndReadsItBack(t *testing.T) {
	t.Parallel()
	const start = "2026-12-13T02:00" // the second Sunday
	for _, c := range []struct {
		name string
		in   Simple
		want string
		back Simple
	}{
		{"every day", Simple{Unit: Days}, "FREQ=DAILY", Simple{Every: 1, Unit: Days}},
		{"every second week", Simple{Every: 2, Unit: Weeks, Weekdays: []string{"sun", "mon"}}, "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,SU", Simple{Every: 2, Unit: Weeks, Weekdays: []string{"mon", "sun"}}},
		{"every week, as the start", Simple{Every: 1, Unit: Weeks}, "FREQ=WEEKLY", Simple{Every: 1, Unit: Weeks}},
		{"the day of the month", Simple{Every: 1, Unit: Months}, "FREQ=MONTHLY;BYMONTHDAY=13", Simple{Every: 1, Unit: Months, MonthlyBy: ByDay}},
		{"the nth weekday", Simple{Every: 3, Unit: Months, MonthlyBy: ByWeekday}, "FREQ=MONTHLY;INTERVAL=3;BYDAY=2SU", Simple{Every: 3, Unit: Months, MonthlyBy: ByWeekday}},
		{"the last weekday", Simple{Every: 1, Unit: Months, MonthlyBy: ByLastWeekday, Count: 12}, "FREQ=MONTHLY;COUNT=12;BYDAY=-1SU", Simple{Every: 1, Unit: Months, MonthlyBy: ByLastWeekday, Count: 12}},
		{"a last day", Simple{Every: 1, Unit: Years, Until: "2030-12-31"}, "FREQ=YEARLY;UNTIL=20301231", Simple{Every: 1, Unit: Years, Until: "2030-12-31"}},
		{"a last time", Simple{Every: 1, Unit: Days, Until: "2030-12-31T02:00"}, "FREQ=DAILY;UNTIL=20301231T020000", Simple{Every: 1, Unit: Days, Until: "2030-12-31T02:00"}},
		{"what belongs to other units is left", Simple{Every: 1, Unit: Days, Weekdays: []string{"mon"}, MonthlyBy: ByDay}, "FREQ=DAILY", Simple{Every: 1, Unit: Days}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got, err := c.in.RRule(start)
			if err != nil || got != c.want {
				t.Fatalf("got %s, %v; want %s", got, err, c.want)
			}
			if back, ok := SimpleOf(got); !ok || !reflect.DeepEqual(back, c.back) {
				t.Errorf("read back:\ngot  %+v %v\nwant %+v", back, ok, c.back)
			}
		})
	}
}

func TestTheFormSaysWhichFieldIsWrong(t *testing.T) {
	t.Parallel()
	for field, s := range map[string]Simple{
		"every":      {Every: 1001, Unit: Days},
		"unit":       {Unit: "hour"},
		"weekdays":   {Unit: Weeks, Weekdays: []string{"Sunday"}},
		"monthly_by": {Unit: Months, MonthlyBy: "moon"},
		"count":      {Unit: Days, Count: -1},
		"until":      {Unit: Days, Until: "2027-13-01"},
	} {
		_, err := s.RRule("2026-12-13T02:00")
		var refused *Error
		if !errors.As(err, &refused) || refused.Field != field {
			t.Errorf("%+v: got %v, want an error of %s", s, err, field)
		}
	}
	var refused *Error
	if _, err := (Simple{Unit: Days}).RRule("tomorrow"); !errors.As(err, &refused) || refused.Field != "start_local" {
		t.Errorf("got %v, want an error of start_local", err)
	}
	if _, err := (Simple{Unit: Days, Count: 2, Until: "2027-12-31"}).RRule("2026-12-13T02:00"); !errors.As(err, &refused) || refused.Field != "until" {
		t.Errorf("got %v, want an error of until", err)
	}
}

func TestWhatTheFormCannotSayStaysText(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"", "FREQ=HOURLY", "FREQ=MONTHLY;BYMONTHDAY=-1", "FREQ=MONTHLY;BYMONTHDAY=1,15", "FREQ=MONTHLY;BYDAY=MO", "FREQ=MONTHLY;BYDAY=-2MO",
		"FREQ=MONTHLY;BYDAY=1MO,3MO", "FREQ=MONTHLY;BYDAY=MO;BYSETPOS=1", "FREQ=YEARLY;BYMONTH=3", "FREQ=DAILY;BYDAY=MO",
		"FREQ=DAILY;UNTIL=20271231T020000Z", "FREQ=DAILY;UNTIL=20271231T020001", "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,SU;WKST=SU",
	} {
		if s, ok := SimpleOf(text); ok {
			t.Errorf("%s was read as %+v", text, s)
		}
	}
}
