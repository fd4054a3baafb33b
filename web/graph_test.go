package web

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"lull/scheduler"
)

func TestThePictureShowsBothSidesByDistance(t *testing.T) {
	t.Parallel()
	all := []scheduler.Service{
		{Slug: "net", Name: "Network"}, {Slug: "db", Name: "Database", Upstream: []string{"net"}},
		{Slug: "sso", Name: "Single sign-on of the whole house", Upstream: []string{"net"}},
		{Slug: "shop", Name: "Shop", Upstream: []string{"db", "sso", "net"}}, {Slug: "till", Name: "Till", Upstream: []string{"shop"}},
		{Slug: "alone", Name: "Alone"},
	}
	d := DependenciesOf("db", all)
	columns := map[string]int{}
	for _, n := range d.Nodes {
		columns[n.Slug] = n.X
		if n.X < 0 || n.Y < 0 || n.X+nodeWidth > d.Width || n.Y+nodeHeight > d.Height {
			t.Errorf("%s stands outside the picture", n.Slug)
		}
	}
	if !(columns["net"] < columns["db"] && columns["db"] < columns["shop"] && columns["shop"] < columns["till"]) {
		t.Errorf("got the columns %v, want the network, the database, the shop, the till", columns)
	}
	if _, ok := columns["alone"]; ok || len(d.Nodes) != 4 {
		t.Errorf("got %d services, want the four that hang together; what only shares an upstream is not one", len(d.Nodes))
	}
	if len(d.Edges) != 3 {
		t.Errorf("got %d lines, want 3: that the shop needs the network is said by the database between them", len(d.Edges))
	}
	core := DependenciesOf("net", all)
	at := map[string]Node{}
	for _, n := range core.Nodes {
		at[n.Slug] = n
	}
	for _, one := range all {
		for _, up := range one.Upstream {
			if at[up].X >= at[one.Slug].X {
				t.Errorf("%s does not stand to the right of %s, on which it depends", one.Slug, up)
			}
		}
	}
	if r := core.Downstream; len(r.Direct) != 3 || len(r.Through) != 1 {
		t.Errorf("got %d direct and %d through others, want 3 and 1", len(r.Direct), len(r.Through))
	}
	if got := DependenciesOf("alone", all); len(got.Nodes) != 0 {
		t.Errorf("got a picture of %d, want none", len(got.Nodes))
	}
	if got := short(all[2].Name); got != "Single sign-on of t…" {
		t.Errorf("got %q", got)
	}
}

func TestAPictureHasAnEnd(t *testing.T) {
	t.Parallel()
	all := []scheduler.Service{{Slug: "core", Name: "Core"}}
	for i := range 40 {
		all = append(all, scheduler.Service{Slug: fmt.Sprintf("s-%d", i), Name: "S", Upstream: []string{"core"}})
	}
	d := DependenciesOf("core", all)
	if len(d.Nodes) != 1+mostInColumn || d.More != 40-mostInColumn || len(d.Downstream.Direct) != 40 {
		t.Errorf("got %d drawn, %d more, %d listed; want %d, %d, 40", len(d.Nodes), d.More, len(d.Downstream.Direct), 1+mostInColumn, 40-mostInColumn)
	}
}

func TestHoursInWords(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		days []string
		want string
	}{
		{[]string{"sun", "sat"}, "Sat and Sun"},
		{[]string{"mon", "tue", "wed", "thu", "fri"}, "Mon–Fri"},
		{[]string{"mon", "wed", "thu", "fri", "sun"}, "Mon, Wed–Fri and Sun"},
		{[]string{"tue"}, "Tue"},
		{week, "Every day"},
	} {
		if got := weekdays(c.days); got != c.want {
			t.Errorf("%v: got %q, want %q", c.days, got, c.want)
		}
	}
	got := HoursWords([]scheduler.Hours{{Days: []string{"sat"}, From: "22:00", To: "06:00", TimeZone: "Europe/Berlin"}})
	if want := []string{"Sat 22:00–06:00 on the next day (Europe/Berlin)"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestHoursStandInTheReadersWeek(t *testing.T) {
	t.Parallel()
	s := scheduler.Service{Hours: []scheduler.Hours{{Days: []string{"sat"}, From: "22:00", To: "06:00", TimeZone: "Europe/Berlin"}}}
	now := time.Date(2026, 10, 24, 12, 0, 0, 0, time.UTC) // the clocks go back in the night that follows
	days := HoursWeek(s, "Europe/Berlin", now)
	var got []string
	for _, d := range days {
		got = append(got, d.Words)
	}
	if want := []string{"none", "none", "none", "none", "none", "22:00–24:00", "00:00–06:00"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if p := days[6].Spans[0].Place; p != (Place{1, 95}) { // 7 of 25 hours
		t.Errorf("on the day of 25 hours got %v, want the first 95 columns", p)
	}
	if got := HoursWeek(scheduler.Service{}, "UTC", now); got != nil {
		t.Errorf("any time: got %v, want no week", got)
	}
}
