package agenda_test

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"lull/scheduler"
	"lull/scheduler/agenda"
	"lull/scheduler/store/storetest"
)

// works is what a supplier says of its works two days ahead.
func works(change func(*scheduler.NoticeUpdate)) scheduler.NoticeUpdate {
	start := storetest.Noon.Add(48 * time.Hour)
	u := scheduler.NoticeUpdate{
		Provider: "example.net", Account: "1", MaintenanceID: "CHG-1", UID: "1@example.net", Sequence: 1, Stamp: storetest.Noon,
		Status: scheduler.NoticeConfirmed, Impact: scheduler.Outage, Interval: scheduler.Interval{Start: start, End: start.Add(2 * time.Hour)},
		Summary: "Cable works", Objects: []scheduler.NoticeObject{{ID: "IC-1", Impact: scheduler.Outage}},
	}
	if change != nil {
		change(&u)
	}
	return u
}

func imported(t *testing.T, a *agenda.Agenda, us ...scheduler.NoticeUpdate) []agenda.Imported {
	t.Helper()
	all, err := a.ImportNotices(t.Context(), us, ada)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func history(t *testing.T, a *agenda.Agenda, id string) (n scheduler.SupplierNotice, applied []bool) {
	t.Helper()
	n, updates, err := a.Notice(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	for _, u := range updates {
		applied = append(applied, u.Applied)
	}
	return n, applied
}

func logged(t *testing.T, a *agenda.Agenda, kind scheduler.EventKind) (n int) {
	t.Helper()
	evs, _, err := a.Log(t.Context(), agenda.LogFilter{Limit: 500})
	if err != nil {
		t.Fatal(err)
	}
	for _, ev := range evs {
		if ev.Kind == kind {
			n++
		}
	}
	return n
}

func TestTheSameFileTwiceChangesNothing(t *testing.T) {
	t.Parallel()
	a, _ := open(t)
	other := works(func(u *scheduler.NoticeUpdate) { u.UID = "2@example.net" })
	first := imported(t, a, works(nil), other)
	if len(first) != 2 || !first[0].Applied || first[0].ID == "" || first[0].ID == first[1].ID {
		t.Fatalf("got %+v", first)
	}
	before, _, err := a.Notices(t.Context(), agenda.NoticeFilter{})
	if err != nil {
		t.Fatal(err)
	}
	again := imported(t, a, works(nil), other)
	after, _, err := a.Notices(t.Context(), agenda.NoticeFilter{})
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(before, after) || len(after) != 2 || logged(t, a, scheduler.NoticesImported) != 1 {
		t.Errorf("got %+v after %+v", after, before)
	}
	for i := range again {
		if !again[i].Applied || again[i].Changed || again[i].ID != first[i].ID {
			t.Errorf("got %+v, want it known already", again[i])
		}
	}
}

func TestUpdatesOutOfOrderAreShownAndNotApplied(t *testing.T) {
	t.Parallel()
	a, _ := open(t)
	third := works(func(u *scheduler.NoticeUpdate) { u.Sequence, u.Status = 3, scheduler.NoticeCancelled })
	second := works(func(u *scheduler.NoticeUpdate) { u.Sequence = 2; u.End = u.End.Add(time.Hour) })
	id := imported(t, a, works(nil))[0].ID
	all := imported(t, a, third, second, works(nil))
	if got := []bool{all[0].Applied, all[1].Applied, all[2].Applied}; !slices.Equal(got, []bool{true, false, false}) {
		t.Fatalf("got %v, want only the newest applied", got)
	}
	n, applied := history(t, a, id)
	if n.Status != scheduler.NoticeCancelled || n.Sequence != 3 || n.End != works(nil).End || !slices.Equal(applied, []bool{true, true, false}) {
		t.Errorf("got %+v with %v", n, applied)
	}
}

func TestAnAccountKeepsItsNoticesApart(t *testing.T) {
	t.Parallel()
	a, _ := open(t)
	second := works(func(u *scheduler.NoticeUpdate) { u.Account, u.Provider = "2", " EXAMPLE.NET" })
	nobodys := works(func(u *scheduler.NoticeUpdate) { u.Account, u.Sequence = "", 2 })
	all := imported(t, a, works(nil), second, nobodys)
	if all[0].ID == all[1].ID || all[2].ID == all[0].ID || all[2].ID == all[1].ID {
		t.Errorf("got %+v", all)
	}
	alone := works(func(u *scheduler.NoticeUpdate) { u.UID = "3" })
	cancel := works(func(u *scheduler.NoticeUpdate) {
		u.UID, u.Account, u.Sequence, u.Status, u.Objects, u.Interval = "3", "", 2, scheduler.NoticeCancelled, nil, scheduler.Interval{}
	})
	all = imported(t, a, alone, cancel)
	if n, _ := history(t, a, all[0].ID); all[1].ID != all[0].ID || n.Status != scheduler.NoticeCancelled || n.Interval != alone.Interval {
		t.Errorf("a cancellation without account and times: got %+v, %+v", all[1], n)
	}
}

func TestAnEventThatIsNotEnoughSparesTheOthers(t *testing.T) {
	t.Parallel()
	a, _ := open(t)
	timeless := works(func(u *scheduler.NoticeUpdate) { u.UID, u.Interval = "2", scheduler.Interval{} })
	all := imported(t, a, timeless, works(nil))
	if all[0].ID != "" || all[0].Applied || len(all[0].Problems) != 1 || all[1].ID == "" {
		t.Errorf("got %+v", all)
	}
}

func TestATryKeepsNothing(t *testing.T) {
	t.Parallel()
	a, _ := open(t)
	all, err := a.TryNotices(t.Context(), []scheduler.NoticeUpdate{works(nil)}, ada)
	if err != nil || len(all) != 1 || !all[0].Applied || !all[0].Changed || all[0].ID != "" {
		t.Fatalf("got %+v, %v", all, err)
	}
	if ns, _, err := a.Notices(t.Context(), agenda.NoticeFilter{}); err != nil || len(ns) > 0 || logged(t, a, scheduler.NoticesImported) > 0 {
		t.Errorf("got %+v, %v, want nothing", ns, err)
	}
}

func unmatched(t *testing.T, a *agenda.Agenda) int {
	t.Helper()
	ns, _, err := a.Notices(t.Context(), agenda.NoticeFilter{Unmatched: true})
	if err != nil {
		t.Fatal(err)
	}
	return len(ns)
}

func TestAMappingIsRememberedForWhatComes(t *testing.T) {
	t.Parallel()
	a, _ := open(t)
	all := imported(t, a, works(nil), works(func(u *scheduler.NoticeUpdate) { u.UID, u.Account = "2", "other" }),
		works(func(u *scheduler.NoticeUpdate) { u.UID, u.Objects[0].ID = "3", "IC-9" }))
	if unmatched(t, a) != 3 {
		t.Fatal("want all three to wait")
	}
	n, err := a.MapNotice(t.Context(), all[0].ID, agenda.Mapping{Services: []string{"core-db"}, Remember: scheduler.RememberObjects, Version: 1}, ada)
	if err != nil || !slices.Equal(n.Services, []scheduler.Affected{{Service: "core-db", Impact: scheduler.Outage}}) || n.ByHand || unmatched(t, a) != 1 {
		t.Fatalf("got %+v, %v; want it and the other of the same object mapped", n, err)
	}
	if _, err := a.MapNotice(t.Context(), all[0].ID, agenda.Mapping{Version: 1}, ada); !errors.Is(err, scheduler.ErrStale) {
		t.Errorf("got %v, want ErrStale", err)
	}
	next := imported(t, a, works(func(u *scheduler.NoticeUpdate) { u.UID, u.Objects[0].Impact = "4", scheduler.Degraded }))
	if n, _ := history(t, a, next[0].ID); !slices.Equal(n.Services, []scheduler.Affected{{Service: "core-db", Impact: scheduler.Degraded}}) {
		t.Errorf("got %+v, want the rule to find it", n.Services)
	}
	if _, err := a.MapNotice(t.Context(), all[2].ID, agenda.Mapping{}, ada); err != nil || unmatched(t, a) != 0 {
		t.Errorf("%v: nothing of ours is an answer too", err)
	}
	rules, err := a.NoticeRules(t.Context())
	if err != nil || len(rules) != 1 || rules[0].Account != "" {
		t.Fatalf("got %+v, %v", rules, err)
	}
	if err := a.DeleteNoticeRule(t.Context(), rules[0].ID, ada); err != nil {
		t.Fatal(err)
	}
	if unmatched(t, a) != 3 {
		t.Errorf("%d wait, want those that the rule alone had mapped", unmatched(t, a))
	}
}

func TestAMappingByHandOutlastsRulesAndTakesNewObjectsIn(t *testing.T) {
	t.Parallel()
	a, _ := open(t)
	id := imported(t, a, works(nil))[0].ID
	if _, err := a.MapNotice(t.Context(), id, agenda.Mapping{Services: []string{"shop"}}, ada); err != nil {
		t.Fatal(err)
	}
	other := imported(t, a, works(func(u *scheduler.NoticeUpdate) {
		u.UID = "2"
		u.Objects = append(u.Objects, scheduler.NoticeObject{ID: "IC-2", Impact: scheduler.Outage})
	}))[0].ID
	if _, err := a.MapNotice(t.Context(), other, agenda.Mapping{Services: []string{"core-db"}, Remember: scheduler.RememberObjects}, ada); err != nil {
		t.Fatal(err)
	}
	if n, _ := history(t, a, id); !slices.Equal(n.Slugs(), []string{"shop"}) {
		t.Fatalf("got %v, want what the hand said", n.Slugs())
	}
	imported(t, a, works(func(u *scheduler.NoticeUpdate) {
		u.Sequence = 2
		u.Objects = append(u.Objects, scheduler.NoticeObject{ID: "ic-2", Impact: scheduler.Outage})
	}))
	if n, _ := history(t, a, id); !slices.Equal(n.Slugs(), []string{"core-db", "shop"}) {
		t.Errorf("got %v, want that of the new object too", n.Slugs())
	}
}

func TestAMappingThatIsNoneIsRefused(t *testing.T) {
	t.Parallel()
	a, _ := open(t)
	id := imported(t, a, works(nil))[0].ID
	for field, m := range map[string]agenda.Mapping{"services": {Services: []string{"x"}}, "remember_for": {Remember: "ever"}} {
		var wrong scheduler.InvalidError
		if _, err := a.MapNotice(t.Context(), id, m, ada); !errors.As(err, &wrong) || wrong[field] == "" {
			t.Errorf("got %v, want words for %s", err, field)
		}
	}
	if _, err := a.MapNotice(t.Context(), "x", agenda.Mapping{}, ada); !errors.Is(err, scheduler.ErrNotFound) {
		t.Errorf("got %v, want ErrNotFound", err)
	}
}

// suppliers counts what of suppliers stands in the window's way.
func suppliers(t *testing.T, a *agenda.Agenda, id string) (n int) {
	t.Helper()
	v, err := a.Window(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range v.Conflicts {
		if c.Kind == scheduler.SupplierBusy {
			n++
		}
	}
	return n
}

func TestASupplierWarnsThePeopleOfWindows(t *testing.T) {
	t.Parallel()
	a, _ := open(t)
	start := storetest.Noon.Add(48 * time.Hour)
	shop := bookedOn(t, a, "shop", "", start, ada)                      // depends on core-db
	after := bookedOn(t, a, "core-db", "", start.Add(2*time.Hour), bob) // back to back
	id := imported(t, a, works(nil))[0].ID
	if suppliers(t, a, shop.ID) != 0 {
		t.Fatal("a notice that nobody mapped stands in the way")
	}
	if _, err := a.MapNotice(t.Context(), id, agenda.Mapping{Services: []string{"core-db"}, Remember: scheduler.RememberProvider}, ada); err != nil {
		t.Fatal(err)
	}
	if n, words := told(t, a, shop.ID); suppliers(t, a, shop.ID) != 1 || n != 1 || !strings.Contains(words, "CHG-1 of example.net") {
		t.Fatalf("the shop heard %d times, %q", n, words)
	}
	if n, _ := told(t, a, after.ID); n != 0 || suppliers(t, a, after.ID) != 0 {
		t.Errorf("back to back is in the way: heard %d times", n)
	}
	longer := works(func(u *scheduler.NoticeUpdate) { u.Sequence = 2; u.End = u.End.Add(time.Second) })
	imported(t, a, longer)
	if n, _ := told(t, a, after.ID); n != 1 {
		t.Errorf("heard %d times of a notice that became longer, want once", n)
	}
	if n, _ := told(t, a, shop.ID); n != 2 {
		t.Errorf("the shop heard %d times, want once more of what became longer", n)
	}
	imported(t, a, works(func(u *scheduler.NoticeUpdate) { u.Sequence, u.End, u.Summary = 2, longer.End, "Cable works, east" }))
	if n, _ := told(t, a, shop.ID); n != 2 {
		t.Errorf("the shop heard %d times, want nothing of what moved not", n)
	}
	longer.Sequence, longer.Status = 3, scheduler.NoticeCancelled
	imported(t, a, longer)
	if suppliers(t, a, shop.ID)+suppliers(t, a, after.ID) != 0 {
		t.Error("a cancelled notice stands in the way")
	}
	longer.Sequence, longer.Status = 4, scheduler.NoticeConfirmed
	imported(t, a, longer)
	if n, _ := told(t, a, shop.ID); n != 3 {
		t.Errorf("the shop heard %d times, want once more when it returned", n)
	}
	if err := a.DeleteNotice(t.Context(), id, bob); err != nil || suppliers(t, a, shop.ID) != 0 {
		t.Errorf("%v: a forgotten notice stands in the way", err)
	}
}

func TestALongMaintenanceOfASupplierIsFoundInItsMiddle(t *testing.T) {
	t.Parallel()
	a, _ := open(t)
	imported(t, a, works(func(u *scheduler.NoticeUpdate) {
		u.Start, u.End = storetest.Noon.AddDate(0, -3, 0), storetest.Noon.AddDate(0, 3, 0)
	}))
	ns, _, err := a.Notices(t.Context(), agenda.NoticeFilter{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.MapNotice(t.Context(), ns[0].ID, agenda.Mapping{Services: []string{"core-db"}}, ada); err != nil {
		t.Fatal(err)
	}
	if v := bookedOn(t, a, "core-db", "", storetest.Noon.Add(72*time.Hour), ada); suppliers(t, a, v.ID) != 1 {
		t.Errorf("got %+v", v.Conflicts)
	}
}

func TestSlotsCountASupplierAsAWarning(t *testing.T) {
	t.Parallel()
	a, _ := open(t)
	id := imported(t, a, works(nil))[0].ID
	if _, err := a.MapNotice(t.Context(), id, agenda.Mapping{Services: []string{"core-db"}}, ada); err != nil {
		t.Fatal(err)
	}
	i := works(nil).Interval
	q := scheduler.Search{Services: []string{"shop"}, Duration: time.Hour, Within: scheduler.Interval{Start: i.Start.Add(-time.Hour), End: i.End}, Count: 2}
	slots, _, err := a.Slots(t.Context(), q)
	if err != nil || len(slots) != 2 || len(slots[0].Warnings) != 0 || len(slots[1].Warnings) != 1 || slots[1].Warnings[0].Kind != scheduler.SupplierBusy {
		t.Errorf("got %+v, %v; want one that is clear and one with a warning", slots, err)
	}
}

func TestAWindowIsMadeOfANoticeOnce(t *testing.T) {
	t.Parallel()
	a, _ := open(t)
	id := imported(t, a, works(nil))[0].ID
	if _, err := a.MapNotice(t.Context(), id, agenda.Mapping{Services: []string{"core-db"}}, ada); err != nil {
		t.Fatal(err)
	}
	page := "https://lull.example.org/notices/" + id
	v, err := a.WindowOfNotice(t.Context(), id, page, ada)
	if err != nil {
		t.Fatal(err)
	}
	got := []any{v.State, v.Title, v.Interval, v.Services, v.Links, v.Lead}
	want := []any{scheduler.Draft, "Cable works", works(nil).Interval, []scheduler.Affected{{Service: "core-db", Impact: scheduler.Outage}}, []scheduler.Link{{Label: "Supplier notice", URL: page}}, ada.Email}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if _, err := a.WindowOfNotice(t.Context(), id, page, ada); !slices.Equal(codes(err), []string{scheduler.CodeState}) {
		t.Errorf("got %v, want a refusal", err)
	}
	if n, _ := history(t, a, id); n.Window != v.Name() {
		t.Errorf("got %q, want the window on the notice", n.Window)
	}
	if n := suppliers(t, a, v.ID); n != 0 {
		t.Error("what a window was made of stands in its way")
	}
	if n := suppliers(t, a, bookedOn(t, a, "core-db", "", works(nil).Start, ada).ID); n != 1 {
		t.Errorf("another window at the time has %d suppliers in its way, want 1", n)
	}
	if err := a.Delete(t.Context(), v.ID, 0, ada); err != nil {
		t.Fatal(err)
	}
	if _, err := a.WindowOfNotice(t.Context(), id, page, scheduler.Person{Email: "the command line", Via: "command"}); err != nil {
		t.Errorf("after the draft is gone, and by nobody who could lead it: %v", err)
	}
}

func TestNoticesAreListedByTheirTime(t *testing.T) {
	t.Parallel()
	a, _ := open(t)
	var us []scheduler.NoticeUpdate
	for i := range 5 {
		us = append(us, works(func(u *scheduler.NoticeUpdate) {
			u.UID, u.Summary = fmt.Sprint(i), fmt.Sprintf("Works 100%% number %d", i)
			u.Start, u.End = u.Start.Add(time.Duration(i)*time.Hour), u.Start.Add(time.Duration(i+1)*time.Hour)
		}))
	}
	us[1].Status, us[2].Status = scheduler.NoticeCancelled, scheduler.NoticeCompleted
	imported(t, a, us...)
	titles := func(f agenda.NoticeFilter) (all []string) {
		t.Helper()
		for {
			ns, next, err := a.Notices(t.Context(), f)
			if err != nil {
				t.Fatal(err)
			}
			for _, n := range ns {
				all = append(all, n.UID)
			}
			if f.Cursor = next; next == "" {
				return all
			}
		}
	}
	at := us[1].Interval
	for name, c := range map[string]struct {
		f    agenda.NoticeFilter
		want string
	}{
		"all, page by page": {agenda.NoticeFilter{Limit: 2}, "01234"}, "backwards": {agenda.NoticeFilter{Limit: 2, Backwards: true}, "43210"},
		"open": {agenda.NoticeFilter{Open: true}, "034"}, "waiting": {agenda.NoticeFilter{Unmatched: true}, "034"},
		"some words": {agenda.NoticeFilter{Q: "100% NUMBER 3"}, "3"}, "an object": {agenda.NoticeFilter{Q: "ic-1"}, "01234"}, "no words": {agenda.NoticeFilter{Q: "100_"}, ""},
		"half open": {agenda.NoticeFilter{From: at.Start, To: at.End}, "1"}, "a status": {agenda.NoticeFilter{Statuses: []scheduler.NoticeStatus{scheduler.NoticeCompleted}}, "2"},
		"a service": {agenda.NoticeFilter{Services: []string{"shop"}}, ""},
	} {
		if got := strings.Join(titles(c.f), ""); got != c.want {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
	}
	in, err := a.NoticesIn(t.Context(), scheduler.Interval{Start: us[0].Start, End: us[3].Start})
	if err != nil || len(in) != 2 || in[0].UID != "0" || in[1].UID != "2" {
		t.Errorf("got %+v, %v; want those that are not cancelled", in, err)
	}
	if _, _, err := a.Notices(t.Context(), agenda.NoticeFilter{Cursor: "x"}); err == nil {
		t.Error("a cursor that is none was taken")
	}
}

func BenchmarkImportTenThousandNotices(b *testing.B) {
	us := make([]scheduler.NoticeUpdate, 10_000)
	for i := range us {
		us[i] = works(func(u *scheduler.NoticeUpdate) { u.UID = fmt.Sprint(i) })
	}
	for b.Loop() {
		b.StopTimer()
		a, _ := open(b)
		b.StartTimer()
		if _, err := a.ImportNotices(b.Context(), us, ada); err != nil {
			b.Fatal(err)
		}
	}
}

func TestASupplierWarnsThePeopleOfWhatRuns(t *testing.T) {
	t.Parallel()
	a, w, at := running(t)
	at(30 * time.Minute)
	id := imported(t, a, works(func(u *scheduler.NoticeUpdate) { u.Start, u.End = w.Start.Add(time.Hour), w.End.Add(time.Hour) }))[0].ID
	if _, err := a.MapNotice(t.Context(), id, agenda.Mapping{Services: []string{"core-db"}}, ada); err != nil {
		t.Fatal(err)
	}
	if n, words := told(t, a, w.ID); n != 1 || !strings.Contains(words, "CHG-1") {
		t.Errorf("heard %d times, %q; want once of the supplier", n, words)
	}
}
