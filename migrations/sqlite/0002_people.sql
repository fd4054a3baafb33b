-- +goose Up

-- A person with an account. The address identifies the person everywhere and
-- never changes; password_hash is NULL until one is set.
CREATE TABLE people (
	email TEXT PRIMARY KEY CHECK (email = lower(email) AND email LIKE '_%@_%'),
	name TEXT NOT NULL CHECK (name <> ''),
	role TEXT NOT NULL CHECK (role IN ('viewer', 'operator', 'approver', 'admin')),
	time_zone TEXT NOT NULL,
	disabled INTEGER NOT NULL CHECK (disabled IN (0, 1)),
	password_hash TEXT CHECK (password_hash LIKE '$argon2id$%'),
	created_at INTEGER NOT NULL
) STRICT;

-- One browser that is logged in. Only the SHA-256 of its key is here.
CREATE TABLE sessions (
	key_hash TEXT PRIMARY KEY CHECK (length(key_hash) = 64),
	email TEXT NOT NULL REFERENCES people (email),
	created_at INTEGER NOT NULL,
	auth_at INTEGER NOT NULL, -- when the password was last given
	last_seen INTEGER NOT NULL,
	expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX sessions_email ON sessions (email);

-- One API token, also after it was revoked.
CREATE TABLE tokens (
	id TEXT PRIMARY KEY,
	email TEXT NOT NULL REFERENCES people (email),
	name TEXT NOT NULL CHECK (name <> ''),
	prefix TEXT NOT NULL,
	token_hash TEXT NOT NULL UNIQUE CHECK (length(token_hash) = 64),
	scopes TEXT NOT NULL, -- JSON; none narrows nothing
	created_at INTEGER NOT NULL,
	expires_at INTEGER NOT NULL,
	last_used INTEGER,
	revoked_at INTEGER
) STRICT;
CREATE INDEX tokens_email ON tokens (email);

-- One link that sets a password once: the first administrator's, which is of
-- nobody yet, an invitation, or a forgotten password's. Used is deleted.
CREATE TABLE links (
	token_hash TEXT PRIMARY KEY CHECK (length(token_hash) = 64),
	kind TEXT NOT NULL CHECK (kind IN ('setup', 'invitation', 'password')),
	email TEXT REFERENCES people (email),
	created_at INTEGER NOT NULL,
	expires_at INTEGER NOT NULL,
	CHECK ((kind = 'setup') = (email IS NULL))
) STRICT;
CREATE INDEX links_email ON links (email);

-- One log-in that failed lately. The account is a hash of what was typed, which
-- may have been anything.
CREATE TABLE login_failures (
	id TEXT PRIMARY KEY,
	account TEXT NOT NULL,
	address TEXT NOT NULL,
	at INTEGER NOT NULL
) STRICT;
CREATE INDEX login_failures_account ON login_failures (account, at);
CREATE INDEX login_failures_address ON login_failures (address, at);

-- One request that carried an Idempotency-Key. It is written with the change
-- that the request made; its status is NULL until the answer is known.
CREATE TABLE idempotency (
	email TEXT NOT NULL,
	key TEXT NOT NULL,
	claim TEXT NOT NULL,
	method TEXT NOT NULL,
	path TEXT NOT NULL,
	body_hash TEXT NOT NULL,
	status INTEGER,
	body TEXT NOT NULL,
	created_at INTEGER NOT NULL,
	PRIMARY KEY (email, key)
) STRICT;
CREATE INDEX idempotency_created_at ON idempotency (created_at);
