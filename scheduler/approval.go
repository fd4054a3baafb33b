package scheduler

import "time"

// Approval is one person's yes, with the conflicts that it overrides as they
// stood.
type Approval struct {
	By        string     `json:"by"`
	At        time.Time  `json:"at"`
	Note      string     `json:"note"`
	Overrides []Conflict `json:"overrides"`
	Reason    string     `json:"reason"`
}

// Rejection is one person's no to an emergency that has already started.
type Rejection struct {
	By     string    `json:"by"`
	At     time.Time `json:"at"`
	Reason string    `json:"reason"`
}
