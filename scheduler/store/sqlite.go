package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"

	"github.com/mattn/go-sqlite3"

	"lull/migrations"
)

// readers is how many connections read a SQLite file, beside the one that writes
// and the one that watches.
const readers = 4

// The pragmas ride in the DSN because they belong to a connection, not to a
// pool. FULL, since go-sqlite3 would run a WAL file with NORMAL and lose commits
// when the power goes; recursive triggers, since INSERT OR REPLACE would
// otherwise walk past the triggers that keep the log.
const (
	pragmas = "_journal_mode=WAL&_synchronous=FULL&_foreign_keys=on&_recursive_triggers=on&_busy_timeout=5000&_stmt_cache_size=64"
	writing = pragmas + "&_txlock=immediate"
	reading = pragmas + "&_query_only=on"
)

func (db *DB) openSQLite(ctx context.Context, path string) error {
	path, err := filepath.Abs(path)
	if err != nil {
		return err
	}
	if err := prepare(path); err != nil {
		return err
	}
	// Two processes that make one file at once would trip over each other: the
	// switch to WAL does not wait. The folder is locked for the moment.
	unlock, err := lockFolder(ctx, filepath.Dir(path))
	if err != nil {
		return err
	}
	defer unlock()
	db.engine, db.path = SQLite, path
	db.write = pool(path, writing, 1)
	if err := migrations.Apply(ctx, db.write, SQLite); err != nil {
		return errors.Join(explain(path, err), db.write.Close())
	}
	db.read = pool(path, reading, readers)
	if err := warm(ctx, db.read, readers); err != nil {
		return errors.Join(explain(path, err), db.closeSQLite())
	}
	if err := db.watch.begin(ctx, address(path, reading)); err != nil {
		return errors.Join(explain(path, err), db.closeSQLite())
	}
	return nil
}

// prepare makes the folder and the file for their owner alone; SQLite gives its
// side files the rights of the file.
func prepare(path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("make the folder of the database %s: %w", path, err)
	}
	if at, err := os.Stat(path); err == nil && at.IsDir() {
		return fmt.Errorf("%s is a folder, not a database file", path)
	}
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return fmt.Errorf("open the database %s for writing: %w", path, err)
	}
	return file.Close()
}

// pool never drops a connection that it has: with a full disk a new one could
// not be opened, not even to read.
func pool(path, options string, size int) *sql.DB {
	pool := sql.OpenDB(connector{address(path, options)})
	pool.SetMaxOpenConns(size)
	pool.SetMaxIdleConns(size)
	return pool
}

func address(path, options string) string {
	return (&url.URL{Scheme: "file", Path: path, RawQuery: options}).String()
}

// warm opens all connections of a pool.
func warm(ctx context.Context, pool *sql.DB, size int) error {
	for range size {
		conn, err := pool.Conn(ctx)
		if err != nil {
			return err
		}
		defer conn.Close()
	}
	return nil
}

func (db *DB) closeSQLite() error {
	err := errors.Join(db.watch.end(), db.read.Close())
	if _, e := db.write.ExecContext(context.Background(), `PRAGMA wal_checkpoint(TRUNCATE)`); e != nil {
		err = errors.Join(err, e)
	}
	return errors.Join(err, db.write.Close())
}

// explain says in words what SQLite says about a file it cannot use.
func explain(path string, err error) error {
	var refusal sqlite3.Error
	if !errors.As(err, &refusal) {
		return err
	}
	switch refusal.Code {
	case sqlite3.ErrNotADB:
		return fmt.Errorf("%s is not a SQLite database: %w", path, err)
	case sqlite3.ErrCorrupt:
		return fmt.Errorf("the database %s is damaged, restore a backup: %w", path, err)
	case sqlite3.ErrCantOpen, sqlite3.ErrReadonly, sqlite3.ErrPerm, sqlite3.ErrAuth:
		return fmt.Errorf("the database %s or its folder cannot be written: %w", path, err)
	case sqlite3.ErrBusy, sqlite3.ErrLocked:
		return fmt.Errorf("the database %s is held by another program: %w", path, err)
	case sqlite3.ErrFull:
		return fmt.Errorf("the disk of the database %s is full: %w", path, err)
	}
	return fmt.Errorf("%s: %w", path, err)
}
