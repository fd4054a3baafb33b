package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"lull/scheduler"
	"lull/scheduler/agenda"
	"lull/scheduler/store/storetest"
	"lull/server/access"
)

// house is a whole server with a person of each role.
type house struct {
	*testing.T
	http.Handler
	*server
	tokens map[scheduler.Role]string
}

func openHouse(t *testing.T) *house {
	t.Helper()
	cfg, err := readConfig(nil, func(string) string { return "" }, nil)
	if err != nil {
		t.Fatal(err)
	}
	s, err := wire(t.Context(), cfg, storetest.Open(t), slog.New(slog.NewTextHandler(t.Output(), nil)))
	if err != nil {
		t.Fatal(err)
	}
	h, err := s.handler()
	if err != nil {
		t.Fatal(err)
	}
	tokens := map[scheduler.Role]string{}
	for _, role := range scheduler.Roles {
		email := string(role) + "@example.org"
		if _, _, err := s.access.AddPerson(t.Context(), access.Newcomer{Email: email, Name: string(role), Role: role}, byCommand); err != nil {
			t.Fatal(err)
		}
		if _, tokens[role], err = s.access.AddToken(t.Context(), access.NewToken{Email: email, Name: "test"}, byCommand); err != nil {
			t.Fatal(err)
		}
	}
	for _, one := range []scheduler.Service{{Slug: "wan", Name: "Wide area network", Tier: 2}, {Slug: "shop", Name: "Shop", Tier: 2, Upstream: []string{"wan"}}} {
		if _, err := s.agenda.AddService(t.Context(), one, byCommand); err != nil {
			t.Fatal(err)
		}
	}
	return &house{t, h, s, tokens}
}

// ask sends a request, and fails the test where the answer has another status.
func (h *house) ask(as scheduler.Role, method, path, kind string, body io.Reader, want int) (string, http.Header) {
	h.Helper()
	r := httptest.NewRequestWithContext(h.Context(), method, path, body)
	r.Header.Set("Authorization", "Bearer "+h.tokens[as])
	if kind != "" {
		r.Header.Set("Content-Type", kind)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	if w.Code != want {
		h.Fatalf("%s %s as %s: got %d, want %d: %.2000s", method, path, as, w.Code, want, w.Body)
	}
	return w.Body.String(), w.Header()
}

func (h *house) page(as scheduler.Role, path string) string {
	h.Helper()
	body, _ := h.ask(as, http.MethodGet, path, "", nil, http.StatusOK)
	return body
}

func (h *house) post(as scheduler.Role, path string, form url.Values, want int) (string, http.Header) {
	h.Helper()
	return h.ask(as, http.MethodPost, path, "application/x-www-form-urlencoded", strings.NewReader(form.Encode()), want)
}

// upload sends a file as the form does.
func (h *house) upload(as scheduler.Role, do, file string, want int) string {
	h.Helper()
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	part, err := m.CreateFormFile("file", "notice.ics")
	if err == nil {
		_, err = io.WriteString(part, file)
	}
	if err == nil {
		err = m.WriteField("text", "")
	}
	if err == nil {
		err = m.WriteField("do", do)
	}
	if err == nil {
		err = m.Close()
	}
	if err != nil {
		h.Fatal(err)
	}
	body, _ := h.ask(as, http.MethodPost, "/notices", m.FormDataContentType(), &b, want)
	return body
}

func cableWorks(sequence int, more string) string {
	start := storetest.Noon.Add(48 * time.Hour)
	at := func(t time.Time) string { return t.Format("20060102T150405Z") }
	return "BEGIN:VCALENDAR\nVERSION:2.0\nBEGIN:VEVENT\nUID:1@example.net\nSEQUENCE:" + fmt.Sprint(sequence) + "\nDTSTAMP:20261101T000000Z\nDTSTART:" + at(start) + "\nDTEND:" + at(start.Add(2*time.Hour)) +
		"\nSUMMARY:Cable works <b>\nX-MAINTNOTE-PROVIDER:example.net\nX-MAINTNOTE-ACCOUNT:1\nX-MAINTNOTE-MAINTENANCE-ID:CHG-1\nX-MAINTNOTE-OBJECT-ID:IC-1\nX-MAINTNOTE-STATUS:CONFIRMED\n" + more + "END:VEVENT\nEND:VCALENDAR\n"
}

func has(t *testing.T, page string, wants ...string) {
	t.Helper()
	for _, want := range wants {
		if !strings.Contains(page, want) {
			t.Fatalf("want %q in\n%s", want, page)
		}
	}
}

func TestASuppliersNoticeWalksThroughThePages(t *testing.T) {
	t.Parallel()
	h := openHouse(t)
	file := cableWorks(1, "a raw line\n")
	has(t, h.upload(scheduler.Operator, "try", file, http.StatusOK), "1 of 1 events would be news", "a raw line", "Cable works &lt;b&gt;", "BEGIN:VEVENT")
	if strings.Contains(h.page(scheduler.Viewer, "/notices?show=all"), "CHG-1") {
		t.Fatal("a try was kept")
	}
	has(t, h.upload(scheduler.Operator, "import", file, http.StatusOK), "1 of 1 events were news", "Waiting: which services")
	has(t, h.upload(scheduler.Operator, "import", file, http.StatusOK), "all of it is known")
	has(t, h.upload(scheduler.Operator, "import", cableWorks(0, ""), http.StatusOK), "not applied")
	ns, _, err := h.agenda.Notices(t.Context(), agenda.NoticeFilter{})
	if err != nil || len(ns) != 1 {
		t.Fatalf("got %+v, %v, want one notice", ns, err)
	}
	at := "/notices/" + ns[0].ID
	body, _ := h.post(scheduler.Operator, at+"/map", url.Values{"service": {"nowhere"}, "remember": {"objects"}}, http.StatusUnprocessableEntity)
	has(t, body, "services-err", "nowhere")
	h.post(scheduler.Operator, at+"/map", url.Values{"service": {"wan"}, "remember": {"objects"}, "version": {"1"}}, http.StatusSeeOther)
	h.post(scheduler.Operator, at+"/map", url.Values{"service": {"shop"}, "version": {"1"}}, http.StatusPreconditionFailed)
	has(t, h.page(scheduler.Viewer, at), `href="/services/wan"`, "not applied", "by operator@example.org", "applied")
	list := h.page(scheduler.Viewer, "/notices?show=all&q=chg-1&service=wan")
	if has(t, list, "Remembered", "IC-1 of example.net"); strings.Contains(list, "Waiting: which services") || strings.Contains(list, "Map and remember") {
		t.Error("a mapped notice waits, or a viewer may map")
	}
	_, head := h.post(scheduler.Operator, at+"/window", nil, http.StatusSeeOther)
	if head.Get("Location") != "/windows/MW-1/edit" {
		t.Fatalf("got %q", head.Get("Location"))
	}
	if made := h.page(scheduler.Viewer, "/windows/MW-1"); strings.Contains(made, "Heads-up: Supplier.") {
		t.Error("what a window was made of stands in its way")
	} else {
		has(t, made, at)
	}
	has(t, h.page(scheduler.Operator, "/windows/MW-1/edit"), `value="Cable works &lt;b&gt;"`, at)
	body, _ = h.post(scheduler.Operator, at+"/window", nil, http.StatusConflict)
	has(t, body, "MW-1 was already made")
	has(t, h.page(scheduler.Viewer, "/log"), "imported supplier notices: 1 new", "mapped the supplier notice CHG-1")
	for _, no := range []struct {
		as   scheduler.Role
		path string
	}{{scheduler.Viewer, "/notices"}, {scheduler.Viewer, at + "/map"}, {scheduler.Viewer, at + "/window"}, {scheduler.Approver, at + "/delete"}, {scheduler.Viewer, "/notice-rules/x/delete"}} {
		h.post(no.as, no.path, nil, http.StatusForbidden)
	}
	h.post(scheduler.Admin, at+"/delete", nil, http.StatusSeeOther)
	h.ask(scheduler.Admin, http.MethodGet, at, "", nil, http.StatusNotFound)
}

func TestAPastedMailIsImported(t *testing.T) {
	t.Parallel()
	h := openHouse(t)
	mail, err := os.ReadFile(filepath.Join("..", "scheduler", "ical", "testdata", "corpus", "eunetworks_cancel.eml"))
	if err != nil {
		t.Fatal(err)
	}
	body, _ := h.post(scheduler.Operator, "/notices", url.Values{"do": {"import"}, "text": {string(mail)}}, http.StatusOK)
	has(t, body, "1 of 1 events were news", "02345678", "Cancelled")
}

func TestARefusedFileComesBackInWords(t *testing.T) {
	t.Parallel()
	h := openHouse(t)
	for name, c := range map[string][2]string{
		"nothing": {"", "no event"}, "no calendar": {"BEGIN:VCARD\nEND:VCARD\n", "no event"}, "NUL": {cableWorks(1, "COMMENT:a\x00\n"), "control character"},
		"bad UTF-8": {cableWorks(1, "COMMENT:\xff\n"), "UTF-8"}, "parameters": {cableWorks(1, "COMMENT"+strings.Repeat(";A=b", 400_000)+":x\n"), "longer than"},
		"nested": {strings.Repeat("BEGIN:VEVENT\n", 150_000), "nested"}, "a mail of nothing": {"Subject: x\n\nHello.", "no calendar"},
	} {
		body := h.upload(scheduler.Operator, "import", c[0], http.StatusUnprocessableEntity)
		if !strings.Contains(body, "ics-err") || !strings.Contains(body, c[1]) {
			t.Errorf("%s: want %q beside the field, got\n%.3000s", name, c[1], body)
		}
	}
}

// endless is a body of n bytes that nobody has to hold.
func endless(n int64) io.Reader { return io.LimitReader(xs{}, n) }

type xs struct{}

func (xs) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'x'
	}
	return len(p), nil
}

func TestABodyThatIsTooLongIsCutOff(t *testing.T) {
	t.Parallel()
	h := openHouse(t)
	const huge = 50 << 20
	form := "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.ics\"\r\n\r\n"
	for _, c := range []struct {
		path, kind, begin string
	}{
		{"/notices", "multipart/form-data; boundary=b", form},
		{"/notices", "application/x-www-form-urlencoded", "text="},
		{"/api/v1/notices", "application/json", `{"ics":"`},
		{"/windows", "application/x-www-form-urlencoded", "title="},
	} {
		h.ask(scheduler.Operator, http.MethodPost, c.path, c.kind, io.MultiReader(strings.NewReader(c.begin), endless(huge)), http.StatusRequestEntityTooLarge)
	}
	between := int64(3 << 20) // more than elsewhere, and more than a file may have
	h.ask(scheduler.Operator, http.MethodPost, "/windows", "application/x-www-form-urlencoded", io.MultiReader(strings.NewReader("title="), endless(between)), http.StatusRequestEntityTooLarge)
	h.upload(scheduler.Operator, "import", strings.Repeat("x", int(between)), http.StatusRequestEntityTooLarge)
}

func TestTheCommandImportsAndLists(t *testing.T) {
	t.Setenv("LULL_DATABASE", storetest.URL(t))
	file := filepath.Join(t.TempDir(), "notice.ics")
	if err := os.WriteFile(file, []byte(cableWorks(1, "RRULE:FREQ=DAILY\n")), 0o600); err != nil {
		t.Fatal(err)
	}
	lull := func(in string, args ...string) string {
		t.Helper()
		var out bytes.Buffer
		if err := noticeCommand(context.Background(), args, console{in: strings.NewReader(in), out: &out, err: io.Discard}); err != nil {
			t.Fatal(err)
		}
		return out.String()
	}
	has(t, lull("", "import", file), "CHG-1", "CONFIRMED", "imported", "It comes again")
	has(t, lull(cableWorks(1, "RRULE:FREQ=DAILY\n"), "import", "-"), "known already")
	has(t, lull("", "list"), "CHG-1", "example.net", "waits for a mapping")
	for _, args := range [][]string{{}, {"import"}, {"import", "a", "b"}, {"odd"}, {"import", filepath.Join(t.TempDir(), "none")}} {
		if err := noticeCommand(context.Background(), args, console{in: strings.NewReader(""), out: io.Discard, err: io.Discard}); err == nil {
			t.Errorf("%q was taken", args)
		}
	}
}
