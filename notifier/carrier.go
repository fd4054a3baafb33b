package notifier

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Carrier takes frozen bytes to one recipient. There are three kinds: SMTP hands
// them to a mail server, Capture keeps them on this machine, and one posts them
// to a webhook.
type Carrier interface {
	// Carry attempts one delivery and says how it ended. It returns when the
	// outcome is known, or ctx is done and nothing was accepted.
	Carry(ctx context.Context, from, to string, raw []byte) Outcome
	// Dialogue carries l for a person who wants to see what happens, and
	// returns the conversation, without secrets, as text to show.
	Dialogue(ctx context.Context, l Letter) (transcript string, outcome Outcome)
	// Close lets go of the connection, if there is one.
	Close() error
}

// State is where a delivery stands.
type State string

// The states in which an attempt can leave a delivery.
const (
	Sent     State = "sent"     // the mail server has taken it over
	Captured State = "captured" // there is no mail server; it is kept here
	Deferred State = "deferred" // not taken over; to be tried again
	Failed   State = "failed"   // refused for good
	InDoubt  State = "in_doubt" // wholly written, but the answer is missing
)

// Stage is a step of the dialogue with a mail server.
type Stage string

// The stages, in their order.
const (
	StageDial Stage = "dial" // also the greeting and EHLO
	StageTLS  Stage = "tls"
	StageAuth Stage = "auth"
	StageMail Stage = "mail"
	StageRcpt Stage = "rcpt"
	StageData Stage = "data" // up to, not including, the final dot
	StageDot  Stage = "dot"
)

// Outcome is how one attempt ended: in a State, or in a Fault.
type Outcome struct {
	// State is empty exactly when Fault is set.
	State State
	// Fault is what is wrong with the way to the mail server, or with ctx. It
	// says nothing about this delivery: all sending should pause, and no
	// attempt be counted. A Fault is a *Fault.
	Fault error
	// Stage is how far the dialogue came.
	Stage Stage
	// Code, Enhanced ("5.1.1") and Reply are the server's last answer, or, with
	// Code 0, Reply is what happened instead of one.
	Code     int
	Enhanced string
	Reply    string
	// After is how long the recipient asked to be left alone, zero where it did not.
	After time.Duration
}

// Fault is a failure of the transport before a recipient was named.
type Fault struct {
	Server string
	Stage  Stage
	Err    error
}

// Error says it in words for the person who runs the mail server.
func (f *Fault) Error() string {
	return fmt.Sprintf("mail server %s: %s: %v", f.Server, faultWords[f.Stage], f.Err)
}

// Unwrap returns what happened.
func (f *Fault) Unwrap() error { return f.Err }

var faultWords = map[Stage]string{
	StageDial: "connecting",
	StageTLS:  "securing the connection",
	StageAuth: "logging in",
	StageMail: "naming the sender",
	StageRcpt: "naming the recipient",
	StageData: "handing over the message",
}

// Stopped tells whether the attempt ended because the caller's ctx did, which
// is nobody's fault.
func (o Outcome) Stopped() bool {
	return errors.Is(o.Fault, context.Canceled) || errors.Is(o.Fault, context.DeadlineExceeded)
}
