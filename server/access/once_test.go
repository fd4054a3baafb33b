package access_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"lull/scheduler"
	"lull/server/access"
)

const ada = "ada@example.org"

// hire is a request that adds the nth person, and is refused by the status 409
// when that fails.
func (o *office) hire(n *int) func(context.Context) (int, []byte) {
	return func(ctx context.Context) (int, []byte) {
		*n++
		email := fmt.Sprintf("p%d@example.org", *n)
		if _, _, err := o.AddPerson(ctx, access.Newcomer{Email: email, Name: "P", Role: scheduler.Viewer}, root); err != nil {
			return 409, []byte(err.Error())
		}
		return 201, []byte(email)
	}
}

func (o *office) once(a *access.Access, key, body string, do func(context.Context) (int, []byte)) string {
	status, answer, err := a.Once(o.t.Context(), ada, key, "POST", "/api/v1/users", []byte(body), do)
	var reused *access.KeyReusedError
	var lost *access.UnansweredError
	switch {
	case errors.As(err, &reused):
		return "reused"
	case errors.As(err, &lost):
		return "unanswered"
	case err != nil:
		o.t.Error(err)
	}
	return fmt.Sprint(status, " ", string(answer))
}

func (o *office) count() int {
	o.t.Helper()
	all, err := o.People(o.t.Context())
	if err != nil {
		o.t.Fatal(err)
	}
	return len(all)
}

func TestARepeatedRequestIsAnsweredAsTheFirst(t *testing.T) {
	t.Parallel()
	o := open(t)
	n := 0
	for range 3 {
		if got := o.once(o.Access, "k", "{}", o.hire(&n)); got != "201 p1@example.org" {
			t.Errorf("got %s", got)
		}
	}
	if got := o.once(o.Access, "k", `{"a":1}`, o.hire(&n)); got != "reused" {
		t.Errorf("another body: got %s", got)
	}
	if got := o.once(o.Access, "other", `{"a":1}`, o.hire(&n)); got != "201 p2@example.org" {
		t.Errorf("another key: got %s", got)
	}
	status, _, err := o.Once(t.Context(), "bob@example.org", "k", "POST", "/api/v1/users", nil, o.hire(&n))
	if status != 201 || err != nil {
		t.Errorf("another person: got %d, %v", status, err)
	}
	if _, _, err := o.Once(t.Context(), ada, "k", "POST", "/api/v1/tokens", []byte("{}"), o.hire(&n)); err == nil {
		t.Error("another path: was answered")
	}
	o.wait(24 * time.Hour)
	if got := o.once(o.Access, "k", `{"a":1}`, o.hire(&n)); got != "201 p4@example.org" {
		t.Errorf("a day later: got %s", got)
	}
	if o.count() != 4 {
		t.Errorf("%d people were added, want 4", o.count())
	}
}

func TestARefusalIsRememberedAndAFaultIsNot(t *testing.T) {
	t.Parallel()
	o := open(t)
	status := 422
	do := func(context.Context) (int, []byte) {
		status++
		return status - 1, nil
	}
	o.once(o.Access, "refused", "", do)
	if got := o.once(o.Access, "refused", "", do); got != "422 " {
		t.Errorf("a refusal: got %s", got)
	}
	status = 500
	o.once(o.Access, "fault", "", do)
	status = 200
	if got := o.once(o.Access, "fault", "", do); got != "200 " {
		t.Errorf("after a fault: got %s", got)
	}
}

func TestTwoAtOnceAreCarriedOutOnce(t *testing.T) {
	t.Parallel()
	o := open(t)
	n := 0 // Once lets one at a time in, which the race detector would notice
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			if got := o.once(o.Access, "k", "{}", o.hire(&n)); got != "201 p1@example.org" {
				t.Errorf("got %s", got)
			}
		})
	}
	all.Wait()
	if o.count() != 1 {
		t.Errorf("%d people were added, want 1", o.count())
	}
}

func TestTwoServersCarryARequestOutOnce(t *testing.T) {
	t.Parallel()
	o := open(t)
	other := access.New(o.db, o.opts)
	n := 0
	// The other server gets the same request while this one is about to write.
	got := o.once(o.Access, "k", "{}", func(ctx context.Context) (int, []byte) {
		if got := o.once(other, "k", "{}", o.hire(&n)); got != "201 p1@example.org" {
			t.Errorf("the faster server: got %s", got)
		}
		return o.hire(&n)(ctx)
	})
	if got != "201 p1@example.org" || o.count() != 1 {
		t.Errorf("the slower server: got %s and %d people, want the first answer and 1", got, o.count())
	}
}

func TestAServerThatStoppedBeforeItsAnswerDoesNothingTwice(t *testing.T) {
	t.Parallel()
	o := open(t)
	n := 0
	func() {
		defer func() { recover() }() //nolint:errcheck // it is how the server stops
		o.once(o.Access, "kept", "{}", func(ctx context.Context) (int, []byte) {
			o.hire(&n)(ctx)
			panic("the server stops after the change")
		})
	}()
	if got := o.once(o.Access, "kept", "{}", o.hire(&n)); got != "unanswered" || o.count() != 1 {
		t.Errorf("stopped after: got %s and %d people, want no answer and 1", got, o.count())
	}
	func() {
		defer func() { recover() }() //nolint:errcheck // it is how the server stops
		o.once(o.Access, "lost", "{}", func(context.Context) (int, []byte) { panic("the server stops before the change") })
	}()
	if got := o.once(o.Access, "lost", "{}", o.hire(&n)); got != "201 p2@example.org" || o.count() != 2 {
		t.Errorf("stopped before: got %s and %d people", got, o.count())
	}
}

func TestAKeyHasALength(t *testing.T) {
	t.Parallel()
	o := open(t)
	for _, key := range []string{"", strings.Repeat("k", 256), "\xff"} {
		_, _, err := o.Once(t.Context(), ada, key, "POST", "/", nil, nil)
		var wrong scheduler.InvalidError
		if !errors.As(err, &wrong) {
			t.Errorf("%q: got %v", key, err)
		}
	}
}
