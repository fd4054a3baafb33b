// Package store is the cellar: it opens a database, keeps its schema current,
// and runs transactions. It knows no table.
//
// There is one writer at a time on both engines: SQLite has one connection that
// writes and takes the lock as it begins, PostgreSQL one advisory lock that
// every Update takes first. We serialise, because then a rule that was checked
// still holds when its result is kept, and no caller needs code for retries; not
// SERIALIZABLE or row locks, since a team's calendar writes a few times a minute.
package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"lull/migrations"
)

// Engine is a kind of database.
type Engine = migrations.Engine

// The two engines.
const (
	SQLite   = migrations.SQLite
	Postgres = migrations.Postgres
)

// DB is an open database: one pool that writes, one that only reads. Set its
// fields before the first transaction.
type DB struct {
	Now      func() time.Time // the clock; tests set it
	NewID    func() string    // the namer; tests set it
	OnCommit func()           // when set, called after each Update that was kept

	read, write *sql.DB
	engine      Engine
	path        string
	patience    time.Duration
	memos       memos
	watch       watch
	commits     atomic.Int64 // how many Updates were kept
	closed      sync.Once
}

// patience is how long an Update waits for the one before it to end. It is far
// longer than any should take, so that what runs into it is a mistake.
const patience = 30 * time.Second

// Open opens the database at url, which is postgres://… or the path of a SQLite
// file, makes the file and its folder if need be, and brings the schema up to
// date. A newer schema is refused with a *migrations.NewerError.
func Open(ctx context.Context, url string) (*DB, error) {
	db := &DB{Now: time.Now, NewID: uuid.NewString, patience: patience}
	var err error
	switch {
	case IsPostgres(url):
		err = db.openPostgres(ctx, url)
	case url == "":
		err = errors.New("no database is named: give a file or postgres://…")
	case strings.Contains(url, "://"):
		scheme, _, _ := strings.Cut(url, "://")
		err = fmt.Errorf("%s:// is no database Lull knows: give a file or postgres://…", scheme)
	default:
		err = db.openSQLite(ctx, url)
	}
	if err != nil {
		return nil, fmt.Errorf("store: %w", err)
	}
	return db, nil
}

// IsPostgres says whether url names a PostgreSQL database and not a SQLite file.
func IsPostgres(url string) bool {
	return strings.HasPrefix(url, "postgres://") || strings.HasPrefix(url, "postgresql://")
}

// Engine is the kind of database this is.
func (db *DB) Engine() Engine { return db.engine }

// Path is the file of a SQLite database, and empty otherwise.
func (db *DB) Path() string { return db.path }

// Ready says why the database cannot serve: it does not answer, or its schema
// is not this program's.
func (db *DB) Ready(ctx context.Context) error {
	know, err := migrations.Newest(db.engine)
	if err != nil {
		return err
	}
	have, err := migrations.Version(ctx, db.read)
	if err != nil {
		return err
	}
	if have > know {
		return &migrations.NewerError{Have: have, Know: know}
	}
	if have < know {
		return fmt.Errorf("store: the database has schema %d and needs %d", have, know)
	}
	return nil
}

// Close closes the database; to do so again does nothing. On SQLite everything
// is then in the one file.
func (db *DB) Close() (err error) {
	db.closed.Do(func() {
		if db.engine == Postgres {
			err = db.write.Close()
			return
		}
		err = db.closeSQLite()
	})
	return err
}
