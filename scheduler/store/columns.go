package store

import (
	"database/sql"
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"time"
)

// Time is an instant as a column: Unix milliseconds UTC in an integer, which
// sort and compare as the instants do on both engines; NULL when zero.
type Time struct{ time.Time }

// At is t as a column.
func At(t time.Time) Time { return Time{t} }

// Value writes t for the database.
func (t Time) Value() (driver.Value, error) {
	if t.IsZero() {
		return nil, nil
	}
	return t.UnixMilli(), nil
}

// Scan reads t from the database.
func (t *Time) Scan(src any) error {
	switch ms := src.(type) {
	case nil:
		t.Time = time.Time{}
	case int64:
		t.Time = time.UnixMilli(ms).UTC()
	default:
		return fmt.Errorf("store: %T is no time", src)
	}
	return nil
}

// Column is a value that a query can take as an argument and Scan can fill.
type Column interface {
	driver.Valuer
	sql.Scanner
}

// JSON is what v points to as a column of text that holds JSON. NULL scans as
// the zero value, and whatever v held before is forgotten.
func JSON[T any](v *T) Column { return jsonColumn[T]{v} }

type jsonColumn[T any] struct{ v *T }

// Value writes a string: a strict TEXT column of SQLite refuses bytes.
func (c jsonColumn[T]) Value() (driver.Value, error) {
	text, err := json.Marshal(c.v)
	if err != nil {
		return nil, fmt.Errorf("store: %w", err)
	}
	return string(text), nil
}

// Scan reads the column.
func (c jsonColumn[T]) Scan(src any) error {
	var empty T
	*c.v = empty
	var text []byte
	switch src := src.(type) {
	case nil:
		return nil
	case string:
		text = []byte(src)
	case []byte:
		text = src
	default:
		return fmt.Errorf("store: %T is no JSON", src)
	}
	if err := json.Unmarshal(text, c.v); err != nil {
		return fmt.Errorf("store: %w", err)
	}
	return nil
}
