"""The acts beside the main road as data: who may do what in which state, what is asked, and the command that it makes.

A page for an act is one entry of `FORMS`; the page itself is the same for all (`web.pages.procedures`). Guards stand
in the domain and are checked there again; here they only decide what is offered.
"""

from appliance.domain.actor import Actor, Role
from appliance.domain.case import Case
from appliance.domain.service_item import ServiceItem
from appliance.domain.transitions import ACTS, TRANSITIONS
from appliance.errors import N_
from appliance.services.procedure import FindNotRequired, Propose
from appliance.services.timing import EndSpecial, ExtendCase, ResumeCase, SuspendCase
from web.pages.act_form import ActFields, ActForm, Make
from web.pages.agent_acts import AGENTS
from web.pages.inquiry_acts import INQUIRY
from web.pages.outside_acts import OUTSIDE


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
        *AGENTS,
        *INQUIRY,
        *OUTSIDE,
    )
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
    return actor.role in roles and actor.id not in (waiting.by, case.handler, *case.handlers)


def concerns(case: Case, actor: Actor) -> bool:
    """Tell whether the proposal that waits is this person's to confirm, drop or take back."""
    return case.proposal is not None and (case.proposal.by == actor.id or may_settle(case, actor))


def _open(case: Case, form: ActForm, actor: Actor, today: str, item: ServiceItem) -> bool:
    if actor.role not in form.roles or case.state not in TRANSITIONS[form.number].sources:
        return False
    if form.code == "hearing-record":
        hearing = case.hearing
        return hearing is not None and not hearing.held and actor.id in (hearing.presider, hearing.recorder)
    if actor.role is Role.CASE_HANDLER and case.handler not in ("", actor.id):
        return False
    promise = case.promise if case.promise_based else None
    hearing, ordered = case.hearing, any(one.mandatory and one.kind == "hearing" for one in item.special_procedure)
    conditions = {
        "dismiss": case.agent is not None,
        "site-check": item.requires_site_check,
        "hearing-request": hearing is not None and bool(hearing.offered) and not hearing.requested,
        "hearing-call": (ordered or (hearing is not None and bool(hearing.requested)))
        and (hearing is None or not (hearing.held or hearing.held_at)),
        "fee-notice": bool(item.fees) and not case.refused and all(one.receipt_no for one in case.fees),
        "fee-paid": any(not one.receipt_no for one in case.fees),
        "void": case.received_at[:10] == today and not case.notices and case.proposal is None,
        "special": bool(item.special_procedure) and case.proposal is None,
        "extend": not case.extended,
        "not-accepted": case.proposal is None,
        "terminate": case.proposal is None,
        "promise": item.promise_based_allowed and case.promise is None,
        "withdraw-promise": promise is not None,
        "verify-promise": promise is not None and not promise.result,
    }
    return conditions.get(form.code, True)


def offered(case: Case, actor: Actor, *, today: str, item: ServiceItem) -> tuple[ActForm, ...]:
    """Give the acts that state and role leave open; whether the case is of the person's house is asked before.

    Args:
        case: the case.
        actor: who looks.
        today: ISO date.
        item: the item version of the case.
    """
    return tuple(form for form in FORMS.values() if _open(case, form, actor, today, item))


# Acts with a page of their own: address under the case, row of `TRANSITIONS`, link text.
OWN_PAGES = (
    ("onsite", "T05", N_("当场更正")),
    ("request", "T35", N_("要求补充材料")),
    ("requested", "T35r", N_("收补充材料")),
    ("tolerated", "T11s", N_("收容缺材料")),
    ("above", "T22", N_("录入上级决定")),
    ("widen", "T10o", N_("准许新增补正内容")),
    ("amend", "T36", N_("更正登记")),
    ("originals", "T03o", N_("退还原件")),
    ("handover", "T03m", N_("材料交接")),
)


def own_pages(case: Case, actor: Actor) -> tuple[tuple[str, str], ...]:
    """Give address and link text of the acts with pages of their own that state and role leave open."""
    found = []
    for path, number, label in OWN_PAGES:
        row = TRANSITIONS[number]
        other = actor.role is Role.CASE_HANDLER and case.handler not in ("", actor.id)
        waits = {
            "requested": any(not line.met for line in case.requests),
            "tolerated": bool(case.open_tolerance),
            "originals": any(material.holds_original for material in case.materials),
            "widen": case.notices > 0 and actor.id not in (case.handler, *case.handlers),
        }
        if actor.role in row.roles and case.state in row.sources and waits.get(path, True) and not other:
            found.append((f"/cases/{case.no}/{path}", label))
    return tuple(found)
