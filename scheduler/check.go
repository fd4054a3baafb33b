package scheduler

import (
	"encoding/json"
	"time"
)

// Answer is what a result says of its check.
type Answer string

// The answers; a check nobody answered is Open.
const (
	Open        Answer = "open"
	Passed      Answer = "passed"
	CheckFailed Answer = "failed"
	Waived      Answer = "waived"
)

// Answers lists what a result may say.
var Answers = []Answer{Passed, CheckFailed, Waived}

// Check is one item of a window's checklist.
type Check struct {
	ID       string
	Phase    Phase
	Stage    string // the name of the one it belongs to; empty: the whole window
	Text     string
	How      string // how to verify it
	Required bool
	Probe    json.RawMessage `json:",omitempty"` // an automatic probe, as the API writes it; nil: none
	Results  []Result        // in order; the last one counts
	Reopened int             // so many results are history, since resumed work opened the check again
}

// Result is one logged answer to a check. It is appended, never changed.
type Result struct {
	ID          string
	Answer      Answer
	Note        string
	EvidenceURL string
	By          string // a person's address
	At          time.Time
}

// Last is the result that counts, nil while the check is open.
func (c Check) Last() *Result {
	if n := len(c.Results); n > c.Reopened {
		return &c.Results[n-1]
	}
	return nil
}

// State is the answer that counts.
func (c Check) State() Answer {
	if r := c.Last(); r != nil {
		return r.Answer
	}
	return Open
}

// Settled reports whether the check is passed or waived.
func (c Check) Settled() bool { return c.State() == Passed || c.State() == Waived }
