package web

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"lull/scheduler"
	"lull/scheduler/agenda"
)

func in(t *testing.T, zone, at string) time.Time {
	t.Helper()
	loc, err := time.LoadLocation(zone)
	if err != nil {
		t.Fatal(err)
	}
	when, err := time.ParseInLocation("2006-01-02 15:04", at, loc)
	if err != nil {
		t.Fatal(err)
	}
	return when
}

func TestDaysAreThoseOfTheWallClock(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, zone, day string
		hours           time.Duration
		change          string
	}{
		{"any day", "Europe/Berlin", "2026-11-25", 24, ""},
		{"the clocks go forward", "Europe/Berlin", "2026-03-29", 23, "The clocks go forward from 02:00 to 03:00: the day has 23 h."},
		{"the clocks go back", "Europe/Berlin", "2026-10-25", 25, "The clocks go back from 03:00 to 02:00: the day has 25 h."},
		{"there is no midnight", "America/Santiago", "2026-09-06", 23, "The clocks go forward from 00:00 to 01:00: the day has 23 h."},
		{"the day before it", "America/Santiago", "2026-09-05", 24, ""},
		{"the last day of a leap year far away", "Europe/Berlin", "2040-12-31", 24, ""},
		{"the day after it", "Europe/Berlin", "2041-01-01", 24, ""},
		{"the clocks go forward far away", "Europe/Berlin", "2044-03-27", 23, "The clocks go forward from 02:00 to 03:00: the day has 23 h."},
		{"half an hour", "Australia/Lord_Howe", "2026-10-04", 0, "The clocks go forward from 02:00 to 02:30: the day has 23 h 30 min."},
	} {
		noon := in(t, c.zone, c.day+" 12:00")
		days := Days(noon, 2)
		if got := days[0].Duration(); c.hours > 0 && got != c.hours*time.Hour {
			t.Errorf("%s: got a day of %v, want %d h", c.name, got, c.hours)
		}
		if !days[0].End.Equal(days[1].Start) {
			t.Errorf("%s: the next day begins at %v, not at the end of this, %v", c.name, days[1].Start, days[0].End)
		}
		if got, _ := Change(days[0], c.zone); got != c.change {
			t.Errorf("%s: got %q, want %q", c.name, got, c.change)
		}
	}
}

func TestAPlaceOnTheTimeline(t *testing.T) {
	t.Parallel()
	week := NewScale(Days(in(t, "Europe/Berlin", "2026-11-23 12:00"), 7))
	spring := NewScale(Days(in(t, "Europe/Berlin", "2026-03-23 12:00"), 7))
	autumn := NewScale(Days(in(t, "Europe/Berlin", "2026-10-25 12:00"), 1))
	month := NewScale(Days(in(t, "Europe/Berlin", "2026-11-23 12:00"), 28))
	for _, c := range []struct {
		name      string
		scale     Scale
		from, to  string
		col, span int
	}{
		{"half an hour is a column", week, "2026-11-23 00:30", "2026-11-23 01:00", 2, 1},
		{"two hours are four", week, "2026-11-24 21:00", "2026-11-24 23:00", 91, 4},
		{"less than a column is one", week, "2026-11-23 00:05", "2026-11-23 00:10", 1, 1},
		{"up to midnight is of the day before", week, "2026-11-23 23:00", "2026-11-24 00:00", 47, 2},
		{"what began before begins with the week", week, "2026-11-20 00:00", "2026-11-23 01:00", 1, 2},
		{"what goes on ends with the week", week, "2026-11-29 23:00", "2026-12-03 00:00", 335, 2},
		{"longer than the week is all of it", week, "2026-11-01 00:00", "2026-12-31 00:00", 1, 336},
		{"a day of 23 hours takes a day's columns", spring, "2026-03-29 00:00", "2026-03-30 00:00", 289, 48},
		{"on it the hour after the gap is later than the one before", spring, "2026-03-29 03:00", "2026-03-29 04:00", 293, 3},
		{"a day of 25 hours too", autumn, "2026-10-25 00:00", "2026-10-26 00:00", 1, 336},
		{"of four weeks a day has twelve", month, "2026-11-24 00:00", "2026-11-25 00:00", 13, 12},
	} {
		p, ok := c.scale.Place(scheduler.Interval{Start: in(t, "Europe/Berlin", c.from), End: in(t, "Europe/Berlin", c.to)})
		if !ok || p != (Place{c.col, c.span}) {
			t.Errorf("%s: got %v %v, want %v", c.name, p, ok, Place{c.col, c.span})
		}
	}
	if p, ok := week.Place(scheduler.Interval{Start: in(t, "Europe/Berlin", "2026-11-30 00:00"), End: in(t, "Europe/Berlin", "2026-11-30 01:00")}); ok {
		t.Errorf("what begins as the week ends stands at %v, want nowhere", p)
	}
}

func TestColumnsNeverGoBack(t *testing.T) {
	t.Parallel()
	for _, zone := range []string{"Europe/Berlin", "America/Santiago", "Australia/Lord_Howe", "Pacific/Apia"} {
		for _, n := range []int{1, 7, 28} {
			days := Days(in(t, zone, "2026-10-20 12:00"), n)
			s, last := NewScale(days), 1
			for at := days[0].Start; at.Before(days[n-1].End); at = at.Add(5 * time.Minute) {
				col := s.Column(at)
				if col < last || col > Columns {
					t.Fatalf("%s, %d days: %v stands in column %d after %d", zone, n, at, col, last)
				}
				last = col
			}
			if got := s.Column(days[n-1].End); got != Columns+1 {
				t.Errorf("%s, %d days: the end stands in column %d, want %d", zone, n, got, Columns+1)
			}
		}
	}
}

func TestBarsAndLabelsThatCollideTakeAnotherLane(t *testing.T) {
	t.Parallel()
	var room lanes
	for _, c := range []struct {
		name              string
		from, until, want int
	}{
		{"the first", 10, 60, 1},
		{"beside it", 60, 90, 1},
		{"over both", 50, 70, 2},
		{"over all", 55, 65, 3},
		{"where the second has ended", 70, 80, 2},
	} {
		if got := room.take(c.from, c.until); got != c.want {
			t.Errorf("%s: got lane %d, want %d", c.name, got, c.want)
		}
	}
}

func TestARowFoldsWhatHasNoLane(t *testing.T) {
	t.Parallel()
	noon := in(t, "Europe/Berlin", "2026-11-25 12:00")
	s := Sheet{Period: Period{View: WeekView, Days: Days(in(t, "Europe/Berlin", "2026-11-23 12:00"), 7)}, Zone: "Europe/Berlin", Now: noon, MayBook: true}
	var entries []agenda.Entry
	for range mostLanes + 3 {
		entries = append(entries, agenda.Entry{
			Title: "Work", Interval: scheduler.Interval{Start: noon, End: noon.Add(time.Hour)},
			Services: []scheduler.Affected{{Service: "a", Impact: scheduler.Degraded}, {Service: "b", Impact: scheduler.Outage}},
		})
	}
	services := []scheduler.Service{{Slug: "b", Tier: 2}, {Slug: "a", Tier: 1}, {Slug: "quiet", Tier: 1}}
	groups, hidden := s.Rows(services, entries, nil, false)
	if hidden != 1 || len(groups) != 2 || groups[0].Tier != 1 || groups[0].Rows[0].Slug != "a" {
		t.Fatalf("got %d hidden in %d groups, want the quiet service hidden and one group for each tier", hidden, len(groups))
	}
	row := groups[0].Rows[0]
	if row.More != 3 || len(row.Bars) != mostLanes || row.Lanes != mostLanes {
		t.Errorf("got %d bars in %d lanes and %d more, want %d, %d, 3", len(row.Bars), row.Lanes, row.More, mostLanes, mostLanes)
	}
	if row.Bars[0].Impact != scheduler.Degraded || groups[1].Rows[0].Bars[0].Impact != scheduler.Outage {
		t.Error("a bar shows another impact than that on its service")
	}
	if len(row.Free) != 5 || row.Free[0].Address != "/windows/new?date=2026-11-25&service=a" {
		t.Errorf("got %v, want the five days from today on", row.Free)
	}
	if got := s.NowColumn(); got != 2*48+24+1 {
		t.Errorf("now stands in column %d, want %d", got, 2*48+24+1)
	}
}

func TestPeriodsOfACalendar(t *testing.T) {
	t.Parallel()
	now := in(t, "Europe/Berlin", "2026-11-25 12:00")
	views := []string{MonthView, WeekView, DayView, FourWeeksView}
	for _, c := range []struct {
		name, query, label, clock string
		first                     string
		days                      int
		prev, next                string
	}{
		{"the present month", "", "November 2026", "Europe/Berlin, UTC+1", "2026-10-26", 42, "2026-10-01", "2026-12-01"},
		{"a month of four weeks", "date=2027-02-14", "February 2027", "Europe/Berlin, UTC+1", "2027-02-01", 28, "2027-01-01", "2027-03-01"},
		{"a month with a clock change", "date=2026-10-10", "October 2026", "Europe/Berlin, first UTC+2, then UTC+1", "2026-09-28", 35, "2026-09-01", "2026-11-01"},
		{"a week over two months", "view=week&date=2026-12-01", "30 November – 6 December 2026, week 49", "Europe/Berlin, UTC+1", "2026-11-30", 7, "2026-11-23", "2026-12-07"},
		{"a week over two years", "view=week&date=2027-01-01", "28 December 2026 – 3 January 2027, week 53", "Europe/Berlin, UTC+1", "2026-12-28", 7, "2026-12-21", "2027-01-04"},
		{"a day", "view=day&date=2026-11-24", "Tuesday 24 November 2026", "Europe/Berlin, UTC+1", "2026-11-24", 1, "2026-11-23", "2026-11-25"},
		{"four weeks", "view=4weeks", "23 November – 20 December 2026", "Europe/Berlin, UTC+1", "2026-11-23", 28, "2026-10-26", "2026-12-21"},
		{"what is no day and no view", "view=year&date=soon", "November 2026", "Europe/Berlin, UTC+1", "2026-10-26", 42, "2026-10-01", "2026-12-01"},
		{"a day out of reach", "date=9999-01-01", "November 2026", "Europe/Berlin, UTC+1", "2026-10-26", 42, "2026-10-01", "2026-12-01"},
	} {
		q, err := url.ParseQuery(c.query + "&kind=normal")
		if err != nil {
			t.Fatal(err)
		}
		p := ReadPeriod("/calendar", q, views, "Europe/Berlin", now)
		first := p.Days[0].Start.In(now.Location()).Format(time.DateOnly)
		if p.Label != c.label || p.Clock != c.clock || first != c.first || len(p.Days) != c.days {
			t.Errorf("%s: got %q, %q from %s for %d days, want %q, %q from %s for %d", c.name, p.Label, p.Clock, first, len(p.Days), c.label, c.clock, c.first, c.days)
		}
		for _, way := range []struct{ address, date string }{{p.Prev, c.prev}, {p.Next, c.next}} {
			if !strings.Contains(way.address, "date="+way.date) || !strings.Contains(way.address, "kind=normal") {
				t.Errorf("%s: got %s, want %s and what was asked for", c.name, way.address, way.date)
			}
		}
	}
}

func TestADaySaysWhichPartOfItIsTaken(t *testing.T) {
	t.Parallel()
	days := Days(in(t, "Europe/Berlin", "2026-11-25 12:00"), 3)
	i := scheduler.Interval{Start: in(t, "Europe/Berlin", "2026-11-25 21:00"), End: in(t, "Europe/Berlin", "2026-11-27 04:00")}
	for n, want := range []struct{ window, freeze string }{{"21:00", "from 21:00"}, {"all day", ""}, {"until 04:00", "until 04:00"}} {
		got, of := clockPart(i, days[n], "Europe/Berlin"), part(i, days[n], "Europe/Berlin")
		if got != want.window || of != want.freeze {
			t.Errorf("day %d: got %q and %q, want %q and %q", n, got, of, want.window, want.freeze)
		}
	}
}
