package backup

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"lull/scheduler/store"
)

// Schedule says where scheduled backups go, and how often.
type Schedule struct {
	Dir        string        // made for the owner alone if it is not there
	Recipients string        // as Make takes them
	Every      time.Duration // 24 hours if zero
	Keep       int           // how many stay, 14 if zero
}

// again is when a backup is tried again that did not succeed.
const again = 15 * time.Minute

// stamp is how a scheduled backup's name tells its time.
const stamp = "20060102T150405Z"

// Round makes a backup if the newest is old enough at now, and then removes the
// oldest of those that are too many. It returns when the next round is due,
// with an error too.
func (s Schedule) Round(ctx context.Context, db *store.DB, now time.Time) (next time.Time, err error) {
	now = now.UTC().Truncate(time.Second)
	if s.Every == 0 {
		s.Every = 24 * time.Hour
	}
	if s.Keep == 0 {
		s.Keep = 14
	}
	if err := os.MkdirAll(s.Dir, 0o700); err != nil {
		return now.Add(again), fmt.Errorf("backup: make the folder of backups: %w", err)
	}
	last, err := s.last(now)
	if err != nil {
		return now.Add(again), fmt.Errorf("backup: %w", err)
	}
	if last.Add(s.Every).After(now) {
		return last.Add(s.Every), nil
	}
	name := "lull-" + now.Format(stamp) + ".backup"
	if strings.TrimSpace(s.Recipients) != "" {
		name += ".age"
	}
	if _, err := Make(ctx, db, filepath.Join(s.Dir, name), s.Recipients); err != nil {
		return now.Add(again), err
	}
	if err := s.prune(); err != nil {
		return now.Add(again), fmt.Errorf("backup: remove old backups: %w", err)
	}
	return now.Add(s.Every), nil
}

// last is the time of the newest backup, zero if there is none. One from the
// future does not count: a clock that was wrong once must not end the backups.
func (s Schedule) last(now time.Time) (last time.Time, err error) {
	names, err := s.names("")
	for _, name := range names {
		if at, _ := taken(name); !at.After(now) {
			last = at
		}
	}
	return last, err
}

// prune removes what is too old, and what a killed process left half written.
func (s Schedule) prune() error {
	whole, err := s.names("")
	if err != nil {
		return err
	}
	partial, err := s.names(partialSuffix)
	if err != nil {
		return err
	}
	old := whole[:max(0, len(whole)-s.Keep)]
	for _, name := range slices.Concat(old, partial) {
		if err := os.Remove(filepath.Join(s.Dir, name)); err != nil {
			return err
		}
	}
	return nil
}

// names lists the scheduled backups, the oldest first, that have suffix after
// the name of a whole one.
func (s Schedule) names(suffix string) (all []string, err error) {
	entries, err := os.ReadDir(s.Dir) // in the order of the names, which is that of time
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		whole, ends := strings.CutSuffix(e.Name(), suffix)
		if _, dated := taken(whole); ends && dated && e.Type().IsRegular() {
			all = append(all, e.Name())
		}
	}
	return all, nil
}

// taken reads the time off the name of a scheduled backup; no other file has one.
func taken(name string) (at time.Time, ok bool) {
	name = strings.TrimSuffix(name, ".age")
	digits, start := strings.CutPrefix(name, "lull-")
	digits, end := strings.CutSuffix(digits, ".backup")
	at, err := time.Parse(stamp, digits)
	return at, start && end && err == nil
}
