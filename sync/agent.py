"""One sync: a named, ordered list of resumable stages over two ports, the hall and the city (protocol §4).

Nothing is remembered between stages but what both sides store, so a sync that dies anywhere is resumed by the next one
from what it finds. Only how much went into the last messages is kept, so that the next sync begins with as much as the
link could carry. "Equal" is said only by the last stage, which compares sizes and roots of both logs as both sides
hold them. Pull before push. Records go before scans.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from random import Random
from typing import Any, Final

from appliance.clock import Clock, format_time
from appliance.errors import TransportFailure
from appliance.store.contacts import Contact
from sync.city_client import CityClient
from sync.hall import CITY_PEER, Hall
from sync.pace import paced
from sync.quiet import nothing_new, told
from sync.reconcile import BARRING
from sync.stages import Session, Stop, SyncLimits, acknowledge_and_compare, pull, push, push_blobs

EQUAL: Final = "equal"
BEHIND: Final = "behind"
OFFLINE: Final = "offline"
ROUNDS_MAX: Final = 3


@dataclass(frozen=True, slots=True)
class SyncReport:
    """How a sync ended.

    Attributes:
        state: ``equal``, ``behind``, ``offline``, or a `Finding` other than ``resume``.
        own_size: durable entries of our log.
        city_size: entries of it that the city holds, as last seen; None when it did not answer.
        behind: entries that the city lacks.
        down_size: entries of the city's log here.
        pushed: entries sent now.
        pulled: entries fetched now.
        scan_bytes: bytes of scans and packs that arrived now, in either direction.
        last_contact: instant of the city's last answer, or None.
        explanation: message id for a person, empty when all is well.
    """

    state: str
    own_size: int
    city_size: int | None
    behind: int
    down_size: int
    pushed: int
    pulled: int
    scan_bytes: int
    last_contact: str | None
    explanation: str = ""

    @property
    def moved(self) -> bool:
        """Say whether anything arrived, however the sync ended."""
        return bool(self.pushed or self.pulled or self.scan_bytes)

    def as_json(self) -> dict[str, Any]:
        """Give the report as plain values (``hall sync once --json``)."""
        return {name: getattr(self, name) for name in self.__slots__}


Stage = Callable[[Session], None]

STAGES: Final[tuple[tuple[str, Stage], ...]] = (
    ("pull", pull),
    ("push", push),
    ("push_blobs", push_blobs),
    ("acknowledge_and_compare", acknowledge_and_compare),
)


def sync_once(hall: Hall, city: CityClient, clock: Clock, limits: SyncLimits | None = None) -> SyncReport:
    """Run all stages, again while the other side has moved on meanwhile, and keep how it ended.

    Args:
        hall: the hall's port.
        city: the city's port.
        clock: dates the contact.
        limits: how much goes into one message.

    Returns:
        The report; a city that does not answer is ``offline``, not an error.

    Raises:
        HallmarkError: the hall's own store refuses or does not verify.
    """
    limits, before = limits or SyncLimits(), hall.contact()
    pacer = paced((before.detail if before else {}).get("pace") or {}, records_max=limits.records_max)
    session = Session(hall, city, limits, pacer=pacer)
    state, explanation = BEHIND, ""
    try:
        for _ in range(0 if nothing_new(session, before, clock) else ROUNDS_MAX):
            for _, stage in STAGES:
                stage(session)
            if session.equal or session.finding is not None:
                break
        state = EQUAL if session.equal else session.finding.value if session.finding else BEHIND
        explanation = session.explanation
    except Stop as stop:
        state, explanation = stop.finding.value, stop.explanation
        if stop.finding in BARRING:
            session.finding = stop.finding
            # The city must see that this hall has stopped; should it not hear it now, the next contact says it again.
            with suppress(TransportFailure, Stop):
                acknowledge_and_compare(session)
    except TransportFailure as failure:
        state, explanation = OFFLINE, failure.text()
    return _conclude(session, state, explanation, clock)


def status(hall: Hall) -> SyncReport:
    """Give how things stand without asking the city (``hall sync status``)."""
    contact = hall.contact()
    own, down = hall.own().size, hall.mirror().size
    detail = contact.detail if contact else {}
    city_size = detail.get("city_size")
    behind = own - min(own, city_size or 0)
    state = contact.state if contact else OFFLINE
    if state == EQUAL and behind:
        state = BEHIND
    return SyncReport(
        state=state,
        own_size=own,
        city_size=city_size,
        behind=behind,
        down_size=down,
        pushed=0,
        pulled=0,
        scan_bytes=0,
        last_contact=contact.at if contact else None,
        explanation=str(detail.get("explanation", "")),
    )


def next_delay(failures: int, random: Random, *, first_seconds: float = 1.0, last_seconds: float = 300.0) -> float:
    """Give how long to wait after this many failures in a row: doubling from 1 s to 5 min, with jitter.

    The jitter takes up to half of it away, so that the halls of a city do not all come back at once.
    """
    full: float = min(last_seconds, first_seconds * 2.0 ** min(max(failures - 1, 0), 30))
    return max(first_seconds, full * (1.0 - random.random() / 2.0))


def _conclude(session: Session, state: str, explanation: str, clock: Clock) -> SyncReport:
    hall = session.hall
    moment = format_time(clock.now())
    before = hall.contact()
    last_contact = moment if session.answered else before.at if before else None
    known = session.city_size
    if known is None and before is not None:
        known = before.detail.get("city_size")
    own, down = hall.own().size, hall.mirror().size
    behind = own - min(own, known or 0)
    hall.store_contact(
        Contact(
            peer=CITY_PEER,
            state=state,
            at=last_contact,
            success=moment if state == EQUAL else None,
            detail={
                "city_size": known,
                "explanation": explanation,
                "tried": moment,
                "pace": session.pacer.as_detail(),
                "told": told(session, clock) if state == EQUAL else None,
            },
        )
    )
    return SyncReport(
        state=state,
        own_size=own,
        city_size=known,
        behind=behind,
        down_size=down,
        pushed=session.pushed,
        pulled=session.pulled,
        scan_bytes=session.pacer.scan_bytes,
        last_contact=last_contact,
        explanation=explanation,
    )
