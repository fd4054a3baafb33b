package web

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"lull/scheduler"
	"lull/scheduler/agenda"
)

// StageRow is one stage of the booking form as it was typed, on the wall clock
// of the window's zone. A day left out is the one before it in the form.
type StageRow struct {
	Name                      string
	Services                  []string
	Date, Time, EndDate, Till string
}

func (r StageRow) empty() bool {
	return strings.TrimSpace(r.Name+r.Date+r.Time+r.EndDate+r.Till) == "" && len(r.Services) == 0
}

// Has reports whether the stage names the service.
func (r StageRow) Has(slug string) bool { return slices.Contains(r.Services, slug) }

// readStages reads the stages out of what the browser sent.
func readStages(v url.Values) (rows []StageRow) {
	nth := func(name string, i int) string {
		if i < len(v[name]) {
			return v[name][i]
		}
		return ""
	}
	for i, name := range v["stage_name"] {
		rows = append(rows, StageRow{
			Name: name, Services: v[fmt.Sprint("stage_service_", i)], Date: nth("stage_date", i), Time: nth("stage_time", i),
			EndDate: nth("stage_end_date", i), Till: nth("stage_end_time", i),
		})
	}
	return rows
}

// stageRows is the rows that would make the stages of the window as they are.
func stageRows(w scheduler.Window) (rows []StageRow) {
	for _, st := range w.Stages {
		start, end := scheduler.InZone(st.Start, w.TimeZone), scheduler.InZone(st.End, w.TimeZone)
		rows = append(rows, StageRow{
			Name: st.Name, Services: st.Services, Date: start.Format(time.DateOnly), Time: clockOf(st.Start, start),
			EndDate: end.Format(time.DateOnly), Till: clockOf(st.End, end),
		})
	}
	return rows
}

// stageNamed is the name of the stage that a check's line picks by its number,
// so that a stage which gets another name keeps its checks.
func (f BookForm) stageNamed(pick string) string {
	n, err := strconv.Atoi(pick)
	if err != nil || n < 1 || n > len(f.Stages) {
		return pick
	}
	return strings.TrimSpace(f.Stages[n-1].Name)
}

// moreStages adds empty lines to the stages, and drops those left empty.
func (f *BookForm) moreStages(n int) {
	f.Stages = append(slices.DeleteFunc(f.Stages, StageRow.empty), make([]StageRow, n)...)
}

// Staged reports whether any stage is typed, so that checks can pick one.
func (f BookForm) Staged() bool {
	return slices.ContainsFunc(f.Stages, func(r StageRow) bool { return !r.empty() })
}

// stages is the stages that the form asks for.
func (f BookForm) stages(wrong scheduler.InvalidError) (all []scheduler.Stage) {
	zone, ok := scheduler.Zone(strings.TrimSpace(f.Zone))
	if !ok {
		zone = time.UTC // the zone's own field says so
	}
	for _, r := range f.Stages {
		if r.empty() {
			continue
		}
		st := scheduler.Stage{Name: r.Name, Services: r.Services}
		day := firstOf(r.Date, f.Date)
		for _, part := range []struct {
			of          *time.Time
			date, clock string
		}{{&st.Start, day, r.Time}, {&st.End, firstOf(r.EndDate, day), r.Till}} {
			if strings.TrimSpace(part.clock) == "" {
				continue
			}
			at, bad := scheduler.Local(part.date, part.clock, zone)
			if bad != "" && wrong["stages"] == "" {
				wrong["stages"] = fmt.Sprintf("Stage “%s”: %s", strings.TrimSpace(r.Name), bad)
			}
			*part.of = at
		}
		all = append(all, st)
	}
	return all
}

// firstOf is a, or b where a is blank.
func firstOf(a, b string) string {
	if strings.TrimSpace(a) == "" {
		return b
	}
	return a
}

// Part is one stage of a window, and how the window stands to it.
type Part struct {
	scheduler.Stage
	Class string   // past, cur, back where the work turned back, or nothing
	On    []string // the names of its services; none: all of the window's
	Over  bool     // it is the present one and past its end
}

// Parts is the stages of the window.
func (p Window) Parts() []Part { return PartsOf(p.View, p.View.Affected) }

// PartsOf is the stages of a window, each with those of the services it works on.
func PartsOf(v agenda.View, services []scheduler.Service) (all []Part) {
	good := v.Outcome == scheduler.Successful || v.Outcome == scheduler.SuccessfulWithIssues
	for i, st := range v.Stages {
		part := Part{Stage: st}
		switch {
		case i+1 < v.Window.Stage || i+1 == v.Window.Stage && good:
			part.Class = "past"
		case i+1 == v.Window.Stage && v.State == scheduler.Closed:
			part.Class = "back"
		case i+1 == v.Window.Stage:
			part.Class, part.Over = "cur", v.StageOver(v.Now)
		}
		for _, s := range services {
			if slices.Contains(st.Services, s.Slug) {
				part.On = append(part.On, s.Name)
			}
		}
		all = append(all, part)
	}
	return all
}

// Following is the name of the stage that begins next, empty when none does.
func (p Window) Following() string {
	if v := p.View; v.State == scheduler.InProgress && v.Window.Stage < len(v.Stages) {
		return v.Stages[v.Window.Stage].Name
	}
	return ""
}

// Needed is the verb that the window needs next, as people say it.
func (p Window) Needed() string {
	if p.View.Next == "advance" {
		return "start the next stage, " + p.Following()
	}
	return p.View.Next
}

// Group is the checks of one phase of one stage; without a stage they are the
// whole window's.
type Group struct {
	Stage  string
	Phase  scheduler.Phase
	Checks []scheduler.Check
}

// Groups is the checklist in the order of the work: what comes before it, then
// stage by stage, then what counts for the whole window, each by phase.
func (p Window) Groups() (all []Group) {
	add := func(stage string, phases ...scheduler.Phase) {
		for _, phase := range phases {
			g := Group{Stage: stage, Phase: phase}
			for _, c := range p.View.Checks {
				if c.Phase == phase && c.Stage == stage {
					g.Checks = append(g.Checks, c)
				}
			}
			if len(g.Checks) > 0 {
				all = append(all, g)
			}
		}
	}
	add("", scheduler.Before)
	for _, st := range p.View.Stages {
		add(st.Name, scheduler.Phases...)
	}
	add("", scheduler.During, scheduler.Verify, scheduler.Rollback)
	return all
}
