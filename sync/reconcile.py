"""Two positions in, one plan out. Pure: no I/O, no clock, nothing remembered between calls.

Reconciliation is comparing two positions (protocol §4, sender rules). A position is never trusted from before: the
caller asks for both on every contact and after every error. The rules, first match wins.

Our own log (h2c), `theirs` being the checkpoint of ours that the city stores:

1. the city stores nothing → push everything.
2. it does not carry our signature, or another origin → BLOCKED: service goes on, a repair item says why.
3. it is longer than ours → ROLLED_BACK: our database or journal lost a tail that we had signed and pushed.
4. its root differs from ours at that size → FENCED: two signed histories exist; both heads are evidence.
5. otherwise it is a prefix of ours → resume there.

The city's log (c2h), `theirs` being the city's current checkpoint:

1. it does not carry the city's signature for this origin → BLOCKED.
2. it is shorter than what we hold → BLOCKED as city_behind: the city lost its database; our signed copy is the proof.
3. same size, other root → BLOCKED as city_forked; both heads are evidence.
4. otherwise pull the rest. That it extends what we hold is proven by recomputing the root from the records.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from appliance.errors import N_


class Finding(StrEnum):
    """What comparing positions found; the wire and the command line use these names."""

    RESUME = "resume"
    ROLLED_BACK = "rolled_back"
    FENCED = "fenced"
    BLOCKED = "sync_blocked"
    CITY_BEHIND = "city_behind"
    CITY_FORKED = "city_forked"


BARRING = frozenset({Finding.ROLLED_BACK, Finding.FENCED})
"""Findings about our own log after which nothing more may be written (protocol §5)."""

EXPLANATIONS = {
    Finding.RESUME: N_("可以继续"),
    Finding.ROLLED_BACK: N_("市级保存的本厅日志比本机长：本机数据被回退过，已停止写入，请从日志副本恢复"),
    Finding.FENCED: N_("市级保存的本厅日志与本机不是同一份：已停止写入，请保全两份日志头并申请新的纪元"),
    Finding.BLOCKED: N_("市级给出的日志头无法核对：同步暂停，窗口业务不受影响，请联系市级运维核对密钥"),
    Finding.CITY_BEHIND: N_("市级下发日志比本机保存的短：市级可能恢复过旧备份，请市级运维处理，窗口业务不受影响"),
    Finding.CITY_FORKED: N_("市级下发日志与本机保存的不一致：两份日志头已保全，请市级运维处理，窗口业务不受影响"),
}


@dataclass(frozen=True, slots=True)
class Position:
    """How far a log goes and what it is there: entries, and the Merkle root over them (32 bytes)."""

    size: int
    root: bytes


@dataclass(frozen=True, slots=True)
class Span:
    """Entries [start, end) still to move; empty when both are equal."""

    start: int
    end: int

    def __len__(self) -> int:
        """Give the number of entries."""
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class Plan:
    """What one direction needs.

    Attributes:
        finding: RESUME, or why nothing moves.
        span: what to move; None unless the finding is RESUME.
    """

    finding: Finding
    span: Span | None = None

    @property
    def explanation(self) -> str:
        """Give the message id that tells a person what was found and what to do."""
        return EXPLANATIONS[self.finding]


def plan_push(durable: Position, theirs: Position | None, root_at: Callable[[int], bytes], *, signed: bool) -> Plan:
    """Compare our own log with the city's copy of it.

    Args:
        durable: our own log up to its durable size; nothing beyond is ever pushed.
        theirs: the head of ours that the city stores; None when it stores none.
        root_at: our own root at a size up to `durable.size`.
        signed: the city's copy carried our own valid signature and origin.
    """
    if theirs is None:
        return Plan(Finding.RESUME, Span(0, durable.size))
    if not signed:
        return Plan(Finding.BLOCKED)
    if theirs.size > durable.size:
        return Plan(Finding.ROLLED_BACK)
    if root_at(theirs.size) != theirs.root:
        return Plan(Finding.FENCED)
    return Plan(Finding.RESUME, Span(theirs.size, durable.size))


def plan_pull(held: Position, theirs: Position | None, *, signed: bool) -> Plan:
    """Compare our copy of the city's log with the city's current head.

    Args:
        held: the mirror as stored here.
        theirs: the city's current head; None when the city has not opened the log.
        signed: that head carried the city's valid signature for this origin.
    """
    if theirs is None:
        return Plan(Finding.RESUME, Span(0, 0)) if held.size == 0 else Plan(Finding.CITY_BEHIND)
    if not signed:
        return Plan(Finding.BLOCKED)
    if theirs.size < held.size:
        return Plan(Finding.CITY_BEHIND)
    if theirs.size == held.size and theirs.root != held.root:
        return Plan(Finding.CITY_FORKED)
    return Plan(Finding.RESUME, Span(held.size, theirs.size))


def equal(ours: Position, theirs: Position | None) -> bool:
    """Say whether both sides hold the same log: the only ground for saying "succeeded"."""
    return theirs is not None and ours == theirs
