package access

import (
	"context"
	"database/sql"
	"errors"
	"strings"

	"lull/scheduler"
	"lull/scheduler/store"
)

// LogIn begins a session for the person with the address and the password, and
// answers its key for the cookie. from is the network address it comes from.
// It answers *RefusedError or *TooMany, never which part was wrong.
func (a *Access) LogIn(ctx context.Context, email, password, from string) (key string, p Person, err error) {
	p, err = a.prove(ctx, email, password, from, func(tx *store.Tx, p Person) error {
		if key, err = begin(tx, p.Email); err != nil {
			return err
		}
		return record(tx, scheduler.LoggedIn, p.by("page"), p.Email, "%s logged in.", p.Email)
	})
	if err != nil {
		return "", Person{}, err
	}
	return key, p, nil
}

// Confirm takes the password again from who is logged in, so that AuthAt of the
// visitor is now.
func (a *Access) Confirm(ctx context.Context, who Visitor, password, from string) error {
	_, err := a.prove(ctx, who.Email, password, from, func(tx *store.Tx, _ Person) error {
		_, err := tx.Exec(`UPDATE sessions SET auth_at = $2 WHERE key_hash = $1`, who.Session, store.At(tx.Now))
		return wrap("confirm a session", err)
	})
	return err
}

// ChangePassword sets another password for who is logged in. All sessions end;
// key is that of the one that goes on.
func (a *Access) ChangePassword(ctx context.Context, who Visitor, present, next, from string) (key string, err error) {
	if bad := a.badPassword(next, who.Email, who.Name); bad != "" {
		return "", scheduler.InvalidError{"password": bad}
	}
	phc, err := a.hash(ctx, next)
	if err != nil {
		return "", err
	}
	_, err = a.prove(ctx, who.Email, present, from, func(tx *store.Tx, p Person) error {
		if key, err = setPassword(tx, p.Email, phc); err != nil {
			return err
		}
		return record(tx, scheduler.PersonChanged, who.Person, p.Email, "%s set another password.", p.Email)
	})
	var refused *RefusedError
	if errors.As(err, &refused) {
		return "", scheduler.InvalidError{"current": "This is not your present password."}
	}
	if err != nil {
		return "", err
	}
	return key, nil
}

// prove checks a password, and does what it opens in the transaction that finds
// nothing in its way. A wrong one is counted in one that is kept.
func (a *Access) prove(ctx context.Context, email, password, from string, then func(*store.Tx, Person) error) (p Person, err error) {
	t := attempt{account: digest(strings.ToLower(strings.TrimSpace(email))), address: Network(from)}
	address, _ := scheduler.ParseAddress(email)
	phc := nobody
	err = a.db.View(ctx, func(tx *store.Tx) error {
		if err := a.tooMany(tx, t); err != nil {
			return err
		}
		var set sql.NullString
		err := tx.Row(`SELECT password_hash FROM people WHERE email = $1 AND NOT disabled`, address).Scan(&set)
		if set.Valid {
			phc = set.String
		}
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		return wrap("load a password", err)
	})
	if err != nil {
		return Person{}, err
	}
	if len(password) > 4*longestPassword {
		password = ""
	}
	fits, err := a.fits(ctx, password, phc)
	if err != nil {
		return Person{}, err
	}
	known := false
	err = a.db.Update(ctx, func(tx *store.Tx) error {
		if err := a.tooMany(tx, t); err != nil { // others may have failed while this one was checked
			return err
		}
		p, err = current(tx, address, phc)
		if err != nil && !errors.Is(err, scheduler.ErrNotFound) {
			return err
		}
		if known = fits && err == nil; !known {
			return refuse(tx, t, p)
		}
		if err := forget(tx, t.account); err != nil {
			return err
		}
		return then(tx, p)
	})
	if err == nil && !known {
		err = &RefusedError{}
	}
	return p, err
}

// current is the enabled person, if the password is still the one of phc.
func current(tx *store.Tx, address, phc string) (Person, error) {
	p, err := scanPerson(tx.Row(`
		SELECT email, name, role, time_zone, disabled, password_hash IS NOT NULL, created_at
		FROM people
		WHERE email = $1 AND NOT disabled AND coalesce(password_hash, $3) = $2`, address, phc, nobody))
	if errors.Is(err, sql.ErrNoRows) {
		return Person{}, scheduler.ErrNotFound
	}
	return p, wrap("load a person", err)
}

// setPassword sets a password, ends the person's sessions and links, and begins
// another session.
func setPassword(tx *store.Tx, email, phc string) (key string, err error) {
	if _, err := tx.Exec(`UPDATE people SET password_hash = $2 WHERE email = $1`, email, phc); err != nil {
		return "", wrap("set a password", err)
	}
	if err := shutOut(tx, email); err != nil {
		return "", err
	}
	if err := forget(tx, digest(email)); err != nil {
		return "", err
	}
	return begin(tx, email)
}
