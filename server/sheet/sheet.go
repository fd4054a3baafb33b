// Package sheet is how the server writes tables for spreadsheets and reads them
// back: comma separated values, in which no cell runs as a formula.
package sheet

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"net/http"
	"strings"
)

// dangers are what a cell may not begin with, since a spreadsheet would run it.
var dangers = []string{"=", "+", "-", "@", "\t", "\r", "|", "＝", "＋", "－", "＠"}

func runs(s string) bool {
	first := strings.TrimLeft(s, " \u00a0\u3000\n")
	for _, danger := range dangers {
		if strings.HasPrefix(first, danger) || strings.HasPrefix(s, danger) {
			return true
		}
	}
	return false
}

// Cell is s as a spreadsheet may be given it: what the spreadsheet would run as
// a formula is marked as text by an apostrophe, and what could be taken for so
// marked is marked too, so that Plain finds every s again.
func Cell(s string) string {
	if runs(strings.TrimLeft(s, "'")) {
		return "'" + s
	}
	return s
}

// Plain is what stands in a cell, without the mark.
func Plain(s string) string {
	if strings.HasPrefix(s, "'") && runs(strings.TrimLeft(s, "'")) {
		return s[1:]
	}
	return s
}

// Write answers with a table; its cells are marked here.
func Write(w http.ResponseWriter, name string, rows [][]string) error {
	var b bytes.Buffer
	out := csv.NewWriter(&b)
	out.UseCRLF = true
	for _, row := range rows {
		safe := make([]string, len(row))
		for i, s := range row {
			safe[i] = Cell(s)
		}
		if err := out.Write(safe); err != nil {
			return fmt.Errorf("sheet: %w", err)
		}
	}
	if out.Flush(); out.Error() != nil {
		return fmt.Errorf("sheet: %w", out.Error())
	}
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="`+name+`.csv"`)
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Vary", "Accept")
	if _, err := w.Write(b.Bytes()); err != nil {
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
			row[i] = Plain(s)
		}
	}
	return rows, nil
}
