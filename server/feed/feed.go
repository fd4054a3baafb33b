// Package feed serves calendars that programs subscribe to: one of all that is
// public, one of each window, and one that is a person's own behind an address
// that nobody can guess.
//
// The bytes of a feed are made once for each edition of the log and each day,
// and kept. We name them by a hash and not by the edition, so that what is not
// to be seen in a calendar, such as a log-in, leaves a subscriber's copy good.
// Whether they are still right is asked of the database at each request, so
// that the next request after an answered change shows it.
package feed

import (
	"errors"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"time"

	"lull/scheduler"
	"lull/scheduler/agenda"
	"lull/scheduler/store"
	"lull/server/access"
)

// Options say on whose behalf feeds are written.
type Options struct {
	Organisation func() string // the name as it is now; "Maintenance" when there is none
	Provider     string        // a domain, for maintenance notices
	BaseURL      string        // how the world reaches the server
	From         string        // the mail address behind the calendar
	CacheBytes   int           // what is kept of calendars at most; 32 MiB when 0
	Log          *slog.Logger  // nil: nothing is logged
}

// Feeds serves and keeps calendar feeds.
type Feeds struct {
	agenda *agenda.Agenda
	db     *store.DB
	opts   Options
	cache  *cache
}

// New is the feeds of the agenda that db holds.
func New(a *agenda.Agenda, db *store.DB, opts Options) *Feeds {
	if opts.CacheBytes == 0 {
		opts.CacheBytes = 32 << 20
	}
	if opts.Log == nil {
		opts.Log = slog.New(slog.DiscardHandler)
	}
	return &Feeds{agenda: a, db: db, opts: opts, cache: newCache(opts.CacheBytes)}
}

// Public serves all public windows of public services. Each "service" in the
// query narrows them to those that touch one of these.
func (f *Feeds) Public(w http.ResponseWriter, r *http.Request, _ access.Visitor) error {
	asked := r.URL.Query()["service"]
	if len(asked) == 0 {
		return f.public(w, r, view{key: "public"})
	}
	// What the addresses of strangers make us keep is bounded by what there is.
	all, err := f.agenda.Services(r.Context())
	if err != nil {
		return err
	}
	v := view{narrowed: true}
	for _, s := range all {
		if s.Public && slices.Contains(asked, s.Slug) {
			v.services = append(v.services, s.Slug)
		}
	}
	slices.Sort(v.services)
	v.key = "public of " + strings.Join(v.services, " ")
	return f.public(w, r, v)
}

// Window serves the public part of one window; the path value "id" is its id
// or its name, with or without ".ics".
func (f *Feeds) Window(w http.ResponseWriter, r *http.Request, _ access.Visitor) error {
	ref := strings.TrimSuffix(r.PathValue("id"), ".ics")
	found, err := f.agenda.Window(r.Context(), ref)
	if err == nil && !(found.Published && found.Public) {
		err = scheduler.ErrNotFound
	}
	if errors.Is(err, scheduler.ErrNotFound) {
		return missing(w)
	}
	if err != nil {
		return err
	}
	return f.public(w, r, view{key: "window " + found.ID, window: found.ID})
}

// Own serves the feed whose token is the path value "token", with or without
// ".ics".
func (f *Feeds) Own(w http.ResponseWriter, r *http.Request, _ access.Visitor) error {
	feed, err := f.fetched(r.Context(), strings.TrimSuffix(r.PathValue("token"), ".ics"))
	if errors.Is(err, scheduler.ErrNotFound) {
		return missing(w)
	}
	if err != nil {
		return err
	}
	return f.serve(w, r, view{key: "own " + feed.ID, own: &feed, services: feed.Services, narrowed: len(feed.Services) > 0})
}

// public serves v to everybody, unless the organisation tells the public
// nothing.
func (f *Feeds) public(w http.ResponseWriter, r *http.Request, v view) error {
	set, err := f.agenda.Settings(r.Context())
	if err != nil {
		return err
	}
	if !set.StatusOpen {
		return missing(w)
	}
	return f.serve(w, r, v)
}

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
