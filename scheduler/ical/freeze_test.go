package ical

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"time"

	"lull/scheduler"
)

// peak is two periods of a freeze such as people write, before and after a
// clock change.
func peak() []scheduler.Frozen {
	f := scheduler.Freeze{
		ID: "00000000-0000-4000-8000-00000000000f", Title: "Peak trading; no changes, please", Reason: "The sales\nof the year.", TimeZone: "Europe/Berlin",
		RRule: "FREQ=YEARLY", Services: []string{"core-db", "login"}, Tiers: []int{1}, Override: scheduler.Approver,
		Version: 2, Created: noon, Updated: noon.Add(time.Hour),
		Interval: scheduler.Interval{Start: time.Date(2026, 10, 23, 22, 0, 0, 0, time.UTC), End: time.Date(2026, 10, 25, 23, 0, 0, 0, time.UTC)},
	}
	next := scheduler.Interval{Start: time.Date(2027, 10, 23, 22, 0, 0, 0, time.UTC), End: time.Date(2027, 10, 25, 22, 0, 0, 0, time.UTC)}
	return []scheduler.Frozen{{Freeze: f, Period: f.Interval}, {Freeze: f, Period: next}}
}

func TestFreezesAreWrittenAsEver(t *testing.T) {
	t.Parallel()
	c := shop()
	c.Private, c.Freezes = true, peak()
	got, path := encode(t, c), filepath.Join("testdata", "freezes.ics")
	if *update {
		if err := os.WriteFile(path, got, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s\nrun: go test ./scheduler/ical -update, and look at the difference", got, want)
	}
	parsed(t, c)
}

func TestAFreezeThatMovesItsEndKeepsItsEntry(t *testing.T) {
	t.Parallel()
	c := shop()
	c.Freezes = peak()[:1]
	before := parsed(t, c)
	c.Freezes[0].Period.End = c.Freezes[0].Period.End.Add(time.Hour)
	c.Freezes[0].Version++
	after := parsed(t, c)
	if a, b := values(before, "UID")[0], values(after, "UID")[0]; a != b {
		t.Errorf("the UID became %s, was %s", b, a)
	}
	if a, b := values(before, "SEQUENCE")[0], values(after, "SEQUENCE")[0]; a == b {
		t.Errorf("SEQUENCE stayed %s", a)
	}
}
