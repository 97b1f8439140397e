"""Making the result, checking the collector, handing over, with two clerks at one shelf."""

import asyncio

import pytest

GOOD = {"collector_name": "示例·经营者", "collector_id": "420102190001010013", "identity_checked": "1"}


def walk(hall, login, action):
    async def run():
        async with hall.as_(login) as person:
            return await action(person)

    return asyncio.run(run())


def making(no, **typed):
    return lambda person: person.fill(f"/issuance/{no}", f"/issuance/{no}/produce", **typed)


def handing(no, **typed):
    return lambda person: person.fill(f"/issuance/{no}", f"/issuance/{no}/hand-over", **typed)


@pytest.mark.conformance("5.2.2.5")
@pytest.mark.conformance("4.2.2-4")
def test_from_the_decision_over_the_shelf_to_the_slip(desk_hall):
    no = desk_hall.bring("granted")
    page = walk(desk_hall, "W0312", lambda person: person.open("/issuance?tab=produce"))
    assert f"/issuance/{no}" in page.links
    page = walk(desk_hall, "W0312", making(no, shelf="A-12"))
    licence = desk_hall.case(no).licence.issued
    for words in (licence.number, licence.identifier, "A-12"):
        assert words in page.text
    assert any(link.startswith(f"/papers/{no}/licence") for link in page.links)
    page = walk(desk_hall, "W0313", lambda person: person.open("/issuance"))
    assert f"/issuance/{no}" in page.links
    page = walk(desk_hall, "W0313", handing(no, **GOOD))
    assert "已发件，这一件办结" in page.text
    assert f"/papers/{no}/collection_receipt" in page.links
    case = desk_hall.case(no)
    assert (case.state, case.handover.by, case.handover.relation) == ("closed", "W0313", "representative")


@pytest.mark.parametrize(
    ("change", "field", "status"),
    [
        ({"collector_id": "420102190001010014"}, "collector_id", 422),
        ({"collector_name": ""}, "collector_name", 422),
        ({"identity_checked": None}, "identity_checked", 422),
        ({"collector_name": "张三"}, "collector_name", 403),
    ],
)
def test_a_collector_who_does_not_fit_gets_nothing_and_the_clerk_is_told_where(desk_hall, change, field, status):
    no = desk_hall.bring("ready")
    page = walk(desk_hall, "W0312", handing(no, **{**GOOD, **change}))
    assert page.status == status
    assert f'id="e-{field}"' in page.html
    typed = {name: value for name, value in {**GOOD, **change}.items() if value and name != "identity_checked"}
    assert typed.items() <= page.fields(f"/issuance/{no}/hand-over").items()
    assert desk_hall.case(no).state == "result_ready"


def test_only_an_agent_whose_authority_includes_collecting_is_offered(desk_hall):
    agent = {"name": "李代理", "id_number": "42010220000101001X", "phone": "13900000000"}
    may = desk_hall.bring("ready", agent=agent)
    may_not = desk_hall.bring("ready", agent={**agent, "scopes": ("submit",)})
    for no, offered in ((may, True), (may_not, False)):
        page = walk(desk_hall, "W0312", lambda person, no=no: person.open(f"/issuance/{no}"))
        assert ('value="agent"' in page.html) is offered
    page = walk(desk_hall, "W0312", handing(may, relation="agent", collector_name="李代理",
                                            collector_id="42010220000101001X", identity_checked="1"))  # fmt: skip
    assert desk_hall.case(may).handover.relation == "agent"


def test_two_clerks_hand_over_once_and_the_second_sees_to_whom(desk_hall):
    no = desk_hall.bring("ready")

    async def act(person):
        page = await person.open(f"/issuance/{no}")
        async with desk_hall.as_("W0313") as other:
            await other.fill(f"/issuance/{no}", f"/issuance/{no}/hand-over", **GOOD)
        return await person.send(page, f"/issuance/{no}/hand-over", **GOOD)

    page = walk(desk_hall, "W0312", act)
    assert page.status == 409
    for words in ("您打开之后发生的", "发件，办结", "李窗 W0313", "办结"):
        assert words in page.text
    assert desk_hall.case(no).handover.by == "W0313"


def test_a_handler_makes_the_licence_but_does_not_hand_it_over(desk_hall):
    no = desk_hall.bring("granted")
    page = walk(desk_hall, "C1001", making(no, shelf="B-01"))
    assert desk_hall.case(no).state == "result_ready"
    assert "由窗口发件" in page.text
    assert not any(form["action"].endswith("/hand-over") for form in page.forms)


def test_before_the_decision_there_is_nothing_to_hand_over(desk_hall):
    no = desk_hall.bring("accepted")
    page = walk(desk_hall, "W0312", lambda person: person.open(f"/issuance/{no}"))
    assert "作出决定之后才能制证和发件" in page.text
