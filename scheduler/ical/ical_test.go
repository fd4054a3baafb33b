package ical

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"lull/scheduler"
)

var update = flag.Bool("update", false, "rewrite the golden files")

var noon = time.Date(2026, 11, 2, 12, 0, 0, 0, time.UTC)

// upgrade is a window such as people write.
func upgrade() scheduler.Window {
	w := scheduler.Window{
		ID: "00000000-0000-4000-8000-000000000001", Number: 42, State: scheduler.Scheduled, Sequence: 3,
		Created: noon, Updated: noon.Add(time.Hour), Changed: noon.Add(2 * time.Hour),
	}
	w.Title, w.Summary = "Core database upgrade; part 1, of 2", "Logins fail.\nWe are sorry – the work cannot be done while people write, and it takes a while. 維護"
	w.Start, w.End = time.Date(2026, 12, 12, 1, 0, 0, 0, time.UTC), time.Date(2026, 12, 12, 3, 0, 0, 0, time.UTC)
	w.TimeZone = "Europe/Berlin"
	w.Services = []scheduler.Affected{{Service: "core-db", Impact: scheduler.Degraded}, {Service: "login", Impact: scheduler.Outage}}
	return w
}

func shop(ws ...scheduler.Window) Calendar {
	return Calendar{
		Name: "Example maintenance", About: "Planned maintenance of Example.", Provider: "example.org", Account: "Example", Organizer: `"NOC, Berlin" <noc@example.org>`,
		BaseURL: "https://lull.example.org/", Windows: ws, Names: map[string]string{"core-db": "Core database"},
	}
}

func encode(t *testing.T, c Calendar) []byte {
	t.Helper()
	b, err := c.Encode()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// content is one content line, unfolded, its value as it stands.
type content struct{ name, params, value string }

// parse reads calendar text the way a strict reader does, on its own.
func parse(b []byte) ([]content, error) {
	if !bytes.HasSuffix(b, []byte("\r\n")) {
		return nil, fmt.Errorf("the last line has no end")
	}
	var lines []string
	for _, raw := range strings.Split(strings.TrimSuffix(string(b), "\r\n"), "\r\n") {
		switch {
		case len(raw) > 75:
			return nil, fmt.Errorf("a line of %d octets: %q", len(raw), raw)
		case strings.ContainsAny(raw, "\r\n\x00\x7f\u0085\u2028\u2029"):
			return nil, fmt.Errorf("a line holds a control: %q", raw)
		case strings.HasPrefix(raw, " ") && len(lines) > 0:
			lines[len(lines)-1] += raw[1:]
		default:
			lines = append(lines, raw)
		}
	}
	var all []content
	for _, l := range lines {
		quoted, at := false, -1
		for i, r := range l {
			if r == '"' {
				quoted = !quoted
			}
			if r == ':' && !quoted {
				at = i
				break
			}
		}
		if at < 0 {
			return nil, fmt.Errorf("a line without a value: %q", l)
		}
		name, params, _ := strings.Cut(l[:at], ";")
		all = append(all, content{name, params, l[at+1:]})
	}
	return all, nil
}

func parsed(t *testing.T, c Calendar) []content {
	t.Helper()
	all, err := parse(encode(t, c))
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func values(all []content, name string) (vs []string) {
	for _, c := range all {
		if c.name == name {
			vs = append(vs, c.value)
		}
	}
	return vs
}

func TestACalendarIsWrittenAsEver(t *testing.T) {
	t.Parallel()
	moved := upgrade()
	moved.ID, moved.Number, moved.State = "00000000-0000-4000-8000-000000000002", 43, scheduler.Cancelled
	moved.Summary, moved.Start, moved.End = "", time.Date(2027, 3, 28, 0, 0, 0, 0, time.UTC), time.Date(2027, 3, 28, 3, 0, 0, 0, time.UTC)
	got := encode(t, shop(upgrade(), moved))
	file := filepath.Join("testdata", "calendar.ics")
	if *update {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s\nIf it is meant, run go test ./scheduler/ical -update and look at the difference.", got, want)
	}
}

func TestTheStateIsToldInBothVocabularies(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		state                     scheduler.State
		status, progress, summary string
	}{
		{scheduler.Draft, "TENTATIVE", "TENTATIVE", "Patch"},
		{scheduler.Requested, "TENTATIVE", "TENTATIVE", "Patch"},
		{scheduler.Scheduled, "CONFIRMED", "CONFIRMED", "Patch"},
		{scheduler.InProgress, "CONFIRMED", "IN-PROCESS", "Patch"},
		{scheduler.Verifying, "CONFIRMED", "IN-PROCESS", "Patch"},
		{scheduler.Closed, "CONFIRMED", "COMPLETED", "Patch"},
		{scheduler.Cancelled, "CANCELLED", "CANCELLED", "[CANCELLED] Patch"},
	} {
		t.Run(string(c.state), func(t *testing.T) {
			t.Parallel()
			w := upgrade()
			w.State, w.Title = c.state, "Patch"
			all := parsed(t, shop(w))
			got := []string{values(all, "STATUS")[0], values(all, "X-MAINTNOTE-STATUS")[0], values(all, "SUMMARY")[0]}
			if want := []string{c.status, c.progress, c.summary}; !slices.Equal(got, want) {
				t.Errorf("got %q, want %q", got, want)
			}
		})
	}
}

func TestEveryEntryIsAWholeMaintenanceNotice(t *testing.T) {
	t.Parallel()
	bare := upgrade()
	bare.Services = nil
	c := shop(bare)
	c.Provider, c.Account, c.Organizer = "", "", "noc@example.org"
	all := parsed(t, c)
	for name, want := range map[string]string{
		"X-MAINTNOTE-PROVIDER": "lull.example.org", "X-MAINTNOTE-ACCOUNT": "Maintenance", "X-MAINTNOTE-MAINTENANCE-ID": "MW-42",
		"X-MAINTNOTE-OBJECT-ID": "MW-42", "X-MAINTNOTE-IMPACT": "OUTAGE", "ORGANIZER": "mailto:noc@example.org",
		"DTSTAMP": "20261102T130000Z", "LAST-MODIFIED": "20261102T130000Z", "SEQUENCE": "3",
	} {
		if got := values(all, name); !slices.Equal(got, []string{want}) {
			t.Errorf("%s: got %q, want once %q", name, got, want)
		}
	}
}

func TestOnlyAnInvitationNamesItsRecipient(t *testing.T) {
	t.Parallel()
	for method, want := range map[string][]string{"": nil, Publish: nil, Request: {"mailto:ada@example.org"}, Cancel: {"mailto:ada@example.org"}} {
		c := shop(upgrade())
		c.Method, c.Attendee = method, "Ada <ada@example.org>"
		if got := values(parsed(t, c), "ATTENDEE"); !slices.Equal(got, want) {
			t.Errorf("%q: got %q, want %q", method, got, want)
		}
	}
}

func TestTheOrganizersNameIsQuoted(t *testing.T) {
	t.Parallel()
	for from, want := range map[string]content{
		"noc@example.org":                     {"ORGANIZER", `CN="Example"`, "mailto:noc@example.org"},
		"NOC <noc@example.org>":               {"ORGANIZER", `CN="NOC"`, "mailto:noc@example.org"},
		"NOC, Berlin <noc@example.org>":       {"ORGANIZER", `CN="NOC, Berlin"`, "mailto:noc@example.org"},
		`"say \"hi\"; all" <noc@example.org>`: {"ORGANIZER", `CN="say ^'hi^'; all"`, "mailto:noc@example.org"},
	} {
		c := shop(upgrade())
		c.Organizer = from
		if all := parsed(t, c); !slices.Contains(all, want) {
			t.Errorf("%s: got %+v, want %+v", from, all, want)
		}
	}
}

func TestAWindowWithoutTimesIsLeftOut(t *testing.T) {
	t.Parallel()
	w := upgrade()
	w.Start = time.Time{}
	if got := values(parsed(t, shop(w)), "UID"); got != nil {
		t.Errorf("got %q, want no entry", got)
	}
}

func TestAMethodOrAnAddressThatIsNoneIsRefused(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]Calendar{
		"method":      {BaseURL: "https://lull.example.org", Method: "PUBLISH\r\nX-EVIL:1"},
		"no base URL": {},
		"script":      {BaseURL: "javascript:alert(1)"},
	} {
		if b, err := c.Encode(); err == nil {
			t.Errorf("%s: got %q, want a refusal", name, b)
		}
	}
}

func TestNothingThatPeopleTypeAddsALine(t *testing.T) {
	t.Parallel()
	for _, hostile := range hostiles {
		c := poisoned(hostile)
		all, err := parse(encode(t, c))
		if err == nil {
			err = sound(all)
		}
		if err != nil {
			t.Errorf("%q: %v", hostile, err)
		}
	}
}

func FuzzEncode(f *testing.F) {
	for _, h := range hostiles {
		f.Add(h)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		b, err := poisoned(typed).Encode()
		if err != nil {
			t.Fatal(err)
		}
		all, err := parse(b)
		if err == nil {
			err = sound(all)
		}
		if err != nil {
			t.Fatalf("%v\n%s", err, b)
		}
		again, err := poisoned(typed).Encode()
		if err != nil || !bytes.Equal(b, again) {
			t.Fatalf("the same window gave other bytes: %v", err)
		}
	})
}

var hostiles = []string{
	"plain", "", "a\r\nATTENDEE:mailto:victim@example.org", "a\nX-EVIL:1", "a\rb", "a\x00b\x1bc", "a\u2028b\u2029c\u0085d",
	`a";X-EVIL=1:b`, `a\`, `a\n;,b`, `a:b;c=d,e`, "^n^'", "END:VEVENT", strings.Repeat("ä", 200), strings.Repeat(" ", 300) + "x",
	strings.Repeat("x", 5000), "\xff\xfe", "\u202eevil", "mailto:a@b.c?x=\r\ny", "O'Brien <o'brien@example.org>",
	"🜁🜂🜃" + strings.Repeat("👩‍👩‍👧", 40), "\"a\r\n b\" <x@example.org>",
}

// poisoned is a calendar with typed in every place that holds text.
func poisoned(typed string) Calendar {
	w := upgrade()
	w.ID, w.Title, w.Summary, w.TimeZone, w.Lead = typed, typed, typed, typed, typed
	w.Services = []scheduler.Affected{{Service: typed, Impact: scheduler.Impact(typed)}, {Service: "login", Impact: scheduler.NoImpact}}
	c := shop(w)
	c.Name, c.Provider, c.Account, c.Organizer, c.Attendee, c.Method = typed, typed, typed, typed, typed, Request
	c.About, c.Alarm = typed, 30*time.Minute
	c.Names = map[string]string{typed: typed}
	named := shop(w)
	if c.organizerless() {
		c.Organizer = named.Organizer
	}
	return c
}

// organizerless reports whether the calendar has no usable organizer.
func (c Calendar) organizerless() bool { _, address := c.organizer(); return address == "" }

// sound says what is wrong with the lines of a calendar of one entry.
func sound(all []content) error {
	order := []string{
		"BEGIN", "VERSION", "PRODID", "CALSCALE", "METHOD", "NAME", "X-WR-CALNAME", "X-WR-CALDESC", "REFRESH-INTERVAL", "X-PUBLISHED-TTL",
		"BEGIN", "UID", "DTSTAMP", "LAST-MODIFIED", "CREATED", "SEQUENCE", "DTSTART", "DTEND", "SUMMARY", "DESCRIPTION", "URL",
		"CATEGORIES", "STATUS", "TRANSP", "X-MICROSOFT-CDO-BUSYSTATUS", "ORGANIZER", "ATTENDEE", "X-MAINTNOTE-PROVIDER",
		"X-MAINTNOTE-ACCOUNT", "X-MAINTNOTE-MAINTENANCE-ID", "X-MAINTNOTE-OBJECT-ID", "X-MAINTNOTE-OBJECT-ID",
		"X-MAINTNOTE-IMPACT", "X-MAINTNOTE-STATUS", "BEGIN", "ACTION", "TRIGGER", "DESCRIPTION", "END", "END", "END",
	}
	optional := []string{"NAME", "X-WR-CALNAME", "X-WR-CALDESC", "REFRESH-INTERVAL", "X-PUBLISHED-TTL", "ATTENDEE"}
	params := map[string][]string{
		"REFRESH-INTERVAL":      {"VALUE=DURATION"},
		"X-MAINTNOTE-OBJECT-ID": {"X-MAINTNOTE-OBJECT-IMPACT=OUTAGE", "X-MAINTNOTE-OBJECT-IMPACT=NO-IMPACT", "X-MAINTNOTE-OBJECT-IMPACT=DEGRADED", "X-MAINTNOTE-OBJECT-IMPACT=REDUCED-REDUNDANCY"},
		"ATTENDEE":              {"ROLE=NON-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP=FALSE"},
	}
	for _, c := range all {
		for len(order) > 0 && order[0] != c.name && slices.Contains(optional, order[0]) {
			order = order[1:]
		}
		if len(order) == 0 || order[0] != c.name {
			return fmt.Errorf("the line %+v was not expected before %q", c, order)
		}
		order = order[1:]
		switch {
		case c.name == "ORGANIZER":
			if !strings.HasPrefix(c.params, `CN="`) || strings.Count(c.params, `"`) != 2 || !strings.HasSuffix(c.params, `"`) {
				return fmt.Errorf("the organizer's parameters are %q", c.params)
			}
		case c.params != "" && !slices.Contains(params[c.name], c.params):
			return fmt.Errorf("the parameters %q on %s", c.params, c.name)
		}
	}
	if len(order) > 0 {
		return fmt.Errorf("the lines %q are missing", order)
	}
	return nil
}

func TestAnEntryListsTheStagesOfItsServices(t *testing.T) {
	t.Parallel()
	w := upgrade()
	half := w.Start.Add(time.Hour)
	w.Stages = []scheduler.Stage{
		{Name: "login; first", Services: []string{"login"}, Interval: scheduler.Interval{Start: w.Start, End: half}},
		{Name: "rest", Interval: scheduler.Interval{Start: half, End: w.End}},
	}
	listed := func(w scheduler.Window) (found []string) {
		for l := range strings.Lines(shop(w).description(w)) {
			if strings.HasPrefix(l, "Stage ") {
				found = append(found, strings.TrimSpace(l))
			}
		}
		return found
	}
	want := []string{"Stage login; first: Sat 12 Dec 2026 02:00 – 03:00 CET", "Stage rest: Sat 12 Dec 2026 03:00 – 04:00 CET"}
	if got := listed(w); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	w.Services = w.Services[:1] // what a reader of the other service is shown
	if got := listed(w); !slices.Equal(got, want[1:]) {
		t.Errorf("got %q, want %q", got, want[1:])
	}
	parsed(t, shop(w))
}
