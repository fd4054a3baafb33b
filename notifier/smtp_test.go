package notifier_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"lull/notifier"
)

const from, to = "lull@example.org", "ada@example.net"

var raw = []byte("Subject: hello\r\n\r\n.\r\n..\r\n.a line\r\nno end")

func TestAMessageArrivesAsItWasFrozen(t *testing.T) {
	t.Parallel()
	office := newPostOffice(t, nil)
	s := carrierTo(t, "smtp://"+office.Addr().String())
	frozen := render(t, sample())
	for _, message := range [][]byte{frozen, raw} {
		if out := s.Carry(t.Context(), from, to, message); out.State != notifier.Sent || out.Code != 250 {
			t.Fatalf("got %+v", out)
		}
	}
	mail := office.received()
	if mail[0].body != string(frozen) {
		t.Errorf("arrived\n%q, sent\n%q", mail[0].body, frozen)
	}
	if want := string(raw) + "\r\n"; mail[1].body != want {
		t.Errorf("arrived %q, want %q", mail[1].body, want)
	}
	got := mail[0]
	got.body = ""
	if got.from != from || got.to != to || got.extended.UTF8 || got.extended.Body != "" {
		t.Errorf("envelope %+v, want %s, %s and no extensions", got, from, to)
	}
}

func TestEightBitsAreAnnounced(t *testing.T) {
	t.Parallel()
	office := newPostOffice(t, nil)
	s := carrierTo(t, "smtp://"+office.Addr().String())
	s.Carry(t.Context(), from, to, []byte("Subject: x\r\n\r\nGröße\r\n"))
	if got := office.received()[0].extended.Body; got != "8BITMIME" {
		t.Errorf("body announced as %q", got)
	}
}

// TestEveryStageHasItsOutcome is the table of what each answer at each stage means.
func TestEveryStageHasItsOutcome(t *testing.T) {
	t.Parallel()
	const deferred, failed, inDoubt, sent = notifier.Deferred, notifier.Failed, notifier.InDoubt, notifier.Sent
	for _, c := range []struct {
		name string
		act  act
		at   notifier.Stage
		want notifier.State // empty: a fault
		code int
	}{
		{"no greeting but a cut", act{"": cut}, notifier.StageDial, "", 0},
		{"greeting 421", act{"": "421 too many connections"}, notifier.StageDial, "", 421},
		{"greeting 554", act{"": "554 no service"}, notifier.StageDial, "", 554},
		{"greeting of another protocol", act{"": "+OK POP3 ready"}, notifier.StageDial, "", 0},
		{"EHLO and HELO refused", act{"EHLO": "502 no", "HELO": "550 go away"}, notifier.StageDial, "", 502},
		{"EHLO cut", act{"EHLO": cut}, notifier.StageDial, "", 0},
		{"MAIL 4yz", act{"MAIL": "451 4.3.0 later"}, notifier.StageMail, "", 451},
		{"MAIL 5yz", act{"MAIL": "550 5.7.1 not you"}, notifier.StageMail, "", 550},
		{"MAIL 421", act{"MAIL": "421 closing" + thenCut}, notifier.StageMail, "", 421},
		{"MAIL cut", act{"MAIL": cut}, notifier.StageMail, "", 0},
		{"MAIL nonsense", act{"MAIL": "hello"}, notifier.StageMail, "", 0},
		{"RCPT 4yz", act{"RCPT": "450 4.2.0 greylisted"}, notifier.StageRcpt, deferred, 450},
		{"RCPT 421", act{"RCPT": "421 4.3.2 closing" + thenCut}, notifier.StageRcpt, deferred, 421},
		{"RCPT 5yz", act{"RCPT": "550 5.1.1 no such user"}, notifier.StageRcpt, failed, 550},
		{"RCPT 251", act{"RCPT": "251 will forward"}, notifier.StageDot, sent, 250},
		{"RCPT cut", act{"RCPT": cut}, notifier.StageRcpt, deferred, 0},
		{"RCPT out of turn", act{"RCPT": "354 go on"}, notifier.StageRcpt, deferred, 354},
		{"RCPT nonsense", act{"RCPT": "99"}, notifier.StageRcpt, deferred, 0},
		{"DATA 4yz", act{"DATA": "452 4.3.1 disk full"}, notifier.StageData, deferred, 452},
		{"DATA 421", act{"DATA": "421 4.3.2 closing" + thenCut}, notifier.StageData, deferred, 421},
		{"DATA 5yz", act{"DATA": "554 5.5.1 no valid recipients"}, notifier.StageData, failed, 554},
		{"DATA out of turn", act{"DATA": "250 ok"}, notifier.StageData, deferred, 250},
		{"DATA cut", act{"DATA": cut}, notifier.StageData, deferred, 0},
		{"message cut", act{"DATA": reset}, notifier.StageData, deferred, 0},
		{"dot 4yz", act{".": "451 4.3.0 queue file write error"}, notifier.StageDot, deferred, 451},
		{"dot 421", act{".": "421 4.3.2 closing" + thenCut}, notifier.StageDot, deferred, 421},
		{"dot 5yz", act{".": "554 5.7.1 looks like spam"}, notifier.StageDot, failed, 554},
		{"dot cut", act{".": cut}, notifier.StageDot, inDoubt, 0},
		{"dot nonsense", act{".": "thank you"}, notifier.StageDot, inDoubt, 0},
		{"dot out of turn", act{".": "354 more"}, notifier.StageDot, inDoubt, 354},
		{"dot 250", act{}, notifier.StageDot, sent, 250},
		{"dot 250 without words", act{".": "250"}, notifier.StageDot, sent, 250},
		{"dot 250 in several lines", act{".": "250-2.0.0 ok\r\n250 2.0.0 queued"}, notifier.StageDot, sent, 250},
		{"dot 250 and cut", act{".": "250 2.0.0 ok" + thenCut}, notifier.StageDot, sent, 250},
		{"HELO alone", act{"EHLO": "502 what?"}, notifier.StageDot, sent, 250},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			server := play(t, c.act)
			s := carrierTo(t, server.url())
			message := raw
			if c.act["DATA"] == reset {
				message = []byte(strings.Repeat(strings.Repeat("x", 70)+"\r\n", 300_000))
			}
			out := s.Carry(t.Context(), from, to, message)
			if c.want == "" {
				faultAt(t, out, c.at)
			}
			if out.State != c.want || out.Stage != c.at || out.Code != c.code || out.Reply == "" && c.act["."] != "250" {
				t.Errorf("got %+v, want %q at %s with %d", out, c.want, c.at, c.code)
			}
			// Whatever happened, the next message must find a way of its own.
			if got := len(server.taken()); got > 1 || c.at != notifier.StageDot && got > 0 {
				t.Errorf("the server took %d messages", got)
			}
		})
	}
}

func TestTheServersWordsAreKept(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ say, enhanced, reply string }{
		{"250 2.0.0 Ok: queued as 7F3A", "2.0.0", "2.0.0 Ok: queued as 7F3A"},
		{"550-5.1.1 no such\r\n550 5.1.1 user", "5.1.1", "5.1.1 no such 5.1.1 user"},
		{"250 2.6.0.1 odd", "2.6.0", "2.6.0.1 odd"},
		{"250 Ok", "", "Ok"},
		{"554 \x1b[31m\u202ered\xff" + strings.Repeat("x", 1000), "", "[31mred" + strings.Repeat("x", 493) + "…"},
	} {
		server := play(t, act{".": c.say})
		out := carrierTo(t, server.url()).Carry(t.Context(), from, to, raw)
		if out.Enhanced != c.enhanced || out.Reply != c.reply {
			t.Errorf("%q is kept as %q and %q, want %q and %q", c.say, out.Enhanced, out.Reply, c.enhanced, c.reply)
		}
	}
}

func TestASilentServerIsNotWaitedForForEver(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		verb string
		at   notifier.Stage
		want notifier.State
	}{
		{"", notifier.StageDial, ""},
		{"EHLO", notifier.StageDial, ""},
		{"MAIL", notifier.StageMail, ""},
		{"RCPT", notifier.StageRcpt, notifier.Deferred},
		{"DATA", notifier.StageData, notifier.Deferred},
		{".", notifier.StageDot, notifier.InDoubt},
	} {
		t.Run("at "+c.verb, func(t *testing.T) {
			t.Parallel()
			s := carrierTo(t, play(t, act{c.verb: hang}).url())
			s.StepTimeout, s.DotTimeout = 200*time.Millisecond, 200*time.Millisecond
			if out := s.Carry(t.Context(), from, to, raw); out.State != c.want || out.Stage != c.at || out.Stopped() {
				t.Errorf("got %+v, want %q at %s", out, c.want, c.at)
			}
		})
	}
}

func TestUntilTheDotAnAttemptCanBeStopped(t *testing.T) {
	t.Parallel()
	for _, verb := range []string{"", "EHLO", "MAIL", "RCPT", "DATA"} {
		t.Run("at "+verb, func(t *testing.T) {
			t.Parallel()
			server := play(t, act{verb: hang})
			s := carrierTo(t, server.url())
			ctx, stop := context.WithCancel(t.Context())
			defer stop()
			go func() {
				<-server.reached
				stop()
			}()
			out := s.Carry(ctx, from, to, raw)
			if !out.Stopped() || !errors.Is(out.Fault, context.Canceled) || len(server.taken()) > 0 {
				t.Errorf("got %+v and %d messages, want to be stopped with none", out, len(server.taken()))
			}
		})
	}
	ctx, stop := context.WithCancel(t.Context())
	stop()
	for _, carrier := range []notifier.Carrier{carrierTo(t, play(t, act{}).url()), notifier.Capture{}} {
		if out := carrier.Carry(ctx, from, to, raw); !out.Stopped() {
			t.Errorf("%T, stopped before it began: %+v", carrier, out)
		}
	}
}

func TestAfterTheDotTheAnswerIsStillAwaited(t *testing.T) {
	t.Parallel()
	server := play(t, act{".": withhold})
	s := carrierTo(t, server.url())
	ctx, stop := context.WithCancel(t.Context())
	go func() {
		<-server.reached
		stop()
		close(server.released)
	}()
	if out := s.Carry(ctx, from, to, raw); out.State != notifier.Sent {
		t.Errorf("got %+v, want sent", out)
	}
}

func TestAfterTheDotPatienceEnds(t *testing.T) {
	t.Parallel()
	server := play(t, act{".": hang})
	s := carrierTo(t, server.url())
	s.DotTimeout, s.Grace = time.Hour, 50*time.Millisecond
	ctx, stop := context.WithCancel(t.Context())
	go func() {
		<-server.reached
		stop()
	}()
	if out := s.Carry(ctx, from, to, raw); out.State != notifier.InDoubt {
		t.Errorf("got %+v, want in doubt", out)
	}
}

func TestOneConnectionCarriesManyMessagesInFourRoundTripsEach(t *testing.T) {
	t.Parallel()
	office := newPostOffice(t, nil)
	s := carrierTo(t, "smtp://"+office.Addr().String())
	for range 50 {
		if out := s.Carry(t.Context(), from, to, raw); out.State != notifier.Sent {
			t.Fatalf("got %+v", out)
		}
	}
	if got := office.connected(); got != 1 || len(office.received()) != 50 {
		t.Errorf("%d messages over %d connections, want 50 over 1", len(office.received()), got)
	}
	server := play(t, act{})
	s = carrierTo(t, server.url())
	for range 3 {
		s.Carry(t.Context(), from, to, raw)
	}
	if got, want := server.verbs(), "EHLO"+strings.Repeat(" MAIL RCPT DATA", 3); got != want {
		t.Errorf("said %s, want %s", got, want)
	}
}

func TestAConnectionIsGivenUpAfterItsMessages(t *testing.T) {
	t.Parallel()
	server := play(t, act{})
	s := carrierTo(t, server.url())
	s.PerConnection = 2
	for range 5 {
		s.Carry(t.Context(), from, to, raw)
	}
	const two = "EHLO MAIL RCPT DATA MAIL RCPT DATA QUIT / "
	if got, want := server.verbs(), two+two+"EHLO MAIL RCPT DATA"; got != want {
		t.Errorf("said %s, want %s", got, want)
	}
}

func TestAnIdleConnectionIsClosed(t *testing.T) {
	t.Parallel()
	office := newPostOffice(t, nil)
	s := carrierTo(t, "smtp://"+office.Addr().String())
	s.Idle = time.Millisecond
	for want := 1; want <= 3; want++ {
		if out := s.Carry(t.Context(), from, to, raw); out.State != notifier.Sent {
			t.Fatalf("got %+v", out)
		}
		<-office.closed
		if got := office.connected(); got != want {
			t.Errorf("%d connections after %d messages with a pause between", got, want)
		}
	}
}

func TestAStaleConnectionCostsNothing(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		first act
		said  string
	}{
		{"closed by the server", act{".": "250 ok" + thenCut}, "EHLO MAIL RCPT DATA / EHLO MAIL RCPT DATA"},
		{"timed out", act{"MAIL": "250 ok / 421 4.4.2 timeout" + thenCut}, "EHLO MAIL RCPT DATA MAIL / EHLO MAIL RCPT DATA"},
		{"refused", act{"MAIL": "250 ok / 451 4.7.0 enough"}, "EHLO MAIL RCPT DATA MAIL / EHLO MAIL RCPT DATA"},
		{"cut", act{"MAIL": "250 ok / " + cut}, "EHLO MAIL RCPT DATA MAIL / EHLO MAIL RCPT DATA"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			server := play(t, c.first, act{})
			s := carrierTo(t, server.url())
			for range 2 {
				if out := s.Carry(t.Context(), from, to, raw); out.State != notifier.Sent {
					t.Fatalf("got %+v", out)
				}
			}
			if got := len(server.taken()); got != 2 {
				t.Errorf("the server took %d messages, want 2", got)
			}
			if got := server.verbs(); got != c.said {
				t.Errorf("said %s, want %s", got, c.said)
			}
		})
	}
}

func TestTwoStaleConnectionsAreAFault(t *testing.T) {
	t.Parallel()
	server := play(t, act{".": "250 ok" + thenCut}, act{"MAIL": "421 4.7.0 too many" + thenCut}, act{})
	s := carrierTo(t, server.url())
	s.Carry(t.Context(), from, to, raw)
	faultAt(t, s.Carry(t.Context(), from, to, raw), notifier.StageMail)
	if out := s.Carry(t.Context(), from, to, raw); out.State != notifier.Sent {
		t.Errorf("after the fault: %+v", out)
	}
}

func TestARefusedRecipientDoesNotHoldUpTheNext(t *testing.T) {
	t.Parallel()
	office := newPostOffice(t, nil)
	s := carrierTo(t, "smtp://"+office.Addr().String())
	var got []string
	for _, to := range []string{"nobody@example.net", "ada@example.net", "later@example.net", "nobody@example.net", "bob@example.net"} {
		out := s.Carry(t.Context(), from, to, raw)
		got = append(got, fmt.Sprint(out.State, " ", out.Enhanced))
	}
	want := []string{"failed 5.1.1", "sent 2.0.0", "deferred 4.7.1", "failed 5.1.1", "sent 2.0.0"}
	if !slices.Equal(got, want) || office.connected() != 1 {
		t.Errorf("got %q over %d connections, want %q over one", got, office.connected(), want)
	}
}

func TestAnAddressThatIsMoreThanAnAddressGetsNowhere(t *testing.T) {
	t.Parallel()
	server := play(t, act{})
	s := carrierTo(t, server.url())
	for _, bad := range []string{"a@b> SIZE=1\r\nRCPT TO:<eve@example.com", "größe@example.org", "", "a b@example.org", `"a> ORCPT=x"@example.net`} {
		if out := s.Carry(t.Context(), from, bad, raw); out.State != notifier.Failed {
			t.Errorf("to %q: %+v", bad, out)
		}
		faultAt(t, s.Carry(t.Context(), bad, to, raw), notifier.StageMail)
	}
	if got := server.verbs(); got != "" {
		t.Errorf("the server heard %s", got)
	}
}

func TestNobodyListening(t *testing.T) {
	t.Parallel()
	l := listen(t)
	_ = l.Close()
	out := carrierTo(t, "smtp://"+l.Addr().String()).Carry(t.Context(), from, to, raw)
	if fault := faultAt(t, out, notifier.StageDial); !strings.HasPrefix(fault.Error(), "mail server "+l.Addr().String()+": connecting: ") {
		t.Errorf("fault %q", fault)
	}
}

func TestCaptureKeepsEverythingHere(t *testing.T) {
	t.Parallel()
	var c notifier.Carrier = notifier.Capture{}
	if out := c.Carry(t.Context(), from, to, raw); out.State != notifier.Captured || out.Fault != nil {
		t.Errorf("got %+v", out)
	}
	transcript, out := c.Dialogue(t.Context(), sample())
	if out.State != notifier.Captured || !strings.Contains(transcript, "nothing left this machine") {
		t.Errorf("got %+v and %q", out, transcript)
	}
	if transcript, out := c.Dialogue(t.Context(), notifier.Letter{}); out.State != notifier.Failed || !strings.HasPrefix(transcript, "! ") {
		t.Errorf("a letter that cannot be written: %+v and %q", out, transcript)
	}
}
