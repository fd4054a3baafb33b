package feed_test

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"lull/scheduler"
	"lull/scheduler/agenda"
	"lull/scheduler/store/storetest"
)

// element is any element of XML.
type element struct {
	XMLName  xml.Name
	Attrs    []xml.Attr `xml:",any,attr"`
	Text     string     `xml:",chardata"`
	Children []element  `xml:",any"`
}

func (e element) all(name string) (found []element) {
	for _, c := range e.Children {
		if c.XMLName.Space == "http://www.w3.org/2005/Atom" && c.XMLName.Local == name {
			found = append(found, c)
		}
	}
	return found
}

func (e element) attr(name string) string {
	for _, a := range e.Attrs {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

// faults says what RFC 4287 does not allow in a feed, 4.1.1, or an entry, 4.1.2.
func faults(e element) (all []string) {
	for _, name := range []string{"id", "title", "updated"} {
		if n := len(e.all(name)); n != 1 {
			all = append(all, fmt.Sprintf("%d %s in %s", n, name, e.XMLName.Local))
			return all
		}
	}
	if u, err := url.Parse(e.all("id")[0].Text); err != nil || !u.IsAbs() {
		all = append(all, fmt.Sprintf("the id %q is no absolute IRI", e.all("id")[0].Text))
	}
	if _, err := time.Parse(time.RFC3339, e.all("updated")[0].Text); err != nil {
		all = append(all, err.Error())
	}
	seen := map[string]bool{}
	for _, l := range e.all("link") {
		if u, err := url.Parse(l.attr("href")); err != nil || !u.IsAbs() {
			all = append(all, fmt.Sprintf("the link %q", l.attr("href")))
		}
		key := l.attr("rel") + " " + l.attr("type")
		if seen[key] {
			all = append(all, "two links of "+key)
		}
		seen[key] = true
	}
	if !seen["alternate text/html"] {
		all = append(all, "no page to read in "+e.XMLName.Local)
	}
	if e.XMLName.Local != "feed" {
		return all
	}
	if !seen["self application/atom+xml"] {
		all = append(all, "the feed does not say where it is")
	}
	if a := e.all("author"); len(a) != 1 || len(a[0].all("name")) != 1 || a[0].all("name")[0].Text == "" {
		all = append(all, "no author, and the entries have none")
	}
	ids := map[string]bool{}
	for _, entry := range e.all("entry") {
		all = append(all, faults(entry)...)
		if id := entry.all("id")[0].Text; ids[id] {
			all = append(all, "two entries "+id)
		} else {
			ids[id] = true
		}
	}
	return all
}

func TestTheAtomFeedIsValidAndOnlyMovesOn(t *testing.T) {
	t.Parallel()
	h := open(t)
	last := time.Time{}
	look := func(after string) (ids []string) {
		t.Helper()
		var feed element
		text := body(t, h.get("GET", "/status.atom"))
		if err := xml.Unmarshal([]byte(text), &feed); err != nil {
			t.Fatalf("after %s: %v\n%s", after, err, text)
		}
		for _, fault := range faults(feed) {
			t.Errorf("after %s: %s\n%s", after, fault, text)
		}
		at, _ := time.Parse(time.RFC3339, feed.all("updated")[0].Text)
		if !at.After(last) {
			t.Errorf("after %s it was updated %v, before that %v", after, at, last)
		}
		last = at
		for _, e := range feed.all("entry") {
			ids = append(ids, e.all("id")[0].Text)
		}
		return ids
	}
	look("nothing")
	w := h.schedule("Größer & <schöner> \"ganz\" ]]> 維護", 2, "shop")
	booked := look("booking")
	h.must(h.agenda.Change(t.Context(), w.ID, 0, agenda.Edit{Approve: true, Apply: func(p *scheduler.Plan) error { p.Title = "Other words"; return nil }}, bob))
	if got := look("renaming"); !slices.Equal(got, booked) || got[0] != "urn:uuid:"+w.ID {
		t.Errorf("the id became %q, was %q", got, booked)
	}
	h.must(h.agenda.Change(t.Context(), w.ID, 0, agenda.Edit{Approve: true, Apply: func(p *scheduler.Plan) error { p.Public = false; return nil }}, bob))
	if got := look("hiding"); len(got) != 0 {
		t.Errorf("a hidden window is told: %q", got)
	}
	h.at(storetest.Noon.Add(-time.Hour)) // the clock was set back
	h.must(h.agenda.Change(t.Context(), w.ID, 0, agenda.Edit{Approve: true, Apply: func(p *scheduler.Plan) error { p.Public = true; return nil }}, bob))
	look("showing it again")
}

func TestTheStatusInJSONKeepsToItsShape(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.schedule("Shop", 3, "shop", "vault")
	type service struct{ Slug, Name, Impact string }
	type window struct {
		ID       string
		Number   int
		Title    string
		Summary  string
		State    string
		Start    time.Time
		End      time.Time
		TimeZone string `json:"time_zone"`
		Services []service
		Updated  time.Time `json:"updated_at"`
		URL      string
	}
	var got struct {
		Name, URL        string
		InProgress       []window `json:"in_progress"`
		Upcoming, Recent []window
	}
	strict := json.NewDecoder(strings.NewReader(body(t, h.get("GET", "/status.json"))))
	strict.DisallowUnknownFields()
	if err := strict.Decode(&got); err != nil {
		t.Fatal(err)
	}
	if got.InProgress == nil || got.Recent == nil || len(got.Upcoming) != 1 {
		t.Fatalf("got %+v, want lists, one of them with a window", got)
	}
	w := got.Upcoming[0]
	if w.ID == "" || w.Number != 1 || w.State != "scheduled" || !w.End.After(w.Start) || w.Updated.IsZero() || w.URL != "https://lull.example.org/status/"+w.ID ||
		!slices.Equal(w.Services, []service{{"shop", "Shop", "outage"}}) {
		t.Errorf("got %+v", w)
	}
}
