"""The stages of a sync and what they are made of; `sync.agent` runs them in order.

Each stage asks both sides where they stand, moves what is missing, and may be cut off anywhere: what was moved is
stored and verified on the other side, what was not is found missing by the next run.
"""

import time
from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from appliance.domain.gate import GateState
from appliance.errors import N_, IntegrityFailure, TransportFailure
from appliance.ledger.checkpoint import Checkpoint, open_checkpoint, verify_cosignature
from appliance.ledger.failure import Malformed, SignatureError
from appliance.ledger.note import VerifierKey
from appliance.store.acknowledgements import BlobProgress
from sync.city_client import Accepted, CityClient, Rejected, SizeDiffers
from sync.hall import Hall, blobs_of
from sync.logs import Batch
from sync.messages import RECORDS_COUNT_MAX, AppendRequest, Status
from sync.pace import Pacer
from sync.reconcile import BARRING, EXPLANATIONS, Finding, Position, Span, equal, plan_pull, plan_push
from sync.scans import fetch_to, send_blob

REPLANS_MAX: Final = 3
PROGRESS_STEP_ENTRIES: Final = 64
AHEAD_RECORDS_MIN: Final = 256
"""Records in a batch beside whose sending the next one is read; for fewer it is not worth a thread."""
BATCH_BYTES_MAX: Final = 4 * 1024 * 1024
"""Bytes in a batch, before compression: four of them are what the agent holds of a backlog, however long it is."""
MISSING_BLOBS_MAX: Final = 1000
DELIVERED_MAX: Final = 10_000
"""Scans of which a sync remembers that the city has them; of further ones it asks again."""


@dataclass(frozen=True, slots=True)
class SyncLimits:
    """How much goes into one message.

    Attributes:
        records_max: records a batch.
        bytes_max: bytes a batch, before compression.
    """

    records_max: int = RECORDS_COUNT_MAX
    bytes_max: int = BATCH_BYTES_MAX


class Stop(Exception):
    """A stage found that nothing more may move."""

    def __init__(self, finding: Finding, explanation: str) -> None:
        super().__init__(finding.value)
        self.finding = finding
        self.explanation = explanation


@dataclass(slots=True)
class Session:
    """What one sync works with and has found so far; it lives no longer than the sync."""

    hall: Hall
    city: CityClient
    limits: SyncLimits
    city_size: int | None = None
    answered: bool = False
    pushed: int = 0
    pulled: int = 0
    equal: bool = False
    finding: Finding | None = None
    explanation: str = ""
    fresh: bool = True
    told: tuple[str, str] | None = None
    pacer: Pacer = field(default_factory=Pacer)
    cosigned: int | None = None
    delivered: set[str] = field(default_factory=set)


# ---- stages ----


def pull(session: Session) -> None:
    """Fetch the city's entries up to its head, their blobs first, and let the owner verify and apply them."""
    hall = session.hall
    if hall.positions().gate in (GateState.ROLLED_BACK, GateState.FENCED):
        return  # nothing may be stored until our own past is whole again; the push finds out whether it is
    head, signed, newest = _city_head(session, hall.trust.c2h)
    held = hall.mirror()
    plan = plan_pull(held, _position(head), signed=signed)
    if plan.finding is Finding.CITY_BEHIND and _give_back(session, head, held):
        return
    if plan.span is None:
        session.finding, session.explanation = plan.finding, plan.explanation
        if plan.finding is Finding.CITY_BEHIND:
            return  # the city may have been restored from a backup: what it lacks of ours is still wanted
        raise Stop(plan.finding, plan.explanation)
    _fetch(session, plan.span, newest)
    _apply_waiting(session)


def _fetch(session: Session, span: Span, newest: bytes) -> None:
    hall, position, end = session.hall, span.start, span.end
    step = session.pacer.records.now
    while position < end:
        whole = position + step >= end
        note = newest if whole else session.city.checkpoint(hall.mirror_origin, at_most=position + step)
        checkpoint = _require_signed(note, hall.trust.c2h)
        if note is not None and checkpoint.size <= position < end - step:
            step *= 2  # one change of the city holds more entries, and its signed head stands at its end
            continue
        if note is None or checkpoint.size <= position:
            raise TransportFailure(N_("市级给出的日志头没有前进"), code="bad_answer", subject=hall.mirror_origin)
        with session.pacer.sending_records(checkpoint.size - position):
            records = session.city.records(hall.mirror_origin, position, checkpoint.size)
        if records is None:
            step = _halved(step)
            continue
        for record in records:
            for digest in blobs_of(record):
                fetch_blob(session, digest)
        # The blobs are durable here; now the entries that name them may be applied.
        try:
            hall.store_mirror(position, note, records)
        except IntegrityFailure as error:
            # The city signed a head that its records do not give: nothing of it was stored.
            raise Stop(Finding.BLOCKED, error.text()) from error
        session.pulled += len(records)
        position = checkpoint.size


def _give_back(session: Session, head: Checkpoint | None, held: Position) -> bool:
    """Give a city that lost its database the entries that it signed and we kept; True when it has taken them all.

    Raises:
        Stop: what it has now is not a beginning of what it signed before.
    """
    hall, start = session.hall, head.size if head is not None else 0
    if head is not None and hall.mirror_root(start) != head.root:
        raise Stop(Finding.CITY_FORKED, EXPLANATIONS[Finding.CITY_FORKED])
    while start < held.size:
        batch = hall.mirror_batch(
            Span(start, held.size), records_max=session.pacer.records.now, bytes_max=session.limits.bytes_max
        )
        if batch is None:
            return False
        request = AppendRequest(batch.start, (), batch.checkpoint_note, batch.records)
        with session.pacer.sending_records(len(batch.records)):
            outcome = session.city.append(hall.mirror_origin, request)
        if not isinstance(outcome, Accepted):
            return False
        start = batch.end
    return True


def push(session: Session) -> None:
    """Send our durable entries from where the city's copy ends, and keep its cosignatures."""
    if session.cosigned == session.hall.own().size and session.city_size == session.cosigned:
        return  # a round later in the same sync: the city's line over our newest head came a moment ago
    for _ in range(REPLANS_MAX):
        span = plan_own(session)
        if _push_span(session, span):
            return
        # 409 or 422: forget what we believed and ask again.
    raise Stop(Finding.BLOCKED, N_("市级多次拒绝同一段记录，同步暂停，窗口业务不受影响，请联系市级运维"))


def push_blobs(session: Session) -> None:
    """Send the scans that cosigned entries name, part by part from where the city has them."""
    hall = session.hall
    progress = hall.blob_progress()
    if session.city_size is not None and progress.upto > session.city_size:
        # The city went back: what it acknowledged may be gone with it.
        progress = BlobProgress(upto=session.city_size, missing=progress.missing)
    end = min(hall.cosigned_size(), session.city_size or 0)
    erased = hall.erased_blobs()
    missing = [one for one in progress.missing if one not in erased and not _send_blob(session, one)]
    named = hall.blob_names(progress.upto, end)
    for count, (index, digests) in enumerate(named, 1):
        missing += [digest for digest in digests if digest not in missing and not _send_blob(session, digest)]
        if count % PROGRESS_STEP_ENTRIES == 0:
            hall.store_blob_progress(_progress(index + 1, missing))
    after = _progress(max(progress.upto, end), missing)
    if after != hall.blob_progress():
        hall.store_blob_progress(after)


def acknowledge_and_compare(session: Session) -> None:
    """Say what we hold of the city's log; compare both heads, as the city states them, with our own."""
    hall = session.hall
    ack = hall.ack()
    if ack is None:
        return
    heads = session.city.acknowledge(hall.mirror_origin, ack)
    theirs_c2h = _require_signed(heads.c2h_note or None, hall.trust.c2h)
    theirs_h2c = _require_signed(heads.h2c_note, hall.trust.h2c) if heads.h2c_note else None
    session.city_size = theirs_h2c.size if theirs_h2c else 0
    own, positions = hall.own(), hall.positions()
    session.equal = (
        session.finding is None
        and equal(own, _position(theirs_h2c) if own.size else own)
        and equal(hall.mirror(), _position(theirs_c2h))
        and positions.applied == positions.mirror_size
    )


# ---- parts of stages ---------------------------------------------------------------------------------------------


def plan_own(session: Session) -> Span:
    """Compare our log with the head of it that the city stores; what is known to be missing closes the gate first.

    Raises:
        Stop: nothing may be pushed, and why.
    """
    hall = session.hall
    head, signed, note = _city_head(session, hall.trust.h2c)
    plan = plan_push(hall.own(), _position(head), hall.own_root, signed=signed)
    if signed and note and (plan.finding in BARRING or hall.positions().gate == GateState.ROLLED_BACK):
        # Before anything else: an entry written after a past that is known to be missing would be the fork itself.
        hall.hold_against(note)
    if plan.span is None:
        session.city_size = head.size if head is not None and signed else None
        raise Stop(plan.finding, plan.explanation)
    session.city_size = plan.span.start
    if session.fresh and plan.span.start < hall.cosigned_size():
        # The city once acknowledged more: what is shown as safe falls back before anything else is said.
        hall.city_went_back(plan.span.start)
    return plan.span


def _push_span(session: Session, span: Span) -> bool:
    """Send a span in batches; False when the city's answer calls for a new plan."""
    hall = session.hall
    if span.end == 0:
        return True
    if not len(span):
        # Nothing new: ask for the current line, which carries the city's time for our floor (protocol §5).
        note = hall.head_note(span.end)
        return note is None or _send(session, Batch(span.end, span.end, (), note))
    with ThreadPoolExecutor(1, thread_name_prefix="sync-send") as sender:
        ready = _next_batch(session, span)
        while ready is not None:
            before = session.pacer.records.now
            sent, ahead = _post(session, ready, sender, span.end)
            if _take_answer(session, ready, sent):
                rest = Span(ready.end, span.end)
                ready = ahead or (_next_batch(session, rest) if len(rest) else None)
            elif session.pacer.records.now >= before:
                return False
            else:
                ready = _next_batch(session, Span(ready.start, span.end))
    return True


def _next_batch(session: Session, rest: Span) -> Batch | None:
    return session.hall.batch(rest, records_max=session.pacer.records.now, bytes_max=session.limits.bytes_max)


def _post(
    session: Session, batch: Batch, sender: Executor, end: int
) -> tuple[Callable[[], Accepted | SizeDiffers | Rejected], Batch | None]:
    """Send a batch, and behind a long one read the next meanwhile: never more than two are in memory.

    Returns:
        What waits for the answer, and the next batch where it was read.
    """
    hall, rest = session.hall, Span(batch.end, end)
    proof = hall.proof(batch.start, batch.end)
    request = AppendRequest(batch.start, proof, batch.checkpoint_note, batch.records)
    if len(batch.records) < AHEAD_RECORDS_MIN or not len(rest):
        return partial(session.city.append, hall.own_origin, request), None
    # The network runs aside and the database here: a reader belongs to its thread.
    sent = sender.submit(session.city.append, hall.own_origin, request)
    return sent.result, _next_batch(session, rest)


def _send(session: Session, batch: Batch) -> bool:
    request = AppendRequest(batch.start, (), batch.checkpoint_note, batch.records)
    return _take_answer(session, batch, partial(session.city.append, session.hall.own_origin, request))


def _take_answer(session: Session, batch: Batch, answer: Callable[[], Accepted | SizeDiffers | Rejected]) -> bool:
    began = time.monotonic()
    with session.pacer.sending_records(len(batch.records)):
        outcome = answer()
    session.answered = True
    session.pacer.answered(len(batch.records), time.monotonic() - began)
    match outcome:
        case Accepted(cosignatures):
            keep_cosignature(session, batch.end, cosignatures)
            session.city_size = batch.end
            session.pushed += len(batch.records)
            return True
        case SizeDiffers():
            return False
        case Rejected(Status.PROOF):
            return False
        case Rejected(Status.TOO_LARGE):
            _halved(min(session.pacer.records.now, len(batch.records)))
            session.pacer.records = session.pacer.records.shrunk(len(batch.records))
            return False
        case Rejected(Status.EPOCH_CLOSED):
            raise Stop(Finding.BLOCKED, N_("市级已关闭本厅的这个日志纪元，请向市级申请新纪元"))
        case Rejected():
            raise Stop(Finding.BLOCKED, N_("市级拒绝了本厅的上报，同步暂停，窗口业务不受影响，请联系市级运维"))


def keep_cosignature(session: Session, size: int, lines: bytes) -> None:
    """Find the city's line in the answer, verify it, and hand it to the owner.

    Raises:
        Stop: no line of the city's that holds.
    """
    hall = session.hall
    checkpoint = Checkpoint(hall.own_origin, size, hall.own_root(size))
    for line in lines.decode(errors="replace").splitlines(keepends=True):
        try:
            verify_cosignature(checkpoint, line, hall.trust.city_cosigner)
        except (Malformed, SignatureError):
            continue
        hall.store_cosignature(size, line)
        session.cosigned = size
        return
    # Without a valid line nothing is acknowledged, whatever the status said.
    raise Stop(Finding.BLOCKED, N_("市级的联署无法核对，同步暂停，窗口业务不受影响，请联系市级运维"))


def fetch_blob(session: Session, digest: str) -> bool:
    """Fetch a blob that is not here, from the part that is missing; False when it is not to be had whole."""
    return fetch_to(session.city, session.hall.blobs, session.hall.parts, digest, session.pacer)


def _apply_waiting(session: Session) -> None:
    hall = session.hall
    positions = hall.positions()
    if positions.applied == positions.mirror_size:
        return
    # A list: the reader must be done before blobs are written and the owner applies.
    for digest in list(hall.waiting_blobs(positions.applied, positions.mirror_size)):
        fetch_blob(session, digest)
    hall.apply()


def _send_blob(session: Session, digest: str) -> bool:
    """Send a scan, once in a sync however many entries name it; False when the city has not all of it."""
    if digest in session.delivered:
        return True
    if not send_blob(session.city, session.hall.blobs, digest, session.pacer):
        return False
    if len(session.delivered) < DELIVERED_MAX:
        session.delivered.add(digest)
    return True


def _progress(upto: int, missing: list[str]) -> BlobProgress:
    return BlobProgress(upto=upto, missing=tuple(dict.fromkeys(missing))[:MISSING_BLOBS_MAX])


def _city_head(session: Session, log: VerifierKey) -> tuple[Checkpoint | None, bool, bytes]:
    """Ask for a log's head at the city; (head, signed by whom it should be, the note itself)."""
    head = session.city.head(log.name)
    session.answered = True
    if head.scans_upto is not None:
        _scans_went_back(session, head.scans_upto)
    note = head.note
    if note is None:
        return None, True, b""
    try:
        return open_checkpoint(note, log), True, note
    except (Malformed, SignatureError):
        # An unsigned head says nothing: a size of 0 stands for it and is never looked at.
        return Checkpoint(log.name, 0, b""), False, note


def _scans_went_back(session: Session, upto: int) -> None:
    """Begin again at the first scan that a restored city lacks: a backup holds records whose scans came after it."""
    progress = session.hall.blob_progress()
    if upto < progress.upto:
        session.hall.store_blob_progress(BlobProgress(upto=upto, missing=progress.missing))


def _require_signed(note: bytes | None, log: VerifierKey) -> Checkpoint:
    try:
        return open_checkpoint(note or b"", log)
    except (Malformed, SignatureError) as error:
        raise Stop(Finding.BLOCKED, N_("市级给出的日志头无法核对，同步暂停，窗口业务不受影响")) from error


def _position(checkpoint: Checkpoint | None) -> Position | None:
    return None if checkpoint is None else Position(checkpoint.size, checkpoint.root)


def _halved(count: int) -> int:
    if count <= 1:
        raise Stop(Finding.BLOCKED, N_("有一组记录超过了一次能传的大小，请联系市级运维"))
    return count // 2
