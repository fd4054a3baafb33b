package scheduler

import (
	"fmt"
	"slices"
	"time"
)

// mostStages is how many stages a window may have.
const mostStages = 20

// longStage is how long a stage's name may be, in characters: it stands in
// headings and in mails.
const longStage = 60

// Stage is one part of a window that is rolled out in order. The next one
// begins only when the checks of the last one are passed or waived.
type Stage struct {
	Name     string   `json:"name"`
	Services []string `json:"services,omitempty"` // slugs; empty: all of the window's
	Interval
}

// Touches reports whether the stage works on the service, which the window names.
func (st Stage) Touches(service string) bool {
	return len(st.Services) == 0 || has(st.Services, service)
}

func (st Stage) equal(o Stage) bool {
	return st.Name == o.Name && slices.Equal(st.Services, o.Services) && st.Start.Equal(o.Start) && st.End.Equal(o.End)
}

// tidyStages trims what people typed of the stages and of the checks' stages.
func (p *Plan) tidyStages() {
	p.Stages = slices.Clone(p.Stages)
	for i := range p.Stages {
		st := &p.Stages[i]
		st.Name = tidy(st.Name)
		st.Start, st.End = st.Start.UTC().Truncate(time.Second), st.End.UTC().Truncate(time.Second)
	}
	for i := range p.Checks {
		p.Checks[i].Stage = tidy(p.Checks[i].Stage)
	}
}

// badStages says in words what is wrong with the stages: they have names of
// their own, lie inside the window one after the other, and touch only what
// the window touches.
func (p Plan) badStages() string {
	if n := len(p.Stages); n > mostStages {
		return fmt.Sprintf("There are %d here, at most %d.", n, mostStages)
	}
	for i, st := range p.Stages {
		if bad := st.badName(p.Stages[:i]); bad != "" {
			return bad
		}
		if bad := st.badServices(p); bad != "" {
			return bad
		}
		switch {
		case p.Start.IsZero() || p.End.IsZero():
			return "Give the window a start and an end before its stages."
		case st.Start.IsZero() || st.End.IsZero():
			return fmt.Sprintf("Give the stage “%s” a start and an end.", st.Name)
		case !st.Start.Before(st.End):
			return fmt.Sprintf("The end of the stage “%s” must come after its start.", st.Name)
		case st.Start.Before(p.Start) || st.End.After(p.End):
			return fmt.Sprintf("The stage “%s” must lie inside the window.", st.Name)
		case i > 0 && st.Start.Before(p.Stages[i-1].End):
			return fmt.Sprintf("The stage “%s” begins before “%s” ends: stages follow one another.", st.Name, p.Stages[i-1].Name)
		}
	}
	return ""
}

func (st Stage) badName(before []Stage) string {
	if st.Name == "" {
		return "Give each stage a name."
	}
	if bad := badText(st.Name, longStage, false); bad != "" {
		return bad
	}
	if slices.ContainsFunc(before, func(o Stage) bool { return o.Name == st.Name }) {
		return fmt.Sprintf("Two stages are named “%s”.", st.Name)
	}
	return ""
}

func (st Stage) badServices(p Plan) string {
	for i, slug := range st.Services {
		switch {
		case !p.Touches(slug):
			return fmt.Sprintf("The stage “%s” names %q, which is none of the window's services.", st.Name, slug)
		case has(st.Services[:i], slug):
			return fmt.Sprintf("The stage “%s” names %q twice.", st.Name, slug)
		}
	}
	return ""
}

// badStage says in words what is wrong with the stage that a check names.
func (p Plan) badStage(c Check) string {
	switch {
	case c.Stage == "":
		return ""
	case c.Phase == Before:
		return "A check of the phase before belongs to the whole window, not to a stage."
	case p.stage(c.Stage) == 0:
		return fmt.Sprintf("There is no stage “%s”.", c.Stage)
	}
	return ""
}

// stage is the place of the stage by that name, counted from 1; 0: there is none.
func (p Plan) stage(name string) int {
	return slices.IndexFunc(p.Stages, func(st Stage) bool { return st.Name == name }) + 1
}

// stageWords names a stage by its place, counted from 1: "stage 2 of 3, half".
func (p Plan) stageWords(n int) string {
	return fmt.Sprintf("stage %d of %d, %s", n, len(p.Stages), p.Stages[n-1].Name)
}

// Holds is the time that the plan holds on a service: from the first stage that
// touches it to the end of the last one that does; the whole of the plan's
// where no stage does.
func (p Plan) Holds(service string) Interval {
	held := Interval{}
	for _, st := range p.Stages {
		if !st.Touches(service) {
			continue
		}
		if held.Start.IsZero() {
			held.Start = st.Start
		}
		held.End = st.End
	}
	if held.Start.IsZero() {
		return p.Interval
	}
	return held
}

// Touching lists the stages that work on any of the services.
func (p Plan) Touching(services []string) (found []Stage) {
	for _, st := range p.Stages {
		if slices.ContainsFunc(services, st.Touches) {
			found = append(found, st)
		}
	}
	return found
}

// Move gives the plan another time; its stages move with its start.
func (p *Plan) Move(to Interval) {
	by := to.Start.Sub(p.Start)
	p.Interval, p.Stages = to, slices.Clone(p.Stages)
	for i := range p.Stages {
		p.Stages[i].Start, p.Stages[i].End = p.Stages[i].Start.Add(by), p.Stages[i].End.Add(by)
	}
}

// Stretch moves the end of the plan, and with it that of the last stage.
func (p *Plan) Stretch(end time.Time) {
	p.End, p.Stages = end, slices.Clone(p.Stages)
	if n := len(p.Stages); n > 0 {
		p.Stages[n-1].End = end
	}
}

// Present is the stage that the work is at, the first one until it starts; a
// window without stages is one stage that has no name.
func (w Window) Present() Stage {
	if len(w.Stages) == 0 {
		return Stage{Interval: w.Interval}
	}
	return w.Stages[min(max(1, w.Stage), len(w.Stages))-1]
}

// StageOver reports whether the present stage has run past its end while a
// later one still waits; that of the last one is the window's overrun.
func (w Window) StageOver(now time.Time) bool {
	return w.State == InProgress && len(w.ahead()) > 0 && !now.Before(w.Present().End)
}

// ahead lists the stages that have not begun.
func (w Window) ahead() []Stage { return w.Stages[min(w.Stage, len(w.Stages)):] }

// Answerable reports whether the time of the check has come. A verify check of
// a stage is answered while that stage is the present one, so that the next one
// may begin; that of an earlier stage only when resumed work opened it again.
func (w Window) Answerable(c Check) bool {
	if at := w.stage(c.Stage); at > 0 && w.State == InProgress && c.Phase == Verify {
		return at == w.Stage || at < w.Stage && !c.Settled()
	}
	return has(answerable[w.State], c.Phase)
}
