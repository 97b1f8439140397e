"""签批表, 准予行政许可决定书, 不予行政许可决定书, 终止办理通知书 (clause 5.2.2.4; 行政许可法 arts. 38, 40)."""

from datetime import date, datetime

from appliance.domain import events as ev
from appliance.domain.case import DecisionRecord
from appliance.domain.subject import MaterialIn
from appliance.papers import data
from appliance.services.paper_builders.moment import Moment, citations, material

RESULT_WORDS = {"agree": "同意", "disagree": "不同意", "returned": "退回"}
WITHDRAWAL_BASIS = (
    "申请人在行政机关作出决定之前书面撤回申请；行政许可依申请进行（《中华人民共和国行政许可法》第二条、第二十九条）"
)
WITHDRAWAL_EFFECT = "自终止之日起，本件的受理、办结等各项期限不再计算；申请人以后可以重新提出申请"
LICENCE_NO_LATER = "制证时编定，以证照所载编号为准"


def approval_form(moment: Moment, _event: ev.CaseOpinionGiven) -> data.ApprovalForm:
    """Make the approval form as signed so far; the last row of a decision brings the decision's own words along."""
    case = moment.case
    finish, _ = moment.due("C3")
    return data.ApprovalForm(
        head=moment.head(),
        accepted_on=date.fromisoformat(case.accepted_on),
        promised_finish=finish,
        basis=citations(moment.item.by_law),
        draft_decision=_draft(moment),
        materials=tuple(material(one, "补正后收到" if one.corrected else "") for one in case.materials),
        steps=approval_steps(moment),
        summary="；".join(_answers(moment)),
    )


def approval_steps(moment: Moment) -> tuple[data.ApprovalStep, ...]:
    """Give every signed row of the approval form."""
    return tuple(
        data.ApprovalStep(
            stage=step.name,
            opinion=step.opinion,
            result=RESULT_WORDS.get(step.result, step.result),
            signer=moment.name_of(step.by),
            signer_no=step.by,
            signed_at=datetime.fromisoformat(step.ended),
        )
        for step in moment.case.steps
        if step.ended
    )


def _draft(moment: Moment) -> str:
    """Say what is about to be decided; when the decision is part of the same change, in its words."""
    for step in moment.change:
        if isinstance(step.event, ev.CaseGranted):
            return f"准予行政许可：{step.event.content}"
        if isinstance(step.event, ev.CaseRefused):
            return f"不予行政许可：{step.event.reasons}"
    last = {step.step: step.result for step in moment.case.steps if step.ended and step.result != "returned"}
    if "disagree" in last.values():
        return "拟不予行政许可（现有环节中有不同意的意见，由批准人决定）"
    return f"拟准予行政许可，颁发{moment.item.result_name}"


def _answers(moment: Moment) -> list[str]:
    """Write the form's answers that are not personal data, as label and value."""
    words = {"yes": "是", "no": "否"}
    lines = []
    for field in moment.item.form:
        answer = moment.case.form.get(field.name)
        if not answer or field.personal:
            continue
        text = "、".join(answer) if isinstance(answer, list) else words.get(answer, answer)
        lines.append(f"{field.label}：{text}{field.unit}")
    return lines


def _decision(moment: Moment) -> DecisionRecord:
    if moment.case.decision is None:
        raise LookupError(moment.case.no)
    return moment.case.decision


def decision_granted(moment: Moment, event: ev.CaseGranted) -> data.DecisionGranted:
    """Make the decision to grant: content, scope, validity, basis."""
    case, item = moment.case, moment.item
    return data.DecisionGranted(
        head=moment.head(document_no=event.document_no),
        accepted_on=date.fromisoformat(case.accepted_on),
        content=_decision(moment).content,
        basis=citations(item.by_law),
        scope=_scope(moment) or "以许可内容所载为限",
        validity=item.result_validity,
        licence_name=item.licence.type_name if item.licence else "",
        licence_no=LICENCE_NO_LATER if item.licence else "",
        delivery=item.guide.result_delivery,
    )


def _scope(moment: Moment) -> str:
    """Name what the permission extends to: the answers that will stand on the licence, people's data left out."""
    licence, form = moment.item.licence, moment.case.form
    personal = {field.name for field in moment.item.form if field.personal}
    parts = []
    for field in licence.fields if licence else ():
        room, _, name = field.source.partition(".")
        answer = form.get(name, "") if room == "form" and name not in personal else ""
        if answer:
            parts.append(f"{field.label}：{'、'.join(answer) if isinstance(answer, list) else answer}")
    return "；".join(parts)


def decision_refused(moment: Moment, event: ev.CaseRefused) -> data.DecisionRefused:
    """Make the decision to refuse: facts, reasons, basis, and the remedies that the decision itself names."""
    return data.DecisionRefused(
        head=moment.head(document_no=event.document_no),
        accepted_on=date.fromisoformat(moment.case.accepted_on),
        facts=event.facts,
        reasons=tuple(line.strip() for line in event.reasons.splitlines() if line.strip()),
        basis=event.basis,
        remedies=data.Remedies(review_body=event.review_body, court=event.court),
    )


def termination_notice(moment: Moment, event: ev.CaseWithdrawn) -> data.TerminationNotice:
    """Make the notice that ends a withdrawn case; the originals handed in go back."""
    return data.TerminationNotice(
        head=moment.head(),
        reason=f"申请人书面撤回申请：{event.reason}",
        basis=WITHDRAWAL_BASIS,
        effect=WITHDRAWAL_EFFECT,
        terminated_on=moment.at.date(),
        remedies=moment.remedies(),
        phones=moment.phones(),
        returned=originals(moment),
    )


def originals(moment: Moment) -> tuple[data.Material, ...]:
    """List the originals handed in, which go back when a case ends without a decision."""
    return tuple(
        material(MaterialIn(code=one.code, name=one.name, form=one.form, copies=one.copies, pages=one.pages))
        for one in moment.case.materials
        if one.form == "original" and one.copies
    )
