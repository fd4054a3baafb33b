package main

import (
	"context"
	"log/slog"
	"time"
)

// longestSleep is how long a loop sleeps at most: the wall clock may jump, and
// another process may have written.
const longestSleep = 30 * time.Second

// task does what is due and says when the next thing is; zero: nothing ahead.
type task func(context.Context) (next time.Time, err error)

// keepTime calls each task in turn, when the next thing is due and whenever it
// is nudged, until ctx ends. A task that fails is tried again after a pause.
func keepTime(ctx context.Context, log *slog.Logger, now func() time.Time, nudge <-chan struct{}, tasks ...task) {
	for {
		sleep := longestSleep
		for _, do := range tasks {
			next, err := do(ctx)
			if err != nil {
				if ctx.Err() == nil {
					log.Error("round failed", "err", err)
				}
				if next.IsZero() {
					sleep = min(sleep, time.Second)
				}
			}
			if !next.IsZero() {
				sleep = min(sleep, max(10*time.Millisecond, next.Sub(now())))
			}
		}
		timer := time.NewTimer(sleep)
		select {
		case <-ctx.Done():
			timer.Stop()
			return
		case <-nudge:
			timer.Stop()
		case <-timer.C:
		}
	}
}
