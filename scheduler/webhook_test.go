package scheduler

import (
	"errors"
	"maps"
	"slices"
	"testing"
)

func TestAWebhookHearsWhatItAskedFor(t *testing.T) {
	t.Parallel()
	services := []Service{{Slug: "core-db", Tier: 1}, {Slug: "shop", Tier: 2}}
	for _, c := range []struct {
		name string
		hook Webhook
		kind string
		want bool
	}{
		{"everything", Webhook{Enabled: true}, "scheduled", true},
		{"nothing while disabled", Webhook{}, "scheduled", false},
		{"a kind it named", Webhook{Enabled: true, Kinds: []string{"overrun"}}, "overrun", true},
		{"no other", Webhook{Enabled: true, Kinds: []string{"overrun"}}, "scheduled", false},
		{"a service it named", Webhook{Enabled: true, Services: []string{"shop"}}, "scheduled", true},
		{"no other service", Webhook{Enabled: true, Services: []string{"mail"}}, "scheduled", false},
		{"a tier it named", Webhook{Enabled: true, Tiers: []int{1}}, "scheduled", true},
		{"either will do", Webhook{Enabled: true, Services: []string{"mail"}, Tiers: []int{2}}, "scheduled", true},
		{"no other tier", Webhook{Enabled: true, Tiers: []int{4}}, "scheduled", false},
	} {
		if got := c.hook.Hears(c.kind, services); got != c.want {
			t.Errorf("%s: got %v", c.name, got)
		}
	}
}

func TestAMalformedWebhookIsRefusedInWords(t *testing.T) {
	t.Parallel()
	good := Webhook{Name: "Chat", URL: "https://hooks.example.org/lull?token=x"}
	for _, c := range []struct {
		name  string
		spoil func(*Webhook)
		field string
	}{
		{"good", func(*Webhook) {}, ""},
		{"no name", func(h *Webhook) { h.Name = " " }, "name"},
		{"no address", func(h *Webhook) { h.URL = "" }, "url"},
		{"another scheme", func(h *Webhook) { h.URL = "file:///etc/passwd" }, "url"},
		{"no host", func(h *Webhook) { h.URL = "https:///x" }, "url"},
		{"a password in it", func(h *Webhook) { h.URL = "https://a:b@example.org/" }, "url"},
		{"a fragment", func(h *Webhook) { h.URL += "#x" }, "url"},
		{"a line end", func(h *Webhook) { h.URL += "\nx" }, "url"},
		{"no format there is", func(h *Webhook) { h.Format = "teams" }, "format"},
		{"no kind there is", func(h *Webhook) { h.Kinds = []string{"bogus"} }, "kinds"},
		{"no tier there is", func(h *Webhook) { h.Tiers = []int{5} }, "tiers"},
	} {
		h := good
		c.spoil(&h)
		var wrong InvalidError
		fields := []string{}
		if err := h.Check(); errors.As(err, &wrong) {
			fields = slices.Sorted(maps.Keys(wrong))
		}
		if want := slices.DeleteFunc([]string{c.field}, func(s string) bool { return s == "" }); !slices.Equal(fields, want) {
			t.Errorf("%s: refused for %v, want %v", c.name, fields, want)
		}
	}
}

func TestTheAddressThatPeopleSeeHoldsNoSecret(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		format    WebhookFormat
		url, want string
	}{
		{StandardFormat, "https://Hooks.example.org/lull?token=x", "https://hooks.example.org/lull"},
		{StandardFormat, "https://hooks.example.org", "https://hooks.example.org"},
		{SlackFormat, "https://hooks.slack.com/services/T0/B0/s3cret", "https://hooks.slack.com/services/T0/B0/…"},
		{SlackFormat, "https://hooks.slack.com", "https://hooks.slack.com"},
	} {
		if got := (Webhook{URL: c.url, Format: c.format}).Address(); got != c.want {
			t.Errorf("%s: got %s, want %s", c.url, got, c.want)
		}
	}
}
