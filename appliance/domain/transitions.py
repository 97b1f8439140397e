"""The transitions between the states of a case: the table a jurist can read (domain §2.3).

Each `Transition` names the event that makes it, where it may start, where it leads, and who may do it. Guards that need
more than state and role stand in `appliance.domain.decide`, one function a transition. A target of None leaves the
state as it is. T01 is a local draft; T33 is a chain of other rows. Rows without
a number of their own in the reference carry a letter behind the one they belong to.

Some acts need two persons: the first proposes (`ACTS`), the second confirms, and only the confirmation is the
transition; its roles are those of the row.
"""

from dataclasses import dataclass
from typing import Protocol

from appliance.domain.actor import ROLE_NAMES, Actor, Role
from appliance.domain.item_terms import SpecialKind
from appliance.domain.states import BEFORE_DECISION, STATE_NAMES, TERMINAL, State
from appliance.domain.transfer import SOURCES, Hand, Phase
from appliance.errors import N_, Forbidden, WrongState


@dataclass(frozen=True, slots=True)
class Transition:
    """One row of domain §2.3: number, name, event type, states it may start from, state it leads to, roles."""

    number: str
    name: str
    event: str
    sources: frozenset[State | None]
    target: State | None
    roles: frozenset[Role]
    source: str


_CLERK, _HANDLER, _REVIEWER = Role.WINDOW_CLERK, Role.CASE_HANDLER, Role.REVIEWER
_APPROVER, _HEAD, _SYSTEM = Role.APPROVER, Role.DEPT_HEAD, Role.SYSTEM
_REGISTERED = BEFORE_DECISION - {State.SUBMITTED}
_UNACCEPTED = frozenset({State.RECEIVED, State.PRE_REVIEW})
_DECIDED = frozenset({State.DECIDED_GRANTED, State.RESULT_READY, State.MAILED, State.CLOSED})
_ACCEPTED = frozenset(State) - TERMINAL - {
    State.SUBMITTED, State.RECEIVED, State.PRE_REVIEW, State.CORRECTION_PENDING, State.MAILED,
}  # fmt: skip
_GRANTED, _REFUSED = State.DECIDED_GRANTED, State.DECIDED_REFUSED
_HEARD = frozenset({State.IN_REVIEW, State.SPECIAL_PROCEDURE})
_CHARGED = frozenset({State.IN_REVIEW, State.DECIDED_GRANTED, State.RESULT_READY})
_PRE, _REVIEW = State.PRE_REVIEW, State.IN_REVIEW

_EVERY = frozenset(State) - {State.SUBMITTED}
_GOING = _EVERY - TERMINAL
_CARRIERS = {_CLERK, _HANDLER}
_DEPARTMENT = {_HANDLER, _REVIEWER, _APPROVER, _HEAD}

_Sources = frozenset[State] | frozenset[State | None] | State
_ART32, _ART42, _ART45, _ART47 = "许可法 art.32", "许可法 art.42", "许可法 art.45", "许可法 art.47"


def _row(
    number: str, name: str, event: str, sources: _Sources, target: State | None, roles: set[Role], source: str
) -> Transition:
    states = frozenset({sources}) if isinstance(sources, State) else frozenset(sources)
    return Transition(number, name, event, states, target, frozenset(roles), source)


TRANSITIONS: dict[str, Transition] = {
    row.number: row
    for row in (
        _row("T02", N_("自助提交"), "case.submitted", frozenset({None}), State.SUBMITTED, {Role.APPLICANT}, "4.3.3.1"),
        _row("T03", N_("收件"), "case.received", frozenset({None, State.SUBMITTED}), State.RECEIVED, {_CLERK, _HANDLER},
             "5.2.2.1.2"),
        _row("T03p", N_("告知承诺"), "case.promise_made", _UNACCEPTED, None, {_CLERK}, "国办发〔2020〕42号"),
        _row("T03w", N_("撤回承诺"), "case.promise_withdrawn", _REGISTERED, None, {_CLERK}, "国办发〔2020〕42号"),
        _row("T03a", N_("登记委托"), "case.agent_authorised", _GOING, None, {_CLERK}, "许可法 art.29"),
        _row("T03x", N_("解除委托"), "case.agent_dismissed", _GOING, None, {_CLERK}, "许可法 art.29"),
        _row("T03o", N_("退还原件"), "case.original_returned", _EVERY, None, {_CLERK}, "5.2.2.1.2"),
        _row("T03m", N_("材料交接"), "case.materials_sent", _EVERY, None, _CARRIERS, "5.2.2.1.2"),
        _row("T03n", N_("材料签收"), "case.materials_taken", _EVERY, None, _CARRIERS, "5.2.2.1.2"),
        _row("T03b", N_("补录复核"), "case.back_entry_confirmed", _GOING, None,
             {_CLERK, Role.HALL_MANAGER}, "domain §3.5, clause 6.1"),
        _row("T03v", N_("退回补录"), "case.back_entry_returned", State.RECEIVED, State.TERMINATED,
             {_CLERK, Role.HALL_MANAGER}, "domain §3.5, clause 6.1"),
        _row("T04", N_("领办"), "case.assigned", _UNACCEPTED, _PRE, {_HANDLER}, "5.2.2.2.1"),
        _row("T04r", N_("改派"), "case.reassigned", _REGISTERED - {State.RECEIVED, State.FORWARDED}, None,
             {_HANDLER, _REVIEWER, Role.HALL_MANAGER}, "domain §2.6"),
        _row("T05", N_("当场更正"), "case.onsite_fixed", _UNACCEPTED, None, {_CLERK}, f"{_ART32}(3)"),
        _row("T05p", N_("预审"), "case.pre_reviewed", _PRE, _PRE, {_HANDLER}, "5.2.2.2.1"),
        _row("T06", N_("不受理"), "case.not_required", _PRE, State.NOT_REQUIRED, {_HANDLER}, f"{_ART32}(1)"),
        _row("T07", N_("不予受理"), "case.not_accepted", _PRE, State.NOT_ACCEPTED, {_REVIEWER}, f"{_ART32}(2)"),
        _row("T08", N_("补正告知"), "case.correction_required", _PRE, State.CORRECTION_PENDING, {_HANDLER},
             f"{_ART32}(4)"),
        _row("T08j", N_("报送补正内容"), "case.defects_reported", _PRE, None, {_HANDLER}, "许可法 art.26, art.32(4)"),
        _row("T09", N_("补交"), "case.supplemented", State.CORRECTION_PENDING, _PRE, {_CLERK}, "5.2.2.2.2"),
        _row("T10o", N_("准许新增补正内容"), "case.notice_widened", _PRE, None, {_REVIEWER}, f"{_ART32}(4), art.72(4)"),
        _row("T11", N_("受理"), "case.accepted", _PRE, State.ACCEPTED, {_HANDLER}, "5.2.2.3"),
        _row("T11s", N_("容缺补齐"), "case.tolerance_supplied", _ACCEPTED, None, {_CLERK}, "domain §2.4"),
        _row("T12", N_("视为受理"), "case.deemed_accepted", _UNACCEPTED | {State.SUBMITTED}, State.ACCEPTED, {_SYSTEM},
             f"{_ART32}(4)"),
        _row("T13", N_("环节开始"), "case.step_started", frozenset({State.ACCEPTED, _REVIEW}), _REVIEW,
             {_SYSTEM, _HANDLER, _REVIEWER, _APPROVER}, "5.2.2.4"),
        _row("T14", N_("签署意见"), "case.opinion_given", _REVIEW, _REVIEW, {_HANDLER, _REVIEWER, _APPROVER},
             "5.2.2.4"),
        _row("T15", N_("退回上一环节"), "case.step_returned", _REVIEW, _REVIEW, {_REVIEWER, _APPROVER}, "5.2.2.4"),
        _row("T16", N_("特别程序"), "case.special_started", _REVIEW, State.SPECIAL_PROCEDURE, {_REVIEWER}, _ART45),
        _row("T14c", N_("现场核查"), "case.site_checked", _REVIEW, None, {_HANDLER}, "许可法 art.34(3)"),
        _row("T16h", N_("告知听证权利"), "case.hearing_offered", _REVIEW, None, {_HANDLER}, _ART47),
        _row("T16r", N_("登记听证申请"), "case.hearing_requested", _HEARD, None, {_CLERK, _HANDLER}, _ART47),
        _row("T16n", N_("通知听证"), "case.hearing_called", _HEARD, None, {_HANDLER}, "许可法 art.48"),
        _row("T16d", N_("登记听证笔录"), "case.hearing_held", _HEARD, None, _DEPARTMENT, "许可法 art.48"),
        _row("T17", N_("结束特别程序"), "case.special_ended", State.SPECIAL_PROCEDURE, _REVIEW, {_HANDLER}, _ART45),
        _row("T18", N_("延期"), "case.extended", _REVIEW, None, {_HEAD}, _ART42),
        _row("T19", N_("中止"), "case.suspended", _REVIEW, State.SUSPENDED, {_HEAD}, "domain §2.3"),
        _row("T20", N_("恢复办理"), "case.resumed", State.SUSPENDED, _REVIEW, {_HANDLER}, "domain §2.3"),
        _row("R9", N_("期限重算"), "case.due_recomputed", frozenset(State) - TERMINAL, None, {_SYSTEM}, "domain §5.3"),
        _row("T21", N_("上报"), "case.forwarded", _REVIEW, State.FORWARDED, {_APPROVER}, "许可法 arts.35, 43"),
        _row("T22", N_("录入上级准予"), "case.granted_above", State.FORWARDED, _GRANTED, {_CLERK}, "许可法 art.35"),
        _row("T22r", N_("录入上级不予"), "case.refused_above", State.FORWARDED, _REFUSED, {_CLERK}, "许可法 art.35"),
        _row("T23", N_("准予"), "case.granted", _REVIEW, _GRANTED, {_APPROVER}, "许可法 art.38"),
        _row("T23v", N_("核查承诺"), "case.promise_verified", _DECIDED, None, {_HANDLER}, "国办发〔2020〕42号"),
        _row("T23f", N_("通知缴费"), "case.fee_noticed", _CHARGED, None, {_CLERK, _HANDLER}, "许可法 art.58, 59"),
        _row("T23g", N_("登记缴费"), "case.fee_paid", _CHARGED, None, {_CLERK}, "许可法 art.58, 59"),
        _row("T24", N_("不予"), "case.refused", _REVIEW, _REFUSED, {_APPROVER}, "许可法 art.38"),
        _row("T25", N_("制证"), "case.result_produced", _GRANTED, State.RESULT_READY, {_CLERK, _HANDLER}, "5.2.2.5"),
        _row("T25s", N_("上架"), "case.result_shelved", State.RESULT_READY, None, {_CLERK}, "5.2.2.5"),
        _row("T26", N_("制发决定书"), "case.result_produced", _REFUSED, State.RESULT_READY, {_CLERK}, "5.2.2.5"),
        _row("T27", N_("发件"), "case.handed_over", State.RESULT_READY, State.CLOSED, {_CLERK, _HANDLER}, "5.2.2.5"),
        _row("T28", N_("寄件"), "case.shipped", State.RESULT_READY, State.MAILED, {_CLERK}, "许可法 art.44"),
        _row("T29", N_("确认签收"), "case.delivered", State.MAILED, State.CLOSED, {_CLERK}, "许可法 art.44"),
        _row("T30", N_("撤回"), "case.withdrawn", BEFORE_DECISION, State.WITHDRAWN, {_CLERK}, "domain §2.3"),
        _row("T31", N_("逾期未补正终止"), "case.terminated", State.CORRECTION_PENDING, State.TERMINATED, {_HANDLER},
             "domain §2.3"),
        _row("T32", N_("终止办理"), "case.terminated", _REGISTERED, State.TERMINATED, {_REVIEWER}, "domain §2.3"),
        _row("T33", N_("即办"), "case.granted", _REVIEW, _GRANTED, {_HANDLER}, "许可法 art.34(2)"),
        _row("T34", N_("更正文书"), "case.paper_corrected", State.CLOSED, None, {_APPROVER}, "domain §2.3"),
        _row("T35", N_("要求补充材料"), "case.material_requested", _REVIEW, None, {_HANDLER}, "domain §2.3"),
        _row("T35r", N_("收补充材料"), "case.material_received", _REVIEW, None, {_CLERK}, "domain §2.3"),
        _row("T36", N_("更正登记"), "case.registration_amended", _REGISTERED, None, {_CLERK, _HANDLER},
             "个人信息保护法 art.46"),
        _row("T38", N_("移交"), "case.transferred", frozenset().union(*SOURCES.values()), None,
             {_CLERK, _HANDLER, Role.HALL_MANAGER}, "protocol §5"),
        _row("T39", N_("签收移交"), "case.taken_over", _GOING, None, {_CLERK, _HANDLER}, "protocol §5"),
        _row("T37", N_("收件作废"), "case.receipt_voided", _UNACCEPTED, State.TERMINATED, {_CLERK, Role.HALL_MANAGER},
             "domain §2.3"),
    )
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Act:
    """An act of two persons: the row that its confirmation is, who may propose it, and its closed list of grounds.

    Attributes:
        code: name of the act in `case.proposed`.
        number: row of `TRANSITIONS`.
        proposers: roles that may propose.
        grounds: codes of grounds; empty where none is asked.
        basis: whether a legal basis must be written.
    """

    code: str
    number: str
    proposers: frozenset[Role]
    grounds: tuple[str, ...] = ()
    basis: bool = False


GROUND_NAMES: dict[str, str] = {
    "death": N_("申请人死亡或丧失行为能力"),
    "dissolution": N_("法人或其他组织依法终止"),
    "item_abolished": N_("事项取消"),
    "object_vanished": N_("申请的对象不复存在"),
    "false_promise": N_("承诺不实"),
    "correction_lapsed": N_("逾期未补正"),
    "tolerance_lapsed": N_("容缺材料逾期未补齐"),
    "other": N_("其他法定情形"),
}

ACTS: dict[str, Act] = {
    act.code: act
    for act in (
        Act("not_accepted", "T07", frozenset({_HANDLER}), basis=True),
        Act("lapse_correction", "T31", frozenset({_SYSTEM}), ("correction_lapsed",), basis=True),
        Act("terminate", "T32", frozenset({_HANDLER, _SYSTEM}), tuple(set(GROUND_NAMES) - {"correction_lapsed"})),
        Act("start_special", "T16", frozenset({_HANDLER}), tuple(kind.value for kind in SpecialKind)),
        Act("void_receipt", "T37", frozenset({_CLERK})),
    )
}


def _forbid(name: str, roles: frozenset[Role], actor: Actor) -> Forbidden:
    return Forbidden(
        N_("“%(act)s”由%(who)s办理，您现在的身份是%(role)s"),
        code="role",
        params={
            "act": name,
            "who": "、".join(sorted(ROLE_NAMES[role] for role in roles)),
            "role": ROLE_NAMES[actor.role],
        },
        next_step=N_("请交给相应岗位的人员办理"),
    )


class Standing(Protocol):
    """What an act is asked of: the state that a case is in, and the hand-over between halls, if it is in one."""

    @property
    def state(self) -> State: ...  # noqa: D102 - a member of a protocol

    @property
    def hand(self) -> Hand | None: ...  # noqa: D102 - the same


TAKING_OVER = "T39"


def require_here(standing: Standing, actor: Actor, number: str = "") -> None:
    """Check that a case is this hall's: the one place where its owner is asked (protocol §5, decision 0030).

    What runs by itself when a legal limit ends (`Role.SYSTEM`) does not wait for a signature.

    Args:
        standing: the case.
        actor: who acts.
        number: row of `TRANSITIONS`, empty for an act without one.

    Raises:
        WrongState: ``elsewhere``, the case was given to another hall; ``not_taken_over``, nobody here has signed yet.
    """
    hand = standing.hand
    if hand is None:
        return
    if hand.phase is Phase.SENT:
        raise WrongState(
            N_("这件已移交%(hall)s，本厅只能查看"),
            code="elsewhere",
            params={"hall": hand.hall_name or hand.other_name},
            next_step=N_("请联系接收的大厅；要在本厅办理，请对方移交回来"),
        )
    if number != TAKING_OVER and actor.role is not Role.SYSTEM:
        raise WrongState(
            N_("这件从%(hall)s移交过来，还没有人签收"),
            code="not_taken_over",
            params={"hall": hand.other_name},
            next_step=N_("请先在办件页面签收"),
        )


def _check(row: Transition, roles: frozenset[Role], standing: Standing | None, actor: Actor) -> Transition:
    if actor.role not in roles:
        raise _forbid(row.name, roles, actor)
    if standing is not None:
        require_here(standing, actor, row.number)
    state = standing.state if standing is not None else None
    if state not in row.sources:
        raise WrongState(
            N_("这件现在是“%(state)s”，不能再“%(act)s”"),
            params={"state": STATE_NAMES[state] if state else "—", "act": row.name},
            next_step=N_("请刷新办件页面，按现在的状态继续办理"),
        )
    return row


def require(number: str, standing: Standing | None, actor: Actor) -> Transition:
    """Check that a transition may be made of a case, which is here, and in the actor's role.

    Args:
        number: row of `TRANSITIONS`.
        standing: the case; None for one that begins.
        actor: who acts.

    Raises:
        Forbidden: the role may not do this.
        WrongState: the case is in another state or at another hall; the message says where.
    """
    row = TRANSITIONS[number]
    return _check(row, row.roles, standing, actor)


def require_proposal(act: Act, standing: Standing, actor: Actor) -> Transition:
    """Check that an act may be proposed of a case in the actor's role; raises as `require` does."""
    return _check(TRANSITIONS[act.number], act.proposers, standing, actor)
