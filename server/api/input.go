package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"reflect"
	"strconv"
	"strings"
	"time"

	"lull/scheduler"
	"lull/server/reply"
)

// read fills into, a struct of pointers, from the JSON object of the body:
// what the body leaves out stays nil, and null is the empty value. No body at
// all is an empty object, since most verbs need nothing said.
func read(r *http.Request, into any) error {
	var body bytes.Buffer
	if r.Body != nil {
		r.Body = teed{io.TeeReader(r.Body, &body), r.Body}
	}
	fields := map[string]reflect.Value{}
	fieldsOf(reflect.ValueOf(into).Elem(), fields)
	if err := reply.DecodeOptional(r, into); err != nil {
		return worded(err, fields)
	}
	values := map[string]json.RawMessage{}
	if len(bytes.TrimSpace(body.Bytes())) == 0 {
		return nil
	}
	if err := json.Unmarshal(body.Bytes(), &values); err != nil {
		return fmt.Errorf("api: read a body again: %w", err)
	}
	for name, raw := range values {
		if string(raw) == "null" {
			fields[name].Set(reflect.New(fields[name].Type().Elem()))
		}
	}
	return nil
}

type teed struct {
	io.Reader
	io.Closer
}

// fieldsOf finds the fields of v by their names in JSON, those of embedded
// structs too.
func fieldsOf(v reflect.Value, found map[string]reflect.Value) {
	for i := range v.NumField() {
		f := v.Type().Field(i)
		if f.Anonymous {
			fieldsOf(v.Field(i), found)
			continue
		}
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		found[name] = v.Field(i)
	}
}

// worded says of lengths and times what they should look like.
func worded(err error, fields map[string]reflect.Value) error {
	var wrong scheduler.InvalidError
	if !errors.As(err, &wrong) {
		return err
	}
	for path := range wrong {
		name, _, _ := strings.Cut(path, "[")
		field, ok := fields[name]
		if !ok {
			continue
		}
		switch field.Interface().(type) {
		case *moment:
			wrong[path] = errMoment.Error()
		case *date:
			wrong[path] = errDate.Error()
		case *length, *[]length, *map[string]length:
			wrong[path] = errLength.Error()
		case *[]stage:
			if strings.HasSuffix(path, ".start") || strings.HasSuffix(path, ".end") {
				wrong[path] = errMoment.Error()
			}
		}
	}
	return wrong
}

// given is what p points to, the zero value if it was left out.
func given[T any](p *T) (value T) {
	if p != nil {
		value = *p
	}
	return value
}

// set writes what was given, and leaves the rest as it is.
func set[T any](to, from *T) {
	if from != nil {
		*to = *from
	}
}

// at is the instant that was given, zero if none was.
func at(m *moment) time.Time { return given(m).Time }

// version is the version that a change is meant for, by If-Match or by the
// body; 0 is any. Two that differ cannot both be the present one.
func version(r *http.Request, inBody *int) (int, error) {
	v := given(inBody)
	if inBody != nil && v < 1 {
		return 0, scheduler.InvalidError{"version": "Versions start at 1."}
	}
	match := strings.TrimSpace(strings.Join(r.Header.Values("If-Match"), ","))
	if match == "" || match == "*" {
		return v, nil
	}
	n, err := strconv.Atoi(strings.Trim(strings.TrimPrefix(match, "W/"), `"`))
	if err != nil || n < 1 || v != 0 && n != v {
		return 0, scheduler.ErrStale
	}
	return n, nil
}

// query reads the parameters of a list; what is malformed is collected, and
// what nobody asks for is ignored.
type query struct {
	url.Values
	wrong scheduler.InvalidError
}

func queryOf(r *http.Request) *query {
	values, err := url.ParseQuery(r.URL.RawQuery)
	q := &query{values, scheduler.InvalidError{}}
	if err != nil {
		q.wrong["query"] = "The query is malformed: " + err.Error()
	}
	return q
}

// words is a repeatable parameter, its values also split at commas.
func (q *query) words(name string) (found []string) {
	for _, value := range q.Values[name] {
		for one := range strings.SplitSeq(value, ",") {
			if one = strings.TrimSpace(one); one != "" {
				found = append(found, one)
			}
		}
	}
	return found
}

// moment is an instant, or the midnight in UTC that begins a day.
func (q *query) moment(name string) time.Time {
	s := q.Get(name)
	if s == "" {
		return time.Time{}
	}
	if at, ok := instant(strings.ReplaceAll(s, " ", "+"), time.RFC3339, time.DateOnly); ok {
		return at
	}
	q.wrong[name] = errMoment.Error()
	return time.Time{}
}

// mostRows is how long a page of a list may be.
const mostRows = 500

// limit is how many rows a page may have, 0 when nothing is asked.
func (q *query) limit() int {
	s := q.Get("limit")
	if s == "" {
		return 0
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 {
		q.wrong["limit"] = fmt.Sprintf("Give a whole number from 1 to %d.", mostRows)
	}
	return min(n, mostRows)
}

// oneOf refuses a value of a parameter that is none of those there are.
func oneOf[T ~string](q *query, name string, values []string, there []T) (found []T) {
	known := map[T]bool{}
	for _, one := range there {
		known[one] = true
	}
	for _, value := range values {
		if !known[T(value)] {
			q.wrong[name] = fmt.Sprintf("%q is none of %v.", value, there)
		}
		found = append(found, T(value))
	}
	return found
}
