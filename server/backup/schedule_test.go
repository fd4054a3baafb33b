package backup

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"lull/scheduler/store"
	"lull/scheduler/store/storetest"
)

// round runs one round at now and returns when the next is due.
func round(t *testing.T, s Schedule, db *store.DB, now time.Time) time.Time {
	t.Helper()
	next, err := s.Round(t.Context(), db, now)
	if err != nil {
		t.Fatal(err)
	}
	return next
}

func listed(t *testing.T, folder string) (names []string) {
	t.Helper()
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

func TestABackupIsMadeWhenTheNewestIsOldEnough(t *testing.T) {
	t.Parallel()
	db := written(t, 1)
	s := Schedule{Dir: filepath.Join(t.TempDir(), "new", "backups"), Every: 6 * time.Hour}
	at := func(hours int) time.Time { return storetest.Noon.Add(time.Duration(hours) * time.Hour) }
	for _, c := range []struct {
		name      string
		now, next time.Time
		made      int
	}{
		{"the first", at(0), at(6), 1},
		{"too soon", at(0).Add(time.Second), at(6), 1},
		{"a moment too soon", at(6).Add(-time.Second), at(6), 1},
		{"due", at(6), at(12), 2},
		{"after a long rest", at(100), at(106), 3},
		{"after the clock was set back", at(8), at(12), 3},
		{"and due on that clock", at(12), at(18), 4},
	} {
		if next := round(t, s, db, c.now); next != c.next {
			t.Errorf("%s: the next is due at %v, want %v", c.name, next, c.next)
		}
		if got := listed(t, s.Dir); len(got) != c.made {
			t.Errorf("%s: got %v, want %d backups", c.name, got, c.made)
		}
	}
	if at, err := os.Stat(s.Dir); err != nil || at.Mode().Perm() != 0o700 {
		t.Errorf("got %v, %v, want a folder of the owner's alone", at.Mode(), err)
	}
}

func TestOnlyTheOldestScheduledBackupsAreRemoved(t *testing.T) {
	t.Parallel()
	db := written(t, 1)
	recipient, identity := key(t)
	s := Schedule{Dir: t.TempDir(), Recipients: recipient, Keep: 2}
	others := []string{"before-upgrade.backup", "lull-20260101T000000Z.backup.txt", "lull-20269901T000000Z.backup", "notes"}
	for _, name := range append(others, "lull-20260101T000000Z.backup", "lull-20260102T000000Z.backup.age.partial") {
		if err := os.WriteFile(filepath.Join(s.Dir, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for day := range 3 {
		now := storetest.Noon.AddDate(0, 0, day)
		if next := round(t, s, db, now); next != now.AddDate(0, 0, 1) {
			t.Errorf("got %v, want the next a day after %v", next, now)
		}
	}
	want := append(others, "lull-20261103T120000Z.backup.age", "lull-20261104T120000Z.backup.age")
	slices.Sort(want)
	if got := listed(t, s.Dir); !slices.Equal(got, want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
	if _, err := Verify(t.Context(), filepath.Join(s.Dir, "lull-20261104T120000Z.backup.age"), identity); err != nil {
		t.Error(err)
	}
}

func TestFourteenBackupsStay(t *testing.T) {
	t.Parallel()
	db := written(t, 1)
	s := Schedule{Dir: t.TempDir(), Every: time.Hour}
	for hour := range 16 {
		round(t, s, db, storetest.Noon.Add(time.Duration(hour)*time.Hour))
	}
	if got := listed(t, s.Dir); len(got) != 14 || got[0] != "lull-20261102T140000Z.backup" {
		t.Errorf("got %v, want the newest 14", got)
	}
}

func TestABackupThatFailedIsTriedAgainSoonAndCostsNoOldOne(t *testing.T) {
	t.Parallel()
	db := written(t, 1)
	folder := t.TempDir()
	old := filepath.Join(folder, "lull-20260101T000000Z.backup")
	if err := os.WriteFile(old, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, s := range []Schedule{{Dir: folder, Recipients: "nobody", Keep: 1}, {Dir: filepath.Join(old, "below")}} {
		next, err := s.Round(t.Context(), db, storetest.Noon)
		if err == nil || next != storetest.Noon.Add(15*time.Minute) {
			t.Errorf("got %v and %v, want an error and another try in 15 minutes", next, err)
		}
	}
	if got := listed(t, folder); len(got) != 1 {
		t.Errorf("got %v, want the old backup alone", got)
	}
}
