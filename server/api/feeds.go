package api

import (
	"net/http"
	"time"

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
	Tiers       []int    `json:"tiers"`
	Alarm       *length  `json:"alarm"`
	Past        length   `json:"past"`
	Future      length   `json:"future"`
	Confirmed   bool     `json:"confirmed"`
	Created     moment   `json:"created_at"`
	LastFetched moment   `json:"last_fetched_at"`
	FetchedBy   *string  `json:"last_fetched_by"`
}

// newFeed is a feed that was just given an address, which is shown this once.
type newFeed struct {
	ownFeed
	URL string `json:"url"`
}

type feedInput struct {
	Name      *string   `json:"name"`
	Scope     *string   `json:"scope"`
	Services  *[]string `json:"services"`
	Tiers     *[]int    `json:"tiers"`
	Alarm     *length   `json:"alarm"` // null: none
	Past      *length   `json:"past"`
	Future    *length   `json:"future"`
	Confirmed *bool     `json:"confirmed"`
}

// choose writes what was given into f.
func (in feedInput) choose(f *feed.Feed) error {
	set(&f.Name, in.Name)
	set(&f.Scope, in.Scope)
	set(&f.Services, in.Services)
	set(&f.Tiers, in.Tiers)
	set(&f.Alarm, (*time.Duration)(in.Alarm))
	set(&f.Past, (*time.Duration)(in.Past))
	set(&f.Future, (*time.Duration)(in.Future))
	set(&f.Confirmed, in.Confirmed)
	return nil
}

func showFeed(f feed.Feed) ownFeed {
	shown := ownFeed{
		ID: f.ID, Name: f.Name, Scope: f.Scope, Services: all(f.Services), Tiers: all(f.Tiers), Past: length(f.Past), Future: length(f.Future),
		Confirmed: f.Confirmed, Created: moment{f.CreatedAt}, LastFetched: moment{f.LastFetched}, FetchedBy: orNull(f.FetchedBy),
	}
	if f.Alarm > 0 {
		shown.Alarm = (*length)(&f.Alarm)
	}
	return shown
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
	f := feed.Usual()
	if err := in.choose(&f); err != nil {
		return err
	}
	f, url, err := a.Feeds.Make(r.Context(), who.Person, f)
	if err != nil {
		return err
	}
	w.Header().Set("Location", "/api/v1/feeds/"+f.ID)
	return handOver(w, http.StatusCreated, f, url)
}

func (a *API) getFeed(w http.ResponseWriter, r *http.Request, who access.Visitor) error {
	f, err := a.Feeds.One(r.Context(), who.Person, r.PathValue("id"))
	if err != nil {
		return err
	}
	return reply.JSON(w, http.StatusOK, showFeed(f))
}

func (a *API) changeFeed(w http.ResponseWriter, r *http.Request, who access.Visitor) error {
	var in feedInput
	if err := read(r, &in); err != nil {
		return err
	}
	f, err := a.Feeds.Change(r.Context(), who.Person, r.PathValue("id"), in.choose)
	if err != nil {
		return err
	}
	return reply.JSON(w, http.StatusOK, showFeed(f))
}

func (a *API) rotateFeed(w http.ResponseWriter, r *http.Request, who access.Visitor) error {
	f, url, err := a.Feeds.Rotate(r.Context(), who.Person, r.PathValue("id"))
	if err != nil {
		return err
	}
	return handOver(w, http.StatusOK, f, url)
}

// handOver answers with a feed and its address, which nobody keeps.
func handOver(w http.ResponseWriter, status int, f feed.Feed, url string) error {
	w.Header().Set("Cache-Control", "no-store")
	return reply.JSON(w, status, newFeed{showFeed(f), url})
}

func (a *API) revokeFeed(w http.ResponseWriter, r *http.Request, who access.Visitor) error {
	if err := a.Feeds.Revoke(r.Context(), who.Person, r.PathValue("id")); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}
