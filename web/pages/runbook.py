"""处置手册: one page for each thing that can be red on the board, at a hall, in the conflicts."""

from typing import ClassVar

import msgspec
from litestar import Response

from appliance.domain import conflicts
from appliance.errors import N_, NotFound
from sync.hub.hall_states import TURN_NAMES, Turn
from web.pages.runbook_entries import ENTRIES, Entry, of_flag
from web.visit import Visit

GROUPS = (
    ("state-", N_("大厅的状态")),
    ("gate-", N_("大厅自报的状态")),
    ("evidence-", N_("被拒的日志头")),
    ("conflict-", N_("待人处理的记录和冲突")),
    ("", N_("其他")),
)


class RunbookLine(msgspec.Struct, frozen=True):
    """An entry in the list."""

    name: str
    title: str
    turn: str


class RunbookPage(msgspec.Struct, frozen=True):
    """The whole list by group (message ids)."""

    TEMPLATE: ClassVar[str] = "runbook/list.html"
    groups: tuple[tuple[str, tuple[RunbookLine, ...]], ...]


class EntryPage(msgspec.Struct, frozen=True):
    """One entry; `choices` are the lawful ways to resolve it, where it is a conflict (message ids)."""

    TEMPLATE: ClassVar[str] = "runbook/entry.html"
    entry: Entry
    turn: str
    choices: tuple[str, ...]


def _turn(entry: Entry) -> str:
    return "" if entry.turn is Turn.NOBODY else TURN_NAMES[entry.turn]


def show(visit: Visit) -> Response[str]:
    """Show the list."""
    left = dict(ENTRIES)
    groups = []
    for prefix, title in GROUPS:
        names = [name for name in left if name.startswith(prefix)]
        lines = [RunbookLine(name, left[name].title, _turn(left.pop(name))) for name in names]
        groups.append((title, tuple(lines)))
    return visit.show(RunbookPage(tuple(groups)))


def show_one(visit: Visit, topic: str) -> Response[str]:
    """Show an entry."""
    entry = ENTRIES.get(topic)
    if entry is None:
        raise NotFound(N_("手册里没有这一页"), code="no_entry", subject=topic, next_step=N_("请从处置手册的目录进入"))
    rule = next((rule for kind, rule in conflicts.RULES.items() if of_flag(kind.value) == topic), None)
    choices = tuple(choice.name for choice in rule.choices.values()) if rule else ()
    return visit.show(EntryPage(entry, _turn(entry), choices))
