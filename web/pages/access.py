"""查看记录: who saw which case's personal data, when and why, for the auditor and the security administrator.

No name or number of an applicant stands here (三员分立, domain §2.6): cases are named by their numbers alone.
"""

from datetime import date
from typing import ClassVar
from urllib.parse import urlencode

import msgspec
from litestar import Response

from appliance.domain.actor import ROLE_NAMES, Role
from appliance.domain.viewing import ACT_NAMES, FIELD_NAMES
from appliance.errors import N_
from appliance.projections import access_digests, cases, staff
from appliance.services.desk import Desk
from appliance.store.access import KEPT_YEARS, StoredView, looks
from appliance.store.access_book import AccessBook
from web.visit import Visit

PAGE_ROWS = 40
DAYS_SHOWN = 14
CASES_SHOWN = 6


class LookRow(msgspec.Struct, frozen=True):
    """One look: when, who in which role, at what, which data in full, of which cases, why, from where."""

    number: int
    at: str
    who: str
    role: str
    act: str
    fields: str
    cases: tuple[str, ...]
    others: int
    purpose: str
    place: str


class DayRow(msgspec.Struct, frozen=True):
    """One day as the signed log holds it: looks, the beginning of the root, index of the entry."""

    day: str
    count: int
    root: str
    index: int


class AccessPage(msgspec.Struct, frozen=True):
    """What was asked, the looks in pages, the last days in the signed log."""

    TEMPLATE: ClassVar[str] = "access/access.html"
    asked: dict[str, str]
    problems: dict[str, str]
    rows: tuple[LookRow, ...]
    days: tuple[DayRow, ...]
    kept_years: int
    page: int
    more: bool
    address: str


class Query(msgspec.Struct, frozen=True):
    """Looks at which case, of whom, on which day."""

    case: str = ""
    login: str = ""
    day: str = ""
    page: int = 1


def _problems(visit: Visit, desk: Desk, asked: Query) -> dict[str, str]:
    found = {}
    if asked.case and cases.find(desk.reader(), asked.case) is None:
        found["case"] = visit.text(N_("没有这个编号的办件，请核对编号"))
    if asked.login and not asked.login.startswith("os:") and staff.find(desk.reader(), asked.login) is None:
        found["login"] = visit.text(N_("没有这个工号"))
    try:
        date.fromisoformat(asked.day or "2026-01-01")
    except ValueError:
        found["day"] = visit.text(N_("请填写日期，如 2026-11-23"))
    return found


def _row(visit: Visit, names: dict[str, str], stored: StoredView, case: str) -> LookRow:
    view = stored.view
    role = ROLE_NAMES[Role(view.role)] if view.role in set(Role) else ""
    listed = tuple(no for no in view.cases if not case or no == case)[:CASES_SHOWN]
    window = visit.text(N_("%(window)s 号窗口"), window=view.window) if view.window else ""
    return LookRow(
        number=stored.id,
        at=f"{view.at:%Y-%m-%d %H:%M:%S}",
        who=f"{names.get(view.login, '')} {view.login}".strip(),
        role=visit.text(role) if role else "",
        act=visit.text(ACT_NAMES.get(view.act, view.act)),
        fields=visit.text(N_("、")).join(visit.text(FIELD_NAMES.get(name, name)) for name in view.fields),
        cases=listed,
        others=len(view.cases) - len(listed),
        purpose=view.purpose,
        place=" · ".join(part for part in (window, view.address) if part),
    )


def show(visit: Visit, desk: Desk, access: AccessBook) -> Response[str]:
    """Show looks, newest first. Looking here is a look too."""
    asked = visit.query(Query)
    asked = msgspec.structs.replace(asked, case=asked.case.upper()[:40], login=asked.login[:64], day=asked.day[:10])
    problems, page = _problems(visit, desk, asked), max(1, asked.page)
    case = cases.find(desk.reader(), asked.case) if asked.case else None
    number = case.no if case is not None else ""
    found: list[StoredView] = []
    if not problems and access.path.exists():
        found = access.read(
            lambda connection: looks(
                connection,
                case=number,
                login=asked.login,
                day=asked.day,
                limit=PAGE_ROWS + 1,
                offset=(page - 1) * PAGE_ROWS,
            )
        )
    visit.saw("access", number)
    names = staff.names(desk.reader())
    fields = {"case": asked.case, "login": asked.login, "day": asked.day}
    return visit.show(
        AccessPage(
            asked=fields,
            problems=problems,
            rows=tuple(_row(visit, names, one, number) for one in found[:PAGE_ROWS]),
            days=tuple(
                DayRow(one.day, one.count, one.root[:16], index)
                for one, index in access_digests.listing(desk.reader(), limit=DAYS_SHOWN)
            ),
            kept_years=KEPT_YEARS,
            page=page,
            more=len(found) > PAGE_ROWS,
            address="/access?" + urlencode({name: value for name, value in fields.items() if value}),
        ),
        status=422 if problems else 200,
    )
