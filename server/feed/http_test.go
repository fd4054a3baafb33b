package feed_test

import (
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"lull/scheduler"
	"lull/scheduler/agenda"
	"lull/scheduler/store/storetest"
	"lull/server/feed"
)

func TestEveryFeedSpeaksHTTP(t *testing.T) {
	t.Parallel()
	h := open(t)
	w := h.schedule("Upgrade", 2, "shop")
	_, own := h.mine(ada, feed.Feed{Name: "Ada's", Scope: feed.All})
	const since = "Mon, 02 Nov 2026 12:00:00 GMT"
	for _, path := range []string{"/calendar.ics", "/calendar.ics?service=shop", "/windows/" + w.Name() + ".ics", own} {
		plain := h.get("GET", path)
		tag := plain.Header.Get("Etag")
		zipped := strings.TrimSuffix(tag, `"`) + `-gz"`
		for _, c := range []struct {
			name    string
			headers []string
			status  int
			tag     string
		}{
			{"nothing asked", nil, 200, tag},
			{"any Accept", []string{"Accept: application/json"}, 200, tag},
			{"gzip", []string{"Accept-Encoding: gzip, deflate, br"}, 200, zipped},
			{"gzip in capitals and of little worth", []string{"Accept-Encoding: br;q=1, GZIP;q=0.1"}, 200, zipped},
			{"gzip refused", []string{"Accept-Encoding: *, gzip;q=0"}, 200, tag},
			{"anything", []string{"Accept-Encoding: *"}, 200, zipped},
			{"nothing but identity", []string{"Accept-Encoding: identity"}, 200, tag},
			{"the same tag", []string{"If-None-Match: " + tag}, 304, tag},
			{"the same tag, weak", []string{"If-None-Match: W/" + tag}, 304, tag},
			{"the tag in a list", []string{`If-None-Match: "a", W/"b", ` + tag}, 304, tag},
			{"the star", []string{"If-None-Match: *"}, 304, tag},
			{"another tag", []string{`If-None-Match: "a"`}, 200, tag},
			{"another tag beats a date", []string{`If-None-Match: "a"`, "If-Modified-Since: " + since}, 200, tag},
			{"the same tag beats an old date", []string{"If-None-Match: " + tag, "If-Modified-Since: Sun, 01 Nov 2026 12:00:00 GMT"}, 304, tag},
			{"the tag of the zipped bytes, zipped", []string{"Accept-Encoding: gzip", "If-None-Match: " + zipped}, 304, zipped},
			{"the tag of the zipped bytes, plain", []string{"If-None-Match: " + zipped}, 200, tag},
			{"the date", []string{"If-Modified-Since: " + since}, 304, tag},
			{"a date after", []string{"If-Modified-Since: Mon, 02 Nov 2026 12:00:01 GMT"}, 304, tag},
			{"a date before", []string{"If-Modified-Since: Mon, 02 Nov 2026 11:59:59 GMT"}, 200, tag},
			{"no date", []string{"If-Modified-Since: yesterday"}, 200, tag},
		} {
			for _, method := range []string{"GET", "HEAD"} {
				res := h.get(method, path, c.headers...)
				name := method + " " + path + ": " + c.name
				if res.StatusCode != c.status || res.Header.Get("Etag") != c.tag {
					t.Errorf("%s: got %d %s, want %d %s", name, res.StatusCode, res.Header.Get("Etag"), c.status, c.tag)
				}
				want := map[string]string{
					"Cache-Control": "private, max-age=300, must-revalidate", "Vary": "Accept-Encoding", "X-Content-Type-Options": "nosniff",
					"Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex", "Set-Cookie": "",
				}
				sent, length := body(t, h.get("GET", path)), ""
				if c.status == http.StatusOK {
					want["Content-Type"], want["Content-Disposition"] = "text/calendar; charset=utf-8", `inline; filename="maintenance.ics"`
					want["Last-Modified"] = since
					length = strconv.Itoa(len(sent))
				}
				if c.tag == zipped {
					length = res.Header.Get("Content-Length")
					if length == "" && c.status == http.StatusOK {
						t.Errorf("%s: no Content-Length", name)
					}
				}
				want["Content-Length"] = length
				for header, value := range want {
					if got := res.Header.Get(header); got != value {
						t.Errorf("%s: %s is %q, want %q", name, header, got, value)
					}
				}
				if method == "HEAD" || c.status != http.StatusOK {
					sent = ""
				}
				if sent == "" {
					res.Header.Del("Content-Encoding")
				}
				if got := body(t, res); got != sent {
					t.Errorf("%s: got the body %q, want %q", name, got, sent)
				}
			}
		}
	}
}

func TestAnUnknownTokenIsAnsweredBriefly(t *testing.T) {
	t.Parallel()
	h := open(t)
	for _, path := range []string{"/calendar/x.ics", "/calendar/.ics", "/calendar/" + strings.Repeat("A", 43) + ".ics", "/calendar/" + strings.Repeat("A", 4000)} {
		res := h.get("GET", path)
		if got := body(t, res); res.StatusCode != http.StatusNotFound || len(got) > 100 || res.Header.Get("Referrer-Policy") != "no-referrer" {
			t.Errorf("%.60s: got %d %q", path, res.StatusCode, got)
		}
	}
}

func TestWhatNoCalendarShowsLeavesTheCopyGood(t *testing.T) {
	t.Parallel()
	h := open(t)
	w := h.schedule("Upgrade", 2, "shop")
	tag := h.get("GET", "/calendar.ics").Header.Get("Etag")
	h.at(storetest.Noon.Add(time.Hour))
	h.must(h.agenda.Note(t.Context(), w.ID, "a note", ada))
	res := h.get("GET", "/calendar.ics", "If-None-Match: "+tag)
	if res.StatusCode != http.StatusNotModified {
		t.Errorf("a note changed the feed from %s to %s", tag, res.Header.Get("Etag"))
	}
}

func TestLastModifiedNeverGoesBackwards(t *testing.T) {
	t.Parallel()
	h := open(t)
	w := h.schedule("Upgrade", 2, "shop")
	modified := func(feeds *feed.Feeds) time.Time {
		t.Helper()
		h.feeds = feeds
		at, err := http.ParseTime(h.get("GET", "/calendar.ics").Header.Get("Last-Modified"))
		if err != nil {
			t.Fatal(err)
		}
		return at
	}
	first := modified(h.feeds)
	hide := func(public bool) {
		h.must(h.agenda.Change(t.Context(), w.ID, 0, agenda.Edit{Approve: true, Apply: func(p *scheduler.Plan) error { p.Public = public; return nil }}, bob))
	}
	hide(false) // within the same second
	second := modified(h.feeds)
	if !second.After(first) {
		t.Errorf("a window went and Last-Modified stayed %v", second)
	}
	h.at(storetest.Noon.Add(time.Hour))
	again := feed.New(h.db, feed.Options{Provider: "example.org", BaseURL: "https://lull.example.org", From: "Lull <lull@example.org>"})
	if got := modified(again); !got.Equal(second) {
		t.Errorf("a restart moved Last-Modified from %v to %v", second, got)
	}
	h.at(storetest.Noon.Add(-time.Hour)) // the clock was set back
	hide(true)
	if got := modified(again); !got.After(second) {
		t.Errorf("Last-Modified went from %v to %v", second, got)
	}
}
