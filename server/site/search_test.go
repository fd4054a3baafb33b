package site_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

// see answers what the handler says to a GET with the query.
func (d *desk) see(h handler, query url.Values) (int, string) {
	d.Helper()
	r := httptest.NewRequest(http.MethodGet, "/?"+query.Encode(), nil)
	w := httptest.NewRecorder()
	if err := h(w, r, d.who); err != nil {
		d.site.Fail(w, r, d.who, err)
	}
	return w.Code, w.Body.String()
}

func TestASearchShowsWindowsThenTheLogWithTheWordsMarked(t *testing.T) {
	t.Parallel()
	d := open(t)
	form := plan("submit")
	form.Set("title", "Core <b>upgrade</b>")
	if status, body, _ := d.ask(d.site.Book, form); status != http.StatusSeeOther {
		t.Fatalf("booking: %d %s", status, body)
	}
	other := plan("draft")
	other.Set("title", "Another evening")
	other.Set("rollback_plan", "Undo the upgrade by hand.")
	d.ask(d.site.Book, other)
	status, body := d.see(d.site.Search, url.Values{"q": {"UPGR"}})
	if status != http.StatusOK {
		t.Fatalf("got %d %s", status, body)
	}
	last := 0
	for _, part := range []string{
		"Core &lt;b&gt;<mark>upgrade</mark>&lt;/b&gt;", // a title comes before what is only elsewhere
		"Another evening", "Undo the <mark>upgrade</mark> by hand.", `id="found-entries"`, "<mark>upgrade</mark>",
	} {
		at := strings.Index(body[last:], part)
		if at < 0 {
			t.Fatalf("%q is not there in its place:\n%s", part, body[last:])
		}
		last += at + len(part)
	}
}

func TestAWindowIsFoundByItsName(t *testing.T) {
	t.Parallel()
	d := open(t)
	d.ask(d.site.Book, plan("draft"))
	d.ask(d.site.Book, plan("draft"))
	_, body := d.see(d.site.Search, url.Values{"q": {"mw-2"}})
	if !strings.Contains(body, "<mark>MW-2</mark>") || strings.Contains(body, `href="/windows/MW-1"`) {
		t.Errorf("MW-2 alone was looked for:\n%s", body)
	}
}

func TestASearchSaysWhenThereIsNothing(t *testing.T) {
	t.Parallel()
	d := open(t)
	for name, c := range map[string]struct{ typed, want string }{
		"nothing typed": {"", "Write what to look for"},
		"nothing found": {"nowhere", "No window has this word."},
		"not all words": {"nowhere else", "No entry of the log has all these words."},
	} {
		if status, body := d.see(d.site.Search, url.Values{"q": {c.typed}}); status != http.StatusOK || !strings.Contains(body, c.want) {
			t.Errorf("%s: got %d, want %q:\n%s", name, status, c.want, body)
		}
	}
}

func TestAHostileSearchComesBackAsTypedWithWords(t *testing.T) {
	t.Parallel()
	d := open(t)
	d.ask(d.site.Book, plan("submit"))
	for name, h := range map[string]handler{"search": d.site.Search, "windows": d.site.Windows, "log": d.site.Log} {
		for what, typed := range map[string]string{
			"10 kB": strings.Repeat("a", 10_000), "wild cards": "%_%", "quotes": `"'<>`, "a NUL": "\x00", "direction": "\u202e\u2066", "no UTF-8": "\xff",
		} {
			status, body := d.see(h, url.Values{"q": {typed}})
			if status != http.StatusUnprocessableEntity || !strings.Contains(body, `id="q-err"`) || strings.Contains(body, `"'<>`) {
				t.Errorf("%s with %s: got %d, want 422 with words beside the field", name, what, status)
			}
		}
	}
}

func TestFiltersOfTheLogFindWords(t *testing.T) {
	t.Parallel()
	d := open(t)
	d.ask(d.site.Book, plan("submit"))
	if _, body := d.see(d.site.Log, url.Values{"q": {"upgrade"}, "actor": {"ADA@example.org"}}); !strings.Contains(body, "Core database upgrade") {
		t.Errorf("the entry is not found:\n%s", body)
	}
	if _, body := d.see(d.site.Log, url.Values{"q": {"nowhere"}}); !strings.Contains(body, "Nothing here.") {
		t.Errorf("there is something:\n%s", body)
	}
}
