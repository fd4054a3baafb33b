package store_test

import (
	"errors"
	"sync"
	"testing"

	"lull/scheduler/store"
	"lull/scheduler/store/storetest"
)

func TestWritersOfTwoSchemasDoNotWaitForEachOther(t *testing.T) {
	t.Parallel()
	one, other := storetest.Postgres(t), storetest.Postgres(t)
	update(t, one, func(*store.Tx) error {
		update(t, other, func(*store.Tx) error { return nil })
		return nil
	})
}

func TestManyMayMigrateANewSchemaAtOnce(t *testing.T) {
	t.Parallel()
	storetest.Postgres(t)
	url := storetest.URL(t)
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			db, err := store.Open(t.Context(), url)
			if err != nil {
				t.Error(err)
				return
			}
			if err := errors.Join(db.Ready(t.Context()), db.Close()); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
}

func TestTestsHaveSchemasOfTheirOwn(t *testing.T) {
	t.Parallel()
	for range 2 {
		update(t, shelf(t), func(tx *store.Tx) error { return put(tx, "a", 1) })
	}
}
