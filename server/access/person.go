package access

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"lull/scheduler"
	"lull/scheduler/store"
)

// Person is somebody with an account.
type Person struct {
	Email       string // lower case; never changes
	Name        string
	Role        scheduler.Role
	TimeZone    string // empty: the organisation's
	Disabled    bool
	HasPassword bool
	CreatedAt   time.Time
}

// Newcomer is a person to be.
type Newcomer struct {
	Email, Name string
	Role        scheduler.Role
	TimeZone    string
	Password    string // empty: a one-time link to set one is made
}

// AddPerson adds a person. Without a password, link is a one-time link with
// which the person sets one; it is shown nowhere else.
func (a *Access) AddPerson(ctx context.Context, n Newcomer, by scheduler.Person) (p Person, link string, err error) {
	p = Person{Email: n.Email, Name: n.Name, Role: n.Role, TimeZone: n.TimeZone, HasPassword: n.Password != ""}
	wrong := p.wrong()
	address, bad := scheduler.ParseAddress(n.Email)
	if bad != "" {
		wrong["email"] = "This " + bad + "."
	}
	p.Email = address
	var phc string
	if n.Password != "" {
		if bad := a.badPassword(n.Password, address, n.Name); bad != "" {
			wrong["password"] = bad
		}
	}
	if err := wrong.Err(); err != nil {
		return Person{}, "", err
	}
	if n.Password != "" {
		if phc, err = a.hash(ctx, n.Password); err != nil {
			return Person{}, "", err
		}
	}
	err = a.db.Update(ctx, func(tx *store.Tx) error {
		link = ""
		if err := insertPerson(tx, &p, phc); err != nil {
			return err
		}
		if phc == "" {
			if link, err = a.link(tx, Invitation, p.Email); err != nil {
				return err
			}
		}
		return record(tx, scheduler.PersonChanged, by, p.Email, "%s was added as %s.", p.Email, p.Role)
	})
	return p, link, err
}

// People lists everybody, by name.
func (a *Access) People(ctx context.Context) (all []Person, err error) {
	err = a.db.View(ctx, func(tx *store.Tx) error {
		all, err = store.Rows(tx, scanPerson, `
			SELECT email, name, role, time_zone, disabled, password_hash IS NOT NULL, created_at
			FROM people
			ORDER BY lower(name), email`)
		return err
	})
	return all, wrap("list people", err)
}

// Person finds a person by address.
func (a *Access) Person(ctx context.Context, email string) (p Person, err error) {
	err = a.db.View(ctx, func(tx *store.Tx) error {
		p, err = person(tx, email)
		return err
	})
	return p, err
}

// ChangePerson changes name, role, time zone, or whether the person is
// disabled. Who is disabled has no session and no link from then on.
func (a *Access) ChangePerson(ctx context.Context, email string, change func(*Person) error, by scheduler.Person) (p Person, err error) {
	err = a.db.Update(ctx, func(tx *store.Tx) error {
		was, err := person(tx, email)
		if err != nil {
			return err
		}
		p = was
		if err := change(&p); err != nil {
			return err
		}
		p.Email, p.HasPassword, p.CreatedAt = was.Email, was.HasPassword, was.CreatedAt
		p.Name = strings.TrimSpace(p.Name)
		if err := p.wrong().Err(); err != nil {
			return err
		}
		if p == was {
			return nil
		}
		return a.keepPerson(tx, was, p, by)
	})
	return p, err
}

// Disable takes a person's access away.
func (a *Access) Disable(ctx context.Context, email string, by scheduler.Person) error {
	_, err := a.ChangePerson(ctx, email, func(p *Person) error {
		p.Disabled = true
		return nil
	}, by)
	return err
}

// HasAdmin reports whether there is somebody who can administer. Once there is,
// there always is.
func (a *Access) HasAdmin(ctx context.Context) (yes bool, err error) {
	if a.admin.Load() {
		return true, nil
	}
	err = a.db.View(ctx, func(tx *store.Tx) error {
		n, err := admins(tx)
		yes = n > 0
		return err
	})
	if yes {
		a.admin.Store(true)
	}
	return yes, wrap("look for an admin", err)
}

func (a *Access) keepPerson(tx *store.Tx, was, p Person, by scheduler.Person) error {
	if _, err := tx.Exec(`
		UPDATE people
		SET name = $2, role = $3, time_zone = $4, disabled = $5
		WHERE email = $1`, p.Email, p.Name, string(p.Role), p.TimeZone, p.Disabled); err != nil {
		return wrap("keep a person", err)
	}
	if n, err := admins(tx); err != nil || n == 0 && was.Role == scheduler.Admin && !was.Disabled {
		return orErr(err, &LastAdminError{})
	}
	if p.Disabled {
		if err := shutOut(tx, p.Email); err != nil {
			return err
		}
	}
	var said []string
	say := func(changed bool, format string, args ...any) {
		if changed {
			said = append(said, fmt.Sprintf(format, args...))
		}
	}
	say(p.Role != was.Role, "is now %s (was %s)", p.Role, was.Role)
	say(p.Name != was.Name, "is now called %q", p.Name)
	say(p.TimeZone != was.TimeZone, "has another time zone")
	say(p.Disabled && !was.Disabled, "is disabled")
	say(!p.Disabled && was.Disabled, "is enabled again")
	return record(tx, scheduler.PersonChanged, by, p.Email, "%s %s.", p.Email, strings.Join(said, ", "))
}

// shutOut ends a person's sessions and links.
func shutOut(tx *store.Tx, email string) error {
	if _, err := tx.Exec(`DELETE FROM sessions WHERE email = $1`, email); err != nil {
		return wrap("end sessions", err)
	}
	_, err := tx.Exec(`DELETE FROM links WHERE email = $1`, email)
	return wrap("end links", err)
}

func insertPerson(tx *store.Tx, p *Person, phc string) error {
	p.Name, p.CreatedAt = strings.TrimSpace(p.Name), tx.Now
	n, err := tx.Exec(`
		INSERT INTO people (email, name, role, time_zone, disabled, password_hash, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (email) DO NOTHING`,
		p.Email, p.Name, string(p.Role), p.TimeZone, false, sql.NullString{String: phc, Valid: phc != ""}, store.At(tx.Now))
	if err == nil && n == 0 {
		return scheduler.InvalidError{"email": "There is somebody with this address already."}
	}
	return wrap("add a person", err)
}

// wrong says what is wrong with what a form may change.
func (p Person) wrong() scheduler.InvalidError {
	wrong := scheduler.InvalidError{}
	if bad := badName(p.Name); bad != "" {
		wrong["name"] = bad
	}
	if !slices.Contains(scheduler.Roles, p.Role) {
		wrong["role"] = "This must be viewer, operator, approver or admin."
	}
	if _, known := scheduler.Zone(p.TimeZone); p.TimeZone != "" && !known {
		wrong["time_zone"] = "This is not a time zone such as Europe/Berlin."
	}
	return wrong
}

// badName says what is wrong with the name of a person or a token.
func badName(s string) string {
	s = strings.TrimSpace(s)
	switch n := utf8.RuneCountInString(s); {
	case n == 0:
		return "Give a name."
	case n > 100:
		return "Take at most 100 characters."
	case !utf8.ValidString(s) || strings.ContainsRune(s, utf8.RuneError):
		return "This is not valid text (UTF-8)."
	}
	for _, r := range s {
		if !unicode.IsPrint(r) { // neither are the marks that turn the reading direction
			return "Take characters that can be seen."
		}
	}
	return ""
}

func person(tx *store.Tx, email string) (Person, error) {
	p, err := scanPerson(tx.Row(`
		SELECT email, name, role, time_zone, disabled, password_hash IS NOT NULL, created_at
		FROM people
		WHERE email = $1`, strings.ToLower(email)))
	if errors.Is(err, sql.ErrNoRows) {
		return Person{}, scheduler.ErrNotFound
	}
	return p, wrap("load a person", err)
}

func scanPerson(row store.Scanner) (p Person, err error) {
	var created store.Time
	err = row.Scan(&p.Email, &p.Name, &p.Role, &p.TimeZone, &p.Disabled, &p.HasPassword, &created)
	p.CreatedAt = created.Time
	return p, err
}

func admins(tx *store.Tx) (n int, err error) {
	err = tx.Row(`SELECT count(*) FROM people WHERE role = $1 AND NOT disabled`, string(scheduler.Admin)).Scan(&n)
	return n, wrap("count admins", err)
}

// wrap says what was being done when err happened.
func wrap(doing string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("access: %s: %w", doing, err)
}

func orErr(err, otherwise error) error {
	if err != nil {
		return err
	}
	return otherwise
}
