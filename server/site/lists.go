package site

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"lull/scheduler"
	"lull/scheduler/agenda"
	"lull/server/access"
	"lull/web"
)

var alive = []scheduler.State{scheduler.Draft, scheduler.Requested, scheduler.Scheduled, scheduler.InProgress, scheduler.Verifying}

// Overview answers GET /.
func (s *Site) Overview(w http.ResponseWriter, r *http.Request, who access.Visitor) error {
	ctx := r.Context()
	frame, set, err := s.frame(ctx, who, "Overview", "overview")
	if err != nil {
		return err
	}
	live, _, err := s.Agenda.Windows(ctx, agenda.Filter{States: alive, Limit: 200})
	if err != nil {
		return err
	}
	closed, _, err := s.Agenda.Windows(ctx, agenda.Filter{States: []scheduler.State{scheduler.Closed, scheduler.Cancelled}, To: frame.Now, Backwards: true, Limit: 5})
	if err != nil {
		return err
	}
	page := web.Overview{Frame: frame, Closed: closed}
	if page.Quorum, err = s.quorum(ctx, set); err != nil {
		return err
	}
	if page.Week, err = s.strip(r, frame); err != nil {
		return err
	}
	asked := map[string]bool{}
	for _, v := range live {
		if v.State.Running() {
			page.Running = append(page.Running, v)
		} else if v.State != scheduler.Draft && len(page.Next) < 10 {
			page.Next = append(page.Next, v)
		}
		if task := (web.Task{Why: needs(v, who.Person), View: v}); task.Why != "" && !asked[task.Link()] { // of a series once
			asked[task.Link()] = true
			page.Mine = append(page.Mine, task)
		}
	}
	return s.show(w, http.StatusOK, page)
}

// needs says why a window waits for the person, if it does.
func needs(v agenda.View, who scheduler.Person) string {
	mine := v.Lead == who.Email || v.Requester == who.Email
	switch {
	case v.State == scheduler.Requested && who.Role.May(scheduler.Approver) && v.Requester != who.Email:
		return "Waits for your approval."
	case v.State.Running() && v.Kind == scheduler.Emergency && len(v.Approvals) == 0 && v.Rejected == nil && who.Role.May(scheduler.Approver) && v.Requester != who.Email:
		return "An emergency runs without its approval: approve it, or reject it with a reason."
	case v.Ringing(v.Now) && stands(v, who.Email):
		return ringing(v)
	case v.Overrun && mine:
		return "Its time is over: extend it, roll back, or close it."
	case v.Late && mine && v.State == scheduler.Scheduled:
		return "Its start has passed and nobody started."
	case v.State.Running() && mine && len(v.Reasons) > 0:
		return v.Reasons[0].Detail
	case v.State == scheduler.Draft && v.Requester == who.Email:
		return "A draft of yours, not sent yet."
	}
	return ""
}

// stands reports whether the person is called when the window is late or over time.
func stands(v agenda.View, email string) bool {
	return slices.ContainsFunc(scheduler.DutyFor(v.Window, v.Affected, 0).Ladder, func(step []string) bool { return slices.Contains(step, email) })
}

func ringing(v agenda.View) string {
	if v.Late {
		return "Its start has passed, nobody started, and nobody has taken it up."
	}
	return "Its time is over and nobody has taken it up: extend it, roll back, or close it."
}

// Windows answers GET /windows.
func (s *Site) Windows(w http.ResponseWriter, r *http.Request, who access.Visitor) error {
	ctx, q := r.Context(), r.URL.Query()
	frame, _, err := s.frame(ctx, who, "Windows", "windows")
	if err != nil {
		return err
	}
	f := agenda.Filter{
		Kind: scheduler.Kind(q.Get("kind")), Lead: q.Get("lead"), Q: q.Get("q"), Series: q.Get("series"), Cursor: q.Get("cursor"), Backwards: true,
	}
	f.From, f.To = days(q, frame.Zone)
	if one := q.Get("state"); one != "" {
		f.States = []scheduler.State{scheduler.State(one)}
	}
	if one := q.Get("service"); one != "" {
		f.Services = []string{one}
	}
	page := web.Windows{Frame: frame, Form: typed(q)}
	if page.Services, err = s.Agenda.Services(ctx); err != nil {
		return err
	}
	if page.Refusal = narrow(q, page.Services, "state", "kind", "service", "from", "to"); page.Refused() {
		return s.show(w, http.StatusUnprocessableEntity, page)
	}
	items, next, err := s.Agenda.Windows(ctx, f)
	if status := 0; err != nil {
		if page.Refusal, status = unfit(err); status == 0 {
			return err
		}
		return s.show(w, status, page)
	}
	page.Items, page.More = items, more(r, next)
	return s.show(w, http.StatusOK, page)
}

// Approvals answers GET /approvals.
func (s *Site) Approvals(w http.ResponseWriter, r *http.Request, who access.Visitor) error {
	frame, _, err := s.frame(r.Context(), who, "Approvals", "approvals")
	if err != nil {
		return err
	}
	items, _, err := s.Agenda.Windows(r.Context(), agenda.Filter{
		States: []scheduler.State{scheduler.Requested, scheduler.InProgress, scheduler.Verifying}, Limit: 200,
	})
	if err != nil {
		return err
	}
	page := web.Approvals{Frame: frame}
	if page.Series, _, err = s.Agenda.AllSeries(r.Context(), agenda.SeriesFilter{State: scheduler.SeriesRequested, Limit: 200}); err != nil {
		return err
	}
	for _, v := range items {
		if v.WithSeries() {
			continue
		}
		if v.State == scheduler.Requested || v.Kind == scheduler.Emergency && len(v.Approvals) == 0 && v.Rejected == nil {
			page.Items = append(page.Items, v)
		}
	}
	return s.show(w, http.StatusOK, page)
}

// Log answers GET /log.
func (s *Site) Log(w http.ResponseWriter, r *http.Request, who access.Visitor) error {
	ctx, q := r.Context(), r.URL.Query()
	frame, _, err := s.frame(ctx, who, "Log", "log")
	if err != nil {
		return err
	}
	page := web.Log{Frame: frame, Form: typed(q)}
	if page.Refusal = narrow(q, nil, "from", "to"); page.Refused() {
		return s.show(w, http.StatusUnprocessableEntity, page)
	}
	f := agenda.LogFilter{Actor: strings.ToLower(q.Get("actor")), Q: q.Get("q"), Cursor: q.Get("cursor"), Newest: true}
	f.From, f.To = days(q, frame.Zone)
	if ref := q.Get("window"); ref != "" {
		v, err := s.Agenda.Window(ctx, ref)
		if errors.Is(err, scheduler.ErrNotFound) {
			page.Refusal.Wrong = scheduler.InvalidError{"window": fmt.Sprintf("There is no window %q.", ref)}
			return s.show(w, http.StatusUnprocessableEntity, page)
		}
		if err != nil {
			return err
		}
		f.Window = v.ID
	}
	items, next, err := s.Agenda.Log(ctx, f)
	if status := 0; err != nil {
		if page.Refusal, status = unfit(err); status == 0 {
			return err
		}
		return s.show(w, status, page)
	}
	page.Items, page.More = items, more(r, next)
	if q.Get("verify") != "" {
		var broken *agenda.ChainError
		switch _, err := s.Agenda.Verify(ctx); {
		case err == nil:
			page.Sound = true
		case asChain(err, &broken):
			page.Broken = broken.Error()
		default:
			return err
		}
	}
	return s.show(w, http.StatusOK, page)
}

// recently is how far back the public page looks.
const recently = 30 * 24 * time.Hour
