package scheduler

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// ErrNotFound is what is not there, or not the asker's to see.
var ErrNotFound = errors.New("there is nothing here by that name")

// ErrStale is a change to a version that is no longer the present one.
var ErrStale = errors.New("somebody changed this in the meantime: look at the present version and try again")

// ForbiddenError is what the asker's role does not allow.
type ForbiddenError struct{ Detail string }

func (e *ForbiddenError) Error() string { return e.Detail }

// TooOftenError is what was asked for too often; Wait is when it may be asked again.
type TooOftenError struct{ Wait time.Duration }

func (e *TooOftenError) Error() string {
	return fmt.Sprintf("This was asked for too often. Try again in %s.", away(e.Wait))
}

// InvalidError says in words what is wrong with each field, by the field's
// name in the JSON of the API.
type InvalidError map[string]string

func (e InvalidError) Error() string {
	var b strings.Builder
	for _, field := range slices.Sorted(maps.Keys(e)) {
		if b.Len() > 0 {
			b.WriteString("; ")
		}
		b.WriteString(field + ": " + e[field])
	}
	return b.String()
}

// Err is e as an error, nil when nothing is wrong.
func (e InvalidError) Err() error {
	if len(e) == 0 {
		return nil
	}
	return e
}

// A reason's code, as product.md lists them.
const (
	CodeIncomplete      = "incomplete"
	CodePast            = "past"
	CodeConflict        = "conflict"
	CodeOwnRequest      = "own-request"
	CodeNotApproved     = "not-approved"
	CodeCheckOpen       = "check-open"
	CodeCheckFailed     = "check-failed"
	CodeStageOpen       = "stage-open" // a later stage has not begun
	CodeEarly           = "early"
	CodeNotAnnounced    = "not-announced"
	CodeNotice          = "notice"
	CodeNotesMissing    = "notes-missing"
	CodeWaivedByCloser  = "waived-by-closer"
	CodeApprovalMissing = "approval-missing"
	CodeOwnVerification = "own-verification" // the controlled preset's: the lead may not verify
	CodeTooLong         = "too-long"         // the policy's: longer than such a window may last
	CodeTemplate        = "template"         // a standard window has left its template, so that it needs an approval
	CodeState           = "state"            // the thing is not in the state that the verb asks for
)

// Reason is one thing that holds a gate shut, in words a person can act on.
type Reason struct {
	Code   string `json:"code"`
	Detail string `json:"detail"`
	Check  string `json:"check,omitempty"` // the id of the check it is about
	Field  string `json:"field,omitempty"` // the field of the form that would mend it
	Role   Role   `json:"role,omitempty"`  // the least role that may override it, where that is more than an approver
	// Occurrence is the one of a series that it is about.
	Occurrence string `json:"occurrence,omitempty"`
}

// GateError is every reason that holds a gate shut.
type GateError struct {
	Gate      string // submit, approve, start, close, …
	Reasons   []Reason
	Conflicts []Conflict // the blocking ones, where they are a reason
}

func (e *GateError) Error() string { return details(e.Reasons) }

// details is the words of all reasons.
func details(rs []Reason) string {
	words := make([]string, len(rs))
	for i, r := range rs {
		words[i] = r.Detail
	}
	return strings.Join(words, " ")
}

// shut is a gate held shut by one reason.
func shut(gate, code, detail string) error {
	return &GateError{Gate: gate, Reasons: []Reason{{Code: code, Detail: detail}}}
}
