package api

import (
	"net/http"

	"lull/server/access"
	"lull/server/feed"
	"lull/server/reply"
)

// ownFeed is a calendar address of the visitor's own, without the secret in it.
type ownFeed struct {
	ID          string   `json:"id"`
	Name        string   `json:"name"`
	Scope       string   `json:"scope"`
	Services    []string `json:"services"`
	Created     moment   `json:"created_at"`
	LastFetched moment   `json:"last_fetched_at"`
}

// newFeed is a feed that was just made, and its address, shown this once.
type newFeed struct {
	ownFeed
	URL string `json:"url"`
}

type feedInput struct {
	Name     *string   `json:"name"`
	Scope    *string   `json:"scope"`
	Services *[]string `json:"services"`
}

func showFeed(f feed.Feed) ownFeed {
	return ownFeed{f.ID, f.Name, f.Scope, all(f.Services), moment{f.CreatedAt}, moment{f.LastFetched}}
}

func (a *API) listFeeds(w http.ResponseWriter, r *http.Request, who access.Visitor) error {
	q := queryOf(r)
	limit, cursor := q.limit(), q.Get("cursor")
	if err := q.wrong.Err(); err != nil {
		return err
	}
	feeds, err := a.Feeds.List(r.Context(), who.Person)
	if err != nil {
		return err
	}
	items, next := cut(each(feeds, showFeed), limit, cursor, func(f ownFeed) string { return f.ID })
	return reply.JSON(w, http.StatusOK, list(items, next))
}

func (a *API) createFeed(w http.ResponseWriter, r *http.Request, who access.Visitor) error {
	var in feedInput
	if err := read(r, &in); err != nil {
		return err
	}
	f, url, err := a.Feeds.Make(r.Context(), who.Person, feed.Feed{
		Name: given(in.Name), Scope: given(in.Scope), Services: given(in.Services),
	})
	if err != nil {
		return err
	}
	w.Header().Set("Location", "/api/v1/feeds/"+f.ID)
	w.Header().Set("Cache-Control", "no-store")
	return reply.JSON(w, http.StatusCreated, newFeed{showFeed(f), url})
}

func (a *API) revokeFeed(w http.ResponseWriter, r *http.Request, who access.Visitor) error {
	if err := a.Feeds.Revoke(r.Context(), who.Person, r.PathValue("id")); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}
