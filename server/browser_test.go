package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// chromium finds Debian's browser; without it the test is skipped, or fails
// where REQUIRE_BROWSER is set.
func chromium(t *testing.T) string {
	t.Helper()
	path, err := exec.LookPath("chromium")
	if err == nil {
		return path
	}
	if os.Getenv("REQUIRE_BROWSER") != "" {
		t.Fatal("chromium is not installed: apt-get install chromium")
	}
	t.Skip("chromium is not installed: apt-get install chromium")
	return ""
}

// browser finds the browser for a walk against a process of the server's own.
func browser(t *testing.T) (path string) {
	t.Helper()
	if os.Getenv("LULL_TEST_POSTGRES") != "" {
		t.Skip("the browser sees the same on either engine; it was walked on SQLite")
	}
	if testing.Short() {
		t.Skip("drives a browser against a process of its own")
	}
	return chromium(t)
}

// person is somebody at a browser of their own.
type person struct {
	t    *testing.T
	ctx  context.Context
	base string
}

func newPerson(t *testing.T, path, base string) *person {
	t.Helper()
	alloc, stop := chromedp.NewExecAllocator(t.Context(), append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.WindowSize(1280, 900),
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-quic", true))...)
	t.Cleanup(stop)
	ctx, done := chromedp.NewContext(alloc)
	t.Cleanup(done)
	ctx, end := context.WithTimeout(ctx, 5*time.Minute)
	t.Cleanup(end)
	// The context of the first step is the browser's own: this one, not a step's.
	if err := chromedp.Do(ctx, chromedp.Navigate("about:blank")); err != nil {
		t.Fatal(err)
	}
	return &person{t, ctx, base}
}

// do takes the steps, and says which page they failed on.
func (p *person) do(what string, steps ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	ctx, stop := context.WithTimeout(p.ctx, time.Minute)
	defer stop()
	if err := chromedp.Do(ctx, steps...); err != nil {
		look, stop := context.WithTimeout(p.ctx, 3*time.Second)
		defer stop()
		text, _ := chromedp.Run(look, chromedp.Text(chromedp.CSS("body")))
		p.t.Fatalf("%s: %v; the page says:\n%s", what, err, text)
	}
}

// fill writes values into the fields of the page by script, as a paste would.
func (p *person) fill(values map[string]string) {
	p.t.Helper()
	for selector, value := range values {
		p.do("fill "+selector, chromedp.SetValue(chromedp.CSS(selector), value))
	}
}

// press clicks and waits for the page that follows to show some words.
func (p *person) press(selector, words string) {
	p.t.Helper()
	// What was found may be replaced, by the live preview or the page that
	// follows, before it is clicked: then it is looked for once more.
	for range 5 {
		ctx, stop := context.WithTimeout(p.ctx, 30*time.Second)
		err := chromedp.Do(ctx, chromedp.Click(chromedp.CSS(selector)))
		stop()
		if err == nil || !strings.Contains(err.Error(), "Could not find node") {
			break
		}
	}
	p.sees(words)
}

// sees waits until the page shows the words.
func (p *person) sees(words string) {
	p.t.Helper()
	deadline := time.Now().Add(time.Minute)
	text := ""
	for time.Now().Before(deadline) {
		// A look that meets a page on its way out may wait for ever: look again.
		look, stop := context.WithTimeout(p.ctx, 3*time.Second)
		seen, err := chromedp.Run(look, chromedp.Text(chromedp.CSS("body")))
		stop()
		if err == nil {
			text = seen
		}
		if strings.Contains(text, words) {
			return
		}
		time.Sleep(50 * time.Millisecond) // a browser of its own
	}
	p.t.Fatalf("never saw %q; the page says:\n%s", words, text)
}

// has waits until the fields have these values, which a script may bring.
func (p *person) has(selector string, want ...string) {
	p.t.Helper()
	var got []string
	if err := eventually(func() (err error) {
		got, err = chromedp.Run(p.ctx, chromedp.Evaluate[[]string](fmt.Sprintf(`[...document.querySelectorAll(%q)].map(i => i.value)`, selector)))
		if err == nil && !slices.Equal(got, want) {
			err = fmt.Errorf("got %q, want %q", got, want)
		}
		return err
	}); err != nil {
		p.t.Fatalf("%s: %v", selector, err)
	}
}

func (p *person) open(path string) {
	p.t.Helper()
	p.do("open "+path, chromedp.Navigate(p.base+path))
}

func (p *person) logIn(email, password string) {
	p.t.Helper()
	p.open("/login")
	p.fill(map[string]string{"#email": email, "#password": password})
	p.press("main form button", "Overview")
}

// shot keeps a picture where LULL_SHOTS names a folder.
func (p *person) shot(name string) {
	p.t.Helper()
	dir := os.Getenv("LULL_SHOTS")
	if dir == "" {
		return
	}
	picture, err := chromedp.Run(p.ctx, chromedp.FullScreenshot(100))
	if err != nil {
		p.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, name+".png"), picture, 0o600); err != nil {
		p.t.Fatal(err)
	}
}

func TestTwoPeopleWalkTheWholePathInABrowser(t *testing.T) {
	path := browser(t)
	s, token := staffed(t)
	jonas := newPerson(t, path, s.base)
	jonas.logIn("jonas@example.org", secret)
	jonas.shot("overview")
	jonas.open("/windows/new")
	start := time.Now().UTC().Add(10 * time.Minute)
	jonas.fill(map[string]string{
		"#title": "Core database upgrade", "#summary": "Orders wait for a minute.", "#date": start.Format(time.DateOnly),
		"#time": start.Format("15:04"), "#time_zone": "UTC", "#length": "2h", "#lead": "jonas@example.org",
		"#rollback_duration": "30m", "#verification_duration": "15m",
		`.checkrow select[name="check_phase"]`: "verify", `.checkrow input[name="check_text"]`: "Orders can be placed",
	})
	jonas.do("choose the service", chromedp.Click(chromedp.CSS(`input[name="service"][value="core-db"]`)))
	jonas.has(`input[name="check_text"]`, "Orders can be placed", "The replica has caught up", "", "")
	jonas.has("#rollback_plan", "Promote the old replica.")
	jonas.shot("book")
	jonas.press(`button[value="submit"]`, "MW-1")

	ruth := newPerson(t, path, s.base)
	ruth.logIn("ruth@example.org", secret)
	ruth.open("/windows/MW-1")
	ruth.press(`form[action="/windows/MW-1/approve"] button.primary`, "approved; the window is scheduled")
	ruth.shot("approved")

	if err := eventually(func() error {
		_, answer, err := s.call(token, "GET", "/windows/MW-1", "")
		if err != nil {
			return err
		}
		if gate := fmt.Sprint(answer["gate"]); !strings.Contains(gate, "reasons:[]") {
			return fmt.Errorf("the start gate is shut: %s", gate)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	jonas.open("/windows/MW-1")
	jonas.press(`form[action="/windows/MW-1/start"] button.primary`, "started the work")
	jonas.shot("running")
	jonas.press(`form[action="/windows/MW-1/finish"] button.primary`, "verification begins")
	jonas.fill(map[string]string{"#close-notes": "Orders flow."})
	jonas.press(`form[action="/windows/MW-1/close"] button.primary`, `The verify check "Orders can be placed" is open.`)
	jonas.shot("refused")
	jonas.press(`form.result button[value="passed"]`, "passed")
	jonas.fill(map[string]string{"#close-notes": "Orders flow."})
	jonas.press(`form[action="/windows/MW-1/close"] button.primary`, "closed it as successful")
	jonas.shot("closed")
	jonas.open("/status")
	jonas.sees("Core database upgrade")
	jonas.shot("status")

	long := strings.Repeat("W", 70) // a word that fits on no phone
	for _, call := range []struct{ to, body string }{
		{"/services", `{"slug":"long","name":"` + long + `","tier":1,"public":true,"upstream":["core-db"]}`},
		{"/freezes", `{"title":"` + long + `","reason":"` + long + `","start":"2030-01-01T00:00:00Z","end":"2030-01-02T00:00:00Z"}`},
		{"/windows", `{"title":"` + long + `","summary":"` + long + `","plan":"` + long + `","rollback_plan":"` + long + `","services":[{"slug":"long","impact":"outage"}],"checks":[{"phase":"verify","text":"` + long + `","required":true}]}`},
		{"/windows/MW-2/log", `{"text":"` + long + long + `"}`},
	} {
		if status, answer, err := s.call(token, "POST", call.to, call.body); err != nil || status >= 300 {
			t.Fatalf("%s: %d %v %v", call.to, status, answer, err)
		}
	}
	ruth.open("/account")
	ruth.press(`form[action="/logout"] button`, "Forgot the password?")
	ruth.everybodyCan("/login")
	ruth.logIn("mara@example.org", secret)
	ruth.lookAround()
}

// eventually tries for ten seconds, since the server is a process of its own.
func eventually(try func() error) (err error) {
	deadline := time.Now().Add(10 * time.Second)
	for time.Now().Before(deadline) {
		if err = try(); err == nil {
			return nil
		}
		time.Sleep(50 * time.Millisecond)
	}
	return err
}
