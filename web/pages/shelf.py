"""取件柜: which place holds whose result, what lies too long, what has no place yet; move a result to another place."""

from datetime import timedelta
from typing import ClassVar

import msgspec
from litestar import Response

from appliance.clock import format_time
from appliance.domain.masking import Audience
from appliance.errors import N_, Refusal
from appliance.projections import cases, shelf
from appliance.projections.shelf import PlaceRow
from appliance.services.desk import Desk
from appliance.services.facts import department_of
from appliance.services.issuance import ShelveResult
from web.pages.casework import audience_of, shown_name
from web.pages.stale import refused
from web.visit import Visit

DAYS = 30
DAYS_MAX = 3650


class ShelfLine(msgspec.Struct, frozen=True):
    """One result that waits: where, whose, how long."""

    location: str
    no: str
    item: str
    applicant: str
    since: str
    days: int
    version: int


class ShelfPage(msgspec.Struct, frozen=True, kw_only=True):
    """What a code holds, what lies longer than some days, what has no place."""

    TEMPLATE: ClassVar[str] = "issuance/places.html"
    q: str
    found: ShelfLine | None
    days: int
    long: tuple[ShelfLine, ...]
    unplaced: tuple[ShelfLine, ...]
    taken: int
    places: int
    free: str
    problems: dict[str, str]
    moving: str
    location: str


class Query(msgspec.Struct, frozen=True):
    """A code typed or scanned, and from how many days on a result lies too long."""

    q: str = ""
    days: str = ""


class MoveForm(msgspec.Struct, frozen=True):
    """Which result goes where."""

    case: str = ""
    version: int = 0
    shelf: str = ""


def _days(text: str) -> int:
    return min(int(text), DAYS_MAX) if text.isascii() and text.isdigit() and len(text) <= len("3650") else DAYS


def _line(visit: Visit, desk: Desk, row: PlaceRow) -> ShelfLine:
    case, now = cases.find(desk.reader(), row.case_no), visit.front.clock.now()
    department = department_of(desk.reader(), visit.actor)
    audience = audience_of(visit.actor, department, case) if case is not None else Audience.LIST
    name = shown_name(case, audience) if case is not None else ""
    if audience is Audience.TASK:
        visit.saw("list", row.case_no, "name")
    since = row.since[:10]
    return ShelfLine(
        location=row.location,
        no=row.case_no,
        item=case.item_name if case is not None else "",
        applicant=name,
        since=since,
        days=(now.date() - now.date().fromisoformat(since)).days,
        version=case.version if case is not None else 0,
    )


def _page(
    visit: Visit, desk: Desk, asked: Query, problems: dict[str, str], form: MoveForm | None = None, status: int = 200
) -> Response[str]:
    connection, days, code = desk.reader(), _days(asked.days), asked.q.strip().upper()
    places, held = desk.facts.hall.shelf_places, shelf.taken(connection)
    lies = shelf.at(connection, code) if code else None
    if code and lies is None and not problems:
        known = code in places
        text = N_("柜位 %(code)s 是空的") if known else N_("没有柜位 %(code)s，请核对")
        problems = {"q": visit.text(text, code=code[:20])}
    before = format_time(visit.front.clock.now() - timedelta(days=days))
    page = ShelfPage(
        q=asked.q,
        found=_line(visit, desk, lies) if lies is not None else None,
        days=days,
        long=tuple(_line(visit, desk, row) for row in shelf.before(connection, before)),
        unplaced=tuple(_line(visit, desk, row) for row in shelf.unplaced(connection)),
        taken=len(held),
        places=len(places),
        free=next((place for place in places if place not in held), ""),
        problems=problems,
        moving=form.case if form is not None else "",
        location=form.shelf if form is not None else "",
    )
    return visit.show(page, status=status)


def show(visit: Visit, desk: Desk) -> Response[str]:
    """Show the shelf; a case number finds its place too."""
    asked = visit.query(Query)
    case = cases.find(desk.reader(), asked.q.strip().upper()) if asked.q else None
    if case is not None and case.shelf:
        asked = msgspec.structs.replace(asked, q=case.shelf)
    return _page(visit, desk, asked, {})


async def move(visit: Visit, desk: Desk) -> Response[str]:
    """T25s: lay a result into a place, or into another one."""
    form = visit.form(MoveForm)
    command = ShelveResult(case=form.case, version=form.version, location=form.shelf)
    try:
        await desk.submit(command, actor=visit.actor, key=visit.key)
    except Refusal as refusal:
        why = refused(visit, refusal)
        problems = why.problems or {"": visit.text(refusal.message, **refusal.params)}
        return _page(visit, desk, Query(), problems, form, why.status)
    return visit.go(f"/shelf?q={form.shelf.strip().upper()}")
