package notifier

import (
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"lull/scheduler"
)

// A second language, made of the first: each letter is another alphabet's, so
// that what is said past the catalogue stands out by its letters.
const theirs = "qps-ploc"

var putIn = regexp.MustCompile(`%\[\d+\][a-z]`)

func init() {
	c := &catalogue{maps.Clone(catalogues[ours].texts)}
	for key, text := range c.texts {
		if !strings.HasPrefix(key, "date.") {
			kept := putIn.FindAllString(text, -1)
			text = greek(putIn.ReplaceAllString(text, "\x00"))
			for _, verb := range kept {
				text = strings.Replace(text, "\x00", verb, 1)
			}
		}
		c.texts[key] = text
	}
	c.texts["lang"], c.texts["dir"] = theirs, "rtl"
	catalogues[theirs] = c
}

var insideKinds = []string{askedKind, rejectedKind, lateKind, decideByKind, overrunKind, escalatedKind, conflictKind, undeliveredKind}

func greek(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case 'a' <= r && r <= 'z':
			return 'α' + (r-'a')%17
		case 'A' <= r && r <= 'Z':
			return 'Α' + (r-'A')%17
		}
		return r
	}, s)
}

func TestCataloguesSayAllThatIsAsked(t *testing.T) {
	t.Parallel()
	var sources string
	for _, pattern := range []string{"*.go", "templates/*"} {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			t.Fatal(pattern, err)
		}
		for _, name := range files {
			if !strings.HasSuffix(name, "_test.go") {
				text, err := os.ReadFile(name)
				if err != nil {
					t.Fatal(err)
				}
				sources += string(text)
			}
		}
	}
	en := catalogues[ours].texts
	asked := map[string]bool{}
	for _, m := range regexp.MustCompile(`(?:Say|nothing)[( ]+"([^"]+[a-z])"`).FindAllStringSubmatch(sources, -1) {
		asked[m[1]] = true
	}
	for _, m := range regexp.MustCompile(`(?:count|about)\("([^"]+)"`).FindAllStringSubmatch(sources, -1) {
		asked[m[1]+".one"], asked[m[1]+".other"] = true, true
	}
	for _, m := range regexp.MustCompile(`"((?:do|date|unit|weekdays|months)(?:\.[a-z-]+)?)"`).FindAllStringSubmatch(sources, -1) {
		if strings.HasPrefix(m[1], "unit.") && m[1] != "unit.none" {
			asked[m[1]+".one"], asked[m[1]+".other"] = true, true
		} else {
			asked[m[1]] = true
		}
	}
	for _, kind := range scheduler.Announcements {
		asked["status."+string(kind)] = true
	}
	for _, kind := range insideKinds {
		asked["status."+kind] = true
	}
	for _, impact := range scheduler.Impacts {
		asked["impact."+string(impact)] = true
	}
	for _, outcome := range scheduler.Outcomes {
		asked["outcome."+string(outcome)] = true
	}
	for _, kind := range append(slices.Clone(accessKinds), hookOff) {
		for _, part := range []string{".subject", ".lede", ".ignore"} {
			asked["access."+kind+part] = true
		}
	}
	for key := range asked {
		if en[key] == "" {
			t.Errorf("%q is asked for, and not said", key)
		}
	}
	for key := range en {
		if !asked[key] {
			t.Errorf("%q is said, and nothing asks for it", key)
		}
	}
	for tag, c := range catalogues {
		for key, text := range en {
			mine, said := c.texts[key]
			if want, got := slices.Sorted(slices.Values(putIn.FindAllString(text, -1))), slices.Sorted(slices.Values(putIn.FindAllString(mine, -1))); !said || !slices.Equal(got, want) {
				t.Errorf("%s: %q is %q, which takes %q where the English takes %q", tag, key, mine, got, want)
			}
		}
		for key := range c.texts {
			if en[key] == "" {
				t.Errorf("%s: %q is nothing that is said in English", tag, key)
			}
		}
		for key, n := range map[string]int{"weekdays": 7, "weekdays.short": 7, "months": 12, "months.short": 12} {
			if got := len(strings.Fields(c.texts[key])); got != n {
				t.Errorf("%s: %s are %d", tag, key, got)
			}
		}
	}
}

func TestAMailInAnotherLanguageSaysNothingInOurs(t *testing.T) {
	t.Parallel()
	n := &Notifier{opts: Options{BaseURL: "https://maint.example.org", Domain: "maint.example.org"}}
	start := time.Date(2026, 11, 4, 1, 0, 0, 0, time.UTC)
	all := []scheduler.Service{
		{Slug: "shop", Name: "Лавка", Tier: 1, Public: true, Upstream: []string{"core-db"}, RunbookURL: "https://wiki.example.org/1"},
		{Slug: "core-db", Name: "База", Tier: 1, Public: true},
	}
	w := scheduler.Window{
		ID: "00000000-0000-4000-8000-000000000001", Number: 1, Sequence: 2, State: scheduler.Scheduled,
		Plan: scheduler.Plan{
			Title: "Замена", Summary: "Будет тихо.", Public: true, TimeZone: "Europe/Berlin", Lead: "ada@example.org", RunbookURL: "https://wiki.example.org/2",
			Interval: scheduler.Interval{Start: start, End: start.Add(90 * time.Minute)}, Reminders: []time.Duration{time.Hour},
			Services: []scheduler.Affected{{Service: "core-db", Impact: scheduler.Outage}, {Service: "shop", Impact: scheduler.Degraded}},
		},
	}
	w.Alarm = scheduler.Alarm{About: scheduler.Overran, Since: start}
	to := scheduler.Stakeholder{ID: "1", Email: "sam@example.net", Language: theirs, TimeZone: "America/New_York", Services: []string{"shop"}, Confirmed: true}
	was := w.Notice("")
	was.Start, was.End = start.AddDate(0, -1, 0), start.AddDate(0, -1, 0).Add(time.Hour)

	var kinds []facts
	for _, kind := range scheduler.Announcements {
		kinds = append(kinds, facts{Kind: string(kind)}, facts{Kind: string(kind), Was: &was})
	}
	kinds = append(kinds, facts{Kind: string(scheduler.AnnounceCancelled), Leave: true, Was: &was})
	for _, kind := range insideKinds {
		kinds = append(kinds, facts{Kind: kind, Inside: true}, facts{Kind: kind, Inside: true, Detail: "Так вышло."})
	}
	for _, f := range kinds {
		f.Window, f.To, f.All, f.Now, f.Settings = w, to, all, start.Add(-48*time.Hour), scheduler.Settings{Organisation: "Контора"}
		f.Notice = w.Notice("Потому.")
		f.Notice.Outcome = scheduler.Successful
		if !f.Inside {
			f.Unsubscribe = "https://maint.example.org/subscription/1"
		}
		said, text, html, err := n.compose(f)
		if err != nil {
			t.Fatal(err)
		}
		foreign(t, f.Kind, said.Subject)
		foreign(t, f.Kind, text)
		foreign(t, f.Kind, html)
		if !strings.Contains(html, `lang="`+theirs+`" dir="rtl"`) {
			t.Errorf("%s: the page is said to be in another language: %.200s", f.Kind, html)
		}
		for _, mine := range []string{"Замена", "Контора"} { // what people wrote stays
			if !strings.Contains(text, mine) || !strings.Contains(html, "<bdi>"+mine+"</bdi>") {
				t.Errorf("%s: %q is not as it was written:\n%s\n%s", f.Kind, mine, text, html)
			}
		}
	}

	f := facts{Kind: string(scheduler.AnnounceScheduled), Window: w, Notice: w.Notice(""), To: to, All: all, Settings: scheduler.Settings{Organisation: "Контора"}}
	f.Notice.Series = &scheduler.Rhythm{Words: "Каждое утро", Until: "2027"}
	dates := make([]telling, mostInFull+2)
	for i := range dates {
		one := w
		one.Start, one.End = w.Start.AddDate(0, 0, i), w.End.AddDate(0, 0, i)
		dates[i] = telling{Window: one, told: one.Interval, was: &was}
	}
	digest := n.digest(f, dates)
	text, html, err := written("digest", digest)
	if err != nil {
		t.Fatal(err)
	}
	foreign(t, "digest", digest.Subject)
	foreign(t, "digest", text)
	foreign(t, "digest", html)
}

func TestWhatComesNextIsWhatTheReaderAskedFor(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 11, 4, 12, 0, 0, 0, time.UTC)
	only := func(kinds ...scheduler.Announcement) scheduler.Stakeholder {
		return scheduler.Stakeholder{Confirmed: true, Kinds: kinds}
	}
	moved, running := scheduler.AnnounceRescheduled, scheduler.AnnounceStarted
	for _, c := range []struct {
		name  string
		kind  scheduler.Announcement
		to    scheduler.Stakeholder
		early time.Duration // before the start
		want  string
	}{
		{"all, long before", moved, only(), 72 * time.Hour, "Next: a reminder 1 day before it begins, then when it does and when it is over."},
		{"all, the day of it", moved, only(), 8 * time.Hour, "Next: a mail when it begins and when it is over."},
		{"no end", moved, only(scheduler.AnnounceReminder, running), 72 * time.Hour, "Next: a reminder 1 day before it begins."},
		{"no reminder", moved, only(running, scheduler.AnnounceCompleted), 72 * time.Hour, "Next: a mail when it begins and when it is over."},
		{"the start alone", moved, only(running), 72 * time.Hour, "Next: a mail when it begins."},
		{"the end alone", moved, only(scheduler.AnnounceCompleted), 72 * time.Hour, "Next: a mail when it is over."},
		{"moves alone", moved, only(moved), 72 * time.Hour, ""},
		{"running", running, only(), 0, "Next: a mail when it is over, or before if it takes longer."},
		{"running, no end", running, only(running), 0, ""},
		{"over", scheduler.AnnounceCompleted, only(), 0, "This is the last mail about it."},
		{"off", scheduler.AnnounceCancelled, only(), 72 * time.Hour, ""},
	} {
		w := scheduler.Window{Plan: scheduler.Plan{Interval: scheduler.Interval{Start: start, End: start.Add(time.Hour)}, Reminders: []time.Duration{day}}}
		if got := in("en-GB").next(facts{Kind: string(c.kind), Window: w, Notice: w.Notice(""), To: c.to, Now: start.Add(-c.early)}); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

// foreign finds what is in our letters: all but addresses, markup, zones, and numbers of windows.
func foreign(t *testing.T, kind, text string) {
	t.Helper()
	plain := regexp.MustCompile(`(?s)<[^>]*>|https://\S+|\S+@\S+|MW-\d+|[A-Z][a-z]+/[A-Za-z_]+|\b(?:UTC|E[SD]T|CES?T)\b|&#?[a-z0-9]+;`).ReplaceAllString(text, " ")
	if found := regexp.MustCompile(`[A-Za-z]+(?: +[A-Za-z]+)*`).FindAllString(plain, -1); len(found) > 0 {
		t.Errorf("%s: %q is in no catalogue:\n%s", kind, found, text)
	}
}
