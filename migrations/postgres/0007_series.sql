-- +goose Up
-- A series is a recurring plan; each of its occurrences is a window. due_at is
-- when its next occurrences are to be made. doc is all of it as JSON.
CREATE TABLE series (
	id         TEXT PRIMARY KEY,
	title      TEXT NOT NULL CHECK (title <> ''),
	state      TEXT NOT NULL CHECK (state IN ('draft', 'requested', 'approved', 'ended')),
	requester  TEXT NOT NULL,
	due_at     BIGINT,
	version    BIGINT NOT NULL,
	created_at BIGINT NOT NULL,
	updated_at BIGINT NOT NULL,
	doc        TEXT NOT NULL
);
CREATE INDEX series_by_age ON series (created_at, id);
CREATE INDEX series_due ON series (due_at) WHERE due_at IS NOT NULL;

-- Which occurrence of which series a window is, by its name on the wall clock.
ALTER TABLE windows ADD COLUMN series_id TEXT REFERENCES series (id);
ALTER TABLE windows ADD COLUMN occurrence TEXT CHECK ((series_id IS NULL) = (occurrence IS NULL));
CREATE UNIQUE INDEX windows_of_series ON windows (series_id, occurrence) WHERE series_id IS NOT NULL;

-- What happened to a series: entries of the log.
CREATE TABLE series_events (
	series_id TEXT NOT NULL REFERENCES series (id),
	seq       BIGINT NOT NULL REFERENCES events (seq),
	PRIMARY KEY (series_id, seq)
);

-- Which windows an announcement tells of, and the times that it tells.
CREATE TABLE announcement_windows (
	announcement_id TEXT NOT NULL REFERENCES announcements (id) ON DELETE CASCADE,
	window_id       TEXT NOT NULL REFERENCES windows (id) ON DELETE CASCADE,
	start_at        BIGINT,
	end_at          BIGINT,
	PRIMARY KEY (announcement_id, window_id)
);
CREATE INDEX announcement_windows_back ON announcement_windows (window_id, announcement_id);
INSERT INTO announcement_windows (announcement_id, window_id, start_at, end_at)
SELECT id, window_id, start_at, end_at FROM announcements;
