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
	var s *string
	if json.Unmarshal(b, &s) != nil {
		return errMoment
	}
	m.Time = time.Time{}
	if s == nil {
		return nil
	}
	at, err := time.Parse(time.RFC3339, *s)
	if err != nil {
		return errMoment
	}
	m.Time = at.UTC()
	return nil
}

// day is an instant, also written as a day, whose midnight in UTC it then is.
type day struct{ moment }

// UnmarshalJSON reads the day, or the instant.
func (d *day) UnmarshalJSON(b []byte) error {
	var s string
	if json.Unmarshal(b, &s) == nil {
		if at, err := time.Parse(time.DateOnly, s); err == nil {
			d.Time = at
			return nil
		}
	}
	return d.moment.UnmarshalJSON(b)
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
