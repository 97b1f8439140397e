"""办事指南: this hall's items by department, kind, theme and level, and the guide of each (clause 5.1.1.2)."""

from collections.abc import Callable, Iterable
from typing import ClassVar
from urllib.parse import urlencode

import msgspec
from litestar import Response

from appliance.catalogue.guide import Row, Section, limit_text, mandatory_elements, service_guide
from appliance.catalogue.labels import term
from appliance.catalogue.search import item_keys, search_items
from appliance.domain.item_terms import TaskState
from appliance.domain.service_item import ServiceItem
from appliance.errors import N_
from appliance.papers.client import RenderClient
from appliance.services.desk import Desk
from appliance.services.papers import build_guide
from web.printing import send_pdf, warm
from web.visit import Visit

# The three groups of clause 5.1.1.2.1, by how many of its sixteen elements each holds.
GROUPS = ((N_("基本要素"), 0, 7), (N_("办理要素"), 7, 12), (N_("服务要素"), 12, 16))


class Wish(msgspec.Struct, frozen=True):
    """What the list is narrowed to; empty means all."""

    q: str = ""
    dept: str = ""
    type: str = ""
    theme: str = ""
    level: str = ""


class FacetChoice(msgspec.Struct, frozen=True):
    """One value of a facet: its label, how many items it would show, where it leads, whether it is chosen."""

    label: str
    count: int
    href: str
    current: bool


class Facet(msgspec.Struct, frozen=True):
    """One of the four ways to sort the items (clause 5.1.1.2.1)."""

    title: str
    choices: tuple[FacetChoice, ...]


class Line(msgspec.Struct, frozen=True):
    """One item of the list."""

    code: str
    name: str
    department: str
    type: str
    themes: str
    level: str
    promise: str
    visits: int
    closed: str


class GuideList(msgspec.Struct, frozen=True):
    """The list with its facets."""

    TEMPLATE: ClassVar[str] = "guide/list.html"
    wish: Wish
    facets: tuple[Facet, ...]
    lines: tuple[Line, ...]
    total: int


class GuideLines(msgspec.Struct, frozen=True):
    """The part of the list page that changes while one types."""

    TEMPLATE: ClassVar[str] = "guide/_lines.html"
    wish: Wish
    facets: tuple[Facet, ...]
    lines: tuple[Line, ...]
    total: int


class ElementGroup(msgspec.Struct, frozen=True):
    """One group of the sixteen elements."""

    title: str
    rows: tuple[Row, ...]


class GuidePage(msgspec.Struct, frozen=True):
    """The guide of one item: the sixteen elements, then all sections in the order of the standard guide."""

    TEMPLATE: ClassVar[str] = "guide/guide.html"
    code: str
    name: str
    department: str
    version: int
    effective: str
    closed: str
    groups: tuple[ElementGroup, ...]
    sections: tuple[Section, ...]


Values = Callable[[ServiceItem], tuple[str, ...]]

# Facet: title, name in the address, the values that an item has.
FACETS: tuple[tuple[str, str, Values], ...] = (
    (N_("部门"), "dept", lambda item: (item.dept_name,)),
    (N_("类型"), "type", lambda item: (term(item.task_type),)),
    (N_("主题"), "theme", lambda item: item.themes),
    (N_("层级"), "level", lambda item: (term(item.use_level),)),
)


def _matches(item: ServiceItem, wish: Wish, *, but: str = "") -> bool:
    for _, name, values in FACETS:
        chosen = getattr(wish, name)
        if name != but and chosen and chosen not in values(item):
            return False
    return True


def _found(items: tuple[ServiceItem, ...], query: str) -> tuple[ServiceItem, ...]:
    """Give the items that the typed text finds, best first; all of them when nothing was typed."""
    if not query:
        return items
    by_code = {item.catalog_code: item for item in items}
    codes = search_items([item_keys(item) for item in items], query, limit=len(items))
    return tuple(by_code[code] for code in codes)


def _facet(visit: Visit, items: Iterable[ServiceItem], wish: Wish, title: str, name: str, values: Values) -> Facet:
    counted: dict[str, int] = {}
    for item in items:
        if _matches(item, wish, but=name):
            for value in values(item):
                counted[value] = counted.get(value, 0) + 1
    chosen = getattr(wish, name)
    if chosen:
        counted.setdefault(chosen, 0)
    choices = [FacetChoice(visit.text(N_("全部")), 0, _address(wish, name, ""), not chosen)]
    choices += [
        FacetChoice(visit.text(value), count, _address(wish, name, value), value == chosen)
        for value, count in sorted(counted.items(), key=lambda pair: (-pair[1], pair[0]))
    ]
    return Facet(visit.text(title), tuple(choices))


def _address(wish: Wish, name: str, value: str) -> str:
    pairs = {**msgspec.to_builtins(wish), name: value}
    kept = {key: text for key, text in pairs.items() if text}
    return f"/guides?{urlencode(kept)}" if kept else "/guides"


def _closed(visit: Visit, item: ServiceItem) -> str:
    return "" if item.task_state is TaskState.ACTIVE else visit.text(term(item.task_state))


def _line(visit: Visit, item: ServiceItem) -> Line:
    return Line(
        code=item.catalog_code,
        name=item.task_name,
        department=item.dept_name,
        type=visit.text(term(item.task_type)),
        themes="、".join(item.themes),
        level=visit.text(term(item.use_level)),
        promise=limit_text(item.promise_day, item.promise_type, visit.text),
        visits=item.limit_scene_num,
        closed=_closed(visit, item),
    )


def listing(visit: Visit, desk: Desk, render: RenderClient) -> Response[str]:
    """List the items that the facets and the typed text leave."""
    wish = visit.query(Wish)
    items = _found(desk.facts.items.all_current(desk.reader()), wish.q)
    facets = tuple(_facet(visit, items, wish, title, name, values) for title, name, values in FACETS)
    lines = tuple(_line(visit, item) for item in items if _matches(item, wish))
    if visit.htmx:
        return visit.show(GuideLines(wish, facets, lines, len(lines)))
    warm(render, visit.front.clock.now())
    return visit.show(GuideList(wish, facets, lines, len(lines)))


def show(visit: Visit, desk: Desk, render: RenderClient, code: str) -> Response[str]:
    """Show the guide of the current version of an item."""
    item = desk.facts.items.current(desk.reader(), code)
    warm(render, visit.front.clock.now())
    rows = mandatory_elements(item, visit.text)
    return visit.show(
        GuidePage(
            code=item.catalog_code,
            name=item.task_name,
            department=item.dept_name,
            version=item.task_version,
            effective=item.plan_effective_date.isoformat(),
            closed=_closed(visit, item),
            groups=tuple(ElementGroup(visit.text(title), rows[start:end]) for title, start, end in GROUPS),
            sections=service_guide(item, visit.text),
        )
    )


async def file(visit: Visit, desk: Desk, render: RenderClient, code: str) -> Response[bytes]:
    """Send the guide as a PDF (clause 5.1.1.2.2)."""
    paper = build_guide(desk.reader(), desk.facts, code, visit.front.clock.now())
    body = await render.render_async(paper)
    name = f"{visit.text(N_('服务指南'))}-{paper.head.item_name}.pdf"
    return send_pdf(body, name, attach="save" in visit.request.query_params)
