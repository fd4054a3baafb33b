package agenda_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"lull/scheduler"
	"lull/scheduler/agenda"
	"lull/scheduler/store"
	"lull/scheduler/store/storetest"
)

// patching is a template that eve wrote.
func patching(t *testing.T, a *agenda.Agenda) agenda.TemplateView {
	t.Helper()
	made, err := a.AddTemplate(t.Context(), scheduler.Template{Name: "Patching", Plan: upgrade().Again(), Duration: 2 * time.Hour}, eve)
	if err != nil {
		t.Fatal(err)
	}
	return made
}

var (
	yes, no  = true, false
	nextYear = storetest.Noon.AddDate(0, 11, 0)
)

func approve(t *testing.T, a *agenda.Agenda, id string) agenda.TemplateView {
	t.Helper()
	made, err := a.ChangeTemplate(t.Context(), id, 0, agenda.TemplateEdit{PreApproved: &yes, ReviewBy: nextYear}, bob)
	if err != nil {
		t.Fatal(err)
	}
	return made
}

// rename edits a template.
func rename(name string) agenda.TemplateEdit {
	return agenda.TemplateEdit{Apply: func(t *scheduler.Template) error {
		t.Name = name
		return nil
	}}
}

// said is the text of the newest event of a kind, and how many there are.
func said(t *testing.T, a *agenda.Agenda, kind scheduler.EventKind) (text string, n int) {
	t.Helper()
	evs, _, err := a.Log(t.Context(), agenda.LogFilter{Limit: 500})
	if err != nil {
		t.Fatal(err)
	}
	for _, ev := range evs {
		if ev.Kind == kind {
			text, n = ev.Text, n+1
		}
	}
	return text, n
}

// booked is a window submitted by ada that was made from the template.
func booked(t *testing.T, a *agenda.Agenda, id string, in time.Duration) agenda.View {
	t.Helper()
	m, err := a.FromTemplate(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	m.Interval = scheduler.Interval{Start: storetest.Noon.Add(in), End: storetest.Noon.Add(in + m.Lasts)}
	w, err := a.Book(t.Context(), m.Plan, agenda.Submission{Now: true}, ada)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func TestATemplateIsKeptWhole(t *testing.T) {
	t.Parallel()
	a, _ := open(t)
	made := approve(t, a, patching(t, a).ID)
	got, err := a.Template(t.Context(), made.ID)
	if err != nil || got.Version != 2 || got.Editor != eve.Email || got.ApprovedBy != bob.Email || !got.ReviewBy.Equal(nextYear) {
		t.Fatalf("got %+v, %v", got, err)
	}
	if len(got.Checks) != 3 || got.Checks[0].Probe != nil || got.Checks[0].Text != "Backup is fresh" || got.Duration != 2*time.Hour || !got.Start.IsZero() {
		t.Errorf("got %+v", got)
	}
	all, err := a.Templates(t.Context())
	if err != nil || len(all) != 1 || len(all[0].Checks) != 3 {
		t.Errorf("listed %+v, %v", all, err)
	}
}

func TestATemplateOfAnotherVersionIsNotChanged(t *testing.T) {
	t.Parallel()
	a, _ := open(t)
	made := patching(t, a)
	if _, err := a.ChangeTemplate(t.Context(), made.ID, 1, rename("Patching all"), bob); err != nil {
		t.Fatal(err)
	}
	for name, e := range map[string]agenda.TemplateEdit{
		"edited": rename("Other"), "pre-approved": {PreApproved: &yes, ReviewBy: nextYear}, "withdrawn": {PreApproved: &no},
	} {
		if _, err := a.ChangeTemplate(t.Context(), made.ID, 1, e, eve); !errors.Is(err, scheduler.ErrStale) {
			t.Errorf("%s: got %v, want ErrStale", name, err)
		}
	}
	if err := a.DeleteTemplate(t.Context(), made.ID, 1, eve); !errors.Is(err, scheduler.ErrStale) {
		t.Errorf("deleted: got %v, want ErrStale", err)
	}
	if err := a.DeleteTemplate(t.Context(), made.ID, 2, eve); err != nil {
		t.Fatal(err)
	}
	if _, err := a.ChangeTemplate(t.Context(), made.ID, 0, rename("Other"), eve); !errors.Is(err, scheduler.ErrNotFound) {
		t.Errorf("got %v, want ErrNotFound", err)
	}
}

func TestAnEditAndAPreApprovalInOneActAreAllOrNothing(t *testing.T) {
	t.Parallel()
	a, _ := open(t)
	made := patching(t, a)
	e := rename("Patching all")
	e.PreApproved, e.ReviewBy = &yes, nextYear
	if _, err := a.ChangeTemplate(t.Context(), made.ID, 0, e, bob); !slices.Equal(codes(err), []string{scheduler.CodeOwnRequest}) {
		t.Fatalf("got %v, want own-request", err)
	}
	if got, err := a.Template(t.Context(), made.ID); err != nil || got.Name != "Patching" || got.Version != 1 {
		t.Errorf("got %q in version %d, %v; want nothing changed", got.Name, got.Version, err)
	}
	e = rename("Patching")
	e.PreApproved, e.ReviewBy = &yes, nextYear
	if got, err := a.ChangeTemplate(t.Context(), made.ID, 0, e, bob); err != nil || got.ApprovedBy != bob.Email {
		t.Errorf("an edit of nothing kept bob from pre-approving: %v", err)
	}
	if _, n := said(t, a, scheduler.TemplateKept); n != 1 {
		t.Errorf("got %d lines of the log about its making, want 1", n)
	}
}

func TestAnEditOfAPreApprovedTemplateIsLoggedAsItsEnd(t *testing.T) {
	t.Parallel()
	a, _ := open(t)
	made := approve(t, a, patching(t, a).ID)
	got, err := a.ChangeTemplate(t.Context(), made.ID, 0, rename("Patching all"), bob)
	if err != nil || got.PreApproved {
		t.Fatalf("got %+v, %v", got, err)
	}
	if text, _ := said(t, a, scheduler.TemplateKept); text != `Bob changed name of the template "Patching". Its pre-approval by bob@example.org fell away.` {
		t.Errorf("got %q", text)
	}
	if _, err := a.Verify(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestATemplateNamesOnlyWhatIsThere(t *testing.T) {
	t.Parallel()
	a, _ := open(t)
	made := approve(t, a, patching(t, a).ID)
	for field, apply := range map[string]func(*scheduler.Template) error{
		"services": func(t *scheduler.Template) error { t.Services[0].Service = "none"; return nil },
		"lead":     func(t *scheduler.Template) error { t.Lead = "nobody@example.org"; return nil },
		"duration": func(t *scheduler.Template) error { t.Duration = 0; return nil },
	} {
		var wrong scheduler.InvalidError
		if _, err := a.ChangeTemplate(t.Context(), made.ID, 0, agenda.TemplateEdit{Apply: apply}, eve); !errors.As(err, &wrong) || wrong[field] == "" {
			t.Errorf("got %v, want words for %s", err, field)
		}
	}
	if err := a.DeleteService(t.Context(), "core-db", bob); len(codes(err)) != 1 {
		t.Errorf("a service that a template names was deleted: %v", err)
	}
	if err := a.DeleteTemplate(t.Context(), made.ID, 0, eve); err != nil {
		t.Fatal(err)
	}
	if _, err := a.Template(t.Context(), made.ID); !errors.Is(err, scheduler.ErrNotFound) {
		t.Errorf("got %v, want it gone", err)
	}
}

func TestTheDatabaseItselfKeepsAnEditorFromPreApproving(t *testing.T) {
	t.Parallel()
	a, db := open(t)
	made := patching(t, a)
	err := db.Update(t.Context(), func(tx *store.Tx) error {
		_, err := tx.Exec(`UPDATE templates SET approved_by = editor WHERE id = $1`, made.ID)
		return err
	})
	if err == nil {
		t.Error("the editor's own pre-approval was kept")
	}
}

func TestAStandardWindowOfAPreApprovedTemplateIsScheduledAtOnce(t *testing.T) {
	t.Parallel()
	a, _ := open(t)
	made := approve(t, a, patching(t, a).ID)
	w := booked(t, a, made.ID, 48*time.Hour)
	if w.State != scheduler.Scheduled || w.Kind != scheduler.Standard || w.Template != (scheduler.TemplateRef{ID: made.ID, Name: "Patching"}) {
		t.Fatalf("got %s, %s, %+v", w.State, w.Kind, w.Template)
	}
	if w.PreApproved == nil || w.PreApproved.By != bob.Email || !w.PreApproved.Until.Equal(nextYear) || len(w.Approvals) != 0 {
		t.Errorf("got %+v and %d approvals", w.PreApproved, len(w.Approvals))
	}
	text, _ := said(t, a, scheduler.Submitted)
	if !strings.Contains(text, `the template "Patching" is pre-approved by bob@example.org until Sat 2 Oct 2027`) {
		t.Errorf("got %q", text)
	}
	move := func(by time.Duration, longer time.Duration) agenda.View {
		t.Helper()
		v, err := a.Change(t.Context(), w.ID, 0, agenda.Edit{Apply: func(p *scheduler.Plan) error {
			p.Start, p.End, p.Template = p.Start.Add(by), p.End.Add(by+longer), scheduler.TemplateRef{}
			return nil
		}}, ada)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	if v := move(time.Hour, 0); v.State != scheduler.Scheduled || v.Template.ID != made.ID || v.PreApproved == nil {
		t.Errorf("moved: got %s of %+v; want scheduled, of its template", v.State, v.Template)
	}
	v := move(0, time.Hour)
	if v.State != scheduler.Requested || v.PreApproved != nil {
		t.Errorf("made longer: got %s, want requested", v.State)
	}
	if len(v.Approval) != 1 || v.Approval[0].Detail != "It lasts 3h; the template allows 2h." {
		t.Errorf("got %+v, want the limit in words", v.Approval)
	}
	if again, err := a.Approve(t.Context(), w.ID, 0, scheduler.Yes{}, eve); err != nil || again.State != scheduler.Scheduled || len(again.Approval) != 0 {
		t.Errorf("approved: got %s, %v", again.State, err)
	}
}

func TestADraftIsSubmittedUnderTheTemplateAsItIsThen(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		do   func(t *testing.T, a *agenda.Agenda, id string, now *time.Time)
		says string
	}{
		{"withdrawn", func(t *testing.T, a *agenda.Agenda, id string, _ *time.Time) {
			if _, err := a.ChangeTemplate(t.Context(), id, 0, agenda.TemplateEdit{PreApproved: &no}, eve); err != nil {
				t.Fatal(err)
			}
		}, `The template "Patching" is not pre-approved`},
		{"changed", func(t *testing.T, a *agenda.Agenda, id string, _ *time.Time) {
			if _, err := a.ChangeTemplate(t.Context(), id, 0, rename("Patching all"), eve); err != nil {
				t.Fatal(err)
			}
		}, `The template "Patching all" is not pre-approved`},
		{"deleted", func(t *testing.T, a *agenda.Agenda, id string, _ *time.Time) {
			if err := a.DeleteTemplate(t.Context(), id, 0, eve); err != nil {
				t.Fatal(err)
			}
		}, `The template "Patching" is gone`},
		{"expired", func(_ *testing.T, _ *agenda.Agenda, _ string, now *time.Time) { *now = nextYear }, `The pre-approval of the template "Patching" ended`},
	} {
		a, db := open(t)
		now := storetest.Noon
		db.Now = func() time.Time { return now }
		made := approve(t, a, patching(t, a).ID)
		m, err := a.FromTemplate(t.Context(), made.ID)
		if err != nil {
			t.Fatal(err)
		}
		m.Interval = scheduler.Interval{Start: nextYear.Add(time.Hour), End: nextYear.Add(2 * time.Hour)}
		w, err := a.Book(t.Context(), m.Plan, agenda.Submission{}, ada)
		if err != nil || len(w.Approval) != 0 {
			t.Fatalf("%s: drafted %v, %v", c.name, w.Approval, err)
		}
		c.do(t, a, made.ID, &now)
		seen, err := a.Window(t.Context(), w.ID)
		if err != nil || len(seen.Approval) != 1 || !strings.Contains(seen.Approval[0].Detail, c.says) {
			t.Errorf("%s: the draft shows %+v, %v; want %q", c.name, seen.Approval, err, c.says)
		}
		if w, err = a.Submit(t.Context(), w.ID, 0, "", ada); err != nil || w.State != scheduler.Requested || w.Template.Name != "Patching" {
			t.Errorf("%s: got %s of %+v, %v; want requested, of its template", c.name, w.State, w.Template, err)
		}
		if text, _ := said(t, a, scheduler.Submitted); !strings.Contains(text, c.says) {
			t.Errorf("%s: got %q, want %q", c.name, text, c.says)
		}
	}
}

func TestAWindowIsNotBookedFromATemplateThatIsGone(t *testing.T) {
	t.Parallel()
	a, _ := open(t)
	made := patching(t, a)
	m, err := a.FromTemplate(t.Context(), made.ID)
	if err != nil || m.Kind != scheduler.Normal || m.Lasts != 2*time.Hour {
		t.Fatalf("got %+v, %v; a template that is not pre-approved makes no standard windows", m, err)
	}
	if err := a.DeleteTemplate(t.Context(), made.ID, 0, eve); err != nil {
		t.Fatal(err)
	}
	var wrong scheduler.InvalidError
	if _, err := a.Book(t.Context(), m.Plan, agenda.Submission{}, ada); !errors.As(err, &wrong) || wrong["template"] == "" {
		t.Errorf("got %v, want words for template", err)
	}
	if _, err := a.FromTemplate(t.Context(), made.ID); !errors.Is(err, scheduler.ErrNotFound) {
		t.Errorf("got %v, want ErrNotFound", err)
	}
}

func TestAConflictIsNotSparedByATemplate(t *testing.T) {
	t.Parallel()
	a, _ := open(t)
	made := approve(t, a, patching(t, a).ID)
	booked(t, a, made.ID, 48*time.Hour)
	m, err := a.FromTemplate(t.Context(), made.ID)
	if err != nil {
		t.Fatal(err)
	}
	m.Interval = upgrade().Interval
	if _, err := a.Book(t.Context(), m.Plan, agenda.Submission{Now: true}, ada); !slices.Equal(codes(err), []string{scheduler.CodeConflict}) {
		t.Errorf("got %v, want the conflict", err)
	}
	w, err := a.Book(t.Context(), m.Plan, agenda.Submission{Now: true, Reason: "The supplier comes then."}, ada)
	if err != nil || w.State != scheduler.Requested || w.PreApproved != nil {
		t.Errorf("got %s, %v; want an approver to be asked", w.State, err)
	}
}

func TestACloneHasThePlanAndNothingThatHappened(t *testing.T) {
	t.Parallel()
	a, _ := open(t)
	made := approve(t, a, patching(t, a).ID)
	w := booked(t, a, made.ID, 48*time.Hour)
	w, err := a.Answer(t.Context(), w.ID, check(w, scheduler.Before), scheduler.Result{Answer: scheduler.Passed}, ada)
	if err != nil {
		t.Fatal(err)
	}
	m, err := a.FromWindow(t.Context(), w.Name())
	if err != nil || m.Lasts != 2*time.Hour || m.Template.ID != made.ID {
		t.Fatalf("got %+v, %v", m, err)
	}
	c, err := a.Book(t.Context(), m.Plan, agenda.Submission{}, bob)
	if err != nil || c.State != scheduler.Draft || !c.Start.IsZero() || c.Requester != bob.Email || c.Number == w.Number || c.PreApproved != nil {
		t.Fatalf("got %+v, %v", c.Window, err)
	}
	for i, check := range c.Checks {
		if check.State() != scheduler.Open || check.ID == w.Checks[i].ID || check.Text != w.Checks[i].Text {
			t.Errorf("got %+v of %+v", check, w.Checks[i])
		}
	}
	if err := a.DeleteTemplate(t.Context(), made.ID, 0, eve); err != nil {
		t.Fatal(err)
	}
	if m, err = a.FromWindow(t.Context(), w.Name()); err != nil || m.Template.ID != "" {
		t.Errorf("got %+v, %v; want a clone of no template, since it is gone", m.Template, err)
	}
	if kept, err := a.Window(t.Context(), w.ID); err != nil || kept.Template.Name != "Patching" || kept.State != scheduler.Scheduled {
		t.Errorf("got %s of %+v, %v; want the window to keep what it had", kept.State, kept.Template, err)
	}
}
