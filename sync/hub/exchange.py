"""The rest of a contact: acks with the hall's status, blobs in parts, and enrolment over the wire."""

from typing import Final

import msgspec

from appliance.clock import format_time
from appliance.errors import N_, IntegrityFailure, OutOfSpace
from appliance.ledger.checkpoint import open_checkpoint
from appliance.ledger.failure import Malformed, ProofError, SignatureError
from appliance.ledger.note import open_note
from appliance.store.contacts import Contact, store_contact
from appliance.store.withholding import erased_blobs
from sync.hub import enrolment_desk
from sync.hub.hub import Hub
from sync.hub.keyring import ticket_path
from sync.hub.reads import checkpoint_note
from sync.logs import root_at
from sync.messages import (
    HEADER_BLOB_COMPLETE,
    HEADER_BLOB_HELD,
    HEADER_BLOB_SIZE,
    MEDIA_BYTES,
    MEDIA_NOTE,
    Heads,
    Status,
    decode_ack,
    encode_heads,
    encode_pair,
    parse_size,
)
from sync.parts import PartState
from sync.transports.port import Answer
from sync.trust import HallStatus, Trust, open_statement

STATE_EQUAL: Final = "equal"
STATE_BEHIND: Final = "behind"


_GONE: Final = Answer(Status.OK, {HEADER_BLOB_SIZE: "0", HEADER_BLOB_COMPLETE: "1", HEADER_BLOB_HELD: "0"})
"""What is said of a file that was erased: nothing more of it is wanted."""


def acknowledge(hub: Hub, trust: Trust, body: bytes) -> Answer:
    """Take a hall's word that it holds the city's log, with its status; answer with both heads as held here.

    Raises:
        Malformed: not an ack.
        SignatureError: the city's, the hall's cosigner's or the hall's own signature is missing or does not hold.
        ProofError: the acknowledged head is not one of this log.
    """
    ack = decode_ack(body)
    head = open_checkpoint(ack.checkpoint_note, trust.c2h)
    if open_note(ack.checkpoint_note, (trust.hall_cosigner,)).signed_by(trust.hall_cosigner) is None:
        raise SignatureError(N_("回执没有大厅的联署"), code="not_cosigned", subject=trust.ticket.hall)
    status = open_statement(HallStatus, ack.status_note, trust.hall)
    if status.hall != trust.ticket.hall or status.applied > head.size:
        raise Malformed(N_("状态报告与回执不符"), code="bad_status", subject=trust.ticket.hall)
    reader = hub.store.reader()
    c2h, h2c = hub.stored(trust.c2h), hub.stored(trust.h2c)
    if head.size > c2h.size or root_at(reader, trust.c2h.name, head.size) != head.root:
        raise ProofError(N_("大厅回执的日志头不在下发日志中"), code="foreign_head", subject=trust.ticket.hall)
    if head.size == c2h.size:
        hub.confirmed(trust)
    equal = head.size == c2h.size and status.own_size == h2c.size
    moment = format_time(hub.clock.now())
    contact = Contact(
        peer=trust.ticket.hall,
        state=STATE_EQUAL if equal else STATE_BEHIND,
        at=moment,
        success=moment if equal else None,
        detail={"status": msgspec.to_builtins(status), "acknowledged": head.size},
    )
    hub.store.writer.local(lambda connection: store_contact(connection, contact)).result()
    heads = Heads(
        h2c_note=checkpoint_note(reader, trust.h2c, h2c.size, at_most=None) or b"",
        c2h_note=checkpoint_note(reader, trust.c2h, c2h.size, at_most=None) or b"",
    )
    return Answer(Status.OK, {"content-type": MEDIA_BYTES}, encode_heads(heads))


def tickets(hub: Hub, code: str) -> Answer:
    """Give the tickets of all epochs of a hall, each with its length before it; a hall on a new box asks for them."""
    notes = [ticket_path(hub.directory, code, trust.ticket.epoch).read_bytes() for trust in hub.epochs(code)]
    return Answer(Status.OK, {"content-type": MEDIA_BYTES}, b"".join(encode_pair(note, b"") for note in notes))


def blob_head(hub: Hub, digest: str, part: int) -> Answer:
    """Say how much of a part is here, and whether all of the blob."""
    if digest in erased_blobs(hub.store.reader()):
        return _GONE
    state = hub.parts.state(digest, part)
    return Answer(Status.UNKNOWN) if state is None else _blob(state)


def blob_put(hub: Hub, digest: str, part: int, size: str, content: bytes, *, at: int | None) -> Answer:
    """Take one part or a piece of it; 200 says what is held, and whether the blob is complete, verified and durable."""
    whole = parse_size(size.encode())
    if digest in erased_blobs(hub.store.reader()):
        return _GONE  # a hall that was restored still has it, until it has read its own entry again
    try:
        if at is None:
            return _blob(hub.parts.put(digest, part, content, whole))
        return _blob(hub.parts.put_piece(digest, part, content, whole, at=at))
    except IntegrityFailure as error:
        if error.code == "blob_mismatch":
            return Answer(Status.PROOF)
        raise
    except OSError as error:
        raise OutOfSpace(N_("市级磁盘空间不足"), subject=digest) from error


def blob_get(hub: Hub, digest: str, part: int, *, at: int, bytes_max: int | None) -> Answer:
    """Give one part of a complete blob, or a piece of it."""
    found = hub.parts.get(digest, part)
    if found is None:
        return Answer(Status.UNKNOWN)
    content, size = found
    answer = _blob(PartState(complete=True, size=size, held=len(content)))
    piece = content[at:] if bytes_max is None else content[at : at + bytes_max]
    return Answer(answer.status, {**answer.headers, "content-type": MEDIA_BYTES}, piece)


def enrol(hub: Hub, body: bytes) -> Answer:
    """Take a hall's request: 202 until two officers have signed, then 200 with the ticket."""
    ticket = enrolment_desk.receive_request(hub.directory, body)
    if ticket is None:
        return Answer(Status.ACCEPTED)
    hub.adopt()
    return Answer(Status.OK, {"content-type": MEDIA_NOTE}, ticket)


def _blob(state: PartState) -> Answer:
    headers = {
        HEADER_BLOB_SIZE: str(state.size),
        HEADER_BLOB_COMPLETE: "1" if state.complete else "0",
        HEADER_BLOB_HELD: str(state.held),
    }
    return Answer(Status.OK, headers)
