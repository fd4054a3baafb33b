package ical

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"lull/scheduler"
)

// one is a calendar with one event of these lines.
func one(lines ...string) string {
	return "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:1@example.com\r\n" + strings.Join(lines, "\r\n") + "\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
}

func only(t *testing.T, b []byte) scheduler.NoticeUpdate {
	t.Helper()
	r, err := ReadAny(b)
	if err != nil || len(r.Updates) != 1 {
		t.Fatalf("got %+v, %v, want one event of\n%s", r, err, b)
	}
	return r.Updates[0]
}

const berlin = "BEGIN:VTIMEZONE\r\nTZID:%s\r\nBEGIN:DAYLIGHT\r\nDTSTART:19810329T020000\r\nTZOFFSETFROM:+0100\r\nTZOFFSETTO:+0200\r\n" +
	"RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU\r\nEND:DAYLIGHT\r\nBEGIN:STANDARD\r\nDTSTART:19961027T030000\r\nTZOFFSETFROM:+0200\r\n" +
	"TZOFFSETTO:+0100\r\nRRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n"

func TestATimeIsReadOnTheClockThatTheFileMeans(t *testing.T) {
	t.Parallel()
	explained := strings.ReplaceAll(berlin, "%s", "Office")
	noIdea := "DTSTART: The time zone"
	for _, c := range []struct{ name, before, start, end, want, problem string }{
		{"UTC", "", "DTSTART:20261212T010000Z", "DTEND:20261212T030000Z", "2026-12-12T01:00 2h0m0s", ""},
		{"IANA", "", "DTSTART;TZID=Europe/Berlin:20261212T020000", "DTEND;TZID=Europe/Berlin:20261212T040000", "2026-12-12T01:00 2h0m0s", ""},
		{"quoted and in lower case", "", `dtstart;tzid="Europe/Berlin":20261212T020000`, `dtend;tzid="Europe/Berlin":20261212t040000`, "2026-12-12T01:00 2h0m0s", ""},
		{"Windows", "", "DTSTART;TZID=W. Europe Standard Time:20260712T020000", "DURATION:PT2H", "2026-07-12T00:00 2h0m0s", ""},
		{"a path", "", "DTSTART;TZID=/freeassociation.sourceforge.net/America/Argentina/Buenos_Aires:20261212T020000", "DURATION:PT2H", "2026-12-12T05:00 2h0m0s", ""},
		{"called by another name", "BEGIN:VTIMEZONE\r\nTZID:Office\r\nX-LIC-LOCATION:Asia/Tokyo\r\nEND:VTIMEZONE\r\n", "DTSTART;TZID=Office:20261212T020000", "DURATION:PT2H", "2026-12-11T17:00 2h0m0s", ""},
		{"explained, winter", explained, "DTSTART;TZID=Office:20261212T020000", "DURATION:PT2H", "2026-12-12T01:00 2h0m0s", ""},
		{"explained, summer", explained, "DTSTART;TZID=Office:20260712T020000", "DURATION:PT2H", "2026-07-12T00:00 2h0m0s", ""},
		{"explained, skipped", explained, "DTSTART;TZID=Office:20260329T023000", "DURATION:PT2H", "2026-03-29T01:30 2h0m0s", ""},
		{"explained, twice", explained, "DTSTART;TZID=Office:20261025T023000", "DURATION:PT2H", "2026-10-25T00:30 2h0m0s", ""},
		{"skipped", "", "DTSTART;TZID=Europe/Berlin:20260329T023000", "DURATION:PT2H", "2026-03-29T01:30 2h0m0s", ""},
		{"a day of 25 hours", "", "DTSTART;TZID=Europe/Berlin:20261024T120000", "DURATION:P1D", "2026-10-24T10:00 25h0m0s", ""},
		{"a calendar's zone", "X-WR-TIMEZONE:Europe/Berlin\r\n", "DTSTART:20261212T020000", "DTEND:20261212T040000", "2026-12-12T01:00 2h0m0s", ""},
		{"days of the calendar's zone", "X-WR-TIMEZONE:Europe/Berlin\r\n", "DTSTART;VALUE=DATE:20261212", "DTEND;VALUE=DATE:20261214", "2026-12-11T23:00 48h0m0s", ""},
		{"one day", "", "DTSTART;VALUE=DATE:20261212", "SUMMARY:x", "2026-12-12T00:00 24h0m0s", "It names no time zone"},
		{"floating is never the machine's", "", "DTSTART:20261212T010000", "DURATION:PT2H", "2026-12-12T01:00 2h0m0s", "It names no time zone"},
		{"no end", "", "DTSTART:20261212T010000Z", "SUMMARY:x", "2026-12-12T01:00 1h0m0s", "an hour is assumed"},
		{"the machine's zone", "", "DTSTART;TZID=Local:20261212T010000", "DURATION:PT2H", "", noIdea},
		{"a zone that nobody knows", "", "DTSTART;TZID=Mars/Base:20261212T010000", "DURATION:PT2H", "", noIdea},
		{"the end first", "", "DTSTART:20261212T010000Z", "DTEND:20261212T010000Z", "", "does not end after"},
		{"no time", "", "DTSTART:tomorrow", "DURATION:PT2H", "", "is no time"},
		{"the year nine thousand", "", "DTSTART:90001212T010000Z", "DURATION:PT2H", "", "can plan for"},
		{"a length that is none", "", "DTSTART:20261212T010000Z", "DURATION:-PT2H", "", "no length of time"},
		{"a rule", "", "DTSTART:20261212T010000Z", "DURATION:PT2H\r\nRRULE:FREQ=WEEKLY", "2026-12-12T01:00 2h0m0s", "only the first time"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			text := strings.Replace(one(c.start, c.end), "BEGIN:VEVENT", c.before+"BEGIN:VEVENT", 1)
			u := only(t, []byte(text))
			got := ""
			if !u.Start.IsZero() {
				got = u.Start.Format("2006-01-02T15:04") + " " + u.Interval.Duration().String()
			}
			problems := strings.Join(u.Problems, " ")
			if got != c.want || !strings.Contains(problems, c.problem) || c.problem == "" && problems != "" {
				t.Errorf("got %q with %q, want %q with %q", got, problems, c.want, c.problem)
			}
		})
	}
}

func TestAFileIsReadHoweverItIsWritten(t *testing.T) {
	t.Parallel()
	text := one("DTSTART:20261212T010000Z", "DTEND:20261212T030000Z", "SUMMARY:Fibre works in Köln", "X-MAINTNOTE-STATUS: confirmed ")
	wide := []byte{0xff, 0xfe}
	for _, unit := range utf16.Encode([]rune(text)) {
		wide = append(wide, byte(unit), byte(unit>>8))
	}
	folded := strings.Replace(text, "works", "wo\r\n rks", 1)
	split := strings.Replace(text, "K\xc3\xb6ln", "K\xc3\r\n \xb6ln", 1) // RFC 5545 3.1 warns of those
	for name, b := range map[string][]byte{
		"as it should be": []byte(text), "bare LF": []byte(strings.ReplaceAll(text, "\r", "")), "a mark": []byte("\ufeff" + text),
		"UTF-16": wide, "base64": []byte(base64.StdEncoding.EncodeToString([]byte(text))), "folded": []byte(folded), "folded inside a letter": []byte(split),
		"lower case":           []byte(strings.NewReplacer("BEGIN", "begin", "END:", "end:", "SUMMARY", "summary").Replace(text)),
		"without its calendar": []byte(strings.NewReplacer("BEGIN:VCALENDAR\r\n", "", "END:VCALENDAR\r\n", "").Replace(text)),
		"empty lines":          []byte(strings.ReplaceAll(text, "\r\n", "\r\n\r\n")), "no last line end": []byte(strings.TrimSpace(text)),
	} {
		u := only(t, b)
		if got := []any{u.Summary, u.Status, u.Problems}; !reflect.DeepEqual(got, []any{"Fibre works in Köln", scheduler.NoticeConfirmed, []string(nil)}) {
			t.Errorf("%s: got %v", name, got)
		}
	}
}

func TestWhatIsWrongWithOneEventSparesTheOthers(t *testing.T) {
	t.Parallel()
	good := one("DTSTART:20261212T010000Z", "DTEND:20261212T030000Z")
	bad := strings.Replace(one("DTSTART:soon", "this line has no shape", "SEQUENCE:many", "X-MAINTNOTE-STATUS:MAYBE", "X-MAINTNOTE-IMPACT:SOME"), "1@example.com", "2@example.com", 1)
	r, err := Read([]byte(good + "\ufeff" + bad + good))
	if err != nil || len(r.Updates) != 3 {
		t.Fatalf("got %+v, %v, want three events", r, err)
	}
	if r.Updates[0].Problems != nil || r.Updates[2].Problems != nil || len(r.Updates[1].Problems) != 5 {
		t.Errorf("got the problems %q, %q, %q; want five, of the second alone", r.Updates[0].Problems, r.Updates[1].Problems, r.Updates[2].Problems)
	}
	if u := r.Updates[1]; u.Sequence != scheduler.NoSequence || u.Status != scheduler.NoticeNoChange || u.Impact != scheduler.Outage || u.Usable() == "" {
		t.Errorf("got %+v", u)
	}
}

func TestAStatusAndAnObjectAreTakenAsSuppliersSpellThem(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]scheduler.NoticeStatus{
		"X-MAINTNOTE-STATUS: COMPLETED": scheduler.NoticeCompleted, "X-MAINTNOTE-STATUS:CANCELED": scheduler.NoticeCancelled,
		"X-MAINTNOTE-STATUS:In Process": scheduler.NoticeInProcess, "X-MAINTNOTE-STATUS:RE-SCHEDULED": scheduler.NoticeRescheduled,
		"STATUS:CANCELLED": scheduler.NoticeCancelled, "STATUS:TENTATIVE": scheduler.NoticeTentative, "SUMMARY:x": scheduler.NoticeNoChange,
	} {
		if u := only(t, []byte(one(line))); u.Status != want {
			t.Errorf("%s: got %s, want %s", line, u.Status, want)
		}
	}
	u := only(t, []byte(one("X-MAINTNOTE-IMPACT:DEGRADED", `X-MAINTNOTE-OBJECT-ID;ALTREP="https://x/?a;b:c";X-MAINTNOTE-OBJECT-IMPACT=NO-IMPACT:A:1`, "X-MAINTNOTE-OBJECT-ID:B\\,2", "X-MAINTNOTE-OBJECT-ID:B\\,2",
		"X-MAINTNOTE-MAINTENANCE-ID:second", "X-MAINTNOTE-MAINTENANCE-ID;X-MAINTNOTE-PRECEDENCE=PRIMARY:first")))
	want := []scheduler.NoticeObject{{ID: "A:1", Impact: scheduler.NoImpact}, {ID: "B,2", Impact: scheduler.Degraded}}
	if !slices.Equal(u.Objects, want) || u.MaintenanceID != "first" {
		t.Errorf("got %+v of %s, want %+v of the primary id", u.Objects, u.MaintenanceID, want)
	}
}

func mailed(parts ...string) []byte {
	return []byte("From: noc@example.com\r\nSubject: x\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n" + strings.Join(parts, "\r\n--b\r\n") + "\r\n--b--\r\n")
}

func TestAMailIsLookedThroughForItsCalendars(t *testing.T) {
	t.Parallel()
	text := one("DTSTART:20261212T010000Z", "DTEND:20261212T030000Z", "SUMMARY:Köln")
	latin := strings.ReplaceAll(text, "ö", "\xf6")
	coded := base64.StdEncoding.EncodeToString([]byte(text))
	part := "Content-Type: text/calendar; charset=utf-8; method=PUBLISH\r\n\r\n" + text
	for name, b := range map[string][]byte{
		"a part":        mailed("Content-Type: text/plain\r\n\r\nSee there.", part),
		"in base64":     mailed("Content-Type: text/calendar\r\nContent-Transfer-Encoding: BASE64\r\n\r\n" + coded[:20] + " \r\n" + coded[20:]),
		"quoted":        mailed("Content-Type: text/calendar; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n" + strings.ReplaceAll(strings.ReplaceAll(text, "=", "=3D"), "ö", "=C3=B6")),
		"in latin":      mailed("Content-Type: text/calendar; charset=ISO-8859-1\r\nContent-Transfer-Encoding: 8bit\r\n\r\n" + latin),
		"attached":      mailed("Content-Type: application/octet-stream\r\nContent-Disposition: attachment; filename=\"X.ICS\"\r\n\r\n" + text),
		"twice":         mailed(part, "Content-Type: application/ics; name=a.ics\r\n\r\n"+text),
		"further in":    mailed("Content-Type: multipart/alternative; boundary=c\r\n\r\n--c\r\nContent-Type: text/html\r\n\r\n<p>\r\n--c\r\n" + part + "\r\n--c--"),
		"forwarded":     mailed("Content-Type: message/rfc822\r\n\r\n" + string(mailed(part))),
		"the whole":     []byte("From: noc@example.com\r\nContent-Type: text/calendar\r\n\r\n" + text),
		"of a mailbox":  []byte("From noc@example.com Sat Dec 12 01:00:00 2026\r\nFrom: noc@example.com\r\nContent-Type: text/calendar\r\n\r\n" + text),
		"cut off":       bytes.TrimSuffix(mailed(part), []byte("\r\n--b--\r\n")),
		"with another":  mailed(part, "Content-Type: text/calendar\r\n\r\nBEGIN:VCALENDAR\r\n"),
		"not so strict": []byte("From: a\r\nContent-Type: text/calendar; charset=utf-8; method=\r\n\r\n" + text),
	} {
		if u := only(t, b); u.Summary != "Köln" || u.Start.IsZero() {
			t.Errorf("%s: got %+v", name, u)
		}
	}
	for name, b := range map[string][]byte{
		"no calendar": mailed("Content-Type: text/plain\r\n\r\nHello."), "nothing": {}, "no mail": []byte("hello"),
		"a broken calendar": mailed("Content-Type: text/calendar\r\n\r\nBEGIN:VCALENDAR\r\n"),
		"endless parts":     mailed(slices.Repeat([]string{"Content-Type: text/plain\r\n\r\n."}, 2000)...),
	} {
		var no *RefusedError
		if r, err := ReadMail(b); !errors.As(err, &no) {
			t.Errorf("%s: got %+v, %v, want a refusal", name, r, err)
		}
	}
}

// hostileFiles are files made for harm, by what they are, and in which words
// they are refused; none where they are read.
func hostileFiles() map[string][2]string {
	fill := func(of string) string { return strings.Repeat(of, (MostBytes-1000)/len(of)) }
	inside := func(s string) string { return one("SUMMARY:x", s) }
	return map[string][2]string{
		"empty":                {"", "no event"},
		"blank":                {"\r\n \r\n", "no event"},
		"no calendar":          {"<html>", "no event"},
		"too long":             {strings.Repeat("x", MostBytes+1), "longer than"},
		"NUL":                  {inside("SUMMARY:a\x00b"), "control character"},
		"bad UTF-8":            {inside("SUMMARY:a\xff"), "UTF-8"},
		"nested":               {fill("BEGIN:VEVENT\r\n"), "nested"},
		"more ends":            {"END:VCALENDAR\r\n", "not begun"},
		"cut off":              {strings.TrimSuffix(one(), "END:VCALENDAR\r\n"), "in the middle"},
		"too many events":      {"BEGIN:VCALENDAR\n" + strings.Repeat("BEGIN:VEVENT\nEND:VEVENT\n", MostEvents+1) + "END:VCALENDAR\n", "more than 10000 events"},
		"as many as may be":    {"BEGIN:VCALENDAR\n" + strings.Repeat("BEGIN:VEVENT\nEND:VEVENT\n", MostEvents) + "END:VCALENDAR\n", ""},
		"parameters":           {inside("SUMMARY" + strings.Repeat(";A=b", 15_000) + ":x"), "more than 64 parameters"},
		"commas":               {inside("SUMMARY;A=" + strings.Repeat(",", 60_000) + ":x"), "more than 64 parameters"},
		"a line of parameters": {inside("SUMMARY" + fill(";A=b") + ":x"), "longer than 65536"},
		"lines of parameters":  {inside(fill("SUMMARY" + strings.Repeat(";A=b", 60) + ":x\r\n")), ""},
		"one line":             {inside("SUMMARY:" + fill("x")), "longer than 65536"},
		"endless folds":        {inside("SUMMARY:x" + fill("\r\n ")), ""},
		"open quotes":          {inside(fill(`A;B="` + "\r\n")), ""},
		"quotes":               {inside(fill(`A;B=""""""""""""""""""""""""""""""""""""""""":c` + "\r\n")), ""},
		"raw lines":            {inside(fill("text, text; text\n")), ""},
		"objects":              {inside(fill("X-MAINTNOTE-OBJECT-ID:1\n")), ""},
		"different objects":    {inside(strings.Join(numbered("X-MAINTNOTE-OBJECT-ID:%d", 60_000), "\n")), ""},
		"escapes":              {inside(fill("DESCRIPTION:" + strings.Repeat(`\n\\`, 15_000) + "\n")), ""},
		"calendars":            {fill("BEGIN:VCALENDAR\nEND:VCALENDAR\n") + one(), ""},
		"zones":                {strings.Join(numbered(berlin, 4000), "") + one("DTSTART:20261212T010000Z"), ""},
		"names of zones":       {strings.Join(numbered("BEGIN:VEVENT\nUID:%[1]d\nDTSTART;TZID=A/B/C%[1]d:20261212T010000\nDURATION:PT1H\nEND:VEVENT\n", MostEvents), ""), ""},
		"a zone of many rules": {"BEGIN:VCALENDAR\nBEGIN:VTIMEZONE\nTZID:Z\n" + strings.Repeat("BEGIN:STANDARD\nDTSTART:19700101T000000\nTZOFFSETFROM:+0000\nTZOFFSETTO:+0100\nRRULE:FREQ=YEARLY;BYMONTH=1;BYDAY=1SU\nEND:STANDARD\n", 8000) +
			"END:VTIMEZONE\n" + strings.Repeat("BEGIN:VEVENT\nDTSTART;TZID=Z:20261212T010000\nDURATION:P9999W\nEND:VEVENT\n", 5000) + "END:VCALENDAR\n", ""},
	}
}

func numbered(format string, n int) []string {
	all := make([]string, n)
	for i := range all {
		all[i] = strings.ReplaceAll(strings.ReplaceAll(format, "%[1]d", fmt.Sprint(i)), "%d", fmt.Sprint(i))
		all[i] = strings.ReplaceAll(all[i], "%s", fmt.Sprint(i))
	}
	return all
}

// hostileMails are mails made for harm. None holds a calendar.
func hostileMails() map[string]string {
	fill := func(begin, of string) string { return begin + strings.Repeat(of, (MostBytes-len(begin)-100)/len(of)) }
	const head = "From: a\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
	nested := ""
	for i := range 2000 {
		nested += fmt.Sprintf("Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n", i, i)
	}
	coded := base64.StdEncoding.EncodeToString([]byte(strings.Repeat("BEGIN:VEVENT\r\n", 100_000)))
	return map[string]string{
		"headers":             fill("", "A: b\r\n") + "\r\n",
		"one header":          fill("Content-Type: text/calendar", ";a=b") + "\r\n\r\n",
		"pieces of a header":  fill("Content-Type: text/calendar", ";a*0=b;a*1=c") + "\r\n\r\n",
		"folded headers":      fill("A: b", "\r\n ") + "\r\n\r\n",
		"boundaries":          fill(head, "--b\r\n"),
		"parts":               fill(head, "--b\r\nA: b\r\n\r\n"),
		"headers of a part":   fill(head+"--b\r\n", "A: b\r\n") + "\r\n",
		"nearly a boundary":   fill(head+"--b\r\n\r\n", "\r\n--"),
		"nested":              "From: a\r\n" + nested,
		"mails in mails":      strings.Repeat("Content-Type: message/rfc822\r\n\r\n", 50_000),
		"nested base64":       "Content-Type: text/calendar\r\nContent-Transfer-Encoding: base64\r\n\r\n" + coded,
		"no base64":           fill("Content-Type: text/calendar\r\nContent-Transfer-Encoding: base64\r\n\r\n", "§"),
		"soft line ends":      fill("Content-Type: text/calendar\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n", "=\r\n"),
		"a boundary too long": "Content-Type: multipart/mixed; boundary=" + strings.Repeat("x", 7000) + "\r\n\r\n" + strings.Repeat("\r\n--"+strings.Repeat("x", 6999), 200),
	}
}

// mostMade is how much memory a file of 2 MiB may make reading take.
const mostMade = 200 << 20

// made is how much memory read makes.
func made(read func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	read()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// costs fails the test where reading makes more memory than it may. How long it
// takes is BenchmarkHostileFiles' to tell.
func costs(t *testing.T, read func() (Reading, error)) (r Reading, err error) {
	t.Helper()
	if n := made(func() { r, err = read() }); n > mostMade {
		t.Errorf("it made %d bytes, more than %d", n, mostMade)
	}
	return r, err
}

// Not in parallel: they measure what each file costs.
func TestNoFileCostsMoreThanItWeighs(t *testing.T) {
	for name, c := range hostileFiles() {
		t.Run(name, func(t *testing.T) {
			r, err := costs(t, func() (Reading, error) { return Read([]byte(c[0])) })
			var no *RefusedError
			switch {
			case c[1] == "" && err != nil:
				t.Errorf("got %v, want it to be read", err)
			case c[1] != "" && (!errors.As(err, &no) || !strings.Contains(err.Error(), c[1])):
				t.Errorf("got %d events, %v; want a refusal with %q", len(r.Updates), err, c[1])
			case c[1] != "" && no.TooLong != (name == "too long"):
				t.Errorf("got %+v", no)
			}
		})
	}
	for name, mail := range hostileMails() {
		t.Run("mail: "+name, func(t *testing.T) {
			var no *RefusedError
			if r, err := costs(t, func() (Reading, error) { return ReadMail([]byte(mail)) }); !errors.As(err, &no) {
				t.Errorf("got %d events, %v; want a refusal", len(r.Updates), err)
			}
		})
	}
}

func FuzzNotice(f *testing.F) {
	for _, name := range []string{"arelion1.ics", "ntt1.ics", "pccw_ical.ics", "colt1_not_maintnote.ics", "eunetworks_cancel.eml"} {
		f.Add(read(f, name))
	}
	f.Add([]byte(fmt.Sprintf(berlin, "X") + one("DTSTART;TZID=X:20261212T010000", "DURATION:P1DT2H")))
	f.Add(mailed("Content-Type: text/calendar\r\nContent-Transfer-Encoding: base64\r\n\r\n" + base64.StdEncoding.EncodeToString([]byte(one()))))
	for _, c := range hostileFiles() {
		if len(c[0]) < 2000 {
			f.Add([]byte(c[0]))
		}
	}
	f.Add(mailed("Content-Type: message/rfc822\r\n\r\nContent-Type: text/calendar; charset=utf-16\r\n\r\n" + one()))
	f.Fuzz(func(t *testing.T, b []byte) {
		r, err := ReadAny(b)
		var no *RefusedError
		if err != nil && !errors.As(err, &no) {
			t.Fatalf("got %v, want a refusal in words", err)
		}
		for _, u := range r.Updates {
			if !u.Start.IsZero() && !u.Start.Before(u.End) {
				t.Errorf("it is from %v to %v", u.Start, u.End)
			}
			for _, s := range []string{u.Provider, u.Account, u.UID, u.Summary, u.MaintenanceID} {
				if clean(s) != s || strings.Contains(s, "\n") {
					t.Errorf("%q is not clean", s)
				}
			}
		}
		if err == nil && len(r.Updates) == 0 {
			t.Error("nothing was found, and nothing said")
		}
	})
}

func tenThousand() []byte {
	var b bytes.Buffer
	b.WriteString("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n")
	for i := range MostEvents {
		fmt.Fprintf(&b, "BEGIN:VEVENT\r\nUID:%d@x\r\nSEQUENCE:1\r\nDTSTART:20261212T010000Z\r\nDTEND:20261212T030000Z\r\nX-MAINTNOTE-PROVIDER:x\r\nX-MAINTNOTE-OBJECT-ID:%d\r\nEND:VEVENT\r\n", i, i)
	}
	b.WriteString("END:VCALENDAR\r\n")
	return b.Bytes()
}

func BenchmarkTenThousandNotices(b *testing.B) {
	text := tenThousand()
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		if r, err := Read(text); err != nil || len(r.Updates) != MostEvents {
			b.Fatal(len(r.Updates), err)
		}
	}
}

// BenchmarkHostileFiles reads every file and mail of 2 MiB that is made for harm,
// and reports what the worst of them costs.
func BenchmarkHostileFiles(b *testing.B) {
	reads := map[string]func(){}
	for name, c := range hostileFiles() {
		reads[name] = func() { _, _ = Read([]byte(c[0])) }
	}
	for name, mail := range hostileMails() {
		reads["mail: "+name] = func() { _, _ = ReadMail([]byte(mail)) }
	}
	var slowest time.Duration
	var biggest uint64
	which := ""
	for b.Loop() {
		for name, read := range reads {
			began := time.Now()
			biggest = max(biggest, made(read))
			if took := time.Since(began); took > slowest {
				slowest, which = took, name
			}
		}
	}
	b.Log("the slowest: " + which)
	b.ReportMetric(float64(slowest.Microseconds())/1000, "worst-ms")
	b.ReportMetric(float64(biggest)/(1<<20), "worst-MB")
}

func BenchmarkGuard(b *testing.B) {
	line := "DESCRIPTION:" + strings.Repeat("x", 61) + "\r\n"
	text := []byte(one(strings.Repeat(line, (MostBytes-200)/len(line))))
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		if err := guard(text); err != nil {
			b.Fatal(err)
		}
	}
}
