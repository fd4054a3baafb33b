package feed_test

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"lull/scheduler"
	"lull/scheduler/agenda"
	"lull/scheduler/store/storetest"
	"lull/server/feed"
)

func TestWhatIsMineIsWhatConcernsMe(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.update(`INSERT INTO people (email, name, role, time_zone, disabled, created_at) VALUES ($1, 'Eve', 'viewer', 'UTC', $3, 0), ($2, 'Cleo', 'approver', 'UTC', $3, 0)`,
		"eve@example.org", "cleo@example.org", false)
	eve := scheduler.Person{Email: "eve@example.org", Name: "Eve", Role: scheduler.Viewer}
	cleo := scheduler.Person{Email: "cleo@example.org", Name: "Cleo", Role: scheduler.Approver}
	if _, err := h.agenda.ChangeService(t.Context(), "shop", func(s *scheduler.Service) error { s.Upstream = []string{"core-db"}; return nil }, bob); err != nil {
		t.Fatal(err)
	}
	h.schedule("Database", 2, "core-db")
	h.must(h.agenda.Approve(t.Context(), h.book("Vault", 3, "vault").ID, 0, scheduler.Yes{}, cleo))
	_, hers := h.mine(eve, feed.Feed{Name: "Eve's"})
	_, cleos := h.mine(cleo, feed.Feed{Name: "Cleo's"})
	h.wantShown(hers)
	h.wantShown(cleos, "Vault")
	made, err := h.agenda.AddStakeholder(t.Context(), scheduler.Stakeholder{Email: eve.Email, Services: []string{"shop"}, Confirmed: true, TimeZone: "UTC", Calendar: scheduler.PublishPart, Language: "en"}, bob)
	if err != nil {
		t.Fatal(err)
	}
	h.wantShown(hers, "Database") // the shop depends on it
	if err := h.agenda.DeleteStakeholder(t.Context(), made.ID, bob); err != nil {
		t.Fatal(err)
	}
	h.wantShown(hers)
}

func TestAFeedShowsWhatWasChosen(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.at(storetest.Noon.AddDate(0, 0, -60))
	h.schedule("Long ago", 2, "shop")
	h.at(storetest.Noon)
	h.schedule("Shop", 2, "shop")
	h.book("Maybe", 3, "core-db")
	h.schedule("Next year", 400, "vault")
	made, path := h.mine(ada, feed.Feed{Name: "Ada's", Scope: feed.All})
	h.wantShown(path, "Long ago", "Shop", "Maybe", "Next year")
	for _, c := range []struct {
		name   string
		choose func(*feed.Feed)
		want   []string
	}{
		{"a tier", func(f *feed.Feed) { f.Tiers = []int{1} }, []string{"Maybe"}},
		{"a tier and a service", func(f *feed.Feed) { f.Services = []string{"shop"} }, []string{"Long ago", "Shop", "Maybe"}},
		{"confirmed only", func(f *feed.Feed) { f.Confirmed = true }, []string{"Long ago", "Shop"}},
		{"no past", func(f *feed.Feed) { f.Past = 0 }, []string{"Shop"}},
		{"everything again, but not so far", func(f *feed.Feed) {
			f.Tiers, f.Services, f.Confirmed, f.Future = nil, nil, false, 24*time.Hour
		}, []string{}},
		{"three days", func(f *feed.Feed) { f.Future = 72 * time.Hour }, []string{"Shop", "Maybe"}},
	} {
		if _, err := h.feeds.Change(t.Context(), ada, made.ID, func(f *feed.Feed) error { c.choose(f); return nil }); err != nil {
			t.Fatal(err)
		}
		if got, _ := h.shown(path); !slices.Equal(got, c.want) && len(got)+len(c.want) > 0 {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
	if _, err := h.feeds.Change(t.Context(), bob, made.ID, func(*feed.Feed) error { return nil }); !errors.Is(err, scheduler.ErrNotFound) {
		t.Errorf("somebody else changed it: %v", err)
	}
}

func TestAnAlarmRingsOnlyWhereItWasAskedFor(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.schedule("Shop", 2, "shop")
	_, silent := h.mine(ada, feed.Feed{Name: "Silent"})
	_, loud := h.mine(ada, feed.Feed{Name: "Loud", Alarm: 90 * time.Minute})
	for path, want := range map[string]bool{"/calendar.ics": false, silent: false, loud: true} {
		if _, text := h.shown(path); strings.Contains(text, "BEGIN:VALARM\r\nACTION:DISPLAY\r\nTRIGGER:-PT90M\r\n") != want || strings.Contains(text, "VALARM") != want {
			t.Errorf("%s rings: want %v\n%s", path, want, text)
		}
	}
}

func TestARotatedFeedHasItsNewAddressAlone(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.schedule("Shop", 2, "shop")
	made, old := h.mine(ada, feed.Feed{Name: "Ada's", Scope: feed.All})
	h.wantShown(old, "Shop")
	if _, _, err := h.feeds.Rotate(t.Context(), bob, made.ID); !errors.Is(err, scheduler.ErrNotFound) {
		t.Errorf("somebody else rotated it: %v", err)
	}
	_, url, err := h.feeds.Rotate(t.Context(), ada, made.ID)
	if err != nil {
		t.Fatal(err)
	}
	if res := h.get("GET", old); res.StatusCode != http.StatusNotFound {
		t.Errorf("the old address answered %d, want 404", res.StatusCode)
	}
	h.wantShown(strings.TrimPrefix(url, "https://lull.example.org"), "Shop")
}

func TestAFetchNamesItsProgram(t *testing.T) {
	t.Parallel()
	h := open(t)
	_, path := h.mine(ada, feed.Feed{Name: "Ada's"})
	for agent, want := range map[string]string{
		"iOS/26.0 dataaccessd/1.0": "iOS/26.0 dataaccessd/1.0", "a\x00b\x1b[31m\u202ec\xff": "ab[31mc", strings.Repeat("ä", 200): strings.Repeat("ä", 60),
	} {
		h.at(h.now.Load().Add(time.Hour))
		h.get("GET", path, "User-Agent: "+agent)
		if all, err := h.feeds.List(t.Context(), ada); err != nil || all[0].FetchedBy != want || !all[0].LastFetched.Equal(*h.now.Load()) {
			t.Errorf("got %q at %v, %v, want %q", all[0].FetchedBy, all[0].LastFetched, err, want)
		}
	}
}

func TestThePublicCalendarCanBeNarrowedToTiers(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.schedule("Database", 2, "core-db")
	h.schedule("Shop", 3, "shop")
	h.schedule("Vault", 4, "vault")
	h.wantShown("/calendar.ics?tier=1", "Database")
	h.wantShown("/calendar.ics?tier=2", "Shop")
	h.wantShown("/calendar.ics?tier=2&tier=1", "Database", "Shop")
	h.wantShown("/calendar.ics?tier=1&service=shop", "Database", "Shop")
	h.wantShown("/calendar.ics?tier=x")
	h.wantShown("/calendar.ics?utm_source=x", "Database", "Shop")
}

// What is patched together after each change is what would be written anew.
func TestAPatchedCalendarIsTheWholeOne(t *testing.T) {
	t.Parallel()
	h := open(t)
	_, own := h.mine(ada, feed.Feed{Name: "Ada's", Scope: feed.All, Alarm: time.Hour})
	paths := []string{"/calendar.ics", "/calendar.ics?service=shop", own, "/status.json", "/status.atom"}
	same := func(after string) {
		t.Helper()
		kept := h.feeds
		for _, path := range paths {
			got := body(t, h.get("GET", path))
			h.feeds = feed.New(h.db, feed.Options{Provider: "example.org", BaseURL: "https://lull.example.org", From: "Lull <lull@example.org>"})
			if want := body(t, h.get("GET", path)); got != want {
				t.Errorf("after %s, %s:\ngot\n%s\nwant\n%s", after, path, got, want)
			}
			h.feeds = kept
		}
	}
	same("nothing")
	var all []agenda.View
	for i, service := range []string{"shop", "core-db", "vault", "shop"} {
		all = append(all, h.schedule("Work on "+service, 9-i, service))
		same("booking on " + service)
	}
	move := func(w agenda.View, days int) {
		h.must(h.agenda.Change(t.Context(), w.ID, 0, agenda.Edit{Approve: true, Apply: func(p *scheduler.Plan) error {
			p.Start, p.End = p.Start.AddDate(0, 0, days), p.End.AddDate(0, 0, days)
			return nil
		}}, bob))
	}
	move(all[0], 20)
	same("moving the last away")
	move(all[3], -1)
	same("moving the first")
	h.must(h.agenda.Cancel(t.Context(), all[1].ID, 0, "no", ada))
	same("cancelling")
	h.must(h.agenda.Change(t.Context(), all[3].ID, 0, agenda.Edit{Approve: true, Apply: func(p *scheduler.Plan) error { p.Public = false; return nil }}, bob))
	same("hiding")
	move(all[0], 700)
	same("moving out of sight")
	if _, err := h.agenda.ChangeService(t.Context(), "shop", func(s *scheduler.Service) error { s.Name = "The shop"; return nil }, bob); err != nil {
		t.Fatal(err)
	}
	same("renaming a service")
	h.at(storetest.Noon.AddDate(0, 0, 39))
	same("39 days")
}
