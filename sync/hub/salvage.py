"""Taking signed entries into quarantine on two officers' order (protocol §4, §5): ``POST /v1/salvage``.

The body is the order, with its length before it, and then the body of an append. What may come: entries of a fork,
entries after a close, and, after a compromise, any that the order names. They are verified as in an append, against
the beginning that both histories share, and kept apart: no log, no cosignature and no read model knows them.
"""

from dataclasses import replace
from typing import Final

from appliance.clock import format_time
from appliance.errors import N_, Conflict, Forbidden, NotFound, TooLarge
from appliance.ledger.checkpoint import Checkpoint, open_checkpoint
from appliance.ledger.failure import Malformed, ProofError
from appliance.ledger.merkle import Frontier, leaf_hash
from appliance.ledger.note import Note, open_note
from appliance.ledger.records import check_private, encode_records
from appliance.store.event_store import node_reader
from sync.hall import private_digest
from sync.hub import personal_data, quarantine
from sync.hub.hub import Hub, Stored
from sync.hub.receive import KIND_CLOSED, KIND_FORK
from sync.logs import root_at
from sync.messages import MEDIA_NOTE, AppendRequest, Status, decode_append, split_prefixed
from sync.transports.port import Answer
from sync.trust import OFFICERS_NEEDED, SalvageOrder, Trust, approving_officers, officer_keys, read_statement

FORK: Final = KIND_FORK
CLOSED: Final = KIND_CLOSED
COMPROMISE: Final = "compromise"


def origin_of_order(body: bytes) -> str:
    """Read which log an order is about; nothing of it is verified here. Raises Malformed."""
    order, _ = split_prefixed(body)
    return read_statement(SalvageOrder, Note.parse(order).text).origin


def take(hub: Hub, trust: Trust, body: bytes) -> Answer:
    """Keep the entries of a salvage; a repeat changes nothing.

    Args:
        hub: the city.
        trust: the ticket of the epoch that the order names.
        body: decompressed body.

    Returns:
        200 once they are durable in quarantine, or are in the log already.

    Raises:
        Malformed: not a salvage, or the order names other entries than those that came.
        Forbidden: fewer than two officers signed the order.
        SignatureError: a signature does not hold, or the hall's is missing.
        ProofError: the records do not give the signed head, or a private part does not match.
        Conflict: this is no fork and no entry after a close: an ordinary append takes it.
        NotFound: it begins beyond what the city holds.
        TooLarge: too much of this hall is in quarantine.
    """
    order_note, rest = split_prefixed(body)
    order = _ordered(trust, order_note)
    request = decode_append(rest)
    head = open_checkpoint(request.checkpoint_note, trust.h2c)
    named = (order.origin, order.first, order.size, order.root)
    if named != (head.origin, request.old_size, head.size, head.root.hex()):
        raise Malformed(N_("打捞令与送来的记录不是同一段"), code="other_range", subject=order.origin)
    stored = hub.stored(trust.h2c)
    if request.old_size > stored.size:
        raise NotFound(N_("日志没有这一段"), code="no_range", subject=order.origin)
    reason = _reason(hub, order, request, head, stored)
    if not reason:
        return Answer(Status.OK, {"content-type": MEDIA_NOTE}, b"held\n")
    for record in request.records:
        check_private(record, private_digest(record))
    kept = quarantine.Kept(
        hall=trust.ticket.hall,
        origin=head.origin,
        first=request.old_size,
        size=head.size,
        root=head.root,
        reason=reason,
        order=order_note.decode(),
        note=request.checkpoint_note,
        records=encode_records(request.records),
        time=format_time(hub.clock.now()),
    )
    hub.keep_evidence(trust, reason, request.checkpoint_note)
    clean = replace(kept, records=personal_data.without_erased(hub.store.reader(), head.origin, kept.records))
    if not hub.store.writer.local(lambda connection: quarantine.keep(connection, clean)).result():
        raise TooLarge(N_("这个大厅的隔离区已满"), code="quarantine_full", subject=trust.ticket.hall)
    return Answer(Status.OK, {"content-type": MEDIA_NOTE}, b"quarantined\n")


def _ordered(trust: Trust, note: bytes) -> SalvageOrder:
    opened = open_note(note, officer_keys(trust.keys.officers))
    count = len(approving_officers(opened, trust.keys))
    if count < OFFICERS_NEEDED:
        raise Forbidden(
            N_("打捞令需要两名不同的市级审批员各自签名，现有 %(count)s 名"),
            code="two_officers",
            params={"count": count},
            next_step=N_("请另一名审批员用自己的密钥签名"),
        )
    order = read_statement(SalvageOrder, opened.text)
    if order.reason not in {FORK, CLOSED, COMPROMISE}:
        raise Malformed(N_("打捞令没有写明理由"), code="bad_reason", subject=order.origin)
    return order


def _reason(hub: Hub, order: SalvageOrder, request: AppendRequest, head: Checkpoint, stored: Stored) -> str:
    """Find why the log cannot take these entries; empty when it holds them already."""
    reader = hub.store.reader()
    leaves = [leaf_hash(record.entry) for record in request.records]
    shared = Frontier.load(request.old_size, node_reader(reader, head.origin))
    if shared.size + len(leaves) != head.size or shared.grow(leaves).root() != head.root:
        raise ProofError(N_("送来的记录与大厅签名的日志头不符"), code="other_root", subject=head.origin)
    common = min(head.size, stored.size)
    if shared.grow(leaves[: common - request.old_size]).root() != root_at(reader, head.origin, common):
        return FORK
    if head.size <= stored.size:
        return ""
    if stored.closed:
        return CLOSED
    if order.reason == COMPROMISE:
        return COMPROMISE
    raise Conflict(
        N_("这一段既不是分叉，也不在关闭之后，不需要打捞"),
        code="not_salvage",
        subject=head.origin,
        next_step=N_("请用普通同步上报"),
    )
