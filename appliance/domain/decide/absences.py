"""离岗与代办, 改派: who acts in a handler's cases while he is away, and to whom cases pass (domain §2.6)."""

from collections.abc import Collection
from datetime import date

import msgspec

from appliance.domain.actor import Actor, Role
from appliance.domain.case import Case
from appliance.domain.decide.application import Faults
from appliance.domain.events import CaseReassigned, StaffAbsent, StaffReturned
from appliance.domain.states import State
from appliance.domain.transitions import require
from appliance.errors import N_, Forbidden, Invalid, Message, WrongState

DAYS_MAX = 366
REASON_LENGTH_MIN = 2
REASSIGN_REASON_LENGTH_MIN = 4
TEXT_LENGTH_MAX = 500


class Member(msgspec.Struct, frozen=True):
    """A person of the roster, as far as an absence or a reassignment asks."""

    id: str
    department: str
    roles: tuple[Role, ...]
    disabled: bool = False

    @property
    def handles(self) -> bool:
        """Whether the person may be the handler of a case."""
        return not self.disabled and Role.CASE_HANDLER in self.roles


class Span(msgspec.Struct, frozen=True):
    """Days on which someone is away; both ends count (ISO dates)."""

    starts: str
    until: str

    def meets(self, other: "Span") -> bool:
        """Tell whether two spans share a day."""
        return self.starts <= other.until and other.starts <= self.until


def _entitled(actor: Actor, actor_department: str, person: str, department: str) -> None:
    """Refuse all but the person himself, the department's reviewer and the hall manager."""
    if actor.id == person or actor.role is Role.HALL_MANAGER:
        return
    if actor.role is Role.REVIEWER and actor_department == department:
        return
    raise Forbidden(N_("离岗由本人、本部门审核人或大厅负责人登记"), code="role", next_step=N_("请由他们之一办理"))


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _check_days(
    asked: StaffAbsent, person: str, substitute: str, away: Collection[tuple[str, Span]], today: date, faults: Faults
) -> None:
    """Check the dates for themselves, and against who is away on them."""
    starts, until = _day(asked.starts), _day(asked.until)
    if starts is None:
        faults.add("starts", N_("请填写日期，如 2026-11-23"))
    if until is None:
        faults.add("until", N_("请填写日期，如 2026-11-23"))
    if starts is not None and until is not None:
        if until < starts or until < today:
            faults.add("until", N_("最后一天不能早于第一天或今天"))
        elif (until - starts).days > DAYS_MAX:
            faults.add("until", N_("最长登记一年"))
        span = Span(asked.starts, asked.until)
        busy = {who for who, other in away if other.meets(span)}
        if person in busy:
            faults.add("starts", N_("这几天已经登记过离岗"))
        if substitute in busy:
            faults.add("substitute", N_("这位同事那几天自己也离岗"))


def register(
    asked: StaffAbsent,
    *,
    person: Member | None,
    substitute: Member | None,
    away: Collection[tuple[str, Span]],
    actor: Actor,
    actor_department: str,
    today: date,
) -> StaffAbsent:
    """Register an absence with its substitute.

    Guards: by the person, his reviewer or the hall manager; the person handles cases; the substitute is another handler
    of the same department and not away in those days himself; dates in order, not past, at most a year; a reason.

    Args:
        asked: what was typed.
        person: who is away.
        substitute: who acts for him.
        away: absences that are in force or to come, as staff number and span.
        actor: who registers it.
        actor_department: his department.
        today: the day.
    """
    if person is None or not person.handles:
        raise Invalid(N_("离岗登记还不完整"), fields={"staff": N_("请选一位承办人")})
    _entitled(actor, actor_department, person.id, person.department)
    faults = Faults({})
    if (
        substitute is None
        or not substitute.handles
        or substitute.department != person.department
        or substitute.id == person.id
    ):
        faults.add("substitute", N_("请选本部门的另一位承办人"))
    _check_days(asked, person.id, substitute.id if substitute is not None else "", away, today, faults)
    if not REASON_LENGTH_MIN <= len(asked.reason.strip()) <= TEXT_LENGTH_MAX:
        faults.add("reason", N_("请写明原因，如 年休假"))
    faults.raise_if_any()
    return msgspec.structs.replace(asked, department=person.department, reason=asked.reason.strip())


def come_back(held: StaffAbsent, *, over: bool, actor: Actor, actor_department: str) -> StaffReturned:
    """End an absence early; raises Forbidden, or WrongState when it is over."""
    _entitled(actor, actor_department, held.staff, held.department)
    if over:
        raise WrongState(N_("这次离岗已经结束"), code="over", subject=held.absence)
    return StaffReturned(absence=held.absence)


def reassign(
    case: Case, *, to: Member | None, pool: bool, reason: str, actor: Actor, actor_department: str
) -> CaseReassigned:
    """T04r 改派: a case passes to another handler of its department, or back to those that anyone may take.

    Guards: the department's reviewer or the hall manager; the handler himself may only give his own case back. Only a
    case in pre-review goes back, because later acts are its handler's alone. The new handler is another one of the
    department and has signed no other step of it (domain §2.6). A reason.
    """
    require("T04r", case, actor)
    if actor.role is Role.CASE_HANDLER and (actor.id != case.handler or not pool):
        raise Forbidden(
            N_("承办人只能退回自己手上的件，改派由审核人或大厅负责人办理"),
            code="not_yours",
            next_step=N_("请由本部门审核人或大厅负责人改派"),
        )
    if actor.role is Role.REVIEWER and actor_department != case.department:
        raise Forbidden(N_("只能改派本部门的件"), code="other_department")
    faults = Faults({})
    if not REASSIGN_REASON_LENGTH_MIN <= len(reason.strip()) <= TEXT_LENGTH_MAX:
        faults.add("reason", Message(N_("请写明原因，至少 %(least)s 个字"), least=REASSIGN_REASON_LENGTH_MIN))
    if pool:
        if not case.handler:
            faults.add("cases", Message(N_("%(no)s 本来就没有承办人"), no=case.no))
        elif case.state is not State.PRE_REVIEW:
            faults.add("to", Message(N_("%(no)s 已经过了预审，请改派给具体的人"), no=case.no))
    elif to is None or not to.handles or to.department != case.department or to.id == case.handler:
        faults.add("to", N_("请选本部门的另一位承办人"))
    elif any(step.by == to.id and step.role != Role.CASE_HANDLER for step in case.steps):
        faults.add("to", Message(N_("%(id)s 已在 %(no)s 签署过别的环节，不能再承办"), id=to.id, no=case.no))
    faults.raise_if_any()
    return CaseReassigned(
        before=case.handler, handler="" if pool or to is None else to.id, department=case.department,
        reason=reason.strip(),
    )  # fmt: skip
