package main

import (
	"context"
	"net/http"
	"strings"

	"lull/scheduler"
	"lull/server/api"
	"lull/server/feed"
	"lull/web"
)

// wireSites makes what answers requests, over what is wired already.
func (s *server) wireSites(pages *web.Pages) {
	s.feeds = feed.New(s.agenda, s.db, feed.Options{
		Organisation: s.organisation, Provider: s.cfg.Provider, BaseURL: s.cfg.BaseURL, From: s.cfg.MailFrom.Email, Log: s.log,
	})
	s.api = api.New(api.Options{
		Agenda: s.agenda, Notifier: s.notifier, Access: s.access, Feeds: s.feeds, BaseURL: s.cfg.BaseURL, Log: s.log,
	})
}

// organisation is the name as it is now.
func (s *server) organisation() string {
	set, err := s.agenda.Settings(context.Background())
	if err != nil {
		return s.cfg.Organisation
	}
	return set.Organisation
}

// table is every route and the least role that it asks.
func (s *server) table() []route {
	rows := []route{
		{http.MethodGet, "/healthz", open, s.health},
		{http.MethodGet, "/readyz", open, s.ready},
		{http.MethodGet, "/calendar.ics", open, s.feeds.Public},
		{http.MethodGet, "/calendar/:token", open, s.feeds.Own},
		{http.MethodGet, windowFeeds + ":id", open, s.feeds.Window},
		{http.MethodGet, "/status.json", open, s.feeds.StatusJSON},
		{http.MethodGet, "/status.atom", open, s.feeds.StatusAtom},
	}
	for _, op := range s.api.Operations() {
		need := op.Role
		if need == api.Public {
			need = open
		}
		rows = append(rows, route{op.Method, "/api/v1" + colons(op.Path), scheduler.Role(need), handler(op.Handler)})
	}
	return rows
}

// windowFeeds is where the router finds /windows/{id}.ics, which it could not
// tell from the page /windows/{id}.
const windowFeeds = "/windows.ics/"

// apart sends the feeds of single windows where the router finds them.
func apart(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if id, ok := strings.CutPrefix(r.URL.Path, "/windows/"); ok {
			if id, ok = strings.CutSuffix(id, ".ics"); ok && !strings.Contains(id, "/") {
				r = r.Clone(r.Context())
				r.URL.Path, r.URL.RawPath = windowFeeds+id, ""
			}
		}
		next.ServeHTTP(w, r)
	})
}

// colons spells the parameters of a path as the router does: {id} as :id.
func colons(path string) string {
	return strings.NewReplacer("{", ":", "}", "").Replace(path)
}
