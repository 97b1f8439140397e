"""What goes into the writer and what comes out: changes, decisions, outcomes, and the projector's port.

Structs, not dataclasses: each is made for every change or entry, and a frozen dataclass takes much longer to make.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, Protocol

import msgspec

from appliance.domain.actor import Actor
from appliance.domain.entry import EncodedEvent, EntryMeta
from appliance.domain.events import Event
from appliance.domain.gate import GateState
from appliance.errors import N_, HallmarkError, Refusal
from appliance.ledger.checkpoint import Checkpoint
from appliance.ledger.records import Record
from appliance.store.connection import Connection
from appliance.store.examining import Examined

Clk = Literal["ok", "suspect"]


class Busy(Refusal):
    """The writer's queue is full, or the store is closing; nothing was written and the same key may be sent again."""

    code = "busy"
    status = 503

    @classmethod
    def full(cls) -> "Busy":
        """Build the refusal for a full queue."""
        return cls(N_("系统正忙，本次操作未受理"), next_step=N_("请稍候几秒后重新提交，内容不会丢失"))

    @classmethod
    def closing(cls) -> "Busy":
        """Build the refusal for a store that is being closed."""
        return cls(N_("系统正在停止，本次操作未受理"), next_step=N_("请在系统恢复后重新提交"))


class EpochClosed(Refusal):
    """The log was closed; a newer epoch takes its entries (protocol §4, status 410)."""

    code = "epoch_closed"
    status = 410


class OutcomeUnknown(HallmarkError):
    """COMMIT or journal failed and what stands on the disk is not known yet: never to be shown as *failed*."""

    code = "outcome_unknown"
    status = 503

    @classmethod
    def checking(cls) -> "OutcomeUnknown":
        """Build the answer *unknown, being checked* (protocol §3)."""
        return cls(N_("结果未知，正在核对"), next_step=N_("请勿改动内容，稍后用同一页面再次提交即可得到结果"))


class NewEntry(msgspec.Struct, frozen=True):
    """An event to be appended.

    Attributes:
        event: the event.
        case: case number, when it concerns one.
        blobs: hex SHA-256 of the files it names; they must be stored already.
        log: origin of the log; None for the store's only own log.
        encoded: the event encoded, when that was done before its turn.
    """

    event: Event
    case: str | None = None
    blobs: tuple[str, ...] = ()
    log: str | None = None
    encoded: EncodedEvent | None = None


class Decision(msgspec.Struct, frozen=True):
    """What a command decided: entries in order, the answer, and writes to LOCAL tables in the same transaction."""

    entries: tuple[NewEntry, ...]
    result: dict[str, Any]
    local: tuple[Callable[[Connection], None], ...] = ()


class WriteContext(msgspec.Struct, frozen=True):
    """What a command may look at while it decides.

    Attributes:
        connection: the writer's connection inside the transaction: read the projections through it.
        now: time of the batch, Asia/Shanghai.
        clk: ``suspect`` while the clock is in doubt.
        seen: applied size of the other log.
        gate: state of the gate.
        cmd: idempotency key of the change.
        actor: who acts.
        random: source of cryptographic random bytes.
        own_origin: origin of the own log, empty when the store has none or several.
        epoch: its epoch, 0 without one.
    """

    connection: Connection
    now: datetime
    clk: Clk
    seen: int
    gate: GateState
    cmd: str
    actor: Actor
    random: Callable[[int], bytes]
    own_origin: str
    epoch: int


Random = Callable[[int], bytes]
Prepare = Callable[[datetime, Random], None]


class Change(msgspec.Struct, frozen=True):
    """One command of one actor.

    Attributes:
        key: idempotency key (UUID) that the form or caller made.
        actor: who acts.
        content: canonical bytes of the command; the same key with other content is refused.
        decide: looks at the context, and refuses or decides. It must not write.
        prepare: does before the change's turn what needs no table, and keeps it for `decide`, which must come to the
            same without it. It may be called or not; it must not write.
    """

    key: str
    actor: Actor
    content: bytes
    decide: Callable[[WriteContext], Decision]
    prepare: Prepare | None = None

    def digest(self) -> bytes:
        """Give the SHA-256 of the content, salted with the key."""
        return hashlib.sha256(self.key.encode() + b"\0" + self.content).digest()


class Outcome(msgspec.Struct, frozen=True):
    """The durable answer to a change.

    Attributes:
        result: what the command answers.
        log: origin of the log written to, empty when nothing was.
        first: index of the first entry.
        count: entries written there.
        size: size of the checkpoint that covers them.
        replayed: the key had been used before for the same; this is the first answer.
    """

    result: dict[str, Any]
    log: str
    first: int
    count: int
    size: int
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class MirrorAppend:
    """Records of the other side's log, to be stored and applied (protocol §4, receiver).

    Attributes:
        origin: the log.
        old_size: size that they continue; it must be the stored size.
        records: the records from there to the checkpoint's size.
        checkpoint_note: the signed note, verbatim.
        checkpoint: the same, opened; the caller has verified its signature.
        local: writes to LOCAL tables in the same transaction.
        encoded: the records as they came, when they came encoded: reading and writing them are inverse.
        examined: what `appliance.store.examining.examine` found of the records, when the caller looked already.
        apply: bring them into the read models in the same transaction; else they wait for `Writer.apply_ready`.
    """

    origin: str
    old_size: int
    records: tuple[Record, ...]
    checkpoint_note: bytes
    checkpoint: Checkpoint
    local: tuple[Callable[[Connection], None], ...] = ()
    encoded: bytes = b""
    examined: Examined | None = None
    apply: bool = True


class Mirrored(msgspec.Struct, frozen=True):
    """The durable answer to a `MirrorAppend`: stored and applied size of that log."""

    origin: str
    size: int
    applied: int


class AppliedEntry(msgspec.Struct, frozen=True):
    """One entry on its way into the read models, from either log."""

    origin: str
    index: int
    own: bool
    meta: EntryMeta
    event: Event


class Projector(Protocol):
    """All read models of one database together."""

    def schemas(self) -> Sequence[tuple[str, str]]:
        """Give name and DDL of each read model; when a text changes, all are dropped and replayed."""
        ...

    def ready(self, applied: AppliedEntry) -> bool:
        """Tell whether an entry of the other log can be applied now, e.g. its pack's blob is here."""
        ...

    def apply(self, connection: Connection, applied: AppliedEntry) -> None:
        """Write what this entry means into the read models; reads nothing but them and the entry."""
        ...

    def forget(self, connection: Connection, places: Sequence[tuple[str, int]]) -> bool:
        """Bring the read models to what these entries (origin, index) say now that their private parts changed state.

        Returns:
            False when that cannot be done for these entries alone: the read models are then made anew from the logs.
        """
        ...
