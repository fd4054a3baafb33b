package scheduler

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"
)

// WebhookFormat is the shape of what a webhook is sent.
type WebhookFormat string

// The formats.
const (
	StandardFormat WebhookFormat = "standard" // Standard Webhooks
	SlackFormat    WebhookFormat = "slack"    // Slack's incoming webhooks
)

// WebhookFormats lists the formats, the default first.
var WebhookFormats = []WebhookFormat{StandardFormat, SlackFormat}

// Webhook is the address of a program that is told of windows over HTTP. Its
// secret is not part of it: that is shown once.
type Webhook struct {
	ID       string
	Name     string
	URL      string
	Format   WebhookFormat
	Services []string // slugs; with Tiers empty: all
	Tiers    []int
	Kinds    []string // of WebhookKinds; none: all
	Enabled  bool
	Off      string // why it is not enabled, where nobody here decided that
	OldUntil time.Time
	Version  int
	Created  time.Time
	Changed  time.Time
}

// WebhookKinds lists what a webhook can be told of: announcements, and what
// else happens to a window that people may be waiting for.
var WebhookKinds = func() (kinds []string) {
	for _, k := range Announcements {
		kinds = append(kinds, string(k))
	}
	for _, k := range []EventKind{
		Submitted, Approved, RejectedBy, StageBegan, Finished, Resumed, HandedOver, WentLate, DecideByCame, Overran,
		Escalated, Acknowledged, Conflicted, NotDelivered,
	} {
		kinds = append(kinds, string(k))
	}
	return kinds
}()

// Hears reports whether the webhook is told of kind about the services, those
// that depend on them included.
func (h Webhook) Hears(kind string, services []Service) bool {
	if !h.Enabled || len(h.Kinds) > 0 && !has(h.Kinds, kind) {
		return false
	}
	return len(h.Services)+len(h.Tiers) == 0 || slices.ContainsFunc(services, func(s Service) bool {
		return has(h.Services, s.Slug) || has(h.Tiers, s.Tier)
	})
}

// Address is the URL as everybody inside may see it: without the query, and
// without the last part of Slack's path, for those are secrets.
func (h Webhook) Address() string {
	u, err := url.Parse(h.URL)
	if err != nil {
		return ""
	}
	address := u.Scheme + "://" + strings.ToLower(u.Host) + u.EscapedPath()
	if at := strings.LastIndexByte(u.EscapedPath(), '/'); h.Format == SlackFormat && at >= 0 {
		address = u.Scheme + "://" + strings.ToLower(u.Host) + u.EscapedPath()[:at+1] + "…"
	}
	return address
}

// Check refuses malformed values, as an InvalidError.
func (h *Webhook) Check() error {
	wrong := InvalidError{}
	h.Name, h.URL = tidy(h.Name), strings.TrimSpace(h.URL)
	if h.Format == "" {
		h.Format = StandardFormat
	}
	if bad := badText(h.Name, longTitle, false); bad != "" {
		wrong["name"] = bad
	}
	if h.Name == "" {
		wrong["name"] = "Give it a name, such as the program that listens."
	}
	u, err := url.Parse(h.URL)
	switch {
	case err != nil, u.Scheme != "https" && u.Scheme != "http", u.Hostname() == "":
		wrong["url"] = "Give an address such as https://hooks.example.org/lull."
	case u.User != nil:
		wrong["url"] = "Leave name and password out of the address: what is sent is signed."
	case u.Fragment != "":
		wrong["url"] = "Leave out what follows the #: it is never sent."
	default:
		if bad := badURL(h.URL); bad != "" {
			wrong["url"] = bad
		}
	}
	if bad := oneOf(h.Format, WebhookFormats); bad != "" {
		wrong["format"] = bad
	}
	for _, k := range h.Kinds {
		if bad := oneOf(k, WebhookKinds); bad != "" {
			wrong["kinds"] = bad
		}
	}
	for _, t := range h.Tiers {
		if t < 1 || t > 4 {
			wrong["tiers"] = fmt.Sprintf("There is no tier %d: they are 1 to 4.", t)
		}
	}
	if h.Enabled {
		h.Off = ""
	}
	return wrong.Err()
}
