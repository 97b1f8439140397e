"""The joint whole 并联: folded from its own events, its state derived from its members' (domain §2.4). Pure."""

from appliance.domain.joint.fold import evolve
from appliance.domain.joint.states import JOINT_PUBLIC_STATES, JOINT_STATE_NAMES, JointState, state_of
from appliance.domain.joint.transitions import JOINT_TRANSITIONS, JointTransition, require
from appliance.domain.joint.values import Joint

__all__ = [
    "JOINT_PUBLIC_STATES",
    "JOINT_STATE_NAMES",
    "JOINT_TRANSITIONS",
    "Joint",
    "JointState",
    "JointTransition",
    "evolve",
    "require",
    "state_of",
]
