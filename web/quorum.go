package web

import (
	"fmt"

	"lull/scheduler"
)

// Quorum is how many people a window can ask for its approval, against how many
// the policy asks for.
type Quorum struct {
	Asked     int  // the most that any tier asks
	Approvers int  // who may approve, and can log in
	Invited   int  // who may approve once they have set a password
	Operators bool // whether people book who may not approve anyway
}

// QuorumOf counts people against the policy.
func QuorumOf(p scheduler.Policy, people []Person) (q Quorum) {
	for _, n := range p.Approvals {
		q.Asked = max(q.Asked, n)
	}
	for _, one := range people {
		switch {
		case one.Disabled:
		case !one.Role.May(scheduler.Approver):
			q.Operators = q.Operators || one.Role.May(scheduler.Operator)
		case one.Pending:
			q.Invited++
		default:
			q.Approvers++
		}
	}
	return q
}

// Words says who is missing, nothing where nobody is. An approver who requests
// a window is one approver fewer for it; an operator never was one.
func (q Quorum) Words() string {
	if q.Asked == 0 || q.Approvers > q.Asked {
		return ""
	}
	asked, have := "one approval", "nobody may approve"
	if q.Asked > 1 {
		asked = fmt.Sprintf("up to %d approvals", q.Asked)
	}
	switch {
	case q.Approvers == 1:
		have = "one person may approve"
	case q.Approvers > 1:
		have = fmt.Sprintf("%d people may approve", q.Approvers)
	}
	words := fmt.Sprintf("Windows ask for %s, and %s.", asked, have)
	switch {
	case q.Approvers == 0:
		words += " None can be approved."
	case q.Approvers < q.Asked:
		words += " Those that ask for more cannot be approved."
	case q.Operators:
		words += " That is enough for what an operator requests; what an approver requests lacks one, since nobody approves their own."
	default:
		words += " Whoever requests a window cannot approve it, so one is missing."
	}
	switch {
	case q.Invited == 1:
		words += " One more is invited and has set no password yet."
	case q.Invited > 1:
		words += fmt.Sprintf(" %d more are invited and have set no password yet.", q.Invited)
	}
	return words
}
