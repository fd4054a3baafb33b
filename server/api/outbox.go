package api

import (
	"context"
	"net/http"
	"slices"

	"lull/notifier"
	"lull/scheduler"
	"lull/server/access"
	"lull/server/reply"
)

// announcement is one message about a window, and how its deliveries stand.
type announcement struct {
	ID         string                 `json:"id"`
	Kind       string                 `json:"kind"`
	At         moment                 `json:"at"`
	Due        moment                 `json:"due_at"`
	State      string                 `json:"state"`
	Reason     string                 `json:"reason"`
	Start      moment                 `json:"start"`
	End        moment                 `json:"end"`
	Recipients int                    `json:"recipients"`
	Deliveries map[notifier.State]int `json:"deliveries"`
}

// delivery is one message to one address.
type delivery struct {
	ID           string         `json:"id"`
	Announcement *string        `json:"announcement"`
	Window       *string        `json:"window"`
	Kind         string         `json:"kind"`
	Carrier      string         `json:"carrier"` // mail or webhook
	Subject      string         `json:"subject"`
	Address      string         `json:"address"`
	State        notifier.State `json:"state"`
	Reason       string         `json:"reason"`
	Attempts     int            `json:"attempts"`
	Code         int            `json:"code"`
	Reply        string         `json:"reply"`
	MessageID    string         `json:"message_id"`
	Created      moment         `json:"created_at"`
	Sent         moment         `json:"sent_at"`
	Next         moment         `json:"next_at"`
}

func showAnnouncement(n notifier.Announcement) announcement {
	shown := announcement{
		n.ID, n.Kind, moment{n.At}, moment{n.Due}, n.State, n.Reason, moment{n.Start}, moment{n.End},
		n.Recipients, n.Deliveries,
	}
	if shown.Deliveries == nil {
		shown.Deliveries = map[notifier.State]int{}
	}
	return shown
}

func showDelivery(d notifier.Delivery) delivery {
	return delivery{
		d.ID, orNull(d.AnnouncementID), orNull(d.WindowID), d.Kind, d.Carrier, d.Subject, d.Address, d.State, d.Reason,
		d.Attempts, d.Code, d.Reply, d.MessageID, moment{d.Created}, moment{d.Sent}, moment{d.Next},
	}
}

// listAnnouncements leaves out what only people inside were told; that stands
// among the deliveries.
func (a *API) listAnnouncements(w http.ResponseWriter, r *http.Request, _ access.Visitor) error {
	q := queryOf(r)
	limit, cursor := q.limit(), q.Get("cursor")
	if err := q.wrong.Err(); err != nil {
		return err
	}
	v, err := a.Agenda.Window(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	found, err := a.Notifier.Announcements(r.Context(), v.ID)
	if err != nil {
		return err
	}
	found = slices.DeleteFunc(found, func(n notifier.Announcement) bool { return n.Inside })
	items, next := cut(each(found, showAnnouncement), limit, cursor, func(n announcement) string { return n.ID })
	return reply.JSON(w, http.StatusOK, list(items, next))
}

func (a *API) listDeliveries(w http.ResponseWriter, r *http.Request, _ access.Visitor) error {
	q := queryOf(r)
	limit, cursor := q.limit(), q.Get("cursor")
	if err := q.wrong.Err(); err != nil {
		return err
	}
	v, err := a.Agenda.Window(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	found, err := a.Notifier.Deliveries(r.Context(), v.ID)
	if err != nil {
		return err
	}
	items, next := cut(each(found, showDelivery), limit, cursor, func(d delivery) string { return d.ID })
	return reply.JSON(w, http.StatusOK, list(items, next))
}

func (a *API) listOutbox(w http.ResponseWriter, r *http.Request, _ access.Visitor) error {
	q := queryOf(r)
	f := notifier.OutboxFilter{
		Window: q.Get("window"), Kind: q.Get("kind"), Address: q.Get("address"), Q: q.Get("q"), Limit: q.limit(), Cursor: q.Get("cursor"),
	}
	if states := oneOf(q, "state", q.words("state"), notifier.States); len(states) == 1 {
		f.State = states[0]
	} else if len(states) > 1 {
		q.wrong["state"] = "Ask for one state."
	}
	if err := q.wrong.Err(); err != nil {
		return err
	}
	if f.Window != "" {
		v, err := a.Agenda.Window(r.Context(), f.Window)
		if err != nil {
			return err
		}
		f.Window = v.ID
	}
	found, next, err := a.Notifier.Outbox(r.Context(), f)
	if err != nil {
		return err
	}
	return reply.JSON(w, http.StatusOK, list(each(found, showDelivery), next))
}

func (a *API) retryDelivery(w http.ResponseWriter, r *http.Request, who access.Visitor) error {
	if err := read(r, &struct{}{}); err != nil {
		return err
	}
	d, err := a.Notifier.Retry(r.Context(), r.PathValue("id"), who.Person)
	if err != nil {
		return err
	}
	return reply.JSON(w, http.StatusOK, showDelivery(d))
}

// outboxInput picks deliveries, and says why they are cancelled.
type outboxInput struct {
	State   *string `json:"state"`
	Kind    *string `json:"kind"`
	Window  *string `json:"window"`
	Address *string `json:"address"`
	Q       *string `json:"q"`
	Reason  *string `json:"reason"`
}

// turned is how many deliveries were changed by hand.
type turned struct {
	Count int `json:"count"`
}

func (a *API) pick(r *http.Request) (f notifier.OutboxFilter, reason string, err error) {
	var in outboxInput
	if err := read(r, &in); err != nil {
		return f, "", err
	}
	f = notifier.OutboxFilter{
		State: notifier.State(given(in.State)), Kind: given(in.Kind), Window: given(in.Window), Address: given(in.Address), Q: given(in.Q),
	}
	if f.State != "" && !slices.Contains(notifier.States, f.State) {
		return f, "", scheduler.InvalidError{"state": "This is none of the states of a delivery."}
	}
	if f.Window != "" {
		v, err := a.Agenda.Window(r.Context(), f.Window)
		if err != nil {
			return f, "", err
		}
		f.Window = v.ID
	}
	return f, given(in.Reason), nil
}

func (a *API) retryDeliveries(w http.ResponseWriter, r *http.Request, who access.Visitor) error {
	f, _, err := a.pick(r)
	if err != nil {
		return err
	}
	n, err := a.Notifier.RetryAll(r.Context(), f, who.Person)
	if err != nil {
		return err
	}
	return reply.JSON(w, http.StatusOK, turned{n})
}

func (a *API) cancelDeliveries(w http.ResponseWriter, r *http.Request, who access.Visitor) error {
	f, reason, err := a.pick(r)
	if err != nil {
		return err
	}
	n, err := a.Notifier.CancelAll(r.Context(), f, reason, who.Person)
	if err != nil {
		return err
	}
	return reply.JSON(w, http.StatusOK, turned{n})
}

func (a *API) cancelDelivery(w http.ResponseWriter, r *http.Request, who access.Visitor) error {
	var in reasonInput
	if err := read(r, &in); err != nil {
		return err
	}
	d, err := a.Notifier.Cancel(r.Context(), r.PathValue("id"), given(in.Reason), who.Person)
	if err != nil {
		return err
	}
	return reply.JSON(w, http.StatusOK, showDelivery(d))
}

// settle makes a call of a verb on an announcement that waits for the next edit.
func (a *API) settle(do func(ctx context.Context, window, id string, by scheduler.Person) error) Handler {
	return func(w http.ResponseWriter, r *http.Request, who access.Visitor) error {
		if err := read(r, &struct{}{}); err != nil {
			return err
		}
		if err := do(r.Context(), r.PathValue("id"), r.PathValue("announcement"), who.Person); err != nil {
			return err
		}
		w.WriteHeader(http.StatusNoContent)
		return nil
	}
}

func (a *API) outboxOperations() []Operation {
	return []Operation{
		{"GET", "/windows/{id}/announcements", scheduler.Viewer, "listAnnouncements", "What there was to say of a window.", a.listAnnouncements, 200, listQuery, nil, false, of[page[announcement]]()},
		{"POST", "/windows/{id}/announcements/{announcement}/send", scheduler.Operator, "sendAnnouncement", "Announce at once an edit that waits for the next one.", a.settle(a.Notifier.Hurry), 204, nil, nil, false, nil},
		{"POST", "/windows/{id}/announcements/{announcement}/discard", scheduler.Operator, "discardAnnouncement", "Announce nothing of an edit that waits for the next one.", a.settle(a.Notifier.Discard), 204, nil, nil, false, nil},
		{"GET", "/windows/{id}/deliveries", scheduler.Viewer, "listDeliveries", "Who was told of a window.", a.listDeliveries, 200, listQuery, nil, false, of[page[delivery]]()},
		{"GET", "/outbox", scheduler.Viewer, "listOutbox", "Deliveries, the newest first.", a.listOutbox, 200, []string{"state", "kind", "window", "address", "q", "limit", "cursor"}, nil, false, of[page[delivery]]()},
		{"POST", "/outbox/{id}/retry", scheduler.Operator, "retryDelivery", "Try a delivery again now.", a.retryDelivery, 200, nil, nil, false, of[delivery]()},
		{"POST", "/outbox/{id}/cancel", scheduler.Operator, "cancelDelivery", "Stop a delivery that waits, with a reason.", a.cancelDelivery, 200, nil, of[reasonInput](), false, of[delivery]()},
		{"POST", "/outbox/retry", scheduler.Operator, "retryDeliveries", "Try again what is picked.", a.retryDeliveries, 200, nil, of[outboxInput](), true, of[turned]()},
		{"POST", "/outbox/cancel", scheduler.Operator, "cancelDeliveries", "Stop what is picked and waits, with a reason.", a.cancelDeliveries, 200, nil, of[outboxInput](), false, of[turned]()},
	}
}
