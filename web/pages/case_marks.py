"""What a case carries beside its state: flags 容缺, 告知承诺, 备案 as tags, and the facts behind them as lines."""

from datetime import date

from appliance.domain.calendar import Calendar
from appliance.domain.case import Case, CaseMaterial
from appliance.domain.item_terms import HandlingType
from appliance.domain.service_item import ServiceItem
from appliance.domain.states import STATE_NAMES, State
from appliance.domain.subject import ORIGINALS
from appliance.errors import N_
from appliance.projections import departments
from appliance.projections.case_brief import CaseBrief
from appliance.store.connection import Connection
from web.pages import presenters
from web.visit import Visit

# What a record filing 备案 calls the states that a licence calls 准予 and 不予.
RECORD_STATES = {State.DECIDED_GRANTED: N_("已备案"), State.DECIDED_REFUSED: N_("不予备案")}


def state_name(case: Case | CaseBrief) -> str:
    """Give the message id of the case's state, in the words of its kind of item."""
    if case.away:
        return N_("已移交其他大厅")
    if case.handling == HandlingType.RECORD:
        return RECORD_STATES.get(case.state, STATE_NAMES[case.state])
    return STATE_NAMES[case.state]


def waits_above(visit: Visit, calendar: Calendar, case: Case | CaseBrief) -> str:
    """Say since when a forwarded case waits for the higher authority; empty for any other."""
    if case.state is not State.FORWARDED:
        return ""
    since, today = date.fromisoformat(case.forwarded_on), visit.front.clock.now().date()
    days = calendar.working_days(since, today)
    return visit.text(N_("%(day)s 上报，已等 %(days)s 个工作日"), day=case.forwarded_on, days=days)


def back_entry_name(case: Case | CaseBrief) -> str:
    """Name how a case that was entered from paper stands (message id); empty for any other."""
    if case.back_entry is None:
        return ""
    words = {"": N_("补录，待复核"), "confirmed": N_("补录"), "returned": N_("补录，已退回")}
    return words[case.back_entry.settled]


def tags(visit: Visit, case: Case) -> tuple[str, ...]:
    """Name the flags that a case carries beside its state."""
    found = []
    if case.back_entry is not None:
        found.append(back_entry_name(case))
    if case.hand is not None and not case.away:
        found.append(N_("移交来，待签收"))
    if case.tolerated:
        found.append(N_("容缺受理") if case.open_tolerance else N_("容缺已补齐"))
    if case.promise_based:
        found.append(N_("告知承诺"))
    return tuple(map(visit.text, found))


def original_words(held: CaseMaterial) -> str:
    """Say what became of the original (message id); empty where none was seen."""
    if held.form == "original":
        return N_("原件已退还") if held.original == "returned" else N_("原件留存")
    return ORIGINALS.get(held.original, "")


def place_of(visit: Visit, connection: Connection, case: Case, held: CaseMaterial) -> str:
    """Say where the paper of a material is: the window, a department, or on its way."""
    if held.code in case.moving:
        return visit.text(N_("交接途中"))
    if not held.place:
        return visit.text(N_("窗口"))
    return departments.get(connection, held.place).short_name


def _back_entry(visit: Visit, case: Case) -> list[tuple[str, str]]:
    entry = case.back_entry
    if entry is None:
        return []
    at = entry.entered_at[:16].replace("T", " ")
    when = visit.text(N_("%(at)s 由 %(who)s 录入"), at=at, who=entry.entered_by)
    again = [(N_("此前录为"), entry.instead_of)] if entry.instead_of else []
    return [(N_("应急收件单"), entry.paper_no), (N_("补录"), when), *again]


def _promise(visit: Visit, case: Case, named: dict[str, str]) -> list[tuple[str, str]]:
    made = case.promise
    if made is None:
        return []
    stands_for = "、".join(named.get(code, code) for code in made.materials)
    rows = [(N_("承诺代替"), stands_for if case.promise_based else visit.text(N_("已撤回")))]
    if made.result:
        outcome = N_("属实") if made.result == "kept" else N_("不实")
        rows.append((N_("承诺核查"), f"{visit.text(outcome)} · {made.findings}"))
    return rows


def facts(visit: Visit, calendar: Calendar, case: Case, item: ServiceItem) -> tuple[tuple[str, str], ...]:
    """Give the lines beside handler and item version: what is still to come, what was promised, who decides above."""
    named = {one.code: one.name for one in item.materials}
    rows = _back_entry(visit, case) + _promise(visit, case, named)
    if case.agent is not None:
        rows.append((N_("委托权限"), presenters.scopes_text(visit, case)))
    if case.open_tolerance:
        rows.append((N_("容缺待补"), "、".join(named.get(code, code) for code in case.open_tolerance)))
    if case.forwarded_to:
        rows.append((N_("上级机关"), case.forwarded_to))
        rows.append((N_("上报"), waits_above(visit, calendar, case) or case.forwarded_on))
    return tuple((visit.text(label), value) for label, value in rows)
