-- Which private parts were taken away (2) or held back (3) by a signed entry, whether the entry they belong to is here
-- yet or not: every way in asks this table. Derived from the log like `entry.type`; not a read model, because a replay
-- must find it filled before the first entry is read.
CREATE TABLE withheld (
    origin TEXT    NOT NULL,
    idx    INTEGER NOT NULL,
    state  INTEGER NOT NULL CHECK (state IN (2, 3)),
    PRIMARY KEY (origin, idx)
) STRICT, WITHOUT ROWID;

-- Files that were taken away with them.
CREATE TABLE withheld_blob (
    sha256 TEXT NOT NULL PRIMARY KEY
) STRICT, WITHOUT ROWID;

CREATE TRIGGER withheld_erased_stays BEFORE UPDATE ON withheld WHEN OLD.state = 2
BEGIN SELECT raise(ABORT, 'what was erased stays erased'); END;
CREATE TRIGGER withheld_erased_kept BEFORE DELETE ON withheld WHEN OLD.state = 2
BEGIN SELECT raise(ABORT, 'what was erased stays erased'); END;
