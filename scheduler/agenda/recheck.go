package agenda

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"lull/scheduler"
	"lull/scheduler/store"
)

// know notes the conflicts of windows that their people see as they act on
// them: nobody is told of these again.
func know(tx *store.Tx, vs []View) error {
	var rows [][]any
	for some := range slices.Chunk(vs, mostRows) {
		ids := make([]any, len(some))
		for i, v := range some {
			ids[i] = v.ID
		}
		if _, err := tx.Exec(`DELETE FROM known_conflicts WHERE window_id IN (`+holes(1, len(ids))+`)`, ids...); err != nil {
			return fmt.Errorf("agenda: known conflicts: %w", err)
		}
	}
	for _, v := range vs {
		seen := map[string]bool{}
		for _, c := range v.Conflicts {
			if name := v.KnownAs(c); v.State.Holds() && !seen[name] {
				seen[name] = true
				rows = append(rows, []any{v.ID, name, c.Window})
			}
		}
	}
	if err := insert(tx, `INSERT INTO known_conflicts (window_id, name, other)`, rows); err != nil {
		return fmt.Errorf("agenda: known conflicts: %w", err)
	}
	return nil
}

func learn(tx *store.Tx, w scheduler.Window, c scheduler.Conflict) error {
	_, err := tx.Exec(`INSERT INTO known_conflicts (window_id, name, other) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`, w.ID, w.KnownAs(c), c.Window)
	if err != nil {
		return fmt.Errorf("agenda: known conflicts: %w", err)
	}
	return nil
}

// recheck looks again at the windows that changed ones collide with or no
// longer do, and tells their people what is new to them.
func recheck(tx *store.Tx, changed []View, by scheduler.Person) error {
	if err := know(tx, changed); err != nil {
		return err
	}
	mine, others := map[string]bool{}, map[string]bool{}
	for some := range slices.Chunk(changed, mostRows) {
		ids := make([]any, len(some))
		for i, v := range some {
			ids[i], mine[v.ID] = v.ID, true
			for _, c := range v.Conflicts {
				if v.State.Holds() && c.Window != "" {
					others[c.Window] = true
				}
			}
		}
		knew, err := store.Rows(tx, scanString, `SELECT window_id FROM known_conflicts WHERE other IN (`+holes(1, len(ids))+`)`, ids...)
		if err != nil {
			return fmt.Errorf("agenda: recheck: %w", err)
		}
		for _, id := range knew {
			others[id] = true
		}
	}
	maps.DeleteFunc(others, func(id string, _ bool) bool { return mine[id] })
	for some := range slices.Chunk(slices.Sorted(maps.Keys(others)), mostRows) {
		ws, err := windows(tx, `WHERE w.id IN (`+holes(1, len(some))+`) AND w.state IN ('requested', 'scheduled', 'in_progress', 'verifying') ORDER BY w.start_at, w.id`, anys(some)...)
		if err != nil {
			return err
		}
		if err := tellNew(tx, ws, by); err != nil {
			return err
		}
	}
	return nil
}

// touched is what a change of the world around windows touches.
type touched struct {
	services []string // slugs; nil: all
	scheduler.Interval
}

// recheckAll looks again at the windows that run or are still to come in the scope, after what
// they stand under has changed: a freeze, a service's hours, what it depends on.
func recheckAll(tx *store.Tx, in touched, by scheduler.Person) error {
	const some = 200
	from := in.Start
	if from.Before(tx.Now) {
		from = tx.Now
	}
	args := []any{store.At(from)}
	where := `WHERE w.state IN ('requested', 'scheduled', 'in_progress', 'verifying') AND w.end_at > $1`
	if !in.End.IsZero() {
		args = append(args, store.At(in.End))
		where += fmt.Sprintf(` AND w.start_at < $%d`, len(args))
	}
	if in.services != nil {
		where += ` AND w.id IN (SELECT s.window_id FROM slots s WHERE s.service IN (` + holes(len(args)+1, len(in.services)) + `))`
		args = append(args, anys(in.services)...)
	}
	after := ""
	for {
		page := fmt.Sprintf(` AND w.id > $%d ORDER BY w.id LIMIT %d`, len(args)+1, some)
		ws, err := windows(tx, where+page, append(args, after)...)
		if err != nil || len(ws) == 0 {
			return err
		}
		after = ws[len(ws)-1].ID
		if err := tellNew(tx, ws, by); err != nil {
			return err
		}
	}
}

// tellNew records for each window the conflicts that its people do not know of,
// and forgets those that are no more, so that they are new should they return.
func tellNew(tx *store.Tx, ws []scheduler.Window, by scheduler.Person) error {
	vs, err := views(tx, ws)
	if err != nil {
		return err
	}
	knew, err := knownTo(tx, ws)
	if err != nil {
		return err
	}
	for _, v := range vs {
		gone, fresh := knew[v.ID], []scheduler.Conflict(nil)
		for _, c := range v.Conflicts {
			name := v.KnownAs(c)
			if !gone[name] && c.Kind != scheduler.ShortNotice {
				fresh = append(fresh, c)
			}
			delete(gone, name)
		}
		for name := range gone {
			if _, err := tx.Exec(`DELETE FROM known_conflicts WHERE window_id = $1 AND name = $2`, v.ID, name); err != nil {
				return fmt.Errorf("agenda: recheck %s: %w", v.Name(), err)
			}
		}
		if len(fresh) == 0 {
			continue
		}
		words := []string{"New in the way:"}
		for _, c := range fresh {
			if err := learn(tx, v.Window, c); err != nil {
				return err
			}
			words = append(words, v.News(c))
		}
		if err := Record(tx, scheduler.Event{
			WindowID: v.ID, Actor: by.Email, Via: by.Via, Kind: scheduler.Conflicted, Text: strings.Join(words, " "),
			Data: scheduler.Facts{State: v.State, Inside: true, Conflicts: fresh},
		}); err != nil {
			return err
		}
	}
	return nil
}

// knownTo is the names of the conflicts that the people of each window know of.
func knownTo(tx *store.Tx, ws []scheduler.Window) (map[string]map[string]bool, error) {
	knew := make(map[string]map[string]bool, len(ws))
	ids := make([]any, len(ws))
	for i, w := range ws {
		ids[i], knew[w.ID] = w.ID, map[string]bool{}
	}
	rows, err := store.Rows(tx, func(r store.Scanner) (p part[string], err error) {
		err = r.Scan(&p.of, &p.it)
		return p, err
	}, `SELECT window_id, name FROM known_conflicts WHERE window_id IN (`+holes(1, len(ids))+`)`, ids...)
	if err != nil {
		return nil, fmt.Errorf("agenda: known conflicts: %w", err)
	}
	for _, r := range rows {
		knew[r.of][r.it] = true
	}
	return knew, nil
}

func scanString(r store.Scanner) (s string, err error) {
	err = r.Scan(&s)
	return s, err
}
