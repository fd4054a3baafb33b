package scheduler

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"
)

var eve = Person{Email: "eve@example.org", Name: "Eve", Role: Approver}

// patching is a template that eve wrote and bob pre-approved until a month on.
func patching() Template {
	t := Template{Name: "Patching", Plan: in(Draft).Plan, Duration: 2 * time.Hour}
	t.Risk, t.Steps = MediumRisk, "Patch."
	t.Services = []Affected{{"core-db", Degraded}, {"shop", NoImpact}}
	t.Checks = append(t.Checks, Check{Phase: Before, Text: "Backup is fresh"})
	if _, err := t.Add("t", eve, noon.AddDate(0, -1, 0)); err != nil {
		panic(err)
	}
	if _, err := t.PreApprove(bob, noon.AddDate(0, -1, 0), noon.AddDate(0, 1, 0)); err != nil {
		panic(err)
	}
	return t
}

// patch is a draft booked from the template for tomorrow.
func patch(t Template) Window {
	w := in(Draft)
	w.Policy, w.Plan = Policy{}, t.Book(noon)
	w.Lead, w.Interval = ada.Email, Interval{noon.Add(24 * time.Hour), noon.Add(26 * time.Hour)}
	for i := range w.Checks {
		w.Checks[i].ID = newID()
	}
	return w
}

func TestATemplateIsRefusedByField(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		spoil func(*Template)
		field string
	}{
		{"no name", func(t *Template) { t.Name = " " }, "name"},
		{"a name of two lines", func(t *Template) { t.Name = "a\nb" }, "name"},
		{"no duration", func(t *Template) { t.Duration = 0 }, "duration"},
		{"longer than any window", func(t *Template) { t.Duration = LongestWindow + time.Second }, "duration"},
		{"a zone that is none", func(t *Template) { t.TimeZone = "Mars/Base" }, "time_zone"},
		{"a kind that is none", func(t *Template) { t.Kind = "odd" }, "kind"},
	} {
		p := patching()
		to := p
		c.spoil(&to)
		var wrong InvalidError
		if _, err := p.Change(to, eve, noon); !errors.As(err, &wrong) || wrong[c.field] == "" {
			t.Errorf("%s: got %v, want words for %s", c.name, err, c.field)
		}
		if p.Version != 2 || p.ApprovedBy != bob.Email {
			t.Errorf("%s: a refused change left version %d, approved by %q", c.name, p.Version, p.ApprovedBy)
		}
	}
}

func TestATemplateWithoutATitleGivesWindowsItsName(t *testing.T) {
	t.Parallel()
	p := Template{Name: "Patching", Duration: time.Hour}
	if _, err := p.Add("t", eve, noon); err != nil || p.Title != "Patching" || p.Version != 1 || p.Editor != eve.Email {
		t.Errorf("got %+v, %v", p, err)
	}
}

func TestPreApprovalTakesAnotherApproverAndAReviewDate(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name     string
		by       Person
		reviewBy time.Time
		kind     Kind
		want     string // the code, the field, or nothing
	}{
		{"another approver", bob, noon.AddDate(0, 12, 0), Normal, ""},
		{"an admin", Person{Email: "root@example.org", Role: Admin}, noon.Add(time.Hour), Normal, ""},
		{"the last editor", eve, noon.AddDate(0, 1, 0), Normal, CodeOwnRequest},
		{"the last editor as an admin", Person{Email: eve.Email, Role: Admin}, noon.AddDate(0, 1, 0), Normal, CodeOwnRequest},
		{"an operator", ada, noon.AddDate(0, 1, 0), Normal, "forbidden"},
		{"no review date", bob, time.Time{}, Normal, "review_by"},
		{"a review date of now", bob, noon, Normal, "review_by"},
		{"a review date beyond a year", bob, noon.AddDate(0, 12, 0).Add(time.Second), Normal, "review_by"},
		{"an emergency", bob, noon.AddDate(0, 1, 0), Emergency, "kind"},
	} {
		p := patching()
		p.lapse()
		p.Kind = c.kind
		ev, err := p.PreApprove(c.by, noon, c.reviewBy)
		got := ""
		var wrong InvalidError
		var forbidden *ForbiddenError
		switch {
		case errors.As(err, &wrong):
			got = strings.SplitN(wrong.Error(), ":", 2)[0]
		case errors.As(err, &forbidden):
			got = "forbidden"
		case err != nil:
			got = strings.Join(reasons(err), " ")
		}
		if got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
		if want := c.want == ""; p.PreApproved(noon) != want || (ev.Kind == TemplateApproved) != want {
			t.Errorf("%s: pre-approved %v with the event %q", c.name, p.PreApproved(noon), ev.Kind)
		}
	}
}

func TestAnEditDropsThePreApprovalAndSaysSo(t *testing.T) {
	t.Parallel()
	p := patching()
	to := p
	if ev, err := p.Change(to, bob, noon); err != nil || ev.Kind != "" || p.ApprovedBy != bob.Email || p.Editor != eve.Email {
		t.Fatalf("saved unchanged: got %q, %v, approved by %q", ev.Kind, err, p.ApprovedBy)
	}
	to.Title, to.Duration = "Patch it all", 3*time.Hour
	ev, err := p.Change(to, bob, noon)
	if err != nil || p.ApprovedBy != "" || !p.ReviewBy.IsZero() || p.Editor != bob.Email || p.Version != 3 {
		t.Fatalf("got %+v, %v", p, err)
	}
	if !strings.Contains(ev.Text, "Its pre-approval by bob@example.org fell away.") || !slices.Equal(ev.Data.Changed, []string{"title", "duration"}) {
		t.Errorf("got %q about %v", ev.Text, ev.Data.Changed)
	}
	if _, err := p.PreApprove(bob, noon, noon.AddDate(0, 1, 0)); !slices.Equal(reasons(err), []string{CodeOwnRequest}) {
		t.Errorf("got %v, want own-request: bob edited it last", err)
	}
}

func TestAPreApprovalEndsOnItsReviewDate(t *testing.T) {
	t.Parallel()
	p := patching()
	for _, c := range []struct {
		at                   time.Time
		preApproved, expired bool
	}{
		{p.ReviewBy.Add(-time.Second), true, false},
		{p.ReviewBy, false, true},
	} {
		if p.PreApproved(c.at) != c.preApproved || p.Expired(c.at) != c.expired {
			t.Errorf("at %v: pre-approved %v, expired %v", c.at, p.PreApproved(c.at), p.Expired(c.at))
		}
	}
	if _, err := p.Withdraw(eve, noon); err != nil || p.PreApproved(noon) || p.Expired(p.ReviewBy) {
		t.Errorf("withdrawn: got %+v, %v", p, err)
	}
	if ev, err := p.Withdraw(eve, noon); err != nil || ev.Kind != "" {
		t.Errorf("withdrawn twice: got %q, %v; want no event", ev.Kind, err)
	}
}

// limits is every way out of a template, and what stays inside.
var limits = []struct {
	name  string
	leave func(*Plan)
	field string // of the reason; empty: inside
}{
	{"as it is", func(*Plan) {}, ""},
	{"other words", func(p *Plan) { p.Title, p.Summary, p.Lead = "Other", "Words.", bob.Email }, ""},
	{"a service less", func(p *Plan) { p.Services = p.Services[:1] }, ""},
	{"a milder impact", func(p *Plan) { p.Services[0].Impact = NoImpact }, ""},
	{"shorter", func(p *Plan) { p.End = p.End.Add(-time.Hour) }, ""},
	{"a lower risk", func(p *Plan) { p.Risk = LowRisk }, ""},
	{"a check more", func(p *Plan) { p.Checks = append(p.Checks, Check{Phase: During, Text: "More", Required: true}) }, ""},
	{"without an optional check", func(p *Plan) { p.Checks = p.Checks[:1] }, ""},
	{"another service", func(p *Plan) { p.Services = append(p.Services, Affected{"vpn", NoImpact}) }, "services"},
	{"a worse impact", func(p *Plan) { p.Services[1].Impact = ReducedRedundancy }, "services"},
	{"another plan", func(p *Plan) { p.Steps = "Patch twice." }, "plan"},
	{"another rollback plan", func(p *Plan) { p.RollbackPlan = "None." }, "rollback_plan"},
	{"another time to roll back", func(p *Plan) { p.RollbackDuration = time.Minute }, "rollback_plan"},
	{"longer", func(p *Plan) { p.End = p.End.Add(time.Second) }, "end"},
	{"without a required check", func(p *Plan) { p.Checks = []Check{{Phase: Verify, Text: "Another", Required: true}} }, "checks"},
	{"a required check made optional", func(p *Plan) {
		p.Checks[0].Required = false
		p.Checks = append(p.Checks, Check{Phase: Verify, Text: "Another", Required: true})
	}, "checks"},
	{"a higher risk", func(p *Plan) { p.Risk = HighRisk }, "risk"},
}

func TestAStandardWindowInsideItsTemplateNeedsNoApproval(t *testing.T) {
	t.Parallel()
	for _, c := range limits {
		p := patching()
		w := patch(p)
		c.leave(&w.Plan)
		s := sceneOf(ada, noon)
		s.Template = &p
		why := w.WhyApproval(s)
		ev, err := w.Submit(s, "")
		want := Scheduled
		if c.field != "" {
			want = Requested
		}
		if err != nil || w.State != want || (w.PreApproved != nil) != (want == Scheduled) {
			t.Errorf("%s: got %s, %v, %+v; want %s", c.name, w.State, err, w.PreApproved, want)
		}
		if (len(why) == 1 && why[0].Field == c.field && strings.Contains(ev.Text, why[0].Detail)) != (c.field != "") {
			t.Errorf("%s: got %v and %q, want the limit %q in both", c.name, why, ev.Text, c.field)
		}
		if c.field == "" && (ev.Data.Announce != AnnounceScheduled || !strings.Contains(ev.Text, "pre-approved by bob@example.org until")) {
			t.Errorf("%s: got %q, announced as %q", c.name, ev.Text, ev.Data.Announce)
		}
	}
}

func TestAScheduledStandardWindowStaysSoInsideItsTemplate(t *testing.T) {
	t.Parallel()
	for _, c := range limits {
		p := patching()
		w := patch(p)
		s := sceneOf(ada, noon)
		s.Template = &p
		if _, err := w.Submit(s, ""); err != nil {
			t.Fatal(err)
		}
		to := w.Plan
		to.Services, to.Checks = slices.Clone(to.Services), slices.Clone(to.Checks)
		to.Interval = Interval{to.Start.Add(time.Hour), to.End.Add(time.Hour)}
		c.leave(&to)
		ev, err := w.Change(s, Edit{Plan: to})
		want := Scheduled
		if c.field != "" {
			want = Requested
		}
		if err != nil || w.State != want || (w.PreApproved != nil) != (want == Scheduled) {
			t.Errorf("%s: got %s, %v, %+v; want %s\n%s", c.name, w.State, err, w.PreApproved, want, ev.Text)
		}
		if stays := strings.Contains(ev.Text, "It stays scheduled"); stays != (want == Scheduled) {
			t.Errorf("%s: got %q", c.name, ev.Text)
		}
	}
}

func TestARiskRaisedAloneLeavesTheTemplate(t *testing.T) {
	t.Parallel()
	p := patching()
	w := patch(p)
	s := sceneOf(ada, noon)
	s.Template = &p
	if _, err := w.Submit(s, ""); err != nil {
		t.Fatal(err)
	}
	to := w.Plan
	to.Risk = HighRisk
	if _, err := w.Change(s, Edit{Plan: to}); err != nil || w.State != Requested {
		t.Errorf("got %s, %v; want requested", w.State, err)
	}
}

func TestWhatBecameOfATemplateIsSaidAtSubmit(t *testing.T) {
	t.Parallel()
	block := []Conflict{{Kind: SameService, Blocking: true, Detail: "MW-1 is there."}}
	for _, c := range []struct {
		name string
		do   func(*Window, *Scene)
		want State
		says string
	}{
		{"it is gone", func(_ *Window, s *Scene) { s.Template = nil }, Requested, `The template "Patching" is gone`},
		{"it was edited", func(_ *Window, s *Scene) { s.Template.lapse() }, Requested, `The template "Patching" is not pre-approved`},
		{"its review date passed", func(w *Window, s *Scene) {
			s.Now = s.Template.ReviewBy
			w.Interval = Interval{s.Now.Add(time.Hour), s.Now.Add(2 * time.Hour)}
		}, Requested, `The pre-approval of the template "Patching" ended on Wed 2 Dec 2026`},
		{"there never was one", func(w *Window, s *Scene) { w.Template, s.Template = TemplateRef{}, nil }, Requested, "of no template"},
		{"it is booked as a normal window", func(w *Window, _ *Scene) { w.Kind = Normal }, Requested, "Ada asked for approval."},
		{"a conflict blocks", func(_ *Window, s *Scene) { s.Conflicts = block }, Requested, "in spite of a conflict"},
		{"in solo nobody is asked", func(_ *Window, s *Scene) { s.Template, s.Policy = nil, PolicyOf(Solo) }, Scheduled, "no approval asked"},
	} {
		p := patching()
		w := patch(p)
		s := sceneOf(ada, noon)
		s.Template = &p
		c.do(&w, &s)
		reason := ""
		if len(s.Conflicts) > 0 {
			reason = "It has to be then."
		}
		ev, err := w.Submit(s, reason)
		if err != nil || w.State != c.want || w.PreApproved != nil || !strings.Contains(ev.Text, c.says) {
			t.Errorf("%s: got %s, %v, %q; want %s saying %q", c.name, w.State, err, ev.Text, c.want, c.says)
		}
	}
}

func TestAPreApprovedWindowOutlivesItsTemplate(t *testing.T) {
	t.Parallel()
	p := patching()
	w := patch(p)
	s := sceneOf(ada, noon)
	s.Template = &p
	if _, err := w.Submit(s, ""); err != nil {
		t.Fatal(err)
	}
	s.Template = nil
	to := w.Plan
	to.Title = "Other words"
	if _, err := w.Change(s, Edit{Plan: to}); err != nil || w.State != Scheduled || w.PreApproved == nil {
		t.Errorf("new words: got %s, %v; want it to keep what it had", w.State, err)
	}
	to.Interval = Interval{to.Start.Add(time.Hour), to.End.Add(time.Hour)}
	ev, err := w.Change(s, Edit{Plan: to})
	if err != nil || w.State != Requested || w.PreApproved != nil || !strings.Contains(ev.Text, "is gone") {
		t.Errorf("moved: got %s, %v, %q; want requested, since the template is gone", w.State, err, ev.Text)
	}
}

func TestAPlanForAnotherTimeHasNoTimesAndNoResults(t *testing.T) {
	t.Parallel()
	w := in(Closed)
	p := w.Again()
	if !p.Start.IsZero() || p.Checks[0].State() != Open || p.Checks[0].ID != "" || w.Checks[0].State() != Passed || w.Start.IsZero() {
		t.Errorf("got %+v of %+v", p, w)
	}
}

func TestATemplateDoesNotComePreApprovedByItsAuthor(t *testing.T) {
	t.Parallel()
	p := Template{Name: "Patching", Duration: time.Hour, ApprovedBy: bob.Email, ReviewBy: noon.AddDate(0, 1, 0)}
	if _, err := p.Add("t", bob, noon); !slices.Equal(reasons(err), []string{CodeOwnRequest}) {
		t.Errorf("got %v, want own-request", err)
	}
}
