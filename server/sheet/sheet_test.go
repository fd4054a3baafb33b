package sheet

import (
	"encoding/csv"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"

	"lull/scheduler"
)

func service(slug string, more func(*scheduler.Service)) scheduler.Service {
	s := scheduler.Service{Slug: slug, Name: "Service " + slug, Tier: 2, Public: true}
	if more != nil {
		more(&s)
	}
	return s
}

// written is services as the table that a browser is given.
func written(t *testing.T, all ...scheduler.Service) string {
	t.Helper()
	w := httptest.NewRecorder()
	if err := Write(w, "services", ServiceRows(all)); err != nil {
		t.Fatal(err)
	}
	return w.Body.String()
}

func TestATableOfServicesReadsBackEqual(t *testing.T) {
	t.Parallel()
	have := []scheduler.Service{
		service("core-db", func(s *scheduler.Service) {
			s.Name, s.Description = "=HYPERLINK(\"x\")", "- a list\n- of things; with, all \"sorts\""
			s.Tier, s.Public = 1, false
			s.PrimaryOwner, s.BackupOwner, s.Escalation = "ada@example.org", "bob@example.org", []string{"+oncall@example.org", "eve@example.org"}
			s.RunbookURL, s.Links = "https://example.org/run", []scheduler.Link{{Label: "A board", URL: "https://example.org/b"}, {Label: "@code", URL: "https://example.org/c"}}
			s.Hours = []scheduler.Hours{{Days: []string{"sat", "sun"}, From: "22:00", To: "06:00", TimeZone: "Europe/Berlin"}, {Days: []string{"mon"}, From: "00:00", To: "24:00", TimeZone: "UTC"}}
			s.RollbackPlan = "'=the old one"
			s.Checks = []scheduler.Check{{ID: "1", Phase: scheduler.Verify, Text: "It answers", Required: true}}
		}),
		service("shop", func(s *scheduler.Service) { s.Upstream = []string{"core-db"} }),
	}
	text := written(t, have...)
	rows, err := Services("\ufeff"+text, have)
	if err != nil {
		t.Fatal(err)
	}
	for i, r := range rows {
		if len(r.Changes)+len(r.Wrong) > 0 || r.New || !reflect.DeepEqual(normal(r.Service), have[i]) {
			t.Errorf("%s came back with the changes %v, wrong %v:\ngot  %+v\nwant %+v", have[i].Slug, r.Changes, r.Wrong, r.Service, have[i])
		}
	}
	again, err := Services(text, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i, r := range again {
		want := have[i]
		want.Checks = nil // which a table does not hold
		if len(r.Wrong) > 0 || !r.New || !reflect.DeepEqual(normal(r.Service), normal(want)) {
			t.Errorf("into an empty house:\ngot  %+v %v\nwant %+v", r.Service, r.Wrong, want)
		}
	}
}

// normal is s with nothing in the place of empty lists.
func normal(s scheduler.Service) scheduler.Service {
	if len(s.Escalation) == 0 {
		s.Escalation = nil
	}
	if len(s.Upstream) == 0 {
		s.Upstream = nil
	}
	return s
}

func TestATableIsReadAsSpreadsheetsSaveIt(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"commas":             "slug,name,tier\nnew-one,Fresh,1\n",
		"semicolons":         "slug;name;tier\r\nnew-one;Fresh;1\r\n",
		"tabs, as copied":    "slug\tname\ttier\nnew-one\tFresh\t1",
		"another order":      "tier,name,slug\n1,Fresh,new-one",
		"an empty last line": "slug,name,tier\nnew-one,Fresh,1\n,,\n\n",
		"a heading shouted":  " SLUG , Name ,Tier\nnew-one,Fresh,1\n",
	} {
		rows, err := Services(text, nil)
		if err != nil || len(rows) != 1 || len(rows[0].Wrong) > 0 {
			t.Errorf("%s: got %+v %v", name, rows, err)
			continue
		}
		want := scheduler.Service{Slug: "new-one", Name: "Fresh", Tier: 1, Public: true}
		if got := normal(rows[0].Service); !reflect.DeepEqual(got, want) {
			t.Errorf("%s: got %+v, want %+v", name, got, want)
		}
	}
}

func TestWhatIsWrongStandsInItsCell(t *testing.T) {
	t.Parallel()
	have := []scheduler.Service{service("core-db", nil), service("shop", func(s *scheduler.Service) { s.Upstream = []string{"core-db"} })}
	for _, c := range []struct{ name, text, column string }{
		{"a tier that is none", "slug,tier\ncore-db,high\n", "tier"},
		{"neither yes nor no", "slug,public\ncore-db,maybe\n", "public"},
		{"no address", "slug,primary_owner\ncore-db,Ada\n", "primary_owner"},
		{"no hours", "slug,hours\ncore-db,at night\n", "hours"},
		{"hours of no zone", "slug,hours\ncore-db,sat 02:00-06:00 Mars/Base\n", "hours"},
		{"no such service to depend on", "slug,upstream\ncore-db,moon\n", "upstream"},
		{"a circle with what is kept", "slug,upstream\ncore-db,shop\n", "upstream"},
		{"a circle in the table", "slug,name,upstream\na,A,b\nb,B,a\n", "upstream"},
		{"the same service twice", "slug,tier\ncore-db,1\ncore-db,2\n", "slug"},
		{"a slug that is none", "slug,name\nCore DB,Core\n", "slug"},
		{"the word of a page", "slug,name\nimport,Import\n", "slug"},
		{"a new one without a name", "slug,tier\nfresh,1\n", "name"},
		{"more cells than the heading", "slug,name\ncore-db,Core,1\n", "slug"},
	} {
		rows, err := Services(c.text, have)
		if err != nil {
			t.Errorf("%s: got %v", c.name, err)
			continue
		}
		if last := rows[len(rows)-1]; last.Wrong[c.column] == "" {
			t.Errorf("%s: got %v, want words for %s", c.name, last.Wrong, c.column)
		}
		if changed, err := Changed(rows); err == nil || changed != nil {
			t.Errorf("%s: got %v %v, want nothing to be taken", c.name, changed, err)
		}
	}
}

func TestATableThatCannotBeReadSaysWhy(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, text, want string }{
		{"nothing", "", "heading"},
		{"only a heading", "slug,name\n", "a row for each"},
		{"a column that is none", "slug,colour\na,red\n", "colour"},
		{"a column twice", "slug,name,name\na,b,c\n", "twice"},
		{"no slug", "name\na\n", "slug"},
		{"a quote that never ends", "slug,name\na,\"b\n", "line"},
		{"too many rows", "slug\n" + strings.Repeat("a\n", MostServices+1), "at most"},
	} {
		if _, err := Services(c.text, nil); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want words with %q", c.name, err, c.want)
		}
	}
}

func TestEdgesMayTurnRoundInOneTable(t *testing.T) {
	t.Parallel()
	have := []scheduler.Service{service("a", nil), service("b", func(s *scheduler.Service) { s.Upstream = []string{"a"} })}
	rows, err := Services("slug,upstream\na,b\nb,\n", have)
	if err != nil || len(rows[0].Wrong)+len(rows[1].Wrong) > 0 {
		t.Fatalf("got %+v %v, want no fault", rows, err)
	}
	changed, err := Changed(rows)
	if err != nil || len(changed) != 2 {
		t.Errorf("got %v %v, want both", changed, err)
	}
}

func FuzzServices(f *testing.F) {
	f.Add("slug,name,tier\na,=b,1\n")
	f.Add("slug;links;hours\na;x https://y;sat 1-2 UTC")
	f.Fuzz(func(t *testing.T, text string) {
		rows, err := Services(text, nil)
		if err != nil {
			return
		}
		changed, err := Changed(rows)
		if err != nil || len(changed) == 0 {
			return
		}
		back, err := Services(written(t, changed...), changed)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range back {
			if len(r.Changes)+len(r.Wrong) > 0 {
				t.Errorf("%q: %s came back with %v, wrong %v", text, r.Service.Slug, r.Changes, r.Wrong)
			}
		}
	})
}

func TestEveryWrittenTableIsOne(t *testing.T) {
	t.Parallel()
	got, err := csv.NewReader(strings.NewReader(written(t, service("a", nil)))).ReadAll()
	if err != nil || len(got) != 2 || len(got[0]) != len(got[1]) {
		t.Errorf("got %v %v, want a heading and a row as long", got, err)
	}
}
