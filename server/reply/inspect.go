package reply

import (
	"bytes"
	"encoding"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"time"

	"lull/scheduler"
)

// deepest is how many objects and lists may lie in each other. Each level reads
// its text again, so that the limit is also one of time.
const deepest = 16

var (
	timeType  = reflect.TypeFor[time.Time]()
	readsJSON = reflect.TypeFor[json.Unmarshaler]()
	readsText = reflect.TypeFor[encoding.TextUnmarshaler]()
	anything  = reflect.TypeFor[any]()
)

// inspection compares JSON with the type it is to be read into. encoding/json
// would take a field in any case, the last of two of the same name, and name in
// its errors Go's types and one field only.
type inspection struct{ wrong scheduler.InvalidError }

// inspect puts into wrong what keeps raw, which is valid JSON, from being read
// into into, a pointer.
func inspect(wrong scheduler.InvalidError, raw json.RawMessage, into any) {
	inspection{wrong}.value(raw, reflect.TypeOf(into).Elem(), "", 0)
}

func (i inspection) value(raw json.RawMessage, t reflect.Type, path string, depth int) {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch {
	case depth > deepest:
		i.wrong[path] = "This is nested too deeply."
	case holdsNUL(raw):
		i.wrong[path] = "Control characters are not allowed here."
	case string(raw) == "null":
	case reflect.PointerTo(t).Implements(readsJSON), reflect.PointerTo(t).Implements(readsText):
		i.value(raw, anything, path, depth)
		i.reads(raw, t, path)
	case t.Kind() == reflect.Interface:
		i.structure(raw, path, depth)
	case t.Kind() == reflect.Struct, t.Kind() == reflect.Map:
		if i.kind(raw, path, "{", "an object") {
			i.object(raw, t, path, depth)
		}
	case t.Kind() == reflect.Slice && t.Elem().Kind() != reflect.Uint8, t.Kind() == reflect.Array:
		if i.kind(raw, path, "[", "a list") {
			i.list(raw, t.Elem(), path, depth)
		}
	case t.Kind() == reflect.String, t.Kind() == reflect.Slice:
		if i.kind(raw, path, `"`, "a text in quotation marks") {
			i.reads(raw, t, path)
		}
	case t.Kind() == reflect.Bool:
		i.kind(raw, path, "tf", "true or false")
	default:
		if i.kind(raw, path, "-0123456789", "a number") {
			i.reads(raw, t, path)
		}
	}
}

// holdsNUL reports whether raw is a text with a NUL in it, which no text of ours
// has and PostgreSQL does not take.
func holdsNUL(raw json.RawMessage) bool {
	var s string
	return raw[0] == '"' && bytes.Contains(raw, []byte(`u0000`)) && json.Unmarshal(raw, &s) == nil && strings.ContainsRune(s, 0)
}

// kind says what the value at path must be, unless it begins like that.
func (i inspection) kind(raw json.RawMessage, path, begins, words string) bool {
	if strings.IndexByte(begins, raw[0]) >= 0 {
		return true
	}
	i.wrong[path] = "This must be " + words + "."
	return false
}

// reads tries whether the value can be read by its type.
func (i inspection) reads(raw json.RawMessage, t reflect.Type, path string) {
	if i.wrong[path] != "" || json.Unmarshal(raw, reflect.New(t).Interface()) == nil {
		return
	}
	switch {
	case t == timeType:
		i.wrong[path] = `This must be a time such as "2026-12-12T01:00:00Z".`
	case t.Kind() >= reflect.Int && t.Kind() <= reflect.Uint64:
		i.wrong[path] = "This must be a whole number, and not so large."
	default:
		i.wrong[path] = "This value cannot be read."
	}
}

// structure looks into a value of no particular type, for names given twice.
func (i inspection) structure(raw json.RawMessage, path string, depth int) {
	switch raw[0] {
	case '{':
		i.object(raw, anything, path, depth)
	case '[':
		i.list(raw, anything, path, depth)
	}
}

func (i inspection) object(raw json.RawMessage, t reflect.Type, path string, depth int) {
	seen := make(map[string]bool)
	each(raw, func(name string, raw json.RawMessage) {
		at := name
		if path != "" {
			at = path + "." + name
		}
		inner, known := anything, true
		switch t.Kind() {
		case reflect.Struct:
			inner, known = field(t, name)
		case reflect.Map:
			inner = t.Elem()
		}
		switch {
		case seen[name]:
			i.wrong[at] = "is given twice"
		case !known:
			i.wrong[at] = "is not a field here"
		default:
			i.value(raw, inner, at, depth+1)
		}
		seen[name] = true
	})
}

func (i inspection) list(raw json.RawMessage, t reflect.Type, path string, depth int) {
	n := 0
	each(raw, func(_ string, raw json.RawMessage) {
		i.value(raw, t, fmt.Sprintf("%s[%d]", path, n), depth+1)
		n++
	})
}

// each hands on the members of an object, or the items of a list. What is raw
// is known to be valid, so that reading it cannot fail.
func each(raw json.RawMessage, do func(name string, raw json.RawMessage)) {
	dec := json.NewDecoder(bytes.NewReader(raw))
	if _, err := dec.Token(); err != nil {
		return
	}
	for dec.More() {
		var name string
		if raw[0] == '{' {
			token, err := dec.Token()
			if err != nil {
				return
			}
			name, _ = token.(string)
		}
		var value json.RawMessage
		if dec.Decode(&value) != nil {
			return
		}
		do(name, value)
	}
}

// field finds the field of a struct by exactly its name in JSON, also in
// structs embedded without a name of their own.
func field(t reflect.Type, name string) (reflect.Type, bool) {
	for _, f := range reflect.VisibleFields(t) {
		tag, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if tag == "" && f.Anonymous || !f.IsExported() {
			continue
		}
		if tag == "" {
			tag = f.Name
		}
		if tag == name && name != "-" {
			return f.Type, true
		}
	}
	return nil, false
}
