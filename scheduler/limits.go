package scheduler

import (
	"fmt"
	"slices"
	"time"
)

// PreApproval is what a window was scheduled under instead of an approval of
// its own, as it then stood.
type PreApproval struct {
	Template TemplateRef
	By       string // a person's address
	Until    time.Time
}

// preApproval is the one that covers w as it stands. A standard window that
// has none is told why not, and needs an approval.
func (w Window) preApproval(s Scene) (*PreApproval, []Reason) {
	because := func(format string, args ...any) []Reason {
		return []Reason{{Code: CodeTemplate, Detail: fmt.Sprintf(format, args...), Field: "kind"}}
	}
	t := s.Template
	switch {
	case w.Kind != Standard:
		return nil, nil
	case w.Template.ID == "":
		return nil, because("A standard window that is of no template needs an approval.")
	case t == nil:
		return nil, because("The template %q is gone, so the window needs an approval.", w.Template.Name)
	case t.Expired(s.Now):
		return nil, because("The pre-approval of the template %q ended on %s: the window needs an approval until the template is reviewed.", t.Name, dated(t.ReviewBy, w.TimeZone))
	case !t.PreApproved(s.Now):
		return nil, because("The template %q is not pre-approved, so the window needs an approval.", t.Name)
	}
	if left := t.left(w.Plan); len(left) > 0 {
		return nil, left
	}
	return &PreApproval{TemplateRef{t.ID, t.Name}, t.ApprovedBy, t.ReviewBy}, nil
}

// left lists the limits of the template that a plan has left.
func (t Template) left(p Plan) (rs []Reason) {
	say := func(field, format string, args ...any) {
		rs = append(rs, Reason{Code: CodeTemplate, Detail: fmt.Sprintf(format, args...), Field: field})
	}
	for _, a := range p.Services {
		i := slices.IndexFunc(t.Services, func(o Affected) bool { return o.Service == a.Service })
		switch {
		case i < 0:
			say("services", "%s is not a service of the template.", a.Service)
		case a.Impact.Worse(t.Services[i].Impact):
			say("services", "The impact on %s is %s; the template allows %s.", a.Service, a.Impact, t.Services[i].Impact)
		}
	}
	if p.Steps != t.Steps {
		say("plan", "The plan is not the template's.")
	}
	if p.RollbackPlan != t.RollbackPlan || p.RollbackDuration != t.RollbackDuration {
		say("rollback_plan", "The rollback plan, or how long it takes, is not the template's.")
	}
	if lasts := p.Interval.Duration(); lasts > t.Duration {
		say("end", "It lasts %s; the template allows %s.", Duration(lasts), Duration(t.Duration))
	}
	for _, c := range t.Checks {
		if c.Required && !slices.ContainsFunc(p.Checks, c.same) {
			say("checks", "The template's required %s check %q is missing.", c.Phase, c.Text)
		}
	}
	if slices.Index(Risks, p.Risk) > slices.Index(Risks, t.Risk) {
		say("risk", "The risk is %s; the template allows %s.", p.Risk, t.Risk)
	}
	return rs
}

// WhyApproval lists why a standard window, not scheduled yet, needs the
// approval that a pre-approved template would spare it.
func (w Window) WhyApproval(s Scene) []Reason {
	if w.State != Draft && w.State != Requested || w.policy(s.Policy).Quorum(s.Services) == 0 {
		return nil
	}
	_, why := w.preApproval(s)
	return why
}
