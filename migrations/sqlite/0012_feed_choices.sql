-- +goose Up

-- What a person chose for a calendar of their own, beside its scope, and who
-- fetched it last. Lengths of time are milliseconds.
ALTER TABLE feeds ADD COLUMN tiers TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(tiers)); -- a JSON list of numbers
ALTER TABLE feeds ADD COLUMN alarm INTEGER CHECK (alarm > 0); -- before the start
ALTER TABLE feeds ADD COLUMN past INTEGER NOT NULL DEFAULT 7776000000 CHECK (past >= 0);
ALTER TABLE feeds ADD COLUMN future INTEGER NOT NULL DEFAULT 47347200000 CHECK (future > 0);
ALTER TABLE feeds ADD COLUMN confirmed INTEGER NOT NULL DEFAULT 0 CHECK (confirmed IN (0, 1)); -- nothing that is still to be approved
ALTER TABLE feeds ADD COLUMN fetched_by TEXT NOT NULL DEFAULT '';
