-- +goose Up
-- A webhook is an address of a program that is told over HTTP. address is its
-- URL without the query, as people see it; doc is what was written of it, as
-- JSON. The secret that a rotation replaced signs too until old_until.
CREATE TABLE webhooks (
	id         TEXT PRIMARY KEY,
	address    TEXT NOT NULL UNIQUE CHECK (address <> ''),
	enabled    BOOLEAN NOT NULL,
	secret     TEXT NOT NULL CHECK (secret <> ''),
	old_secret TEXT NOT NULL,
	old_until  BIGINT,
	version    BIGINT NOT NULL,
	doc        TEXT NOT NULL,
	CHECK ((old_secret = '') = (old_until IS NULL))
);

-- What takes a delivery along: mail, or the webhook with that id. warned is
-- whether those responsible know that it failed.
ALTER TABLE deliveries ADD COLUMN carrier TEXT NOT NULL DEFAULT 'mail' CHECK (carrier IN ('mail', 'webhook'));
ALTER TABLE deliveries ADD COLUMN webhook_id TEXT CHECK ((carrier = 'webhook') = (webhook_id IS NOT NULL));
ALTER TABLE deliveries ADD COLUMN warned BOOLEAN NOT NULL DEFAULT FALSE;
UPDATE deliveries SET warned = TRUE WHERE state IN ('failed', 'expired');
CREATE INDEX deliveries_unwarned ON deliveries (window_id) WHERE state IN ('failed', 'expired') AND NOT warned;
CREATE INDEX deliveries_hooks ON deliveries (webhook_id, position) WHERE state IN ('queued', 'sending', 'deferred', 'in_doubt');
