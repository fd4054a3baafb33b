package recur

import (
	"testing"
	"time"
)

func TestARuleIsSaidInWords(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ rrule, start, want string }{
		{"FREQ=MONTHLY;BYDAY=2SU", "2026-12-13T02:00", "Second Sunday of each month, 02:00"},
		{"FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TH", "2026-12-14T22:30", "Every 2 weeks on Monday and Thursday, 22:30"},
		{"FREQ=WEEKLY", "2026-12-14T22:30", "Every Monday, 22:30"},
		{"FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR;COUNT=7", "2026-12-14T22:30", "Every Monday to Friday, 22:30, 7 times"},
		{"FREQ=WEEKLY;BYDAY=MO,TU;BYSETPOS=-1", "2026-12-29T22:30", "Every week on Monday and Tuesday, of these the last, 22:30"},
		{"FREQ=WEEKLY;BYMONTH=12,1", "2026-12-29T22:30", "Every Tuesday in January and December, 22:30"},
		{"FREQ=DAILY;COUNT=1", "2026-12-14T22:30", "Every day, 22:30, once"},
		{"FREQ=DAILY;UNTIL=20271231", "2026-12-14T22:30", "Every day, 22:30, until 31 Dec 2027"},
		{"FREQ=DAILY;UNTIL=20271231T230000Z", "2026-12-14T22:30", "Every day, 22:30, until 1 Jan 2028"},
		{"FREQ=DAILY;INTERVAL=3;BYMONTH=12", "2026-12-14T22:30", "Every 3 days in December, 22:30"},
		{"FREQ=DAILY;BYDAY=MO;BYMONTHDAY=14", "2026-12-14T22:30", "Every day that is the 14th, if it is a Monday, 22:30"},
		{"FREQ=DAILY;BYDAY=MO,TU", "2026-12-14T22:30", "Every day that is a Monday or Tuesday, 22:30"},
		{"FREQ=MONTHLY;BYDAY=MO,2TU", "2026-12-14T22:30", "Every Monday and second Tuesday of each month, 22:30"},
		{"FREQ=MONTHLY;BYDAY=MO,TU", "2026-12-28T22:30", "Every Monday and Tuesday of each month, 22:30"},
		{"FREQ=MONTHLY;INTERVAL=3;BYDAY=-1FR", "2026-12-25T22:30", "Every 3 months on the last Friday, 22:30"},
		{"FREQ=MONTHLY;INTERVAL=2;BYMONTH=1,7;BYDAY=-2FR", "2026-07-24T22:30", "Every 2 months on the second to last Friday, only in January and July, 22:30"},
		{"FREQ=MONTHLY;BYMONTH=1,7;BYDAY=1SU", "2026-07-05T22:30", "First Sunday of January and July, 22:30"},
		{"FREQ=MONTHLY;BYMONTHDAY=31", "2026-12-31T22:30", "31st (where there is one) of each month, 22:30"},
		{"FREQ=MONTHLY;BYMONTHDAY=-1,22,1,3", "2026-12-31T22:30", "1st, 3rd, 22nd and last day of each month, 22:30"},
		{"FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13", "1998-02-13T09:00", "13th of each month, if it is a Friday, 09:00"},
		{"FREQ=MONTHLY;BYDAY=2FR;BYMONTHDAY=13", "1998-02-13T09:00", "13th of each month, if it is the second Friday, 09:00"},
		{"FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", "2026-12-31T22:30", "Last weekday of each month, 22:30"},
		{"FREQ=MONTHLY;BYDAY=TU,WE,TH;BYSETPOS=3", "1997-09-04T09:00", "Third day that is a Tuesday, Wednesday or Thursday of each month, 09:00"},
		{"FREQ=MONTHLY;BYDAY=SU;BYSETPOS=1,-1", "2026-12-27T22:30", "First and last Sunday of each month, 22:30"},
		{"FREQ=MONTHLY;BYMONTHDAY=1,15,-1;BYSETPOS=-1", "2026-12-31T22:30", "Last of: 1st, 15th and last day of each month, 22:30"},
		{"FREQ=YEARLY", "2026-12-25T22:30", "Every year on 25 December, 22:30"},
		{"FREQ=YEARLY;BYMONTH=6,7", "1997-06-10T22:30", "Every year on the 10th of June and July, 22:30"},
		{"FREQ=YEARLY;BYMONTH=6;BYDAY=-1SU", "2026-06-28T22:30", "Every year on the last Sunday of June, 22:30"},
		{"FREQ=YEARLY;BYDAY=20MO", "1997-05-19T22:30", "Every year on the 20th Monday of the year, 22:30"},
		{"FREQ=YEARLY;BYDAY=MO;BYSETPOS=-1", "2026-12-28T22:30", "Every year on the last Monday of the year, 22:30"},
		{"FREQ=YEARLY;BYMONTH=3;BYDAY=TH", "1997-03-13T22:30", "Every Thursday of March, 22:30"},
		{"FREQ=YEARLY;BYMONTHDAY=15", "1997-03-15T22:30", "Every year on the 15th of each month, 22:30"},
		{"FREQ=YEARLY;INTERVAL=4;BYMONTH=11;BYDAY=TU;BYMONTHDAY=2,3,4,5,6,7,8", "1996-11-05T09:00", "Every 4 years on the 2nd to 8th of November, if it is a Tuesday, 09:00"},
	} {
		t.Run(c.rrule, func(t *testing.T) {
			t.Parallel()
			r := rule(t, Spec{RRule: c.rrule, Start: c.start, Zone: zone(t, "Europe/Berlin")})
			if got := r.Words(0); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

func TestTheWordsOfARuleSayItsEnd(t *testing.T) {
	t.Parallel()
	r := rule(t, Spec{RRule: "FREQ=WEEKLY;INTERVAL=2;COUNT=3", Start: "2027-01-07T22:30", Zone: zone(t, "Europe/Berlin")})
	for lasts, want := range map[time.Duration]string{
		30 * time.Minute: "Every 2 weeks on Thursday, 22:30–23:00, 3 times",
		4 * time.Hour:    "Every 2 weeks on Thursday, 22:30–02:30, 3 times",
		24 * time.Hour:   "Every 2 weeks on Thursday, 22:30 for 1 d, 3 times",
		30 * time.Hour:   "Every 2 weeks on Thursday, 22:30 for 1 d 6 h, 3 times",
	} {
		if got := r.Words(lasts); got != want {
			t.Errorf("%s:\ngot  %s\nwant %s", lasts, got, want)
		}
	}
}

func TestARuleIsWrittenInOneWay(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, rrule, want string }{
		{"with its name and small letters", " rrule:freq=daily ", "FREQ=DAILY"},
		{"what goes without saying", "WKST=MO;INTERVAL=1;FREQ=DAILY", "FREQ=DAILY"},
		{"in order", "BYSETPOS=-1,1;WKST=SU;BYDAY=SU,2TU,-1MO,SU;BYMONTHDAY=-1,13,+7;BYMONTH=12,1;INTERVAL=2;COUNT=3;FREQ=MONTHLY", "FREQ=MONTHLY;COUNT=3;INTERVAL=2;BYMONTH=1,12;BYMONTHDAY=7,13,-1;BYDAY=SU,2TU,-1MO;BYSETPOS=1,-1;WKST=SU"},
		{"a last day", "FREQ=DAILY;UNTIL=20271231", "FREQ=DAILY;UNTIL=20271231"},
		{"a last time", "FREQ=DAILY;UNTIL=20271231T020000", "FREQ=DAILY;UNTIL=20271231T020000"},
		{"a last instant", "FREQ=DAILY;UNTIL=20271231T020000Z", "FREQ=DAILY;UNTIL=20271231T020000Z"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p, wrong := parse(c.rrule)
			if got := p.text(); wrong != "" || got != c.want {
				t.Errorf("%s:\ngot  %s %s\nwant %s", c.rrule, got, wrong, c.want)
			}
		})
	}
}
