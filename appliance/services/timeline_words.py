"""What the timeline says about each event: facts for everyone who may open the case, words for staff with the task."""

from collections.abc import Mapping
from typing import assert_never

from appliance.domain import events as ev
from appliance.domain.events.transfer import FoldedTransfer
from appliance.errors import N_, Message
from appliance.papers.kinds import KINDS
from appliance.services.timeline_desk import RELATION_NAMES, DeskEvent, came, describe_desk
from appliance.services.timeline_procedure import Described, Procedure, describe_procedure
from appliance.services.timeline_transfer import describe_transfer

RESULT_NAMES = {"agree": N_("同意"), "disagree": N_("不同意")}


def _due(deadlines: tuple[ev.Deadline, ...], clock: str) -> str:
    return next((deadline.due for deadline in deadlines if deadline.clock == clock), "–")


def describe(  # noqa: C901, PLR0911 - exhaustive
    event: ev.CaseEvent, names: Mapping[str, str], materials: Mapping[str, str]
) -> Described:
    """Put an event into words: facts, and beside them what names persons or is free text.

    Args:
        event: the event.
        names: staff names by number.
        materials: material names by code.
    """
    if isinstance(event, Procedure):
        return describe_procedure(event, names)
    if isinstance(event, FoldedTransfer):
        return describe_transfer(event)
    if isinstance(event, DeskEvent):
        return describe_desk(event, names, materials)
    match event:
        case ev.CaseReassigned():
            return _describe_reassigned(event, names)
        case ev.CaseNoticeWidened():
            added = "、".join(materials.get(target, target.removeprefix("form:")) for target in event.targets)
            return (Message(N_("可以再告知：%(what)s"), what=added), Message(N_("已报监察"))), (Message(event.reason),)
        case ev.CaseSubmitted() | ev.CaseReceived() | ev.CaseAssigned() | ev.CasePreReviewed():
            return _describe_first(event, names, materials)
        case ev.CaseDefectsReported():
            return (Message(N_("向牵头部门报送 %(count)d 条"), count=len(event.lines)),), _words_of(event)
        case ev.CaseCorrectionRequired() | ev.CaseSupplemented():
            return _describe_correction(event)
        case ev.CaseAccepted() | ev.CaseDeemedAccepted():
            return _describe_acceptance(event), ()
        case ev.CaseStepStarted() | ev.CaseOpinionGiven() | ev.CaseStepReturned():
            return _describe_step(event)
        case ev.CaseGranted() | ev.CaseRefused():
            return _describe_decision(event)
        case _:
            return _describe_end(event)


def _describe_reassigned(event: ev.CaseReassigned, names: Mapping[str, str]) -> Described:
    before = names.get(event.before, event.before) or "—"
    if not event.handler:
        return (Message(N_("%(name)s 退回待领办"), name=before),), (Message(event.reason),)
    after = names.get(event.handler, event.handler)
    return (Message(N_("承办人 %(old)s → %(new)s"), old=before, new=after),), (Message(event.reason),)


def _describe_submitted(event: ev.CaseSubmitted) -> tuple[Message, ...]:
    words = [Message(N_("自助终端") if event.channel == "kiosk" else N_("网上"))]
    words.append(Message(N_("%(count)d 份材料"), count=len(event.materials)))
    if event.missing:
        words.append(Message(N_("缺 %(count)d 份"), count=len(event.missing)))
    if event.deadlines:
        words.append(Message(N_("最迟 %(due)s 告知补正"), due=_due(event.deadlines, "C1")))
    return tuple(words)


def _taken_in(event: ev.CaseReceived, names: Mapping[str, str]) -> tuple[Message, ...]:
    """Say what came in at the window; of one that was written on paper first by whom and when."""
    details = [Message(N_("%(count)d 份材料"), count=len(event.materials))]
    if event.fallback is not None:
        written, by = event.fallback, names.get(event.fallback.taken_by, event.fallback.taken_by)
        when = written.written_at[:16].replace("T", " ")
        said = N_("补录：应急收件单 %(no)s，%(when)s 由 %(name)s 书写")
        details.insert(0, Message(said, no=written.paper_no, when=when, name=by))
        if written.instead_of:
            details.insert(1, Message(N_("同一张单子此前录为 %(no)s，已经作废"), no=written.instead_of))
    if event.missing:
        details.append(Message(N_("缺 %(count)d 份"), count=len(event.missing)))
    if event.joint:
        details.append(Message(N_("并联件 %(no)s 的一部分"), no=event.joint))
    if event.ticket:
        details.append(Message(N_("票号 %(ticket)s"), ticket=event.ticket))
    if event.deadlines:
        details.append(Message(N_("最迟 %(due)s 告知补正"), due=_due(event.deadlines, "C1")))
    else:
        details.append(Message(N_("补正告知期限自自助提交之日起算")))
    return tuple(details)


def _describe_first(
    event: ev.CaseSubmitted | ev.CaseReceived | ev.CaseAssigned | ev.CasePreReviewed,
    names: Mapping[str, str],
    materials: Mapping[str, str],
) -> Described:
    match event:
        case ev.CaseSubmitted():
            return _describe_submitted(event), ()
        case ev.CaseReceived():
            return _taken_in(event, names), (Message(event.note),) if event.note else ()
        case ev.CaseAssigned():
            return (Message(N_("承办人 %(name)s"), name=names.get(event.handler, event.handler)),), ()
        case ev.CasePreReviewed():
            passed = sum(verdict == "pass" for verdict in event.verdicts.values())
            found = Message(
                N_("%(passed)d 份符合，%(problems)d 份有问题"), passed=passed, problems=len(event.verdicts) - passed
            )
            words = tuple(
                Message(N_("%(name)s：%(text)s"), name=materials.get(code, code), text=reason)
                for code, reason in event.reasons.items()
            )
            return (found,), words
        case _:
            assert_never(event)


def _describe_correction(event: ev.CaseCorrectionRequired | ev.CaseSupplemented) -> Described:
    if isinstance(event, ev.CaseSupplemented):
        numbers = "、".join(str(no) for no in event.lines)
        details = (
            Message(N_("补交 %(count)d 份，对应第 %(lines)s 条"), count=len(event.materials), lines=numbers),
            Message(N_("最迟 %(due)s 核对"), due=_due(event.deadlines, "C1")),
            *came(event.presenter),
        )
        return details, (Message(event.note),) if event.note else ()
    told = Message(N_("第 %(notice)d 次告知，共 %(count)d 条"), notice=event.notice, count=len(event.lines))
    return (told,), _words_of(event)


def _words_of(event: ev.CaseCorrectionRequired | ev.CaseDefectsReported) -> tuple[Message, ...]:
    targets = {line.no: line.name for line in event.lines}
    return tuple(line_words(text, targets.get(text.no, "")) for text in event.texts)


def line_words(text: ev.CorrectionText, name: str) -> Message:
    """Put one line of a notice into words."""
    return Message(
        N_("%(no)d. %(name)s：%(problem)s → %(requirement)s"),
        no=text.no,
        name=name,
        problem=text.problem,
        requirement=text.requirement,
    )


def _describe_acceptance(event: ev.CaseAccepted | ev.CaseDeemedAccepted) -> tuple[Message, ...]:
    return (
        Message(N_("受理编号 %(no)s"), no=event.acceptance_no),
        Message(N_("受理日 %(day)s"), day=event.accepted_on),
        Message(N_("承诺 %(due)s 前办结"), due=_due(event.deadlines, "C3")),
        Message(N_("法定 %(due)s"), due=_due(event.deadlines, "C2")),
    )


def _describe_step(event: ev.CaseStepStarted | ev.CaseOpinionGiven | ev.CaseStepReturned) -> Described:
    match event:
        case ev.CaseStepStarted():
            return (Message(N_("环节“%(step)s”"), step=event.step_name),), ()
        case ev.CaseOpinionGiven():
            result = Message(
                N_("%(step)s：%(result)s"), step=event.step_name, result=RESULT_NAMES.get(event.result, event.result)
            )
            return (result,), (Message(event.opinion),)
        case ev.CaseStepReturned():
            return (Message(N_("退回到“%(step)s”"), step=event.to_step_name),), (Message(event.reason),)
        case _:
            assert_never(event)


def _describe_decision(event: ev.CaseGranted | ev.CaseRefused) -> Described:
    details = (
        Message(N_("文号 %(no)s"), no=event.document_no),
        Message(N_("最迟 %(due)s 送达"), due=_due(event.deadlines, "C4")),
    )
    if isinstance(event, ev.CaseGranted):
        return details, (Message(event.content),)
    return details, (
        Message(N_("事实：%(text)s"), text=event.facts),
        Message(N_("理由：%(text)s"), text=event.reasons),
    )


def _describe_end(
    event: ev.LicenceIssued | ev.CaseResultProduced | ev.CaseHandedOver | ev.CaseWithdrawn | ev.PaperReprinted,
) -> Described:
    match event:
        case ev.LicenceIssued():
            return (
                Message(N_("%(type)s %(number)s"), type=event.type_name, number=event.number),
                Message(N_("证照标识 %(identifier)s"), identifier=event.identifier),
            ), ()
        case ev.CaseResultProduced():
            return (), (Message(N_("柜位 %(shelf)s"), shelf=event.shelf),) if event.shelf else ()
        case ev.CaseHandedOver():
            relation = RELATION_NAMES.get(event.relation, event.relation)
            return (Message(N_("领取人：%(relation)s"), relation=relation),), (Message(event.collector_name),)
        case ev.CaseWithdrawn():
            return came(event.presenter), (Message(event.reason),)
        case ev.PaperReprinted():
            title = next((kind.title for kind in KINDS if f"-{kind.code}-" in event.paper), event.paper)
            return (Message(N_("%(paper)s，第 %(copy)d 次补打"), paper=title, copy=event.copy),), (
                Message(event.reason),
            )
        case _:
            assert_never(event)
