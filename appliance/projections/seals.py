"""Seals 电子印章: where each stands, its images, its grants, and every use (4.4.3)."""

from dataclasses import dataclass

import msgspec

from appliance.domain.events.seals import SealMade, SealRequested, SealUsed
from appliance.domain.seals import OVER, SEAL_EVENTS, Seal, SealKind, Standing, evolve
from appliance.projections.read_model import ReadModel
from appliance.store.change import AppliedEntry
from appliance.store.connection import Connection

SCHEMA = """
CREATE TABLE seal (
    no           TEXT    NOT NULL PRIMARY KEY,
    kind         TEXT    NOT NULL,
    department   TEXT    NOT NULL,
    standing     TEXT    NOT NULL,
    requested_by TEXT    NOT NULL,
    requested_at TEXT    NOT NULL,
    letter       TEXT    NOT NULL,
    body         TEXT    NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX seal_of ON seal (department, kind, standing);
CREATE TABLE seal_image (
    no      TEXT    NOT NULL,
    version INTEGER NOT NULL,
    image   TEXT    NOT NULL,
    key     TEXT    NOT NULL,
    at      TEXT    NOT NULL,
    by      TEXT    NOT NULL,
    PRIMARY KEY (no, version)
) STRICT, WITHOUT ROWID;
CREATE TABLE seal_use (
    idx       INTEGER NOT NULL PRIMARY KEY,
    no        TEXT    NOT NULL,
    version   INTEGER NOT NULL,
    grant_no  TEXT    NOT NULL,
    paper     TEXT    NOT NULL,
    copy      TEXT    NOT NULL,
    digest    TEXT    NOT NULL,
    signature TEXT    NOT NULL,
    at        TEXT    NOT NULL,
    by        TEXT    NOT NULL
) STRICT;
CREATE INDEX seal_use_of ON seal_use (no, idx);
CREATE INDEX seal_use_on ON seal_use (paper, copy);
CREATE TABLE seal_step (
    no     TEXT    NOT NULL,
    idx    INTEGER NOT NULL,
    type   TEXT    NOT NULL,
    reason TEXT    NOT NULL,
    at     TEXT    NOT NULL,
    by     TEXT    NOT NULL,
    PRIMARY KEY (no, idx)
) STRICT, WITHOUT ROWID;
"""

_decode = msgspec.json.Decoder(Seal).decode


@dataclass(frozen=True, slots=True)
class Use:
    """One use: version and grant, the paper, copy and digest, the signature (base64), when, by whom, which entry."""

    index: int
    version: int
    grant: str
    paper: str
    copy: str
    digest: str
    signature: str
    at: str
    by: str


@dataclass(frozen=True, slots=True)
class Image:
    """One version of a seal's image: hex SHA-256, hex of the public key, when it was made and by whom."""

    version: int
    image: str
    key: str
    at: str
    by: str


@dataclass(frozen=True, slots=True)
class Step:
    """One entry of a seal's life but its uses: the type, its reason, when, by whom."""

    index: int
    type: str
    reason: str
    at: str
    by: str


def apply(connection: Connection, applied: AppliedEntry) -> None:
    """Write a seal down, move it on, keep its images and uses."""
    event, meta = applied.event, applied.meta
    if not applied.own or not isinstance(event, SEAL_EVENTS):
        return
    who = (meta.t, meta.actor.id)
    if isinstance(event, SealRequested):
        seal = Seal(
            no=event.no, kind=SealKind(event.kind), department=event.department, name=event.name,
            standing=Standing.REQUESTED, requested_by=meta.actor.id,
        )  # fmt: skip
        connection.execute(
            "INSERT INTO seal (no, kind, department, standing, requested_by, requested_at, letter, body)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (seal.no, seal.kind, seal.department, seal.standing, meta.actor.id, meta.t, event.letter, _encode(seal)),
        )
    else:
        held = find(connection, event.no)
        if held is None:
            return
        seal = evolve(held, event, (meta.actor.role.value, meta.actor.id))
        connection.execute(
            "UPDATE seal SET standing = ?, body = ? WHERE no = ?", (seal.standing, _encode(seal), seal.no)
        )
    if isinstance(event, SealMade):
        connection.execute(
            "INSERT INTO seal_image (no, version, image, key, at, by) VALUES (?, ?, ?, ?, ?, ?)",
            (event.no, event.version, event.image, event.key, *who),
        )
    if isinstance(event, SealUsed):
        connection.execute(
            "INSERT INTO seal_use (idx, no, version, grant_no, paper, copy, digest, signature, at, by)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                applied.index, event.no, event.version, event.grant, event.paper, event.copy, event.digest,
                event.signature, *who,
            ),
        )  # fmt: skip
    else:
        connection.execute(
            "INSERT INTO seal_step (no, idx, type, reason, at, by) VALUES (?, ?, ?, ?, ?, ?)",
            (event.no, applied.index, event.TYPE, getattr(event, "reason", ""), *who),
        )


def _encode(seal: Seal) -> str:
    return msgspec.json.encode(seal).decode()


MODEL = ReadModel("seals", SCHEMA, apply, frozenset(SEAL_EVENTS))


def find(connection: Connection, no: str) -> Seal | None:
    """Give a seal by its number, or None."""
    body = connection.execute("SELECT body FROM seal WHERE no = ?", (no,)).get
    return _decode(body) if body is not None else None


def listing(connection: Connection) -> list[Seal]:
    """List all seals, the newest first."""
    return [_decode(body) for (body,) in connection.execute("SELECT body FROM seal ORDER BY no DESC")]


def current(connection: Connection, kind: SealKind, department: str) -> Seal | None:
    """Give the seal of a kind and department that is not over, or None."""
    rows = connection.execute(
        "SELECT body FROM seal WHERE department = ? AND kind = ? ORDER BY no DESC", (department, kind.value)
    )
    return next((seal for (body,) in rows if (seal := _decode(body)).standing not in OVER), None)


def letter(connection: Connection, no: str) -> str:
    """Give the hex SHA-256 of the authority letter's scan."""
    found: str | None = connection.execute("SELECT letter FROM seal WHERE no = ?", (no,)).get
    return found or ""


def images(connection: Connection, no: str) -> list[Image]:
    """List a seal's images, the newest first."""
    rows = connection.execute(
        "SELECT version, image, key, at, by FROM seal_image WHERE no = ? ORDER BY version DESC", (no,)
    )
    return [Image(*row) for row in rows]


def steps(connection: Connection, no: str) -> list[Step]:
    """List a seal's life, oldest first."""
    rows = connection.execute("SELECT idx, type, reason, at, by FROM seal_step WHERE no = ? ORDER BY idx", (no,))
    return [Step(*row) for row in rows]


_USE = "SELECT idx, version, grant_no, paper, copy, digest, signature, at, by FROM seal_use"


def uses(connection: Connection, no: str, *, before: int | None = None, limit: int = 50) -> list[Use]:
    """List a seal's uses, the newest first, those before an entry."""
    rows = connection.execute(
        f"{_USE} WHERE no = ? AND idx < ? ORDER BY idx DESC LIMIT ?", (no, 2**62 if before is None else before, limit)
    )
    return [Use(*row) for row in rows]


def used_on(connection: Connection, paper: str, copy: str) -> tuple[str, Use] | None:
    """Give the seal and the use that a paper's copy carries, or None."""
    row = connection.execute(
        "SELECT no, idx, version, grant_no, paper, copy, digest, signature, at, by FROM seal_use"
        " WHERE paper = ? AND copy = ?",
        (paper, copy),
    ).fetchone()
    return (row[0], Use(*row[1:])) if row is not None else None
