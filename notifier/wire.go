package notifier

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/textproto"
	"strconv"
	"time"

	"github.com/wneessen/go-mail/smtp"
)

// wire is one connection to the mail server, greeted, secured and logged in.
type wire struct {
	conn    net.Conn             // the socket under any TLS; to close it ends everything
	tls     *tls.ConnectionState // nil: clear text
	client  *smtp.Client
	relay   Relay
	limits  limits
	log     *transcript // nil unless a person looks on
	carried int
	open    bool // a transaction has begun, and the server has not ended it
	broken  bool // no further command may follow
}

type limits struct{ step, dot, grace, quit time.Duration }

// maxQuit is how long a goodbye may take, which nobody needs to hear.
const maxQuit = 2 * time.Second

// begin names the sender. Whatever goes wrong is a Fault of the transport.
func (w *wire) begin(ctx context.Context, m envelope) *Fault {
	unguard := w.guard(ctx)
	err := w.reset()
	if err == nil {
		err = w.mail(m)
	}
	if !unguard() {
		err = ctx.Err()
	}
	if err != nil {
		return w.fault(StageMail, err)
	}
	w.open = true
	return nil
}

// reset ends the transaction that a refused recipient left open, for a second
// MAIL in it is an error. After a message it is needless.
func (w *wire) reset() error {
	if !w.open {
		return nil
	}
	r, err := w.ask("RSET")
	return positive(r, err)
}

func (w *wire) mail(m envelope) error {
	command := "MAIL FROM:<" + m.from + ">"
	if offered, _ := w.client.Extension("8BITMIME"); offered && m.eightBit {
		command += " BODY=8BITMIME"
	}
	r, err := w.ask(command)
	return positive(r, err)
}

func positive(r reply, err error) error {
	if err == nil && r.code/100 != 2 {
		return &textproto.Error{Code: r.code, Msg: r.text}
	}
	return err
}

// deliver takes the transaction from the recipient to the end. Up to the final
// dot nothing has been accepted, so that a lost connection defers and ctx stops.
// From the dot on only the server's answer can tell.
func (w *wire) deliver(ctx context.Context, m envelope) Outcome {
	unguard := w.guard(ctx)
	out, ready := w.offer(m)
	if !unguard() {
		w.broken = true
		return faulted(w.fault(out.Stage, ctx.Err()))
	}
	if !ready {
		return out
	}
	return w.finish(ctx)
}

// offer speaks RCPT and DATA and writes the message; ready for the dot, or with an outcome.
func (w *wire) offer(m envelope) (out Outcome, ready bool) {
	r, err := w.ask("RCPT TO:<" + m.to + ">")
	if err != nil || r.code/100 != 2 {
		return w.settle(StageRcpt, r, err), false
	}
	r, err = w.ask("DATA")
	if err != nil || r.code != 354 {
		return w.settle(StageData, r, err), false
	}
	w.log.message(m.octets)
	if err := w.write(m.octets); err != nil {
		return w.settle(StageData, reply{}, err), false
	}
	return Outcome{Stage: StageData}, true
}

// settle turns an answer, or none, before the final dot into an outcome.
func (w *wire) settle(at Stage, r reply, err error) Outcome {
	if err != nil {
		w.broken = true
		return reply{text: "connection lost before the message was complete: " + err.Error()}.outcome(Deferred, at)
	}
	w.broken = r.code == closing
	switch r.code / 100 {
	case 4:
		return r.outcome(Deferred, at)
	case 5:
		return r.outcome(Failed, at)
	}
	w.broken = true // Whatever it means, the two sides no longer understand each other.
	return r.outcome(Deferred, at)
}

// closing is the code with which a server announces that it hangs up.
const closing = 421

// finish writes the dot that hands the message over and waits for the answer.
func (w *wire) finish(ctx context.Context) Outcome {
	w.log.sent(".")
	if err := w.write([]byte(".\r\n")); err != nil {
		return w.settle(StageData, reply{}, err)
	}
	w.deadline(w.limits.dot)
	unguard := context.AfterFunc(ctx, func() { w.deadline(w.limits.grace) })
	r, err := w.hear()
	unguard()
	w.open = false
	w.carried++
	w.broken = err != nil || r.code == closing
	switch {
	case err != nil:
		return reply{text: "no answer after the message was handed over: " + err.Error()}.outcome(InDoubt, StageDot)
	case r.code/100 == 2:
		return r.outcome(Sent, StageDot)
	case r.code/100 == 4:
		return r.outcome(Deferred, StageDot)
	case r.code/100 == 5:
		return r.outcome(Failed, StageDot)
	}
	w.broken = true
	return r.outcome(InDoubt, StageDot)
}

// guard closes the socket when ctx is done, so that no dot can follow. The
// returned function ends the guard; false means that it came too late.
func (w *wire) guard(ctx context.Context) (unguard func() bool) {
	return context.AfterFunc(ctx, func() { _ = w.conn.Close() })
}

func (w *wire) ask(command string) (reply, error) {
	w.deadline(w.limits.step)
	w.log.sent(command)
	if err := w.client.Text.PrintfLine("%s", command); err != nil {
		return reply{}, err
	}
	return w.hear()
}

// write sends all of p now.
func (w *wire) write(p []byte) error {
	w.deadline(w.limits.step)
	if _, err := w.client.Text.W.Write(p); err != nil {
		return err
	}
	return w.client.Text.W.Flush()
}

// maxLines is more than any server says at once.
const maxLines = 100

// hear reads one answer. Package textproto would refuse a code without words,
// which RFC 5321 allows.
func (w *wire) hear() (reply, error) {
	var r reply
	for range maxLines {
		line, err := w.client.Text.ReadLine()
		if err != nil {
			return reply{}, err
		}
		line = w.relay.hide(line)
		code, err := strconv.Atoi(line[:min(3, len(line))])
		if err != nil || code < 200 || code > 599 || r.code != 0 && code != r.code || len(line) > 3 && line[3] != ' ' && line[3] != '-' {
			return reply{}, fmt.Errorf("not an SMTP answer: %q", line[:min(len(line), maxReply)])
		}
		w.log.heard(line)
		if r.code != 0 {
			r.text += "\n"
		}
		r.code = code
		r.text += line[min(4, len(line)):]
		if len(line) < 4 || line[3] == ' ' {
			return r, nil
		}
	}
	return reply{}, errors.New("an answer without end")
}

// deadline gives the connection d from now on.
func (w *wire) deadline(d time.Duration) {
	// An error means that the socket is closed, which the next read or write says better.
	_ = w.conn.SetDeadline(time.Now().Add(d)) //nolint:forbidigo // a socket's deadline is on the machine's clock, and decides nothing
}

// quit says goodbye and hangs up.
func (w *wire) quit() {
	w.limits.step = w.limits.quit
	_, _ = w.ask("QUIT")
	w.drop()
}

// drop hangs up without a word: inside DATA a word would become part of the message.
func (w *wire) drop() { _ = w.conn.Close() }

func (w *wire) fault(at Stage, err error) *Fault {
	if shown := w.relay.hide(err.Error()); shown != err.Error() {
		err = errors.New(shown)
	}
	return &Fault{w.relay.Address(), at, err}
}
