package store

import (
	"errors"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/mattn/go-sqlite3"
)

// IsUnique says whether err is the database's refusal of a second row with the
// same key.
func IsUnique(err error) bool {
	switch sqliteCode(err) {
	case sqlite3.ErrConstraintUnique, sqlite3.ErrConstraintPrimaryKey, sqlite3.ErrConstraintRowID:
		return true
	}
	return postgresCode(err) == "23505"
}

// IsGuard says whether err is the refusal of a guard in the schema: a CHECK, or
// a trigger that raised.
func IsGuard(err error) bool {
	switch sqliteCode(err) {
	case sqlite3.ErrConstraintTrigger, sqlite3.ErrConstraintCheck:
		return true
	}
	code := postgresCode(err)
	return code == "23514" || code == "P0001"
}

// IsMissing says whether err is the refusal of a row that points to no row, or
// of taking away a row that others point to.
func IsMissing(err error) bool {
	return sqliteCode(err) == sqlite3.ErrConstraintForeignKey || postgresCode(err) == "23503"
}

// IsFull says whether err is the database's word that its disk has no room left.
// What the transaction did is undone; reading goes on.
func IsFull(err error) bool {
	var refusal sqlite3.Error
	if errors.As(err, &refusal) {
		return refusal.Code == sqlite3.ErrFull
	}
	return postgresCode(err) == "53100"
}

func sqliteCode(err error) sqlite3.ErrNoExtended {
	var refusal sqlite3.Error
	if errors.As(err, &refusal) {
		return refusal.ExtendedCode
	}
	return 0
}

func postgresCode(err error) string {
	var refusal *pgconn.PgError
	if errors.As(err, &refusal) {
		return refusal.Code
	}
	return ""
}
