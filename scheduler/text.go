package scheduler

import (
	"fmt"
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Longest texts, in characters.
const (
	longTitle = 200
	longText  = 20_000
	mostItems = 200
)

// tidy trims text and makes its line ends one kind.
func tidy(s string) string {
	return strings.TrimSpace(strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n"))
}

// Composed is s in the Unicode form NFC (UAX 15), in which what looks the same
// is the same bytes.
func Composed(s string) string { return norm.NFC.String(s) }

// badText says in words what is wrong with a text of at most max characters:
// invalid UTF-8, controls, and marks that turn the reading direction are
// refused, since they would show one thing and say another.
func badText(s string, max int, lines bool) string {
	if !utf8.ValidString(s) || strings.ContainsRune(s, utf8.RuneError) {
		return "This is not valid text (UTF-8)."
	}
	if n := utf8.RuneCountInString(s); n > max {
		return fmt.Sprintf("This is too long: %d characters, at most %d.", n, max)
	}
	for _, r := range s {
		switch {
		case r == '\n' || r == '\t':
			if !lines {
				return "Write this in one line."
			}
		case unicode.IsControl(r), r == '\u2028', r == '\u2029':
			return "Control characters are not allowed here."
		case r >= '\u202a' && r <= '\u202e', r >= '\u2066' && r <= '\u2069', r == '\u200e', r == '\u200f', r == '\ufeff':
			return "Characters that turn the reading direction are not allowed here."
		}
	}
	return ""
}

// badURL says in words what is wrong with an address people may follow.
func badURL(s string) string {
	if s == "" {
		return ""
	}
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.User != nil || len(s) > 2000 || badText(s, 2000, false) != "" || strings.ContainsAny(s, " \"<>\\") {
		return "This is not a web address such as https://wiki.example.org/runbook."
	}
	return ""
}
