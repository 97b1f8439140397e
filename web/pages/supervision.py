"""监察预警: what the rules found, newest first, for supervisors and the hall's manager (domain §6.2)."""

from datetime import date, datetime
from typing import ClassVar

import msgspec
from litestar import Response

from appliance.domain.actor import Role
from appliance.domain.supervision import (
    LEVEL_NAMES,
    RULES,
    STANDING_NAMES,
    UNANSWERED,
    Level,
)
from appliance.errors import N_, NotFound
from appliance.projections import departments, staff, supervision
from appliance.projections.supervision import Warned
from appliance.services.complaints import OVERDUE
from appliance.services.desk import Desk
from appliance.services.facts import department_of
from appliance.services.paper_builders.supervision import About, about_of
from appliance.services.supervision_cards import reply_due
from appliance.store.connection import Connection
from web.pages.casework import CLOCK_NAMES
from web.visit import Visit

PAGE_ROWS = 30
STEPS = {"registered": N_("受理"), "admitted": N_("答复"), "answered": N_("回访")}
"""The steps of a complaint as a limit that was missed."""
TONES: dict[Level, str] = {Level.NOTICE: "", Level.YELLOW: "warn", Level.RED: "bad", Level.ORDER: "b"}


class WarningRow(msgspec.Struct, frozen=True):
    """One warning: rule, kind, case, whose watch, which limit, why, when."""

    rule: str
    name: str
    kind: str
    case: str
    item: str
    href: str
    department: str
    who: str
    limit: str
    reason: str
    at: str
    number: int
    level: str
    tone: str
    standing: str
    reply_due: str


class SupervisionPage(msgspec.Struct, frozen=True):
    """The list, in pages."""

    TEMPLATE: ClassVar[str] = "supervision/warnings.html"
    rows: tuple[WarningRow, ...]
    page: int
    more: bool
    urges: bool


class SupervisionQuery(msgspec.Struct, frozen=True):
    """Which page."""

    page: int = 1


def _iso(day: date | None) -> str:
    return day.isoformat() if day is not None else ""


def _about(connection: Connection, number: str) -> About | None:
    try:
        return about_of(connection, number)
    except NotFound:
        return None


def row_of(visit: Visit, desk: Desk, one: Warned, who: dict[str, str]) -> WarningRow:
    """Put a warning, card or order into words."""
    connection, rule = desk.reader(), RULES.get(one.rule)
    about = _about(connection, one.case)
    clock = CLOCK_NAMES.get(one.clock) or STEPS.get(one.clock, one.clock)
    return WarningRow(
        rule=one.rule,
        name=visit.text(rule.name) if rule else (one.rule or one.demand),
        kind=visit.text(rule.kind) if rule else "",
        case=one.case,
        item=about.name if about is not None else "",
        href=f"/complaints/{one.case}" if one.rule == OVERDUE else f"/cases/{one.case}",
        department=departments.name_of(connection, one.department, desk.facts.hall.name, short=True),
        who=f"{who.get(one.staff, '')} {one.staff}".strip(),
        limit=f"{visit.text(clock)} {one.due}" if one.clock and one.level is not Level.ORDER else "",
        reason=one.reason,
        number=one.index,
        level=visit.text(LEVEL_NAMES[one.level]),
        tone=TONES[one.level],
        standing=visit.text(STANDING_NAMES[one.standing]),
        reply_due=_iso(reply_due(connection, desk.facts, one)) if one.standing in UNANSWERED else "",
        at=f"{datetime.fromisoformat(one.at):%m-%d %H:%M}",
    )


def show(visit: Visit, desk: Desk) -> Response[str]:
    """List the warnings; the heads of a department see their own, a handler what is on his watch."""
    page = max(1, visit.query(SupervisionQuery).page)
    connection = desk.reader()
    found = supervision.listing(
        connection,
        department=department_of(desk.reader(), visit.actor),
        staff=visit.actor.id if visit.actor.role is Role.CASE_HANDLER else "",
        limit=PAGE_ROWS + 1,
        offset=(page - 1) * PAGE_ROWS,
    )
    who = staff.names(connection)
    rows = tuple(row_of(visit, desk, one, who) for one in found[:PAGE_ROWS])
    return visit.show(SupervisionPage(rows, page, len(found) > PAGE_ROWS, visit.actor.role is Role.SUPERVISOR))
