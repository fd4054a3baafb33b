package agenda

import (
	"fmt"
	"slices"

	"lull/scheduler"
	"lull/scheduler/store"
)

// WindowIn is the window that ref names, its id or MW-42, as it stands in tx.
func WindowIn(tx *store.Tx, ref string) (scheduler.Window, error) { return window(tx, ref) }

// WindowsIn lists the windows with these ids as they stand in tx, by their
// start and without their checks.
func WindowsIn(tx *store.Tx, ids []string) (all []scheduler.Window, err error) {
	for some := range slices.Chunk(ids, mostRows) {
		ws, err := store.Rows(tx, scanWindow, `
			SELECT w.id, w.number, w.title, w.state, w.version, w.doc
			FROM windows w WHERE w.id IN (`+holes(1, len(some))+`) ORDER BY w.start_at, w.id`, anys(some)...)
		if err != nil {
			return nil, fmt.Errorf("agenda: windows: %w", err)
		}
		all = append(all, ws...)
	}
	return all, nil
}

// ServicesIn lists all services as they stand in tx.
func ServicesIn(tx *store.Tx) ([]scheduler.Service, error) { return services(tx) }

// Touched lists, of all services, those of w and those that depend on them.
func Touched(all []scheduler.Service, w scheduler.Window) []scheduler.Service {
	return touching(all, w).all
}
