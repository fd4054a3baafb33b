package site_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"lull/scheduler"
	"lull/scheduler/agenda"
	"lull/scheduler/store/storetest"
)

// look answers what the handler says to a GET with a query; the path values
// come in pairs.
func (d *desk) look(h handler, query string, path ...string) (int, string) {
	d.Helper()
	r := httptest.NewRequest(http.MethodGet, "/?"+query, nil)
	for i := 0; i < len(path); i += 2 {
		r.SetPathValue(path[i], path[i+1])
	}
	w := httptest.NewRecorder()
	if err := h(w, r, d.who); err != nil {
		d.site.Fail(w, r, d.who, err)
	}
	return w.Code, w.Body.String()
}

// says reports whether the page that a query leads to holds the words.
func (d *desk) says(name string, h handler, query string, want, never []string) {
	d.Helper()
	status, body := d.look(h, query)
	if status != http.StatusOK {
		d.Errorf("%s: got %d", name, status)
	}
	for _, words := range want {
		if !strings.Contains(body, words) {
			d.Errorf("%s: the page does not hold %q:\n%s", name, words, body)
		}
	}
	for _, words := range never {
		if strings.Contains(body, words) {
			d.Errorf("%s: the page holds %q:\n%s", name, words, body)
		}
	}
}

func freezeForm(more map[string]string) url.Values {
	v := url.Values{
		"title": {"Peak trading"}, "reason": {"The sales of the year."}, "time_zone": {"Europe/Berlin"},
		"start_date": {storetest.Noon.AddDate(0, 0, 2).Format(time.DateOnly)}, "start_time": {"00:00"},
		"end_date": {storetest.Noon.AddDate(0, 0, 5).Format(time.DateOnly)}, "end_time": {"08:00"},
		"scope": {"all"}, "override_role": {"approver"},
	}
	for name, value := range more {
		v.Set(name, value)
	}
	return v
}

func TestTheCalendarShowsWindowsAndFreezes(t *testing.T) {
	t.Parallel()
	d := open(t)
	if status, body, _ := d.ask(d.site.Book, plan("draft")); status != http.StatusSeeOther {
		t.Fatalf("got %d %s", status, body)
	}
	if status, body, _ := d.ask(d.site.AddFreeze, freezeForm(nil)); status != http.StatusSeeOther {
		t.Fatalf("got %d %s", status, body)
	}
	day := storetest.Noon.AddDate(0, 0, 3).Format(time.DateOnly)
	both := []string{"Core database upgrade", "Peak trading"}
	window, freeze := both[:1], both[1:]
	for _, c := range []struct {
		name, query string
		want, never []string
	}{
		{"the month", "date=" + day, both, nil},
		{"the week", "view=week&date=" + day, append(both, "Outage", "Draft"), nil},
		{"the day", "view=day&date=" + day, append(both, "UTC"), nil},
		{"another month", "date=2030-01-01", []string{"Nothing is planned in this time"}, both},
		{"of the service", "service=core-db&date=" + day, both, nil},
		{"of its tier", "tier=1&date=" + day, both, nil},
		{"of another tier", "tier=4&date=" + day, []string{"what you asked for"}, both},
		{"of its state", "state=draft&date=" + day, both, nil},
		{"of another state", "state=scheduled&date=" + day, freeze, window},
		{"of another kind", "kind=emergency&date=" + day, freeze, window},
		{"mine", "mine=yes&date=" + day, both, nil},
		{"of another lead", "lead=bob@example.org&date=" + day, freeze, window},
		{"as nobody can see it", "view=moon&date=" + day, both, nil},
	} {
		d.says(c.name, d.site.Calendar, c.query, c.want, c.never)
	}
	d.says("the timeline", d.site.Timeline, "date="+day, append(both, "Core database", `class="bar c`, `class="fz c`), nil)
	d.says("the timeline of a day", d.site.Timeline, "view=day&date="+day, append(both, "03:00"), nil)
	d.says("the timeline of four weeks", d.site.Timeline, "view=4weeks&date="+day, both, nil)
	d.says("the timeline of another tier", d.site.Timeline, "tier=4&date="+day, []string{"that fits"}, both)
}

func TestTheCalendarShowsWhatSuppliersDo(t *testing.T) {
	t.Parallel()
	d := open(t)
	start := storetest.Noon.AddDate(0, 0, 3)
	found, err := d.agenda.ImportNotices(t.Context(), []scheduler.NoticeUpdate{{
		Provider: "lightpath.example", Account: "4711", MaintenanceID: "PW-1", UID: "PW-1@lightpath.example", Sequence: 1, Stamp: storetest.Noon,
		Status: scheduler.NoticeConfirmed, Impact: scheduler.Outage, Interval: scheduler.Interval{Start: start, End: start.Add(2 * time.Hour)},
		Summary: "Splicing <b>", Objects: []scheduler.NoticeObject{{ID: "LP/1", Impact: scheduler.Outage}},
	}}, d.who.Person)
	if err != nil {
		t.Fatal(err)
	}
	day, title := start.Format(time.DateOnly), []string{"Splicing &lt;b&gt;", "/notices/" + found[0].ID}
	d.says("the month, while nobody said what it touches", d.site.Calendar, "date="+day, title, nil)
	d.says("a service's month, while nobody said", d.site.Calendar, "service=core-db&date="+day, nil, title)
	d.says("the timeline, while nobody said", d.site.Timeline, "date="+day, nil, title)
	if _, err := d.agenda.MapNotice(t.Context(), found[0].ID, agenda.Mapping{Services: []string{"core-db"}, Remember: scheduler.RememberObjects}, d.who.Person); err != nil {
		t.Fatal(err)
	}
	d.says("the month", d.site.Calendar, "date="+day, append(title, "Core database"), nil)
	d.says("the week", d.site.Calendar, "view=week&date="+day, title, nil)
	d.says("the day", d.site.Calendar, "view=day&date="+day, title, nil)
	d.says("another month", d.site.Calendar, "date=2030-01-01", []string{"Nothing is planned in this time"}, title)
	d.says("a service's month", d.site.Calendar, "service=core-db&date="+day, title, nil)
	d.says("the timeline", d.site.Timeline, "date="+day, append(title, `class="sp c`), nil)
	d.says("the timeline of a day", d.site.Timeline, "view=day&date="+day, title, nil)
}

func TestAnEmptyTimelineSaysWhatToDo(t *testing.T) {
	t.Parallel()
	d := open(t)
	if _, err := d.agenda.ImportServices(t.Context(), func([]scheduler.Service) ([]scheduler.Service, error) { return nil, nil }, d.who.Person); err != nil {
		t.Fatal(err)
	}
	if err := d.agenda.DeleteService(t.Context(), "core-db", d.who.Person); err != nil {
		t.Fatal(err)
	}
	d.says("without services", d.site.Timeline, "", []string{"There is no service yet"}, nil)
}

func TestAFreeDayLeadsToTheFormOfIt(t *testing.T) {
	t.Parallel()
	d := open(t)
	day := storetest.Noon.AddDate(0, 0, 1).Format(time.DateOnly)
	d.says("the month", d.site.Calendar, "", []string{`class="free" href="/windows/new?date=` + day + `"`}, nil)
	d.says("the form", d.site.New, "date="+day+"&time=02:30&service=core-db", []string{`value="` + day + `"`, `value="02:30"`}, nil)
	d.who.Role = scheduler.Viewer
	d.says("the month of who may not book", d.site.Calendar, "", nil, []string{"/windows/new?date="})
}

func TestACellOfTheMonthHasThreeAndCountsTheRest(t *testing.T) {
	t.Parallel()
	d := open(t)
	for range 5 {
		if status, body, _ := d.ask(d.site.Book, plan("draft")); status != http.StatusSeeOther {
			t.Fatalf("got %d %s", status, body)
		}
	}
	day := storetest.Noon.AddDate(0, 0, 3).Format(time.DateOnly)
	status, body := d.look(d.site.Calendar, "date="+day)
	if n := strings.Count(body, `<a class="chip `); status != http.StatusOK || n != 3 {
		t.Errorf("got %d windows in the cell, want 3", n)
	}
	if !strings.Contains(body, ">2 more<") {
		t.Errorf("the cell does not say that there are 2 more:\n%s", body)
	}
	d.says("the day", d.site.Calendar, "view=day&date="+day, []string{"MW-5"}, []string{"more: narrow"})
}

func TestTheOverviewShowsTheWeek(t *testing.T) {
	t.Parallel()
	d := open(t)
	d.ask(d.site.Book, plan("draft"))
	d.says("the overview", d.site.Overview, "", []string{`class="week"`, "view=day"}, nil)
}
