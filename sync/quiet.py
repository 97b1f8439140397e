"""The exchange when nothing is new: one request and one answer, which carry both heads (protocol §4).

The hall sends its own signed head and no records, and says how long its copy of the city's log is. The answer is the
city's cosignature over that head, with the city's time in it, and the city's own signed head. Both sides have then held
both logs against each other by size and root, as at the end of every sync. What differs, what is not understood, and
what the city has not been told yet, ends in the ordinary stages; nothing is concluded from it.
"""

from datetime import timedelta
from typing import Final

from appliance.clock import Clock, format_time, parse_time
from appliance.ledger.checkpoint import open_checkpoint
from appliance.ledger.failure import Malformed, SignatureError
from appliance.store.contacts import Contact
from sync.messages import AppendRequest
from sync.reconcile import Position, equal
from sync.stages import Session, keep_cosignature

TOLD_AGAIN: Final = timedelta(minutes=10)
"""However little changes, the hall's signed status goes up this often."""


def nothing_new(session: Session, before: Contact | None, clock: Clock) -> bool:
    """Ask the city whether both logs are still the same on both sides.

    Args:
        session: its `told` is taken over from the last contact when the answer is yes.
        before: how the last contact ended.
        clock: judges how old the last status is.

    Returns:
        True when they are, by size and root of both as both sides hold them. False says nothing: go through the stages.

    Raises:
        TransportFailure: the city does not answer.
        Stop: the city's cosignature does not hold.
    """
    hall = session.hall
    mark, at = (before.detail.get("told") or ("", "")) if before is not None else ("", "")
    if not mark or not timedelta(0) <= clock.now() - parse_time(at) < TOLD_AGAIN or hall.status_mark() != mark:
        return False
    own, mirror, progress = hall.own(), hall.mirror(), hall.blob_progress()
    note = hall.head_note(own.size)
    if note is None or progress.missing or progress.upto < own.size:
        return False
    answer = session.city.same_still(hall.own_origin, AppendRequest(own.size, (), note, ()), held=mirror.size)
    session.answered = True
    if answer is None:
        return False
    keep_cosignature(session, own.size, answer.cosignatures)
    if not _same(mirror, answer.other_note, session):
        return False
    session.city_size, session.told = own.size, (mark, at)
    session.equal = True
    return True


def told(session: Session, clock: Clock) -> tuple[str, str]:
    """Give what to remember of the status that the city has now, and when it was told."""
    return session.told or (session.hall.status_mark(), format_time(clock.now()))


def _same(mirror: Position, note: bytes, session: Session) -> bool:
    try:
        head = open_checkpoint(note, session.hall.trust.c2h)
    except (Malformed, SignatureError):
        return False
    return equal(mirror, Position(head.size, head.root))
