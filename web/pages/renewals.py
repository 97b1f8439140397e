"""续期提醒: licences of this hall that end soon, and whether their renewal has been filed (C10, 行政许可法 art. 50)."""

from datetime import date
from typing import ClassVar

import msgspec
from litestar import Response

from appliance.domain.masking import Audience
from appliance.errors import N_
from appliance.projections import cases, departments
from appliance.services.desk import Desk
from appliance.services.facts import department_of
from appliance.services.renewals import Ending, ending
from web.pages.casework import Light, audience_of, shown_name
from web.visit import Visit

PAGE_ROWS = 20
PRESSING_DAYS = 10


class RenewalRow(msgspec.Struct, frozen=True):
    """One licence: whose, which, until when; by when to file, with the light; the case of its renewal."""

    number: str
    kind: str
    holder: str
    valid_to: str
    file_by: str
    light: Light
    filed: str
    item: str


class RenewalsPage(msgspec.Struct, frozen=True):
    """The list, in pages; `mine` when it is one department's."""

    TEMPLATE: ClassVar[str] = "licences/renewals.html"
    rows: tuple[RenewalRow, ...]
    mine: str
    page: int
    more: bool


class RenewalsQuery(msgspec.Struct, frozen=True):
    """Which page."""

    page: int = 1


def _light(visit: Visit, found: Ending, today: date) -> Light:
    if found.filed:
        return Light("done", visit.text(N_("已申请续期")))
    if found.file_by is None:
        return Light("none", "")
    left = (found.file_by - today).days
    if left < 0:
        return Light("red", visit.text(N_("应申请日已过 %(days)s 天"), days=-left))
    if left == 0:
        return Light("yellow", visit.text(N_("今天到期")))
    lamp = "yellow" if left <= PRESSING_DAYS else "notice" if left <= 2 * PRESSING_DAYS else "green"
    return Light(lamp, visit.text(N_("还剩 %(days)s 天申请"), days=left))


def _row(visit: Visit, desk: Desk, found: Ending, department: str, today: date) -> RenewalRow:
    licence = found.licence
    case = cases.find(desk.reader(), licence.case_no) if licence.case_no else None
    if case is not None and audience_of(visit.actor, department, case) is Audience.TASK:
        visit.saw("renewals", case.no, "name")
    return RenewalRow(
        number=licence.number,
        kind=licence.type_name,
        holder=shown_name(case, audience_of(visit.actor, department, case)) if case is not None else "",
        valid_to=licence.valid_to or "",
        file_by=found.file_by.isoformat() if found.file_by else "",
        light=_light(visit, found, today),
        filed=found.filed or "",
        item=found.item.task_name if found.item else "",
    )


def show(visit: Visit, desk: Desk) -> Response[str]:
    """List what ends within 120 days; a department's people see their own licences, others all."""
    page = max(1, visit.query(RenewalsQuery).page)
    today = visit.front.clock.now().date()
    connection = desk.reader()
    code = department_of(desk.reader(), visit.actor)
    mine = departments.get(connection, code).name if code else ""
    found = ending(connection, desk.facts, today, issuer=mine, limit=PAGE_ROWS + 1, offset=(page - 1) * PAGE_ROWS)
    rows = tuple(_row(visit, desk, one, code, today) for one in found[:PAGE_ROWS])
    return visit.show(RenewalsPage(rows, mine, page, len(found) > PAGE_ROWS))
