"""查询: cases by number, fragment, name, pinyin initials, last four of ID or phone; masked for whoever reads."""

from typing import ClassVar

import msgspec
from litestar import Response

from appliance.domain.actor import Role
from appliance.projections import cases, search
from appliance.services.desk import Desk
from web.pages.case_rows import ListRow, list_rows
from web.visit import Visit

FOUND_MAX = 30
RECENT = 20


class SearchPage(msgspec.Struct, frozen=True):
    """The search box with what was found, or the newest cases when nothing was asked."""

    TEMPLATE: ClassVar[str] = "cases/search.html"
    q: str
    rows: tuple[ListRow, ...]
    limited: bool


class Found(msgspec.Struct, frozen=True):
    """The results alone, while typing."""

    TEMPLATE: ClassVar[str] = "cases/_results.html"
    q: str
    rows: tuple[ListRow, ...]
    limited: bool


class Query(msgspec.Struct, frozen=True):
    """What was typed."""

    q: str = ""


def show(visit: Visit, desk: Desk) -> Response[str]:
    """Search. A whole number leads straight to its case, so that a scanned slip opens it."""
    text = visit.query(Query).q[: search.QUERY_LENGTH_MAX]
    connection = desk.reader()
    if text and not visit.htmx:
        exact = cases.find(connection, text.upper())
        if exact is not None:
            return visit.go(f"/cases/{exact.no}")
    if text:
        found = search.find(connection, text, limit=FOUND_MAX)
    else:
        at_window = visit.session.window if visit.actor.role is Role.WINDOW_CLERK else None
        found = cases.recent(connection, window=at_window, limit=RECENT)
    rows = list_rows(visit, desk, found)
    limited = bool(text) and len(found) == FOUND_MAX
    return visit.show(Found(text, rows, limited) if visit.htmx else SearchPage(text, rows, limited))
