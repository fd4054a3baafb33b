package notifier_test

import (
	"context"
	"encoding/json"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"lull/notifier"
	"lull/scheduler"
	"lull/scheduler/agenda"
	"lull/scheduler/store"
)

var announcedOnly = []string{"scheduled", "rescheduled", "started", "completed", "cancelled"}

func TestAWebhookIsToldSignedAndOnce(t *testing.T) {
	t.Parallel()
	d := newDesk(t, nil)
	r := newReceiver(t)
	h, secret := d.listens(r, scheduler.Webhook{})
	w := d.scheduled(plan())
	d.posts()
	_, err := d.agenda.Cancel(t.Context(), w.ID, 0, "No parts.", ada)
	d.must(err)
	for range 2 {
		d.posts()
	}
	if want := []string{"submitted sent", "approved sent", "scheduled sent", "cancelled sent"}; !slices.Equal(d.posted(), want) {
		t.Fatalf("told %q, want %q", d.posted(), want)
	}
	requests, bodies := r.requests()
	ids := map[string]bool{}
	for i, q := range requests {
		var p notifier.Payload
		d.must(json.Unmarshal([]byte(bodies[i]), &p))
		if q.Method != http.MethodPost || q.URL.String() != "/hooks/lull?token=sesame" || q.Header.Get("Content-Type") != "application/json" || !signed(q, bodies[i], secret) {
			t.Errorf("request %d: %s %s with %v is not ours", i, q.Method, q.URL, q.Header)
		}
		if p.Type != "window."+p.Data.Kind || p.Data.Window.Name != w.Name() || !p.Data.Window.Start.Equal(w.Start) {
			t.Errorf("request %d tells %+v", i, p)
		}
		ids[q.Header.Get("Webhook-Id")] = true
		if want := []scheduler.State{scheduler.Requested, scheduler.Scheduled, scheduler.Scheduled, scheduler.Cancelled}[i]; p.Data.Window.State != want {
			t.Errorf("request %d says that the window is %s, want %s", i, p.Data.Window.State, want)
		}
	}
	if len(requests) != 4 || len(ids) != 4 {
		t.Errorf("%d requests under %d ids, want 4", len(requests), len(ids))
	}
	if one := d.lastPost(); strings.Contains(one.Address, "sesame") || one.Address != h.Address() || one.Code != 204 {
		t.Errorf("the outbox says %+v", one)
	}
	golden(t, "webhook.json", indented(t, bodies[2]))
	evs, _, err := d.agenda.Log(t.Context(), agenda.LogFilter{Limit: 500})
	d.must(err)
	for _, ev := range evs {
		if text, err := ev.Data.JSON(); err != nil || strings.Contains(ev.Text+text, "sesame") || strings.Contains(ev.Text+text, secret) {
			t.Errorf("the log tells a secret: %q", ev.Text)
		}
	}
}

func indented(t *testing.T, body string) string {
	t.Helper()
	var any map[string]any
	if err := json.Unmarshal([]byte(body), &any); err != nil {
		t.Fatal(err)
	}
	out, err := json.MarshalIndent(any, "", "\t")
	if err != nil {
		t.Fatal(err)
	}
	return string(out) + "\n"
}

// hangUp closes the connection instead of an answer.
func hangUp(w http.ResponseWriter, _ *http.Request) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err == nil {
		_ = conn.Close()
	}
}

// stall answers nothing until the caller has gone.
func stall(_ http.ResponseWriter, q *http.Request) { <-q.Context().Done() }

func TestWhatAReceiverAnswersDecides(t *testing.T) {
	t.Parallel()
	inside := newReceiver(t)
	for _, c := range []struct {
		name   string
		answer http.HandlerFunc
		state  notifier.State
		reply  string
		wait   time.Duration // at least, until it is tried again
	}{
		{"200", answers(200, "ok"), notifier.Sent, "200 OK: ok", 0},
		{"202 without a word", answers(202, ""), notifier.Sent, "202 Accepted", 0},
		{"400", answers(400, "invalid_blocks"), notifier.Deferred, "400 Bad Request: invalid_blocks", 48 * time.Second},
		{"404", answers(404, ""), notifier.Deferred, "404 Not Found", 48 * time.Second},
		{"410", answers(410, "go away"), notifier.Failed, "410 Gone: go away", 0},
		{"429 that names its time", answers(429, "", "Retry-After", "600"), notifier.Deferred, "429 Too Many Requests", 600 * time.Second},
		{"503 that names a date long ago", answers(503, "", "Retry-After", "Mon, 02 Nov 2020 12:00:00 GMT"), notifier.Deferred, "503 Service Unavailable", 48 * time.Second},
		{"429 that asks for ever", answers(429, "", "Retry-After", "99999999999"), notifier.Deferred, "429 Too Many Requests", 48 * time.Second},
		{"a redirect into the machine", answers(302, "", "Location", inside.URL), notifier.Deferred, "302 Found: redirects are not followed; give the webhook the address it leads to", 48 * time.Second},
		{"it cuts the line", hangUp, notifier.Deferred, "no answer: EOF", 48 * time.Second},
		{"it stalls", stall, notifier.Deferred, "no answer in time", 48 * time.Second},
		{"an answer without an end", answers(200, strings.Repeat("x", 1<<20)), notifier.Sent, "200 OK: " + strings.Repeat("x", 200) + "…", 0},
		{"an answer that hides text", answers(500, "a\u202eb\x00\r\nc"), notifier.Deferred, "500 Internal Server Error: ab c", 48 * time.Second},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t, nil)
			if c.name == "it stalls" {
				d.opts.WebhookTimeout = 100 * time.Millisecond
			}
			d.listens(newReceiver(t, c.answer), scheduler.Webhook{Kinds: announcedOnly})
			d.scheduled(plan())
			d.posts()
			one := d.lastPost()
			if one.State != c.state || one.Reply != c.reply || one.Attempts != 1 {
				t.Errorf("got %s after %d attempts, %q; want %s, %q", one.State, one.Attempts, one.Reply, c.state, c.reply)
			}
			if wait := one.Next.Sub(d.db.Now()); c.state == notifier.Deferred && wait < c.wait {
				t.Errorf("it is tried again after %v, want at least %v", wait, c.wait)
			}
		})
	}
	if got, _ := inside.requests(); len(got) > 0 {
		t.Error("a redirect was followed")
	}
}

func TestARepeatIsTheSameBytesUnderTheSameIdSignedAnew(t *testing.T) {
	t.Parallel()
	d := newDesk(t, nil)
	r := newReceiver(t, answers(503, ""), hangUp)
	_, secret := d.listens(r, scheduler.Webhook{Kinds: announcedOnly})
	d.scheduled(plan())
	for range 3 {
		d.posts()
		d.reopen()
		d.later(10 * time.Minute)
	}
	requests, bodies := r.requests()
	if len(requests) != 3 || d.lastPost().State != notifier.Sent {
		t.Fatalf("%d requests, then %s", len(requests), d.lastPost().State)
	}
	for i, q := range requests {
		if bodies[i] != bodies[0] || q.Header.Get("Webhook-Id") != requests[0].Header.Get("Webhook-Id") || !signed(q, bodies[i], secret) {
			t.Errorf("request %d is another", i)
		}
		if i > 0 && q.Header.Get("Webhook-Timestamp") == requests[i-1].Header.Get("Webhook-Timestamp") {
			t.Errorf("request %d says that it was made when the one before was", i)
		}
	}
}

func TestAReceiverThatWantsNothingMoreIsLeftAlone(t *testing.T) {
	t.Parallel()
	d := newDesk(t, nil)
	d.update(func(tx *store.Tx) error {
		_, err := tx.Exec(`INSERT INTO people (email, name, role, time_zone, disabled, password_hash, created_at) VALUES ($1, $2, $3, 'UTC', $4, NULL, 0)`, eve.Email, eve.Name, eve.Role, false)
		return err
	})
	r := newReceiver(t, answers(410, ""))
	h, _ := d.listens(r, scheduler.Webhook{})
	w := d.scheduled(plan())
	for range 3 {
		d.posts()
	}
	if want := []string{"submitted failed", "approved cancelled", "scheduled cancelled"}; !slices.Equal(d.posted(), want) {
		t.Errorf("told %q, want %q", d.posted(), want)
	}
	h, err := d.Webhook(t.Context(), h.ID)
	d.must(err)
	if h.Enabled || h.Off != "Its receiver answered 410 Gone" {
		t.Errorf("got %+v, want it disabled", h)
	}
	evs, _, err := d.agenda.Log(t.Context(), agenda.LogFilter{Newest: true, Limit: 10})
	d.must(err)
	if !slices.ContainsFunc(evs, func(ev scheduler.Event) bool { return ev.Kind == scheduler.WebhookOff }) {
		t.Error("the log does not say so")
	}
	ds, _, err := d.Outbox(t.Context(), notifier.OutboxFilter{})
	d.must(err)
	at := slices.IndexFunc(ds, func(one notifier.Delivery) bool { return one.Kind == "webhook-off" })
	if at < 0 || ds[at].Address != eve.Email || ds[at].State != notifier.Captured {
		t.Errorf("the admins were not told: %+v", ds)
	}
	_, err = d.ChangeWebhook(t.Context(), h.ID, 0, func(h *scheduler.Webhook) error { h.Enabled = true; return nil }, eve)
	d.must(err)
	_, err = d.agenda.Cancel(t.Context(), w.ID, 0, "No parts.", ada)
	d.must(err)
	d.posts()
	if got := d.posted(); got[len(got)-1] != "cancelled sent" {
		t.Errorf("enabled again it was told %q", got)
	}
}

func TestWhatNobodyTakesForADayIsGivenUpVisibly(t *testing.T) {
	t.Parallel()
	d := newDesk(t, nil)
	r := newReceiver(t, slices.Repeat([]http.HandlerFunc{answers(500, "down")}, 100)...)
	d.listens(r, scheduler.Webhook{Kinds: announcedOnly})
	d.scheduled(plan())
	for range 30 {
		d.posts()
		d.later(time.Hour)
	}
	one := d.lastPost()
	if one.State != notifier.Expired || one.Reason == "" || one.Attempts < 15 || one.Reply != "500 Internal Server Error: down" {
		t.Errorf("got %+v, want it given up, with the last answer", one)
	}
	got, err := d.Retry(t.Context(), one.ID, eve)
	d.must(err)
	if got.State != notifier.Queued || got.Carrier != "webhook" {
		t.Errorf("tried again by hand it is %+v", got)
	}
}

func TestAReceiverThatIsAwayIsAskedOnceForAll(t *testing.T) {
	t.Parallel()
	d := newDesk(t, nil)
	r := newReceiver(t, hangUp, hangUp, hangUp, hangUp)
	d.listens(r, scheduler.Webhook{Kinds: announcedOnly})
	p := plan()
	for range 3 {
		d.scheduled(p)
		p.Start, p.End = p.Start.Add(3*time.Hour), p.End.Add(3*time.Hour)
	}
	d.posts()
	if got, _ := r.requests(); len(got) != 1 {
		t.Errorf("asked %d times at once, want once", len(got))
	}
	if want := []string{"scheduled deferred", "scheduled queued", "scheduled queued"}; !slices.Equal(d.posted(), want) {
		t.Errorf("told %q, want %q", d.posted(), want)
	}
	for range 8 {
		d.later(2 * time.Hour)
		d.posts()
	}
	if want := slices.Repeat([]string{"scheduled sent"}, 3); !slices.Equal(d.posted(), want) {
		t.Errorf("back again it was told %q, want %q", d.posted(), want)
	}
}

func TestWebhooksNeverHoldTheStartGateShut(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		answer http.HandlerFunc
	}{
		{"it is away", answers(503, "")},
		{"it is gone", answers(410, "")},
		{"it takes everything", answers(200, "")},
	} {
		d := newDesk(t, nil)
		d.stakeholder("all@example.net")
		d.listens(newReceiver(t, slices.Repeat([]http.HandlerFunc{c.answer}, 20)...), scheduler.Webhook{})
		w := d.scheduled(plan())
		d.posts()
		d.later(48 * time.Hour)
		v, err := d.agenda.Window(t.Context(), w.ID)
		d.must(err)
		if v.Told.Recipients != 1 || v.Told.Waiting != 0 || v.Told.Failed != 0 {
			t.Errorf("%s: the gate counts %+v, want the one stakeholder", c.name, v.Told)
		}
		if _, err := d.agenda.Start(t.Context(), w.ID, 0, scheduler.Go{}, ada); err != nil {
			t.Errorf("%s: it does not start: %v", c.name, err)
		}
	}
}

func TestMailAndWebhooksDoNotWaitForEachOther(t *testing.T) {
	t.Parallel()
	fault := &notifier.Fault{Server: "mail.example.net", Stage: notifier.StageDial, Err: net.ErrClosed}
	d := newDesk(t, carry(func(context.Context, string, []byte) notifier.Outcome {
		return notifier.Outcome{Fault: fault, Stage: notifier.StageDial}
	}))
	d.stakeholder("all@example.net")
	d.listens(newReceiver(t), scheduler.Webhook{Kinds: announcedOnly})
	w := d.scheduled(plan())
	d.posts()
	if want := []string{"scheduled sent"}; !slices.Equal(d.posted(), want) {
		t.Errorf("with no way to the mail server the webhook was told %q", d.posted())
	}
	if got := d.told(w.ID); !slices.Contains(got, "scheduled all@example.net queued") {
		t.Errorf("the mail is %q", got)
	}
}

func TestWhatWasOnItsWayWhenTheServerDiedGoesAgain(t *testing.T) {
	t.Parallel()
	d := newDesk(t, nil)
	r := newReceiver(t)
	d.listens(r, scheduler.Webhook{Kinds: announcedOnly})
	d.scheduled(plan())
	_, err := d.Announce(t.Context())
	d.must(err)
	id := d.lastPost().ID
	d.update(func(tx *store.Tx) error {
		_, err := tx.Exec(`UPDATE deliveries SET state = 'sending', gen = gen + 1, lease_at = $2 WHERE id = $1`, id, store.At(tx.Now.Add(15*time.Minute)))
		return err
	})
	d.reopen()
	d.later(16 * time.Minute)
	d.posts()
	if one := d.lastPost(); one.State != notifier.Sent || one.Attempts != 2 {
		t.Errorf("got %s after %d attempts", one.State, one.Attempts)
	}
}

func TestBothSecretsSignForADayAfterARotation(t *testing.T) {
	t.Parallel()
	d := newDesk(t, nil)
	r := newReceiver(t)
	h, old := d.listens(r, scheduler.Webhook{})
	h, fresh, err := d.RotateWebhook(t.Context(), h.ID, eve)
	d.must(err)
	if fresh == old || !h.OldUntil.Equal(d.db.Now().Add(24*time.Hour)) {
		t.Fatalf("got %q until %v", fresh, h.OldUntil)
	}
	for i, both := range []bool{true, false} {
		d.later(time.Duration(i) * 24 * time.Hour)
		_, out, err := d.TestWebhook(t.Context(), h.ID)
		d.must(err)
		requests, bodies := r.requests()
		if out.State != notifier.Sent || !signed(requests[i], bodies[i], fresh) || signed(requests[i], bodies[i], old) != both {
			t.Errorf("after %d days: %+v, signed by the new secret %v, by the old %v", i, out, signed(requests[i], bodies[i], fresh), signed(requests[i], bodies[i], old))
		}
	}
}

func TestADigestTellsWebhooksOfEachOccurrence(t *testing.T) {
	t.Parallel()
	o := &office{}
	d := newDesk(t, o.carry())
	d.stakeholder("all@example.net")
	r := newReceiver(t)
	d.listens(r, scheduler.Webhook{Kinds: announcedOnly})
	v := d.repeated(nights())
	d.posts()
	if want := slices.Repeat([]string{"scheduled sent"}, len(v.Members)); !slices.Equal(d.posted(), want) {
		t.Errorf("told %q, want it of %d occurrences", d.posted(), len(want))
	}
	ds, err := d.Deliveries(t.Context(), v.Members[1].ID)
	d.must(err)
	if !slices.ContainsFunc(ds, func(one notifier.Delivery) bool { return one.Carrier == "webhook" && one.State == notifier.Sent }) {
		t.Errorf("the window's page does not show that its webhook was told: %+v", ds)
	}
}
