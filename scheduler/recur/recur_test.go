package recur

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"
	_ "time/tzdata"
)

// zone is a time zone by its name.
func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	loc, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return loc
}

// rule is a rule that is right.
func rule(t testing.TB, s Spec) Rule {
	t.Helper()
	r, err := New(s)
	if err != nil {
		t.Fatalf("New(%+v): %v", s, err)
	}
	return r
}

// locals are the names of occurrences.
func locals(all []Occurrence) []string {
	var names []string
	for _, o := range all {
		names = append(names, o.Local)
	}
	return names
}

// clocks are days with one clock time.
func clocks(clock string, days ...string) []string {
	var names []string
	for _, d := range days {
		names = append(names, d+"T"+clock)
	}
	return names
}

// The examples of RFC 5545 3.8.5.3 that say what this package takes. The ones
// with the start outside the rule begin with their first date.
func TestTheExamplesOfTheStandard(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, rrule, start string
		n                  int // how many are listed; fewer in want: the rule has ended
		want               []string
	}{
		{"daily for 10 occurrences", "FREQ=DAILY;COUNT=10", "1997-09-02", 11, []string{"1997-09-02", "1997-09-03", "1997-09-04", "1997-09-05", "1997-09-06", "1997-09-07", "1997-09-08", "1997-09-09", "1997-09-10", "1997-09-11"}},
		{"every other day", "FREQ=DAILY;INTERVAL=2", "1997-09-02", 4, []string{"1997-09-02", "1997-09-04", "1997-09-06", "1997-09-08"}},
		{"every 10 days, 5 occurrences", "FREQ=DAILY;INTERVAL=10;COUNT=5", "1997-09-02", 9, []string{"1997-09-02", "1997-09-12", "1997-09-22", "1997-10-02", "1997-10-12"}},
		{"weekly for 10 occurrences", "FREQ=WEEKLY;COUNT=10", "1997-09-02", 11, []string{"1997-09-02", "1997-09-09", "1997-09-16", "1997-09-23", "1997-09-30", "1997-10-07", "1997-10-14", "1997-10-21", "1997-10-28", "1997-11-04"}},
		{"every other week, week starts on Sunday", "FREQ=WEEKLY;INTERVAL=2;WKST=SU", "1997-09-02", 5, []string{"1997-09-02", "1997-09-16", "1997-09-30", "1997-10-14", "1997-10-28"}},
		{"weekly on Tuesday and Thursday for five weeks", "FREQ=WEEKLY;UNTIL=19971007T000000Z;WKST=SU;BYDAY=TU,TH", "1997-09-02", 11, []string{"1997-09-02", "1997-09-04", "1997-09-09", "1997-09-11", "1997-09-16", "1997-09-18", "1997-09-23", "1997-09-25", "1997-09-30", "1997-10-02"}},
		{"every other week on Tuesday and Thursday, 8 times", "FREQ=WEEKLY;INTERVAL=2;COUNT=8;WKST=SU;BYDAY=TU,TH", "1997-09-02", 9, []string{"1997-09-02", "1997-09-04", "1997-09-16", "1997-09-18", "1997-09-30", "1997-10-02", "1997-10-14", "1997-10-16"}},
		{"every other week on Monday, Wednesday and Friday", "FREQ=WEEKLY;INTERVAL=2;UNTIL=19971224T000000Z;WKST=SU;BYDAY=MO,WE,FR", "1997-09-01", 5, []string{"1997-09-01", "1997-09-03", "1997-09-05", "1997-09-15", "1997-09-17"}},
		{"monthly on the first Friday", "FREQ=MONTHLY;COUNT=10;BYDAY=1FR", "1997-09-05", 11, []string{"1997-09-05", "1997-10-03", "1997-11-07", "1997-12-05", "1998-01-02", "1998-02-06", "1998-03-06", "1998-04-03", "1998-05-01", "1998-06-05"}},
		{"every other month on the first and last Sunday", "FREQ=MONTHLY;INTERVAL=2;COUNT=10;BYDAY=1SU,-1SU", "1997-09-07", 11, []string{"1997-09-07", "1997-09-28", "1997-11-02", "1997-11-30", "1998-01-04", "1998-01-25", "1998-03-01", "1998-03-29", "1998-05-03", "1998-05-31"}},
		{"monthly on the second-to-last Monday", "FREQ=MONTHLY;COUNT=6;BYDAY=-2MO", "1997-09-22", 7, []string{"1997-09-22", "1997-10-20", "1997-11-17", "1997-12-22", "1998-01-19", "1998-02-16"}},
		{"monthly on the third-to-last day", "FREQ=MONTHLY;BYMONTHDAY=-3", "1997-09-28", 6, []string{"1997-09-28", "1997-10-29", "1997-11-28", "1997-12-29", "1998-01-29", "1998-02-26"}},
		{"monthly on the 2nd and 15th", "FREQ=MONTHLY;COUNT=10;BYMONTHDAY=2,15", "1997-09-02", 11, []string{"1997-09-02", "1997-09-15", "1997-10-02", "1997-10-15", "1997-11-02", "1997-11-15", "1997-12-02", "1997-12-15", "1998-01-02", "1998-01-15"}},
		{"monthly on the first and last day", "FREQ=MONTHLY;COUNT=10;BYMONTHDAY=1,-1", "1997-09-30", 11, []string{"1997-09-30", "1997-10-01", "1997-10-31", "1997-11-01", "1997-11-30", "1997-12-01", "1997-12-31", "1998-01-01", "1998-01-31", "1998-02-01"}},
		{"every 18 months on the 10th to 15th", "FREQ=MONTHLY;INTERVAL=18;COUNT=10;BYMONTHDAY=10,11,12,13,14,15", "1997-09-10", 11, []string{"1997-09-10", "1997-09-11", "1997-09-12", "1997-09-13", "1997-09-14", "1997-09-15", "1999-03-10", "1999-03-11", "1999-03-12", "1999-03-13"}},
		{"every Tuesday, every other month", "FREQ=MONTHLY;INTERVAL=2;BYDAY=TU", "1997-09-02", 6, []string{"1997-09-02", "1997-09-09", "1997-09-16", "1997-09-23", "1997-09-30", "1997-11-04"}},
		{"yearly in June and July", "FREQ=YEARLY;COUNT=10;BYMONTH=6,7", "1997-06-10", 11, []string{"1997-06-10", "1997-07-10", "1998-06-10", "1998-07-10", "1999-06-10", "1999-07-10", "2000-06-10", "2000-07-10", "2001-06-10", "2001-07-10"}},
		{"every other year in January, February and March", "FREQ=YEARLY;INTERVAL=2;COUNT=10;BYMONTH=1,2,3", "1997-03-10", 11, []string{"1997-03-10", "1999-01-10", "1999-02-10", "1999-03-10", "2001-01-10", "2001-02-10", "2001-03-10", "2003-01-10", "2003-02-10", "2003-03-10"}},
		{"every 20th Monday of the year", "FREQ=YEARLY;BYDAY=20MO", "1997-05-19", 3, []string{"1997-05-19", "1998-05-18", "1999-05-17"}},
		{"every Thursday in March", "FREQ=YEARLY;BYMONTH=3;BYDAY=TH", "1997-03-13", 5, []string{"1997-03-13", "1997-03-20", "1997-03-27", "1998-03-05", "1998-03-12"}},
		{"every Thursday in summer", "FREQ=YEARLY;BYDAY=TH;BYMONTH=6,7,8", "1997-06-05", 3, []string{"1997-06-05", "1997-06-12", "1997-06-19"}},
		{"Friday the 13th", "FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13", "1998-02-13", 5, []string{"1998-02-13", "1998-03-13", "1998-11-13", "1999-08-13", "2000-10-13"}},
		{"the first Saturday after the first Sunday", "FREQ=MONTHLY;BYDAY=SA;BYMONTHDAY=7,8,9,10,11,12,13", "1997-09-13", 5, []string{"1997-09-13", "1997-10-11", "1997-11-08", "1997-12-13", "1998-01-10"}},
		{"election day", "FREQ=YEARLY;INTERVAL=4;BYMONTH=11;BYDAY=TU;BYMONTHDAY=2,3,4,5,6,7,8", "1996-11-05", 3, []string{"1996-11-05", "2000-11-07", "2004-11-02"}},
		{"the third of Tuesday, Wednesday or Thursday", "FREQ=MONTHLY;COUNT=3;BYDAY=TU,WE,TH;BYSETPOS=3", "1997-09-04", 4, []string{"1997-09-04", "1997-10-07", "1997-11-06"}},
		{"the second-to-last weekday", "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-2", "1997-09-29", 7, []string{"1997-09-29", "1997-10-30", "1997-11-27", "1997-12-30", "1998-01-29", "1998-02-26", "1998-03-30"}},
		{"the week begins on Monday", "FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=MO", "1997-08-05", 5, []string{"1997-08-05", "1997-08-10", "1997-08-19", "1997-08-24"}},
		{"the week begins on Sunday", "FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=SU", "1997-08-05", 5, []string{"1997-08-05", "1997-08-17", "1997-08-19", "1997-08-31"}},
		{"an invalid date is ignored", "FREQ=MONTHLY;BYMONTHDAY=15,30;COUNT=5", "2007-01-15", 6, []string{"2007-01-15", "2007-01-30", "2007-02-15", "2007-03-15", "2007-03-30"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := rule(t, Spec{RRule: c.rrule, Start: c.start + "T09:00", Zone: zone(t, "America/New_York")})
			got, want := locals(r.From(time.Time{}, c.n)), clocks("09:00", c.want...)
			if !slices.Equal(got, want) {
				t.Errorf("%s from %s:\ngot  %v\nwant %v", c.rrule, c.start, got, want)
			}
		})
	}
}

func TestWhatIsRefusedIsRefusedInWords(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		spec  Spec
		field string
		words string // a part of them
	}{
		{"nothing", Spec{}, "rrule", "Give a rule"},
		{"no frequency", Spec{RRule: "BYDAY=MO"}, "rrule", "FREQ is missing"},
		{"every second", Spec{RRule: "FREQ=SECONDLY"}, "rrule", "DAILY, WEEKLY, MONTHLY or YEARLY"},
		{"every minute", Spec{RRule: "FREQ=MINUTELY"}, "rrule", "DAILY, WEEKLY, MONTHLY or YEARLY"},
		{"every hour", Spec{RRule: "FREQ=HOURLY"}, "rrule", "DAILY, WEEKLY, MONTHLY or YEARLY"},
		{"frequency twice", Spec{RRule: "FREQ=DAILY;FREQ=DAILY"}, "rrule", "FREQ is there twice"},
		{"two lines", Spec{RRule: "FREQ=DAILY\nRRULE:FREQ=DAILY"}, "rrule", "FREQ is DAILY"},
		{"an empty part", Spec{RRule: "FREQ=DAILY;"}, "rrule", "not a part of a rule"},
		{"an unknown part", Spec{RRule: "FREQ=DAILY;RSCALE=GREGORIAN"}, "rrule", "not a part of a rule"},
		{"no interval", Spec{RRule: "FREQ=DAILY;INTERVAL=0"}, "rrule", "INTERVAL is a whole number from 1 to 1000"},
		{"backwards", Spec{RRule: "FREQ=DAILY;INTERVAL=-1"}, "rrule", "INTERVAL is a whole number"},
		{"the interval that runs over", Spec{RRule: "FREQ=DAILY;INTERVAL=9223372036854775807"}, "rrule", "INTERVAL is a whole number"},
		{"never", Spec{RRule: "FREQ=DAILY;COUNT=0"}, "rrule", "COUNT is a whole number from 1 to 10000"},
		{"less than never", Spec{RRule: "FREQ=DAILY;COUNT=-5"}, "rrule", "COUNT is a whole number"},
		{"two ends", Spec{RRule: "FREQ=DAILY;COUNT=5;UNTIL=20271231"}, "rrule", "not both"},
		{"no such until", Spec{RRule: "FREQ=DAILY;UNTIL=20270231"}, "rrule", "UNTIL is a day"},
		{"a month too many", Spec{RRule: "FREQ=DAILY;BYMONTH=13"}, "rrule", "BYMONTH is a list of whole numbers from 1 to 12."},
		{"no day of the month", Spec{RRule: "FREQ=MONTHLY;BYMONTHDAY=0"}, "rrule", "BYMONTHDAY is a list of whole numbers from 1 to 31, or -31 to -1 from the end."},
		{"a day of the month in a week", Spec{RRule: "FREQ=WEEKLY;BYMONTHDAY=1"}, "rrule", "does not go with FREQ=WEEKLY"},
		{"a numbered weekday in a week", Spec{RRule: "FREQ=WEEKLY;BYDAY=2SU"}, "rrule", "numbered weekday"},
		{"the sixth Sunday", Spec{RRule: "FREQ=MONTHLY;BYDAY=6SU"}, "rrule", "6SU does not exist"},
		{"the sixth Sunday in March", Spec{RRule: "FREQ=YEARLY;BYMONTH=3;BYDAY=-6SU"}, "rrule", "-6SU does not exist"},
		{"the 54th Sunday", Spec{RRule: "FREQ=YEARLY;BYDAY=54SU"}, "rrule", "54SU does not exist"},
		{"no such weekday", Spec{RRule: "FREQ=WEEKLY;BYDAY=XX"}, "rrule", "BYDAY is a list"},
		{"no such week start", Spec{RRule: "FREQ=WEEKLY;WKST=1MO"}, "rrule", "WKST is one of"},
		{"a place in nothing", Spec{RRule: "FREQ=MONTHLY;BYSETPOS=1"}, "rrule", "BYSETPOS needs"},
		{"weeks of the year", Spec{RRule: "FREQ=YEARLY;BYWEEKNO=20"}, "rrule", "BYWEEKNO is not supported"},
		{"hours", Spec{RRule: "FREQ=DAILY;BYHOUR=9,10"}, "rrule", "Leave out BYHOUR"},
		{"too long", Spec{RRule: "FREQ=DAILY;" + strings.Repeat("X", 10_000)}, "rrule", "too long"},
		{"too many values", Spec{RRule: "FREQ=MONTHLY;BYSETPOS=1" + strings.Repeat(",1", 366)}, "rrule", "more than 366"},
		{"30 February", Spec{RRule: "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"}, "rrule", "never occurs"},
		{"a Monday the first that is the third", Spec{RRule: "FREQ=MONTHLY;BYDAY=3MO;BYMONTHDAY=1"}, "rrule", "never occurs"},
		{"the eighth day of a week", Spec{RRule: "FREQ=WEEKLY;BYDAY=MO,TU;BYSETPOS=3"}, "rrule", "never occurs"},
		{"every day that never comes", Spec{RRule: "FREQ=DAILY;BYMONTH=4;BYMONTHDAY=31"}, "rrule", "never occurs"},
		{"a count that takes centuries", Spec{RRule: "FREQ=YEARLY;COUNT=500"}, "rrule", "more than 100 years away"},
		{"an end before the start", Spec{RRule: "FREQ=DAILY;UNTIL=20261212"}, "rrule", "ends before its first"},
		{"another end before the start", Spec{RRule: "FREQ=DAILY", Until: "2026-12-13T01:59"}, "until", "ends before its first"},
		{"no such last day", Spec{RRule: "FREQ=DAILY", Until: "tomorrow"}, "until", "Give the last day"},
		{"a start without a time", Spec{RRule: "FREQ=DAILY", Start: "2026-12-13"}, "start_local", "Give the first day and time"},
		{"a start in another spelling", Spec{RRule: "FREQ=DAILY", Start: "2026-12-13T2:00"}, "start_local", "Give the first day and time"},
		{"a start long ago", Spec{RRule: "FREQ=DAILY", Start: "1969-12-31T02:00"}, "start_local", "from 1970 to 2199"},
		{"a start off the rule", Spec{RRule: "FREQ=WEEKLY;BYDAY=TU"}, "start_local", "2026-12-13 is not a date of this rule: start on 2026-12-08 or 2026-12-15"},
		{"a start off a rare rule", Spec{RRule: "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29"}, "start_local", "start on 2028-02-29"},
		{"no such day left out", Spec{RRule: "FREQ=DAILY", ExDates: []string{"2027-02-30"}}, "exdates", `"2027-02-30" is not a day`},
		{"too many left out", Spec{RRule: "FREQ=DAILY", ExDates: make([]string, 367)}, "exdates", "At most 366"},
		{"all left out", Spec{RRule: "FREQ=DAILY;COUNT=2", ExDates: []string{"2026-12-13", "2026-12-14T02:00"}}, "exdates", "keep at least one"},
		{"no such day added", Spec{RRule: "FREQ=DAILY", RDates: []string{"soon"}}, "rdates", `"soon" is not a day`},
		{"too many added", Spec{RRule: "FREQ=DAILY", RDates: make([]string, 367)}, "rdates", "At most 366"},
		{"one added in an age past", Spec{RRule: "FREQ=DAILY", RDates: []string{"1969-12-31"}}, "rdates", "from 1970"},
		{"one added in another age", Spec{RRule: "FREQ=DAILY", RDates: []string{"2200-01-01"}}, "rdates", "up to 2199"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if c.spec.Start == "" {
				c.spec.Start = "2026-12-13T02:00" // a Sunday
			}
			c.spec.Zone = zone(t, "Europe/Berlin")
			_, err := New(c.spec)
			var refused *Error
			if !errors.As(err, &refused) || refused.Field != c.field || !strings.Contains(refused.Words, c.words) {
				t.Errorf("got %v, want %s: … %s …", err, c.field, c.words)
			}
		})
	}
	if _, err := New(Spec{RRule: "FREQ=DAILY", Start: "2026-12-13T02:00"}); err == nil {
		t.Error("a rule without a zone was taken")
	}
}
