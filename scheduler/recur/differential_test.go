package recur

import (
	"bufio"
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"
)

// dateutil expands each rule of its input on a clock without a zone: the first
// dates, and the first after a moment.
const dateutil = `
import json, sys
from datetime import datetime
from itertools import islice
from dateutil.rrule import rrulestr
for line in sys.stdin:
    ask = json.loads(line)
    rule = rrulestr(ask["rrule"], dtstart=datetime.fromisoformat(ask["start"]))
    name = lambda dates: [d.strftime("%Y-%m-%dT%H:%M") for d in dates]
    after = datetime.fromisoformat(ask["after"])
    print(json.dumps({"first": name(islice(rule, 12)), "later": name(rule.xafter(after, count=5, inc=True))}))
`

// python finds Debian's Python with dateutil; without it the test is skipped,
// or fails where REQUIRE_CLIENTS is set.
func python(t *testing.T) string {
	t.Helper()
	const path, install = "/usr/bin/python3", "dateutil is not installed: apt-get install python3-dateutil"
	if exec.CommandContext(t.Context(), path, "-c", "import dateutil.rrule").Run() == nil {
		return path
	}
	if os.Getenv("REQUIRE_CLIENTS") != "" {
		t.Fatal(install)
	}
	t.Skip(install)
	return ""
}

// The ways in which dateutil is known to read a rule otherwise.
const (
	shortWeek = "the start cuts its first week short, and BYSETPOS counts in what is left"
	bothDays  = "a weekday with a number and one without are taken to mean a day that is both"
)

// otherwise is why dateutil may read a rule otherwise, empty if it must not.
func otherwise(p pattern, start time.Time) string {
	switch {
	case strings.HasPrefix(p.text(), "FREQ=WEEKLY") && len(p.positions) > 0 && monday(start) != p.weekStart:
		return shortWeek
	case p.numbered() && slices.ContainsFunc(p.weekdays, func(w nth) bool { return w.n == 0 }):
		return bothDays
	default:
		return ""
	}
}

func TestAnotherLibraryFindsTheSameDates(t *testing.T) {
	t.Parallel()
	path := python(t)
	type question struct {
		RRule string `json:"rrule"`
		Start string `json:"start"`
		After string `json:"after"`
	}
	type answer struct {
		First []string `json:"first"`
		Later []string `json:"later"`
	}
	var questions []question
	var mine []answer
	var in bytes.Buffer
	texts := rules()
	impossible := 0
	for seed := 0; len(questions) < 400; seed++ {
		text := texts.Example(seed)
		p, _ := parse(text)
		start := time.Date(2024, 1, 1, 2, 30, 0, 0, time.UTC).AddDate(0, 0, seed%400)
		_, first, ok := p.filled(start).around(start)
		if !ok {
			continue
		}
		// What is too seldom would keep dateutil looking for minutes.
		endless := rule(t, Spec{RRule: text, Start: first.Format(Local), Zone: time.UTC})
		if seldom := endless.From(first, 12); len(seldom) < 12 || seldom[11].Local > "2040" {
			continue
		}
		// Where a day must be both dateutil finds none, and looks until the year
		// 9999: two such rules show it.
		if otherwise(p, first) == bothDays {
			if impossible++; impossible > 2 {
				continue
			}
		}
		switch seed % 4 {
		case 0:
			text += ";COUNT=7"
		case 1:
			text += ";UNTIL=" + first.AddDate(0, 0, 7*seed%900).Format(untilLocal)
		}
		r := rule(t, Spec{RRule: text, Start: first.Format(Local), Zone: time.UTC})
		after := first.AddDate(3, 0, 0)
		got := answer{locals(r.From(first, 12)), locals(r.From(after, 5))}
		q := question{r.String(), first.Format(Local), after.Format(Local)}
		questions, mine = append(questions, q), append(mine, got)
		if err := json.NewEncoder(&in).Encode(q); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.CommandContext(t.Context(), path, "-c", dateutil)
	cmd.Stdin, cmd.Stderr = &in, os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(bytes.NewReader(out))
	seen := map[string]int{}
	for i, q := range questions {
		var theirs answer
		if !lines.Scan() {
			t.Fatalf("%d answers to %d questions", i, len(questions))
		}
		if err := json.Unmarshal(lines.Bytes(), &theirs); err != nil {
			t.Fatal(err)
		}
		if slices.Equal(mine[i].First, theirs.First) && slices.Equal(mine[i].Later, theirs.Later) {
			continue
		}
		p, _ := parse(q.RRule)
		start, _ := readLocal(q.Start)
		why := otherwise(p, start)
		if seen[why]++; why == "" {
			t.Errorf("%s from %s:\ngot      %v\ndateutil %v\nafter %s\ngot      %v\ndateutil %v",
				q.RRule, q.Start, mine[i].First, theirs.First, q.After, mine[i].Later, theirs.Later)
		}
	}
	for _, why := range []string{shortWeek, bothDays} {
		if seen[why] == 0 {
			t.Errorf("no rule showed that %s: take the excuse away", why)
		}
	}
	t.Logf("%d rules, explained differences: %v", len(questions), seen)
}
