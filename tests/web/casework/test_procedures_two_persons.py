"""Acts of two persons through the pages: proposed by one, waiting on the other's list, confirmed, dropped, too late."""

import asyncio

import pytest

from appliance.domain.states import State

REASON = "申请的经营地址不在本区辖区范围之内"
BASIS = "《中华人民共和国行政许可法》第三十二条第一款第二项"
REFUSAL = {"reason": REASON, "basis": BASIS, "authority": "邻区市场监督管理局"}


def walk(hall, login, action):
    async def run():
        async with hall.as_(login) as person:
            return await action(person)

    return asyncio.run(run())


def opening(path):
    return lambda person: person.open(path)


def doing(no, act, **typed):
    return lambda person: person.fill(f"/cases/{no}/acts/{act}", f"/cases/{no}/acts/{act}", **typed)


def settling(no, how, **typed):
    return lambda person: person.fill(f"/cases/{no}/proposal", f"/cases/{no}/proposal/{how}", **typed)


@pytest.fixture
def proposed(desk_hall):
    no = desk_hall.bring("taken")
    walk(desk_hall, "C1001", doing(no, "not-accepted", **REFUSAL))
    return no


def test_a_non_acceptance_goes_from_the_handler_over_the_reviewers_list_to_the_sealed_notice(desk_hall):
    no = desk_hall.bring("taken")
    page = walk(desk_hall, "C1001", opening(f"/cases/{no}"))
    assert f"/cases/{no}/acts/not-accepted" in page.links
    page = walk(desk_hall, "C1001", doing(no, "not-accepted", **REFUSAL))
    assert page.status == 200
    assert desk_hall.case(no).state is State.PRE_REVIEW
    assert f"/cases/{no}/proposal" in page.links
    page = walk(desk_hall, "R2001", opening("/"))
    assert "有 1 件等着您办" in page.text
    assert f"/cases/{no}/proposal" in page.links
    page = walk(desk_hall, "R2001", opening(f"/cases/{no}/proposal"))
    for words in (REASON, BASIS, "邻区市场监督管理局", "陈办 C1001", "不予受理"):
        assert words in page.text
    page = walk(desk_hall, "R2001", settling(no, "confirm"))
    case = desk_hall.case(no)
    assert (case.state, case.ending.proposed_by, case.ending.by) == (State.NOT_ACCEPTED, "C1001", "R2001")
    assert any(link.startswith(f"/papers/{no}/not_accepted_notice") for link in page.links)
    assert f"/cases/{no}/proposal" not in walk(desk_hall, "R2001", opening("/")).links


def test_the_one_who_proposed_may_only_take_it_back(desk_hall, proposed):
    page = walk(desk_hall, "C1001", opening(f"/cases/{proposed}/proposal"))
    actions = [form["action"] for form in page.forms]
    assert f"/cases/{proposed}/proposal/drop" in actions
    assert f"/cases/{proposed}/proposal/confirm" not in actions
    page = walk(desk_hall, "C1001", settling(proposed, "drop", reason="再核实一下地址"))
    case = desk_hall.case(proposed)
    assert (page.status, case.proposal, case.state) == (200, None, State.PRE_REVIEW)


def test_a_proposal_is_dropped_with_a_reason_and_not_without(desk_hall, proposed):
    page = walk(desk_hall, "R2001", settling(proposed, "drop", reason=""))
    assert page.status == 422
    assert 'id="e-reason"' in page.html
    assert desk_hall.case(proposed).proposal is not None
    walk(desk_hall, "R2001", settling(proposed, "drop", reason="地址在本区，请继续预审"))
    assert desk_hall.case(proposed).proposal is None


@pytest.mark.parametrize("login", ["C1002", "C1003", "W0312", "M4001"])
def test_no_other_person_confirms_it(desk_hall, proposed, login):
    page = walk(desk_hall, login, opening(f"/cases/{proposed}/proposal"))
    assert f"/cases/{proposed}/proposal/confirm" not in [form["action"] for form in page.forms]
    assert f"/cases/{proposed}/proposal" not in walk(desk_hall, login, opening(f"/cases/{proposed}")).links


@pytest.mark.parametrize("login", ["A3001", "S5001", "X9001", "X9002", "X9003"])
def test_who_is_never_a_second_person_is_kept_out(desk_hall, proposed, login):
    assert walk(desk_hall, login, opening(f"/cases/{proposed}/proposal")).status == 403


def test_what_is_missing_is_said_at_its_field_and_what_was_typed_is_kept(desk_hall):
    no = desk_hall.bring("taken")
    page = walk(desk_hall, "C1001", doing(no, "not-accepted", reason="短", basis="", authority="邻区市场监督管理局"))
    assert page.status == 422
    for mark in ('id="e-reason"', 'id="e-basis"', 'href="#f-basis"'):
        assert mark in page.html
    fields = page.fields(f"/cases/{no}/acts/not-accepted")
    assert (fields["reason"], fields["authority"]) == ("短", "邻区市场监督管理局")


def test_two_reviewers_confirm_and_one_of_them_is_told_that_it_is_done(desk_hall, proposed):
    async def both():
        async with desk_hall.as_("R2001") as first, desk_hall.as_("R2002") as second:
            late = await second.open(f"/cases/{proposed}/proposal")
            await first.fill(f"/cases/{proposed}/proposal", f"/cases/{proposed}/proposal/confirm")
            return await second.send(late, f"/cases/{proposed}/proposal/confirm")

    page = asyncio.run(both())
    assert page.status == 409
    assert "任核 R2001" in page.text
    assert "已经处理" in page.text


def test_the_same_form_sent_twice_proposes_once(desk_hall):
    no = desk_hall.bring("taken")

    async def twice():
        async with desk_hall.as_("C1001") as person:
            page = await person.open(f"/cases/{no}/acts/not-accepted")
            first = await person.send(page, f"/cases/{no}/acts/not-accepted", **REFUSAL)
            return first, await person.send(page, f"/cases/{no}/acts/not-accepted", **REFUSAL)

    first, again = asyncio.run(twice())
    assert (first.status, again.status, desk_hall.case(no).proposals) == (200, 200, 1)


def test_a_termination_needs_its_ground_and_a_second_person(desk_hall):
    no = desk_hall.bring("accepted")
    page = walk(desk_hall, "C1001", doing(no, "terminate", reason="申请人已经办理注销登记，主体终止"))
    assert page.status == 422
    assert 'id="e-ground"' in page.html
    walk(desk_hall, "C1001", doing(no, "terminate", ground="dissolution", reason="申请人已经办理注销登记，主体终止"))
    page = walk(desk_hall, "R2001", settling(no, "confirm"))
    case = desk_hall.case(no)
    assert (case.state, case.ending.ground) == (State.TERMINATED, "dissolution")
    assert {clock.stopped is None for clock in case.clocks} == {False}
    assert any(link.startswith(f"/papers/{no}/termination_notice") for link in page.links)


def test_a_receipt_is_voided_by_two_clerks_and_only_with_the_slip_in_hand(desk_hall):
    no = desk_hall.bring("received")
    walk(desk_hall, "W0312", doing(no, "void", reason="误选了事项，申请人同意重新取号"))
    assert f"/cases/{no}/proposal" not in walk(desk_hall, "W0312", opening("/work?tab=proposals")).links
    assert f"/cases/{no}/proposal" in walk(desk_hall, "W0313", opening("/work?tab=proposals")).links
    assert f"/cases/{no}/proposal" in walk(desk_hall, "M4001", opening("/")).links
    page = walk(desk_hall, "W0313", settling(no, "confirm"))
    assert page.status == 422
    assert 'id="e-slip_returned"' in page.html
    walk(desk_hall, "W0313", settling(no, "confirm", slip_returned="1"))
    assert (desk_hall.case(no).state, desk_hall.case(no).ending.kind) == (State.TERMINATED, "voided")


def test_the_day_after_no_receipt_is_voided(desk_hall):
    no = desk_hall.bring("received")
    desk_hall.later(days=1)
    assert f"/cases/{no}/acts/void" not in walk(desk_hall, "W0312", opening(f"/cases/{no}")).links
    page = walk(desk_hall, "W0312", opening(f"/cases/{no}/acts/void"))
    assert "现在不能办" in page.text
