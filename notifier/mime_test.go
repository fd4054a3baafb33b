package notifier_test

import (
	"bytes"
	"encoding/base64"
	"io"
	"maps"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	netmail "net/mail"
	"slices"
	"strings"
	"testing"
	"time"

	"lull/notifier"
)

var noon = time.Date(2026, 12, 7, 12, 0, 0, 0, time.UTC)

const calendarText = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\n" +
	"SUMMARY:Kernupgrade – \"größer\" = besser\r\n X-FOLDED line with a trailing blank \r\n" +
	"END:VEVENT\r\nEND:VCALENDAR\r\n"

// sample is a letter with everything in it.
func sample() notifier.Letter {
	return notifier.Letter{
		From:           notifier.Address{Name: "Wartung, Größe & Co", Email: "lull@example.org"},
		To:             notifier.Address{Name: `Ada "the" Lovelace`, Email: "ada@example.net"},
		ReplyTo:        notifier.Address{Email: "ops@example.org"},
		Subject:        "[Scheduled] Core database upgrade: Sat 12 Dec 02:00–04:00 CET (MW-42)",
		Text:           "Größe\n.\n..two dots\nFrom here on\n" + strings.Repeat("a long line without end ", 60) + "\n",
		HTML:           "<p>Größe</p>\n.\n<p>" + strings.Repeat("ü", 500) + "</p>\n",
		Calendar:       []byte(calendarText),
		CalendarMethod: "REQUEST",
		MessageID:      "abcdefghijklmnopqrstuvwxyz@maint.example.org",
		InReplyTo:      "previous@maint.example.org",
		References:     []string{"root@maint.example.org", "previous@maint.example.org"},
		Date:           noon,
		ListID:         "maint.example.org",
		ListName:       "Maintenance of Größe",
		UnsubscribeURL: "https://maint.example.org/subscription/abc/unsubscribe",
		Headers:        map[string]string{"X-Maintenance-ID": "MW-42", "X-Maintenance-Event": "scheduled"},
	}
}

func TestALetterIsTheSameBytesEachTime(t *testing.T) {
	t.Parallel()
	first := render(t, sample())
	for range 20 {
		if got := render(t, sample()); !bytes.Equal(got, first) {
			t.Fatalf("the same letter became other bytes:\n%s\nthan\n%s", got, first)
		}
	}
	other := sample()
	other.Text += "!"
	if a, b := boundaryOf(t, first), boundaryOf(t, render(t, other)); a == b {
		t.Errorf("another letter has the same boundary %s", a)
	}
}

func TestALetterIsMadeOfLinesThatEveryServerTakes(t *testing.T) {
	t.Parallel()
	letter := sample()
	letter.Subject = strings.Repeat("Ünterbrechung ", 50)
	for i := range 40 {
		letter.References = append(letter.References, strings.Repeat("x", i+1)+"@maint.example.org")
	}
	checkLines(t, render(t, letter))
}

// checkLines looks for anything but seven-bit lines of 78 characters at most, ended by CRLF.
func checkLines(t *testing.T, raw []byte) {
	t.Helper()
	for line := range bytes.Lines(raw) {
		text, ended := bytes.CutSuffix(line, []byte("\r\n"))
		if !ended || bytes.ContainsAny(text, "\r\n\x00") {
			t.Errorf("line %q does not end in CRLF alone", line)
		}
		if len(text) > 78 {
			t.Errorf("line of %d characters: %q", len(text), text)
		}
		if i := bytes.IndexFunc(text, func(r rune) bool { return r > '~' }); i >= 0 {
			t.Errorf("line %q is not seven bits", text)
		}
	}
}

func TestALetterReadsBackAsItWasWritten(t *testing.T) {
	t.Parallel()
	letter := sample()
	m := parse(t, render(t, letter))
	if got := m.header("Subject"); got != letter.Subject {
		t.Errorf("subject %q, want %q", got, letter.Subject)
	}
	for name, want := range map[string]notifier.Address{"From": letter.From, "To": letter.To, "Reply-To": letter.ReplyTo} {
		got, err := m.Header.AddressList(name)
		if err != nil || len(got) != 1 || got[0].Name != want.Name || got[0].Address != want.Email {
			t.Errorf("%s is %v (%v), want %v", name, got, err, want)
		}
	}
	want := map[string]string{
		"Date":                  "Mon, 07 Dec 2026 12:00:00 +0000",
		"Message-Id":            "<" + letter.MessageID + ">",
		"In-Reply-To":           "<" + letter.InReplyTo + ">",
		"References":            "<root@maint.example.org> <previous@maint.example.org>",
		"List-Id":               "Maintenance of Größe <maint.example.org>",
		"List-Unsubscribe":      "<" + letter.UnsubscribeURL + ">",
		"List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
		"Auto-Submitted":        "auto-generated",
		"X-Maintenance-Id":      "MW-42",
		"X-Maintenance-Event":   "scheduled",
		"Mime-Version":          "1.0",
	}
	for name, value := range want {
		if got := m.header(name); got != value {
			t.Errorf("%s: %q, want %q", name, got, value)
		}
	}
	wantParts := []string{
		"multipart/mixed", "multipart/alternative",
		"text/plain; charset=UTF-8", "text/html; charset=UTF-8",
		"text/calendar; charset=UTF-8; method=REQUEST", "application/ics; name=maintenance.ics",
	}
	if !slices.Equal(m.tree, wantParts) {
		t.Errorf("parts %q, want %q", m.tree, wantParts)
	}
	crlf := func(s string) string { return strings.ReplaceAll(s, "\n", "\r\n") }
	for i, want := range []string{crlf(letter.Text), crlf(letter.HTML), calendarText, calendarText} {
		if m.bodies[i] != want {
			t.Errorf("part %d is\n%q, want\n%q", i, m.bodies[i], want)
		}
	}
	if got := m.disposition; got != `attachment; filename="maintenance.ics"` {
		t.Errorf("disposition %q", got)
	}
}

func TestALetterHasNoMorePartsThanItNeeds(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name       string
		html, ical string
		want       []string
	}{
		{"text alone", "", "", []string{"text/plain; charset=UTF-8"}},
		{"text and HTML", "<p>", "", []string{"multipart/alternative", "text/plain; charset=UTF-8", "text/html; charset=UTF-8"}},
		{"text and calendar", "", "CANCEL", []string{
			"multipart/mixed", "multipart/alternative", "text/plain; charset=UTF-8",
			"text/calendar; charset=UTF-8; method=CANCEL", "application/ics; name=maintenance.ics",
		}},
	} {
		letter := sample()
		letter.HTML, letter.CalendarMethod, letter.Calendar = c.html, c.ical, nil
		if c.ical != "" {
			letter.Calendar = []byte(calendarText)
		}
		if got := parse(t, render(t, letter)).tree; !slices.Equal(got, c.want) {
			t.Errorf("%s: parts %q, want %q", c.name, got, c.want)
		}
	}
}

func TestALetterToOnePersonIsNoList(t *testing.T) {
	t.Parallel()
	letter := notifier.Letter{
		From: notifier.Address{Email: "lull@localhost"}, To: notifier.Address{Email: "ada@localhost"},
		Subject: "Set your password", Text: "Here.", MessageID: "1@localhost", Date: noon,
	}
	raw := string(render(t, letter))
	for _, name := range []string{"List-", "Precedence", "References", "In-Reply-To", "Reply-To", "User-Agent", "X-Mailer"} {
		if strings.Contains(raw, "\r\n"+name) {
			t.Errorf("a plain letter has a %s field:\n%s", name, raw)
		}
	}
}

// hostile are texts that try to become more than text.
var hostile = []string{
	"a\r\nBcc: eve@example.com",
	"a\nBcc: eve@example.com\n\n<script>",
	"a\rBcc: eve@example.com",
	"a\u2028Bcc: eve@example.com",
	"a\u0085Bcc: eve@example.com",
	"a\x00b\x07\x1b[31m",
	"=?utf-8?q?Hi=0D=0ABcc:_eve@example.com?=",
	"=?utf-8?b?SGkNCkJjYzogZXZlQGV4YW1wbGUuY29t?= und größer",
	"=\u200b?utf-8?q?x?=",
	"\u202egnp.exe \u2066 \u200b\ufeff\u00ad x",
	"\xff\xfe broken \xc3",
	`", <eve@example.com>, "`,
	"<eve@example.com> (x) \\ \" ;:,",
	"   ",
	strings.Repeat("\U0001f6e0\ufe0f", 300),
	strings.Repeat("x", 2000),
	"boundary=0000 \r\nContent-Type: multipart/mixed;\r\n boundary=" + strings.Repeat("a", 60) + "\r\n\r\n--" + strings.Repeat("a", 60),
}

func TestNoTextBecomesAHeader(t *testing.T) {
	t.Parallel()
	plain := parse(t, render(t, sample()))
	for _, text := range hostile {
		letter := sample()
		letter.From.Name, letter.To.Name, letter.ReplyTo.Name = text, text, text
		letter.Subject, letter.ListName = "x "+text, text
		letter.Text, letter.HTML = "x "+text, text
		letter.Headers["X-Maintenance-ID"] = text
		raw := render(t, letter)
		m := parse(t, raw)
		if got, want := slices.Sorted(maps.Keys(m.Header)), slices.Sorted(maps.Keys(plain.Header)); !slices.Equal(got, want) {
			t.Errorf("%q made other fields: %q", text, got)
		}
		if !slices.Contains(m.tree, "text/html; charset=UTF-8") && letter.HTML != "" {
			t.Errorf("%q made other parts: %q", text, m.tree)
		}
		if got, want := m.header("Subject"), notifier.Clean("x "+text); got != want {
			t.Errorf("%q became the subject %q, want %q", text, got, want)
		}
		if again := decode(m.header("Subject")); strings.ContainsAny(again, "\r\n\x00") || again != m.header("Subject") {
			t.Errorf("%q, decoded twice, becomes %q", text, again)
		}
		for name, want := range map[string]string{"From": "lull@example.org", "To": "ada@example.net", "Reply-To": "ops@example.org"} {
			got, err := m.Header.AddressList(name)
			if err != nil || len(got) != 1 || got[0].Address != want || got[0].Name != notifier.Clean(text) {
				t.Errorf("%q made %s %v (%v)", text, name, got, err)
			}
		}
		header, _, _ := bytes.Cut(raw, []byte("\r\n\r\n"))
		checkLines(t, append(header, "\r\n"...))
	}
}

func TestALetterRefusesWhatItCannotClean(t *testing.T) {
	t.Parallel()
	const evil = "x\r\nBcc: eve@example.com"
	for name, spoil := range map[string]func(*notifier.Letter){
		"sender with a line end":      func(l *notifier.Letter) { l.From.Email = "a@example.org\r\nBcc: eve@example.com" },
		"two recipients":              func(l *notifier.Letter) { l.To.Email = "a@example.org, eve@example.com" },
		"recipient with a name":       func(l *notifier.Letter) { l.To.Email = "A <a@example.org>" },
		"quoted local part":           func(l *notifier.Letter) { l.To.Email = `"a b> ORCPT=x"@example.net` },
		"recipient with hidden marks": func(l *notifier.Letter) { l.To.Email = "a\u202e@example.org" },
		"domain in other letters":     func(l *notifier.Letter) { l.To.Email = "a@größe.example" },
		"address literal":             func(l *notifier.Letter) { l.To.Email = "a@[127.0.0.1]" },
		"no recipient":                func(l *notifier.Letter) { l.To.Email = "" },
		"reply address":               func(l *notifier.Letter) { l.ReplyTo.Email = evil },
		"no message id":               func(l *notifier.Letter) { l.MessageID = "" },
		"message id":                  func(l *notifier.Letter) { l.MessageID = "a@b>\r\nBcc: x" },
		"message id in <>":            func(l *notifier.Letter) { l.MessageID = "<a@b>" },
		"in reply to":                 func(l *notifier.Letter) { l.InReplyTo = evil },
		"references":                  func(l *notifier.Letter) { l.References = []string{"a@b", evil} },
		"empty reference":             func(l *notifier.Letter) { l.References = []string{""} },
		"list id":                     func(l *notifier.Letter) { l.ListID = evil },
		"unsubscribe line end":        func(l *notifier.Letter) { l.UnsubscribeURL = "https://example.org/" + evil },
		"unsubscribe second URL":      func(l *notifier.Letter) { l.UnsubscribeURL = "https://example.org/>,<mailto:eve@example.com" },
		"unsubscribe scheme":          func(l *notifier.Letter) { l.UnsubscribeURL = "javascript://example.org/" },
		"header name":                 func(l *notifier.Letter) { l.Headers["X-A: b\r\nBcc"] = "c" },
		"header that is the letter's": func(l *notifier.Letter) { l.Headers["Bcc"] = "eve@example.com" },
		"calendar method":             func(l *notifier.Letter) { l.CalendarMethod = "REQUEST\r\nX-CT: 1" },
		"method without calendar":     func(l *notifier.Letter) { l.Calendar = nil },
		"calendar without method":     func(l *notifier.Letter) { l.CalendarMethod = "" },
		"no subject":                  func(l *notifier.Letter) { l.Subject = "\u200b\r\n" },
		"no text":                     func(l *notifier.Letter) { l.Text = "" },
		"no date":                     func(l *notifier.Letter) { l.Date = time.Time{} },
	} {
		letter := sample()
		spoil(&letter)
		if raw, err := letter.Bytes(); err == nil {
			t.Errorf("%s: taken as\n%s", name, raw)
		}
	}
}

func TestASubjectStaysReadableInTheSource(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ subject, want string }{
		{"Plain words", "Subject: Plain words\r\n"},
		{
			"[Scheduled] Core database upgrade: Sat 12 Dec 02:00–04:00 CET (MW-42)",
			"Subject: [Scheduled] Core database upgrade: Sat 12 Dec\r\n" +
				" =?UTF-8?Q?02=3A00=E2=80=9304=3A00?= CET (MW-42)\r\n",
		},
		{"größere Änderung folgt", "Subject: =?UTF-8?Q?gr=C3=B6=C3=9Fere_=C3=84nderung?= folgt\r\n"},
		{"データベース更新", "Subject: =?UTF-8?B?44OH44O844K/44OZ44O844K55pu05paw?=\r\n"},
	} {
		letter := sample()
		letter.Subject = c.subject
		if raw := render(t, letter); !bytes.Contains(raw, []byte("\r\n"+c.want)) {
			t.Errorf("no %q in\n%s", c.want, raw)
		}
	}
}

func TestSendersAreReadWithAndWithoutName(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		in   string
		want notifier.Address
	}{
		{"Lull <lull@localhost>", notifier.Address{Name: "Lull", Email: "lull@localhost"}},
		{"lull@example.org", notifier.Address{Email: "lull@example.org"}},
		{`"Größe, Wartung" <lull@example.org>`, notifier.Address{Name: "Größe, Wartung", Email: "lull@example.org"}},
	} {
		if got, err := notifier.ParseAddress(c.in); err != nil || got != c.want {
			t.Errorf("%q is %v (%v), want %v", c.in, got, err, c.want)
		}
	}
	for _, in := range []string{"", "Lull", "a@b, c@d", `"a b"@example.org`, "a@größe.example", "a@b\r\nBcc: c@d"} {
		if got, err := notifier.ParseAddress(in); err == nil {
			t.Errorf("%q was taken for %v", in, got)
		}
	}
}

func FuzzLetter(f *testing.F) {
	for _, text := range hostile {
		f.Add(text, text)
	}
	f.Fuzz(func(t *testing.T, short, long string) {
		letter := sample()
		letter.Subject, letter.From.Name, letter.ListName = "x "+short, short, short
		letter.Text, letter.HTML = "x"+long, "x"+long
		m := parse(t, render(t, letter))
		if got, want := m.header("Subject"), notifier.Clean("x "+short); got != want {
			t.Errorf("subject %q, want %q", got, want)
		}
		if from, err := m.Header.AddressList("From"); err != nil || len(from) != 1 || from[0].Name != notifier.Clean(short) {
			t.Errorf("sender %v (%v), want %q", from, err, notifier.Clean(short))
		}
		if len(m.tree) != 6 || m.bodies[2] != calendarText || m.bodies[3] != calendarText {
			t.Errorf("parts %q", m.tree)
		}
		header, _, _ := bytes.Cut(render(t, letter), []byte("\r\n\r\n"))
		checkLines(t, append(header, "\r\n"...))
	})
}

func render(t *testing.T, l notifier.Letter) []byte {
	t.Helper()
	raw, err := l.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func decode(s string) string {
	out, err := new(mime.WordDecoder).DecodeHeader(s)
	if err != nil {
		return err.Error()
	}
	return out
}

func boundaryOf(t *testing.T, raw []byte) string {
	t.Helper()
	_, params, err := mime.ParseMediaType(parse(t, raw).Header.Get("Content-Type"))
	if err != nil {
		t.Fatal(err)
	}
	return params["boundary"]
}

// parsed is a mail as a reader sees it: the kinds of its parts from the outside
// in, and the decoded text of its leaves.
type parsed struct {
	*netmail.Message
	tree, bodies []string
	disposition  string
}

func (p *parsed) header(name string) string { return decode(p.Header.Get(name)) }

func parse(t testing.TB, raw []byte) *parsed {
	t.Helper()
	m, err := netmail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		t.Fatalf("%v in\n%s", err, raw)
	}
	p := &parsed{Message: m}
	p.read(t, m.Header.Get, m.Body)
	return p
}

func (p *parsed) read(t testing.TB, header func(string) string, body io.Reader) {
	t.Helper()
	kind, params, err := mime.ParseMediaType(header("Content-Type"))
	if err != nil {
		t.Fatal(err)
	}
	boundary := params["boundary"]
	delete(params, "boundary")
	p.tree = append(p.tree, mime.FormatMediaType(kind, params))
	if d := header("Content-Disposition"); d != "" {
		p.disposition = d
	}
	if boundary == "" {
		p.bodies = append(p.bodies, decodeBody(t, header("Content-Transfer-Encoding"), body))
		return
	}
	parts := multipart.NewReader(body, boundary)
	for {
		part, err := parts.NextRawPart()
		if err == io.EOF {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		p.read(t, part.Header.Get, part)
	}
}

func decodeBody(t testing.TB, encoding string, body io.Reader) string {
	t.Helper()
	switch encoding {
	case "quoted-printable":
		body = quotedprintable.NewReader(body)
	case "base64":
		body = base64.NewDecoder(base64.StdEncoding, body)
	default:
		t.Fatalf("encoding %q", encoding)
	}
	out, err := io.ReadAll(body)
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}
