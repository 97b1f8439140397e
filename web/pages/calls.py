"""电话通知: whom to call about a correction or a result that waits, and that it was done; each look is logged."""

from typing import ClassVar

import msgspec
from litestar import Response

from appliance.errors import N_, Refusal
from appliance.projections import cases, contacts, staff
from appliance.services.contacts import NotifyApplicant
from appliance.services.desk import Desk
from web.pages.stale import refused
from web.visit import Visit

PAGE_ROWS = 40
ABOUT = {"correction": N_("补正告知，请来补材料"), "result": N_("结果已出，请来领取")}


class CallRow(msgspec.Struct, frozen=True):
    """One call: case, whom, which number, what about, what came of the last try."""

    no: str
    item: str
    who: str
    phone: str
    about: str
    what: str
    tried: str
    told: str


class CallsPage(msgspec.Struct, frozen=True):
    """The list; those who were reached are gone from it."""

    TEMPLATE: ClassVar[str] = "work/calls.html"
    rows: tuple[CallRow, ...]
    problem: str


class CallForm(msgspec.Struct, frozen=True):
    """What came of a call."""

    case: str = ""
    about: str = ""
    outcome: str = ""
    told: str = "applicant"


def _rows(visit: Visit, desk: Desk) -> tuple[CallRow, ...]:
    connection, who = desk.reader(), staff.names(desk.reader())
    found = []
    for no, subject in contacts.waiting(connection, limit=PAGE_ROWS):
        case = cases.find(connection, no)
        held = contacts.find(connection, no, subject)
        if case is None:
            continue
        agent, today = case.agent, visit.front.clock.now().date().isoformat()
        if agent is not None and ("notice" not in agent.scopes or not agent.phone or "" < agent.until < today):
            agent = None
        visit.saw("calls", case.no, "name", "phone", purpose=visit.text(N_("电话通知申请人")))
        tried = ""
        if held is not None:
            last = {"at": held.at[5:16].replace("T", " "), "who": who.get(held.by, held.by), "n": held.tries}
            tried = visit.text(N_("%(n)s 次没接通，最近 %(at)s %(who)s"), **last)
        found.append(
            CallRow(
                no=case.no,
                item=case.item_name,
                who=visit.text(N_("%(name)s（代理人）"), name=agent.name) if agent is not None else case.applicant.name,
                phone=agent.phone if agent is not None else case.applicant.phone,
                told="agent" if agent is not None else "applicant",
                about=subject,
                what=visit.text(ABOUT[subject.partition(":")[0]]),
                tried=tried,
            )
        )
    return tuple(found)


def _page(visit: Visit, desk: Desk, problem: str = "", status: int = 200) -> Response[str]:
    return visit.show(CallsPage(_rows(visit, desk), problem), status=status)


def show(visit: Visit, desk: Desk) -> Response[str]:
    """Show whom to call, with the numbers in full."""
    return _page(visit, desk)


async def note(visit: Visit, desk: Desk) -> Response[str]:
    """Note what came of a call."""
    form = visit.form(CallForm)
    command = NotifyApplicant(case=form.case, about=form.about, outcome=form.outcome, told=form.told)
    try:
        await desk.submit(command, actor=visit.actor, key=visit.key)
    except Refusal as refusal:
        why = refused(visit, refusal)
        return _page(visit, desk, visit.text(refusal.message, **refusal.params), why.status)
    return visit.go("/calls")
