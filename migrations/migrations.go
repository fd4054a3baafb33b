// Package migrations holds the schema, one file a step and one folder a
// database, and applies it. A file that has shipped is never edited: the way
// on is another file, the way back is a backup.
package migrations

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

//go:embed sqlite/*.sql postgres/*.sql
var files embed.FS

// Engine is a kind of database, and the name of the folder its schema is in.
type Engine string

// The two engines.
const (
	SQLite   Engine = "sqlite"
	Postgres Engine = "postgres"
)

// NewerError says that a database was written by a newer Lull than this one.
type NewerError struct {
	Have int64 // the database's schema
	Know int64 // the newest schema this program has
}

func (e *NewerError) Error() string {
	return fmt.Sprintf("the database has schema %d and this Lull knows only %d: run the newer Lull that wrote it, or restore a backup",
		e.Have, e.Know)
}

// Apply brings the database to the newest schema, one transaction a file.
// A database that is newer is left as it is and answered with a *NewerError.
func Apply(ctx context.Context, db *sql.DB, engine Engine) error {
	tree, err := fs.Sub(files, string(engine))
	if err != nil {
		return fmt.Errorf("migrations: %w", err)
	}
	return apply(ctx, db, engine, tree)
}

// Queryer is a pool, a connection or a transaction.
type Queryer interface {
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// Version is the schema the database has.
func Version(ctx context.Context, q Queryer) (have int64, err error) {
	err = q.QueryRowContext(ctx, `SELECT coalesce(max(version_id), 0) FROM `+goose.DefaultTablename).Scan(&have)
	if err != nil {
		return 0, fmt.Errorf("migrations: read the schema's version: %w", err)
	}
	return have, nil
}

// Newest is the schema this program brings a database to.
func Newest(engine Engine) (know int64, err error) {
	entries, err := files.ReadDir(string(engine))
	if err != nil {
		return 0, fmt.Errorf("migrations: %w", err)
	}
	for _, e := range entries {
		n, err := goose.NumericComponent(e.Name())
		if err != nil {
			return 0, fmt.Errorf("migrations: %w", err)
		}
		know = max(know, n)
	}
	return know, nil
}

func apply(ctx context.Context, db *sql.DB, engine Engine, tree fs.FS) error {
	dialect := goose.DialectSQLite3
	options := []goose.ProviderOption{goose.WithLogger(goose.NopLogger()), goose.WithDisableGlobalRegistry(true)}
	if engine == Postgres {
		locker, err := lockOne(ctx, db)
		if err != nil {
			return fmt.Errorf("migrations: %w", err)
		}
		dialect = goose.DialectPostgres
		options = append(options, goose.WithSessionLocker(locker))
	}
	steps, err := goose.NewProvider(dialect, db, tree, options...)
	if err != nil {
		return fmt.Errorf("migrations: %w", err)
	}
	have, know, err := steps.GetVersions(ctx)
	if err != nil {
		return fmt.Errorf("migrations: %w", err)
	}
	if have > know {
		return &NewerError{Have: have, Know: know}
	}
	if _, err := steps.Up(ctx); err != nil {
		return fmt.Errorf("migrations: %w", named(err))
	}
	return nil
}

// lockOne lets one process at a time migrate a PostgreSQL schema. The number of
// the lock is the schema's, so that two schemas of one database do not wait for
// each other; it is tried each second, for five minutes.
func lockOne(ctx context.Context, db *sql.DB) (lock.SessionLocker, error) {
	const seconds, tries = 1, 300
	var id int64
	err := db.QueryRowContext(ctx, `SELECT hashtextextended('lull migrations ' || coalesce(current_schema(), ''), 0)`).Scan(&id)
	if err != nil {
		return nil, err
	}
	return lock.NewPostgresSessionLocker(lock.WithLockID(id), lock.WithLockTimeout(seconds, tries))
}

// named puts the file into the words of an error, which goose leaves out.
func named(err error) error {
	var partial *goose.PartialError
	if !errors.As(err, &partial) || partial.Failed == nil || partial.Failed.Source == nil {
		return err
	}
	return fmt.Errorf("%s: %w", partial.Failed.Source.Path, partial.Err)
}
