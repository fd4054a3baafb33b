package agenda

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"lull/scheduler"
	"lull/scheduler/store"
)

func scanStakeholder(r store.Scanner) (s scheduler.Stakeholder, err error) {
	err = r.Scan(store.JSON(&s))
	return s, err
}

// Stakeholders lists everyone who hears, by address.
func (a *Agenda) Stakeholders(ctx context.Context) (all []scheduler.Stakeholder, err error) {
	err = a.db.View(ctx, func(tx *store.Tx) error {
		all, err = stakeholders(tx)
		return err
	})
	return all, err
}

// Stakeholder is the one with that id.
func (a *Agenda) Stakeholder(ctx context.Context, id string) (s scheduler.Stakeholder, err error) {
	err = a.db.View(ctx, func(tx *store.Tx) error {
		s, err = stakeholder(tx, id)
		return err
	})
	return s, err
}

// Subscriber is the stakeholder with that id, or the one whose address an
// AddressID is of, and what it may choose from. An address without a row hears
// because of its account or its groups.
func (a *Agenda) Subscriber(ctx context.Context, id string) (s scheduler.Stakeholder, o scheduler.Offer, err error) {
	err = a.db.View(ctx, func(tx *store.Tx) error {
		s, o, err = subscriber(tx, id)
		return err
	})
	return s, o, err
}

func subscriber(tx *store.Tx, id string) (s scheduler.Stakeholder, o scheduler.Offer, err error) {
	address, bare := scheduler.AddressOf(id)
	if bare {
		s, err = stakeholderBy(tx, address)
	} else {
		s, err = stakeholder(tx, id)
	}
	if err != nil && (!bare || !errors.Is(err, scheduler.ErrNotFound)) {
		return s, o, err
	}
	if s.ID != "" {
		address = s.Email
	}
	people, err := accounts(tx, address)
	if err != nil {
		return s, o, err
	}
	inside := len(people) > 0
	if s.ID == "" {
		s = scheduler.Stakeholder{ID: id, Email: address, All: inside, Confirmed: true, Outside: !inside}
		if inside {
			s.Name, s.TimeZone = people[0].Name, people[0].TimeZone
		}
	}
	all, err := services(tx)
	return s, s.Offer(all, inside), err
}

func stakeholderBy(tx *store.Tx, key string) (scheduler.Stakeholder, error) {
	found, err := store.Rows(tx, scanStakeholder, `SELECT doc FROM stakeholders WHERE email = $1`, key)
	if err == nil && len(found) == 0 {
		err = scheduler.ErrNotFound
	}
	if err != nil {
		return scheduler.Stakeholder{}, err
	}
	return found[0], nil
}

func stakeholder(tx *store.Tx, id string) (scheduler.Stakeholder, error) {
	found, err := store.Rows(tx, scanStakeholder, `SELECT doc FROM stakeholders WHERE id = $1`, id)
	if err == nil && len(found) == 0 {
		err = scheduler.ErrNotFound
	}
	if err != nil {
		return scheduler.Stakeholder{}, err
	}
	return found[0], nil
}

// AddStakeholder adds one; an address is there once.
func (a *Agenda) AddStakeholder(ctx context.Context, s scheduler.Stakeholder, by scheduler.Person) (scheduler.Stakeholder, error) {
	err := a.db.Update(ctx, func(tx *store.Tx) error {
		s.ID, s.Created = tx.NewID(), tx.Now
		return keepStakeholder(tx, &s, by, "added")
	})
	return s, err
}

// ChangeStakeholder changes one.
func (a *Agenda) ChangeStakeholder(ctx context.Context, id string, apply func(*scheduler.Stakeholder) error, by scheduler.Person) (s scheduler.Stakeholder, err error) {
	err = a.db.Update(ctx, func(tx *store.Tx) error {
		if s, err = stakeholder(tx, id); err != nil {
			return err
		}
		if err := apply(&s); err != nil {
			return err
		}
		s.ID = id
		return keepStakeholder(tx, &s, by, "changed")
	})
	return s, err
}

func keepStakeholder(tx *store.Tx, s *scheduler.Stakeholder, by scheduler.Person, did string) error {
	if err := s.Check(); err != nil {
		return err
	}
	have, err := ServicesOf(tx, s.Services)
	if err != nil {
		return err
	}
	for _, slug := range s.Services {
		if !slices.ContainsFunc(have, func(v scheduler.Service) bool { return v.Slug == slug }) {
			return scheduler.InvalidError{"services": fmt.Sprintf("There is no service %q.", slug)}
		}
	}
	var n int
	if err := tx.Row(`SELECT count(*) FROM stakeholders WHERE email = $1 AND id <> $2`, s.Key(), s.ID).Scan(&n); err != nil {
		return fmt.Errorf("agenda: keep stakeholder: %w", err)
	}
	switch {
	case n > 0 && s.Group():
		return scheduler.InvalidError{"name": "There is a group of this name already."}
	case n > 0:
		return scheduler.InvalidError{"email": "This address is a stakeholder already."}
	}
	s.Through, s.Account = "", false
	if s.Confirmed || s.Gone {
		s.Asked = time.Time{}
	}
	if _, err := tx.Exec(`
		INSERT INTO stakeholders (id, email, doc, asked_at) VALUES ($1, $2, $3, $4)
		ON CONFLICT (id) DO UPDATE SET email = excluded.email, doc = excluded.doc, asked_at = excluded.asked_at`,
		s.ID, s.Key(), store.JSON(s), store.At(s.Asked)); err != nil {
		return fmt.Errorf("agenda: keep stakeholder: %w", err)
	}
	return Record(tx, scheduler.Event{Actor: by.Email, Via: by.Via, Kind: scheduler.StakeholderKept, Text: fmt.Sprintf("%s %s the stakeholder %s.", by.Name, did, s.Title()), Data: scheduler.Facts{Subject: s.Title()}})
}

// DeleteStakeholder forgets one.
func (a *Agenda) DeleteStakeholder(ctx context.Context, id string, by scheduler.Person) error {
	return a.db.Update(ctx, func(tx *store.Tx) error {
		s, err := stakeholder(tx, id)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(`DELETE FROM stakeholders WHERE id = $1`, id); err != nil {
			return fmt.Errorf("agenda: delete stakeholder: %w", err)
		}
		return Record(tx, scheduler.Event{Actor: by.Email, Via: by.Via, Kind: scheduler.StakeholderGone, Text: fmt.Sprintf("%s deleted the stakeholder %s.", by.Name, s.Title()), Data: scheduler.Facts{Subject: s.Title()}})
	})
}
