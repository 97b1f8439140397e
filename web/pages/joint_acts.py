"""What is done to a joint whole 并联件: each act on a page of its own that says what follows from it (J08–J30)."""

from typing import ClassVar

import msgspec
from litestar import Response

from appliance.domain.case import Case
from appliance.domain.joint import JOINT_TRANSITIONS
from appliance.domain.joint_set import JOINT_EXTENSION_DAYS
from appliance.errors import N_, Forbidden, NotFound, Refusal
from appliance.services.commands import Command
from appliance.services.desk import Desk
from appliance.services.joint_facts import Whole
from appliance.services.joints import (
    AcceptJoint,
    ConcludeJoint,
    ExtendJoint,
    HandOverJoint,
    RequireJointCorrection,
    WithdrawJoint,
)
from web.pages import presenters
from web.pages.issuance import Collector, collectors
from web.pages.joint_page import ACT_LABELS, JointPage, acts_of, page, saw_whole, whole_of
from web.pages.stale import NOTHING, Refused, is_stale, refused
from web.pages.withdraw import stored_letter
from web.visit import Visit

TELLS: dict[str, str] = {
    "correct": N_("下面各部门报送的内容一次告知申请人；没有问题的事项同时受理，不用等别的事项补正"),
    "accept": N_("各部门都认为材料齐全、符合法定形式：全部事项统一受理，整体时限从最后一个事项的受理日起算"),
    "extend": N_("经本级人民政府负责人批准，整体时限可以延长一次，最多十五个工作日；各事项自己的时限不变"),
    "conclude": N_("各事项的结果写进一份告知书；一个事项不予许可，不影响其他事项"),
    "hand-over": N_("照领取人的身份证件原样填写；全部待领取的结果一次发出"),
    "withdraw": N_("还没有作出决定的事项随之撤回，不能恢复；已经作出的决定不变"),
}
LABELS: dict[str, str] = {
    "tolerate": N_("容缺的材料"),
    "commitment": N_("容缺承诺"),
    "days": N_("延长的工作日"),
    "letter": N_("批准文书"),
    "approver": N_("批准人"),
    "reason": N_("理由"),
    "relation": N_("领取人是"),
    "collector_name": N_("领取人姓名"),
    "collector_id": N_("领取人公民身份号码"),
    "identity_checked": N_("核对证件"),
    "scan": N_("撤回申请书扫描件"),
    "presenter": presenters.LABEL,
}


class JointForm(msgspec.Struct, frozen=True):
    """What any of these forms posts; which fields count depends on the act. `tolerate` holds ``case:material``.

    `letter_files` are digests of the scans of a letter of withdrawal that are stored already.
    """

    version: int = 0
    tolerate: tuple[str, ...] = ()
    commitment: bool = False
    days: str = ""
    letter: str = ""
    approver: str = ""
    reason: str = ""
    relation: str = ""
    collector_name: str = ""
    collector_id: str = ""
    identity_checked: bool = False
    letter_files: tuple[str, ...] = ()
    presenter: str = ""

    def tolerated(self) -> dict[str, tuple[str, ...]]:
        """Give the materials that may follow later, by case."""
        found: dict[str, tuple[str, ...]] = {}
        for one in self.tolerate:
            case, _, code = one.partition(":")
            found[case] = (*found.get(case, ()), code)
        return found

    @property
    def day_count(self) -> int:
        """Days as a number; 0, which the guard refuses, for anything else."""
        return int(self.days) if self.days.isascii() and self.days.isdigit() and len(self.days) < len("0000") else 0


class JointActPage(msgspec.Struct, frozen=True):
    """The form of one act, with the whole beside it."""

    TEMPLATE: ClassVar[str] = "joint/act.html"
    whole: JointPage
    code: str
    title: str
    tells: str
    grave: bool
    form: JointForm
    tolerable: tuple[tuple[str, str], ...]
    collectors: tuple[Collector, ...]
    presenters: tuple[tuple[str, str], ...]
    days_max: int
    problems: dict[str, str]
    labels: dict[str, str]
    stale: str
    open: bool


def _tolerable(whole: Whole) -> tuple[tuple[str, str], ...]:
    """Give what may follow later, for members that are to be accepted."""
    found = []
    for one in whole.members:
        for code in one.tolerable if one.waiting and not one.case.reported else ():
            material = one.item.material(code)
            name = material.name if material is not None else code
            found.append((f"{one.case.no}:{code}", f"{name}（{one.case.item_name}）"))
    return tuple(found)


def _page(
    visit: Visit, desk: Desk, whole: Whole, code: str, form: JointForm, why: Refused = NOTHING, stale: str = ""
) -> Response[str]:
    if code in ("hand-over", "withdraw"):
        saw_whole(visit, whole.joint, "case", "name")  # who may collect, who came
    shown = JointActPage(
        whole=page(visit, desk, whole),
        code=code,
        title=visit.text(ACT_LABELS[code][1]),
        tells=visit.text(TELLS[code]),
        grave=code == "withdraw",
        form=form,
        tolerable=_tolerable(whole) if code in ("accept", "correct") else (),
        collectors=collectors(visit, whole.joint.applicant, whole.joint.agent) if code == "hand-over" else (),
        presenters=presenters.options(visit, lead_case(whole)) if code == "withdraw" else (),
        days_max=JOINT_EXTENSION_DAYS,
        problems=why.problems,
        labels={name: visit.text(label) for name, label in LABELS.items()},
        stale=stale,
        open=code in acts_of(visit, desk, whole),
    )
    return visit.show(shown, status=why.status)


def lead_case(whole: Whole) -> Case:
    """Give the lead's case, which holds applicant and agent as every other member does."""
    return next(one.case for one in whole.members if one.case.no == whole.joint.lead)


def _checked(visit: Visit, code: str) -> str:
    if code not in ACT_LABELS:
        raise NotFound(N_("没有这种办理"), subject=code[:40], next_step=N_("请从并联件页进入"))
    if visit.actor.role not in JOINT_TRANSITIONS[ACT_LABELS[code][0]].roles:
        raise Forbidden(N_("您的角色不能打开这一页"), next_step=N_("请交给相应岗位的人员办理"))
    return code


def show(visit: Visit, desk: Desk, no: str, act: str) -> Response[str]:
    """Show what the act does, and its form when it is open now."""
    code, whole = _checked(visit, act), whole_of(desk, no)
    found = collectors(visit, whole.joint.applicant, whole.joint.agent)
    relation = found[0].relation if code == "hand-over" and len(found) == 1 else ""
    form = JointForm(version=whole.version, relation=relation)
    if code in acts_of(visit, desk, whole):
        return _page(visit, desk, whole, code, form)
    text = visit.text(N_("“%(act)s”现在不能办：状态、承办人或者条件不合"), act=visit.text(ACT_LABELS[code][1]))
    return _page(visit, desk, whole, code, form, Refused(200, {"": text}))


def _command(whole: Whole, code: str, form: JointForm) -> Command:
    no, version, later, signed = whole.joint.no, form.version, form.tolerated(), form.commitment
    match code:
        case "correct":
            return RequireJointCorrection(joint=no, version=version, tolerate=later, commitment=signed)
        case "accept":
            return AcceptJoint(joint=no, version=version, tolerate=later, commitment=signed)
        case "extend":
            return ExtendJoint(
                joint=no, version=form.version, days=form.day_count, letter=form.letter, approver=form.approver,
                reason=form.reason,
            )  # fmt: skip
        case "conclude":
            return ConcludeJoint(joint=no, version=form.version)
        case "hand-over":
            return HandOverJoint(
                joint=no,
                version=form.version,
                relation=form.relation,
                collector_name=form.collector_name,
                collector_id=form.collector_id.upper(),
                identity_checked=form.identity_checked,
            )
        case _:
            return WithdrawJoint(
                joint=no,
                version=form.version,
                reason=form.reason,
                letter_files=form.letter_files,
                presenter=presenters.came(lead_case(whole), form.presenter),
            )


async def submit(visit: Visit, desk: Desk, no: str, act: str) -> Response[str]:
    """Do the act; a refusal shows the form again with what was typed, and what the whole looks like now."""
    code, form = _checked(visit, act), visit.form(JointForm)
    kept = tuple(digest for digest in form.letter_files if desk.store.blobs.has(digest))
    try:
        if code == "withdraw":
            scans = await stored_letter(visit, desk, field="scan")
            form = msgspec.structs.replace(form, letter_files=tuple(dict.fromkeys((*kept, *scans))))
        await desk.submit(_command(whole_of(desk, no), code, form), actor=visit.actor, key=visit.key)
    except Refusal as refusal:
        whole = whole_of(desk, no)
        message = visit.text(refusal.message, **refusal.params)
        if is_stale(refusal):
            fresh = msgspec.structs.replace(form, version=whole.version)
            return _page(visit, desk, whole, code, fresh, Refused(refusal.status), message)
        if refusal.code == "collector":
            why = Refused(refusal.status, {"collector_name": message})
        else:
            why = refused(visit, refusal)
        return _page(visit, desk, whole, code, form, why)
    return visit.go(f"/joints/{no}")
