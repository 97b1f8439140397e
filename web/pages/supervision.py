"""监察预警: what the rules found, newest first, for supervisors and the hall's manager (domain §6.2)."""

from datetime import datetime
from typing import ClassVar

import msgspec
from litestar import Response

from appliance.domain.supervision import RULES
from appliance.projections import cases, departments, staff, supervision
from appliance.projections.supervision import Warned
from appliance.services.desk import Desk
from web.pages.casework import CLOCK_NAMES, department_of
from web.visit import Visit

PAGE_ROWS = 30


class WarningRow(msgspec.Struct, frozen=True):
    """One warning: rule, kind, case, whose watch, which limit, why, when."""

    rule: str
    name: str
    kind: str
    case: str
    item: str
    department: str
    who: str
    limit: str
    reason: str
    at: str


class SupervisionPage(msgspec.Struct, frozen=True):
    """The list, in pages."""

    TEMPLATE: ClassVar[str] = "supervision/warnings.html"
    rows: tuple[WarningRow, ...]
    page: int
    more: bool


class SupervisionQuery(msgspec.Struct, frozen=True):
    """Which page."""

    page: int = 1


def _row(visit: Visit, desk: Desk, one: Warned, who: dict[str, str]) -> WarningRow:
    connection, rule = desk.reader(), RULES.get(one.rule)
    case = cases.find(connection, one.case)
    clock = CLOCK_NAMES.get(one.clock, one.clock)
    return WarningRow(
        rule=one.rule,
        name=visit.text(rule.name) if rule else one.rule,
        kind=visit.text(rule.kind) if rule else "",
        case=one.case,
        item=case.item_name if case is not None else "",
        department=departments.get(connection, one.department).short_name,
        who=f"{who.get(one.staff, '')} {one.staff}".strip(),
        limit=f"{visit.text(clock)} {one.due}" if one.clock else "",
        reason=one.reason,
        at=f"{datetime.fromisoformat(one.at):%m-%d %H:%M}",
    )


def show(visit: Visit, desk: Desk) -> Response[str]:
    """List the warnings; the heads of a department see their own."""
    page = max(1, visit.query(SupervisionQuery).page)
    connection = desk.reader()
    found = supervision.listing(
        connection, department=department_of(desk, visit.actor), limit=PAGE_ROWS + 1, offset=(page - 1) * PAGE_ROWS
    )
    who = staff.names(connection)
    rows = tuple(_row(visit, desk, one, who) for one in found[:PAGE_ROWS])
    return visit.show(SupervisionPage(rows, page, len(found) > PAGE_ROWS))
