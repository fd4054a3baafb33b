package agenda

import (
	"lull/scheduler"
	"lull/scheduler/store"
)

// callOut adds to what the clock has done to w whom it calls for help.
func callOut(tx *store.Tx, w *scheduler.Window, evs []scheduler.Event) ([]scheduler.Event, error) {
	if !w.Ringing(tx.Now) {
		return evs, nil
	}
	set, err := SettingsIn(tx)
	if err != nil {
		return nil, err
	}
	services, err := ServicesOf(tx, w.Slugs())
	if err != nil {
		return nil, err
	}
	return w.CallOut(evs, scheduler.DutyFor(*w, services, set.EscalateAfter), tx.Now), nil
}
