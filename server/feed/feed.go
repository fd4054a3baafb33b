// Package feed serves calendars that programs subscribe to: one of all that is
// public, one of each window, and one that is a person's own behind an address
// that nobody can guess.
//
// The bytes of a feed are made once for each edition of the log and each day,
// and kept. We name them by a hash and not by the edition, so that what is not
// to be seen in a calendar, such as a log-in, leaves a subscriber's copy good.
// Whether they are still right is asked of the database at each request, by its
// mark alone, so that the next request after an answered change shows it,
// whichever process answered; not by a transaction, which costs as much as the
// rest of the answer. After a change only the entries of the windows that it
// was about are written again.
package feed

import (
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	"lull/scheduler"
	"lull/scheduler/store"
	"lull/server/access"
)

// Options say on whose behalf feeds are written.
type Options struct {
	Provider   string       // a domain, for maintenance notices
	BaseURL    string       // how the world reaches the server
	From       string       // the mail address behind the calendar
	CacheBytes int          // what is kept of calendars at most; 32 MiB when 0
	Log        *slog.Logger // nil: nothing is logged
}

// Feeds serves and keeps calendar feeds.
type Feeds struct {
	db    *store.DB
	opts  Options
	cache *cache
}

// New is the feeds of the agenda that db holds.
func New(db *store.DB, opts Options) *Feeds {
	if opts.CacheBytes == 0 {
		opts.CacheBytes = 32 << 20
	}
	if opts.Log == nil {
		opts.Log = slog.New(slog.DiscardHandler)
	}
	return &Feeds{db: db, opts: opts, cache: newCache(opts.CacheBytes)}
}

// Public serves all public windows of public services. Each "service" and each
// "tier" in the query narrows them to those that touch one of these.
func (f *Feeds) Public(w http.ResponseWriter, r *http.Request, _ access.Visitor) error {
	if r.URL.RawQuery == "" {
		return f.answer(w, r, everything)
	}
	q := r.URL.Query()
	if len(q["service"])+len(q["tier"]) > mostNamed {
		return missing(w)
	}
	return f.answer(w, r, publicView(q["service"], q["tier"]))
}

var everything = view{key: "public"}

// Window serves the public part of one window; the path value "id" is its id
// or its name, with or without ".ics".
func (f *Feeds) Window(w http.ResponseWriter, r *http.Request, _ access.Visitor) error {
	ref := strings.TrimSuffix(r.PathValue("id"), ".ics")
	if ref == "" || !storable(ref) {
		return missing(w)
	}
	return f.answer(w, r, view{key: "window " + ref, window: ref})
}

// Own serves the feed whose token is the path value "token", with or without
// ".ics".
func (f *Feeds) Own(w http.ResponseWriter, r *http.Request, _ access.Visitor) error {
	token := strings.TrimSuffix(r.PathValue("token"), ".ics")
	if len(token) != tokenLength {
		return missing(w)
	}
	hash := digest(token)
	return f.answer(w, r, view{key: "own " + hash, token: hash})
}

// answer serves v, or that there is no such feed.
func (f *Feeds) answer(w http.ResponseWriter, r *http.Request, v view) error {
	err := f.serve(w, r, v)
	if errors.Is(err, scheduler.ErrNotFound) {
		return missing(w)
	}
	return err
}

// storable reports whether a database can hold the text, and so be asked for it.
func storable(s string) bool { return utf8.ValidString(s) && !strings.ContainsRune(s, 0) }

// missing answers that there is no such feed, in few bytes, since programs ask
// again for as long as they live.
func missing(w http.ResponseWriter) error {
	guarded(w.Header())
	w.Header().Set("Cache-Control", "no-store")
	http.Error(w, "no such calendar", http.StatusNotFound)
	return nil
}

// today is the day on which f is asked, in UTC.
func (f *Feeds) today() time.Time {
	now := f.db.Now().UTC()
	return time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, time.UTC)
}
