"""收件, the beginning: the ticket, the item, and the drafts that wait."""

from collections.abc import Iterable
from functools import lru_cache
from typing import ClassVar

import msgspec
from litestar import Response

from appliance.catalogue.labels import TERMS
from appliance.catalogue.search import ItemKeys, item_keys, search_items
from appliance.clock import parse_time
from appliance.domain.actor import Role
from appliance.domain.decide.intake import check_item_open
from appliance.domain.item_terms import HandlingType, LimitUnit, TaskState
from appliance.domain.joint_set import is_set
from appliance.domain.service_item import ServiceItem
from appliance.domain.states import State
from appliance.errors import N_, Invalid, Refusal
from appliance.projections import case_lists, cases
from appliance.projections.case_lists import Wanted
from appliance.services.desk import Desk
from appliance.services.facts import department_of
from appliance.store import drafts
from web.pages import intake_draft as drafted
from web.pages import intake_form, supplement_subject
from web.pages.intake_draft import Content
from web.pages.intake_view import Recent, recent
from web.visit import Visit, uuid_of

QUERY_LENGTH_MAX = 60
RECENT_ITEMS = 200
SUBMITTED_MAX = 99


class ItemLine(msgspec.Struct, frozen=True):
    """One item of the list: code, name, department, state message id (empty when in use), promise in words."""

    code: str
    name: str
    department: str
    closed: str
    promised: int
    unit: str
    spot: bool
    materials: int


class ItemList(msgspec.Struct, frozen=True):
    """What the search found, as part of the page and as fragment."""

    TEMPLATE: ClassVar[str] = "intake/_items.html"
    items: tuple[ItemLine, ...]
    query: str


class StartPage(msgspec.Struct, frozen=True, kw_only=True):
    """Ticket and item."""

    TEMPLATE: ClassVar[str] = "intake/start.html"
    list: ItemList
    ticket: str
    walk_in: bool
    problems: dict[str, str]
    recent: tuple[Recent, ...]
    drafts: int
    submitted: int


class DraftLine(msgspec.Struct, frozen=True):
    """One draft of the list."""

    id: str
    href: str
    title: str
    applicant: str
    ticket: str
    changed: str
    scans: int


class DraftsPage(msgspec.Struct, frozen=True):
    """The drafts of the signed-in person."""

    TEMPLATE: ClassVar[str] = "intake/drafts.html"
    lines: tuple[DraftLine, ...]


class StartForm(msgspec.Struct, frozen=True):
    """What the first page posts."""

    ticket: str = ""
    walk_in: bool = False
    item: str = ""
    q: str = ""


class Query(msgspec.Struct, frozen=True):
    """What the search box asks, and the ticket that a called number brings along."""

    q: str = ""
    ticket: str = ""


@lru_cache(maxsize=256)
def _keys(item: "_ByCode") -> ItemKeys:
    return item_keys(item.item)


class _ByCode:
    """An item version as a key: decoded versions are kept by the catalogue, so identity tells them apart."""

    __slots__ = ("item",)

    def __init__(self, item: ServiceItem) -> None:
        self.item = item

    def __hash__(self) -> int:
        return id(self.item)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _ByCode) and other.item is self.item


def item_line(item: ServiceItem) -> ItemLine:
    """Give an item as lists show it."""
    closed = "" if item.task_state is TaskState.ACTIVE else TERMS[item.task_state]
    return ItemLine(
        code=item.catalog_code,
        name=item.task_name,
        department="、".join((item.dept_name, *item.other_dept)) if is_set(item.catalog_code) else item.dept_name,
        closed=closed,
        promised=item.promise_day,
        unit=TERMS[item.promise_type],
        spot=item.promise_type is LimitUnit.ON_THE_SPOT,
        materials=len(item.materials),
    )


def items_found(items: Iterable[ServiceItem], query: str) -> list[ServiceItem]:
    """Find items by name, code, pinyin or its initials, the best match first."""
    by_code = {item.catalog_code: item for item in items}
    return [by_code[code] for code in search_items((_keys(_ByCode(item)) for item in by_code.values()), query)]


def open_to(visit: Visit, desk: Desk, item: ServiceItem) -> bool:
    """Tell whether this person takes an item in: a window all of them, a handler what he decides on the spot (T33)."""
    if visit.actor.role is not Role.CASE_HANDLER:
        return True
    return item.project_type is HandlingType.INSTANT and item.dept_code == department_of(desk.reader(), visit.actor)


def _items(visit: Visit, desk: Desk, query: str) -> ItemList:
    """Find items; without a query, those that this window took in lately come first."""
    window = visit.session.window
    connection, facts = desk.reader(), desk.facts
    offered = (*facts.items.all_current(connection), *facts.wholes.all_current(connection, facts.items))
    current = [item for item in offered if open_to(visit, desk, item)]
    text = query.strip()[:QUERY_LENGTH_MAX]
    if text:
        return ItemList(tuple(item_line(item) for item in items_found(current, text)), text)
    lately = [row.item_name for row in cases.recent(desk.reader(), window=window, limit=RECENT_ITEMS)]
    usual = {name: -lately.count(name) for name in set(lately)}
    ordered = sorted(current, key=lambda item: (usual.get(item.task_name, 0), item.catalog_code))
    return ItemList(tuple(item_line(item) for item in ordered), "")


def _start(visit: Visit, desk: Desk, form: StartForm, problems: dict[str, str]) -> StartPage:
    return StartPage(
        list=_items(visit, desk, form.q),
        ticket=form.ticket,
        walk_in=form.walk_in,
        problems=problems,
        recent=recent(visit, desk),
        drafts=len(drafts.of_staff(desk.reader(), visit.session.login)),
        submitted=case_lists.count(desk.reader(), Wanted(states=(State.SUBMITTED,)), limit=SUBMITTED_MAX),
    )


def start(visit: Visit, desk: Desk) -> Response[str]:
    """Show ticket and item search; the ticket has the focus."""
    query = visit.query(Query)
    return visit.show(_start(visit, desk, StartForm(ticket=query.ticket, q=query.q), {}))


def items(visit: Visit, desk: Desk) -> Response[str]:
    """Give the items found, as a fragment."""
    return visit.show(_items(visit, desk, visit.query(Query).q))


def _meant(visit: Visit, desk: Desk, form: StartForm) -> StartForm:
    """Take the first match of what was typed when Enter came sooner than the list, which showed an older search."""
    if not form.q.strip():
        return form
    codes = [line.code for line in _items(visit, desk, form.q).items]
    if form.item in codes:
        return form
    return msgspec.structs.replace(form, item=codes[0] if codes else "")


async def begin(visit: Visit, desk: Desk) -> Response[str]:
    """Make a draft for a ticket and an item, and go to it."""
    form = _meant(visit, desk, visit.form(StartForm))
    problems: dict[str, str] = {}
    if not form.ticket and not form.walk_in:
        problems["ticket"] = visit.text(N_("请填写排队票号；没有取票的勾选“未取号”"))
    if not form.item:
        problems["q"] = visit.text(N_("没有找到事项，请用名称、编码或拼音首字母再找"))
    else:
        try:
            item = desk.facts.offered(desk.reader(), form.item)
            check_item_open(item)
            if not open_to(visit, desk, item):
                problems["q"] = visit.text(N_("承办人只收本部门的即办件，其他事项请到综合窗口"))
        except Refusal as refusal:
            problems["q"] = visit.text(refusal.message, **refusal.params)
    if problems:
        return visit.show(_start(visit, desk, form, problems), status=Invalid.status)
    item = desk.facts.offered(desk.reader(), form.item)
    fields = {"ticket": [form.ticket.upper()], "channel": [drafted.WALK_IN if form.walk_in else "window"]}
    draft_id = uuid_of(visit.front.random(16))
    content = Content(item.catalog_code, item.task_version, fields, members=intake_form.members_of(desk, form.item))
    await drafted.create(visit, desk, draft_id, drafted.FORM, content)
    return visit.go(f"/intake/{draft_id}")


def _draft_line(visit: Visit, desk: Desk, row: drafts.DraftRow) -> DraftLine:
    content = msgspec.json.decode(row.data, type=Content)
    changed = parse_time(row.changed).strftime("%m-%d %H:%M")
    scans = sum(map(len, content.scans.values()))
    if row.form != drafted.FORM:
        case = supplement_subject.look_up(desk, content.subject)
        if case is not None:
            visit.saw("list", case.no, "name")
        title, name = (case.item_name, case.applicant.name) if case is not None else (content.subject, "")
        return DraftLine(row.id, f"/supplement/{content.subject}", title, name, content.subject, changed, scans)
    item = intake_form.item_of(desk, content)
    name, ticket = content.one("applicant.name"), content.one("ticket")
    return DraftLine(row.id, f"/intake/{row.id}", item.task_name, name, ticket, changed, scans)


def list_drafts(visit: Visit, desk: Desk) -> Response[str]:
    """List one's own drafts."""
    rows = drafts.of_staff(desk.reader(), visit.session.login)
    return visit.show(DraftsPage(tuple(_draft_line(visit, desk, row) for row in rows)))


async def discard(visit: Visit, desk: Desk, draft: str) -> Response[str]:
    """Throw one's own draft away."""
    drafted.load(visit, desk, draft)
    await desk.local(drafts.delete, draft)
    return visit.go("/drafts")
