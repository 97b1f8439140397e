"""The work desk: the first page after signing in, and the lists of what waits for this person by deadline."""

from typing import ClassVar

import msgspec
from litestar import Response

from appliance.domain.actor import ADMINISTRATORS
from appliance.errors import N_, NotFound
from appliance.services.desk import Desk
from web.pages.case_rows import ListRow, Tab, lamps_of, list_rows, tabs_for
from web.pages.home import HomePage
from web.visit import Visit

PAGE_ROWS = 20
HOME_ROWS = 7
COUNT_MAX = 100


class Choice(msgspec.Struct, frozen=True):
    """A list as the tab bar shows it: label, figure (100 means that many or more), address, whether it is open."""

    label: str
    href: str
    count: int
    current: bool


class Section(msgspec.Struct, frozen=True):
    """A list on the first page: its first lines and where all of them are."""

    label: str
    rows: tuple[ListRow, ...]
    more: str
    empty: str
    mine: bool


class DeskPage(msgspec.Struct, frozen=True):
    """The first page: how much waits, how much of it presses, and the lists."""

    TEMPLATE: ClassVar[str] = "work/home.html"
    waiting: int
    pressing: int
    overdue: int
    sections: tuple[Section, ...]


class WorkPage(msgspec.Struct, frozen=True):
    """One list of the work desk, in pages."""

    TEMPLATE: ClassVar[str] = "work/list.html"
    label: str
    choices: tuple[Choice, ...]
    rows: tuple[ListRow, ...]
    empty: str
    url: str
    page: int
    more: bool


class WorkQuery(msgspec.Struct, frozen=True):
    """Which list and which page of it."""

    tab: str = ""
    page: int = 1


def home(visit: Visit, desk: Desk) -> Response[str]:
    """Show what waits for this person. Administrators see no case: they get the tiles of their menu."""
    tabs = () if visit.actor.role in ADMINISTRATORS else tabs_for(visit, desk)
    if not tabs:
        return visit.show(HomePage())
    sections, waiting, pressing, overdue = [], 0, 0, 0
    for tab in tabs:
        dues = tab.dues(COUNT_MAX)
        if tab.mine:
            lamps = lamps_of(visit, desk, dues)
            waiting += len(dues)
            pressing += lamps.count("yellow")
            overdue += lamps.count("red")
        rows = list_rows(visit, desk, tab.rows(HOME_ROWS, 0), tab.href) if dues else ()
        more = f"/work?tab={tab.code}" if len(dues) > HOME_ROWS else ""
        sections.append(Section(visit.text(tab.label), rows, more, visit.text(tab.empty), tab.mine))
    return visit.show(DeskPage(waiting, pressing, overdue, tuple(sections)))


def _tab(tabs: tuple[Tab, ...], code: str) -> Tab:
    if not tabs:
        raise NotFound(N_("您的岗位没有待办清单"), next_step=N_("请从左侧菜单进入"))
    return next((tab for tab in tabs if tab.code == code), tabs[0])


def show(visit: Visit, desk: Desk) -> Response[str]:
    """Show one list."""
    query = visit.query(WorkQuery)
    tabs = tabs_for(visit, desk)
    tab = _tab(tabs, query.tab)
    page = max(1, query.page)
    found = tab.rows(PAGE_ROWS + 1, (page - 1) * PAGE_ROWS)
    choices = tuple(
        Choice(visit.text(one.label), f"/work?tab={one.code}", len(one.dues(COUNT_MAX)), one is tab) for one in tabs
    )
    return visit.show(
        WorkPage(
            label=visit.text(tab.label),
            choices=choices,
            rows=list_rows(visit, desk, found[:PAGE_ROWS], tab.href),
            empty=visit.text(tab.empty),
            url=f"/work?tab={tab.code}",
            page=page,
            more=len(found) > PAGE_ROWS,
        )
    )
