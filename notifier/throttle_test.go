package notifier_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"lull/notifier"
)

func TestADomainThatAsksForTimeIsLeftAloneAndHoldsUpNobodyElse(t *testing.T) {
	t.Parallel()
	busy, tried := true, 0
	d := newDesk(t, carry(func(ctx context.Context, to string, raw []byte) notifier.Outcome {
		if strings.HasSuffix(to, "@busy.example") {
			tried++
			if busy {
				return notifier.Outcome{State: notifier.Deferred, Stage: notifier.StageRcpt, Code: 451, Enhanced: "4.7.1", Reply: "4.7.1 too many messages"}
			}
		}
		return sentOK(ctx, to, raw)
	}))
	const people = 60 // more than one claim takes
	for i := range people {
		d.stakeholder(fmt.Sprintf("p%02d@busy.example", i))
		d.stakeholder(fmt.Sprintf("p%02d@calm.example", i))
	}
	w := d.scheduled(plan())
	next := d.round()
	if tried != 3 {
		t.Errorf("%d attempts at a domain that asks for time, want 3", tried)
	}
	ds, err := d.Deliveries(t.Context(), w.ID)
	d.must(err)
	states := map[string]int{}
	for _, one := range ds {
		states[one.Address[4:]+string(one.State)]++
		if one.State == notifier.Queued && (one.Attempts != 0 || one.Reason != "busy.example asks for time: 451 4.7.1 too many messages" || !one.Next.After(d.db.Now())) {
			t.Fatalf("%+v waits without a reason or a time", one)
		}
	}
	if states["calm.examplesent"] != people || states["busy.exampledeferred"] != 3 || states["busy.examplequeued"] != people-3 {
		t.Errorf("got %v", states)
	}
	if d.Health().Fault != "" {
		t.Errorf("one domain is no fault of the relay: %+v", d.Health())
	}
	d.later(next.Sub(d.db.Now())) // the first of those put off is tried; the domain still says no
	d.round()
	busy = false
	for range 5 {
		d.later(10 * time.Minute)
		d.round()
	}
	for _, line := range d.told(w.ID) {
		if !strings.HasSuffix(line, " sent") {
			t.Errorf("%s after the domain took mail again", line)
		}
	}
}

func TestRefusalsByPolicyEverywhereAreOurFaultAndStopSending(t *testing.T) {
	t.Parallel()
	listed, tried := true, 0
	d := newDesk(t, carry(func(ctx context.Context, to string, raw []byte) notifier.Outcome {
		tried++
		if listed {
			return notifier.Outcome{State: notifier.Failed, Stage: notifier.StageRcpt, Code: 554, Enhanced: "5.7.1", Reply: "5.7.1 your address is on a list"}
		}
		return sentOK(ctx, to, raw)
	}))
	for i := range 20 {
		d.stakeholder(fmt.Sprintf("somebody@d%02d.example", i))
	}
	w := d.scheduled(plan())
	tried = 0
	d.round()
	if tried > 4 || !strings.Contains(d.Health().Fault, "refused by policy, the last with 554 5.7.1") {
		t.Fatalf("%d attempts, health %+v: want it to stop after three domains", tried, d.Health())
	}
	listed = false
	for range 4 {
		d.later(10 * time.Minute)
		d.round()
	}
	failed := 0
	for _, line := range d.told(w.ID) {
		if strings.HasSuffix(line, " failed") {
			failed++
		} else if !strings.HasSuffix(line, " sent") {
			t.Errorf("%s after the list was left", line)
		}
	}
	if failed > 2 || d.Health().Fault != "" {
		t.Errorf("%d failed, health %+v; want at most the first two", failed, d.Health())
	}
}
