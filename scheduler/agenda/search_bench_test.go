package agenda_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"lull/scheduler"
	"lull/scheduler/agenda"
	"lull/scheduler/store"
	"lull/scheduler/store/storetest"
)

// crowd keeps n windows with three entries of the log each. Words are as
// uneven as in a language: "common" is in each tenth plan, "seldom" in each
// thousandth, and "onlyonce" in one.
func crowd(t testing.TB, db *store.DB, n int) {
	t.Helper()
	random := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // the same windows each time
	zipf := rand.NewZipf(random, 1.2, 8, 5000)
	some := func(n int) string {
		var b strings.Builder
		for range n {
			fmt.Fprintf(&b, "word%d ", zipf.Uint64())
		}
		return b.String()
	}
	for from := 0; from < n; from += 500 {
		if err := db.Update(t.Context(), func(tx *store.Tx) error {
			for i := from; i < min(from+500, n); i++ {
				p := upgrade()
				p.Title, p.Steps = "Upgrade "+some(3), some(30)
				if i%10 == 0 {
					p.Steps += " common"
				}
				if i%1000 == 7 {
					p.Steps += " seldom"
				}
				if i == n/2 {
					p.Steps += " onlyonce"
				}
				if i%100 == 3 {
					p.Kind, p.Lead = scheduler.Emergency, eve.Email
				}
				if i%4 == 0 {
					p.Services[0].Service = "shop"
				}
				p.Start = storetest.Noon.Add(time.Duration(i-n) * time.Hour)
				p.End = p.Start.Add(time.Hour)
				w, ev, err := scheduler.New(i+1, p, scheduler.Scene{By: ada, Now: tx.Now, NewID: tx.NewID})
				if err != nil {
					return err
				}
				if i%7 == 0 {
					w.State = scheduler.Cancelled
				}
				if err := agenda.Keep(tx, w, nil); err != nil {
					return err
				}
				for j := range 3 {
					if j == 2 && i%20 == 0 {
						ev.Actor = bob.Email
					}
					if err := agenda.Record(tx, ev); err != nil {
						return err
					}
					ev.Kind, ev.Text = scheduler.Noted, some(10)
				}
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	}
	settle(t, agenda.New(db))
}

// settle lets the index be brought up to date.
func settle(t testing.TB, a *agenda.Agenda) {
	t.Helper()
	for {
		if next, err := a.Index(t.Context()); err != nil {
			t.Fatal(err)
		} else if next.IsZero() {
			return
		}
	}
}

// BenchmarkLists times a page of fifty windows or entries among few and among
// many: the two are to be held against each other.
func BenchmarkLists(b *testing.B) {
	for _, n := range []int{1_000, 100_000} {
		if n > 1_000 && testing.Short() {
			continue
		}
		a, db := open(b)
		crowd(b, db, n)
		b.Run(fmt.Sprint(n), func(b *testing.B) { lists(b, a, n) })
	}
}

func lists(b *testing.B, a *agenda.Agenda, n int) {
	ctx := b.Context()
	_, deep, err := a.Windows(ctx, agenda.Filter{Backwards: true, Limit: 500})
	if err != nil {
		b.Fatal(err)
	}
	deep = fmt.Sprintf("%d-", storetest.Noon.Add(-time.Duration(n/2)*time.Hour).UnixMilli()) + strings.SplitN(deep, "-", 2)[1]
	for _, c := range []struct {
		name string
		f    agenda.Filter
	}{
		{"all", agenda.Filter{}},
		{"deep", agenda.Filter{Cursor: deep}},
		{"state", agenda.Filter{States: []scheduler.State{scheduler.Cancelled}}},
		{"kind", agenda.Filter{Kind: scheduler.Emergency}},
		{"lead", agenda.Filter{Lead: eve.Email}},
		{"service", agenda.Filter{Services: []string{"shop"}}},
		{"common", agenda.Filter{Q: "common"}},
		{"seldom", agenda.Filter{Q: "seldom"}},
		{"once", agenda.Filter{Q: "onlyonc"}},
		{"none", agenda.Filter{Q: "nowhere"}},
		{"prefix", agenda.Filter{Q: "wor"}},
		{"two", agenda.Filter{Q: "word9 word1"}},
		{"apart", agenda.Filter{Q: "common seldom"}},
		{"common-deep", agenda.Filter{Q: "common", Cursor: deep}},
		{"state-common", agenda.Filter{Q: "common", States: []scheduler.State{scheduler.Cancelled}}},
	} {
		b.Run(c.name, func(b *testing.B) {
			c.f.Backwards = true
			rows := 0
			for b.Loop() {
				vs, _, err := a.Windows(ctx, c.f)
				if err != nil {
					b.Fatal(err)
				}
				rows = len(vs)
			}
			b.ReportMetric(float64(rows), "rows")
		})
	}
	for _, c := range []struct {
		name string
		f    agenda.LogFilter
	}{
		{"log", agenda.LogFilter{}},
		{"log-deep", agenda.LogFilter{Cursor: fmt.Sprint(n)}},
		{"log-actor", agenda.LogFilter{Actor: bob.Email}},
		{"log-window", agenda.LogFilter{Window: "MW-5"}},
		{"log-time", agenda.LogFilter{From: storetest.Noon.Add(-time.Hour), To: storetest.Noon.Add(time.Hour)}},
		{"log-common", agenda.LogFilter{Q: "upgrade"}},
		{"log-rare", agenda.LogFilter{Q: "word4000"}},
		{"log-two", agenda.LogFilter{Q: "word9 word1"}},
	} {
		b.Run(c.name, func(b *testing.B) {
			c.f.Newest, c.f.Limit = true, 50
			rows := 0
			for b.Loop() {
				evs, _, err := a.Log(ctx, c.f)
				if err != nil {
					b.Fatal(err)
				}
				rows = len(evs)
			}
			b.ReportMetric(float64(rows), "rows")
		})
	}
	for _, c := range []struct{ name, typed string }{
		{"search-common", "common"}, {"search-seldom", "seldom"}, {"search-once", "onlyonc"}, {"search-none", "nowhere"}, {"search-prefix", "wor"}, {"search-two", "word9 word1"},
	} {
		b.Run(c.name, func(b *testing.B) {
			rows := 0
			for b.Loop() {
				found, err := a.Search(ctx, c.typed, 20)
				if err != nil {
					b.Fatal(err)
				}
				rows = len(found.Windows) + len(found.Entries)
			}
			b.ReportMetric(float64(rows), "rows")
		})
	}
}

// BenchmarkBook times the booking of one window.
func BenchmarkBook(b *testing.B) {
	a, db := open(b)
	crowd(b, db, 2000)
	p := upgrade()
	for b.Loop() {
		if _, err := a.Book(b.Context(), p, agenda.Submission{}, ada); err != nil {
			b.Fatal(err)
		}
	}
}
