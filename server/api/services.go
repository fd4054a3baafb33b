package api

import (
	"net/http"

	"lull/scheduler"
	"lull/server/access"
	"lull/server/reply"
	"lull/server/sheet"
)

// service is a service as the API shows it.
type service struct {
	Slug         string            `json:"slug"`
	Name         string            `json:"name"`
	Description  string            `json:"description"`
	Tier         int               `json:"tier"`
	PrimaryOwner string            `json:"primary_owner"`
	BackupOwner  string            `json:"backup_owner"`
	Escalation   []string          `json:"escalation"`
	RunbookURL   string            `json:"runbook_url"`
	Links        []scheduler.Link  `json:"links"`
	Upstream     []string          `json:"upstream"`
	Hours        []scheduler.Hours `json:"hours"`
	Public       bool              `json:"public"`
	Checks       []offeredCheck    `json:"checks"`
	RollbackPlan string            `json:"rollback_plan"`
	Updated      moment            `json:"updated_at"`
	URL          string            `json:"url"`
}

// offeredCheck is a check that is offered to windows, and never answered itself.
type offeredCheck struct {
	Phase    scheduler.Phase `json:"phase"`
	Text     string          `json:"text"`
	How      string          `json:"how"`
	Required bool            `json:"required"`
}

func offered(c scheduler.Check) offeredCheck { return offeredCheck{c.Phase, c.Text, c.How, c.Required} }

// serviceInput is what people write of a service.
type serviceInput struct {
	Name         *string            `json:"name"`
	Description  *string            `json:"description"`
	Tier         *int               `json:"tier"`
	PrimaryOwner *string            `json:"primary_owner"`
	BackupOwner  *string            `json:"backup_owner"`
	Escalation   *[]string          `json:"escalation"`
	RunbookURL   *string            `json:"runbook_url"`
	Links        *[]scheduler.Link  `json:"links"`
	Upstream     *[]string          `json:"upstream"`
	Hours        *[]scheduler.Hours `json:"hours"`
	Public       *bool              `json:"public"`
	Checks       *[]checkInput      `json:"checks"`
	RollbackPlan *string            `json:"rollback_plan"`
}

// newServiceInput names the service too; a slug never changes afterwards.
type newServiceInput struct {
	Slug *string `json:"slug"`
	serviceInput
}

// usualTier is the tier of a service that does not say one.
const usualTier = 3

func (a *API) showService(s scheduler.Service) service {
	return service{
		s.Slug, s.Name, s.Description, s.Tier, s.PrimaryOwner, s.BackupOwner, all(s.Escalation), s.RunbookURL,
		all(s.Links), all(s.Upstream), all(s.Hours), s.Public,
		each(s.Checks, offered),
		s.RollbackPlan, moment{s.Updated}, a.BaseURL + "/services/" + s.Slug,
	}
}

func (in serviceInput) apply(s *scheduler.Service) error {
	set(&s.Name, in.Name)
	set(&s.Description, in.Description)
	set(&s.Tier, in.Tier)
	set(&s.PrimaryOwner, folded(in.PrimaryOwner))
	set(&s.BackupOwner, folded(in.BackupOwner))
	set(&s.RunbookURL, in.RunbookURL)
	set(&s.Links, in.Links)
	set(&s.Upstream, in.Upstream)
	set(&s.Hours, in.Hours)
	set(&s.Public, in.Public)
	set(&s.RollbackPlan, in.RollbackPlan)
	if in.Escalation != nil {
		s.Escalation = each(*in.Escalation, func(address string) string { return *folded(&address) })
	}
	if in.Checks != nil {
		checks, err := checksOf(*in.Checks)
		if err != nil {
			return err
		}
		s.Checks = checks
	}
	return nil
}

func (a *API) listServices(w http.ResponseWriter, r *http.Request, _ access.Visitor) error {
	q := queryOf(r)
	limit, cursor := q.limit(), q.Get("cursor")
	if err := q.wrong.Err(); err != nil {
		return err
	}
	services, err := a.Agenda.Services(r.Context())
	if err != nil {
		return err
	}
	if wantsCSV(r) {
		return sheet.Write(w, "services", sheet.ServiceRows(services))
	}
	items, next := cut(each(services, a.showService), limit, cursor, func(s service) string { return s.Slug })
	return reply.JSON(w, http.StatusOK, list(items, next))
}

func (a *API) createService(w http.ResponseWriter, r *http.Request, who access.Visitor) error {
	var in newServiceInput
	if err := read(r, &in); err != nil {
		return err
	}
	s := scheduler.Service{Slug: given(in.Slug), Tier: usualTier, Public: true}
	if err := in.apply(&s); err != nil {
		return err
	}
	s, err := a.Agenda.AddService(r.Context(), s, who.Person)
	if err != nil {
		return err
	}
	w.Header().Set("Location", "/api/v1/services/"+s.Slug)
	return reply.JSON(w, http.StatusCreated, a.showService(s))
}

func (a *API) getService(w http.ResponseWriter, r *http.Request, _ access.Visitor) error {
	s, err := a.Agenda.Service(r.Context(), r.PathValue("slug"))
	if err != nil {
		return err
	}
	return reply.JSON(w, http.StatusOK, a.showService(s))
}

func (a *API) changeService(w http.ResponseWriter, r *http.Request, who access.Visitor) error {
	var in serviceInput
	if err := read(r, &in); err != nil {
		return err
	}
	s, err := a.Agenda.ChangeService(r.Context(), r.PathValue("slug"), in.apply, who.Person)
	if err != nil {
		return err
	}
	return reply.JSON(w, http.StatusOK, a.showService(s))
}

func (a *API) deleteService(w http.ResponseWriter, r *http.Request, who access.Visitor) error {
	if err := a.Agenda.DeleteService(r.Context(), r.PathValue("slug"), who.Person); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// cut is the page of a whole list that begins after the item that the cursor
// names, and the cursor of the next.
func cut[T any](items []T, limit int, cursor string, name func(T) string) (page []T, next string) {
	if cursor != "" {
		for i, one := range items {
			if name(one) == cursor {
				items = items[i+1:]
				break
			}
		}
	}
	if limit > 0 && len(items) > limit {
		items = items[:limit]
		next = name(items[limit-1])
	}
	return items, next
}
