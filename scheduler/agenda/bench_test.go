package agenda

import (
	"fmt"
	"testing"
	"time"

	"lull/scheduler"
	"lull/scheduler/store"
	"lull/scheduler/store/storetest"
)

// hot is the service that a tenth of all windows work on. Like every other it
// depends on one, which depends on another, up to the first.
const hot = "s999"

// crowd fills the database with n windows of ten services each, a tenth of them
// on one hot service too, spread over two years, among 1,000 services of which
// each but the first depends on another.
func crowd(b *testing.B, n int) *Agenda {
	b.Helper()
	db := storetest.Open(b)
	a := New(db)
	const services = 1000
	slug := func(i int) string { return fmt.Sprintf("s%03d", i%services) }
	by := scheduler.Person{Email: "ada@example.org", Name: "Ada", Role: scheduler.Admin}
	for from := 0; from < n || from == 0; from += 5000 {
		err := db.Update(b.Context(), func(tx *store.Tx) error {
			if from == 0 {
				all := make([]scheduler.Service, services)
				for i := range all {
					all[i] = scheduler.Service{Slug: slug(i), Name: "Service " + slug(i), Tier: 1 + i%4, Description: "What people depend on.", Public: true}
					if i > 0 {
						all[i].Upstream = []string{slug(i / 4)}
					}
				}
				if err := keepServices(tx, all, nil, by); err != nil {
					return err
				}
			}
			for i := from; i < min(from+5000, n); i++ {
				start := storetest.Noon.Add(time.Duration(i) * (2 * 365 * 24 * time.Hour) / time.Duration(n)).Truncate(time.Minute)
				w := scheduler.Window{
					ID: fmt.Sprintf("w%07d", i), Number: i + 1, State: scheduler.Scheduled, Version: 1, Requester: by.Email, Changed: tx.Now,
					Plan: scheduler.Plan{
						Title: fmt.Sprintf("Work %d", i), Kind: scheduler.Normal, Risk: scheduler.LowRisk, TimeZone: "UTC",
						Lead: fmt.Sprintf("p%d@example.org", i%300), Interval: scheduler.Interval{Start: start, End: start.Add(time.Duration(1+i%8) * 30 * time.Minute)},
					},
				}
				for j := range 10 {
					w.Services = append(w.Services, scheduler.Affected{Service: slug((i*7 + j*101) % (services - 1)), Impact: scheduler.Outage})
				}
				if i%10 == 0 {
					w.Services[0].Service = hot
				}
				if err := keep(tx, w, nil); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	return a
}

// asks is a window like those of the crowd, on services of its own.
func asks(i int, slugs ...string) scheduler.Window {
	start := storetest.Noon.AddDate(0, 0, 30+i%300)
	w := scheduler.Window{State: scheduler.Draft, Plan: scheduler.Plan{
		Kind: scheduler.Normal, TimeZone: "UTC", Lead: fmt.Sprintf("p%d@example.org", i%300),
		Interval: scheduler.Interval{Start: start, End: start.Add(2 * time.Hour)},
	}}
	for _, s := range slugs {
		w.Services = append(w.Services, scheduler.Affected{Service: s, Impact: scheduler.Outage})
	}
	return w
}

// weekly is a year and a month of windows, each week one, on services of its own.
func weekly(i int, slugs ...string) (ws []scheduler.Window) {
	first := asks(i, slugs...)
	first.Start, first.End = first.Start.AddDate(0, 0, -30-i%300), first.End.AddDate(0, 0, -30-i%300)
	for week := range 400/7 + 1 {
		w := first
		w.Start, w.End = first.Start.AddDate(0, 0, 7*week), first.End.AddDate(0, 0, 7*week)
		ws = append(ws, w)
	}
	return ws
}

// stretches are the times that the windows ask for on their services and on
// those beside these.
func stretches(g scheduler.Graph, ws []scheduler.Window) []want {
	on := wants{}
	for _, w := range ws {
		for _, s := range w.Services {
			on.near(g, s.Service, w.Interval)
		}
	}
	return on.list(onService)
}

func TestASeriesIsCheckedInOneStatement(t *testing.T) {
	t.Parallel()
	// A service of a team depends on some others and has some that depend on it.
	all := make([]scheduler.Service, 1000)
	for i := range all {
		all[i] = scheduler.Service{Slug: fmt.Sprintf("s%03d", i)}
		if i > 0 {
			all[i].Upstream = []string{fmt.Sprintf("s%03d", i/4)}
		}
	}
	asked := stretches(scheduler.NewGraph(all), weekly(0, "s400", "s500", "s600", "s700", hot))
	if len(asked) < 5*400/7 || len(asked) > mostWants {
		t.Errorf("%d stretches, of which one statement asks for %d", len(asked), mostWants)
	}
}

// BenchmarkConflicts holds a conflict check against the bare look into the index
// for the same services: on a usual service, on a hot one, and of a weekly
// series of 400 days on five services at once.
func BenchmarkConflicts(b *testing.B) {
	took := map[string]float64{}
	one := func(slug string) func(int) []scheduler.Window {
		return func(i int) []scheduler.Window { return []scheduler.Window{asks(i, slug)} }
	}
	for _, n := range []int{1_000, 100_000} {
		a := crowd(b, n)
		for _, c := range []struct {
			on   string
			asks func(i int) []scheduler.Window
		}{
			{"s500", one("s500")}, {hot, one(hot)},
			{"weekly", func(i int) []scheduler.Window { return weekly(i, "s400", "s500", "s600", "s700", "s800") }},
		} {
			measure := func(what string, do func(tx *store.Tx, ws []scheduler.Window) error) {
				name := fmt.Sprintf("slots=%d/%s/%s", 10*n, c.on, what)
				b.Run(name, func(b *testing.B) {
					b.ReportAllocs()
					i := 0
					for b.Loop() {
						i++
						if err := a.db.View(b.Context(), func(tx *store.Tx) error { return do(tx, c.asks(i)) }); err != nil {
							b.Fatal(err)
						}
					}
					took[name] = float64(b.Elapsed()) / float64(b.N)
					if what == "check" {
						b.ReportMetric(took[name]/took[fmt.Sprintf("slots=%d/%s/lookup", 10*n, c.on)], "x-lookup")
						if n > 1_000 {
							b.ReportMetric(took[name]/took[fmt.Sprintf("slots=%d/%s/check", 10*1_000, c.on)], "x-of-10k")
						}
					}
				})
			}
			measure("lookup", func(tx *store.Tx, ws []scheduler.Window) error {
				under, err := groundOf(tx)
				if err != nil {
					return err
				}
				if len(ws) > 1 {
					with, args := wanted(stretches(under.graph, ws))
					_, err = store.Rows(tx, scanString, with+`
						SELECT s.window_id FROM want c CROSS JOIN slots s
						WHERE s.service = c.what AND s.start_at < c.to_at AND s.start_at > c.from_at - 1209600000 AND s.end_at > c.from_at`, args...)
					return err
				}
				w := ws[0]
				slugs := append(under.graph.Upstream(c.on), c.on)
				_, err = store.Rows(tx, scanString, `
					SELECT window_id FROM slots
					WHERE start_at < $2 AND start_at > $1 - 1209600000 AND end_at > $1 AND service IN (`+holes(3, len(slugs))+`)`,
					append([]any{store.At(w.Start), store.At(w.End)}, anys(slugs)...)...)
				return err
			})
			measure("check", func(tx *store.Tx, ws []scheduler.Window) error {
				near, err := around(tx, ws)
				for _, w := range ws {
					w.Conflicts(near, scheduler.Policy{}, tx.Now)
				}
				return err
			})
		}
	}
}

// BenchmarkSlots looks for free times in 90 days of a million slots, on a usual
// service and on a hot one, and reads for comparison what stands in those days.
func BenchmarkSlots(b *testing.B) {
	a := crowd(b, 100_000)
	for _, on := range []string{"s500", hot} {
		within := scheduler.Interval{Start: storetest.Noon.AddDate(0, 0, 2), End: storetest.Noon.AddDate(0, 0, 90)}
		var bare float64
		b.Run(on+"/lookup", func(b *testing.B) {
			for b.Loop() {
				err := a.db.View(b.Context(), func(tx *store.Tx) error {
					under, err := groundOf(tx)
					if err != nil {
						return err
					}
					slugs := append(under.graph.Upstream(on), on)
					_, err = store.Rows(tx, scanString, `
						SELECT window_id FROM slots
						WHERE start_at < $2 AND start_at > $1 - 1209600000 AND end_at > $1 AND service IN (`+holes(3, len(slugs))+`)`,
						append([]any{store.At(within.Start), store.At(within.End)}, anys(slugs)...)...)
					return err
				})
				if err != nil {
					b.Fatal(err)
				}
			}
			bare = float64(b.Elapsed()) / float64(b.N)
		})
		b.Run(on+"/search", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_, _, err := a.Slots(b.Context(), scheduler.Search{
					Services: []string{on}, Duration: 2 * time.Hour, Within: within, Kind: scheduler.Normal, Leads: []string{"p7@example.org"}, Count: 20,
				})
				if err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed())/float64(b.N)/bare, "x-lookup")
		})
	}
}
