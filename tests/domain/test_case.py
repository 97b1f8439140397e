"""The fold: what a case is after each step, which clocks run, and that the same events give the same case."""

import json
from pathlib import Path

import msgspec
import pytest

from appliance.domain.case import evolve
from appliance.domain.entry import read_event
from appliance.domain.events import CASE_EVENTS, CaseAssigned, EpochOpened
from appliance.domain.service_item import SpecialProcedure
from appliance.domain.states import State

GOLDEN = json.loads(Path(__file__).with_name("golden_entries.json").read_text(encoding="utf-8"))
OTHER = "health_certificates"
EXPERTS = SpecialProcedure(kind="expert_review", planned_days=15, explain="专家评审")

# What is done, on which day after Monday 2026-11-23: state afterwards, clocks running, clocks stopped.
MAIN_ROAD = [
    ("receive", 0, "received", "C1", ""),
    ("take", 0, "pre_review", "C1", ""),
    ("accept", 1, "in_review", "C2 C3 C8", "C1"),
    ("handle", 1, "in_review", "C2 C3 C8", "C1 C8"),
    ("review", 2, "in_review", "C2 C3 C8", "C1 C8 C8"),
    ("grant", 3, "decided_granted", "C4", "C1 C2 C3 C8 C8 C8"),
    ("produce", 3, "result_ready", "C4", "C1 C2 C3 C8 C8 C8"),
    ("hand_over", 4, "closed", "", "C1 C2 C3 C4 C8 C8 C8"),
]
REFUSAL = [
    *MAIN_ROAD[:5],
    ("refuse", 3, "decided_refused", "C4", "C1 C2 C3 C8 C8 C8"),
    ("produce", 3, "result_ready", "C4", "C1 C2 C3 C8 C8 C8"),
    ("hand_over", 4, "closed", "", "C1 C2 C3 C4 C8 C8 C8"),
]
CORRECTION = [
    (("receive", {"left_out": (OTHER,)}), 0, "received", "C1", ""),
    ("take", 0, "pre_review", "C1", ""),
    ("pre_review", 0, "pre_review", "C1", ""),
    (("notice", OTHER), 1, "correction_pending", "", "C1"),
    (("supplement", 1), 2, "pre_review", "C1", "C1"),
    ("accept", 3, "in_review", "C2 C3 C8", "C1 C1"),
]
REPEATED = [
    *CORRECTION[:5],
    (("notice", OTHER), 3, "correction_pending", "", "C1 C1"),
    (("supplement", 1), 7, "pre_review", "C1", "C1 C1"),
    ("accept", 7, "in_review", "C2 C3 C8", "C1 C1 C1"),
]
RETURN = [
    *MAIN_ROAD[:4],
    (("send_back", "reviewer"), 2, "in_review", "C2 C3 C8", "C1 C8 C8"),
    ("handle", 2, "in_review", "C2 C3 C8", "C1 C8 C8 C8"),
    ("review", 2, "in_review", "C2 C3 C8", "C1 C8 C8 C8 C8"),
    ("grant", 3, "decided_granted", "C4", "C1 C2 C3 C8 C8 C8 C8 C8"),
]
WITHDRAWAL = [*MAIN_ROAD[:3], ("withdraw", 2, "withdrawn", "", "C1 C2 C3 C8")]
EARLY_WITHDRAWAL = [*MAIN_ROAD[:1], ("withdraw", 0, "withdrawn", "", "C1")]
DEEMED = [
    *MAIN_ROAD[:1],
    ("deem", 8, "in_review", "C2 C3 C8", "C1"),
    ("handle", 8, "in_review", "C2 C3 C8", "C1 C8"),
]
NOT_REQUIRED = [*MAIN_ROAD[:2], ("not_required", 1, "not_required", "", "C1")]
NOT_ACCEPTED = [
    *MAIN_ROAD[:2],
    (("propose", "not_accepted"), 1, "pre_review", "C1", ""),
    ("drop", 1, "pre_review", "C1", ""),
    (("propose", "not_accepted"), 1, "pre_review", "C1", ""),
    ("not_accepted", 2, "not_accepted", "", "C1"),
]
TERMINATION = [
    *MAIN_ROAD[:4],
    (("propose", "terminate", {"ground": "dissolution"}), 2, "in_review", "C2 C3 C8", "C1 C8"),
    ("terminate", 2, "terminated", "", "C1 C2 C3 C8 C8"),
]
VOIDING = [
    *MAIN_ROAD[:1],
    (("propose", "void_receipt", "clerk"), 0, "received", "C1", ""),
    ("void", 0, "terminated", "", "C1"),
]
REQUEST = [
    *MAIN_ROAD[:3],
    (("request", OTHER), 2, "in_review", "C2 C3 C8", "C1"),
    (("requested", 1), 3, "in_review", "C2 C3 C8", "C1"),
]
MENDING = [
    *MAIN_ROAD[:2],
    (("fix", {"form": {"floor_area": "86"}}), 0, "pre_review", "C1", ""),
    (("amend", {"form": {"floor_area": "88"}}), 1, "pre_review", "C1", ""),
]
SPECIAL = [
    *MAIN_ROAD[:4],
    ("propose_special", 2, "in_review", "C2 C3 C8", "C1 C8"),
    ("start_special", 2, "special_procedure", "C2 C3 C8 C9", "C1 C8"),
    ("end_special", 14, "in_review", "C2 C3 C8", "C1 C8 C9"),
    ("review", 15, "in_review", "C2 C3 C8", "C1 C8 C8 C9"),
]
SUSPENSION = [
    *MAIN_ROAD[:4],
    ("suspend", 2, "suspended", "C2 C3 C8", "C1 C8"),
    ("resume", 9, "in_review", "C2 C3 C8", "C1 C8"),
    ("extend", 10, "in_review", "C2 C3 C8", "C1 C8"),
]
STORIES = {
    "special procedure": SPECIAL,
    "suspension and extension": SUSPENSION,
    "no licence needed": NOT_REQUIRED,
    "non-acceptance, dropped and proposed again": NOT_ACCEPTED,
    "termination": TERMINATION,
    "voided receipt": VOIDING,
    "material asked for in review": REQUEST,
    "mended on the spot and amended later": MENDING,
    "main road": MAIN_ROAD,
    "refusal": REFUSAL,
    "correction and supplement": CORRECTION,
    "repeated notice": REPEATED,
    "return to the step before": RETURN,
    "withdrawal in review": WITHDRAWAL,
    "withdrawal at once": EARLY_WITHDRAWAL,
    "deemed acceptance": DEEMED,
}


def tell(told, story):
    start = told.day
    told.item = msgspec.structs.replace(told.item, special_procedure=(EXPERTS,))
    for step, day, *_ in story:
        told.wait(day - (told.day - start).days)
        name, *rest = (step,) if isinstance(step, str) else step
        named = rest.pop() if rest and isinstance(rest[-1], dict) else {}
        yield step, getattr(told, name)(*rest, **named)


@pytest.mark.parametrize("story", STORIES.values(), ids=list(STORIES))
def test_state_and_clocks_after_each_step(told, story):
    for (_, case), (step, _, state, running, stopped) in zip(tell(told, story), story, strict=True):
        clocks = [(clock.deadline.clock, clock.stopped is None) for clock in case.clocks]
        now = (
            case.state.value,
            " ".join(sorted(name for name, runs in clocks if runs)),
            " ".join(sorted(name for name, runs in clocks if not runs)),
        )
        assert (step, *now) == (step, state, running, stopped)
        assert case.version == len(told.events)
        assert case.last_index == len(told.events)


@pytest.mark.parametrize("story", STORIES.values(), ids=list(STORIES))
def test_the_same_events_give_the_same_case(told, story):
    *_, (_, case) = tell(told, story)
    again = None
    for index, (meta, event) in enumerate(told.events, start=1):
        again = evolve(again, meta, index, event)
    assert again == case
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(again), type=type(case)) == case


def test_a_fold_that_forgets_one_event_is_seen(told):
    """The control of the test above."""
    *_, (_, case) = tell(told, MAIN_ROAD)
    again = None
    for index, (meta, event) in enumerate(told.events[:-1], start=1):
        again = evolve(again, meta, index, event)
    assert again != case


def test_every_event_of_a_case_has_its_branch(told):
    told.to("grant")
    kinds = set()
    for example in GOLDEN:
        private = msgspec.convert(example["private"], bytes | None)
        meta, event = read_event(example["entry"].encode(), private)
        if not isinstance(event, CASE_EVENTS):
            continue
        kinds.add(type(event))
        after = evolve(told.case, meta, 99, event)
        assert (after.version, after.last_index) == (told.case.version + 1, 99)
    assert kinds == set(CASE_EVENTS)


def test_a_case_begins_with_its_receipt(told):
    told.to("receive")
    meta, _ = told.events[0]
    with pytest.raises(ValueError, match=r"first event.*case\.assigned"):
        evolve(None, meta, 1, CaseAssigned(handler="C1001", department="x"))


def test_an_event_of_no_case_is_not_folded(told):
    told.to("receive")
    meta, _ = told.events[0]
    with pytest.raises(AssertionError):
        evolve(told.case, meta, 2, EpochOpened())


def test_the_approval_form_has_a_row_for_each_signature_and_each_return(told):
    *_, (_, case) = tell(told, RETURN)
    rows = [(step.step, step.by, step.result) for step in case.steps]
    assert rows == [
        ("handle", "C1001", "agree"),
        ("review", "R2001", "returned"),
        ("handle", "C1001", "agree"),
        ("review", "R2001", "agree"),
        ("decide", "A3001", "agree"),
    ]
    assert all(step.ended and step.opinion for step in case.steps)


def test_clocks_start_where_the_law_says(told):
    """C1 at the receipt, C2 and C3 at the acceptance, C4 at the decision; the first day is not counted."""
    *_, (_, case) = tell(told, MAIN_ROAD)
    clocks = {name: case.clock(name) for name in ("C1", "C2", "C3", "C4")}
    assert {name: (clock.deadline.start, clock.deadline.due, clock.stopped) for name, clock in clocks.items()} == {
        "C1": ("2026-11-23", "2026-11-30", "2026-11-24"),
        "C2": ("2026-11-24", "2026-12-08", "2026-11-26"),
        "C3": ("2026-11-24", "2026-12-01", "2026-11-26"),
        "C4": ("2026-11-26", "2026-12-10", "2026-11-27"),
    }


def test_a_supplement_replaces_the_material_and_meets_its_line(told):
    *_, (_, case) = tell(told, CORRECTION[:5])
    assert case.missing == ()
    assert case.material(OTHER).corrected
    assert [(line.line.no, line.met) for line in case.notice_lines] == [(1, True)]


def test_a_repeated_notice_opens_its_line_again(told):
    *_, (_, case) = tell(told, REPEATED[:6])
    assert (case.notices, [line.met for line in case.notice_lines]) == (2, [False])


def test_a_notice_deadline_for_the_applicant_stops_with_the_supplement(told_of, catalogue):
    told = told_of()
    told.item = msgspec.structs.replace(
        told.item, correction=msgspec.structs.replace(told.item.correction, valid_days=10)
    )
    for _, case in tell(told, CORRECTION[:4]):
        last = case
    assert last.clock("C5").stopped is None
    told.wait(1)
    assert told.supplement(1).clock("C5").stopped == "2026-11-25"


def test_reprints_are_counted_for_each_paper(told):
    from appliance.domain.events import PaperReprinted  # noqa: PLC0415 - used here only

    told.to("receive")
    for copy in (1, 2):
        told.fold(PaperReprinted(paper="p-1", copy=copy, reason="缺墨"), "clerk")
    assert told.case.reprints == {"p-1": 2}
    assert told.case.state is State.RECEIVED
