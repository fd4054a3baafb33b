package scheduler

import (
	"fmt"
	"slices"
)

// State is where a window is in its life.
type State string

// The states of a window.
const (
	Draft      State = "draft"
	Requested  State = "requested"
	Scheduled  State = "scheduled"
	InProgress State = "in_progress"
	Verifying  State = "verifying"
	Closed     State = "closed"
	Cancelled  State = "cancelled"
)

// States lists the states in the order of a life.
var States = []State{Draft, Requested, Scheduled, InProgress, Verifying, Closed, Cancelled}

// moves lists the lawful moves; what is not here is refused. Deleting a draft
// is no move: nothing is left that could be in a state.
var moves = map[State][]State{
	Draft:      {Requested, Scheduled, InProgress, Cancelled},
	Requested:  {Draft, Scheduled, InProgress, Cancelled},
	Scheduled:  {Requested, InProgress, Cancelled},
	InProgress: {Verifying, Closed},
	Verifying:  {InProgress, Closed},
}

// Holds reports whether a window in state s holds its time: from requested on
// until it is closed or cancelled.
func (s State) Holds() bool {
	return s == Requested || s == Scheduled || s.Running()
}

// Running reports whether the work is going on.
func (s State) Running() bool { return s == InProgress || s == Verifying }

// Final reports whether nothing can change any more.
func (s State) Final() bool { return s == Closed || s == Cancelled }

// Words is the state as people say it.
func (s State) Words() string {
	if s == InProgress {
		return "in progress"
	}
	return string(s)
}

// MoveError is a move the table does not list.
type MoveError struct {
	Verb string // what was asked: "start", "close", …
	From State
}

func (e *MoveError) Error() string {
	return fmt.Sprintf("A window that is %s cannot be asked to %s.", e.From.Words(), e.Verb)
}

func (w *Window) move(verb string, to State) error {
	if !slices.Contains(moves[w.State], to) {
		return &MoveError{verb, w.State}
	}
	w.State = to
	return nil
}
