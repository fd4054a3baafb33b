package store

import (
	"context"
	"database/sql"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func opened(t *testing.T) *DB {
	t.Helper()
	db, err := Open(t.Context(), filepath.Join(t.TempDir(), "lull.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

func TestThePragmasHoldOnEveryConnection(t *testing.T) {
	t.Parallel()
	db := opened(t)
	const full = "2"
	same := map[string]string{
		"journal_mode": "wal", "synchronous": full, "foreign_keys": "1", "recursive_triggers": "1", "busy_timeout": "5000",
	}
	for _, p := range []struct {
		name      string
		pool      *sql.DB
		size      int
		queryOnly string
	}{{"writer", db.write, 1, "0"}, {"reader", db.read, readers, "1"}} {
		if got := p.pool.Stats(); got.OpenConnections != p.size || got.MaxOpenConnections != p.size {
			t.Errorf("%s: got %d open of %d, want all %d open before they are needed", p.name, got.OpenConnections, got.MaxOpenConnections, p.size)
		}
		for range p.size { // held until all were asked, so that each is another one
			conn, err := p.pool.Conn(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			if got := pragma(t, conn, "query_only"); got != p.queryOnly {
				t.Errorf("%s: query_only is %s, want %s", p.name, got, p.queryOnly)
			}
			for name, want := range same {
				if got := pragma(t, conn, name); got != want {
					t.Errorf("%s: %s is %s, want %s", p.name, name, got, want)
				}
			}
		}
	}
}

func pragma(t *testing.T, conn *sql.Conn, name string) (value string) {
	t.Helper()
	if err := conn.QueryRowContext(t.Context(), "PRAGMA "+name).Scan(&value); err != nil {
		t.Fatal(err)
	}
	return value
}

func TestReadersStayOpenWhenTheyRest(t *testing.T) {
	t.Parallel()
	db := opened(t)
	for range 3 {
		if err := db.View(t.Context(), func(*Tx) error { return nil }); err != nil {
			t.Fatal(err)
		}
	}
	if got := db.read.Stats(); got.OpenConnections != readers || got.MaxIdleClosed+got.MaxLifetimeClosed+got.MaxIdleTimeClosed != 0 {
		t.Errorf("got %+v, want %d connections and none ever closed", got, readers)
	}
}

func TestAWriterWaitsForAnotherProcessAndNotOnlyForItsOwn(t *testing.T) {
	t.Parallel()
	db := opened(t)
	other, err := Open(t.Context(), db.path)
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	begun, done := make(chan bool), make(chan error, 1)
	go func() {
		done <- other.Update(context.Background(), func(tx *Tx) error {
			_, err := tx.Exec(`CREATE TABLE a (n INTEGER)`)
			close(begun)
			return err
		})
	}()
	<-begun
	if err := db.Update(t.Context(), func(tx *Tx) error { _, err := tx.Exec(`CREATE TABLE b (n INTEGER)`); return err }); err != nil {
		t.Error(err)
	}
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestAnUpdateThatWaitsForItselfGivesUp(t *testing.T) {
	t.Parallel()
	db := opened(t)
	db.patience = 20 * time.Millisecond
	ctx := t.Context()
	err := db.Update(ctx, func(*Tx) error { // with the outer context, which the store cannot tell from any other
		return db.Update(ctx, func(*Tx) error { return nil })
	})
	if err == nil || !strings.Contains(err.Error(), "no turn within 20ms") {
		t.Errorf("got %v, want it to say that there was no turn", err)
	}
	if err := db.Update(ctx, func(*Tx) error { return nil }); err != nil {
		t.Errorf("afterwards: %v", err)
	}
}

func TestOnlyParametersAreRenamed(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, query, want string }{
		{"in any order", `UPDATE t SET a = $2 WHERE id=$1 AND b IN ($10,$1)`, `UPDATE t SET a = ?2 WHERE id=?1 AND b IN (?10,?1)`},
		{"no parameter", `SELECT 1`, `SELECT 1`},
		{"a path of JSON", `SELECT doc->>'$.a' FROM t WHERE id = $1`, `SELECT doc->>'$.a' FROM t WHERE id = ?1`},
		{"a text", `SELECT 'costs $5', $1`, `SELECT 'costs $5', ?1`},
		{"a quote in a text", `SELECT 'it''s $5', $1`, `SELECT 'it''s $5', ?1`},
		{"a name", `SELECT "$1" FROM t WHERE a = $1`, `SELECT "$1" FROM t WHERE a = ?1`},
		{"a remark with a quote", "SELECT $1 -- don't touch $2\n, $2", "SELECT ?1 -- don't touch $2\n, ?2"},
		{"a long remark", `SELECT /* it's $1 */ $1`, `SELECT /* it's $1 */ ?1`},
		{"a text that does not end", `SELECT $1, 'a $2`, `SELECT ?1, 'a $2`},
		{"a dollar alone", `SELECT $a, $`, `SELECT $a, $`},
	} {
		if got := numbered(c.query); got != c.want {
			t.Errorf("%s:\ngot  %s\nwant %s", c.name, got, c.want)
		}
	}
}
