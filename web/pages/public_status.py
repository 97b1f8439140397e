"""办件查询 for whoever holds a number and its code: the eight fields of clause 5.1.1.3, nothing of the applicant."""

from datetime import datetime, timedelta
from typing import ClassVar

import msgspec
from litestar import Response

from appliance.domain.case import Case
from appliance.domain.decide.joint import joint_state
from appliance.domain.item_terms import HandlingType
from appliance.domain.joint import JOINT_PUBLIC_STATES
from appliance.domain.states import PUBLIC_STATES, State
from appliance.domain.withheld import is_withheld
from appliance.errors import N_
from appliance.projections import cases, staff
from appliance.services.desk import Desk
from appliance.services.joint_facts import Whole, find_whole
from appliance.store import sessions
from appliance.store.sessions import AccessRow
from web import csrf
from web.signin import with_nonce
from web.visit import Visit

ACT = "public-status"
TOO_OFTEN = N_("连续 5 次不对，请 15 分钟后再查，或者到服务台查询")
WRONG_MAX, PAUSE = 5, timedelta(minutes=15)
LAST_DIGITS = 4
OUTCOMES = {"granted": N_("准予"), "refused": N_("不予")}
RECORDED = N_("备案")


class StatusForm(msgspec.Struct, frozen=True):
    """收件编号 or 受理编号, and the query code of the receipt or the last four of the applicant's document."""

    no: str = ""
    code: str = ""


class StatusPage(msgspec.Struct, frozen=True):
    """The question, and what may be read when it was the right one."""

    TEMPLATE: ClassVar[str] = "public/status.html"
    form: StatusForm
    problem: str
    rows: tuple[tuple[str, str], ...]
    members: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = ()


def _outcome(case: Case) -> str:
    decision = case.decision
    if decision is None:
        return ""
    if decision.kind == "granted" and case.handling == HandlingType.RECORD:
        return RECORDED
    return OUTCOMES[decision.kind]


def eight_fields(visit: Visit, desk: Desk, case: Case) -> tuple[tuple[str, str], ...]:
    """Give the fields of clause 5.1.1.3, in its order; the handler is a public officer and is named."""
    accepted = f"{datetime.fromisoformat(case.accepted_on):%Y-%m-%d}" if case.accepted_on else "–"
    handler = staff.names(desk.reader()).get(case.handler, "") if case.handler else ""
    outcome = _outcome(case)
    rows = (
        (N_("受理编号"), case.acceptance_no or "–"),
        (N_("事项名称"), case.item_name),
        (N_("受理时间"), accepted),
        (N_("办理部门"), case.department_name),
        (N_("办理人员"), handler or "–"),
        (N_("工号"), case.handler or "–"),
        (N_("办理状态"), _standing(visit, case)),
        (N_("办理结果"), visit.text(outcome) if outcome else "–"),
    )
    return tuple((visit.text(label), value) for label, value in rows)


def _standing(visit: Visit, case: Case) -> str:
    """Say how the case stands; of one that another hall has, which hall that is and what it reported last."""
    if case.hand is None or not case.away:
        return visit.text(PUBLIC_STATES[case.state])
    state = case.hand.state if case.hand.state in set(State) else case.state
    where = visit.text(N_("已移交%(hall)s办理"), hall=case.hand.hall_name or case.hand.other_name)
    return f"{where} · {visit.text(PUBLIC_STATES[State(state)])}"


def whole_fields(visit: Visit, whole: Whole) -> tuple[tuple[str, str], ...]:
    """Give the same of a joint whole 并联: its limit as told on the slip, and how many of its items have a result."""
    joint, state = whole.joint, joint_state(whole.members)
    clock = joint.clock("C2")
    over = sum(one.case.decision is not None or one.case.ending is not None for one in whole.members)
    rows = (
        (N_("受理编号"), joint.acceptance_no or "–"),
        (N_("事项名称"), joint.set_name),
        (N_("受理时间"), joint.accepted_on or "–"),
        (N_("牵头部门"), joint.leader.department_name),
        (N_("整体办结日期"), clock.deadline.due if clock is not None else "–"),
        (N_("办理状态"), visit.text(JOINT_PUBLIC_STATES[state])),
        (N_("有结果的事项"), f"{over} / {len(whole.members)}"),
    )
    return tuple((visit.text(label), value) for label, value in rows)


def _fits_whole(whole: Whole | None, code: str) -> bool:
    if whole is None or is_withheld(whole.joint.applicant.name):
        return False
    last = whole.joint.applicant.id_number[-LAST_DIGITS:].upper()
    return code == whole.joint.query_code or (len(code) == LAST_DIGITS and code.upper() == last)


def _fits(case: Case | None, code: str) -> bool:
    """Tell whether the code is the receipt's, or the last four of the applicant's document."""
    if case is None or is_withheld(case.applicant.name):
        return False
    last = case.applicant.id_number[-LAST_DIGITS:].upper()
    return code == case.query_code or (len(code) == LAST_DIGITS and code.upper() == last)


def show(visit: Visit) -> Response[str]:
    """Ask for number and code; a slip's QR may bring the number along."""
    visit, cookies = with_nonce(visit)
    return visit.show(StatusPage(visit.query(StatusForm), "", ()), cookies=cookies)


def paused(visit: Visit, desk: Desk, no: str) -> bool:
    """Tell whether so many codes were wrong for this number lately that it answers to none now."""
    return sessions.count_access(desk.reader(), ACT, "wrong", no, visit.front.clock.now() - PAUSE) >= WRONG_MAX


async def note(visit: Visit, no: str, *, fits: bool) -> None:
    """Count a code that was given for a number, on whatever public page."""
    client = visit.request.client
    await visit.front.access_log.record(
        AccessRow(
            at=visit.front.clock.now(), login="", act=ACT, result="ok" if fits else "wrong", subject=no,
            address=client.host if client else "",
        )
    )  # fmt: skip


async def ask(visit: Visit, desk: Desk) -> Response[str]:
    """Answer with the eight fields. A wrong number and a wrong code look alike; five of them pause the number."""
    form = visit.form(StatusForm)
    no, code = form.no.strip().upper()[:40], form.code.strip()[:20]
    given = visit.fields.get(csrf.FIELD, "")
    visit, cookies = with_nonce(visit)
    if cookies or not isinstance(given, str) or not csrf.matches(visit.csrf, given):
        problem = visit.text(N_("这一页打开得太久了，请再查一次"))
        return visit.show(StatusPage(form, problem, ()), status=422, cookies=cookies)
    if paused(visit, desk, no):
        return visit.show(StatusPage(form, visit.text(TOO_OFTEN), ()), status=429)
    case = cases.find(desk.reader(), no) if no else None
    whole = find_whole(desk.reader(), desk.facts.items, no) if no and case is None else None
    fits = _fits(case, code) or _fits_whole(whole, code)
    await note(visit, no, fits=fits)
    if whole is not None and fits:
        members = tuple((one.case.item_name, eight_fields(visit, desk, one.case)) for one in whole.members)
        return visit.show(StatusPage(form, "", whole_fields(visit, whole), members))
    if case is None or not fits:
        problem = visit.text(N_("编号或者查询码不对，请照回执单核对；查询码是 6 位数字"))
        return visit.show(StatusPage(form, problem, ()), status=422)
    return visit.show(StatusPage(form, "", eight_fields(visit, desk, case)))
