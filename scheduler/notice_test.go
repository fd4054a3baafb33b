package scheduler

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

var cable = NoticeUpdate{
	Provider: "Example Net ", Account: "1", MaintenanceID: "CHG-1", UID: "1@example.net", Sequence: 2, Stamp: noon, Status: NoticeConfirmed, Impact: Outage,
	Interval: Interval{noon.Add(time.Hour), noon.Add(3 * time.Hour)}, Summary: " Cable works ",
	Objects: []NoticeObject{{"IC-1", Outage}, {"IC-2", Degraded}},
}

func TestOnlyANewerUpdateOfANoticeCounts(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name     string
		sequence int
		stamp    time.Duration // after the known one
		want     bool
	}{
		{"the same", 2, 0, false}, {"a higher sequence", 3, 0, false}, {"a lower sequence", 1, 0, true},
		{"a higher sequence with an earlier stamp", 3, -time.Hour, false}, {"a lower sequence with a later stamp", 1, time.Hour, true},
		{"an earlier stamp", 2, -time.Hour, true}, {"a later stamp", 2, time.Hour, false},
		{"no sequence, later", NoSequence, time.Hour, false}, {"no sequence, earlier", NoSequence, -time.Hour, true},
		{"no sequence, at the same time", NoSequence, 0, true},
	} {
		u := cable
		u.Sequence, u.Stamp = c.sequence, noon.Add(c.stamp)
		if got := u.Older(cable); got != c.want {
			t.Errorf("%s: got %v, want %v", c.name, got, c.want)
		}
	}
}

func TestWhatAnUpdateLeavesOutStaysKnown(t *testing.T) {
	t.Parallel()
	n := SupplierNotice{}
	n.Apply(cable, noon)
	later := NoticeUpdate{Provider: cable.Provider, UID: cable.UID, Sequence: NoSequence, Stamp: noon.Add(time.Hour), Status: NoticeNoChange, Impact: NoImpact}
	n.Apply(later, noon.Add(2*time.Hour))
	got := []any{n.Interval, n.Objects, n.Status, n.Sequence, n.Impact, n.Received, n.Updated, n.Version}
	want := []any{cable.Interval, cable.Objects, NoticeConfirmed, 2, NoImpact, noon, noon.Add(2 * time.Hour), 2}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	later.Status, later.Sequence = NoticeCancelled, 3
	if n.Apply(later, noon); !n.Status.Ended() {
		t.Errorf("got %s, want it to be over", n.Status)
	}
}

func TestTheClosestRuleFindsTheService(t *testing.T) {
	t.Parallel()
	wan := NoticeRule{Provider: "example  NET", Service: "wan"}
	account := NoticeRule{Provider: "Example Net", Account: "1", Service: "office"}
	object := NoticeRule{Object: "ic-1", Service: "core-db"}
	both := NoticeRule{Provider: "Example Net", Object: "IC-2", Service: "shop"}
	bare := cable
	bare.Objects = nil
	for _, c := range []struct {
		name  string
		rules []NoticeRule
		of    NoticeUpdate
		want  []Affected
	}{
		{"none", nil, cable, []Affected{}},
		{"the provider", []NoticeRule{wan}, cable, []Affected{{"wan", Outage}}},
		{"the account before the provider", []NoticeRule{wan, account}, cable, []Affected{{"office", Outage}}},
		{"an object before all, for itself", []NoticeRule{wan, account, object}, cable, []Affected{{"core-db", Outage}, {"office", Degraded}}},
		{"two objects", []NoticeRule{object, both}, cable, []Affected{{"core-db", Outage}, {"shop", Degraded}}},
		{"two services of one object", []NoticeRule{object, {Object: "IC-1", Service: "shop"}}, cable, []Affected{{"core-db", Outage}, {"shop", Outage}}},
		{"no object", []NoticeRule{wan, object}, bare, []Affected{{"wan", Outage}}},
		{"another provider", []NoticeRule{{Provider: "Other", Service: "wan"}}, cable, []Affected{}},
	} {
		if got := NewRuleBook(c.rules).Services(c.of); !slices.Equal(got, c.want) {
			t.Errorf("%s: got %v, want %v", c.name, got, c.want)
		}
	}
	if err := (&NoticeRule{Service: "wan"}).Check(); err == nil {
		t.Error("a rule about everything was taken")
	}
}

func TestASupplierStandsInTheWayOfWhatTouchesOrDependsOnIt(t *testing.T) {
	t.Parallel()
	graph := NewGraph([]Service{{Slug: "core-db", Name: "Core database"}, {Slug: "shop", Name: "Shop", Upstream: []string{"core-db"}}})
	for _, c := range []struct {
		name    string
		service string // of the window
		from    time.Duration
		change  func(*Supplied)
		want    string // in the words of the conflict
	}{
		{"on the service", "core-db", 2 * time.Hour, nil, "touches Core database"},
		{"on what it depends on", "shop", 2 * time.Hour, nil, "touches Core database, which Shop depends on"},
		{"on what depends on it", "core-db", 2 * time.Hour, func(n *Supplied) { n.Service = "shop" }, ""},
		{"back to back before", "core-db", 0, nil, ""},
		{"back to back after", "core-db", 3 * time.Hour, nil, ""},
		{"the last second", "core-db", 3*time.Hour - time.Second, nil, "touches"},
		{"tentative", "core-db", 2 * time.Hour, func(n *Supplied) { n.Status = NoticeTentative }, "tentative"},
		{"cancelled", "core-db", 2 * time.Hour, func(n *Supplied) { n.Status = NoticeCancelled }, ""},
		{"completed", "core-db", 2 * time.Hour, func(n *Supplied) { n.Status = NoticeCompleted }, ""},
	} {
		n := Supplied{Notice: "n1", Name: "CHG-1", Supplier: "Example Net", Title: "Cable works", Status: NoticeConfirmed, Affected: Affected{"core-db", Outage}, Interval: cable.Interval}
		if c.change != nil {
			c.change(&n)
		}
		w := Window{ID: "w1", State: Scheduled, Plan: Plan{TimeZone: "UTC", Services: []Affected{{c.service, Outage}}}}
		w.Interval = Interval{noon.Add(c.from), noon.Add(c.from + time.Hour)}
		got := w.Conflicts(Around{Graph: graph, Notices: map[string][]Supplied{n.Service: {n, n}}}, Policy{}, noon)
		switch {
		case c.want == "" && len(got) > 0:
			t.Errorf("%s: got %+v, want nothing in the way", c.name, got)
		case c.want != "" && (len(got) != 1 || got[0].Kind != SupplierBusy || got[0].Blocking || got[0].Notice != "n1" || !strings.Contains(got[0].Detail, c.want)):
			t.Errorf("%s: got %+v, want one warning with %q", c.name, got, c.want)
		}
	}
}

func TestAWindowOfALongMaintenanceHasNoTimes(t *testing.T) {
	t.Parallel()
	n := SupplierNotice{NoticeUpdate: cable, Services: []Affected{{"core-db", Outage}}}
	p := n.Plan()
	p.Tidy()
	if err := p.Check(); err != nil || p.Title != "Cable works" || p.Interval != cable.Interval || !strings.Contains(p.Steps, "IC-1 (outage), IC-2 (degraded)") {
		t.Errorf("got %+v, %v", p, err)
	}
	n.End = n.Start.Add(LongestWindow + time.Second)
	n.Summary = strings.Repeat("long ", 200)
	p = n.Plan()
	p.Tidy()
	if err := p.Check(); err != nil || !p.Start.IsZero() {
		t.Errorf("got %v, %v, want no times", p.Interval, err)
	}
}
