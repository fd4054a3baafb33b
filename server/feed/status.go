package feed

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"lull/scheduler"
	"lull/server/access"
)

// recentDays is how long the public page tells of what is over.
const recentDays = 7

// StatusJSON serves the public page to programs.
func (f *Feeds) StatusJSON(w http.ResponseWriter, r *http.Request, _ access.Visitor) error {
	return f.answer(w, r, view{key: "status.json", kind: "application/json; charset=utf-8", encode: asJSON})
}

// StatusAtom serves the public page to feed readers (RFC 4287), what changed
// last first.
func (f *Feeds) StatusAtom(w http.ResponseWriter, r *http.Request, _ access.Visitor) error {
	return f.answer(w, r, view{key: "status.atom", kind: "application/atom+xml; charset=utf-8", encode: asAtom, dated: true})
}

// status is the public page: what goes on, what comes, and what was.
type status struct {
	Name       string         `json:"name"`
	URL        string         `json:"url"`
	InProgress []statusWindow `json:"in_progress"`
	Upcoming   []statusWindow `json:"upcoming"`
	Recent     []statusWindow `json:"recent"`

	changed time.Time // since when it is this one
}

type statusWindow struct {
	ID       string          `json:"id"`
	Number   int             `json:"number"`
	Title    string          `json:"title"`
	Summary  string          `json:"summary"`
	State    scheduler.State `json:"state"`
	Start    time.Time       `json:"start"`
	End      time.Time       `json:"end"`
	TimeZone string          `json:"time_zone"`
	Services []statusService `json:"services"`
	Updated  time.Time       `json:"updated_at"`
	URL      string          `json:"url"`
}

type statusService struct {
	Slug   string           `json:"slug"`
	Name   string           `json:"name"`
	Impact scheduler.Impact `json:"impact"`
}

// status sorts the windows as the public page does.
func (f *Feeds) status(sc scene, windows []scheduler.Window) status {
	names := sc.names()
	base := strings.TrimSuffix(f.opts.BaseURL, "/") + "/status"
	s := status{Name: sc.organisation(), URL: base, InProgress: []statusWindow{}, Upcoming: []statusWindow{}, Recent: []statusWindow{}}
	for _, w := range windows {
		one := statusWindow{
			ID: w.ID, Number: w.Number, Title: w.Title, Summary: w.Summary, State: w.State, Start: w.Start, End: w.End,
			TimeZone: w.TimeZone, Services: []statusService{}, Updated: w.Updated, URL: base + "/" + url.PathEscape(w.ID),
		}
		for _, a := range w.Services {
			one.Services = append(one.Services, statusService{a.Service, names[a.Service], a.Impact})
		}
		switch {
		case w.State.Running():
			s.InProgress = append(s.InProgress, one)
		case !w.State.Final():
			s.Upcoming = append(s.Upcoming, one)
		case w.End.After(sc.day.AddDate(0, 0, -recentDays)):
			s.Recent = append(s.Recent, one)
		}
	}
	return s
}

func asJSON(s status) ([]byte, error) {
	b, err := json.Marshal(s)
	if err != nil {
		return nil, fmt.Errorf("feed: %w", err)
	}
	return append(b, '\n'), nil
}

type atomFeed struct {
	XMLName xml.Name    `xml:"http://www.w3.org/2005/Atom feed"`
	ID      string      `xml:"id"`
	Title   string      `xml:"title"`
	Updated time.Time   `xml:"updated"`
	Author  string      `xml:"author>name"`
	Links   []atomLink  `xml:"link"`
	Entries []atomEntry `xml:"entry"`
}

type atomLink struct {
	Rel  string `xml:"rel,attr"`
	Type string `xml:"type,attr"`
	Href string `xml:"href,attr"`
}

type atomEntry struct {
	ID      string    `xml:"id"`
	Title   string    `xml:"title"`
	Updated time.Time `xml:"updated"`
	Link    atomLink  `xml:"link"`
	Summary string    `xml:"summary"`
}

// page is the link to what a person reads.
func page(address string) atomLink { return atomLink{"alternate", "text/html", address} }

// asAtom writes a feed by RFC 4287. It was updated when what it says last
// changed, which also what is no longer told does, so that date never goes back.
func asAtom(s status) ([]byte, error) {
	f := atomFeed{ID: s.URL, Title: s.Name + " maintenance", Author: s.Name, Updated: s.changed.UTC(), Links: []atomLink{
		{"self", "application/atom+xml", s.URL + ".atom"}, page(s.URL),
	}}
	for _, w := range append(append(append([]statusWindow{}, s.InProgress...), s.Upcoming...), s.Recent...) {
		i := scheduler.Interval{Start: w.Start, End: w.End}
		f.Entries = append(f.Entries, atomEntry{
			ID: "urn:uuid:" + w.ID, Updated: w.Updated, Link: page(w.URL),
			Title:   fmt.Sprintf("[%s] %s", w.State.Words(), w.Title),
			Summary: strings.TrimSpace(fmt.Sprintf("%s – %s. %s", i.Start.UTC().Format("Mon 2 Jan 2006 15:04"), i.End.UTC().Format("Mon 2 Jan 2006 15:04 MST"), w.Summary)),
		})
	}
	slices.SortStableFunc(f.Entries, func(a, b atomEntry) int { return b.Updated.Compare(a.Updated) })
	var b bytes.Buffer
	b.WriteString(xml.Header)
	if err := xml.NewEncoder(&b).Encode(f); err != nil {
		return nil, fmt.Errorf("feed: %w", err)
	}
	return b.Bytes(), nil
}
