package notifier

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"strings"

	"github.com/wneessen/go-mail/log"
	"github.com/wneessen/go-mail/smtp"
)

// Dialogue carries l over a connection of its own and returns all that was
// said on the way: "*" what happened, ">" what we said, "<" what the server
// said, "!" what went wrong. The password is masked and the body left out.
func (s *SMTP) Dialogue(ctx context.Context, l Letter) (string, Outcome) {
	t := &transcript{hide: s.Relay.hide}
	raw, err := l.Bytes()
	if err != nil {
		t.line("!", err.Error())
		return t.String(), Outcome{State: Failed, Stage: StageDial, Reply: err.Error()}
	}
	out := s.converse(ctx, t, envelope{from: l.From.Email, to: l.To.Email, octets: stuffDots(raw), eightBit: !sevenBit(raw)})
	switch {
	case out.Fault != nil:
		t.line("!", out.Fault.Error())
	case out.Code == 0:
		t.line("!", out.Reply)
	}
	return t.String(), out
}

func (s *SMTP) converse(ctx context.Context, t *transcript, m envelope) Outcome {
	w, fault := s.connect(ctx, t)
	if fault != nil {
		return faulted(fault)
	}
	defer w.drop()
	if fault := w.begin(ctx, m); fault != nil {
		return faulted(fault)
	}
	out := w.deliver(ctx, m)
	if !w.broken {
		w.quit()
	}
	return out
}

// transcript writes a dialogue down. A nil transcript does nothing, for most
// dialogues nobody wants to read.
type transcript struct {
	out  strings.Builder
	hide func(string) string
}

// String returns what was written.
func (t *transcript) String() string { return t.out.String() }

func (t *transcript) line(mark, text string) {
	if t == nil {
		return
	}
	for _, line := range strings.Split(t.hide(text), "\n") {
		t.out.WriteString(mark + " " + legible(line) + "\n")
	}
}

func (t *transcript) note(format string, args ...any) { t.line("*", fmt.Sprintf(format, args...)) }
func (t *transcript) sent(command string)             { t.line(">", command) }
func (t *transcript) heard(line string)               { t.line("<", line) }

// message writes the header down, and of the body how long it is.
func (t *transcript) message(octets []byte) {
	if t == nil {
		return
	}
	head, body, _ := bytes.Cut(octets, []byte("\r\n\r\n"))
	t.sent(strings.ReplaceAll(string(head), "\r\n", "\n"))
	t.sent("")
	t.sent(fmt.Sprintf("[… %d octets of body …]", len(body)))
}

// attach has go-mail write its part of the dialogue into t.
func (t *transcript) attach(client *smtp.Client) {
	if t == nil {
		return
	}
	client.SetLogger(t)
	client.SetDebugLog(true)
}

// Debugf takes a line of go-mail's log; what belongs to AUTH comes masked.
func (t *transcript) Debugf(l log.Log) {
	mark := "<"
	if l.Direction == log.DirClientToServer {
		mark = ">"
	}
	t.line(mark, fmt.Sprintf(l.Format, l.Messages...))
}

// Infof, Warnf and Errorf belong to go-mail's Logger; its client does not use them.
func (t *transcript) Infof(l log.Log)  { t.Debugf(l) }
func (t *transcript) Warnf(l log.Log)  { t.Debugf(l) }
func (t *transcript) Errorf(l log.Log) { t.Debugf(l) }

// ear is a connection that remembers what it read until it is told to forget;
// go-mail keeps the server's greeting to itself.
type ear struct {
	net.Conn
	heard []byte
	deaf  bool
}

func (e *ear) Read(p []byte) (int, error) {
	n, err := e.Conn.Read(p)
	if !e.deaf {
		e.heard = append(e.heard, p[:n]...)
	}
	return n, err
}

// greeting writes down what e heard, and has it forget the rest.
func (t *transcript) greeting(e *ear) {
	e.deaf = true
	if len(e.heard) > 0 {
		t.heard(strings.TrimSpace(strings.ReplaceAll(string(e.heard), "\r", "")))
	}
	e.heard = nil
}
