"""One hall as the city knows it: its verified head, what it last sent, its cases, flags and refused heads.

Entries are shown by their envelope alone (index, time, type, case); what they say of people stays in the log.
"""

from typing import ClassVar, Final

import msgspec
from litestar import Response

from appliance.clock import format_time
from appliance.domain.conflicts import Kind, rule_of
from appliance.domain.entry import read_meta
from appliance.domain.events import EVENTS
from appliance.errors import N_, IntegrityFailure, NotFound
from appliance.store.contacts import read_contact
from appliance.store.event_store import iterate
from sync.hub import evidence
from sync.hub.board import board, cases, flags_of
from sync.hub.hall_states import RULES, STATE_OF_EVIDENCE, HallState
from sync.hub.heads import CosignedHead, cosigned_head
from sync.hub.hub import Hub
from sync.trust import HallStatus, Trust
from web.pages.city_board import TONES, Line, line_of
from web.pages.city_cases import CaseLine, case_line
from web.pages.city_history import History, history_of
from web.pages.runbook_entries import ENTRIES, of_evidence, of_flag
from web.visit import Visit

ENTRIES_SHOWN: Final = 50
CASES_SHOWN: Final = 10
EVIDENCE_NAMES: Final[dict[str, str]] = {kind: ENTRIES[of_evidence(kind)].title for kind in STATE_OF_EVIDENCE}


class EntryLine(msgspec.Struct, frozen=True):
    """The envelope of one entry; `name` is the message id of its type, or empty for one that is not known here."""

    index: int
    time: str
    type: str
    name: str
    case: str


class Finding(msgspec.Struct, frozen=True):
    """A flag or a refused head: what, its entry in the runbook, where or which text, since when."""

    name: str
    help: str
    detail: str
    time: str
    index: int = -1


class HallPage(msgspec.Struct, frozen=True):
    """Everything about one hall.

    Attributes:
        line: its row of the board.
        time: the instant that the page holds for.
        silence: message id of what a hall is called that was not heard of for `silent_after` seconds.
        head: the hall's checkpoint with the city's cosignature; empty before the first.
        head_problem: message id of why the stored head does not verify, or empty.
        status: what the hall last said of itself, or None.
        lines: the cases that changed last.
        history: what the city remembers of the hall.
    """

    TEMPLATE: ClassVar[str] = "city/hall.html"
    line: Line
    time: str
    silence: str
    silent_after: int
    origin: str
    head: str
    head_size: int
    head_problem: str
    status: HallStatus | None
    entries: tuple[EntryLine, ...]
    lines: tuple[CaseLine, ...]
    flags: tuple[Finding, ...]
    evidence: tuple[Finding, ...]
    history: History


def show(visit: Visit, code: str, hub: Hub) -> Response[str]:
    """Show a hall."""
    trust = hub.hall(code)
    moment = visit.front.clock.now()
    now = format_time(moment)
    row = next((found for found in board(hub) if found.hall == code), None)
    if row is None:
        raise NotFound(N_("没有代码为 %(code)s 的大厅"), code="unknown_hall", subject=code, params={"code": code})
    reader = hub.store.reader()
    contact = read_contact(reader, code)
    said = contact.detail.get("status") if contact else None
    head, problem = _head(hub, trust)
    page = HallPage(
        line=line_of(row, now),
        time=now,
        silence=RULES[HallState.SILENT].name,
        silent_after=int(hub.view.silent_after.total_seconds()),
        origin=trust.ticket.h2c_origin,
        head=head.note.decode() if head else "",
        head_size=head.size if head else 0,
        head_problem=problem,
        status=msgspec.convert(said, HallStatus) if said else None,
        entries=tuple(_entries(hub, trust, row.size)),
        lines=tuple(case_line(case) for case in cases(hub, hall=code, limit=CASES_SHOWN)),
        flags=tuple(
            Finding(
                _name(flag["kind"]), _help(of_flag(flag["kind"])), str(flag["detail"]), flag["time"], int(flag["index"])
            )
            for flag in flags_of(hub, code)
        ),
        evidence=tuple(
            Finding(
                EVIDENCE_NAMES.get(kept.kind, kept.kind),
                _help(of_evidence(kept.kind)),
                kept.note.decode("utf-8", "replace"),
                kept.time,
            )
            for kept in evidence.of_hall(reader, code)
        ),
        history=history_of(visit, reader, code, moment, TONES),
    )
    return visit.show(page)


def _help(topic: str) -> str:
    """Give the runbook's entry; empty for a kind of another version."""
    return topic if topic in ENTRIES else ""


def _name(kind: str) -> str:
    """Give the message id of a flag's kind: it is that of the conflict that a flag becomes."""
    rule = rule_of(kind)
    return rule.name if rule is not None else kind


def _head(hub: Hub, trust: Trust) -> tuple[CosignedHead | None, str]:
    """Give the head, or say why there is none that holds: the page must open when it is needed most."""
    try:
        return cosigned_head(hub, trust), ""
    except IntegrityFailure as error:
        return None, error.message


def _entries(hub: Hub, trust: Trust, size: int) -> list[EntryLine]:
    """Read the envelopes of the last entries, newest first; one that cannot be read is shown as just that."""
    start = max(0, size - ENTRIES_SHOWN)
    lines = []
    for index, record in enumerate(iterate(hub.store.reader(), trust.ticket.h2c_origin, start, size), start):
        try:
            meta = read_meta(record.entry)
        except IntegrityFailure:
            lines.append(EntryLine(index, "", "", _name(Kind.UNREADABLE), ""))
            continue
        event = EVENTS.get(meta.type)
        lines.append(EntryLine(index, meta.t, meta.type, event.DISPLAY if event else "", meta.case or ""))
    return lines[::-1]
