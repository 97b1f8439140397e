"""Commands beside the main road on a demo hall: what they answer, who may send them, what search says."""

import msgspec
import pytest

from appliance.domain.actor import SYSTEM, Actor, Role
from appliance.domain.states import State
from appliance.domain.subject import MaterialIn
from appliance.errors import Conflict, Forbidden, Invalid, WrongState
from appliance.projections import search
from appliance.services.mending import AmendRegistration, FixOnSite, ReceiveRequested
from appliance.services.prereview import CorrectionWords
from appliance.services.procedure import ConfirmProposal, DropProposal, FindNotRequired, Propose
from appliance.services.review import RequestMaterial
from provisioning.walk import STORIES

FOOD = "420100001000"
CLERK = Actor("W0312", Role.WINDOW_CLERK, "03")
SECOND = Actor("W0313", Role.WINDOW_CLERK, "04")
HANDLER = Actor("C1001", Role.CASE_HANDLER)
REVIEWER = Actor("R2001", Role.REVIEWER)
STRANGER = Actor("R2002", Role.REVIEWER)
TOLD = {story.name: story for story in STORIES}
WHY = {"reason": "该地址不在本区辖区内，不属本机关职权", "basis": "《行政许可法》第三十二条"}


def at(hall, no):
    return {"case": no, "version": hall.case(no).version}


@pytest.fixture
def walked(hall):
    """Walk a food case to a story's end and give its number."""
    return lambda story: hall.walk(TOLD[story], hall.items[FOOD])[0].case


def test_a_non_acceptance_takes_two_persons_and_an_official_number(hall, walked):
    no = walked("pre_review")
    proposed = hall.do(Propose(**at(hall, no), act="not_accepted", **WHY), HANDLER).result
    assert proposed["proposal"] == 1
    with pytest.raises(Forbidden) as caught:
        hall.do(ConfirmProposal(**at(hall, no), proposal=1), STRANGER)
    assert caught.value.code == "other_department"
    hall.do(ConfirmProposal(**at(hall, no), proposal=1), REVIEWER)
    case = hall.case(no)
    assert (case.state, case.ending.proposed_by, case.ending.by) == (State.NOT_ACCEPTED, "C1001", "R2001")
    assert case.ending.document_no.endswith("〕1号")
    assert hall.types(no)[-2:] == ["case.proposed", "case.not_accepted"]
    # The next decision of the department goes on from that number.
    other = hall.walk(TOLD["granted"], hall.items[FOOD])[0].case
    assert hall.case(other).decision.document_no.endswith("〕2号")


def test_a_dropped_proposal_leaves_the_case_as_it_was(hall, walked):
    no = walked("handling")
    before = hall.case(no)
    hall.do(Propose(**at(hall, no), act="terminate", ground="death", reason="申请人的家属来电称已经去世"), HANDLER)
    hall.do(DropProposal(**at(hall, no), proposal=1, reason="没有书面证明"), REVIEWER)
    after = hall.case(no)
    assert (after.state, after.clocks, after.proposal) == (before.state, before.clocks, None)


def test_a_termination_stops_every_clock(hall, walked):
    no = walked("approving")
    hall.do(
        Propose(**at(hall, no), act="terminate", ground="dissolution", reason="申请人已经注销登记，主体终止"), HANDLER
    )
    hall.do(ConfirmProposal(**at(hall, no), proposal=1), REVIEWER)
    case = hall.case(no)
    assert (case.state, {clock.stopped is None for clock in case.clocks}) == (State.TERMINATED, {False})


def test_a_voided_receipt_says_who_proposed_and_who_confirmed(hall, walked):
    no = walked("received")
    hall.do(Propose(**at(hall, no), act="void_receipt", reason="误选了事项，申请人同意重新取号"), CLERK)
    with pytest.raises(Forbidden):
        hall.do(ConfirmProposal(**at(hall, no), proposal=1, slip_returned=True), CLERK)
    with pytest.raises(Invalid):
        hall.do(ConfirmProposal(**at(hall, no), proposal=1), SECOND)
    hall.do(ConfirmProposal(**at(hall, no), proposal=1, slip_returned=True), SECOND)
    assert hall.case(no).ending.kind == "voided"


def test_that_no_licence_is_needed_ends_the_case(hall, walked):
    no = walked("pre_review")
    hall.do(FindNotRequired(**at(hall, no), reason="仅销售预包装食品，依法备案即可"), HANDLER)
    assert hall.case(no).state is State.NOT_REQUIRED


def test_an_amended_name_is_found_and_the_wrong_one_is_not(hall, walked):
    no = walked("handling")
    case = hall.case(no)
    old, number = case.applicant.name, case.acceptance_no
    right = msgspec.structs.replace(case.applicant, name="示范朝阳豆浆店（示例）")
    hall.do(AmendRegistration(**at(hall, no), applicant=right, reason="登记时录入错误"), CLERK)
    reader = hall.desk.reader()
    found = search.find(reader, "朝阳豆浆")
    assert [(row.no, row.applicant_name) for row in found] == [(no, right.name)]
    assert [row.no for row in search.find(reader, old)] == []
    assert [row.no for row in search.find(reader, number)] == [no]
    assert [row.no for row in search.find(reader, case.applicant.id_number)] == [no]


def test_what_is_fixed_on_the_spot_is_in_the_case(hall, walked):
    no = walked("received")
    hall.do(FixOnSite(**at(hall, no), form={"floor_area": "77"}, signed=True), CLERK)
    assert (hall.case(no).form["floor_area"], hall.case(no).state) == ("77", State.RECEIVED)


def test_a_licence_of_somebody_else_is_no_material_on_the_spot_either(hall, walked):
    no = walked("received")
    someone = MaterialIn(code="business_licence", name="营业执照", form="licence", licence="1.2.156.3005.2.X")
    with pytest.raises(Invalid) as caught:
        hall.do(FixOnSite(**at(hall, no), materials=(someone,), signed=True), CLERK)
    assert list(caught.value.fields) == ["material.business_licence"]


def test_material_is_asked_for_in_review_and_comes_in(hall, walked):
    no = walked("handling")
    words = (CorrectionWords("layout", "图上没有标明分区", "请补交标明分区的布局图"),)
    ask = RequestMaterial(**at(hall, no), cause="found_in_review", reason="现场与图纸不一致，需要核实", lines=words)
    hall.do(ask, HANDLER)
    given = tuple(
        MaterialIn(code=one.code, name=one.name) for one in hall.items[FOOD].materials if one.code == "layout"
    )
    hall.do(ReceiveRequested(**at(hall, no), lines=(1,), materials=given), CLERK)
    case = hall.case(no)
    assert ([line.met for line in case.requests], case.state) == ([True], State.IN_REVIEW)


def test_the_system_alone_proposes_a_lapse(hall, walked):
    from appliance.services.procedure import ProposeLapse  # noqa: PLC0415 - here only

    no = walked("correction_open")
    with pytest.raises(WrongState):
        hall.do(ProposeLapse(case=no), SYSTEM)
    with pytest.raises(WrongState):
        hall.do(ProposeLapse(case=no), HANDLER)


COMMANDS = {
    "propose": lambda seen: Propose(**seen, act="terminate", ground="death", reason="申请人的家属来电称已经去世"),
    "confirm": lambda seen: ConfirmProposal(**seen, proposal=1),
    "drop": lambda seen: DropProposal(**seen, proposal=1, reason="没有书面证明"),
    "not required": lambda seen: FindNotRequired(**seen, reason="仅销售预包装食品，依法备案即可"),
    "fix": lambda seen: FixOnSite(**seen, form={"floor_area": "77"}, signed=True),
    "amend": lambda seen: AmendRegistration(**seen, form={"floor_area": "77"}, reason="登记时录入错误"),
    "request": lambda seen: RequestMaterial(
        **seen, cause="found_in_review", reason="现场与图纸不一致，需要核实", lines=()
    ),
    "requested": lambda seen: ReceiveRequested(**seen, lines=(1,), materials=()),
}


@pytest.mark.parametrize("make", COMMANDS.values(), ids=list(COMMANDS))
def test_each_command_minds_the_version_that_was_seen(hall, walked, make):
    no = walked("pre_review")
    with pytest.raises(Conflict) as caught:
        hall.do(make({"case": no, "version": 0}), HANDLER)
    assert caught.value.code == "stale"
