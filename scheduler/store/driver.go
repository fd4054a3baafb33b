package store

import (
	"context"
	"database/sql/driver"
	"strings"

	"github.com/mattn/go-sqlite3"
)

// connector opens SQLite connections that read $1 as PostgreSQL does.
//
// SQLite takes $1 for a name and numbers names by first appearance, so that
// "SET a = $2 WHERE id = $1" would bind its arguments swapped, silently; ?1 is a
// number. One query text can serve both databases only through this.
type connector struct{ dsn string }

func (c connector) Connect(context.Context) (driver.Conn, error) {
	plain, err := new(sqlite3.SQLiteDriver).Open(c.dsn)
	if err != nil {
		return nil, err
	}
	return &conn{plain.(*sqlite3.SQLiteConn)}, nil
}

func (c connector) Driver() driver.Driver { return new(sqlite3.SQLiteDriver) }

type conn struct{ *sqlite3.SQLiteConn }

func (c *conn) Prepare(query string) (driver.Stmt, error) {
	return c.SQLiteConn.Prepare(numbered(query))
}

func (c *conn) PrepareContext(ctx context.Context, query string) (driver.Stmt, error) {
	return c.SQLiteConn.PrepareContext(ctx, numbered(query))
}

// ExecContext runs to its end: so that ctx can interrupt it, go-sqlite3 would run
// it in a goroutine of its own, which costs more than most statements. Whoever
// left meanwhile is noticed before the next statement and at the commit.
func (c *conn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	return c.SQLiteConn.ExecContext(context.WithoutCancel(ctx), numbered(query), args)
}

func (c *conn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	return c.SQLiteConn.QueryContext(ctx, numbered(query), args)
}

// numbered turns each $n outside quotes and comments into ?n. It costs one copy
// of the text, so nothing is kept from one call to the next.
func numbered(query string) string {
	if !strings.Contains(query, "$") {
		return query
	}
	text := []byte(query)
	for i := 0; i < len(text); i++ {
		switch rest := query[i:]; {
		case text[i] == '\'' || text[i] == '"':
			i += past(rest[1:], rest[:1])
		case strings.HasPrefix(rest, "--"):
			i += past(rest[1:], "\n")
		case strings.HasPrefix(rest, "/*"):
			i += past(rest[1:], "*/")
		case text[i] == '$' && i+1 < len(text) && '0' <= text[i+1] && text[i+1] <= '9':
			text[i] = '?'
		}
	}
	return string(text)
}

// past is how far text goes up to and with end, or all of it.
func past(text, end string) int {
	before, _, found := strings.Cut(text, end)
	if !found {
		return len(text)
	}
	return len(before) + len(end)
}
