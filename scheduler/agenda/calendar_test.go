package agenda_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"lull/scheduler"
	"lull/scheduler/agenda"
	"lull/scheduler/store/storetest"
)

// at books a window of the hours, counted from Noon, on the services.
func at(t *testing.T, a *agenda.Agenda, from, until int, by scheduler.Person, services ...string) agenda.View {
	t.Helper()
	p := upgrade()
	p.Title = fmt.Sprintf("From %d to %d", from, until)
	p.Interval = scheduler.Interval{Start: storetest.Noon.Add(time.Duration(from) * time.Hour), End: storetest.Noon.Add(time.Duration(until) * time.Hour)}
	p.Lead, p.Services = by.Email, nil
	for _, s := range services {
		p.Services = append(p.Services, scheduler.Affected{Service: s, Impact: scheduler.Degraded})
	}
	v, err := a.Book(t.Context(), p, agenda.Submission{}, by)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func names(all []agenda.Entry) (found []string) {
	for _, e := range all {
		found = append(found, e.Name())
	}
	return found
}

func TestEntriesAreWhatIsAskedFor(t *testing.T) {
	t.Parallel()
	a, _ := open(t)
	at(t, a, 24, 26, ada, "core-db")           // MW-1
	at(t, a, 25, 60, bob, "shop")              // MW-2
	at(t, a, 100, 101, ada, "core-db", "shop") // MW-3
	hours := func(from, to int) (f agenda.EntryFilter) {
		f.From, f.To = storetest.Noon.Add(time.Duration(from)*time.Hour), storetest.Noon.Add(time.Duration(to)*time.Hour)
		return f
	}
	all := hours(0, 1000)
	tier, mine, owned, state, service := all, all, all, all, all
	tier.Tier = 2
	mine.Mine = ada.Email
	owned.Mine, owned.Owned = eve.Email, []string{"shop"}
	state.States = []scheduler.State{scheduler.Scheduled}
	service.Services = []string{"core-db"}
	for _, c := range []struct {
		name string
		f    agenda.EntryFilter
		want []string
	}{
		{"all", all, []string{"MW-1", "MW-2", "MW-3"}},
		{"half open: what ends as it begins is not in it", hours(26, 30), []string{"MW-2"}},
		{"half open: what begins as it ends neither", hours(0, 25), []string{"MW-1"}},
		{"what spans it", hours(40, 41), []string{"MW-2"}},
		{"of a tier", tier, []string{"MW-2", "MW-3"}},
		{"of a person", mine, []string{"MW-1", "MW-3"}},
		{"of a person's services", owned, []string{"MW-2", "MW-3"}},
		{"of a state", state, nil},
		{"of a service", service, []string{"MW-1", "MW-3"}},
	} {
		got, count, err := a.Entries(t.Context(), c.f, 10)
		if err != nil || !slices.Equal(names(got), c.want) || count != len(c.want) {
			t.Errorf("%s: got %v of %d, %v; want %v", c.name, names(got), count, err, c.want)
		}
	}
	some, count, err := a.Entries(t.Context(), all, 2)
	if err != nil || len(some) != 2 || count != 3 {
		t.Errorf("the first two: got %v of %d, %v", names(some), count, err)
	}
	if e := some[0]; e.Title != "From 24 to 26" || e.Services[0].Service != "core-db" || e.Impact() != scheduler.Degraded || e.TimeZone != "Europe/Berlin" {
		t.Errorf("got %+v, want all that a calendar shows", e)
	}
}

func TestDaysListTheFirstAndCountTheRest(t *testing.T) {
	t.Parallel()
	a, _ := open(t)
	for range 4 {
		at(t, a, 20, 21, ada, "core-db") // on the second day
	}
	at(t, a, 10, 40, bob, "shop") // on the first two and the third
	gone := at(t, a, 19, 20, bob, "shop")
	if _, err := a.Cancel(t.Context(), gone.ID, 0, "Not needed.", bob); err != nil {
		t.Fatal(err)
	}
	var days []scheduler.Interval
	for i := range 4 {
		start := storetest.Noon.Add(-12*time.Hour).AddDate(0, 0, i)
		days = append(days, scheduler.Interval{Start: start, End: start.AddDate(0, 0, 1)})
	}
	got, err := a.Days(t.Context(), agenda.EntryFilter{}, days, 3)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []struct {
		first []string
		count int
	}{{[]string{"MW-5"}, 1}, {[]string{"MW-5", "MW-1", "MW-2"}, 6}, {[]string{"MW-5"}, 1}, {nil, 0}} {
		if !slices.Equal(names(got[i].Entries), want.first) || got[i].Count != want.count {
			t.Errorf("day %d: got %v of %d, want %v of %d", i, names(got[i].Entries), got[i].Count, want.first, want.count)
		}
	}
}

func TestWorkPastItsEndIsShownUntilNow(t *testing.T) {
	t.Parallel()
	a, db := open(t)
	now := storetest.Noon
	db.Now = func() time.Time { return now }
	p := upgrade()
	p.Kind, p.Checks = scheduler.Emergency, p.Checks[1:2]
	p.Interval = scheduler.Interval{Start: now, End: now.Add(2 * time.Hour)}
	w, err := a.Book(t.Context(), p, agenda.Submission{Now: true}, ada)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.Start(t.Context(), w.ID, 0, scheduler.Go{}, ada); err != nil {
		t.Fatal(err)
	}
	now = now.Add(30 * time.Hour)
	var f agenda.EntryFilter
	f.From, f.To = now.Add(-time.Hour), now.Add(time.Hour)
	got, _, err := a.Entries(t.Context(), f, 10)
	if err != nil || len(got) != 1 || !got[0].Overrun || !got[0].Until(now).Equal(now) {
		t.Errorf("got %+v %v, want the window that is over time, until now", got, err)
	}
	f.From, f.To = now.Add(time.Hour), now.Add(2*time.Hour)
	if got, _, err = a.Entries(t.Context(), f, 10); err != nil || len(got) != 0 {
		t.Errorf("later: got %v %v, want nothing", names(got), err)
	}
}

func TestATableOfServicesIsTakenWholeOrNotAtAll(t *testing.T) {
	t.Parallel()
	a, _ := open(t)
	keep := func(all ...scheduler.Service) error {
		_, err := a.ImportServices(t.Context(), func([]scheduler.Service) ([]scheduler.Service, error) { return all, nil }, bob)
		return err
	}
	core := scheduler.Service{Slug: "core-db", Name: "Core database", Tier: 1, Upstream: []string{"shop"}}
	shop := scheduler.Service{Slug: "shop", Name: "Shop", Tier: 3, Upstream: []string{"fresh"}}
	fresh := scheduler.Service{Slug: "fresh", Name: "Fresh", Tier: 2}
	if err := keep(core, fresh); err == nil {
		t.Fatal("a circle was taken")
	}
	if _, err := a.Service(t.Context(), "fresh"); err == nil {
		t.Error("of a refused table a service was kept")
	}
	if err := keep(core, shop, fresh); err != nil {
		t.Fatalf("edges that turn round, and a new service named before its row: %v", err)
	}
	all, err := a.Services(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if up := scheduler.NewGraph(all).Upstream("core-db"); !slices.Equal(up, []string{"fresh", "shop"}) {
		t.Errorf("the core depends on %v, want fresh and shop", up)
	}
	if err := a.DeleteService(t.Context(), "fresh", bob); err == nil {
		t.Error("a service that others depend on was deleted")
	}
}

func TestTheNextStartOfEachService(t *testing.T) {
	t.Parallel()
	a, _ := open(t)
	p := upgrade()
	if _, err := a.Book(t.Context(), p, agenda.Submission{Now: true}, ada); err != nil {
		t.Fatal(err)
	}
	at(t, a, 1, 2, ada, "shop") // a draft, which holds nothing
	next, err := a.NextStarts(t.Context())
	if err != nil || len(next) != 1 || !next["core-db"].Equal(p.Start) {
		t.Errorf("got %v %v, want the core at %v alone", next, err, p.Start)
	}
}
