"""材料交接 (T03m, T03n): paper and samples between the window and the departments, each time against a signature."""

import msgspec

from appliance.domain.actor import Actor, Role
from appliance.domain.case import Case
from appliance.domain.decide import handover as rules
from appliance.domain.events import CaseEvent, SampleLine
from appliance.errors import N_, Forbidden, Invalid, NotFound
from appliance.projections import departments, staff
from appliance.services.facts import Facts, load_case
from appliance.store.change import Decision, NewEntry, WriteContext
from appliance.store.connection import Connection

WINDOW = ""


class SendMaterials(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True, tag="handover.send"):
    """Make a hand-over list: `materials` by code; `receiver` is a department's credit code, empty for the window."""

    case: str
    version: int | None
    receiver: str
    materials: tuple[str, ...] = ()
    samples: tuple[SampleLine, ...] = ()
    purpose: str


class TakeMaterials(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True, tag="handover.take"):
    """Sign for a hand-over; `refused` gives the reason for each line that is not taken."""

    case: str
    version: int | None
    handover: int
    counted: bool
    refused: dict[str, str] = {}


def place_of(connection: Connection, actor: Actor) -> str:
    """Give where an actor takes and gives paper: the window, or his department's credit code.

    Raises:
        Forbidden: a handler without a department.
    """
    if actor.role is Role.WINDOW_CLERK:
        return WINDOW
    person = staff.find(connection, actor.id)
    if person is None or not person.department:
        raise Forbidden(N_("您没有登记所在部门"), code="no_department", next_step=N_("请系统管理员登记部门"))
    return person.department


def _written(case: Case, event: CaseEvent) -> Decision:
    return Decision((NewEntry(event, case=case.no),), {"case": case.no, "version": case.version + 1})


def send(context: WriteContext, _facts: Facts, actor: Actor, command: SendMaterials) -> Decision:
    """T03m."""
    case = load_case(context, command.case, command.version)
    if command.receiver != WINDOW:
        try:
            departments.get(context.connection, command.receiver)
        except NotFound as error:
            raise Invalid(N_("没有这个部门"), fields={"receiver": N_("请选接收方")}) from error
    event = rules.send(
        case,
        giver=place_of(context.connection, actor),
        receiver=command.receiver,
        codes=command.materials,
        samples=command.samples,
        purpose=command.purpose,
        actor=actor,
    )
    result = {"case": case.no, "version": case.version + 1, "handover": event.handover}
    return Decision((NewEntry(event, case=case.no),), result)


def take(context: WriteContext, _facts: Facts, actor: Actor, command: TakeMaterials) -> Decision:
    """T03n."""
    case = load_case(context, command.case, command.version)
    event = rules.take(
        case,
        command.handover,
        refused=command.refused,
        place=place_of(context.connection, actor),
        counted=command.counted,
        actor=actor,
    )
    return _written(case, event)
