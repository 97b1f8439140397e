"""上报件 through the pages: initial opinion and transfer list, waiting above, the decision back with its paper."""

import asyncio

import pytest

from appliance.domain.item_terms import HandlingType
from appliance.domain.states import State

ABOVE = "示范市市场监督管理局（示例）"
PDF = ("决定.pdf", b"%PDF-1.7 decision %%EOF", "application/pdf")
DECIDED = {
    "result": "granted",
    "document_no": "示市监许准〔2026〕88号",
    "decided_on": "2026-11-25",
    "content": "准予食品经营许可",
}


def walk(hall, login, action):
    async def run():
        async with hall.as_(login) as person:
            return await action(person)

    return asyncio.run(run())


def opening(path):
    return lambda person: person.open(path)


def forwarding(no, **typed):
    typed = {"opinion": "初审同意，报请审定", "authority": ABOVE} | typed
    return lambda person: person.fill(f"/review/{no}", f"/review/{no}", **typed)


def importing(no, *, scan=PDF, **typed):
    """Fill in what came from above; the scan goes as a file."""
    action = f"/cases/{no}/above"

    async def act(person):
        page = await person.open(action)
        fields = {**page.fields(action), **DECIDED, **typed}
        answer = await person.client.post(action, data=fields, files={"scan.above": scan} if scan else None)
        return type(page)(answer)

    return act


@pytest.fixture
def upward(desk_hall):
    desk_hall.change_item(project_type=HandlingType.FORWARD)
    return desk_hall


@pytest.fixture
def waiting(upward):
    no = upward.bring("reviewed")
    walk(upward, "A3001", forwarding(no))
    return no


def test_the_approver_cannot_decide_but_sends_opinion_and_materials_up(upward):
    no = upward.bring("reviewed")
    page = walk(upward, "A3001", opening(f"/review/{no}"))
    assert 'value="grant"' not in page.html
    page = walk(upward, "A3001", forwarding(no))
    case = upward.case(no)
    assert (case.state, case.forwarded_to, case.steps[-1].by) == (State.FORWARDED, ABOVE, "A3001")
    assert (case.clock("C2").stopped, case.clock("C3").stopped) == ("2026-11-23", "2026-11-23")
    for kind in ("opinion_forward", "transfer_list"):
        assert any(link.startswith(f"/papers/{no}/{kind}") for link in page.links)
    assert f"上级机关 {ABOVE}" in page.text


def test_an_ordinary_item_is_decided_here(desk_hall):
    """The control: the page offers no forwarding, and the rule refuses one that is posted all the same."""
    no = desk_hall.bring("reviewed")
    page = walk(desk_hall, "A3001", opening(f"/review/{no}"))
    assert ('value="grant"' in page.html, 'value="forward"' in page.html) == (True, False)
    page = walk(desk_hall, "A3001", forwarding(no, act="forward"))
    assert (page.status, desk_hall.case(no).state) == (422, State.IN_REVIEW)


@pytest.mark.parametrize(("field", "kept"), [("opinion", "authority"), ("authority", "opinion")])
def test_nothing_goes_up_without_opinion_and_address_and_nothing_typed_is_lost(upward, field, kept):
    no = upward.bring("reviewed")
    page = walk(upward, "A3001", forwarding(no, **{field: ""}))
    assert (page.status, f'id="e-{field}"' in page.html) == (422, True)
    assert page.fields(f"/review/{no}")[kept]
    assert upward.case(no).state is State.IN_REVIEW


def test_two_at_the_same_step_and_the_second_sees_both_sides(upward):
    no = upward.bring("reviewed")

    async def both():
        async with upward.as_("A3001") as first, upward.as_("A3001") as second:
            late = await second.open(f"/review/{no}")
            await first.fill(f"/review/{no}", f"/review/{no}", opinion="初审同意", authority=ABOVE)
            return await second.send(late, f"/review/{no}", opinion="我的意见", authority="另一机关")

    page = asyncio.run(both())
    assert page.status == 409
    assert f"上级机关 另一机关 {ABOVE}" in page.text
    assert upward.case(no).forwarded_to == ABOVE


@pytest.mark.parametrize(
    ("login", "href"), [("W0313", "above"), ("C1001", ""), ("C1002", ""), ("A3001", "")], ids=lambda one: one or "case"
)
def test_what_waits_above_stands_on_the_desks_with_the_days_since(upward, waiting, login, href):
    upward.later(days=7)
    page = walk(upward, login, opening("/work?tab=above"))
    assert (f"/cases/{waiting}/{href}" if href else f"/cases/{waiting}") in page.links
    assert "2026-11-23 上报，已等 5 个工作日" in page.text


def test_the_desk_of_another_department_does_not_list_it(upward, waiting):
    page = walk(upward, "C1003", opening("/work?tab=above"))
    assert f"/cases/{waiting}" not in page.links


@pytest.mark.parametrize(("result", "state"), [("granted", "decided_granted"), ("refused", "decided_refused")])
def test_the_window_takes_the_decision_in_with_its_paper(upward, waiting, result, state):
    upward.later(days=4)
    page = walk(upward, "W0313", importing(waiting, result=result, content="家庭人数和收入超过规定的标准"))
    case = upward.case(waiting)
    assert (case.state.value, case.decision.above) == (state, ABOVE)
    assert case.clock("C4").deadline.start == "2026-11-27"
    scan = f"/cases/{waiting}/files/{case.decision.files[0]}"
    assert scan in page.links
    answer = walk(upward, "W0313", lambda person: person.client.get(scan))
    assert (answer.status_code, answer.content, answer.headers["content-type"]) == (200, PDF[1], PDF[2])


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"scan": None}, "scan.above"),
        ({"scan": ("决定.exe", b"MZ", "application/x-msdownload")}, "scan.above"),
        ({"result": ""}, "result"),
        ({"document_no": ""}, "document_no"),
        ({"decided_on": "2026-11-22"}, "decided_on"),
        ({"result": "refused", "content": "不符合"}, "content"),
    ],
)
def test_what_is_missing_is_named_and_the_rest_kept(upward, waiting, typed, field):
    upward.later(days=4)
    page = walk(upward, "W0313", importing(waiting, **typed))
    assert (page.status, f'id="e-{field}"' in page.html) == (422, True)
    again = page.fields(f"/cases/{waiting}/above")
    assert again.get("document_no", "") == {**DECIDED, **typed}["document_no"]
    if field != "scan.above":
        assert again["kept.above"].endswith("|application/pdf|23")  # accepted scans come back
    assert upward.case(waiting).state is State.FORWARDED


def test_only_the_window_takes_it_in_and_only_while_it_waits(upward, waiting):
    for login in ("C1001", "A3001", "R2001"):
        assert walk(upward, login, opening(f"/cases/{waiting}/above")).status == 403
    upward.later(days=4)
    walk(upward, "W0313", importing(waiting))
    page = walk(upward, "W0312", opening(f"/cases/{waiting}/above"))
    assert not [form for form in page.forms if form["action"] == f"/cases/{waiting}/above"]


def test_two_clerks_take_it_in_and_the_second_is_told(upward, waiting):
    upward.later(days=4)
    action = f"/cases/{waiting}/above"

    async def both():
        async with upward.as_("W0312") as first, upward.as_("W0313") as second:
            late = await second.open(action)
            await importing(waiting)(first)
            fields = {**late.fields(action), **DECIDED, "document_no": "示市监许准〔2026〕89号"}
            return type(late)(await second.client.post(action, data=fields, files={"scan.above": PDF}))

    page = asyncio.run(both())
    assert page.status == 409
    assert "示市监许准〔2026〕89号 示市监许准〔2026〕88号" in page.text
