package site_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"lull/notifier"
	"lull/scheduler"
)

func TestTheWindowsPageSaysWhatWillBeAnnouncedAndWhoWasNotTold(t *testing.T) {
	t.Parallel()
	d := open(t)
	ctx := t.Context()
	if _, err := d.site.Agenda.AddStakeholder(ctx, scheduler.Stakeholder{Email: "a@example.net", TimeZone: "Asia/Tokyo", All: true, Confirmed: true}, d.who.Person); err != nil {
		t.Fatal(err)
	}
	if _, body, _ := d.ask(d.site.Book, plan("preview")); !strings.Contains(body, "Goes to 2 people in 2 time zones once approved.") {
		t.Errorf("the preview does not say who is told:\n%s", body)
	}
	if _, err := d.site.Agenda.KeepSettings(ctx, func(set *scheduler.Settings) error { set.Policy = scheduler.PolicyOf(scheduler.Solo); return nil }, d.who.Person); err != nil {
		t.Fatal(err)
	}
	d.ask(d.site.Book, plan("submit"))
	if _, err := d.site.Notifier.Announce(ctx); err != nil {
		t.Fatal(err)
	}
	ds, err := d.site.Notifier.Table(ctx, notifier.OutboxFilter{Address: "a@example.net"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.site.Notifier.Cancel(ctx, ds[0].ID, "They moved <b>away</b>.", d.who.Person); err != nil {
		t.Fatal(err)
	}
	form := plan("keep")
	form.Set("summary", "Another text.")
	if status, body, _ := d.ask(d.site.Change, form, "id", "MW-1"); status != http.StatusSeeOther {
		t.Fatalf("changing: %d %s", status, body)
	}
	if _, err := d.site.Notifier.Announce(ctx); err != nil {
		t.Fatal(err)
	}
	_, body, _ := d.ask(d.site.Window, nil, "id", "MW-1")
	for _, want := range []string{"Updated will be announced in 90 s.", "Send now", "Discard", "1 of 2 not told, and why", "cancelled by Ada: They moved &lt;b&gt;away&lt;/b&gt;."} {
		if !strings.Contains(body, want) {
			t.Errorf("the page lacks %q:\n%s", want, body)
		}
	}
	found := regexp.MustCompile(`/windows/MW-1/announcements/([^/"]+)/discard`).FindStringSubmatch(body)
	if found == nil {
		t.Fatal("no button to discard")
	}
	do := func(verb string) (int, string) {
		t.Helper()
		r := httptest.NewRequest(http.MethodPost, "/windows/MW-1/announcements/"+found[1]+"/"+verb, strings.NewReader(url.Values{}.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.SetPathValue("id", "MW-1")
		r.SetPathValue("announcement", found[1])
		w := httptest.NewRecorder()
		if err := d.site.Verb(w, r, d.who); err != nil {
			d.site.Fail(w, r, d.who, err)
		}
		return w.Code, w.Body.String()
	}
	if status, body := do("discard"); status != http.StatusSeeOther {
		t.Fatalf("discarding: %d %s", status, body)
	}
	if _, body, _ := d.ask(d.site.Window, nil, "id", "MW-1"); !strings.Contains(body, "not announced, discarded by Ada: stakeholders keep what they know") {
		t.Errorf("the page does not say that it was discarded:\n%s", body)
	}
	if status, body := do("send"); status != http.StatusConflict || !strings.Contains(body, "This no longer waits") {
		t.Errorf("sending what was discarded: %d %s", status, body)
	}
}
