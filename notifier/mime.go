package notifier

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	netmail "net/mail"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/wneessen/go-mail"
)

// Address is a mailbox and the name it is shown under.
type Address struct{ Name, Email string }

// ParseAddress reads a sender as settings have it, with or without a name:
// "Lull <lull@example.org>".
func ParseAddress(s string) (Address, error) {
	parsed, err := netmail.ParseAddress(s)
	if err != nil || !mailbox.MatchString(parsed.Address) {
		return Address{}, fmt.Errorf("%q is not an address such as Lull <lull@example.org>", s)
	}
	return Address{Clean(parsed.Name), parsed.Address}, nil
}

// Domain is what stands behind the @.
func (a Address) Domain() string { return a.Email[strings.LastIndexByte(a.Email, '@')+1:] }

// Letter is everything one mail to one recipient consists of, before it
// becomes bytes. All text in its header passes Clean; what can not be cleaned
// without becoming another thing (addresses, ids, URLs) is refused by Bytes.
type Letter struct {
	From, To Address
	ReplyTo  Address // none if empty

	Subject string
	Text    string
	HTML    string // none if empty

	Calendar       []byte // as package ical wrote it, CRLF and all
	CalendarMethod string // PUBLISH, REQUEST or CANCEL; no calendar part if empty

	MessageID  string // these three without <>
	InReplyTo  string
	References []string
	Date       time.Time

	ListID, ListName string // the list's id and the words before it; no list if empty
	UnsubscribeURL   string // takes the one-click POST of RFC 8058; none if empty

	Headers map[string]string // X-Maintenance-ID and the like
}

// Bytes renders l: CRLF, seven bits, no line longer than a server must take,
// and the same bytes for the same letter, so that what is kept, shown and sent
// again is what was sent.
//
// We give the header its lines and go-mail the body its parts, because go-mail
// folds before the first word and writes preformatted fields in random order.
// Its boundaries are random too; they become a hash of the letter, not
// WithBoundary's, since that is one for all levels and breaks nested parts.
func (l Letter) Bytes() ([]byte, error) {
	head, err := l.header()
	if err != nil {
		return nil, fmt.Errorf("notifier: letter %s: %w", l.MessageID, err)
	}
	body, err := l.body()
	if err != nil {
		return nil, fmt.Errorf("notifier: letter %s: %w", l.MessageID, err)
	}
	return l.pinBoundaries(append(head, body...)), nil
}

// header writes the fields that are the letter's own; those of MIME follow with the body.
func (l Letter) header() ([]byte, error) {
	if err := l.check(); err != nil {
		return nil, err
	}
	var out bytes.Buffer
	for _, a := range []struct {
		name string
		Address
	}{{"From", l.From}, {"Reply-To", l.ReplyTo}, {"To", l.To}} {
		if a.Email == "" {
			continue
		}
		f := newField(a.name)
		f.named(a.Name, a.Email)
		out.WriteString(f.String())
	}
	subject := newField("Subject")
	subject.text(Clean(l.Subject))
	out.WriteString(subject.String())
	fmt.Fprintf(&out, bareHeader, "Date", l.Date.UTC().Format(time.RFC1123Z))
	fmt.Fprintf(&out, bareHeader, "Message-ID", "<"+l.MessageID+">")
	if l.InReplyTo != "" {
		fmt.Fprintf(&out, bareHeader, "In-Reply-To", "<"+l.InReplyTo+">")
	}
	if len(l.References) > 0 {
		f := newField("References")
		for _, id := range l.References {
			f.put("<" + id + ">")
		}
		out.WriteString(f.String())
	}
	if l.ListID != "" {
		f := newField("List-ID")
		f.named(l.ListName, l.ListID)
		out.WriteString(f.String())
		fmt.Fprintf(&out, bareHeader, "Precedence", "bulk")
	}
	if l.UnsubscribeURL != "" {
		fmt.Fprintf(&out, bareHeader, "List-Unsubscribe", "<"+l.UnsubscribeURL+">")
		fmt.Fprintf(&out, bareHeader, "List-Unsubscribe-Post", "List-Unsubscribe=One-Click")
	}
	fmt.Fprintf(&out, bareHeader, "Auto-Submitted", "auto-generated")
	fmt.Fprintf(&out, bareHeader, "X-Auto-Response-Suppress", "All")
	for _, name := range slices.Sorted(maps.Keys(l.Headers)) {
		f := newField(name)
		f.text(Clean(l.Headers[name]))
		out.WriteString(f.String())
	}
	return out.Bytes(), nil
}

var (
	mailbox    = regexp.MustCompile("^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]+(\\.[A-Za-z0-9-]+)*$")
	messageID  = regexp.MustCompile("^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9.-]+$")
	listID     = regexp.MustCompile(`^[A-Za-z0-9.-]+$`)
	ownHeader  = regexp.MustCompile(`^(X-[A-Za-z0-9-]{1,38}|Content-Language)$`)
	visible    = regexp.MustCompile(`^[!-;=?-~]+$`) // no blanks, no <>
	calMethods = []string{"PUBLISH", "REQUEST", "CANCEL"}
)

// maxToken bounds what can not be folded, well below the 998 characters a line may have.
const maxToken = 900

// check refuses what would not mean in a header what it means to us.
func (l Letter) check() error {
	switch {
	case l.From.Email == "" || l.To.Email == "":
		return errors.New("no sender or no recipient")
	case Clean(l.Subject) == "" || l.Text == "":
		return errors.New("no subject or no text")
	case l.Date.IsZero():
		return errors.New("no date")
	case l.ListID != "" && (!listID.MatchString(l.ListID) || len(l.ListID) > maxToken):
		return fmt.Errorf("list id %q", l.ListID)
	case (l.CalendarMethod == "") != (len(l.Calendar) == 0):
		return errors.New("a calendar and its method go together")
	case l.CalendarMethod != "" && !slices.Contains(calMethods, l.CalendarMethod):
		return fmt.Errorf("calendar method %q", l.CalendarMethod)
	}
	for _, a := range []Address{l.From, l.To, l.ReplyTo} {
		if a.Email != "" && (!mailbox.MatchString(a.Email) || len(a.Email) > 254) {
			return fmt.Errorf("address %q", a.Email)
		}
	}
	for i, id := range append([]string{l.MessageID, l.InReplyTo}, l.References...) {
		if (id != "" || i != 1) && (!messageID.MatchString(id) || len(id) > maxToken) {
			return fmt.Errorf("message id %q", id)
		}
	}
	for name := range l.Headers {
		if !ownHeader.MatchString(name) {
			return fmt.Errorf("header name %q", name)
		}
	}
	return checkURL(l.UnsubscribeURL)
}

func checkURL(s string) error {
	if s == "" {
		return nil
	}
	u, err := url.Parse(s)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" ||
		!visible.MatchString(s) || len(s) > maxToken {
		return fmt.Errorf("unsubscribe URL %q", s)
	}
	return nil
}

// The head go-mail insists upon, given values that are easy to find again.
const theirHead = "Date: -\r\nMIME-Version: 1.0\r\nMessage-ID: <->\r\n"

// body renders the parts, from the MIME-Version field to the last boundary.
func (l Letter) body() ([]byte, error) {
	m := mail.NewMsg(mail.WithNoDefaultUserAgent())
	m.SetGenHeader(mail.HeaderDate, "-")
	m.SetMessageIDWithValue("-")
	m.SetBodyString(mail.TypeTextPlain, printable(l.Text))
	if l.HTML != "" {
		m.AddAlternativeString(mail.TypeTextHTML, printable(l.HTML))
	}
	if l.CalendarMethod != "" {
		m.AddAlternativeString(mail.ContentType("text/calendar; method="+l.CalendarMethod), string(l.Calendar))
		err := m.AttachReader("maintenance.ics", bytes.NewReader(l.Calendar), mail.WithFileContentType("application/ics"))
		if err != nil {
			return nil, err
		}
	}
	var out bytes.Buffer
	if _, err := m.WriteTo(&out); err != nil {
		return nil, err
	}
	rest, found := bytes.CutPrefix(out.Bytes(), []byte(theirHead))
	if !found {
		return nil, errors.New("go-mail writes another head than it did")
	}
	return append([]byte("MIME-Version: 1.0\r\n"), rest...), nil
}

// printable leaves of the controls only tabs and line ends.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\t' && r != '\n' && r != '\r' || r == '\x7f' {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, ""))
}

// In the body a line like this is go-mail's own: quoted-printable writes a "=" as "=3D".
var multipartLine = regexp.MustCompile(`^(mixed|alternative);\r\n boundary=([0-9a-f]+)\r\n`)

// pinBoundaries puts a hash of the letter in the place of each random boundary,
// in raw itself.
func (l Letter) pinBoundaries(raw []byte) []byte {
	hash := sha256.New()
	for _, part := range []string{l.MessageID, l.To.Email, l.Subject, l.Text, l.HTML, string(l.Calendar)} {
		fmt.Fprintf(hash, "%d:%s", len(part), part)
	}
	letter := hash.Sum(nil)
	const multipart, longest = "\r\nContent-Type: multipart/", 100
	for at := 0; ; {
		next := bytes.Index(raw[at:], []byte(multipart))
		if next < 0 {
			return raw
		}
		at += next + len(multipart)
		line := multipartLine.FindSubmatch(raw[at:min(at+longest, len(raw))])
		if line == nil {
			continue
		}
		own := sha256.Sum256(append(slices.Clone(line[1]), letter...))
		boundary := slices.Clone(line[2])
		for i := at; ; i++ {
			next := bytes.Index(raw[i:], boundary)
			if next < 0 {
				break
			}
			i += next
			copy(raw[i:i+len(boundary)], hex.EncodeToString(own[:]))
		}
	}
}
