-- +goose Up
-- A notice is a supplier's maintenance, as the newest of its updates states it;
-- maintenance and account tell it from every other. doc is the rest of it as JSON.
CREATE TABLE notices (
	id          TEXT PRIMARY KEY,
	maintenance TEXT NOT NULL,
	account     TEXT NOT NULL,
	supplier    TEXT NOT NULL, -- as people read it
	reference   TEXT NOT NULL,
	title       TEXT NOT NULL,
	status      TEXT NOT NULL CHECK (status IN ('TENTATIVE', 'CONFIRMED', 'CANCELLED', 'IN-PROCESS', 'COMPLETED', 'RE-SCHEDULED', 'NO-CHANGE')),
	by_hand     INTEGER NOT NULL CHECK (by_hand IN (0, 1)), -- somebody named its services
	start_at    INTEGER NOT NULL,
	end_at      INTEGER NOT NULL,
	window_id   TEXT REFERENCES windows (id) ON DELETE SET NULL, -- made of it
	version     INTEGER NOT NULL,
	doc         TEXT NOT NULL CHECK (json_valid(doc)),
	UNIQUE (maintenance, account),
	CHECK (end_at > start_at)
) STRICT;
CREATE INDEX notices_by_time ON notices (start_at, id);
CREATE INDEX notices_by_end ON notices (end_at, id);
CREATE INDEX notices_of_window ON notices (window_id) WHERE window_id IS NOT NULL;

-- An update is what one event of a supplier's file says of a notice: appended,
-- never changed. digest is the same for the same words.
CREATE TABLE notice_updates (
	notice_id TEXT NOT NULL REFERENCES notices (id) ON DELETE CASCADE,
	digest    TEXT NOT NULL,
	position  INTEGER NOT NULL,
	applied   INTEGER NOT NULL CHECK (applied IN (0, 1)), -- 0: a newer one was known
	by_person TEXT NOT NULL,
	at        INTEGER NOT NULL,
	doc       TEXT NOT NULL CHECK (json_valid(doc)),
	PRIMARY KEY (notice_id, digest)
) STRICT;

-- A service that a notice touches, with the notice's time.
CREATE TABLE notice_services (
	notice_id TEXT NOT NULL REFERENCES notices (id) ON DELETE CASCADE,
	service   TEXT NOT NULL REFERENCES services (slug) ON DELETE CASCADE,
	impact    TEXT NOT NULL CHECK (impact IN ('no-impact', 'reduced-redundancy', 'degraded', 'outage')),
	start_at  INTEGER NOT NULL,
	end_at    INTEGER NOT NULL,
	PRIMARY KEY (notice_id, service)
) STRICT;
CREATE INDEX notice_services_by_time ON notice_services (service, end_at, start_at);

-- A rule says which service a supplier's object stands for; '' is any.
CREATE TABLE notice_rules (
	id       TEXT PRIMARY KEY,
	provider TEXT NOT NULL,
	account  TEXT NOT NULL,
	object   TEXT NOT NULL,
	service  TEXT NOT NULL REFERENCES services (slug) ON DELETE CASCADE,
	CHECK (provider <> '' OR account <> '' OR object <> ''),
	UNIQUE (provider, account, object, service)
) STRICT;
CREATE INDEX notice_rules_back ON notice_rules (service);
