package store_test

import (
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

func TestTestsHaveSchemasOfTheirOwn(t *testing.T) {
	t.Parallel()
	for range 2 {
		update(t, shelf(t), func(tx *store.Tx) error { return put(tx, "a", 1) })
	}
}
