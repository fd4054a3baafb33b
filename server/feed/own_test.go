package feed_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"lull/scheduler"
	"lull/scheduler/agenda"
	"lull/scheduler/store"
	"lull/scheduler/store/storetest"
	"lull/server/feed"
)

func TestAPersonsFeedShowsWhatIsInside(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.book("Asked for", 2, "vault")
	h.schedule("Database", 3, "core-db")
	if _, err := h.agenda.Book(t.Context(), scheduler.Plan{Title: "A draft", Public: true, Interval: scheduler.Interval{Start: storetest.Noon.Add(time.Hour), End: storetest.Noon.Add(2 * time.Hour)}}, agenda.Submission{}, ada); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name  string
		owner scheduler.Person
		feed  feed.Feed
		want  []string
	}{
		{"all", bob, feed.Feed{Scope: feed.All}, []string{"Asked for", "Database"}},
		{"all of one service", bob, feed.Feed{Scope: feed.All, Services: []string{"vault"}}, []string{"Asked for"}},
		{"those one leads", ada, feed.Feed{}, []string{"Asked for", "Database"}},
		{"those on a service one owns", bob, feed.Feed{Scope: feed.Mine}, []string{"Database"}},
	} {
		c.feed.Name = c.name
		_, path := h.mine(c.owner, c.feed)
		h.wantShown(path, c.want...)
		if _, text := h.shown(path); strings.Contains(text, ada.Email) || !strings.Contains(text, "NAME:"+c.name) || !strings.Contains(text, "https://lull.example.org/windows/MW-") {
			t.Errorf("%s: the calendar names a person, or not itself or its pages:\n%s", c.name, text)
		}
	}
}

func TestATokenIsGoodUntilItIsNot(t *testing.T) {
	t.Parallel()
	h := open(t)
	made, path := h.mine(ada, feed.Feed{Name: "Ada's"})
	status := func() int { t.Helper(); return h.get("GET", path).StatusCode }
	if got := status(); got != http.StatusOK {
		t.Fatalf("a new feed answered %d", got)
	}
	h.update(`UPDATE people SET disabled = $1 WHERE email = $2`, true, ada.Email)
	if got := status(); got != http.StatusNotFound {
		t.Errorf("the feed of a disabled person answered %d, want 404", got)
	}
	h.update(`UPDATE people SET disabled = $1 WHERE email = $2`, false, ada.Email)
	if err := h.feeds.Revoke(t.Context(), scheduler.Person{Email: "eve@example.org", Role: scheduler.Approver}, made.ID); !errors.Is(err, scheduler.ErrNotFound) {
		t.Errorf("somebody else revoked it: %v", err)
	}
	for _, id := range []string{"", "none", "a\x00b", "\xff"} {
		if err := h.feeds.Revoke(t.Context(), ada, id); !errors.Is(err, scheduler.ErrNotFound) {
			t.Errorf("%q was revoked: %v", id, err)
		}
	}
	if err := h.feeds.Revoke(t.Context(), ada, made.ID); err != nil {
		t.Fatal(err)
	}
	if got := status(); got != http.StatusNotFound {
		t.Errorf("a revoked feed answered %d, want 404", got)
	}
	if err := h.feeds.Revoke(t.Context(), ada, made.ID); !errors.Is(err, scheduler.ErrNotFound) {
		t.Errorf("a revoked feed was revoked again: %v", err)
	}
}

func TestNoTokenIsKept(t *testing.T) {
	t.Parallel()
	h := open(t)
	_, path := h.mine(ada, feed.Feed{Name: "Ada's"})
	token := strings.TrimSuffix(strings.TrimPrefix(path, "/calendar/"), ".ics")
	if len(token) != 43 {
		t.Errorf("got a token of %d characters, want 43", len(token))
	}
	var found int
	if err := h.db.View(t.Context(), func(tx *store.Tx) error {
		return tx.Row(`SELECT (SELECT count(*) FROM feeds WHERE token_hash = $1 OR id = $1 OR name = $1) + (SELECT count(*) FROM events WHERE data LIKE $2 OR text LIKE $2)`,
			token, "%"+token+"%").Scan(&found)
	}); err != nil || found != 0 {
		t.Errorf("the token is found in %d rows, %v", found, err)
	}
	if evs, _, err := h.agenda.Log(t.Context(), agenda.LogFilter{Newest: true, Limit: 1}); err != nil || len(evs) != 1 || evs[0].Kind != scheduler.FeedChanged || evs[0].Actor != ada.Email {
		t.Errorf("the log's last line is %+v, %v, want the feed's", evs, err)
	}
}

func TestAFetchIsNotedOnceAMinute(t *testing.T) {
	t.Parallel()
	h := open(t)
	made, path := h.mine(ada, feed.Feed{Name: "Ada's"})
	noted := func(after time.Duration) time.Duration {
		t.Helper()
		h.at(storetest.Noon.Add(after))
		h.get("GET", path)
		all, err := h.feeds.List(t.Context(), ada)
		if err != nil || len(all) != 1 || all[0].ID != made.ID {
			t.Fatalf("got %+v, %v", all, err)
		}
		return all[0].LastFetched.Sub(storetest.Noon)
	}
	for _, c := range []struct{ after, want time.Duration }{{0, 0}, {59 * time.Second, 0}, {time.Minute, time.Minute}, {90 * time.Second, time.Minute}} {
		if got := noted(c.after); got != c.want {
			t.Errorf("after %v: noted %v, want %v", c.after, got, c.want)
		}
	}
}

func TestAFeedThatCannotBeIsRefused(t *testing.T) {
	t.Parallel()
	h := open(t)
	made, _ := h.mine(ada, feed.Feed{Name: "Ada's"})
	for name, c := range map[string]struct {
		choose func(*feed.Feed)
		field  string
	}{
		"no name":           {func(f *feed.Feed) { f.Name = " " }, "name"},
		"a long name":       {func(f *feed.Feed) { f.Name = strings.Repeat("x", 101) }, "name"},
		"a line break":      {func(f *feed.Feed) { f.Name = "a\r\nX-EVIL:1" }, "name"},
		"another scope":     {func(f *feed.Feed) { f.Scope = "theirs" }, "scope"},
		"unknown service":   {func(f *feed.Feed) { f.Services = []string{"shop", "none"} }, "services"},
		"no slug at all":    {func(f *feed.Feed) { f.Services = []string{"a\x00b"} }, "services"},
		"unknown tier":      {func(f *feed.Feed) { f.Tiers = []int{5} }, "tiers"},
		"a crooked alarm":   {func(f *feed.Feed) { f.Alarm = 90 * time.Second }, "alarm"},
		"an alarm after":    {func(f *feed.Feed) { f.Alarm = -time.Minute }, "alarm"},
		"an early alarm":    {func(f *feed.Feed) { f.Alarm = 15 * 24 * time.Hour }, "alarm"},
		"no future":         {func(f *feed.Feed) { f.Future = 0 }, "future"},
		"too far ahead":     {func(f *feed.Feed) { f.Future = 800 * 24 * time.Hour }, "future"},
		"too far back":      {func(f *feed.Feed) { f.Past = 800 * 24 * time.Hour }, "past"},
		"back to the front": {func(f *feed.Feed) { f.Past = -time.Hour }, "past"},
	} {
		bad := feed.Usual()
		bad.Name = "a"
		c.choose(&bad)
		var invalid scheduler.InvalidError
		if _, _, err := h.feeds.Make(t.Context(), ada, bad); !errors.As(err, &invalid) || invalid[c.field] == "" {
			t.Errorf("%s: made: got %v, want words for %s", name, err, c.field)
		}
		invalid = nil
		if _, err := h.feeds.Change(t.Context(), ada, made.ID, func(f *feed.Feed) error { c.choose(f); return nil }); !errors.As(err, &invalid) || invalid[c.field] == "" {
			t.Errorf("%s: changed: got %v, want words for %s", name, err, c.field)
		}
	}
}
