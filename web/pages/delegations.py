"""即办授权: an approver lets a handler decide instant items on the spot until a day, and takes it back (T33, §2.6)."""

from typing import ClassVar

import msgspec
from litestar import Response

from appliance.domain.actor import Role
from appliance.domain.item_terms import HandlingType
from appliance.errors import N_, Refusal
from appliance.projections import delegations, staff
from appliance.projections.delegations import Delegation
from appliance.services.commands import Command
from appliance.services.desk import Desk
from appliance.services.facts import department_of
from appliance.services.instant import GiveDelegation, RevokeDelegation
from web.pages.absences import handlers_for
from web.pages.stale import NOTHING, Refused, refused
from web.visit import Visit

LABELS = {"handler": N_("授权给"), "items": N_("即办事项"), "until": N_("到哪一天为止")}


class DelegationForm(msgspec.Struct, frozen=True):
    """What is typed; `delegation` to take one back. The items come by name."""

    handler: str = ""
    until: str = ""
    delegation: str = ""


class DelegationRow(msgspec.Struct, frozen=True):
    """One delegation: by whom, to whom, for what, until when, and whether this person may take it back."""

    number: str
    approver: str
    handler: str
    items: tuple[str, ...]
    starts: str
    until: str
    state: str
    tone: str
    mine: bool


class DelegationsPage(msgspec.Struct, frozen=True):
    """The list; for an approver, the form for a new one."""

    TEMPLATE: ClassVar[str] = "staffing/delegations.html"
    rows: tuple[DelegationRow, ...]
    giving: bool
    people: tuple[tuple[str, str], ...]
    items: tuple[tuple[str, str], ...]
    chosen: tuple[str, ...]
    form: DelegationForm
    labels: dict[str, str]
    problems: dict[str, str]


def _row(visit: Visit, one: Delegation, who: dict[str, str], named: dict[str, str], today: str) -> DelegationRow:
    given, state, tone = one.given, N_("有效"), "ok"
    if one.revoked:
        state, tone = N_("已撤销"), ""
    elif given.until < today:
        state, tone = N_("已到期"), ""
    return DelegationRow(
        number=given.delegation,
        approver=f"{who.get(given.approver, '')} {given.approver}".strip(),
        handler=f"{who.get(given.handler, '')} {given.handler}".strip(),
        items=tuple(named.get(code, code) for code in given.items),
        starts=given.starts,
        until=given.until,
        state=visit.text(state),
        tone=tone,
        mine=tone == "ok" and given.approver == visit.actor.id,
    )


def _page(
    visit: Visit, desk: Desk, form: DelegationForm, chosen: tuple[str, ...], why: Refused = NOTHING
) -> Response[str]:
    connection, today = desk.reader(), visit.front.clock.now().date().isoformat()
    department, who = department_of(desk.reader(), visit.actor), staff.names(connection)
    current = desk.facts.items.all_current(connection)
    giving = visit.actor.role is Role.APPROVER
    held = [one for one in delegations.listing(connection, department) if giving or one.given.handler == visit.actor.id]
    named = {item.catalog_code: item.task_name for item in current}
    page = DelegationsPage(
        rows=tuple(_row(visit, one, who, named, today) for one in held),
        giving=giving,
        people=tuple((one.id, f"{one.name} {one.id}") for one in handlers_for(visit, desk) if one.id != visit.actor.id),
        items=tuple(
            (item.catalog_code, item.task_name)
            for item in current
            if item.project_type is HandlingType.INSTANT and item.dept_code == department
        ),
        chosen=chosen,
        form=form,
        labels={name: visit.text(label) for name, label in LABELS.items()},
        problems=why.problems,
    )
    return visit.show(page, status=why.status)


def show(visit: Visit, desk: Desk) -> Response[str]:
    """Show the delegations of the department, or a handler's own."""
    return _page(visit, desk, DelegationForm(), ())


async def _send(
    visit: Visit, desk: Desk, form: DelegationForm, chosen: tuple[str, ...], command: Command
) -> Response[str]:
    try:
        await desk.submit(command, actor=visit.actor, key=visit.key)
    except Refusal as refusal:
        return _page(visit, desk, form, chosen, refused(visit, refusal))
    return visit.go("/delegations")


async def give(visit: Visit, desk: Desk) -> Response[str]:
    """Give a delegation; it is signed as everything is."""
    form = visit.form(DelegationForm)
    chosen = tuple(code for code in visit.fields.getall("items", []) if isinstance(code, str))
    command = GiveDelegation(handler=form.handler, items=chosen, until=form.until)
    return await _send(visit, desk, form, chosen, command)


async def revoke(visit: Visit, desk: Desk) -> Response[str]:
    """Take one back; what was decided under it stands."""
    form = visit.form(DelegationForm)
    return await _send(visit, desk, DelegationForm(), (), RevokeDelegation(delegation=form.delegation))
