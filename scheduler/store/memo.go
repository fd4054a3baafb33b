package store

import "sync"

// memos keep what was made of rows, by name, each for one edition.
type memos struct {
	mu  sync.Mutex
	all map[string]memo
}

type memo struct {
	edition int64
	value   any
}

func (m *memos) find(name string, edition int64) (any, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	found, ok := m.all[name]
	return found.value, ok && found.edition == edition
}

// keep replaces what an earlier edition left; a later one that another
// transaction kept meanwhile stays.
func (m *memos) keep(fresh map[string]memo) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.all == nil {
		m.all = map[string]memo{}
	}
	for name, one := range fresh {
		if have, ok := m.all[name]; !ok || have.edition < one.edition {
			m.all[name] = one
		}
	}
}

// Memo is what of makes of rows, made once for each edition. The edition is a
// number that the caller reads in tx and that every change of those rows
// raises, in the change's own transaction. What comes back is shared: nobody
// changes it. It is kept for others only once tx is.
func Memo[T any](tx *Tx, name string, edition int64, of func() (T, error)) (T, error) {
	if fresh, ok := tx.fresh[name]; ok && fresh.edition == edition {
		return fresh.value.(T), nil
	}
	if found, ok := tx.memos.find(name, edition); ok {
		return found.(T), nil
	}
	value, err := of()
	if err != nil {
		return value, err
	}
	if tx.fresh == nil {
		tx.fresh = map[string]memo{}
	}
	tx.fresh[name] = memo{edition, value}
	return value, nil
}
