package agenda

import (
	"fmt"

	"lull/scheduler"
	"lull/scheduler/store"
)

// ground is what all windows stand under: the services and the freezes,
// and whether there are suppliers' notices. It is
// read whole and kept until one of them changes, since every look at a window
// needs it and hardly anything changes it. It is shared: nobody writes to it.
type ground struct {
	services []scheduler.Service // by their slug
	graph    scheduler.Graph
	freezes  []scheduler.Freeze
	notices  bool // suppliers' maintenance touches some service
}

// groundOf is the ground as it stands in tx.
func groundOf(tx *store.Tx) (*ground, error) {
	var edition int64
	if err := tx.Row(`SELECT coalesce(max(seq), 0) FROM cursors WHERE name = 'ground'`).Scan(&edition); err != nil {
		return nil, fmt.Errorf("agenda: ground: %w", err)
	}
	return store.Memo(tx, "ground", edition, func() (*ground, error) {
		all, err := store.Rows(tx, scanService, `SELECT doc FROM services ORDER BY slug`)
		if err != nil {
			return nil, fmt.Errorf("agenda: services: %w", err)
		}
		freezes, err := store.Rows(tx, scanFreeze, `SELECT doc FROM freezes ORDER BY start_at, id`)
		if err != nil {
			return nil, fmt.Errorf("agenda: freezes: %w", err)
		}
		under := &ground{services: all, graph: scheduler.NewGraph(all), freezes: freezes}
		if err := tx.Row(`SELECT EXISTS (SELECT 1 FROM notice_services)`).Scan(&under.notices); err != nil {
			return nil, fmt.Errorf("agenda: notices: %w", err)
		}
		return under, nil
	})
}

// shake says that the ground changed. Whoever changes a service, a freeze or a
// notice calls it, in the same transaction, before anybody looks again.
func shake(tx *store.Tx) error {
	_, err := tx.Exec(`
		INSERT INTO cursors (name, seq) VALUES ('ground', 1)
		ON CONFLICT (name) DO UPDATE SET seq = cursors.seq + 1`)
	if err != nil {
		return fmt.Errorf("agenda: ground: %w", err)
	}
	return nil
}
