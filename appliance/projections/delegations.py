"""Delegations 即办件授权: which handler may decide which instant items, by whose signed leave, until when (T33)."""

from dataclasses import dataclass

import msgspec

from appliance.domain.events import DelegationGiven, DelegationRevoked
from appliance.projections.read_model import ReadModel
from appliance.store.change import AppliedEntry
from appliance.store.connection import Connection

SCHEMA = """
CREATE TABLE delegation (
    id       TEXT NOT NULL PRIMARY KEY,
    approver TEXT NOT NULL,
    handler  TEXT NOT NULL,
    starts   TEXT NOT NULL,
    until    TEXT NOT NULL,
    revoked  INTEGER NOT NULL DEFAULT 0,
    body     TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX delegation_by_handler ON delegation (handler, until);
"""

_decode = msgspec.json.Decoder(DelegationGiven).decode


@dataclass(frozen=True, slots=True)
class Delegation:
    """A delegation as it was given, and whether it was taken back."""

    given: DelegationGiven
    revoked: bool


def apply(connection: Connection, applied: AppliedEntry) -> None:
    """Keep a delegation, or mark it as taken back."""
    event = applied.event
    if not applied.own:
        return
    if isinstance(event, DelegationGiven):
        connection.execute(
            "INSERT INTO delegation (id, approver, handler, starts, until, body) VALUES (?, ?, ?, ?, ?, ?)",
            (
                event.delegation, event.approver, event.handler, event.starts, event.until,
                msgspec.json.encode(event).decode(),
            ),
        )  # fmt: skip
    elif isinstance(event, DelegationRevoked):
        connection.execute("UPDATE delegation SET revoked = 1 WHERE id = ?", (event.delegation,))


MODEL = ReadModel("delegations", SCHEMA, apply, frozenset({DelegationGiven, DelegationRevoked}))


def find(connection: Connection, number: str) -> Delegation | None:
    """Give a delegation by its number, or None."""
    row = connection.execute("SELECT body, revoked FROM delegation WHERE id = ?", (number,)).fetchone()
    return Delegation(_decode(row[0]), bool(row[1])) if row is not None else None


def valid(connection: Connection, handler: str, item_code: str, day: str) -> DelegationGiven | None:
    """Give the delegation under which a handler may decide an item on a day (ISO date), or None."""
    rows = connection.execute(
        "SELECT body FROM delegation WHERE handler = ?1 AND until >= ?2 AND starts <= ?2 AND revoked = 0 ORDER BY id",
        (handler, day),
    )
    return next((given for (body,) in rows if item_code in (given := _decode(str(body))).items), None)


def listing(connection: Connection, department: str | None = None) -> list[Delegation]:
    """List all delegations, or those of a department, the latest end first."""
    rows = connection.execute("SELECT body, revoked FROM delegation ORDER BY until DESC, id")
    held = [Delegation(_decode(str(body)), bool(revoked)) for body, revoked in rows]
    return [one for one in held if department is None or one.given.department == department]


def count(connection: Connection) -> int:
    """Count all delegations ever given."""
    number: int = connection.execute("SELECT count(*) FROM delegation").get
    return number
