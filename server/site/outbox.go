package site

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/http"
	"net/mail"
	"strings"

	"lull/notifier"
	"lull/scheduler"
	"lull/server/access"
	"lull/web"
)

var deliveryStates = strings.Fields("queued sending sent captured deferred in_doubt failed expired superseded suppressed cancelled")

// Outbox answers GET /outbox.
func (s *Site) Outbox(w http.ResponseWriter, r *http.Request, who access.Visitor) error {
	frame, _, err := s.frame(r.Context(), who, "Outbox", "outbox")
	if err != nil {
		return err
	}
	q := r.URL.Query()
	all, next, err := s.Notifier.Outbox(r.Context(), notifier.OutboxFilter{State: notifier.State(q.Get("state")), Cursor: q.Get("cursor")})
	if err != nil {
		return err
	}
	return s.show(w, http.StatusOK, web.Outbox{
		Frame: frame, State: q.Get("state"), States: deliveryStates, Items: deliveries(all), More: more(r, next),
	})
}

// letter finds a message that the visitor may read: one that holds a link of
// access is for admins alone.
func (s *Site) letter(r *http.Request, who access.Visitor) (notifier.Delivery, error) {
	d, err := s.Notifier.Delivery(r.Context(), r.PathValue("id"))
	if err != nil {
		return d, err
	}
	if d.Personal && !who.Role.May(scheduler.Admin) {
		return notifier.Delivery{}, &scheduler.ForbiddenError{Detail: "This mail holds a personal link: only admins may read it."}
	}
	return d, nil
}

// Message answers GET /outbox/{id}.
func (s *Site) Message(w http.ResponseWriter, r *http.Request, who access.Visitor) error {
	d, err := s.letter(r, who)
	if err != nil {
		return err
	}
	frame, _, err := s.frame(r.Context(), who, "Message", "outbox")
	if err != nil {
		return err
	}
	page := web.Message{Frame: frame, Delivery: delivery(d), Text: part(d.Raw, "text/plain")}
	head, body, _ := strings.Cut(strings.ReplaceAll(string(d.Raw), "\r\n", "\n"), "\n\n")
	if page.Headers = head; d.Carrier == "webhook" {
		page.Text = laidOut(body)
	}
	return s.show(w, http.StatusOK, page)
}

// laidOut is JSON as people read it.
func laidOut(body string) string {
	var out bytes.Buffer
	if err := json.Indent(&out, []byte(body), "", "  "); err != nil {
		return body
	}
	return out.String()
}

// MessageHTML answers GET /outbox/{id}/html, for the frame of the message's
// page. Nothing in it runs or is fetched.
func (s *Site) MessageHTML(w http.ResponseWriter, r *http.Request, who access.Visitor) error {
	d, err := s.letter(r, who)
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'; sandbox")
	h.Set("Content-Type", "text/html; charset=utf-8")
	_, err = io.WriteString(w, part(d.Raw, "text/html"))
	return err
}

// MessageRaw answers GET /outbox/{id}/raw.
func (s *Site) MessageRaw(w http.ResponseWriter, r *http.Request, who access.Visitor) error {
	d, err := s.letter(r, who)
	if err != nil {
		return err
	}
	h := w.Header()
	if _, body, found := bytes.Cut(d.Raw, []byte("\r\n\r\n")); found && d.Carrier == "webhook" {
		h.Set("Content-Type", "application/json")
		h.Set("Content-Disposition", `attachment; filename="message.json"`)
		_, err = w.Write(body)
		return err
	}
	h.Set("Content-Type", "message/rfc822")
	h.Set("Content-Disposition", `attachment; filename="message.eml"`)
	_, err = w.Write(d.Raw)
	return err
}

// Retry answers POST /outbox/{id}/retry.
func (s *Site) Retry(w http.ResponseWriter, r *http.Request, who access.Visitor) error {
	if _, err := s.Notifier.Retry(r.Context(), r.PathValue("id"), who.Person); err != nil {
		return err
	}
	return to(w, r, "/outbox/"+r.PathValue("id"))
}

// part is the first part of a message that has the type, decoded; empty when
// there is none yet.
func part(raw []byte, kind string) string {
	m, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		return ""
	}
	return find(m.Header.Get("Content-Type"), m.Header.Get("Content-Transfer-Encoding"), m.Body, kind)
}

func find(kind, encoding string, body io.Reader, want string) string {
	media, params, err := mime.ParseMediaType(kind)
	if err != nil {
		return ""
	}
	if strings.HasPrefix(media, "multipart/") {
		parts := multipart.NewReader(body, params["boundary"])
		for {
			p, err := parts.NextRawPart()
			if err != nil {
				return ""
			}
			if found := find(p.Header.Get("Content-Type"), p.Header.Get("Content-Transfer-Encoding"), p, want); found != "" {
				return found
			}
		}
	}
	if media != want {
		return ""
	}
	switch strings.ToLower(encoding) {
	case "quoted-printable":
		body = quotedprintable.NewReader(body)
	case "base64":
		body = base64.NewDecoder(base64.StdEncoding, body)
	}
	text, err := io.ReadAll(body)
	if err != nil {
		return ""
	}
	return string(text)
}
