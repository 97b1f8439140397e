"""What may happen to a joint whole, and who may do it: the table beside that of the case (domain §2.3, §2.4).

No row leads to a state, because none is stored: each act writes events of its members, and the state follows.
"""

from dataclasses import dataclass

from appliance.domain.actor import CASE_WORKERS, ROLE_NAMES, Actor, Role
from appliance.domain.joint.states import JOINT_STATE_NAMES, JointState
from appliance.errors import N_, Forbidden, WrongState


@dataclass(frozen=True, slots=True)
class JointTransition:
    """One row: number, name, event type, states of the whole it may be done in, roles, source."""

    number: str
    name: str
    event: str
    sources: frozenset[JointState | None]
    roles: frozenset[Role]
    source: str


_CLERK, _HANDLER, _HEAD, _SYSTEM = Role.WINDOW_CLERK, Role.CASE_HANDLER, Role.DEPT_HEAD, Role.SYSTEM
_S = JointState
_UNDECIDED = (_S.RECEIVED, _S.PRE_REVIEW, _S.CORRECTION_PENDING, _S.IN_REVIEW)


def _row(
    number: str, name: str, event: str, sources: tuple[JointState | None, ...], roles: set[Role], source: str
) -> JointTransition:
    return JointTransition(number, name, event, frozenset(sources), frozenset(roles), source)


JOINT_TRANSITIONS: dict[str, JointTransition] = {
    row.number: row
    for row in (
        _row("J03", N_("统一收件"), "joint.received", (None,), {_CLERK}, "许可法 art.26; 4.2.5.2"),
        _row("J08", N_("统一告知补正"), "joint.correction_required", (_S.PRE_REVIEW, _S.CORRECTION_PENDING),
             {_HANDLER}, "许可法 art.26, art.32(4)"),
        _row("J09", N_("统一补交"), "joint.supplemented", (_S.CORRECTION_PENDING,), {_CLERK},
             "许可法 art.32(4); 4.2.5.2"),
        _row("J11", N_("统一受理"), "joint.accepted", (_S.PRE_REVIEW, _S.IN_REVIEW, _S.DECIDED), {_HANDLER, _SYSTEM},
             "许可法 art.26, art.32(5)"),
        _row("J18", N_("整体延期"), "joint.extended", (_S.IN_REVIEW,), {_HEAD}, "许可法 art.42(2)"),
        _row("J9", N_("整体期限重算"), "joint.due_recomputed", (_S.IN_REVIEW,), {_SYSTEM}, "domain §5.3"),
        _row("J23", N_("统一告知办理结果"), "joint.concluded", (_S.DECIDED, _S.CLOSED), {_HANDLER}, "domain §2.4"),
        _row("J27", N_("统一发件"), "joint.handed_over", (_S.DECIDED,), {_CLERK}, "4.2.5.2; 5.2.2.5"),
        _row("J30", N_("整体撤回"), "joint.withdrawn", _UNDECIDED, {_CLERK}, "domain §2.4"),
        _row("J31", N_("补打文书"), "joint.paper_reprinted", tuple(_S), set(CASE_WORKERS), "domain §2.6"),
    )
}  # fmt: skip


def require(number: str, state: JointState | None, actor: Actor) -> JointTransition:
    """Check that an act may be done while the whole is in `state`, in the actor's role.

    Raises:
        Forbidden: the role may not do this.
        WrongState: the whole is elsewhere now; the message says where.
    """
    row = JOINT_TRANSITIONS[number]
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
            N_("并联件现在是“%(state)s”，不能“%(act)s”"),
            params={"state": JOINT_STATE_NAMES[state] if state else "—", "act": row.name},
            next_step=N_("请刷新并联件页面，按现在的状态继续办理"),
        )
    return row
