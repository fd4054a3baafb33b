-- +goose Up

-- One calendar address of a person's own, also after it was revoked. Only the
-- SHA-256 of its token is here.
CREATE TABLE feeds (
	id TEXT PRIMARY KEY,
	owner TEXT NOT NULL REFERENCES people (email),
	name TEXT NOT NULL CHECK (name <> ''),
	scope TEXT NOT NULL CHECK (scope IN ('mine', 'all')),
	services TEXT NOT NULL CHECK (services <> ''), -- a JSON list of slugs; none narrows nothing
	token_hash TEXT NOT NULL UNIQUE CHECK (length(token_hash) = 64),
	created_at BIGINT NOT NULL,
	revoked_at BIGINT,
	last_fetched_at BIGINT
);
CREATE INDEX feeds_owner ON feeds (owner);

-- What a feed last showed and since when, so that its Last-Modified never goes
-- backwards. It can be lost without harm.
CREATE TABLE feed_editions (
	feed TEXT PRIMARY KEY CHECK (feed <> ''),
	etag TEXT NOT NULL,
	changed_at BIGINT NOT NULL
);
CREATE INDEX feed_editions_changed_at ON feed_editions (changed_at);
