package agenda

import (
	"database/sql"
	"fmt"
	"strconv"
	"strings"

	"lull/scheduler"
	"lull/scheduler/store"
)

// windows reads the windows that where selects, the earliest first, each with
// its checks and their results: three queries, however many windows.
func windows(tx *store.Tx, where string, args ...any) ([]scheduler.Window, error) {
	ws, err := store.Rows(tx, scanWindow, `
		SELECT w.id, w.number, w.title, w.state, w.version, w.doc
		FROM windows w `+where, args...)
	if err != nil {
		return nil, fmt.Errorf("agenda: windows: %w", err)
	}
	return ws, fillChecks(tx, ws)
}

// fillChecks loads the checks of the windows and their results.
func fillChecks(tx *store.Tx, ws []scheduler.Window) error {
	const most = 500 // arguments a query
	for len(ws) > most {
		if err := fillChecks(tx, ws[:most]); err != nil {
			return err
		}
		ws = ws[most:]
	}
	at := make(map[string]*scheduler.Window, len(ws))
	ids := make([]any, len(ws))
	for i := range ws {
		at[ws[i].ID] = &ws[i]
		ids[i] = ws[i].ID
	}
	in := holes(1, len(ids))
	results, err := store.Rows(tx, scanResult, `
		SELECT r.check_id, r.id, r.answer, r.note, r.evidence_url, r.by_person, r.at
		FROM results r JOIN checks c ON c.id = r.check_id
		WHERE c.window_id IN (`+in+`) ORDER BY r.check_id, r.position`, ids...)
	if err != nil {
		return fmt.Errorf("agenda: results: %w", err)
	}
	of := map[string][]scheduler.Result{}
	for _, r := range results {
		of[r.of] = append(of[r.of], r.it)
	}
	checks, err := store.Rows(tx, scanCheck, `
		SELECT c.window_id, c.id, c.phase, c.stage, c.text, c.how, c.required, c.probe, c.reopened
		FROM checks c WHERE c.window_id IN (`+in+`) AND NOT (c.retired = `+fmt.Sprintf("$%d", len(ids)+1)+`)
		ORDER BY c.window_id, c.position`, append(ids, true)...)
	if err != nil {
		return fmt.Errorf("agenda: checks: %w", err)
	}
	for _, c := range checks {
		c.it.Results = of[c.it.ID]
		at[c.of].Checks = append(at[c.of].Checks, c.it)
	}
	return nil
}

// part is something that belongs to what has the id of.
type part[T any] struct {
	of string
	it T
}

// window finds one by its id or by its name, such as MW-42.
func window(tx *store.Tx, ref string) (scheduler.Window, error) {
	where, arg := `WHERE w.id = $1`, any(ref)
	if digits, named := strings.CutPrefix(strings.ToUpper(ref), "MW-"); named {
		n, err := strconv.ParseInt(digits, 10, 32)
		if err != nil {
			return scheduler.Window{}, scheduler.ErrNotFound
		}
		where, arg = `WHERE w.number = $1`, n
	}
	ws, err := windows(tx, where, arg)
	if err == nil && len(ws) == 0 {
		err = scheduler.ErrNotFound
	}
	if err != nil {
		return scheduler.Window{}, err
	}
	return ws[0], nil
}

func scanWindow(r store.Scanner) (w scheduler.Window, err error) {
	var id, title string
	var number, version int
	var state scheduler.State
	if err = r.Scan(&id, &number, &title, &state, &version, store.JSON(&w)); err != nil {
		return w, err
	}
	w.ID, w.Number, w.Title, w.State, w.Version = id, number, title, state, version
	return w, nil
}

func scanCheck(r store.Scanner) (p part[scheduler.Check], err error) {
	var probe string
	err = r.Scan(&p.of, &p.it.ID, &p.it.Phase, &p.it.Stage, &p.it.Text, &p.it.How, &p.it.Required, &probe, &p.it.Reopened)
	if probe != "" {
		p.it.Probe = []byte(probe)
	}
	return p, err
}

func scanResult(r store.Scanner) (p part[scheduler.Result], err error) {
	var at store.Time
	err = r.Scan(&p.of, &p.it.ID, &p.it.Answer, &p.it.Note, &p.it.EvidenceURL, &p.it.By, &at)
	p.it.At = at.Time
	return p, err
}

// keep writes w whole; was is what it is thought to replace, nil when w is new.
func keep(tx *store.Tx, w scheduler.Window, was *scheduler.Window) error {
	if was == nil {
		if err := keepRow(tx, w, was); err != nil {
			return err
		}
	}
	if !w.State.Final() {
		if err := keepChecks(tx, w); err != nil {
			return fmt.Errorf("agenda: keep checks of %s: %w", w.Name(), err)
		}
	}
	if was != nil {
		if err := keepRow(tx, w, was); err != nil {
			return err
		}
	}
	if err := keepParts(tx, w); err != nil {
		return fmt.Errorf("agenda: keep parts of %s: %w", w.Name(), err)
	}
	if err := readWindow(tx, w); err != nil {
		return fmt.Errorf("agenda: keep words of %s: %w", w.Name(), err)
	}
	return nil
}

// columns is a row of windows, in the order of its columns.
func columns(w *scheduler.Window) []any {
	return []any{
		w.ID, w.Number, w.Title, w.State, w.Kind, sql.NullString{String: string(w.Outcome), Valid: w.Outcome != ""},
		w.Lead, w.Requester, w.Published, store.At(w.Start), store.At(w.End), store.At(w.Due()), w.Version,
		store.At(w.Changed), store.JSON(w), sql.NullString{String: w.Series, Valid: w.Series != ""},
		sql.NullString{String: w.Occurrence, Valid: w.Series != ""},
	}
}

func keepRow(tx *store.Tx, w scheduler.Window, was *scheduler.Window) error {
	if was == nil {
		_, err := tx.Exec(`
			INSERT INTO windows (id, number, title, state, kind, outcome, lead, requester, published, start_at, end_at, due_at, version,
				updated_at, doc, series_id, occurrence)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)`, columns(&w)...)
		if err != nil {
			return fmt.Errorf("agenda: keep window %s: %w", w.Name(), err)
		}
		return nil
	}
	n, err := tx.Exec(`
		UPDATE windows SET number = $2, title = $3, state = $4, kind = $5, outcome = $6, lead = $7, requester = $8,
			published = $9, start_at = $10, end_at = $11, due_at = $12, version = $13, updated_at = $14, doc = $15,
			series_id = $16, occurrence = $17
		WHERE id = $1 AND version = $18 AND state = $19`, append(columns(&w), was.Version, was.State)...)
	if err != nil {
		return fmt.Errorf("agenda: keep window %s: %w", w.Name(), err)
	}
	if n != 1 {
		return scheduler.ErrStale
	}
	return nil
}

func keepChecks(tx *store.Tx, w scheduler.Window) error {
	if _, err := tx.Exec(`UPDATE checks SET retired = $2 WHERE window_id = $1`, w.ID, true); err != nil {
		return err
	}
	for i, c := range w.Checks {
		if _, err := tx.Exec(`
			INSERT INTO checks (id, window_id, position, phase, text, how, required, probe, state, reopened, retired, stage)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
			ON CONFLICT (id) DO UPDATE SET position = excluded.position, state = excluded.state,
				reopened = excluded.reopened, retired = excluded.retired`,
			c.ID, w.ID, i, c.Phase, c.Text, c.How, c.Required, string(c.Probe), c.State(), c.Reopened, false, c.Stage); err != nil {
			return err
		}
		for j, r := range c.Results {
			if _, err := tx.Exec(`
				INSERT INTO results (id, check_id, position, answer, note, evidence_url, by_person, at)
				VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
				ON CONFLICT (id) DO NOTHING`,
				r.ID, c.ID, j, r.Answer, r.Note, r.EvidenceURL, r.By, store.At(r.At)); err != nil {
				return err
			}
		}
	}
	return nil
}

// keepParts writes what follows from w: its services, the slots it holds, and
// who approved.
func keepParts(tx *store.Tx, w scheduler.Window) error {
	for _, table := range []string{`DELETE FROM window_services WHERE window_id = $1`, `DELETE FROM slots WHERE window_id = $1`, `DELETE FROM approvals WHERE window_id = $1`} {
		if _, err := tx.Exec(table, w.ID); err != nil {
			return err
		}
	}
	return addParts(tx, []scheduler.Window{w})
}
