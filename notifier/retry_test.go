package notifier_test

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"lull/notifier"
	"lull/scheduler"
	"lull/scheduler/store"
)

func sentOK(context.Context, string, []byte) notifier.Outcome {
	return notifier.Outcome{State: notifier.Sent, Stage: notifier.StageDot, Code: 250}
}

func TestATemporaryRefusalIsTriedAgainAndAPermanentOneIsNot(t *testing.T) {
	t.Parallel()
	office := newPostOffice(t, nil)
	d := newDesk(t, carrierTo(t, "smtp://"+office.Addr().String()))
	d.stakeholder("later@example.net")
	d.stakeholder("nobody@example.net")
	w := d.scheduled(plan())
	next := d.round()
	want := []string{"scheduled later@example.net deferred", "scheduled nobody@example.net failed"}
	if got := d.told(w.ID); !slices.Equal(got, want) {
		t.Fatalf("told %q, want %q", got, want)
	}
	if wait := next.Sub(d.db.Now()); wait < 48*time.Second || wait > 72*time.Second {
		t.Errorf("the next attempt is %v away, want a minute, a fifth more or less", wait)
	}
	d.later(2 * time.Minute)
	next = d.round()
	if wait := next.Sub(d.db.Now()); wait < 4*time.Minute || wait > 6*time.Minute {
		t.Errorf("the third attempt is %v away, want five minutes, a fifth more or less", wait)
	}
	ds, err := d.Deliveries(t.Context(), w.ID)
	d.must(err)
	got := map[string]int{}
	for _, one := range ds {
		got[one.Address] = one.Attempts
	}
	if got["later@example.net"] != 2 || got["nobody@example.net"] != 1 {
		t.Errorf("got %v attempts, want 2 of later and 1 of nobody", got)
	}
}

func TestWhatWasBeingSentWhenTheServerDiedIsSentAgainUnchanged(t *testing.T) {
	t.Parallel()
	var seen []string
	d := newDesk(t, carry(func(_ context.Context, to string, raw []byte) notifier.Outcome {
		if to != "all@example.net" {
			return sentOK(t.Context(), to, raw)
		}
		seen = append(seen, string(raw))
		if len(seen) == 1 {
			runtime.Goexit() // the power is cut: nothing after it is done
		}
		return sentOK(t.Context(), to, raw)
	}))
	d.stakeholder("all@example.net")
	w := d.scheduled(plan())
	d.round()
	if want := []string{"scheduled all@example.net sending"}; !slices.Equal(d.told(w.ID), want) {
		t.Fatalf("told %q, want %q", d.told(w.ID), want)
	}
	d.reopen()
	pause := time.Second
	if d.db.Engine() == store.Postgres {
		pause = time.Hour / 3 // only the end of the lease tells that nobody sends it
	}
	d.later(pause)
	d.round()
	if len(seen) != 2 || seen[0] != seen[1] {
		t.Fatalf("got %d attempts, want two of the same bytes", len(seen))
	}
	if want := []string{"scheduled all@example.net sent"}; !slices.Equal(d.told(w.ID), want) {
		t.Errorf("told %q, want %q", d.told(w.ID), want)
	}
}

func TestWhoLostTheLeaseSettlesNothing(t *testing.T) {
	t.Parallel()
	var d *desk
	d = newDesk(t, carry(func(_ context.Context, to string, raw []byte) notifier.Outcome {
		if to != "all@example.net" {
			return sentOK(t.Context(), to, raw)
		}
		d.update(func(tx *store.Tx) error { // while this one slept, another server has sent it
			_, err := tx.Exec(`UPDATE deliveries SET state = 'sent', gen = gen + 2, lease_at = NULL, sent_at = $2, reply = 'queued as 1' WHERE address = $1`, to, store.At(tx.Now))
			return err
		})
		return notifier.Outcome{State: notifier.Failed, Stage: notifier.StageRcpt, Code: 550, Enhanced: "5.1.1", Reply: "5.1.1 nobody"}
	}))
	d.stakeholder("all@example.net")
	w := d.scheduled(plan())
	d.round()
	if want := []string{"scheduled all@example.net sent"}; !slices.Equal(d.told(w.ID), want) {
		t.Errorf("told %q, want %q", d.told(w.ID), want)
	}
	if all, err := d.Suppressions(t.Context()); err != nil || len(all) != 0 {
		t.Errorf("suppressed %v, %v: want nobody", all, err)
	}
}

func TestAMessageInDoubtIsSentAgainUnchangedAndHoldsUpTheNext(t *testing.T) {
	t.Parallel()
	var seen []string
	d := newDesk(t, carry(func(_ context.Context, to string, raw []byte) notifier.Outcome {
		if to == "all@example.net" {
			if seen = append(seen, string(raw)); len(seen) == 1 {
				return notifier.Outcome{State: notifier.InDoubt, Stage: notifier.StageDot}
			}
		}
		return sentOK(t.Context(), to, raw)
	}))
	d.stakeholder("all@example.net")
	w := d.scheduled(plan())
	d.round()
	_, err := d.agenda.Cancel(t.Context(), w.ID, 0, "The vendor has no parts.", ada)
	d.must(err)
	d.round()
	if want := []string{"scheduled all@example.net in_doubt", "cancelled all@example.net queued"}; !slices.Equal(d.told(w.ID), want) {
		t.Fatalf("told %q, want %q", d.told(w.ID), want)
	}
	d.later(2 * time.Minute)
	d.round()
	if len(seen) != 3 || seen[0] != seen[1] || !strings.Contains(seen[2], "[Cancelled]") {
		t.Fatalf("got %d messages %q, want the same one twice and then the cancellation", len(seen), seen)
	}
	first, last := parse(t, []byte(seen[0])), parse(t, []byte(seen[2]))
	if want := first.header("Message-ID"); last.header("In-Reply-To") != want || !strings.Contains(last.header("References"), want) {
		t.Errorf("the cancellation answers %q, want %q", last.header("In-Reply-To"), want)
	}
}

func TestAFaultPausesAllSendingAndCountsForNobody(t *testing.T) {
	t.Parallel()
	broken := true
	calls := 0
	d := newDesk(t, carry(func(_ context.Context, to string, raw []byte) notifier.Outcome {
		calls++
		if broken {
			return notifier.Outcome{Fault: &notifier.Fault{Server: "mail:25", Stage: notifier.StageDial, Err: errors.New("refused")}}
		}
		return sentOK(t.Context(), to, raw)
	}))
	d.stakeholder("a@example.net")
	d.stakeholder("b@example.net")
	w := d.scheduled(plan())
	until := d.round()
	d.round()
	if calls != 1 || d.Health().Fault != "mail server mail:25: connecting: refused" || !d.Health().Since.Equal(d.db.Now()) {
		t.Errorf("%d attempts, health %+v, want one attempt and the fault", calls, d.Health())
	}
	if want := []string{"scheduled a@example.net queued", "scheduled b@example.net queued"}; !slices.Equal(d.told(w.ID), want) {
		t.Errorf("told %q, want %q", d.told(w.ID), want)
	}
	broken = false
	d.later(until.Sub(d.db.Now()))
	d.round()
	ds, err := d.Deliveries(t.Context(), w.ID)
	d.must(err)
	for _, one := range ds {
		if one.State != notifier.Sent || one.Attempts != 1 {
			t.Errorf("%s is %s after %d attempts, want sent after 1", one.Address, one.State, one.Attempts)
		}
	}
	if d.Health() != (notifier.Health{}) {
		t.Errorf("health %+v after all was sent", d.Health())
	}
}

func TestAStoppedServerGivesBackWhatItDidNotSend(t *testing.T) {
	t.Parallel()
	ctx, stop := context.WithCancel(t.Context())
	d := newDesk(t, carry(func(ctx context.Context, _ string, _ []byte) notifier.Outcome {
		stop()
		return notifier.Outcome{Fault: &notifier.Fault{Server: "mail:25", Stage: notifier.StageRcpt, Err: ctx.Err()}}
	}))
	d.stakeholder("a@example.net")
	w := d.scheduled(plan())
	_, err := d.Announce(t.Context())
	d.must(err)
	if _, err := d.Deliver(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want to be stopped", err)
	}
	if want := []string{"scheduled a@example.net queued"}; !slices.Equal(d.told(w.ID), want) || d.Health().Fault != "" {
		t.Errorf("told %q, health %+v, want %q and no fault", d.told(w.ID), d.Health(), want)
	}
}

func TestWhatCannotBeDeliveredInTimeExpires(t *testing.T) {
	t.Parallel()
	office := newPostOffice(t, nil)
	d := newDesk(t, carrierTo(t, "smtp://"+office.Addr().String()))
	d.stakeholder("later@example.net")
	w := d.scheduled(plan())
	d.round()
	d.later(48 * time.Hour)
	d.round()
	if want := []string{"scheduled later@example.net expired"}; !slices.Equal(d.told(w.ID), want) {
		t.Errorf("told %q, want %q", d.told(w.ID), want)
	}
}

func TestADeliveryCanBeCancelledAndRetriedByHand(t *testing.T) {
	t.Parallel()
	d := newDesk(t, nil)
	d.stakeholder("a@example.net")
	w := d.scheduled(plan())
	_, err := d.Announce(t.Context())
	d.must(err)
	queued, _, err := d.Outbox(t.Context(), notifier.OutboxFilter{State: notifier.Queued, Window: w.ID, Limit: 1})
	d.must(err)
	one, err := d.Cancel(t.Context(), queued[0].ID, "Not for them.", bob)
	d.must(err)
	if one.State != notifier.Cancelled || one.Reason != "cancelled by Bob: Not for them." {
		t.Errorf("got %+v, want it cancelled", one)
	}
	var shut *scheduler.GateError
	if _, err := d.Cancel(t.Context(), one.ID, "Not for them.", bob); !errors.As(err, &shut) {
		t.Errorf("cancelling it twice: %v", err)
	}
	_, err = d.Retry(t.Context(), one.ID, bob)
	d.must(err)
	d.round()
	if one, err = d.Delivery(t.Context(), one.ID); err != nil || one.State != notifier.Captured || len(one.Raw) == 0 {
		t.Errorf("got %s and %d octets, %v, want it captured", one.State, len(one.Raw), err)
	}
	if _, err := d.Delivery(t.Context(), "nothing"); !errors.Is(err, scheduler.ErrNotFound) {
		t.Errorf("got %v, want that it is not there", err)
	}
}

func TestALetterOfAccessGoesOutOnce(t *testing.T) {
	t.Parallel()
	office := newPostOffice(t, nil)
	d := newDesk(t, carrierTo(t, "smtp://"+office.Addr().String()))
	d.update(func(tx *store.Tx) error {
		return d.Post(tx, notifier.Invitation, "eve@example.net", "Eve", "https://maint.example.org/link/abc")
	})
	d.round()
	d.round()
	got := mailTo(office.received(), "eve@example.net")
	if len(got) != 1 || !strings.Contains(got[0].body, "https://maint.example.org/link/abc") {
		t.Fatalf("got %v, want one mail with the link", got)
	}
	if m := parse(t, []byte(got[0].body)); m.header("List-Id") != "" || m.header("List-Unsubscribe") != "" {
		t.Error("a letter to one person calls itself a list")
	}
	all, _, err := d.Outbox(t.Context(), notifier.OutboxFilter{})
	d.must(err)
	if len(all) != 1 || !all[0].Personal || all[0].State != notifier.Sent {
		t.Errorf("got %+v, want one personal letter, sent", all)
	}
}
