package scheduler

import (
	"errors"
	"slices"
	"testing"
	"time"
)

// occurs is an occurrence that begins so many hours after noon, and how long it is.
func occurs(hours, long int) Occurrence {
	start := noon.Add(time.Duration(hours) * time.Hour)
	return Occurrence{Local: start.Format("2006-01-02T15:04"), Interval: Interval{start, start.Add(time.Duration(long) * time.Hour)}}
}

func TestDatesOfASeriesDoNotRunIntoEachOther(t *testing.T) {
	t.Parallel()
	many := make([]Occurrence, MostAhead+1)
	for i := range many {
		many[i] = occurs(i, 1)
	}
	for _, c := range []struct {
		name  string
		dates []Occurrence
		field string
	}{
		{"one", []Occurrence{occurs(0, 300)}, ""},
		{"back to back", []Occurrence{occurs(0, 2), occurs(2, 2)}, ""},
		{"an hour into the next", []Occurrence{occurs(0, 2), occurs(2, 3), occurs(4, 2)}, "duration"},
		{"as many as may be", many[:MostAhead], ""},
		{"one more than may be", many, "rrule"},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := Series{}.CheckDates(c.dates)
			var wrong InvalidError
			if errors.As(err, &wrong); (err != nil) != (c.field != "") || c.field != "" && wrong[c.field] == "" {
				t.Errorf("got %v, want words on %q", err, c.field)
			}
		})
	}
}

func TestWhoMayApproveASeries(t *testing.T) {
	t.Parallel()
	bob := Person{Email: "bob@example.org", Name: "Bob", Role: Approver}
	asked := Series{State: SeriesRequested, Requester: "ada@example.org"}
	for _, c := range []struct {
		name   string
		series Series
		by     Person
		review time.Time
		ok     bool
	}{
		{"an approver", asked, bob, time.Time{}, true},
		{"until a day within the year", asked, bob, noon.AddDate(0, 12, 0), true},
		{"for longer than a year", asked, bob, noon.AddDate(0, 12, 1), false},
		{"until now", asked, bob, noon, false},
		{"an operator", asked, Person{Email: "eve@example.org", Role: Operator}, time.Time{}, false},
		{"who asked, an admin", asked, Person{Email: asked.Requester, Role: Admin}, time.Time{}, false},
		{"who approved already", Series{State: SeriesRequested, Approvals: []Approval{{By: bob.Email}}}, bob, time.Time{}, false},
		{"of a draft", Series{State: SeriesDraft}, bob, time.Time{}, false},
		{"of what is approved", Series{State: SeriesApproved}, bob, time.Time{}, false},
		{"of what has ended", Series{State: SeriesEnded}, bob, time.Time{}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			had := len(c.series.Approvals)
			err := c.series.Agree(Scene{By: c.by, Now: noon}, Yes{}, c.review)
			if (err == nil) != c.ok || (len(c.series.Approvals) == had+1) != c.ok {
				t.Errorf("got %v and %d approvals", err, len(c.series.Approvals))
			}
		})
	}
}

func TestWhatIsMadeFollowsItsSeries(t *testing.T) {
	t.Parallel()
	approved := Series{State: SeriesApproved, Requester: "ada@example.org", Policy: PolicyOf(Team), Approvals: []Approval{{By: "bob@example.org"}}, ReviewBy: noon.Add(time.Hour)}
	passed := approved
	passed.ReviewBy = noon
	never := approved
	never.ReviewBy = time.Time{}
	asked := approved
	asked.State = SeriesRequested
	for _, c := range []struct {
		name      string
		series    Series
		conflicts []Conflict
		want      State
		told      Announcement
	}{
		{"before the review", approved, nil, Scheduled, AnnounceScheduled},
		{"without a review", never, nil, Scheduled, AnnounceScheduled},
		{"as the review comes", passed, nil, Requested, ""},
		{"while the series waits", asked, nil, Requested, ""},
		{"where something blocks", approved, []Conflict{{Kind: FreezeConflict, Blocking: true}}, Requested, ""},
		{"where something warns", approved, []Conflict{{Kind: LeadBusy}}, Scheduled, AnnounceScheduled},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := Window{State: Draft}
			ev, err := w.Follow(c.series, Scene{By: Clock, Now: noon, Conflicts: c.conflicts})
			if err != nil || w.State != c.want || ev.Data.Announce != c.told || ev.Data.Inside != (c.want == Requested) {
				t.Errorf("got %s, told %q, %v; want %s, %q", w.State, ev.Data.Announce, err, c.want, c.told)
			}
		})
	}
	w := Window{State: Draft}
	if _, err := w.Follow(Series{State: SeriesDraft}, Scene{Now: noon}); err == nil {
		t.Error("a window followed a draft")
	}
}

func TestWhatIsGatheredIsToldOnce(t *testing.T) {
	t.Parallel()
	tells := func(id string, kind Announcement, hours int) Event {
		return Event{WindowID: id, Data: Facts{Announce: kind, Notice: &Notice{Start: noon.Add(time.Duration(hours) * time.Hour)}}}
	}
	asks := Event{WindowID: "asks", Data: Facts{Inside: true, State: Requested}}
	near := tells("near", AnnounceRescheduled, 1)
	near.Data.Tentative = true
	for _, c := range []struct {
		name string
		evs  []Event
		kind Announcement
		ids  []string
		asks string
	}{
		{"nothing", nil, "", nil, ""},
		{"new ones, by their start", []Event{tells("b", AnnounceScheduled, 9), tells("a", AnnounceScheduled, 3)}, AnnounceScheduled, []string{"a", "b"}, ""},
		{"new and changed ones", []Event{tells("a", AnnounceScheduled, 3), tells("b", AnnounceUpdated, 9)}, AnnounceUpdated, []string{"a", "b"}, ""},
		{"one of them moved", []Event{tells("a", AnnounceUpdated, 3), tells("b", AnnounceRescheduled, 9), tells("c", AnnounceUpdated, 12)}, AnnounceRescheduled, []string{"a", "b", "c"}, ""},
		{"cancelled ones", []Event{tells("a", AnnounceCancelled, 3)}, AnnounceCancelled, []string{"a"}, ""},
		{"what is to be confirmed cannot wait", []Event{near, tells("b", AnnounceUpdated, 9)}, AnnounceUpdated, []string{"b"}, ""},
		{"what waits", []Event{asks, tells("a", AnnounceScheduled, 3)}, AnnounceScheduled, []string{"a"}, "asks"},
	} {
		t.Run(c.name, func(t *testing.T) {
			evs := slices.Clone(c.evs)
			g := Gather(evs, Rhythm{ID: "s"})
			var ids []string
			for _, o := range g.Windows {
				ids = append(ids, o.Window)
			}
			if g.Kind != c.kind || !slices.Equal(ids, c.ids) || g.Asks != c.asks {
				t.Errorf("got %q of %q, asks %q; want %q of %q, %q", g.Kind, ids, g.Asks, c.kind, c.ids, c.asks)
			}
			if len(ids) > 0 && (g.Notice.Series == nil || !g.Notice.Start.Equal(g.Windows[0].Start)) {
				t.Errorf("the notice is %+v, not of the first", g.Notice)
			}
			for _, ev := range evs {
				if ev.Data.Inside || ev.Data.Announce != "" && !ev.Data.Tentative {
					t.Errorf("%s is still told by itself", ev.WindowID)
				}
			}
		})
	}
}
