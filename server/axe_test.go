package main

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"

	"github.com/chromedp/chromedp"
)

// axe is axe-core 4.14.1 by Deque Systems (MPL-2.0, as its first lines say),
// which looks for what keeps people from using a page. No binary holds it.
const axe = "testdata/axe.min.js"

// looks are the ways in which a page is looked at. What the dark look can break
// beside the light one is contrast.
var looks = []struct {
	name, theme string
	width       int64
	rules       string
}{
	{"light", "light", 1280, `{type: "tag", values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}`},
	{"dark", "dark", 1280, `{type: "rule", values: ["color-contrast"]}`},
	{"light, on a phone", "light", 390, `{type: "tag", values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}`},
	{"dark, on a phone", "dark", 390, `{type: "rule", values: ["color-contrast"]}`},
}

// found is a rule of axe that a page breaks, and where.
type found struct {
	Rule, Where string
}

// everybodyCan looks at the present page in every way: no rule is broken, and
// on a phone nothing stands beside the screen.
func (p *person) everybodyCan(page string) {
	p.t.Helper()
	for _, l := range looks {
		p.do("look at "+page, chromedp.EmulateViewport(l.width, 900))
		for _, f := range p.broken(l.theme, l.rules) {
			p.t.Errorf("%s, %s: %s at %s", page, l.name, f.Rule, f.Where)
		}
		wide, err := chromedp.Run(p.ctx, chromedp.Evaluate[int](`document.documentElement.scrollWidth - document.documentElement.clientWidth`))
		if err != nil || wide > 0 {
			p.t.Errorf("%s, %s: %d px stand beside the screen, %v", page, l.name, wide, err)
		}
	}
	p.do("look at "+page, chromedp.EmulateViewport(1280, 900))
}

// broken is what axe says of the present page in a theme.
func (p *person) broken(theme, rules string) (all []found) {
	p.t.Helper()
	loaded, err := chromedp.Run(p.ctx, chromedp.Evaluate[bool](`typeof axe === "object"`))
	if err == nil && !loaded {
		var text []byte
		if text, err = os.ReadFile(axe); err == nil {
			_, err = chromedp.Run(p.ctx, chromedp.Evaluate[int](string(text)+"; 0"))
		}
	}
	if err != nil {
		p.t.Fatal(err)
	}
	said, err := chromedp.Run(p.ctx, chromedp.Evaluate[string](fmt.Sprintf(`(async () => {
		document.documentElement.dataset.theme = %q;
		const r = await axe.run(document, {runOnly: %s, resultTypes: ["violations"]});
		return JSON.stringify(r.violations.flatMap(v => v.nodes.map(n => ({Rule: v.help, Where: n.html.slice(0, 200)}))));
	})()`, theme, rules), chromedp.EvalAwaitPromise))
	if err != nil {
		p.t.Fatal(err)
	}
	if err := json.Unmarshal([]byte(said), &all); err != nil {
		p.t.Fatal(err)
	}
	return all
}

// reachesTheWayOut scrolls to the end of the menu on low screens.
func (p *person) reachesTheWayOut() {
	p.t.Helper()
	p.open("/people")
	for width, open := range map[int64]string{1280: "", 390: `document.getElementById("nav").showPopover();`} {
		p.do("take a low screen", chromedp.EmulateViewport(width, 500))
		seen, err := chromedp.Run(p.ctx, chromedp.Evaluate[bool](`(() => {
			`+open+`
			const out = document.querySelector('form[action="/logout"] button'); out.scrollIntoView({block: "nearest"});
			const r = out.getBoundingClientRect(); return r.height > 0 && r.top >= 0 && r.bottom <= innerHeight + 1
		})()`))
		if err != nil || !seen {
			p.t.Errorf("at %d × 500 nobody reaches the way out: %v", width, err)
		}
	}
	p.do("take the usual screen", chromedp.EmulateViewport(1280, 900))
}

// lookAround looks at every page inside and outside, as an admin.
func (p *person) lookAround() {
	p.t.Helper()
	for _, path := range []string{
		"/", "/windows", "/windows/new?service=core-db", "/windows/MW-1", "/windows/MW-1/print", "/windows/MW-2", "/windows/MW-2/edit", "/approvals",
		"/freezes", "/search?q=www", "/services", "/services/new", "/services/long", "/services/core-db", "/stakeholders", "/stakeholders/new", "/webhooks", "/webhooks/new", "/outbox", "/log", "/people", "/account", "/feeds", "/settings",
		"/windows/MW-99", "/status", "/status/MW-1", "/password", "/api/docs",
	} {
		p.open(path)
		if path == "/api/docs" { // its calls look alike: the first few speak for all
			p.do("shorten "+path, chromedp.Evaluate[chromedp.Void](`[...document.querySelectorAll(".call")].slice(8).forEach(e => e.remove())`))
		}
		p.everybodyCan(path)
	}
	p.reachesTheWayOut()
	p.open("/outbox")
	p.press(".list tbody a", "As it looks")
	p.everybodyCan("a message")
	for _, path := range []string{"/windows/new", "/services/new", "/stakeholders/new", "/webhooks/new", "/settings"} {
		p.open(path)
		p.do("send "+path+" empty", chromedp.Evaluate[chromedp.Void](`document.querySelectorAll("main form [name=title], main form [name=name], main form [name=organisation], main form [type=email]").forEach(i => i.value = ""); document.querySelector("main form[data-guard]").submit()`))
		p.sees("This was not accepted")
		p.everybodyCan(path + " refused")
	}
	p.do("plant a mistake", chromedp.Evaluate[chromedp.Void](`document.querySelector("main").append(document.createElement("input"))`))
	if all := p.broken("light", looks[0].rules); len(all) != 1 || !strings.Contains(all[0].Rule, "label") {
		p.t.Errorf("axe says %v of an input without a label: does it look at all?", all)
	}
}
