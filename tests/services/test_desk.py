"""The desk: idempotency, staleness, standing, and what is refused leaves nothing behind."""

import asyncio
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import msgspec
import pytest

from appliance.domain.actor import Actor, Role
from appliance.domain.item_terms import TaskState
from appliance.domain.service_item import materials_for
from appliance.errors import Conflict, Forbidden, GateClosed, Invalid, NotFound, WrongState
from appliance.projections import cases, items, numbers
from appliance.services import commands
from appliance.services.issuance import ProduceResult, ReprintPaper
from appliance.services.prereview import DeemAccepted, PreReviewCase, TakeCase
from appliance.services.review import GiveOpinion, GrantCase, RefuseCase, ReturnStep
from appliance.services.sweep import sweep
from appliance.store.appending import set_setting
from appliance.store.event_store import log_row
from appliance.store.gatekeeping import LEASE_UNTIL
from provisioning.walk import STORIES

FOOD, TRADER = "420100001000", "420700002000"
CLERK = Actor("W0312", Role.WINDOW_CLERK, "03")
HANDLER = Actor("C1001", Role.CASE_HANDLER)
TOLD = {story.name: story for story in STORIES}


def size(hall):
    return log_row(hall.desk.reader(), hall.origin).size


def key():
    return str(uuid.uuid4())


# ---- idempotency


def test_twenty_parallel_identical_submits_are_one_change(hall):
    command, same, before = hall.intake(), key(), size(hall)

    async def together():
        posts = (hall.desk.submit(command, actor=CLERK, key=same) for _ in range(20))
        return await asyncio.gather(*posts)

    outcomes = asyncio.run(together())
    assert size(hall) == before + 1
    assert cases.total(hall.desk.reader()) == 1
    assert {msgspec.json.encode(outcome.result) for outcome in outcomes} == {msgspec.json.encode(outcomes[0].result)}
    assert sorted(outcome.replayed for outcome in outcomes) == [False] + [True] * 19
    assert len({(one.first, one.count, one.size) for one in outcomes}) == 1


def test_twenty_parallel_submits_from_threads_are_one_change(hall):
    command, same, before = hall.intake(), key(), size(hall)
    with ThreadPoolExecutor(20) as pool:
        outcomes = list(pool.map(lambda _: hall.do(command, key=same), range(20)))
    assert size(hall) == before + 1
    assert len({outcome.result["case"] for outcome in outcomes}) == 1


def test_different_keys_are_different_cases(hall):
    """The control of the two tests above."""
    numbers_given = {hall.do(hall.intake()).result["case"] for _ in range(3)}
    assert len(numbers_given) == 3


@pytest.mark.parametrize("changed", ["content", "actor"])
def test_a_key_is_good_for_one_content_of_one_person(hall, changed):
    same, command = key(), hall.intake()
    hall.do(command, key=same)
    before = size(hall)
    other = hall.intake(ticket="A048") if changed == "content" else command
    with pytest.raises(Conflict) as caught:
        hall.do(other, actor=Actor("W0313", Role.WINDOW_CLERK) if changed == "actor" else CLERK, key=same)
    assert (caught.value.status, caught.value.code, size(hall)) == (409, "key_reused", before)


def test_a_refused_key_may_be_used_again(hall):
    same = key()
    with pytest.raises(Invalid):
        hall.do(hall.intake(ticket=""), key=same)
    assert hall.do(hall.intake(), key=same).replayed is False


def test_the_same_answer_comes_after_a_restart(hall, demo_template):
    same, command = key(), hall.intake()
    first = hall.do(command, key=same)
    hall.close()
    from sync.opening import open_enrolled  # noqa: PLC0415 - a second opening of the same folder

    again = open_enrolled(hall.directory, hall.clock)
    try:
        outcome = again.desk.submit_now(command, actor=CLERK, key=same)
    finally:
        again.store.close()
    assert (outcome.replayed, outcome.result) == (True, first.result)


# ---- what was seen and who may


def test_who_decides_on_an_old_version_is_shown_the_new_one(hall):
    no = hall.do(hall.intake()).result["case"]
    hall.do(TakeCase(case=no, version=1), HANDLER)
    before = size(hall)
    with pytest.raises(Conflict) as caught:
        hall.do(TakeCase(case=no, version=1), HANDLER)
    current = caught.value.current
    assert (caught.value.code, current["version"], current["state"]) == ("stale", 2, "pre_review")
    assert (current["state_name"], current["handler"], size(hall)) == ("预审中", "C1001", before)


STANDING = {
    "an unknown number": Actor("C9999", Role.CASE_HANDLER),
    "a role that is not his": Actor("W0312", Role.CASE_HANDLER),
    "an administrator as handler": Actor("X9001", Role.CASE_HANDLER),
}


@pytest.mark.parametrize("actor", STANDING.values(), ids=list(STANDING))
def test_nobody_acts_without_standing(hall, actor):
    no = hall.do(hall.intake()).result["case"]
    with pytest.raises(Forbidden) as caught:
        hall.do(TakeCase(case=no, version=1), actor)
    assert caught.value.code == "no_standing"


def test_a_person_who_was_disabled_acts_no_more(hall):
    hall.store.writer.local(lambda c: c.execute("UPDATE staff SET disabled = 1 WHERE id = 'W0312'")).result()
    with pytest.raises(Forbidden):
        hall.do(hall.intake())


def test_another_department_does_not_take_the_case(hall):
    no = hall.do(hall.intake()).result["case"]
    with pytest.raises(Forbidden) as caught:
        hall.do(TakeCase(case=no, version=1), Actor("C1002", Role.CASE_HANDLER))
    assert caught.value.code == "other_department"


def test_another_department_does_not_sign(hall):
    no = hall.walk(TOLD["handling"], hall.items[FOOD])[0].case
    before = size(hall)
    command = GiveOpinion(case=no, version=hall.case(no).version, result="agree", opinion="同意")
    with pytest.raises(Forbidden) as caught:
        hall.do(command, Actor("C1002", Role.CASE_HANDLER))
    assert (caught.value.code, size(hall)) == ("other_department", before)


def test_a_case_that_does_not_exist(hall):
    with pytest.raises(NotFound):
        hall.do(TakeCase(case="S4201990120261123100001", version=1), HANDLER)


def test_a_case_with_an_entry_of_a_later_release_waits_for_the_upgrade(hall):
    no = hall.do(hall.intake()).result["case"]
    hall.store.writer.local(lambda c: c.execute("UPDATE case_view SET stuck = 1 WHERE no = ?", (no,))).result()
    with pytest.raises(WrongState) as caught:
        hall.do(TakeCase(case=no, version=1), HANDLER)
    assert caught.value.code == "stuck"


# ---- intake


def test_an_unknown_item(hall):
    with pytest.raises(NotFound) as caught:
        hall.do(hall.intake(item_code="420100099000"))
    assert caught.value.code == "unknown_item"


def put_item(hall, **changes):
    item = msgspec.structs.replace(hall.items[FOOD], **changes)
    row = items.ItemRow(
        item.catalog_code, item.task_version, item.task_name, str(changes), msgspec.json.encode(item).decode()
    )
    hall.store.writer.local(lambda connection: items.put(connection, [row])).result()
    return item


def test_a_suspended_item_takes_nothing_in(hall):
    put_item(hall, task_state=TaskState.SUSPENDED)
    with pytest.raises(Invalid) as caught:
        hall.do(hall.intake())
    assert caught.value.code == "item_not_open"


def test_a_form_made_for_an_older_version_is_told_so(hall):
    old = hall.intake()
    put_item(hall, task_version=2)
    with pytest.raises(Conflict) as caught:
        hall.do(old)
    assert (caught.value.code, caught.value.current) == ("item_changed", {"item_version": 2})


def test_a_case_stays_with_the_version_it_was_received_under(hall):
    no = hall.do(hall.intake()).result["case"]
    put_item(hall, task_version=2, materials=())
    case = hall.case(no)
    assert case.item_version == 1
    assert hall.desk.facts.item_of(hall.desk.reader(), case).materials


def test_every_person_of_the_story_has_a_form_that_the_item_accepts(hall):
    """The list of materials depends on the answers; a made application holds what then applies."""
    command = hall.intake(seed=5)
    listed = materials_for(hall.items[FOOD], command.form)
    assert {one.code for one in command.materials} <= {one.code for one in listed}


# ---- conclusions, papers, numbers


def test_a_conclusion_accepts_or_corrects_and_nothing_else(hall):
    no = hall.do(hall.intake()).result["case"]
    hall.do(TakeCase(case=no, version=1), HANDLER)
    verdicts = {one.code: "pass" for one in hall.case(no).materials}
    with pytest.raises(Invalid) as caught:
        hall.do(PreReviewCase(case=no, version=2, verdicts=verdicts, then="celebrate"), HANDLER)
    assert list(caught.value.fields) == ["then"]


def test_a_reprint_names_a_paper_of_the_case_and_its_reason(hall):
    no = hall.do(hall.intake()).result["case"]
    reprint = ReprintPaper(case=no, paper=f"{no}-01-5", reason="遗失")
    assert hall.do(reprint).result["copy"] == 1
    assert hall.do(reprint).result["copy"] == 2
    for wrong, error in (
        ({"paper": "张三的回执"}, NotFound),
        ({"paper": f"{no}x-01-5"}, NotFound),
        ({"reason": ""}, Invalid),
    ):
        with pytest.raises(error):
            hall.do(msgspec.structs.replace(reprint, **wrong))


@pytest.mark.parametrize(
    ("staff", "role"), [("X9001", Role.SYSADMIN), ("X9003", Role.AUDITOR), ("S5001", Role.SUPERVISOR)]
)
def test_who_does_not_work_on_cases_prints_no_papers(hall, staff, role):
    no = hall.do(hall.intake()).result["case"]
    with pytest.raises(Forbidden):
        hall.do(ReprintPaper(case=no, paper=f"{no}-01-5", reason="看看"), Actor(staff, role))


def test_two_receipts_of_one_batch_have_two_numbers(hall):
    async def together():
        posts = (hall.desk.submit(hall.intake(seed=n), actor=CLERK, key=key()) for n in range(8))
        return await asyncio.gather(*posts)

    outcomes = asyncio.run(together())
    assert len({outcome.result["case"] for outcome in outcomes}) == 8
    assert len({outcome.size for outcome in outcomes}) < 8  # some of them shared a checkpoint
    scope = numbers.case_scope(numbers.case_numbers.NumberKind.INTAKE, "2026-11-23", 1)
    assert numbers.next_in(hall.desk.reader(), scope) == 9


def test_a_refused_receipt_takes_no_number(hall):
    first = hall.do(hall.intake()).result["case"]
    with pytest.raises(Invalid):
        hall.do(hall.intake(ticket=""))
    second = hall.do(hall.intake()).result["case"]
    assert [numbers.case_numbers.parse(no).sequence for no in (first, second)] == [1, 2]


def extend_lease(hall, until):
    def write(connection):
        set_setting(connection, LEASE_UNTIL, until, until)

    hall.store.writer.local(write).result()


def test_without_a_lease_nothing_is_decided_and_intake_goes_on(hall):
    """The control of the test below, which extends the lease first."""
    no = hall.walk(TOLD["approving"], hall.items[FOOD])[0].case
    hall.clock.advance(timedelta(days=49))
    with pytest.raises(GateClosed):
        hall.do(
            GrantCase(case=no, version=hall.case(no).version, opinion="同意", content="准予"),
            Actor("A3001", Role.APPROVER),
        )
    assert hall.do(hall.intake()).count == 1


def test_licence_numbers_go_on_over_new_year_where_they_do_not_say_the_year(hall):
    walk = TOLD["ready"]
    yearless, yearly = hall.items[FOOD], hall.items["420100010000"]
    first = [hall.case(hall.walk(walk, item)[0].case).licence.issued.number for item in (yearless, yearly)]
    extend_lease(hall, "2027-06-30T00:00:00.000+08:00")
    hall.clock.advance(timedelta(days=49))  # Monday 2027-01-11
    second = [hall.case(hall.walk(walk, item)[0].case).licence.issued.number for item in (yearless, yearly)]
    assert [number[-7:-1] for number in (first[0], second[0])] == ["000001", "000002"]
    assert [first[1], second[1]] == ["(420199)人服证字〔2026〕第0001号", "(420199)人服证字〔2027〕第0001号"]


# ---- the sweep


def sweep_all(hall):
    day = hall.clock.now().date().isoformat()
    return sweep(
        hall.desk,
        actor=Actor("system", Role.SYSTEM),
        today=day,
        make_key=lambda no, at: str(uuid.uuid5(uuid.NAMESPACE_URL, no + at)),
    )


def test_the_sweep_accepts_what_lapsed_and_only_that(hall):
    silent = hall.do(hall.intake()).result["case"]
    told = hall.walk(TOLD["correction_open"], hall.items[FOOD])[0].case
    trader = hall.do(hall.intake(TRADER)).result["case"]
    hall.clock.advance(timedelta(days=7))
    assert sweep_all(hall) == []  # Monday 2026-11-30 is the last day
    hall.clock.advance(timedelta(days=1))
    late = hall.do(hall.intake()).result["case"]
    assert sweep_all(hall) == [silent]
    assert sweep_all(hall) == []
    states = [hall.case(no).state.value for no in (silent, told, trader, late)]
    assert states == ["in_review", "correction_pending", "received", "received"]


def test_nobody_but_the_system_deems_accepted(hall):
    no = hall.do(hall.intake()).result["case"]
    hall.clock.advance(timedelta(days=8))
    with pytest.raises(Forbidden):
        hall.do(DeemAccepted(case=no), HANDLER)


# ---- commands as data


def test_every_command_has_its_decider_and_survives_the_wire(hall):
    assert set(commands.DECIDERS) == set(commands.Command.__args__)
    for done in (
        one for name in ("correction", "returned", "refused", "withdrawn_early") for one in hall.walk(TOLD[name])
    ):
        assert commands.decode(commands.encode(done.command)) == done.command


def test_equal_commands_have_equal_bytes(hall):
    one, other = hall.intake(), hall.intake()
    reordered = msgspec.structs.replace(other, form=dict(reversed(other.form.items())))
    assert commands.encode(one) == commands.encode(reordered)
    assert commands.encode(one) != commands.encode(msgspec.structs.replace(one, ticket="B1"))


@pytest.mark.parametrize("content", [b"", b"{}", b'{"type":"intake.receive"}', b'{"type":"drop.table"}'])
def test_bytes_that_are_no_command_are_refused(content):
    with pytest.raises(msgspec.MsgspecError):
        commands.decode(content)


DEPARTMENTAL = {
    "a return": ("reviewing", ReturnStep, {"reason": "请说明现场情况"}, "R2002", Role.REVIEWER),
    "a grant": ("approving", GrantCase, {"opinion": "同意", "content": "准予"}, "A3002", Role.APPROVER),
    "a refusal": (
        "approving",
        RefuseCase,
        {
            "opinion": "不同意",
            "facts": "食品处理区与卫生间相通，不合要求",
            "reasons": "布局不符合食品安全要求，未整改到位",
            "basis": "《食品安全法》",
        },
        "A3002",
        Role.APPROVER,
    ),
    "a licence": ("granted", ProduceResult, {}, "C1002", Role.CASE_HANDLER),
}


@pytest.mark.parametrize(("name", "command", "fields", "staff", "role"), DEPARTMENTAL.values(), ids=list(DEPARTMENTAL))
def test_what_a_department_decides_no_other_decides(hall, name, command, fields, staff, role):
    no = hall.walk(TOLD[name], hall.items[FOOD])[0].case
    sent = command(case=no, version=hall.case(no).version, **fields)
    with pytest.raises(Forbidden) as caught:
        hall.do(sent, Actor(staff, role))
    assert caught.value.code == "other_department"
