package scheduler_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"lull/scheduler"
)

func TestWordsLoseCaseAndAccents(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, text string
		want       []string
	}{
		{"nothing", " \n\t", []string{}},
		{"case and punctuation", "Core-DB: upgrade, UPGRADE!", []string{"core", "db", "upgrade"}},
		{"accents", "Café Ærø Łódź Zürich straße naïve", []string{"aero", "cafe", "lodz", "naive", "strasse", "zurich"}},
		{"accents in two characters", "Cafe\u0301", []string{"cafe"}},
		{"Greek and Cyrillic", "Σίσυφος Ёлка", []string{"σισυφοσ", "елка"}},
		{"a window's name", "see MW-42, mw-7x", []string{"42", "7x", "mw", "mw-42", "see"}},
		{"an address", "ada.l@example.org", []string{"ada", "example", "l", "org"}},
		{"no spaces", "更新する now", []string{"now", "す", "る", "新", "更"}},
		{"controls and marks of direction", "a\x00b\u202ec", []string{"a", "b", "c"}},
		{"not UTF-8", "a\xffb", []string{"a", "b"}},
		{"a very long word", strings.Repeat("x", 1000), []string{strings.Repeat("x", 64)}},
	} {
		if got := scheduler.Words(c.text); !slices.Equal(got, c.want) {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}

func TestAQueryIsReadAsItWasMeant(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, typed string
		want        scheduler.Query
	}{
		{"nothing", "  ", nil},
		{"words", "Upgr core upgr", scheduler.Query{{Word: "upgr"}, {Word: "core"}}},
		{"quoted", `core "db UP" x`, scheduler.Query{{Word: "core"}, {Word: "db", Whole: true}, {Word: "up", Whole: true}, {Word: "x"}}},
		{"curly", "“db”", scheduler.Query{{Word: "db", Whole: true}}},
		{"a quotation that does not end", `core "db`, scheduler.Query{{Word: "core"}, {Word: "db"}}},
		{"empty quotation", `"" core`, scheduler.Query{{Word: "core"}}},
		{"a window", "mw-42", scheduler.Query{{Word: "mw-42", Whole: true}}},
		{"half a window", "mw-", scheduler.Query{{Word: "mw"}}},
		{"wild cards are nothing", "100%_*", scheduler.Query{{Word: "100"}}},
	} {
		if got, err := scheduler.ParseQuery(c.typed); err != nil || !slices.Equal(got, c.want) {
			t.Errorf("%s: got %v, %v, want %v", c.name, got, err, c.want)
		}
	}
}

func TestAHostileQueryIsAnsweredInWords(t *testing.T) {
	t.Parallel()
	for name, typed := range map[string]string{
		"too long": strings.Repeat("a", 10_000), "punctuation": "%_'\"; --", "a NUL": "\x00", "direction": "\u202e\u2066", "not UTF-8": "\xff\xfe",
	} {
		var wrong scheduler.InvalidError
		if _, err := scheduler.ParseQuery(typed); !errors.As(err, &wrong) || wrong["q"] == "" {
			t.Errorf("%s: got %v, want words for q", name, err)
		}
	}
}

func TestFoundWordsAreMarked(t *testing.T) {
	t.Parallel()
	q, err := scheduler.ParseQuery(`upgr "db" 42`)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, p := range q.Pieces("Ûpgrade the DB, not dbs (MW-42, 421)") {
		if p.Found {
			b.WriteString("[" + p.Text + "]")
		} else {
			b.WriteString(p.Text)
		}
	}
	if got, want := b.String(), "[Ûpgrade] the [DB], not dbs ([MW-42], [421])"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestAnExcerptShowsTheWord(t *testing.T) {
	t.Parallel()
	q := scheduler.Query{{Word: "needle"}}
	got := q.Excerpt(60, []string{"nothing here", strings.Repeat("hay ", 100) + "needle" + strings.Repeat(" straw", 100)})
	if len(got) != 3 || got[1] != (scheduler.Piece{Text: "needle", Found: true}) || !strings.HasPrefix(got[0].Text, "… hay") || !strings.HasSuffix(got[2].Text, "straw …") {
		t.Errorf("got %v", got)
	}
	if got := q.Excerpt(60, []string{"hay"}); got != nil {
		t.Errorf("got %v where there is nothing", got)
	}
}

func TestEveryWordOfATextIsFoundByItsBeginning(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.String().Draw(t, "text")
		words := scheduler.Words(text)
		if again := scheduler.Words(strings.Join(words, " ")); !slices.Equal(again, words) {
			t.Fatalf("the words %q of %q read %q again", words, text, again)
		}
		if len(words) == 0 {
			return
		}
		word := rapid.SampledFrom(words).Draw(t, "word")
		q, err := scheduler.ParseQuery(word)
		if err != nil || !q[0].Fits(word) {
			t.Fatalf("%q is not found by itself: %v, %v", word, q, err)
		}
	})
}

func FuzzSearch(f *testing.F) {
	for _, s := range []string{"", `core "db`, "MW-42", "Ærø\x00\u202e", "更新", "\xff", "mw--1", "½ ﷺ ŀ"} {
		f.Add(s, s)
	}
	f.Fuzz(func(t *testing.T, text, typed string) {
		for _, w := range scheduler.Words(text) {
			if w == "" || !utf8.ValidString(w) || strings.ContainsAny(w, " %_\\\x00") {
				t.Fatalf("%q has the word %q, which does not fit between spaces or into a pattern", text, w)
			}
		}
		q, err := scheduler.ParseQuery(typed)
		if (err == nil && q == nil) != (strings.TrimSpace(typed) == "") {
			t.Fatalf("%q gave %v, %v", typed, q, err)
		}
		var whole strings.Builder
		marked := false
		for _, p := range q.Pieces(text) {
			whole.WriteString(p.Text)
			marked = marked || p.Found
		}
		if whole.String() != text {
			t.Fatalf("the pieces of %q give %q", text, whole.String())
		}
		fits := slices.ContainsFunc(scheduler.Words(text), func(w string) bool {
			return slices.ContainsFunc(q, func(one scheduler.Term) bool { return one.Fits(w) })
		})
		if marked != fits {
			t.Fatalf("%q in %q: marked %v, found %v", typed, text, marked, fits)
		}
		q.Excerpt(40, []string{text})
	})
}

func TestEverythingPeopleWroteInAWindowIsSearched(t *testing.T) {
	t.Parallel()
	w := scheduler.Window{
		Number: 42, Requester: "requester", Outcome: scheduler.RolledBack, ClosingNotes: "closing", FollowUp: "follow",
		Plan: scheduler.Plan{
			Title: "title", Summary: "summary", Steps: "steps", RollbackPlan: "promote", Lead: "lead",
			Services: []scheduler.Affected{{Service: "slug"}}, Stages: []scheduler.Stage{{Name: "stage"}}, Links: []scheduler.Link{{Label: "label"}},
			Checks: []scheduler.Check{{Text: "text", How: "how", Results: []scheduler.Result{{Note: "note"}}}},
		},
	}
	want := strings.Fields("42 back closing follow how label lead mw-42 note promote requester rolled slug stage steps summary text title")
	if got := scheduler.Words(w.Texts()...); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
