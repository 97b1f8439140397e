"""查询: cases by number, fragment, name, pinyin initials, last four of ID or phone, item, state and days of receipt.

Everyone finds every case of the hall; names and numbers are masked for whoever does not handle it (domain §7.3).
"""

from datetime import date
from typing import ClassVar
from urllib.parse import urlencode

import msgspec
from litestar import Response

from appliance.domain.actor import Role
from appliance.domain.states import STATE_NAMES, State
from appliance.errors import N_
from appliance.projections import case_filters, cases, joints, search
from appliance.projections.case_filters import Picked
from appliance.services.desk import Desk
from web.pages.case_rows import ListRow, list_rows
from web.visit import Visit

FOUND_MAX = 30
RECENT = 20


class SearchPage(msgspec.Struct, frozen=True):
    """The search box and filters with what was found, or the newest cases when nothing was asked."""

    TEMPLATE: ClassVar[str] = "cases/search.html"
    q: str
    picked: dict[str, str]
    items: tuple[tuple[str, str], ...]
    states: tuple[tuple[str, str], ...]
    problems: dict[str, str]
    rows: tuple[ListRow, ...]
    limited: bool
    filtered: bool
    page: int
    more: bool
    address: str


class Found(msgspec.Struct, frozen=True):
    """The results alone, while typing."""

    TEMPLATE: ClassVar[str] = "cases/_results.html"
    q: str
    rows: tuple[ListRow, ...]
    limited: bool
    filtered: bool
    page: int
    more: bool
    address: str


class Query(msgspec.Struct, frozen=True):
    """What was typed and picked."""

    q: str = ""
    item: str = ""
    state: str = ""
    since: str = ""
    until: str = ""
    joint: str = ""
    entry: str = ""
    page: int = 1


def _day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _problems(visit: Visit, asked: Query) -> dict[str, str]:
    wrong = N_("请填写日期，如 2026-11-23")
    days = {"since": asked.since, "until": asked.until}
    found = {name: visit.text(wrong) for name, day in days.items() if day and not _day(day)}
    if not found and asked.since and asked.until and asked.until < asked.since:
        found["until"] = visit.text(N_("结束日期不能早于开始日期"))
    return found


def _picked(asked: Query, problems: dict[str, str]) -> Picked:
    if problems:
        return Picked()
    state = State(asked.state) if asked.state in set(State) else None
    return Picked(
        item=asked.item,
        state=state,
        since=asked.since,
        until=asked.until,
        joint=asked.joint == "1",
        back_entry=asked.entry == "back",
    )


def _found(visit: Visit, desk: Desk, asked: Query, picked: Picked) -> tuple[list[cases.CaseRow], bool, bool]:
    """Give the rows, whether there are more than shown, and whether they come in pages."""
    connection, page = desk.reader(), max(1, asked.page)
    if asked.q:
        found = search.find(connection, asked.q, limit=FOUND_MAX, picked=picked)
        return found, len(found) >= FOUND_MAX, False
    if picked.any:
        found = case_filters.listing(connection, picked, limit=FOUND_MAX + 1, offset=(page - 1) * FOUND_MAX)
        return found[:FOUND_MAX], len(found) > FOUND_MAX, True
    at_window = visit.session.window if visit.actor.role is Role.WINDOW_CLERK else None
    return cases.recent(connection, window=at_window, limit=RECENT), False, False


def show(visit: Visit, desk: Desk) -> Response[str]:
    """Search. A whole number leads straight to its case, so that a scanned slip opens it."""
    asked = visit.query(Query)
    asked = msgspec.structs.replace(asked, q=asked.q.strip()[: search.QUERY_LENGTH_MAX])
    connection = desk.reader()
    if asked.q and not visit.htmx:
        whole = joints.find(connection, asked.q.upper())
        if whole is not None:
            return visit.go(f"/joints/{whole.no}")
        exact = cases.find(connection, asked.q.upper())
        if exact is not None:
            return visit.go(f"/cases/{exact.no}")
    problems = _problems(visit, asked)
    picked = _picked(asked, problems)
    found, more, paged = _found(visit, desk, asked, picked)
    fields = {name: getattr(asked, name) for name in ("item", "state", "since", "until", "joint", "entry")}
    part = Found(
        q=asked.q,
        rows=list_rows(visit, desk, found),
        limited=more and not paged,
        filtered=picked.any,
        page=max(1, asked.page) if paged else 1,
        more=more and paged,
        address="/cases?" + urlencode({name: value for name, value in fields.items() if value}),
    )
    if visit.htmx:
        return visit.show(part)
    current = desk.facts.items.all_current(connection)
    return visit.show(
        SearchPage(
            picked=fields,
            items=tuple((item.catalog_code, item.task_name) for item in current),
            states=tuple((state.value, visit.text(name)) for state, name in STATE_NAMES.items()),
            problems=problems,
            **msgspec.structs.asdict(part),
        ),
        status=422 if problems else 200,
    )
