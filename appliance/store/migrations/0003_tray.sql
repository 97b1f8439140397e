-- LOCAL: scans that wait in a window's tray 托盘 until a clerk puts them to a material. Not in the log.
-- source names the file as the watch program saw it, so that handing it over twice leaves one line.
CREATE TABLE tray (
    id         INTEGER PRIMARY KEY,
    window     TEXT    NOT NULL,
    name       TEXT    NOT NULL,
    sha256     TEXT    NOT NULL,
    media_type TEXT    NOT NULL,
    size       INTEGER NOT NULL,
    added      TEXT    NOT NULL,
    source     TEXT    NOT NULL,
    taken      TEXT,
    UNIQUE (window, source)
) STRICT;
CREATE INDEX tray_waiting ON tray (window, id) WHERE taken IS NULL;
