package agenda_test

import (
	"errors"
	"testing"
	"time"

	"lull/scheduler"
	"lull/scheduler/agenda"
)

// patchNights is the series that the template makes.
func patchNights(t *testing.T, a *agenda.Agenda, id string) scheduler.Series {
	t.Helper()
	m, err := a.FromTemplate(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	s := sundays()
	s.Plan, s.Duration = m.Plan, m.Lasts
	return s
}

func TestASeriesOfAPreApprovedTemplateNeedsNoApproval(t *testing.T) {
	t.Parallel()
	a, _, now := clocked(t)
	id := approve(t, a, patching(t, a).ID).ID
	v := requested(t, a, patchNights(t, a, id))
	if v.State != scheduler.SeriesApproved || states(v)[scheduler.Scheduled] != 12 || v.Template.Name != "Patching" || v.Members[0].PreApproved == nil {
		t.Fatalf("got %s %v, of %q", v.State, states(v), v.Template.Name)
	}
	v, err := a.ChangeSeries(t.Context(), v.ID, 0, agenda.SeriesEdit{Apply: atThree}, ada)
	if err != nil || v.State != scheduler.SeriesApproved || states(v)[scheduler.Scheduled] != 12 {
		t.Fatalf("moved inside the limits: %s %v, %v", v.State, states(v), err)
	}
	other := func(s *scheduler.Series) error { s.Title, s.Template = "S2", scheduler.TemplateRef{}; return nil }
	if v, err = a.ChangeSeries(t.Context(), v.ID, 0, agenda.SeriesEdit{Apply: other}, ada); err != nil || v.Template.ID != id {
		t.Fatalf("an edit left the template: %v, %v", v.Template, err)
	}
	*now = now.AddDate(0, 2, 0)
	ticked(t, a)
	if v, _ = a.Series(t.Context(), v.ID); states(v)[scheduler.Scheduled] != 14 || v.Members[13].PreApproved == nil {
		t.Fatalf("two months later %v", states(v))
	}
	*now = now.AddDate(0, 10, 0) // past the review of the template
	ticked(t, a)
	if v, _ = a.Series(t.Context(), v.ID); v.State != scheduler.SeriesRequested || v.Members[len(v.Members)-1].State != scheduler.Requested {
		t.Fatalf("past the review of its template the series is %s, %v", v.State, states(v))
	}
	if v, err = a.ApproveSeries(t.Context(), v.ID, 0, scheduler.Yes{}, time.Time{}, bob); err != nil || v.State != scheduler.SeriesApproved {
		t.Fatalf("approved: %s, %v", v.State, err)
	}
	*now = now.AddDate(0, 2, 0)
	ticked(t, a)
	if v, _ = a.Series(t.Context(), v.ID); v.State != scheduler.SeriesApproved || states(v)[scheduler.Requested] != 0 {
		t.Fatalf("under its own approval the series is %s, %v", v.State, states(v))
	}
}

func TestASeriesOutsideItsTemplateAsksForApproval(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name     string
		approved bool
		change   func(*scheduler.Series)
	}{
		{"not pre-approved", false, func(*scheduler.Series) {}},
		{"longer", true, func(s *scheduler.Series) { s.Duration = 3 * time.Hour }},
		{"of more risk", true, func(s *scheduler.Series) { s.Risk = scheduler.HighRisk }},
		{"a normal one", true, func(s *scheduler.Series) { s.Kind = scheduler.Normal }},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			a, _, _ := clocked(t)
			id := patching(t, a).ID
			if c.approved {
				approve(t, a, id)
			}
			s := patchNights(t, a, id)
			c.change(&s)
			if v := requested(t, a, s); v.State != scheduler.SeriesRequested || states(v)[scheduler.Requested] != 12 {
				t.Fatalf("got %s %v", v.State, states(v))
			}
		})
	}
	a, _, _ := clocked(t)
	s := sundays()
	s.Template.ID = "gone"
	_, err := a.AddSeries(t.Context(), s, agenda.Submission{}, ada)
	var wrong scheduler.InvalidError
	if !errors.As(err, &wrong) || wrong["template"] == "" {
		t.Fatalf("of no such template: %v", err)
	}
}
