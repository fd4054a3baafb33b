package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"html/template"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"lull/scheduler"
	"lull/scheduler/agenda"
	"lull/scheduler/store/storetest"
)

// BenchmarkServer times one request each, in process, and holds it against
// something real in the same run: a feed against http.ServeContent of the same
// bytes, the page with fifty rows against a template that writes as much and
// loads nothing, the API's answer against writing the same JSON. Trust the ratio
// and the processor's time; the time that passed is also the machine's.
func BenchmarkServer(b *testing.B) {
	h, token := fifty(b)
	ask := func(path, etag string) *httptest.ResponseRecorder {
		r := httptest.NewRequestWithContext(b.Context(), http.MethodGet, path, nil)
		r.Header.Set("Authorization", "Bearer "+token)
		if etag != "" {
			r.Header.Set("If-None-Match", etag)
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w
	}
	feed, page, items := ask("/calendar.ics", ""), ask("/windows", ""), ask("/api/v1/windows", "")
	etag := feed.Header().Get("ETag")
	for _, c := range []struct {
		name, path, etag string
		want             int
		against          func()
	}{
		{"feed", "/calendar.ics", "", http.StatusOK, content(b, feed.Body.Bytes(), etag, "")},
		{"feed-304", "/calendar.ics", etag, http.StatusNotModified, content(b, feed.Body.Bytes(), etag, etag)},
		{"page-50-rows", "/windows", "", http.StatusOK, rows(b, page.Body.Len())},
		{"api-50-rows", "/api/v1/windows", "", http.StatusOK, again(b, items.Body.Bytes())},
	} {
		b.Run(c.name, func(b *testing.B) {
			one := func() {
				if w := ask(c.path, c.etag); w.Code != c.want {
					b.Fatalf("%s: %d, want %d: %s", c.path, w.Code, c.want, w.Body)
				}
			}
			b.ReportAllocs()
			began := processor()
			for b.Loop() {
				one()
			}
			b.ReportMetric(float64(processor()-began)/float64(b.N), "cpu-ns/op")
			b.ReportMetric(ratio(one, c.against), "x")
		})
	}
}

// fifty is a server with fifty windows, whose mail is captured, and a token.
func fifty(b *testing.B) (http.Handler, string) {
	b.Helper()
	must := func(err error) {
		b.Helper()
		if err != nil {
			b.Fatal(err)
		}
	}
	s, h, token := wired(b, storetest.Open(b), nil)
	d := demo{agenda: s.agenda, db: s.db, now: s.db.Now()}
	must(d.services(b.Context()))
	must(d.stakeholders(b.Context()))
	ada := scheduler.Person{Email: "ada@example.org", Name: "Ada", Role: scheduler.Admin}
	_, err := s.agenda.KeepSettings(b.Context(), func(set *scheduler.Settings) error {
		set.Policy = scheduler.PolicyOf(scheduler.Solo)
		return nil
	}, byCommand)
	must(err)
	for i := range 50 {
		p := d.plan(fmt.Sprintf("Window %d", i), "wiki", scheduler.Degraded, time.Duration(i+1)*3*time.Hour, time.Hour, ada)
		_, err := s.agenda.Book(b.Context(), p, agenda.Submission{Now: true}, ada)
		must(err)
	}
	_, err = s.notifier.Announce(b.Context())
	must(err)
	_, err = s.notifier.Deliver(b.Context())
	must(err)
	return h, token
}

// processor is the time that processors have spent on this process.
func processor() time.Duration {
	var used syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &used) // of oneself it cannot fail
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

// ratio is how much more of the processor one takes than other: the middle of
// short rounds in turn, so that what disturbs one disturbs the other.
func ratio(one, other func()) float64 {
	const rounds, round = 9, 20 * time.Millisecond
	each := func(do func()) float64 {
		began, n := processor(), 0
		for n == 0 || processor()-began < round {
			do()
			n++
		}
		return float64(processor()-began) / float64(n)
	}
	all := make([]float64, rounds)
	for i := range all {
		all[i] = each(one) / each(other)
	}
	slices.Sort(all)
	return all[rounds/2]
}

// content serves the bytes by the standard library alone.
func content(b *testing.B, body []byte, etag, have string) func() {
	h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("ETag", etag)
		w.Header().Set("Content-Type", "text/calendar; charset=utf-8")
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(body))
	})
	return func() {
		r := httptest.NewRequestWithContext(b.Context(), http.MethodGet, "/calendar.ics", nil)
		if have != "" {
			r.Header.Set("If-None-Match", have)
		}
		h.ServeHTTP(httptest.NewRecorder(), r)
	}
}

// rows writes as many bytes as the page has, fifty rows of a few fields each.
func rows(b *testing.B, size int) func() {
	b.Helper()
	t := template.Must(template.New("").Parse(`{{range .}}<a href="/windows/{{.Name}}"><b>{{.Title}}</b> {{.Name}} <time datetime="{{.At}}">{{.At}}</time> {{.State}}</a>{{.Rest}}{{end}}`))
	type row struct {
		Name, Title, At, State string
		Rest                   template.HTML
	}
	all := make([]row, 50)
	for i := range all {
		all[i] = row{fmt.Sprint("MW-", i), fmt.Sprint("Window ", i), "2026-11-25T02:00:00Z", "scheduled", template.HTML(strings.Repeat(" ", max(0, size/50-150)))} //nolint:gosec // blanks
	}
	return func() {
		if err := t.Execute(httptest.NewRecorder(), all); err != nil {
			b.Fatal(err)
		}
	}
}

// again writes the JSON once more.
func again(b *testing.B, text []byte) func() {
	b.Helper()
	var v any
	if err := json.Unmarshal(text, &v); err != nil {
		b.Fatal(err)
	}
	return func() {
		if err := json.NewEncoder(io.Discard).Encode(v); err != nil {
			b.Fatal(err)
		}
	}
}
