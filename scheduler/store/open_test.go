package store_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"lull/migrations"
	"lull/scheduler/store"
	"lull/scheduler/store/storetest"
)

func TestAFileThatCannotBeADatabaseIsRefusedInWords(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	text := filepath.Join(folder, "notes.txt")
	if err := os.WriteFile(text, []byte(strings.Repeat("not a database\n", 100)), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, url, want string }{
		{"a text", text, "is not a SQLite database"},
		{"a folder", folder, "is a folder"},
		{"below a file", filepath.Join(text, "lull.db"), "make the folder of the database"},
		{"nothing", "", "no database is named"},
		{"another engine", "mysql://localhost/lull", "mysql:// is no database Lull knows"},
	} {
		db, err := store.Open(t.Context(), c.url)
		if err == nil {
			t.Errorf("%s: opened", c.name)
			db.Close()
			continue
		}
		if !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), strings.SplitN(c.url, ":", 2)[0]) {
			t.Errorf("%s: got %q, want it to say %q and to name the file", c.name, err, c.want)
		}
	}
	if content, _ := os.ReadFile(text); !strings.HasPrefix(string(content), "not a database") {
		t.Error("the text was written over")
	}
}

func TestAServerThatCannotBeReachedIsNamedWithoutThePassword(t *testing.T) {
	t.Parallel()
	_, err := store.Open(t.Context(), "postgres://lull:hunter2@127.0.0.1:1/lull")
	if err == nil || !strings.Contains(err.Error(), "127.0.0.1") || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("got %v, want the host and no password", err)
	}
}

func TestTheFolderAndTheFilesAreTheOwnersAlone(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "new", "folder #1?", "100%.db")
	db, err := store.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if db.Path() != path || db.Engine() != store.SQLite {
		t.Errorf("got %s on %s, want %s", db.Path(), db.Engine(), path)
	}
	for name, want := range map[string]os.FileMode{filepath.Dir(path): 0o700, path: 0o600, path + "-wal": 0o600, path + "-shm": 0o600} {
		at, err := os.Stat(name)
		if err != nil {
			t.Error(err)
		} else if at.Mode().Perm() != want {
			t.Errorf("%s: got %v, want %v", name, at.Mode().Perm(), want)
		}
	}
}

func TestAClosedDatabaseIsOneFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "lull.db")
	db, err := store.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	left, err := os.ReadDir(filepath.Dir(path))
	if err != nil || len(left) != 1 {
		t.Errorf("got %v, %v, want lull.db alone", left, err)
	}
}

func TestManyMayOpenANewDatabaseAtOnce(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "lull.db")
	var all sync.WaitGroup
	for range 6 {
		all.Go(func() {
			db, err := store.Open(t.Context(), path)
			if err != nil {
				t.Error(err)
				return
			}
			if err := errors.Join(db.Ready(t.Context()), db.Close()); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
}

func TestANewerDatabaseIsRefusedAndLeftAsItIs(t *testing.T) {
	t.Parallel()
	url := storetest.URL(t)
	db, err := store.Open(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.Ready(t.Context()); err != nil {
		t.Error(err)
	}
	update(t, db, func(tx *store.Tx) error {
		_, err := tx.Exec(`INSERT INTO goose_db_version (version_id, is_applied) VALUES (99999, TRUE)`)
		return err
	})
	var newer *migrations.NewerError
	if err := db.Ready(t.Context()); !errors.As(err, &newer) {
		t.Errorf("a newer schema is ready: %v", err)
	}
	again, err := store.Open(t.Context(), url)
	if err == nil {
		again.Close()
	}
	if !errors.As(err, &newer) || newer.Have != 99999 || newer.Know >= newer.Have {
		t.Errorf("got %v, want a NewerError", err)
	}
}

func TestADatabaseOfAnOlderSchemaIsNotReady(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	update(t, db, func(tx *store.Tx) error {
		_, err := tx.Exec(`DELETE FROM goose_db_version WHERE version_id > 0`)
		return err
	})
	if err := db.Ready(t.Context()); err == nil || !strings.Contains(err.Error(), "has schema 0 and needs") {
		t.Errorf("got %v, want it to name both schemas", err)
	}
}

func TestASecondServerOnAFileIsRefused(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "new", "lull.db")
	release, err := store.Lock(path)
	if err != nil {
		t.Fatal(err)
	}
	db, err := store.Open(t.Context(), path)
	if err != nil {
		t.Fatalf("the lock keeps others than a server out: %v", err)
	}
	defer db.Close()
	link := filepath.Join(t.TempDir(), "link.db")
	if err := os.Symlink(path, link); err != nil {
		t.Fatal(err)
	}
	var locked *store.LockedError
	for _, name := range []string{path, link} {
		if _, err := store.Lock(name); !errors.As(err, &locked) || !strings.Contains(err.Error(), path) || locked.Process == "" {
			t.Errorf("got %v, want a LockedError that names %s and a process", err, path)
		}
	}
	release()
	release, err = store.Lock(path)
	if err != nil {
		t.Fatalf("after its release: %v", err)
	}
	release()
}

func TestPostgresNeedsNoLock(t *testing.T) {
	t.Parallel()
	for range 2 {
		release, err := store.Lock("postgres://localhost/lull")
		if err != nil {
			t.Fatal(err)
		}
		defer release()
	}
}
