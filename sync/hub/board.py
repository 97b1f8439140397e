"""What the city operator's board shows: one row a hall, worst first, from a closed list of states (desk, "board")."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from appliance.clock import format_time, parse_time
from appliance.domain.gate import GateState
from appliance.errors import N_
from appliance.store.connection import Connection
from appliance.store.contacts import Contact, read_contact
from sync.hub import evidence
from sync.hub.hub import Hub, View
from sync.hub.projections import lease_of, side_of
from sync.trust import Trust

ROOT_HEX_DIGITS: Final = 12
STOPPED_GATES: Final = frozenset({GateState.ROLLED_BACK, GateState.FENCED})


class HallState(StrEnum):
    """States of a hall, worst first: the order of the members is the order of the board."""

    FORKED = "forked"
    STOPPED = "stopped"
    REFUSED = "refused"
    LEASE_OVER = "lease_over"
    NEVER = "never"
    FLAGGED = "flagged"
    SILENT = "silent"
    BEHIND = "behind"
    EQUAL = "equal"


STATE_NAMES: Final[dict[HallState, str]] = {
    HallState.FORKED: N_("日志分叉"),
    HallState.STOPPED: N_("大厅已停止写入"),
    HallState.REFUSED: N_("上报未通过核对"),
    HallState.LEASE_OVER: N_("租约已过期"),
    HallState.NEVER: N_("等待首次联系"),
    HallState.FLAGGED: N_("有记录待人处理"),
    HallState.SILENT: N_("失去联系"),
    HallState.BEHIND: N_("正在追赶"),
    HallState.EQUAL: N_("一致"),
}

NEXT_STEPS: Final[dict[HallState, str]] = {
    HallState.FORKED: N_("两个日志头已保全：联系大厅停用，按手册开启新纪元"),
    HallState.STOPPED: N_("大厅数据被回退或分叉：联系大厅按手册恢复，恢复前只能查看"),
    HallState.REFUSED: N_("查看被拒的日志头，联系大厅核对数据"),
    HallState.LEASE_OVER: N_("联系大厅恢复链路，或用 U 盘带回续租"),
    HallState.NEVER: N_("确认大厅已装入入网凭证并能连到市级"),
    HallState.FLAGGED: N_("打开待修列表逐条处理"),
    HallState.SILENT: N_("打电话确认大厅供电和链路；租约内业务不受影响"),
    HallState.BEHIND: N_("暂不用处理"),
    HallState.EQUAL: "",
}


@dataclass(frozen=True, slots=True)
class HallRow:
    """One line of the board; instants and counters, never ages: the reader computes those.

    Attributes:
        hall: hall code.
        name: hall name.
        state: from the closed list.
        last_contact: instant of the last message of any kind, or None.
        last_equal: instant when both logs last were equal on both sides, or None.
        size: entries of the hall's log stored here.
        root: verified head, hex.
        own_size: size that the hall last reported.
        behind_up: entries that the hall has and the city not, as last reported.
        behind_down: entries of the city that the hall has not applied, as last reported.
        down_size: entries of the city's log for it.
        cases: cases of this hall.
        open_cases: those not at an end.
        flags: entries flagged for a person.
        evidence: refused signed heads.
        lease_until: instant.
        oldest_unacknowledged: instant reported by the hall, or empty.
        blobs_pending: scans reported as not yet here.
        gate: gate state reported by the hall, or empty.
        version: software reported by the hall, or empty.
    """

    hall: str
    name: str
    state: HallState
    last_contact: str | None
    last_equal: str | None
    size: int
    root: str
    own_size: int
    behind_up: int
    behind_down: int
    down_size: int
    cases: int
    open_cases: int
    flags: int
    evidence: int
    lease_until: str
    oldest_unacknowledged: str
    blobs_pending: int
    gate: str
    version: str

    @property
    def state_name(self) -> str:
        """Message id of the state."""
        return STATE_NAMES[self.state]

    @property
    def next_step(self) -> str:
        """Message id of what to do, empty when nothing is."""
        return NEXT_STEPS[self.state]

    @property
    def short_root(self) -> str:
        """The head's first digits, for the eye."""
        return self.root[:ROOT_HEX_DIGITS]

    def as_json(self) -> dict[str, Any]:
        """Give the row as plain values (``city halls --json``)."""
        return {name: getattr(self, name) for name in self.__slots__} | {"state": self.state.value}


@dataclass(frozen=True, slots=True)
class HubCase:
    """A case as the city knows it."""

    case_no: str
    hall: str
    hall_name: str
    item_code: str
    item_name: str
    state: str
    received: str
    changed: str
    last_index: int


def board(hub: Hub | View) -> list[HallRow]:
    """Give all rows, worst first, then by hall code.

    Args:
        hub: the city, or a view of it.
    """
    view = hub.view if isinstance(hub, Hub) else hub
    reader = view.reader()
    now = hub.clock.now()
    heads = evidence.counts(reader)
    order = list(HallState)
    rows = [_row(view, reader, trust, heads, now - view.silent_after, now) for trust in view.halls]
    return sorted(rows, key=lambda row: (order.index(row.state), row.hall))


def cases(hub: Hub, *, hall: str | None = None, limit: int = 100, offset: int = 0) -> list[HubCase]:
    """Give cases, the last changed first; of one hall or of all."""
    names = {side_of(trust.ticket.h2c_origin): trust.ticket for trust in hub.halls}
    origin = side_of(hub.hall(hall).ticket.h2c_origin) if hall else None
    rows = hub.store.reader().execute(
        "SELECT case_no, origin, item_code, item_name, state, received, changed, last_index FROM hub_case"
        " WHERE ?1 IS NULL OR instr(origin, ?1) = 1 ORDER BY changed DESC, case_no LIMIT ?2 OFFSET ?3",
        (origin, limit, offset),
    )
    return [
        HubCase(number, ticket.hall, ticket.hall_name, code, name, state, received, changed, index)
        for number, source, code, name, state, received, changed, index in rows
        if (ticket := names.get(side_of(source))) is not None
    ]


# What no read model could take is told by the store as an alarm (LOCAL outbox); the rest is flagged by the read model.
# A flag stands until the conflict that it became is resolved (sync.hub.conflicts).
FLAGS_SQL: Final = (
    "SELECT idx, kind, detail, t FROM (SELECT idx, kind, detail, t FROM hub_flag WHERE instr(origin, ?1) = 1"
    " UNION SELECT payload ->> 'index',"
    " CASE kind WHEN 'alarm.entry_malformed' THEN 'unreadable' ELSE 'not_projected' END,"
    " coalesce(payload ->> 'reason', ''), min(created) FROM outbox"
    " WHERE kind IN ('alarm.entry_malformed', 'alarm.entry_not_projected') AND instr(payload ->> 'origin', ?1) = 1"
    " GROUP BY 1, 2) AS flagged"
    " WHERE NOT EXISTS (SELECT 1 FROM conflict c JOIN conflict_end e ON e.conflict = c.conflict"
    " JOIN conflict_told o ON o.conflict = c.conflict AND o.ended = 0"
    " WHERE c.kind = flagged.kind AND c.subject = flagged.detail"
    " AND instr(o.origin, replace(?1, '/h2c/', '/c2h/')) = 1)"
)


def flags(hub: Hub, hall: str) -> list[dict[str, Any]]:
    """List what was flagged in a hall's log, oldest first."""
    rows = hub.store.reader().execute(f"{FLAGS_SQL} ORDER BY 1, 2", (side_of(hub.hall(hall).ticket.h2c_origin),))
    return [{"index": index, "kind": kind, "detail": detail, "time": moment} for index, kind, detail, moment in rows]


def _row(
    hub: View,
    reader: Connection,
    trust: Trust,
    heads: dict[tuple[str, str], int],
    heard: datetime,
    now: datetime,
) -> HallRow:
    ticket = trust.ticket
    h2c, c2h = hub.stored(trust.h2c), hub.stored(trust.c2h)
    contact = read_contact(reader, ticket.hall)
    status: dict[str, Any] = contact.detail.get("status", {}) if contact else {}
    total, still_open, flagged = _counts(reader, side_of(ticket.h2c_origin))
    own_size = max(int(status.get("own_size", 0)), h2c.size)
    refused = sum(count for (hall, _), count in heads.items() if hall == ticket.hall)
    lease = lease_of(reader, ticket.c2h_origin) or ticket.lease_until
    behind_up, behind_down = own_size - h2c.size, max(0, c2h.size - int(status.get("applied", 0)))
    return HallRow(
        hall=ticket.hall,
        name=ticket.hall_name,
        state=_state(
            contact,
            forked=(ticket.hall, "fork") in heads,
            stopped=status.get("gate") in STOPPED_GATES,
            refused=refused > 0,
            lease=lease,
            flagged=flagged > 0,
            behind=behind_up > 0 or behind_down > 0,
            heard=heard,
            now=now,
        ),
        last_contact=contact.at if contact else None,
        last_equal=contact.success if contact else None,
        size=h2c.size,
        root=h2c.root.hex(),
        own_size=own_size,
        behind_up=behind_up,
        behind_down=behind_down,
        down_size=c2h.size,
        cases=total,
        open_cases=still_open,
        flags=flagged,
        evidence=refused,
        lease_until=lease,
        oldest_unacknowledged=str(status.get("oldest_unacknowledged", "")),
        blobs_pending=int(status.get("blobs_pending", 0)),
        gate=str(status.get("gate", "")),
        version=str(status.get("version", "")),
    )


def _state(
    contact: Contact | None,
    *,
    forked: bool,
    stopped: bool,
    refused: bool,
    lease: str,
    flagged: bool,
    behind: bool,
    heard: datetime,
    now: datetime,
) -> HallState:
    if contact is None or contact.at is None:
        return HallState.NEVER
    silent = parse_time(contact.at) < heard
    found = (
        (forked, HallState.FORKED),
        (stopped, HallState.STOPPED),
        (refused, HallState.REFUSED),
        (parse_time(lease) < now, HallState.LEASE_OVER),
        (flagged, HallState.FLAGGED),
        (silent, HallState.SILENT),
        (behind, HallState.BEHIND),
    )
    return next((state for holds, state in found if holds), HallState.EQUAL)


def _counts(reader: Connection, origin: str) -> tuple[int, int, int]:
    total, still_open = reader.execute(
        "SELECT count(*), coalesce(sum(state NOT IN ('closed', 'not_required', 'not_accepted', 'withdrawn',"
        " 'terminated')), 0) FROM hub_case WHERE instr(origin, ?) = 1",
        (origin,),
    ).fetchone()  # type: ignore[misc]  # an aggregate always gives one row
    return total, still_open, len(reader.execute(FLAGS_SQL, (origin,)).fetchall())


def summary(rows: list[HallRow], now: datetime) -> dict[str, Any]:
    """Give the sentence in the heading as numbers, with the instant they hold for."""
    return {
        "halls": len(rows),
        "fine": sum(row.state is HallState.EQUAL for row in rows),
        "need_someone": sum(bool(row.next_step) and row.state is not HallState.BEHIND for row in rows),
        "behind": sum(row.behind_up for row in rows),
        "time": format_time(now),
    }
