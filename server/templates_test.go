package main

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"lull/scheduler"
	"lull/scheduler/agenda"
	"lull/scheduler/store/storetest"
	"lull/server/access"
)

func TestEveryoneReadsTemplatesAndApproversWriteThem(t *testing.T) {
	t.Parallel()
	cfg, err := readConfig(nil, func(string) string { return "" }, nil)
	if err != nil {
		t.Fatal(err)
	}
	db := storetest.Open(t)
	s, err := wire(t.Context(), cfg, db, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	h, err := s.handler()
	if err != nil {
		t.Fatal(err)
	}
	tokens := map[scheduler.Role]string{}
	for _, role := range []scheduler.Role{scheduler.Admin, scheduler.Approver, scheduler.Operator, scheduler.Viewer} {
		email := string(role) + "@example.org"
		if _, _, err := s.access.AddPerson(t.Context(), access.Newcomer{Email: email, Name: email, Role: role}, byCommand); err != nil {
			t.Fatal(err)
		}
		if _, tokens[role], err = s.access.AddToken(t.Context(), access.NewToken{Email: email, Name: "test"}, byCommand); err != nil {
			t.Fatal(err)
		}
	}
	asked := 0
	for _, row := range s.table() {
		if !strings.Contains(row.path, "/templates") {
			continue
		}
		writes := row.method != http.MethodGet || strings.HasSuffix(row.path, "/new")
		for role, token := range tokens {
			r := httptest.NewRequest(row.method, strings.Replace(row.path, ":id", "none", 1), strings.NewReader(""))
			r.Header.Set("Authorization", "Bearer "+token)
			w := httptest.NewRecorder()
			h.ServeHTTP(w, r)
			if want := writes && !role.May(scheduler.Approver); (w.Code == http.StatusForbidden) != want || w.Code >= http.StatusInternalServerError {
				t.Errorf("%s %s as %s: got %d; forbidden: %v", row.method, row.path, role, w.Code, want)
			}
			asked++
		}
	}
	if asked < 13*len(tokens) {
		t.Errorf("only %d requests were made: where are the routes?", asked)
	}
}

func TestTheDemoHasATemplateOfEachKind(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	a, people := agenda.New(db), access.New(db, access.Options{})
	for _, p := range []scheduler.Person{mara, jonas, priya, ruth} {
		if _, _, err := people.AddPerson(t.Context(), access.Newcomer{Email: p.Email, Name: p.Name, Role: p.Role}, byCommand); err != nil {
			t.Fatal(err)
		}
	}
	d := demo{agenda: a, db: db, now: storetest.Noon}
	for _, step := range []func() error{
		func() error { return d.services(t.Context()) },
		func() error { return d.templates(t.Context()) },
	} {
		if err := step(); err != nil {
			t.Fatal(err)
		}
	}
	all, err := a.Templates(t.Context())
	if err != nil || len(all) != 2 || all[0].PreApproved == all[1].PreApproved {
		t.Fatalf("got %+v, %v; want one template pre-approved and one not", all, err)
	}
}
