package api

import (
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

var deliveryStates = []notifier.State{
	notifier.Queued, notifier.Sending, notifier.Sent, notifier.Captured, notifier.Deferred, notifier.InDoubt,
	notifier.Failed, notifier.Expired, notifier.Superseded, notifier.Suppressed, notifier.Cancelled,
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
	f := notifier.OutboxFilter{Window: q.Get("window"), Limit: q.limit(), Cursor: q.Get("cursor")}
	if states := oneOf(q, "state", q.words("state"), deliveryStates); len(states) == 1 {
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

func (a *API) outboxOperations() []Operation {
	return []Operation{
		{"GET", "/windows/{id}/announcements", scheduler.Viewer, "listAnnouncements", "What there was to say of a window.", a.listAnnouncements, 200, listQuery, nil, false, of[page[announcement]]()},
		{"GET", "/windows/{id}/deliveries", scheduler.Viewer, "listDeliveries", "Who was told of a window.", a.listDeliveries, 200, listQuery, nil, false, of[page[delivery]]()},
		{"GET", "/outbox", scheduler.Viewer, "listOutbox", "Deliveries, the newest first.", a.listOutbox, 200, []string{"state", "window", "limit", "cursor"}, nil, false, of[page[delivery]]()},
		{"POST", "/outbox/{id}/retry", scheduler.Operator, "retryDelivery", "Try a delivery again now.", a.retryDelivery, 200, nil, nil, false, of[delivery]()},
	}
}
