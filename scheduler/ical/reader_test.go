package ical

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"

	"lull/scheduler"
)

// component is a piece of a calendar as a reader holds it, its values as they
// were meant.
type component struct {
	name  string
	props map[string][]property
	parts []component
}

type property struct {
	params map[string]string
	value  string
}

// readAll reads calendar text by RFC 5545 and RFC 6868, knowing nothing of who
// wrote it.
func readAll(b []byte) (component, error) {
	var whole []string
	for raw := range bytes.SplitSeq(bytes.TrimSuffix(b, []byte("\r\n")), []byte("\r\n")) {
		switch {
		case len(raw) > 75 || !utf8.Valid(raw):
			return component{}, fmt.Errorf("%d octets, or a rune that was cut: %q", len(raw), raw)
		case len(raw) > 0 && (raw[0] == ' ' || raw[0] == '\t') && len(whole) > 0:
			whole[len(whole)-1] += string(raw[1:])
		default:
			whole = append(whole, string(raw))
		}
	}
	open := []component{{}}
	for _, l := range whole {
		name, p, err := readLine(l)
		if err != nil {
			return component{}, err
		}
		last := &open[len(open)-1]
		switch name {
		case "BEGIN":
			open = append(open, component{name: p.value, props: map[string][]property{}})
		case "END":
			if len(open) < 2 || last.name != p.value {
				return component{}, fmt.Errorf("the end of %q comes unasked", p.value)
			}
			done := *last
			open = open[:len(open)-1]
			open[len(open)-1].parts = append(open[len(open)-1].parts, done)
		default:
			last.props[name] = append(last.props[name], p)
		}
	}
	if len(open) != 1 || len(open[0].parts) != 1 {
		return component{}, fmt.Errorf("%d components stay open, %d stand side by side", len(open)-1, len(open[0].parts))
	}
	return open[0].parts[0], nil
}

// readLine reads one content line: NAME;PARAM=value;PARAM="value":VALUE.
func readLine(l string) (name string, p property, err error) {
	var parts []string
	quoted, from := false, 0
	p.params = map[string]string{}
	for i := 0; i < len(l); i++ {
		switch {
		case l[i] == '"':
			quoted = !quoted
		case quoted:
		case l[i] == ';':
			parts = append(parts, l[from:i])
			from = i + 1
		case l[i] == ':':
			parts = append(parts, l[from:i])
			for _, param := range parts[1:] {
				key, value, ok := strings.Cut(param, "=")
				bare := strings.Trim(value, `"`)
				if !ok || strings.Contains(bare, `"`) {
					return "", p, fmt.Errorf("the parameter %q", param)
				}
				p.params[key] = meant(bare, '^', map[byte]string{'n': "\n", '^': "^", '\'': `"`})
			}
			p.value = meant(l[i+1:], '\\', map[byte]string{'n': "\n", 'N': "\n", '\\': `\`, ';': ";", ',': ","})
			return parts[0], p, nil
		}
	}
	return "", p, fmt.Errorf("a line without a value: %q", l)
}

// meant undoes what was written with mark before it.
func meant(s string, mark byte, escaped map[byte]string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == mark && i+1 < len(s) {
			if as, ok := escaped[s[i+1]]; ok {
				b.WriteString(as)
				i++
				continue
			}
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// typed is what people type, and worse: runs of what means something to a
// calendar among letters of all kinds.
var typed = rapid.Custom(func(t *rapid.T) string {
	piece := rapid.OneOf(
		rapid.SampledFrom([]string{
			";", ",", ":", `\`, `\n`, `"`, "^", "^n", "^'", "'", "\r\n", "\n", "\r", " ", "\t", "\x00", "\u2028", "=", "END:VEVENT", "ä", "維護", "👩‍👩‍👧", "\u202e",
		}),
		rapid.StringN(0, 30, -1),
	)
	return strings.Join(rapid.SliceOfN(piece, 0, 12).Draw(t, "pieces"), "")
})

// drawn is a window such as nobody would write.
func drawn(t *rapid.T, number int) scheduler.Window {
	w := upgrade()
	w.ID, w.Number = fmt.Sprintf("00000000-0000-4000-8000-%012d", number), number
	w.Title, w.Summary = typed.Draw(t, "title"), typed.Draw(t, "summary")
	w.State = rapid.SampledFrom(scheduler.States).Draw(t, "state")
	w.Sequence = rapid.IntRange(0, 1<<30).Draw(t, "sequence")
	w.Start = time.Unix(rapid.Int64Range(0, 1<<32).Draw(t, "start"), 0).UTC()
	w.End = w.Start.Add(time.Duration(rapid.IntRange(1, 14*24*3600).Draw(t, "seconds")) * time.Second)
	w.TimeZone = rapid.SampledFrom([]string{"UTC", "Europe/Berlin", "Australia/Lord_Howe", "America/Santiago"}).Draw(t, "zone")
	w.Services = nil
	for i := range rapid.IntRange(0, 3).Draw(t, "services") {
		w.Services = append(w.Services, scheduler.Affected{Service: fmt.Sprintf("service-%d", i), Impact: rapid.SampledFrom(scheduler.Impacts).Draw(t, "impact")})
	}
	return w
}

func TestWhatWentInIsReadBack(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		c := shop()
		c.Name, c.About, c.Account = typed.Draw(t, "name"), typed.Draw(t, "about"), typed.Draw(t, "account")
		c.Organizer, c.Alarm = "noc@example.org", time.Duration(rapid.IntRange(0, 600).Draw(t, "alarm"))*time.Minute
		for i := range rapid.IntRange(0, 4).Draw(t, "windows") {
			c.Windows = append(c.Windows, drawn(t, i+1))
		}
		b, err := c.Encode()
		if err != nil {
			t.Fatal(err)
		}
		read, err := readAll(b)
		if err != nil {
			t.Fatalf("%v\n%s", err, b)
		}
		if name := line(c.Name); name != "" && (read.one("NAME").value != name || read.one("X-WR-CALNAME").value != name || read.one("X-WR-CALDESC").value != text(c.About)) {
			t.Fatalf("the calendar says %v, want the name %q and %q", read.props, name, text(c.About))
		}
		if len(read.parts) != len(c.Windows) {
			t.Fatalf("%d entries were read back, want %d", len(read.parts), len(c.Windows))
		}
		for i, w := range c.Windows {
			if err := same(read.parts[i], w, c); err != nil {
				t.Fatalf("%v\n%s", err, b)
			}
		}
	})
}

// one is the only property of that name; without a value where there is none.
func (c component) one(name string) property {
	if len(c.props[name]) != 1 {
		return property{}
	}
	return c.props[name][0]
}

// same says how the entry differs from the window that went in.
func same(ev component, w scheduler.Window, c Calendar) error {
	title, account := line(w.Title), line(c.Account)
	if title == "" {
		title = w.Name()
	}
	if w.State == scheduler.Cancelled {
		title = "[CANCELLED] " + title
	}
	if account == "" {
		account = "Maintenance"
	}
	for name, want := range map[string]string{
		"UID": w.ID, "SUMMARY": title, "SEQUENCE": fmt.Sprint(w.Sequence), "DTSTART": w.Start.Format("20060102T150405Z"), "DTEND": w.End.Format("20060102T150405Z"),
		"DTSTAMP": "20261102T130000Z", "ORGANIZER": "mailto:noc@example.org", "X-MAINTNOTE-MAINTENANCE-ID": w.Name(), "X-MAINTNOTE-ACCOUNT": account,
	} {
		if got := ev.one(name).value; got != want {
			return fmt.Errorf("%s of %s is %q, want %q", name, w.Name(), got, want)
		}
	}
	if got := ev.one("ORGANIZER").params["CN"]; got != account {
		return fmt.Errorf("the organizer is %q, want %q", got, account)
	}
	if got := ev.one("DESCRIPTION").value; !strings.Contains(got, text(w.Summary)) {
		return fmt.Errorf("the description %q lacks %q", got, text(w.Summary))
	}
	var got []scheduler.Affected
	for _, o := range ev.props["X-MAINTNOTE-OBJECT-ID"] {
		if how := o.params["X-MAINTNOTE-OBJECT-IMPACT"]; how != "" {
			got = append(got, scheduler.Affected{Service: o.value, Impact: scheduler.Impact(strings.ToLower(how))})
		}
	}
	if !slices.Equal(got, w.Services) {
		return fmt.Errorf("the services are %v, want %v", got, w.Services)
	}
	rings := c.Alarm > 0 && (w.State == scheduler.Requested || w.State == scheduler.Scheduled)
	if rings != (len(ev.parts) == 1) || rings && ev.parts[0].one("TRIGGER").value != fmt.Sprintf("-PT%dM", int(c.Alarm.Minutes())) {
		return fmt.Errorf("the alarms are %v, want %v of %v", ev.parts, rings, c.Alarm)
	}
	return nil
}
