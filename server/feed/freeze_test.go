package feed_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"lull/scheduler"
	"lull/server/feed"
)

func (h *house) freeze(title string, days int, f scheduler.Freeze) scheduler.Freeze {
	h.t.Helper()
	f.Title, f.TimeZone = title, "Europe/Berlin"
	f.Start = h.now.Load().AddDate(0, 0, days)
	f.End = f.Start.AddDate(0, 0, 2)
	made, err := h.agenda.AddFreeze(h.t.Context(), f, bob)
	if err != nil {
		h.t.Fatal(err)
	}
	return made
}

func TestFreezesStandInTheFeedsOfThePeopleInside(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.schedule("Upgrade", 5, "shop")
	h.freeze("Everything", 20, scheduler.Freeze{All: true})
	h.freeze("The database", 30, scheduler.Freeze{Services: []string{"core-db"}})
	h.freeze("The shop", 40, scheduler.Freeze{Tiers: []int{2}})
	h.freeze("Long past", -60, scheduler.Freeze{All: true})
	h.freeze("Far away", 420, scheduler.Freeze{All: true})
	for _, c := range []struct {
		name  string
		owner scheduler.Person
		feed  feed.Feed
		want  []string
	}{
		{"all of it", ada, feed.Feed{Name: "All", Scope: feed.All}, []string{"Freeze: Everything", "Freeze: The database", "Freeze: The shop"}},
		{"what covers a service of one's own", bob, feed.Feed{Name: "Mine", Scope: feed.Mine}, []string{"Freeze: Everything", "Freeze: The database"}},
		{"who owns nothing has none", ada, feed.Feed{Name: "Mine", Scope: feed.Mine}, nil},
		{"narrowed to a service", ada, feed.Feed{Name: "Shop", Scope: feed.All, Services: []string{"shop"}}, []string{"Freeze: Everything", "Freeze: The shop"}},
	} {
		_, path := h.mine(c.owner, c.feed)
		titles, text := h.shown(path)
		got := slices.DeleteFunc(titles, func(s string) bool { return !strings.HasPrefix(s, "Freeze: ") })
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
		if n := strings.Count(text, "CATEGORIES:FREEZE"); n != len(c.want) {
			t.Errorf("%s: %d entries say that they are freezes, want %d", c.name, n, len(c.want))
		}
	}
	for _, path := range []string{"/calendar.ics", "/calendar.ics?service=shop"} {
		if _, text := h.shown(path); strings.Contains(text, "FREEZE") || strings.Contains(text, "Everything") {
			t.Errorf("the public sees a freeze at %s:\n%s", path, text)
		}
	}
}

func TestAFreezeThatIsChangedShowsAtTheNextGet(t *testing.T) {
	t.Parallel()
	h := open(t)
	_, path := h.mine(ada, feed.Feed{Name: "All", Scope: feed.All})
	etag := func() string {
		res := h.get(http.MethodGet, path)
		body(t, res)
		return res.Header.Get("ETag")
	}
	none := etag()
	f := h.freeze("Peak", 3, scheduler.Freeze{All: true})
	made := etag()
	if _, err := h.agenda.ChangeFreeze(t.Context(), f.ID, 0, func(z *scheduler.Freeze) error {
		z.End = z.End.Add(time.Hour)
		return nil
	}, bob); err != nil {
		t.Fatal(err)
	}
	moved := etag()
	if err := h.agenda.DeleteFreeze(t.Context(), f.ID, bob); err != nil {
		t.Fatal(err)
	}
	if gone := etag(); none == made || made == moved || gone != none {
		t.Errorf("got the tags %s, %s, %s, %s; want three that differ and the first again", none, made, moved, gone)
	}
}
