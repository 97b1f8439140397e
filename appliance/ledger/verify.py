"""Verify a whole log: every entry against its stored leaf, the tree in bulk, a signature and a root per checkpoint.

Without signatures the cost is two SHA-256 calls an entry and little else; a signature costs some fifty times that.
Whoever wants the speed hands in the last checkpoint only: it covers every entry. Whoever wants to know that each
checkpoint ever given out was honest hands in all.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from itertools import islice
from typing import Final

from appliance.errors import N_, IntegrityFailure
from appliance.ledger.checkpoint import Checkpoint, open_checkpoint
from appliance.ledger.merkle import LEAF_PREFIX, Frontier
from appliance.ledger.note import VerifierKey

CHUNK_ENTRIES: Final = 4096
"""Entries that are held and compared at a time."""


class ProblemKind(StrEnum):
    """What was found wrong first."""

    LEAF = "leaf"
    """An entry does not hash to its stored leaf."""
    ROOT = "root"
    """Entries and leaves agree, but not with a signed root: both were replaced after the last good checkpoint."""
    CHECKPOINT = "checkpoint"
    """A checkpoint is malformed, not signed by the log, or shorter than the one before."""
    MISSING = "missing"
    """A checkpoint covers entries that are not there."""
    UNSIGNED = "unsigned"
    """Entries follow the last checkpoint."""


_MESSAGES: Final = {
    ProblemKind.LEAF: N_("条目 %(first)s 与其叶散列不符"),
    ProblemKind.ROOT: N_("条目 %(first)s 至 %(last)s 与已签名的根散列不符"),
    ProblemKind.CHECKPOINT: N_("条目 %(first)s 之后的检查点无效"),
    ProblemKind.MISSING: N_("日志缺少条目 %(first)s 至 %(last)s"),
    ProblemKind.UNSIGNED: N_("条目 %(first)s 至 %(last)s 没有检查点"),
}


@dataclass(frozen=True, slots=True)
class Problem:
    """The first thing that does not hold: entries [first, end) are, or cannot be shown not to be, affected."""

    kind: ProblemKind
    first: int
    end: int
    cause: IntegrityFailure | None = None

    def failure(self, subject: str) -> IntegrityFailure:
        """Give the problem as an error about this subject (an origin)."""
        return IntegrityFailure(
            _MESSAGES[self.kind],
            subject=subject,
            params={"first": self.first, "last": max(self.first, self.end - 1)},
            next_step=N_("停止写入，保留现场，用市级副本或备份核对"),
        )


@dataclass(frozen=True, slots=True)
class VerifyReport:
    """What was verified.

    Attributes:
        frontier: the tree over the entries that were read up to the end or the first problem.
        checkpoints: how many checkpoints hold, signature and root.
        head: the last of them.
        problem: what stopped the verification, or None.
    """

    frontier: Frontier
    checkpoints: int
    head: Checkpoint | None
    problem: Problem | None

    @property
    def entries(self) -> int:
        """Number of entries whose leaves agree."""
        return self.frontier.size


def verify_log(
    entries: Iterable[tuple[bytes, bytes]],
    checkpoints: Iterable[bytes],
    verifier: VerifierKey,
    start: Frontier | None = None,
) -> VerifyReport:
    """Verify a log from its stored parts, streaming.

    Args:
        entries: (entry, stored leaf hash) in order.
        checkpoints: signed notes by rising size; at least the last one. Each is verified.
        verifier: the log's key.
        start: the tree before the first of `entries` when only a tail is to be verified; it is taken as true.

    Returns:
        A report; it names the first problem instead of raising, so that a doctor can go on with the next log.
    """
    run = _Run(start or Frontier.empty(), verifier, iter(checkpoints))
    source = iter(entries)
    run.next_checkpoint()
    run.settle()
    while run.problem is None and (chunk := list(islice(source, CHUNK_ENTRIES))):
        run.take(chunk)
    return run.report()


class _Run:
    """One verification under way."""

    __slots__ = ("_awaited", "_held", "_notes", "_verifier", "frontier", "head", "problem", "settled")

    def __init__(self, frontier: Frontier, verifier: VerifierKey, notes: Iterator[bytes]) -> None:
        self.frontier = frontier
        self.settled = frontier.size  # entries below are covered by a checkpoint that holds, or by the start
        self.head: Checkpoint | None = None
        self.problem: Problem | None = None
        self._verifier = verifier
        self._notes = notes
        self._awaited: Checkpoint | None = None
        self._held = 0

    def next_checkpoint(self) -> None:
        """Read and verify the signature of the next checkpoint."""
        self._awaited = None
        note = next(self._notes, None)
        if note is None:
            return
        size = self.frontier.size
        try:
            checkpoint = open_checkpoint(note, self._verifier)
        except IntegrityFailure as error:
            self.problem = Problem(ProblemKind.CHECKPOINT, size, size, error)
            return
        if checkpoint.size < size:
            self.problem = Problem(ProblemKind.CHECKPOINT, size, size)
            return
        self._awaited = checkpoint

    def settle(self) -> None:
        """Compare the tree with every checkpoint of its present size."""
        while self._awaited is not None and self._awaited.size == self.frontier.size:
            if self._awaited.root != self.frontier.root():
                self.problem = Problem(ProblemKind.ROOT, self.settled, self.frontier.size)
                return
            self.settled = self.frontier.size
            self.head = self._awaited
            self._held += 1
            self.next_checkpoint()

    def take(self, chunk: list[tuple[bytes, bytes]]) -> None:
        """Hash a chunk, compare it with the stored leaves at once, and grow the tree from checkpoint to checkpoint."""
        leaves = [sha256(LEAF_PREFIX + entry).digest() for entry, _ in chunk]
        stored = [leaf for _, leaf in chunk]
        good = len(leaves)
        if leaves != stored:
            good = next(place for place, pair in enumerate(zip(leaves, stored, strict=True)) if pair[0] != pair[1])
        done = 0
        while self.problem is None and done < good:
            step = good - done
            if self._awaited is not None:
                step = min(step, self._awaited.size - self.frontier.size)
            self.frontier = self.frontier.grow(leaves[done : done + step])
            done += step
            self.settle()
        if self.problem is None and good < len(leaves):
            self.problem = Problem(ProblemKind.LEAF, self.frontier.size, self.frontier.size + 1)

    def report(self) -> VerifyReport:
        """Give what was found, and what the end of the entries leaves open."""
        problem, size = self.problem, self.frontier.size
        if problem is None and self._awaited is not None:
            problem = Problem(ProblemKind.MISSING, size, self._awaited.size)
        if problem is None and self.settled < size:
            problem = Problem(ProblemKind.UNSIGNED, self.settled, size)
        return VerifyReport(self.frontier, self._held, self.head, problem)
