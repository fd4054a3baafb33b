-- +goose Up
-- A freeze is a period in which no maintenance is allowed. last_at is when it
-- ends for good, NULL when it comes again for ever. doc is all of it as JSON.
CREATE TABLE freezes (
	id         TEXT PRIMARY KEY,
	title      TEXT NOT NULL CHECK (title <> ''),
	start_at   BIGINT NOT NULL,
	end_at     BIGINT NOT NULL,
	last_at    BIGINT,
	version    BIGINT NOT NULL,
	updated_at BIGINT NOT NULL,
	doc        TEXT NOT NULL,
	CHECK (end_at > start_at)
);
CREATE INDEX freezes_by_time ON freezes (start_at, id);

-- A conflict that the people of a window know of: what is not here is new to
-- them. other is the window it is with, empty where it is with none.
CREATE TABLE known_conflicts (
	window_id TEXT NOT NULL REFERENCES windows (id) ON DELETE CASCADE,
	name      TEXT NOT NULL CHECK (name <> ''),
	other     TEXT NOT NULL,
	PRIMARY KEY (window_id, name)
);
CREATE INDEX known_conflicts_other ON known_conflicts (other);
