package ical

import (
	"bytes"
	"encoding/base64"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"path"
	"slices"
	"strings"
)

// The bounds of a mail.
const (
	mostParts     = 500
	deepestPart   = 8
	longestHeader = 8 << 10 // of those that are looked into
)

// ReadMail reads the events of the calendars that a mail carries (RFC 5322, RFC
// 2045), as its parts, as attachments, or in mails attached to it. A calendar
// that cannot be read is a problem and spares the others; a mail without any
// that can is a *RefusedError.
func ReadMail(b []byte) (Reading, error) {
	parts, err := calendarParts(b)
	if err != nil {
		return Reading{}, err
	}
	var all Reading
	var last error
	for _, part := range parts {
		one, err := Read(part)
		if err != nil {
			last = err
			all.Problems = append(all.Problems, "A calendar in the mail was left out. "+err.Error())
			continue
		}
		all.Updates, all.Problems = append(all.Updates, one.Updates...), append(all.Problems, one.Problems...)
	}
	switch {
	case len(all.Updates) == 0 && last != nil:
		return Reading{}, last
	case len(all.Updates) == 0:
		return Reading{}, refused("There is no calendar in this mail.")
	case len(all.Updates) > MostEvents:
		return Reading{}, refused("There are more than %d events.", MostEvents)
	}
	return all, nil
}

// ReadAny reads a file that is a calendar or a mail.
func ReadAny(b []byte) (Reading, error) {
	if isMail(b) {
		return ReadMail(b)
	}
	return Read(b)
}

// isMail reports whether b begins like a mail: with headers, in none of which
// something begins.
func isMail(b []byte) bool {
	b = bytes.TrimSpace(bytes.TrimPrefix(b, mark))
	if bytes.HasPrefix(b, []byte("From ")) {
		return true
	}
	headers := 0
	for len(b) > 0 {
		var l []byte
		if l, b = cutLine(b); len(l) == 0 {
			break
		}
		name, _, _, ok := split(l)
		if ok && is(name, "BEGIN") {
			return false
		}
		if !ok && headers == 0 {
			return false
		}
		headers++
	}
	return headers > 0
}

// CalendarText is the calendars of a mail as one text that Read takes, or b
// itself where it is no mail: what a form can show and send once more.
func CalendarText(b []byte) (string, error) {
	parts := [][]byte{b}
	if isMail(b) {
		var err error
		if parts, err = calendarParts(b); err != nil {
			return "", err
		}
	}
	var texts []string
	for _, part := range parts {
		text, err := plain(part)
		if err != nil {
			return "", err
		}
		texts = append(texts, string(text))
	}
	return strings.Join(texts, "\n"), nil
}

// walk collects the calendars of a mail.
type walk struct {
	found [][]byte
	size  int
	parts int
}

func calendarParts(b []byte) ([][]byte, error) {
	if len(b) > MostBytes {
		return nil, tooLong()
	}
	b = bytes.TrimLeft(bytes.TrimPrefix(b, mark), "\r\n")
	if bytes.HasPrefix(b, []byte("From ")) { // a mailbox file's own line
		_, b = cutLine(b)
	}
	m, err := mail.ReadMessage(bytes.NewReader(b))
	if err != nil {
		return nil, refused("This is not a mail that can be read.")
	}
	w := &walk{}
	if err := w.part(m.Header.Get, m.Body, 0); err != nil {
		return nil, err
	}
	if len(w.found) == 0 {
		return nil, refused("There is no calendar in this mail.")
	}
	return w.found, nil
}

// part looks at one part of the mail, and at what is in it.
func (w *walk) part(header func(string) string, body io.Reader, depth int) error {
	if w.parts++; w.parts > mostParts || depth > deepestPart {
		return refused("This mail has more parts than a notice has.")
	}
	kind, params := mediaType(header("Content-Type"))
	body = uncoded(header("Content-Transfer-Encoding"), body)
	switch {
	case strings.HasPrefix(kind, "multipart/") && params["boundary"] != "":
		parts := multipart.NewReader(body, params["boundary"])
		for {
			p, err := parts.NextRawPart()
			if err != nil { // the end, or the mail is cut off: what came before counts
				return nil //nolint:nilerr // a mail without any calendar is told by the caller
			}
			if err := w.part(p.Header.Get, p, depth+1); err != nil {
				return err
			}
		}
	case kind == "message/rfc822":
		m, err := mail.ReadMessage(body)
		if err != nil {
			return nil //nolint:nilerr // an attached mail that is none holds no calendar
		}
		return w.part(m.Header.Get, m.Body, depth+1)
	case isCalendar(kind, fileName(header, params)):
		return w.keep(body, params["charset"])
	}
	return nil
}

func (w *walk) keep(body io.Reader, charset string) error {
	b, err := io.ReadAll(io.LimitReader(body, MostBytes+1))
	if w.size += len(b); w.size > MostBytes {
		return tooLong()
	}
	if err != nil && len(b) == 0 {
		return nil //nolint:nilerr // nothing of it can be read: it holds no calendar
	}
	b = decoded(b, charset)
	if !slices.ContainsFunc(w.found, func(o []byte) bool { return bytes.Equal(o, b) }) { // the same as a part and as an attachment
		w.found = append(w.found, b)
	}
	return nil
}

func mediaType(value string) (kind string, params map[string]string) {
	if len(value) > longestHeader {
		return "", nil
	}
	kind, params, err := mime.ParseMediaType(value)
	if err != nil && !errors.Is(err, mime.ErrInvalidMediaParameter) {
		kind, _, _ = strings.Cut(value, ";")
		kind = strings.ToLower(strings.TrimSpace(kind))
	}
	return kind, params
}

func fileName(header func(string) string, params map[string]string) string {
	if _, of := mediaType(header("Content-Disposition")); of["filename"] != "" {
		return of["filename"]
	}
	return params["name"]
}

func isCalendar(kind, name string) bool {
	switch kind {
	case "text/calendar", "application/ics", "text/ical", "application/ical", "text/icalendar", "application/icalendar", "text/x-vcalendar":
		return true
	}
	switch strings.ToLower(path.Ext(name)) {
	case ".ics", ".ical", ".vcs":
		return true
	}
	return false
}

// uncoded is the body without its transfer encoding (RFC 2045 6).
func uncoded(encoding string, body io.Reader) io.Reader {
	switch strings.ToLower(strings.TrimSpace(encoding)) {
	case "base64":
		return base64.NewDecoder(base64.StdEncoding, &sieve{body})
	case "quoted-printable":
		return quotedprintable.NewReader(body)
	}
	return body
}

// sieve lets the letters of base64 through and nothing else, as RFC 2045 6.8 asks.
type sieve struct{ io.Reader }

func (s *sieve) Read(p []byte) (n int, err error) {
	for n == 0 && err == nil && len(p) > 0 {
		var got int
		got, err = s.Reader.Read(p)
		for _, c := range p[:got] {
			if c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '+' || c == '/' || c == '=' {
				p[n] = c
				n++
			}
		}
	}
	return n, err
}
