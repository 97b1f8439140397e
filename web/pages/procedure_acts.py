"""The acts beside the main road as data: who may do what in which state, what is asked, and the command that it makes.

A page for an act is one entry of `FORMS`; the page itself is the same for all (`web.pages.procedures`). Guards stand
in the domain and are checked there again; here they only decide what is offered.
"""

from collections.abc import Callable
from dataclasses import dataclass

import msgspec

from appliance.domain.actor import Actor, Role
from appliance.domain.case import Case
from appliance.domain.transitions import ACTS, TRANSITIONS
from appliance.errors import N_
from appliance.services.commands import Command
from appliance.services.outside import ConfirmDelivery, CorrectPaper, ShipResult
from appliance.services.procedure import FindNotRequired, Propose
from appliance.services.timing import EndSpecial, ExtendCase, ResumeCase, SuspendCase


class ActFields(msgspec.Struct, frozen=True):
    """What any of these forms posts; which fields count depends on the act. `days` is text as typed."""

    version: int = 0
    ground: str = ""
    days: str = ""
    basis_kind: str = ""
    reason: str = ""
    basis: str = ""
    authority: str = ""
    document: str = ""
    result: str = ""
    recipient: str = ""
    phone: str = ""
    address: str = ""
    carrier: str = ""
    waybill: str = ""
    delivered_on: str = ""
    proof: str = ""
    paper: str = ""
    old: str = ""
    new: str = ""

    @property
    def day_count(self) -> int:
        """Days as a number; 0, which every guard refuses, for anything else."""
        return int(self.days) if self.days.isascii() and self.days.isdigit() and len(self.days) < len("00000") else 0


Make = Callable[[str, ActFields], Command]


@dataclass(frozen=True, slots=True)
class ActForm:
    """One act.

    Attributes:
        code: name in the address.
        number: row of `TRANSITIONS` that it makes, or proposes.
        title: heading and link (message id).
        tells: what happens when it is done (message id).
        button: text of the button (message id).
        fields: fields asked, in order; a trailing ``?`` marks one that may stay empty.
        make: makes the command from case number and fields.
        roles: who may send it.
        grave: it cannot be undone.
        labels: labels that differ from the common ones (message ids).
    """

    code: str
    number: str
    title: str
    tells: str
    button: str
    fields: tuple[str, ...]
    make: Make
    roles: frozenset[Role]
    grave: bool = False
    labels: tuple[tuple[str, str], ...] = ()


def _propose(act: str) -> Make:
    def make(no: str, typed: ActFields) -> Propose:
        return Propose(
            case=no,
            version=typed.version,
            act=act,
            ground=typed.ground,
            days=typed.day_count if act == "start_special" else 0,
            reason=typed.reason,
            basis=typed.basis,
            authority=typed.authority,
        )

    return make


_PROPOSAL = N_("先提请，由另一位有权限的人员确认之后才生效；在那之前这件照常办理。")

FORMS: dict[str, ActForm] = {
    form.code: form
    for form in (
        ActForm(
            "not-required",
            "T06",
            N_("不受理（依法无需许可）"),
            N_("这件终止，各时限停止，出具不受理告知书。"),
            N_("不受理"),
            ("reason",),
            lambda no, typed: FindNotRequired(case=no, version=typed.version, reason=typed.reason),
            TRANSITIONS["T06"].roles,
            grave=True,
            labels=(("reason", N_("为什么依法不需要取得许可")),),
        ),
        ActForm(
            "not-accepted",
            "T07",
            N_("提请不予受理"),
            _PROPOSAL,
            N_("提请"),
            ("reason", "basis", "authority?"),
            _propose("not_accepted"),
            ACTS["not_accepted"].proposers,
            labels=(("reason", N_("不予受理的理由")),),
        ),
        ActForm(
            "terminate",
            "T32",
            N_("提请终止办理"),
            _PROPOSAL,
            N_("提请"),
            ("ground", "reason", "basis?"),
            _propose("terminate"),
            ACTS["terminate"].proposers,
            labels=(("ground", N_("终止的情形")), ("reason", N_("查明的情况"))),
        ),
        ActForm(
            "void",
            "T37",
            N_("提请作废收件"),
            N_("只限收件当天，还没有告知补正或者受理的件。由另一位窗口人员收回回执单并确认之后才作废。"),
            N_("提请"),
            ("reason",),
            _propose("void_receipt"),
            ACTS["void_receipt"].proposers,
            labels=(("reason", N_("为什么收错了")),),
        ),
        ActForm(
            "special",
            "T16",
            N_("提请特别程序"),
            N_("由审核人确认之后开始。所需时间不计入办理时限，并书面告知申请人；现场核查不是特别程序。"),
            N_("提请"),
            ("ground", "days", "reason"),
            _propose("start_special"),
            ACTS["start_special"].proposers,
            labels=(("ground", N_("程序")), ("days", N_("计划时间")), ("reason", N_("为什么需要"))),
        ),
        ActForm(
            "end-special",
            "T17",
            N_("特别程序结束"),
            N_("登记结果之后回到审核，办理时限从停下的地方接着走。"),
            N_("登记结果"),
            ("document", "result"),
            lambda no, typed: EndSpecial(case=no, version=typed.version, document=typed.document, result=typed.result),
            TRANSITIONS["T17"].roles,
        ),
        ActForm(
            "extend",
            "T18",
            N_("延长办理期限"),
            N_("只能延长一次，理由书面告知申请人。承诺的日期已经印在受理回执单上，不随延长改动。"),
            N_("批准延长"),
            ("days", "reason"),
            lambda no, typed: ExtendCase(case=no, version=typed.version, days=typed.day_count, reason=typed.reason),
            TRANSITIONS["T18"].roles,
            labels=(("days", N_("延长几个工作日")), ("reason", N_("延长的理由（会告知申请人）"))),
        ),
        ActForm(
            "suspend",
            "T19",
            N_("中止办理"),
            N_("出具中止通知书。只有法律、法规明文规定停止计算的，时限才停。"),
            N_("中止"),
            ("basis_kind", "reason", "basis"),
            lambda no, typed: SuspendCase(
                case=no,
                version=typed.version,
                basis_kind=typed.basis_kind,
                reason=typed.reason,
                basis=typed.basis,
            ),
            TRANSITIONS["T19"].roles,
            grave=True,
            labels=(("reason", N_("中止的理由")),),
        ),
        ActForm(
            "resume",
            "T20",
            N_("恢复办理"),
            N_("中止的原因消除之后恢复，停下的时限接着走，出具恢复办理通知书。"),
            N_("恢复办理"),
            ("reason",),
            lambda no, typed: ResumeCase(case=no, version=typed.version, reason=typed.reason),
            TRANSITIONS["T20"].roles,
            labels=(("reason", N_("原因是怎样消除的")),),
        ),
        ActForm(
            "ship",
            "T28",
            N_("寄件"),
            N_("结果交寄之后等签收；送达的时限照走，签收才停。出具寄件单。"),
            N_("登记交寄"),
            ("recipient", "phone", "address", "carrier", "waybill"),
            lambda no, typed: ShipResult(
                case=no,
                version=typed.version,
                recipient=typed.recipient,
                phone=typed.phone,
                address=typed.address,
                carrier=typed.carrier,
                waybill=typed.waybill,
            ),
            TRANSITIONS["T28"].roles,
        ),
        ActForm(
            "deliver",
            "T29",
            N_("确认签收"),
            N_("凭签收的回单或者承运单位的记录确认，这件办结，出具送达回证。"),
            N_("确认签收"),
            ("proof", "delivered_on", "recipient"),
            lambda no, typed: ConfirmDelivery(
                case=no,
                version=typed.version,
                delivered_on=typed.delivered_on,
                proof=typed.proof,
                recipient=typed.recipient,
            ),
            TRANSITIONS["T29"].roles,
            labels=(("recipient", N_("签收人")),),
        ),
        ActForm(
            "correct",
            "T34",
            N_("更正文书"),
            N_("更正已发文书里的笔误，出具更正通知书。原文书留在日志里，标明已更正；决定本身有错的，不能用更正来改。"),
            N_("更正并出具通知书"),
            ("paper", "old", "new", "reason"),
            lambda no, typed: CorrectPaper(
                case=no,
                version=typed.version,
                paper=typed.paper,
                old=typed.old,
                new=typed.new,
                reason=typed.reason,
            ),
            TRANSITIONS["T34"].roles,
            labels=(("reason", N_("更正的原因")),),
        ),
    )
}

LABELS: dict[str, str] = {
    "ground": N_("情形"),
    "days": N_("天数"),
    "basis_kind": N_("中止的依据"),
    "reason": N_("理由"),
    "basis": N_("法律依据"),
    "authority": N_("应当向哪个机关申请"),
    "document": N_("记载结果的文书"),
    "result": N_("结果"),
    "slip_returned": N_("收回回执单"),
    "recipient": N_("收件人"),
    "phone": N_("收件人电话"),
    "address": N_("寄送地址"),
    "carrier": N_("承运单位"),
    "waybill": N_("运单号"),
    "delivered_on": N_("签收日期"),
    "proof": N_("凭什么确认"),
    "paper": N_("要更正的文书"),
    "old": N_("原来写的"),
    "new": N_("更正为"),
}
PROOF_NAMES = {"signed_slip": N_("签收的回单"), "tracking": N_("承运单位的签收记录")}
BASIS_KIND_NAMES = {
    "statute": N_("法律、法规明文规定停止计算时限"),
    "other": N_("其他依据（时限照走）"),
}
ACT_NAMES: dict[str, str] = {
    "not_accepted": N_("不予受理"),
    "terminate": N_("终止办理"),
    "lapse_correction": N_("逾期未补正终止"),
    "void_receipt": N_("作废收件"),
    "start_special": N_("特别程序"),
}


def may_settle(case: Case, actor: Actor) -> bool:
    """Tell whether the proposal that waits may be confirmed or dropped by this person (domain §2.6)."""
    waiting = case.proposal
    if waiting is None:
        return False
    roles = TRANSITIONS[ACTS[waiting.proposed.act].number].roles
    if actor.role is Role.CASE_HANDLER:
        return actor.role in roles and case.handler in ("", actor.id)
    return actor.role in roles and actor.id not in (waiting.by, case.handler)


def concerns(case: Case, actor: Actor) -> bool:
    """Tell whether the proposal that waits is this person's to confirm, drop or take back."""
    return case.proposal is not None and (case.proposal.by == actor.id or may_settle(case, actor))


def _open(case: Case, form: ActForm, actor: Actor, today: str, specials: tuple[str, ...]) -> bool:
    if actor.role not in form.roles or case.state not in TRANSITIONS[form.number].sources:
        return False
    if actor.role is Role.CASE_HANDLER and case.handler not in ("", actor.id):
        return False
    conditions = {
        "void": case.received_at[:10] == today and not case.notices and case.proposal is None,
        "special": bool(specials) and case.proposal is None,
        "extend": not case.extended,
        "not-accepted": case.proposal is None,
        "terminate": case.proposal is None,
    }
    return conditions.get(form.code, True)


def offered(case: Case, actor: Actor, *, today: str, specials: tuple[str, ...]) -> tuple[ActForm, ...]:
    """Give the acts that state and role leave open; whether the case is of the person's house is asked before.

    Args:
        case: the case.
        actor: who looks.
        today: ISO date.
        specials: kinds of special procedure that its item allows.
    """
    return tuple(form for form in FORMS.values() if _open(case, form, actor, today, specials))


# Acts with a page of their own: address under the case, row of `TRANSITIONS`, link text.
OWN_PAGES = (
    ("onsite", "T05", N_("当场更正")),
    ("request", "T35", N_("要求补充材料")),
    ("requested", "T35r", N_("收补充材料")),
    ("amend", "T36", N_("更正登记")),
    ("above", "T22", N_("录入上级决定")),
)


def own_pages(case: Case, actor: Actor) -> tuple[tuple[str, str], ...]:
    """Give address and link text of the acts with pages of their own that state and role leave open."""
    found = []
    for path, number, label in OWN_PAGES:
        row = TRANSITIONS[number]
        other = actor.role is Role.CASE_HANDLER and case.handler not in ("", actor.id)
        asked = path != "requested" or any(not line.met for line in case.requests)
        if actor.role in row.roles and case.state in row.sources and asked and not other:
            found.append((f"/cases/{case.no}/{path}", label))
    return tuple(found)
