package access_test

import (
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"lull/scheduler"
	"lull/scheduler/store/storetest"
	"lull/server/access"
)

func TestAPersonIsAddedOnce(t *testing.T) {
	t.Parallel()
	o := open(t)
	got, link, err := o.AddPerson(t.Context(), access.Newcomer{Email: "Ada@Example.org", Name: " Ada ", Role: scheduler.Viewer}, root)
	want := access.Person{Email: "ada@example.org", Name: "Ada", Role: scheduler.Viewer, CreatedAt: storetest.Noon}
	if err != nil || got != want || !strings.HasPrefix(link, base+"/password/") {
		t.Errorf("got %+v, %q, %v, want %+v and a link", got, link, err, want)
	}
	var wrong scheduler.InvalidError
	_, _, err = o.AddPerson(t.Context(), access.Newcomer{Email: "ADA@example.org", Name: "Ada", Role: scheduler.Viewer}, root)
	if !errors.As(err, &wrong) || wrong["email"] == "" {
		t.Errorf("added twice: got %v", err)
	}
	if all, err := o.People(t.Context()); err != nil || !reflect.DeepEqual(all, []access.Person{want}) {
		t.Errorf("got %+v, %v", all, err)
	}
	if log := o.log(tail(link)); !strings.Contains(log, "person | root@example.org | command | ada@example.org was added as viewer.") {
		t.Errorf("the log does not tell it:\n%s", log)
	}
}

func TestWhatIsWrongWithAPersonIsNamed(t *testing.T) {
	t.Parallel()
	o := open(t)
	_, _, err := o.AddPerson(t.Context(), access.Newcomer{Email: "ada", Name: "A\u202eda", Role: "boss", TimeZone: "Local", Password: "short"}, root)
	want := scheduler.InvalidError{
		"email": "This is not a mail address such as ada@example.org.", "name": "Take characters that can be seen.",
		"role": "This must be viewer, operator, approver or admin.", "time_zone": "This is not a time zone such as Europe/Berlin.",
		"password": "Take at least 12 characters. A few words in a row are easy to remember.",
	}
	if !reflect.DeepEqual(err, error(want)) {
		t.Errorf("got %v, want %v", err, want)
	}
}

func TestADisabledPersonIsOutAtOnce(t *testing.T) {
	t.Parallel()
	o := open(t)
	o.add("ada@example.org", scheduler.Approver)
	key := o.in("ada@example.org")
	_, token, err := o.AddToken(t.Context(), access.NewToken{Email: "ada@example.org", Name: "ci"}, root)
	if err != nil {
		t.Fatal(err)
	}
	link, err := o.Invite(t.Context(), "ada@example.org", root)
	if err != nil {
		t.Fatal(err)
	}
	if err := o.Disable(t.Context(), "ada@example.org", root); err != nil {
		t.Fatal(err)
	}
	for what, key := range map[string]string{"the session": key, "the token": token} {
		v, err := o.visit(key)
		o.stranger(what, v, err)
	}
	if _, err := o.CheckLink(t.Context(), tail(link)); !gone(err) {
		t.Errorf("the link: got %v", err)
	}
	if _, err := o.Invite(t.Context(), "ada@example.org", root); err == nil {
		t.Error("a disabled person was invited")
	}
	enable := func(p *access.Person) error { p.Disabled = false; return nil }
	if _, err := o.ChangePerson(t.Context(), "ada@example.org", enable, root); err != nil {
		t.Fatal(err)
	}
	v, err := o.visit(key)
	o.stranger("the session, when enabled again", v, err)
	o.in("ada@example.org")
}

func TestARoleCountsAtOnce(t *testing.T) {
	t.Parallel()
	o := open(t)
	o.add("ada@example.org", scheduler.Approver)
	key := o.in("ada@example.org")
	got, err := o.ChangePerson(t.Context(), "Ada@example.org", func(p *access.Person) error {
		p.Email, p.Role, p.Name = "other@example.org", scheduler.Viewer, "Ada L."
		return nil
	}, root)
	if err != nil || got.Email != "ada@example.org" {
		t.Fatalf("got %+v, %v", got, err)
	}
	if v, err := o.visit(key); err != nil || v.Role != scheduler.Viewer || v.Name != "Ada L." {
		t.Errorf("got %+v, %v", v, err)
	}
	if log := o.log(); !strings.Contains(log, "ada@example.org is now viewer (was approver), is now called \"Ada L.\".") {
		t.Errorf("the log does not tell it:\n%s", log)
	}
}

func TestTheLastAdminStays(t *testing.T) {
	t.Parallel()
	o := open(t)
	o.add("ada@example.org", scheduler.Admin)
	o.add("bob@example.org", scheduler.Admin)
	if err := o.Disable(t.Context(), "bob@example.org", root); err != nil {
		t.Fatal(err)
	}
	var last *access.LastAdminError
	if err := o.Disable(t.Context(), "ada@example.org", root); !errors.As(err, &last) {
		t.Errorf("disable: got %v", err)
	}
	_, err := o.ChangePerson(t.Context(), "ada@example.org", func(p *access.Person) error { p.Role = scheduler.Approver; return nil }, root)
	if !errors.As(err, &last) {
		t.Errorf("another role: got %v", err)
	}
	if p, err := o.Person(t.Context(), "ada@example.org"); err != nil || p.Disabled || p.Role != scheduler.Admin {
		t.Errorf("got %+v, %v", p, err)
	}
	if err := o.Disable(t.Context(), "nobody@example.org", root); !errors.Is(err, scheduler.ErrNotFound) {
		t.Errorf("nobody: got %v", err)
	}
}

func TestPasswordsThatAreTriedFirstAreRefused(t *testing.T) {
	t.Parallel()
	o := open(t)
	link, err := o.SetUpLink(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, password string }{
		{"eleven characters", "abzdefghijq"},
		{"eleven characters in more bytes", "äöüäöüßßäöü"},
		{"more than 128 characters", strings.Repeat("xy", 65)},
		{"a common one", "Password-1234"},
		{"a common one, spaced", "let me in please"},
		{"one character", "zzzzzzzzzzzzzz"},
		{"the row of digits", "3456789012345"},
		{"the row backwards", "zyxwvutsrqpo"},
		{"the address", "ada.lovelace@example.org"},
		{"its first part and a year", "AdaLovelace-2026"},
		{"the organisation", "example waterworks 1"},
		{"broken text", "quiet lakes \xff in november"},
	} {
		_, _, err := o.SetUp(t.Context(), tail(link), access.Founder{Email: "ada.lovelace@example.org", Name: "Ada", Password: c.password})
		var wrong scheduler.InvalidError
		if !errors.As(err, &wrong) || wrong["password"] == "" {
			t.Errorf("%s: got %v, want a refusal", c.name, err)
		}
	}
	for _, fine := range []string{"twelve chars", "correct horse battery staple", strings.Repeat("ü7", 64)} {
		_, _, err := o.AddPerson(t.Context(), access.Newcomer{Email: fine[:3] + "@example.org", Name: "X", Role: scheduler.Viewer, Password: fine}, root)
		var wrong scheduler.InvalidError
		if errors.As(err, &wrong) && wrong["password"] != "" {
			t.Errorf("%s: got %v", fine, err)
		}
	}
}

func TestTheSameCharactersAreTheSamePassword(t *testing.T) {
	t.Parallel()
	o := open(t)
	if _, _, err := o.AddPerson(t.Context(), access.Newcomer{Email: "ada@example.org", Name: "Ada", Role: scheduler.Viewer, Password: "stille Se\u00e9n im Herbst"}, root); err != nil {
		t.Fatal(err)
	}
	if _, err := o.logIn("ada@example.org", "stille See\u0301n im Herbst"); err != nil {
		t.Errorf("typed on another system: %v", err)
	}
}

func TestALinkSetsAPasswordOnce(t *testing.T) {
	t.Parallel()
	o := open(t)
	o.add("ada@example.org", scheduler.Operator)
	old := o.in("ada@example.org")
	first, err := o.Invite(t.Context(), "ada@example.org", root)
	if err != nil {
		t.Fatal(err)
	}
	second, err := o.Invite(t.Context(), "ada@example.org", root)
	if err != nil {
		t.Fatal(err)
	}
	want := access.Letter{Kind: access.Invitation, To: "ada@example.org", Name: "Ada", URL: second}
	if len(o.letters) != 2 || o.letters[1] != want {
		t.Errorf("got letters %+v, want the last to be %+v", o.letters, want)
	}
	const next = "seven geese fly south"
	if _, _, err := o.Redeem(t.Context(), tail(first), next); !gone(err) {
		t.Errorf("the link before: got %v", err)
	}
	var wrong scheduler.InvalidError
	if _, _, err := o.Redeem(t.Context(), tail(second), "short"); !errors.As(err, &wrong) {
		t.Errorf("a short password: got %v", err)
	}
	key, p, err := o.Redeem(t.Context(), tail(second), next)
	if err != nil || p.Email != "ada@example.org" {
		t.Fatalf("got %+v, %v", p, err)
	}
	if v, err := o.visit(key); err != nil || v.Email != "ada@example.org" {
		t.Errorf("got %+v, %v", v, err)
	}
	v, err := o.visit(old)
	o.stranger("the session from before", v, err)
	if _, _, err := o.Redeem(t.Context(), tail(second), next); !gone(err) {
		t.Errorf("used twice: got %v", err)
	}
	o.log(next, tail(first), tail(second), key)
}

func TestAForgottenPasswordTellsNobodyWhoIsThere(t *testing.T) {
	t.Parallel()
	o := open(t)
	o.add("ada@example.org", scheduler.Operator)
	for _, email := range []string{"ada@example.org", "ADA@example.org", "bob@example.org", "", "no address"} {
		if err := o.ForgotPassword(t.Context(), email); err != nil {
			t.Errorf("%q: %v", email, err)
		}
	}
	if len(o.letters) != 1 || o.letters[0].Kind != access.Forgotten || o.letters[0].To != "ada@example.org" {
		t.Fatalf("got letters %+v, want one to ada", o.letters)
	}
	o.wait(time.Hour)
	if _, err := o.CheckLink(t.Context(), tail(o.letters[0].URL)); !gone(err) {
		t.Errorf("after an hour: got %v", err)
	}
	if err := o.ForgotPassword(t.Context(), "ada@example.org"); err != nil || len(o.letters) != 2 {
		t.Errorf("an hour later: %v, %d letters, want 2", err, len(o.letters))
	}
}
