package scheduler

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"
)

func TestSlotsAreTheNextFreeTimesOrSayWhyThereAreNone(t *testing.T) {
	t.Parallel()
	week := Interval{noon, noon.AddDate(0, 0, 7)}
	for _, c := range []struct {
		name   string
		q      Search
		policy Policy
		others []Window
		ice    []Frozen
		want   string
	}{
		{"at once, one after the other", Search{Services: []string{"alone"}, Duration: 2 * time.Hour, Within: week, Count: 2}, Policy{}, nil, nil,
			"[02T12:00–02T14:00 02T14:00–02T16:00]"},
		{"on the next quarter of an hour", Search{Services: []string{"alone"}, Duration: time.Hour, Within: Interval{noon.Add(time.Minute), week.End}, Count: 1}, Policy{}, nil, nil,
			"[02T12:15–02T13:15]"},
		{"after the notice", Search{Services: []string{"alone"}, Duration: time.Hour, Within: week, Count: 1}, PolicyOf(Team), nil, nil,
			"[03T12:00–03T13:00]"},
		{"between two others", Search{Services: []string{"alone"}, Duration: time.Hour, Within: week, Count: 2}, Policy{},
			[]Window{on("a", "x", noon, time.Hour, "alone"), on("b", "x", noon.Add(2*time.Hour), time.Hour, "alone")}, nil,
			"[02T13:00–02T14:00 02T15:00–02T16:00]"},
		{"not in its own way", Search{Services: []string{"alone"}, Duration: time.Hour, Within: week, Count: 1, Window: "a"}, Policy{},
			[]Window{on("a", "x", noon, time.Hour, "alone")}, nil, "[02T12:00–02T13:00]"},
		{"after a freeze", Search{Services: []string{"alone"}, Duration: time.Hour, Within: week, Count: 1}, Policy{}, nil,
			[]Frozen{{Freeze{All: true}, Interval{noon.Add(-time.Hour), noon.AddDate(0, 0, 1)}}}, "[03T12:00–03T13:00]"},
		{"in the hours", Search{Services: []string{"night"}, Duration: 6 * time.Hour, Within: week, Count: 3}, Policy{}, nil, nil,
			"[07T21:00–08T03:00]"},
		{"while what it depends on is left alone", Search{Services: []string{"shop"}, Duration: time.Hour, Within: week, Count: 1}, Policy{},
			[]Window{on("a", "x", noon, time.Hour, "core-db")}, nil, "[02T13:00–02T14:00]"},
		{"rather with a warning than none", Search{Services: []string{"shop"}, Duration: time.Hour, Within: Interval{noon, noon.Add(time.Hour)}, Count: 1}, Policy{},
			[]Window{on("a", "x", noon, time.Hour, "core-db")}, nil, "[02T12:00–02T13:00 upstream]"},
		{"when the lead is free", Search{Services: []string{"shop"}, Duration: time.Hour, Within: week, Count: 1, Leads: []string{"x"}}, Policy{},
			[]Window{on("a", "x", noon, time.Hour, "alone")}, nil, "[02T13:00–02T14:00]"},
		{"none in hours too short", Search{Services: []string{"night"}, Duration: 7 * time.Hour, Within: week, Count: 1}, Policy{}, nil, nil,
			"[] outside-hours"},
		{"none under a freeze", Search{Services: []string{"alone"}, Duration: time.Hour, Within: week, Count: 1}, Policy{}, nil,
			[]Frozen{{Freeze{All: true}, week}}, "[] freeze"},
		{"none beside another", Search{Services: []string{"alone"}, Duration: time.Hour, Within: Interval{noon, noon.Add(90 * time.Minute)}, Count: 1}, Policy{},
			[]Window{on("a", "x", noon.Add(45*time.Minute), time.Minute, "alone")}, nil, "[] same-service"},
		{"none with the notice", Search{Services: []string{"alone"}, Duration: time.Hour, Within: Interval{noon, noon.Add(2 * time.Hour)}, Count: 1}, PolicyOf(Team), nil, nil,
			"[] short-notice"},
		{"none so long", Search{Services: []string{"alone"}, Duration: 3 * time.Hour, Within: week, Count: 1}, Policy{Longest: map[Kind]time.Duration{Normal: time.Hour}}, nil, nil,
			"[] too-long"},
	} {
		if err := c.q.Check(noon); err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		near := aroundOf(some, c.others...)
		near.Freezes = c.ice
		slots, reasons := c.q.Slots(near, c.policy, noon)
		got := "["
		for i, s := range slots {
			if i > 0 {
				got += " "
			}
			got += s.Start.Format("02T15:04") + "–" + s.Interval.End.Format("02T15:04")
			for _, w := range s.Warnings {
				got += " " + string(w.Kind)
			}
		}
		got += "]"
		for _, r := range reasons {
			got += " " + r.Code
		}
		if got != c.want {
			t.Errorf("%s: got %s, want %s", c.name, got, c.want)
		}
	}
}

func TestWhatASlotOffersNothingBlocks(t *testing.T) {
	t.Parallel()
	rnd := rand.New(rand.NewPCG(3, 4))
	for range 300 {
		var others []Window
		for i := range rnd.IntN(12) {
			others = append(others, on(fmt.Sprint(i), "x", noon.Add(time.Duration(rnd.IntN(200))*15*time.Minute), time.Duration(1+rnd.IntN(20))*15*time.Minute, some[rnd.IntN(len(some))].Slug))
		}
		near := aroundOf(some, others...)
		near.Freezes = []Frozen{{Freeze{Tiers: []int{1 + rnd.IntN(4)}}, Interval{noon.Add(20 * time.Hour), noon.Add(30 * time.Hour)}}}
		q := Search{Services: []string{some[rnd.IntN(len(some))].Slug}, Duration: time.Duration(1+rnd.IntN(12)) * 30 * time.Minute, Count: 8, Within: Interval{noon, noon.AddDate(0, 0, 14)}}
		if err := q.Check(noon); err != nil {
			t.Fatal(err)
		}
		slots, _ := q.Slots(near, Policy{}, noon)
		for i, s := range slots {
			w := on("new", "y", s.Start, q.Duration, q.Services...)
			if block := Blocking(w.Conflicts(near, Policy{}, noon)); len(block) > 0 {
				t.Fatalf("%v was offered, and %v stands in its way", s.Interval, block)
			}
			if i > 0 && s.Start.Before(slots[i-1].Interval.End) {
				t.Fatalf("%v overlaps %v", s.Interval, slots[i-1].Interval)
			}
		}
	}
}
