package site

import (
	"errors"
	"net/http"
	"strings"

	"lull/scheduler"
	"lull/server/access"
	"lull/server/reply"
	"lull/web"
)

// LogInPage answers GET /login.
func (s *Site) LogInPage(w http.ResponseWriter, r *http.Request, who access.Visitor) error {
	frame, _, err := s.frame(r.Context(), who, "Log in", "")
	if err != nil {
		return err
	}
	if v, err := s.Access.Visitor(r); err == nil && !v.Anonymous {
		return to(w, r, inside(r.URL.Query().Get("next")))
	}
	return s.show(w, http.StatusOK, web.LogIn{Frame: frame, Next: inside(r.URL.Query().Get("next"))})
}

// LogIn answers POST /login.
func (s *Site) LogIn(w http.ResponseWriter, r *http.Request, who access.Visitor) error {
	v, err := values(r)
	if err != nil {
		return err
	}
	next := inside(v.Get("next"))
	key, _, err := s.Access.LogIn(r.Context(), v.Get("email"), v.Get("password"), r.RemoteAddr)
	if err != nil {
		status := reply.Status(err)
		if status >= http.StatusInternalServerError && status != http.StatusServiceUnavailable {
			return err
		}
		frame, _, framing := s.frame(r.Context(), who, "Log in", "")
		if framing != nil {
			return framing
		}
		reply.Headers(w, err)
		return s.show(w, status, web.LogIn{Frame: frame, Email: v.Get("email"), Next: next, Detail: reply.Words(err)})
	}
	s.Access.SetCookie(w, key)
	return to(w, r, next)
}

// inside is a path of this site, the overview for anything else.
func inside(path string) string {
	if !strings.HasPrefix(path, "/") || strings.HasPrefix(path, "//") || strings.ContainsAny(path, "\\\r\n\t") {
		return "/"
	}
	return path
}

// LogOut answers POST /logout.
func (s *Site) LogOut(w http.ResponseWriter, r *http.Request, who access.Visitor) error {
	if err := s.Access.LogOut(r.Context(), who); err != nil {
		return err
	}
	s.Access.ClearCookie(w)
	return to(w, r, "/login")
}

// Notice answers GET /setup: how to begin.
func (s *Site) Notice(w http.ResponseWriter, r *http.Request, who access.Visitor) error {
	has, err := s.Access.HasAdmin(r.Context())
	if err != nil {
		return err
	}
	if has {
		return to(w, r, "/")
	}
	frame, _, err := s.frame(r.Context(), who, "Not set up yet", "")
	if err != nil {
		return err
	}
	return s.show(w, http.StatusServiceUnavailable, web.Notice{Frame: frame})
}

// SetUpPage answers GET /setup/{token}.
func (s *Site) SetUpPage(w http.ResponseWriter, r *http.Request, who access.Visitor) error {
	if err := s.Access.CheckSetUp(r.Context(), r.PathValue("token")); err != nil {
		return err
	}
	frame, set, err := s.frame(r.Context(), who, "Set up", "")
	if err != nil {
		return err
	}
	return s.show(w, http.StatusOK, web.SetUp{
		Frame: frame, AsksName: true, Open: set.StatusOpen, Zones: zones,
		Form: map[string]string{"organisation": set.Organisation, "time_zone": set.TimeZone, "preset": string(set.Policy.Preset)},
	})
}

// SetUp answers POST /setup/{token}: the first admin, and the organisation.
func (s *Site) SetUp(w http.ResponseWriter, r *http.Request, who access.Visitor) error {
	v, err := values(r)
	if err != nil {
		return err
	}
	wrong := scheduler.InvalidError{}
	if strings.TrimSpace(v.Get("organisation")) == "" {
		wrong["organisation"] = "Give the organisation a name."
	}
	if _, ok := scheduler.Zone(v.Get("time_zone")); !ok {
		wrong["time_zone"] = "This is not a time zone such as Europe/Berlin."
	}
	preset := scheduler.Preset(v.Get("preset"))
	if preset != scheduler.Solo && preset != scheduler.Team && preset != scheduler.Controlled {
		wrong["preset"] = "Choose one of the three."
	}
	err = wrong.Err()
	if err == nil {
		var key string
		var p access.Person
		key, p, err = s.Access.SetUp(r.Context(), r.PathValue("token"), access.Founder{
			Email: v.Get("email"), Name: v.Get("name"), TimeZone: v.Get("time_zone"), Password: v.Get("password"),
		})
		if err == nil {
			s.Access.SetCookie(w, key)
			by := scheduler.Person{Email: p.Email, Name: p.Name, Role: p.Role, Via: "page"}
			_, err := s.Agenda.KeepSettings(r.Context(), func(set *scheduler.Settings) error {
				set.Organisation, set.TimeZone = strings.TrimSpace(v.Get("organisation")), v.Get("time_zone")
				set.StatusOpen, set.Policy, set.SetUp = v.Get("status_open") != "", scheduler.PolicyOf(preset), true
				return nil
			}, by)
			if err != nil {
				return err
			}
			return to(w, r, "/")
		}
	}
	no, status, ok := refusal("setup", err)
	if !ok {
		return err
	}
	frame, _, err := s.frame(r.Context(), who, "Set up", "")
	if err != nil {
		return err
	}
	return s.show(w, status, web.SetUp{Frame: frame, Refusal: no, Form: typed(v), AsksName: true, Open: v.Get("status_open") != "", Zones: zones})
}

// ForgotPage answers GET /password.
func (s *Site) ForgotPage(w http.ResponseWriter, r *http.Request, who access.Visitor) error {
	frame, _, err := s.frame(r.Context(), who, "Forgot the password", "")
	if err != nil {
		return err
	}
	return s.show(w, http.StatusOK, web.Forgot{Frame: frame})
}

// Forgot answers POST /password. It tells nobody who has an account.
func (s *Site) Forgot(w http.ResponseWriter, r *http.Request, who access.Visitor) error {
	v, err := values(r)
	if err != nil {
		return err
	}
	if err := s.Access.ForgotPassword(r.Context(), v.Get("email")); err != nil {
		return err
	}
	frame, _, err := s.frame(r.Context(), who, "Forgot the password", "")
	if err != nil {
		return err
	}
	return s.show(w, http.StatusOK, web.Forgot{Frame: frame, Asked: true})
}

// PasswordPage answers GET /password/{token}.
func (s *Site) PasswordPage(w http.ResponseWriter, r *http.Request, who access.Visitor) error {
	return s.password(w, r, who, http.StatusOK, web.Refusal{})
}

func (s *Site) password(w http.ResponseWriter, r *http.Request, who access.Visitor, status int, no web.Refusal) error {
	p, err := s.Access.CheckLink(r.Context(), r.PathValue("token"))
	if err != nil {
		return err
	}
	frame, _, err := s.frame(r.Context(), who, "Set a password", "")
	if err != nil {
		return err
	}
	return s.show(w, status, web.Password{Frame: frame, Refusal: no, Email: p.Email, Name: p.Name})
}

// Password answers POST /password/{token}.
func (s *Site) Password(w http.ResponseWriter, r *http.Request, who access.Visitor) error {
	v, err := values(r)
	if err != nil {
		return err
	}
	key, _, err := s.Access.Redeem(r.Context(), r.PathValue("token"), v.Get("password"))
	var wrong scheduler.InvalidError
	if errors.As(err, &wrong) {
		return s.password(w, r, who, http.StatusUnprocessableEntity, web.Refusal{Wrong: wrong})
	}
	if err != nil {
		return err
	}
	s.Access.SetCookie(w, key)
	return to(w, r, "/")
}
