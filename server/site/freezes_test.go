package site_test

import (
	"net/http"
	"strings"
	"testing"
)

// frozen adds a freeze and answers its id.
func (d *desk) frozen(more map[string]string) string {
	d.Helper()
	status, body, head := d.ask(d.site.AddFreeze, freezeForm(more))
	if status != http.StatusSeeOther {
		d.Fatalf("adding a freeze: got %d %s", status, body)
	}
	return strings.TrimPrefix(head.Get("Location"), "/freezes/")
}

func TestAFreezeIsAddedChangedAndDeleted(t *testing.T) {
	t.Parallel()
	d := open(t)
	d.ask(d.site.Book, plan("submit"))
	d.says("none yet", d.site.Freezes, "", []string{"Nothing is frozen"}, nil)
	id := d.frozen(nil)
	d.says("the list", d.site.Freezes, "", []string{"Peak trading", "The sales of the year.", "all services"}, nil)
	status, body := d.look(d.site.Freeze, "", "id", id)
	if status != http.StatusOK || !strings.Contains(body, "MW-1") || !strings.Contains(body, `value="08:00"`) {
		t.Errorf("got %d, want the form as it was typed and the window that it stands in the way of:\n%s", status, body)
	}
	some := freezeForm(map[string]string{"title": "Tier four only", "scope": "some", "tier": "4", "version": "1", "override_role": "admin"})
	if status, body, _ := d.ask(d.site.ChangeFreeze, some, "id", id); status != http.StatusSeeOther {
		t.Fatalf("changing: got %d %s", status, body)
	}
	status, body = d.look(d.site.Freeze, "", "id", id)
	if status != http.StatusOK || strings.Contains(body, "MW-1") || !strings.Contains(body, "Tier four only") {
		t.Errorf("got %d, want the changed freeze in nobody's way:\n%s", status, body)
	}
	if status, body, _ := d.ask(d.site.ChangeFreeze, some, "id", id); status != http.StatusPreconditionFailed || !strings.Contains(body, "Tier four only") {
		t.Errorf("a stale form: got %d, want 412 and the form as it was typed", status)
	}
	if status, _, head := d.ask(d.site.DeleteFreeze, freezeForm(nil), "id", id); status != http.StatusSeeOther || head.Get("Location") != "/freezes" {
		t.Errorf("deleting: got %d", status)
	}
	if status, _ := d.look(d.site.Freeze, "", "id", id); status != http.StatusNotFound {
		t.Errorf("the deleted freeze: got %d, want 404", status)
	}
}

func TestARefusedFreezeComesBackAsTyped(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		typed map[string]string
		want  string // the id of the words
	}{
		{"no title", map[string]string{"title": " "}, "title-err"},
		{"no start", map[string]string{"start_date": ""}, "start-err"},
		{"an end that is no day", map[string]string{"end_date": "soon"}, "end-err"},
		{"an end before the start", map[string]string{"end_date": "2000-01-02"}, "end-err"},
		{"a time that the clock change skips", map[string]string{"start_date": "2027-03-28", "start_time": "02:30", "end_date": "2027-03-29"}, "start-err"},
		{"no such zone", map[string]string{"time_zone": "Mars/Base"}, "time_zone-err"},
		{"nothing frozen", map[string]string{"scope": "some"}, "services-err"},
		{"no such service", map[string]string{"scope": "some", "service": "moon"}, "services-err"},
		{"no such role", map[string]string{"override_role": "viewer"}, "override_role-err"},
		{"every nothing", map[string]string{"repeat": "week", "every": "x"}, "every-err"},
		{"a number and a last day", map[string]string{"repeat": "week", "count": "3", "until": "2030-01-01"}, "until-err"},
		{"no such unit", map[string]string{"repeat": "moon"}, "repeat-err"},
		{"what is no tier", map[string]string{"scope": "some", "tier": "9"}, "tiers-err"},
	} {
		d := open(t)
		status, body, _ := d.ask(d.site.AddFreeze, freezeForm(c.typed))
		if status != http.StatusUnprocessableEntity || !strings.Contains(body, `id="`+c.want+`"`) || !strings.Contains(body, "The sales of the year.") {
			t.Errorf("%s: got %d, want 422 with %s and the reason as it was typed:\n%s", c.name, status, c.want, body)
		}
	}
}

func TestARefusedFreezeNamesEveryFaultAtOnce(t *testing.T) {
	t.Parallel()
	d := open(t)
	_, body, _ := d.ask(d.site.AddFreeze, freezeForm(map[string]string{"title": "", "time_zone": "Mars/Base", "start_date": "soon", "scope": "some", "repeat": "week", "every": "x", "end_date": ""}))
	for _, id := range []string{"title-err", "time_zone-err", "start-err", "end-err", "services-err"} {
		if !strings.Contains(body, `id="`+id+`"`) {
			t.Errorf("the form has no %s:\n%s", id, body)
		}
	}
}

func TestARuleOfRepetitionComesBackFromTheForm(t *testing.T) {
	t.Parallel()
	d := open(t)
	form := freezeForm(map[string]string{"repeat": "month", "every": "1", "monthly_by": "weekday"})
	if status, body, _ := d.ask(d.site.AddFreeze, form); status != http.StatusSeeOther {
		t.Fatalf("got %d, want it added:\n%s", status, body)
	}
	d.says("the list", d.site.Freezes, "", []string{"Again and again", "First Wednesday of each month"}, nil)
	form.Set("monthly_by", "lastweekday") // the start is the first one
	if status, body, _ := d.ask(d.site.AddFreeze, form); status != http.StatusUnprocessableEntity || !strings.Contains(body, "is not a date of this rule") || !strings.Contains(body, `value="lastweekday" selected`) {
		t.Errorf("got %d, want the form as it was typed:\n%s", status, body)
	}
}
