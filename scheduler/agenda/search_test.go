package agenda_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"lull/scheduler"
	"lull/scheduler/agenda"
	"lull/scheduler/store"
	"lull/scheduler/store/storetest"
)

// names lists what fits f, all pages of it.
func names(t fataler, a *agenda.Agenda, f agenda.Filter) (all []string) {
	for {
		vs, next, err := a.Windows(context.Background(), f)
		if err != nil {
			t.Fatalf("%+v: %v", f, err)
		}
		for _, v := range vs {
			all = append(all, v.Name())
		}
		if f.Cursor = next; next == "" {
			return all
		}
	}
}

// entries lists the numbers of what fits f, all pages of it.
func entries(t fataler, a *agenda.Agenda, f agenda.LogFilter) (all []int64) {
	for {
		evs, next, err := a.Log(context.Background(), f)
		if err != nil {
			t.Fatalf("%+v: %v", f, err)
		}
		for _, ev := range evs {
			all = append(all, ev.Seq)
		}
		if f.Cursor = next; next == "" {
			return all
		}
	}
}

type fataler interface{ Fatalf(string, ...any) }

func fits(q scheduler.Query, texts []string) bool {
	words := scheduler.Words(texts...)
	for _, t := range q {
		if !slices.ContainsFunc(words, t.Fits) {
			return false
		}
	}
	return true
}

func TestSearchFindsExactlyWhatAScanFinds(t *testing.T) {
	t.Parallel()
	a, db := open(t)
	ctx := t.Context()
	// Words on c are said to be in many documents, so that lists are walked for them.
	if err := db.Update(ctx, func(tx *store.Tx) error {
		_, err := tx.Exec(`
			INSERT INTO search_words (scope, word, doc)
			WITH RECURSIVE n (i, s) AS (SELECT 0, 0 UNION ALL SELECT i + 1, (i + 1) / 6000 FROM n WHERE i < 17999)
			SELECT s, 'c', 1000000 + i FROM n`)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	text := rapid.Custom(func(t *rapid.T) string {
		return strings.Join(rapid.SliceOfN(rapid.StringMatching(`[abcÁ]{1,3}[-.,]?`), 1, 6).Draw(t, "words"), " ")
	})
	var refs []string
	rapid.Check(t, func(t *rapid.T) {
		must := func(err error) {
			if err != nil {
				t.Fatalf("%v", err)
			}
		}
		p := upgrade()
		p.Title, p.Steps = text.Draw(t, "title"), text.Draw(t, "steps")
		p.Checks[0].How = text.Draw(t, "how")
		w, err := a.Book(ctx, p, agenda.Submission{}, ada)
		must(err)
		refs = append(refs, w.Name())
		ref := rapid.SampledFrom(refs).Draw(t, "window")
		switch rapid.IntRange(0, 5).Draw(t, "then") {
		case 0:
			_, err = a.Change(ctx, ref, 0, agenda.Edit{Apply: func(p *scheduler.Plan) error { p.Title = text.Draw(t, "another"); return nil }}, ada)
			must(err)
		case 1:
			must(a.Delete(ctx, ref, 0, ada))
			refs = slices.DeleteFunc(refs, func(r string) bool { return r == ref })
		case 2:
			_, err = a.Note(ctx, ref, text.Draw(t, "note"), ada)
			must(err)
		case 3:
			must(db.Update(ctx, agenda.PlaceWords))
		case 4:
			_, err = a.ChangeService(ctx, "core-db", func(s *scheduler.Service) error { s.Name = text.Draw(t, "service"); return nil }, bob)
			must(err)
			_, err = a.Index(ctx)
			must(err)
		}
		typed := rapid.StringMatching(`["]?[abcÁ]{1,2}["]?( [abc]{1,2})?|MW-[1-9]|ada core`).Draw(t, "typed")
		q, err := scheduler.ParseQuery(typed)
		must(err)
		all, _, err := a.Windows(ctx, agenda.Filter{Limit: 500})
		must(err)
		var want []string
		for _, v := range all {
			texts := v.Texts()
			for _, s := range v.Affected {
				texts = append(texts, s.Name)
			}
			if fits(q, texts) {
				want = append(want, v.Name())
			}
		}
		if got := names(t, a, agenda.Filter{Q: typed, Limit: 7}); !slices.Equal(got, want) {
			t.Fatalf("%q found the windows %v, want %v", typed, got, want)
		}
		evs, _, err := a.Log(ctx, agenda.LogFilter{Newest: true, Limit: 500})
		must(err)
		var seqs []int64
		for _, ev := range evs {
			if fits(q, ev.Texts()) {
				seqs = append(seqs, ev.Seq)
			}
		}
		if got := entries(t, a, agenda.LogFilter{Newest: true, Q: typed, Limit: 7}); !slices.Equal(got, seqs) {
			t.Fatalf("%q found the entries %v, want %v", typed, got, seqs)
		}
		found, err := a.Search(ctx, typed, 500)
		must(err)
		var both []string
		titles := 0
		for i, v := range found.Windows {
			both = append(both, v.Name())
			if fits(q, []string{v.Title}) {
				if titles++; titles <= i {
					t.Fatalf("%q: %s has it in its title and comes after one that has not", typed, v.Name())
				}
			}
		}
		slices.Sort(both)
		slices.Sort(want)
		if !slices.Equal(both, want) || found.WindowCount != len(want) || found.EntryCount != len(seqs) {
			t.Fatalf("%q: the page found %v of %d and %d entries, want %v and %d", typed, both, found.WindowCount, found.EntryCount, want, len(seqs))
		}
	})
}

func TestWhatWasThereBeforeTheSearchIsReadIn(t *testing.T) {
	t.Parallel()
	a, db := open(t)
	ctx := t.Context()
	for range 120 {
		if _, err := a.Book(ctx, upgrade(), agenda.Submission{}, ada); err != nil {
			t.Fatal(err)
		}
	}
	// As the migration finds and leaves it.
	if err := db.Update(ctx, func(tx *store.Tx) error {
		for _, q := range []string{
			`DELETE FROM search_texts`, `DELETE FROM search_pending`, `DELETE FROM search_words`,
			`INSERT INTO search_queue (number) SELECT number FROM windows`, `UPDATE cursors SET seq = (SELECT max(seq) FROM events) WHERE name = 'search'`,
		} {
			if _, err := tx.Exec(q); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if found, err := a.Search(ctx, "replica", 5); err != nil || !found.Reading || found.WindowCount != 0 {
		t.Fatalf("before: %d windows, reading %v, %v", found.WindowCount, found.Reading, err)
	}
	if next, err := a.Index(ctx); err != nil || next.IsZero() {
		t.Fatalf("one step: next %v, %v; want more to do", next, err)
	}
	if _, err := a.Note(ctx, "MW-1", "kept while it reads", ada); err != nil {
		t.Fatal(err)
	}
	settle(t, a)
	found, err := a.Search(ctx, "replica", 5)
	if err != nil || found.Reading || found.WindowCount != 120 {
		t.Fatalf("after: %d windows, reading %v, %v; want 120", found.WindowCount, found.Reading, err)
	}
	if got := len(entries(t, a, agenda.LogFilter{Q: "ada"})); got < 121 {
		t.Fatalf("%d entries found, want at least 121", got)
	}
}

func TestPagesHoldEveryWindowOnceWhileOthersAreBooked(t *testing.T) {
	t.Parallel()
	a, _ := open(t)
	ctx := t.Context()
	booked := map[string]bool{}
	for i := range 30 {
		p := upgrade()
		p.Start = p.Start.Add(time.Duration(i%4) * time.Hour) // many start at once
		p.End = p.Start.Add(time.Hour)
		if i%5 == 0 {
			p.Start, p.End = time.Time{}, time.Time{}
		}
		w, err := a.Book(ctx, p, agenda.Submission{}, ada)
		if err != nil {
			t.Fatal(err)
		}
		booked[w.Name()] = true
	}
	for name, f := range map[string]agenda.Filter{
		"all": {}, "backwards": {Backwards: true}, "a word": {Q: "replica"}, "a state": {States: []scheduler.State{scheduler.Draft}},
		"a service": {Services: []string{"core-db"}}, "a lead": {Lead: "Ada@example.org"}, "a kind": {Kind: scheduler.Normal, Backwards: true},
	} {
		seen := map[string]int{}
		f.Limit = 4
		for {
			vs, next, err := a.Windows(ctx, f)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			for _, v := range vs {
				seen[v.Name()]++
			}
			if f.Cursor = next; next == "" {
				break
			}
			if _, err := a.Book(ctx, upgrade(), agenda.Submission{}, ada); err != nil {
				t.Fatal(err)
			}
		}
		for one := range booked {
			if seen[one] != 1 {
				t.Errorf("%s: %s came %d times", name, one, seen[one])
			}
		}
	}
}

func TestTheLogPagesUnderEachFilter(t *testing.T) {
	t.Parallel()
	a, db := open(t)
	ctx := t.Context()
	now := storetest.Noon
	db.Now = func() time.Time { return now }
	w, err := a.Book(ctx, upgrade(), agenda.Submission{}, ada)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 20 {
		now = storetest.Noon.Add(time.Duration(i) * time.Minute)
		if i == 10 {
			now = storetest.Noon // somebody put the clock back
		}
		if _, err := a.Note(ctx, w.ID, fmt.Sprintf("step %d", i), []scheduler.Person{ada, bob}[i%2]); err != nil {
			t.Fatal(err)
		}
	}
	for name, c := range map[string]struct {
		f    agenda.LogFilter
		want int
	}{
		"a window": {agenda.LogFilter{Window: w.Name()}, 21}, "an actor": {agenda.LogFilter{Actor: bob.Email, Window: w.ID}, 10},
		"a time":      {agenda.LogFilter{From: storetest.Noon.Add(2 * time.Minute), To: storetest.Noon.Add(6 * time.Minute)}, 4},
		"from a time": {agenda.LogFilter{From: storetest.Noon.Add(15 * time.Minute)}, 5},
		"a word":      {agenda.LogFilter{Q: "step", Window: w.ID}, 20}, "all of it": {agenda.LogFilter{Q: `step "7" bob`}, 1},
	} {
		c.f.Limit = 3
		for _, newest := range []bool{false, true} {
			c.f.Newest = newest
			got := entries(t, a, c.f)
			slices.Sort(got)
			if len(slices.Compact(got)) != c.want {
				t.Errorf("%s, newest first %v: got %v, want %d entries", name, newest, got, c.want)
			}
		}
	}
}

func TestWhatCannotBeAskedIsSaid(t *testing.T) {
	t.Parallel()
	a, _ := open(t)
	for name, f := range map[string]agenda.Filter{
		"too long": {Q: strings.Repeat("x", 10_000)}, "no word": {Q: "%"}, "no cursor": {Cursor: "x"}, "a NUL in the cursor": {Cursor: "1-\x00"},
	} {
		var wrong scheduler.InvalidError
		if _, _, err := a.Windows(t.Context(), f); !errors.As(err, &wrong) {
			t.Errorf("%s: got %v, want words", name, err)
		}
	}
	for name, f := range map[string]agenda.Filter{
		"a NUL": {Lead: "\x00"}, "not UTF-8": {Services: []string{"\xff"}}, "quotes": {Kind: `'"`}, "a word of quotes": {Q: `x' OR '1'='1`},
	} {
		if vs, _, err := a.Windows(t.Context(), f); err != nil || len(vs) != 0 {
			t.Errorf("%s: got %d windows, %v, want none", name, len(vs), err)
		}
	}
}
