"""Two persons confirm the date after the clock was found in doubt (protocol §5, SUSPECT)."""

import msgspec

from appliance.clock import format_time
from appliance.domain.actor import Actor
from appliance.domain.events import ClockConfirmed
from appliance.domain.gate import GateState
from appliance.errors import N_, Forbidden, Invalid, WrongState
from appliance.projections import staff
from appliance.services.facts import Facts
from appliance.store.change import Decision, NewEntry, WriteContext
from appliance.store.reconcile import trust_anchor


class ConfirmClock(msgspec.Struct, frozen=True, kw_only=True, tag="clock.confirm"):
    """The second person's confirmation; `first` is the staff number of the first, `day` the date both read (ISO)."""

    first: str
    day: str


def confirm(context: WriteContext, _facts: Facts, actor: Actor, command: ConfirmClock) -> Decision:
    """Leave SUSPECT when two different people of the roster name the day that the clock shows."""
    if context.gate is not GateState.SUSPECT:
        raise WrongState(N_("时钟现在没有疑问，不需要确认"), code="clock_not_suspect")
    person = staff.find(context.connection, command.first)
    if command.first == actor.id or person is None or person.disabled:
        raise Forbidden(N_("需要两位不同的在册人员确认日期"), code="two_persons")
    if command.day != context.now.date().isoformat():
        raise Invalid(
            N_("两人确认的日期与本机时钟不一致，请先校准时钟"),
            fields={"day": N_("本机时钟显示的不是这一天")},
            next_step=N_("请系统管理员校准时钟后重试"),
        )
    confirmed = NewEntry(ClockConfirmed(first=command.first, second=actor.id))
    # The same two persons stand for a journal that was missing at the start, which nobody but the city can disprove.
    return Decision((confirmed,), {"confirmed": command.day}, (trust_anchor(format_time(context.now)),))
