package notifier

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/textproto"
	"regexp"
	"strings"
	"sync"
	"time"
)

// SMTP is the Carrier that hands mail to a mail server. It keeps its connection
// from one message to the next, and spends four round trips on each. Calls are
// taken one at a time; who wants to send in parallel makes one SMTP for each
// worker.
//
// We speak MAIL, RCPT and DATA ourselves, since go-mail's Send renders inside
// DATA and lets half a message be delivered when that fails, takes a lost
// connection for a permanent refusal, and waits 15 seconds for the answer to
// the final dot, where RFC 5321 asks for ten minutes. go-mail's smtp.Client
// greets, secures and logs in.
type SMTP struct {
	Relay Relay
	Hello string // the name to greet with, see HelloName

	StepTimeout   time.Duration // for the server to answer one command
	DotTimeout    time.Duration // for the server to answer the final dot
	Grace         time.Duration // what is left of that once ctx is done
	Idle          time.Duration // how long an unused connection is kept
	PerConnection int           // how many messages one connection carries

	mu    sync.Mutex
	kept  *wire
	timer *time.Timer
}

// NewSMTP makes the Carrier of relay, with the time-outs of production.
func NewSMTP(relay Relay, hello string) *SMTP {
	return &SMTP{
		Relay:         relay,
		Hello:         hello,
		StepTimeout:   time.Minute,
		DotTimeout:    10 * time.Minute,
		Grace:         8 * time.Second,
		Idle:          20 * time.Second,
		PerConnection: 100,
	}
}

// Carry hands raw to the mail server for one recipient. Until the final dot,
// ctx ends the attempt at once, with nothing accepted and a Fault that is
// Stopped; after it, ctx only shortens the wait for the answer to Grace.
func (s *SMTP) Carry(ctx context.Context, from, to string, raw []byte) Outcome {
	m := envelope{from: from, to: to, octets: stuffDots(raw), eightBit: !sevenBit(raw)}
	if out, bad := m.refuse(s.Relay); bad {
		return out
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	w, fault := s.begin(ctx, m)
	if fault != nil {
		return faulted(fault)
	}
	out := w.deliver(ctx, m)
	s.keep(w)
	return out
}

// Close says goodbye to the server, if a connection is open. The SMTP can be
// used again.
func (s *SMTP) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if w := s.take(); w != nil {
		w.quit()
	}
	return nil
}

// begin finds a connection on which the server accepts the sender. One kept
// from before may have grown stale, which costs nothing but a second attempt
// on a fresh one.
func (s *SMTP) begin(ctx context.Context, m envelope) (*wire, *Fault) {
	if w := s.take(); w != nil {
		if w.begin(ctx, m) == nil {
			return w, nil
		}
		w.drop()
	}
	w, fault := s.connect(ctx, nil)
	if fault != nil {
		return nil, fault
	}
	if fault := w.begin(ctx, m); fault != nil {
		w.drop()
		return nil, fault
	}
	return w, nil
}

// take hands over the kept connection, unless its time is up.
func (s *SMTP) take() *wire {
	w := s.kept
	if w == nil {
		return nil
	}
	s.kept = nil
	if !s.timer.Stop() {
		w.drop()
		return nil
	}
	return w
}

// keep lays w by for the next message, until it has been idle too long.
func (s *SMTP) keep(w *wire) {
	switch {
	case w.broken:
		w.drop()
	case w.carried >= s.PerConnection:
		w.quit()
	default:
		s.kept = w
		s.timer = time.AfterFunc(s.Idle, func() {
			s.mu.Lock()
			defer s.mu.Unlock()
			if s.kept == w {
				s.kept = nil
				w.quit()
			}
		})
	}
}

// envelope is one message for one recipient, ready for the wire before the
// first command is spoken.
type envelope struct {
	from, to string
	octets   []byte // dots stuffed, ending in CRLF, without the final dot
	eightBit bool
}

// refuse stops what can not be put into a command. Only addresses in ASCII are
// carried: they need no SMTPUTF8, on which later servers bounce.
func (m envelope) refuse(r Relay) (Outcome, bool) {
	switch {
	case !mailbox.MatchString(m.from):
		err := fmt.Errorf("%q is not a sender's address", m.from)
		return faulted(&Fault{r.Address(), StageMail, err}), true
	case !mailbox.MatchString(m.to):
		return Outcome{State: Failed, Stage: StageRcpt, Reply: fmt.Sprintf("%q is not a mail address", m.to)}, true
	}
	return Outcome{}, false
}

// stuffDots doubles the dot at the beginning of a line (RFC 5321, 4.5.2) and
// makes every line end in CRLF.
func stuffDots(raw []byte) []byte {
	out := make([]byte, 0, len(raw)+len(raw)/64+2)
	for line := range bytes.Lines(raw) {
		if line[0] == '.' {
			out = append(out, '.')
		}
		out = append(out, bytes.TrimRight(line, "\r\n")...)
		out = append(out, '\r', '\n')
	}
	return out
}

func sevenBit(raw []byte) bool {
	for _, b := range raw {
		if b >= 0x80 {
			return false
		}
	}
	return true
}

// reply is one answer of the server.
type reply struct {
	code int
	text string // its lines, without codes, parted by \n
}

var enhancedCode = regexp.MustCompile(`^[245]\.\d{1,3}\.\d{1,3}\b`)

// maxReply is how much of an answer is worth keeping.
const maxReply = 500

// outcome makes an answer the end of an attempt.
func (r reply) outcome(state State, at Stage) Outcome {
	text := Clean(strings.ReplaceAll(r.text, "\n", " "))
	if len(text) > maxReply {
		text = strings.ToValidUTF8(text[:maxReply], "") + "…"
	}
	return Outcome{State: state, Stage: at, Code: r.code, Enhanced: enhancedCode.FindString(text), Reply: text}
}

// faulted makes a Fault the end of an attempt, with the server's answer, if it gave one.
func faulted(f *Fault) Outcome {
	r := reply{text: f.Err.Error()}
	var said *textproto.Error
	if errors.As(f.Err, &said) {
		r = reply{said.Code, said.Msg}
	}
	out := r.outcome("", f.Stage)
	out.Fault = f
	return out
}
