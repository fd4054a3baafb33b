package notifier

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

const (
	postTimeout  = 10 * time.Second // for all of one request
	longestReply = 64 << 10         // octets read of an answer
	shownReply   = 200              // characters of it that people see
	longestAfter = 6 * time.Hour    // a receiver can ask to wait so long
)

// posting sends requests to webhooks. It reaches only what its guard lets it,
// uses no proxy, follows no redirect and verifies certificates.
type posting struct {
	plain, secure *http.Client
	now           func() time.Time
}

func newPosting(o Options, now func() time.Time) *posting {
	g, limit := guard{o.WebhookAllow}, o.WebhookTimeout
	if limit <= 0 {
		limit = postTimeout
	}
	client := func(plain bool) *http.Client {
		return &http.Client{
			Timeout: limit,
			Transport: &http.Transport{
				DialContext: g.dialer(plain), TLSClientConfig: &tls.Config{RootCAs: o.WebhookRoots, MinVersion: tls.VersionTLS12},
				MaxResponseHeaderBytes: longestReply, IdleConnTimeout: 20 * time.Second, MaxIdleConns: 10, ForceAttemptHTTP2: true,
			},
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		}
	}
	return &posting{plain: client(true), secure: client(false), now: now}
}

// hook is the Carrier to one webhook.
type hook struct {
	*posting
	url     string
	secrets []string // the present one first
}

// Carry posts what is frozen in raw, signed at this moment as Standard Webhooks
// 1.0 has it. Anything but a 2xx or a 410 is to be tried again.
func (h hook) Carry(ctx context.Context, _, to string, raw []byte) Outcome {
	head, body, _ := bytes.Cut(raw, []byte("\r\n\r\n"))
	id := ""
	for line := range strings.SplitSeq(string(head), "\r\n") {
		if value, found := strings.CutPrefix(line, "Webhook-Id: "); found {
			id = value
		}
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, h.url, bytes.NewReader(body))
	if err != nil {
		return Outcome{State: Failed, Stage: StageDial, Reply: "the address cannot be used"}
	}
	at := strconv.FormatInt(h.now().Unix(), 10)
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("User-Agent", "Lull")
	r.Header.Set("Webhook-Id", id)
	r.Header.Set("Webhook-Timestamp", at)
	r.Header.Set("Webhook-Signature", signatures(h.secrets, id, at, body))
	client := h.secure
	if r.URL.Scheme == "http" {
		client = h.plain
	}
	answer, err := client.Do(r)
	if ctx.Err() != nil {
		return Outcome{Fault: &Fault{Server: to, Stage: StageDial, Err: ctx.Err()}, Stage: StageDial}
	}
	if err != nil {
		return Outcome{State: Deferred, Stage: StageDial, Reply: unreached(err)}
	}
	defer answer.Body.Close()
	said, _ := io.ReadAll(io.LimitReader(answer.Body, longestReply)) // what was read of it will do
	return h.judge(answer, said)
}

// judge says what an answer means for the delivery.
func (h hook) judge(answer *http.Response, said []byte) Outcome {
	out := Outcome{State: Deferred, Stage: StageDot, Code: answer.StatusCode, Reply: Clean(answer.Status)}
	switch code := answer.StatusCode; {
	case code >= 200 && code < 300:
		out.State = Sent
	case code == http.StatusGone:
		out.State = Failed
	case code >= 300 && code < 400:
		out.Reply += ": redirects are not followed; give the webhook the address it leads to"
		return out
	}
	if words := clipped(Clean(string(said)), shownReply); words != "" {
		out.Reply += ": " + words
	}
	out.After = retryAfter(answer.Header.Get("Retry-After"), h.now())
	return out
}

// retryAfter is how long the receiver asks to wait, as RFC 9110 section 10.2.3
// has it; zero where it does not say.
func retryAfter(value string, now time.Time) time.Duration {
	if seconds, err := strconv.Atoi(value); err == nil && seconds > 0 {
		return min(time.Duration(min(seconds, int(longestAfter/time.Second)))*time.Second, longestAfter)
	}
	if at, err := http.ParseTime(value); err == nil && at.After(now) {
		return min(at.Sub(now), longestAfter)
	}
	return 0
}

// unreached says why there was no answer, without the address, whose query may be secret.
func unreached(err error) string {
	var refused *RefusedError
	var wrapped *url.Error
	switch {
	case errors.As(err, &refused):
		return "not connected: " + refused.Detail
	case errors.As(err, &wrapped) && wrapped.Timeout():
		return "no answer in time"
	case errors.As(err, &wrapped):
		return "no answer: " + clipped(Clean(wrapped.Err.Error()), shownReply)
	}
	return "no answer"
}

// signatures are what Standard Webhooks asks for: one for each secret.
func signatures(secrets []string, id, at string, body []byte) string {
	all := make([]string, len(secrets))
	for i, secret := range secrets {
		key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, secretPrefix))
		if err != nil {
			continue // it was made here, so it decodes
		}
		mac := hmac.New(sha256.New, key)
		mac.Write([]byte(id + "." + at + "."))
		mac.Write(body)
		all[i] = "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
	}
	return strings.Join(all, " ")
}

// Dialogue posts a test, and tells what was sent and what came back.
func (h hook) Dialogue(ctx context.Context, l Letter) (transcript string, outcome Outcome) {
	raw := request(l.MessageID, []byte(l.Text))
	outcome = h.Carry(ctx, "", l.To.Email, raw)
	answer := outcome.Reply
	if outcome.Fault != nil {
		answer = outcome.Fault.Error()
	}
	return fmt.Sprintf("> POST %s\n> %s\n< %s\n", l.To.Email, l.Text, answer), outcome
}

// Close lets go of idle connections.
func (h hook) Close() error {
	h.plain.CloseIdleConnections()
	h.secure.CloseIdleConnections()
	return nil
}

// request is what is frozen of a request: its id and its body. When it was sent
// and the signature are each attempt's own.
func request(id string, body []byte) []byte {
	return append([]byte("Webhook-Id: "+id+"\r\nContent-Type: application/json\r\n\r\n"), body...)
}

// clipped is the beginning of s, as long as that.
func clipped(s string, most int) string {
	if r := []rune(s); len(r) > most {
		return string(r[:most]) + "…"
	}
	return s
}
