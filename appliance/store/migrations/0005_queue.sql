-- LOCAL: the queue 排队叫号 of the hall. Not in the log: who waits is no fact of a case (decision 0032).
-- series and number together never occur twice on a day, whatever the program does.
CREATE TABLE queue_ticket (
    id         INTEGER PRIMARY KEY,
    day        TEXT    NOT NULL,
    series     TEXT    NOT NULL,
    number     INTEGER NOT NULL,
    code       TEXT    NOT NULL,
    business   TEXT    NOT NULL,
    priority   TEXT    NOT NULL,
    place      INTEGER NOT NULL,
    state      TEXT    NOT NULL,
    window     TEXT    NOT NULL DEFAULT '',
    to_window  TEXT    NOT NULL DEFAULT '',
    recalls    INTEGER NOT NULL DEFAULT 0,
    rejoined   INTEGER NOT NULL DEFAULT 0,
    drawn      TEXT    NOT NULL,
    called     TEXT    NOT NULL DEFAULT '',
    started    TEXT    NOT NULL DEFAULT '',
    ended      TEXT    NOT NULL DEFAULT '',
    outcome    TEXT    NOT NULL DEFAULT '',
    key        TEXT    NOT NULL UNIQUE,
    UNIQUE (day, series, number)
) STRICT;
CREATE INDEX queue_ticket_open ON queue_ticket (day, state, business, place)
WHERE state IN ('called', 'missed', 'serving', 'transferred', 'waiting');
CREATE INDEX queue_ticket_by_code ON queue_ticket (day, code);
-- At most one person stands at a window, whatever the program does.
CREATE UNIQUE INDEX queue_ticket_at_window ON queue_ticket (window) WHERE state IN ('called', 'serving');

-- Every movement, the oldest first; rows are only added.
CREATE TABLE queue_movement (
    id       INTEGER PRIMARY KEY,
    ticket   INTEGER NOT NULL REFERENCES queue_ticket (id),
    day      TEXT    NOT NULL,
    act      TEXT    NOT NULL,
    at       TEXT    NOT NULL,
    window   TEXT    NOT NULL,
    login    TEXT    NOT NULL,
    business TEXT    NOT NULL,
    priority INTEGER NOT NULL
) STRICT;
CREATE INDEX queue_movement_of_day ON queue_movement (day, act, id);

CREATE TABLE queue_window (
    window   TEXT PRIMARY KEY,
    state    TEXT NOT NULL,
    reason   TEXT NOT NULL,
    login    TEXT NOT NULL,
    since    TEXT NOT NULL,
    business TEXT NOT NULL
) STRICT;
