package api

import (
	"encoding/json"
	"errors"
	"time"

	"lull/scheduler"
)

// moment is an instant: RFC 3339 in UTC and whole seconds out, any offset in,
// null when zero.
type moment struct{ time.Time }

// MarshalJSON writes the instant.
func (m moment) MarshalJSON() ([]byte, error) {
	if m.IsZero() {
		return []byte("null"), nil
	}
	return json.Marshal(m.UTC().Format(time.RFC3339))
}

// UnmarshalJSON reads the instant.
func (m *moment) UnmarshalJSON(b []byte) error {
	at, ok := readTime(b, time.RFC3339)
	m.Time = at
	if !ok {
		return errMoment
	}
	return nil
}

// readTime reads an instant in one of the layouts, zero for null.
func readTime(b []byte, layouts ...string) (time.Time, bool) {
	var s *string
	if json.Unmarshal(b, &s) != nil {
		return time.Time{}, false
	}
	if s == nil {
		return time.Time{}, true
	}
	return instant(*s, layouts...)
}

// instant is the first reading of s that one of the layouts allows.
func instant(s string, layouts ...string) (time.Time, bool) {
	for _, layout := range layouts {
		if at, err := time.Parse(layout, s); err == nil {
			return at.UTC(), true
		}
	}
	return time.Time{}, false
}

// date is an instant, or the midnight in UTC that begins a day; null when zero.
type date struct{ time.Time }

// UnmarshalJSON reads the instant or the day.
func (d *date) UnmarshalJSON(b []byte) error {
	at, ok := readTime(b, time.RFC3339, time.DateOnly)
	d.Time = at
	if !ok {
		return errDate
	}
	return nil
}

// length is a length of time: "72h", "90m", "45s".
type length time.Duration

// MarshalJSON writes the length.
func (l length) MarshalJSON() ([]byte, error) {
	return json.Marshal(scheduler.Duration(time.Duration(l)))
}

// UnmarshalJSON reads the length.
func (l *length) UnmarshalJSON(b []byte) error {
	var s *string
	if json.Unmarshal(b, &s) != nil {
		return errLength
	}
	*l = 0
	if s == nil {
		return nil
	}
	d, err := scheduler.ParseDuration(*s)
	if err != nil {
		return errLength
	}
	*l = length(d)
	return nil
}

// What is said of a value that has not the shape its field asks for.
var (
	errMoment = errors.New("this is not a time such as 2026-12-12T01:00:00Z")
	errDate   = errors.New("this is not a day such as 2027-06-01, nor a time such as 2027-06-01T00:00:00Z")
	errLength = errors.New("this is not a length of time such as 72h, 90m or 45s")
)

// orNull is s, or null where there is none.
func orNull[T ~string](s T) *string {
	if s == "" {
		return nil
	}
	text := string(s)
	return &text
}
