package notifier_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"lull/notifier"
	"lull/scheduler"
)

// refuse answers every message as a mail server that does not want it.
func refuse(code int, enhanced, words string) carry {
	return func(context.Context, string, []byte) notifier.Outcome {
		return notifier.Outcome{State: notifier.Failed, Stage: notifier.StageRcpt, Code: code, Enhanced: enhanced, Reply: words}
	}
}

func TestAnAddressThatNobodyLivesAtIsSuppressed(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name     string
		carrier  carry
		messages int // after which it is suppressed; 0: never
		reason   string
	}{
		{"no such address", refuse(550, "5.1.1", "no such user"), 1, "there is no such address, says its mail server: no such user"},
		{"no such domain", refuse(550, "5.1.2", "no such host"), 1, "there is no such address, says its mail server: no such host"},
		{"a full mailbox", refuse(552, "5.2.2", "mailbox full"), 3, "its mail server refused 3 messages within a week: mailbox full"},
		{"no status", refuse(554, "", "go away"), 3, "its mail server refused 3 messages within a week: go away"},
		{"policy is about us", refuse(550, "5.7.1", "not authorised"), 0, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t, c.carrier)
			d.stakeholder("a@example.net")
			for i := range 4 {
				p := plan()
				p.Start, p.End = p.Start.Add(time.Duration(i)*24*time.Hour), p.End.Add(time.Duration(i)*24*time.Hour)
				w := d.scheduled(p)
				d.round()
				want := notifier.Failed
				if c.messages > 0 && i >= c.messages {
					want = notifier.Suppressed
				}
				ds, err := d.Deliveries(t.Context(), w.ID)
				d.must(err)
				last := ds[len(ds)-1]
				if last.State != want || want == notifier.Suppressed && last.Reason != c.reason {
					t.Errorf("message %d is %s, because %q; want %s, because %q", i+1, last.State, last.Reason, want, c.reason)
				}
			}
			by, err := d.Suppressions(t.Context())
			d.must(err)
			if got := by["a@example.net"].Words(); got != c.reason {
				t.Errorf("suppressed because %q, want %q", got, c.reason)
			}
		})
	}
}

func TestALiftedSuppressionLetsMailGoAgain(t *testing.T) {
	t.Parallel()
	dead := true
	d := newDesk(t, carry(func(ctx context.Context, to string, raw []byte) notifier.Outcome {
		if dead {
			return refuse(550, "5.1.1", "no such user")(ctx, to, raw)
		}
		return sentOK(ctx, to, raw)
	}))
	d.stakeholder("a@example.net")
	w := d.scheduled(plan())
	d.round()
	ds, err := d.Deliveries(t.Context(), w.ID)
	d.must(err)
	id := ds[len(ds)-1].ID
	var shut *scheduler.GateError
	if _, err := d.Retry(t.Context(), id, bob); !errors.As(err, &shut) {
		t.Fatalf("a suppressed address was tried again: %v", err)
	}
	if n, err := d.RetryAll(t.Context(), outboxOf("a@example.net"), bob); n != 0 || err != nil {
		t.Errorf("%d tried again, %v", n, err)
	}
	if err := d.Lift(t.Context(), "b@example.net", bob); !errors.Is(err, scheduler.ErrNotFound) {
		t.Errorf("lifted what is not there: %v", err)
	}
	d.must(d.Lift(t.Context(), "a@example.net", bob))
	dead = false
	if n, err := d.RetryAll(t.Context(), outboxOf("a@example.net"), bob); n != 1 || err != nil {
		t.Errorf("%d tried again, %v", n, err)
	}
	d.round()
	d.wants(w.ID, "scheduled a@example.net sent")
}

func TestMailGoesToAllowedDomainsAlone(t *testing.T) {
	t.Parallel()
	d := newDesk(t, carry(sentOK))
	d.opts.Allow = []string{"staging.example.net"}
	d.reopen()
	d.stakeholder("real@example.net")
	d.stakeholder("test@staging.example.net")
	d.stakeholder("near@evil-staging.example.net")
	w := d.scheduled(plan())
	d.must(d.Subscribe(t.Context(), wish("new@example.com"), "client"))
	d.round()
	d.wants(w.ID, "scheduled near@evil-staging.example.net suppressed", "scheduled real@example.net suppressed", "scheduled test@staging.example.net sent")
	ds, _, err := d.Outbox(t.Context(), outboxOf("new@example.com"))
	d.must(err)
	if ds[0].State != notifier.Suppressed || ds[0].Reason != "LULL_MAIL_ALLOW does not name example.com" {
		t.Errorf("got %s, because %q", ds[0].State, ds[0].Reason)
	}
	if _, out := d.TestMail(t.Context(), "boss@example.com"); out.State != notifier.Failed {
		t.Errorf("the test mail is %s", out.State)
	}
}

func TestDeliveriesArePickedAndTurnedTogether(t *testing.T) {
	t.Parallel()
	d := newDesk(t, refuse(450, "4.2.1", "come back 100% later"))
	d.opts.Carrier = carry(func(context.Context, string, []byte) notifier.Outcome {
		return notifier.Outcome{State: notifier.Deferred, Stage: notifier.StageRcpt, Code: 450, Reply: "come back 100% later"}
	})
	d.reopen()
	d.stakeholder("a_b@example.net")
	d.stakeholder("axb@example.net")
	w := d.scheduled(plan())
	d.round()
	for _, c := range []struct {
		name string
		f    notifier.OutboxFilter
		want int
	}{
		{"a state", notifier.OutboxFilter{State: notifier.Deferred, Kind: "scheduled"}, 2},
		{"another state", notifier.OutboxFilter{State: notifier.Sent}, 0},
		{"a kind", notifier.OutboxFilter{Kind: "scheduled", Window: w.ID}, 2},
		{"an address in any case", outboxOf("AXB@example.net"), 1},
		{"an underscore is no wildcard", notifier.OutboxFilter{Q: "a_b@"}, 1},
		{"nor is a percent sign", notifier.OutboxFilter{Q: "100%", Kind: "scheduled"}, 2},
		{"nor a quote", notifier.OutboxFilter{Q: `' OR 1=1 -- \`}, 0},
	} {
		if all, _, err := d.Outbox(t.Context(), c.f); err != nil || len(all) != c.want {
			t.Errorf("%s: got %d, %v, want %d", c.name, len(all), err, c.want)
		}
	}
	var wrong scheduler.InvalidError
	if _, err := d.CancelAll(t.Context(), notifier.OutboxFilter{Window: w.ID}, " \r\n", bob); !errors.As(err, &wrong) || wrong["reason"] == "" {
		t.Errorf("without a reason: %v", err)
	}
	n, err := d.CancelAll(t.Context(), notifier.OutboxFilter{Window: w.ID, Kind: "scheduled"}, "Wrong text.", bob)
	d.must(err)
	d.wants(w.ID, "scheduled a_b@example.net cancelled", "scheduled axb@example.net cancelled")
	m, err := d.RetryAll(t.Context(), notifier.OutboxFilter{Window: w.ID, State: notifier.Cancelled}, bob)
	if n != 2 || m != 2 || err != nil {
		t.Errorf("%d cancelled, %d retried, %v, want 2 and 2", n, m, err)
	}
	d.wants(w.ID, "scheduled a_b@example.net queued", "scheduled axb@example.net queued")
	_, err = d.agenda.Verify(t.Context())
	d.must(err)
}

func TestWhatIsCancelledByHandHoldsTheStartGateShut(t *testing.T) {
	t.Parallel()
	d := newDesk(t, nil)
	d.stakeholder("a@example.net")
	w := d.scheduled(plan())
	_, err := d.Announce(t.Context())
	d.must(err)
	_, err = d.CancelAll(t.Context(), notifier.OutboxFilter{Window: w.ID}, "To start unseen.", ada)
	d.must(err)
	v, err := d.agenda.Window(t.Context(), w.ID)
	d.must(err)
	const want = "1 of 1 announcements were cancelled by hand: retry them in the outbox."
	for _, r := range v.Reasons {
		if r.Code == scheduler.CodeNotAnnounced && r.Detail == want {
			return
		}
	}
	t.Errorf("got %+v, want %q", v.Reasons, want)
}
