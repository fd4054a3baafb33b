package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
)

// Mark names what is committed. As long as it stays the same so does every row,
// whoever may write them; two that differ say nothing.
type Mark struct {
	n    int64
	text string
}

// watch asks SQLite for the mark, on a connection of its own since the number
// counts what the others have done.
type watch struct {
	mu   sync.Mutex
	pool *sql.DB
	conn *sql.Conn
	ask  *sql.Stmt
}

// Mark is the present mark. It costs a few microseconds on SQLite and one small
// query on PostgreSQL: what is asked at every request, instead of a transaction.
func (db *DB) Mark(ctx context.Context) (m Mark, err error) {
	if db.engine == Postgres {
		// Two snapshots that read alike see the same transactions as done.
		err = db.read.QueryRowContext(ctx, `SELECT pg_current_snapshot()::text`).Scan(&m.text)
	} else {
		db.watch.mu.Lock()
		defer db.watch.mu.Unlock()
		// Without a context of its own, which would cost a goroutine; it waits for nobody.
		err = db.watch.ask.QueryRowContext(context.Background()).Scan(&m.n)
	}
	if err != nil {
		return Mark{}, fmt.Errorf("store: mark: %w", err)
	}
	return m, nil
}

// begin opens the connection that is asked for the mark, and keeps it.
func (w *watch) begin(ctx context.Context, pool *sql.DB) (err error) {
	w.pool = pool
	if w.conn, err = pool.Conn(ctx); err != nil {
		return err
	}
	w.ask, err = w.conn.PrepareContext(ctx, `PRAGMA data_version`)
	return err
}

func (w *watch) end() error {
	if w.ask == nil {
		return nil
	}
	return errors.Join(w.ask.Close(), w.conn.Close(), w.pool.Close())
}
