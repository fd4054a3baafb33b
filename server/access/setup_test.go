package access_test

import (
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"lull/scheduler"
	"lull/server/access"
)

func founder(email string) access.Founder {
	return access.Founder{Email: email, Name: "Ada", TimeZone: "Europe/Berlin", Password: good}
}

func TestTheSetUpLinkMakesTheFirstAdmin(t *testing.T) {
	t.Parallel()
	o := open(t)
	if yes, err := o.HasAdmin(t.Context()); err != nil || yes {
		t.Fatalf("an empty database has an admin: %v, %v", yes, err)
	}
	link, err := o.SetUpLink(t.Context())
	if err != nil || !strings.HasPrefix(link, base+"/setup/") {
		t.Fatalf("got %q, %v", link, err)
	}
	key, p, err := o.SetUp(t.Context(), tail(link), founder("Ada@example.org"))
	if err != nil || p.Role != scheduler.Admin || p.Email != "ada@example.org" {
		t.Fatalf("got %+v, %v", p, err)
	}
	if v, err := o.visit(key); err != nil || v.Role != scheduler.Admin || v.TimeZone != "Europe/Berlin" {
		t.Errorf("got %+v, %v", v, err)
	}
	if yes, err := o.HasAdmin(t.Context()); err != nil || !yes {
		t.Errorf("there is no admin: %v, %v", yes, err)
	}
	if _, _, err := o.SetUp(t.Context(), tail(link), founder("eve@example.org")); !gone(err) {
		t.Errorf("used twice: got %v", err)
	}
	if link, err := o.SetUpLink(t.Context()); err != nil || link != "" {
		t.Errorf("there is an admin, and a link %q, %v", link, err)
	}
	o.log(tail(link), key)
}

func TestASetUpLinkEnds(t *testing.T) {
	t.Parallel()
	o := open(t)
	first, err := o.SetUpLink(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	second, err := o.SetUpLink(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := o.CheckSetUp(t.Context(), tail(first)); !gone(err) {
		t.Errorf("after another start: got %v", err)
	}
	if err := o.CheckSetUp(t.Context(), tail(second)); err != nil {
		t.Errorf("a good one: %v", err)
	}
	if _, _, err := o.Redeem(t.Context(), tail(second), good); !gone(err) {
		t.Errorf("as another kind of link: got %v", err)
	}
	o.wait(30 * time.Minute)
	if _, _, err := o.SetUp(t.Context(), tail(second), founder("ada@example.org")); !gone(err) {
		t.Errorf("after half an hour: got %v", err)
	}
}

func TestOneOfManyFoundersIsTheAdmin(t *testing.T) {
	t.Parallel()
	o := open(t)
	link, err := o.SetUpLink(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var made atomic.Int64
	var all sync.WaitGroup
	for _, email := range []string{"ada@example.org", "bob@example.org", "cy@example.org"} {
		all.Go(func() {
			if _, _, err := o.SetUp(t.Context(), tail(link), founder(email)); err == nil {
				made.Add(1)
			}
		})
	}
	all.Wait()
	if people, err := o.People(t.Context()); err != nil || len(people) != 1 || made.Load() != 1 {
		t.Errorf("%d were set up: %+v, %v, want one", made.Load(), people, err)
	}
}

func TestAnAdminAddedByACommandIsSeenByARunningServer(t *testing.T) {
	t.Parallel()
	o := open(t)
	server := access.New(o.db, o.opts)
	link, err := server.SetUpLink(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	o.add("ada@example.org", scheduler.Admin)
	if yes, err := server.HasAdmin(t.Context()); err != nil || !yes {
		t.Errorf("got %v, %v", yes, err)
	}
	if _, _, err := server.SetUp(t.Context(), tail(link), founder("eve@example.org")); !gone(err) {
		t.Errorf("the set-up link still makes an admin: %v", err)
	}
}
