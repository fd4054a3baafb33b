package ical

import (
	"net/mail"
	"strings"
	"unicode"
)

// text is s without anything that could end a line early or show one thing and
// say another: controls, separators, marks that turn the reading direction.
// Its line ends become \n, which golang-ical escapes.
func text(s string) string { return strings.TrimSpace(clean(s)) }

var breaks = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\u2028", "\n", "\u2029", "\n", "\u0085", "\n", "\t", " ")

// clean is text that keeps the blanks around it.
func clean(s string) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	s = breaks.Replace(s)
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n':
			return r
		case unicode.IsControl(r), r >= '\u202a' && r <= '\u202e', r >= '\u2066' && r <= '\u2069', r == '\u200e', r == '\u200f', r == '\ufeff':
			return -1
		}
		return r
	}, s)
}

// line is s cleaned, in one line.
func line(s string) string { return strings.Join(strings.Fields(text(s)), " ") }

// quotable is s as it stands between the quotes of a parameter (RFC 6868, 3.1).
func quotable(s string) string {
	return strings.NewReplacer("^", "^^", `"`, "^'").Replace(line(s))
}

// bare is the mail address in s, "" if there is none that can stand in a
// calendar as it is.
func bare(s string) string {
	to, err := mail.ParseAddress(s)
	if err != nil || strings.ContainsFunc(to.Address, func(r rune) bool {
		return r <= ' ' || r == 127 || unicode.IsControl(r) || strings.ContainsRune("\"(),:;<>\\", r)
	}) || to.Address != text(to.Address) {
		return ""
	}
	return to.Address
}
