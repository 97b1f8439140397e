"""T03 收件 and T09 补交: what the window takes in."""

import re
from dataclasses import dataclass
from datetime import date

from appliance.domain.actor import Actor, Role
from appliance.domain.calendar import Calendar
from appliance.domain.case import Case
from appliance.domain.decide.agency import check_presenter
from appliance.domain.decide.application import (
    Faults,
    applying_materials,
    check_agency,
    check_agent,
    check_applicant,
    check_form,
    check_materials,
    form_changes,
    missing_materials,
)
from appliance.domain.decide.limits import deadline
from appliance.domain.events import CaseReceived, CaseSubmitted, CaseSupplemented
from appliance.domain.events.values import Deadline
from appliance.domain.item_terms import HandlingType, LimitUnit, ReceiptEvent, TaskState
from appliance.domain.service_item import ServiceItem, variants_for
from appliance.domain.subject import Agent, Applicant, MaterialIn
from appliance.domain.transitions import require
from appliance.errors import N_, Forbidden, Invalid, Message

NOTE_LENGTH_MAX = 500
CHANNELS = ("window", "walk_in")
SELF_SERVICE = ("kiosk", "online")  # channels of T02: nobody of the hall took part
TICKET = re.compile(r"[0-9A-Z-]{0,12}")  # a number of the queue, never a name: it stands in the leaf


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """What the applicant handed in, as the window typed it."""

    applicant: Applicant
    agent: Agent | None
    form: dict[str, str | list[str]]
    variants: tuple[str, ...]
    materials: tuple[MaterialIn, ...]
    channel: str
    ticket: str
    note: str = ""


def check_item_open(item: ServiceItem) -> None:
    """Refuse new intake of an item that is not in use (clause 4.2.6.1: 挂起 stops intake, running cases go on)."""
    if item.task_state is TaskState.ACTIVE:
        return
    reasons = {
        TaskState.SUSPENDED: N_("“%(item)s”已挂起，暂不收件；已收的件继续办理"),
        TaskState.DELEGATED: N_("“%(item)s”已下放，请到下级窗口办理"),
        TaskState.CANCELLED: N_("“%(item)s”已取消，不再办理"),
    }
    raise Invalid(
        reasons[item.task_state],
        code="item_not_open",
        params={"item": item.task_name},
        next_step=N_("请告知申请人，并可在事项查询里查看说明"),
    )


def _check_ticket(application: Application, faults: Faults) -> str:
    """Check how the applicant came to the window; gives the number of the queue slip."""
    ticket = application.ticket.strip().upper()
    if application.channel not in CHANNELS:
        faults.add("channel", N_("请选收件渠道"))
    if not TICKET.fullmatch(ticket):
        faults.add("ticket", N_("票号只有字母、数字和短横线，最多 12 位"))
    if application.channel == "window" and not ticket:
        faults.add("ticket", N_("请填写排队票号；没有取票的，渠道选“未取号”"))
    return ticket


@dataclass(frozen=True, slots=True)
class _Checked:
    """What was handed in, checked and normalised, with the situations that apply and what is missing."""

    applicant: Applicant
    agent: Agent | None
    form: dict[str, str | list[str]]
    variants: tuple[str, ...]
    materials: tuple[MaterialIn, ...]
    missing: tuple[str, ...]


def _check(item: ServiceItem, application: Application, today: date, faults: Faults) -> _Checked:
    """Check what every application needs, wherever it is handed in; the first fault of each field is noted."""
    applicant = check_applicant(application.applicant, item, today, faults)
    agent = check_agent(application.agent, today, faults)
    form = check_form(item, application.form, today, faults)
    check_agency(form, agent, faults)
    if agent is not None and "submit" not in agent.scopes:
        faults.add("agent.scopes", N_("授权委托书没有写明“提出申请”的，不能代为申请；请补写权限，或者由申请人本人来办"))
    variants = variants_for(item, form, application.variants)
    listed = applying_materials(item, form, variants)
    materials = check_materials(listed, application.materials, faults)
    if not materials and not form:
        faults.add("materials", N_("至少收下一份材料或填写申请表"))
    missing = missing_materials(listed, {material.code: material for material in materials})
    return _Checked(applicant, agent, form, variants, materials, missing)


def _notice_clock(item: ServiceItem, today: date, calendar: Calendar) -> Deadline:
    return deadline("C1", today, item.correction.notice_day, LimitUnit.WORKING_DAY, calendar)


def submit(
    item: ServiceItem,
    application: Application,
    *,
    notice: int,
    actor: Actor,
    today: date,
    calendar: Calendar,
    query_code: str,
) -> CaseSubmitted:
    """T02: take an application that nobody of the hall has looked at (clause 4.3.3.1; 许可法 art.29).

    Guard: item in use; a self-service channel; the required form filled; the notice on personal information agreed to
    (个人信息保护法 arts.13, 17). C1 starts only where the earliest or the electronic submission counts and everything
    required came along as a file or a licence held here: else the day at the window counts.

    Args:
        item: the current version of the item.
        application: what was typed and added.
        notice: version of the notice that was agreed to, 0 for none.
        actor: the applicant, by the channel.
        today: day of submission.
        calendar: working-day calendar.
        query_code: six random digits for the slip.

    Returns:
        The submission.

    Raises:
        Forbidden, Invalid: see the guard.
    """
    require("T02", None, actor)
    check_item_open(item)
    faults = Faults({})
    if application.channel not in SELF_SERVICE:
        faults.add("channel", N_("请选收件渠道"))
    if notice < 1:
        faults.add("notice", N_("请阅读个人信息处理告知，并勾选同意"))
    checked = _check(item, application, today, faults)
    faults.raise_if_any()
    electronic = all(material.files or material.licence for material in checked.materials)
    counts = item.receipt_event in (ReceiptEvent.EARLIEST, ReceiptEvent.ONLINE)
    starts = counts and electronic and not checked.missing
    return CaseSubmitted(
        item_code=item.catalog_code,
        item_version=item.task_version,
        item_name=item.task_name,
        task_code=item.task_code,
        handling=item.project_type.value,
        department=item.dept_code,
        department_name=item.dept_name,
        channel=application.channel,
        variants=checked.variants,
        materials=checked.materials,
        missing=checked.missing,
        notice=notice,
        deadlines=(_notice_clock(item, today, calendar),) if starts else (),
        applicant=checked.applicant,
        agent=checked.agent,
        form=checked.form,
        query_code=query_code,
    )


def receive(
    item: ServiceItem,
    application: Application,
    *,
    actor: Actor,
    today: date,
    calendar: Calendar,
    query_code: str,
    submitted: Case | None = None,
) -> CaseReceived:
    """T03: take an application in (clause 5.2.2.1.2; 许可法 art.32).

    Guard: item in use; ticket or channel recorded; identity checked; at least one material or a filled form; a handler
    takes in what he decides on the spot (T33), all else is the window clerk's.

    Args:
        item: the current version of the item; the case pins it.
        application: what was handed in.
        actor: the window clerk.
        today: day of receipt.
        calendar: working-day calendar.
        query_code: six random digits for the applicant's receipt; a submission's code stays.
        submitted: the case as T02 left it, when this receipt is for a submission: of the same item only.

    Returns:
        The receipt with C1 started, unless it runs since the submission.

    Raises:
        Forbidden, WrongState, Invalid: see the guard.
    """
    require("T03", submitted, actor)
    if submitted is not None and submitted.item_code != item.catalog_code:
        raise Invalid(
            N_("自助提交的是“%(item)s”，不能按另一事项收件"),
            code="other_item",
            params={"item": submitted.item_name},
            next_step=N_("请按原事项收件；要办另一事项，请另收一件"),
        )
    if actor.role is Role.CASE_HANDLER and item.project_type is not HandlingType.INSTANT:
        raise Forbidden(
            N_("承办人只能收即办件，其他事项由窗口收件"), code="not_instant", next_step=N_("请申请人到综合窗口交件")
        )
    if submitted is None:  # what was handed in while the item was in use is received, whatever has become of the item
        check_item_open(item)
    faults = Faults({})
    ticket = _check_ticket(application, faults)
    if len(application.note) > NOTE_LENGTH_MAX:
        faults.add("note", N_("备注最多 500 个字"))
    checked = _check(item, application, today, faults)
    faults.raise_if_any()
    runs = submitted is not None and submitted.clock("C1") is not None
    return CaseReceived(
        item_code=item.catalog_code,
        item_version=item.task_version,
        item_name=item.task_name,
        task_code=item.task_code,
        handling=item.project_type.value,
        department=item.dept_code,
        department_name=item.dept_name,
        channel=application.channel,
        ticket=ticket,
        variants=checked.variants,
        materials=checked.materials,
        missing=checked.missing,
        deadlines=() if runs else (_notice_clock(item, today, calendar),),
        applicant=checked.applicant,
        agent=checked.agent,
        form=checked.form,
        query_code=submitted.query_code if submitted is not None else query_code,
        note=application.note.strip(),
        submitted=submitted is not None,
    )


def supplement(
    case: Case,
    item: ServiceItem,
    *,
    lines: tuple[int, ...],
    materials: tuple[MaterialIn, ...],
    note: str,
    actor: Actor,
    today: date,
    calendar: Calendar,
    form: dict[str, str | list[str]] | None = None,
    presenter: str = "applicant",
) -> CaseSupplemented:
    """T09: the applicant hands in what the notice asked for (domain §2.3; C1 restarts for checking only, §2.5).

    Guard: at least one requested line is supplied; every material belongs to a line that is supplied; a line about an
    answer comes with the corrected answer, and no other answer changes; an agent has authority to correct.
    """
    require("T09", case, actor)
    check_presenter(case, presenter, "correct", today)
    faults = Faults({})
    asked = {line.line.no: line for line in case.notice_lines if not line.met}
    if not lines:
        faults.add("lines", N_("请至少勾选一条已补交的内容"))
    for no in lines:
        if no not in asked:
            faults.add("lines", Message(N_("第 %(no)s 条不在待补的清单里"), no=no))
    targets = {asked[no].line.target for no in lines if no in asked}
    answers = _corrected_answers(case, item, form or {}, targets, today, faults)
    variants = variants_for(item, answers, case.variants)
    listed = applying_materials(item, answers, variants)
    checked = check_materials(listed, materials, faults)
    for material in checked:
        if material.code not in targets:
            faults.add(f"material.{material.code}", N_("这份材料没有要求补正，请核对后再收"))
    for target in targets:
        if not target.startswith("form:") and target not in {material.code for material in checked}:
            faults.add(f"material.{target}", N_("勾选了已补交，但没有收到这份材料"))
    faults.raise_if_any()
    old, new = form_changes(case.form, answers)
    held = {material.code for material in case.materials} | {material.code for material in checked}
    return CaseSupplemented(
        lines=tuple(sorted(set(lines))),
        materials=checked,
        deadlines=(deadline("C1", today, item.correction.notice_day, LimitUnit.WORKING_DAY, calendar),),
        fields=tuple(sorted(new)),
        variants=variants if new else None,
        missing=missing_materials(listed, dict.fromkeys(held)) if new else None,
        presenter=presenter,
        note=note.strip(),
        old=old,
        new=new,
    )


def _corrected_answers(
    case: Case,
    item: ServiceItem,
    form: dict[str, str | list[str]],
    targets: set[str],
    today: date,
    faults: Faults,
) -> dict[str, str | list[str]]:
    """Give the whole form with the corrected answers; each requested one must be there and differ, and no other."""
    wanted = {target.removeprefix("form:") for target in targets if target.startswith("form:")}
    for name in sorted(form.keys() - wanted):
        faults.add(f"form.{name}", N_("这一项没有要求补正"))
    if not wanted:
        return dict(case.form)
    answers = check_form(item, {**case.form, **{name: form[name] for name in wanted & form.keys()}}, today, faults)
    for name in sorted(wanted):
        if answers.get(name) == case.form.get(name):
            faults.add(f"form.{name}", N_("勾选了已补正，请填写更正后的内容"))
    return answers
