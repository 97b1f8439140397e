"""Which entries and files belong to a matter: what an erasure names, so that every holder of a copy can follow it."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from appliance.domain.entry import read_meta
from appliance.store.connection import Connection

_SELECT = (
    "SELECT l.origin, e.idx, e.type, e.body, p.state FROM entry e JOIN log l ON l.id = e.log"
    " LEFT JOIN private p ON p.log = e.log AND p.idx = e.idx"
)
_OF_CASES = _SELECT + " WHERE e.case_no IN (SELECT value FROM json_each(?))"  # noqa: S608 - literals
_OF_NONE = _SELECT + " WHERE e.case_no IS NULL"
_NAMING_FILES = _SELECT + " WHERE instr(e.body, CAST(? AS BLOB)) > 0"
_FILES = '"blobs":['
_ANSWERED = "command.answered"


class _Answer(msgspec.Struct):
    class Data(msgspec.Struct):
        command: str = ""

    data: Data


_answer = msgspec.json.Decoder(_Answer).decode


@dataclass(frozen=True, slots=True)
class Mentions:
    """What stands about some matters.

    Attributes:
        places: entries that have a private part, by origin.
        blobs: hex SHA-256 of files that they name and nothing else does.
    """

    places: dict[str, tuple[int, ...]]
    blobs: tuple[str, ...]


def _naming(words: Iterable[str]) -> re.Pattern[bytes]:
    """Match a text that is one of these words, or begins with one and a dash, as numbers of papers do."""
    return re.compile(b'"(?:' + b"|".join(re.escape(word.encode()) for word in words) + rb')["-]')


def about(connection: Connection, numbers: Sequence[str]) -> Mentions:
    """Find the entries of both logs that are about some matters, and the files that only they name.

    Entries of the cases themselves, and those of no case that name one: papers printed, calls made, supervision,
    the city's request that a case came from.

    Args:
        connection: the writer's, or a reader.
        numbers: 收件编号 of cases and wholes.
    """
    rows: dict[tuple[str, int], tuple[bytes, bool]] = {}
    commands: set[str] = set()

    def keep(found: Iterable[tuple[Any, ...]], pattern: re.Pattern[bytes] | None) -> None:
        for origin, index, kind, body, state in found:
            if pattern is None or pattern.search(body):
                rows[origin, index] = (body, state is not None)
                if kind == _ANSWERED:
                    commands.add(_answer(body).data.command)

    keep(connection.execute(_OF_CASES, (msgspec.json.encode(list(numbers)).decode(),)), None)
    keep(connection.execute(_OF_NONE), _naming(numbers))
    if commands - {""}:
        keep(connection.execute(_OF_NONE), _naming(commands - {""}))
    places: dict[str, list[int]] = {}
    for (origin, index), (_, private) in rows.items():
        if private:
            places.setdefault(origin, []).append(index)
    named = {blob for body, _ in rows.values() for blob in read_meta(body).blobs}
    return Mentions(
        {origin: tuple(sorted(indexes)) for origin, indexes in sorted(places.items())},
        tuple(sorted(named - _needed_elsewhere(connection, named, rows.keys()))),
    )


def _needed_elsewhere(connection: Connection, blobs: set[str], within: Iterable[tuple[str, int]]) -> set[str]:
    """Give those files that another entry, a draft or a tray names too."""
    if not blobs:
        return set()
    inside = set(within)
    needed: set[str] = set()
    for origin, index, _, body, _ in connection.execute(_NAMING_FILES, (_FILES,)):
        if (origin, index) not in inside:
            needed |= blobs.intersection(read_meta(body).blobs)
    for blob in blobs - needed:
        held = connection.execute(
            "SELECT 1 FROM draft WHERE instr(data, CAST(?1 AS BLOB)) > 0"
            " UNION ALL SELECT 1 FROM tray WHERE sha256 = ?1 AND taken IS NULL",
            (blob,),
        )
        if held.fetchone() is not None:
            needed.add(blob)
    return needed
