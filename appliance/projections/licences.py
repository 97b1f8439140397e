"""Licences 电子证照: those issued here and those of the city's cache, for reuse as material 免提交 (clause 4.2.7)."""

from collections.abc import Iterable

import msgspec

from appliance.domain.events import LicenceIssued
from appliance.domain.identifiers import licence_id
from appliance.projections.read_model import ReadModel
from appliance.store.change import AppliedEntry
from appliance.store.connection import Connection

SCHEMA = """
CREATE TABLE licence (
    identifier  TEXT NOT NULL PRIMARY KEY,
    type_code   TEXT NOT NULL,
    type_name   TEXT NOT NULL,
    number      TEXT NOT NULL,
    holder_name TEXT NOT NULL,
    holder_code TEXT NOT NULL,
    issuer_name TEXT NOT NULL,
    issued_on   TEXT NOT NULL,
    valid_to    TEXT,
    status      TEXT NOT NULL,
    source      TEXT NOT NULL,
    case_no     TEXT,
    as_of       TEXT NOT NULL,
    fields      TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX licence_by_holder ON licence (holder_code, type_code);
CREATE INDEX licence_by_number ON licence (number);
CREATE INDEX licence_by_end ON licence (valid_to, identifier) WHERE valid_to IS NOT NULL AND status = 'valid';
"""

VALID = "valid"
OWN = "hall"
CITY = "city"


class Licence(msgspec.Struct, frozen=True, kw_only=True):
    """A licence as this hall knows it; `as_of` says how fresh that is, `source` is ``hall`` or ``city``."""

    identifier: str
    type_code: str
    type_name: str
    number: str
    holder_name: str
    holder_code: str
    issuer_name: str
    issued_on: str
    valid_to: str | None
    status: str
    source: str
    case_no: str | None
    as_of: str
    fields: str


_NAMES = Licence.__struct_fields__
_PUT = f"INSERT OR REPLACE INTO licence ({', '.join(_NAMES)}) VALUES ({','.join('?' * len(_NAMES))})"  # noqa: S608


def apply(connection: Connection, applied: AppliedEntry) -> None:
    """Keep a licence that this hall issued; the city's come through `put_cached`."""
    event = applied.event
    if not isinstance(event, LicenceIssued):
        return
    connection.execute(
        _PUT,
        (
            event.identifier, event.type_code, event.type_name, event.number, event.holder_name, event.holder_code,
            event.issuer_name, event.issued_on, event.valid_to, VALID, OWN, applied.meta.case, applied.meta.t,
            msgspec.json.encode(event.fields).decode(),
        ),
    )  # fmt: skip
    if event.supersedes:
        connection.execute("UPDATE licence SET status = 'superseded' WHERE identifier = ?", (event.supersedes,))


def put_cached(connection: Connection, licences: Iterable[Licence]) -> None:
    """Replace the city's cache by this one, which may be longer than memory; this hall's own stay as its log says."""
    connection.execute("DELETE FROM licence WHERE source = ?", (CITY,))
    connection.executemany(
        _PUT.replace("INSERT OR REPLACE", "INSERT OR IGNORE"),
        (tuple(getattr(licence, name) for name in _NAMES) for licence in licences),
    )


MODEL = ReadModel("licences", SCHEMA, apply, frozenset({LicenceIssued}))


def usable(connection: Connection, holder_code: str, type_codes: tuple[str, ...], today: str) -> list[Licence]:
    """Give the holder's licences of these types that are valid on a day (ISO date), the newest first."""
    marks = ",".join("?" * len(type_codes))
    rows = connection.execute(
        f"SELECT {', '.join(_NAMES)} FROM licence WHERE holder_code = ? AND type_code IN ({marks})"  # noqa: S608
        " AND status = 'valid' AND (valid_to IS NULL OR valid_to >= ?) ORDER BY issued_on DESC, identifier",
        (holder_code, *type_codes, today),
    )
    return [Licence(**dict(zip(_NAMES, row, strict=True))) for row in rows]


def find(connection: Connection, identifier: str) -> Licence | None:
    """Give the licence of an identifier or a licence number, or None."""
    row = connection.execute(
        f"SELECT {', '.join(_NAMES)} FROM licence WHERE identifier = ?1 OR number = ?1 LIMIT 1",  # noqa: S608
        (identifier,),
    ).fetchone()
    return Licence(**dict(zip(_NAMES, row, strict=True))) if row else None


def listed(
    connection: Connection,
    *,
    holder_code: str = "",
    number: str = "",
    type_code: str = "",
    after: str = "",
    limit: int = 50,
) -> list[Licence]:
    """Give licences by identifier, those that fit all that is asked.

    Args:
        connection: a reader.
        holder_code: only this holder's; empty for all.
        number: only those of this licence number; empty for all.
        type_code: only those of this type; empty for all.
        after: only identifiers behind this one.
        limit: rows at most.
    """
    asked = {"holder_code = ?": holder_code, "number = ?": number, "type_code = ?": type_code, "identifier > ?": after}
    asked = {condition: value for condition, value in asked.items() if value}
    if type_code and not holder_code and not number:
        # Identifiers begin with their type, so this is one stretch of the table.
        start = f"{licence_id.ROOT}.{type_code}."
        asked |= {"identifier >= ?": start, "identifier < ?": f"{start[:-1]}/"}
    rows = connection.execute(
        f"SELECT {', '.join(_NAMES)} FROM licence WHERE {' AND '.join(asked) or '1'} ORDER BY identifier LIMIT ?",  # noqa: S608
        (*asked.values(), limit),
    )
    return [Licence(**dict(zip(_NAMES, row, strict=True))) for row in rows]


def counted(connection: Connection) -> tuple[dict[str, int], dict[str, int]]:
    """Count the licences by source and by state."""
    sources: dict[str, int] = {}
    states: dict[str, int] = {}
    for source, status, number in connection.execute("SELECT source, status, count(*) FROM licence GROUP BY 1, 2"):
        sources[source] = sources.get(source, 0) + number
        states[status] = states.get(status, 0) + number
    return sources, states


def ending(
    connection: Connection, first: str, last: str, *, issuer: str = "", limit: int = 20, offset: int = 0
) -> list[Licence]:
    """Give valid licences issued here that end between two days (ISO dates, both included), the first to end first.

    Args:
        connection: a reader.
        first: first day.
        last: last day.
        issuer: only those of this issuer's name; empty for all.
        limit: rows at most.
        offset: rows to leave out.
    """
    rows = connection.execute(
        f"SELECT {', '.join(_NAMES)} FROM licence WHERE status = 'valid' AND valid_to BETWEEN ?1 AND ?2"  # noqa: S608
        " AND source = 'hall' AND (?3 = '' OR issuer_name = ?3) ORDER BY valid_to, identifier LIMIT ?4 OFFSET ?5",
        (first, last, issuer, limit, offset),
    )
    return [Licence(**dict(zip(_NAMES, row, strict=True))) for row in rows]
