"""Facts that a command decides on: the hall's settings, the calendar, item versions, the case, the actor's standing."""

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import msgspec

from appliance.config import HallConfig
from appliance.domain.actor import KIOSK, Actor, Role
from appliance.domain.calendar import Calendar
from appliance.domain.case import Case
from appliance.domain.city_commands import Kind
from appliance.domain.decide.fallback import require_confirmed
from appliance.domain.identifiers import case_numbers
from appliance.domain.service_item import ServiceItem
from appliance.domain.states import STATE_NAMES
from appliance.errors import N_, Conflict, Forbidden, NotFound, WrongState
from appliance.projections import absences, cases, numbers, staff
from appliance.projections.calendar_view import Calendars
from appliance.projections.city_commands import Ended
from appliance.projections.items import Items
from appliance.projections.joint_sets import Wholes
from appliance.signing.seal_keys import SealKeys
from appliance.store.change import WriteContext
from appliance.store.connection import Connection

ITEM_CHANGED = "item_changed"


@dataclass(frozen=True, slots=True)
class Facts:
    """What stays the same between commands; item versions and the calendar are kept decoded."""

    hall: HallConfig
    items: Items = field(default_factory=Items)
    calendars: Calendars = field(default_factory=Calendars)
    wholes: Wholes = field(default_factory=Wholes)
    ended: Ended = field(default_factory=Ended)
    seal_keys: SealKeys = field(default_factory=lambda: SealKeys(Path("keys/seals")))

    def offered(self, connection: Connection, code: str) -> ServiceItem:
        """Give what the window takes in under a code: an item, or the form of a joint set 并联; raises NotFound."""
        return self.wholes.find(connection, self.items, code) or self.items.current(connection, code)

    def calendar(self, connection: Connection, *, seen: int = 0) -> Calendar:
        """Give the working-day calendar in force; `seen` as `Calendars.current` takes it."""
        return self.calendars.current(connection, seen=seen)

    def item_of(self, connection: Connection, case: Case) -> ServiceItem:
        """Give the item version that the case is pinned to."""
        return self.items.version(connection, case.item_code, case.item_version)


def today(context: WriteContext) -> date:
    """Give the day of the change, Asia/Shanghai."""
    return context.now.date()


def as_handler(connection: Connection, case: Case, actor: Actor, day: str) -> Case:
    """Give the case as its handler's substitute works on it: with him in the handler's place while the absence lasts.

    Only what is decided on is changed; the log says who really acted, and the case stays the absent handler's.

    Args:
        connection: a reader, or the writer's.
        case: the case.
        actor: who acts or looks.
        day: ISO date.
    """
    if actor.role is not Role.CASE_HANDLER or case.handler in ("", actor.id):
        return case
    if case.handler not in absences.replaced_by(connection, actor.id, day):
        return case
    return msgspec.structs.replace(case, handler=actor.id)


def free_numbers(context: WriteContext, facts: Facts, kind: case_numbers.NumberKind, count: int) -> tuple[str, ...]:
    """Give the next numbers of the day, in order; each is taken with the entry that carries it."""
    day = today(context)
    first = numbers.next_in(context.connection, numbers.case_scope(kind, day.isoformat(), context.epoch))
    return tuple(
        case_numbers.build(
            kind, area=facts.hall.area, hall=facts.hall.hall, day=day, epoch=context.epoch, sequence=first + at
        )
        for at in range(count)
    )


def same_version(
    theirs: int, mine: int, message: str = N_("事项已更新到第 %(new)d 版，您填写时是第 %(old)d 版")
) -> None:
    """Refuse a form that was made for another version than the one that counts.

    Args:
        theirs: the version that counts.
        mine: the version that the form was made for.
        message: says so with both numbers.

    Raises:
        Conflict: ``item_changed``; `current` has the version that counts.
    """
    if theirs != mine:
        raise Conflict(
            message,
            code=ITEM_CHANGED,
            params={"new": theirs, "old": mine},
            current={"item_version": theirs},
            next_step=N_("请核对材料清单的变化后再提交，填写的内容都还在"),
        )


def load_case(context: WriteContext, no: str, version: int | None, *, unconfirmed: bool = False) -> Case:
    """Give a case for a change that was decided while looking at `version` of it.

    Args:
        context: the write context.
        no: case number.
        version: the version that the person saw; None when it does not matter (sweeps).
        unconfirmed: also a case that was entered from paper and waits for its second person 补录复核.

    Raises:
        NotFound: no such case.
        WrongState: it holds an entry that this release does not know, or waits for its second person.
        Conflict: someone changed it since; `current` says what it is now.
    """
    case = cases.find(context.connection, no)
    if case is None:
        raise NotFound(N_("没有编号为 %(no)s 的办件"), params={"no": no}, next_step=N_("请核对编号，或用姓名查找"))
    if cases.is_stuck(context.connection, case.no):
        raise WrongState(
            N_("这件含有本版本不认识的记录，暂不能办理"),
            code="stuck",
            subject=case.no,
            next_step=N_("请联系系统管理员升级后再办理，已有内容没有丢失"),
        )
    if not unconfirmed:
        require_confirmed(case)
    if version is not None and version != case.version:
        raise Conflict(
            N_("这件在您打开之后有了新的进展，您填写的内容没有丢失"),
            code="stale",
            params={"no": no},
            current={
                "version": case.version,
                "state": case.state.value,
                "state_name": STATE_NAMES[case.state],
                "handler": case.handler,
                "last_index": case.last_index,
            },
            next_step=N_("请对照现在的内容，确认后再提交"),
        )
    return as_handler(context.connection, case, context.actor, context.now.date().isoformat())


def check_actor(context: WriteContext, facts: Facts, actor: Actor) -> None:
    """Refuse an actor whom the roster does not know, has disabled, or does not give this role.

    Raises:
        Forbidden: with what is wrong.
    """
    if actor.role is Role.SYSTEM or actor == KIOSK:  # in no roster; the table says what they may do
        return
    connection, disabled = context.connection, Kind.DISABLE_STAFF
    if not staff.holds(connection, actor.id, actor.role) or facts.ended.has(
        connection, disabled, actor.id, seen=context.seen
    ):
        raise Forbidden(
            N_("工号 %(id)s 没有这个岗位，或已停用"),
            code="no_standing",
            params={"id": actor.id},
            next_step=N_("请重新登录，或联系安全管理员"),
        )


def department_of(connection: Connection, actor: Actor) -> str:
    """Give the department that a person works for; empty for people of the hall."""
    person = staff.find(connection, actor.id)
    return person.department if person is not None else ""


def check_department(connection: Connection, actor: Actor, case: Case) -> None:
    """Refuse a case worker of another department."""
    mine = department_of(connection, actor)
    if mine and mine != case.department:
        raise Forbidden(
            N_("这件由%(department)s办理"),
            code="other_department",
            params={"department": case.department_name},
            next_step=N_("请由该部门的人员办理"),
        )
