package site

import (
	"net/http"
	"strconv"
	"time"

	"lull/server/access"
	"lull/server/sheet"
	"lull/web"
)

// Retry answers POST /outbox/{id}/retry.
func (s *Site) Retry(w http.ResponseWriter, r *http.Request, who access.Visitor) error {
	if _, err := s.Notifier.Retry(r.Context(), r.PathValue("id"), who.Person); err != nil {
		return err
	}
	return to(w, r, "/outbox/"+r.PathValue("id"))
}

// CancelMessage answers POST /outbox/{id}/cancel.
func (s *Site) CancelMessage(w http.ResponseWriter, r *http.Request, who access.Visitor) error {
	v, err := values(r)
	if err != nil {
		return err
	}
	if _, err := s.Notifier.Cancel(r.Context(), r.PathValue("id"), v.Get("reason"), who.Person); err != nil {
		no, status, ok := refusal("cancel", err)
		if !ok {
			return err
		}
		return s.message(w, r, who, status, web.Message{No: no})
	}
	return to(w, r, "/outbox/"+r.PathValue("id"))
}

// RetryAll answers POST /outbox/retry: it is about what the filter of the
// address picks.
func (s *Site) RetryAll(w http.ResponseWriter, r *http.Request, who access.Visitor) error {
	n, err := s.Notifier.RetryAll(r.Context(), s.picked(r), who.Person)
	if err != nil {
		return err
	}
	return to(w, r, back(r, "retried", n))
}

// CancelAll answers POST /outbox/cancel, the same.
func (s *Site) CancelAll(w http.ResponseWriter, r *http.Request, who access.Visitor) error {
	v, err := values(r)
	if err != nil {
		return err
	}
	n, err := s.Notifier.CancelAll(r.Context(), s.picked(r), v.Get("reason"), who.Person)
	if err != nil {
		no, status, ok := refusal("cancel", err)
		if !ok {
			return err
		}
		return s.outbox(w, r, who, status, web.Outbox{Refusal: no})
	}
	return to(w, r, back(r, "cancelled", n))
}

// back is the outbox under the same filter, with how many were changed.
func back(r *http.Request, did string, n int) string {
	q := r.URL.Query()
	q.Del("cursor")
	q.Set(did, strconv.Itoa(n))
	return "/outbox?" + q.Encode()
}

// OutboxTable answers GET /outbox.csv: all that the filter picks, as a table.
func (s *Site) OutboxTable(w http.ResponseWriter, r *http.Request, _ access.Visitor) error {
	all, err := s.Notifier.Table(r.Context(), s.picked(r))
	if err != nil {
		return err
	}
	stamp := func(t time.Time) string {
		if t.IsZero() {
			return ""
		}
		return t.UTC().Format(time.RFC3339)
	}
	rows := [][]string{{"address", "name", "window", "kind", "state", "reason", "attempts", "code", "reply", "created_at", "next_at", "sent_at", "message_id", "subject"}}
	for _, d := range all {
		rows = append(rows, []string{
			d.Address, d.Name, d.Window, d.Kind, string(d.State), d.Reason, strconv.Itoa(d.Attempts), strconv.Itoa(d.Code), d.Reply,
			stamp(d.Created), stamp(d.Next), stamp(d.Sent), d.MessageID, d.Subject,
		})
	}
	return sheet.Write(w, "outbox", rows)
}
