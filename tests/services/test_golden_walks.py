"""Every shipped item, walked by the services from ticket to result, in each of the main stories."""

from collections import Counter

import pytest

from appliance.catalogue.loader import load_items
from appliance.domain.identifiers import case_numbers, document_no, licence_id
from appliance.domain.states import State
from appliance.projections import departments, licences, search
from appliance.services.papers import list_papers
from provisioning.walk import STORIES

ITEMS = {item.catalog_code: item for item in load_items()}
TOLD = {story.name: story for story in STORIES}
MAIN = ("ordinary", "agent", "correction", "correction_repeated", "returned", "refused")
DECISION = {True: "case.refused", False: "case.granted"}


def expected_events(story, item):
    """Write down, from the story and the item's flow alone, which events its case must hold."""
    correction = ["case.pre_reviewed", "case.correction_required", "case.supplemented"]
    steps = [step.code for step in item.steps if step.stage in ("review", "decision")]
    yield from ("case.received", "case.assigned")
    if story.held_back:
        yield from correction * (2 if story.again else 1)
    yield from ("case.pre_reviewed", "case.accepted", "case.step_started")
    path = list(steps)
    if not story.refused and any(one.mandatory for one in item.special_procedure):
        yield from ("case.proposed", "case.special_started", "case.special_ended")
    if story.returned:  # the second step sends it back to the first
        yield from ("case.opinion_given", "case.step_started", "case.step_returned", "case.step_started")
    for _ in path[:-1]:
        yield from ("case.opinion_given", "case.step_started")
    if item.project_type == "forward":
        yield from ("case.opinion_given", "case.forwarded", f"{DECISION[story.refused]}_above")
    else:
        yield from ("case.opinion_given", DECISION[story.refused])
    if item.licence is not None and not story.refused:
        yield "licence.issued"
    yield from ("case.result_produced", "case.handed_over")


def expected_papers(story, item):
    kinds = Counter(["intake_receipt", "archive_receipt", "acceptance_receipt", "collection_receipt"])
    kinds["approval_form"] = list(expected_events(story, item)).count("case.opinion_given")  # as it stood after each
    if "case.special_started" in expected_events(story, item):
        kinds["special_procedure_notice"] += 1
    notices = (2 if story.again else 1) if story.held_back else 0
    kinds |= Counter({"correction_notice": notices, "supplement_receipt": notices})
    if item.project_type == "forward":  # what is decided above comes with its own paper
        kinds.update(["opinion_forward", "transfer_list"])
    else:
        granted = "record_receipt" if item.project_type == "record" else "decision_granted"
        kinds["decision_refused" if story.refused else granted] += 1
    if item.licence is not None and not story.refused:
        kinds["licence"] += 1
    return +kinds


def test_there_are_sixteen_items():
    assert len(ITEMS) == 16


@pytest.mark.parametrize("name", MAIN)
@pytest.mark.parametrize("code", ITEMS)
def test_a_case_of_the_item_goes_all_the_way(shared_hall, code, name):
    story, item, hall = TOLD[name], ITEMS[code], shared_hall
    done = hall.walk(story, item)
    no = done[0].case
    case, reader = hall.case(no), hall.desk.reader()

    assert hall.types(no) == list(expected_events(story, item))
    assert (case.state.value, case.item_version, case.department) == ("closed", item.task_version, item.dept_code)
    assert case.version == len(hall.types(no)) == sum(one.outcome.count for one in done)
    assert all(clock.stopped for clock in case.clocks)

    papers = list_papers(reader, no, hall.store.durable_size)
    assert Counter(paper.kind for paper in papers) == expected_papers(story, item)

    assert case_numbers.parse(no).kind is case_numbers.NumberKind.INTAKE
    assert case_numbers.parse(case.acceptance_no).kind is case_numbers.NumberKind.ACCEPTANCE
    number = document_no.check(case.decision.document_no)
    prefix = "示市" if case.decision.above else departments.get(reader, item.dept_code).document_prefix
    assert number.agency.startswith(prefix)
    assert no in [row.no for row in search.find(reader, case.applicant.name, limit=200)]
    assert [row.no for row in search.find(reader, case.acceptance_no)] == [no]

    if item.licence is None or story.refused:
        assert case.licence is None
        return
    issued = case.licence.issued
    held = licences.find(reader, issued.identifier)
    assert licence_id.check(issued.identifier).type_code == item.licence.type_code
    assert (held.case_no, held.number, held.holder_code) == (no, issued.number, case.applicant.id_number)
    assert [row.no for row in search.find(reader, issued.number)] == [no]
    assert all(issued.fields[field.label] for field in item.licence.fields if not field.source.startswith("form."))


def test_no_number_is_given_twice(shared_hall):
    """After all walks of this module; alone it walks a few cases itself."""
    for name in MAIN:
        shared_hall.walk(TOLD[name], seed=f"twice:{name}")
    rows = shared_hall.desk.reader().execute("SELECT no FROM case_view ORDER BY id").fetchall()
    held = [shared_hall.case(no) for (no,) in rows]
    for numbers in (
        [case.no for case in held],
        [case.acceptance_no for case in held if case.acceptance_no],
        [case.decision.document_no for case in held if case.decision and not case.decision.above],
        [case.licence.issued.number for case in held if case.licence],
        [case.licence.issued.identifier for case in held if case.licence],
    ):
        assert len(numbers) == len(set(numbers)) > 0
    parsed = [case_numbers.parse(case.no) for case in held]
    for day in {one.day for one in parsed}:  # without gaps within a day
        taken = [one.sequence for one in parsed if one.day == day]
        assert taken == list(range(1, len(taken) + 1))


ENDS = {
    "not_required": "not_required",
    "not_accepted": "not_accepted",
    "terminate": "terminated",
    "void": "terminated",
}


def test_every_state_that_a_case_of_the_hall_may_rest_in_is_where_some_story_ends():
    ends = {"withdrawn" if one.withdrawn else ENDS.get(one.act, one.until.value) for one in STORIES}
    assert {state.value for state in State} == ends


@pytest.mark.parametrize("story", STORIES, ids=[story.name for story in STORIES])
def test_a_story_ends_where_it_says(hall, story):
    food = ITEMS["420100001000"]
    item = food if story.fits(food) else next(one for one in ITEMS.values() if story.fits(one))
    done = hall.walk(story, item)
    case = hall.case(next(one.case for one in done if one.case))  # a story on paper begins with a pad of forms
    ends = ENDS.get(story.act, story.until.value)
    assert case.state.value == ("withdrawn" if story.withdrawn else ends)
    if ends == "in_review" and not story.withdrawn:
        assert sum(step.ended != "" for step in case.steps) == story.signed


def test_the_same_seed_tells_the_same_case(demo_template, tmp_path_factory, hall):
    from_one = [(done.command, done.actor) for done in hall.walk(TOLD["ordinary"], seed="same")]
    other = type(hall)(demo_template, tmp_path_factory.mktemp("other"))
    try:
        from_other = [(done.command, done.actor) for done in other.walk(TOLD["ordinary"], seed="same")]
    finally:
        other.close()
    assert from_one == from_other
    assert from_one[0] != next((done.command, done.actor) for done in hall.walk(TOLD["ordinary"], seed="another"))
