package store_test

import (
	"testing"
	"time"

	"lull/scheduler/store"
	"lull/scheduler/store/storetest"
)

func TestACommitMovesTheMark(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	mark := func() store.Mark {
		t.Helper()
		m, err := db.Mark(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	write := func(tx *store.Tx) error {
		_, err := tx.Exec(`INSERT INTO cursors (name, seq) VALUES ('x', 1) ON CONFLICT (name) DO UPDATE SET seq = cursors.seq + 1`)
		return err
	}
	for range 3 {
		before := mark()
		if err := db.View(t.Context(), func(*store.Tx) error { return nil }); err != nil {
			t.Fatal(err)
		}
		if err := db.Update(t.Context(), func(tx *store.Tx) error {
			return write(tx)
		}); err != nil {
			t.Fatal(err)
		}
		if mark() == before {
			t.Error("a commit left the mark where it was")
		}
	}
}

func TestAMarkSeesWhatAnotherProcessWrote(t *testing.T) {
	t.Parallel()
	path := t.TempDir() + "/lull.db"
	open := func() *store.DB {
		t.Helper()
		db, err := store.Open(t.Context(), path)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = db.Close() })
		return db
	}
	here, there := open(), open()
	before, err := here.Mark(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := there.Update(t.Context(), func(tx *store.Tx) error {
		_, err := tx.Exec(`INSERT INTO cursors (name, seq) VALUES ('x', 1)`)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	for began := time.Now(); time.Since(began) < 10*time.Second; {
		if after, err := here.Mark(t.Context()); err != nil || after != before {
			if err != nil {
				t.Error(err)
			}
			return
		}
	}
	t.Error("the mark stayed")
}

func BenchmarkMark(b *testing.B) {
	db := storetest.Open(b)
	for b.Loop() {
		if _, err := db.Mark(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
}

func TestReadingLeavesTheMark(t *testing.T) {
	t.Parallel()
	db := storetest.SQLite(t) // the mark of PostgreSQL may move with its neighbours
	before, err := db.Mark(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := db.View(t.Context(), func(tx *store.Tx) error {
		var n int
		return tx.Row(`SELECT count(*) FROM cursors`).Scan(&n)
	}); err != nil {
		t.Fatal(err)
	}
	for began := time.Now(); time.Since(began) < 5*time.Millisecond; { // longer than it may rest on an old answer
		if after, err := db.Mark(t.Context()); err != nil || after != before {
			t.Fatalf("reading moved the mark, %v", err)
		}
	}
}
