package scheduler

import (
	"errors"
	"reflect"
	"strings"
	"testing"
)

// again is what a table of these stakeholders reads as.
func again(t *testing.T, all ...Stakeholder) (read []Stakeholder) {
	t.Helper()
	table := [][]string{StakeholderColumns}
	for _, s := range all {
		table = append(table, s.Row())
	}
	raw, err := Table(table)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := ReadSheet(raw)
	if err != nil {
		t.Fatalf("%v of\n%s", err, raw)
	}
	for _, row := range rows {
		var s Stakeholder
		for column, cell := range row.Cells {
			if wrong := s.Set(column, cell); wrong != "" {
				t.Errorf("line %d, %s: %s", row.Line, column, wrong)
			}
		}
		if err := s.Check(); err != nil {
			t.Errorf("line %d: %v", row.Line, err)
		}
		read = append(read, s)
	}
	return read
}

func TestATableOfStakeholdersReadsAsWhatItWasMadeOf(t *testing.T) {
	t.Parallel()
	all := []Stakeholder{
		{Email: "a@example.org", Name: `=HYPERLINK("x")`, All: true, Confirmed: true},
		{Email: "+b@example.org", Name: "'=already marked", Services: []string{"core-db", "shop"}, Tiers: []int{1, 2}, List: true, TimeZone: "Asia/Tokyo"},
		{Email: "c@example.org", Name: "O'Neil, \"Shaq\"", Kinds: []Announcement{AnnounceStarted, AnnounceCancelled}, Calendar: NoPart, Quiet: Quiet{"22:00", "07:00"}, Gone: true},
		{Email: "d@example.org", Name: "＝full width", Outside: true, Language: "de"},
		{Name: "@crew", Members: []string{"a@example.org", "z@example.org"}, All: true, Confirmed: true},
		{Email: "e@example.org", Name: "''-x"},
		{Email: "f@example.org", Name: "'t Hooft"},
	}
	for i := range all {
		if err := all[i].Check(); err != nil {
			t.Fatal(err)
		}
	}
	read := again(t, all...)
	for i, want := range all {
		if i >= len(read) || !reflect.DeepEqual(read[i].Row(), want.Row()) {
			t.Errorf("row %d reads as %+v, want %+v", i, read[i], want)
		}
	}
}

func TestNoCellRunsInASpreadsheet(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "\u3000=1", "＝1", "|cmd", "'=1", "''=1"} {
		cell := Cell(s)
		if !strings.HasPrefix(cell, "'") {
			t.Errorf("%q stays as it is", s)
		}
		if Uncell(cell) != s {
			t.Errorf("%q became %q, which reads as %q", s, cell, Uncell(cell))
		}
	}
	for _, s := range []string{"", "plain", "'t Hooft", "''", "1-1"} {
		if Cell(s) != s || Uncell(s) != s {
			t.Errorf("%q became %q", s, Cell(s))
		}
	}
}

func TestATableThatCannotBeReadIsRefusedInWords(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, raw, words string }{
		{"nothing", " \n", "Give a table with a head, such as email,name,services."},
		{"no text", "email\n\xff\xfe", "This is not a text in UTF-8."},
		{"a NUL", "email\n\x00", "This is not a text in UTF-8."},
		{"another head", "email,password\n", `There is no column "password". The head names some of`},
		{"a column twice", "email,Email\n", `The column "email" stands there twice.`},
		{"nobody to find", "name,services\n", "The head must name email, or name and members."},
		{"a quotation mark", "email,name\na@example.org,\"x\n", "Line 2 cannot be read: a quotation mark is missing or too much."},
		{"too many", "email\n" + strings.Repeat("a@example.org\n", mostSheetRows+1), "Take at most 5000 rows at a time."},
	} {
		_, err := ReadSheet([]byte(c.raw))
		var wrong InvalidError
		if !errors.As(err, &wrong) || !strings.HasPrefix(wrong["file"], c.words) {
			t.Errorf("%s: got %v, want %q", c.name, err, c.words)
		}
	}
	rows, err := ReadSheet([]byte("\ufeffEmail;Name\r\na@example.org;A\r\nb@example.org\r\n"))
	if err != nil || len(rows) != 2 || rows[0].Cells["name"] != "A" || rows[1].Wrong["row"] != "It has 1 cells, the head has 2." || rows[1].Line != 3 {
		t.Errorf("semicolons: %+v, %v", rows, err)
	}
}

func TestTheFilterPicksStakeholders(t *testing.T) {
	t.Parallel()
	own := Stakeholder{Email: "ada@example.org", Name: "Ada", Services: []string{"shop"}, Confirmed: true}
	crew := Stakeholder{Name: "Crew", Members: []string{"bob@example.org"}, All: true}
	for _, c := range []struct {
		name       string
		f          StakeholderFilter
		s          Stakeholder
		suppressed bool
		want       bool
	}{
		{"anybody", StakeholderFilter{}, own, false, true},
		{"by part of the address", StakeholderFilter{Q: " ADA@ "}, own, false, true},
		{"by a member", StakeholderFilter{Q: "bob@"}, crew, false, true},
		{"by nothing in it", StakeholderFilter{Q: "eve"}, crew, false, false},
		{"by its service", StakeholderFilter{Service: "shop"}, own, false, true},
		{"by a service among all", StakeholderFilter{Service: "mail"}, crew, false, true},
		{"by another service", StakeholderFilter{Service: "mail"}, own, false, false},
		{"confirmed", StakeholderFilter{State: "confirmed"}, own, false, true},
		{"not confirmed", StakeholderFilter{State: "unconfirmed"}, crew, false, true},
		{"suppressed", StakeholderFilter{State: "suppressed"}, own, true, true},
		{"not suppressed", StakeholderFilter{State: "suppressed"}, own, false, false},
		{"a group", StakeholderFilter{State: "group"}, crew, false, true},
		{"a state that there is not", StakeholderFilter{State: "lost"}, own, false, false},
	} {
		if got := c.f.Picks(c.s, c.suppressed); got != c.want {
			t.Errorf("%s: got %v, want %v", c.name, got, c.want)
		}
	}
}

func FuzzReadSheet(f *testing.F) {
	f.Add([]byte("email,name,all\na@example.org,=x,yes\n"))
	f.Add([]byte("\ufeffname;members\nCrew;a@example.org b@example.org\n"))
	f.Add([]byte("email,tiers,kinds,quiet_from\na@example.org,1 x,nope,25:00\n"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		rows, err := ReadSheet(raw)
		if err != nil {
			return
		}
		for _, row := range rows {
			s := Stakeholder{}
			for column, cell := range row.Cells {
				s.Set(column, cell)
			}
			if s.Check() == nil && s.Key() == "" {
				t.Errorf("a stakeholder without a key: %+v", s)
			}
			if s.Check() == nil && len(row.Wrong) == 0 && !reflect.DeepEqual(again(t, s)[0].Row(), s.Row()) {
				t.Errorf("%+v does not read as it was written", s)
			}
		}
	})
}

func FuzzCell(f *testing.F) {
	f.Add("=1+1")
	f.Add("''=")
	f.Fuzz(func(t *testing.T, s string) {
		if safe := Cell(s); formula(safe) || Uncell(safe) != s {
			t.Errorf("%q became %q and came back as %q", s, safe, Uncell(safe))
		}
	})
}
