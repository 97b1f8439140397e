"""Special procedures, extension, suspension and 不受理 through the pages: what pauses, what runs on, who may."""

import asyncio

import pytest

from appliance.domain.states import State

MARKET = "11420199MBDEM004XU"


def walk(hall, login, action):
    async def run():
        async with hall.as_(login) as person:
            return await action(person)

    return asyncio.run(run())


def opening(path):
    return lambda person: person.open(path)


def doing(no, act, **typed):
    return lambda person: person.fill(f"/cases/{no}/acts/{act}", f"/cases/{no}/acts/{act}", **typed)


@pytest.fixture
def head_hall(desk_hall):
    """The hall with a head of the market authority."""
    return desk_hall


def dues(hall, no):
    return {name: hall.case(no).clock(name).deadline.due for name in ("C2", "C3")}


def test_that_no_licence_is_needed_ends_the_case_with_its_notice(desk_hall):
    no = desk_hall.bring("taken")
    page = walk(desk_hall, "C1001", doing(no, "not-required", reason="不用"))
    assert (page.status, 'id="e-reason"' in page.html) == (422, True)
    page = walk(desk_hall, "C1001", doing(no, "not-required", reason="仅销售预包装食品，依法备案即可"))
    assert desk_hall.case(no).state is State.NOT_REQUIRED
    assert any(link.startswith(f"/papers/{no}/not_required_notice") for link in page.links)


def test_an_extension_is_the_heads_alone_and_once(head_hall):
    no = head_hall.bring("accepted")
    before = dues(head_hall, no)
    assert f"/cases/{no}/acts/extend" not in walk(head_hall, "C1001", opening(f"/cases/{no}")).links
    assert walk(head_hall, "C1001", opening(f"/cases/{no}/acts/extend")).status == 403
    page = walk(head_hall, "D6001", doing(no, "extend", days="11", reason="案情复杂，需要进一步核实现场布局"))
    assert (page.status, 'id="e-days"' in page.html) == (422, True)
    page = walk(head_hall, "D6001", doing(no, "extend", days="十", reason="案情复杂，需要进一步核实现场布局"))
    assert (page.status, 'id="e-days"' in page.html) == (422, True)
    page = walk(head_hall, "D6001", doing(no, "extend", days="5", reason="案情复杂，需要进一步核实现场布局"))
    after = dues(head_hall, no)
    assert after["C2"] > before["C2"]
    assert after["C3"] == before["C3"]
    assert f"/cases/{no}/acts/extend" not in page.links
    assert any(link.startswith(f"/papers/{no}/extension_notice") for link in page.links)
    assert "现在不能办" in walk(head_hall, "D6001", opening(f"/cases/{no}/acts/extend")).text


@pytest.mark.parametrize(("kind", "paused"), [("statute", True), ("other", False)])
def test_a_suspension_stops_the_limits_only_where_a_statute_says_so(head_hall, kind, paused):
    no = head_hall.bring("accepted")
    before = dues(head_hall, no)
    page = walk(head_hall, "D6001", doing(no, "suspend", basis_kind=kind, reason="等待继承人表明是否参加", basis=""))
    assert (page.status, 'id="e-basis"' in page.html) == (422, True)
    words = {"basis_kind": kind, "reason": "等待继承人表明是否参加办理", "basis": "《示范条例》第一条"}
    walk(head_hall, "D6001", doing(no, "suspend", **words))
    assert head_hall.case(no).state is State.SUSPENDED
    assert head_hall.case(no).clock("C2").paused is paused
    head_hall.later(days=2)
    page = walk(head_hall, "C1001", doing(no, "resume", reason="继承人已书面表明继续申请"))
    assert head_hall.case(no).state is State.IN_REVIEW
    assert (dues(head_hall, no) != before) is paused
    assert any(link.startswith(f"/papers/{no}/resumption_notice") for link in page.links)


def test_an_item_without_special_procedures_offers_none(desk_hall):
    no = desk_hall.bring("accepted")
    assert f"/cases/{no}/acts/special" not in walk(desk_hall, "C1001", opening(f"/cases/{no}")).links
    assert "现在不能办" in walk(desk_hall, "C1001", opening(f"/cases/{no}/acts/special")).text
    page = walk(desk_hall, "C1001", lambda person: person.post(f"/cases/{no}/acts/special", {}))
    assert page.status in (403, 409, 422)


def test_somebody_elses_change_in_between_shows_both_sides_and_keeps_what_was_typed(head_hall):
    no = head_hall.bring("accepted")

    async def late():
        async with head_hall.as_("D6001") as person:
            page = await person.open(f"/cases/{no}/acts/extend")
            head_hall.sign(no, "C1001")
            return await person.send(page, f"/cases/{no}/acts/extend", days="5", reason="案情复杂，需要进一步核实现场")

    page = asyncio.run(late())
    assert page.status == 409
    assert "您打开之后发生的" in page.text
    assert page.fields(f"/cases/{no}/acts/extend")["reason"] == "案情复杂，需要进一步核实现场"
    assert head_hall.case(no).extended == 0


def test_an_act_that_there_is_not_is_not_found(desk_hall):
    no = desk_hall.bring("received")
    assert walk(desk_hall, "W0312", opening(f"/cases/{no}/acts/nothing")).status == 404
