package access_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"lull/scheduler"
	"lull/scheduler/agenda"
	"lull/scheduler/store"
	"lull/scheduler/store/storetest"
	"lull/server/access"
)

const (
	base = "https://lull.example.org"
	good = "quiet lakes in november"
	home = "192.0.2.1"
)

var root = scheduler.Person{Email: "root@example.org", Name: "Root", Role: scheduler.Admin, Via: "command"}

// office is access over a database of the test's own, with a clock that the
// test turns and a box for the letters.
type office struct {
	*access.Access
	t     *testing.T
	db    *store.DB
	opts  access.Options
	clock struct {
		sync.Mutex
		late time.Duration
	}
	letters []access.Letter
}

func open(t *testing.T) *office {
	t.Helper()
	o := &office{t: t, db: storetest.Open(t)}
	o.db.Now = func() time.Time {
		o.clock.Lock()
		defer o.clock.Unlock()
		return storetest.Noon.Add(o.clock.late)
	}
	o.opts = access.Options{BaseURL: base + "/", LoginAttempts: 3, Organisation: "Example Waterworks",
		Post: func(_ *store.Tx, l access.Letter) error {
			o.letters = append(o.letters, l)
			return nil
		}}
	o.Access = access.New(o.db, o.opts)
	return o
}

func (o *office) wait(d time.Duration) {
	o.clock.Lock()
	defer o.clock.Unlock()
	o.clock.late += d
}

// add adds a person with the good password.
func (o *office) add(email string, role scheduler.Role) access.Person {
	o.t.Helper()
	p, link, err := o.AddPerson(o.t.Context(), access.Newcomer{Email: email, Name: "Ada", Role: role, TimeZone: "Europe/London", Password: good}, root)
	if err != nil || link != "" {
		o.t.Fatalf("add %s: link %q, %v", email, link, err)
	}
	return p
}

func (o *office) logIn(email, password string) (key string, err error) {
	key, _, err = o.LogIn(o.t.Context(), email, password, home)
	return key, err
}

// in logs in with the good password.
func (o *office) in(email string) (key string) {
	o.t.Helper()
	key, err := o.logIn(email, good)
	if err != nil {
		o.t.Fatalf("log in as %s: %v", email, err)
	}
	return key
}

// visit is a request with the key of a session, or with a token.
func (o *office) visit(key string) (access.Visitor, error) {
	r := httptest.NewRequest("GET", "/", nil).WithContext(o.t.Context())
	if strings.HasPrefix(key, "lull_") {
		r.Header.Set("Authorization", "Bearer "+key)
	} else if key != "" {
		r.AddCookie(&http.Cookie{Name: "__Host-lull_session", Value: key})
	}
	return o.Visitor(r)
}

// log is what the log says, and checks that no secret is in it.
func (o *office) log(secrets ...string) string {
	o.t.Helper()
	evs, _, err := agenda.New(o.db).Log(o.t.Context(), agenda.LogFilter{})
	if err != nil {
		o.t.Fatal(err)
	}
	var all strings.Builder
	for _, ev := range evs {
		data, err := ev.Data.JSON()
		if err != nil {
			o.t.Fatal(err)
		}
		all.WriteString(string(ev.Kind) + " | " + ev.Actor + " | " + ev.Via + " | " + ev.Text + "\n")
		for _, secret := range append(secrets, good) {
			if strings.Contains(data+ev.Text, secret) {
				o.t.Errorf("the log tells a secret: %s %s", ev.Text, data)
			}
		}
	}
	return all.String()
}

// stranger fails the test unless err says that nobody is known.
func (o *office) stranger(what string, v access.Visitor, err error) {
	o.t.Helper()
	var unknown *access.UnauthenticatedError
	if !errors.As(err, &unknown) || !v.Anonymous || v.Role != "" {
		o.t.Errorf("%s: got %+v, %v, want a stranger", what, v, err)
	}
}

func refused(err error) bool {
	var r *access.RefusedError
	return errors.As(err, &r)
}

func gone(err error) bool {
	var l *access.LinkError
	return errors.As(err, &l)
}

func tail(link string) string { return link[strings.LastIndexByte(link, '/')+1:] }
