-- +goose Up
-- A webhook is an address of a program that is told over HTTP. address is its
-- URL without the query, as people see it; doc is what was written of it, as
-- JSON. The secret that a rotation replaced signs too until old_until.
CREATE TABLE webhooks (
	id         TEXT PRIMARY KEY,
	address    TEXT NOT NULL UNIQUE CHECK (address <> ''),
	enabled    INTEGER NOT NULL CHECK (enabled IN (0, 1)),
	secret     TEXT NOT NULL CHECK (secret <> ''),
	old_secret TEXT NOT NULL,
	old_until  INTEGER,
	version    INTEGER NOT NULL,
	doc        TEXT NOT NULL CHECK (json_valid(doc)),
	CHECK ((old_secret = '') = (old_until IS NULL))
) STRICT;

-- What takes a delivery along: mail, or the webhook with that id. warned is
-- whether those responsible know that it failed.
ALTER TABLE deliveries ADD COLUMN carrier TEXT NOT NULL DEFAULT 'mail' CHECK (carrier IN ('mail', 'webhook'));
ALTER TABLE deliveries ADD COLUMN webhook_id TEXT CHECK ((carrier = 'webhook') = (webhook_id IS NOT NULL));
ALTER TABLE deliveries ADD COLUMN warned INTEGER NOT NULL DEFAULT 0 CHECK (warned IN (0, 1));
UPDATE deliveries SET warned = 1 WHERE state IN ('failed', 'expired');
CREATE INDEX deliveries_unwarned ON deliveries (window_id) WHERE state IN ('failed', 'expired') AND NOT warned;
CREATE INDEX deliveries_hooks ON deliveries (webhook_id, position) WHERE state IN ('queued', 'sending', 'deferred', 'in_doubt');
