"""Limits that pause, are extended, lapse and are recomputed, through the desk and the sweep."""

from datetime import timedelta

import msgspec
import pytest

from appliance.domain.actor import SYSTEM, Actor, Role
from appliance.domain.calendar import TableStatus, YearTable
from appliance.domain.states import State
from appliance.errors import Forbidden, Invalid, WrongState
from appliance.projections import calendar_view, case_deadlines, cases, items
from appliance.services.prereview import DeemAccepted
from appliance.services.procedure import ConfirmProposal, Propose, ProposeLapse
from appliance.services.sweep import sweep
from appliance.services.timing import EndSpecial, ExtendCase, RecomputeDue, ResumeCase, SuspendCase
from provisioning.walk import STORIES

FOOD, GAS, TRADER = "420100001000", "420100008000", "420700002000"
TOLD = {story.name: story for story in STORIES}
HANDLER, REVIEWER, HEAD = (
    Actor("C1004", Role.CASE_HANDLER),
    Actor("R2004", Role.REVIEWER),
    Actor("D6004", Role.DEPT_HEAD),
)
OTHER_HEAD = Actor("D6001", Role.DEPT_HEAD)
REASON = "供气方案复杂，需要组织专家评审"


def at(hall, no):
    return {"case": no, "version": hall.case(no).version}


def run(hall):
    return sweep(
        hall.desk, actor=SYSTEM, today=hall.clock.now().date().isoformat(), make_key=lambda no, day: f"{no}:{day}"
    )


def row(hall, no):
    return next(row for row in cases.by_state(hall.desk.reader(), None) if row.no == no)


@pytest.fixture
def gas(hall):
    """A case of 燃气经营许可 in review."""
    return hall.walk(TOLD["handling"], hall.items[GAS])[0].case


def test_an_expert_review_goes_through_the_desk(hall, gas):
    ask = {"act": "start_special", "ground": "expert_review", "reason": REASON}
    with pytest.raises(Invalid):
        hall.do(Propose(**at(hall, gas), **ask, days=99), HANDLER)
    hall.do(Propose(**at(hall, gas), **ask, days=15), HANDLER)
    hall.do(ConfirmProposal(**at(hall, gas), proposal=1), REVIEWER)
    listed = row(hall, gas)
    assert (listed.state, listed.due_clock, listed.due) == (State.SPECIAL_PROCEDURE, "C9", "2026-12-14")
    before = hall.case(gas).clock("C2").deadline.due
    hall.clock.advance(timedelta(days=7))
    hall.do(EndSpecial(**at(hall, gas), document="专家评审意见", result="方案可行"), HANDLER)
    assert (row(hall, gas).due_clock, hall.case(gas).clock("C2").deadline.due > before) == ("C3", True)


def test_a_suspension_takes_the_case_off_the_clock_and_back(hall, gas):
    words = {"reason": "申请人与第三人的权属争议正在诉讼中", "basis": "《示例条例》第十条"}
    with pytest.raises(Forbidden) as caught:
        hall.do(SuspendCase(**at(hall, gas), basis_kind="statute", **words), OTHER_HEAD)
    assert caught.value.code == "other_department"
    hall.do(SuspendCase(**at(hall, gas), basis_kind="statute", **words), HEAD)
    assert (row(hall, gas).state, row(hall, gas).due) == (State.SUSPENDED, None)
    hall.do(ResumeCase(**at(hall, gas), reason="判决已经生效"), HANDLER)
    assert row(hall, gas).due_clock == "C3"
    hall.do(ExtendCase(**at(hall, gas), days=10, reason="需要进一步核实气源和安全条件"), HEAD)
    assert hall.case(gas).extended == 10


# ---- the sweep


def with_correction_limit(hall):
    """Put a version of the food item in which a rule gives the applicant five days to correct."""
    item = hall.items[FOOD]
    correction = msgspec.structs.replace(item.correction, valid_days=5, valid_basis=item.by_law[:1])
    changed = msgspec.structs.replace(item, correction=correction, task_version=item.task_version + 1)
    body = msgspec.json.encode(changed).decode()
    rows = [items.ItemRow(FOOD, changed.task_version, changed.task_name, "test", body)]
    hall.store.writer.local(lambda connection: items.put(connection, rows)).result()
    return changed


def test_a_lapsed_correction_is_proposed_once_and_waits_for_the_handler(hall):
    no = hall.walk(TOLD["correction_open"], with_correction_limit(hall))[0].case
    assert run(hall) == []
    hall.clock.advance(timedelta(days=8))
    assert run(hall) == [no]
    assert (hall.case(no).state, hall.case(no).proposal.by) == (State.CORRECTION_PENDING, "system")
    assert run(hall) == []
    hall.do(ConfirmProposal(**at(hall, no), proposal=1), Actor("C1001", Role.CASE_HANDLER))
    assert hall.case(no).state is State.TERMINATED


def test_items_without_deemed_acceptance_do_not_hide_the_others(hall, monkeypatch):
    """The control of the paging: with pages of two, three cases that never lapse stand before the one that does."""
    real = case_deadlines.lapsed
    monkeypatch.setattr(case_deadlines, "lapsed", lambda *given, **named: real(*given, **named, limit=2))
    for seed in range(3):
        hall.walk(TOLD["received"], hall.items[TRADER], seed=f"trader:{seed}")
    no = hall.walk(TOLD["received"], hall.items[FOOD])[0].case
    hall.clock.advance(timedelta(days=8))
    assert run(hall) == [no]
    assert hall.case(no).deemed_accepted
    assert run(hall) == []


def make_official(hall, year):
    """Let the calendar of a year arrive as official."""

    def put(connection):
        found = connection.execute("SELECT year, body FROM calendar_year ORDER BY year").fetchall()
        tables = {number: msgspec.json.decode(body, type=YearTable) for number, body in found}
        tables[year] = msgspec.structs.replace(
            tables[year], status=TableStatus.OFFICIAL, documents=tables[2026].documents
        )
        rows = [(number, msgspec.json.encode(table).decode()) for number, table in tables.items()]
        calendar_view.put(connection, rows)
        connection.execute("UPDATE pack SET version = version + 1 WHERE name = 'calendar'")

    hall.store.writer.local(put).result()


def test_provisional_limits_are_recomputed_when_the_calendar_arrives(hall):
    hall.clock.advance(timedelta(days=30))
    no = hall.walk(TOLD["handling"], hall.items[FOOD])[0].case
    assert hall.case(no).clock("C2").deadline.provisional
    assert run(hall) == []
    make_official(hall, 2027)
    assert run(hall) == [no]
    case = hall.case(no)
    assert [clock.deadline.provisional for clock in case.clocks if clock.stopped is None] == [False] * 3
    assert hall.types(no)[-1] == "case.due_recomputed"
    assert run(hall) == []


@pytest.mark.parametrize("command", [DeemAccepted, ProposeLapse, RecomputeDue])
def test_what_the_sweep_does_nobody_does_by_hand(hall, gas, command):
    with pytest.raises((Forbidden, WrongState)):
        hall.do(command(case=gas), HANDLER)
