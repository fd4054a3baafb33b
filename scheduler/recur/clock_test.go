package recur

import (
	"strings"
	"testing"
	"time"
)

func TestATimeOfTheWallClockIsOneInstant(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, zone, local, at, note string
	}{
		{"an ordinary time", "Europe/Berlin", "2026-12-13T02:00", "2026-12-13T01:00:00Z", ""},
		{"in the gap", "Europe/Berlin", "2026-03-29T02:30", "2026-03-29T01:30:00Z", "02:30 does not exist on 29 Mar: starts 03:30"},
		{"just before the gap", "Europe/Berlin", "2026-03-29T01:59", "2026-03-29T00:59:00Z", ""},
		{"the first of the gap", "Europe/Berlin", "2026-03-29T02:00", "2026-03-29T01:00:00Z", "02:00 does not exist on 29 Mar: starts 03:00"},
		{"just after the gap", "Europe/Berlin", "2026-03-29T03:00", "2026-03-29T01:00:00Z", ""},
		{"twice", "Europe/Berlin", "2026-10-25T02:30", "2026-10-25T00:30:00Z", "02:30 happens twice on 25 Oct: the earlier one"},
		{"just before it is twice", "Europe/Berlin", "2026-10-25T01:59", "2026-10-24T23:59:00Z", ""},
		{"the first that is twice", "Europe/Berlin", "2026-10-25T02:00", "2026-10-25T00:00:00Z", "02:00 happens twice on 25 Oct: the earlier one"},
		{"just after it was twice", "Europe/Berlin", "2026-10-25T03:00", "2026-10-25T02:00:00Z", ""},
		{"the gap of New York", "America/New_York", "2026-03-08T02:30", "2026-03-08T07:30:00Z", "02:30 does not exist on 8 Mar: starts 03:30"},
		{"the overlap of New York", "America/New_York", "2026-11-01T01:30", "2026-11-01T05:30:00Z", "01:30 happens twice on 1 Nov: the earlier one"},
		{"a gap at midnight", "America/Santiago", "2026-09-06T00:30", "2026-09-06T04:30:00Z", "00:30 does not exist on 6 Sep: starts 01:30"},
		{"a day whose midnight is missing", "America/Santiago", "2026-09-06T10:00", "2026-09-06T13:00:00Z", ""},
		{"half an hour of gap", "Australia/Lord_Howe", "2026-10-04T02:15", "2026-10-03T15:45:00Z", "02:15 does not exist on 4 Oct: starts 02:45"},
		{"half an hour twice", "Australia/Lord_Howe", "2026-04-05T01:45", "2026-04-04T14:45:00Z", "01:45 happens twice on 5 Apr: the earlier one"},
		{"a day that was skipped", "Pacific/Apia", "2011-12-30T10:00", "2011-12-30T20:00:00Z", "10:00 does not exist on 30 Dec: starts 31 Dec 10:00"},
		{"the day before one that was skipped", "Pacific/Apia", "2011-12-29T23:59", "2011-12-30T09:59:00Z", ""},
		{"the day after one that was skipped", "Pacific/Apia", "2011-12-31T00:00", "2011-12-30T10:00:00Z", ""},
		{"a day that came twice", "Pacific/Kwajalein", "1969-09-30T12:00", "1969-09-30T01:00:00Z", "12:00 happens twice on 30 Sep: the earlier one"},
		{"45 minutes", "Asia/Kathmandu", "2026-06-01T02:00", "2026-05-31T20:15:00Z", ""},
		{"Ramadan turns the clock back", "Africa/Casablanca", "2026-02-15T02:30", "2026-02-15T01:30:00Z", "02:30 happens twice on 15 Feb: the earlier one"},
		{"the end of a leap year that only the zone's rule tells", "Europe/Berlin", "2040-12-31T02:00", "2040-12-31T01:00:00Z", ""},
		{"the beginning of the year after it", "Europe/Berlin", "2041-01-01T02:00", "2041-01-01T01:00:00Z", ""},
		{"in summer there", "America/Santiago", "2045-01-01T02:00", "2045-01-01T05:00:00Z", ""},
		{"no changes", "UTC", "2026-03-29T02:30", "2026-03-29T02:30:00Z", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			at, note, ok := Resolve(c.local, zone(t, c.zone))
			if got := at.Format(time.RFC3339); !ok || got != c.at || note != c.note {
				t.Errorf("%s in %s:\ngot  %s %q %v\nwant %s %q", c.local, c.zone, got, note, ok, c.at, c.note)
			}
		})
	}
}

func TestEveryDayOfACenturyIsResolved(t *testing.T) {
	t.Parallel()
	for _, name := range changing {
		loc := zone(t, name)
		for day := time.Date(1970, 1, 1, 0, 30, 0, 0, time.UTC); day.Year() < 2110; day = day.AddDate(0, 0, 1) {
			at, note := resolve(day, loc)
			if shown := wall(at, loc); (!shown.Equal(day)) != strings.Contains(note, "does not exist") {
				t.Fatalf("%s: %s starts when the clock shows %s; the note is %q", name, day.Format(Local), shown.Format(Local), note)
			}
		}
	}
}

func TestWhatIsNoTimeOfTheWallClockIsNotResolved(t *testing.T) {
	t.Parallel()
	for _, local := range []string{"", "2026-12-13", "2026-12-13T2:00", "2026-12-13T24:00", "2026-02-30T02:00", "2026-12-13T02:00:00", "2026-12-13T02:00Z", " 2026-12-13T02:00"} {
		if at, _, ok := Resolve(local, time.UTC); ok {
			t.Errorf("%q was taken for %s", local, at)
		}
	}
	if _, _, ok := Resolve("2026-12-13T02:00", nil); ok {
		t.Error("a time was resolved without a zone")
	}
}
