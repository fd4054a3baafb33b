package recur

import (
	"slices"
	"testing"
	"time"
)

func TestClockChangesAreSaidBesideTheDates(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, rrule, start, zone string
		lasts                    time.Duration
		want                     []string // of the first dates
	}{
		{"one inside, and the time in UTC moves", "FREQ=WEEKLY", "2027-03-21T01:00", "Europe/Berlin", 4 * time.Hour, []string{
			"", "the clocks go forward in between: it ends 06:00", "from here 23:00 UTC instead of 00:00: clocks went forward on 28 Mar", "",
		}},
		{"back", "FREQ=WEEKLY", "2027-10-24T01:00", "Europe/Berlin", 4 * time.Hour, []string{
			"", "the clocks go back in between: it ends 04:00", "from here 00:00 UTC instead of 23:00: clocks went back on 31 Oct", "",
		}},
		{"between two dates", "FREQ=WEEKLY", "2027-03-25T02:00", "Europe/Berlin", time.Hour, []string{
			"", "from here 00:00 UTC instead of 01:00: clocks went forward on 28 Mar", "",
		}},
		{"a start that is skipped stays where it was", "FREQ=DAILY", "2027-03-27T02:30", "Europe/Berlin", time.Hour, []string{
			"", "02:30 does not exist on 28 Mar: starts 03:30", "from here 00:30 UTC instead of 01:30: clocks went forward on 28 Mar", "",
		}},
		{"a start that comes twice", "FREQ=DAILY", "2027-10-30T02:30", "Europe/Berlin", time.Hour, []string{
			"", "02:30 happens twice on 31 Oct: the earlier one; the clocks go back in between: it ends 02:30", "from here 01:30 UTC instead of 00:30: clocks went back on 31 Oct",
		}},
		{"an end on another day", "FREQ=WEEKLY", "2027-03-27T22:00", "Europe/Berlin", 6 * time.Hour, []string{
			"the clocks go forward in between: it ends Sun 28 Mar 05:00", "from here 20:00 UTC instead of 21:00: clocks went forward on 28 Mar",
		}},
		{"there and back between two dates", "FREQ=YEARLY", "2027-01-10T02:00", "Europe/Berlin", time.Hour, []string{"", ""}},
		{"at midnight", "FREQ=WEEKLY", "2026-09-01T10:00", "America/Santiago", time.Hour, []string{"", "from here 13:00 UTC instead of 14:00: clocks went forward on 6 Sep"}},
		{"none", "FREQ=WEEKLY", "2027-03-25T02:00", "UTC", time.Hour, []string{"", "", ""}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			loc := zone(t, c.zone)
			all := rule(t, Spec{RRule: c.rrule, Start: c.start, Zone: loc}).From(time.Time{}, len(c.want))
			var got []string
			for i, o := range all {
				var before *Occurrence
				if i > 0 {
					before = &all[i-1]
				}
				got = append(got, ClockChanges(before, o, c.lasts, loc))
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("\ngot  %q\nwant %q", got, c.want)
			}
		})
	}
}
