package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"lull/migrations"
)

// ErrNested refuses a transaction that was begun inside another one: it would
// wait for itself.
var ErrNested = errors.New("store: a transaction inside a transaction")

// Tx is one transaction and the one time it happens at. It carries the context
// of the call it lives in, and does not outlive it. A statement that failed may
// have ended it (PostgreSQL does so): return the error, and begin anew.
type Tx struct {
	Now   time.Time     // UTC, whole seconds
	NewID func() string // names a new row

	ctx   context.Context
	tx    *sql.Tx
	memos *memos
	fresh map[string]memo // made in this transaction
}

// Context is the context of the transaction, for calls that need one. View and
// Update refuse it with ErrNested.
func (tx *Tx) Context() context.Context { return tx.ctx }

// Exec runs a statement and returns how many rows it touched.
func (tx *Tx) Exec(query string, args ...any) (n int64, err error) {
	res, err := tx.tx.ExecContext(tx.ctx, query, args...)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

// Row runs a query for one row. No row is sql.ErrNoRows.
func (tx *Tx) Row(query string, args ...any) *sql.Row {
	return tx.tx.QueryRowContext(tx.ctx, query, args...)
}

// Schema is the version of the schema the database has.
func (tx *Tx) Schema() (int64, error) { return migrations.Version(tx.ctx, tx.tx) }

// Scanner is a row about to be read: a *sql.Row or the current one of *sql.Rows.
type Scanner interface{ Scan(dest ...any) error }

// Rows runs a query and reads every row with scan.
func Rows[T any](tx *Tx, scan func(Scanner) (T, error), query string, args ...any) (all []T, err error) {
	rows, err := tx.tx.QueryContext(tx.ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		one, err := scan(rows)
		if err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	return all, rows.Err()
}

// View runs fn on a snapshot that cannot write. Inside it, only tx is used.
func (db *DB) View(ctx context.Context, fn func(*Tx) error) error {
	opts := &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true}
	return db.run(ctx, db.read, opts, fn)
}

// Update runs fn as if no one else wrote, and keeps all it did, or nothing when
// fn returns an error. Inside it, only tx is used.
func (db *DB) Update(ctx context.Context, fn func(*Tx) error) error {
	if err := db.run(ctx, db.write, nil, fn); err != nil {
		return err
	}
	db.commits.Add(1)
	if db.OnCommit != nil {
		db.OnCommit()
	}
	return nil
}

type (
	insideKey struct{}
	alsoKey   struct{}
)

// Also is a context whose Updates end with also, in their transaction: it is
// kept if and only if what they did is.
func Also(ctx context.Context, also func(*Tx) error) context.Context {
	return context.WithValue(ctx, alsoKey{}, also)
}

func (db *DB) run(ctx context.Context, pool *sql.DB, opts *sql.TxOptions, fn func(*Tx) error) error {
	if ctx.Value(insideKey{}) != nil {
		return ErrNested
	}
	conn, err := db.turn(ctx, pool)
	if err != nil {
		return err
	}
	defer conn.Close()
	tx, err := conn.BeginTx(ctx, opts)
	if err != nil {
		return fmt.Errorf("store: begin: %w", err)
	}
	defer tx.Rollback() //nolint:errcheck // after Commit it has nothing to do, before it the first error counts
	if opts == nil && db.engine == Postgres {
		if err := db.alone(ctx, tx); err != nil {
			return err
		}
	}
	inside := context.WithValue(ctx, insideKey{}, true)
	one := &Tx{Now: db.Now().UTC().Truncate(time.Second), NewID: db.NewID, ctx: inside, tx: tx, memos: &db.memos}
	if err := fn(one); err != nil {
		return err
	}
	if also, ok := ctx.Value(alsoKey{}).(func(*Tx) error); ok && opts == nil {
		if err := also(one); err != nil {
			return err
		}
	}
	if err := tx.Commit(); err != nil {
		// Once the caller left, database/sql rolls back, and Commit may find that
		// done before it finds why.
		if gone := ctx.Err(); gone != nil && errors.Is(err, sql.ErrTxDone) {
			err = gone
		}
		return fmt.Errorf("store: commit: %w", err)
	}
	if one.fresh != nil {
		db.memos.keep(one.fresh)
	}
	return nil
}

// turn waits for a connection of the pool, but not for ever: who begins an
// Update inside an Update with the outer context would wait for itself.
func (db *DB) turn(ctx context.Context, pool *sql.DB) (*sql.Conn, error) {
	wait, stop := context.WithTimeout(ctx, db.patience)
	defer stop()
	conn, err := pool.Conn(wait)
	return conn, db.waited(ctx, wait, err)
}

// alone makes a transaction on PostgreSQL the only one of this schema that writes.
func (db *DB) alone(ctx context.Context, tx *sql.Tx) error {
	wait, stop := context.WithTimeout(ctx, db.patience)
	defer stop()
	_, err := tx.ExecContext(wait, `SELECT pg_advisory_xact_lock(hashtextextended('lull ' || coalesce(current_schema(), ''), 0))`)
	return db.waited(ctx, wait, err)
}

// waited puts into words that a wait ended because the time for it was over.
func (db *DB) waited(ctx, wait context.Context, err error) error {
	if err == nil {
		return nil
	}
	if ctx.Err() == nil && wait.Err() != nil {
		return fmt.Errorf("store: no turn within %v, the transactions before did not end: %w", db.patience, err)
	}
	return fmt.Errorf("store: begin: %w", err)
}
