-- Local tables of sign-in: never in the log, never sent to the city.
-- Times are ISO 8601 with milliseconds and +08:00, as entries carry them.

CREATE TABLE session (
  id         TEXT PRIMARY KEY,              -- SHA-256 (hex) of the cookie's token: a stolen file opens no session
  login      TEXT NOT NULL,
  role       TEXT NOT NULL,
  window     TEXT,
  created    TEXT NOT NULL,
  seen       TEXT NOT NULL,
  expires    TEXT NOT NULL,
  csrf       TEXT NOT NULL,
  locked     INTEGER NOT NULL DEFAULT 0,
  must_change INTEGER NOT NULL DEFAULT 0    -- the password was set by someone else: nothing else opens before a change
) STRICT, WITHOUT ROWID;
CREATE INDEX session_expires ON session (expires);
CREATE INDEX session_login ON session (login);

CREATE TABLE credential (
  login       TEXT PRIMARY KEY,
  verifier    TEXT NOT NULL,                -- argon2id string with its salt and limits
  must_change INTEGER NOT NULL DEFAULT 0,
  changed     TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Counted for every name typed, known or not, so that the answer does not tell which names exist.
CREATE TABLE login_failure (
  login        TEXT PRIMARY KEY,
  failures     INTEGER NOT NULL,
  last         TEXT NOT NULL,
  locked_until TEXT
) STRICT, WITHOUT ROWID;

CREATE TABLE access_log (
  id      INTEGER PRIMARY KEY,
  at      TEXT NOT NULL,
  login   TEXT NOT NULL,
  act     TEXT NOT NULL,
  result  TEXT NOT NULL,
  subject TEXT NOT NULL DEFAULT '',
  purpose TEXT NOT NULL DEFAULT '',
  window  TEXT,
  address TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX access_log_at ON access_log (at);
CREATE INDEX access_log_login ON access_log (login, at);
