package feed_test

import (
	"encoding/json"
	"encoding/xml"
	"slices"
	"strings"
	"testing"
)

func TestTheStatusIsToldToPrograms(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.book("Only asked for", 2, "core-db")
	h.schedule("Shop & vault", 3, "shop", "vault")
	h.must(h.agenda.Cancel(t.Context(), h.schedule("Off", 4, "shop").ID, 0, "no", ada))
	res := h.get("GET", "/status.json")
	text := body(t, res)
	type line struct {
		Title, State string
		Services     []struct{ Slug string }
	}
	var got struct {
		InProgress       []line `json:"in_progress"`
		Upcoming, Recent []line
	}
	if err := json.Unmarshal([]byte(text), &got); err != nil {
		t.Fatal(err)
	}
	if len(got.InProgress) != 0 || len(got.Upcoming) != 1 || len(got.Recent) != 1 || got.Upcoming[0].Title != "Shop & vault" || got.Recent[0].State != "cancelled" ||
		len(got.Upcoming[0].Services) != 1 || strings.Contains(text, "Hidden") || strings.Contains(text, "@") || res.Header.Get("Content-Type") != "application/json; charset=utf-8" {
		t.Errorf("got %s as %s", text, res.Header.Get("Content-Type"))
	}
	var atom struct {
		XMLName xml.Name `xml:"http://www.w3.org/2005/Atom feed"`
		Titles  []string `xml:"entry>title"`
	}
	if err := xml.Unmarshal([]byte(body(t, h.get("GET", "/status.atom"))), &atom); err != nil {
		t.Fatal(err)
	}
	if want := []string{"[scheduled] Shop & vault", "[cancelled] Off"}; !slices.Equal(atom.Titles, want) {
		t.Errorf("got %q, want %q", atom.Titles, want)
	}
	if again := h.get("HEAD", "/status.json", "If-None-Match: "+res.Header.Get("Etag")); again.StatusCode != 304 {
		t.Errorf("the same again answered %d, want 304", again.StatusCode)
	}
}
