// Package backup copies a SQLite database beside a running server into one
// file, checks such files, and puts one back.
//
// A backup is a tar of manifest.json, lull.db and SHA256SUMS, and when a
// recipient is set, that tar encrypted with age. We chose these, because a
// backup must be of use on the day when there is no Lull at hand:
//
//	age -d -i key.txt FILE | tar x && sha256sum -c SHA256SUMS
//
// A file that is cut short, longer or changed in any byte that has a meaning is
// refused. The manifest holds the head of the log's hash
// chain, which the chain by itself could not prove: its tail could be cut off.
package backup

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"lull/scheduler/store"
)

// Manifest says what a backup holds.
type Manifest struct {
	Format    int       `json:"format"` // of the backup file
	CreatedAt time.Time `json:"created_at"`
	Schema    int64     `json:"schema"` // version of the database's schema
	Events    int64     `json:"events"` // number of the log's last entry, 0 if it is empty
	Head      string    `json:"head"`   // hash of the log's last entry
	Size      int64     `json:"size"`   // of the database, in bytes
	SHA256    string    `json:"sha256"` // of the database
}

// format is the layout of the file that this package writes and reads.
const format = 1

// ErrPostgres says that a backup of PostgreSQL is not Lull's to make.
var ErrPostgres = errors.New("a PostgreSQL database is backed up with pg_dump and restored with pg_restore, not with lull")

// ExistsError refuses to write over a file.
type ExistsError struct{ Path string }

func (e *ExistsError) Error() string { return e.Path + " exists already and is not overwritten" }

// Make copies the database into file, which must not exist, while others go on
// to use it. With recipients, age public keys separated by commas, the file is
// encrypted so that only the holder of one of their identities can read it.
func Make(ctx context.Context, db *store.DB, file, recipients string) (Manifest, error) {
	if db.Engine() != store.SQLite {
		return Manifest{}, ErrPostgres
	}
	to, err := parseRecipients(recipients)
	if err != nil {
		return Manifest{}, err
	}
	if exists(file) {
		return Manifest{}, &ExistsError{file}
	}
	var m Manifest
	err = db.Copy(ctx, func(copied string) error {
		m, err = describe(ctx, copied)
		if err != nil {
			return err
		}
		m.CreatedAt = db.Now().UTC().Truncate(time.Second)
		return write(file, func(w io.Writer) error {
			sealed, err := seal(w, to)
			if err != nil {
				return err
			}
			if err := pack(ctx, sealed, m, copied); err != nil {
				return err
			}
			return sealed.Close()
		})
	})
	if err != nil {
		return Manifest{}, fmt.Errorf("backup: make %s: %w", file, err)
	}
	return m, nil
}

// describe checks a database file that no one writes, and says what it holds.
func describe(ctx context.Context, file string) (Manifest, error) {
	m := Manifest{Format: format}
	err := store.Examine(ctx, file, func(tx *store.Tx) (err error) {
		if m.Schema, err = tx.Schema(); err != nil {
			return err
		}
		var hash []byte
		err = tx.Row(`SELECT seq, hash FROM events ORDER BY seq DESC LIMIT 1`).Scan(&m.Events, &hash)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		m.Head = hex.EncodeToString(hash)
		return err
	})
	if err != nil {
		return Manifest{}, err
	}
	content, err := os.Open(file)
	if err != nil {
		return Manifest{}, err
	}
	defer content.Close()
	sum := sha256.New()
	if m.Size, err = io.Copy(sum, reader{ctx, content}); err != nil {
		return Manifest{}, err
	}
	m.SHA256 = hex.EncodeToString(sum.Sum(nil))
	return m, nil
}

// write makes a file that is there whole, on the disk and under its name, or
// not at all.
func write(file string, content func(io.Writer) error) error {
	partial := file + partialSuffix
	w, err := os.OpenFile(partial, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	defer os.Remove(partial)
	defer w.Close()
	if err := content(w); err != nil {
		return err
	}
	if err := w.Sync(); err != nil {
		return err
	}
	if exists(file) {
		return &ExistsError{file}
	}
	if err := os.Rename(partial, file); err != nil {
		return err
	}
	folder, err := os.Open(filepath.Dir(file))
	if err != nil {
		return err
	}
	defer folder.Close()
	return folder.Sync()
}

// partialSuffix ends the name of a file that is still being written.
const partialSuffix = ".partial"

func exists(file string) bool {
	_, err := os.Lstat(file)
	return !errors.Is(err, fs.ErrNotExist)
}

// reader ends when its context does.
type reader struct {
	ctx context.Context
	io.Reader
}

func (r reader) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.Reader.Read(p)
}
