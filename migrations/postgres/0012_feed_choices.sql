-- +goose Up

-- What a person chose for a calendar of their own, beside its scope, and who
-- fetched it last. Lengths of time are milliseconds.
ALTER TABLE feeds
	ADD COLUMN tiers TEXT NOT NULL DEFAULT '[]' CHECK (tiers <> ''), -- a JSON list of numbers
	ADD COLUMN alarm BIGINT CHECK (alarm > 0), -- before the start
	ADD COLUMN past BIGINT NOT NULL DEFAULT 7776000000 CHECK (past >= 0),
	ADD COLUMN future BIGINT NOT NULL DEFAULT 47347200000 CHECK (future > 0),
	ADD COLUMN confirmed BOOLEAN NOT NULL DEFAULT FALSE, -- nothing that is still to be approved
	ADD COLUMN fetched_by TEXT NOT NULL DEFAULT '';
