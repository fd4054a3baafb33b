package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/mattn/go-sqlite3"
)

// Mark names what is committed. As long as it stays the same so does every row,
// whoever may write them; two that differ say nothing.
type Mark struct {
	commits, version int64
	text             string
}

// Mark is the present mark: what is asked at every request, in the place of a
// transaction. On PostgreSQL it is one small query. On SQLite it costs next to
// nothing: what this process committed it sees at once, and what another did
// beside it within asksEach, which is less than that one needs to end.
func (db *DB) Mark(ctx context.Context) (m Mark, err error) {
	if db.engine == Postgres {
		// Two snapshots that read alike see the same transactions as done.
		err = db.read.QueryRowContext(ctx, `SELECT pg_current_snapshot()::text`).Scan(&m.text)
	} else {
		m.commits = db.commits.Load()
		m.version, err = db.watch.version()
	}
	if err != nil {
		return Mark{}, fmt.Errorf("store: mark: %w", err)
	}
	return m, nil
}

// asksEach is how often SQLite is asked at most.
const asksEach = time.Millisecond

// watch asks SQLite whether somebody else wrote, on a connection of its own since
// the number counts what the others have done. It asks the driver itself:
// database/sql would cost twice what SQLite does.
type watch struct {
	mu    sync.Mutex
	it    *conn
	ask   *sqlite3.SQLiteStmt
	row   [1]driver.Value
	last  int64
	asked time.Time
}

// version is a number that differs whenever another connection has committed.
func (w *watch) version() (n int64, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.ask == nil {
		return 0, sql.ErrConnDone
	}
	now := time.Now()
	if now.Sub(w.asked) < asksEach {
		return w.last, nil
	}
	// Without the caller's context, which would cost a goroutine: it waits for nobody.
	rows, err := w.ask.QueryContext(context.Background(), nil)
	if err != nil {
		return 0, err
	}
	err = rows.Next(w.row[:])
	n, known := w.row[0].(int64)
	if err == nil && !known {
		err = fmt.Errorf("%T is no version", w.row[0])
	}
	if err = errors.Join(err, rows.Close()); err != nil {
		return 0, err
	}
	w.last, w.asked = n, now
	return n, nil
}

// begin opens the connection that is asked for the mark, and keeps it.
func (w *watch) begin(ctx context.Context, dsn string) error {
	opened, err := connector{dsn}.Connect(ctx)
	if err != nil {
		return err
	}
	w.it = opened.(*conn)
	asked, err := w.it.Prepare(`PRAGMA data_version`)
	if err != nil {
		return err
	}
	w.ask = asked.(*sqlite3.SQLiteStmt)
	return nil
}

func (w *watch) end() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.it == nil {
		return nil
	}
	var err error
	if w.ask != nil {
		err = w.ask.Close()
	}
	err = errors.Join(err, w.it.Close())
	w.it, w.ask = nil, nil
	return err
}
