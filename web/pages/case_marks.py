"""What a case carries beside its state: flags 容缺, 告知承诺, 备案 as tags, and the facts behind them as lines."""

from datetime import date

from appliance.domain.calendar import Calendar
from appliance.domain.case import Case
from appliance.domain.item_terms import HandlingType
from appliance.domain.service_item import ServiceItem
from appliance.domain.states import STATE_NAMES, State
from appliance.errors import N_
from web.visit import Visit

# What a record filing 备案 calls the states that a licence calls 准予 and 不予.
RECORD_STATES = {State.DECIDED_GRANTED: N_("已备案"), State.DECIDED_REFUSED: N_("不予备案")}


def state_name(case: Case) -> str:
    """Give the message id of the case's state, in the words of its kind of item."""
    if case.handling == HandlingType.RECORD:
        return RECORD_STATES.get(case.state, STATE_NAMES[case.state])
    return STATE_NAMES[case.state]


def waits_above(visit: Visit, calendar: Calendar, case: Case) -> str:
    """Say since when a forwarded case waits for the higher authority; empty for any other."""
    if case.state is not State.FORWARDED:
        return ""
    since, today = date.fromisoformat(case.forwarded_on), visit.front.clock.now().date()
    days = calendar.working_days(since, today)
    return visit.text(N_("%(day)s 上报，已等 %(days)s 个工作日"), day=case.forwarded_on, days=days)


def tags(visit: Visit, case: Case) -> tuple[str, ...]:
    """Name the flags that a case carries beside its state."""
    found = []
    if case.tolerated:
        found.append(N_("容缺受理") if case.open_tolerance else N_("容缺已补齐"))
    if case.promise_based:
        found.append(N_("告知承诺"))
    return tuple(map(visit.text, found))


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
    rows = _promise(visit, case, named)
    if case.open_tolerance:
        rows.append((N_("容缺待补"), "、".join(named.get(code, code) for code in case.open_tolerance)))
    if case.forwarded_to:
        rows.append((N_("上级机关"), case.forwarded_to))
        rows.append((N_("上报"), waits_above(visit, calendar, case) or case.forwarded_on))
    return tuple((visit.text(label), value) for label, value in rows)
