"""States of a case 办件状态 and the transitions between them: the table a jurist can read (domain §2.2, §2.3).

Each `Transition` names the event that makes it, where it may start, where it leads, and who may do it. Guards that need
more than state and role stand in `appliance.domain.decide`, one function a transition. Rows still to come keep their
number: T02, T05–T07, T16–T22, T28, T29, T31–T37.
"""

from dataclasses import dataclass
from enum import StrEnum

from appliance.domain.actor import ROLE_NAMES, Actor, Role
from appliance.errors import N_, Forbidden, WrongState


class State(StrEnum):
    """Codes of domain §2.2; `draft` is local and outside the fold."""

    SUBMITTED = "submitted"
    RECEIVED = "received"
    PRE_REVIEW = "pre_review"
    CORRECTION_PENDING = "correction_pending"
    ACCEPTED = "accepted"
    IN_REVIEW = "in_review"
    SPECIAL_PROCEDURE = "special_procedure"
    SUSPENDED = "suspended"
    FORWARDED = "forwarded"
    DECIDED_GRANTED = "decided_granted"
    DECIDED_REFUSED = "decided_refused"
    RESULT_READY = "result_ready"
    MAILED = "mailed"
    CLOSED = "closed"
    NOT_REQUIRED = "not_required"
    NOT_ACCEPTED = "not_accepted"
    WITHDRAWN = "withdrawn"
    TERMINATED = "terminated"


STATE_NAMES: dict[State, str] = {
    State.SUBMITTED: N_("已提交"),
    State.RECEIVED: N_("已收件"),
    State.PRE_REVIEW: N_("预审中"),
    State.CORRECTION_PENDING: N_("待补正"),
    State.ACCEPTED: N_("已受理"),
    State.IN_REVIEW: N_("审核中"),
    State.SPECIAL_PROCEDURE: N_("特别程序中"),
    State.SUSPENDED: N_("中止"),
    State.FORWARDED: N_("已上报上级"),
    State.DECIDED_GRANTED: N_("已准予"),
    State.DECIDED_REFUSED: N_("已不予"),
    State.RESULT_READY: N_("待领取"),
    State.MAILED: N_("已寄送"),
    State.CLOSED: N_("办结"),
    State.NOT_REQUIRED: N_("不受理"),
    State.NOT_ACCEPTED: N_("不予受理"),
    State.WITHDRAWN: N_("申请人撤回"),
    State.TERMINATED: N_("终止"),
}

TERMINAL = frozenset({State.CLOSED, State.NOT_REQUIRED, State.NOT_ACCEPTED, State.WITHDRAWN, State.TERMINATED})

BEFORE_DECISION = frozenset(
    {
        State.SUBMITTED,
        State.RECEIVED,
        State.PRE_REVIEW,
        State.CORRECTION_PENDING,
        State.ACCEPTED,
        State.IN_REVIEW,
        State.SPECIAL_PROCEDURE,
        State.SUSPENDED,
        State.FORWARDED,
    },
)


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


def _row(
    number: str,
    name: str,
    event: str,
    sources: tuple[State | None, ...],
    target: State | None,
    roles: tuple[Role, ...],
    source: str,
) -> Transition:
    return Transition(number, name, event, frozenset(sources), target, frozenset(roles), source)


TRANSITIONS: dict[str, Transition] = {
    row.number: row
    for row in (
        _row(
            "T03",
            N_("收件"),
            "case.received",
            (None, State.SUBMITTED),
            State.RECEIVED,
            (Role.WINDOW_CLERK,),
            "5.2.2.1.2",
        ),
        _row(
            "T04",
            N_("领办"),
            "case.assigned",
            (State.RECEIVED, State.PRE_REVIEW),
            State.PRE_REVIEW,
            (Role.CASE_HANDLER, Role.SYSTEM),
            "5.2.2.2.1",
        ),
        _row(
            "T05p",
            N_("预审"),
            "case.pre_reviewed",
            (State.PRE_REVIEW,),
            State.PRE_REVIEW,
            (Role.CASE_HANDLER,),
            "5.2.2.2.1",
        ),
        _row(
            "T08",
            N_("补正告知"),
            "case.correction_required",
            (State.PRE_REVIEW,),
            State.CORRECTION_PENDING,
            (Role.CASE_HANDLER,),
            "许可法 art.32(4)",
        ),
        _row(
            "T09",
            N_("补交"),
            "case.supplemented",
            (State.CORRECTION_PENDING,),
            State.PRE_REVIEW,
            (Role.WINDOW_CLERK,),
            "5.2.2.2.2",
        ),
        _row("T11", N_("受理"), "case.accepted", (State.PRE_REVIEW,), State.ACCEPTED, (Role.CASE_HANDLER,), "5.2.2.3"),
        _row(
            "T12",
            N_("视为受理"),
            "case.deemed_accepted",
            (State.RECEIVED, State.PRE_REVIEW),
            State.ACCEPTED,
            (Role.SYSTEM,),
            "许可法 art.32(4)",
        ),
        _row(
            "T13",
            N_("环节开始"),
            "case.step_started",
            (State.ACCEPTED, State.IN_REVIEW),
            State.IN_REVIEW,
            (Role.SYSTEM, Role.CASE_HANDLER, Role.REVIEWER, Role.APPROVER),
            "5.2.2.4",
        ),
        _row(
            "T14",
            N_("签署意见"),
            "case.opinion_given",
            (State.IN_REVIEW,),
            State.IN_REVIEW,
            (Role.CASE_HANDLER, Role.REVIEWER, Role.APPROVER),
            "5.2.2.4",
        ),
        _row(
            "T15",
            N_("退回上一环节"),
            "case.step_returned",
            (State.IN_REVIEW,),
            State.IN_REVIEW,
            (Role.REVIEWER, Role.APPROVER),
            "5.2.2.4",
        ),
        _row(
            "T23",
            N_("准予"),
            "case.granted",
            (State.IN_REVIEW,),
            State.DECIDED_GRANTED,
            (Role.APPROVER,),
            "许可法 art.38",
        ),
        _row(
            "T24",
            N_("不予"),
            "case.refused",
            (State.IN_REVIEW,),
            State.DECIDED_REFUSED,
            (Role.APPROVER,),
            "许可法 art.38",
        ),
        _row(
            "T25",
            N_("制证"),
            "case.result_produced",
            (State.DECIDED_GRANTED,),
            State.RESULT_READY,
            (Role.WINDOW_CLERK, Role.CASE_HANDLER),
            "5.2.2.5",
        ),
        _row(
            "T26",
            N_("制发决定书"),
            "case.result_produced",
            (State.DECIDED_REFUSED,),
            State.RESULT_READY,
            (Role.WINDOW_CLERK,),
            "5.2.2.5",
        ),
        _row(
            "T27", N_("发件"), "case.handed_over", (State.RESULT_READY,), State.CLOSED, (Role.WINDOW_CLERK,), "5.2.2.5"
        ),
        _row(
            "T30",
            N_("撤回"),
            "case.withdrawn",
            tuple(BEFORE_DECISION),
            State.WITHDRAWN,
            (Role.WINDOW_CLERK,),
            "domain §2.3",
        ),
    )
}


def require(number: str, state: State | None, actor: Actor) -> Transition:
    """Check that a transition may start in `state` and be done in the actor's role.

    Raises:
        Forbidden: the role may not do this.
        WrongState: the case is elsewhere now; the message says where.
    """
    row = TRANSITIONS[number]
    if actor.role not in row.roles:
        raise Forbidden(
            N_("“%(act)s”由%(who)s办理，您现在的身份是%(role)s"),
            code="role",
            params={
                "act": row.name,
                "who": "、".join(sorted(ROLE_NAMES[role] for role in row.roles)),
                "role": ROLE_NAMES[actor.role],
            },
            next_step=N_("请交给相应岗位的人员办理"),
        )
    if state not in row.sources:
        raise WrongState(
            N_("这件现在是“%(state)s”，不能再“%(act)s”"),
            params={"state": STATE_NAMES[state] if state else "—", "act": row.name},
            next_step=N_("请刷新办件页面，按现在的状态继续办理"),
        )
    return row
