package agenda

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"time"

	"lull/scheduler"
	"lull/scheduler/store"
)

func scanService(r store.Scanner) (s scheduler.Service, err error) {
	err = r.Scan(store.JSON(&s))
	return s, err
}

// services lists every service by its slug.
func services(tx *store.Tx) ([]scheduler.Service, error) {
	under, err := groundOf(tx)
	if err != nil {
		return nil, err
	}
	return slices.Clone(under.services), nil
}

// ServicesOf loads the services of these slugs that exist.
func ServicesOf(tx *store.Tx, slugs []string) ([]scheduler.Service, error) {
	return store.Rows(tx, scanService, `SELECT doc FROM services WHERE slug IN (`+holes(1, len(slugs))+`) ORDER BY slug`, anys(slugs)...)
}

// missing says in words which of the slugs names no service, if one does not.
func missing(slugs []string, have []scheduler.Service) string {
	for _, slug := range slugs {
		if !slices.ContainsFunc(have, func(s scheduler.Service) bool { return s.Slug == slug }) {
			return fmt.Sprintf("There is no service %q.", slug)
		}
	}
	return ""
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

// NextStarts is when each service that has one is next worked on.
func (a *Agenda) NextStarts(ctx context.Context) (map[string]time.Time, error) {
	next := map[string]time.Time{}
	err := a.db.View(ctx, func(tx *store.Tx) error {
		all, err := store.Rows(tx, scanStart, `SELECT service, min(start_at) FROM slots WHERE start_at > $1 GROUP BY service`, store.At(tx.Now))
		if err != nil {
			return fmt.Errorf("agenda: next starts: %w", err)
		}
		for _, one := range all {
			next[one.of] = one.it
		}
		return nil
	})
	return next, err
}

func scanStart(r store.Scanner) (p part[time.Time], err error) {
	var at store.Time
	err = r.Scan(&p.of, &at)
	p.it = at.Time
	return p, err
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
		return keepService(tx, &s, by)
	})
	return s, err
}

// ChangeService changes a service; its slug stays.
func (a *Agenda) ChangeService(ctx context.Context, slug string, apply func(*scheduler.Service) error, by scheduler.Person) (s scheduler.Service, err error) {
	err = a.db.Update(ctx, func(tx *store.Tx) error {
		was, err := service(tx, slug)
		if err != nil {
			return err
		}
		s = was
		s.Upstream, s.Hours = slices.Clone(was.Upstream), slices.Clone(was.Hours)
		if err := apply(&s); err != nil {
			return err
		}
		s.Slug = slug
		return keepService(tx, &s, by)
	})
	return s, err
}

// keepService keeps s, and tells the people of windows that something new
// stands in the way of.
func keepService(tx *store.Tx, s *scheduler.Service, by scheduler.Person) error {
	have, err := services(tx)
	if err != nil {
		return err
	}
	one := []scheduler.Service{*s}
	err = keepServices(tx, one, have, by)
	*s = one[0]
	return err
}

// ImportServices changes and adds services in one go: read is handed all that
// there are and answers with those that are to be kept, which may depend on each
// other in any order. All are kept, or none.
func (a *Agenda) ImportServices(ctx context.Context, read func(have []scheduler.Service) ([]scheduler.Service, error), by scheduler.Person) (n int, err error) {
	err = a.db.Update(ctx, func(tx *store.Tx) error {
		have, err := services(tx)
		if err != nil {
			return err
		}
		changed, err := read(have)
		if err != nil {
			return err
		}
		n = len(changed)
		return keepServices(tx, changed, have, by)
	})
	return n, err
}

func keepServices(tx *store.Tx, changed, have []scheduler.Service, by scheduler.Person) error {
	after := scheduler.Renewed(have, changed)
	var all []kept
	for i := range changed {
		s := &changed[i]
		if err := s.Check(); err != nil {
			return err
		}
		if err := scheduler.CheckUpstream(*s, after); err != nil {
			return err
		}
		one, did := kept{now: *s}, "added"
		if at := slices.IndexFunc(have, func(o scheduler.Service) bool { return o.Slug == s.Slug }); at >= 0 {
			one.was, did = have[at], "changed"
		}
		if err := writeService(tx, s, by, did); err != nil {
			return err
		}
		all = append(all, one)
	}
	for _, s := range changed { // once all are there that these may depend on
		if err := writeUpstream(tx, s); err != nil {
			return err
		}
	}
	if err := shake(tx); err != nil {
		return err
	}
	return recheckServices(tx, all, have, by)
}

// writeService writes s but not what it depends on.
func writeService(tx *store.Tx, s *scheduler.Service, by scheduler.Person, did string) error {
	s.Updated = tx.Now
	if _, err := tx.Exec(`
		INSERT INTO services (slug, name, tier, public, doc, updated_at) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (slug) DO UPDATE SET name = excluded.name, tier = excluded.tier, public = excluded.public,
			doc = excluded.doc, updated_at = excluded.updated_at`,
		s.Slug, s.Name, s.Tier, s.Public, store.JSON(s), store.At(tx.Now)); err != nil {
		return fmt.Errorf("agenda: keep service %s: %w", s.Slug, err)
	}
	return Record(tx, scheduler.Event{Actor: by.Email, Via: by.Via, Kind: scheduler.ServiceKept, Text: fmt.Sprintf("%s %s the service %s.", by.Name, did, s.Name), Data: scheduler.Facts{Subject: s.Slug}})
}

func writeUpstream(tx *store.Tx, s scheduler.Service) error {
	if _, err := tx.Exec(`DELETE FROM service_upstream WHERE service = $1`, s.Slug); err != nil {
		return fmt.Errorf("agenda: keep service %s: %w", s.Slug, err)
	}
	for _, up := range s.Upstream {
		if _, err := tx.Exec(`INSERT INTO service_upstream (service, upstream) VALUES ($1, $2)`, s.Slug, up); err != nil {
			return fmt.Errorf("agenda: keep service %s: %w", s.Slug, err)
		}
	}
	return nil
}

// kept is a service as it was changed; was is empty when it is new.
type kept struct{ now, was scheduler.Service }

// recheckServices looks again at the windows of changed services, and of those
// that these depend on or that depend on them, where the change may matter.
func recheckServices(tx *store.Tx, changed []kept, have []scheduler.Service, by scheduler.Person) error {
	var now []scheduler.Service
	for _, k := range changed {
		now = append(now, k.now)
	}
	graph := scheduler.NewGraph(scheduler.Renewed(have, now))
	var near []string
	for _, k := range changed {
		if k.was.Slug == "" || k.was.Tier == k.now.Tier && reflect.DeepEqual(k.was.Hours, k.now.Hours) && slices.Equal(k.was.Upstream, k.now.Upstream) {
			continue
		}
		near = append(near, k.now.Slug)
		near = append(near, k.was.Upstream...)
		near = append(near, graph.Upstream(append(slices.Clone(k.was.Upstream), k.now.Slug)...)...)
		near = append(near, graph.Downstream(k.now.Slug)...)
	}
	if len(near) == 0 {
		return nil
	}
	slices.Sort(near)
	return recheckAll(tx, scope{services: slices.Compact(near)}, by)
}

// DeleteService forgets a service that no window or template names and nothing
// depends on.
func (a *Agenda) DeleteService(ctx context.Context, slug string, by scheduler.Person) error {
	return a.db.Update(ctx, func(tx *store.Tx) error {
		s, err := service(tx, slug)
		if err != nil {
			return err
		}
		var n int
		if err := tx.Row(`SELECT (SELECT count(*) FROM window_services WHERE service = $1) + (SELECT count(*) FROM template_services WHERE service = $1)
			+ (SELECT count(*) FROM service_upstream WHERE upstream = $1)`, slug).Scan(&n); err != nil {
			return fmt.Errorf("agenda: delete service: %w", err)
		}
		if n > 0 {
			return &scheduler.GateError{Gate: "delete", Reasons: []scheduler.Reason{{Code: scheduler.CodeState, Detail: fmt.Sprintf("%s is named by windows or templates, or other services depend on it, so it stays.", s.Name)}}}
		}
		if _, err := tx.Exec(`DELETE FROM services WHERE slug = $1`, slug); err != nil {
			return fmt.Errorf("agenda: delete service: %w", err)
		}
		if err := shake(tx); err != nil {
			return err
		}
		return Record(tx, scheduler.Event{Actor: by.Email, Via: by.Via, Kind: scheduler.ServiceDeleted, Text: fmt.Sprintf("%s deleted the service %s.", by.Name, s.Name), Data: scheduler.Facts{Subject: slug}})
	})
}
