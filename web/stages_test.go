package web

import (
	"strings"
	"testing"
	"time"

	"lull/scheduler"
	"lull/scheduler/agenda"
)

func TestTheStripShowsHowFarARolloutCame(t *testing.T) {
	t.Parallel()
	noon := time.Date(2026, 11, 2, 12, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		name    string
		state   scheduler.State
		stage   int
		outcome scheduler.Outcome
		minute  int
		want    string
	}{
		{"before the start", scheduler.Scheduled, 0, "", -1, ", "},
		{"in the first", scheduler.InProgress, 1, "", 10, "cur, "},
		{"in the first, over time", scheduler.InProgress, 1, "", 60, "cur over, "},
		{"in the second", scheduler.InProgress, 2, "", 61, "past, cur"},
		{"verifying", scheduler.Verifying, 2, "", 100, "past, cur"},
		{"done", scheduler.Closed, 2, scheduler.Successful, 120, "past, past"},
		{"turned back in the first", scheduler.Closed, 1, scheduler.RolledBack, 120, "back, "},
	} {
		v := agenda.View{Now: noon.Add(time.Duration(c.minute) * time.Minute)}
		v.State, v.Outcome, v.Window.Stage = c.state, c.outcome, c.stage
		v.Stages = []scheduler.Stage{
			{Name: "canary", Interval: scheduler.Interval{Start: noon, End: noon.Add(time.Hour)}},
			{Name: "rest", Interval: scheduler.Interval{Start: noon.Add(time.Hour), End: noon.Add(2 * time.Hour)}},
		}
		var got []string
		for _, part := range (Window{View: v}).Parts() {
			word := part.Class
			if part.Over {
				word += " over"
			}
			got = append(got, word)
		}
		if strings.Join(got, ", ") != c.want {
			t.Errorf("%s: got %q, want %q", c.name, strings.Join(got, ", "), c.want)
		}
	}
}

func TestChecksAreShownInTheOrderOfTheRollout(t *testing.T) {
	t.Parallel()
	v := agenda.View{}
	v.Stages = []scheduler.Stage{{Name: "canary"}, {Name: "rest"}}
	for _, c := range []struct {
		stage string
		phase scheduler.Phase
	}{{"", scheduler.Rollback}, {"rest", scheduler.Verify}, {"canary", scheduler.Verify}, {"", scheduler.Verify}, {"canary", scheduler.During}, {"", scheduler.Before}} {
		v.Checks = append(v.Checks, scheduler.Check{Stage: c.stage, Phase: c.phase})
	}
	var got []string
	for _, g := range (Window{View: v}).Groups() {
		got = append(got, strings.TrimSpace(g.Stage+" "+string(g.Phase)))
	}
	if want := "before, canary during, canary verify, rest verify, verify, rollback"; strings.Join(got, ", ") != want {
		t.Errorf("got %q, want %q", strings.Join(got, ", "), want)
	}
}
