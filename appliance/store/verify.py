"""Verifying a stored log: every byte that the signature covers, and every byte that is derived from those."""

import base64
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import apsw
import msgspec

from appliance.errors import N_, IntegrityFailure
from appliance.ledger.merkle import node_hash
from appliance.ledger.note import VerifierKey
from appliance.ledger.records import RecordState
from appliance.ledger.verify import VerifyReport, verify_log
from appliance.store.connection import Connection
from appliance.store.event_store import LogRow, log_row
from appliance.store.examining import MALFORMED
from appliance.store.withholding import named_by_log

_ROWS = (
    "SELECT e.idx, e.body, e.leaf, e.case_no, e.type, e.cmd, p.state, p.part FROM entry e"
    " LEFT JOIN private p ON p.log = e.log AND p.idx = e.idx WHERE e.log = ? AND e.idx < ? ORDER BY e.idx"
)
_NODES = "SELECT idx, hash FROM node WHERE log = ? AND level = ? ORDER BY idx"
_BEYOND = (
    "SELECT 1 FROM entry WHERE log = ? AND idx >= ?"
    " UNION ALL SELECT 1 FROM checkpoint WHERE log = ? AND size > ? LIMIT 1"
)
_ERASED = int(RecordState.ERASED)


class _Named(msgspec.Struct):
    """The parts of an envelope that are repeated in columns, or bind the private part."""

    type: str
    cmd: str
    case: str | None = None
    pii: str | None = None


_named = msgspec.json.Decoder(_Named).decode


@dataclass(frozen=True, slots=True)
class LogVerdict:
    """What a verification found.

    Attributes:
        origin: the log.
        size: entries that hold.
        root: base64 root over them.
        checkpoints: signatures that were verified and hold.
        failure: what does not hold, or None.
        index: the first entry concerned, when there is one.
    """

    origin: str
    size: int
    root: str
    checkpoints: int
    failure: IntegrityFailure | None = None
    index: int | None = None

    @property
    def ok(self) -> bool:
        """Tell whether everything holds."""
        return self.failure is None


class _Damage(Exception):
    def __init__(self, index: int, failure: IntegrityFailure) -> None:
        super().__init__(index)
        self.index = index
        self.failure = failure


def _failure(message: str, origin: str, index: int) -> _Damage:
    failure = IntegrityFailure(
        message,
        subject=origin,
        params={"index": index},
        next_step=N_("停止写入，保留现场，用市级副本或备份核对"),
    )
    return _Damage(index, failure)


def verify_stored(
    connection: Connection,
    origin: str,
    verifier: VerifierKey,
    *,
    every_checkpoint: bool = False,
    derived: bool = True,
) -> LogVerdict:
    """Verify one log: leaves, tree, signature; and what is stored beside it.

    Args:
        connection: any connection; the verification reads one snapshot.
        origin: the log.
        verifier: its key.
        every_checkpoint: verify the signature of each checkpoint instead of the last one's only.
        derived: also hold private parts, look-up columns and stored tree nodes against the leaves.

    Returns:
        A verdict; it names the first entry concerned.

    Raises:
        NotFound: there is no such log.
    """
    connection.execute("SAVEPOINT verifying")
    try:
        row = log_row(connection, origin)
        return _verify(connection, row, verifier, every_checkpoint=every_checkpoint, derived=derived)
    finally:
        connection.execute("RELEASE verifying")


def _verify(
    connection: Connection,
    row: LogRow,
    verifier: VerifierKey,
    *,
    every_checkpoint: bool,
    derived: bool,
) -> LogVerdict:
    reached = [0]
    notes = "SELECT note FROM checkpoint WHERE log = ? AND (? OR size = ?) ORDER BY size"
    try:
        checkpoints = [note for (note,) in connection.execute(notes, (row.id, every_checkpoint, row.size))]
        report = verify_log(_entries(connection, row, reached, derived=derived), checkpoints, verifier)
        _require_whole(connection, row, report)
        if derived:
            _check_nodes(connection, row)
            _check_erased(connection, row)
    except _Damage as damage:
        return LogVerdict(row.origin, damage.index, "", 0, damage.failure, damage.index)
    except (apsw.Error, UnicodeDecodeError):  # a flipped byte may also leave text that is no UTF-8
        failure = _failure(N_("第 %(index)s 条附近的数据库页面损坏"), row.origin, reached[0]).failure
        return LogVerdict(row.origin, reached[0], "", 0, failure, reached[0])
    root = base64.b64encode(report.frontier.root()).decode()
    return LogVerdict(row.origin, report.entries, root, report.checkpoints)


def _require_whole(connection: Connection, row: LogRow, report: VerifyReport) -> None:
    """Refuse a log that is shorter or longer than its row says."""
    if report.problem is not None:
        raise _Damage(report.problem.first, report.problem.failure(row.origin))
    if report.entries != row.size:
        raise _failure(N_("日志缺少第 %(index)s 条"), row.origin, report.entries)
    if connection.execute(_BEYOND, (row.id, row.size, row.id, row.size)).fetchone() is not None:
        raise _failure(N_("日志登记的长度小于已签名的长度：第 %(index)s 条起被略去"), row.origin, row.size)


def _entries(
    connection: Connection,
    row: LogRow,
    reached: list[int],
    *,
    derived: bool,
) -> Iterator[tuple[bytes, bytes]]:
    rows = connection.execute(_ROWS, (row.id, row.size))
    for expected, (index, body, leaf, case, kind, cmd, state, part) in enumerate(rows):
        if index != expected:
            raise _failure(N_("日志缺少第 %(index)s 条"), row.origin, expected)
        if derived:
            try:
                _check_derived(row.origin, index, body, (case, kind, cmd), (state, part))
            except _Damage as damage:
                # The leaf is asked first: when the entry itself was changed, that is what has to be said.
                if hashlib.sha256(b"\0" + body).digest() == leaf:
                    raise
                raise _failure(N_("条目 %(index)s 与其叶散列不符"), row.origin, index) from damage
        yield body, leaf
        reached[0] = expected + 1


def _check_derived(
    origin: str,
    index: int,
    body: bytes,
    columns: tuple[str | None, str, str],
    private: tuple[int | None, bytes | None],
) -> None:
    state, part = private
    try:
        named = _named(body)
    except msgspec.MsgspecError:
        if columns != (None, MALFORMED, ""):
            raise _failure(N_("条目 %(index)s 的检索列与内容不符"), origin, index) from None
        return
    if columns not in ((named.case, named.type, named.cmd), (None, MALFORMED, "")):
        raise _failure(N_("条目 %(index)s 的检索列与内容不符"), origin, index)
    if state == _ERASED:
        sound = not part and named.pii is not None
    elif part is None:
        sound = named.pii is None
    else:
        sound = base64.b64encode(hashlib.sha256(part).digest()).decode() == named.pii
    if not sound:
        raise _failure(N_("条目 %(index)s 的保密部分与摘要不符"), origin, index)


def _check_erased(connection: Connection, row: LogRow) -> None:
    """Hold what is missing against what entries say was erased: neither may go beyond the other (protocol §2)."""
    named = named_by_log(connection, RecordState.ERASED).get(row.origin, set())
    enacted = named_by_log(connection, RecordState.ERASED, enacted=True).get(row.origin, set())
    states: dict[int, int] = dict(connection.execute("SELECT idx, state FROM private WHERE log = ?", (row.id,)))
    for index, state in sorted(states.items()):
        if state == _ERASED and index not in named:
            raise _failure(N_("条目 %(index)s 的保密部分不见了，日志里没有删除它的条目"), row.origin, index)
        if state != _ERASED and index in enacted:
            raise _failure(N_("条目 %(index)s 的保密部分已依法删除，却还在库里"), row.origin, index)


def _check_nodes(connection: Connection, row: LogRow) -> None:
    """Recompute every stored interior node from the two below it."""
    below = [leaf for (leaf,) in connection.execute("SELECT leaf FROM entry WHERE log = ? ORDER BY idx", (row.id,))]
    level = 0
    while len(below) > 1:
        level += 1
        above = [node_hash(below[at], below[at + 1]) for at in range(0, len(below) - 1, 2)]
        rows = connection.execute(_NODES, (row.id, level))
        stored: list[tuple[Any, ...]] = rows.fetchall()
        if stored != list(enumerate(above)):
            found: dict[Any, Any] = dict(stored)
            wrong = next((at for at, digest in enumerate(above) if found.get(at) != digest), len(above))
            raise _failure(N_("条目 %(index)s 之上的树节点与叶散列不符"), row.origin, wrong << level)
        below = above
