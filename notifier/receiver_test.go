package notifier_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"lull/notifier"
	"lull/scheduler"
)

// receiver is a program that listens to webhooks, over TLS, in this process.
type receiver struct {
	*httptest.Server

	mu     sync.Mutex
	got    []*http.Request
	bodies []string
	script []http.HandlerFunc // what each request in turn is answered; then 204
}

func newReceiver(t *testing.T, script ...http.HandlerFunc) *receiver {
	t.Helper()
	r := &receiver{script: script}
	r.Server = httptest.NewUnstartedServer(r)
	r.Config.ErrorLog = log.New(io.Discard, "", 0)
	r.StartTLS()
	t.Cleanup(r.Close)
	return r
}

func (r *receiver) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	body, _ := io.ReadAll(q.Body)
	r.mu.Lock()
	n := len(r.got)
	r.got, r.bodies = append(r.got, q), append(r.bodies, string(body))
	do := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	if n < len(r.script) {
		do = r.script[n]
	}
	r.mu.Unlock()
	do(w, q)
}

func (r *receiver) requests() ([]*http.Request, []string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.got, r.bodies
}

// answers is a handler that answers so; headers come in pairs.
func answers(code int, body string, headers ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		for i := 0; i < len(headers); i += 2 {
			w.Header().Set(headers[i], headers[i+1])
		}
		w.WriteHeader(code)
		_, _ = io.WriteString(w, body)
	}
}

// signed reports whether a receiver that knows the secret takes the request for
// ours, as Standard Webhooks has it.
func signed(q *http.Request, body, secret string) bool {
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
	if err != nil || !strings.HasPrefix(secret, "whsec_") {
		return false
	}
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(q.Header.Get("Webhook-Id") + "." + q.Header.Get("Webhook-Timestamp") + "." + body))
	want := "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
	for one := range strings.SplitSeq(q.Header.Get("Webhook-Signature"), " ") {
		if one == want {
			return true
		}
	}
	return false
}

var eve = scheduler.Person{Email: "eve@example.org", Name: "Eve", Role: scheduler.Admin, Via: "page"}

// listens opens the machine itself to webhooks, and adds one to the receiver.
func (d *desk) listens(r *receiver, h scheduler.Webhook) (scheduler.Webhook, string) {
	d.Helper()
	d.opts.WebhookAllow = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}
	d.opts.WebhookRoots = r.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs
	d.reopen()
	if h.URL == "" {
		h.URL = r.URL + "/hooks/lull?token=sesame"
	}
	h.Name, h.Enabled = "Chat", true
	h, secret, err := d.AddWebhook(d.Context(), h, eve)
	d.must(err)
	return h, secret
}

// posts is one turn of the loops, that to webhooks included.
func (d *desk) posts() (next time.Time) {
	d.Helper()
	d.round()
	next, err := d.DeliverWebhooks(d.Context())
	d.must(err)
	return next
}

// posted is kind and state of what webhooks were told.
func (d *desk) posted() (all []string) {
	d.Helper()
	ds, _, err := d.Outbox(d.Context(), notifier.OutboxFilter{Limit: 500})
	d.must(err)
	for _, one := range ds {
		if one.Carrier == "webhook" {
			all = append([]string{one.Kind + " " + string(one.State)}, all...)
		}
	}
	return all
}

// lastPost is the newest delivery to a webhook.
func (d *desk) lastPost() notifier.Delivery {
	d.Helper()
	ds, _, err := d.Outbox(d.Context(), notifier.OutboxFilter{Limit: 500})
	d.must(err)
	for _, one := range ds {
		if one.Carrier == "webhook" {
			return one
		}
	}
	d.Fatal("nothing was for a webhook")
	return notifier.Delivery{}
}
