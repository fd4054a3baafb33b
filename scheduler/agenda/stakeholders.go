package agenda

import (
	"context"
	"fmt"
	"slices"

	"lull/scheduler"
	"lull/scheduler/store"
)

func scanStakeholder(r store.Scanner) (s scheduler.Stakeholder, err error) {
	err = r.Scan(store.JSON(&s))
	return s, err
}

// Recipients lists who hears an announcement of kind about w: stakeholders of
// its services and of those that depend on them, and the one-off recipients it
// names, once per address.
func Recipients(tx *store.Tx, w scheduler.Window, kind scheduler.Announcement) ([]scheduler.Stakeholder, error) {
	all, err := services(tx)
	if err != nil {
		return nil, fmt.Errorf("agenda: recipients: %w", err)
	}
	everyone, err := store.Rows(tx, scanStakeholder, `SELECT doc FROM stakeholders ORDER BY email`)
	if err != nil {
		return nil, fmt.Errorf("agenda: recipients: %w", err)
	}
	touched := touching(all, w)
	var to []scheduler.Stakeholder
	for _, s := range everyone {
		if s.Hears(kind, touched) {
			to = append(to, s)
		}
	}
	for _, address := range w.Recipients {
		known := slices.IndexFunc(everyone, func(s scheduler.Stakeholder) bool { return s.Email == address })
		if known >= 0 && (everyone[known].Gone || slices.ContainsFunc(to, func(s scheduler.Stakeholder) bool { return s.Email == address })) {
			continue
		}
		if !slices.ContainsFunc(to, func(s scheduler.Stakeholder) bool { return s.Email == address }) {
			to = append(to, scheduler.Stakeholder{Email: address, TimeZone: w.TimeZone, Language: "en", Calendar: scheduler.PublishPart, Confirmed: true})
		}
	}
	return to, nil
}

// touching lists, of all services, those of w and those that depend on them.
func touching(all []scheduler.Service, w scheduler.Window) []scheduler.Service {
	graph := scheduler.NewGraph(all)
	return graph.Of(append(w.Slugs(), graph.Downstream(w.Slugs()...)...))
}

// Released picks, of those who were told of w, whom it concerns no more: the
// window let go of what they asked for, or no longer names them. Who asked for
// less, was deleted or wants no mail of kind hears nothing of it; for whom the
// window is off it is as good as cancelled, so wanting that will do.
func Released(tx *store.Tx, w scheduler.Window, kind scheduler.Announcement, told []scheduler.Stakeholder) (gone []scheduler.Stakeholder, err error) {
	if len(told) == 0 {
		return nil, nil
	}
	all, err := services(tx)
	if err != nil {
		return nil, fmt.Errorf("agenda: released: %w", err)
	}
	everyone, err := store.Rows(tx, scanStakeholder, `SELECT doc FROM stakeholders`)
	if err != nil {
		return nil, fmt.Errorf("agenda: released: %w", err)
	}
	now := make(map[string]scheduler.Stakeholder, len(everyone))
	for _, s := range everyone {
		now[s.Email] = s
	}
	touched := touching(all, w)
	for _, was := range told {
		is, known := now[was.Email]
		switch {
		case slices.Contains(w.Recipients, was.Email), was.Concerned(touched), is.Concerned(touched):
		case !known && was.ID != "":
		case known && !is.Wants(kind) && !is.Wants(scheduler.AnnounceCancelled):
		default:
			gone = append(gone, was)
		}
	}
	return gone, nil
}

// Stakeholders lists everyone who hears, by address.
func (a *Agenda) Stakeholders(ctx context.Context) (all []scheduler.Stakeholder, err error) {
	err = a.db.View(ctx, func(tx *store.Tx) error {
		all, err = store.Rows(tx, scanStakeholder, `SELECT doc FROM stakeholders ORDER BY email`)
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
	if err := tx.Row(`SELECT count(*) FROM stakeholders WHERE email = $1 AND id <> $2`, s.Email, s.ID).Scan(&n); err != nil {
		return fmt.Errorf("agenda: keep stakeholder: %w", err)
	}
	if n > 0 {
		return scheduler.InvalidError{"email": "This address is a stakeholder already."}
	}
	if _, err := tx.Exec(`
		INSERT INTO stakeholders (id, email, doc) VALUES ($1, $2, $3)
		ON CONFLICT (id) DO UPDATE SET email = excluded.email, doc = excluded.doc`, s.ID, s.Email, store.JSON(s)); err != nil {
		return fmt.Errorf("agenda: keep stakeholder: %w", err)
	}
	return Record(tx, scheduler.Event{Actor: by.Email, Via: by.Via, Kind: scheduler.StakeholderKept, Text: fmt.Sprintf("%s %s the stakeholder %s.", by.Name, did, s.Email), Data: scheduler.Facts{Subject: s.Email}})
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
		return Record(tx, scheduler.Event{Actor: by.Email, Via: by.Via, Kind: scheduler.StakeholderGone, Text: fmt.Sprintf("%s deleted the stakeholder %s.", by.Name, s.Email), Data: scheduler.Facts{Subject: s.Email}})
	})
}
