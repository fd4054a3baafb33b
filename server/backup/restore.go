package backup

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"lull/migrations"
	"lull/scheduler/store"
)

// DamagedError says that a file is no backup, or not all of it as it was written.
type DamagedError struct {
	File string
	Why  string
}

func (e *DamagedError) Error() string {
	return fmt.Sprintf("%s is not a whole backup: %s", e.File, e.Why)
}

// Verify checks all that can be checked of a backup with nothing but the file,
// and the age identities in the file identity if it is encrypted: every byte,
// the database's own order, and that its log ends where the manifest says.
func Verify(ctx context.Context, file, identity string) (Manifest, error) {
	folder, err := os.MkdirTemp("", "lull-verify-")
	if err != nil {
		return Manifest{}, fmt.Errorf("backup: %w", err)
	}
	defer os.RemoveAll(folder)
	return extract(ctx, file, identity, filepath.Join(folder, databaseName))
}

// Restore puts the database of a backup at target, where there must be none.
func Restore(ctx context.Context, file, target, identity string) (Manifest, error) {
	if exists(target) {
		return Manifest{}, &ExistsError{target}
	}
	return Replace(ctx, file, target, identity)
}

// Replace puts the database of a backup at target, whatever is there, once all
// of the backup is proven good. It refuses while a server has the database.
func Replace(ctx context.Context, file, target, identity string) (Manifest, error) {
	if store.IsPostgres(target) {
		return Manifest{}, ErrPostgres
	}
	release, err := store.Lock(target)
	if err != nil {
		return Manifest{}, err
	}
	defer release()
	fresh := target + ".restore"
	defer os.Remove(fresh)
	m, err := extract(ctx, file, identity, fresh)
	if err != nil {
		return Manifest{}, err
	}
	if err := store.Replace(ctx, target, fresh); err != nil {
		return Manifest{}, fmt.Errorf("backup: restore %s: %w", file, err)
	}
	return m, nil
}

// extract writes the database of a backup to the file to, and proves it.
func extract(ctx context.Context, file, identity, to string) (Manifest, error) {
	m, err := unwrap(ctx, file, identity, to)
	if err != nil {
		return Manifest{}, err
	}
	found, err := describe(ctx, to)
	var newer *migrations.NewerError
	if errors.As(err, &newer) || ctx.Err() != nil {
		return Manifest{}, fmt.Errorf("backup: %s: %w", file, err)
	}
	if err != nil {
		return Manifest{}, &DamagedError{file, err.Error()}
	}
	if found.Head != m.Head || found.Events != m.Events {
		return Manifest{}, &DamagedError{file, fmt.Sprintf("its log ends with entry %d, %q, and the manifest says %d, %q",
			found.Events, found.Head, m.Events, m.Head)}
	}
	if found.Schema != m.Schema {
		return Manifest{}, &DamagedError{file, fmt.Sprintf("its database has schema %d, and the manifest says %d", found.Schema, m.Schema)}
	}
	return m, nil
}

func unwrap(ctx context.Context, file, identity, to string) (Manifest, error) {
	from, err := os.Open(file)
	if err != nil {
		return Manifest{}, fmt.Errorf("backup: %w", err)
	}
	defer from.Close()
	plain, err := unseal(reader{ctx, from}, file, identity)
	if err != nil {
		return Manifest{}, err
	}
	database, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return Manifest{}, fmt.Errorf("backup: %w", err)
	}
	defer database.Close()
	m, err := unpack(plain, database)
	var disk *os.PathError
	switch {
	case err == nil:
		return m, database.Sync()
	case ctx.Err() != nil, errors.As(err, &disk):
		return Manifest{}, fmt.Errorf("backup: %s: %w", file, err)
	case errors.Is(err, io.ErrUnexpectedEOF):
		return Manifest{}, &DamagedError{file, "it is cut short"}
	}
	return Manifest{}, &DamagedError{file, err.Error()}
}
