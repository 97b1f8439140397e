"""Transfers of cases between halls at the city: what a hall gave up goes on to the other one (protocol §5).

Each step is a change with a key of its own, so that repeated after a crash, or by another contact, it writes nothing:

* the history of a case that a hall gave up goes to the other hall, then the case is entrusted to it;
* scans that its entries name follow as soon as the city has them, in entries whose envelope names them;
* halls that had the case before are told where it is and how it stands.

What a step needs and does not find (the other hall is not enrolled, its log waits for the hall, an entry of the case is
not here yet) leaves it for the next look; the board shows it, red after two working days.
"""

from typing import Any, Final
from uuid import NAMESPACE_URL, uuid5

import msgspec

from appliance.domain.actor import SYSTEM
from appliance.domain.entry import read_meta
from appliance.domain.events.transfer import (
    CaseEntrusted,
    CaseHistory,
    CaseReported,
    CaseScansFollowed,
    CaseTransferred,
)
from appliance.errors import Refusal
from appliance.ledger.records import Record, RecordState
from appliance.projections.city_commands import hall_of
from appliance.store.case_history import in_parts
from appliance.store.change import Change, Decision, NewEntry, WriteContext
from appliance.store.connection import Connection
from sync.hub import cases
from sync.hub.cases import Due, Transfer
from sync.hub.hub import Hub
from sync.trust import Trust

LOOKED_AT_MAX: Final = 50
"""How many of each kind one look takes up, so that no hall waits long for its answer."""
CHANGE_BYTES_MAX: Final = 32 * 1024
"""Records that one change carries: a link that carries one change at a time gets on."""
SCANS_MAX: Final = 100
"""Scans that one entry names."""
_CARRIED: Final = (
    "SELECT l.origin, l.own, l.epoch, e.idx, e.type, e.body, p.state, p.part FROM entry e JOIN log l ON l.id = e.log"
    " LEFT JOIN private p ON p.log = e.log AND p.idx = e.idx WHERE e.case_no = ? ORDER BY l.epoch, e.log, e.idx"
)


class Said(msgspec.Struct, frozen=True):
    """One entry of a case in one of the logs at the city."""

    origin: str
    own: bool
    epoch: int
    index: int
    type: str
    record: Record

    @property
    def hall(self) -> str:
        """The hall whose log it is in."""
        return hall_of(self.origin)


def look(hub: Hub) -> int:
    """Pass on what can be passed on now.

    Args:
        hub: the city.

    Returns:
        How many changes were written.
    """
    reader = hub.store.reader()
    written = 0
    for transfer in cases.unsent(reader, limit=LOOKED_AT_MAX):
        written += _tried(hub, transfer.to_hall, lambda trust, one=transfer: _entrust(hub, trust, one))
    for transfer in cases.without_scans(reader, limit=LOOKED_AT_MAX):
        written += _tried(hub, transfer.to_hall, lambda trust, one=transfer: _send_scans(hub, trust, one))
    for due in cases.reports_due(reader, limit=LOOKED_AT_MAX):
        written += _tried(hub, due.hall, lambda trust, one=due: _report(hub, trust, one))
    return written


def _tried(hub: Hub, hall: str, act: Any) -> int:
    """Do something for a hall; what cannot be done now is left for the next look."""
    try:
        trust = hub.hall(hall)
        hub.require_writable(trust)
        return int(act(trust))
    except Refusal:
        return 0


def _submit(hub: Hub, label: str, decide: Any) -> int:
    outcome = hub.store.writer.submit(
        Change(key=str(uuid5(NAMESPACE_URL, label)), actor=SYSTEM, content=label.encode(), decide=decide)
    ).result()
    return int(bool(outcome.count) and not outcome.replayed)


# ---- the case and its history ------------------------------------------------------------------------------------


def _entrust(hub: Hub, trust: Trust, transfer: Transfer) -> int:
    if transfer.index < 0 or not _is_whole(hub.store.reader(), transfer):
        return 0
    written = 0
    while group := _next_group(hub.store.reader(), transfer):
        log, first = trust.ticket.c2h_origin, group[0]
        entries = tuple(NewEntry(event=event, case=transfer.case_no, log=log) for event in group)
        label = f"history:{transfer.case_no}:{transfer.leg}:{first.origin}:{first.index}:{first.part}"
        done = _submit(hub, label, lambda _context, found=entries: Decision(found, {}))
        if not done:
            return written  # somebody else is at it, or it was written and lost: the next look sees
        written += done
    name = hub.hall(transfer.from_hall).ticket.hall_name

    def decide(context: WriteContext) -> Decision:
        event = _entrusting(context.connection, transfer, name)
        return Decision((NewEntry(event=event, case=transfer.case_no, log=trust.ticket.c2h_origin),), {})

    return written + _submit(hub, f"entrust:{transfer.case_no}:{transfer.leg}", decide)


def _entrusting(connection: Connection, transfer: Transfer, source_name: str) -> CaseEntrusted:
    came = _came(connection, transfer)
    row = connection.execute("SELECT state FROM hub_case WHERE case_no = ?", (transfer.case_no,)).fetchone()
    return CaseEntrusted(
        leg=transfer.leg,
        source=transfer.from_hall,
        source_name=source_name,
        purpose=transfer.purpose,
        state=str(row[0]) if row is not None else "",
        given_at=transfer.given_at,
        origin=transfer.origin,
        index=transfer.index,
        entries=len(came),
        scans=len(scans_of(came)),
    )


def _next_group(connection: Connection, transfer: Transfer) -> list[CaseHistory]:
    """Give the next entries of a case that the other hall lacks, as many as one change carries; none at the end."""
    kept = known_to(connection, transfer.case_no, transfer.to_hall)
    group: list[CaseHistory] = []
    size = 0
    for one in history(connection, transfer):
        if one.hall == transfer.to_hall or (one.origin, one.index) in kept:
            continue
        size += len(one.record.entry) + len(one.record.private or b"")
        if group and size > CHANGE_BYTES_MAX:
            break
        group += in_parts(transfer.leg, one.origin, one.index, one.record)
    return group


def _came(connection: Connection, transfer: Transfer) -> list[Said]:
    """Give the entries that were sent along with a transfer."""
    everything = _said(connection, transfer.case_no)
    came = {
        (str(data["origin"]), int(data["index"]))
        for one in everything
        if one.own and one.hall == transfer.to_hall and one.type == CaseHistory.TYPE
        for data in (_data(one),)
        if data["leg"] == transfer.leg
    }
    return [one for one in everything if (one.origin, one.index) in came]


def _is_whole(connection: Connection, transfer: Transfer) -> bool:
    """Tell whether every hand-over before this one is here: a city that lost its database hears of halls one by one."""
    before = [one for one in cases.legs(connection, transfer.case_no) if one.leg < transfer.leg]
    known = connection.execute("SELECT 1 FROM hub_case WHERE case_no = ?", (transfer.case_no,)).fetchone()
    whole = [one.leg for one in before] == list(range(1, transfer.leg))
    return known is not None and whole and all(one.index >= 0 and one.sent_at for one in before)


def history(connection: Connection, transfer: Transfer) -> list[Said]:
    """Give the entries of a case up to the one that gave it up, in the order in which the halls had it.

    Args:
        connection: the city's.
        transfer: the transfer; every one before it is known.
    """
    said = _said(connection, transfer.case_no)
    holders = _holders(connection, transfer)
    ordered: list[Said] = []
    at: dict[str, int] = {}
    for leg, hall in enumerate(holders):
        if leg:
            ordered += [one for one in said if one.own and one.hall == hall and _leg_of(one) == leg]
        own = [one for one in said if not one.own and one.hall == hall]
        for one in own[at.get(hall, 0) :]:
            at[hall] = at.get(hall, 0) + 1
            ordered.append(one)
            if one.type == CaseTransferred.TYPE:
                break
    return ordered


def _holders(connection: Connection, transfer: Transfer) -> list[str]:
    """Give the halls that had the case, in order, up to the one that gave it up here."""
    before = [one for one in cases.legs(connection, transfer.case_no) if one.leg <= transfer.leg]
    return [one.from_hall for one in before]


def _leg_of(said: Said) -> int:
    if said.type != CaseEntrusted.TYPE:
        return 0
    return int(_data(said)["leg"])


def _data(said: Said) -> dict[str, Any]:
    found: dict[str, Any] = msgspec.json.decode(said.record.entry)["data"]
    return found


def _said(connection: Connection, number: str) -> list[Said]:
    found = []
    for origin, own, epoch, index, kind, body, state, part in connection.execute(_CARRIED, (number,)):
        condition = RecordState.NONE if state is None else RecordState(state)
        kept = part if condition in (RecordState.PRESENT, RecordState.RESTRICTED) else None
        found.append(Said(origin, bool(own), epoch, index, kind, Record(body, condition, kept)))
    return found


def known_to(connection: Connection, number: str, hall: str) -> set[tuple[str, int]]:
    """Give what a hall was sent of a case before: log and index of each entry; its own words are known to it too."""
    found = set()
    for one in _said(connection, number):
        if one.own and one.hall == hall:
            found.add((one.origin, one.index))
            if one.type == CaseHistory.TYPE:
                data = _data(one)
                found.add((str(data["origin"]), int(data["index"])))
    return found


# ---- scans -------------------------------------------------------------------------------------------------------


def scans_of(said: list[Said]) -> list[str]:
    """Give the digests of the files that entries name, each once, in order."""
    return list(dict.fromkeys(digest for one in said for digest in read_meta(one.record.entry).blobs))


def _send_scans(hub: Hub, trust: Trust, transfer: Transfer) -> int:
    """Name the scans that the city has by now; the hall fetches what an envelope names (protocol §4)."""
    reader = hub.store.reader()
    wanted, sent = _scans(reader, transfer)
    here = [digest for digest in wanted if digest not in sent and hub.store.blobs.has(digest)]
    written = 0
    for start in range(0, len(here), SCANS_MAX):
        chunk = tuple(here[start : start + SCANS_MAX])
        event = CaseScansFollowed(leg=transfer.leg, count=len(chunk))
        entry = NewEntry(event=event, case=transfer.case_no, blobs=chunk, log=trust.ticket.c2h_origin)
        label = f"scans:{transfer.case_no}:{transfer.leg}:{chunk[0]}"
        written += _submit(hub, label, lambda _context, one=entry: Decision((one,), {}))
    return written


def _scans(connection: Connection, transfer: Transfer) -> tuple[list[str], set[str]]:
    """Give the scans that came with a transfer, and those that were passed on already."""
    sent = {
        digest
        for one in _said(connection, transfer.case_no)
        if one.own and one.hall == transfer.to_hall and one.type == CaseScansFollowed.TYPE
        if _data(one)["leg"] == transfer.leg
        for digest in read_meta(one.record.entry).blobs
    }
    return scans_of(_came(connection, transfer)), sent


# ---- what becomes of it ------------------------------------------------------------------------------------------


def _report(hub: Hub, trust: Trust, due: Due) -> int:
    event = CaseReported(
        leg=due.leg,
        hall=due.now_at,
        hall_name=hub.hall(due.now_at).ticket.hall_name,
        state=due.state,
        at=due.changed,
        taken=bool(due.taken),
    )
    decision = Decision((NewEntry(event=event, case=due.case_no, log=trust.ticket.c2h_origin),), {})
    label = f"report:{due.case_no}:{due.hall}:{due.leg}:{due.state}:{due.taken}:{due.last_index}"
    return _submit(hub, label, lambda _context: decision)
