"""并联办理 through the desk: one intake, what each department may do, what the law does, what leaves the hall."""

import shutil
from datetime import timedelta

import pytest

from appliance.domain.actor import SYSTEM, Actor, Role
from appliance.domain.entry import read_event
from appliance.domain.joint import JointState
from appliance.domain.states import State
from appliance.errors import Conflict, Forbidden, Invalid, NotFound, WrongState
from appliance.papers.document import Presentation, check
from appliance.projections import joints
from appliance.projections.case_filters import Picked
from appliance.projections.case_filters import listing as filtered
from appliance.services import joint_facts, papers
from appliance.services.issuance import HandOver, WithdrawCase
from appliance.services.joints import (
    AcceptJoint,
    ConcludeJoint,
    ExtendJoint,
    HandOverJoint,
    RaiseJointOverdue,
    RecomputeJointDue,
    RequireJointCorrection,
    WithdrawJoint,
)
from appliance.services.prereview import PreReviewCase
from appliance.services.sweep import sweep
from appliance.store.case_entries import entries_of
from provisioning.stories import JOINT_STORIES, JointStory
from sync.agent import EQUAL, sync_once
from sync.city_client import CityClient
from sync.hub.board import board
from sync.hub.hub import make_hub
from sync.transports.local import LocalTransport

TOLD = {story.name: story for story in JOINT_STORIES}
CLERK = Actor("W0312", Role.WINDOW_CLERK, "03")
PLAIN, OPEN = TOLD["joint"], JointStory("open", "BL0001", until="pre_review")


def walk(hall, story, seed="joint"):
    """Walk a whole as far as its story goes; gives its number."""
    done = []
    for one in hall.walker(seed).walk_joint(story):
        done.append(one)
        hall.clock.advance(timedelta(minutes=3))
    return str(done[0].outcome.result["joint"])


def whole(hall, no):
    return joint_facts.find_whole(hall.desk.reader(), hall.desk.facts.items, no)


def at(hall, no):
    return {"joint": no, "version": whole(hall, no).version}


def member(hall, no, position):
    return whole(hall, no).members[position].case


def lead(hall, no, role=Role.CASE_HANDLER):
    return hall.cast.someone(role, whole(hall, no).joint.leader.department)


def handler(hall, case):
    return hall.cast.someone(Role.CASE_HANDLER, case.department)


def examine(hall, case, *, problem=""):
    from appliance.services.prereview import CorrectionWords, TakeCase  # noqa: PLC0415 - two commands, one act

    who = handler(hall, case)
    if case.state is State.RECEIVED:
        hall.do(TakeCase(case=case.no, version=case.version), who)
        case = hall.case(case.no)
    lines = (CorrectionWords(problem, "没有加盖公章，无法核对", "请加盖公章后重新提交"),) if problem else ()
    return hall.do(
        PreReviewCase(
            case=case.no,
            version=case.version,
            verdicts={one.code: "problem" if one.code == problem else "pass" for one in case.materials},
            reasons={problem: "没有加盖公章"} if problem else {},
            then="correct" if problem else "accept",
            corrections=lines,
        ),
        who,
    )


def run(hall):
    day = hall.clock.now().date().isoformat()
    return sweep(hall.desk, actor=SYSTEM, today=day, make_key=lambda no, at: f"{no}:{at}")


@pytest.mark.parametrize("story", JOINT_STORIES, ids=lambda story: story.name)
def test_every_story_of_a_whole_goes_as_far_as_it_tells(hall, story):
    no = walk(hall, story, seed=story.name)
    state = joints.state(hall.desk.reader(), no)
    expected = {
        "received": JointState.RECEIVED,
        "pre_review": JointState.PRE_REVIEW,
        "correction_pending": JointState.CORRECTION_PENDING,
        "in_review": JointState.IN_REVIEW,
        "decided": JointState.DECIDED,
        "result_ready": JointState.DECIDED,
        "closed": JointState.DECIDED if story.withdrawn else JointState.CLOSED,
    }[story.until]
    assert state == expected
    assert joints.listing(hall.desk.reader(), states=(state,))[0].no == no
    if story.refused:
        assert [one.outcome for one in whole(hall, no).joint.outcomes] == ["granted", "refused"]
    if story.extended:
        assert whole(hall, no).joint.extended == 15


def test_one_intake_writes_the_whole_and_its_members_in_one_change(hall):
    no = walk(hall, JointStory("received", "BL0001", until="received"))
    joint = whole(hall, no).joint
    assert hall.types(no) == ["joint.received"]
    (meta, _), *_ = hall.events(no)
    for number in joint.cases:
        assert hall.types(number) == ["case.received"]
        assert hall.events(number)[0][0].cmd == meta.cmd
        assert hall.case(number).joint == no
        assert joints.of_case(hall.desk.reader(), number) == no
    assert len({no, *joint.cases}) == 4
    listed = {row.no for row in filtered(hall.desk.reader(), Picked(joint=True))}
    assert set(joint.cases) <= listed
    assert all(hall.case(number).joint for number in listed)


def test_the_next_number_is_free_after_a_whole(hall):
    """The whole takes a number of the same sequence as its members; a later receipt takes none of them."""
    first = walk(hall, JointStory("received", "BL0003", until="received"), seed="a")
    second = walk(hall, JointStory("received", "BL0003", until="received"), seed="b")
    taken = [first, *whole(hall, first).joint.cases, second, *whole(hall, second).joint.cases]
    assert len(set(taken)) == 6


def test_a_member_tells_the_lead_and_gets_no_notice_of_its_own(hall):
    no = walk(hall, JointStory("received", "BL0003", until="received"))
    examine(hall, member(hall, no, 0))
    examine(hall, member(hall, no, 1), problem="plans")
    assert hall.types(member(hall, no, 1).no)[-1] == "case.defects_reported"
    assert member(hall, no, 1).state is State.PRE_REVIEW
    hall.do(RequireJointCorrection(**at(hall, no)), lead(hall, no))
    first, second = (member(hall, no, n) for n in (0, 1))
    assert (first.state, second.state) == (State.IN_REVIEW, State.CORRECTION_PENDING)
    durable = hall.store.durable_size
    assert [ref.kind for ref in papers.list_papers(hall.desk.reader(), no, durable)] == [
        "joint_receipt",
        "joint_correction_notice",
    ]
    assert "correction_notice" not in {ref.kind for ref in papers.list_papers(hall.desk.reader(), second.no, durable)}


def test_a_department_that_is_not_the_lead_does_nothing_for_the_whole(hall):
    no = walk(hall, JointStory("received", "BL0003", until="received"))
    examine(hall, member(hall, no, 0))
    examine(hall, member(hall, no, 1))
    other = handler(hall, member(hall, no, 1))
    with pytest.raises(Forbidden) as caught:
        hall.do(AcceptJoint(**at(hall, no)), other)
    assert caught.value.code == "other_department"
    with pytest.raises(Forbidden):
        hall.do(ConcludeJoint(**at(hall, no)), other)
    with pytest.raises(Forbidden):
        hall.do(RequireJointCorrection(**at(hall, no)), other)
    head = hall.cast.someone(Role.DEPT_HEAD, member(hall, no, 1).department)
    hall.do(AcceptJoint(**at(hall, no)), lead(hall, no))
    words = {
        "days": 5,
        "letter": "示政函〔2026〕1号",
        "approver": "王副区长",
        "reason": "消防验收整改尚未完成，不能决定",
    }
    with pytest.raises(Forbidden):
        hall.do(ExtendJoint(**at(hall, no), **words), head)
    hall.do(ExtendJoint(**at(hall, no), **words), lead(hall, no, Role.DEPT_HEAD))


def test_two_people_on_one_whole_have_one_winner(hall):
    """The page's version counts the whole and every member: what happened to any of them since is noticed."""
    no = walk(hall, JointStory("received", "BL0003", until="received"))
    examine(hall, member(hall, no, 0))
    seen = at(hall, no)
    examine(hall, member(hall, no, 1))
    with pytest.raises(Conflict) as caught:
        hall.do(AcceptJoint(**seen), lead(hall, no))
    assert caught.value.code == "stale"
    assert caught.value.current["version"] == whole(hall, no).version


def test_the_same_key_gives_the_first_answer(hall):
    no = walk(hall, JointStory("received", "BL0003", until="received"))
    examine(hall, member(hall, no, 0))
    examine(hall, member(hall, no, 1))
    command, who = AcceptJoint(**at(hall, no)), lead(hall, no)
    first = hall.do(command, who, key="one-key")
    assert hall.do(command, who, key="one-key").replayed
    assert hall.types(no).count("joint.accepted") == 1
    assert first.result["joint"] == no


def test_what_the_law_accepts_last_starts_the_limit_of_the_whole(hall):
    no = walk(hall, JointStory("received", "BL0003", until="received"))
    hall.clock.advance(timedelta(days=9))
    assert set(run(hall)) == set(whole(hall, no).joint.cases)
    found = whole(hall, no)
    assert all(one.case.deemed_accepted for one in found.members)
    assert hall.types(no) == ["joint.received", "joint.accepted"]
    assert hall.events(no)[-1][0].actor == SYSTEM
    assert found.joint.accepted_on == "2026-11-23"
    numbers = [found.joint.acceptance_no, *(one.case.acceptance_no for one in found.members)]
    assert len(set(numbers)) == 3
    assert run(hall) == []


def test_the_overdue_limit_of_a_whole_is_told_to_supervision_once(hall):
    no = walk(hall, TOLD["joint_in_review"])
    due = whole(hall, no).joint.clock("C2").deadline.due
    with pytest.raises(WrongState):
        hall.do(RaiseJointOverdue(joint=no), SYSTEM)
    while hall.clock.now().date().isoformat() <= due:
        hall.clock.advance(timedelta(days=1))
    with pytest.raises(WrongState):
        hall.do(RaiseJointOverdue(joint=no), lead(hall, no))
    run(hall)
    told = [row for row in raised(hall) if row[0] == no]
    assert told == [(no, "R03", "C2", due)]
    run(hall)
    assert [row for row in raised(hall) if row[0] == no] == told


def raised(hall):
    rows = hall.desk.reader().execute("SELECT case_no, rule, clock, due FROM warning")
    return [tuple(row) for row in rows]


def test_a_result_waits_for_the_others_unless_its_ten_days_press(hall):
    story = JointStory("half", "BL0003", until="in_review")
    no = walk(hall, story)
    first = member(hall, no, 0)
    from appliance.services.issuance import ProduceResult  # noqa: PLC0415 - one command

    hall.do(ProduceResult(case=first.no, version=first.version), CLERK)
    case = hall.case(first.no)
    hand = {
        "relation": "representative",
        "collector_name": case.applicant.representative,
        "collector_id": case.applicant.representative_id,
        "identity_checked": True,
    }
    with pytest.raises(WrongState) as caught:
        hall.do(HandOver(case=case.no, version=case.version, **hand))
    assert caught.value.code == "delivered_together"
    while hall.clock.now().date().isoformat() < case.clock("C4").deadline.due:
        hall.clock.advance(timedelta(days=1))
    hall.do(HandOver(case=case.no, version=case.version, **hand))
    assert hall.case(case.no).state is State.CLOSED


def test_papers_of_a_whole_pass_their_checks_and_mask_people(hall):
    no = walk(hall, TOLD["joint_extended"])
    durable, reader = hall.store.durable_size, hall.desk.reader()
    refs = papers.list_papers(reader, no, durable)
    assert [ref.kind for ref in refs] == [
        "joint_receipt",
        "joint_acceptance",
        "extension_notice",
        "joint_result",
        "collection_receipt",
    ]
    found = whole(hall, no).joint
    for ref in refs:
        _, paper, presentation = papers.build(reader, hall.desk.facts, ref.id, durable)
        assert isinstance(presentation, Presentation)
        check(paper)
        assert found.applicant.representative_id not in str(paper)
    with pytest.raises(NotFound):
        papers.build(reader, hall.desk.facts, f"{no}-40-999999", durable)
    with pytest.raises(NotFound):
        papers.build(reader, hall.desk.facts, f"{no}-01-{refs[0].index}", durable)


def test_a_paper_of_a_whole_says_what_was_so_then(hall):
    no = walk(hall, TOLD["joint_refused_in_part"])
    durable, reader = hall.store.durable_size, hall.desk.reader()
    by_kind = {ref.kind: ref for ref in papers.list_papers(reader, no, durable)}
    _, receipt, _ = papers.build(reader, hall.desk.facts, by_kind["joint_receipt"].id, durable)
    assert receipt.head.acceptance_no == ""
    _, acceptance, _ = papers.build(reader, hall.desk.facts, by_kind["joint_acceptance"].id, durable)
    assert [item.acceptance_no for item in acceptance.items] == [
        one.case.acceptance_no for one in whole(hall, no).members
    ]
    _, result, _ = papers.build(reader, hall.desk.facts, by_kind["joint_result"].id, durable)
    assert [item.outcome for item in result.items] == ["准予", "不予许可"]
    assert result.items[1].reasons
    assert result.remedies is not None


def test_an_entry_that_is_not_durable_gives_no_paper(hall):
    no = walk(hall, JointStory("received", "BL0003", until="received"))
    assert papers.list_papers(hall.desk.reader(), no, lambda _: 0) == ()


def test_withdrawing_one_member_leaves_the_others(hall):
    no = walk(hall, JointStory("received", "BL0003", until="received"))
    second = member(hall, no, 1)
    hall.do(WithdrawCase(case=second.no, version=second.version, reason="暂不占道"))
    assert joints.state(hall.desk.reader(), no) is JointState.RECEIVED
    hall.do(WithdrawJoint(**at(hall, no), reason="项目取消"))
    assert joints.state(hall.desk.reader(), no) is JointState.WITHDRAWN
    assert hall.types(no)[-1] == "joint.withdrawn"


def test_unknown_wholes_and_unchanged_limits_are_refused(hall):
    no = walk(hall, TOLD["joint_in_review"])
    with pytest.raises(NotFound):
        hall.do(AcceptJoint(joint="S0", version=None), lead(hall, no))
    with pytest.raises(WrongState):
        hall.do(RecomputeJointDue(joint=no), SYSTEM)
    with pytest.raises(WrongState):
        hall.do(HandOverJoint(
            **at(hall, no), relation="agent", collector_name="甲", collector_id="1", identity_checked=True
        ))  # fmt: skip
    with pytest.raises(Invalid):
        hall.do(WithdrawJoint(**at(hall, no), reason=" "))


def test_the_city_takes_the_events_of_a_whole(hall, demo_template, tmp_path):
    """Its entries go through the gate, the wire and the hub's checks like any other, and both sides end equal."""
    shutil.copytree(demo_template.parent / "city", tmp_path / "city")
    hub = make_hub(tmp_path / "city", hall.clock)
    try:
        port, client = hall.opened.as_sync_port("demo"), CityClient(LocalTransport(hub))
        for story in ("joint_refused_in_part", "joint_extended", "joint_correction", "joint_withdrawn"):
            no = walk(hall, TOLD[story], seed=f"city:{story}")
            hall.clock.advance(timedelta(seconds=30))
            report = sync_once(port, client, hall.clock)
            assert report.state == EQUAL
        size = hub.store.durable_size(hall.origin)
        assert size == hall.store.durable_size(hall.origin)
        assert [row.flags for row in board(hub)] == [0]  # a whole and its number are known there, and no riddle
        sent = {read_event(one.record.entry, None)[0].type for one in entries_of(hall.desk.reader(), no)}
        assert sent == {"joint.received", "joint.accepted", "joint.withdrawn"}
    finally:
        hub.close()
