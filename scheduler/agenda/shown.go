package agenda

import (
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"

	"lull/scheduler"
	"lull/scheduler/store"
)

// ShownIn lists the windows that f picks, by their start, as calendars show
// them: without their checks, and with nothing that has to be worked out.
func ShownIn(tx *store.Tx, f CalendarFilter) ([]scheduler.Window, error) {
	c, err := Filter{From: f.From, To: f.To, Services: f.Services, Public: f.Public}.where(tx)
	if err != nil {
		return nil, err
	}
	if len(f.IDs) > 0 {
		c.add("w.id IN ("+strings.TrimSuffix(strings.Repeat("?, ", len(f.IDs)), ", ")+")", anys(f.IDs)...)
	}
	c.add("w.start_at IS NOT NULL")
	ws, err := store.Rows(tx, scanWindow, `
		SELECT w.id, w.number, w.title, w.state, w.version, w.doc
		FROM windows w `+c.text.String()+` ORDER BY w.start_at, w.id`, c.args...)
	if err != nil {
		return nil, fmt.Errorf("agenda: windows of a calendar: %w", err)
	}
	return ws, nil
}

// EditionIn names the state of everything as it stands in tx: the number of the
// last event.
func EditionIn(tx *store.Tx) (seq int64, err error) {
	if err := tx.Row(`SELECT coalesce(max(seq), 0) FROM events`).Scan(&seq); err != nil {
		return 0, fmt.Errorf("agenda: edition: %w", err)
	}
	return seq, nil
}

// aside are the kinds of event after which every calendar is as it was. A kind
// that is not here may have changed any of them.
var aside = []scheduler.EventKind{
	scheduler.PersonChanged, scheduler.TokenChanged, scheduler.LoggedIn, scheduler.LogInRefused, scheduler.DeliveriesSettled,
	scheduler.TemplateKept, scheduler.TemplateApproved, scheduler.TemplateWithdrawn, scheduler.TemplateDeleted,
}

// mostChanged is how many changed windows ChangedIn names before it says that
// everything may have changed.
const mostChanged = 200

// ChangedIn is what calendars must look at again that knew everything up to the
// edition: these windows, some of which may be gone, or all of it.
func ChangedIn(tx *store.Tx, edition int64) (ids []string, all bool, err error) {
	type about struct {
		id   string
		kind scheduler.EventKind
	}
	scan := func(r store.Scanner) (a about, err error) {
		err = r.Scan(&a.id, &a.kind)
		return a, err
	}
	found, err := store.Rows(tx, scan, `
		SELECT DISTINCT coalesce(e.window_id, ''), CASE WHEN e.window_id IS NULL THEN e.kind ELSE '' END
		FROM events e WHERE e.seq > $1
		LIMIT $2`, edition, mostChanged+1)
	if err != nil {
		return nil, false, fmt.Errorf("agenda: what changed: %w", err)
	}
	for _, a := range found {
		switch {
		case a.id != "":
			ids = append(ids, a.id)
		case !slices.Contains(aside, a.kind):
			all = true
		}
	}
	return ids, all || len(found) > mostChanged, nil
}

// StakeholderIn is the stakeholder with that address; not one is a zero value,
// who asked for nothing.
func StakeholderIn(tx *store.Tx, address string) (scheduler.Stakeholder, error) {
	s, err := scanStakeholder(tx.Row(`SELECT doc FROM stakeholders WHERE email = $1`, address))
	if errors.Is(err, sql.ErrNoRows) {
		return scheduler.Stakeholder{}, nil
	}
	if err != nil {
		return s, fmt.Errorf("agenda: stakeholder: %w", err)
	}
	return s, nil
}
