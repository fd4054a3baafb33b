package site_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"lull/scheduler"
)

// nights is the form of a series on the second Sunday of each month.
func nights(do string) url.Values {
	v := plan(do)
	for name, value := range map[string]string{
		"date": "2026-12-13", "time": "02:00", "every": "1", "unit": "month", "monthly_by": "weekday", "ends": "never", "public": "yes",
	} {
		v.Set(name, value)
	}
	return v
}

// made is the path of a series that the form made.
func (d *desk) made(do string) string {
	d.Helper()
	code, body, head := d.ask(d.site.AddSeries, nights(do))
	if code != http.StatusSeeOther {
		d.Fatalf("%d: %s", code, body)
	}
	return strings.TrimPrefix(head.Get("Location"), "/series/")
}

func TestASeriesIsMadeByAForm(t *testing.T) {
	t.Parallel()
	d := open(t)
	id := d.made("submit")
	_, body, _ := d.ask(d.site.Series, nil, "id", id)
	for _, want := range []string{"Second Sunday of each month, 02:00–04:00", ">Sun 13 Dec 2026, 02:00<", "Requested", "until it is ended"} {
		if !strings.Contains(body, want) {
			t.Errorf("the page of the series does not say %q", want)
		}
	}
	if _, body, _ = d.ask(d.site.AllSeries, nil); !strings.Contains(body, "/series/"+id) {
		t.Error("the list does not lead to it")
	}
	if _, body, _ = d.ask(d.site.Window, nil, "id", "MW-1"); !strings.Contains(body, "/series/"+id+"/edit?from=2026-12-13T02%3a00") {
		t.Error("the page of its window does not offer this and following")
	}
	if _, body, _ = d.ask(d.site.Approvals, nil); !strings.Contains(body, "/series/"+id) || strings.Contains(body, "/windows/MW-2") {
		t.Error("it does not wait once, as a series, among the approvals")
	}
	if _, body, _ = d.ask(d.site.EditSeries, nil, "id", id); !strings.Contains(body, `value="2026-12-13"`) || !strings.Contains(body, "on the second Sunday") {
		t.Error("the form does not show what is kept")
	}
}

func TestThePreviewOfASeriesShowsUTCAndClockChanges(t *testing.T) {
	t.Parallel()
	d := open(t)
	v := nights("preview")
	v.Set("date", "2027-03-27")
	v.Set("time", "02:30")
	v.Set("unit", "day")
	code, body, _ := d.ask(d.site.AddSeries, v)
	for _, want := range []string{"02:30 does not exist on 28 Mar", "Sun 28 Mar 2027, 01:30–03:30 UTC", "Mon 29 Mar 2027, 00:30–02:30 UTC"} {
		if code != http.StatusOK || !strings.Contains(body, want) {
			t.Errorf("%d, without %q", code, want)
		}
	}
}

func TestARefusedSeriesComesBackAsTyped(t *testing.T) {
	t.Parallel()
	d := open(t)
	for _, c := range []struct {
		name  string
		set   map[string]string
		field string
	}{
		{"no time", map[string]string{"time": ""}, "start_local"},
		{"every nothing", map[string]string{"every": "often"}, "every"},
		{"after no number", map[string]string{"ends": "after"}, "count"},
		{"on no day", map[string]string{"ends": "on"}, "until"},
		{"a rule that is none", map[string]string{"rrule": "FREQ=SOMETIMES"}, "rrule"},
		{"too long", map[string]string{"unit": "day", "length": "30h"}, "duration"},
		{"no length", map[string]string{"length": ""}, "duration"},
	} {
		t.Run(c.name, func(t *testing.T) {
			v := nights("submit")
			for name, value := range c.set {
				v.Set(name, value)
			}
			code, body, _ := d.ask(d.site.AddSeries, v)
			if code != http.StatusUnprocessableEntity || !strings.Contains(body, `id="`+c.field+`-err"`) || !strings.Contains(body, "Core database upgrade") {
				t.Errorf("got %d, words beside %s: %t", code, c.field, strings.Contains(body, `id="`+c.field+`-err"`))
			}
		})
	}
}

func TestASeriesIsChangedSkippedAndEndedOnItsPage(t *testing.T) {
	t.Parallel()
	d := open(t)
	id := d.made("draft")
	v := nights("keep")
	v.Set("version", "1")
	v.Set("time", "03:00")
	code, body, head := d.ask(d.site.ChangeSeries, v, "id", id)
	if code != http.StatusSeeOther || head.Get("Location") != "/series/"+id {
		t.Fatalf("changed: %d %s", code, body)
	}
	if code, body, _ = d.ask(d.site.ChangeSeries, v, "id", id); code != http.StatusPreconditionFailed || !strings.Contains(body, "present version") {
		t.Errorf("the stale form gets %d", code)
	}
	skip := url.Values{"occurrence": {"2027-01-10T03:00"}, "reason": {"A holiday."}}
	if code, body, _ = d.ask(d.site.SeriesVerb, skip, "id", id, "verb", "skip"); code != http.StatusSeeOther {
		t.Errorf("skipped: %d %s", code, body)
	}
	v.Set("version", "")
	v.Set("from", "2027-03-14T03:00")
	v.Set("date", "2027-03-14")
	v.Set("time", "04:00")
	if code, _, head = d.ask(d.site.ChangeSeries, v, "id", id); code != http.StatusSeeOther || head.Get("Location") == "/series/"+id {
		t.Errorf("this and following: %d, to %s", code, head.Get("Location"))
	}
	if code, _, _ = d.ask(d.site.SeriesVerb, url.Values{}, "id", id, "verb", "end"); code != http.StatusSeeOther {
		t.Errorf("ended: %d", code)
	}
	if _, body, _ = d.ask(d.site.Series, nil, "id", id); !strings.Contains(body, "Ended") {
		t.Error("the page does not say that it has ended")
	}
}

func TestWhoAskedForASeriesIsToldWhyTheyCannotApproveIt(t *testing.T) {
	t.Parallel()
	d := open(t)
	id := d.made("submit")
	code, body, _ := d.ask(d.site.SeriesVerb, url.Values{}, "id", id, "verb", "approve")
	if code != http.StatusConflict || !strings.Contains(body, "Nobody approves a series that they requested") {
		t.Errorf("got %d", code)
	}
	d.who.Person = scheduler.Person{Email: "bob@example.org", Name: "Bob", Role: scheduler.Approver, Via: "page"}
	if code, _, _ = d.ask(d.site.SeriesVerb, url.Values{"review_by": {"soon"}}, "id", id, "verb", "approve"); code != http.StatusUnprocessableEntity {
		t.Errorf("a review that is no day gives %d", code)
	}
	if code, body, _ = d.ask(d.site.SeriesVerb, url.Values{"review_by": {"2027-06-30"}}, "id", id, "verb", "approve"); code != http.StatusSeeOther {
		t.Errorf("approved: %d %s", code, body)
	}
}

func TestThePublicPageShowsTheNextDatesOfASeries(t *testing.T) {
	t.Parallel()
	d := open(t)
	id := d.made("submit")
	d.who.Person = scheduler.Person{Email: "bob@example.org", Name: "Bob", Role: scheduler.Approver, Via: "page"}
	if code, body, _ := d.ask(d.site.SeriesVerb, url.Values{}, "id", id, "verb", "approve"); code != http.StatusSeeOther {
		t.Fatalf("approved: %d %s", code, body)
	}
	_, body, _ := d.ask(d.site.Status, nil)
	if got := strings.Count(body, "<b><a href=\"/status/"); got != 3 {
		t.Errorf("%d of its dates are on the public page, want 3", got)
	}
}

func TestTheFormOfAWindowBecomesThatOfASeries(t *testing.T) {
	t.Parallel()
	d := open(t)
	form := plan("repeat")
	form.Del("length")
	form.Set("end_time", "05:30")
	status, body, _ := d.ask(d.site.AddSeries, form)
	for _, want := range []string{`value="Core database upgrade"`, `name="length" value="210m"`, `value="Orders can be placed"`, `action="/series"`} {
		if status != http.StatusOK || !strings.Contains(body, want) {
			t.Errorf("got %d, want %s in the form of a series:\n%s", status, want, body)
		}
	}
	d.ask(d.site.Book, plan("draft"))
	status, body, _ = d.ask(query(d.site.NewSeries, "window=MW-1"), nil)
	if status != http.StatusOK || !strings.Contains(body, `value="Core database upgrade"`) || !strings.Contains(body, `name="time" value="02:00"`) {
		t.Errorf("got %d, want the window's plan in the form of a series:\n%s", status, body)
	}
}

func TestTheFormOfThisAndFollowingBeginsWithTheNextDateOfTheRule(t *testing.T) {
	t.Parallel()
	d := open(t)
	v := nights("draft")
	v.Set("rdates", "2027-01-16T09:00")
	code, body, head := d.ask(d.site.AddSeries, v)
	if code != http.StatusSeeOther {
		t.Fatalf("%d: %s", code, body)
	}
	id := strings.TrimPrefix(head.Get("Location"), "/series/")
	code, body, _ = d.ask(query(d.site.EditSeries, "from=2027-01-16T09:00"), nil, "id", id)
	if code != http.StatusOK || !strings.Contains(body, `value="2027-02-14"`) || !strings.Contains(body, "2027-01-16T09:00</textarea>") {
		t.Errorf("the form from an added date on: %d %s", code, body)
	}
	if code, _, _ = d.ask(query(d.site.EditSeries, "from=soon"), nil, "id", id); code != http.StatusUnprocessableEntity {
		t.Errorf("from a date that is none: %d", code)
	}
}

func TestTheFormOfASeriesIsFilledFromATemplate(t *testing.T) {
	t.Parallel()
	d := open(t)
	id := d.preApproved()
	code, body, _ := d.ask(query(d.site.NewSeries, "template="+id), nil)
	for _, want := range []string{"Orders can be placed", `name="template" value="` + id + `"`, "pre-approved by"} {
		if code != http.StatusOK || !strings.Contains(body, want) {
			t.Errorf("%d, without %q", code, want)
		}
	}
	v := nights("draft")
	v.Set("template", id)
	code, body, head := d.ask(d.site.AddSeries, v)
	if code != http.StatusSeeOther {
		t.Fatalf("%d %s", code, body)
	}
	made := strings.TrimPrefix(head.Get("Location"), "/series/")
	if _, body, _ = d.ask(d.site.Series, nil, "id", made); !strings.Contains(body, `href="/templates/`+id+`"`) {
		t.Error("the page does not name the template")
	}
}
