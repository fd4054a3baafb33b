package main

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// secret is everybody's password.
const secret = "a long enough secret phrase"

// staffed is a process of the server's with an admin, an operator and an
// approver, a service and a stakeholder, no notice asked, and an API token.
func staffed(t *testing.T) (s *process, token string) {
	t.Helper()
	s = newProcess(t)
	for email, role := range map[string]string{"mara": "admin", "jonas": "operator", "ruth": "approver"} {
		s.command(secret+"\n", "user", "add", "--email", email+"@example.org", "--name", strings.ToUpper(email[:1])+email[1:], "--role", role, "--password-stdin")
	}
	token = s.command("", "token", "add", "--user", "mara@example.org", "--name", "test")
	s.start()
	t.Cleanup(s.kill)
	for call, body := range map[string]string{
		"POST /services":     `{"slug":"core-db","name":"Core database","tier":2,"rollback_plan":"Promote the old replica.","checks":[{"phase":"before","text":"The replica has caught up","required":false}]}`,
		"POST /stakeholders": `{"email":"bob@example.net","name":"Bob"}`,
		"PUT /settings":      `{"notice":{"normal":"0s"}}`,
	} {
		method, to, _ := strings.Cut(call, " ")
		if status, answer, err := s.call(token, method, to, body); err != nil || status >= 300 {
			t.Fatalf("%s: %d %v %v", call, status, answer, err)
		}
	}
	return s, token
}

func TestAFreezeLeadsToAFreeTimeAndThatToASeriesInABrowser(t *testing.T) {
	path := browser(t)
	s, token := staffed(t)
	day := time.Now().UTC().AddDate(0, 0, 10).Truncate(24 * time.Hour)
	at := func(d time.Duration) string { return day.Add(d).Format(time.RFC3339) }
	if status, answer, err := s.call(token, "POST", "/freezes", fmt.Sprintf(`{"title":"Peak trading","start":"%s","end":"%s"}`, at(0), at(6*time.Hour))); err != nil || status >= 300 {
		t.Fatalf("a freeze: %d %v %v", status, answer, err)
	}

	jonas := newPerson(t, path, s.base)
	jonas.logIn("jonas@example.org", secret)
	jonas.open("/windows/new")
	jonas.fill(map[string]string{
		"#title": "Rotate the keys", "#date": day.Format(time.DateOnly), "#time": "02:00", "#time_zone": "UTC", "#length": "2h", "#lead": "jonas@example.org",
		`.checkrow select[name="check_phase"]`: "verify", `.checkrow input[name="check_text"]`: "The new key is in use",
	})
	jonas.do("choose the service", chromedp.Click(chromedp.CSS(`input[name="service"][value="core-db"]`)))
	jonas.has("#rollback_plan", "Promote the old replica.")
	jonas.press(`.actions button[value="submit"]`, "freezes Core database")
	jonas.shot("frozen")
	jonas.press(`fieldset button[value="slots"]`, "Next free times")
	jonas.shot("slots")
	apart, err := chromedp.Run(jonas.ctx, chromedp.Evaluate[bool](`(() => {
		const box = e => e.getBoundingClientRect(), all = [...document.querySelectorAll('ul.free button')], card = box(document.querySelector('ul.free').closest('section'))
		return all.length > 1 && all.every((e, i) => box(e).bottom <= card.bottom && box(e).top >= card.top && (i === 0 || box(e).top >= box(all[i-1]).bottom))
	})()`))
	if err != nil || !apart {
		t.Errorf("the free times lie upon each other, or outside their card: %v", err)
	}
	jonas.press(`.free button`, "Nothing else is in the way")
	jonas.has("#time", "06:00")
	jonas.press(`button[value="repeat"]`, "First date")
	jonas.has("#title", "Rotate the keys")
	jonas.fill(map[string]string{"#unit": "week", "#count": "4"})
	jonas.do("end it after four", chromedp.Click(chromedp.CSS(`input[name="ends"][value="after"]`)))
	jonas.press(`.actions button[value="preview"]`, "Next dates")
	jonas.shot("series-form")
	jonas.press(`.actions button[value="submit"]`, "To come")
	jonas.shot("series")

	series := only(t, s, token, "/series", 1)[0]
	ruth := newPerson(t, path, s.base)
	ruth.logIn("ruth@example.org", secret)
	ruth.open("/series/" + series)
	ruth.press(fmt.Sprintf(`form[action="/series/%s/approve"] button.primary`, series), "approved")

	third := day.AddDate(0, 0, 14).Format(time.DateOnly) + "T06:00"
	jonas.open("/series/" + series + "/edit?from=" + third)
	jonas.fill(map[string]string{"#time": "08:00", "#reason": "The night shift ends at seven."})
	jonas.press(`.actions button[value="keep"]`, "To come")
	jonas.shot("following")
	if both := only(t, s, token, "/series", 2); both[0] == both[1] {
		t.Fatalf("got %v, want a series of its own for what follows", both)
	}
	starts := only(t, s, token, "/windows", 4, "start")
	var want []string
	for i, hour := range []time.Duration{6, 6, 8, 8} {
		want = append(want, day.AddDate(0, 0, 7*i).Add(hour*time.Hour).Format(time.RFC3339))
	}
	if fmt.Sprint(starts) != fmt.Sprint(want) {
		t.Fatalf("got %v, want %v", starts, want)
	}
}

// only lists a field, the id if none is named, of all n items that a list of
// the API has.
func only(t *testing.T, s *process, token, list string, n int, field ...string) (found []string) {
	t.Helper()
	status, answer, err := s.call(token, "GET", list, "")
	items, _ := answer["items"].([]any)
	if err != nil || status != 200 || len(items) != n {
		t.Fatalf("%s: %d %v %v, want %d", list, status, answer, err, n)
	}
	for _, one := range items {
		name := "id"
		if len(field) > 0 {
			name = field[0]
		}
		found = append(found, fmt.Sprint(one.(map[string]any)[name]))
	}
	return found
}
