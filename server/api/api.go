// Package api answers the JSON calls under /api/v1. A handler reads its input,
// calls one verb, and answers; shapes are decided here, values by scheduler,
// and who may do what by the route table and by the verbs.
//
// Every call stands in one table, [API.Operations], from which the routes and
// the OpenAPI description are both made, so that the description cannot drift
// from what is served.
package api

import (
	"log/slog"
	"net/http"
	"strings"

	"lull/notifier"
	"lull/scheduler/agenda"
	"lull/server/access"
	"lull/server/feed"
)

// Handler answers one call of a visitor; an error is the router's to answer.
type Handler func(w http.ResponseWriter, r *http.Request, who access.Visitor) error

// Options are what the API stands on.
type Options struct {
	Agenda   *agenda.Agenda
	Notifier *notifier.Notifier
	Access   *access.Access
	Feeds    *feed.Feeds
	BaseURL  string // how the world reaches the server
	Log      *slog.Logger
}

// API holds the handlers.
type API struct {
	Options
}

// New is the API over o.
func New(o Options) *API {
	o.BaseURL = strings.TrimSuffix(o.BaseURL, "/")
	return &API{o}
}

// page is a list as every list of the API is answered.
type page[T any] struct {
	Items []T    `json:"items"`
	Next  string `json:"next,omitempty"`
}

// list is items, and never null, with the cursor of the next page.
func list[T any](items []T, next string) page[T] {
	return page[T]{all(items), next}
}

// all is items, and never null.
func all[T any](items []T) []T {
	if items == nil {
		return []T{}
	}
	return items
}

// each is items by way of f, and never null.
func each[T, U any](items []T, f func(T) U) []U {
	out := make([]U, len(items))
	for i, one := range items {
		out[i] = f(one)
	}
	return out
}
