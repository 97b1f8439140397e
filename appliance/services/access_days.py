"""The sweep of the access log 查看记录: each day that is over goes into the signed log, days without looks too."""

from collections.abc import Callable

from appliance.domain.actor import SYSTEM
from appliance.errors import Refusal
from appliance.projections import access_digests
from appliance.services.access import DigestAccess
from appliance.services.desk import OwnDesk
from appliance.store.access import DayDigest
from appliance.store.access_book import AccessBook


def settle(desk: OwnDesk, book: AccessBook, *, today: str, make_key: Callable[[DayDigest], str]) -> list[str]:
    """Close the days before today and write those into the log that it does not hold yet.

    Idempotent: a power cut between the two leaves a closed day that the next run writes.

    Args:
        desk: the desk.
        book: the access log.
        today: ISO date.
        make_key: makes an idempotency key from a day's digest.

    Returns:
        The days written.

    Raises:
        Unrecorded, OutOfSpace: the access log cannot be written; nothing was closed.
    """
    done = []
    for one in book.close_days(today, after=access_digests.last_day(desk.reader())):
        command = DigestAccess(day=one.day, count=one.count, root=one.root, head=one.head)
        try:
            desk.submit_now(command, actor=SYSTEM, key=make_key(one))
        except Refusal:
            break  # days are written in their order; the next run begins with this one
        done.append(one.day)
    return done
