-- +goose Up

-- The words of one document, each once, folded, between spaces: ' core upgrade '.
-- scope says which kind: 0 a window whole and 1 its title, both by its number;
-- 2 an entry of the log, by its seq.
CREATE TABLE search_texts (
	scope SMALLINT NOT NULL CHECK (scope IN (0, 1, 2)),
	doc   BIGINT NOT NULL,
	words TEXT NOT NULL,
	PRIMARY KEY (scope, doc)
);

-- Where to look for a word: one row says that it stands, or once stood, in a
-- document. It may say too much, never too little, but for what is pending.
-- Words compare by their bytes, so that those which begin alike stand together.
CREATE TABLE search_words (
	scope SMALLINT NOT NULL,
	word  TEXT COLLATE "C" NOT NULL CHECK (word <> ''),
	doc   BIGINT NOT NULL,
	PRIMARY KEY (scope, word, doc)
);

-- A document some of whose words are not in search_words yet.
CREATE TABLE search_pending (
	scope SMALLINT NOT NULL,
	doc   BIGINT NOT NULL,
	PRIMARY KEY (scope, doc)
);

-- A window that search has to read anew. Entries of the log that it has not
-- read are those up to the cursor named search.
CREATE TABLE search_queue (
	number BIGINT PRIMARY KEY
);
INSERT INTO search_queue (number) SELECT number FROM windows;
INSERT INTO cursors (name, seq) SELECT 'search', coalesce(max(seq), 0) FROM events;

-- Lists run along these, whole or filtered.
CREATE INDEX windows_listed ON windows (coalesce(start_at, 0), id);
CREATE INDEX windows_listed_by_state ON windows (state, coalesce(start_at, 0), id);
CREATE INDEX windows_listed_by_kind ON windows (kind, coalesce(start_at, 0), id);
CREATE INDEX windows_listed_by_lead ON windows (lead, coalesce(start_at, 0), id);
CREATE INDEX events_by_actor ON events (actor, seq);
CREATE INDEX events_by_time ON events (at, seq);
