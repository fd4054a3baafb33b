package site

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"lull/scheduler"
	"lull/server/access"
	"lull/web"
)

// Webhooks answers GET /webhooks.
func (s *Site) Webhooks(w http.ResponseWriter, r *http.Request, who access.Visitor) error {
	frame, _, err := s.frame(r.Context(), who, "Webhooks", "webhooks")
	if err != nil {
		return err
	}
	all, err := s.Notifier.Webhooks(r.Context())
	if err != nil {
		return err
	}
	services, err := s.Agenda.Services(r.Context())
	if err != nil {
		return err
	}
	page := web.Webhooks{Frame: frame}
	for _, h := range all {
		row := web.WebhookRow{Webhook: h}
		for _, one := range services {
			if slices.Contains(h.Services, one.Slug) {
				row.Names = append(row.Names, one.Name)
			}
		}
		page.Items = append(page.Items, row)
	}
	return s.show(w, http.StatusOK, page)
}

// NewWebhook answers GET /webhooks/new.
func (s *Site) NewWebhook(w http.ResponseWriter, r *http.Request, who access.Visitor) error {
	return s.webhook(w, r, who, http.StatusOK, web.Webhook{On: map[string]bool{"enabled": true}})
}

// Webhook answers GET /webhooks/{id}.
func (s *Site) Webhook(w http.ResponseWriter, r *http.Request, who access.Visitor) error {
	return s.keptWebhook(w, r, who, web.Webhook{ID: r.PathValue("id")})
}

// keptWebhook shows the page of a webhook as it is kept.
func (s *Site) keptWebhook(w http.ResponseWriter, r *http.Request, who access.Visitor, page web.Webhook) error {
	h, err := s.Notifier.Webhook(r.Context(), page.ID)
	if err != nil {
		return err
	}
	page.View, page.On = h, map[string]bool{"enabled": h.Enabled}
	page.Form = map[string]string{"name": h.Name, "url": h.URL, "format": string(h.Format)}
	for _, name := range slices.Concat(h.Services, h.Kinds) {
		page.On[name] = true
	}
	for _, tier := range h.Tiers {
		page.On["tier-"+strconv.Itoa(tier)] = true
	}
	return s.webhook(w, r, who, http.StatusOK, page)
}

func (s *Site) webhook(w http.ResponseWriter, r *http.Request, who access.Visitor, status int, page web.Webhook) error {
	frame, _, err := s.frame(r.Context(), who, "Webhook", "webhooks")
	if err != nil {
		return err
	}
	page.Frame, page.Kinds = frame, scheduler.WebhookKinds
	if page.Services, err = s.Agenda.Services(r.Context()); err != nil {
		return err
	}
	if page.Secret != "" {
		w.Header().Set("Cache-Control", "no-store")
	}
	return s.show(w, status, page)
}

// AddWebhook answers POST /webhooks with the page that shows the secret.
func (s *Site) AddWebhook(w http.ResponseWriter, r *http.Request, who access.Visitor) error {
	v, err := values(r)
	if err != nil {
		return err
	}
	var h scheduler.Webhook
	readWebhook(v, &h)
	h, secret, err := s.Notifier.AddWebhook(r.Context(), h, who.Person)
	if err != nil {
		return s.refuseWebhook(w, r, who, "", v, err)
	}
	return s.keptWebhook(w, r, who, web.Webhook{ID: h.ID, Secret: secret})
}

// ChangeWebhook answers POST /webhooks/{id}.
func (s *Site) ChangeWebhook(w http.ResponseWriter, r *http.Request, who access.Visitor) error {
	v, err := values(r)
	if err != nil {
		return err
	}
	id := r.PathValue("id")
	_, err = s.Notifier.ChangeWebhook(r.Context(), id, version(v), func(h *scheduler.Webhook) error {
		readWebhook(v, h)
		return nil
	}, who.Person)
	if err != nil {
		return s.refuseWebhook(w, r, who, id, v, err)
	}
	return to(w, r, "/webhooks")
}

// DeleteWebhook answers POST /webhooks/{id}/delete.
func (s *Site) DeleteWebhook(w http.ResponseWriter, r *http.Request, who access.Visitor) error {
	if err := s.Notifier.DeleteWebhook(r.Context(), r.PathValue("id"), who.Person); err != nil {
		return err
	}
	return to(w, r, "/webhooks")
}

// RotateWebhook answers POST /webhooks/{id}/rotate with the page that shows the secret.
func (s *Site) RotateWebhook(w http.ResponseWriter, r *http.Request, who access.Visitor) error {
	h, secret, err := s.Notifier.RotateWebhook(r.Context(), r.PathValue("id"), who.Person)
	if err != nil {
		return err
	}
	return s.keptWebhook(w, r, who, web.Webhook{ID: h.ID, Secret: secret})
}

// TestWebhook answers POST /webhooks/{id}/test with what came back.
func (s *Site) TestWebhook(w http.ResponseWriter, r *http.Request, who access.Visitor) error {
	said, _, err := s.Notifier.TestWebhook(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	return s.keptWebhook(w, r, who, web.Webhook{ID: r.PathValue("id"), Reply: said})
}

func (s *Site) refuseWebhook(w http.ResponseWriter, r *http.Request, who access.Visitor, id string, v url.Values, err error) error {
	no, status, ok := refusal("webhook", err)
	if !ok {
		return err
	}
	page := web.Webhook{Refusal: no, ID: id, Form: typed(v), On: map[string]bool{"enabled": v.Get("enabled") != ""}}
	if id != "" {
		if page.View, err = s.Notifier.Webhook(r.Context(), id); err != nil {
			return err
		}
	}
	for _, name := range slices.Concat(v["service"], v["kind"]) {
		page.On[name] = true
	}
	for _, tier := range v["tier"] {
		page.On["tier-"+tier] = true
	}
	return s.webhook(w, r, who, status, page)
}

func readWebhook(v url.Values, h *scheduler.Webhook) {
	h.Name, h.URL, h.Format = strings.TrimSpace(v.Get("name")), strings.TrimSpace(v.Get("url")), scheduler.WebhookFormat(v.Get("format"))
	h.Services, h.Kinds, h.Tiers, h.Enabled = slices.Clone(v["service"]), slices.Clone(v["kind"]), nil, v.Get("enabled") != ""
	for _, t := range v["tier"] {
		n, err := strconv.Atoi(t)
		if err != nil {
			n = -1 // no tier there is, and refused as such
		}
		h.Tiers = append(h.Tiers, n)
	}
}
