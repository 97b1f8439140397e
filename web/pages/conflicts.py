"""冲突: signed facts that disagree, at the hall and at the city: whose each is, until when, and the lawful choices."""

import asyncio
from typing import Annotated, ClassVar, Final

import msgspec
from litestar import Response

from appliance.clock import to_the_minute
from appliance.domain.actor import ROLE_NAMES
from appliance.domain.conflicts import ABOUT_A_CASE, rule_of
from appliance.domain.decide import conflicts as rules
from appliance.domain.entry import read_meta
from appliance.domain.events import EVENTS, Evidence
from appliance.domain.states import STATE_NAMES, State
from appliance.errors import N_, HallmarkError, NotFound, Refusal
from appliance.projections import cases, conflicts
from appliance.projections.city_commands import hall_of
from appliance.projections.conflicts import Found
from appliance.services.conflicts import ResolveConflict, may_resolve
from appliance.services.desk import Desk
from appliance.store.connection import Connection
from appliance.store.event_store import read_entry
from sync.hub import conflicts as at_city
from sync.hub.hub import Hub
from web.pages.runbook_entries import of_flag
from web.pages.stale import NOTHING, Refused, refused
from web.visit import Visit

PAGE_ROWS: Final = 50
DIRECTIONS: Final = {"h2c": N_("大厅日志"), "c2h": N_("市级下发日志")}
LABELS: Final = {"choice": N_("处理结果"), "words": N_("核实情况和理由")}


class ConflictRow(msgspec.Struct, frozen=True):
    """One line of the inbox."""

    conflict: str
    help: str
    name: str
    subject: str
    owner: str
    mine: bool
    found: str
    due: str
    late: bool
    end: str


class ConflictsPage(msgspec.Struct, frozen=True):
    """The inbox: what is open first."""

    TEMPLATE: ClassVar[str] = "conflicts/list.html"
    rows: tuple[ConflictRow, ...]
    page: int
    more: bool


class ConflictForm(msgspec.Struct, frozen=True):
    """What was chosen and typed."""

    choice: str = ""
    words: str = ""


class ConflictPage(msgspec.Struct, frozen=True):
    """One conflict: both sides' evidence, and the choices where it is this person's."""

    TEMPLATE: ClassVar[str] = "conflicts/one.html"
    row: ConflictRow
    case: str
    facts: tuple[tuple[str, str], ...]
    evidence: tuple[tuple[str, str, str, str], ...]
    choices: tuple[tuple[str, str], ...]
    closed: tuple[str, ...]
    labels: dict[str, str]
    problems: dict[str, str]
    problem: str
    form: ConflictForm


class Wish(msgspec.Struct, frozen=True):
    """Which page of the inbox."""

    page: Annotated[int, msgspec.Meta(ge=1, le=100_000)] = 1


def _end(visit: Visit, found: Found) -> str:
    rule = rule_of(found.kind)
    if rule is not None and found.choice in rule.choices:
        return visit.text(rule.choices[found.choice].name)
    return found.choice


def _row(visit: Visit, found: Found, today: str, here: str, *, mine: bool) -> ConflictRow:
    if not found.owner:
        owner = visit.text(N_("市级值守"))
    elif found.owner == here:
        owner = visit.text(N_("本厅"))
    else:
        owner = visit.text(N_("大厅 %(code)s"), code=found.owner)
    return ConflictRow(
        conflict=found.conflict,
        help=of_flag(found.kind),
        name=visit.text(found.name),
        subject=found.subject,
        owner=owner,
        mine=mine,
        found=found.found,
        due=found.due,
        late=found.open and found.due < today,
        end=_end(visit, found),
    )


def _evidence(visit: Visit, connection: Connection, one: Evidence) -> tuple[str, str, str, str]:
    """Say of an entry where it stands, what it is, who wrote it when, and what of; another hall's is not held here."""
    direction = one.origin.split("/")[2]
    log = f"{hall_of(one.origin)} · {visit.text(DIRECTIONS.get(direction, direction))} #{one.index}"
    try:
        meta = read_meta(read_entry(connection, one.origin, one.index).entry)
    except HallmarkError:
        return (log, visit.text(N_("这条记录在另一大厅和市级")), "", one.subject)
    event = EVENTS.get(meta.type)
    what = visit.text(event.DISPLAY) if event is not None else meta.type
    return (log, what, f"{meta.actor.id} · {to_the_minute(meta.t)}", one.subject)


def _one(
    visit: Visit,
    connection: Connection,
    found: Found,
    row: ConflictRow,
    state: State | None,
    why: Refused,
    problem: str,
) -> Response[str]:
    rule = rule_of(found.kind)
    true_now = rules.choices(found, state) if row.mine else {}
    roles = sorted(rule.roles) if rule is not None else []
    facts = (
        (N_("由谁处理"), row.owner),
        (N_("责任岗位"), "、".join(visit.text(ROLE_NAMES[role]) for role in roles)),
        (N_("发现日期"), row.found),
        (N_("处理期限"), row.due),
        (N_("办件状态"), visit.text(STATE_NAMES[state]) if state is not None else ""),
        (N_("处理结果"), row.end),
        (N_("处理人"), f"{found.by} · {to_the_minute(found.at)}" if found.by else ""),
        (N_("核实情况和理由"), conflicts.words_of(connection, found.conflict)),
    )
    evidence = tuple(_evidence(visit, connection, one) for one in found.evidence)
    page = ConflictPage(
        row=row,
        case=found.subject if found.kind in ABOUT_A_CASE and state is not None else "",
        facts=tuple((visit.text(label), text) for label, text in facts if text),
        evidence=evidence,
        choices=tuple((code, visit.text(choice.name)) for code, choice in true_now.items()),
        closed=tuple(
            visit.text(choice.name)
            for code, choice in (rule.choices.items() if rule and row.mine and found.open else ())
            if code not in true_now
        ),
        labels={name: visit.text(label) for name, label in LABELS.items()},
        problems=why.problems,
        problem=problem,
        form=visit.form(ConflictForm),
    )
    return visit.show(page, status=why.status)


def _known(connection: Connection, conflict: str) -> Found:
    found = conflicts.find(connection, conflict)
    if found is None:
        raise NotFound(N_("没有这项冲突"), subject=conflict, next_step=N_("请从冲突清单进入"))
    return found


# ---- hall -----------------------------------------------------------------------------------------------------------


def show(visit: Visit, desk: Desk) -> Response[str]:
    """Show what concerns this hall."""
    wish, reader = visit.query(Wish), desk.reader()
    found = conflicts.listing(reader, limit=PAGE_ROWS + 1, offset=(wish.page - 1) * PAGE_ROWS)
    today, here = visit.front.clock.now().date().isoformat(), desk.facts.hall.code
    rows = tuple(
        _row(visit, one, today, here, mine=one.open and may_resolve(reader, desk.facts, visit.actor, one))
        for one in found[:PAGE_ROWS]
    )
    return visit.show(ConflictsPage(rows, wish.page, len(found) > PAGE_ROWS))


def _at_hall(visit: Visit, desk: Desk, conflict: str, why: Refused = NOTHING, problem: str = "") -> Response[str]:
    reader = desk.reader()
    found = _known(reader, conflict)
    case = cases.find(reader, found.subject)
    mine = found.open and may_resolve(reader, desk.facts, visit.actor, found)
    row = _row(visit, found, visit.front.clock.now().date().isoformat(), desk.facts.hall.code, mine=mine)
    return _one(visit, reader, found, row, case.state if case is not None else None, why, problem)


def show_one(visit: Visit, desk: Desk, conflict: str) -> Response[str]:
    """Show one, with the form where it is this person's."""
    return _at_hall(visit, desk, conflict)


async def resolve(visit: Visit, desk: Desk, conflict: str) -> Response[str]:
    """Resolve it."""
    form = visit.form(ConflictForm)
    command = ResolveConflict(conflict=conflict, choice=form.choice, words=form.words)
    try:
        await desk.submit(command, actor=visit.actor, key=visit.key)
    except Refusal as refusal:
        return _at_hall(visit, desk, conflict, refused(visit, refusal), visit.text(refusal.message, **refusal.params))
    return visit.go(f"/conflicts/{conflict}")


# ---- city -----------------------------------------------------------------------------------------------------------


def show_city(visit: Visit, hub: Hub) -> Response[str]:
    """Show what was found among all halls."""
    wish, reader = visit.query(Wish), hub.store.reader()
    found = conflicts.listing(reader, limit=PAGE_ROWS + 1, offset=(wish.page - 1) * PAGE_ROWS)
    today = hub.clock.now().date().isoformat()
    rows = tuple(
        _row(visit, one, today, "", mine=one.open and rules.may_resolve(one, actor=visit.actor, here=""))
        for one in found[:PAGE_ROWS]
    )
    return visit.show(ConflictsPage(rows, wish.page, len(found) > PAGE_ROWS))


def _at_city(visit: Visit, hub: Hub, conflict: str, why: Refused = NOTHING, problem: str = "") -> Response[str]:
    reader = hub.store.reader()
    found = _known(reader, conflict)
    mine = found.open and rules.may_resolve(found, actor=visit.actor, here="")
    row = _row(visit, found, hub.clock.now().date().isoformat(), "", mine=mine)
    return _one(visit, reader, found, row, at_city.state_of(reader, found), why, problem)


def show_one_city(visit: Visit, hub: Hub, conflict: str) -> Response[str]:
    """Show one, with the form where it is the city's and this person is on duty."""
    return _at_city(visit, hub, conflict)


async def resolve_city(visit: Visit, hub: Hub, conflict: str) -> Response[str]:
    """Resolve one that is the city's."""
    form = visit.form(ConflictForm)
    try:
        await asyncio.to_thread(at_city.resolve, hub, conflict, choice=form.choice, words=form.words, actor=visit.actor)
    except Refusal as refusal:
        return _at_city(visit, hub, conflict, refused(visit, refusal), visit.text(refusal.message, **refusal.params))
    return visit.go(f"/conflicts/{conflict}")
