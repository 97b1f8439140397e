"""查看记录日结: a day of the access log that is over is held by one entry of the signed log."""

from datetime import date

import msgspec

from appliance.domain.actor import Actor, Role
from appliance.domain.events import AccessDigested
from appliance.errors import N_, Conflict, Forbidden, Invalid
from appliance.projections import access_digests
from appliance.services.facts import Facts, today
from appliance.store.change import Decision, NewEntry, WriteContext

HEX_LENGTH = 64


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
    day = _day(command.day)
    if day is None or day >= today(context):
        raise Invalid(N_("只有过完的一天才能结存"), fields={"day": N_("请给出今天以前的日期")})
    if command.count < 0 or len(command.root) != HEX_LENGTH or len(command.head) != HEX_LENGTH:
        raise Invalid(N_("日结的数值不对"), fields={"root": N_("应当是 64 位十六进制摘要")})
    if access_digests.find(context.connection, command.day) is not None:
        raise Conflict(N_("这一天已经结存"), code="digested", subject=command.day)
    event = AccessDigested(day=command.day, count=command.count, root=command.root, head=command.head)
    return Decision((NewEntry(event),), {"day": command.day})


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
