-- +goose Up
-- A template is a window to be booked again, without its times. doc is the
-- whole of it as JSON. Nobody pre-approves what they edited last.
CREATE TABLE templates (
	id          TEXT PRIMARY KEY,
	name        TEXT NOT NULL CHECK (name <> ''),
	editor      TEXT NOT NULL,
	approved_by TEXT CHECK (approved_by <> editor),
	version     INTEGER NOT NULL,
	doc         TEXT NOT NULL CHECK (json_valid(doc))
) STRICT;
CREATE INDEX templates_by_name ON templates (name, id);

CREATE TABLE template_services (
	template_id TEXT NOT NULL REFERENCES templates (id) ON DELETE CASCADE,
	service     TEXT NOT NULL REFERENCES services (slug),
	PRIMARY KEY (template_id, service)
) STRICT, WITHOUT ROWID;
CREATE INDEX template_services_back ON template_services (service);
