-- +goose Up
-- A secret is what ids of messages and addresses of subscriptions are derived from.
CREATE TABLE secrets (
	name  TEXT PRIMARY KEY,
	value TEXT NOT NULL CHECK (length(value) >= 32)
) STRICT, WITHOUT ROWID;

-- An announcement is one message about a window: to be made into deliveries,
-- made, or dropped for the reason it gives. notice is what it tells, as JSON.
CREATE TABLE announcements (
	id         TEXT PRIMARY KEY,
	window_id  TEXT NOT NULL REFERENCES windows (id) ON DELETE CASCADE,
	kind       TEXT NOT NULL CHECK (kind <> ''),
	inside     INTEGER NOT NULL CHECK (inside IN (0, 1)), -- to people inside, not to stakeholders
	event_seq  INTEGER NOT NULL,
	at         INTEGER NOT NULL,
	due_at     INTEGER NOT NULL,
	state      TEXT NOT NULL CHECK (state IN ('pending', 'made', 'dropped')),
	reason     TEXT NOT NULL,
	notice     TEXT NOT NULL CHECK (json_valid(notice)),
	detail     TEXT NOT NULL, -- what happened, in the words of the log
	start_at   INTEGER,
	end_at     INTEGER,
	recipients INTEGER NOT NULL,
	told       INTEGER NOT NULL CHECK (told IN (0, 1)), -- the log says how it ended
	CHECK (state <> 'dropped' OR reason <> '')
) STRICT;
CREATE INDEX announcements_of_window ON announcements (window_id, event_seq);
CREATE INDEX announcements_due ON announcements (due_at) WHERE state = 'pending';

-- A delivery is one message to one address. raw is frozen when it is first
-- claimed; gen grows with every claim and settlement, so that who lost the
-- lease settles nothing; position is the order of a thread.
CREATE TABLE deliveries (
	id              TEXT PRIMARY KEY,
	position        INTEGER NOT NULL UNIQUE,
	announcement_id TEXT REFERENCES announcements (id) ON DELETE CASCADE,
	window_id       TEXT,
	kind            TEXT NOT NULL CHECK (kind <> ''),
	address         TEXT NOT NULL CHECK (address <> ''),
	recipient       TEXT NOT NULL CHECK (json_valid(recipient)),
	personal        INTEGER NOT NULL CHECK (personal IN (0, 1)), -- a link of access is in it
	state           TEXT NOT NULL CHECK (state IN ('queued', 'sending', 'sent', 'captured', 'deferred', 'in_doubt', 'failed', 'expired', 'superseded', 'suppressed', 'cancelled')),
	reason          TEXT NOT NULL,
	attempts        INTEGER NOT NULL,
	gen             INTEGER NOT NULL,
	created_at      INTEGER NOT NULL,
	next_at         INTEGER NOT NULL,
	lease_at        INTEGER, -- when a claim ends by itself
	expires_at      INTEGER NOT NULL,
	sent_at         INTEGER,
	code            INTEGER NOT NULL,
	enhanced        TEXT NOT NULL,
	reply           TEXT NOT NULL,
	message_id      TEXT NOT NULL,
	subject         TEXT NOT NULL,
	raw             TEXT NOT NULL,
	UNIQUE (announcement_id, address),
	CHECK ((state = 'sending') = (lease_at IS NOT NULL)),
	CHECK ((state IN ('sent', 'captured')) = (sent_at IS NOT NULL))
) STRICT;
CREATE INDEX deliveries_due ON deliveries (next_at) WHERE state IN ('queued', 'deferred', 'in_doubt');
CREATE INDEX deliveries_leased ON deliveries (lease_at) WHERE state = 'sending';
CREATE INDEX deliveries_expire ON deliveries (expires_at) WHERE state IN ('queued', 'deferred', 'in_doubt');
CREATE INDEX deliveries_open ON deliveries (announcement_id) WHERE state IN ('queued', 'sending', 'deferred', 'in_doubt');
CREATE INDEX deliveries_thread ON deliveries (window_id, address, position);
CREATE INDEX deliveries_by_state ON deliveries (state, position);
CREATE INDEX deliveries_by_address ON deliveries (address);
