package feed_test

import (
	"cmp"
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"lull/scheduler"
	"lull/scheduler/agenda"
	"lull/scheduler/store"
	"lull/scheduler/store/storetest"
	"lull/server/access"
	"lull/server/feed"
)

var (
	ada = scheduler.Person{Email: "ada@example.org", Name: "Ada", Role: scheduler.Operator, Via: "page"}
	bob = scheduler.Person{Email: "bob@example.org", Name: "Bob", Role: scheduler.Admin, Via: "page"}
)

// house is an agenda with two people, two public services and a secret one,
// and its feeds.
type house struct {
	t      *testing.T
	agenda *agenda.Agenda
	feeds  *feed.Feeds
	db     *store.DB
	now    atomic.Pointer[time.Time]
}

func open(t *testing.T) *house {
	t.Helper()
	h := &house{t: t, db: storetest.Open(t)}
	h.at(storetest.Noon)
	h.db.Now = func() time.Time { return *h.now.Load() }
	h.agenda = agenda.New(h.db)
	h.feeds = feed.New(h.db, feed.Options{
		Provider: "example.org",
		BaseURL:  "https://lull.example.org", From: "Lull <lull@example.org>",
	})
	if _, err := h.agenda.KeepSettings(t.Context(), func(s *scheduler.Settings) error { s.Organisation = "Example"; return nil }, bob); err != nil {
		t.Fatal(err)
	}
	h.update(`INSERT INTO people (email, name, role, time_zone, disabled, created_at) VALUES ($1, 'Ada', 'operator', 'UTC', $3, 0), ($2, 'Bob', 'admin', 'UTC', $3, 0)`,
		ada.Email, bob.Email, false)
	for _, s := range []scheduler.Service{
		{Slug: "core-db", Name: "Core database", Tier: 1, Public: true, PrimaryOwner: bob.Email},
		{Slug: "shop", Name: "Shop", Tier: 2, Public: true},
		{Slug: "vault", Name: "Hidden vault", Tier: 2},
	} {
		if _, err := h.agenda.AddService(t.Context(), s, bob); err != nil {
			t.Fatal(err)
		}
	}
	return h
}

func (h *house) at(now time.Time) { h.now.Store(&now) }

func (h *house) update(query string, args ...any) {
	h.t.Helper()
	if err := h.db.Update(h.t.Context(), func(tx *store.Tx) error { _, err := tx.Exec(query, args...); return err }); err != nil {
		h.t.Fatal(err)
	}
}

// book asks for a window of an hour on the services, so many days ahead.
func (h *house) book(title string, days int, services ...string) agenda.View {
	h.t.Helper()
	start := h.now.Load().AddDate(0, 0, days)
	plan := scheduler.Plan{
		Title: title, RollbackPlan: "Put it back.", Public: true, TimeZone: "Europe/Berlin", Lead: ada.Email,
		Interval: scheduler.Interval{Start: start, End: start.Add(time.Hour)},
		Checks:   []scheduler.Check{{Phase: scheduler.Verify, Text: "It works", Required: true}},
	}
	for _, s := range services {
		plan.Services = append(plan.Services, scheduler.Affected{Service: s, Impact: scheduler.Outage})
	}
	return h.must(h.agenda.Book(h.t.Context(), plan, agenda.Submission{Now: true}, ada))
}

func (h *house) must(v agenda.View, err error) agenda.View {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
	return v
}

// schedule books a window and has it approved.
func (h *house) schedule(title string, days int, services ...string) agenda.View {
	h.t.Helper()
	return h.must(h.agenda.Approve(h.t.Context(), h.book(title, days, services...).ID, 0, scheduler.Yes{}, bob))
}

// mine makes a feed and answers its path.
func (h *house) mine(owner scheduler.Person, f feed.Feed) (feed.Feed, string) {
	h.t.Helper()
	usual := feed.Usual()
	f.Scope, f.Past, f.Future = cmp.Or(f.Scope, usual.Scope), cmp.Or(f.Past, usual.Past), cmp.Or(f.Future, usual.Future)
	made, url, err := h.feeds.Make(h.t.Context(), owner, f)
	if err != nil {
		h.t.Fatal(err)
	}
	return made, strings.TrimPrefix(url, "https://lull.example.org")
}

// get asks for a path; each header is "Name: value".
func (h *house) get(method, path string, headers ...string) *http.Response {
	h.t.Helper()
	r := httptest.NewRequestWithContext(h.t.Context(), method, path, nil)
	for _, line := range headers {
		name, value, _ := strings.Cut(line, ": ")
		r.Header.Add(name, value)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Result()
}

// ServeHTTP answers as the server does.
func (h *house) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	mux := http.NewServeMux()
	for pattern, handle := range map[string]func(http.ResponseWriter, *http.Request, access.Visitor) error{
		"/calendar.ics": h.feeds.Public, "/calendar/{token}": h.feeds.Own, "/windows/{id}": h.feeds.Window,
		"/status.json": h.feeds.StatusJSON, "/status.atom": h.feeds.StatusAtom,
	} {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			if err := handle(w, r, access.Visitor{Anonymous: true}); err != nil {
				h.t.Errorf("%s %s: %v", r.Method, r.URL, err)
			}
		})
	}
	mux.ServeHTTP(w, r)
}

// shown is the titles in a calendar, and its whole text.
func (h *house) shown(path string) (titles []string, text string) {
	h.t.Helper()
	res := h.get("GET", path)
	if res.StatusCode != http.StatusOK {
		h.t.Fatalf("%s answered %d", path, res.StatusCode)
	}
	text = strings.ReplaceAll(body(h.t, res), "\r\n ", "")
	for _, line := range strings.Split(text, "\r\n") {
		if title, ok := strings.CutPrefix(line, "SUMMARY:"); ok {
			titles = append(titles, title)
		}
	}
	return titles, text
}

func (h *house) wantShown(path string, want ...string) {
	h.t.Helper()
	if got, _ := h.shown(path); !slices.Equal(got, want) {
		h.t.Errorf("%s shows %q, want %q", path, got, want)
	}
}

func body(t *testing.T, res *http.Response) string {
	t.Helper()
	var r io.Reader = res.Body
	if res.Header.Get("Content-Encoding") == "gzip" {
		z, err := gzip.NewReader(r)
		if err != nil {
			t.Fatal(err)
		}
		r = z
	}
	b, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestAnEmptyDatabaseHasAValidEmptyCalendar(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	h := &house{t: t, db: db, feeds: feed.New(db, feed.Options{BaseURL: "http://localhost:8080", From: "Lull <lull@localhost>"})}
	if _, got := h.shown("/calendar.ics"); !strings.HasPrefix(got, "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n") || !strings.HasSuffix(got, "\r\nEND:VCALENDAR\r\n") || strings.Contains(got, "VEVENT") {
		t.Errorf("got %q, want a calendar without entries", got)
	}
}

func TestThePublicSeesWhatWasApprovedAndOnlyPublicServices(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.book("Only asked for", 2, "core-db")
	h.schedule("Vault work", 3, "vault")
	both := h.schedule("Shop and vault", 4, "shop", "vault")
	h.wantShown("/calendar.ics", "Shop and vault")
	for _, path := range []string{"/calendar.ics", "/windows/" + both.ID + ".ics", "/windows/" + both.Name() + ".ics", "/windows/" + both.Name()} {
		if _, text := h.shown(path); strings.Contains(strings.ToLower(text), "vault\\n") || strings.Contains(text, "Hidden") || !strings.Contains(text, "UID:"+both.ID) {
			t.Errorf("%s tells of a service that is not public, or not of the window:\n%s", path, text)
		}
	}
	h.wantShown("/calendar.ics?service=shop", "Shop and vault")
	h.wantShown("/calendar.ics?service=core-db")
	h.wantShown("/calendar.ics?service=vault")
	h.wantShown("/calendar.ics?service=none")
	h.wantShown("/calendar.ics?service=none&service=shop&service=shop", "Shop and vault")
}

func TestAWindowThatIsNotPublicHasNoFeed(t *testing.T) {
	t.Parallel()
	h := open(t)
	asked, inside := h.book("Only asked for", 2, "shop"), h.schedule("Inside", 3, "shop")
	h.must(h.agenda.Change(t.Context(), inside.ID, 0, agenda.Edit{Apply: func(p *scheduler.Plan) error { p.Public = false; return nil }}, bob))
	for _, path := range []string{"/windows/" + asked.ID + ".ics", "/windows/" + inside.Name() + ".ics", "/windows/MW-99.ics", "/windows/x.ics", "/windows/.ics", "/windows/%00.ics", "/windows/%ff.ics"} {
		if res := h.get("GET", path); res.StatusCode != http.StatusNotFound {
			t.Errorf("%s answered %d, want 404", path, res.StatusCode)
		}
	}
	h.wantShown("/calendar.ics")
}

func TestAClosedPublicPageClosesPublicFeeds(t *testing.T) {
	t.Parallel()
	h := open(t)
	w := h.schedule("Upgrade", 2, "shop")
	_, own := h.mine(ada, feed.Feed{Name: "Ada's"})
	h.wantShown("/calendar.ics", "Upgrade")
	if _, err := h.agenda.KeepSettings(t.Context(), func(s *scheduler.Settings) error { s.StatusOpen = false; return nil }, bob); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/calendar.ics", "/calendar.ics?service=shop", "/windows/" + w.ID + ".ics", "/status.json", "/status.atom"} {
		if res := h.get("GET", path); res.StatusCode != http.StatusNotFound {
			t.Errorf("%s answered %d, want 404", path, res.StatusCode)
		}
	}
	h.wantShown(own, "Upgrade")
}

func TestAChangeIsShownByTheNextGet(t *testing.T) {
	t.Parallel()
	h := open(t)
	w := h.schedule("First words", 2, "shop")
	h.wantShown("/calendar.ics", "First words")
	h.must(h.agenda.Change(t.Context(), w.ID, 0, agenda.Edit{Approve: true, Apply: func(p *scheduler.Plan) error { p.Title = "Better words"; return nil }}, bob))
	h.wantShown("/calendar.ics", "Better words")
	h.must(h.agenda.Cancel(t.Context(), w.ID, 0, "not needed", ada))
	h.wantShown("/calendar.ics", "[CANCELLED] Better words")
}

func TestAFeedLooksSoFarAndNoFurther(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.at(storetest.Noon.AddDate(-1, 0, 0))
	for days, title := range map[int]string{365 - 91: "Long past", 365 - 89: "Past", 365 + 540: "Ahead", 365 + 560: "Far ahead"} {
		h.schedule(title, days, "shop")
	}
	for days, title := range map[int]string{365 - 32: "Long off", 365 - 29: "Off"} {
		h.must(h.agenda.Cancel(t.Context(), h.schedule(title, days, "core-db").ID, 0, "no", ada))
	}
	h.at(storetest.Noon)
	h.wantShown("/calendar.ics", "Past", "[CANCELLED] Off", "Ahead")
	h.at(storetest.Noon.AddDate(0, 0, 3)) // nothing happened but time
	h.wantShown("/calendar.ics", "Ahead")
}

func TestManyAskersAtOnceGetTheSame(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.schedule("Shared", 2, "shop")
	tags := make(chan string, 32)
	for range cap(tags) {
		go func() { tags <- h.get("GET", "/calendar.ics").Header.Get("Etag") }()
	}
	want := <-tags
	for range cap(tags) - 1 {
		if got := <-tags; got != want || got == "" {
			t.Errorf("got %q and %q, want one ETag", got, want)
		}
	}
}
