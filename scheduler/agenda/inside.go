package agenda

import (
	"lull/scheduler"
	"lull/scheduler/store"
)

// WindowIn is the window that ref names, its id or MW-42, as it stands in tx.
func WindowIn(tx *store.Tx, ref string) (scheduler.Window, error) { return window(tx, ref) }

// ServicesIn lists all services as they stand in tx.
func ServicesIn(tx *store.Tx) ([]scheduler.Service, error) { return services(tx) }

// Touched lists, of all services, those of w and those that depend on them.
func Touched(all []scheduler.Service, w scheduler.Window) []scheduler.Service {
	return touching(all, w)
}
