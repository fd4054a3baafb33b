package main

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

// rounds runs keepTime with do for that long, and answers when do was called,
// counted from the start.
func rounds(t *testing.T, long time.Duration, nudge <-chan struct{}, do func(began time.Time) (time.Time, error)) []time.Duration {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	began := time.Now()
	var called []time.Duration
	go keepTime(ctx, slog.New(slog.NewTextHandler(io.Discard, nil)), time.Now, nudge, func(context.Context) (time.Time, error) {
		called = append(called, time.Since(began))
		return do(began)
	})
	time.Sleep(long)
	stop()
	synctest.Wait()
	return called
}

func TestTheClockSleepsHalfAMinuteWhenNothingIsAhead(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		got := rounds(t, 95*time.Second, nil, func(time.Time) (time.Time, error) { return time.Time{}, nil })
		want := []time.Duration{0, 30 * time.Second, 60 * time.Second, 90 * time.Second}
		if !slices.Equal(got, want) {
			t.Errorf("rounds at: got %v, want %v", got, want)
		}
	})
}

func TestTheClockWakesAtTheNextMoment(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		got := rounds(t, 20*time.Second, nil, func(began time.Time) (time.Time, error) {
			if due := began.Add(7 * time.Second); time.Now().Before(due) {
				return due, nil
			}
			return time.Time{}, nil
		})
		want := []time.Duration{0, 7 * time.Second}
		if !slices.Equal(got, want) {
			t.Errorf("rounds at: got %v, want %v", got, want)
		}
	})
}

func TestAFarMomentDoesNotKeepTheClockAsleep(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		got := rounds(t, 31*time.Second, nil, func(began time.Time) (time.Time, error) { return began.AddDate(1, 0, 0), nil })
		want := []time.Duration{0, 30 * time.Second}
		if !slices.Equal(got, want) {
			t.Errorf("rounds at: got %v, want %v", got, want)
		}
	})
}

func TestANudgeWakesTheClock(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		nudge := make(chan struct{}, 1)
		time.AfterFunc(3*time.Second, func() { nudge <- struct{}{} })
		got := rounds(t, 10*time.Second, nudge, func(time.Time) (time.Time, error) { return time.Time{}, nil })
		want := []time.Duration{0, 3 * time.Second}
		if !slices.Equal(got, want) {
			t.Errorf("rounds at: got %v, want %v", got, want)
		}
	})
}

func TestAFailingTaskIsTriedAgainWithoutHaste(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		got := rounds(t, 3500*time.Millisecond, nil, func(time.Time) (time.Time, error) { return time.Time{}, errors.New("no database") })
		want := []time.Duration{0, time.Second, 2 * time.Second, 3 * time.Second}
		if !slices.Equal(got, want) {
			t.Errorf("rounds at: got %v, want %v", got, want)
		}
	})
}

func TestAMomentThatHasPassedDoesNotSpinTheClock(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		got := rounds(t, time.Second-time.Millisecond, nil, func(began time.Time) (time.Time, error) { return began.Add(-time.Hour), nil })
		if len(got) == 0 || len(got) > 100 {
			t.Errorf("rounds in one second: got %d, want at most 100", len(got))
		}
	})
}
