"""The state of a joint whole, derived from its members' and written nowhere (domain §2.4)."""

from collections.abc import Iterable
from enum import StrEnum

from appliance.domain.states import BEFORE_DECISION, TERMINAL, State
from appliance.errors import N_


class JointState(StrEnum):
    """How far the whole is: as far as its slowest member that goes on."""

    RECEIVED = "received"
    PRE_REVIEW = "pre_review"
    CORRECTION_PENDING = "correction_pending"
    IN_REVIEW = "in_review"
    DECIDED = "decided"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"
    ENDED = "ended"


JOINT_STATE_NAMES: dict[JointState, str] = {
    JointState.RECEIVED: N_("已收件"),
    JointState.PRE_REVIEW: N_("各部门预审中"),
    JointState.CORRECTION_PENDING: N_("待补正"),
    JointState.IN_REVIEW: N_("各部门办理中"),
    JointState.DECIDED: N_("全部作出决定，待统一发件"),
    JointState.CLOSED: N_("办结"),
    JointState.WITHDRAWN: N_("申请人撤回"),
    JointState.ENDED: N_("未作决定即终结"),
}
JOINT_PUBLIC_STATES: dict[JointState, str] = {
    JointState.RECEIVED: N_("已收件"),
    JointState.PRE_REVIEW: N_("预审中"),
    JointState.CORRECTION_PENDING: N_("待补正"),
    JointState.IN_REVIEW: N_("办理中"),
    JointState.DECIDED: N_("待领取"),
    JointState.CLOSED: N_("办结"),
    JointState.WITHDRAWN: N_("已撤回"),
    JointState.ENDED: N_("已终止"),
}

UNACCEPTED = frozenset({State.SUBMITTED, State.RECEIVED, State.PRE_REVIEW, State.CORRECTION_PENDING})


def state_of(members: Iterable[State]) -> JointState:
    """Derive the state of the whole.

    A member that ended without a decision holds nobody up; what is left decides. The refusal of one member leaves the
    others as they are.

    Args:
        members: the state of every member.
    """
    states = tuple(members)
    going = tuple(state for state in states if state not in TERMINAL)
    if not going:
        if State.CLOSED in states:
            return JointState.CLOSED
        return JointState.WITHDRAWN if set(states) == {State.WITHDRAWN} else JointState.ENDED
    if State.CORRECTION_PENDING in going:
        return JointState.CORRECTION_PENDING
    if all(state in (State.SUBMITTED, State.RECEIVED) for state in going):
        return JointState.RECEIVED
    if any(state in UNACCEPTED for state in going):
        return JointState.PRE_REVIEW
    return JointState.IN_REVIEW if any(state in BEFORE_DECISION for state in going) else JointState.DECIDED
