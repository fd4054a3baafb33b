package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// LockedError says that another server has the database.
type LockedError struct {
	Path    string // the database file
	Process string // the other server's process, if it said
}

func (e *LockedError) Error() string {
	who := "another lull server"
	if e.Process != "" {
		who += " (process " + e.Process + ")"
	}
	return fmt.Sprintf("the database %s is in use by %s: stop it first, or name another file", e.Path, who)
}

// Lock takes the server's lock on the SQLite file at url until release is
// called or the process ends, however it ends. A second one is refused with a
// *LockedError. PostgreSQL needs no lock, and gets none.
func Lock(url string) (release func(), err error) {
	if IsPostgres(url) {
		return func() {}, nil
	}
	path, err := filepath.Abs(url)
	if err != nil {
		return nil, fmt.Errorf("store: %w", err)
	}
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, fmt.Errorf("store: make the folder of the database %s: %w", path, err)
	}
	// A file of its own: to close any handle of the database itself would drop
	// the locks that SQLite has on it.
	file, err := os.OpenFile(path+".lock", os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("store: lock the database %s: %w", path, err)
	}
	if err := flock(file); err != nil {
		defer file.Close()
		if errors.Is(err, syscall.EWOULDBLOCK) {
			process, _ := io.ReadAll(file)
			return nil, &LockedError{Path: path, Process: strings.TrimSpace(string(process))}
		}
		return nil, fmt.Errorf("store: lock the database %s: %w", path, err)
	}
	if err := sign(file); err != nil {
		file.Close()
		return nil, fmt.Errorf("store: lock the database %s: %w", path, err)
	}
	return func() { file.Close() }, nil
}

// sign writes who holds the lock into its file.
func sign(file *os.File) error {
	if err := file.Truncate(0); err != nil {
		return err
	}
	_, err := fmt.Fprintln(file, os.Getpid())
	return err
}

// lockFolder waits for the only lock on a folder.
func lockFolder(ctx context.Context, folder string) (release func(), err error) {
	const pause = 10 * time.Millisecond
	file, err := os.Open(folder)
	if err != nil {
		return nil, err
	}
	again := time.NewTicker(pause)
	defer again.Stop()
	for {
		err := flock(file)
		if err == nil {
			return func() { file.Close() }, nil
		}
		if !errors.Is(err, syscall.EWOULDBLOCK) {
			file.Close()
			return nil, fmt.Errorf("lock %s: %w", folder, err)
		}
		select {
		case <-ctx.Done():
			file.Close()
			return nil, fmt.Errorf("lock %s: %w", folder, ctx.Err())
		case <-again.C:
		}
	}
}

func flock(file *os.File) error {
	return syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
}
