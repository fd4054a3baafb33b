package scheduler

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// aroundOf is what could stand in the way of any of the windows: the others.
func aroundOf(services []Service, ws ...Window) Around { return aroundAt(noon, services, ws...) }

func aroundAt(now time.Time, services []Service, ws ...Window) Around {
	a := Around{Held: map[string][]Held{}, Led: map[string][]Held{}, Graph: NewGraph(services)}
	for _, w := range ws {
		if !w.State.Holds() {
			continue
		}
		h := Held{Window: w.ID, Number: w.Number, Title: w.Title, Lead: w.Lead, Planned: w.Interval}
		for _, s := range w.Services {
			h.Service, h.Interval = s.Service, w.Slot(s.Service, now)
			a.Held[s.Service] = append(a.Held[s.Service], h)
		}
		h.Service, h.Interval = "", w.Slot("", now)
		a.Led[w.Lead] = append(a.Led[w.Lead], h)
	}
	return a
}

func kinds(all []Conflict) (ks []string) {
	for _, c := range all {
		ks = append(ks, string(c.Kind)+":"+c.Window+c.Freeze)
	}
	return ks
}

var (
	shop  = Service{Slug: "shop", Name: "Shop", Tier: 2, Upstream: []string{"core-db"}}
	page  = Service{Slug: "page", Name: "Page", Tier: 3, Upstream: []string{"shop"}}
	alone = Service{Slug: "alone", Name: "Alone", Tier: 4}
	night = Service{Slug: "night", Name: "Night", Tier: 2, Hours: []Hours{{Days: []string{"sat"}, From: "22:00", To: "04:00", TimeZone: "Europe/Berlin"}}}
	some  = []Service{core, shop, page, alone, night}
)

// on is a scheduled window of a lead on the services.
func on(id, lead string, start time.Time, length time.Duration, slugs ...string) Window {
	w := in(Scheduled)
	w.ID, w.Title, w.Lead, w.Services, w.Interval = id, id, lead, nil, Interval{start, start.Add(length)}
	for _, slug := range slugs {
		w.Services = append(w.Services, Affected{slug, Outage})
	}
	return w
}

func TestEveryKindOfConflictIsFound(t *testing.T) {
	t.Parallel()
	saturday := time.Date(2026, 12, 12, 21, 0, 0, 0, time.UTC) // 22:00 in Berlin
	w := on("w", "ada@example.org", saturday, 2*time.Hour, "core-db")
	for _, c := range []struct {
		name  string
		mine  Window
		other Window
		ice   []Frozen
		want  string
	}{
		{"nothing near", w, on("o", "x@example.org", saturday.Add(2*time.Hour), time.Hour, "core-db"), nil, "[]"},
		{"the same service", w, on("o", "x@example.org", saturday, time.Hour, "core-db"), nil, "[same-service:o]"},
		{"what it depends on, through another", on("w", "a@example.org", saturday, time.Hour, "page"), on("o", "x@example.org", saturday, time.Hour, "core-db"), nil, "[upstream:o]"},
		{"what depends on it, through another", w, on("o", "x@example.org", saturday, time.Hour, "page"), nil, "[downstream:o]"},
		{"who shares a service is named for that alone", on("w", "a@example.org", saturday, time.Hour, "core-db", "shop"), on("o", "x@example.org", saturday, time.Hour, "core-db"), nil, "[same-service:o]"},
		{"the lead is busy elsewhere", w, on("o", w.Lead, saturday, time.Hour, "alone"), nil, "[lead-busy:o]"},
		{"a freeze of everything", w, Window{}, []Frozen{{Freeze{ID: "f", All: true}, Interval{saturday, saturday.Add(time.Hour)}}}, "[freeze:f]"},
		{"a freeze of its tier", w, Window{}, []Frozen{{Freeze{ID: "f", Tiers: []int{1}}, Interval{saturday, saturday.Add(time.Hour)}}}, "[freeze:f]"},
		{"a freeze of another service", w, Window{}, []Frozen{{Freeze{ID: "f", Services: []string{"shop"}}, Interval{saturday, saturday.Add(time.Hour)}}}, "[]"},
		{"a freeze that ends as it begins", w, Window{}, []Frozen{{Freeze{ID: "f", All: true}, Interval{saturday.Add(-time.Hour), saturday}}}, "[]"},
		{"inside the hours, past midnight", on("w", "a@example.org", saturday, 6*time.Hour, "night"), Window{}, nil, "[]"},
		{"past the end of the hours", on("w", "a@example.org", saturday, 6*time.Hour+time.Second, "night"), Window{}, nil, "[exceeds-hours:]"},
		{"before the hours", on("w", "a@example.org", saturday.Add(-time.Hour), 2*time.Hour, "night"), Window{}, nil, "[outside-hours:]"},
	} {
		near := aroundOf(some, c.mine, c.other)
		near.Freezes = c.ice
		if got := fmt.Sprint(kinds(c.mine.Conflicts(near, Policy{}, noon))); got != c.want {
			t.Errorf("%s: got %s, want %s", c.name, got, c.want)
		}
	}
}

// Windows of any state that holds its services: planned, running since before
// their start, past their end, and rolled out in stages.
func TestConflictsOfAnyTwoWindowsMirrorEachOther(t *testing.T) {
	t.Parallel()
	mirror := map[ConflictKind]ConflictKind{SameService: SameService, UpstreamBusy: DownstreamBusy, DownstreamBusy: UpstreamBusy, LeadBusy: LeadBusy}
	met := map[string]int{}
	property := func(t *rapid.T) {
		hour := func(from, to int, what string) time.Duration {
			return time.Duration(rapid.IntRange(from, to).Draw(t, what)) * time.Hour
		}
		pick := func(id string) Window {
			var slugs []string
			for _, s := range some {
				if rapid.Bool().Draw(t, id+" touches "+s.Slug) {
					slugs = append(slugs, s.Slug)
				}
			}
			w := on(id, rapid.SampledFrom(cast).Draw(t, "lead of "+id).Email, noon.Add(hour(0, 8, "start of "+id)), hour(1, 4, "length of "+id), slugs...)
			w.State = rapid.SampledFrom([]State{Requested, Scheduled, InProgress, Verifying}).Draw(t, "state of "+id)
			if w.State.Running() {
				w.ActualStart = w.Start.Add(-hour(0, 2, id+" began early by"))
			}
			if len(slugs) > 1 && rapid.Bool().Draw(t, id+" has stages") {
				half := w.Start.Add(w.Duration() / 2)
				w.Stages = []Stage{{Name: "one", Services: slugs[:1], Interval: Interval{w.Start, half}}, {Name: "rest", Services: slugs[1:], Interval: Interval{half, w.End}}}
			}
			return w
		}
		a, b, now := pick("a"), pick("b"), noon.Add(hour(-1, 14, "now"))
		near := aroundAt(now, some, a, b)
		seen := func(w, other Window) map[ConflictKind]bool {
			found := map[ConflictKind]bool{}
			for _, c := range w.Conflicts(near, Policy{}, now) {
				if c.Window != other.ID {
					continue
				}
				found[c.Kind] = true
				met[string(c.Kind)]++
				for name, is := range map[string]bool{"running": w.State.Running(), "overrun": w.State.Running() && now.After(w.End), "staged": w.Stages != nil} {
					if is {
						met[string(c.Kind)+", "+name]++
					}
				}
			}
			return found
		}
		ab, ba := seen(a, b), seen(b, a)
		for kind, back := range mirror {
			if ab[kind] != ba[back] {
				t.Fatalf("%s at %v: %v one way, %v the other", kind, now, ab, ba)
			}
		}
	}
	for range 20 { // so often that what is rare is met too
		rapid.Check(t, property)
	}
	for kind := range mirror {
		for _, how := range []string{"", ", running", ", overrun", ", staged"} {
			if met[string(kind)+how] == 0 {
				t.Errorf("no two windows met as %s%s: the test says nothing of it", kind, how)
			}
		}
	}
}

func TestAnOverrideCoversTheConflictAsItStood(t *testing.T) {
	t.Parallel()
	w, o := on("w", "a@example.org", noon, 2*time.Hour, "core-db"), on("o", "x@example.org", noon, time.Hour, "core-db")
	near := aroundOf(some, w, o)
	w.Approvals = []Approval{{By: bob.Email, At: noon, Overrides: w.Conflicts(near, Policy{}, noon), Reason: "agreed"}}
	if block := Blocking(w.Conflicts(near, Policy{}, noon)); len(block) != 0 {
		t.Fatalf("an overridden conflict still blocks: %v", block)
	}
	o.End = o.End.Add(time.Hour)
	if block := Blocking(w.Conflicts(aroundOf(some, w, o), Policy{}, noon)); len(block) != 1 {
		t.Fatal("the other window grew, and the old override still covers it")
	}
}

func TestAFreezeForAdminsIsNotAnApproversToOverride(t *testing.T) {
	t.Parallel()
	w := in(Requested)
	s := sceneOf(bob, noon.Add(-100*time.Hour))
	near := aroundOf(some, w)
	near.Freezes = []Frozen{{Freeze{ID: "f", Title: "Year end", All: true, Override: Admin}, w.Interval}}
	s.Conflicts = w.Conflicts(near, Policy{}, s.Now)
	yes := Yes{Override: []ConflictKind{FreezeConflict}, Reason: "must"}
	if _, err := w.Approve(s, yes); fmt.Sprint(reasons(err)) != "[conflict]" {
		t.Fatalf("got %v; want the freeze to hold", err)
	}
	s.By.Role = Admin
	if _, err := w.Approve(s, yes); err != nil || w.State != Scheduled {
		t.Fatalf("an admin was refused: %v", err)
	}
}

func TestTiersAskMoreNoticeAndShorterWindows(t *testing.T) {
	t.Parallel()
	p := PolicyOf(Team)
	p.Longest = map[Kind]time.Duration{Normal: 8 * time.Hour}
	p.Tiers = map[int]Limits{1: {Notice: map[Kind]time.Duration{Normal: 96 * time.Hour}, Longest: map[Kind]time.Duration{Normal: time.Hour}}}
	if got := p.NoticeOf(Normal, []Service{alone, core}); got != 96*time.Hour {
		t.Errorf("notice for tier 1: got %v", got)
	}
	if got := p.NoticeOf(Normal, []Service{alone}); got != 24*time.Hour {
		t.Errorf("notice for tier 4: got %v", got)
	}
	w := in(Draft)
	s := sceneOf(ada, noon.Add(-100*time.Hour))
	s.Policy = p
	if _, err := w.Submit(s, ""); fmt.Sprint(reasons(err)) != "[too-long]" {
		t.Errorf("got %v; want two hours refused where one is allowed", err)
	}
}

func TestAStageIsHeldToItsOwnTime(t *testing.T) {
	t.Parallel()
	w := staged(Requested) // the shop until 13:00, the database from 12:30
	services := []Service{core, {Slug: "shop", Name: "Shop", Tier: 2, Hours: []Hours{{Days: []string{"mon", "tue", "wed", "thu", "fri", "sat", "sun"}, From: "12:00", To: "13:00", TimeZone: "UTC"}}}}
	near := aroundOf(services, w)
	near.Freezes = []Frozen{
		{Freeze{ID: "after", Title: "After", Services: []string{"shop"}}, at(60, 120)},
		{Freeze{ID: "during", Title: "During", Services: []string{"core-db"}}, at(0, 31)},
	}
	var got []string
	for _, c := range w.Conflicts(near, Policy{}, noon.Add(-time.Hour)) {
		got = append(got, string(c.Kind)+" "+c.Freeze+c.Service)
	}
	if fmt.Sprint(got) != "[freeze duringcore-db]" {
		t.Errorf("got %v, want the freeze of the database's own time alone", got)
	}
	near.Freezes = []Frozen{{Freeze{ID: "all", Title: "All", All: true}, at(119, 200)}}
	if all := w.Conflicts(near, Policy{}, noon.Add(-time.Hour)); len(all) != 1 || all[0].Freeze != "all" {
		t.Errorf("got %v, want a freeze of everything in the way of all of it", all)
	}
}
