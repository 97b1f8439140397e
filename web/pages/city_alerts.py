"""失联告警: halls that were not heard of for too long, and the operator's word that he knows why, until when."""

import asyncio
from datetime import datetime, timedelta
from typing import ClassVar, Final

import msgspec
from litestar import Response

from appliance.clock import SHANGHAI, format_time
from appliance.domain.actor import Role
from appliance.errors import N_, NotFound, Refusal
from sync.hub import silences
from sync.hub.board import HallRow, board
from sync.hub.hall_states import HallState
from sync.hub.hub import Hub
from sync.hub.silence_desk import acknowledge
from web.pages.stale import NOTHING, Refused, refused
from web.visit import Visit

SHOWN: Final = 10
LABELS: Final = {"reason": N_("原因，向谁核实的"), "until": N_("到什么时候再提醒")}


class Alert(msgspec.Struct, frozen=True):
    """One silent hall.

    Attributes:
        row: its row of the board.
        open: nobody has said that he knows why.
        until: from when the alert comes back; empty while it is open.
        by: who acknowledged it.
        reason: why it is silent.
    """

    row: HallRow
    open: bool
    until: str
    by: str
    reason: str


class AlertsPage(msgspec.Struct, frozen=True):
    """All silent halls: those that nobody has looked into first."""

    TEMPLATE: ClassVar[str] = "city/alerts.html"
    alerts: tuple[Alert, ...]
    time: str


class Past(msgspec.Struct, frozen=True):
    """An acknowledgement of before."""

    at: str
    since: str
    until: str
    by: str
    reason: str


class AlertForm(msgspec.Struct, frozen=True):
    """What was typed; `since` is the last contact that the operator saw."""

    reason: str = ""
    until: str = ""
    since: str = ""


class AlertPage(msgspec.Struct, frozen=True):
    """One hall: how long it has been silent, what was said before, and the form."""

    TEMPLATE: ClassVar[str] = "city/alert.html"
    row: HallRow
    known: bool
    mine: bool
    past: tuple[Past, ...]
    labels: dict[str, str]
    problems: dict[str, str]
    form: AlertForm
    time: str


def show(visit: Visit, hub: Hub) -> Response[str]:
    """Show all silent halls."""
    reader = hub.store.reader()
    known = silences.latest(reader)
    found = []
    for row in board(hub):
        if not row.silent:
            continue
        one = None if HallState.SILENT in row.found else known[row.hall]
        reason = silences.reason_of(reader, one) if one else ""
        found.append(Alert(row, one is None, one.until if one else "", one.by if one else "", reason))
    found.sort(key=lambda alert: (not alert.open, alert.row.last_contact or "", alert.row.hall))
    return visit.show(AlertsPage(tuple(found), format_time(visit.front.clock.now())))


def _one(visit: Visit, hub: Hub, code: str, why: Refused = NOTHING) -> Response[str]:
    row = next((found for found in board(hub) if found.hall == code), None)
    if row is None:
        raise NotFound(N_("没有代码为 %(code)s 的大厅"), code="unknown_hall", subject=code, params={"code": code})
    reader = hub.store.reader()
    form = visit.form(AlertForm)
    page = AlertPage(
        row=row,
        known=row.silent and HallState.SILENT not in row.found,
        mine=row.silent and visit.actor.role is Role.CITY_OPERATOR,
        past=tuple(
            Past(one.at, one.since, one.until, one.by, silences.reason_of(reader, one))
            for one in silences.of_hall(reader, code, SHOWN)
        ),
        labels={name: visit.text(label) for name, label in LABELS.items()},
        problems=why.problems,
        form=form if form.since else _blank(visit, row),
        time=format_time(visit.front.clock.now()),
    )
    return visit.show(page, status=why.status)


def _blank(visit: Visit, row: HallRow) -> AlertForm:
    """Give the form as it opens: this silence, and a reminder at the same hour tomorrow."""
    tomorrow = visit.front.clock.now().astimezone(SHANGHAI) + timedelta(days=1)
    return AlertForm(since=row.last_contact or "", until=f"{tomorrow:%Y-%m-%dT%H:00}")


def show_one(visit: Visit, code: str, hub: Hub) -> Response[str]:
    """Show a hall's alert."""
    return _one(visit, hub, code)


async def accept(visit: Visit, code: str, hub: Hub) -> Response[str]:
    """Acknowledge a hall's silence."""
    form = visit.form(AlertForm)
    try:
        until = datetime.fromisoformat(form.until)
        until = until if until.tzinfo else until.replace(tzinfo=SHANGHAI)
    except ValueError:
        return _one(visit, hub, code, Refused(422, {"until": visit.text(N_("请写一个晚于现在、不超过 14 天的时间"))}))
    try:
        await asyncio.to_thread(
            acknowledge, hub, code, since=form.since, until=until, reason=form.reason, actor=visit.actor, key=visit.key
        )
    except Refusal as refusal:
        return _one(visit, hub, code, refused(visit, refusal))
    return visit.go("/alerts")
