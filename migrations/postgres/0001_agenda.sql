-- +goose Up
-- A service is something people depend on. doc is the rest of it as JSON.
CREATE TABLE services (
	slug       TEXT PRIMARY KEY,
	name       TEXT NOT NULL CHECK (name <> ''),
	tier       BIGINT NOT NULL CHECK (tier BETWEEN 1 AND 4),
	public     BOOLEAN NOT NULL,
	doc        TEXT NOT NULL,
	updated_at BIGINT NOT NULL
);

-- service depends on upstream.
CREATE TABLE service_upstream (
	service  TEXT NOT NULL REFERENCES services (slug) ON DELETE CASCADE,
	upstream TEXT NOT NULL REFERENCES services (slug),
	PRIMARY KEY (service, upstream)
);
CREATE INDEX service_upstream_back ON service_upstream (upstream);

-- A window is one maintenance window. Columns are what is asked for; doc is
-- the whole of it but its checks, as JSON. Instants are Unix milliseconds UTC.
CREATE TABLE windows (
	id         TEXT PRIMARY KEY,
	number     BIGINT NOT NULL UNIQUE,
	title      TEXT NOT NULL CHECK (title <> ''),
	state      TEXT NOT NULL CHECK (state IN ('draft', 'requested', 'scheduled', 'in_progress', 'verifying', 'closed', 'cancelled')),
	kind       TEXT NOT NULL CHECK (kind IN ('normal', 'standard', 'emergency')),
	outcome    TEXT CHECK (outcome IN ('successful', 'successful-with-issues', 'rolled-back', 'failed', 'unapproved')),
	lead       TEXT NOT NULL,
	requester  TEXT NOT NULL,
	published  BOOLEAN NOT NULL,
	start_at   BIGINT,
	end_at     BIGINT,
	due_at     BIGINT, -- when the clock next has something to do for it
	version    BIGINT NOT NULL,
	updated_at BIGINT NOT NULL,
	doc        TEXT NOT NULL,
	CHECK (end_at > start_at AND end_at - start_at <= 1209600000),
	CHECK (state NOT IN ('scheduled', 'in_progress', 'verifying', 'closed') OR start_at IS NOT NULL),
	CHECK ((state = 'closed') = (outcome IS NOT NULL))
);
CREATE INDEX windows_by_time ON windows (start_at, id);
CREATE INDEX windows_by_lead ON windows (lead, start_at);
CREATE INDEX windows_due ON windows (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX windows_running ON windows (state) WHERE state IN ('in_progress', 'verifying');

CREATE TABLE window_services (
	window_id TEXT NOT NULL REFERENCES windows (id) ON DELETE CASCADE,
	service   TEXT NOT NULL REFERENCES services (slug),
	PRIMARY KEY (window_id, service)
);
CREATE INDEX window_services_back ON window_services (service);

-- A slot is the time that a window holds on a service, while it holds any.
CREATE TABLE slots (
	service   TEXT NOT NULL REFERENCES services (slug),
	start_at  BIGINT NOT NULL,
	end_at    BIGINT NOT NULL,
	window_id TEXT NOT NULL REFERENCES windows (id) ON DELETE CASCADE,
	CHECK (end_at > start_at AND end_at - start_at <= 1209600000),
	PRIMARY KEY (service, start_at, window_id)
);
CREATE INDEX slots_of_window ON slots (window_id);

-- A check is one item of a window's checklist; state repeats its last result.
CREATE TABLE checks (
	id        TEXT PRIMARY KEY,
	window_id TEXT NOT NULL REFERENCES windows (id) ON DELETE CASCADE,
	position  BIGINT NOT NULL,
	phase     TEXT NOT NULL CHECK (phase IN ('before', 'during', 'verify', 'rollback')),
	text      TEXT NOT NULL,
	how       TEXT NOT NULL,
	required  BOOLEAN NOT NULL,
	probe     TEXT NOT NULL,
	state     TEXT NOT NULL CHECK (state IN ('open', 'passed', 'failed', 'waived')),
	reopened  BIGINT NOT NULL,
	retired   BOOLEAN NOT NULL -- an edit took it off the list
);
CREATE INDEX checks_of_window ON checks (window_id, position);

-- A result is one logged answer to a check: appended, never changed.
CREATE TABLE results (
	id           TEXT PRIMARY KEY,
	check_id     TEXT NOT NULL REFERENCES checks (id) ON DELETE CASCADE,
	position     BIGINT NOT NULL,
	answer       TEXT NOT NULL CHECK (answer IN ('passed', 'failed', 'waived')),
	note         TEXT NOT NULL,
	evidence_url TEXT NOT NULL,
	by_person    TEXT NOT NULL,
	at           BIGINT NOT NULL,
	UNIQUE (check_id, position)
);

CREATE TABLE approvals (
	window_id TEXT NOT NULL REFERENCES windows (id) ON DELETE CASCADE,
	by_person TEXT NOT NULL,
	at        BIGINT NOT NULL,
	requester TEXT NOT NULL,
	PRIMARY KEY (window_id, by_person, at),
	CHECK (by_person <> requester)
);

-- A stakeholder is an address that hears about services.
CREATE TABLE stakeholders (
	id    TEXT PRIMARY KEY,
	email TEXT NOT NULL UNIQUE,
	doc   TEXT NOT NULL
);

-- What the organisation decided: one row.
CREATE TABLE settings (
	id  BIGINT PRIMARY KEY CHECK (id = 1),
	doc TEXT NOT NULL
);

-- The log: what happened, in order, one hash chain over all of it.
CREATE TABLE events (
	seq       BIGINT PRIMARY KEY,
	window_id TEXT,
	at        BIGINT NOT NULL,
	actor     TEXT NOT NULL,
	via       TEXT NOT NULL,
	kind      TEXT NOT NULL,
	text      TEXT NOT NULL,
	data      TEXT NOT NULL,
	prev      BYTEA NOT NULL UNIQUE CHECK (length(prev) = 32),
	hash      BYTEA NOT NULL UNIQUE CHECK (length(hash) = 32)
);
CREATE INDEX events_of_window ON events (window_id, seq);

-- A cursor is how far a reader of the log has come.
CREATE TABLE cursors (
	name TEXT PRIMARY KEY,
	seq  BIGINT NOT NULL
);

-- +goose StatementBegin
CREATE FUNCTION events_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'the log is append-only' USING ERRCODE = 'check_violation'; END $$;
-- +goose StatementEnd
CREATE TRIGGER events_no_change BEFORE UPDATE OR DELETE ON events FOR EACH ROW EXECUTE FUNCTION events_append_only();
CREATE TRIGGER events_no_truncate BEFORE TRUNCATE ON events FOR EACH STATEMENT EXECUTE FUNCTION events_append_only();
-- +goose StatementBegin
CREATE FUNCTION events_chain() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF NEW.seq <> (SELECT coalesce(max(seq), 0) + 1 FROM events)
		OR NEW.prev <> coalesce((SELECT hash FROM events ORDER BY seq DESC LIMIT 1), decode(repeat('00', 32), 'hex')) THEN
		RAISE EXCEPTION 'the chain of the log is broken' USING ERRCODE = 'check_violation';
	END IF;
	RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER events_chain BEFORE INSERT ON events FOR EACH ROW EXECUTE FUNCTION events_chain();
-- +goose StatementBegin
CREATE FUNCTION windows_gate() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF TG_OP = 'INSERT' THEN
		IF NEW.state IN ('closed', 'verifying') THEN
			RAISE EXCEPTION 'a window is not born closed' USING ERRCODE = 'check_violation';
		END IF;
		RETURN NEW;
	END IF;
	IF OLD.state <> NEW.state AND (OLD.state || '>' || NEW.state) NOT IN (
		'draft>requested', 'draft>scheduled', 'draft>in_progress', 'draft>cancelled',
		'requested>draft', 'requested>scheduled', 'requested>in_progress', 'requested>cancelled',
		'scheduled>requested', 'scheduled>in_progress', 'scheduled>cancelled',
		'in_progress>verifying', 'in_progress>closed', 'verifying>in_progress', 'verifying>closed') THEN
		RAISE EXCEPTION 'this is no lawful move of a window' USING ERRCODE = 'check_violation';
	END IF;
	IF NEW.state = 'closed' AND OLD.state <> 'closed' AND EXISTS (
		SELECT 1 FROM checks c
		WHERE c.window_id = NEW.id AND c.required AND NOT c.retired AND c.state NOT IN ('passed', 'waived')
			AND CASE WHEN coalesce(NEW.outcome, '') NOT IN ('rolled-back', 'failed') THEN c.phase IN ('during', 'verify')
				WHEN EXISTS (SELECT 1 FROM checks r WHERE r.window_id = NEW.id AND r.required AND NOT r.retired AND r.phase = 'rollback') THEN c.phase = 'rollback'
				ELSE c.phase = 'verify' END) THEN
		RAISE EXCEPTION 'a required check is open or failed: the window cannot close' USING ERRCODE = 'check_violation';
	END IF;
	RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER windows_gate BEFORE INSERT OR UPDATE OF state ON windows FOR EACH ROW EXECUTE FUNCTION windows_gate();
-- checks take a share lock on their window, so closing and editing them cannot pass each other
-- +goose StatementBegin
CREATE FUNCTION checks_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE held TEXT;
BEGIN
	IF TG_OP = 'DELETE' THEN
		SELECT state INTO held FROM windows WHERE id = OLD.window_id FOR SHARE;
		IF held <> 'draft' THEN
			RAISE EXCEPTION 'the checks of a window that was submitted stay' USING ERRCODE = 'check_violation';
		END IF;
		RETURN OLD;
	END IF;
	SELECT state INTO held FROM windows WHERE id = NEW.window_id FOR SHARE;
	IF held IN ('closed', 'cancelled') THEN
		RAISE EXCEPTION 'the checks of a closed window are frozen' USING ERRCODE = 'check_violation';
	END IF;
	RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER checks_frozen BEFORE INSERT OR UPDATE OR DELETE ON checks FOR EACH ROW EXECUTE FUNCTION checks_frozen();
-- +goose StatementBegin
CREATE FUNCTION results_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'results are append-only' USING ERRCODE = 'check_violation'; END $$;
-- +goose StatementEnd
CREATE TRIGGER results_no_update BEFORE UPDATE ON results FOR EACH ROW EXECUTE FUNCTION results_append_only();
