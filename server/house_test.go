package main

import (
	"encoding/json"
	"errors"
	"go/parser"
	"go/token"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// module is what the import paths of our own packages begin with.
const module = "lull/"

// arrows says which of our packages each may import. Imports only fall: nouns
// stand on nothing, verbs on nouns, the server on all.
var arrows = map[string][]string{
	"migrations":                {},
	"scheduler":                 {},
	"scheduler/recur":           {"scheduler"},
	"scheduler/store":           {"migrations"},
	"scheduler/store/storetest": {"scheduler/store"},
	"scheduler/ical":            {"scheduler"},
	"scheduler/agenda":          {"scheduler", "scheduler/recur", "scheduler/store"},
	"notifier":                  {"scheduler", "scheduler/agenda", "scheduler/ical", "scheduler/store"},
	"web":                       {"scheduler", "scheduler/agenda", "scheduler/recur"},
	"server/access":             {"scheduler", "scheduler/agenda", "scheduler/store"},
	"server/sheet":              {"scheduler"},
	"server/reply":              {"scheduler", "scheduler/agenda", "scheduler/store", "server/access"},
	// A restore has to know whether the schema of a backup is one that it can serve.
	"server/backup": {"migrations", "scheduler/store"},
	"server/feed":   {"scheduler", "scheduler/agenda", "scheduler/ical", "scheduler/store", "server/access", "server/reply"},
	"server/api": {
		"notifier", "scheduler", "scheduler/agenda", "scheduler/ical", "scheduler/recur", "scheduler/store",
		"server/access", "server/feed", "server/reply", "server/sheet",
	},
	"server/site": {
		"notifier", "scheduler", "scheduler/agenda", "scheduler/ical", "scheduler/recur", "scheduler/store",
		"server/access", "server/feed", "server/reply", "server/sheet", "web",
	},
	"server": {
		"notifier", "scheduler", "scheduler/agenda", "scheduler/ical", "scheduler/store",
		"server/access", "server/api", "server/backup", "server/feed", "server/reply", "server/site", "web",
	},
}

// doors says by which one package a foreign module enters.
var doors = map[string]string{
	"filippo.io/age":                 "server/backup",
	"github.com/arran4/golang-ical":  "scheduler/ical",
	"github.com/google/uuid":         "scheduler/store",
	"github.com/jackc/pgx":           "scheduler/store",
	"github.com/labstack/echo":       "server",
	"github.com/mattn/go-sqlite3":    "scheduler/store",
	"github.com/pressly/goose":       "migrations",
	"github.com/teambition/rrule-go": "scheduler/recur",
	"github.com/wneessen/go-mail":    "notifier",
	"golang.org/x/crypto":            "server/access",
	"golang.org/x/net":               "scheduler",
	"golang.org/x/text":              "scheduler",
	"golang.org/x/time":              "notifier",
}

// listed is one package of ours, as go list tells.
type listed struct {
	ImportPath string
	Imports    []string
}

// packages are all packages of this module.
func packages(t *testing.T) []listed {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", "list", "-json=ImportPath,Imports", "./...")
	cmd.Dir = ".."
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v\n%s", err, stderr.String())
	}
	var all []listed
	for dec := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p listed
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			t.Fatalf("go list wrote no JSON: %v", err)
		}
		p.ImportPath = strings.TrimPrefix(p.ImportPath, module)
		all = append(all, p)
	}
}

func TestImportsOnlyFall(t *testing.T) {
	t.Parallel()
	for _, p := range packages(t) {
		may, known := arrows[p.ImportPath]
		if !known {
			t.Errorf("package %s has no place in the house: give it a row in arrows", p.ImportPath)
			continue
		}
		for _, path := range p.Imports {
			if ours, ok := strings.CutPrefix(path, module); ok && !slices.Contains(may, ours) {
				t.Errorf("%s imports %s: that arrow does not fall; it may import %v", p.ImportPath, ours, may)
			}
		}
	}
}

func TestAForeignLibraryEntersByOneDoor(t *testing.T) {
	t.Parallel()
	for _, p := range packages(t) {
		for _, path := range p.Imports {
			first, _, _ := strings.Cut(path, "/")
			if !strings.Contains(first, ".") {
				continue // the standard library, or ours
			}
			door, known := doorOf(path)
			switch {
			case !known:
				t.Errorf("%s imports %s, which has no door: give it one, and a sentence in README", p.ImportPath, path)
			case door != p.ImportPath:
				t.Errorf("%s imports %s, whose one door is %s", p.ImportPath, path, door)
			}
		}
	}
}

// doorOf is the package by which path may come in.
func doorOf(path string) (door string, known bool) {
	for lib, door := range doors {
		if path == lib || strings.HasPrefix(path, lib+"/") {
			return door, true
		}
	}
	return "", false
}

func TestTheRulesReachForNothing(t *testing.T) {
	t.Parallel()
	for _, p := range packages(t) {
		if p.ImportPath != "scheduler" {
			continue
		}
		for _, path := range []string{"context", "database/sql", "net/http", "os"} {
			if slices.Contains(p.Imports, path) {
				t.Errorf("scheduler imports %s: rules take values and the time, and answer values", path)
			}
		}
	}
}

// sources calls see with the path and text of every Go file that is no test.
func sources(t *testing.T, see func(path string, text []byte)) {
	t.Helper()
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if name := d.Name(); name != ".." && strings.HasPrefix(name, ".") || name == "data" || name == "bin" {
				return fs.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		see(path, text)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// Echo is the router and no more: its middleware buffers bodies, rewrites
// methods and answers for us, and none of it is needed.
func TestEchoIsOnlyTheRouter(t *testing.T) {
	t.Parallel()
	forbidden := []string{
		"BodyDump", "Decompress", "MethodOverride", "JSONP(", "middleware.Proxy", "middleware.Static",
		"middleware.Timeout", "ContextTimeout(", "e.Static(", "e.File(", "TimeoutHandler",
	}
	sources(t, func(path string, text []byte) {
		file, err := parser.ParseFile(token.NewFileSet(), path, text, parser.ImportsOnly)
		if err != nil {
			t.Errorf("%s: %v", path, err)
			return
		}
		echo := false
		for _, imp := range file.Imports {
			name, _ := strconv.Unquote(imp.Path.Value)
			if strings.HasPrefix(name, "github.com/labstack/echo/") {
				echo = true
				if strings.HasSuffix(name, "/middleware") {
					t.Errorf("%s imports %s: write the few lines over net/http instead", path, name)
				}
			}
		}
		for _, word := range forbidden {
			if echo && strings.Contains(string(text), word) {
				t.Errorf("%s uses %s of Echo, which is forbidden here", path, strings.Trim(word, "("))
			}
		}
	})
}

func TestNoFileIsLongerThanFiveHundredLines(t *testing.T) {
	t.Parallel()
	sources(t, func(path string, text []byte) {
		if lines := strings.Count(string(text), "\n"); lines > 500 {
			t.Errorf("%s has %d lines: cut it along a noun", path, lines)
		}
	})
}

func TestTheTopLevelIsTheHouse(t *testing.T) {
	t.Parallel()
	entries, err := os.ReadDir("..")
	if err != nil {
		t.Fatal(err)
	}
	house := []string{
		"LICENSE", "Makefile", "README.md", "go.mod", "go.sum",
		"migrations", "notifier", "scheduler", "server", "web",
	}
	made := []string{"bin", "data"} // by make, and never committed
	var got []string
	for _, e := range entries {
		if name := e.Name(); !strings.HasPrefix(name, ".") && !slices.Contains(made, name) {
			got = append(got, name)
		}
	}
	if !slices.Equal(got, house) {
		t.Errorf("the top level:\ngot  %v\nwant %v", got, house)
	}
}
