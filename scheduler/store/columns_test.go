package store_test

import (
	"reflect"
	"testing"
	"time"

	"lull/scheduler/store"
	"lull/scheduler/store/storetest"
)

func TestColumnsComeBackAsTheyWent(t *testing.T) {
	t.Parallel()
	type row struct {
		At  time.Time
		Doc map[string][]string
		OK  bool
	}
	for _, want := range []row{
		{storetest.Noon, map[string][]string{"a": {"b", "<&>", "é"}}, true},
		{time.Time{}, nil, false},
		{time.UnixMilli(1).UTC(), map[string][]string{}, false},
	} {
		update(t, shelf(t), func(tx *store.Tx) error {
			_, err := tx.Exec(`INSERT INTO shelf (name, n, at, doc, ok) VALUES ('a', 0, $1, $2, $3)`,
				store.At(want.At), store.JSON(&want.Doc), want.OK)
			if err != nil {
				return err
			}
			got := row{Doc: map[string][]string{"left": {"over"}}}
			var at store.Time
			err = tx.Row(`SELECT at, doc, ok FROM shelf WHERE ok = $1`, want.OK).Scan(&at, store.JSON(&got.Doc), &got.OK)
			got.At = at.Time
			if !reflect.DeepEqual(got, want) {
				t.Errorf("got %+v, want %+v", got, want)
			}
			return err
		})
	}
}

func TestNullIsAbsence(t *testing.T) {
	t.Parallel()
	update(t, shelf(t), func(tx *store.Tx) error {
		if _, err := tx.Exec(`INSERT INTO shelf (name, n, at) VALUES ('a', 0, $1)`, store.At(time.Time{})); err != nil {
			return err
		}
		at, doc := store.At(storetest.Noon), []string{"left over"}
		err := tx.Row(`SELECT at, doc FROM shelf WHERE at IS NULL AND doc IS NULL`).Scan(&at, store.JSON(&doc))
		if !at.IsZero() || doc != nil {
			t.Errorf("got %v and %v, want nothing", at, doc)
		}
		return err
	})
}

func TestTimesSortAsInstants(t *testing.T) {
	t.Parallel()
	late, early := storetest.Noon.In(time.FixedZone("", -3600)), storetest.Noon.Add(-time.Minute).In(time.FixedZone("", 7200))
	update(t, shelf(t), func(tx *store.Tx) error {
		for name, at := range map[string]time.Time{"late": late, "early": early} {
			if _, err := tx.Exec(`INSERT INTO shelf (name, n, at) VALUES ($1, 0, $2)`, name, store.At(at)); err != nil {
				return err
			}
		}
		var first string
		err := tx.Row(`SELECT name FROM shelf WHERE at < $1 ORDER BY at`, store.At(late)).Scan(&first)
		if first != "early" {
			t.Errorf("got %q first, want early", first)
		}
		return err
	})
}

func TestAColumnOfAnotherTypeIsRefused(t *testing.T) {
	t.Parallel()
	update(t, shelf(t), func(tx *store.Tx) error {
		var at store.Time
		if err := tx.Row(`SELECT 'noon'`).Scan(&at); err == nil {
			t.Errorf("a text was read as the time %v", at)
		}
		var doc []string
		if err := tx.Row(`SELECT '{"a"'`).Scan(store.JSON(&doc)); err == nil {
			t.Errorf("half a text was read as %v", doc)
		}
		return nil
	})
}
