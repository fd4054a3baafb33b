package access

import (
	_ "embed"
	"strings"
	"unicode"
	"unicode/utf8"

	"lull/scheduler"
)

// How long a password is, in characters.
const (
	shortestPassword = 12
	longestPassword  = 128
)

//go:embed common.txt
var commonText string

// common holds the letters and digits of passwords that are tried first.
var common = func() map[string]bool {
	all := make(map[string]bool)
	for line := range strings.Lines(commonText) {
		all[strings.TrimSpace(line)] = true
	}
	return all
}()

// normal is a password in the form that is hashed: the same characters typed on
// two systems are the same bytes.
func normal(password string) string { return scheduler.Composed(password) }

// badPassword says in words why a person should not have this password. There
// are no rules about kinds of characters: they make worse passwords, not better.
func (a *Access) badPassword(password, email, name string) string {
	n := utf8.RuneCountInString(normal(password))
	switch {
	case !utf8.ValidString(password):
		return "This is not valid text (UTF-8)."
	case n < shortestPassword:
		return "Take at least 12 characters. A few words in a row are easy to remember."
	case n > longestPassword:
		return "Take at most 128 characters."
	case common[keep(password, unicode.IsLetter, unicode.IsDigit)], monotone(password):
		return "This password is among those that are tried first. Take another one."
	}
	letters := keep(password, unicode.IsLetter)
	local, _, _ := strings.Cut(email, "@")
	for _, own := range []string{local, email, name, a.opts.Organisation} {
		if own = keep(own, unicode.IsLetter); own != "" && own == letters {
			return "This is a name or an address that others know. Take another password."
		}
	}
	return ""
}

// keep is the lower-case text of the runes for which one of the tests holds.
func keep(s string, tests ...func(rune) bool) string {
	return strings.Map(func(r rune) rune {
		for _, holds := range tests {
			if holds(r) {
				return unicode.ToLower(r)
			}
		}
		return -1
	}, s)
}

// monotone reports whether each character is the one before, or its neighbour
// in always the same direction: aaaaaaaaaaaa, 123456789012, zyxwvutsrqpo.
func monotone(s string) bool {
	runes := []rune(s)
	for _, step := range []rune{0, 1, -1} {
		same := true
		for i := 1; i < len(runes) && same; i++ {
			wrapped := step == 1 && runes[i-1] == '9' && runes[i] == '0'
			same = wrapped || runes[i]-runes[i-1] == step
		}
		if same {
			return true
		}
	}
	return false
}
