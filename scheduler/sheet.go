package scheduler

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// StakeholderColumns is the head of a table of stakeholders.
var StakeholderColumns = []string{
	"email", "name", "members", "services", "tiers", "all", "kinds", "calendar", "time_zone", "language",
	"quiet_from", "quiet_to", "list", "public_only", "confirmed", "unsubscribed",
}

// Row is s as a row of that table. What Set reads of it is s again.
func (s Stakeholder) Row() []string {
	tiers := make([]string, len(s.Tiers))
	for i, t := range s.Tiers {
		tiers[i] = strconv.Itoa(t)
	}
	kinds := make([]string, len(s.Kinds))
	for i, k := range s.Kinds {
		kinds[i] = string(k)
	}
	return []string{
		s.Email, s.Name, strings.Join(s.Members, " "), strings.Join(s.Services, " "), strings.Join(tiers, " "), yesNo(s.All),
		strings.Join(kinds, " "), string(s.Calendar), s.TimeZone, s.Language, s.Quiet.From, s.Quiet.To,
		yesNo(s.List), yesNo(s.Outside), yesNo(s.Confirmed), yesNo(s.Gone),
	}
}

func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

// Set writes into s what a cell of the column says, or says what is wrong with
// it. An empty cell that asks yes or no leaves s as it is.
func (s *Stakeholder) Set(column, cell string) (wrong string) {
	switch column {
	case "email":
		s.Email = cell
	case "name":
		s.Name = cell
	case "members":
		s.Members = words(cell)
	case "services":
		s.Services = words(cell)
	case "tiers":
		s.Tiers = nil
		for _, one := range words(cell) {
			n, err := strconv.Atoi(one)
			if err != nil {
				return fmt.Sprintf("%q is not a tier: a number from 1 to 4.", one)
			}
			s.Tiers = append(s.Tiers, n)
		}
	case "kinds":
		s.Kinds = nil
		for _, one := range words(cell) {
			s.Kinds = append(s.Kinds, Announcement(one))
		}
	case "calendar":
		s.Calendar = CalendarPart(cell)
	case "time_zone":
		s.TimeZone = cell
	case "language":
		s.Language = cell
	case "quiet_from":
		s.Quiet.From = cell
	case "quiet_to":
		s.Quiet.To = cell
	default:
		return s.tick(column, cell)
	}
	return ""
}

func (s *Stakeholder) tick(column, cell string) (wrong string) {
	box, known := map[string]*bool{
		"all": &s.All, "list": &s.List, "public_only": &s.Outside, "confirmed": &s.Confirmed, "unsubscribed": &s.Gone,
	}[column]
	if !known {
		return "This is none of the columns there are."
	}
	switch strings.ToLower(cell) {
	case "":
	case "yes", "true", "1", "x":
		*box = true
	case "no", "false", "0":
		if column == "unsubscribed" && s.Gone {
			return "This address unsubscribed: only its holder can subscribe it again."
		}
		*box = false
	default:
		return "Write yes or no."
	}
	return ""
}

// words are what stands between blanks, commas and line ends.
func words(cell string) (found []string) {
	return strings.FieldsFunc(cell, func(r rune) bool { return strings.ContainsRune(" ,;\t\r\n", r) })
}

// SheetRow is one row of a table as it was read: its cells by their columns.
type SheetRow struct {
	Line  int
	Cells map[string]string
	Wrong InvalidError
}

const mostSheetRows = 5000

// ReadSheet reads a table of stakeholders, as CSV with commas or semicolons. Its
// head names columns of StakeholderColumns, in any order; the email column, or
// name and members, must be among them. What is wrong with the table as a whole
// is an InvalidError for "file"; what is wrong with a row stands in the row.
func ReadSheet(raw []byte) (rows []SheetRow, err error) {
	refuse := func(format string, args ...any) error {
		return InvalidError{"file": fmt.Sprintf(format, args...)}
	}
	raw = bytes.TrimPrefix(raw, []byte("\ufeff"))
	if len(bytes.TrimSpace(raw)) == 0 {
		return nil, refuse("Give a table with a head, such as email,name,services.")
	}
	if !utf8.Valid(raw) || bytes.ContainsRune(raw, 0) {
		return nil, refuse("This is not a text in UTF-8.")
	}
	in := csv.NewReader(bytes.NewReader(raw))
	in.FieldsPerRecord = -1
	if first, _, _ := bytes.Cut(raw, []byte("\n")); bytes.ContainsRune(first, ';') && !bytes.ContainsRune(first, ',') {
		in.Comma = ';'
	}
	var head []string
	for {
		record, err := in.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		var broken *csv.ParseError
		if errors.As(err, &broken) {
			return nil, refuse("Line %d cannot be read: a quotation mark is missing or too much.", broken.Line)
		}
		if err != nil {
			return nil, refuse("The table cannot be read.")
		}
		line, _ := in.FieldPos(0)
		if head == nil {
			if head, err = sheetHead(record); err != nil {
				return nil, err
			}
			continue
		}
		if len(rows) == mostSheetRows {
			return nil, refuse("Take at most %d rows at a time.", mostSheetRows)
		}
		rows = append(rows, sheetRow(head, record, line))
	}
	return rows, nil
}

// sheetHead is the head of a table, each column known and named once.
func sheetHead(record []string) (head []string, err error) {
	for _, name := range record {
		name = strings.ToLower(strings.TrimSpace(name))
		switch {
		case !slices.Contains(StakeholderColumns, name):
			return nil, InvalidError{"file": fmt.Sprintf("There is no column %q. The head names some of %s.", name, strings.Join(StakeholderColumns, ", "))}
		case slices.Contains(head, name):
			return nil, InvalidError{"file": fmt.Sprintf("The column %q stands there twice.", name)}
		}
		head = append(head, name)
	}
	if !slices.Contains(head, "email") && (!slices.Contains(head, "name") || !slices.Contains(head, "members")) {
		return nil, InvalidError{"file": "The head must name email, or name and members."}
	}
	return head, nil
}

func sheetRow(head, record []string, line int) SheetRow {
	row := SheetRow{Line: line, Cells: map[string]string{}, Wrong: InvalidError{}}
	if len(record) != len(head) {
		row.Wrong["row"] = fmt.Sprintf("It has %d cells, the head has %d.", len(record), len(head))
	}
	for i, cell := range record {
		if i < len(head) {
			row.Cells[head[i]] = strings.TrimSpace(Uncell(cell))
		}
	}
	return row
}

// Key is what the stakeholder of the row is found by, if it is there already.
func (r SheetRow) Key() string {
	s := Stakeholder{Email: r.Cells["email"], Name: r.Cells["name"], Members: words(r.Cells["members"])}
	if clean, wrong := ParseAddress(s.Email); wrong == "" {
		s.Email = clean
	}
	return s.Key()
}

// StakeholderFilter picks stakeholders. What is empty picks any.
type StakeholderFilter struct {
	Q       string // part of the address, the name or a member
	State   string // one of StakeholderStates
	Service string // a slug
}

// StakeholderStates lists what a stakeholder can be picked by.
var StakeholderStates = []string{"confirmed", "unconfirmed", "unsubscribed", "suppressed", "list", "group", "public"}

// Picks reports whether the filter picks s, to which mail may be suppressed.
func (f StakeholderFilter) Picks(s Stakeholder, suppressed bool) bool {
	if f.Q != "" {
		said := strings.ToLower(strings.Join(append([]string{s.Email, s.Name}, s.Members...), "\n"))
		if !strings.Contains(said, strings.ToLower(strings.TrimSpace(f.Q))) {
			return false
		}
	}
	if f.Service != "" && !s.All && !has(s.Services, f.Service) {
		return false
	}
	switch f.State {
	case "":
		return true
	case "confirmed":
		return s.Confirmed && !s.Gone
	case "unconfirmed":
		return !s.Confirmed && !s.Gone
	case "unsubscribed":
		return s.Gone
	case "suppressed":
		return suppressed
	case "list":
		return s.List
	case "group":
		return s.Group()
	case "public":
		return s.Outside
	}
	return false
}
