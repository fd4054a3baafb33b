package agenda_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"lull/scheduler"
	"lull/scheduler/agenda"
	"lull/scheduler/recur"
)

// refused reports whether err is one of the refusals that people can act on.
func refused(err error) bool {
	var invalid scheduler.InvalidError
	var gate *scheduler.GateError
	var move *scheduler.MoveError
	var role *scheduler.ForbiddenError
	return errors.Is(err, scheduler.ErrNotFound) || errors.As(err, &invalid) || errors.As(err, &gate) || errors.As(err, &move) || errors.As(err, &role) || errors.Is(err, scheduler.ErrStale)
}

// TestSeriesHoldInAnyOrderOfActs does a hundred things to a series and to its
// windows in no order, and looks after each whether it still holds together.
func TestSeriesHoldInAnyOrderOfActs(t *testing.T) {
	t.Parallel()
	for seed := range uint64(6) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			a, _, now := clocked(t)
			r := rand.New(rand.NewPCG(seed, 7))
			v, err := a.AddSeries(t.Context(), sundays(), agenda.Submission{Now: seed%2 == 0}, ada)
			if err != nil {
				t.Fatal(err)
			}
			ids := []string{v.ID}
			for range 100 {
				act, err := anyAct(t, a, r, now, &ids)
				if err != nil && !refused(err) {
					t.Fatalf("%s: %v", act, err)
				}
				for _, id := range ids {
					holdsTogether(t, a, id, act, *now)
				}
			}
			if _, err := a.Verify(t.Context()); err != nil {
				t.Fatal(err)
			}
		})
	}
}

// anyAct does something to a series, or to one of its windows.
func anyAct(t *testing.T, a *agenda.Agenda, r *rand.Rand, now *time.Time, ids *[]string) (act string, err error) {
	t.Helper()
	ctx, id := t.Context(), (*ids)[r.IntN(len(*ids))]
	v, err := a.Series(ctx, id)
	if err != nil {
		t.Fatal(err)
	}
	occurrence, window := "2027-03-14T02:00", "nothing"
	if len(v.Members) > 0 {
		m := v.Members[r.IntN(len(v.Members))]
		occurrence, window = m.Occurrence, m.ID
	}
	change := []func(*scheduler.Series) error{
		func(s *scheduler.Series) error {
			s.StartLocal = fmt.Sprintf("%sT%02d:00", scheduler.Day(s.StartLocal), r.IntN(24))
			return nil
		},
		func(s *scheduler.Series) error { s.Title = fmt.Sprint("Title ", r.IntN(9)); return nil },
		func(s *scheduler.Series) error { s.RRule = "FREQ=WEEKLY;INTERVAL=2;BYDAY=SU"; return nil },
		func(s *scheduler.Series) error { s.RRule = "FREQ=MONTHLY;BYDAY=2SU"; return nil },
		func(s *scheduler.Series) error { s.Duration = time.Duration(1+r.IntN(6)) * time.Hour; return nil },
		func(s *scheduler.Series) error { s.RDates = append(s.RDates, occurrence); return nil },
		func(s *scheduler.Series) error { // a second one on its day
			s.RDates = append(s.RDates, fmt.Sprintf("%sT%02d:30", scheduler.Day(occurrence), r.IntN(24)))
			return nil
		},
		func(s *scheduler.Series) error { s.RDates = s.RDates[:len(s.RDates)/2]; return nil },
		func(s *scheduler.Series) error { s.Until = "2027-09-30"; return nil },
		func(s *scheduler.Series) error {
			s.TimeZone = []string{"America/Santiago", "Europe/Berlin"}[r.IntN(2)]
			return nil
		},
	}[r.IntN(10)]
	switch n := r.IntN(14); n {
	case 0:
		_, err = a.SubmitSeries(ctx, id, 0, "", ada)
		return "submit", err
	case 1, 2:
		_, err = a.ApproveSeries(ctx, id, 0, scheduler.Yes{}, time.Time{}, bob)
		return "approve", err
	case 3:
		_, err = a.RejectSeries(ctx, id, 0, "No.", bob)
		return "reject", err
	case 4:
		_, err = a.SkipOccurrence(ctx, id, 0, occurrence, "Not then.", ada)
		return "skip " + occurrence, err
	case 5, 6:
		_, err = a.ChangeSeries(ctx, id, 0, agenda.SeriesEdit{Apply: change, Approve: r.IntN(3) == 0}, bob)
		return "change all", err
	case 7:
		next, err := a.ChangeSeries(ctx, id, 0, agenda.SeriesEdit{From: occurrence, Apply: change}, ada)
		if err == nil && next.ID != id {
			*ids = append(*ids, next.ID)
		}
		return "change from " + occurrence, err
	case 8:
		_, err = a.Change(ctx, window, 0, agenda.Edit{Apply: func(p *scheduler.Plan) error {
			p.Start, p.End = p.Start.Add(time.Hour), p.End.Add(time.Hour)
			return nil
		}}, ada)
		return "change one", err
	case 9:
		_, err = a.Cancel(ctx, window, 0, "Off.", ada)
		return "cancel one", err
	case 10:
		return "delete one", a.Delete(ctx, window, 0, ada)
	case 11:
		_, err = a.Approve(ctx, window, 0, scheduler.Yes{}, bob)
		return "approve one", err
	case 12:
		if r.IntN(12) == 0 {
			_, err = a.EndSeries(ctx, id, 0, "", ada)
		}
		return "end", err
	default:
		*now = now.AddDate(0, 0, r.IntN(40))
		_, err = a.Tick(ctx)
		return "forty days later", err
	}
}

// holdsTogether looks at a series and its windows.
func holdsTogether(t *testing.T, a *agenda.Agenda, id, after string, now time.Time) {
	t.Helper()
	v, err := a.Series(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	dates := map[string]string{}
	for _, w := range v.Members {
		if other := dates[w.Occurrence]; other != "" {
			t.Fatalf("after %q both %s and %s are the window of %s", after, other, w.Name(), w.Occurrence)
		}
		dates[w.Occurrence] = w.Name()
		if w.Series != id {
			t.Fatalf("after %q %s is of %s, and listed by %s", after, w.Name(), w.Series, id)
		}
		alive := w.State != scheduler.Closed && w.State != scheduler.Cancelled && w.Start.After(now)
		if alive && v.State == scheduler.SeriesEnded {
			t.Fatalf("after %q %s is still to come of a series that has ended", after, w.Name())
		}
		if alive && v.State == scheduler.SeriesApproved && w.State == scheduler.Requested && !w.Detached {
			t.Fatalf("after %q %s waits for the approval of a series that is approved", after, w.Name())
		}
		if w.State == scheduler.Scheduled && len(w.Approvals) == 0 {
			t.Fatalf("after %q %s is scheduled without an approval", after, w.Name())
		}
	}
	everyDateHasItsWindow(t, v, after, now)
}

// everyDateHasItsWindow holds the dates of a series against its windows: a date
// has one, whatever became of it, and a window to come has a date.
func everyDateHasItsWindow(t *testing.T, v agenda.SeriesView, after string, now time.Time) {
	t.Helper()
	zone, _ := scheduler.Zone(v.TimeZone)
	rule, err := recur.New(recur.Spec{RRule: v.RRule, Start: v.StartLocal, Zone: zone, ExDates: v.ExDates, RDates: v.RDates, Until: v.Until})
	if err != nil || v.State == scheduler.SeriesEnded {
		return
	}
	found := map[string]bool{}
	for _, o := range rule.Between(now, v.MadeUntil, 1000) {
		found[o.Local] = true
		has := slices.ContainsFunc(v.Members, func(w scheduler.Window) bool {
			there := w.Detached && !w.State.Final() && w.Start.Before(o.At.Add(v.Duration)) && o.At.Before(w.End)
			return w.Occurrence == o.Local || there
		})
		if !has {
			t.Fatalf("after %q no window is made for %s, of %q", after, o.Local, lines(v))
		}
	}
	for _, w := range v.Members {
		if !w.State.Final() && !w.State.Running() && w.Start.After(now) && !w.Detached && !found[w.Occurrence] {
			t.Fatalf("after %q %s is of %s, which is no date of the series", after, w.Name(), w.Occurrence)
		}
	}
}

func TestOfManyWhoEditOneSeriesAtOnceOneWins(t *testing.T) {
	t.Parallel()
	a, _, _ := clocked(t)
	v := approved(t, a, sundays())
	var group sync.WaitGroup
	var mu sync.Mutex
	won, stale := 0, 0
	for i := range 8 {
		group.Go(func() {
			_, err := a.ChangeSeries(t.Context(), v.ID, v.Version, agenda.SeriesEdit{Apply: func(s *scheduler.Series) error {
				s.StartLocal = fmt.Sprintf("2026-12-13T%02d:00", 3+i)
				return nil
			}}, ada)
			mu.Lock()
			defer mu.Unlock()
			switch {
			case err == nil:
				won++
			case errors.Is(err, scheduler.ErrStale):
				stale++
			default:
				t.Error(err)
			}
		})
	}
	group.Wait()
	if won != 1 || stale != 7 {
		t.Fatalf("%d won and %d were told so; want 1 and 7", won, stale)
	}
	if v, _ = a.Series(t.Context(), v.ID); len(v.Members) != 12 {
		t.Fatalf("%d windows, want 12", len(v.Members))
	}
}
