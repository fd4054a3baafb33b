package sheet

import (
	"encoding/csv"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"lull/scheduler"
)

// MostServices is how many services one table may hold.
const MostServices = 5000

// column is one property of a service in a table. read answers in words what in
// a cell cannot be read.
type column struct {
	name  string
	write func(scheduler.Service) string
	read  func(*scheduler.Service, string) (wrong string)
}

var serviceColumns = []column{
	{"slug", func(s scheduler.Service) string { return s.Slug }, func(*scheduler.Service, string) string { return "" }},
	text("name", func(s *scheduler.Service) *string { return &s.Name }),
	text("description", func(s *scheduler.Service) *string { return &s.Description }),
	{"tier", func(s scheduler.Service) string { return strconv.Itoa(s.Tier) }, func(s *scheduler.Service, cell string) (wrong string) {
		tier, err := strconv.Atoi(strings.TrimSpace(cell))
		if s.Tier = tier; err != nil || tier < 1 || tier > 4 {
			return "The tier is a number from 1 (critical) to 4."
		}
		return ""
	}},
	text("primary_owner", func(s *scheduler.Service) *string { return &s.PrimaryOwner }),
	text("backup_owner", func(s *scheduler.Service) *string { return &s.BackupOwner }),
	words("escalation", func(s *scheduler.Service) *[]string { return &s.Escalation }),
	words("upstream", func(s *scheduler.Service) *[]string { return &s.Upstream }),
	{"hours", func(s scheduler.Service) string { return strings.Join(Hours(s.Hours), "\n") }, func(s *scheduler.Service, cell string) (wrong string) {
		s.Hours, wrong = ReadHours(cell)
		return wrong
	}},
	{"public", func(s scheduler.Service) string { return map[bool]string{true: "yes", false: "no"}[s.Public] }, func(s *scheduler.Service, cell string) string {
		switch strings.ToLower(strings.TrimSpace(cell)) {
		case "yes", "true", "1":
			s.Public = true
		case "no", "false", "0":
			s.Public = false
		default:
			return "Write yes or no."
		}
		return ""
	}},
	text("runbook_url", func(s *scheduler.Service) *string { return &s.RunbookURL }),
	{"links", func(s scheduler.Service) string { return strings.Join(links(s.Links), "\n") }, func(s *scheduler.Service, cell string) string {
		s.Links = nil
		for line := range strings.Lines(cell) {
			line = strings.TrimSpace(line)
			if at := strings.LastIndexByte(line, ' '); line != "" {
				s.Links = append(s.Links, scheduler.Link{Label: strings.TrimSpace(line[:max(0, at)]), URL: line[at+1:]})
			}
		}
		return ""
	}},
	text("rollback_plan", func(s *scheduler.Service) *string { return &s.RollbackPlan }),
}

func text(name string, of func(*scheduler.Service) *string) column {
	return column{
		name, func(s scheduler.Service) string { return *of(&s) },
		func(s *scheduler.Service, cell string) string {
			*of(s) = strings.TrimSpace(cell)
			return ""
		},
	}
}

// words is a column of names without blanks, with blanks or commas between them.
func words(name string, of func(*scheduler.Service) *[]string) column {
	return column{
		name, func(s scheduler.Service) string { return strings.Join(*of(&s), " ") },
		func(s *scheduler.Service, cell string) string {
			*of(s) = strings.FieldsFunc(cell, func(r rune) bool { return strings.ContainsRune(" ,;\r\n\t", r) })
			return ""
		},
	}
}

func links(all []scheduler.Link) (lines []string) {
	for _, l := range all {
		lines = append(lines, strings.TrimSpace(l.Label+" "+l.URL))
	}
	return lines
}

// Hours are weekly spans as people write them, one a line: "sat,sun 02:00-06:00
// Europe/Berlin".
func Hours(all []scheduler.Hours) (lines []string) {
	for _, h := range all {
		lines = append(lines, fmt.Sprintf("%s %s-%s %s", strings.Join(h.Days, ","), h.From, h.To, h.TimeZone))
	}
	return lines
}

// ReadHours reads what Hours writes.
func ReadHours(text string) (all []scheduler.Hours, wrong string) {
	for line := range strings.Lines(text) {
		f := strings.Fields(line)
		if len(f) == 0 {
			continue
		}
		from, until, ok := strings.Cut(strings.Join(f[1:min(2, len(f))], ""), "-")
		if !ok || len(f) != 3 {
			return nil, "Write each line as days, hours and zone: sat,sun 02:00-06:00 Europe/Berlin."
		}
		all = append(all, scheduler.Hours{Days: strings.Split(strings.ToLower(f[0]), ","), From: from, To: until, TimeZone: f[2]})
	}
	return all, ""
}

// ServiceRows are services as a table, its heading first.
func ServiceRows(all []scheduler.Service) [][]string {
	rows := make([][]string, 1, len(all)+1)
	for _, c := range serviceColumns {
		rows[0] = append(rows[0], c.name)
	}
	for _, s := range all {
		var row []string
		for _, c := range serviceColumns {
			row = append(row, c.write(s))
		}
		rows = append(rows, row)
	}
	return rows
}

// Row is one service of a table that was read.
type Row struct {
	Number  int // of the row in the table; the heading is 1
	New     bool
	Service scheduler.Service
	Changes []Change
	Wrong   scheduler.InvalidError // by the column
}

// Change is what a row changes in one column.
type Change struct{ Column, Was, Now string }

// Services reads a table over the services that there are. A column that is
// not there leaves what is kept as it is, and so does a service that is not.
// The error is an InvalidError of the table as a whole; what is wrong with one
// row stands in it.
func Services(text string, have []scheduler.Service) ([]Row, error) {
	cells, err := table(text)
	if err != nil {
		return nil, scheduler.InvalidError{"table": unreadable(err)}
	}
	if len(cells) < 2 {
		return nil, scheduler.InvalidError{"table": "Give a heading with the names of the columns, and a row for each service."}
	}
	if len(cells) > MostServices+1 {
		return nil, scheduler.InvalidError{"table": fmt.Sprintf("There are %d rows here, at most %d.", len(cells)-1, MostServices)}
	}
	columns, slug, wrong := heading(cells[0])
	if wrong != "" {
		return nil, scheduler.InvalidError{"table": wrong}
	}
	by := make(map[string]scheduler.Service, len(have))
	for _, s := range have {
		by[s.Slug] = s
	}
	var rows []Row
	seen := map[string]int{}
	for i, line := range cells[1:] {
		if strings.TrimSpace(strings.Join(line, "")) == "" {
			continue
		}
		row := readRow(i+2, line, columns, slug, by)
		if before := seen[row.Service.Slug]; before > 0 {
			row.Wrong["slug"] = fmt.Sprintf("Row %d is of the same service.", before)
		}
		seen[row.Service.Slug] = row.Number
		rows = append(rows, row)
	}
	checkUpstream(rows, have)
	return rows, nil
}

func unreadable(err error) string {
	var at *csv.ParseError
	if errors.As(err, &at) {
		return fmt.Sprintf("The table cannot be read at line %d: %v.", at.Line, at.Err)
	}
	return "The table cannot be read."
}

// heading finds the column of each cell, and that of the slug.
func heading(cells []string) (columns []column, slug int, wrong string) {
	slug = -1
	for i, name := range cells {
		name = strings.ToLower(strings.TrimSpace(name))
		at := slices.IndexFunc(serviceColumns, func(c column) bool { return c.name == name })
		switch {
		case at < 0:
			return nil, 0, fmt.Sprintf("There is no column %q; the columns are %s.", name, strings.Join(ServiceRows(nil)[0], ", "))
		case slices.ContainsFunc(columns, func(c column) bool { return c.name == name }):
			return nil, 0, fmt.Sprintf("The column %q is there twice.", name)
		case name == "slug":
			slug = i
		}
		columns = append(columns, serviceColumns[at])
	}
	if slug < 0 {
		return nil, 0, "There is no column \"slug\", which says of which service a row is."
	}
	return columns, slug, ""
}

func readRow(number int, line []string, columns []column, slug int, by map[string]scheduler.Service) Row {
	row := Row{Number: number, Wrong: scheduler.InvalidError{}}
	name := ""
	if slug < len(line) {
		name = strings.TrimSpace(line[slug])
	}
	was, ok := by[name]
	row.New, row.Service = !ok, was
	row.Service.Slug = name
	if row.New {
		row.Service.Tier, row.Service.Public = 3, true
	}
	if len(line) > len(columns) {
		row.Wrong["slug"] = fmt.Sprintf("The row has %d cells, the heading %d.", len(line), len(columns))
	}
	for i, c := range columns[:min(len(line), len(columns))] {
		if wrong := c.read(&row.Service, line[i]); wrong != "" {
			row.Wrong[c.name] = wrong
		}
	}
	row.Service.Escalation = slices.Clone(row.Service.Escalation)
	var more scheduler.InvalidError
	if errors.As(row.Service.Check(), &more) {
		for field, words := range more {
			if row.Wrong[field] == "" {
				row.Wrong[field] = words
			}
		}
	}
	for _, c := range columns {
		if a, b := c.write(was), c.write(row.Service); a != b && !row.New {
			row.Changes = append(row.Changes, Change{c.name, a, b})
		}
	}
	return row
}

// checkUpstream refuses rows that depend on what is nowhere, or on themselves
// through others, once all rows are in.
func checkUpstream(rows []Row, have []scheduler.Service) {
	var changed []scheduler.Service
	for _, r := range rows {
		changed = append(changed, r.Service)
	}
	after := scheduler.Renewed(have, changed)
	for _, r := range rows {
		var wrong scheduler.InvalidError
		if errors.As(scheduler.CheckUpstream(r.Service, after), &wrong) && r.Wrong["upstream"] == "" {
			maps.Copy(r.Wrong, wrong)
		}
	}
}

// Changed lists the services of rows that change something; when something is
// wrong with any row it is an InvalidError.
func Changed(rows []Row) (changed []scheduler.Service, err error) {
	for _, r := range rows {
		if len(r.Wrong) > 0 {
			return nil, scheduler.InvalidError{"table": "Some cells cannot be taken; nothing was changed."}
		}
		if r.New || len(r.Changes) > 0 {
			changed = append(changed, r.Service)
		}
	}
	return changed, nil
}
