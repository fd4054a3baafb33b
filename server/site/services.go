package site

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"lull/scheduler"
	"lull/scheduler/agenda"
	"lull/server/access"
	"lull/server/sheet"
	"lull/web"
)

// Services answers GET /services.
func (s *Site) Services(w http.ResponseWriter, r *http.Request, who access.Visitor) error {
	ctx, q := r.Context(), r.URL.Query()
	frame, _, err := s.frame(ctx, who, "Services", "services")
	if err != nil {
		return err
	}
	all, err := s.Agenda.Services(ctx)
	if err != nil {
		return err
	}
	next, err := s.Agenda.NextStarts(ctx)
	if err != nil {
		return err
	}
	page := web.Services{Frame: frame, Form: typed(q), All: len(all), Table: "/services.csv?" + q.Encode()}
	for _, one := range all {
		if len(web.Gaps(one)) > 0 {
			page.Gaps++
		}
	}
	for _, one := range wanted(all, q) {
		page.Items = append(page.Items, web.ServiceRow{Service: one, Next: next[one.Slug]})
	}
	return s.show(w, http.StatusOK, page)
}

// wanted are the services that a list is narrowed to.
func wanted(all []scheduler.Service, q url.Values) (some []scheduler.Service) {
	text, gap := strings.ToLower(strings.TrimSpace(q.Get("q"))), q.Get("owner") == "gap"
	for _, one := range shownServices(all, url.Values{"tier": q["tier"]}) {
		hay := strings.ToLower(strings.Join(append([]string{one.Slug, one.Name, one.Description, one.PrimaryOwner, one.BackupOwner}, one.Escalation...), "\n"))
		if strings.Contains(hay, text) && (!gap || len(web.Gaps(one)) > 0) {
			some = append(some, one)
		}
	}
	return some
}

// NewService answers GET /services/new.
func (s *Site) NewService(w http.ResponseWriter, r *http.Request, who access.Visitor) error {
	return s.service(w, r, who, http.StatusOK, web.Service{Form: map[string]string{"tier": "3"}, Public: true})
}

// Service answers GET /services/{slug}.
func (s *Site) Service(w http.ResponseWriter, r *http.Request, who access.Visitor) error {
	v, err := s.Agenda.Service(r.Context(), r.PathValue("slug"))
	if err != nil {
		return err
	}
	return s.service(w, r, who, http.StatusOK, web.Service{Slug: v.Slug, Form: serviceForm(v), Public: v.Public})
}

func (s *Site) service(w http.ResponseWriter, r *http.Request, who access.Visitor, status int, page web.Service) error {
	frame, _, err := s.frame(r.Context(), who, "Service", "services")
	if err != nil {
		return err
	}
	page.Frame = frame
	if page.Slug != "" {
		all, err := s.Agenda.Services(r.Context())
		if err != nil {
			return err
		}
		if at := slices.IndexFunc(all, func(one scheduler.Service) bool { return one.Slug == page.Slug }); at >= 0 {
			page.Kept = all[at]
		}
		page.Dependencies = web.DependenciesOf(page.Slug, all)
		page.Week = web.HoursWeek(page.Kept, frame.Zone, frame.Now)
		if page.Upcoming, _, err = s.Agenda.Windows(r.Context(), agenda.Filter{Services: []string{page.Slug}, States: alive, Limit: 20}); err != nil {
			return err
		}
	}
	return s.show(w, status, page)
}

// AddService answers POST /services.
func (s *Site) AddService(w http.ResponseWriter, r *http.Request, who access.Visitor) error {
	v, err := values(r)
	if err != nil {
		return err
	}
	made := scheduler.Service{Slug: strings.TrimSpace(v.Get("slug"))}
	if err = readService(v, &made); err == nil {
		made, err = s.Agenda.AddService(r.Context(), made, who.Person)
	}
	if err != nil {
		return s.refuseService(w, r, who, "", v, err)
	}
	return to(w, r, "/services/"+made.Slug)
}

// ChangeService answers POST /services/{slug}.
func (s *Site) ChangeService(w http.ResponseWriter, r *http.Request, who access.Visitor) error {
	v, err := values(r)
	if err != nil {
		return err
	}
	slug := r.PathValue("slug")
	_, err = s.Agenda.ChangeService(r.Context(), slug, func(one *scheduler.Service) error { return readService(v, one) }, who.Person)
	if err != nil {
		return s.refuseService(w, r, who, slug, v, err)
	}
	return to(w, r, "/services/"+slug)
}

func (s *Site) refuseService(w http.ResponseWriter, r *http.Request, who access.Visitor, slug string, v url.Values, err error) error {
	no, status, ok := refusal("service", err)
	if !ok {
		return err
	}
	return s.service(w, r, who, status, web.Service{Refusal: no, Slug: slug, Form: typed(v), Public: v.Get("public") != ""})
}

// DeleteService answers POST /services/{slug}/delete.
func (s *Site) DeleteService(w http.ResponseWriter, r *http.Request, who access.Visitor) error {
	if err := s.Agenda.DeleteService(r.Context(), r.PathValue("slug"), who.Person); err != nil {
		return err
	}
	return to(w, r, "/services")
}

func serviceForm(v scheduler.Service) map[string]string {
	var links, checks []string
	for _, l := range v.Links {
		links = append(links, l.Label+" "+l.URL)
	}
	for _, c := range v.Checks {
		line := string(c.Phase) + ": " + c.Text
		if !c.Required {
			line = string(c.Phase) + " (optional): " + c.Text
		}
		checks = append(checks, line)
	}
	return map[string]string{
		"slug": v.Slug, "name": v.Name, "description": v.Description, "tier": strconv.Itoa(v.Tier),
		"primary_owner": v.PrimaryOwner, "backup_owner": v.BackupOwner, "escalation": strings.Join(v.Escalation, "\n"),
		"upstream": strings.Join(v.Upstream, ", "), "runbook_url": v.RunbookURL, "rollback_plan": v.RollbackPlan,
		"links": strings.Join(links, "\n"), "hours": strings.Join(sheet.Hours(v.Hours), "\n"), "checks": strings.Join(checks, "\n"),
	}
}

// readService reads the form into v. A check that keeps its wording keeps how
// it is verified and its probe, which the form does not show.
func readService(v url.Values, one *scheduler.Service) error {
	wrong := scheduler.InvalidError{}
	one.Name, one.Description = strings.TrimSpace(v.Get("name")), strings.TrimSpace(v.Get("description"))
	one.PrimaryOwner, one.BackupOwner = strings.TrimSpace(v.Get("primary_owner")), strings.TrimSpace(v.Get("backup_owner"))
	one.Escalation, one.Upstream = web.List(v.Get("escalation")), web.List(v.Get("upstream"))
	one.RunbookURL, one.RollbackPlan = strings.TrimSpace(v.Get("runbook_url")), strings.TrimSpace(v.Get("rollback_plan"))
	one.Public = v.Get("public") != ""
	tier, err := strconv.Atoi(v.Get("tier"))
	if err != nil {
		wrong["tier"] = "Give a tier from 1 to 4."
	}
	one.Tier = tier
	one.Links = nil
	for line := range strings.Lines(v.Get("links")) {
		if f := strings.Fields(line); len(f) > 0 {
			one.Links = append(one.Links, scheduler.Link{Label: strings.Join(f[:max(1, len(f)-1)], " "), URL: f[len(f)-1]})
		}
	}
	hours, bad := sheet.ReadHours(v.Get("hours"))
	if one.Hours = hours; bad != "" {
		wrong["hours"] = bad
	}
	old := one.Checks
	one.Checks = nil
	for line := range strings.Lines(v.Get("checks")) {
		phase, text, ok := strings.Cut(strings.TrimSpace(line), ":")
		if strings.TrimSpace(line) == "" {
			continue
		}
		if !ok {
			phase, text = string(scheduler.Verify), line
		}
		phase, optional := strings.CutSuffix(strings.TrimSpace(phase), "(optional)")
		c := scheduler.Check{Phase: scheduler.Phase(strings.TrimSpace(phase)), Text: strings.TrimSpace(text), Required: !optional}
		for _, o := range old {
			if o.Phase == c.Phase && o.Text == c.Text {
				c.ID, c.How, c.Probe = o.ID, o.How, o.Probe
			}
		}
		one.Checks = append(one.Checks, c)
	}
	return wrong.Err()
}
