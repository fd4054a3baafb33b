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
	"strconv"
	"strings"

	"lull/notifier"
	"lull/scheduler"
	"lull/server/access"
	"lull/web"
)

// Outbox answers GET /outbox.
func (s *Site) Outbox(w http.ResponseWriter, r *http.Request, who access.Visitor) error {
	return s.outbox(w, r, who, http.StatusOK, web.Outbox{})
}

// outbox shows what the filter of the address picks, with a refusal where there was one.
func (s *Site) outbox(w http.ResponseWriter, r *http.Request, who access.Visitor, status int, page web.Outbox) error {
	frame, _, err := s.frame(r.Context(), who, "Outbox", "outbox")
	if err != nil {
		return err
	}
	q := r.URL.Query()
	var all []notifier.Delivery
	var next string
	strange := scheduler.InvalidError{}
	if v := q.Get("state"); v != "" {
		unknown(strange, "state", v, notifier.States)
	}
	if v := q.Get("kind"); v != "" {
		unknown(strange, "kind", v, notifier.Kinds())
	}
	if len(strange) == 0 {
		if all, next, err = s.Notifier.Outbox(r.Context(), s.picked(r)); err != nil {
			return err
		}
	} else if !page.Refused() {
		page.Refusal, status = web.Refusal{Wrong: strange}, http.StatusUnprocessableEntity
	}
	for name, words := range map[string]string{"retried": "tried again now.", "cancelled": "cancelled."} {
		if n, err := strconv.Atoi(q.Get(name)); err == nil {
			frame.Done = strconv.Itoa(n) + " of these messages are " + words
		}
	}
	q.Del("cursor")
	q.Del("retried")
	q.Del("cancelled")
	for _, state := range notifier.States {
		page.States = append(page.States, string(state))
	}
	page.Frame, page.Kinds, page.Allow = frame, notifier.Kinds(), s.Notifier.Allowed()
	page.Form, page.Query, page.Items, page.More = typed(q), q.Encode(), deliveries(all), more(r, next)
	return s.show(w, status, page)
}

// picked is the filter that the address of the page holds.
func (s *Site) picked(r *http.Request) notifier.OutboxFilter {
	q := r.URL.Query()
	f := notifier.OutboxFilter{
		State: notifier.State(q.Get("state")), Kind: q.Get("kind"), Window: strings.TrimSpace(q.Get("window")),
		Address: strings.TrimSpace(q.Get("address")), Q: q.Get("q"), Cursor: q.Get("cursor"),
	}
	if f.Window != "" {
		if v, err := s.Agenda.Window(r.Context(), f.Window); err == nil {
			f.Window = v.ID
		}
	}
	return f
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
	return s.message(w, r, who, http.StatusOK, web.Message{})
}

func (s *Site) message(w http.ResponseWriter, r *http.Request, who access.Visitor, status int, page web.Message) error {
	d, err := s.letter(r, who)
	if err != nil {
		return err
	}
	frame, _, err := s.frame(r.Context(), who, "Message", "outbox")
	if err != nil {
		return err
	}
	page.Frame, page.Delivery, page.Text = frame, delivery(d), part(d.Raw, "text/plain")
	head, body, _ := strings.Cut(strings.ReplaceAll(string(d.Raw), "\r\n", "\n"), "\n\n")
	if page.Headers = head; d.Carrier == "webhook" {
		page.Text = laidOut(body)
	}
	return s.show(w, status, page)
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
