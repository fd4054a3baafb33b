package notifier_test

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"lull/scheduler"
	"lull/scheduler/store/storetest"
)

var updateGolden = flag.Bool("update", false, "rewrite the files under testdata")

func TestMailsReadAsTheyShould(t *testing.T) {
	t.Parallel()
	d := newDesk(t, nil)
	w := d.scheduled(plan()).Window
	to := scheduler.Stakeholder{ID: "s1", Email: "shop@example.net", TimeZone: "America/New_York", Services: []string{"shop"}, Confirmed: true}
	moved := w.Notice("")
	moved.Start, moved.End = w.Start.Add(-24*time.Hour), w.End.Add(-24*time.Hour)
	for _, kind := range scheduler.Announcements {
		w := w
		w.Notified = nil
		switch kind {
		case scheduler.AnnounceUpdated:
			told := w.Notice("")
			w.Notified = &told
		case scheduler.AnnounceRescheduled:
			w.Notified = &moved
		case scheduler.AnnounceCompleted:
			w.State, w.Outcome, w.ActualStart, w.ActualEnd = scheduler.Closed, scheduler.Successful, w.Start.Add(time.Minute), w.End.Add(-30*time.Minute)
		}
		subject, text, html, err := d.Preview(t.Context(), w, kind, to)
		d.must(err)
		golden(t, string(kind)+".txt", "Subject: "+subject+"\n\n"+text)
		golden(t, string(kind)+".html", html)
		for _, line := range strings.Split(text, "\n") {
			if utf8.RuneCountInString(line) > 77 && !strings.HasPrefix(line, "http") {
				t.Errorf("%s: a line is too long: %q", kind, line)
			}
		}
	}
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *updateGolden {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil || got != string(want) {
		t.Errorf("%s (%v) is not as kept; look at it, and run go test ./notifier -update if it is right:\n%s", path, err, got)
	}
}

func TestSubjectsKeepTimeAndNumber(t *testing.T) {
	t.Parallel()
	d := newDesk(t, nil)
	for _, c := range []struct {
		name, title, zone string
		start, end        time.Time
		want              string
	}{
		{"a long title is cut", strings.Repeat("Very long title ", 10), "Europe/Berlin", storetest.Noon, storetest.Noon.Add(time.Hour),
			"[Scheduled] Very long title Very long title: Mon 2 Nov 13:00–14:00 CET (MW-7)"},
		{"over midnight both days are named", "A", "UTC", storetest.Noon, storetest.Noon.Add(13 * time.Hour),
			"[Scheduled] A: Mon 2 Nov 12:00 – Tue 3 Nov 01:00 UTC (MW-7)"},
		{"a clock change shows both zones", "A", "Europe/Berlin", time.Date(2027, 3, 28, 0, 30, 0, 0, time.UTC), time.Date(2027, 3, 28, 2, 0, 0, 0, time.UTC),
			"[Scheduled] A: Sun 28 Mar 01:30 CET – 04:00 CEST (MW-7)"},
		{"a zone without letters shows its offset", "A", "Asia/Kathmandu", storetest.Noon, storetest.Noon.Add(time.Hour),
			"[Scheduled] A: Mon 2 Nov 17:45–18:45 UTC+05:45 (MW-7)"},
	} {
		w := scheduler.Window{ID: "w", Number: 7, Plan: scheduler.Plan{Title: c.title, Public: true, Interval: scheduler.Interval{Start: c.start, End: c.end}, TimeZone: "UTC"}}
		subject, text, _, err := d.Preview(t.Context(), w, scheduler.AnnounceScheduled, scheduler.Stakeholder{Email: "a@example.net", TimeZone: c.zone})
		d.must(err)
		if n := utf8.RuneCountInString(subject); n >= 78 {
			t.Errorf("%s: %q has %d characters", c.name, subject, n)
		}
		if subject != c.want && !strings.Contains(c.want, "Very long") {
			t.Errorf("%s: got %q, want %q", c.name, subject, c.want)
		}
		if cut := strings.HasSuffix(subject, "…: Mon 2 Nov 13:00–14:00 CET (MW-7)"); cut != strings.Contains(c.want, "Very long") {
			t.Errorf("%s: got %q", c.name, subject)
		}
		if change := strings.Contains(text, "The clocks change meanwhile: it begins at UTC+01 and ends at UTC+02."); change != strings.Contains(c.want, "CEST") {
			t.Errorf("%s: a clock change is named: %v\n%s", c.name, change, text)
		}
	}
}
