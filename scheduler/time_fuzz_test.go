package scheduler

import (
	"strings"
	"testing"
	"time"
)

func FuzzDuration(f *testing.F) {
	for _, s := range []string{"72h", "1h30m", "45s", "90m", "0", "-1h", "1.5h", "500ms", " 2h ", "9999999h", "", "1d", "２h"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		d, err := ParseDuration(s)
		if err != nil {
			if d != 0 || !strings.Contains(err.Error(), "is not a length of time") {
				t.Fatalf("%q: %v, %v", s, d, err)
			}
			return
		}
		if d < 0 || d > 366*24*time.Hour || d%time.Second != 0 {
			t.Fatalf("%q was taken as %v", s, d)
		}
		if again, err := ParseDuration(Duration(d)); err != nil || again != d {
			t.Fatalf("%q is %v, which is written %q, which is %v, %v", s, d, Duration(d), again, err)
		}
	})
}

func FuzzLocal(f *testing.F) {
	for _, c := range [][3]string{
		{"2026-12-12", "02:00", "Europe/Berlin"}, {"2026-03-29", "02:30", "Europe/Berlin"}, {"2026-10-25", "02:30", "Europe/Berlin"},
		{"2026-10-25", "02:30 later", "Europe/Berlin"}, {"2026-04-05", "01:45 earlier", "Australia/Lord_Howe"}, {"2011-12-30", "12:00", "Pacific/Apia"},
		{"2026-09-05", "23:30", "America/Santiago"}, {"0001-01-01", "00:00", "UTC"}, {"2026-02-30", "25:00", "UTC"}, {"", "", ""},
		{"1994-12-31", "10:00", "Pacific/Kiritimati"}, {"2026-11-01", "01:30 sometimes", "America/New_York"},
	} {
		f.Add(c[0], c[1], c[2])
	}
	f.Fuzz(func(t *testing.T, date, clock, zone string) {
		loc, ok := Zone(zone)
		if !ok {
			return
		}
		at, wrong := Local(date, clock, loc)
		if wrong != "" {
			if !at.IsZero() {
				t.Fatalf("%s %s in %s: %v and %q", date, clock, zone, at, wrong)
			}
			return
		}
		hm, which, _ := strings.Cut(strings.TrimSpace(clock), " ")
		want, err := time.Parse("2006-01-02 15:04", strings.TrimSpace(date)+" "+hm)
		if err != nil || at.In(loc).Format("2006-01-02 15:04") != want.Format("2006-01-02 15:04") || at.Location() != time.UTC {
			t.Fatalf("%s %s in %s became %v, on that wall clock %v (%v)", date, clock, zone, at, at.In(loc), err)
		}
		earlier, wrongE := Local(date, hm+" earlier", loc)
		later, wrongL := Local(date, hm+" later", loc)
		if wrongE+wrongL != "" || later.Before(earlier) || !at.Equal(earlier) && !at.Equal(later) {
			t.Fatalf("%s %s in %s: %v is neither %v nor %v", date, clock, zone, at, earlier, later)
		}
		if which != "earlier" && which != "later" && !earlier.Equal(later) {
			t.Fatalf("%s %s in %s happens twice, at %v and %v, and was taken", date, clock, zone, earlier, later)
		}
	})
}
