"""The protocol's URLs as functions over a `Transport`: statuses become values or errors, nothing is remembered."""

from dataclasses import dataclass
from http import HTTPStatus

from appliance.errors import N_, HallmarkError, IntegrityFailure, TransportFailure
from appliance.ledger.failure import Malformed
from appliance.ledger.records import Record
from sync.messages import (
    BLOB_PART_BYTES,
    HEADER_BLOB_COMPLETE,
    HEADER_BLOB_HELD,
    HEADER_BLOB_SIZE,
    HEADER_HELD,
    HEADER_SCANS_UPTO,
    MEDIA_BYTES,
    MEDIA_NOTE,
    Ack,
    AppendRequest,
    Heads,
    Status,
    decode_heads,
    encode_ack,
    encode_append,
    log_hash,
    parse_size,
    read_records,
    split_prefixed,
)
from sync.transports.port import Answer, Transport


@dataclass(frozen=True, slots=True)
class Accepted:
    """200: the city's cosignature lines, verbatim; not yet verified."""

    cosignatures: bytes


@dataclass(frozen=True, slots=True)
class SizeDiffers:
    """409: the city holds another number of entries than the request assumed."""

    stored_size: int


@dataclass(frozen=True, slots=True)
class Rejected:
    """403, 404, 410, 422, 400, 413: the city does not take the request as it is."""

    status: int


@dataclass(frozen=True, slots=True)
class CityHead:
    """The city's head of a log.

    Attributes:
        note: the signed checkpoint, verbatim and unverified; None when the city holds none.
        scans_upto: of a city that was restored from a backup: every scan named before this entry is there; else None.
    """

    note: bytes | None
    scans_upto: int | None


@dataclass(frozen=True, slots=True)
class StillSame:
    """The city's line over our head, and its own signed head of its log for us."""

    cosignatures: bytes
    other_note: bytes


@dataclass(frozen=True, slots=True)
class BlobState:
    """What the city holds of a blob.

    Attributes:
        complete: every byte is there and the digest was verified.
        size: its whole size in bytes; 0 when unknown.
        held: bytes of the part in question, from its beginning.
    """

    complete: bool
    size: int
    held: int = 0


class CityClient:
    """One hall's requests to its city.

    Args:
        transport: the way there.
    """

    __slots__ = ("_transport",)

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def head(self, origin: str) -> CityHead:
        """Ask for the newest checkpoint that the city holds of a log, and what a restored city says of its scans.

        Raises:
            TransportFailure: no usable answer.
        """
        answer = self._transport.request("GET", f"/v1/log/{log_hash(origin)}/checkpoint")
        if answer.status == Status.UNKNOWN:
            return CityHead(None, None)
        text = _expect(answer, "checkpoint", HTTPStatus.OK).headers.get(HEADER_SCANS_UPTO)
        return CityHead(answer.body, int(text) if text is not None and text.isdecimal() else None)

    def checkpoint(self, origin: str, *, at_most: int | None = None) -> bytes | None:
        """Fetch the signed checkpoint that the city holds of a log.

        Args:
            origin: the log.
            at_most: give the newest one of at most this size instead of the newest of all.

        Returns:
            The note, verbatim and unverified; None when the city holds none.

        Raises:
            TransportFailure: no usable answer.
        """
        query = "" if at_most is None else f"?at={at_most}"
        answer = self._transport.request("GET", f"/v1/log/{log_hash(origin)}/checkpoint{query}")
        if answer.status == Status.UNKNOWN:
            return None
        return _expect(answer, "checkpoint", HTTPStatus.OK).body

    def append(self, origin: str, request: AppendRequest) -> Accepted | SizeDiffers | Rejected:
        """Append records to the city's copy of our log; safe to repeat."""
        answer = self._transport.request(
            "POST",
            f"/v1/log/{log_hash(origin)}/append",
            body=encode_append(request),
            headers={"content-type": MEDIA_BYTES},
        )
        if answer.status == Status.OK:
            return Accepted(answer.body)
        if answer.status == Status.SIZE_DIFFERS:
            try:
                return SizeDiffers(parse_size(answer.body.strip()))
            except HallmarkError as error:
                raise _not_protocol(answer, "append") from error
        if answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise _not_protocol(answer, "append")
        return Rejected(answer.status)

    def same_still(self, origin: str, request: AppendRequest, *, held: int) -> StillSame | None:
        """Ask for the line over our newest head and for the head of the city's own log for us, in one exchange.

        Args:
            origin: our log.
            request: our head, no records.
            held: entries of the city's log that we hold.

        Returns:
            Both, neither of them verified; None when the city has another head of ours, or answers the line alone.

        Raises:
            TransportFailure: no usable answer.
        """
        answer = self._transport.request(
            "POST",
            f"/v1/log/{log_hash(origin)}/append",
            body=encode_append(request),
            headers={"content-type": MEDIA_BYTES, HEADER_HELD: str(held)},
        )
        if answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise _not_protocol(answer, "append")
        lines, between, note = answer.body.partition(b"\n\n")
        return StillSame(lines + b"\n", note) if answer.status == Status.OK and between else None

    def records(self, origin: str, start: int, end: int) -> tuple[Record, ...] | None:
        """Fetch records [start, end) of a log; None when they exceed one answer and a shorter range is to be asked."""
        answer = self._transport.request("GET", f"/v1/log/{log_hash(origin)}/records/{start}-{end}")
        if answer.status == Status.TOO_LARGE:
            return None
        try:
            records = read_records(_expect(answer, "records", HTTPStatus.OK).body)
        except Malformed as error:
            raise _not_protocol(answer, "records") from error
        if len(records) != end - start:
            raise _not_protocol(answer, "records")
        return records

    def acknowledge(self, origin: str, ack: Ack) -> Heads:
        """Say what we hold of the city's log; the answer carries both heads as the city holds them."""
        answer = self._transport.request(
            "POST", f"/v1/log/{log_hash(origin)}/ack", body=encode_ack(ack), headers={"content-type": MEDIA_BYTES}
        )
        try:
            return decode_heads(_expect(answer, "ack", HTTPStatus.OK).body)
        except Malformed as error:
            raise _not_protocol(answer, "ack") from error

    def enrol(self, request_note: bytes) -> bytes | None:
        """Hand in the hall's request; gives the ticket once two officers have signed, None until then."""
        answer = self._transport.request("POST", "/v1/enrol", body=request_note, headers={"content-type": MEDIA_NOTE})
        if answer.status == Status.ACCEPTED:
            return None
        return _expect(answer, "enrol", HTTPStatus.OK).body

    def tickets(self, hall: str) -> list[bytes]:
        """Fetch the tickets of all epochs of a hall, as signed; not yet verified.

        Raises:
            TransportFailure: no usable answer.
        """
        answer = _expect(self._transport.request("GET", f"/v1/tickets/{hall}"), "tickets", HTTPStatus.OK)
        notes, rest = [], answer.body
        try:
            while rest:
                note, rest = split_prefixed(rest)
                notes.append(note)
        except Malformed as error:
            raise _not_protocol(answer, "tickets") from error
        return notes

    def blob_state(self, digest: str, part: int = 0) -> BlobState | None:
        """Ask how much the city holds of a part of a blob, and whether all of the blob; None for nothing of either."""
        answer = self._transport.request("HEAD", f"/v1/blob/{digest}/{part}")
        if answer.status == Status.UNKNOWN:
            return None
        return _blob_state(_expect(answer, "blob", HTTPStatus.OK))

    def put_blob_part(self, digest: str, part: int, content: bytes, size: int, *, at: int | None = None) -> BlobState:
        """Send one part, or a piece of it; a repeat changes nothing.

        Args:
            digest: hex SHA-256 of the blob.
            part: its number.
            content: the whole part, or the piece.
            size: bytes of the blob.
            at: where in the part the piece begins; None for the whole part.

        Returns:
            Whether the blob is complete and verified, and how much of the part the city now holds.

        Raises:
            IntegrityFailure: the parts that the city holds do not have this digest; it has dropped them.
        """
        answer = self._transport.request(
            "PUT",
            f"/v1/blob/{digest}/{part}" + ("" if at is None else f"?at={at}"),
            body=content,
            headers={"content-type": MEDIA_BYTES, HEADER_BLOB_SIZE: str(size)},
        )
        if answer.status == Status.PROOF:
            raise IntegrityFailure(N_("附件与它的摘要不符"), code="blob_mismatch", subject=digest)
        return _blob_state(_expect(answer, "blob", HTTPStatus.OK))

    def get_blob_part(
        self, digest: str, part: int, *, at: int = 0, bytes_max: int = BLOB_PART_BYTES
    ) -> tuple[bytes, int] | None:
        """Fetch one part and the blob's whole size; None when the city does not have the blob.

        Args:
            digest: hex SHA-256 of the blob.
            part: its number.
            at: leave out so many bytes of the part.
            bytes_max: give at most so many.
        """
        query = "" if (at, bytes_max) == (0, BLOB_PART_BYTES) else f"?at={at}&max={bytes_max}"
        answer = self._transport.request("GET", f"/v1/blob/{digest}/{part}{query}")
        if answer.status == Status.UNKNOWN:
            return None
        state = _blob_state(_expect(answer, "blob", HTTPStatus.OK))
        if len(answer.body) > bytes_max:
            raise _not_protocol(answer, "blob")
        return answer.body, state.size


def _blob_state(answer: Answer) -> BlobState:
    try:
        size = parse_size(answer.headers.get(HEADER_BLOB_SIZE, "").encode())
        held = parse_size(answer.headers.get(HEADER_BLOB_HELD, "0").encode())
    except HallmarkError as error:
        raise _not_protocol(answer, "blob") from error
    return BlobState(complete=answer.headers.get(HEADER_BLOB_COMPLETE) == "1", size=size, held=held)


def _expect(answer: Answer, subject: str, status: int) -> Answer:
    if answer.status != status:
        raise _not_protocol(answer, subject)
    return answer


def _not_protocol(answer: Answer, subject: str) -> TransportFailure:
    return TransportFailure(
        N_("市级的回答不可用（状态 %(status)s）"),
        code="bad_answer",
        subject=subject,
        params={"status": answer.status},
        next_step=N_("窗口业务不受影响；稍后自动重试"),
    )
