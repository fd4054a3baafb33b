// Package sheet is how the server writes tables for spreadsheets and reads them
// back: comma separated values, in which no cell runs as a formula.
package sheet

import (
	"encoding/csv"
	"fmt"
	"net/http"
	"strings"

	"lull/scheduler"
)

// Write answers with a table; its cells are marked here.
func Write(w http.ResponseWriter, name string, rows [][]string) error {
	body, err := scheduler.Table(rows)
	if err != nil {
		return fmt.Errorf("sheet: %w", err)
	}
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="`+name+`.csv"`)
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Vary", "Accept")
	if _, err := w.Write(body); err != nil {
		return fmt.Errorf("sheet: %w", err)
	}
	return nil
}

// table is text as rows of plain cells. It may be separated by commas,
// semicolons or tabs, as spreadsheets save it or as it is copied out of one.
func table(text string) ([][]string, error) {
	text = strings.TrimPrefix(text, "\ufeff")
	head, _, _ := strings.Cut(text, "\n")
	in := csv.NewReader(strings.NewReader(text))
	in.FieldsPerRecord = -1
	for _, comma := range []string{";", "\t"} {
		if strings.Count(head, comma) > strings.Count(head, string(in.Comma)) {
			in.Comma = rune(comma[0])
		}
	}
	rows, err := in.ReadAll()
	if err != nil {
		return nil, fmt.Errorf("sheet: %w", err)
	}
	for _, row := range rows {
		for i, s := range row {
			row[i] = scheduler.Uncell(s)
		}
	}
	return rows, nil
}
