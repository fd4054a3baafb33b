-- +goose Up
-- A service is something people depend on. doc is the rest of it as JSON.
CREATE TABLE services (
	slug       TEXT PRIMARY KEY,
	name       TEXT NOT NULL CHECK (name <> ''),
	tier       INTEGER NOT NULL CHECK (tier BETWEEN 1 AND 4),
	public     INTEGER NOT NULL CHECK (public IN (0, 1)),
	doc        TEXT NOT NULL CHECK (json_valid(doc)),
	updated_at INTEGER NOT NULL
) STRICT;

-- service depends on upstream.
CREATE TABLE service_upstream (
	service  TEXT NOT NULL REFERENCES services (slug) ON DELETE CASCADE,
	upstream TEXT NOT NULL REFERENCES services (slug),
	PRIMARY KEY (service, upstream)
) STRICT, WITHOUT ROWID;
CREATE INDEX service_upstream_back ON service_upstream (upstream);

-- A window is one maintenance window. Columns are what is asked for; doc is
-- the whole of it but its checks, as JSON. Instants are Unix milliseconds UTC.
CREATE TABLE windows (
	id         TEXT PRIMARY KEY,
	number     INTEGER NOT NULL UNIQUE,
	title      TEXT NOT NULL CHECK (title <> ''),
	state      TEXT NOT NULL CHECK (state IN ('draft', 'requested', 'scheduled', 'in_progress', 'verifying', 'closed', 'cancelled')),
	kind       TEXT NOT NULL CHECK (kind IN ('normal', 'standard', 'emergency')),
	outcome    TEXT CHECK (outcome IN ('successful', 'successful-with-issues', 'rolled-back', 'failed', 'unapproved')),
	lead       TEXT NOT NULL,
	requester  TEXT NOT NULL,
	published  INTEGER NOT NULL CHECK (published IN (0, 1)),
	start_at   INTEGER,
	end_at     INTEGER,
	due_at     INTEGER, -- when the clock next has something to do for it
	version    INTEGER NOT NULL,
	updated_at INTEGER NOT NULL,
	doc        TEXT NOT NULL CHECK (json_valid(doc)),
	CHECK (end_at > start_at AND end_at - start_at <= 1209600000),
	CHECK (state NOT IN ('scheduled', 'in_progress', 'verifying', 'closed') OR start_at IS NOT NULL),
	CHECK ((state = 'closed') = (outcome IS NOT NULL))
) STRICT;
CREATE INDEX windows_by_time ON windows (start_at, id);
CREATE INDEX windows_by_lead ON windows (lead, start_at);
CREATE INDEX windows_due ON windows (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX windows_running ON windows (state) WHERE state IN ('in_progress', 'verifying');

CREATE TABLE window_services (
	window_id TEXT NOT NULL REFERENCES windows (id) ON DELETE CASCADE,
	service   TEXT NOT NULL REFERENCES services (slug),
	PRIMARY KEY (window_id, service)
) STRICT, WITHOUT ROWID;
CREATE INDEX window_services_back ON window_services (service);

-- A slot is the time that a window holds on a service, while it holds any.
CREATE TABLE slots (
	service   TEXT NOT NULL REFERENCES services (slug),
	start_at  INTEGER NOT NULL,
	end_at    INTEGER NOT NULL,
	window_id TEXT NOT NULL REFERENCES windows (id) ON DELETE CASCADE,
	CHECK (end_at > start_at AND end_at - start_at <= 1209600000),
	PRIMARY KEY (service, start_at, window_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX slots_of_window ON slots (window_id);

-- A check is one item of a window's checklist; state repeats its last result.
CREATE TABLE checks (
	id        TEXT PRIMARY KEY,
	window_id TEXT NOT NULL REFERENCES windows (id) ON DELETE CASCADE,
	position  INTEGER NOT NULL,
	phase     TEXT NOT NULL CHECK (phase IN ('before', 'during', 'verify', 'rollback')),
	text      TEXT NOT NULL,
	how       TEXT NOT NULL,
	required  INTEGER NOT NULL CHECK (required IN (0, 1)),
	probe     TEXT NOT NULL,
	state     TEXT NOT NULL CHECK (state IN ('open', 'passed', 'failed', 'waived')),
	reopened  INTEGER NOT NULL,
	retired   INTEGER NOT NULL CHECK (retired IN (0, 1)) -- an edit took it off the list
) STRICT;
CREATE INDEX checks_of_window ON checks (window_id, position);

-- A result is one logged answer to a check: appended, never changed.
CREATE TABLE results (
	id           TEXT PRIMARY KEY,
	check_id     TEXT NOT NULL REFERENCES checks (id) ON DELETE CASCADE,
	position     INTEGER NOT NULL,
	answer       TEXT NOT NULL CHECK (answer IN ('passed', 'failed', 'waived')),
	note         TEXT NOT NULL,
	evidence_url TEXT NOT NULL,
	by_person    TEXT NOT NULL,
	at           INTEGER NOT NULL,
	UNIQUE (check_id, position)
) STRICT;

CREATE TABLE approvals (
	window_id TEXT NOT NULL REFERENCES windows (id) ON DELETE CASCADE,
	by_person TEXT NOT NULL,
	at        INTEGER NOT NULL,
	requester TEXT NOT NULL,
	PRIMARY KEY (window_id, by_person, at),
	CHECK (by_person <> requester)
) STRICT, WITHOUT ROWID;

-- A stakeholder is an address that hears about services.
CREATE TABLE stakeholders (
	id    TEXT PRIMARY KEY,
	email TEXT NOT NULL UNIQUE,
	doc   TEXT NOT NULL CHECK (json_valid(doc))
) STRICT;

-- What the organisation decided: one row.
CREATE TABLE settings (
	id  INTEGER PRIMARY KEY CHECK (id = 1),
	doc TEXT NOT NULL CHECK (json_valid(doc))
) STRICT;

-- The log: what happened, in order, one hash chain over all of it.
CREATE TABLE events (
	seq       INTEGER PRIMARY KEY,
	window_id TEXT,
	at        INTEGER NOT NULL,
	actor     TEXT NOT NULL,
	via       TEXT NOT NULL,
	kind      TEXT NOT NULL,
	text      TEXT NOT NULL,
	data      TEXT NOT NULL CHECK (json_valid(data)),
	prev      BLOB NOT NULL UNIQUE CHECK (length(prev) = 32),
	hash      BLOB NOT NULL UNIQUE CHECK (length(hash) = 32)
) STRICT;
CREATE INDEX events_of_window ON events (window_id, seq);

-- A cursor is how far a reader of the log has come.
CREATE TABLE cursors (
	name TEXT PRIMARY KEY,
	seq  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- +goose StatementBegin
CREATE TRIGGER events_no_update BEFORE UPDATE ON events
BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER events_no_delete BEFORE DELETE ON events
BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER events_chain BEFORE INSERT ON events
WHEN NEW.seq IS NOT (SELECT coalesce(max(seq), 0) + 1 FROM events)
	OR NEW.prev IS NOT coalesce((SELECT hash FROM events ORDER BY seq DESC LIMIT 1), zeroblob(32))
BEGIN SELECT RAISE(ABORT, 'the chain of the log is broken'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER windows_close_gate BEFORE UPDATE OF state ON windows
WHEN NEW.state = 'closed' AND OLD.state <> 'closed' AND EXISTS (
	SELECT 1 FROM checks c
	WHERE c.window_id = NEW.id AND c.required = 1 AND c.retired = 0 AND c.state NOT IN ('passed', 'waived')
		AND CASE WHEN coalesce(NEW.outcome, '') NOT IN ('rolled-back', 'failed') THEN c.phase IN ('during', 'verify')
			WHEN EXISTS (SELECT 1 FROM checks r WHERE r.window_id = NEW.id AND r.required = 1 AND r.retired = 0 AND r.phase = 'rollback') THEN c.phase = 'rollback'
			ELSE c.phase = 'verify' END)
BEGIN SELECT RAISE(ABORT, 'a required check is open or failed: the window cannot close'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER windows_not_born_closed BEFORE INSERT ON windows WHEN NEW.state IN ('closed', 'verifying')
BEGIN SELECT RAISE(ABORT, 'a window is not born closed'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER windows_moves BEFORE UPDATE OF state ON windows
WHEN OLD.state <> NEW.state AND (OLD.state || '>' || NEW.state) NOT IN (
	'draft>requested', 'draft>scheduled', 'draft>in_progress', 'draft>cancelled',
	'requested>draft', 'requested>scheduled', 'requested>in_progress', 'requested>cancelled',
	'scheduled>requested', 'scheduled>in_progress', 'scheduled>cancelled',
	'in_progress>verifying', 'in_progress>closed', 'verifying>in_progress', 'verifying>closed')
BEGIN SELECT RAISE(ABORT, 'this is no lawful move of a window'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER checks_frozen_update BEFORE UPDATE ON checks
WHEN EXISTS (SELECT 1 FROM windows WHERE id IN (OLD.window_id, NEW.window_id) AND state IN ('closed', 'cancelled'))
BEGIN SELECT RAISE(ABORT, 'the checks of a closed window are frozen'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER checks_frozen_insert BEFORE INSERT ON checks
WHEN EXISTS (SELECT 1 FROM windows WHERE id = NEW.window_id AND state IN ('closed', 'cancelled'))
BEGIN SELECT RAISE(ABORT, 'the checks of a closed window are frozen'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER checks_frozen_delete BEFORE DELETE ON checks
WHEN EXISTS (SELECT 1 FROM windows WHERE id = OLD.window_id AND state <> 'draft')
BEGIN SELECT RAISE(ABORT, 'the checks of a window that was submitted stay'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER results_no_update BEFORE UPDATE ON results
BEGIN SELECT RAISE(ABORT, 'results are append-only'); END;
-- +goose StatementEnd
