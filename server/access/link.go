package access

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"lull/scheduler"
	"lull/scheduler/store"
)

// LinkKind says what a one-time link is for.
type LinkKind string

// The kinds of link.
const (
	Setup      LinkKind = "setup"      // makes the first admin
	Invitation LinkKind = "invitation" // sets the first password
	Forgotten  LinkKind = "password"   // sets another password
)

// lasts is how long a link of each kind is good.
var lasts = map[LinkKind]time.Duration{
	Setup: 30 * time.Minute, Invitation: 7 * 24 * time.Hour, Forgotten: time.Hour,
}

// mailPause is how long after a mail with a link the next one may be asked for,
// so that nobody fills a mailbox by asking.
const mailPause = time.Minute

// SetUpLink makes the one-time link that makes the first admin, and ends the
// one before. It is empty when there is an admin.
func (a *Access) SetUpLink(ctx context.Context) (link string, err error) {
	err = a.db.Update(ctx, func(tx *store.Tx) error {
		link = ""
		if _, err := tx.Exec(`DELETE FROM links WHERE kind = $1`, string(Setup)); err != nil {
			return wrap("end a set-up link", err)
		}
		n, err := admins(tx)
		if err != nil || n > 0 {
			return err
		}
		link, err = a.link(tx, Setup, "")
		return err
	})
	return link, err
}

// Founder is what the set-up page asks of the first admin.
type Founder struct{ Email, Name, TimeZone, Password string }

// CheckSetUp says with a *LinkError that a set-up link is not good.
func (a *Access) CheckSetUp(ctx context.Context, token string) error {
	return a.db.View(ctx, func(tx *store.Tx) error {
		_, err := find(tx, token, Setup)
		return err
	})
}

// SetUp makes the first admin, who is logged in with the session's key.
func (a *Access) SetUp(ctx context.Context, token string, f Founder) (key string, p Person, err error) {
	if err := a.CheckSetUp(ctx, token); err != nil {
		return "", Person{}, err
	}
	p = Person{Name: f.Name, Role: scheduler.Admin, TimeZone: f.TimeZone, HasPassword: true}
	wrong := p.wrong()
	address, bad := scheduler.ParseAddress(f.Email)
	if bad != "" {
		wrong["email"] = "This " + bad + "."
	}
	p.Email = address
	if bad := a.badPassword(f.Password, address, f.Name); bad != "" {
		wrong["password"] = bad
	}
	if err := wrong.Err(); err != nil {
		return "", Person{}, err
	}
	phc, err := a.hash(ctx, f.Password)
	if err != nil {
		return "", Person{}, err
	}
	err = a.db.Update(ctx, func(tx *store.Tx) error {
		if _, err := find(tx, token, Setup); err != nil {
			return err
		}
		if n, err := admins(tx); err != nil || n > 0 {
			return orErr(err, &LinkError{})
		}
		if err := insertPerson(tx, &p, phc); err != nil {
			return err
		}
		if _, err := tx.Exec(`DELETE FROM links WHERE kind = $1`, string(Setup)); err != nil {
			return wrap("end a set-up link", err)
		}
		if key, err = begin(tx, p.Email); err != nil {
			return err
		}
		return record(tx, scheduler.PersonChanged, p.by("page"), p.Email, "%s was set up as the first admin.", p.Email)
	})
	if err != nil {
		return "", Person{}, err
	}
	a.admin.Store(true)
	return key, p, nil
}

// Invite makes a link with which a person sets a password, mails it when mail
// can be sent, and answers it. It ends the links that the person had.
func (a *Access) Invite(ctx context.Context, email string, by scheduler.Person) (link string, err error) {
	err = a.db.Update(ctx, func(tx *store.Tx) error {
		p, err := person(tx, email)
		if err != nil {
			return err
		}
		if p.Disabled {
			return scheduler.InvalidError{"email": "This person is disabled."}
		}
		if link, err = a.link(tx, Invitation, p.Email); err != nil {
			return err
		}
		if err := a.post(tx, Invitation, p, link); err != nil {
			return err
		}
		return record(tx, scheduler.PersonChanged, by, p.Email, "%s was invited to set a password.", p.Email)
	})
	return link, err
}

// ForgotPassword mails a link to set another password, if there is an enabled
// person with the address. It never says whether there is.
func (a *Access) ForgotPassword(ctx context.Context, email string) error {
	address, _ := scheduler.ParseAddress(email)
	return a.db.Update(ctx, func(tx *store.Tx) error {
		p, err := person(tx, address)
		if errors.Is(err, scheduler.ErrNotFound) || err == nil && p.Disabled {
			return nil
		}
		if err != nil {
			return err
		}
		var mailed int
		if err := tx.Row(`
			SELECT count(*)
			FROM links
			WHERE email = $1 AND kind = $2 AND created_at > $3`,
			p.Email, string(Forgotten), store.At(tx.Now.Add(-mailPause))).Scan(&mailed); err != nil {
			return wrap("look for a link", err)
		}
		if mailed > 0 {
			return nil
		}
		link, err := a.link(tx, Forgotten, p.Email)
		if err != nil {
			return err
		}
		if err := a.post(tx, Forgotten, p, link); err != nil {
			return err
		}
		return record(tx, scheduler.PersonChanged, p.by("page"), p.Email, "A link to set another password was asked for %s.", p.Email)
	})
}

// CheckLink finds whose password a link sets, or answers a *LinkError.
func (a *Access) CheckLink(ctx context.Context, token string) (p Person, err error) {
	err = a.db.View(ctx, func(tx *store.Tx) error {
		p, err = find(tx, token, Invitation, Forgotten)
		return err
	})
	return p, err
}

// Redeem sets the password that a link is for. The person's sessions and links
// end, and the person is logged in with the session's key.
func (a *Access) Redeem(ctx context.Context, token, password string) (key string, p Person, err error) {
	if p, err = a.CheckLink(ctx, token); err != nil {
		return "", Person{}, err
	}
	if bad := a.badPassword(password, p.Email, p.Name); bad != "" {
		return "", Person{}, scheduler.InvalidError{"password": bad}
	}
	phc, err := a.hash(ctx, password)
	if err != nil {
		return "", Person{}, err
	}
	err = a.db.Update(ctx, func(tx *store.Tx) error {
		if p, err = find(tx, token, Invitation, Forgotten); err != nil {
			return err
		}
		if key, err = setPassword(tx, p.Email, phc); err != nil {
			return err
		}
		p.HasPassword = true
		return record(tx, scheduler.PersonChanged, p.by("page"), p.Email, "%s set a password with a one-time link.", p.Email)
	})
	if err != nil {
		return "", Person{}, err
	}
	return key, p, nil
}

// link makes a link and ends those that the person had.
func (a *Access) link(tx *store.Tx, kind LinkKind, email string) (string, error) {
	if _, err := tx.Exec(`
		DELETE FROM links
		WHERE email = $1 OR expires_at <= $2`, email, store.At(tx.Now)); err != nil {
		return "", wrap("end links", err)
	}
	token := secret()
	if _, err := tx.Exec(`
		INSERT INTO links (token_hash, kind, email, created_at, expires_at)
		VALUES ($1, $2, $3, $4, $5)`,
		digest(token), string(kind), sql.NullString{String: email, Valid: email != ""},
		store.At(tx.Now), store.At(tx.Now.Add(lasts[kind]))); err != nil {
		return "", wrap("make a link", err)
	}
	if kind == Setup {
		return a.opts.BaseURL + "/setup/" + token, nil
	}
	return a.opts.BaseURL + "/password/" + token, nil
}

func (a *Access) post(tx *store.Tx, kind LinkKind, p Person, link string) error {
	if a.opts.Post == nil {
		return nil
	}
	return wrap("post a letter", a.opts.Post(tx, Letter{Kind: kind, To: p.Email, Name: p.Name, URL: link}))
}

// find is the enabled person that a living link of one of the kinds is of;
// nobody, for a set-up link.
func find(tx *store.Tx, token string, kinds ...LinkKind) (p Person, err error) {
	for _, kind := range kinds {
		var email sql.NullString
		err := tx.Row(`
			SELECT email
			FROM links
			WHERE token_hash = $1 AND kind = $2 AND expires_at > $3`,
			digest(token), string(kind), store.At(tx.Now)).Scan(&email)
		switch {
		case errors.Is(err, sql.ErrNoRows):
			continue
		case err != nil:
			return Person{}, wrap("find a link", err)
		case !email.Valid:
			return Person{}, nil
		}
		p, err := person(tx, email.String)
		if err != nil {
			return Person{}, err
		}
		if !p.Disabled {
			return p, nil
		}
	}
	return Person{}, &LinkError{}
}

// by is the person as the one who acts.
func (p Person) by(via string) scheduler.Person {
	return scheduler.Person{Email: p.Email, Name: p.Name, Role: p.Role, Via: via}
}
