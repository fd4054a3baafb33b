package notifier

import (
	"encoding/base64"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Clean makes s fit for one header field: one line, single blanks, valid UTF-8,
// no controls, no invisible characters that reorder or hide text, and nothing
// that a reader who decodes twice could take for an encoded word (RFC 2047).
func Clean(s string) string {
	return strings.ReplaceAll(strings.Join(strings.Fields(legible(s)), " "), "=?", "= ?")
}

// legible makes blanks of controls and line ends, and drops what can not be seen.
func legible(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r), unicode.IsControl(r):
			return ' '
		case r == zeroWidthJoiner, r == zeroWidthNonJoiner:
			return r // Persian is misspelt, and emoji fall apart, without them.
		case r == utf8.RuneError, unicode.Is(unicode.Cf, r):
			return -1
		}
		return r
	}, s)
}

const (
	zeroWidthNonJoiner = '\u200c'
	zeroWidthJoiner    = '\u200d'

	maxLine    = 76 // RFC 2047: a line that holds an encoded word
	maxWord    = 75 // RFC 2047: an encoded word
	minRoom    = 32 // less than this is left blank rather than filled with a stump
	wordFrame  = len("=?UTF-8?Q?") + len("?=")
	bareHeader = "%s: %s\r\n"
)

// field writes one header field. It folds between words and never before the
// first, because servers and readers are known that lose a subject folded there.
type field struct {
	out    strings.Builder
	column int
	begun  bool
}

func newField(name string) *field {
	f := &field{column: len(name) + 1}
	f.out.WriteString(name + ":")
	return f
}

// String returns the field with its line end.
func (f *field) String() string { return f.out.String() + "\r\n" }

// put adds a word that must not be broken.
func (f *field) put(word string) {
	if f.begun && f.column+1+len(word) > maxLine {
		f.fold()
	}
	f.out.WriteString(" " + word)
	f.column += 1 + len(word)
	f.begun = true
}

func (f *field) fold() {
	f.out.WriteString("\r\n")
	f.column = 0
}

// text adds clean text, encoding only the words that need it.
func (f *field) text(s string) {
	words := strings.Split(s, " ")
	for len(words) > 0 {
		n := 0
		for n < len(words) && !plain(words[n]) {
			n++
		}
		if n > 0 {
			f.encode(strings.Join(words[:n], " "))
			words = words[n:]
			continue
		}
		f.put(words[0])
		words = words[1:]
	}
}

// named adds a display name, if there is one, and the address or list in <>.
func (f *field) named(name, angled string) {
	name = Clean(name)
	switch {
	case plainName(name):
		f.put(`"` + quotable.Replace(name) + `"`)
	case name != "":
		f.encode(name)
	}
	f.put("<" + angled + ">")
}

var quotable = strings.NewReplacer(`\`, `\\`, `"`, `\"`)

func plain(word string) bool {
	return len(word) < maxLine && strings.IndexFunc(word, beyondASCII) < 0
}

func plainName(name string) bool {
	return name != "" && len(name) < maxLine/2 && strings.IndexFunc(name, beyondASCII) < 0
}

func beyondASCII(r rune) bool { return r < ' ' || r > '~' }

// encode adds s as encoded words: quoted, which a person can read in the
// source, unless that is half as long again as base64.
func (f *field) encode(s string) {
	enc := quoted
	if 3*base.size(s) < 2*quoted.size(s) {
		enc = base
	}
	for s != "" {
		room := min(maxWord, maxLine-f.column-1)
		if f.begun && room < minRoom && wordFrame+enc.size(s) > room {
			room = maxWord
		}
		n := enc.fit(s, room-wordFrame)
		f.put("=?UTF-8?" + enc.letter + "?" + enc.encode(s[:n]) + "?=")
		s = s[n:]
	}
}

// encoding is one of the two of RFC 2047.
type encoding struct {
	letter string
	size   func(string) int
	encode func(string) string
}

// fit tells how much of s, in whole characters and at least one, becomes no
// longer than room.
func (e encoding) fit(s string, room int) int {
	end := 0
	for i, r := range s {
		next := i + utf8.RuneLen(r)
		if end > 0 && e.size(s[:next]) > room {
			break
		}
		end = next
	}
	return end
}

var (
	base = encoding{
		letter: "B",
		size:   func(s string) int { return base64.StdEncoding.EncodedLen(len(s)) },
		encode: func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) },
	}
	quoted = encoding{letter: "Q", size: quotedSize, encode: quotedWord}
)

func quotedSize(s string) int {
	size := 0
	for i := range len(s) {
		size += len(quotedByte(s[i]))
	}
	return size
}

func quotedWord(s string) string {
	var out strings.Builder
	for i := range len(s) {
		out.WriteString(quotedByte(s[i]))
	}
	return out.String()
}

// quotedByte encodes so narrowly that the word may also stand in a name (RFC 2047, 5.3).
func quotedByte(b byte) string {
	switch {
	case b == ' ':
		return "_"
	case 'a' <= b && b <= 'z', 'A' <= b && b <= 'Z', '0' <= b && b <= '9', strings.IndexByte("!*+-/", b) >= 0:
		return string(rune(b))
	}
	return fmt.Sprintf("=%02X", b)
}
