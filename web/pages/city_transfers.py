"""移交在途: cases that one hall gave up and nobody at the other has signed for; red after two working days."""

from typing import ClassVar

import msgspec
from litestar import Response

from appliance.clock import format_time
from appliance.domain.transfer import is_late, last_day
from appliance.services.timeline_transfer import purpose_name
from sync.hub import cases
from sync.hub.cases import Transfer
from sync.hub.due import calendar_of, shipped_calendar
from sync.hub.hub import Hub
from web.visit import Visit

SHOWN_MAX = 500


class TransferLine(msgspec.Struct, frozen=True):
    """One hand-over: both halls with their names, where it hangs, until when it is in time."""

    case: str
    item: str
    source: tuple[str, str]
    target: tuple[str, str]
    purpose: str
    given: str
    due: str
    passed_on: str
    scans_missing: int
    late: bool


class TransfersPage(msgspec.Struct, frozen=True):
    """What is under way, the longest first."""

    TEMPLATE: ClassVar[str] = "city/transfers.html"
    lines: tuple[TransferLine, ...]
    late: int
    time: str


def _named(hub: Hub, code: str) -> tuple[str, str]:
    names = {trust.ticket.hall: trust.ticket.hall_name for trust in hub.halls}
    return code, names.get(code, code)


def _line(visit: Visit, hub: Hub, transfer: Transfer) -> TransferLine:
    known = {trust.ticket.hall for trust in hub.halls}
    calendar = calendar_of(hub, transfer.to_hall) if transfer.to_hall in known else shipped_calendar()
    today = visit.front.clock.now().date()
    return TransferLine(
        case=transfer.case_no,
        item=cases.item_name(hub.store.reader(), transfer.case_no),
        source=_named(hub, transfer.from_hall),
        target=_named(hub, transfer.to_hall),
        purpose=visit.text(purpose_name(transfer.purpose)),
        given=transfer.given_at,
        due=last_day(transfer.given_at, calendar).isoformat(),
        passed_on=transfer.sent_at,
        scans_missing=transfer.scans - transfer.scans_sent if transfer.sent_at else 0,
        late=is_late(transfer.given_at, today, calendar),
    )


def show(visit: Visit, hub: Hub) -> Response[str]:
    """Show the hand-overs that nobody has signed for."""
    found = cases.undelivered(hub.store.reader(), limit=SHOWN_MAX)
    lines = tuple(_line(visit, hub, one) for one in found)
    page = TransfersPage(lines, sum(line.late for line in lines), format_time(visit.front.clock.now()))
    return visit.show(page)
