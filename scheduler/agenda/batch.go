package agenda

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"lull/scheduler"
	"lull/scheduler/store"
)

// mostRows is how many rows one statement inserts.
const mostRows = 500

// insert adds rows, many in one statement; into names the table and its columns.
func insert(tx *store.Tx, into string, rows [][]any) error {
	for some := range slices.Chunk(rows, mostRows) {
		var b strings.Builder
		b.WriteString(into + " VALUES ")
		var args []any
		for i, row := range some {
			if i > 0 {
				b.WriteString(", ")
			}
			b.WriteString("(" + holes(len(args)+1, len(row)) + ")")
			args = append(args, row...)
		}
		if _, err := tx.Exec(b.String(), args...); err != nil {
			return err
		}
	}
	return nil
}

// addAll writes new windows whole, in a few statements for all of them.
func addAll(tx *store.Tx, ws []scheduler.Window) error {
	var rows, checks [][]any
	for i := range ws {
		w := &ws[i]
		rows = append(rows, columns(w))
		for j, c := range w.Checks {
			checks = append(checks, []any{c.ID, w.ID, j, c.Phase, c.Text, c.How, c.Required, string(c.Probe), c.State(), c.Reopened, false})
		}
	}
	if err := insert(tx, `
		INSERT INTO windows (id, number, title, state, kind, outcome, lead, requester, published, start_at, end_at, due_at, version,
			updated_at, doc, series_id, occurrence)`, rows); err != nil {
		return fmt.Errorf("agenda: add windows: %w", err)
	}
	if err := insert(tx, `INSERT INTO checks (id, window_id, position, phase, text, how, required, probe, state, reopened, retired)`, checks); err != nil {
		return fmt.Errorf("agenda: add checks: %w", err)
	}
	queue := make([][]any, len(ws)) // search reads them in its own time
	for i, w := range ws {
		queue[i] = []any{w.Number}
	}
	if err := insert(tx, `INSERT INTO search_queue (number)`, queue); err != nil {
		return fmt.Errorf("agenda: add windows to the search: %w", err)
	}
	return addParts(tx, ws)
}

// addParts writes what follows from the windows: their services, the slots they
// hold, and who approved.
func addParts(tx *store.Tx, ws []scheduler.Window) error {
	var services, slots, approvals [][]any
	for _, w := range ws {
		for _, s := range w.Services {
			services = append(services, []any{w.ID, s.Service})
			if w.State.Holds() && !w.Start.IsZero() {
				i := w.Slot(s.Service, time.Time{}) // what runs over is looked up as such
				slots = append(slots, []any{s.Service, store.At(i.Start), store.At(i.End), w.ID})
			}
		}
		for _, a := range w.Approvals {
			approvals = append(approvals, []any{w.ID, a.By, store.At(a.At), w.Requester})
		}
	}
	for _, part := range []struct {
		into string
		rows [][]any
	}{
		{`INSERT INTO window_services (window_id, service)`, services},
		{`INSERT INTO slots (service, start_at, end_at, window_id)`, slots},
		{`INSERT INTO approvals (window_id, by_person, at, requester)`, approvals},
	} {
		if err := insert(tx, part.into, part.rows); err != nil {
			return fmt.Errorf("agenda: add parts of windows: %w", err)
		}
	}
	return nil
}

// changeAll writes windows that were changed whole; was is each as it was.
func changeAll(tx *store.Tx, ws, was []scheduler.Window) error {
	for i, w := range ws {
		asked := func(a, b scheduler.Check) bool { return a.ID == b.ID }
		if !w.State.Final() && !slices.EqualFunc(w.Checks, was[i].Checks, asked) {
			if err := keepChecks(tx, w); err != nil {
				return fmt.Errorf("agenda: keep checks of %s: %w", w.Name(), err)
			}
		}
		if err := keepRow(tx, w, &was[i]); err != nil {
			return err
		}
	}
	for some := range slices.Chunk(ws, mostRows) {
		in, ids := idsOf(some)
		for _, q := range []string{`DELETE FROM window_services WHERE window_id IN (`, `DELETE FROM slots WHERE window_id IN (`, `DELETE FROM approvals WHERE window_id IN (`} {
			if _, err := tx.Exec(q+in+`)`, ids...); err != nil {
				return fmt.Errorf("agenda: change windows: %w", err)
			}
		}
	}
	return addParts(tx, ws)
}

// forgetAll deletes drafts that were never announced, and lets search forget them:
// the number of the last one is the next one's.
func forgetAll(tx *store.Tx, ws []scheduler.Window) error {
	for some := range slices.Chunk(ws, mostRows) {
		in, ids := idsOf(some)
		for _, q := range []string{`DELETE FROM checks WHERE window_id IN (`, `DELETE FROM window_services WHERE window_id IN (`, `DELETE FROM windows WHERE id IN (`} {
			if _, err := tx.Exec(q+in+`)`, ids...); err != nil {
				return fmt.Errorf("agenda: delete drafts: %w", err)
			}
		}
	}
	for _, w := range ws {
		if err := forgetWindow(tx, w.Number); err != nil {
			return fmt.Errorf("agenda: delete %s: %w", w.Name(), err)
		}
	}
	return nil
}

func idsOf(ws []scheduler.Window) (in string, ids []any) {
	for _, w := range ws {
		ids = append(ids, w.ID)
	}
	return holes(1, len(ids)), ids
}
