"""The base's ports over a real store: local tables, the link to the city, windows and menu figures of a hall."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Concatenate, ParamSpec, TypeVar

from appliance.clock import Clock, format_time, parse_time
from appliance.config import HallConfig
from appliance.domain.actor import Role
from appliance.domain.decide.personal_data import DECIDERS
from appliance.domain.gate import GateState
from appliance.domain.queue import IN_LINE
from appliance.errors import N_, TransportFailure
from appliance.projections import cases, city_commands, complaints, conflicts, personal_data, staff, transfers
from appliance.projections.staff import StaffRow
from appliance.services.desk import Desk
from appliance.store import local_writes, queue_rows
from appliance.store.contacts import latest_cosignature, read_contact
from appliance.store.sessions import SessionRow
from appliance.store.store import Store, StoreView
from web.ports import Link, WindowChoice

T = TypeVar("T")
P = ParamSpec("P")
ONLINE_SECONDS_MAX = 90
COUNTS_SECONDS = 2.0
ROSTER_SECONDS = 1.0

_STOPPED = {
    GateState.SEALED: N_("本厅尚未启用"),
    GateState.STALE: N_("与市级断开太久，暂不能作出决定和发证"),
    GateState.SUSPECT: N_("本机时钟存疑，需两人确认日期"),
    GateState.ROLLED_BACK: N_("数据回退，只能查看"),
    GateState.FENCED: N_("本厅已隔离，只能查看"),
}


@dataclass(frozen=True, slots=True)
class LocalTables:
    """`web.accounts.LocalStore` over a hall's desk."""

    desk: Desk

    async def write(self, write: Callable[Concatenate[Any, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a listed function over the writer's connection; no entry is written."""
        return await self.desk.local(write, *args, **kwargs)

    def reader(self) -> Any:
        """Give this thread's read-only connection."""
        return self.desk.reader()


@dataclass(frozen=True, slots=True)
class OwnTables:
    """The same over a store of this process that has no desk: the city's."""

    store: Store

    async def write(self, write: Callable[Concatenate[Any, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a listed function over the writer's connection; no entry is written."""
        return await local_writes.run(self.store.writer, write, *args, **kwargs)

    def reader(self) -> Any:
        """Give this thread's read-only connection."""
        return self.store.reader()


@dataclass(slots=True)
class Roster:
    """`StaffDirectory` over the staff projection; what it read is kept for a second, because every request asks.

    A read beside a busy writer waits for the interpreter's lock, which costs far more than the read. Somebody whose
    account is closed is out a second later; the writer itself asks the roster for every change.
    """

    store: StoreView
    clock: Clock
    _held: dict[str, StaffRow | None] = field(default_factory=dict, init=False)
    _since: float = field(default=0.0, init=False)

    def find(self, login: str) -> StaffRow | None:
        """Give the person with this staff number, disabled ones included."""
        moment = self.clock.boottime()
        if moment - self._since >= ROSTER_SECONDS:
            self._held, self._since = {}, moment
        if login not in self._held:
            self._held[login] = staff.find(self.store.reader(), login)
        return self._held[login]


@dataclass(slots=True)
class CityLink:
    """`LinkStatus`: what the top bar says about the city, read at most once in two seconds."""

    store: StoreView
    origin: str
    clock: Clock
    _held: tuple[float, Link] | None = field(default=None, init=False)

    def current(self) -> Link:
        """Give the state of the link now."""
        moment = self.clock.boottime()
        if self._held is not None and moment - self._held[0] < COUNTS_SECONDS:
            return self._held[1]
        link = self._read()
        self._held = (moment, link)
        return link

    def _read(self) -> Link:
        connection = self.store.reader()
        cosigned = latest_cosignature(connection, self.origin)
        pending = max(0, self.store.durable_size(self.origin) - (cosigned[0] if cosigned else 0))
        gate = self.store.gate
        stopped, remedy = _STOPPED.get(gate, ""), "/clock" if gate is GateState.SUSPECT else ""
        if self.store.fault is not None:
            away = isinstance(self.store.fault, TransportFailure)
            stopped = N_("写入程序没有应答，暂时只能查看") if away else N_("本机数据核对不符，只能查看，请联系运维")
        contact = read_contact(connection, "city")
        if contact is None or contact.success is None:
            return Link(online=False, offline_minutes=None, pending=pending, stopped=stopped, remedy=remedy)
        silent = (self.clock.now() - parse_time(contact.success)).total_seconds()
        if contact.state == "equal" and silent < ONLINE_SECONDS_MAX:
            return Link(online=True, pending=pending, stopped=stopped, remedy=remedy)
        return Link(
            online=False, offline_minutes=max(0, int(silent // 60)), pending=pending, stopped=stopped, remedy=remedy
        )


@dataclass(frozen=True, slots=True)
class HallWindows:
    """`Windows` of the hall's settings."""

    config: HallConfig

    def choices(self) -> Sequence[WindowChoice]:
        """Give the windows in order."""
        return tuple(WindowChoice(number, number) for number in self.config.windows)


@dataclass(slots=True)
class HallCounts:
    """`MenuCounts`: open work by menu address, counted at most once in two seconds."""

    store: StoreView
    clock: Clock
    _held: tuple[float, dict[str, int]] | None = field(default=None, init=False)

    def _day(self) -> str:
        return format_time(self.clock.now())[:10]

    def counts(self, session: SessionRow) -> Mapping[str, int]:
        """Give figures by menu address."""
        moment = self.clock.boottime()
        if self._held is None or moment - self._held[0] >= COUNTS_SECONDS:
            reader = self.store.reader()
            asked = {
                "/city-requests": city_commands.waiting(reader),
                "/transfers": transfers.to_sign(reader),
                "/conflicts": conflicts.waiting(reader),
                "/complaints": complaints.waiting(reader),
                "/personal-data": len(personal_data.waiting(reader)),
                "/queue": sum(one.state in IN_LINE for one in queue_rows.open_tickets(reader, self._day())),
            }
            self._held = (moment, {**cases.counts(reader), **asked})
        states = self._held[1]
        if session.role == Role.CASE_HANDLER:
            return {address: states[address] for address in ("/queue", "/city-requests", "/conflicts")}
        if session.role == Role.WINDOW_CLERK:
            waiting = ("decided_granted", "decided_refused", "result_ready")
            return {
                "/queue": states["/queue"],
                "/supplement": states.get("correction_pending", 0),
                "/issuance": sum(states.get(state, 0) for state in waiting),
                "/city-requests": states["/city-requests"],
                "/transfers": states["/transfers"],
            }
        shown: tuple[str, ...] = ("/city-requests", "/transfers", "/conflicts")
        if session.role == Role.SUPERVISOR:
            shown = (*shown, "/complaints")
        if session.role in DECIDERS:
            shown = (*shown, "/personal-data")
        return {address: states[address] for address in shown}
