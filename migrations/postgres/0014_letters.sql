-- +goose Up

-- The frozen bytes of a delivery stand apart from its state, so that a change
-- of the one does not write the other anew.
CREATE TABLE letters (
	position BIGINT PRIMARY KEY REFERENCES deliveries (position) ON DELETE CASCADE,
	raw      TEXT NOT NULL CHECK (raw <> '')
);
INSERT INTO letters (position, raw) SELECT position, raw FROM deliveries WHERE raw <> '';
ALTER TABLE deliveries DROP COLUMN raw;

-- What is open is found by its state, and so are the few that are due, leased or
-- expire; an index of each of those times cost every change of a state more than
-- all else of it.
DROP INDEX deliveries_due;
DROP INDEX deliveries_leased;
DROP INDEX deliveries_expire;
DROP INDEX deliveries_hooks;
CREATE INDEX deliveries_hooks ON deliveries (webhook_id, position) WHERE webhook_id IS NOT NULL AND state IN ('queued', 'sending', 'deferred', 'in_doubt');
