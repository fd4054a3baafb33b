package notifier_test

import (
	"crypto/tls"
	"encoding/base64"
	"net"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"lull/notifier"
)

func login(host, port string) string {
	return url.UserPassword(user, password).String() + "@" + host + ":" + port
}

func TestEncryptionIsWhatTheURLAsks(t *testing.T) {
	t.Parallel()
	ca := newAuthority(t)
	file, strangers := writeCA(t, ca), writeCA(t, newAuthority(t))
	offers := newPostOffice(t, func(p *postOffice) { p.TLSConfig = ca.serverFor(t, "localhost") }).port()
	plain := newPostOffice(t, nil).port()
	for _, c := range []struct {
		name, url string
		want      bool // encrypted; otherwise in clear text
		fault     notifier.Stage
	}{
		{"auto, offered", "smtp://localhost:" + offers + "?ca=" + file, true, ""},
		{"auto, not offered", "smtp://localhost:" + plain + "?ca=" + file, false, ""},
		{"auto, with a certificate of strangers", "smtp://localhost:" + offers + "?ca=" + strangers, false, notifier.StageTLS},
		{"auto, with a certificate nobody knows", "smtp://localhost:" + offers, false, notifier.StageTLS},
		{"auto, for another name", "smtp://127.0.0.1:" + offers + "?ca=" + file, false, notifier.StageTLS},
		{"required, offered", "smtp://localhost:" + offers + "?tls=required&ca=" + file, true, ""},
		{"required, not offered", "smtp://localhost:" + plain + "?tls=required", false, notifier.StageTLS},
		{"off, offered", "smtp://localhost:" + offers + "?tls=off", false, ""},
	} {
		s := carrierTo(t, c.url)
		transcript, out := s.Dialogue(t.Context(), sample())
		if c.fault != "" {
			faultAt(t, out, c.fault)
			if strings.Contains(transcript, "> MAIL") {
				t.Errorf("%s: mail was sent in the clear:\n%s", c.name, transcript)
			}
			continue
		}
		if out.State != notifier.Sent || strings.Contains(transcript, "* TLS 1.3, certificate of CN=localhost") != c.want {
			t.Errorf("%s: %+v\n%s", c.name, out, transcript)
		}
	}
}

func TestTLSFromTheFirstByte(t *testing.T) {
	t.Parallel()
	ca := newAuthority(t)
	file := writeCA(t, ca)
	for _, host := range []string{"localhost", "127.0.0.1"} {
		var config *tls.Config
		office := newPostOffice(t, func(p *postOffice) {
			p.auth = []string{"PLAIN"}
			config = ca.serverFor(t, host)
		})
		secured := tls.NewListener(listen(t), config)
		go func() { _ = office.Serve(secured) }()
		_, port, _ := net.SplitHostPort(secured.Addr().String())
		s := carrierTo(t, "smtps://"+login(host, port)+"?ca="+file)
		if out := s.Carry(t.Context(), from, to, raw); out.State != notifier.Sent {
			t.Fatalf("over %s: %+v", host, out)
		}
		if got := office.received(); !got[0].encrypted || office.loggedInBy[0] != "PLAIN" {
			t.Errorf("over %s: %+v by %q", host, got, office.loggedInBy)
		}
	}
}

func TestTheWrongKindOfPortIsExplained(t *testing.T) {
	t.Parallel()
	plain := newPostOffice(t, nil)
	fault := faultAt(t, carrierTo(t, "smtps://"+plain.Addr().String()).Carry(t.Context(), from, to, raw), notifier.StageTLS)
	if !strings.Contains(fault.Error(), "smtp:// is meant") {
		t.Errorf("TLS to a plain port: %v", fault)
	}
	secured := tls.NewListener(listen(t), newAuthority(t).serverFor(t, "127.0.0.1"))
	go func() { _ = plain.Serve(secured) }()
	s := carrierTo(t, "smtp://"+secured.Addr().String())
	s.StepTimeout = 200 * time.Millisecond
	fault = faultAt(t, s.Carry(t.Context(), from, to, raw), notifier.StageDial)
	if !strings.Contains(fault.Error(), "needs smtps://") {
		t.Errorf("plain to a TLS port: %v", fault)
	}
}

func TestLoggingInUsesTheBestCommonWay(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		offered []string
		want    string
	}{
		{[]string{"PLAIN"}, "PLAIN"},
		{[]string{"LOGIN"}, "LOGIN"},
		{[]string{"LOGIN", "PLAIN"}, "PLAIN"},
		{[]string{"LOGIN", "PLAIN", "SCRAM-SHA-256"}, "SCRAM-SHA-256"},
		{[]string{"NTLM", "LOGIN"}, "LOGIN"},
	} {
		office := newPostOffice(t, func(p *postOffice) { p.auth = c.offered })
		s := carrierTo(t, "smtp://"+login("127.0.0.1", office.port()))
		for range 2 {
			if out := s.Carry(t.Context(), from, to, raw); out.State != notifier.Sent {
				t.Fatalf("offered %q: %+v", c.offered, out)
			}
		}
		if got := office.loggedInBy; !slices.Equal(got, []string{c.want}) {
			t.Errorf("offered %q: logged in by %q, want %s once", c.offered, got, c.want)
		}
	}
}

func TestALoginThatCannotBeIsAFault(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		offered []string
		want    string
	}{
		{"nothing offered", nil, "offers no log-in"},
		{"nothing known offered", []string{"NTLM", "GSSAPI"}, "only NTLM, GSSAPI"},
	} {
		office := newPostOffice(t, func(p *postOffice) { p.auth = c.offered })
		out := carrierTo(t, "smtp://"+login("127.0.0.1", office.port())).Carry(t.Context(), from, to, raw)
		if fault := faultAt(t, out, notifier.StageAuth); !strings.Contains(fault.Error(), c.want) {
			t.Errorf("%s: %v", c.name, fault)
		}
	}
	for _, mechanism := range []string{"PLAIN", "LOGIN", "SCRAM-SHA-256"} {
		office := newPostOffice(t, func(p *postOffice) { p.auth = []string{mechanism} })
		out := carrierTo(t, "smtp://"+user+":wrong@"+office.Addr().String()).Carry(t.Context(), from, to, raw)
		faultAt(t, out, notifier.StageAuth)
		if out.Code != 535 || out.Enhanced != "5.7.8" {
			t.Errorf("%s with a wrong password: %+v", mechanism, out)
		}
		<-office.closed // and no socket is left open
	}
}

func TestAPasswordGoesNowhereInTheClear(t *testing.T) {
	t.Parallel()
	server := play(t, act{"EHLO": "250-hello\r\n250 AUTH PLAIN LOGIN SCRAM-SHA-256"})
	_, port, _ := net.SplitHostPort(server.Addr().String())
	const hereButNotSaidSo = "0.0.0.0" // leads to this machine without being an address of it
	out := carrierTo(t, "smtp://"+login(hereButNotSaidSo, port)).Carry(t.Context(), from, to, raw)
	if fault := faultAt(t, out, notifier.StageAuth); !strings.Contains(fault.Error(), "password was not sent") {
		t.Errorf("fault %v", fault)
	}
	if got := server.verbs(); got != "EHLO" {
		t.Errorf("said %s", got)
	}
}

func TestADialogueShowsEverythingButSecrets(t *testing.T) {
	t.Parallel()
	ca := newAuthority(t)
	for _, mechanism := range []string{"PLAIN", "LOGIN", "SCRAM-SHA-256"} {
		office := newPostOffice(t, func(p *postOffice) {
			p.auth = []string{mechanism}
			p.TLSConfig = ca.serverFor(t, "localhost")
		})
		s := carrierTo(t, "smtp://"+login("localhost", office.port())+"?ca="+writeCA(t, ca))
		transcript, out := s.Dialogue(t.Context(), sample())
		if out.State != notifier.Sent {
			t.Fatalf("%+v\n%s", out, transcript)
		}
		for _, want := range []string{
			"* connected to localhost:", "< 220 mail.example.net ESMTP", "> EHLO lull.example.org\n", "> STARTTLS\n",
			"* TLS 1.3, certificate of CN=localhost from CN=Lull's test CA\n",
			"* logging in as lull@example.org with " + mechanism + "\n",
			"> MAIL FROM:<lull@example.org>\n", "> RCPT TO:<ada@example.net>\n", "> DATA\n", "< 354 ",
			"> Subject: [Scheduled] Core database upgrade: Sat 12 Dec\n>  =?UTF-8?Q?", "octets of body", "> .\n< 250 2.0.0", "> QUIT\n< 221 ",
		} {
			if !strings.Contains(transcript, want) {
				t.Errorf("no %q in\n%s", want, transcript)
			}
		}
		for _, secret := range []string{password, base64.StdEncoding.EncodeToString([]byte(password)), "Größe</p>", "BEGIN:VCALENDAR"} {
			if strings.Contains(transcript, secret) {
				t.Errorf("%q stands in\n%s", secret, transcript)
			}
		}
	}
}

func TestADialogueTellsWhereItBroke(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		act  act
		want string
	}{
		{act{"": "554 no service for " + password}, "< 554 no service for •••\n! mail server "},
		{act{"MAIL": "550 5.7.1 not you"}, "< 550 5.7.1 not you\n! mail server "},
		{act{"RCPT": "550 5.1.1 no such user"}, "< 550 5.1.1 no such user\n> QUIT\n"},
		{act{".": cut}, "> .\n! no answer after the message was handed over: EOF\n"},
		{act{"EHLO": "250-hi\r\n250 AUTH PLAIN", "AUTH": "535 5.7.8 not " + password}, "5.7.8 not •••\n"},
	} {
		server := play(t, c.act)
		_, port, _ := net.SplitHostPort(server.Addr().String())
		relay := "smtp://127.0.0.1:" + port
		if strings.Contains(c.want, "•••") {
			relay = "smtp://" + login("127.0.0.1", port)
		}
		transcript, out := carrierTo(t, relay).Dialogue(t.Context(), sample())
		if !strings.Contains(transcript, c.want) || strings.Contains(transcript, password) {
			t.Errorf("no %q in\n%s", c.want, transcript)
		}
		if strings.Contains(out.Reply, password) {
			t.Errorf("the reply has the password: %+v", out)
		}
	}
}
