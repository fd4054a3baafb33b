package store

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"

	"lull/migrations"
)

// connections is how many connections to PostgreSQL there are at most. As many
// are kept when idle: database/sql keeps two unless told, and would connect anew
// in every burst.
const connections = 10

func (db *DB) openPostgres(ctx context.Context, url string) error {
	config, err := pgx.ParseConfig(url)
	if err != nil {
		return err
	}
	if config.RuntimeParams["application_name"] == "" {
		config.RuntimeParams["application_name"] = "lull"
	}
	pool := stdlib.OpenDB(*config)
	pool.SetMaxOpenConns(connections)
	pool.SetMaxIdleConns(connections)
	db.read, db.write, db.engine = pool, pool, Postgres
	if err := pool.PingContext(ctx); err != nil {
		return errors.Join(fmt.Errorf("connect to PostgreSQL at %s: %w", config.Host, err), pool.Close())
	}
	if err := migrations.Apply(ctx, pool, Postgres); err != nil {
		return errors.Join(err, pool.Close())
	}
	return nil
}
