"""入网审批 and 租约: halls that ask to be taken in, the two officers' approvals, and when each hall's lease ends."""

import asyncio
import secrets
from typing import ClassVar, Final

import msgspec
from litestar import Response
from litestar.datastructures import UploadFile

from appliance.clock import format_time
from appliance.domain.actor import Role
from appliance.errors import N_, NotFound, Refusal
from sync.hub.board import HallRow, board
from sync.hub.enrolment_desk import Waiting, list_requests
from sync.hub.hub import Hub
from sync.hub.officers import approve as sign
from sync.hub.officers import told
from web.pages.city_board import Line, line_of
from web.pages.stale import NOTHING, Refused, refused
from web.visit import Visit

KEY_BYTES_MAX: Final = 200
LABELS: Final = {"heard": N_("大厅在电话里念的最后八位"), "key": N_("您本人的密钥文件")}


class RequestLine(msgspec.Struct, frozen=True):
    """A request on the desk.

    Attributes:
        id: of the request.
        hall: code of the hall; `name` its name.
        epoch: 1 for a new hall, more for a hall on a new box.
        created: instant, ISO 8601.
        approvals: who has signed.
        issued: the ticket exists.
    """

    id: str
    hall: str
    name: str
    epoch: int
    created: str
    approvals: tuple[str, ...]
    issued: bool


class EnrolmentsPage(msgspec.Struct, frozen=True):
    """The desk: what waits first."""

    TEMPLATE: ClassVar[str] = "city/enrolments.html"
    lines: tuple[RequestLine, ...]
    waiting: int


class ApprovalForm(msgspec.Struct, frozen=True):
    """What was typed; the key is a file and never shown again."""

    heard: str = ""


class EnrolmentPage(msgspec.Struct, frozen=True):
    """One request, with the form where this officer has not signed yet."""

    TEMPLATE: ClassVar[str] = "city/enrolment.html"
    line: RequestLine
    shown: str
    mine: bool
    known: bool
    labels: dict[str, str]
    problems: dict[str, str]
    form: ApprovalForm


class LeasesPage(msgspec.Struct, frozen=True):
    """Every hall's lease, the one that ends first at the top."""

    TEMPLATE: ClassVar[str] = "city/leases.html"
    lines: tuple[Line, ...]
    soon: int
    days: int
    time: str


def _line(waiting: Waiting) -> RequestLine:
    request = waiting.request
    return RequestLine(
        id=waiting.id,
        hall=request.area + request.hall_code,
        name=request.hall_name,
        epoch=request.epoch,
        created=request.created,
        approvals=tuple(name.upper() for name in waiting.approvals),
        issued=waiting.issued,
    )


def show(visit: Visit, hub: Hub) -> Response[str]:
    """Show the desk."""
    found = [_line(one) for one in list_requests(hub.directory)]
    waiting = sum(not line.issued for line in found)
    return visit.show(EnrolmentsPage(tuple(sorted(found, key=lambda line: line.issued)), waiting))


def _known(hub: Hub, request: str) -> Waiting:
    found = next((one for one in list_requests(hub.directory) if one.id == request), None)
    if found is None:
        raise NotFound(N_("没有这份入网申请"), code="no_request", subject=request, next_step=N_("请从入网审批清单进入"))
    return found


def _one(visit: Visit, hub: Hub, waiting: Waiting, why: Refused = NOTHING) -> Response[str]:
    line = _line(waiting)
    officer = visit.actor.role is Role.CITY_OFFICER
    page = EnrolmentPage(
        line=line,
        shown=told(waiting.request)[0],
        mine=officer and not line.issued and visit.actor.id.upper() not in line.approvals,
        known=line.hall in {trust.ticket.hall for trust in hub.halls},
        labels={name: visit.text(label) for name, label in LABELS.items()},
        problems=why.problems,
        form=visit.form(ApprovalForm),
    )
    return visit.show(page, status=why.status)


def show_one(visit: Visit, request_id: str, hub: Hub) -> Response[str]:
    """Show a request."""
    return _one(visit, hub, _known(hub, request_id))


async def approve(visit: Visit, request_id: str, hub: Hub) -> Response[str]:
    """Sign a request as the officer who is signed in."""
    waiting = _known(hub, request_id)
    given = visit.fields.get("key")
    content = await given.read(KEY_BYTES_MAX) if isinstance(given, UploadFile) else b""
    form = visit.form(ApprovalForm)
    try:
        await asyncio.to_thread(
            sign,
            hub,
            waiting,
            key=content,
            heard=form.heard,
            login=visit.actor.id,
            clock=visit.front.clock,
            random=secrets.token_bytes,
            lease=hub.lease,
        )
    except Refusal as refusal:
        return _one(visit, hub, waiting, refused(visit, refusal))
    return visit.go(f"/enrolments/{request_id}")


def leases(visit: Visit, hub: Hub) -> Response[str]:
    """Show the leases."""
    now = format_time(visit.front.clock.now())
    rows: list[HallRow] = sorted(board(hub), key=lambda row: (row.lease_until, row.hall))
    lines = tuple(line_of(row, now) for row in rows)
    return visit.show(LeasesPage(lines, sum(line.lease_soon for line in lines), hub.lease.days, now))
