package migrations

import (
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	_ "github.com/mattn/go-sqlite3" // to migrate without the store, which stands on this package
)

func file(t *testing.T) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite3", "file:"+filepath.Join(t.TempDir(), "lull.db")+"?_txlock=immediate&_foreign_keys=on")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	db.SetMaxOpenConns(1)
	return db
}

func steps(up ...string) fs.FS {
	tree := fstest.MapFS{}
	for i, text := range up {
		tree[fmt.Sprintf("%04d_step.sql", i+1)] = &fstest.MapFile{Data: []byte("-- +goose Up\n" + text)}
	}
	return tree
}

func version(t *testing.T, db *sql.DB) int64 {
	t.Helper()
	have, err := Version(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	return have
}

func TestAnEmptyDatabaseGetsEveryStepOnce(t *testing.T) {
	t.Parallel()
	db := file(t)
	tree := steps(`CREATE TABLE a (n INTEGER);`, `INSERT INTO a (n) VALUES (1);`)
	for range 2 {
		if err := apply(t.Context(), db, SQLite, tree); err != nil {
			t.Fatal(err)
		}
	}
	var rows int
	if err := db.QueryRowContext(t.Context(), `SELECT count(*) FROM a`).Scan(&rows); err != nil || rows != 1 {
		t.Errorf("got %d rows, %v, want 1", rows, err)
	}
	if got := version(t, db); got != 2 {
		t.Errorf("got schema %d, want 2", got)
	}
}

func TestAnOlderDatabaseIsBroughtUpAndANewerOneRefused(t *testing.T) {
	t.Parallel()
	db := file(t)
	old, now := steps(`CREATE TABLE a (n INTEGER);`), steps(`CREATE TABLE a (n INTEGER);`, `CREATE TABLE b (n INTEGER);`)
	for _, tree := range []fs.FS{old, now} {
		if err := apply(t.Context(), db, SQLite, tree); err != nil {
			t.Fatal(err)
		}
	}
	var newer *NewerError
	if err := apply(t.Context(), db, SQLite, old); !errors.As(err, &newer) || *newer != (NewerError{Have: 2, Know: 1}) {
		t.Errorf("got %v, want a NewerError of 2 and 1", err)
	}
}

func TestAStepThatFailsIsNamedAndLeavesTheOnesBefore(t *testing.T) {
	t.Parallel()
	db := file(t)
	err := apply(t.Context(), db, SQLite, steps(`CREATE TABLE a (n INTEGER);`, `CREATE TABLE b (n INTEGER); CREATE TABLE a (n INTEGER);`))
	if err == nil || !strings.Contains(err.Error(), "0002_step.sql") {
		t.Errorf("got %v, want the name of the file", err)
	}
	if got := version(t, db); got != 1 {
		t.Errorf("got schema %d, want 1", got)
	}
	var left int
	if err := db.QueryRowContext(t.Context(), `SELECT count(*) FROM sqlite_schema WHERE name = 'b'`).Scan(&left); err != nil || left != 0 {
		t.Errorf("got %d tables of the failed step, %v, want none", left, err)
	}
}

func TestBothEnginesHaveTheSameSteps(t *testing.T) {
	t.Parallel()
	names := func(engine Engine) string {
		all, err := fs.Glob(files, string(engine)+"/*.sql")
		if err != nil || len(all) == 0 {
			t.Fatal(engine, all, err)
		}
		return strings.ReplaceAll(strings.Join(all, "\n"), string(engine)+"/", "")
	}
	if sqlite, postgres := names(SQLite), names(Postgres); sqlite != postgres {
		t.Errorf("write each step for both engines; SQLite has\n%s\nPostgreSQL has\n%s", sqlite, postgres)
	}
}

func TestTheNewestStepIsTheOneApplied(t *testing.T) {
	t.Parallel()
	db := file(t)
	if err := Apply(t.Context(), db, SQLite); err != nil {
		t.Fatal(err)
	}
	know, err := Newest(SQLite)
	if got := version(t, db); err != nil || got != know {
		t.Errorf("got schema %d, want %d, %v", got, know, err)
	}
}
