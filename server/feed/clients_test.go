package feed_test

import (
	"bytes"
	"fmt"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"lull/scheduler"
	"lull/scheduler/agenda"
	"lull/scheduler/store/storetest"
	"lull/server/feed"
)

// clients are programs that read a calendar as people's calendars do. Each
// prints a line for each entry: UID, start, end, title, status, sequence, and a
// dash for what it does not tell.
var clients = []struct {
	name    string
	command []string // followed by the file, or the address and a folder of its own
	remote  bool
	needs   []string // prints nothing and is content where the client is installed
}{
	{"ical.js", []string{"node", "icaljs.mjs"}, false, []string{"node", "-e", "require('ical.js')"}},
	{"node-ical", []string{"node", "nodeical.cjs"}, false, []string{"node", "-e", "require('node-ical')"}},
	{"python-icalendar", []string{"/usr/bin/python3", "recurring.py"}, false, []string{"/usr/bin/python3", "-c", "import recurring_ical_events"}},
	{"libical", []string{"/usr/bin/python3", "libical.py"}, false, []string{"/usr/bin/python3", "-c", `import gi; gi.require_version("ICalGLib", "3.0")`}},
	{"vdirsyncer and khal", []string{"sh", "khal.sh"}, true, []string{"sh", "-c", "command -v khal && command -v vdirsyncer"}},
}

const clientScripts = "testdata/clients"

func script(t *testing.T, args ...string) (string, error) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), args[0], args[1:]...) //nolint:gosec // our own scripts
	cmd.Dir = clientScripts
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("%v: %w: %s", args, err, errs.String())
	}
	return out.String(), nil
}

func TestClientsSeeWhatWeSay(t *testing.T) {
	t.Parallel()
	h := open(t)
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	_, own := h.mine(bob, feed.Feed{Name: "Bob's; all, of it", Scope: feed.All, Alarm: 30 * time.Minute})
	type reader struct {
		name string
		read func(path string) (string, error)
	}
	var readers []reader
	for _, c := range clients {
		if _, err := script(t, c.needs...); err != nil {
			if os.Getenv("REQUIRE_CLIENTS") != "" {
				t.Fatalf("%s is not installed: make test-clients: %v", c.name, err)
			}
			t.Logf("%s is not installed, so it is left out: make test-clients", c.name)
			continue
		}
		homes := t.TempDir()
		readers = append(readers, reader{c.name, func(path string) (string, error) {
			home := filepath.Join(homes, filepath.Base(path)) // the same each time, as a subscriber's
			if c.remote {
				return script(t, append(slices.Clone(c.command), server.URL+path, home)...)
			}
			if err := os.WriteFile(home, []byte(body(t, h.get("GET", path))), 0o600); err != nil {
				return "", err
			}
			return script(t, append(slices.Clone(c.command), home)...)
		}})
	}
	if len(readers) == 0 {
		t.Skip("no client is installed: make test-clients")
	}
	check := func(after string) {
		t.Helper()
		for path, public := range map[string]bool{"/calendar.ics": true, own: false} {
			said := h.said(public)
			for _, r := range readers {
				got, err := r.read(path)
				if err != nil {
					t.Errorf("after %s, %s: %v", after, r.name, err)
					continue
				}
				if bad := differs(got, said); bad != "" {
					t.Errorf("after %s, %s reads %s otherwise than we say:\n%s", after, r.name, path, bad)
				}
			}
		}
	}
	asked := h.book("Ask, and \"wait\"; 維護", 3, "core-db")
	moved := h.schedule("Umzug: größer\\schöner", 4, "shop")
	check("booking")
	h.must(h.agenda.Approve(t.Context(), asked.ID, 0, scheduler.Yes{}, bob))
	h.must(h.agenda.Change(t.Context(), moved.ID, 0, agenda.Edit{Apply: func(p *scheduler.Plan) error {
		p.Start, p.End = p.Start.AddDate(0, 0, 2), p.End.AddDate(0, 0, 2)
		return nil
	}}, ada))
	check("approving and moving")
	h.must(h.agenda.Cancel(t.Context(), asked.ID, 0, "not needed", ada))
	check("cancelling")
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	at := func(year int, month time.Month, day, hour int) int { // days ahead, as h.schedule wants them
		h.at(time.Date(year, month, day, hour, 30, 0, 0, berlin).AddDate(0, 0, -1).UTC())
		return 1
	}
	for _, day := range []int{27, 28, 29} { // of which the middle one has no 02:30
		h.schedule(fmt.Sprintf("Across the change of March %d", day), at(2027, time.March, day, 2), "shop")
	}
	for week := range 4 { // a plan that recurs at the same time of the wall clock
		start := time.Date(2026, time.December, 6+7*week, 2, 0, 0, 0, berlin)
		h.at(start.AddDate(0, 0, -1).UTC())
		h.schedule("Weekly patching", 1, "core-db")
	}
	h.at(storetest.Noon)
	check("a clock change and a series")
}

// said is an entry as we say it is.
type said struct{ uid, start, end, title, status, sequence string }

// said is what the calendar of everything says by the agenda, not by its text.
func (h *house) said(public bool) (all []said) {
	h.t.Helper()
	vs, err := h.agenda.Calendar(h.t.Context(), agenda.CalendarFilter{Public: public})
	if err != nil {
		h.t.Fatal(err)
	}
	for _, v := range vs {
		s := said{v.ID, v.Start.Format(time.RFC3339), v.End.Format(time.RFC3339), v.Title, "CONFIRMED", fmt.Sprint(v.Sequence)}
		switch v.State { //nolint:exhaustive // the rest is confirmed
		case scheduler.Requested:
			s.status = "TENTATIVE"
		case scheduler.Cancelled:
			s.status, s.title = "CANCELLED", "[CANCELLED] "+s.title
		}
		all = append(all, s)
	}
	return all
}

// differs says in lines how what was read is not what we said.
func differs(read string, all []said) string {
	var got, want []string
	for l := range strings.Lines(read) {
		if l = strings.TrimSpace(l); l != "" {
			got = append(got, l)
		}
	}
	slices.Sort(got)
	var tells []bool // a client that does not tell a thing tells it of no entry
	if len(got) > 0 {
		for _, field := range strings.Split(got[0], "\t") {
			tells = append(tells, field != "-")
		}
	}
	for _, s := range all {
		fields := []string{s.uid, s.start, s.end, s.title, s.status, s.sequence}
		for i := range fields {
			if i < len(tells) && !tells[i] {
				fields[i] = "-"
			}
		}
		want = append(want, strings.Join(fields, "\t"))
	}
	slices.Sort(want)
	if slices.Equal(got, want) {
		return ""
	}
	return "got\n" + strings.Join(got, "\n") + "\nwant\n" + strings.Join(want, "\n")
}
