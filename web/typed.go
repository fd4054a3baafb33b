package web

import (
	"slices"
	"strings"
	"time"

	"lull/scheduler"
)

// instant reads a day and a wall-clock time as people type them, and in words
// what is wrong with them. Seconds are taken, though nobody types them: a
// window that a program booked keeps its own through the form.
func instant(day, clock string, zone *time.Location) (time.Time, string) {
	clock, which, _ := strings.Cut(strings.TrimSpace(clock), " ")
	seconds := time.Duration(0)
	if t, err := time.Parse(time.TimeOnly, clock); err == nil {
		clock, seconds = t.Format("15:04"), time.Duration(t.Second())*time.Second
	}
	at, wrong := scheduler.Local(day, strings.TrimSpace(clock+" "+which), zone)
	if wrong != "" {
		return at, wrong
	}
	return at.Add(seconds), ""
}

// clockOf is a wall-clock time that instant reads back as the same, also when a
// clock change repeats it.
func clockOf(t, local time.Time) string {
	clock := local.Format("15:04")
	if local.Second() != 0 {
		clock = local.Format(time.TimeOnly)
	}
	for _, c := range []string{clock, clock + " earlier", clock + " later"} {
		if back, wrong := instant(local.Format(time.DateOnly), c, local.Location()); wrong == "" && back.Equal(t) {
			return c
		}
	}
	return clock
}

// length reads a length of time, empty for none.
func length(s, field string, wrong scheduler.InvalidError) time.Duration {
	s = strings.ReplaceAll(strings.TrimSpace(s), " ", "")
	if s == "" {
		return 0
	}
	if strings.Trim(s, "0123456789") == "" {
		s += "m"
	}
	d, err := scheduler.ParseDuration(s)
	if err != nil {
		wrong[field] = "Give a length of time such as 30m, 2h or 1h30m."
	}
	return d
}

// List splits what was typed at line ends, commas and semicolons.
func List(s string) []string {
	var out []string
	for _, part := range strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune("\r\n,;", r) }) {
		if part = strings.TrimSpace(part); part != "" {
			out = append(out, part)
		}
	}
	return out
}

// cutLink reads "Label https://…", or an address alone.
func cutLink(line string) (label, address string, ok bool) {
	words := strings.Fields(line)
	if len(words) == 0 {
		return "", "", false
	}
	address = words[len(words)-1]
	if label = strings.Join(words[:len(words)-1], " "); label == "" {
		label = address
	}
	return label, address, true
}

func sortedKeys(m map[string]string) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
