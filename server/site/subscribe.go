package site

import (
	"errors"
	"net/http"
	"strconv"

	"lull/scheduler"
	"lull/server/access"
	"lull/server/reply"
	"lull/web"
)

// SubscribePage answers GET /subscribe.
func (s *Site) SubscribePage(w http.ResponseWriter, r *http.Request, who access.Visitor) error {
	page := web.Subscribe{Asked: r.URL.Query().Get("asked") != ""}
	page.Choices = web.ChoicesOf(scheduler.Stakeholder{All: true, Calendar: scheduler.PublishPart}, scheduler.Offer{}, zones)
	return s.subscribe(w, r, who, http.StatusOK, page)
}

// subscribe shows the form, as long as the public page is open.
func (s *Site) subscribe(w http.ResponseWriter, r *http.Request, who access.Visitor, status int, page web.Subscribe) error {
	frame, services, err := s.outside(r, who, "Subscribe")
	if err != nil {
		return err
	}
	set, err := s.Agenda.Settings(r.Context())
	if err != nil {
		return err
	}
	if !set.StatusOpen {
		return scheduler.ErrNotFound
	}
	page.Frame, page.Offer = frame, scheduler.Stakeholder{Outside: true}.Offer(services, false)
	if page.Form["time_zone"] == "" {
		page.Form["time_zone"], page.Form["guess"] = set.TimeZone, set.TimeZone
	}
	return s.show(w, status, page)
}

// Subscribe answers POST /subscribe. What it answers is the same for an address
// that is known and for one that is not.
func (s *Site) Subscribe(w http.ResponseWriter, r *http.Request, who access.Visitor) error {
	set, err := s.Agenda.Settings(r.Context())
	if err != nil {
		return err
	}
	if !set.StatusOpen {
		return scheduler.ErrNotFound
	}
	v, err := values(r)
	if err != nil {
		return err
	}
	wish := scheduler.Stakeholder{Email: v.Get("email")}
	if err = web.ReadChoices(v, &wish); err == nil {
		err = s.Notifier.Subscribe(r.Context(), wish, access.Network(r.RemoteAddr))
	}
	if err != nil {
		no, status, ok := refusal("subscribe", err)
		if !ok {
			return err
		}
		reply.Headers(w, err)
		return s.subscribe(w, r, who, status, web.Subscribe{Refusal: no, Choices: web.ChoicesTyped(v, scheduler.Offer{}, zones)})
	}
	return to(w, r, "/subscribe?asked=yes")
}

// SubscriptionPage answers GET /subscription/{token} and
// GET /subscription/{token}/unsubscribe. It changes nothing: mail programs
// follow links by themselves.
func (s *Site) SubscriptionPage(w http.ResponseWriter, r *http.Request, who access.Visitor) error {
	return s.subscription(w, r, who, http.StatusOK, web.Subscription{})
}

func (s *Site) subscription(w http.ResponseWriter, r *http.Request, who access.Visitor, status int, page web.Subscription) error {
	page.Token = r.PathValue("token")
	sub, offer, err := s.Notifier.Offered(r.Context(), page.Token)
	if err != nil {
		return stale(err)
	}
	frame, _, err := s.frame(r.Context(), who, "Your subscription", "")
	if err != nil {
		return err
	}
	frame.Outside = true
	page.Frame, page.Email, page.Confirmed, page.Gone, page.Hears = frame, sub.Email, sub.Confirmed, sub.Gone, hears(sub, offer)
	if page.Form == nil {
		page.Choices = web.ChoicesOf(sub, offer, zones)
	}
	page.Offer = offer
	w.Header().Set("Referrer-Policy", "no-referrer") // the address of this page is a key
	return s.show(w, status, page)
}

// stale says of a link that leads to no subscription that a new one can be had.
func stale(err error) error {
	if errors.Is(err, scheduler.ErrNotFound) {
		return &access.LinkError{}
	}
	return err
}

// hears names what the stakeholder is told of.
func hears(sub scheduler.Stakeholder, o scheduler.Offer) (words []string) {
	if sub.All {
		return []string{"all maintenance"}
	}
	for _, v := range o.Services {
		for _, slug := range sub.Services {
			if v.Slug == slug {
				words = append(words, v.Name)
			}
		}
	}
	for _, tier := range sub.Tiers {
		words = append(words, "services of tier "+strconv.Itoa(tier))
	}
	if len(words) == 0 {
		return []string{"maintenance that names it, or a group that it is in"}
	}
	return words
}

// Confirm answers POST /subscription/{token}: it confirms, or keeps what the
// form of the page asks for.
func (s *Site) Confirm(w http.ResponseWriter, r *http.Request, who access.Visitor) error {
	v, err := values(r)
	if err != nil {
		return err
	}
	token := r.PathValue("token")
	if v.Get("do") != "keep" {
		if err := s.Notifier.Confirm(r.Context(), token); err != nil {
			return stale(err)
		}
		return to(w, r, "/subscription/"+token)
	}
	if err = web.ReadChoices(v, &scheduler.Stakeholder{}); err == nil {
		err = s.Notifier.Choose(r.Context(), token, func(one *scheduler.Stakeholder) {
			_ = web.ReadChoices(v, one) // was read without a fault just above
		})
	}
	if err != nil {
		no, status, ok := refusal("subscription", err)
		if !ok {
			return stale(err)
		}
		return s.subscription(w, r, who, status, web.Subscription{Refusal: no, Choices: web.ChoicesTyped(v, scheduler.Offer{}, zones)})
	}
	return to(w, r, "/subscription/"+token)
}

// Unsubscribe answers POST /subscription/{token}/unsubscribe, from the page and
// from a mail program's one click, which brings no cookie and wants no redirect
// (RFC 8058, section 3.1).
func (s *Site) Unsubscribe(w http.ResponseWriter, r *http.Request, who access.Visitor) error {
	if err := s.Notifier.Unsubscribe(r.Context(), r.PathValue("token")); err != nil {
		return stale(err)
	}
	return s.SubscriptionPage(w, r, who)
}
