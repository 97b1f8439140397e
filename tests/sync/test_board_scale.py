"""The board of a city with 500 halls: as many statements as for one, none of them over the cases or the entries."""

import re
import time
from hashlib import sha256
from types import SimpleNamespace

import pytest

from appliance.clock import format_time
from appliance.ledger.signer import LogSigner
from appliance.store.contacts import Contact, store_contact
from sync.hub import figures, flags
from sync.hub.board import board, cases, flags_of, sums_of
from sync.hub.hall_states import HallState, Turn
from sync.hub.hub import View

MANY = 500
# Tables with a line a hall, a log, an act or a thing that waits for a person; not cases, not entries.
BOUNDED = {
    "l",
    "contact",
    "hub_tally",
    "hub_lease",
    "hub_flag",
    "hub_evidence",
    "hub_silence",
    "hub_quarantine",
    "flagged",
}


def trust_of(world, number):
    """Give a hall that exists by its ticket alone, as one of many."""
    code = f"4201{number:04d}"
    ticket = SimpleNamespace(
        hall=code,
        hall_name=f"第{number}街道便民中心",
        epoch=1,
        h2c_origin=f"wuhan/{code}/h2c/e1",
        c2h_origin=f"wuhan/{code}/c2h/e1",
        lease_until=world.trust.ticket.lease_until,
    )
    keys = (
        LogSigner(origin, sha256(origin.encode()).digest()).verifier
        for origin in (ticket.h2c_origin, ticket.c2h_origin)
    )
    return SimpleNamespace(ticket=ticket, **dict(zip(("h2c", "c2h"), keys, strict=True)))


@pytest.fixture
def crowded(world):
    """Give the view of a city with as many halls as asked, each with cases, flags, evidence and a last contact."""
    now = format_time(world.clock.now())

    def fill(connection, trusts):
        for number, trust in enumerate(trusts):
            ticket = trust.ticket
            store_contact(connection, Contact(ticket.hall, "equal", now, now, {"status": {"own_size": number}}))
            connection.execute("INSERT INTO log (origin, own, epoch, size) VALUES (?, 0, 1, 0)", (ticket.h2c_origin,))
            for case in range(4):
                connection.execute(
                    "INSERT INTO hub_case VALUES (?, ?, ?, 'i', 'n', 'received', ?, ?, 0, 1, 0, 0, 0)",
                    (f"{ticket.hall}{case}", ticket.h2c_origin, ticket.hall, now, now),
                )
            connection.execute("INSERT INTO hub_tally VALUES (?, 4, 3)", (ticket.hall,))
            if number % 10 == 0:
                connection.execute(
                    "INSERT INTO hub_flag VALUES (?, 3, 'case_unknown', 'x', ?)", (ticket.h2c_origin, now)
                )

    def make(count):
        trusts = {trust.ticket.hall: trust for trust in (trust_of(world, number) for number in range(count))}
        world.hub.store.writer.local(lambda connection: fill(connection, trusts.values())).result()
        return View(world.hub.store.reader, lambda _origin: 10**9, world.clock, trusts)

    return make


def statements(view):
    """Give the rows of the board and every statement that was asked for them."""
    asked = []

    def trace(_cursor, sql, bindings):
        asked.append((sql, bindings))
        return True

    reader = view.reader()
    reader.exec_trace = trace
    try:
        return board(view), asked
    finally:
        reader.exec_trace = None


def test_five_hundred_halls_take_as_many_statements_as_one(world, crowded):
    _, few = statements(world.hub.view)
    rows, many = statements(crowded(MANY))
    assert len(rows) == MANY
    assert len(many) == len(few) <= 10
    assert {row.cases for row in rows} == {4}
    assert sum(row.flags for row in rows) == MANY // 10
    assert sum(row.state is HallState.FLAGGED for row in rows) == MANY // 10


def test_five_hundred_halls_are_read_well_within_the_two_seconds_of_the_board(crowded):
    view = crowded(MANY)
    board(view)
    began = time.process_time()
    board(view)
    assert time.process_time() - began < 0.5


def growing(reader, sql, bindings):
    """Give what a statement reads from end to end though it grows with the cases or the entries."""
    plan = [detail for _, _, _, detail in reader.execute(f"EXPLAIN QUERY PLAN {sql}", bindings)]
    scans = [match for detail in plan if (match := re.match(r"SCAN (\S+)(.*)", detail))]
    return [
        scan[0] for scan in scans
        if scan[1] not in BOUNDED and not scan[1].startswith("(") and "outbox_unprojected" not in scan[2]
    ]  # fmt: skip


def test_no_statement_of_the_board_reads_the_cases_the_entries_or_the_outbox(world, crowded):
    view = crowded(20)
    for sql, bindings in statements(view)[1]:
        assert not growing(view.reader(), sql, bindings), sql
    assert not growing(view.reader(), flags.OF_LOG_SQL, (world.h2c,))
    # Control: what the board asked before, once a hall.
    before = "SELECT count(*) FROM hub_case WHERE instr(origin, ?) = 1"
    assert growing(view.reader(), before, (world.h2c,)) == ["SCAN hub_case"]


def test_a_page_of_cases_is_read_in_its_order_and_not_sorted(world, crowded):
    reader = crowded(20).reader()
    asked = []
    reader.exec_trace = lambda _cursor, sql, bindings: not asked.append((sql, bindings))
    try:
        cases(world.hub, limit=10)
        cases(world.hub, hall=world.trust.ticket.hall, limit=10)
    finally:
        reader.exec_trace = None
    for sql, bindings in asked:
        plan = " ".join(row[3] for row in reader.execute(f"EXPLAIN QUERY PLAN {sql}", bindings))
        assert "USING INDEX hub_case_" in plan
        assert "TEMP B-TREE" not in plan


def test_the_tally_is_what_the_cases_say(world):
    world.write(cases=5)
    world.sync()
    reader = world.hub.store.reader()
    counted = reader.execute("SELECT hall, count(*), count(*) FROM hub_case GROUP BY hall").fetchall()
    assert reader.execute("SELECT hall, cases, open FROM hub_tally").fetchall() == counted
    assert counted[0][1] == 5


def test_all_halls_are_fine_or_pass_by_themselves_or_are_somebodys_turn(crowded):
    sums = sums_of(board(crowded(30)))
    assert sums.fine + sums.waiting + sums.need_someone == sums.halls == 30
    assert sums.turns[Turn.OPERATOR] == sums.need_someone == 3
    assert sum(sums.turns.values()) == 30


def test_a_silent_hall_is_somebodys_turn_though_something_worse_holds_too(world):
    world.write()
    world.sync()
    world.clock.advance(world.hub.view.silent_after * 2)
    row = board(world.hub)[0]
    assert (row.state, row.turn) == (HallState.SILENT, Turn.OPERATOR)
    world.hub.keep_evidence(world.trust, "root", f"{world.h2c}\n9\n".encode())
    row = board(world.hub)[0]
    assert (row.state, row.found) == (HallState.REFUSED, (HallState.REFUSED, HallState.SILENT))
    assert (sums_of([row]).silent, sums_of([row]).need_someone) == (1, 1)


@pytest.mark.parametrize(
    ("kind", "state", "turn"),
    [
        ("city_fork", HallState.CITY_FORKED, Turn.OFFICERS),
        ("fork", HallState.FORKED, Turn.OFFICERS),
        ("compromise", HallState.COMPROMISED, Turn.OFFICERS),
        ("private", HallState.REFUSED, Turn.OPERATOR),
    ],
)
def test_each_kind_of_refused_head_has_its_state_and_its_people(world, kind, state, turn):
    world.write()
    world.sync()
    world.hub.keep_evidence(world.trust, kind, f"{world.c2h}\n9\n".encode())
    row = board(world.hub)[0]
    assert (row.state, row.turn, row.evidence) == (state, turn, 1)


def test_flags_of_all_logs_of_a_hall_are_listed_and_counted_alike(world):
    world.write()
    world.sync()

    def flag(connection):
        connection.execute("INSERT INTO hub_flag VALUES (?, 1, 'case_unknown', 'x', 't')", (world.h2c,))
        payload = f'{{"index": 2, "origin": "{world.h2c}", "reason": "r"}}'
        for _ in range(2):  # told twice, after a restart; one flag
            connection.execute(
                "INSERT INTO outbox (kind, payload, created, due) VALUES ('alarm.entry_malformed', ?, 't', 't')",
                (payload,),
            )

    world.hub.store.writer.local(flag).result()
    found = flags_of(world.hub, world.trust.ticket.hall)
    assert [(one["index"], one["kind"]) for one in found] == [(1, "case_unknown"), (2, "unreadable")]
    assert flags.counts(world.hub.store.reader()) == {world.trust.ticket.hall: 2}


def test_the_figures_have_the_roots_that_the_entries_give(world):
    world.write(cases=3)
    world.sync()
    view = world.hub.view
    known = figures.read_figures(view)
    for log in (world.trust.h2c, world.trust.c2h):
        assert known.stored(log) == view.stored(log)
        assert known.stored(log).size
