package site_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
)

var hookLink = regexp.MustCompile(`href="/webhooks/([0-9a-f-]{36})"`)

func TestAWebhookIsAddedChangedAndDeletedOnItsPages(t *testing.T) {
	t.Parallel()
	d := open(t)
	form := url.Values{"name": {"Board"}, "url": {"https://hooks.example.org/lull?token=x"}, "format": {"slack"}, "service": {"core-db"}, "kind": {"overrun"}, "enabled": {"yes"}}
	status, body, head := d.ask(d.site.AddWebhook, form)
	if status != http.StatusOK || !strings.Contains(body, "whsec_") || head.Get("Cache-Control") != "no-store" {
		t.Fatalf("adding it: %d %s", status, body)
	}
	_, body, _ = d.ask(d.site.Webhooks, nil)
	link := hookLink.FindStringSubmatch(body)
	if link == nil || !strings.Contains(body, "https://hooks.example.org/…") || strings.Contains(body, "token=x") {
		t.Fatalf("the list:\n%s", body)
	}
	id := link[1]
	_, body, _ = d.ask(d.site.Webhook, nil, "id", id)
	for _, want := range []string{`value="https://hooks.example.org/lull?token=x"`, `value="core-db" checked`, `value="overrun" checked`, `value="slack" selected`} {
		if !strings.Contains(body, want) {
			t.Errorf("its page lacks %s", want)
		}
	}
	if strings.Contains(body, "whsec_") {
		t.Error("the secret is shown again")
	}
	form.Set("tier", "9")
	form.Set("name", "Typed with care")
	if status, body, _ := d.ask(d.site.ChangeWebhook, form, "id", id); status != http.StatusUnprocessableEntity || !strings.Contains(body, "Typed with care") {
		t.Errorf("a tier that there is not: %d", status)
	}
	form.Del("tier")
	form.Del("enabled")
	if status, body, _ := d.ask(d.site.ChangeWebhook, form, "id", id); status != http.StatusSeeOther {
		t.Errorf("disabling it: %d %s", status, body)
	}
	if _, body, _ := d.ask(d.site.Webhook, nil, "id", id); !strings.Contains(body, "Disabled: nothing is sent to it.") {
		t.Error("its page does not say that it is disabled")
	}
	if _, body, _ := d.ask(d.site.RotateWebhook, url.Values{}, "id", id); !strings.Contains(body, "whsec_") || !strings.Contains(body, "The secret before signs too until") {
		t.Error("another secret is not shown")
	}
	if status, _, _ := d.ask(d.site.DeleteWebhook, url.Values{}, "id", id); status != http.StatusSeeOther {
		t.Errorf("deleting it: %d", status)
	}
	if status, _, _ := d.ask(d.site.Webhook, nil, "id", id); status != http.StatusNotFound {
		t.Errorf("afterwards: %d", status)
	}
}

func TestARefusedWebhookComesBackAsTyped(t *testing.T) {
	t.Parallel()
	d := open(t)
	form := url.Values{"name": {"Board"}, "url": {"https://user:pass@hooks.example.org"}, "tier": {"2"}, "kind": {"late"}}
	status, body, _ := d.ask(d.site.AddWebhook, form)
	if status != http.StatusUnprocessableEntity || !strings.Contains(body, "url-err") || !strings.Contains(body, `value="late" checked`) || !strings.Contains(body, `value="2" checked`) {
		t.Errorf("got %d:\n%s", status, body)
	}
}

func TestTheTestOfAWebhookShowsTheAnswer(t *testing.T) {
	t.Parallel()
	d := open(t)
	d.ask(d.site.AddWebhook, url.Values{"name": {"Board"}, "url": {"https://127.0.0.1:9/lull"}, "enabled": {"yes"}})
	_, body, _ := d.ask(d.site.Webhooks, nil)
	id := hookLink.FindStringSubmatch(body)[1]
	status, body, _ := d.ask(d.site.TestWebhook, url.Values{}, "id", id)
	if status != http.StatusOK || !strings.Contains(body, "LULL_WEBHOOK_ALLOW opens one") {
		t.Errorf("got %d:\n%s", status, body)
	}
}
