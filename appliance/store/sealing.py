"""Heads of logs inside a batch: what was added, and the check and signature at its end (protocol §3)."""

from collections.abc import Callable
from dataclasses import dataclass, field

from appliance.errors import N_, IntegrityFailure
from appliance.ledger.checkpoint import Checkpoint, sign_checkpoint
from appliance.ledger.merkle import Frontier, leaf_hash, tree_root
from appliance.ledger.signer import LogSigner
from appliance.store.appending import INSERT_CHECKPOINT, grow
from appliance.store.change import Projector
from appliance.store.connection import Connection
from appliance.store.event_store import LogRow, checkpoint_of, node_reader_of
from appliance.store.journal import Part

_NEW_ROWS = "SELECT leaf, body FROM entry WHERE log = ? AND idx >= ? ORDER BY idx"


class SelfCheckFailed(IntegrityFailure):
    """Our own stored bytes are not what was signed, or about to be: nothing more is written (protocol §5)."""

    code = "self_check"


def self_check(message: str, code: str, origin: str) -> SelfCheckFailed:
    """Build the failure that closes the gate."""
    return SelfCheckFailed(message, code=code, subject=origin, next_step=N_("停止写入，运行 hall log verify 核对"))


@dataclass(slots=True)
class Kit:
    """What the writer hands to each batch.

    Attributes:
        projector: the read models.
        signers: key of each own log, by origin.
        random: source of cryptographic random bytes.
        has_blob: tells whether a blob is stored durably.
        roots: size and root of each log's last checkpoint, as far as this process knows it.
    """

    projector: Projector
    signers: dict[str, LogSigner]
    random: Callable[[int], bytes]
    has_blob: Callable[[str], bool]
    roots: dict[str, tuple[int, bytes]] = field(default_factory=dict)


@dataclass(slots=True)
class OpenLog:
    """A log during one batch: the row as the batch found it, and what has been added since."""

    row: LogRow
    peer: "OpenLog | None"
    applied: int
    size: int
    frontier: Frontier | None = None
    leaves: list[bytes] = field(default_factory=list)
    records: list[bytes] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)

    def mark(self) -> tuple[int, int, Frontier | None, int, int]:
        """Remember where a savepoint began."""
        return self.applied, self.size, self.frontier, len(self.leaves), len(self.parts)

    def back_to(self, mark: tuple[int, int, Frontier | None, int, int]) -> None:
        """Follow a savepoint's rollback."""
        self.applied, self.size, self.frontier, leaves, parts = mark
        del self.leaves[leaves:], self.records[leaves:], self.parts[parts:]


def load_frontier(connection: Connection, kit: Kit, row: LogRow) -> Frontier:
    """Read the head's frontier from the stored nodes and hold it against the last signed checkpoint."""
    frontier = Frontier.load(row.size, node_reader_of(connection, row.id))
    if row.size:
        known = kit.roots.get(row.origin)
        if known is None or known[0] != row.size:
            note = connection.execute("SELECT note FROM checkpoint WHERE log = ? AND size = ?", (row.id, row.size)).get
            known = (row.size, checkpoint_of(note).root if isinstance(note, bytes) else b"")
        if frontier.root() != known[1]:
            raise self_check(N_("存储的日志树与最后的检查点不符"), "head_differs", row.origin)
    return frontier


def sign(connection: Connection, kit: Kit, log: OpenLog) -> tuple[Part, bytes]:
    """Re-read and re-hash what was added to an own log, grow its tree, and sign its new head.

    Returns:
        What the journal gets, and the new root.

    Raises:
        SelfCheckFailed: the stored bytes are not those that were to be signed.
    """
    row, start = log.row, log.row.size
    before = load_frontier(connection, kit, row)
    leaves = []
    for leaf, body in connection.execute(_NEW_ROWS, (row.id, start)):
        if leaf_hash(body) != leaf:
            raise self_check(N_("写入的记录读回时不一致"), "reread_differs", row.origin)
        leaves.append(leaf)
    if leaves != log.leaves:
        raise self_check(N_("写入的记录读回时不一致"), "reread_differs", row.origin)
    root = grow(connection, row.id, before, leaves).root()
    if tree_root(log.size, node_reader_of(connection, row.id)) != root:
        raise self_check(N_("写入的日志树读回时不一致"), "reread_differs", row.origin)
    connection.execute("UPDATE log SET size = ?, applied = ? WHERE id = ?", (log.size, log.size, row.id))
    checkpoint = Checkpoint(row.origin, log.size, root)
    note = sign_checkpoint(checkpoint, kit.signers[row.origin])
    connection.execute(INSERT_CHECKPOINT, (row.id, log.size, note))
    part = Part(row.origin, own=True, first=start, count=log.size - start, records=b"".join(log.records), note=note)
    return part, root
