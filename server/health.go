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

// ready says whether everything moves: the database, its schema, the clock and
// the outbox. What does not is named, with 503.
func (s *server) ready(w http.ResponseWriter, r *http.Request, _ access.Visitor) error {
	ctx, stop := context.WithTimeout(r.Context(), 5*time.Second)
	defer stop()
	reasons := []string{}
	if err := s.db.Ready(ctx); err != nil {
		reasons = append(reasons, "database: "+err.Error())
	}
	if at := s.lastRound.Load(); at != 0 && s.db.Now().Sub(time.Unix(at, 0)) > 2*time.Minute {
		reasons = append(reasons, "clock: no round in two minutes")
	}
	if h := s.notifier.Health(); h.Fault != "" {
		reasons = append(reasons, "outbox: "+h.Fault)
	}
	if s.draining.Load() {
		reasons = append(reasons, "the server is stopping")
	}
	if len(reasons) > 0 {
		return reply.JSON(w, http.StatusServiceUnavailable, map[string]any{"status": "not ready", "reasons": reasons})
	}
	return reply.JSON(w, http.StatusOK, map[string]any{"status": "ready"})
}
