package api

import (
	"net/http"

	"lull/scheduler"
	"lull/server/access"
	"lull/server/reply"
)

// user is a person with an account, whose id is the address.
type user struct {
	ID          string         `json:"id"`
	Email       string         `json:"email"`
	Name        string         `json:"name"`
	Role        scheduler.Role `json:"role"`
	TimeZone    string         `json:"time_zone"`
	Disabled    bool           `json:"disabled"`
	HasPassword bool           `json:"has_password"`
	Created     moment         `json:"created_at"`
}

// newUser is a person who was just added, and the one-time link that sets the
// password, if none was given. It is shown this once.
type newUser struct {
	user
	Link string `json:"link,omitempty"`
}

type newUserInput struct {
	Email    *string         `json:"email"`
	Name     *string         `json:"name"`
	Role     *scheduler.Role `json:"role"`
	TimeZone *string         `json:"time_zone"`
	Password *string         `json:"password"`
}

type userInput struct {
	Name     *string         `json:"name"`
	Role     *scheduler.Role `json:"role"`
	TimeZone *string         `json:"time_zone"`
	Disabled *bool           `json:"disabled"`
}

func showUser(p access.Person) user {
	return user{p.Email, p.Email, p.Name, p.Role, p.TimeZone, p.Disabled, p.HasPassword, moment{p.CreatedAt}}
}

func (a *API) listUsers(w http.ResponseWriter, r *http.Request, _ access.Visitor) error {
	q := queryOf(r)
	limit, cursor := q.limit(), q.Get("cursor")
	if err := q.wrong.Err(); err != nil {
		return err
	}
	people, err := a.Access.People(r.Context())
	if err != nil {
		return err
	}
	items, next := cut(each(people, showUser), limit, cursor, func(u user) string { return u.ID })
	return reply.JSON(w, http.StatusOK, list(items, next))
}

// createUser adds a person, who is invited by mail when no password is given.
func (a *API) createUser(w http.ResponseWriter, r *http.Request, who access.Visitor) error {
	var in newUserInput
	if err := read(r, &in); err != nil {
		return err
	}
	p, link, err := a.Access.AddPerson(r.Context(), access.Newcomer{
		Email: given(in.Email), Name: given(in.Name), Role: given(in.Role),
		TimeZone: given(in.TimeZone), Password: given(in.Password),
	}, who.Person)
	if err != nil {
		return err
	}
	if link != "" {
		if link, err = a.Access.Invite(r.Context(), p.Email, who.Person); err != nil {
			return err
		}
	}
	w.Header().Set("Location", "/api/v1/users/"+p.Email)
	w.Header().Set("Cache-Control", "no-store")
	return reply.JSON(w, http.StatusCreated, newUser{showUser(p), link})
}

func (a *API) getUser(w http.ResponseWriter, r *http.Request, _ access.Visitor) error {
	p, err := a.Access.Person(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	return reply.JSON(w, http.StatusOK, showUser(p))
}

func (a *API) changeUser(w http.ResponseWriter, r *http.Request, who access.Visitor) error {
	var in userInput
	if err := read(r, &in); err != nil {
		return err
	}
	p, err := a.Access.ChangePerson(r.Context(), r.PathValue("id"), func(p *access.Person) error {
		set(&p.Name, in.Name)
		set(&p.Role, in.Role)
		set(&p.TimeZone, in.TimeZone)
		set(&p.Disabled, in.Disabled)
		return nil
	}, who.Person)
	if err != nil {
		return err
	}
	return reply.JSON(w, http.StatusOK, showUser(p))
}

// disableUser takes a person's access away; the person stays, since the log
// and the windows name them.
func (a *API) disableUser(w http.ResponseWriter, r *http.Request, who access.Visitor) error {
	if err := a.Access.Disable(r.Context(), r.PathValue("id"), who.Person); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}
