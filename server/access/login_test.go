package access_test

import (
	"errors"
	"fmt"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"lull/scheduler"
	"lull/scheduler/store"
	"lull/server/access"
)

func TestARightPasswordBeginsASession(t *testing.T) {
	t.Parallel()
	o := open(t)
	o.add("ada@example.org", scheduler.Operator)
	key := o.in(" Ada@Example.org ")
	got, err := o.visit(key)
	want := scheduler.Person{Email: "ada@example.org", Name: "Ada", Role: scheduler.Operator, Via: "page"}
	if err != nil || got.Person != want || got.Anonymous || got.TimeZone != "Europe/London" || !got.Confirmed {
		t.Errorf("got %+v, %v, want %+v", got, err, want)
	}
	if log := o.log(key); !strings.Contains(log, "log-in | ada@example.org | page | ada@example.org logged in.") {
		t.Errorf("the log-in is not in the log:\n%s", log)
	}
}

func TestAWrongLogInNeverSaysWhatWasWrong(t *testing.T) {
	t.Parallel()
	o := open(t)
	o.add("ada@example.org", scheduler.Operator)
	o.add("dis@example.org", scheduler.Operator)
	if err := o.Disable(t.Context(), "dis@example.org", root); err != nil {
		t.Fatal(err)
	}
	if _, _, err := o.AddPerson(t.Context(), access.Newcomer{Email: "new@example.org", Name: "New", Role: scheduler.Viewer}, root); err != nil {
		t.Fatal(err)
	}
	for i, c := range []struct{ name, email, password string }{
		{"a wrong password", "ada@example.org", "quiet lakes in december"},
		{"no password", "ada@example.org", ""},
		{"a huge password", "ada@example.org", strings.Repeat("x", 1<<20)},
		{"an unknown address", "bob@example.org", good},
		{"no address", "", good},
		{"a password for an address", "my secret pass phrase", ""},
		{"a disabled person", "dis@example.org", good},
		{"a person without a password", "new@example.org", ""},
	} {
		_, _, err := o.LogIn(t.Context(), c.email, c.password, fmt.Sprint("198.51.100.", i))
		if !refused(err) {
			t.Errorf("%s: got %v, want a refusal", c.name, err)
		}
	}
	log := o.log("my secret pass phrase")
	if !strings.Contains(log, "log-in-refused | somebody | page | A log-in as ada@example.org was refused.") ||
		!strings.Contains(log, "A log-in with an unknown address was refused.") {
		t.Errorf("the refusals are not in the log:\n%s", log)
	}
}

func TestTooManyFailuresOfAnAccountMakeItWait(t *testing.T) {
	t.Parallel()
	o := open(t)
	o.add("ada@example.org", scheduler.Operator)
	o.add("bob@example.org", scheduler.Operator)
	fail := func(from string) error {
		_, _, err := o.LogIn(t.Context(), "ada@example.org", "not the password", from)
		return err
	}
	for i := range 3 {
		if err := fail(fmt.Sprint("198.51.100.", i)); !refused(err) {
			t.Fatalf("failure %d: got %v, want a refusal", i+1, err)
		}
		o.wait(time.Minute)
	}
	_, _, err := o.LogIn(t.Context(), "ada@example.org", good, "203.0.113.9")
	var wait *access.TooMany
	if !errors.As(err, &wait) || wait.RetryAfter != 12*time.Minute {
		t.Fatalf("got %v, want a wait of 12 minutes", err)
	}
	w := httptest.NewRecorder()
	wait.SetHeaders(w.Header())
	if got := w.Header().Get("Retry-After"); got != "720" {
		t.Errorf("got Retry-After %s, want 720", got)
	}
	o.in("bob@example.org")
	o.wait(12 * time.Minute)
	o.in("ada@example.org")
	if err := fail(home); !refused(err) {
		t.Errorf("the count did not begin anew: %v", err)
	}
}

func TestTooManyFailuresFromAnAddressMakeItWait(t *testing.T) {
	t.Parallel()
	o := open(t)
	o.add("ada@example.org", scheduler.Operator)
	for i := range 3 {
		_, _, err := o.LogIn(t.Context(), fmt.Sprint("guess", i, "@example.org"), good, fmt.Sprintf("[2001:db8::%d]:55", i+1))
		if !refused(err) {
			t.Fatal(err)
		}
	}
	var wait *access.TooMany
	if _, _, err := o.LogIn(t.Context(), "ada@example.org", good, "2001:db8::ffff"); !errors.As(err, &wait) {
		t.Errorf("the same network: got %v, want a wait", err)
	}
	if _, _, err := o.LogIn(t.Context(), "ada@example.org", good, "2001:db8:0:1::1"); err != nil {
		t.Errorf("another network: %v", err)
	}
}

func TestManyAtOnceLearnNoMoreThanOneAfterTheOther(t *testing.T) {
	t.Parallel()
	o := open(t)
	o.add("ada@example.org", scheduler.Operator)
	var told atomic.Int64
	var all sync.WaitGroup
	for range 12 {
		all.Go(func() {
			if _, err := o.logIn("ada@example.org", "not the password"); refused(err) {
				told.Add(1)
			}
		})
	}
	all.Wait()
	if told.Load() != 3 {
		t.Errorf("%d were told that the password was wrong, want 3", told.Load())
	}
}

func TestASessionEndsUnusedOrOld(t *testing.T) {
	t.Parallel()
	o := open(t)
	o.add("ada@example.org", scheduler.Operator)
	idle, busy := o.in("ada@example.org"), o.in("ada@example.org")
	hours := 0
	for ; hours < 12; hours++ {
		if v, err := o.visit(busy); err != nil {
			t.Fatalf("after %d hours: %+v, %v", hours, v, err)
		}
		o.wait(time.Hour)
	}
	v, err := o.visit(idle)
	o.stranger("after 12 unused hours", v, err)
	for ; hours < 7*24; hours++ {
		if v, err := o.visit(busy); err != nil {
			t.Fatalf("after %d hours: %+v, %v", hours, v, err)
		}
		o.wait(time.Hour)
	}
	v, err = o.visit(busy)
	o.stranger("after seven days", v, err)
}

func TestUseIsNotedAtMostOnceAMinute(t *testing.T) {
	t.Parallel()
	o := open(t)
	o.add("ada@example.org", scheduler.Operator)
	key := o.in("ada@example.org")
	writes := 0
	o.db.OnCommit = func() { writes++ }
	for range 10 {
		if _, err := o.visit(key); err != nil {
			t.Fatal(err)
		}
		o.wait(20 * time.Second)
	}
	if writes != 3 {
		t.Errorf("ten visits in three minutes wrote %d times, want 3", writes)
	}
}

func TestLoggingOutEndsOneSession(t *testing.T) {
	t.Parallel()
	o := open(t)
	o.add("ada@example.org", scheduler.Operator)
	here, there := o.in("ada@example.org"), o.in("ada@example.org")
	who, err := o.visit(here)
	if err != nil {
		t.Fatal(err)
	}
	if err := o.LogOut(t.Context(), who); err != nil {
		t.Fatal(err)
	}
	v, err := o.visit(here)
	o.stranger("logged out", v, err)
	if _, err := o.visit(there); err != nil {
		t.Errorf("the other session: %v", err)
	}
}

func TestAnotherPasswordEndsTheOtherSessions(t *testing.T) {
	t.Parallel()
	o := open(t)
	o.add("ada@example.org", scheduler.Operator)
	here, there := o.in("ada@example.org"), o.in("ada@example.org")
	who, err := o.visit(here)
	if err != nil {
		t.Fatal(err)
	}
	const next = "seven geese fly south"
	var wrong scheduler.InvalidError
	if _, err := o.ChangePassword(t.Context(), who, "not the password", next, home); !errors.As(err, &wrong) || wrong["current"] == "" {
		t.Errorf("with a wrong password: got %v", err)
	}
	if _, err := o.ChangePassword(t.Context(), who, good, "short", home); !errors.As(err, &wrong) || wrong["password"] == "" {
		t.Errorf("to a short one: got %v", err)
	}
	key, err := o.ChangePassword(t.Context(), who, good, next, home)
	if err != nil {
		t.Fatal(err)
	}
	for what, old := range map[string]string{"the old key": here, "the other session": there} {
		v, err := o.visit(old)
		o.stranger(what, v, err)
	}
	if _, err := o.visit(key); err != nil {
		t.Errorf("the new session: %v", err)
	}
	if _, err := o.logIn("ada@example.org", good); !refused(err) {
		t.Errorf("the old password: got %v, want a refusal", err)
	}
	o.log(next, key)
}

func TestAPasswordGivenAgainConfirmsTheSession(t *testing.T) {
	t.Parallel()
	o := open(t)
	o.add("ada@example.org", scheduler.Operator)
	key := o.in("ada@example.org")
	o.wait(time.Hour)
	who, err := o.visit(key)
	if err != nil || who.Confirmed {
		t.Fatalf("an hour later: %+v, %v", who, err)
	}
	if err := o.Confirm(t.Context(), who, "not the password", home); !refused(err) {
		t.Errorf("got %v, want a refusal", err)
	}
	if err := o.Confirm(t.Context(), who, good, home); err != nil {
		t.Fatal(err)
	}
	if who, err = o.visit(key); err != nil || !who.Confirmed {
		t.Errorf("confirmed: %+v, %v", who, err)
	}
}

func TestNoSecretIsInTheDatabase(t *testing.T) {
	t.Parallel()
	o := open(t)
	o.add("ada@example.org", scheduler.Operator)
	key := o.in("ada@example.org")
	_, token, err := o.AddToken(t.Context(), access.NewToken{Email: "ada@example.org", Name: "ci"}, root)
	if err != nil {
		t.Fatal(err)
	}
	link, err := o.Invite(t.Context(), "ada@example.org", root)
	if err != nil {
		t.Fatal(err)
	}
	err = o.db.View(t.Context(), func(tx *store.Tx) error {
		for _, query := range []string{
			`SELECT key_hash FROM sessions`, `SELECT token_hash || prefix || name FROM tokens`,
			`SELECT token_hash FROM links`, `SELECT password_hash FROM people`,
		} {
			var kept string
			if err := tx.Row(query).Scan(&kept); err != nil {
				return err
			}
			for _, secret := range []string{key, token, tail(link), good} {
				if strings.Contains(kept, secret) {
					t.Errorf("%s tells a secret", query)
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	o.log(key, token, tail(link))
}
