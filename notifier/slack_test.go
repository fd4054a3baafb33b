package notifier_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"lull/scheduler"
)

func TestSlackIsToldTheSameFactsInBlocks(t *testing.T) {
	t.Parallel()
	d := newDesk(t, nil)
	r := newReceiver(t)
	h, _ := d.listens(r, scheduler.Webhook{URL: r.URL + "/services/T0/B0/secret", Format: scheduler.SlackFormat, Kinds: announcedOnly})
	p := plan()
	p.Title = "<!channel> upgrade & <https://evil.example|click> *now*"
	w := d.scheduled(p)
	d.posts()
	d.change(w.ID, func(p *scheduler.Plan) { p.Start, p.End = p.Start.Add(time.Hour), p.End.Add(time.Hour) })
	d.later(2 * time.Minute)
	d.posts()
	_, bodies := r.requests()
	if len(bodies) != 2 {
		t.Fatalf("got %d messages", len(bodies))
	}
	golden(t, "slack.json", indented(t, bodies[0]))
	golden(t, "slack-rescheduled.json", indented(t, bodies[1]))
	var m struct {
		Text   string
		Blocks []struct {
			Text   *struct{ Text string }
			Fields []struct{ Text string }
		}
	}
	d.must(json.Unmarshal([]byte(bodies[0]), &m))
	for _, never := range []string{"<!", "<https://evil"} {
		if strings.Contains(m.Text, never) || strings.Contains(m.Blocks[0].Text.Text, never) {
			t.Errorf("the title puts %q into\n%s", never, bodies[0])
		}
	}
	if strings.Contains(h.Address(), "secret") || d.lastPost().Address != h.Address() {
		t.Errorf("the outbox shows %q", h.Address())
	}
}

func TestLongTextsStayInsideWhatSlackTakes(t *testing.T) {
	t.Parallel()
	d := newDesk(t, nil)
	r := newReceiver(t)
	d.listens(r, scheduler.Webhook{URL: r.URL + "/services/T0/B0/secret", Format: scheduler.SlackFormat, Kinds: []string{"cancelled"}})
	w := d.scheduled(plan())
	d.posts()
	_, err := d.agenda.Cancel(t.Context(), w.ID, 0, strings.Repeat("&", 15000), ada)
	d.must(err)
	d.posts()
	_, bodies := r.requests()
	if len(bodies) != 1 {
		t.Fatalf("got %d messages", len(bodies))
	}
	var m struct {
		Blocks []struct {
			Text   *struct{ Text string }
			Fields []struct{ Text string }
		}
	}
	d.must(json.Unmarshal([]byte(bodies[0]), &m))
	for _, b := range m.Blocks {
		if b.Text != nil && (len(b.Text.Text) > 3000 || b.Text.Text == "") {
			t.Errorf("a section of %d octets", len(b.Text.Text))
		}
		for _, f := range b.Fields {
			if len(f.Text) > 2000 {
				t.Errorf("a field of %d octets", len(f.Text))
			}
		}
	}
	if strings.Contains(bodies[0], "&am…") || !strings.Contains(bodies[0], "&amp;…") && !strings.Contains(bodies[0], `\u0026amp;…`) {
		t.Error("an escape was cut")
	}
}
