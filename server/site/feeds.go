package site

import (
	"errors"
	"maps"
	"net/http"

	"lull/scheduler"
	"lull/server/access"
	"lull/server/feed"
	"lull/web"
)

// FeedsPage answers GET /feeds.
func (s *Site) FeedsPage(w http.ResponseWriter, r *http.Request, who access.Visitor) error {
	return s.feeds(w, r, who, http.StatusOK, web.Feeds{Form: web.FeedFormOf(choiceOf(feed.Usual()))})
}

// FeedPage answers GET /feeds/{id}.
func (s *Site) FeedPage(w http.ResponseWriter, r *http.Request, who access.Visitor) error {
	f, err := s.Feeds.One(r.Context(), who.Person, r.PathValue("id"))
	if err != nil {
		return err
	}
	return s.feeds(w, r, who, http.StatusOK, web.Feeds{ID: f.ID, Form: web.FeedFormOf(choiceOf(f))})
}

func (s *Site) feeds(w http.ResponseWriter, r *http.Request, who access.Visitor, status int, page web.Feeds) error {
	ctx := r.Context()
	frame, set, err := s.frame(ctx, who, "Calendar feeds", "account")
	if err != nil {
		return err
	}
	page.Frame, page.Vicinity = frame, web.VicinityOf(s.BaseURL)
	page.Public = web.AddressesOf(set.Organisation, s.BaseURL+"/calendar.ics")
	if page.Services, err = s.Agenda.Services(ctx); err != nil {
		return err
	}
	own, err := s.Feeds.List(ctx, who.Person)
	if err != nil {
		return err
	}
	for _, f := range own {
		page.Items = append(page.Items, web.FeedRow{
			ID: f.ID, Name: f.Name, Shows: choiceOf(f).Words(), Created: f.CreatedAt, Used: f.LastFetched, By: f.FetchedBy,
		})
	}
	return s.show(w, status, page)
}

// AddFeed answers POST /feeds.
func (s *Site) AddFeed(w http.ResponseWriter, r *http.Request, who access.Visitor) error {
	form, chosen, err := s.readFeed(r)
	if err == nil {
		var f feed.Feed
		var address string
		choose(&f, chosen)
		if f, address, err = s.Feeds.Make(r.Context(), who.Person, f); err == nil {
			return s.handOver(w, r, who, f, address)
		}
	}
	return s.refuseFeed(w, r, who, "", form, err)
}

// ChangeFeed answers POST /feeds/{id}.
func (s *Site) ChangeFeed(w http.ResponseWriter, r *http.Request, who access.Visitor) error {
	id := r.PathValue("id")
	form, chosen, err := s.readFeed(r)
	if err == nil {
		_, err = s.Feeds.Change(r.Context(), who.Person, id, func(f *feed.Feed) error {
			choose(f, chosen)
			return nil
		})
	}
	if err != nil {
		return s.refuseFeed(w, r, who, id, form, err)
	}
	return to(w, r, "/feeds")
}

// RotateFeed answers POST /feeds/{id}/rotate.
func (s *Site) RotateFeed(w http.ResponseWriter, r *http.Request, who access.Visitor) error {
	f, address, err := s.Feeds.Rotate(r.Context(), who.Person, r.PathValue("id"))
	if err != nil {
		return err
	}
	return s.handOver(w, r, who, f, address)
}

// RevokeFeed answers POST /feeds/{id}/revoke.
func (s *Site) RevokeFeed(w http.ResponseWriter, r *http.Request, who access.Visitor) error {
	if err := s.Feeds.Revoke(r.Context(), who.Person, r.PathValue("id")); err != nil && !errors.Is(err, scheduler.ErrNotFound) {
		return err
	}
	return to(w, r, "/feeds")
}

// handOver shows the address of a feed, which nobody keeps.
func (s *Site) handOver(w http.ResponseWriter, r *http.Request, who access.Visitor, f feed.Feed, address string) error {
	handed := web.AddressesOf(f.Name, address)
	return s.feeds(w, r, who, http.StatusOK, web.Feeds{Handed: &handed, Form: web.FeedFormOf(choiceOf(feed.Usual()))})
}

// readFeed reads the form that was sent, and what it asks for.
func (s *Site) readFeed(r *http.Request) (web.FeedForm, web.FeedChoice, error) {
	v, err := values(r)
	if err != nil {
		return web.FeedForm{}, web.FeedChoice{}, err
	}
	form := web.ReadFeed(v)
	chosen, wrong := form.Read()
	return form, chosen, wrong.Err()
}

// refuseFeed shows the form as it was typed, with its words beside the fields.
func (s *Site) refuseFeed(w http.ResponseWriter, r *http.Request, who access.Visitor, id string, form web.FeedForm, err error) error {
	no, status, ok := refusal("feed", err)
	if !ok {
		return err
	}
	if words, ok := no.Wrong["tiers"]; ok { // which are ticked among the services
		no.Wrong = maps.Clone(no.Wrong)
		delete(no.Wrong, "tiers")
		no.Wrong["services"] = words
	}
	return s.feeds(w, r, who, status, web.Feeds{Refusal: no, ID: id, Form: form})
}

func choiceOf(f feed.Feed) web.FeedChoice {
	return web.FeedChoice{
		Name: f.Name, Scope: f.Scope, Services: f.Services, Tiers: f.Tiers, Alarm: f.Alarm, Past: f.Past, Future: f.Future, Confirmed: f.Confirmed,
	}
}

func choose(f *feed.Feed, c web.FeedChoice) {
	f.Name, f.Scope, f.Services, f.Tiers, f.Alarm, f.Past, f.Future, f.Confirmed = c.Name, c.Scope, c.Services, c.Tiers, c.Alarm, c.Past, c.Future, c.Confirmed
}
