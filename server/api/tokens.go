package api

import (
	"net/http"
	"slices"

	"lull/scheduler"
	"lull/server/access"
	"lull/server/reply"
)

// token is an API token without its secret.
type token struct {
	ID       string   `json:"id"`
	User     string   `json:"user"`
	Name     string   `json:"name"`
	Prefix   string   `json:"prefix"`
	Scopes   []string `json:"scopes"`
	Created  moment   `json:"created_at"`
	Expires  moment   `json:"expires_at"`
	LastUsed moment   `json:"last_used_at"`
	Revoked  moment   `json:"revoked_at"`
}

// newToken is a token that was just made, and its secret, shown this once.
type newToken struct {
	token
	Secret string `json:"token"`
}

type tokenInput struct {
	User    *string   `json:"user"`    // oneself when left out
	Name    *string   `json:"name"`    //
	Expires *string   `json:"expires"` // "90d", "72h"
	Scopes  *[]string `json:"scopes"`
}

func showToken(t access.Token) token {
	return token{
		t.ID, t.Email, t.Name, t.Prefix, all(t.Scopes), moment{t.CreatedAt}, moment{t.ExpiresAt},
		moment{t.LastUsed}, moment{t.RevokedAt},
	}
}

// tokensOf lists the visitor's own tokens, and everybody's for an admin.
func (a *API) tokensOf(r *http.Request, who access.Visitor) ([]access.Token, error) {
	if who.Role.May(scheduler.Admin) {
		return a.Access.Tokens(r.Context(), "")
	}
	return a.Access.Tokens(r.Context(), who.Email)
}

func (a *API) listTokens(w http.ResponseWriter, r *http.Request, who access.Visitor) error {
	q := queryOf(r)
	limit, cursor := q.limit(), q.Get("cursor")
	if err := q.wrong.Err(); err != nil {
		return err
	}
	tokens, err := a.tokensOf(r, who)
	if err != nil {
		return err
	}
	items, next := cut(each(tokens, showToken), limit, cursor, func(t token) string { return t.ID })
	return reply.JSON(w, http.StatusOK, list(items, next))
}

func (a *API) createToken(w http.ResponseWriter, r *http.Request, who access.Visitor) error {
	var in tokenInput
	if err := read(r, &in); err != nil {
		return err
	}
	life, err := access.ParseLife(given(in.Expires))
	if err != nil {
		return scheduler.InvalidError{"expires": "Give a number of days such as 90d, or a length of time such as 72h."}
	}
	owner := who.Email
	if in.User != nil {
		owner = *folded(in.User)
	}
	t, secret, err := a.Access.AddToken(r.Context(), access.NewToken{
		Email: owner, Name: given(in.Name), For: life, Scopes: given(in.Scopes),
	}, who.Person)
	if err != nil {
		return err
	}
	w.Header().Set("Location", "/api/v1/tokens/"+t.ID)
	w.Header().Set("Cache-Control", "no-store")
	return reply.JSON(w, http.StatusCreated, newToken{showToken(t), secret})
}

func (a *API) getToken(w http.ResponseWriter, r *http.Request, who access.Visitor) error {
	tokens, err := a.tokensOf(r, who)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(tokens, func(t access.Token) bool { return t.ID == r.PathValue("id") })
	if i < 0 {
		return scheduler.ErrNotFound
	}
	return reply.JSON(w, http.StatusOK, showToken(tokens[i]))
}

func (a *API) revokeToken(w http.ResponseWriter, r *http.Request, who access.Visitor) error {
	if err := a.Access.RevokeToken(r.Context(), r.PathValue("id"), who.Person); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}
