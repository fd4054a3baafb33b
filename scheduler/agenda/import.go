package agenda

import (
	"context"
	"errors"
	"fmt"
	"reflect"

	"lull/scheduler"
	"lull/scheduler/store"
)

// Import is what a table of stakeholders does, or would do.
type Import struct {
	Rows                             []ImportedRow
	Added, Changed, Unchanged, Wrong int
}

// ImportedRow is what becomes of one row.
type ImportedRow struct {
	Line  int
	Title string // the address, or the name of a group
	Did   string // added, changed, unchanged; empty: it is wrong
	Wrong scheduler.InvalidError
}

var errTried = errors.New("agenda: only tried")

// TryImport tells what ImportStakeholders would do, and keeps nothing.
func (a *Agenda) TryImport(ctx context.Context, rows []scheduler.SheetRow, by scheduler.Person) (im Import, err error) {
	err = a.db.Update(ctx, func(tx *store.Tx) error {
		if im, err = importRows(tx, rows, by); err != nil {
			return err
		}
		return errTried
	})
	if errors.Is(err, errTried) {
		err = nil
	}
	return im, err
}

// ImportStakeholders adds and changes the stakeholders of a table, all of them
// or, when a row is wrong, none; it is an InvalidError then, and the rows say why.
func (a *Agenda) ImportStakeholders(ctx context.Context, rows []scheduler.SheetRow, by scheduler.Person) (im Import, err error) {
	err = a.db.Update(ctx, func(tx *store.Tx) error {
		if im, err = importRows(tx, rows, by); err != nil {
			return err
		}
		if im.Wrong > 0 {
			return scheduler.InvalidError{"file": fmt.Sprintf("%d of %d rows are wrong: nothing was imported.", im.Wrong, len(rows))}
		}
		return nil
	})
	return im, err
}

func importRows(tx *store.Tx, rows []scheduler.SheetRow, by scheduler.Person) (im Import, err error) {
	set, err := SettingsIn(tx)
	if err != nil {
		return im, err
	}
	lines := map[string]int{}
	for _, row := range rows {
		one, err := importRow(tx, row, set.TimeZone, lines, by)
		if err != nil {
			return im, err
		}
		switch one.Did {
		case "added":
			im.Added++
		case "changed":
			im.Changed++
		case "unchanged":
			im.Unchanged++
		default:
			im.Wrong++
		}
		im.Rows = append(im.Rows, one)
	}
	return im, nil
}

// importRow keeps one row; what is wrong with it stands in what it answers.
func importRow(tx *store.Tx, row scheduler.SheetRow, zone string, lines map[string]int, by scheduler.Person) (ImportedRow, error) {
	key := row.Key()
	one := ImportedRow{Line: row.Line, Title: key, Wrong: scheduler.InvalidError{}}
	for column, words := range row.Wrong {
		one.Wrong[column] = words
	}
	if line, twice := lines[key]; twice && key != "" {
		one.Wrong["email"] = fmt.Sprintf("This stands in line %d already.", line)
	}
	lines[key] = row.Line
	was, err := stakeholderBy(tx, key)
	s, did := was, "changed"
	switch {
	case errors.Is(err, scheduler.ErrNotFound):
		s, did = scheduler.Stakeholder{ID: tx.NewID(), Created: tx.Now, TimeZone: zone, Confirmed: true}, "added"
		s.All = row.Cells["services"] == "" && row.Cells["tiers"] == ""
	case err != nil:
		return one, fmt.Errorf("agenda: import: %w", err)
	}
	for column, cell := range row.Cells {
		if words := s.Set(column, cell); words != "" {
			one.Wrong[column] = words
		}
	}
	if len(one.Wrong) == 0 {
		check, same := s, was
		if err := errors.Join(check.Check(), same.Check()); err == nil && did == "changed" && sameRow(check, same) {
			one.Title, one.Did = check.Title(), "unchanged"
			return one, nil
		}
		err := keepStakeholder(tx, &s, by, did)
		var wrong scheduler.InvalidError
		switch {
		case errors.As(err, &wrong):
			for field, words := range wrong {
				one.Wrong[cellOf(field)] = words
			}
		case err != nil:
			return one, err
		}
	}
	if len(one.Wrong) == 0 {
		one.Title, one.Did = s.Title(), did
	}
	return one, nil
}

func sameRow(a, b scheduler.Stakeholder) bool { return reflect.DeepEqual(a.Row(), b.Row()) }

// cellOf is the column in which the words about a field stand.
func cellOf(field string) string {
	if field == "quiet" {
		return "quiet_from"
	}
	return field
}
