package feed

import (
	"container/list"
	"errors"
	"sync"

	"lull/scheduler"
)

// cache keeps what was rendered, up to a number of bytes; the one that nobody
// asked for the longest goes first.
type cache struct {
	most int

	mu    sync.Mutex
	slots map[string]*list.Element // of *slot
	order *list.List               // the one asked for last in front
	size  int
}

// slot is the place of one feed. Its mutex is held while the feed is rendered,
// so that it is rendered once however many ask for it.
type slot struct {
	key  string
	size int // guarded by the cache's mutex

	mu   sync.Mutex
	page *rendered
}

func newCache(most int) *cache {
	return &cache{most: most, slots: map[string]*list.Element{}, order: list.New()}
}

// get is what is kept for key after fresh has had a look at it: fresh takes
// what is there, or nil, and gives what is to be there. What is not found
// takes no place; another error leaves what there is.
func (c *cache) get(key string, fresh func(*rendered) (*rendered, error)) (*rendered, error) {
	s := c.slot(key)
	s.mu.Lock()
	defer s.mu.Unlock()
	page, err := fresh(s.page)
	if errors.Is(err, scheduler.ErrNotFound) {
		s.page = nil
	}
	if err != nil {
		if s.page == nil {
			c.drop(s)
		}
		return nil, err
	}
	if page != s.page {
		s.page = page
		c.weigh(s, weight(key, page))
	}
	return page, nil
}

func weight(key string, page *rendered) int {
	const around = 512 // what a slot takes besides
	n := len(key) + around
	if page != nil {
		const perEntry = 80
		n += len(page.plain) + len(page.zipped) + perEntry*len(page.entries)
	}
	return n
}

// slot is the place for key, which is made if need be.
func (c *cache) slot(key string) *slot {
	c.mu.Lock()
	defer c.mu.Unlock()
	if e, ok := c.slots[key]; ok {
		c.order.MoveToFront(e)
		return e.Value.(*slot)
	}
	s := &slot{key: key, size: weight(key, nil)}
	c.slots[key] = c.order.PushFront(s)
	c.size += s.size
	c.shrink()
	return s
}

// weigh notes that s has become so big, if it is still kept.
func (c *cache) weigh(s *slot, size int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if e, ok := c.slots[s.key]; ok && e.Value.(*slot) == s {
		c.size += size - s.size
		s.size = size
		c.shrink()
	}
}

// drop gives the place of s away.
func (c *cache) drop(s *slot) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if e, ok := c.slots[s.key]; ok && e.Value.(*slot) == s {
		c.forget(e)
	}
}

func (c *cache) forget(e *list.Element) {
	s := c.order.Remove(e).(*slot)
	delete(c.slots, s.key)
	c.size -= s.size
}

// shrink drops the oldest until the rest fits.
func (c *cache) shrink() {
	for c.size > c.most && c.order.Len() > 0 {
		c.forget(c.order.Back())
	}
}
