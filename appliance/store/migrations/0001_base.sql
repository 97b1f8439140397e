-- The signed log. Appended to by the writer only, one transaction a batch.
CREATE TABLE log (
    id      INTEGER PRIMARY KEY,
    origin  TEXT    NOT NULL UNIQUE,
    own     INTEGER NOT NULL CHECK (own IN (0, 1)),
    epoch   INTEGER NOT NULL,
    size    INTEGER NOT NULL DEFAULT 0 CHECK (size >= 0),
    applied INTEGER NOT NULL DEFAULT 0 CHECK (applied BETWEEN 0 AND size),
    closed  INTEGER NOT NULL DEFAULT 0 CHECK (closed IN (0, 1))
) STRICT;

-- body is the entry verbatim, leaf its RFC 6962 leaf hash; case_no, type and cmd repeat what the body says, for look-ups.
CREATE TABLE entry (
    log     INTEGER NOT NULL REFERENCES log (id),
    idx     INTEGER NOT NULL,
    leaf    BLOB    NOT NULL CHECK (length(leaf) = 32),
    body    BLOB    NOT NULL,
    case_no TEXT,
    type    TEXT    NOT NULL,
    cmd     TEXT    NOT NULL,
    PRIMARY KEY (log, idx)
) STRICT;
CREATE INDEX entry_by_case ON entry (case_no, log, idx) WHERE case_no IS NOT NULL;
CREATE INDEX entry_by_clock ON entry (log, idx) WHERE type IN ('clock.suspected', 'clock.confirmed');

-- state: 1 present, 2 erased, 3 restricted (protocol §2 RECORD); an entry without personal data has no row.
CREATE TABLE private (
    log   INTEGER NOT NULL,
    idx   INTEGER NOT NULL,
    state INTEGER NOT NULL CHECK (state IN (1, 2, 3)),
    part  BLOB    NOT NULL,
    PRIMARY KEY (log, idx),
    FOREIGN KEY (log, idx) REFERENCES entry (log, idx)
) STRICT;

-- Complete subtrees above the leaves (level >= 1); level 0 is entry.leaf.
CREATE TABLE node (
    log   INTEGER NOT NULL,
    level INTEGER NOT NULL,
    idx   INTEGER NOT NULL,
    hash  BLOB    NOT NULL,
    PRIMARY KEY (log, level, idx)
) STRICT, WITHOUT ROWID;

CREATE TABLE checkpoint (
    log  INTEGER NOT NULL,
    size INTEGER NOT NULL,
    note BLOB    NOT NULL,
    PRIMARY KEY (log, size)
) STRICT, WITHOUT ROWID;

-- Append-only, said to SQLite too. BEFORE INSERT answers INSERT OR REPLACE, which fires no DELETE trigger by default;
-- the rowid is tested as well, because REPLACE may also name that.
CREATE TRIGGER entry_no_update BEFORE UPDATE ON entry BEGIN SELECT raise(ABORT, 'entry is append-only'); END;
CREATE TRIGGER entry_no_delete BEFORE DELETE ON entry BEGIN SELECT raise(ABORT, 'entry is append-only'); END;
CREATE TRIGGER entry_no_replace BEFORE INSERT ON entry
WHEN EXISTS (SELECT 1 FROM entry WHERE log = NEW.log AND idx = NEW.idx)
  OR EXISTS (SELECT 1 FROM entry WHERE rowid = NEW.rowid)
BEGIN SELECT raise(ABORT, 'entry is append-only'); END;

CREATE TRIGGER node_no_update BEFORE UPDATE ON node BEGIN SELECT raise(ABORT, 'node is append-only'); END;
CREATE TRIGGER node_no_delete BEFORE DELETE ON node BEGIN SELECT raise(ABORT, 'node is append-only'); END;
CREATE TRIGGER node_no_replace BEFORE INSERT ON node
WHEN EXISTS (SELECT 1 FROM node WHERE log = NEW.log AND level = NEW.level AND idx = NEW.idx)
BEGIN SELECT raise(ABORT, 'node is append-only'); END;

CREATE TRIGGER checkpoint_no_update BEFORE UPDATE ON checkpoint
BEGIN SELECT raise(ABORT, 'checkpoint is append-only'); END;
CREATE TRIGGER checkpoint_no_delete BEFORE DELETE ON checkpoint
BEGIN SELECT raise(ABORT, 'checkpoint is append-only'); END;
CREATE TRIGGER checkpoint_no_replace BEFORE INSERT ON checkpoint
WHEN EXISTS (SELECT 1 FROM checkpoint WHERE log = NEW.log AND size = NEW.size)
BEGIN SELECT raise(ABORT, 'checkpoint is append-only'); END;

-- A private part never changes its bytes; it may be emptied (erased), or held back (restricted), and never comes back.
CREATE TRIGGER private_states_only BEFORE UPDATE ON private
WHEN NEW.log IS NOT OLD.log OR NEW.idx IS NOT OLD.idx OR OLD.state = 2
  OR NOT ((NEW.state = 2 AND length(NEW.part) = 0) OR (NEW.state IN (1, 3) AND NEW.part IS OLD.part))
BEGIN SELECT raise(ABORT, 'a private part can only be erased or restricted'); END;
CREATE TRIGGER private_no_delete BEFORE DELETE ON private
BEGIN SELECT raise(ABORT, 'a private part can only be erased or restricted'); END;
CREATE TRIGGER private_no_replace BEFORE INSERT ON private
WHEN EXISTS (SELECT 1 FROM private WHERE log = NEW.log AND idx = NEW.idx)
  OR EXISTS (SELECT 1 FROM private WHERE rowid = NEW.rowid)
BEGIN SELECT raise(ABORT, 'a private part can only be erased or restricted'); END;

CREATE TRIGGER log_only_grows BEFORE UPDATE ON log
WHEN NEW.id IS NOT OLD.id OR NEW.origin IS NOT OLD.origin OR NEW.own IS NOT OLD.own OR NEW.size < OLD.size
  OR NEW.closed < OLD.closed
BEGIN SELECT raise(ABORT, 'a log only grows'); END;
CREATE TRIGGER log_no_delete BEFORE DELETE ON log BEGIN SELECT raise(ABORT, 'a log only grows'); END;
CREATE TRIGGER log_no_replace BEFORE INSERT ON log
WHEN EXISTS (SELECT 1 FROM log WHERE id = NEW.id OR origin = NEW.origin)
BEGIN SELECT raise(ABORT, 'a log only grows'); END;

-- Which read models stand in this file, from which text, and what they created.
CREATE TABLE projection (
    name    TEXT NOT NULL PRIMARY KEY,
    digest  BLOB NOT NULL,
    objects TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- One row, raised by every batch: after a COMMIT whose answer was lost it says whether that batch is there.
CREATE TABLE batch (
    id     INTEGER PRIMARY KEY CHECK (id = 1),
    number INTEGER NOT NULL
) STRICT;
INSERT INTO batch (id, number) VALUES (1, 0);

-- LOCAL from here on: not derived from the log, not replayed. Sign-in tables follow in 0002_accounts.sql.
CREATE TABLE request (
    key    TEXT    NOT NULL PRIMARY KEY,
    actor  TEXT    NOT NULL,
    digest BLOB,
    log    INTEGER,
    first  INTEGER NOT NULL,
    count  INTEGER NOT NULL,
    size   INTEGER NOT NULL,
    result BLOB    NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX request_by_size ON request (log, size);

CREATE TABLE outbox (
    id       INTEGER PRIMARY KEY,
    kind     TEXT    NOT NULL,
    payload  TEXT    NOT NULL,
    created  TEXT    NOT NULL,
    due      TEXT    NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    done     TEXT
) STRICT;
CREATE INDEX outbox_open ON outbox (due) WHERE done IS NULL;

CREATE TABLE draft (
    id      TEXT NOT NULL PRIMARY KEY,
    staff   TEXT NOT NULL,
    form    TEXT NOT NULL,
    data    BLOB NOT NULL,
    changed TEXT NOT NULL
) STRICT;
CREATE INDEX draft_by_staff ON draft (staff, changed);

-- time: seconds since 1970 as signed; received: CLOCK_BOOTTIME seconds when it arrived here.
CREATE TABLE cosignature (
    log      INTEGER NOT NULL,
    size     INTEGER NOT NULL,
    line     TEXT    NOT NULL,
    time     INTEGER NOT NULL,
    received REAL    NOT NULL DEFAULT 0,
    PRIMARY KEY (log, size)
) STRICT, WITHOUT ROWID;
CREATE INDEX cosignature_by_time ON cosignature (time);

CREATE TABLE contact (
    peer     TEXT NOT NULL PRIMARY KEY,
    state    TEXT NOT NULL,
    at       TEXT,
    success  TEXT,
    detail   TEXT NOT NULL DEFAULT '{}'
) STRICT, WITHOUT ROWID;

CREATE TABLE setting (
    name    TEXT NOT NULL PRIMARY KEY,
    value   TEXT NOT NULL,
    changed TEXT NOT NULL
) STRICT, WITHOUT ROWID;
