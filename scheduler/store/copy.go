package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"lull/migrations"
)

// ErrNoCopy says that the database is not a file that can be copied.
var ErrNoCopy = errors.New("store: PostgreSQL is copied with its own programs")

// Copy hands fn a consistent copy of the whole database, as a file that is gone
// when fn returns. Others go on to read and write meanwhile.
func (db *DB) Copy(ctx context.Context, fn func(file string) error) error {
	if db.engine != SQLite {
		return ErrNoCopy
	}
	folder, err := db.scratch(ctx)
	if err != nil {
		return fmt.Errorf("store: copy the database: %w", err)
	}
	defer os.RemoveAll(folder.Name())
	defer folder.Close()
	file := filepath.Join(folder.Name(), "lull.db")
	// A connection of its own: it would hold up the writer, and one that only
	// reads may not do it.
	third := pool(db.path, pragmas, 1)
	defer third.Close()
	if _, err := third.ExecContext(ctx, `VACUUM INTO $1`, file); err != nil {
		return fmt.Errorf("store: copy the database: %w", explain(db.path, err))
	}
	return fn(file)
}

// scratch makes a folder beside the database, where a copy is as well guarded
// as the original, and holds its lock. Folders that nobody holds are what
// killed processes left, and go.
func (db *DB) scratch(ctx context.Context) (*os.File, error) {
	unlock, err := lockFolder(ctx, filepath.Dir(db.path))
	if err != nil {
		return nil, err
	}
	defer unlock()
	pattern := filepath.Base(db.path) + ".copy-"
	entries, err := os.ReadDir(filepath.Dir(db.path))
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), pattern) {
			if err := sweep(filepath.Join(filepath.Dir(db.path), e.Name())); err != nil {
				return nil, err
			}
		}
	}
	name, err := os.MkdirTemp(filepath.Dir(db.path), pattern+"*")
	if err != nil {
		return nil, err
	}
	folder, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	return folder, flock(folder)
}

func sweep(name string) error {
	folder, err := os.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer folder.Close()
	if flock(folder) != nil {
		return nil // in use
	}
	return os.RemoveAll(name)
}

// Examine opens a SQLite file that no one writes, without migrating it, says
// what is wrong with it, and runs fn on it if nothing is. A newer schema is
// refused with a *migrations.NewerError.
func Examine(ctx context.Context, file string, fn func(*Tx) error) error {
	path, err := filepath.Abs(file)
	if err != nil {
		return fmt.Errorf("store: %w", err)
	}
	db := &DB{Now: func() time.Time { return time.Time{} }, engine: SQLite, path: path, patience: patience}
	db.read = pool(path, "mode=ro&_query_only=on", 1)
	defer db.read.Close()
	err = db.View(ctx, func(tx *Tx) error {
		if err := sound(tx); err != nil {
			return err
		}
		return fn(tx)
	})
	return explain(path, err)
}

// sound says what is wrong with a SQLite file.
func sound(tx *Tx) error {
	var verdict string
	if err := tx.Row(`PRAGMA integrity_check(1)`).Scan(&verdict); err != nil {
		return err
	}
	if verdict != "ok" {
		return fmt.Errorf("store: the database is damaged: %s", verdict)
	}
	var table string
	err := tx.Row(`SELECT "table" FROM pragma_foreign_key_check LIMIT 1`).Scan(&table)
	if err == nil {
		return fmt.Errorf("store: the database is damaged: a row of %s points to no row", table)
	}
	if !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	know, err := migrations.Newest(SQLite)
	if err != nil {
		return err
	}
	have, err := tx.Schema()
	if err != nil {
		return err
	}
	if have > know {
		return &migrations.NewerError{Have: have, Know: know}
	}
	return nil
}

// Replace puts the SQLite file with in the place of the one at path, which no
// one may have open. It is there whole or not at all.
func Replace(ctx context.Context, path, with string) error {
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real
	}
	// What the old file's -wal holds goes into the old file first, so that the
	// old database stays whole until the rename; if it is damaged, it is not
	// worth more. A -wal left behind would be played onto the new file.
	if _, err := os.Stat(path); err == nil {
		old := pool(path, "_busy_timeout=5000", 1)
		_, _ = old.ExecContext(ctx, `PRAGMA wal_checkpoint(TRUNCATE)`)
		_ = old.Close()
	}
	for _, side := range []string{"-wal", "-shm", "-journal"} {
		if err := os.Remove(path + side); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("store: replace the database: %w", err)
		}
	}
	if err := os.Rename(with, path); err != nil {
		return fmt.Errorf("store: replace the database: %w", err)
	}
	folder, err := os.Open(filepath.Dir(path))
	if err != nil {
		return fmt.Errorf("store: replace the database: %w", err)
	}
	defer folder.Close()
	return folder.Sync()
}
