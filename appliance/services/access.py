"""查看记录日结: a day of the access log that is over is held by one entry of the signed log."""

import msgspec

from appliance.domain.actor import Actor, Role
from appliance.domain.decide import access as rules
from appliance.domain.events import AccessDigested
from appliance.errors import N_, Conflict, Forbidden
from appliance.projections import access_digests
from appliance.services.facts import Facts, today
from appliance.store.change import Decision, NewEntry, WriteContext


class DigestAccess(msgspec.Struct, frozen=True, kw_only=True, tag="access.digest"):
    """A day of the access log is over: its ISO date, number of looks, hex root, hex head of the chain."""

    day: str
    count: int
    root: str
    head: str


def digest(context: WriteContext, _facts: Facts, actor: Actor, command: DigestAccess) -> Decision:
    """Hold a day to its digest.

    Raises:
        Forbidden: not the system.
        Invalid: the day is not over, or a value has not its form.
        Conflict: the day has its digest; there is no second, whatever the file says by now.
    """
    if actor.role is not Role.SYSTEM:
        raise Forbidden(N_("查看记录由系统按日结存"), code="role")
    rules.check_digest(command.day, command.count, command.root, command.head, today=today(context))
    if access_digests.find(context.connection, command.day) is not None:
        raise Conflict(N_("这一天已经结存"), code="digested", subject=command.day)
    event = AccessDigested(day=command.day, count=command.count, root=command.root, head=command.head)
    return Decision((NewEntry(event),), {"day": command.day})
