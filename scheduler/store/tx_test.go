package store_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"lull/scheduler/store"
	"lull/scheduler/store/storetest"
)

// shelf opens a database with a table of the test's own.
func shelf(t *testing.T) *store.DB {
	t.Helper()
	return withShelf(t, storetest.Open(t))
}

func withShelf(t *testing.T, db *store.DB) *store.DB {
	t.Helper()
	update(t, db, func(tx *store.Tx) error {
		_, err := tx.Exec(`CREATE TABLE shelf (
			name TEXT PRIMARY KEY,
			n    INTEGER NOT NULL CHECK (n >= 0),
			at   BIGINT,
			doc  TEXT,
			ok   BOOLEAN NOT NULL DEFAULT FALSE
		)`)
		return err
	})
	return db
}

func open(t *testing.T, url string) *store.DB {
	t.Helper()
	db, err := store.Open(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

func update(t *testing.T, db *store.DB, fn func(*store.Tx) error) {
	t.Helper()
	if err := db.Update(t.Context(), fn); err != nil {
		t.Fatal(err)
	}
}

func put(tx *store.Tx, name string, n int) error {
	_, err := tx.Exec(`INSERT INTO shelf (name, n) VALUES ($1, $2)`, name, n)
	return err
}

func names(t *testing.T, db *store.DB) (all string) {
	t.Helper()
	err := db.View(t.Context(), func(tx *store.Tx) error {
		list, err := list(tx)
		all = strings.Join(list, " ")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func list(tx *store.Tx) ([]string, error) {
	scan := func(row store.Scanner) (name string, err error) { return name, row.Scan(&name) }
	return store.Rows(tx, scan, `SELECT name FROM shelf ORDER BY name`)
}

func TestArgumentsAreBoundByNumberAndNotByOrder(t *testing.T) {
	t.Parallel()
	db := shelf(t)
	update(t, db, func(tx *store.Tx) error {
		if err := put(tx, "a", 1); err != nil {
			return err
		}
		n, err := tx.Exec(`UPDATE shelf SET n = $2, doc = $3 WHERE name = $1 AND n < $2`, "a", 7, "$1")
		if err != nil || n != 1 {
			t.Errorf("got %d rows and %v, want 1 row", n, err)
		}
		var got int
		var doc string
		if err := tx.Row(`SELECT n, doc FROM shelf WHERE doc = '$1' AND name = $1`, "a").Scan(&got, &doc); err != nil {
			return err
		}
		if got != 7 || doc != "$1" {
			t.Errorf("got %d and %q, want 7 and $1", got, doc)
		}
		return nil
	})
}

func TestAnUpdateThatFailsKeepsNothing(t *testing.T) {
	t.Parallel()
	db := shelf(t)
	why := errors.New("refused")
	if err := db.Update(t.Context(), func(tx *store.Tx) error {
		return errors.Join(put(tx, "a", 1), why)
	}); !errors.Is(err, why) {
		t.Errorf("got %v, want the error of the function", err)
	}
	if got := names(t, db); got != "" {
		t.Errorf("got %q, want nothing kept", got)
	}
}

func TestAnUpdateThatPanicsKeepsNothingAndLetsTheNextOneIn(t *testing.T) {
	t.Parallel()
	db := shelf(t)
	func() {
		defer func() {
			if recover() == nil {
				t.Error("the panic was swallowed")
			}
		}()
		_ = db.Update(t.Context(), func(tx *store.Tx) error {
			if err := put(tx, "a", 1); err != nil {
				return err
			}
			panic("a mistake")
		})
	}()
	update(t, db, func(tx *store.Tx) error { return put(tx, "b", 1) })
	if got, want := names(t, db), "b"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestAnUpdateWhoseCallerLeftKeepsNothing(t *testing.T) {
	t.Parallel()
	db := shelf(t)
	ctx, leave := context.WithCancel(t.Context())
	err := db.Update(ctx, func(tx *store.Tx) error {
		defer leave()
		return put(tx, "a", 1)
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want context.Canceled", err)
	}
	update(t, db, func(tx *store.Tx) error { return put(tx, "b", 1) })
	if got, want := names(t, db), "b"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestAViewCannotWrite(t *testing.T) {
	t.Parallel()
	db := shelf(t)
	if err := db.View(t.Context(), func(tx *store.Tx) error { return put(tx, "a", 1) }); err == nil {
		t.Error("a row was written in a View")
	}
	if got := names(t, db); got != "" {
		t.Errorf("got %q, want nothing", got)
	}
}

func TestAViewSeesOneMoment(t *testing.T) {
	t.Parallel()
	db := shelf(t)
	err := db.View(t.Context(), func(tx *store.Tx) error {
		if before, err := list(tx); err != nil || len(before) != 0 {
			t.Errorf("got %v, %v, want an empty shelf", before, err)
		}
		update(t, db, func(tx *store.Tx) error { return put(tx, "a", 1) })
		after, err := list(tx)
		if len(after) != 0 {
			t.Errorf("got %v, want what was there when the view began", after)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

func TestATransactionInATransactionIsRefused(t *testing.T) {
	t.Parallel()
	db := shelf(t)
	nothing := func(*store.Tx) error { return nil }
	for _, outer := range []func(context.Context, func(*store.Tx) error) error{db.Update, db.View} {
		for _, inner := range []func(context.Context, func(*store.Tx) error) error{db.Update, db.View} {
			err := outer(t.Context(), func(tx *store.Tx) error { return inner(tx.Context(), nothing) })
			if !errors.Is(err, store.ErrNested) {
				t.Errorf("got %v, want ErrNested", err)
			}
		}
	}
}

func TestOfManyWhoCheckAndInsertOneSucceeds(t *testing.T) {
	t.Parallel()
	url := storetest.URL(t)
	db, other := withShelf(t, open(t, url)), open(t, url) // as a server and a command
	const people, slots = 8, 20
	var all sync.WaitGroup
	for person := range people {
		all.Go(func() {
			for slot := range slots {
				err := []*store.DB{db, other}[person%2].Update(t.Context(), func(tx *store.Tx) error {
					var taken int
					if err := tx.Row(`SELECT count(*) FROM shelf WHERE n = $1`, slot).Scan(&taken); err != nil || taken > 0 {
						return err
					}
					return put(tx, fmt.Sprintf("%02d of %d", slot, person), slot)
				})
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	if got := strings.Count(names(t, db), "of"); got != slots {
		t.Errorf("got %d rows, want one for each of %d slots", got, slots)
	}
}

func TestATransactionHasOneTimeInWholeSecondsUTC(t *testing.T) {
	t.Parallel()
	db := shelf(t)
	zone := time.FixedZone("", 3600)
	db.Now = func() time.Time { return time.Date(2026, 11, 2, 13, 0, 0, 999_999_999, zone) }
	update(t, db, func(tx *store.Tx) error {
		if tx.Now != storetest.Noon {
			t.Errorf("got %v, want %v", tx.Now, storetest.Noon)
		}
		return nil
	})
}

func TestNamesAreCountedInTests(t *testing.T) {
	t.Parallel()
	update(t, shelf(t), func(tx *store.Tx) error {
		got := [2]string{tx.NewID(), tx.NewID()}
		want := [2]string{"00000000-0000-4000-8000-000000000001", "00000000-0000-4000-8000-000000000002"}
		if got != want {
			t.Errorf("got %v, want %v", got, want)
		}
		return nil
	})
}

func TestOnCommitFollowsWhatWasKeptAndNothingElse(t *testing.T) {
	t.Parallel()
	db := shelf(t)
	kept := 0
	db.OnCommit = func() { kept++ }
	update(t, db, func(tx *store.Tx) error { return put(tx, "a", 1) })
	if err := db.Update(t.Context(), func(tx *store.Tx) error { return put(tx, "a", 1) }); err == nil {
		t.Error("a second row with the same key was kept")
	}
	names(t, db)
	if kept != 1 {
		t.Errorf("got %d calls, want 1", kept)
	}
}

func TestRefusalsOfTheDatabaseAreToldApart(t *testing.T) {
	t.Parallel()
	db := shelf(t)
	update(t, db, func(tx *store.Tx) error {
		if err := put(tx, "a", 1); err != nil {
			return err
		}
		_, err := tx.Exec(`CREATE TABLE leaf (id TEXT PRIMARY KEY, of TEXT NOT NULL REFERENCES shelf (name))`)
		return err
	})
	for _, c := range []struct {
		name, query                string
		unique, guarded, unrelated bool
	}{
		{"a key that is taken", `INSERT INTO shelf (name, n) VALUES ('a', 2)`, true, false, false},
		{"a check", `INSERT INTO shelf (name, n) VALUES ('b', -1)`, false, true, false},
		{"a row that points to none", `INSERT INTO leaf (id, of) VALUES ('1', 'z')`, false, false, true},
		{"no such table", `INSERT INTO nowhere (name) VALUES ('a')`, false, false, false},
	} {
		err := db.Update(t.Context(), func(tx *store.Tx) error { _, err := tx.Exec(c.query); return err })
		if err == nil || store.IsUnique(err) != c.unique || store.IsGuard(err) != c.guarded || store.IsMissing(err) != c.unrelated {
			t.Errorf("%s: got unique %v, guard %v, missing %v of %v", c.name, store.IsUnique(err), store.IsGuard(err), store.IsMissing(err), err)
		}
	}
}

func TestWhatIsAlsoDoneIsKeptWithTheUpdateOrNotAtAll(t *testing.T) {
	t.Parallel()
	db := shelf(t)
	book := func(name string) func(*store.Tx) error {
		return func(tx *store.Tx) error { return put(tx, name, 1) }
	}
	ctx := store.Also(t.Context(), book("key"))
	if err := db.View(ctx, func(*store.Tx) error { return nil }); err != nil {
		t.Errorf("a View does it too: %v", err)
	}
	if err := db.Update(ctx, func(*store.Tx) error { return errors.New("no") }); err == nil {
		t.Error("an Update that fails did not")
	}
	if got := names(t, db); got != "" {
		t.Errorf("nothing was done, but %q is there", got)
	}
	if err := db.Update(ctx, book("a")); err != nil {
		t.Fatal(err)
	}
	if err := db.Update(ctx, book("b")); err == nil {
		t.Error("the key was written twice")
	}
	if got := strings.Fields(names(t, db)); !slices.Equal(got, []string{"a", "key"}) {
		t.Errorf("got %q, want a and key", got)
	}
}
