package backup

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"filippo.io/age"

	"lull/scheduler/store"
	"lull/scheduler/store/storetest"
)

// key makes an age key, and returns its public half and a file with the other.
func key(t *testing.T) (recipient, identity string) {
	t.Helper()
	pair, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	identity = filepath.Join(t.TempDir(), "key.txt")
	if err := os.WriteFile(identity, []byte("# a key\n"+pair.String()+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return pair.Recipient().String(), identity
}

// written opens a database whose log has n entries.
func written(t *testing.T, n int) *store.DB {
	t.Helper()
	db := storetest.SQLite(t)
	if err := db.Update(t.Context(), func(tx *store.Tx) error { return record(tx, n) }); err != nil {
		t.Fatal(err)
	}
	return db
}

// record adds n entries to the log, each with its number as its hash.
func record(tx *store.Tx, n int) error {
	var last int64
	if err := tx.Row(`SELECT count(*) FROM events`).Scan(&last); err != nil {
		return err
	}
	for seq := last + 1; seq <= last+int64(n); seq++ {
		_, err := tx.Exec(`INSERT INTO events (seq, at, actor, via, kind, text, data, prev, hash)
			VALUES ($1, $2, 'the clock', 'clock', 'note', $3, '{}', $4, $5)`,
			seq, store.At(tx.Now), strings.Repeat("a long day ", 20), hash(seq-1), hash(seq))
		if err != nil {
			return err
		}
	}
	return nil
}

func hash(seq int64) []byte { return binary.BigEndian.AppendUint64(make([]byte, 24), uint64(seq)) }

// entries counts the log of the database file at path.
func entries(t *testing.T, path string) (n int64) {
	t.Helper()
	db, err := store.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.View(t.Context(), func(tx *store.Tx) error {
		return tx.Row(`SELECT count(*) FROM events`).Scan(&n)
	}); err != nil {
		t.Fatal(err)
	}
	return n
}

func made(t *testing.T, db *store.DB, recipients string) (file string, m Manifest) {
	t.Helper()
	file = filepath.Join(t.TempDir(), "lull.backup")
	m, err := Make(t.Context(), db, file, recipients)
	if err != nil {
		t.Fatal(err)
	}
	return file, m
}

func TestABackupHoldsWhatTheDatabaseHeld(t *testing.T) {
	t.Parallel()
	mine, myKey := key(t)
	yours, yourKey := key(t)
	for _, c := range []struct{ name, recipients, identity string }{
		{"plain", "", ""},
		{"for one", mine, myKey},
		{"for two, opened by the first", mine + ", " + yours, myKey},
		{"for two, opened by the second", mine + ", " + yours, yourKey},
	} {
		db := written(t, 3)
		file, m := made(t, db, c.recipients)
		if err := db.Update(t.Context(), func(tx *store.Tx) error { return record(tx, 1) }); err != nil {
			t.Fatal(err)
		}
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if hidden := !bytes.Contains(content, []byte("a long day")); hidden != (c.recipients != "") {
			t.Errorf("%s: encrypted is %v", c.name, hidden)
		}
		if at, err := os.Stat(file); err != nil || at.Mode().Perm() != 0o600 {
			t.Errorf("%s: got %v, %v, want the owner alone to read it", c.name, at.Mode(), err)
		}
		target := filepath.Join(t.TempDir(), "new", "lull.db")
		for does, how := range map[string]func() (Manifest, error){
			"verify":  func() (Manifest, error) { return Verify(t.Context(), file, c.identity) },
			"restore": func() (Manifest, error) { return Restore(t.Context(), file, target, c.identity) },
		} {
			if got, err := how(); err != nil || got != m {
				t.Errorf("%s, %s: got %+v, %v, want %+v", c.name, does, got, err, m)
			}
		}
		if m.Events != 3 || m.Head != hex.EncodeToString(hash(3)) || m.CreatedAt != storetest.Noon || m.Schema == 0 {
			t.Errorf("%s: the manifest does not tell of the moment: %+v", c.name, m)
		}
		if got := entries(t, target); got != 3 {
			t.Errorf("%s: got %d entries, want the 3 of that moment", c.name, got)
		}
	}
}

func TestAnEmptyLogCanBeBackedUp(t *testing.T) {
	t.Parallel()
	file, m := made(t, storetest.SQLite(t), "")
	if got, err := Verify(t.Context(), file, ""); err != nil || got != m || m.Events != 0 || m.Head != "" {
		t.Errorf("got %+v, %v, want %+v", got, err, m)
	}
}

func TestABackupNeedsNoLullToBeRead(t *testing.T) {
	t.Parallel()
	for _, tool := range []string{"tar", "sha256sum"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skip(err)
		}
	}
	file, _ := made(t, written(t, 1), "")
	out := exec.CommandContext(t.Context(), "sh", "-c", `tar xf "$0" && sha256sum -c SHA256SUMS`, file)
	out.Dir = t.TempDir()
	if said, err := out.CombinedOutput(); err != nil || !strings.Contains(string(said), "lull.db: OK") {
		t.Errorf("got %v: %s", err, said)
	}
}

func TestNothingIsOverwrittenAndNothingLeftBehind(t *testing.T) {
	t.Parallel()
	db := written(t, 1)
	file, _ := made(t, db, "")
	before, _ := os.ReadFile(file)
	var there *ExistsError
	if _, err := Make(t.Context(), db, file, ""); !errors.As(err, &there) {
		t.Errorf("got %v, want an ExistsError", err)
	}
	if after, _ := os.ReadFile(file); !bytes.Equal(before, after) {
		t.Error("the file that was there has changed")
	}
	if _, err := Make(t.Context(), db, filepath.Join(file, "below.backup"), ""); err == nil {
		t.Error("a file was made below a file")
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Make(gone, db, file+"2", ""); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want context.Canceled", err)
	}
	for _, folder := range []string{filepath.Dir(file), filepath.Dir(db.Path())} {
		left, _ := filepath.Glob(filepath.Join(folder, "*"))
		for _, name := range left {
			if strings.Contains(name, ".partial") || strings.Contains(name, ".copy-") || strings.HasSuffix(name, "2") {
				t.Errorf("%s was left behind", name)
			}
		}
	}
}

func TestWhatAKilledBackupLeftIsSweptByTheNext(t *testing.T) {
	t.Parallel()
	db := written(t, 1)
	left := db.Path() + ".copy-123"
	if err := os.Mkdir(left, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(left, "lull.db"), []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	err := db.Copy(t.Context(), func(mine string) error {
		if exists(left) {
			t.Errorf("%s is still there", left)
		}
		return db.Copy(t.Context(), func(string) error { // of another one, at the same time
			if !exists(mine) {
				t.Error("a copy in use was swept")
			}
			return nil
		})
	})
	if err != nil {
		t.Error(err)
	}
}

func TestOthersWriteWhileABackupIsMade(t *testing.T) {
	t.Parallel()
	db := written(t, 2000)
	ctx, stop := context.WithCancel(t.Context())
	var writers sync.WaitGroup
	for range 3 {
		writers.Go(func() {
			for ctx.Err() == nil {
				err := db.Update(ctx, func(tx *store.Tx) error { return record(tx, 1) })
				if err != nil && ctx.Err() == nil {
					t.Error(err)
					return
				}
			}
		})
	}
	for before := int64(0); before < 2005; {
		file, m := made(t, db, "")
		if got, err := Verify(t.Context(), file, ""); err != nil || got != m {
			t.Errorf("got %+v, %v, want %+v", got, err, m)
			break
		}
		if m.Events < before || m.Head != hex.EncodeToString(hash(m.Events)) {
			t.Errorf("after a backup of %d entries one has %+v", before, m)
			break
		}
		before = m.Events
	}
	stop()
	writers.Wait()
}

func TestARecipientThatIsNoneIsRefused(t *testing.T) {
	t.Parallel()
	good, _ := key(t)
	for _, c := range []struct {
		recipients string
		fine       bool
	}{
		{"", true},
		{" ", true},
		{good, true},
		{good + "," + good, true},
		{"bob@example.org", false},
		{good + ",age1", false},
		{strings.ToUpper(good[:8]) + good[8:], false},
	} {
		if err := CheckRecipients(c.recipients); (err == nil) != c.fine {
			t.Errorf("%q: got %v, want fine %v", c.recipients, err, c.fine)
		}
	}
	file := filepath.Join(t.TempDir(), "lull.backup")
	if _, err := Make(t.Context(), written(t, 1), file, "bob@example.org"); err == nil || exists(file) {
		t.Errorf("got %v, want a refusal and no file", err)
	}
}

func TestPostgresIsLeftToItsOwnPrograms(t *testing.T) {
	t.Parallel()
	file, _ := made(t, written(t, 1), "")
	if _, err := Restore(t.Context(), file, "postgres://localhost/lull", ""); !errors.Is(err, ErrPostgres) {
		t.Errorf("restore: got %v, want ErrPostgres", err)
	}
	if _, err := Make(t.Context(), storetest.Postgres(t), file+"2", ""); !errors.Is(err, ErrPostgres) {
		t.Errorf("make: got %v, want ErrPostgres", err)
	}
}
