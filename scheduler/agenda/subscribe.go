package agenda

import (
	"context"
	"errors"
	"fmt"

	"lull/scheduler"
	"lull/scheduler/store"
)

// Ask keeps what an address asked to be told of, as part of tx, until it
// confirms, and answers the stakeholder as it stands. Anybody can type an
// address, so what it has confirmed before stays as it is.
func Ask(tx *store.Tx, wish scheduler.Stakeholder) (scheduler.Stakeholder, error) {
	wish.Outside, wish.Confirmed, wish.Gone, wish.List, wish.Members = true, false, false, false, nil
	if err := wish.Check(); err != nil {
		return wish, err
	}
	all, err := services(tx)
	if err != nil {
		return wish, fmt.Errorf("agenda: ask: %w", err)
	}
	if err := wish.Offer(all, false).Check(wish); err != nil {
		return wish, err
	}
	have, err := stakeholderBy(tx, wish.Email)
	switch {
	case errors.Is(err, scheduler.ErrNotFound):
		wish.ID, wish.Created = tx.NewID(), tx.Now
	case err != nil:
		return wish, fmt.Errorf("agenda: ask: %w", err)
	case have.Confirmed || have.Gone || have.Asked.IsZero():
		return have, nil
	default:
		wish.ID, wish.Created = have.ID, have.Created
	}
	wish.Asked = tx.Now
	by := scheduler.Person{Email: "somebody", Name: "Somebody", Via: "page"}
	return wish, keepStakeholder(tx, &wish, by, "asked to tell")
}

// Choose changes what an address hears, as its own mail lets it: within what it
// is offered. An address without a row gets one.
func (a *Agenda) Choose(ctx context.Context, id string, apply func(*scheduler.Stakeholder), via string) (s scheduler.Stakeholder, err error) {
	err = a.db.Update(ctx, func(tx *store.Tx) error {
		var offer scheduler.Offer
		if s, offer, err = subscriber(tx, id); err != nil {
			return err
		}
		was := s
		apply(&s)
		s.ID, s.Email, s.List, s.Outside, s.Members, s.Created = was.ID, was.Email, was.List, was.Outside, was.Members, was.Created
		if !same(s, was) {
			if err := offer.Check(s); err != nil {
				return err
			}
		}
		if _, bare := scheduler.AddressOf(s.ID); bare {
			s.ID, s.Created = tx.NewID(), tx.Now
		}
		by := scheduler.Person{Email: s.Email, Name: s.Email, Via: via}
		return keepStakeholder(tx, &s, by, deed(was, s))
	})
	return s, err
}

// same reports whether two ask for the same services.
func same(a, b scheduler.Stakeholder) bool {
	return a.All == b.All && fmt.Sprint(a.Services, a.Tiers) == fmt.Sprint(b.Services, b.Tiers)
}

// deed is what an address did to its own row, for the log.
func deed(was, is scheduler.Stakeholder) string {
	switch {
	case is.Gone && !was.Gone:
		return "unsubscribed"
	case is.Confirmed && !was.Confirmed, was.Gone && !is.Gone:
		return "confirmed"
	}
	return "changed"
}

// forgetUnconfirmed deletes the addresses that asked and did not confirm in time.
func (a *Agenda) forgetUnconfirmed(ctx context.Context) error {
	var late int
	err := a.db.View(ctx, func(tx *store.Tx) error {
		return tx.Row(`SELECT count(*) FROM stakeholders WHERE asked_at <= $1`, store.At(tx.Now.Add(-scheduler.ConfirmWithin))).Scan(&late)
	})
	if err != nil || late == 0 {
		return err
	}
	return a.db.Update(ctx, func(tx *store.Tx) error {
		forgotten, err := store.Rows(tx, scanStakeholder, `
			DELETE FROM stakeholders WHERE asked_at <= $1 RETURNING doc`, store.At(tx.Now.Add(-scheduler.ConfirmWithin)))
		if err != nil {
			return err
		}
		for _, s := range forgotten {
			if err := Record(tx, scheduler.Event{
				Actor: scheduler.Clock.Email, Via: scheduler.Clock.Via, Kind: scheduler.StakeholderGone,
				Text: fmt.Sprintf("The subscription of %s was never confirmed and is forgotten.", s.Email), Data: scheduler.Facts{Subject: s.Email},
			}); err != nil {
				return err
			}
		}
		return nil
	})
}
