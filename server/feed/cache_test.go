package feed

import (
	"errors"
	"fmt"
	"testing"
)

func TestTheCacheStaysWithinItsBytes(t *testing.T) {
	t.Parallel()
	c := newCache(10_000)
	put := func(key string) (had bool) {
		t.Helper()
		_, err := c.get(key, func(was *rendered) (*rendered, error) {
			if had = was != nil; had {
				return was, nil
			}
			return &rendered{plain: make([]byte, 1000), zipped: make([]byte, 500)}, nil
		})
		if err != nil {
			t.Fatal(err)
		}
		return had
	}
	for i := range 100 {
		put(fmt.Sprint(i))
		put("wanted by all")
		if c.size > c.most || c.size < 0 || len(c.slots) != c.order.Len() {
			t.Fatalf("after %d: %d bytes in %d slots, %d in order; want at most %d bytes", i, c.size, len(c.slots), c.order.Len(), c.most)
		}
	}
	if !put("wanted by all") || !put("99") || put("0") {
		t.Error("the cache dropped what was asked for lately, or kept the oldest")
	}
}

func TestAnErrorKeepsNothing(t *testing.T) {
	t.Parallel()
	c := newCache(10_000)
	broken := errors.New("broken")
	if _, err := c.get("a", func(*rendered) (*rendered, error) { return nil, broken }); !errors.Is(err, broken) {
		t.Errorf("got %v, want %v", err, broken)
	}
	if _, err := c.get("a", func(was *rendered) (*rendered, error) {
		if was != nil {
			t.Error("an error left something behind")
		}
		return &rendered{}, nil
	}); err != nil {
		t.Error(err)
	}
}
