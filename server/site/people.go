package site

import (
	"errors"
	"net/http"

	"lull/scheduler"
	"lull/server/access"
	"lull/server/reply"
	"lull/web"
)

// People answers GET /people.
func (s *Site) People(w http.ResponseWriter, r *http.Request, who access.Visitor) error {
	return s.showPeople(w, r, who, http.StatusOK, web.People{})
}

func (s *Site) showPeople(w http.ResponseWriter, r *http.Request, who access.Visitor, status int, page web.People) error {
	frame, _, err := s.frame(r.Context(), who, "People", "people")
	if err != nil {
		return err
	}
	page.Frame = frame
	all, err := s.Access.People(r.Context())
	if err != nil {
		return err
	}
	for _, p := range all {
		page.Items = append(page.Items, web.Person{Email: p.Email, Name: p.Name, Role: p.Role, Disabled: p.Disabled, Pending: !p.HasPassword})
	}
	return s.show(w, status, page)
}

// Invite answers POST /people.
func (s *Site) Invite(w http.ResponseWriter, r *http.Request, who access.Visitor) error {
	v, err := values(r)
	if err != nil {
		return err
	}
	_, _, err = s.Access.AddPerson(r.Context(), access.Newcomer{Email: v.Get("email"), Name: v.Get("name"), Role: scheduler.Role(v.Get("role"))}, who.Person)
	var link string
	if err == nil {
		link, err = s.Access.Invite(r.Context(), v.Get("email"), who.Person)
	}
	if err != nil {
		no, status, ok := refusal("invite", err)
		if !ok {
			return err
		}
		return s.showPeople(w, r, who, status, web.People{Refusal: no, Form: typed(v)})
	}
	return s.showPeople(w, r, who, http.StatusOK, web.People{Link: link})
}

// Relink answers POST /people/{email}/link: a new link to set a password.
func (s *Site) Relink(w http.ResponseWriter, r *http.Request, who access.Visitor) error {
	link, err := s.Access.Invite(r.Context(), r.PathValue("email"), who.Person)
	if err != nil {
		return err
	}
	return s.showPeople(w, r, who, http.StatusOK, web.People{Link: link})
}

// SetRole answers POST /people/{email}/role.
func (s *Site) SetRole(w http.ResponseWriter, r *http.Request, who access.Visitor) error {
	v, err := values(r)
	if err != nil {
		return err
	}
	return s.changePerson(w, r, who, func(p *access.Person) { p.Role = scheduler.Role(v.Get("role")) })
}

// Disable answers POST /people/{email}/disable.
func (s *Site) Disable(w http.ResponseWriter, r *http.Request, who access.Visitor) error {
	return s.changePerson(w, r, who, func(p *access.Person) { p.Disabled = true })
}

// Enable answers POST /people/{email}/enable.
func (s *Site) Enable(w http.ResponseWriter, r *http.Request, who access.Visitor) error {
	return s.changePerson(w, r, who, func(p *access.Person) { p.Disabled = false })
}

func (s *Site) changePerson(w http.ResponseWriter, r *http.Request, who access.Visitor, apply func(*access.Person)) error {
	_, err := s.Access.ChangePerson(r.Context(), r.PathValue("email"), func(p *access.Person) error {
		apply(p)
		return nil
	}, who.Person)
	if err != nil {
		no, status, ok := refusal("person", err)
		if !ok {
			return err
		}
		return s.showPeople(w, r, who, status, web.People{Refusal: no})
	}
	return to(w, r, "/people")
}

// Account answers GET /account.
func (s *Site) Account(w http.ResponseWriter, r *http.Request, who access.Visitor) error {
	return s.account(w, r, who, http.StatusOK, web.Account{})
}

func (s *Site) account(w http.ResponseWriter, r *http.Request, who access.Visitor, status int, page web.Account) error {
	ctx := r.Context()
	frame, _, err := s.frame(ctx, who, "Account", "account")
	if err != nil {
		return err
	}
	page.Frame, page.Zones = frame, zones
	token := s.Notifier.SubscriptionToken(scheduler.AddressID(who.Email))
	mine, err := s.Notifier.SubscriptionOf(ctx, token)
	if err != nil && !errors.Is(err, scheduler.ErrNotFound) {
		return err
	}
	page.Told, page.Subscription = err == nil && !mine.Gone, "/subscription/"+token
	if page.Form == nil {
		page.Form = map[string]string{}
	}
	if page.Gate != "you" {
		page.Form["name"], page.Form["time_zone"] = who.Name, who.TimeZone
	}
	tokens, err := s.Access.Tokens(ctx, who.Email)
	if err != nil {
		return err
	}
	for _, t := range tokens {
		page.Tokens = append(page.Tokens, web.Key{ID: t.ID, Name: t.Name, Created: t.CreatedAt, Used: t.LastUsed, Expires: t.ExpiresAt, Gone: !t.RevokedAt.IsZero()})
	}
	return s.show(w, status, page)
}

// refuseAccount shows the page with the form that was refused as it was typed.
// Its forms share a page, so inputs has the input that each field of a refusal
// is typed into, where that is not of the field's own name.
func (s *Site) refuseAccount(w http.ResponseWriter, r *http.Request, who access.Visitor, form string, inputs map[string]string, err error) error {
	no, status, ok := refusal(form, err)
	if !ok {
		return err
	}
	page := web.Account{Refusal: no, Form: typed(r.PostForm)}
	for field, input := range inputs {
		page.Form[input] = page.Form[field]
		if words, ok := no.Wrong[field]; ok {
			delete(no.Wrong, field)
			no.Wrong[input] = words
		}
	}
	reply.Headers(w, err)
	return s.account(w, r, who, status, page)
}

// KeepAccount answers POST /account.
func (s *Site) KeepAccount(w http.ResponseWriter, r *http.Request, who access.Visitor) error {
	v, err := values(r)
	if err != nil {
		return err
	}
	_, err = s.Access.ChangePerson(r.Context(), who.Email, func(p *access.Person) error {
		p.Name, p.TimeZone = v.Get("name"), v.Get("time_zone")
		return nil
	}, who.Person)
	if err == nil && v.Get("hears") != "" {
		err = s.hear(r, who, v.Get("told") != "")
	}
	if err != nil {
		return s.refuseAccount(w, r, who, "you", nil, err)
	}
	return to(w, r, "/account")
}

// hear begins or ends the mail about all maintenance to the person's address.
func (s *Site) hear(r *http.Request, who access.Visitor, told bool) error {
	token := s.Notifier.SubscriptionToken(scheduler.AddressID(who.Email))
	mine, err := s.Notifier.SubscriptionOf(r.Context(), token)
	switch {
	case errors.Is(err, scheduler.ErrNotFound): // it is a list's address: nobody's own to decide
		return nil
	case err != nil || told != mine.Gone:
		return err
	case told:
		return s.Notifier.Confirm(r.Context(), token)
	}
	return s.Notifier.Unsubscribe(r.Context(), token)
}

// ChangePassword answers POST /account/password.
func (s *Site) ChangePassword(w http.ResponseWriter, r *http.Request, who access.Visitor) error {
	v, err := values(r)
	if err != nil {
		return err
	}
	key, err := s.Access.ChangePassword(r.Context(), who, v.Get("old"), v.Get("password"), r.RemoteAddr)
	if err != nil {
		return s.refuseAccount(w, r, who, "password", map[string]string{"current": "old"}, err)
	}
	s.Access.SetCookie(w, key)
	return to(w, r, "/account")
}

// AddToken answers POST /account/tokens.
func (s *Site) AddToken(w http.ResponseWriter, r *http.Request, who access.Visitor) error {
	v, err := values(r)
	if err != nil {
		return err
	}
	_, secret, err := s.Access.AddToken(r.Context(), access.NewToken{Email: who.Email, Name: v.Get("name")}, who.Person)
	if err != nil {
		return s.refuseAccount(w, r, who, "token", map[string]string{"name": "token"}, err)
	}
	return s.account(w, r, who, http.StatusOK, web.Account{Secret: secret})
}

// RevokeToken answers POST /account/tokens/{id}/revoke.
func (s *Site) RevokeToken(w http.ResponseWriter, r *http.Request, who access.Visitor) error {
	if err := s.Access.RevokeToken(r.Context(), r.PathValue("id"), who.Person); err != nil {
		return err
	}
	return to(w, r, "/account")
}
