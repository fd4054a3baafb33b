package scheduler

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"strings"
)

// Table is rows as CSV (RFC 4180), each cell as a spreadsheet may be given it.
func Table(rows [][]string) ([]byte, error) {
	var b bytes.Buffer
	out := csv.NewWriter(&b)
	out.UseCRLF = true
	for _, row := range rows {
		safe := make([]string, len(row))
		for i, s := range row {
			safe[i] = Cell(s)
		}
		if err := out.Write(safe); err != nil {
			return nil, fmt.Errorf("write the table: %w", err)
		}
	}
	out.Flush()
	if err := out.Error(); err != nil {
		return nil, fmt.Errorf("write the table: %w", err)
	}
	return b.Bytes(), nil
}

// Cell is s as a spreadsheet may be given it: what the spreadsheet would run
// as a formula is marked as text by an apostrophe, and so is what looks marked.
func Cell(s string) string {
	if formula(strings.TrimLeft(s, "'")) {
		return "'" + s
	}
	return s
}

// Uncell is what Cell was given.
func Uncell(s string) string {
	if rest, marked := strings.CutPrefix(s, "'"); marked && formula(strings.TrimLeft(rest, "'")) {
		return rest
	}
	return s
}

func formula(s string) bool {
	first := strings.TrimLeft(s, " \u00a0\u3000\n")
	for _, danger := range []string{"=", "+", "-", "@", "\t", "\r", "|", "＝", "＋", "－", "＠"} {
		if strings.HasPrefix(first, danger) || strings.HasPrefix(s, danger) {
			return true
		}
	}
	return false
}
