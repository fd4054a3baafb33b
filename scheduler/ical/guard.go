package ical

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"iter"
	"unicode/utf8"
)

// The bounds of what is read. They are far beyond any notice that was seen, and
// keep what is made for harm from costing more than it weighs.
const (
	MostBytes   = 2 << 20
	MostEvents  = 10_000
	mostParams  = 64       // on one line
	mostDepth   = 4        // of components in each other
	longestLine = 64 << 10 // unfolded; a real notice has one of 10 KB
)

// RefusedError says in words why a file is not read at all.
type RefusedError struct {
	Words   string
	TooLong bool
}

func (e *RefusedError) Error() string { return e.Words }

func refused(format string, args ...any) error {
	return &RefusedError{Words: fmt.Sprintf(format, args...)}
}

func tooLong() error {
	return &RefusedError{Words: fmt.Sprintf("This is longer than %d bytes.", MostBytes), TooLong: true}
}

// guard refuses, in one pass, what no reader should be given: what is too long,
// too deep, too much, or no text. It stands before every parse.
func guard(b []byte) error {
	if len(b) > MostBytes {
		return tooLong()
	}
	at, ascii := survey(b)
	if at >= 0 {
		return refused("There is a control character at byte %d: this is no calendar text.", at)
	}
	depth, events := 0, 0
	for at, l := range contentLines(b) {
		if len(l) > longestLine {
			return refused("Line %d is longer than %d bytes.", at, longestLine)
		}
		if !ascii && !utf8.Valid(l) {
			return refused("Line %d is not valid text (UTF-8).", at)
		}
		name, params, value, ok := split(l)
		switch {
		case !ok:
			continue
		case len(params) > mostParams && separators(params) > mostParams:
			return refused("Line %d has more than %d parameters.", at, mostParams)
		case is(name, "BEGIN"):
			if depth++; depth > mostDepth {
				return refused("Line %d is nested too deeply.", at)
			}
			if is(bytes.TrimSpace(value), "VEVENT") {
				events++
			}
		case is(name, "END"):
			depth--
		}
		if depth < 0 {
			return refused("Line %d ends what has not begun.", at)
		}
		if events > MostEvents {
			return refused("There are more than %d events.", MostEvents)
		}
	}
	switch {
	case depth > 0:
		return refused("The file ends in the middle: something begins in it that does not end.")
	case events == 0:
		return refused("There is no event in it: this is no calendar file, or an empty one.")
	}
	return nil
}

// survey is where the first control character stands that text does not have, -1
// when there is none, and whether all is ASCII. It looks at eight bytes at once.
func survey(b []byte) (control int, ascii bool) {
	const ones, high = 0x0101010101010101, 0x8080808080808080
	seen := byte(0)
	for at := 0; at < len(b); {
		if rest := b[at:]; len(rest) >= 8 {
			x := binary.LittleEndian.Uint64(rest)
			del := x ^ 0x7f*ones
			if (x-' '*ones)&^x&high == 0 && (del-ones)&^del&high == 0 { // no byte below the blank, and no DEL
				if x&high != 0 {
					seen = 0x80
				}
				at += 8
				continue
			}
		}
		for _, c := range b[at:min(at+8, len(b))] {
			if c < ' ' && c != '\n' && c != '\r' && c != '\t' || c == 0x7f {
				return at, false
			}
			seen |= c
			at++
		}
	}
	return -1, seen < utf8.RuneSelf
}

var mark = []byte("\ufeff")

// contentLines yields the content lines of b, unfolded (RFC 5545 3.1), each with
// the number of the line it begins on. Line ends may be CRLF or bare LF; empty
// lines and byte order marks are left out. A yielded line is only good until the
// next one.
func contentLines(b []byte) iter.Seq2[int, []byte] {
	return func(yield func(int, []byte) bool) {
		var joined []byte
		for at := 1; len(b) > 0; at++ {
			begins := at
			var l []byte
			l, b = cutLine(b)
			if len(b) > 0 && (b[0] == ' ' || b[0] == '\t') {
				joined = append(joined[:0], l...)
				for len(b) > 0 && (b[0] == ' ' || b[0] == '\t') {
					l, b = cutLine(b[1:])
					joined = append(joined, l...)
					at++
				}
				l = joined
			}
			if l = bytes.TrimPrefix(l, mark); len(l) > 0 && !yield(begins, l) {
				return
			}
		}
	}
}

func cutLine(b []byte) (l, rest []byte) {
	if i := bytes.IndexByte(b, '\n'); i >= 0 {
		l, rest = b[:i], b[i+1:]
	} else {
		l = b
	}
	return bytes.TrimRight(l, "\r"), rest
}

// split cuts a content line into its name, its parameters as they stand, and its
// value. A line that has not that shape is not ok: suppliers' files have raw line
// ends in their texts.
func split(l []byte) (name, params, value []byte, ok bool) {
	n := 0
	for n < len(l) && nameByte[l[n]] {
		n++
	}
	if n == 0 || n == len(l) || l[n] != ':' && l[n] != ';' {
		return nil, nil, nil, false
	}
	name = l[:n]
	if l[n] == ':' {
		return name, nil, l[n+1:], true
	}
	colon := outside(l[n+1:], ':')
	if colon < 0 { // a quote that nobody closed
		colon = bytes.IndexByte(l[n+1:], ':')
	}
	if colon < 0 {
		return nil, nil, nil, false
	}
	return name, l[n+1 : n+1+colon], l[n+2+colon:], true
}

// outside is where c first stands outside of quotes, -1 where it does not.
func outside(b []byte, c byte) int {
	quoted := false
	for i, one := range b {
		switch {
		case one == '"':
			quoted = !quoted
		case one == c && !quoted:
			return i
		}
	}
	return -1
}

// separators counts the parameters and their further values.
func separators(params []byte) (n int) {
	quoted := false
	for _, c := range params {
		switch {
		case c == '"':
			quoted = !quoted
		case !quoted && (c == ';' || c == ','):
			n++
		}
	}
	return n + 1
}

var nameByte = func() (all [256]bool) {
	for c := range all {
		all[c] = c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '-' || c == '_'
	}
	return all
}()

// is reports whether b is the word, in any case.
func is(b []byte, word string) bool {
	return len(b) == len(word) && bytes.EqualFold(b, []byte(word))
}
