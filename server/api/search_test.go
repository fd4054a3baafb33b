package api_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

func TestListsAreFoundByWords(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.ok("Ada", "POST", "/windows", upgrade, http.StatusCreated)
	s.ok("Ada", "POST", "/windows", `{"title": "Ærø ferry", "services": []}`, http.StatusCreated)
	s.ok("Ada", "POST", "/windows/MW-1/log", `{"text": "The vendor phoned."}`, http.StatusCreated)
	for _, c := range []struct {
		name, path, q string
		want          int
	}{
		{"the beginning of a word", "/windows", "upgr", 1},
		{"words in any order, from anywhere", "/windows", "replica CORE", 1},
		{"a word of a check", "/windows", "backup", 1},
		{"an address", "/windows", "ada@example.org", 2},
		{"without its accents", "/windows", "aero", 1},
		{"in quotation marks the whole word", "/windows", `"upgr"`, 0},
		{"a name", "/windows", "MW-2", 1},
		{"not all words", "/windows", "upgrade ferry", 0},
		{"the log", "/log", "vendor", 1},
		{"who, in the log", "/log", "vendor ada", 1},
		{"a window's log", "/windows/MW-1/log", "vendor", 1},
		{"another window's log", "/windows/MW-2/log", "vendor", 0},
	} {
		got := s.ok("Ada", "GET", c.path+"?q="+url.QueryEscape(c.q), "", http.StatusOK)["items"].([]any)
		if len(got) != c.want {
			t.Errorf("%s, %s: got %d, want %d: %v", c.name, c.path, len(got), c.want, got)
		}
	}
}

func TestAHostileQueryIsRefusedInWords(t *testing.T) {
	t.Parallel()
	s := open(t)
	for _, path := range []string{"/windows", "/log"} {
		for name, typed := range map[string]string{
			"10 kB": strings.Repeat("a", 10_000), "wild cards": "%_%", "quotes": `"''"`, "a NUL": "\x00", "direction": "\u202e\u2066", "no UTF-8": "\xff",
		} {
			fields := s.ok("Ada", "GET", path+"?q="+url.QueryEscape(typed), "", http.StatusUnprocessableEntity)["fields"].(map[string]any)
			if fields["q"] == nil {
				t.Errorf("%s with %s: got %v, want words for q", path, name, fields)
			}
		}
	}
}
