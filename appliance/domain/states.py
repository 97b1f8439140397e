"""States of a case 办件状态 (domain §2.2): codes, names, and which of them end a case or come before the decision."""

from enum import StrEnum

from appliance.errors import N_


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

# What anyone who holds the number may read (clause 5.1.1.3 办理状态, domain §2.2).
PUBLIC_STATES: dict[State, str] = {
    State.SUBMITTED: N_("待收件"),
    State.RECEIVED: N_("已收件"),
    State.PRE_REVIEW: N_("预审中"),
    State.CORRECTION_PENDING: N_("待补正"),
    State.ACCEPTED: N_("办理中"),
    State.IN_REVIEW: N_("办理中"),
    State.SPECIAL_PROCEDURE: N_("特别程序（不计时）"),
    State.SUSPENDED: N_("中止"),
    State.FORWARDED: N_("已上报"),
    State.DECIDED_GRANTED: N_("准予，待出件"),
    State.DECIDED_REFUSED: N_("不予，待送达"),
    State.RESULT_READY: N_("待领取"),
    State.MAILED: N_("寄送中"),
    State.CLOSED: N_("办结"),
    State.NOT_REQUIRED: N_("不受理"),
    State.NOT_ACCEPTED: N_("不予受理"),
    State.WITHDRAWN: N_("已撤回"),
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

DECIDED_OR_LATER = frozenset(
    {State.DECIDED_GRANTED, State.DECIDED_REFUSED, State.RESULT_READY, State.MAILED, State.CLOSED}
)
