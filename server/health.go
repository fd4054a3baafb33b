package main

import (
	"context"
	"net/http"
	"time"

	"lull/server/access"
	"lull/server/reply"
)

// health says whether the process answers.
func (s *server) health(w http.ResponseWriter, _ *http.Request, _ access.Visitor) error {
	return reply.JSON(w, http.StatusOK, map[string]string{"status": "ok", "version": version})
}

// A mail server that is away for mailStuck is a reason not to be ready, for as
// long as mailRings, so that whoever watches hears of it. From then on it is a
// warning: pages, feeds and bookings work without mail, a start can be
// overridden, and the one server there is must not stay out of a load
// balancer's reach, since on it stands what is wrong.
const (
	mailStuck = 10 * time.Minute
	mailRings = 10 * time.Minute
)

// ready says whether everything moves: the database, its schema, the clock and
// the outbox. What does not is named, with 503; what is only to be looked at
// stands among the warnings.
func (s *server) ready(w http.ResponseWriter, r *http.Request, _ access.Visitor) error {
	ctx, stop := context.WithTimeout(r.Context(), 5*time.Second)
	defer stop()
	reasons, warnings := []string{}, []string{}
	if err := s.db.Ready(ctx); err != nil {
		reasons = append(reasons, "database: "+err.Error())
	}
	if at := s.lastRound.Load(); at != 0 && s.db.Now().Sub(time.Unix(at, 0)) > 2*time.Minute {
		reasons = append(reasons, "clock: no round in two minutes")
	}
	if h := s.notifier.Health(); h.Fault != "" {
		words := "outbox: no mail has left since " + h.Since.Format(time.RFC3339) + ": " + h.Fault
		if rings(h.Since, s.db.Now()) {
			reasons = append(reasons, words)
		} else {
			warnings = append(warnings, words)
		}
	}
	if s.draining.Load() {
		reasons = append(reasons, "the server is stopping")
	}
	if len(reasons) > 0 {
		return reply.JSON(w, http.StatusServiceUnavailable, map[string]any{"status": "not ready", "reasons": reasons, "warnings": warnings})
	}
	return reply.JSON(w, http.StatusOK, map[string]any{"status": "ready", "warnings": warnings})
}

// rings reports whether a fault of mail that began at since is now a reason not
// to be ready.
func rings(since, now time.Time) bool {
	stuck := now.Sub(since)
	return stuck >= mailStuck && stuck < mailStuck+mailRings
}
