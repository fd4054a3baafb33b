package web

import (
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
	"time"

	"lull/scheduler"
	"lull/scheduler/agenda"
)

var everyPage = []Page{
	Error{}, LogIn{}, Notice{}, SetUp{}, Password{}, Forgot{}, Overview{}, Windows{}, Approvals{}, Book{}, Window{},
	Services{}, Service{}, Templates{}, Template{}, Stakeholders{}, Stakeholder{}, Webhooks{}, Webhook{}, Outbox{}, Message{}, Log{}, Search{}, People{}, Account{}, Settings{},
	Docs{}, Status{}, StatusWindow{}, Subscribe{}, Subscription{}, Calendar{}, Timeline{}, Freezes{}, Freeze{}, ServiceImport{}, StakeholderImport{},
	AllSeries{}, Notices{}, SupplierNotice{}, SeriesForm{}, Series{},
}

func TestEveryPageRendersEmpty(t *testing.T) {
	t.Parallel()
	pages, err := Parse()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range everyPage {
		if _, err := pages.Render(p); err != nil {
			t.Errorf("%T: %v", p, err)
		}
	}
}

func TestEveryPageRendersFullForEveryRole(t *testing.T) {
	t.Parallel()
	pages, err := Parse()
	if err != nil {
		t.Fatal(err)
	}
	for _, role := range scheduler.Roles {
		for _, empty := range everyPage {
			p := reflect.New(reflect.TypeOf(empty)).Elem()
			fill(p, 0)
			p.FieldByName("Frame").Set(reflect.ValueOf(Frame{
				Title: "Page", Who: scheduler.Person{Email: "ada@example.org", Role: role}, Zone: "Europe/Berlin", Capturing: true,
			}))
			body, err := pages.Render(p.Interface().(Page))
			if err != nil {
				t.Errorf("%T for %s: %v", empty, role, err)
				continue
			}
			for _, never := range []string{" style=", "<style", " onclick=", "ZgotmplZ", "<script>"} {
				if strings.Contains(string(body), never) {
					t.Errorf("%T for %s holds %q, which the content security policy forbids or the escaper refused", empty, role, never)
				}
			}
			if strings.Count(string(body), "<h1") != 1 && !strings.Contains(string(body), "<h1>") {
				t.Errorf("%T for %s has no heading", empty, role)
			}
		}
	}
}

// fill gives every field of v a value that is not its zero.
func fill(v reflect.Value, depth int) {
	if depth > 8 || !v.CanSet() {
		return
	}
	switch v.Interface().(type) {
	case time.Time:
		v.Set(reflect.ValueOf(time.Date(2026, 12, 12, 1, 0, 0, 0, time.UTC)))
		return
	case scheduler.State:
		v.Set(reflect.ValueOf(scheduler.Verifying))
		return
	case scheduler.Impact:
		v.Set(reflect.ValueOf(scheduler.Degraded))
		return
	case scheduler.Phase:
		v.Set(reflect.ValueOf(scheduler.Verify))
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString("a <b>")
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int64:
		v.SetInt(3)
	case reflect.Struct:
		for i := range v.NumField() {
			fill(v.Field(i), depth+1)
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(v.Index(0), depth+1)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem(), depth+1)
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
	}
}

func TestEveryStateHasItsWindowPage(t *testing.T) {
	t.Parallel()
	pages, err := Parse()
	if err != nil {
		t.Fatal(err)
	}
	for _, state := range scheduler.States {
		p := Window{Frame: Frame{Who: scheduler.Person{Email: "ada@example.org", Role: scheduler.Admin}}, View: agenda.View{Next: "x"}}
		p.View.State, p.View.Number = state, 42
		body, err := pages.Render(p)
		if err != nil {
			t.Fatalf("%s: %v", state, err)
		}
		cancel := strings.Contains(string(body), `action="/windows/MW-42/cancel"`)
		if want := !state.Final() && !state.Running(); cancel != want {
			t.Errorf("a window that is %s offers to be cancelled: %v, want %v", state, cancel, want)
		}
	}
}

func TestAnAssetWithItsHashMayBeKeptForEver(t *testing.T) {
	t.Parallel()
	pages, err := Parse()
	if err != nil {
		t.Fatal(err)
	}
	address, err := pages.asset("app.css")
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /static/{file}", pages.Asset)
	for path, want := range map[string]string{
		address:            "public, max-age=31536000, immutable",
		"/static/app.css":  "public, max-age=3600",
		"/static/none.css": "",
	} {
		w := httptest.NewRecorder()
		mux.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
		if got := w.Header().Get("Cache-Control"); got != want {
			t.Errorf("%s: got %q, want %q", path, got, want)
		}
	}
}
