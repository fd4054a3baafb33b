package web

import (
	"fmt"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode"

	"lull/scheduler"
)

// FuzzBookForm types anything into the booking form: nothing may panic, and
// what is accepted must come back from the window's own form as the same plan,
// without a control character in it.
func FuzzBookForm(f *testing.F) {
	for _, typed := range []map[string]string{
		nil,
		{"date": "2026-10-25", "time": "02:30 later", "length": "90s"},
		{"length": "", "end_time": "04:00:30", "rollback_duration": "45", "reminders": "24h; 1h,24h", "links": "Wiki page https://wiki.example.org/x"},
		{"service": "core-db", "impact-core-db": "degraded", "brought": "mail", "check_text": "It\r\nanswers", "check_how": "curl\r\nor wget", "check_required": "no"},
		{"date": "", "time": "", "length": "", "summary": " a\x00b ", "recipients": "Bob@Example.ORG, café@exämple.org", "lead": "ADA@example.org"},
		{"date": "2011-12-30", "time": "12:00", "time_zone": "Pacific/Apia", "kind": "emergency", "risk": "high", "runbook_url": "https://x/%zz"},
	} {
		f.Add(form(typed).Encode())
	}
	ids := 0
	scene := scheduler.Scene{Now: time.Date(2026, 11, 2, 12, 0, 0, 0, time.UTC), NewID: func() string { ids++; return fmt.Sprint(ids) }}
	f.Fuzz(func(t *testing.T, sent string) {
		v, err := url.ParseQuery(sent)
		if err != nil {
			return
		}
		typed := ReadBook(v)
		typed.Bring(services)
		typed.KeepProbes(nil, services)
		plan, wrong := typed.Read()
		if len(wrong) > 0 {
			return
		}
		w, _, err := scheduler.New(1, plan, scene)
		if err != nil {
			return
		}
		again, wrong := BookFormOf(w).Read()
		again.Tidy()
		if len(wrong) > 0 || again.Check() != nil {
			t.Fatalf("%q was accepted, and its own form is refused: %v %v", sent, wrong, again.Check())
		}
		for _, p := range []*scheduler.Plan{&w.Plan, &again} {
			for i := range p.Checks {
				p.Checks[i].ID = ""
			}
		}
		if got, want := fmt.Sprintf("%+v", again), fmt.Sprintf("%+v", w.Plan); got != want {
			t.Errorf("%q does not come back from its own form:\ngot  %s\nwant %s", sent, got, want)
		}
		noControls(t, reflect.ValueOf(w.Plan))
	})
}

// noControls looks into every text of v. Slugs are left out: those that no
// service has are refused where the services are known.
func noControls(t *testing.T, v reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		if i := strings.IndexFunc(v.String(), func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\t' }); i >= 0 {
			t.Errorf("a control character got through: %q", v.String())
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() && v.Type() != reflect.TypeFor[scheduler.Affected]() {
				noControls(t, v.Field(i))
			}
		}
	case reflect.Slice:
		for i := range v.Len() {
			noControls(t, v.Index(i))
		}
	}
}
