package site_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

func TestAListNarrowedToWhatThereIsNotSaysSo(t *testing.T) {
	t.Parallel()
	d := open(t)
	if status, body, _ := d.ask(d.site.Book, plan("submit")); status != http.StatusSeeOther {
		t.Fatalf("booking: %d %s", status, body)
	}
	pages := map[string]handler{"windows": d.site.Windows, "calendar": d.site.Calendar, "timeline": d.site.Timeline, "log": d.site.Log, "outbox": d.site.Outbox}
	for _, c := range []struct{ page, name, value, want string }{
		{"windows", "state", "done", "There is no state &#34;done&#34;."},
		{"windows", "service", "<b>", "There is no service &#34;&lt;b&gt;&#34;."},
		{"windows", "kind", "urgent", "There is no kind &#34;urgent&#34;."},
		{"windows", "from", "tomorrow", "Give a day such as 2026-12-12."},
		{"calendar", "service", "gone", "There is no service &#34;gone&#34;."},
		{"calendar", "tier", "9", "Tiers are 1, 2, 3 and 4."},
		{"calendar", "date", "2026-13-01", "Give a day such as 2026-12-12."},
		{"timeline", "state", "done", "There is no state &#34;done&#34;."},
		{"timeline", "tier", "first", "Tiers are 1, 2, 3 and 4."},
		{"log", "to", "31.12.", "Give a day such as 2026-12-12."},
		{"log", "window", "MW-99", "There is no window &#34;MW-99&#34;."},
		{"outbox", "state", "lost", "There is no state &#34;lost&#34;."},
		{"outbox", "kind", "letter", "There is no kind &#34;letter&#34;."},
	} {
		status, body := d.see(pages[c.page], url.Values{c.name: {c.value}})
		if status != http.StatusUnprocessableEntity || !strings.Contains(body, c.want) {
			t.Errorf("%s, %s=%s: %d without %q:\n%s", c.page, c.name, c.value, status, c.want, body)
		}
		for _, never := range []string{"Nothing is planned", "No window fits", "Nothing here."} {
			if strings.Contains(body, never) {
				t.Errorf("%s, %s=%s: it says %q, which nobody knows", c.page, c.name, c.value, never)
			}
		}
	}
	for name, page := range pages {
		if status, body := d.see(page, url.Values{"state": {""}, "kind": {""}, "service": {""}, "tier": {""}, "from": {""}, "to": {""}, "date": {""}, "window": {""}}); status != http.StatusOK {
			t.Errorf("%s with empty filters: %d %s", name, status, body)
		}
	}
}
