package scheduler

import (
	"net/mail"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/idna"
)

// Person is somebody who acts: with an account, or the clock itself.
type Person struct {
	Email string // lower case; identifies the person everywhere
	Name  string
	Role  Role
	Via   string // how the act came in: page, api, token "ci", command
}

// Clock is the actor of what time itself does.
var Clock = Person{Email: "the clock", Name: "the clock", Via: "clock"}

// ParseAddress reads one plain mail address and returns it in the form it is
// stored in: lower case, its domain in A-labels (RFC 5890). Quoted local
// parts, display names, controls and addresses without a dotted domain are
// refused, in words for a form field.
func ParseAddress(s string) (address, wrong string) {
	const no = "is not a mail address such as ada@example.org"
	s = strings.TrimSpace(s)
	at := strings.LastIndexByte(s, '@')
	if at < 1 || !utf8.ValidString(s) || len(s) > 254 {
		return "", no
	}
	local, domain := s[:at], s[at+1:]
	domain, err := idna.Lookup.ToASCII(domain)
	if err != nil || !strings.Contains(domain, ".") && domain != "localhost" || len(local) > 64 {
		return "", no
	}
	for _, r := range local {
		if r > 126 || r <= ' ' || strings.ContainsRune(`"(),:;<>@[\]`, r) {
			return "", no
		}
	}
	address = strings.ToLower(local + "@" + domain)
	if parsed, err := mail.ParseAddress(address); err != nil || parsed.Address != address {
		return "", no
	}
	return address, ""
}
