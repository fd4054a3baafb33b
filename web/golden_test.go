package web

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"testing"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// hashed is the part of an asset's address that changes with the asset, which
// is no business of the pages.
var hashed = regexp.MustCompile(`(/static/[a-z-]+)\.[0-9a-f]{12}\.`)

func TestPagesLookAsTheyDid(t *testing.T) {
	t.Parallel()
	pages, err := Parse()
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{}
	for _, s := range stories() {
		name := s.name + ".html"
		known[name] = true
		got, err := pages.Render(s.page)
		if err != nil {
			t.Errorf("%s: %v", s.name, err)
			continue
		}
		got = hashed.ReplaceAll(got, []byte("$1."))
		path := filepath.Join("testdata", name)
		if *update {
			if err := os.WriteFile(path, got, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path) //nolint:gosec // of the test's own folder
		if err != nil {
			t.Fatalf("%v; make golden writes it", err)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%s is not what it was; make golden rewrites it, and git diff shows what changed\n%s", path, firstDifference(got, want))
		}
	}
	files, err := filepath.Glob("testdata/*.html")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if !known[filepath.Base(f)] {
			t.Errorf("%s shows no story; remove it", f)
		}
	}
}

// firstDifference is the first line that differs, as it is and as it was.
func firstDifference(got, want []byte) string {
	a, b := bytes.Split(got, []byte("\n")), bytes.Split(want, []byte("\n"))
	for i := range min(len(a), len(b)) {
		if !bytes.Equal(a[i], b[i]) {
			return "got  " + string(a[i]) + "\nwant " + string(b[i])
		}
	}
	return "one goes on where the other ends"
}

func TestEveryPageHasAStory(t *testing.T) {
	t.Parallel()
	told := map[reflect.Type]bool{}
	for _, s := range stories() {
		told[reflect.TypeOf(s.page)] = true
	}
	for _, p := range everyPage {
		if !told[reflect.TypeOf(p)] {
			t.Errorf("%T has no story: add one to stories", p)
		}
	}
}
