"""How much goes into one message: less after each failure, more again after successes. Pure: no clock, no network.

A link that dies every twenty seconds carries only messages that fit into its life. Whoever halves what did not arrive
ends, after a few failures, at a message that does; whoever doubles after a row of arrivals is soon back at full size.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any, Final

from appliance.errors import TransportFailure
from sync.messages import BLOB_PART_BYTES, BLOB_PIECE_BYTES_MIN, RECORDS_COUNT_MAX

ARRIVALS_TO_GROW: Final = 4
RECORDS_FIRST: Final = 2_048
"""Records in a message while nothing failed and the link is fast: while one is taken there, the next is made here."""
SLOW_SECONDS: Final = (0.4, 5.0)
"""A message of the usual size that took this long spent much of it waiting for its answer: the next carries twice as
much. One that took longer is long enough: a link that dies now and then should lose no more than that."""


@dataclass(frozen=True, slots=True)
class Amount:
    """How much of one kind may go into a message.

    Attributes:
        now: that much.
        least: never less; one record, or 16 KiB of a blob's part.
        most: never more.
        arrived: messages in a row that arrived since `now` last changed.
    """

    now: int
    least: int
    most: int
    arrived: int = 0

    def shrunk(self, carried: int) -> "Amount":
        """Give the amount after a message with `carried` of it was lost: half of what it carried, at most."""
        return replace(self, now=max(self.least, min(self.now, carried) // 2), arrived=0)

    def grown(self) -> "Amount":
        """Give the amount after a message arrived: twice as much after each fourth in a row."""
        if self.now >= self.most:
            return self
        if self.arrived + 1 < ARRIVALS_TO_GROW:
            return replace(self, arrived=self.arrived + 1)
        return replace(self, now=min(self.most, self.now * 2), arrived=0)

    def doubled(self) -> "Amount":
        """Give twice as much."""
        return replace(self, now=min(self.most, self.now * 2), arrived=0)

    def limited(self, most: int) -> "Amount":
        """Give the same with another ceiling."""
        return replace(self, now=max(self.least, min(self.now, most)), most=max(self.least, most))


def all_records() -> Amount:
    """Give the amount of records before anything failed."""
    return Amount(RECORDS_FIRST, 1, RECORDS_COUNT_MAX)


def whole_parts() -> Amount:
    """Give the amount of bytes of a blob's part before anything failed: the whole part."""
    return Amount(BLOB_PART_BYTES, BLOB_PIECE_BYTES_MIN, BLOB_PART_BYTES)


@dataclass(slots=True)
class Pacer:
    """The amounts that a sync goes by, changed by what happens to its messages.

    Attributes:
        records: records in an append or a pull.
        part_bytes: bytes of a blob's part in one message.
        scan_bytes: bytes of blobs that arrived and were kept, in either direction.
    """

    records: Amount = field(default_factory=all_records)
    part_bytes: Amount = field(default_factory=whole_parts)
    scan_bytes: int = 0

    @contextmanager
    def sending_records(self, count: int) -> Iterator[None]:
        """Learn from a message with so many records; one without any says nothing about size."""
        try:
            yield
        except TransportFailure:
            if count:
                self.records = self.records.shrunk(count)
            raise
        if count and self.records.now < RECORDS_FIRST:
            self.records = self.records.grown()

    def answered(self, count: int, seconds: float) -> None:
        """Learn from how long it took until a message with so many records was answered."""
        # A message ends at a checkpoint, so that a full one may carry somewhat less than the amount.
        if 2 * count > self.records.now >= RECORDS_FIRST and SLOW_SECONDS[0] <= seconds <= SLOW_SECONDS[1]:
            self.records = self.records.doubled()

    @contextmanager
    def sending_bytes(self, count: int) -> Iterator[None]:
        """Learn from the failure of a message with so many bytes of a blob; of the others `arrived` tells."""
        try:
            yield
        except TransportFailure:
            self.part_bytes = self.part_bytes.shrunk(count)
            raise

    def arrived(self, count: int) -> None:
        """Learn from bytes of a blob that the other end kept; an answer without any says nothing about the link."""
        if count:
            self.part_bytes = self.part_bytes.grown()
            self.scan_bytes += count

    def as_detail(self) -> dict[str, int]:
        """Give what the next sync begins with; empty when nothing is smaller than usual."""
        kept = (("records", self.records, all_records()), ("part_bytes", self.part_bytes, whole_parts()))
        return {name: one.now for name, one, usual in kept if one.now < min(usual.now, one.most)}


def paced(detail: Mapping[str, Any], *, records_max: int) -> Pacer:
    """Begin where the last sync ended.

    Args:
        detail: what `Pacer.as_detail` gave then; anything else counts as nothing.
        records_max: records a message at most.
    """
    pacer = Pacer(records=all_records().limited(records_max))
    for name in ("records", "part_bytes"):
        kept = detail.get(name)
        if type(kept) is int:
            amount: Amount = getattr(pacer, name)
            setattr(pacer, name, replace(amount, now=max(amount.least, min(amount.most, kept))))
    return pacer
