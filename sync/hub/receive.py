"""Taking a hall's records (protocol §4, receiver): verified and durable before anything is answered.

The order is the protocol's: origin, signature, epoch open, old size equal to the stored size, consistency proof, root
recomputed from the records, private parts against their digests, store, fsync, cosign, answer. Content is never a
reason to refuse: a signed entry is a fact; what is wrong with it is flagged for a person (`hub_flag`).

A head that is validly signed and yet refused is evidence against somebody: it is kept, in a transaction of its own.
"""

from contextlib import suppress
from typing import Final

from appliance.clock import format_time
from appliance.errors import N_, Conflict, IntegrityFailure, OutOfSpace, Refusal
from appliance.ledger.checkpoint import Checkpoint, cosign, open_checkpoint
from appliance.ledger.failure import Malformed, ProofError, SignatureError
from appliance.ledger.merkle import verify_growth
from appliance.store.change import EpochClosed, MirrorAppend
from appliance.store.contacts import touch_contact
from appliance.store.examining import Examined, examine
from sync.hub.following import at_once, follow
from sync.hub.hub import Hub
from sync.hub.reads import checkpoint_note
from sync.logs import root_at
from sync.messages import MEDIA_NOTE, MEDIA_SIZE, AppendRequest, Status, decode_append
from sync.transports.port import Answer
from sync.trust import Trust

KIND_ROOT: Final = "root"
KIND_PROOF: Final = "proof"
KIND_PRIVATE: Final = "private"
KIND_CLOSED: Final = "closed"
KIND_FORK: Final = "fork"
KIND_CITY_FORK: Final = "city_fork"


def append(hub: Hub, trust: Trust, body: bytes, *, held: int | None = None) -> Answer:
    """Take an append to a hall's h2c log.

    Args:
        hub: the city.
        trust: the hall's verified ticket.
        body: decompressed body.
        held: entries of the city's own log that the hall says it has, when it brings nothing and asks for both heads.

    Returns:
        200 and the city's cosignature line, with `held` the city's own signed head behind it; 400, 403, 409 with the
        stored size, 410, 413, 422 or 507. A repeat of an
        append that was taken is answered 200 and writes nothing.
    """
    request = decode_append(body)
    try:
        checkpoint = open_checkpoint(request.checkpoint_note, trust.h2c)
    except SignatureError:
        return Answer(Status.SIGNATURE)
    if request.old_size > checkpoint.size or len(request.records) not in {0, checkpoint.size - request.old_size}:
        raise Malformed(N_("追加请求的长度互相矛盾"), code="bad_append", subject=checkpoint.origin)
    stored = hub.stored(trust.h2c)
    if stored.closed:
        hub.keep_evidence(trust, KIND_CLOSED, request.checkpoint_note)
        return Answer(Status.EPOCH_CLOSED)
    if checkpoint.size < stored.size and not _is_beginning(hub, checkpoint):
        return _refuse(hub, trust, KIND_FORK, request)
    if checkpoint.size == stored.size:
        return _repeat(hub, trust, request, checkpoint, stored.root, held)
    if request.old_size != stored.size or not request.records:
        return size_differs(stored.size)
    return _take(hub, trust, request, checkpoint, stored.root)


def take_back(hub: Hub, trust: Trust, body: bytes) -> Answer:
    """Take back records of the city's own log for a hall, which the city signed and has lost (protocol §4).

    Args:
        hub: the city.
        trust: the hall's verified ticket.
        body: decompressed body, as of an append.

    Returns:
        200 when they are here, durably; 403 without the city's own signature, 409 with the stored size, 422 when they
        are not one history with what is stored.
    """
    request = decode_append(body)
    try:
        checkpoint = open_checkpoint(request.checkpoint_note, trust.c2h)
    except SignatureError:
        return Answer(Status.SIGNATURE)
    stored = hub.stored(trust.c2h)
    if checkpoint.size <= stored.size:
        if root_at(hub.store.reader(), checkpoint.origin, checkpoint.size) == checkpoint.root:
            return Answer(Status.OK)
        return _refuse(hub, trust, KIND_CITY_FORK, request)
    if request.old_size != stored.size or len(request.records) != checkpoint.size - stored.size:
        return size_differs(stored.size)
    return _put_back(hub, trust, request, checkpoint)


def _put_back(hub: Hub, trust: Trust, request: AppendRequest, checkpoint: Checkpoint) -> Answer:
    append = MirrorAppend(
        origin=checkpoint.origin,
        old_size=request.old_size,
        records=request.records,
        checkpoint_note=request.checkpoint_note,
        checkpoint=checkpoint,
        encoded=request.encoded,
    )
    try:
        hub.store.writer.restore(append).result()
    except Conflict:
        return size_differs(hub.stored(trust.c2h).size)
    except IntegrityFailure:
        return _refuse(hub, trust, KIND_CITY_FORK, request)
    except OutOfSpace:
        return Answer(Status.NO_SPACE)
    return Answer(Status.OK)


def _take(hub: Hub, trust: Trust, request: AppendRequest, checkpoint: Checkpoint, stored_root: bytes) -> Answer:
    try:
        examined = _verify(request, checkpoint, stored_root)
    except ProofError:
        return _refuse(hub, trust, KIND_PROOF, request)
    except IntegrityFailure:
        return _refuse(hub, trust, KIND_PRIVATE, request)
    return _store(hub, trust, request, checkpoint, examined)


def _verify(request: AppendRequest, checkpoint: Checkpoint, stored_root: bytes) -> Examined:
    """Check the consistency proof and the private parts; the root is recomputed by the writer, from what is stored.

    Raises:
        ProofError: the head does not extend what is stored.
        IntegrityFailure: a private part is not what its leaf says.
    """
    verify_growth(request.old_size, checkpoint.size, stored_root, checkpoint.root, request.proof)
    return examine(request.records, strict=True)


def _is_beginning(hub: Hub, checkpoint: Checkpoint) -> bool:
    return root_at(hub.store.reader(), checkpoint.origin, checkpoint.size) == checkpoint.root


def size_differs(size: int) -> Answer:
    """Answer 409 with the stored size (C2SP tlog-witness)."""
    return Answer(Status.SIZE_DIFFERS, {"content-type": MEDIA_SIZE}, f"{size}\n".encode())


def _store(hub: Hub, trust: Trust, request: AppendRequest, checkpoint: Checkpoint, examined: Examined) -> Answer:
    moment = format_time(hub.clock.now())
    try:
        hub.store.writer.mirror(
            MirrorAppend(
                origin=trust.ticket.h2c_origin,
                old_size=request.old_size,
                records=request.records,
                checkpoint_note=request.checkpoint_note,
                checkpoint=checkpoint,
                local=(lambda connection: touch_contact(connection, trust.ticket.hall, moment),),
                encoded=request.encoded,
                examined=examined,
                apply=at_once(hub, trust, len(request.records)),
            )
        ).result()
    except EpochClosed:
        return Answer(Status.EPOCH_CLOSED)
    except Conflict:
        # Another append of the same hall was first; its size is the answer.
        return size_differs(hub.stored(trust.h2c).size)
    except IntegrityFailure:
        return _refuse(hub, trust, KIND_ROOT, request)
    except OutOfSpace:
        return Answer(Status.NO_SPACE)
    if trust.ticket.epoch > 1 and request.old_size == 0:
        # The hall has opened its next epoch: the old one is closed, and the city's log of the new one begins.
        hub.open_epoch(trust)
    # Durable here: bytes, private parts and the hall's checkpoint are fsynced. Only now the city says so. If the power
    # fails before the answer arrives, the hall sends the same bytes again and `_repeat` answers.
    return _cosigned(hub, trust, checkpoint)


def _repeat(
    hub: Hub, trust: Trust, request: AppendRequest, checkpoint: Checkpoint, root: bytes, held: int | None
) -> Answer:
    if checkpoint.root != root:
        return _refuse(hub, trust, KIND_FORK, request)
    moment = format_time(hub.clock.now())
    answer = _cosigned(hub, trust, checkpoint)
    # After a restore the hall has to show what it holds before anything is called the same: it gets the line alone.
    size = hub.stored(trust.c2h).size if held is not None and not hub.waits(trust) else 0
    note = checkpoint_note(hub.store.reader(), trust.c2h, size, at_most=None) if size else None
    equal = note is not None and held == size
    hub.store.writer.local(
        lambda connection: touch_contact(connection, trust.ticket.hall, moment, equal=equal)
    ).result()
    return answer if note is None else Answer(answer.status, answer.headers, answer.body + b"\n" + note)


def _cosigned(hub: Hub, trust: Trust, checkpoint: Checkpoint) -> Answer:
    with suppress(Refusal):
        # A city that cannot write now (busy, gate) still owes the line for what is durable; the lease's end stands on
        # the board and the next contact tries again.
        hub.renew_lease(trust)
        follow(hub, trust)
    return Answer(Status.OK, {"content-type": MEDIA_NOTE}, cosign(checkpoint, hub.keyring.cosigner).encode())


def _refuse(hub: Hub, trust: Trust, kind: str, request: AppendRequest) -> Answer:
    hub.keep_evidence(trust, kind, request.checkpoint_note)
    return Answer(Status.PROOF, {"content-type": MEDIA_NOTE}, f"{kind}\n".encode())
