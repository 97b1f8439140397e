"""T05 当场更正, T36 更正登记: what was handed in or registered wrongly is put right, old beside new."""

from datetime import date

import msgspec

from appliance.domain.actor import Actor
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
from appliance.domain.events import CaseOnsiteFixed, CaseRegistrationAmended
from appliance.domain.service_item import ServiceItem, variants_for
from appliance.domain.states import State
from appliance.domain.subject import Agent, Applicant, MaterialIn
from appliance.domain.transitions import require
from appliance.errors import N_, Invalid

REASON_LENGTH_MIN = 4
TEXT_LENGTH_MAX = 500
_APPLICANT_FIELDS = ("name", "id_number", "phone", "address", "representative", "representative_id")
_AGENT_FIELDS = ("name", "id_number", "phone")

Form = dict[str, str | list[str]]


def onsite_fix(
    case: Case,
    item: ServiceItem,
    *,
    materials: tuple[MaterialIn, ...],
    form: Form,
    signed: bool,
    note: str,
    actor: Actor,
    today: date,
    presenter: str = "applicant",
) -> CaseOnsiteFixed:
    """T05: the applicant puts right on the spot what can be (许可法 art.32(3)); no notice is needed.

    Guard: something changes; the applicant signed for it; answers and materials pass the checks of intake.

    Args:
        case: the case, before acceptance and before any notice waits.
        item: its item version.
        materials: materials that come in the place of, or beside, those held.
        form: answers that change; the others stay.
        signed: the applicant's signature was taken.
        note: remark.
        actor: the clerk.
        today: the day.
        presenter: who came and signed; an agent needs authority to correct.
    """
    require("T05", case, actor)
    check_presenter(case, presenter, "correct", today)
    faults = Faults({})
    if not signed:
        faults.add("signed", N_("请申请人在更正处签名后勾选"))
    if len(note) > TEXT_LENGTH_MAX:
        faults.add("note", N_("备注最多 500 个字"))
    answers = check_form(item, {**case.form, **form}, today, faults) if form else dict(case.form)
    check_agency(answers, case.agent, faults)
    variants = variants_for(item, answers, case.variants)
    listed = applying_materials(item, answers, variants)
    checked = check_materials(listed, materials, faults)
    old, new = form_changes(case.form, answers)
    if not checked and not new:
        faults.add("materials", N_("没有更正任何内容"))
    faults.raise_if_any()
    held = {material.code for material in case.materials} | {material.code for material in checked}
    return CaseOnsiteFixed(
        materials=checked,
        fields=tuple(sorted(new)),
        variants=variants,
        missing=missing_materials(listed, dict.fromkeys(held)),
        old=old,
        new=new,
        presenter=presenter,
        note=note.strip(),
    )


def _value_changes(
    kind: str, names: tuple[str, ...], before: msgspec.Struct | None, after: msgspec.Struct | None
) -> tuple[Form, Form]:
    old = {f"{kind}.{name}": getattr(before, name, "") for name in names}
    new = {f"{kind}.{name}": getattr(after, name, "") for name in names}
    changed = [path for path in old if old[path] != new[path]]
    return {path: old[path] for path in changed}, {path: new[path] for path in changed}


def amend_registration(
    case: Case,
    item: ServiceItem,
    *,
    applicant: Applicant | None,
    agent: Agent | None,
    form: Form,
    reason: str,
    actor: Actor,
    today: date,
) -> CaseRegistrationAmended:
    """T36: before the decision, with old, new and reason; the slip is printed again, marked 更正.

    Guard: something changes, with a reason; the applicant stays the same subject (name and number never change
    together, the kind never); after acceptance the change does not alter which materials apply.

    Args:
        case: the case.
        item: its item version.
        applicant: the applicant as it should be, or None to leave it.
        agent: the agent as it should be, or None to leave it.
        form: answers that change.
        reason: why.
        actor: clerk or handler.
        today: the day.
    """
    require("T36", case, actor)
    faults = Faults({})
    words = reason.strip()
    if not REASON_LENGTH_MIN <= len(words) <= TEXT_LENGTH_MAX:
        faults.add("reason", N_("请写明更正的原因，四个字到 500 个字"))
    who = check_applicant(applicant, item, today, faults) if applicant is not None else case.applicant
    proxy = check_agent(agent, today, faults) if agent is not None else case.agent
    answers = check_form(item, {**case.form, **form}, today, faults) if form else dict(case.form)
    check_agency(answers, proxy, faults)
    _same_agent(case, proxy, faults)
    if who.kind is not case.applicant.kind or who.id_type != case.applicant.id_type:
        faults.add("applicant.kind", N_("申请人的类别不能更正；换了申请人的请撤回后重新收件"))
    if who.name != case.applicant.name and who.id_number != case.applicant.id_number:
        faults.add("applicant.name", N_("名称和证件号码不能同时更正；换了申请人的请撤回后重新收件"))
    faults.raise_if_any()
    parts = (
        _value_changes("applicant", _APPLICANT_FIELDS, case.applicant, who),
        _value_changes("agent", _AGENT_FIELDS, case.agent, proxy),
        form_changes(case.form, answers),
    )
    old = {path: value for before, _ in parts for path, value in before.items()}
    new = {path: value for _, after in parts for path, value in after.items()}
    if not new:
        raise Invalid(N_("没有更正任何内容"), code="nothing_changed", fields={"reason": N_("更正前后没有不同")})
    variants = variants_for(item, answers, case.variants)
    listed = applying_materials(item, answers, variants)
    _same_materials_after_acceptance(case, item, {material.code for material in listed})
    return CaseRegistrationAmended(
        fields=tuple(sorted(new)),
        variants=variants,
        missing=missing_materials(listed, dict.fromkeys(material.code for material in case.materials)),
        old=old,
        new=new,
        reason=words,
    )


def _same_agent(case: Case, agent: Agent | None, faults: Faults) -> None:
    """Let a slip of the pen be put right and nothing more: authority comes with its letter (T03a), not by T36."""
    held = case.agent
    if agent is None or agent == held:
        return
    if held is None or (agent.name != held.name and agent.id_number != held.id_number):
        faults.add("agent.name", N_("新的代理人请凭授权委托书登记委托，不能按更正办理"))
    elif (agent.scopes, agent.until) != (held.scopes, held.until):
        faults.add("agent.scopes", N_("委托权限和期限请凭授权委托书登记委托，不能按更正办理"))


def _same_materials_after_acceptance(case: Case, item: ServiceItem, codes: set[str]) -> None:
    if case.state in (State.RECEIVED, State.PRE_REVIEW, State.CORRECTION_PENDING):
        return
    before = {material.code for material in applying_materials(item, case.form, case.variants)}
    if before != codes:
        raise Invalid(
            N_("这样更正会改变应交的材料，受理之后不能按更正办理"),
            code="materials_would_change",
            next_step=N_("请由承办人要求补充材料，或者由申请人撤回后重新申请"),
        )
