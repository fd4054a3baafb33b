package notifier

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"os"
	"slices"
	"strings"

	"github.com/wneessen/go-mail/smtp"
)

// connect dials the relay and brings the connection to where mail can be
// handed over. After a fault no socket stays open. log may be nil.
func (s *SMTP) connect(ctx context.Context, log *transcript) (*wire, *Fault) {
	dialer := net.Dialer{Timeout: s.StepTimeout}
	w := &wire{relay: s.Relay, limits: limits{s.StepTimeout, s.DotTimeout, s.Grace, maxQuit}, log: log}
	conn, err := dialer.DialContext(ctx, "tcp", s.Relay.Address())
	if err != nil {
		if ctx.Err() != nil {
			err = ctx.Err()
		}
		return nil, w.fault(StageDial, err)
	}
	w.conn = conn
	log.note("connected to %s (%s)", s.Relay.Address(), conn.RemoteAddr())
	unguard := w.guard(ctx)
	stage, err := w.prepare(s.Hello)
	if !unguard() {
		err = ctx.Err()
	}
	if err != nil {
		w.drop()
		return nil, w.fault(stage, err)
	}
	return w, nil
}

// prepare greets, secures and logs in, and says at which of these it ended.
func (w *wire) prepare(hello string) (Stage, error) {
	if stage, err := w.greet(hello); err != nil {
		return stage, err
	}
	w.deadline(w.limits.step)
	if err := w.secure(); err != nil {
		return StageTLS, err
	}
	w.deadline(w.limits.step)
	return StageAuth, w.logIn()
}

// greet hears the server's greeting, under TLS if the relay asks for it from
// the first byte, and answers with EHLO.
func (w *wire) greet(hello string) (Stage, error) {
	conn := w.conn
	w.deadline(w.limits.step)
	if w.relay.Implicit {
		secured := tls.Client(conn, w.relay.tlsConfig())
		var notTLS tls.RecordHeaderError
		if err := secured.Handshake(); errors.As(err, &notTLS) {
			return StageTLS, fmt.Errorf("the server does not begin with TLS; smtp:// is meant for it: %w", err)
		} else if err != nil {
			return StageTLS, err
		}
		state := secured.ConnectionState()
		conn, w.tls = secured, &state
	}
	heard := &ear{Conn: conn}
	client, err := smtp.NewClient(heard, w.relay.Host)
	w.log.greeting(heard)
	if errors.Is(err, os.ErrDeadlineExceeded) && !w.relay.Implicit {
		return StageDial, fmt.Errorf("no greeting; a port that begins with TLS needs smtps://: %w", err)
	}
	if err != nil {
		return StageDial, err
	}
	w.client = client
	w.log.attach(client)
	w.deadline(w.limits.step)
	return StageDial, client.Hello(hello)
}

func (r Relay) tlsConfig() *tls.Config {
	return &tls.Config{ServerName: r.Host, RootCAs: r.roots, MinVersion: tls.VersionTLS12}
}

// secure turns to TLS as the relay's mode asks. A certificate that does not
// hold is a fault; there is no falling back to clear text.
func (w *wire) secure() error {
	if !w.relay.Implicit {
		offered, _ := w.client.Extension("STARTTLS")
		switch {
		case w.relay.TLS == TLSRequired && !offered:
			return errors.New("the server does not offer STARTTLS, which ?tls=required asks for")
		case w.relay.TLS == TLSOff || !offered:
			return nil
		}
		if err := w.client.StartTLS(w.relay.tlsConfig()); err != nil {
			return err
		}
		state, _ := w.client.TLSConnectionState()
		w.tls = &state
	}
	w.log.note("%s, certificate of %s from %s", tls.VersionName(w.tls.Version),
		w.tls.PeerCertificates[0].Subject, w.tls.PeerCertificates[0].Issuer)
	return nil
}

// logIn logs in when the relay has a user, in the first way of ours that the
// server offers too, and only where nobody can overhear it.
func (w *wire) logIn() error {
	if w.relay.User == "" {
		return nil
	}
	if w.tls == nil && !w.relay.local() {
		return errors.New("the connection is not encrypted, so the password was not sent")
	}
	_, offered := w.client.Extension("AUTH")
	mechanisms := strings.Fields(strings.ToUpper(offered))
	for _, way := range w.relay.ways() {
		if slices.Contains(mechanisms, way.name) {
			w.log.note("logging in as %s with %s", w.relay.User, way.name)
			return w.client.Auth(way.Auth)
		}
	}
	if len(mechanisms) == 0 {
		return errors.New("the server offers no log-in; a relay that needs none takes a URL without user and password")
	}
	return fmt.Errorf("the server offers no way to log in that is known here, only %s", strings.Join(mechanisms, ", "))
}

type way struct {
	name string
	smtp.Auth
}

// ways are the mechanisms in the order of preference. That the connection can
// not be overheard is logIn's to know.
func (r Relay) ways() []way {
	const checked = true
	return []way{
		{"SCRAM-SHA-256", smtp.ScramSHA256Auth(r.User, *r.password)},
		{"SCRAM-SHA-1", smtp.ScramSHA1Auth(r.User, *r.password)},
		{"PLAIN", smtp.PlainAuth("", r.User, *r.password, r.Host, checked)},
		{"LOGIN", smtp.LoginAuth(r.User, *r.password, r.Host, checked)},
	}
}
