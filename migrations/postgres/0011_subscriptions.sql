-- +goose Up
-- When an address asked to be told by itself and has not confirmed yet.
ALTER TABLE stakeholders ADD COLUMN asked_at BIGINT;
CREATE INDEX stakeholders_asked ON stakeholders (asked_at) WHERE asked_at IS NOT NULL;

-- An ask is one request to subscribe, counted for a while. Address and client
-- are hashes: anything may have been typed.
CREATE TABLE asks (
	id      TEXT PRIMARY KEY,
	address TEXT NOT NULL,
	client  TEXT NOT NULL,
	at      BIGINT NOT NULL
);
CREATE INDEX asks_of_address ON asks (address, at);
CREATE INDEX asks_of_client ON asks (client, at);

-- A suppression keeps announcements from an address that mail servers refuse,
-- until somebody lifts it. code, enhanced and reply are the server's words.
CREATE TABLE suppressions (
	address     TEXT PRIMARY KEY CHECK (address <> ''),
	reason      TEXT NOT NULL CHECK (reason <> ''),
	code        BIGINT NOT NULL,
	enhanced    TEXT NOT NULL,
	reply       TEXT NOT NULL,
	delivery_id TEXT NOT NULL,
	since       BIGINT NOT NULL
);
