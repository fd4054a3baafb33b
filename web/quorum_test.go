package web

import (
	"testing"

	"lull/scheduler"
)

func TestTheQuorumHintSaysWhoIsMissing(t *testing.T) {
	t.Parallel()
	one := func(role scheduler.Role) Person { return Person{Role: role} }
	admin, approver, operator := one(scheduler.Admin), one(scheduler.Approver), one(scheduler.Operator)
	invited := Person{Role: scheduler.Approver, Pending: true}
	gone := Person{Role: scheduler.Approver, Disabled: true}
	for _, c := range []struct {
		name   string
		preset scheduler.Preset
		people []Person
		want   string
	}{
		{"solo asks nobody", scheduler.Solo, []Person{admin}, ""},
		{"enough, whoever requests", scheduler.Team, []Person{admin, approver}, ""},
		{"alone", scheduler.Team, []Person{admin, gone, one(scheduler.Viewer)}, "Windows ask for one approval, and one person may approve. Whoever requests a window cannot approve it, so one is missing."},
		{"alone with an operator", scheduler.Team, []Person{admin, operator}, "Windows ask for one approval, and one person may approve. That is enough for what an operator requests; what an approver requests lacks one, since nobody approves their own."},
		{"alone, and one invited", scheduler.Team, []Person{admin, invited}, "Windows ask for one approval, and one person may approve. Whoever requests a window cannot approve it, so one is missing. One more is invited and has set no password yet."},
		{"two where three would be needed", scheduler.Controlled, []Person{admin, approver, operator}, "Windows ask for up to 2 approvals, and 2 people may approve. That is enough for what an operator requests; what an approver requests lacks one, since nobody approves their own."},
		{"one where two are asked", scheduler.Controlled, []Person{admin, operator}, "Windows ask for up to 2 approvals, and one person may approve. Those that ask for more cannot be approved."},
		{"nobody", scheduler.Team, []Person{operator, invited, invited}, "Windows ask for one approval, and nobody may approve. None can be approved. 2 more are invited and have set no password yet."},
	} {
		if got := QuorumOf(scheduler.PolicyOf(c.preset), c.people).Words(); got != c.want {
			t.Errorf("%s:\ngot  %s\nwant %s", c.name, got, c.want)
		}
	}
}
