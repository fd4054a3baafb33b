-- +goose Up
-- A secret is what ids of messages and addresses of subscriptions are derived from.
CREATE TABLE secrets (
	name  TEXT PRIMARY KEY,
	value TEXT NOT NULL CHECK (length(value) >= 32)
);

-- An announcement is one message about a window: to be made into deliveries,
-- made, or dropped for the reason it gives. notice is what it tells, as JSON.
CREATE TABLE announcements (
	id         TEXT PRIMARY KEY,
	window_id  TEXT NOT NULL REFERENCES windows (id) ON DELETE CASCADE,
	kind       TEXT NOT NULL CHECK (kind <> ''),
	inside     BOOLEAN NOT NULL, -- to people inside, not to stakeholders
	event_seq  BIGINT NOT NULL,
	at         BIGINT NOT NULL,
	due_at     BIGINT NOT NULL,
	state      TEXT NOT NULL CHECK (state IN ('pending', 'made', 'dropped')),
	reason     TEXT NOT NULL,
	notice     TEXT NOT NULL,
	detail     TEXT NOT NULL, -- what happened, in the words of the log
	start_at   BIGINT,
	end_at     BIGINT,
	recipients BIGINT NOT NULL,
	told       BOOLEAN NOT NULL, -- the log says how it ended
	CHECK (state <> 'dropped' OR reason <> '')
);
CREATE INDEX announcements_of_window ON announcements (window_id, event_seq);
CREATE INDEX announcements_due ON announcements (due_at) WHERE state = 'pending';

-- A delivery is one message to one address. raw is frozen when it is first
-- claimed; gen grows with every claim and settlement, so that who lost the
-- lease settles nothing; position is the order of a thread.
CREATE TABLE deliveries (
	id              TEXT PRIMARY KEY,
	position        BIGINT NOT NULL UNIQUE,
	announcement_id TEXT REFERENCES announcements (id) ON DELETE CASCADE,
	window_id       TEXT,
	kind            TEXT NOT NULL CHECK (kind <> ''),
	address         TEXT NOT NULL CHECK (address <> ''),
	recipient       TEXT NOT NULL,
	personal        BOOLEAN NOT NULL, -- a link of access is in it
	state           TEXT NOT NULL CHECK (state IN ('queued', 'sending', 'sent', 'captured', 'deferred', 'in_doubt', 'failed', 'expired', 'superseded', 'suppressed', 'cancelled')),
	reason          TEXT NOT NULL,
	attempts        BIGINT NOT NULL,
	gen             BIGINT NOT NULL,
	created_at      BIGINT NOT NULL,
	next_at         BIGINT NOT NULL,
	lease_at        BIGINT, -- when a claim ends by itself
	expires_at      BIGINT NOT NULL,
	sent_at         BIGINT,
	code            BIGINT NOT NULL,
	enhanced        TEXT NOT NULL,
	reply           TEXT NOT NULL,
	message_id      TEXT NOT NULL,
	subject         TEXT NOT NULL,
	raw             TEXT NOT NULL,
	UNIQUE (announcement_id, address),
	CHECK ((state = 'sending') = (lease_at IS NOT NULL)),
	CHECK ((state IN ('sent', 'captured')) = (sent_at IS NOT NULL))
);
CREATE INDEX deliveries_due ON deliveries (next_at) WHERE state IN ('queued', 'deferred', 'in_doubt');
CREATE INDEX deliveries_leased ON deliveries (lease_at) WHERE state = 'sending';
CREATE INDEX deliveries_expire ON deliveries (expires_at) WHERE state IN ('queued', 'deferred', 'in_doubt');
CREATE INDEX deliveries_open ON deliveries (announcement_id) WHERE state IN ('queued', 'sending', 'deferred', 'in_doubt');
CREATE INDEX deliveries_thread ON deliveries (window_id, address, position);
CREATE INDEX deliveries_by_state ON deliveries (state, position);
CREATE INDEX deliveries_by_address ON deliveries (address);
