package site_test

import (
	"bytes"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"lull/scheduler"
)

// house adds services to the one there is.
func (d *desk) house(all ...scheduler.Service) {
	d.Helper()
	if _, err := d.agenda.ImportServices(d.Context(), func([]scheduler.Service) ([]scheduler.Service, error) { return all, nil }, d.who.Person); err != nil {
		d.Fatal(err)
	}
}

func TestServicesAreFoundByWhatIsMissing(t *testing.T) {
	t.Parallel()
	d := open(t)
	d.house(
		scheduler.Service{Slug: "shop", Name: "Shop", Tier: 2, PrimaryOwner: "ada@example.org", BackupOwner: "bob@example.org", Escalation: []string{"eve@example.org"}},
		scheduler.Service{Slug: "wiki", Name: "Wiki", Tier: 4, PrimaryOwner: "ada@example.org", BackupOwner: "bob@example.org"},
	)
	d.ask(d.site.Book, plan("submit"))
	for _, c := range []struct {
		name, query string
		want, never []string
	}{
		{"all", "", []string{"Core database", "Shop", "Wiki", "2 with nobody named", "no primary owner", "no escalation path", "5 Nov 2026, 02:00", "none"}, nil},
		{"by a word", "q=WIK", []string{"Wiki"}, []string{">Shop<"}},
		{"by an owner", "q=eve%40", []string{"Shop"}, []string{">Wiki<"}},
		{"by a tier", "tier=2", []string{"Shop"}, []string{">Wiki<"}},
		{"by a gap", "owner=gap", []string{"Wiki", "Core database"}, []string{">Shop<"}},
		{"none", "q=moon", []string{"No service fits"}, []string{">Shop<"}},
	} {
		d.says(c.name, d.site.Services, c.query, c.want, c.never)
	}
}

func TestTheTableOfServicesIsTheListAsFiltered(t *testing.T) {
	t.Parallel()
	d := open(t)
	d.house(scheduler.Service{Slug: "sums", Name: "=SUM(A1)", Tier: 2})
	w := httptest.NewRecorder()
	if err := d.site.ServicesTable(w, httptest.NewRequest(http.MethodGet, "/services.csv?tier=2", nil), d.who); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(w.Body.String(), "\r\n")
	if w.Header().Get("Content-Type") != "text/csv; charset=utf-8" || len(lines) != 3 || !strings.HasPrefix(lines[1], "sums,'=SUM(A1),") {
		t.Errorf("got %q %q, want a heading and one row that does not run", w.Header(), lines)
	}
}

func TestATableIsLookedAtBeforeItIsTaken(t *testing.T) {
	t.Parallel()
	d := open(t)
	table := "slug,name,tier,upstream\ncore-db,Core database,2,\nshop,Shop,2,core-db\n"
	status, body, _ := d.ask(d.site.Import, url.Values{"do": {"look"}, "table": {table}})
	for _, words := range []string{"1 new, 1 changed", "<del>1</del>", "<ins>2</ins>", `value="apply"`} {
		if status != http.StatusOK || !strings.Contains(body, words) {
			t.Fatalf("looking: got %d, want a page with %q:\n%s", status, words, body)
		}
	}
	if _, err := d.agenda.Service(t.Context(), "shop"); err == nil {
		t.Fatal("looking changed something")
	}
	if status, body, head := d.ask(d.site.Import, url.Values{"do": {"apply"}, "table": {table}}); status != http.StatusSeeOther || head.Get("Location") != "/services" {
		t.Fatalf("taking it: got %d %s", status, body)
	}
	if s, err := d.agenda.Service(t.Context(), "shop"); err != nil || s.Tier != 2 || s.Upstream[0] != "core-db" {
		t.Errorf("got %+v %v, want the shop", s, err)
	}
	if s, err := d.agenda.Service(t.Context(), "core-db"); err != nil || s.Tier != 2 || !s.Public {
		t.Errorf("got %+v %v, want the core with another tier and nothing else changed", s, err)
	}
	if _, body, _ = d.ask(d.site.Import, url.Values{"do": {"look"}, "table": {table}}); !strings.Contains(body, "Nothing would change") {
		t.Errorf("looking again: want that nothing would change:\n%s", body)
	}
}

func TestATableWithFaultsComesBackAsTypedAndChangesNothing(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, table, want string }{
		{"a cell", "slug,name,tier\nshop,Shop,2\nwiki,Wiki,nine\n", "tier</b>: The tier is a number"},
		{"a heading", "slug,colour\nshop,red\n", "There is no column &#34;colour&#34;"},
		{"nothing", "", "Give a heading"},
	} {
		for _, do := range []string{"look", "apply"} {
			d := open(t)
			status, body, _ := d.ask(d.site.Import, url.Values{"do": {do}, "table": {c.table}})
			first, _, _ := strings.Cut(c.table, "\n")
			if status != http.StatusUnprocessableEntity || !strings.Contains(body, c.want) || !strings.Contains(body, first) || strings.Contains(body, `value="apply"`) {
				t.Errorf("%s, %s: got %d, want 422 with %q, the table and no way to take it:\n%s", c.name, do, status, c.want, body)
			}
			if all, err := d.agenda.Services(t.Context()); err != nil || len(all) != 1 {
				t.Errorf("%s, %s: there are %d services, want 1", c.name, do, len(all))
			}
		}
	}
}

func TestATableMayBeAFile(t *testing.T) {
	t.Parallel()
	d := open(t)
	var b bytes.Buffer
	form := multipart.NewWriter(&b)
	file, err := form.CreateFormFile("file", "services.csv")
	if err != nil {
		t.Fatal(err)
	}
	for _, err := range []error{write(file, "\ufeffslug;name\r\nshop;Shop\r\n"), form.WriteField("do", "look"), form.WriteField("table", "typed before"), form.Close()} {
		if err != nil {
			t.Fatal(err)
		}
	}
	r := httptest.NewRequest(http.MethodPost, "/services/import", &b)
	r.Header.Set("Content-Type", form.FormDataContentType())
	w := httptest.NewRecorder()
	if err := d.site.Import(w, r, d.who); err != nil {
		t.Fatal(err)
	}
	if body := w.Body.String(); w.Code != http.StatusOK || !strings.Contains(body, "1 new, 0 changed") || strings.Contains(body, "typed before") {
		t.Errorf("got %d, want what the file would change:\n%s", w.Code, body)
	}
}

func write(w interface{ Write([]byte) (int, error) }, s string) error {
	_, err := w.Write([]byte(s))
	return err
}

func TestAServiceShowsWhatDependsOnItAndItsHours(t *testing.T) {
	t.Parallel()
	d := open(t)
	d.house(
		scheduler.Service{Slug: "shop", Name: "Shop", Tier: 2, Upstream: []string{"core-db"}, Hours: []scheduler.Hours{{Days: []string{"sat", "sun"}, From: "02:00", To: "06:00", TimeZone: "Europe/Berlin"}}},
		scheduler.Service{Slug: "till", Name: "Till", Tier: 3, Upstream: []string{"shop"}},
	)
	status, body := d.look(d.site.Service, "", "slug", "shop")
	for _, words := range []string{"<svg class=\"graph\"", `href="/services/core-db"`, `href="/services/till"`, "Sat and Sun 02:00–06:00 (Europe/Berlin)", "no primary owner"} {
		if status != http.StatusOK || !strings.Contains(body, words) {
			t.Errorf("got %d, want a page with %q:\n%s", status, words, body)
		}
	}
	d.who.Role = scheduler.Viewer
	if status, body = d.look(d.site.Service, "", "slug", "shop"); status != http.StatusOK || strings.Contains(body, "Edit this service") {
		t.Errorf("a viewer: got %d and the form", status)
	}
}

func TestManyServicesAreFoldedInTheBookingForm(t *testing.T) {
	t.Parallel()
	d := open(t)
	var all []scheduler.Service
	for _, c := range "abcdefghijklmnopqrst" {
		all = append(all, scheduler.Service{Slug: "s-" + string(c), Name: "Service " + string(c), Tier: 1 + len(all)%4})
	}
	d.house(all...)
	_, body := d.look(d.site.New, "service=s-b")
	if got := strings.Count(body, `<details class="picktier"`); got != 4 {
		t.Errorf("got %d folds, want one for each tier", got)
	}
	chosen, fold := strings.Index(body, `value="s-b" checked`), strings.Index(body, `class="picktier"`)
	if chosen < 0 || chosen > fold {
		t.Errorf("the chosen service stands at %d, want it before the folds at %d", chosen, fold)
	}
}
