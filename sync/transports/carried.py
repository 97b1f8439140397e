"""The way to a city whose answer lies on a stick: implements `sync.transports.port.Transport` over one volume.

The hall's own stages ask it what they ask the city. What a letter cannot answer is a `TransportFailure`, as it is when
a link breaks: nothing is lost, and the next exchange goes on.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final
from urllib.parse import parse_qs, urlsplit

from appliance.errors import N_, HallmarkError, IntegrityFailure, TransportFailure
from appliance.ledger.checkpoint import Checkpoint, open_checkpoint, verify_cosignature
from appliance.ledger.records import Record, encode_records
from sync.carried.volume import Member, Volume
from sync.messages import (
    HEADER_BLOB_COMPLETE,
    HEADER_BLOB_SIZE,
    Heads,
    Status,
    decode_append,
    decode_heads,
    encode_heads,
    log_hash,
)
from sync.transports.port import NO_HEADERS, Answer
from sync.trust import Trust

_BLOB: Final = re.compile(r"/v1/blob/([0-9a-f]{64}/[0-9]{1,5})")
_RECORDS: Final = re.compile(r"/v1/log/[0-9a-f]{64}/records/([0-9]{1,16})-([0-9]{1,16})")


@dataclass(frozen=True, slots=True)
class _Chunk:
    """Where records [start, end) of the city's log lie, and its checkpoint at their end."""

    start: int
    end: int
    note: bytes
    place: int


class CarriedCity:
    """Answers the hall's questions from one volume.

    Args:
        volume: verified against its manifest.
        trust: the hall's ticket.

    Raises:
        HallmarkError: a head in it does not carry the signature that it must.
    """

    def __init__(self, volume: Volume, trust: Trust) -> None:
        self._volume, self._trust = volume, trust
        self._chunks: list[_Chunk] = []
        self._blobs: dict[str, int] = {}
        self._heads = Heads(b"", b"")
        self._h2c, self._c2h = (f"/v1/log/{log_hash(key.name)}" for key in (trust.h2c, trust.c2h))
        for place, member in volume.members():
            self._note(place, member)
        self.h2c_note = self._heads.h2c_note
        self.h2c_head = open_checkpoint(self.h2c_note, trust.h2c) if self.h2c_note else None
        self.c2h_head = open_checkpoint(self._heads.c2h_note, trust.c2h) if self._heads.c2h_note else None
        self.newest = open_checkpoint(self._chunks[-1].note, trust.c2h) if self._chunks else None
        self.first = self._chunks[0].start if self._chunks else 0
        self.cosigned_at = self._cosigned_at()

    def request(self, method: str, path: str, *, body: bytes = b"", headers: Mapping[str, str] = NO_HEADERS) -> Answer:  # noqa: ARG002 - the port
        """Answer from the volume; see `Transport.request`."""
        parts = urlsplit(path)
        table: tuple[tuple[str, str, Callable[[], Answer]], ...] = (
            ("GET", f"{self._h2c}/checkpoint", lambda: _note_answer(self.h2c_note)),
            ("GET", f"{self._c2h}/checkpoint", lambda: self._checkpoint(parse_qs(parts.query).get("at"))),
            ("POST", f"{self._c2h}/ack", lambda: Answer(HTTPStatus.OK, {}, encode_heads(self._heads))),
        )
        for known, address, answer in table:
            if (method, parts.path) == (known, address):
                return answer()
        if method == "GET" and (found := _RECORDS.fullmatch(parts.path)):
            return self._records(int(found[1]), int(found[2]))
        if method == "GET" and (found := _BLOB.fullmatch(parts.path)):
            return self._blob(found[1])
        raise _unanswered()

    def close(self) -> None:
        """Hold nothing; the volume is its opener's."""

    def _note(self, place: int, member: Member) -> None:
        if member.path == f"{self._c2h}/append":
            request = decode_append(member.body)
            end = request.old_size + len(request.records)
            if self._chunks and self._chunks[-1].end != request.old_size:
                raise IntegrityFailure(N_("数据包里的记录不相连，没有装入"), code="bundle_differs")
            self._chunks.append(_Chunk(request.old_size, end, request.checkpoint_note, place))
        elif member.path == f"{self._c2h}/ack":
            self._heads = decode_heads(member.body)
        elif member.method == "PUT" and (found := _BLOB.fullmatch(member.path)):
            self._blobs[found[1]] = place
        else:
            raise IntegrityFailure(N_("数据包里有不认识的内容，没有装入"), code="bundle_differs")

    def _checkpoint(self, at: list[str] | None) -> Answer:
        """Give the newest chunk's head of at most a size; the first one beyond it when there is none."""
        if not self._chunks:
            return _note_answer(self._heads.c2h_note)
        limit = int(at[0]) if at else self._chunks[-1].end
        fitting = [chunk for chunk in self._chunks if chunk.end <= limit]
        return _note_answer((fitting[-1] if fitting else self._chunks[0]).note)

    def _records(self, start: int, end: int) -> Answer:
        taken: list[Record] = []
        position = start
        for chunk in self._chunks:
            if chunk.start <= position < chunk.end and position < end:
                records = decode_append(self._volume.member_at(chunk.place).body).records
                taken += records[position - chunk.start : end - chunk.start]
                position = min(end, chunk.end)
        if position != end:
            raise _unanswered()
        return Answer(HTTPStatus.OK, {}, encode_records(taken))

    def _blob(self, name: str) -> Answer:
        place = self._blobs.get(name)
        if place is None:
            return Answer(Status.UNKNOWN)
        member = self._volume.member_at(place)
        headers = {HEADER_BLOB_SIZE: member.headers.get(HEADER_BLOB_SIZE, ""), HEADER_BLOB_COMPLETE: "1"}
        return Answer(HTTPStatus.OK, headers, member.body)

    def _cosigned_at(self) -> int | None:
        """Give the city's own time of its cosignature, in seconds since 1970."""
        if self.h2c_head is None:
            return None
        for line in self.h2c_note.decode(errors="replace").splitlines(keepends=True):
            try:
                return verify_cosignature(
                    Checkpoint(self._trust.h2c.name, self.h2c_head.size, self.h2c_head.root),
                    line,
                    self._trust.city_cosigner,
                )
            except HallmarkError:
                continue
        return None


def _note_answer(note: bytes) -> Answer:
    return Answer(HTTPStatus.OK, {}, note) if note else Answer(Status.UNKNOWN)


def _unanswered() -> TransportFailure:
    return TransportFailure(
        N_("数据包里没有这一部分"),
        code="not_carried",
        next_step=N_("请先装入上一卷，或请对方重新导出"),
    )
