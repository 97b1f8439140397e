"""改派: cases pass from one handler to another, or back to those that anyone of the department may take (T04r)."""

from typing import ClassVar

import msgspec
from litestar import Response

from appliance.domain.actor import Role
from appliance.domain.states import State
from appliance.domain.transitions import TRANSITIONS
from appliance.errors import N_, Refusal
from appliance.projections import case_lists
from appliance.projections.case_lists import Wanted
from appliance.services.absences import CaseSeen, ReassignCases
from appliance.services.desk import Desk
from appliance.services.facts import department_of
from web.pages.absences import handlers_for
from web.pages.case_rows import ListRow, list_rows
from web.pages.stale import NOTHING, Refused, refused
from web.visit import Visit

ROWS_MAX = 200
POOL = "pool"
LABELS = {"cases": N_("要改派的件"), "to": N_("改派给"), "reason": N_("原因")}
STATES: tuple[State, ...] = tuple(
    sorted((state for state in TRANSITIONS["T04r"].sources if state is not None), key=str)
)


class ReassignForm(msgspec.Struct, frozen=True):
    """Where the chosen cases go, and why."""

    to: str = ""
    reason: str = ""


class ReassignQuery(msgspec.Struct, frozen=True):
    """Whose cases."""

    handler: str = ""


class ReassignRow(msgspec.Struct, frozen=True):
    """A case with the version that the page showed, and whether it is ticked."""

    line: ListRow
    version: int
    ticked: bool


class ReassignPage(msgspec.Struct, frozen=True):
    """One handler's cases and where they may go."""

    TEMPLATE: ClassVar[str] = "staffing/reassign.html"
    handler: str
    handlers: tuple[tuple[str, str], ...]
    rows: tuple[ReassignRow, ...]
    targets: tuple[tuple[str, str], ...]
    form: ReassignForm
    labels: dict[str, str]
    problems: dict[str, str]


def _page(
    visit: Visit, desk: Desk, handler: str, form: ReassignForm, ticked: frozenset[str], why: Refused = NOTHING
) -> Response[str]:
    people = tuple((one.id, f"{one.name} {one.id}") for one in handlers_for(visit, desk))
    own = visit.actor.role is Role.CASE_HANDLER
    if own:
        people, handler = tuple(one for one in people if one[0] == visit.actor.id), visit.actor.id
    elif handler not in dict(people):
        handler = people[0][0] if people else ""
    wanted = Wanted(states=STATES, department=department_of(desk.reader(), visit.actor) or None, handlers=(handler,))
    found = case_lists.listing(desk.reader(), wanted, limit=ROWS_MAX) if handler else []
    pool = (POOL, visit.text(N_("退回待领办（只限预审中的件）")))
    others = () if own else tuple(one for one in people if one[0] != handler)
    page = ReassignPage(
        handler=handler,
        handlers=people,
        rows=tuple(
            ReassignRow(line, row.version, row.no in ticked)
            for line, row in zip(list_rows(visit, desk, found), found, strict=True)
        ),
        targets=(*others, pool),
        form=form,
        labels={name: visit.text(label) for name, label in LABELS.items()},
        problems=why.problems,
    )
    return visit.show(page, status=why.status)


def show(visit: Visit, desk: Desk) -> Response[str]:
    """Show a handler's cases."""
    return _page(visit, desk, visit.query(ReassignQuery).handler, ReassignForm(), frozenset())


def _chosen(visit: Visit) -> tuple[CaseSeen, ...]:
    """Read the ticks; each carries the version that the page showed, as ``number:version``."""
    chosen = []
    for value in visit.fields.getall("cases", []):
        no, _, version = value.partition(":") if isinstance(value, str) else ("", "", "")
        if version.isascii() and version.isdigit():
            chosen.append(CaseSeen(no, int(version)))
    return tuple(chosen)


async def submit(visit: Visit, desk: Desk) -> Response[str]:
    """Pass the ticked cases on, all of them or none."""
    form, chosen = visit.form(ReassignForm), _chosen(visit)
    handler = visit.form(ReassignQuery).handler
    command = ReassignCases(
        cases=chosen, to="" if form.to == POOL else form.to, pool=form.to == POOL, reason=form.reason
    )
    try:
        await desk.submit(command, actor=visit.actor, key=visit.key)
    except Refusal as refusal:
        ticked = frozenset(one.case for one in chosen)
        return _page(visit, desk, handler, form, ticked, refused(visit, refusal))
    return visit.go(f"/reassign?handler={handler}")
