package ical

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// plain is b as the text that it stands for: without a byte order mark, out of
// UTF-16, and out of base64 where somebody pasted the body of a mail.
func plain(b []byte) ([]byte, error) {
	if len(b) > MostBytes {
		return nil, tooLong()
	}
	if wide := fromUTF16(b); wide != nil {
		b = wide
	}
	b = bytes.TrimSpace(bytes.TrimPrefix(b, mark))
	const enough = 64
	if head := b[:min(len(b), enough)]; bytes.ContainsAny(head, ":;") || len(head) == 0 {
		return b, nil
	}
	if out, err := base64.StdEncoding.DecodeString(string(bytes.Join(bytes.Fields(b), nil))); err == nil && len(out) > 0 {
		return bytes.TrimPrefix(out, mark), nil
	}
	return b, nil
}

// fromUTF16 is UTF-16 with a byte order mark as UTF-8, nil where b is none.
func fromUTF16(b []byte) []byte {
	var order binary.ByteOrder
	switch {
	case bytes.HasPrefix(b, []byte{0xff, 0xfe}):
		order = binary.LittleEndian
	case bytes.HasPrefix(b, []byte{0xfe, 0xff}):
		order = binary.BigEndian
	default:
		return nil
	}
	return wide(b[2:], order)
}

func wide(b []byte, order binary.ByteOrder) []byte {
	units := make([]uint16, len(b)/2)
	for i := range units {
		units[i] = order.Uint16(b[2*i:])
	}
	return []byte(string(utf16.Decode(units)))
}

// decoded is the text of b in a charset, as mails name them (RFC 2046 4.1.2). A
// charset that is not known is taken for UTF-8, which the guard then holds it to.
func decoded(b []byte, charset string) []byte {
	switch strings.ToLower(strings.TrimSpace(charset)) {
	case "iso-8859-1", "latin1", "iso-8859-15", "windows-1252", "cp1252":
		if utf8.Valid(b) { // mislabelled, as many are
			return b
		}
		return western(b)
	case "utf-16", "utf-16be":
		if out := fromUTF16(b); out != nil {
			return out
		}
		return wide(b, binary.BigEndian)
	case "utf-16le":
		return wide(bytes.TrimPrefix(b, []byte{0xff, 0xfe}), binary.LittleEndian)
	}
	return b
}

// western reads Windows-1252, of which ISO 8859-1 is a part but for controls.
func western(b []byte) []byte {
	out := make([]rune, len(b))
	for i, c := range b {
		if out[i] = rune(c); c >= 0x80 && c < 0xa0 {
			out[i] = above[c-0x80]
		}
	}
	return []byte(string(out))
}

// above is what Windows-1252 has from 0x80 to 0x9f.
var above = [32]rune{
	'€', '\ufffd', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\ufffd', 'Ž', '\ufffd',
	'\ufffd', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\ufffd', 'ž', 'Ÿ',
}
