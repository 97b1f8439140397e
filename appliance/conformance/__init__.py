"""The conformance table 标准符合性: every clause and named function of DB4201/T 571-2018, and what proves it here.

`table.toml` holds the rows, `proofs.json` the tests that carry the mark ``conformance(id)`` (written by
``make conformance``; a test compares it with what collection gives). A row's status is derived from the two and is
never typed, so the page cannot claim more than the tests show.
"""

import json
import tomllib
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path

import msgspec

from appliance.errors import N_, IntegrityFailure


class Kind(StrEnum):
    """What a row stands for: a clause, a function of a named system, or a node of Annex A (图A.1)."""

    CLAUSE = "clause"
    FUNCTION = "function"
    NODE = "node"


class Scope(StrEnum):
    """How far the hall goes on its own (domain reference §1.7)."""

    CORE = "core"
    LITE = "lite"
    ADAPTER = "adapter"
    INFO = "info"


class Status(StrEnum):
    """How far a row is proven."""

    DONE = "done"
    PARTIAL = "partial"
    PLANNED = "planned"


SCOPE_TEXT: Mapping[Scope, str] = {
    Scope.CORE: N_("断网可用"),
    Scope.LITE: N_("本地简化"),
    Scope.ADAPTER: N_("联网时可用，断网排队"),
    Scope.INFO: N_("仅提供信息"),
}
"""Message ids of the scopes."""

STATUS_TEXT: Mapping[Status, str] = {
    Status.DONE: N_("已实现"),
    Status.PARTIAL: N_("部分实现"),
    Status.PLANNED: N_("计划中"),
}
"""Message ids of the statuses."""


class Row(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One row of the table.

    Attributes:
        id: clause number of the standard; a function is ``<clause of its system>-<position>``; a node is ``A<n>``.
        kind: what the row stands for.
        group: key of the heading it stands under.
        title: the standard's name for it.
        text: what it asks, in short.
        scope: how far the hall goes alone.
        needs: names of the tests (the function's name only) that together prove the row.
        note: what is missing or reduced, for the reader of the page.
    """

    id: str
    kind: Kind
    group: str
    title: str
    text: str
    scope: Scope
    needs: tuple[str, ...] = ()
    note: str = ""


class Standing(msgspec.Struct, frozen=True):
    """A row beside what is proven of it.

    Attributes:
        row: the row.
        status: derived, see `standing_of`.
        proofs: node ids of the tests that carry the row's mark.
        missing: names from `Row.needs` that no marked test bears.
    """

    row: Row
    status: Status
    proofs: tuple[str, ...]
    missing: tuple[str, ...]


class Counts(msgspec.Struct, frozen=True):
    """How many rows are done, partial and planned."""

    done: int
    partial: int
    planned: int

    @property
    def total(self) -> int:
        """All rows counted."""
        return self.done + self.partial + self.planned


class Group(msgspec.Struct, frozen=True):
    """One heading of the page with its rows, in the table's order."""

    key: str
    title: str
    standings: tuple[Standing, ...]
    counts: Counts


class _Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    groups: dict[str, str]
    row: tuple[Row, ...]


def table_directory() -> Path:
    """Give the folder that the shipped table and proofs stand in."""
    return Path(__file__).parent


def rows(directory: Path) -> tuple[Row, ...]:
    """Read the table's rows in its order.

    Args:
        directory: folder that holds ``table.toml``; `table_directory` for the shipped one.

    Raises:
        IntegrityFailure: the table is malformed, an id stands twice, or a group has no heading.
    """
    return _table(directory).row


def proofs(directory: Path) -> Mapping[str, tuple[str, ...]]:
    """Read which tests carry which row's mark: row id to test node ids, sorted.

    Args:
        directory: folder that holds ``proofs.json``.

    Raises:
        IntegrityFailure: the file is not a map of lists of text.
    """
    path = directory / "proofs.json"
    try:
        return msgspec.json.decode(path.read_bytes(), type=dict[str, tuple[str, ...]])
    except msgspec.MsgspecError as error:
        raise IntegrityFailure(N_("符合性证明文件无法读取。"), subject=path.name) from error


def standing_of(row: Row, proven: Mapping[str, tuple[str, ...]]) -> Standing:
    """Derive a row's status from the tests that carry its mark.

    Done: the row names at least one test and every named test carries the mark. Partial: some test carries the mark.
    Planned: none does.
    """
    tests = proven.get(row.id, ())
    names = {function_name(test) for test in tests}
    missing = tuple(name for name in row.needs if name not in names)
    if row.needs and not missing:
        status = Status.DONE
    elif tests:
        status = Status.PARTIAL
    else:
        status = Status.PLANNED
    return Standing(row=row, status=status, proofs=tuple(tests), missing=missing)


def function_name(node_id: str) -> str:
    """Give the test function's name in a pytest node id, without its parameters."""
    return node_id.rpartition("::")[2].partition("[")[0]


def summary(directory: Path) -> tuple[Group, ...]:
    """Give the whole page: every heading with its rows, their standing and the counts.

    Args:
        directory: folder that holds ``table.toml`` and ``proofs.json``.

    Raises:
        IntegrityFailure: one of the two files is malformed.
    """
    table = _table(directory)
    proven = proofs(directory)
    groups = []
    for key, title in table.groups.items():
        standings = tuple(standing_of(row, proven) for row in table.row if row.group == key)
        groups.append(Group(key=key, title=title, standings=standings, counts=count(standings)))
    return tuple(groups)


def count(standings: tuple[Standing, ...]) -> Counts:
    """Count standings by status."""
    statuses = [standing.status for standing in standings]
    return Counts(
        done=statuses.count(Status.DONE),
        partial=statuses.count(Status.PARTIAL),
        planned=statuses.count(Status.PLANNED),
    )


def encode_proofs(marked: Mapping[str, set[str]]) -> bytes:
    """Write proofs in their one form: sorted, indented, a newline at the end, so that a change reads well in review."""
    return (json.dumps({key: sorted(marked[key]) for key in sorted(marked)}, indent=2) + "\n").encode()


def _table(directory: Path) -> _Table:
    path = directory / "table.toml"
    try:
        table = msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), _Table)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise IntegrityFailure(
            N_("符合性清单格式有误：%(detail)s"), subject=path.name, params={"detail": str(error)}
        ) from error
    seen: set[str] = set()
    for row in table.row:
        if row.id in seen or row.group not in table.groups:
            raise IntegrityFailure(
                N_("符合性清单中“%(row)s”重复，或没有所属分组。"), subject=path.name, params={"row": row.id}
            )
        seen.add(row.id)
    return table
