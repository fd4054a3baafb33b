package api

import (
	"net/http"
	"strconv"

	"lull/notifier"
	"lull/scheduler"
	"lull/server/access"
	"lull/server/reply"
)

// webhook is a webhook as the API shows it, without its secret.
type webhook struct {
	ID       string                  `json:"id"`
	Name     string                  `json:"name"`
	URL      string                  `json:"url"`
	Format   scheduler.WebhookFormat `json:"format"`
	Services []string                `json:"services"`
	Tiers    []int                   `json:"tiers"`
	Kinds    []string                `json:"kinds"`
	Enabled  bool                    `json:"enabled"`
	Off      *string                 `json:"disabled_reason"` // where nobody here decided it
	OldUntil moment                  `json:"old_secret_until"`
	Version  int                     `json:"version"`
	Created  moment                  `json:"created_at"`
	Updated  moment                  `json:"updated_at"`
}

// newWebhook is a webhook and its secret, shown this once.
type newWebhook struct {
	webhook
	Secret string `json:"secret"`
}

// webhookInput is what people write of a webhook. What is nil was not given.
type webhookInput struct {
	Name     *string                  `json:"name"`
	URL      *string                  `json:"url"`
	Format   *scheduler.WebhookFormat `json:"format"`
	Services *[]string                `json:"services"`
	Tiers    *[]int                   `json:"tiers"`
	Kinds    *[]string                `json:"kinds"`
	Enabled  *bool                    `json:"enabled"`
	Version  *int                     `json:"version"`
}

// posted is what became of a test.
type posted struct {
	State notifier.State `json:"state"`
	Code  int            `json:"code"`
	Reply string         `json:"reply"`
}

func showWebhook(h scheduler.Webhook) webhook {
	kinds := h.Kinds
	if len(kinds) == 0 {
		kinds = scheduler.WebhookKinds
	}
	return webhook{
		h.ID, h.Name, h.URL, h.Format, all(h.Services), all(h.Tiers), kinds, h.Enabled, orNull(h.Off), moment{h.OldUntil},
		h.Version, moment{h.Created}, moment{h.Changed},
	}
}

func (in webhookInput) apply(h *scheduler.Webhook) error {
	set(&h.Name, in.Name)
	set(&h.URL, in.URL)
	set(&h.Format, in.Format)
	set(&h.Services, in.Services)
	set(&h.Tiers, in.Tiers)
	set(&h.Kinds, in.Kinds)
	set(&h.Enabled, in.Enabled)
	return nil
}

func (a *API) webhookOperations() []Operation {
	return []Operation{
		{"GET", "/webhooks", scheduler.Admin, "listWebhooks", "Webhooks by their name.", a.listWebhooks, 200, listQuery, nil, false, of[page[webhook]]()},
		{"POST", "/webhooks", scheduler.Admin, "createWebhook", "Add a webhook; its secret is shown once.", a.createWebhook, 201, nil, of[webhookInput](), false, of[newWebhook]()},
		{"GET", "/webhooks/{id}", scheduler.Admin, "getWebhook", "A webhook, without its secret.", a.getWebhook, 200, nil, nil, false, of[webhook]()},
		{"PATCH", "/webhooks/{id}", scheduler.Admin, "changeWebhook", "Change what is given of a webhook.", a.changeWebhook, 200, nil, of[webhookInput](), false, of[webhook]()},
		{"DELETE", "/webhooks/{id}", scheduler.Admin, "deleteWebhook", "Forget a webhook; the outbox keeps what it was sent.", a.deleteWebhook, 204, nil, nil, false, nil},
		{"POST", "/webhooks/{id}/test", scheduler.Admin, "testWebhook", "Send a test, and say what came back.", a.testWebhook, 200, nil, nil, false, of[posted]()},
		{"POST", "/webhooks/{id}/rotate", scheduler.Admin, "rotateWebhook", "Make another secret, shown once; the one before signs too for a day.", a.rotateWebhook, 200, nil, nil, false, of[newWebhook]()},
	}
}

func (a *API) listWebhooks(w http.ResponseWriter, r *http.Request, _ access.Visitor) error {
	q := queryOf(r)
	limit, cursor := q.limit(), q.Get("cursor")
	if err := q.wrong.Err(); err != nil {
		return err
	}
	found, err := a.Notifier.Webhooks(r.Context())
	if err != nil {
		return err
	}
	items, next := cut(each(found, showWebhook), limit, cursor, func(h webhook) string { return h.ID })
	return reply.JSON(w, http.StatusOK, list(items, next))
}

func (a *API) createWebhook(w http.ResponseWriter, r *http.Request, who access.Visitor) error {
	var in webhookInput
	if err := read(r, &in); err != nil {
		return err
	}
	h := scheduler.Webhook{Enabled: true}
	if err := in.apply(&h); err != nil {
		return err
	}
	h, secret, err := a.Notifier.AddWebhook(r.Context(), h, who.Person)
	if err != nil {
		return err
	}
	w.Header().Set("Location", "/api/v1/webhooks/"+h.ID)
	return showSecret(w, http.StatusCreated, h, secret)
}

func (a *API) getWebhook(w http.ResponseWriter, r *http.Request, _ access.Visitor) error {
	h, err := a.Notifier.Webhook(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	return answerWebhook(w, h)
}

func (a *API) changeWebhook(w http.ResponseWriter, r *http.Request, who access.Visitor) error {
	var in webhookInput
	if err := read(r, &in); err != nil {
		return err
	}
	meant, err := version(r, in.Version)
	if err != nil {
		return err
	}
	h, err := a.Notifier.ChangeWebhook(r.Context(), r.PathValue("id"), meant, in.apply, who.Person)
	if err != nil {
		return err
	}
	return answerWebhook(w, h)
}

func (a *API) deleteWebhook(w http.ResponseWriter, r *http.Request, who access.Visitor) error {
	if err := a.Notifier.DeleteWebhook(r.Context(), r.PathValue("id"), who.Person); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

func (a *API) testWebhook(w http.ResponseWriter, r *http.Request, _ access.Visitor) error {
	if err := read(r, &struct{}{}); err != nil {
		return err
	}
	_, out, err := a.Notifier.TestWebhook(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	return reply.JSON(w, http.StatusOK, posted{out.State, out.Code, out.Reply})
}

func (a *API) rotateWebhook(w http.ResponseWriter, r *http.Request, who access.Visitor) error {
	if err := read(r, &struct{}{}); err != nil {
		return err
	}
	h, secret, err := a.Notifier.RotateWebhook(r.Context(), r.PathValue("id"), who.Person)
	if err != nil {
		return err
	}
	return showSecret(w, http.StatusOK, h, secret)
}

// showSecret answers with a webhook and its secret, which nobody may keep on the way.
func showSecret(w http.ResponseWriter, status int, h scheduler.Webhook, secret string) error {
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("ETag", strconv.Quote(strconv.Itoa(h.Version)))
	return reply.JSON(w, status, newWebhook{showWebhook(h), secret})
}

// answerWebhook answers with the webhook and with its version as the ETag.
func answerWebhook(w http.ResponseWriter, h scheduler.Webhook) error {
	w.Header().Set("ETag", strconv.Quote(strconv.Itoa(h.Version)))
	return reply.JSON(w, http.StatusOK, showWebhook(h))
}

// webhookCalls describes what webhooks are sent, as OpenAPI 3.1 does: the calls
// that the server makes.
func (s shapes) webhookCalls() object {
	text := object{"type": "string"}
	var headers []object
	for _, name := range []string{"webhook-id", "webhook-timestamp", "webhook-signature"} {
		headers = append(headers, object{"name": name, "in": "header", "required": true, "schema": text})
	}
	return object{"window": object{"post": object{
		"operationId": "windowWebhook", "parameters": headers,
		"summary":     "Something happened to a window. A 2xx takes it; 410 disables the webhook; anything else is tried again for a day.",
		"requestBody": object{"required": true, "content": object{"application/json": object{"schema": s.schema(of[notifier.Payload]())}}},
		"responses":   object{"2XX": object{"description": "Taken."}, "410": object{"description": "Nothing more is wanted."}},
	}}}
}
