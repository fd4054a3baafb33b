package agenda

import (
	"context"
	"fmt"
	"slices"

	"lull/scheduler"
	"lull/scheduler/store"
)

func scanService(r store.Scanner) (s scheduler.Service, err error) {
	err = r.Scan(store.JSON(&s))
	return s, err
}

// services lists every service by its slug.
func services(tx *store.Tx) ([]scheduler.Service, error) {
	return store.Rows(tx, scanService, `SELECT doc FROM services ORDER BY slug`)
}

// ServicesOf loads the services of these slugs that exist.
func ServicesOf(tx *store.Tx, slugs []string) ([]scheduler.Service, error) {
	return store.Rows(tx, scanService, `SELECT doc FROM services WHERE slug IN (`+holes(1, len(slugs))+`) ORDER BY slug`, anys(slugs)...)
}

// Services lists every service by its slug.
func (a *Agenda) Services(ctx context.Context) (all []scheduler.Service, err error) {
	err = a.db.View(ctx, func(tx *store.Tx) error {
		all, err = services(tx)
		return err
	})
	return all, err
}

// Service is the one with that slug.
func (a *Agenda) Service(ctx context.Context, slug string) (s scheduler.Service, err error) {
	err = a.db.View(ctx, func(tx *store.Tx) error {
		s, err = service(tx, slug)
		return err
	})
	return s, err
}

func service(tx *store.Tx, slug string) (scheduler.Service, error) {
	found, err := ServicesOf(tx, []string{slug})
	if err == nil && len(found) == 0 {
		err = scheduler.ErrNotFound
	}
	if err != nil {
		return scheduler.Service{}, err
	}
	return found[0], nil
}

// AddService adds a service.
func (a *Agenda) AddService(ctx context.Context, s scheduler.Service, by scheduler.Person) (scheduler.Service, error) {
	err := a.db.Update(ctx, func(tx *store.Tx) error {
		have, err := ServicesOf(tx, []string{s.Slug})
		if err != nil {
			return err
		}
		if len(have) > 0 {
			return scheduler.InvalidError{"slug": fmt.Sprintf("There is a service %q already.", s.Slug)}
		}
		return keepService(tx, &s, by, "added")
	})
	return s, err
}

// ChangeService changes a service; its slug stays.
func (a *Agenda) ChangeService(ctx context.Context, slug string, apply func(*scheduler.Service) error, by scheduler.Person) (s scheduler.Service, err error) {
	err = a.db.Update(ctx, func(tx *store.Tx) error {
		if s, err = service(tx, slug); err != nil {
			return err
		}
		if err := apply(&s); err != nil {
			return err
		}
		s.Slug = slug
		if err := readAgain(tx, slug, s.Name); err != nil {
			return fmt.Errorf("agenda: keep service %s: %w", slug, err)
		}
		return keepService(tx, &s, by, "changed")
	})
	return s, err
}

func keepService(tx *store.Tx, s *scheduler.Service, by scheduler.Person, did string) error {
	if err := s.Check(); err != nil {
		return err
	}
	all, err := services(tx)
	if err != nil {
		return err
	}
	if err := scheduler.CheckUpstream(*s, all); err != nil {
		return err
	}
	s.Updated = tx.Now
	if _, err := tx.Exec(`
		INSERT INTO services (slug, name, tier, public, doc, updated_at) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (slug) DO UPDATE SET name = excluded.name, tier = excluded.tier, public = excluded.public,
			doc = excluded.doc, updated_at = excluded.updated_at`,
		s.Slug, s.Name, s.Tier, s.Public, store.JSON(s), store.At(tx.Now)); err != nil {
		return fmt.Errorf("agenda: keep service %s: %w", s.Slug, err)
	}
	if _, err := tx.Exec(`DELETE FROM service_upstream WHERE service = $1`, s.Slug); err != nil {
		return fmt.Errorf("agenda: keep service %s: %w", s.Slug, err)
	}
	for _, up := range s.Upstream {
		if _, err := tx.Exec(`INSERT INTO service_upstream (service, upstream) VALUES ($1, $2)`, s.Slug, up); err != nil {
			return fmt.Errorf("agenda: keep service %s: %w", s.Slug, err)
		}
	}
	return Record(tx, scheduler.Event{Actor: by.Email, Via: by.Via, Kind: scheduler.ServiceKept, Text: fmt.Sprintf("%s %s the service %s.", by.Name, did, s.Name), Data: scheduler.Facts{Subject: s.Slug}})
}

// DeleteService forgets a service that no window names and nothing depends on.
func (a *Agenda) DeleteService(ctx context.Context, slug string, by scheduler.Person) error {
	return a.db.Update(ctx, func(tx *store.Tx) error {
		s, err := service(tx, slug)
		if err != nil {
			return err
		}
		var n int
		if err := tx.Row(`SELECT (SELECT count(*) FROM window_services WHERE service = $1) + (SELECT count(*) FROM service_upstream WHERE upstream = $1)`, slug).Scan(&n); err != nil {
			return fmt.Errorf("agenda: delete service: %w", err)
		}
		if n > 0 {
			return &scheduler.GateError{Gate: "delete", Reasons: []scheduler.Reason{{Code: scheduler.CodeState, Detail: fmt.Sprintf("%s is named by windows, or other services depend on it, so it stays.", s.Name)}}}
		}
		if _, err := tx.Exec(`DELETE FROM services WHERE slug = $1`, slug); err != nil {
			return fmt.Errorf("agenda: delete service: %w", err)
		}
		return Record(tx, scheduler.Event{Actor: by.Email, Via: by.Via, Kind: scheduler.ServiceDeleted, Text: fmt.Sprintf("%s deleted the service %s.", by.Name, s.Name), Data: scheduler.Facts{Subject: slug}})
	})
}

// reach lists the services and all that depend on them, directly or through others.
func reach(all []scheduler.Service, slugs []string) (found []scheduler.Service) {
	in := map[string]bool{}
	for _, s := range slugs {
		in[s] = true
	}
	for grew := true; grew; {
		grew = false
		for _, s := range all {
			if !in[s.Slug] && slices.ContainsFunc(s.Upstream, func(up string) bool { return in[up] }) {
				in[s.Slug], grew = true, true
			}
		}
	}
	for _, s := range all {
		if in[s.Slug] {
			found = append(found, s)
		}
	}
	return found
}
