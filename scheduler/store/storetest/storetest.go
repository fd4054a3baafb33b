// Package storetest opens a fresh database for one test: a SQLite file, or a
// schema of PostgreSQL when LULL_TEST_POSTGRES names a database to make it in.
// with-postgres.sh beside this file starts one for the time of a command, so
// that the same tests run on both.
package storetest

import (
	"context"
	"crypto/rand"
	"database/sql"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"lull/scheduler/store"
)

// Noon is the time it is in tests until they say otherwise.
var Noon = time.Date(2026, 11, 2, 12, 0, 0, 0, time.UTC)

// variable names the PostgreSQL database to test in.
const variable = "LULL_TEST_POSTGRES"

// Open opens a database of the test's own, on the engine under test, at Noon,
// which names things 00000000-0000-4000-8000-000000000001, …2, …3.
func Open(t testing.TB) *store.DB {
	t.Helper()
	return open(t, URL(t))
}

// SQLite opens a SQLite database, whatever engine is under test.
func SQLite(t testing.TB) *store.DB {
	t.Helper()
	return open(t, File(t))
}

// Postgres opens a PostgreSQL database, and skips the test where there is none.
func Postgres(t testing.TB) *store.DB {
	t.Helper()
	if os.Getenv(variable) == "" {
		t.Skip(variable + " names no database")
	}
	return open(t, URL(t))
}

// URL names a database of the test's own, on the engine under test, for tests
// that open it themselves.
func URL(t testing.TB) string {
	t.Helper()
	if pg := os.Getenv(variable); pg != "" {
		return schema(t, pg)
	}
	return File(t)
}

// File names a SQLite file of the test's own that has the newest schema.
func File(t testing.TB) string {
	t.Helper()
	content, err := migrated()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "test.db")
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func open(t testing.TB, url string) *store.DB {
	t.Helper()
	db, err := store.Open(context.Background(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	var n atomic.Int64
	db.Now = func() time.Time { return Noon }
	db.NewID = func() string { return fmt.Sprintf("00000000-0000-4000-8000-%012d", n.Add(1)) }
	return db
}

// migrated is an empty database with the newest schema, made once a process.
var migrated = sync.OnceValues(func() (content []byte, err error) {
	folder, err := os.MkdirTemp("", "lull-storetest-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(folder)
	path := filepath.Join(folder, "empty.db")
	db, err := store.Open(context.Background(), path)
	if err != nil {
		return nil, err
	}
	if err := db.Close(); err != nil {
		return nil, err
	}
	return os.ReadFile(path)
})

// schema makes a schema of the test's own and answers with the URL that leads
// into it; it is dropped when the test ends, after what the test opened.
func schema(t testing.TB, pg string) string {
	t.Helper()
	at, err := url.Parse(pg)
	if err != nil {
		t.Fatal(err)
	}
	name := "t_" + strings.ToLower(rand.Text())
	do(t, pg, "CREATE SCHEMA "+name)
	t.Cleanup(func() { do(t, pg, "DROP SCHEMA "+name+" CASCADE") })
	query := at.Query()
	query.Set("search_path", name)
	at.RawQuery = query.Encode()
	return at.String()
}

func do(t testing.TB, pg, statement string) {
	t.Helper()
	db, err := sql.Open("pgx", pg) // registered by store
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(context.Background(), statement); err != nil {
		t.Fatal(err)
	}
}
