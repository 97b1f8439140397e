"""Material asked for in review through the pages, and what comes in at the window; no limit pauses."""

import asyncio

from appliance.domain.states import State

WORDS = {
    "reason": "现场与图纸不一致，需要核实布局",
    "line": "layout",
    "problem__layout": "图上没有标明分区",
    "requirement__layout": "请补交标明分区的布局图",
}


def walk(hall, login, action):
    async def run():
        async with hall.as_(login) as person:
            return await action(person)

    return asyncio.run(run())


def opening(path):
    return lambda person: person.open(path)


def sending(no, page, **typed):
    return lambda person: person.fill(f"/cases/{no}/{page}", f"/cases/{no}/{page}", **typed)


def asked(hall):
    no = hall.bring("accepted")
    walk(hall, "C1001", sending(no, "request", **WORDS))
    return no


def test_a_request_goes_out_with_its_notice_and_stops_no_limit(desk_hall):
    no = desk_hall.bring("accepted")
    before = desk_hall.case(no).clocks
    page = walk(desk_hall, "C1001", sending(no, "request", **WORDS))
    case = desk_hall.case(no)
    assert (case.state, case.clocks) == (State.IN_REVIEW, before)
    assert [(line.line.target, line.problem) for line in case.requests] == [("layout", "图上没有标明分区")]
    assert any(link.startswith(f"/papers/{no}/material_request_notice") for link in page.links)


def test_after_a_real_acceptance_the_only_cause_is_what_review_found(desk_hall):
    no = desk_hall.bring("accepted")
    page = walk(desk_hall, "C1001", opening(f"/cases/{no}/request"))
    assert 'value="found_in_review" checked' in page.html
    assert "deemed_acceptance" not in page.html
    page = walk(desk_hall, "C1001", sending(no, "request", **{**WORDS, "cause": "deemed_acceptance"}))
    assert (page.status, 'id="e-cause"' in page.html) == (422, True)


def test_what_is_missing_is_said_where_it_is_missing(desk_hall):
    no = desk_hall.bring("accepted")
    page = walk(desk_hall, "C1001", sending(no, "request", reason="短"))
    assert page.status == 422
    for mark in ('id="e-reason"', 'href="#f-lines"'):
        assert mark in page.html
    page = walk(desk_hall, "C1001", sending(no, "request", **{**WORDS, "requirement__layout": ""}))
    assert (page.status, 'id="e-requirement.layout"' in page.html) == (422, True)
    assert page.fields(f"/cases/{no}/request")["problem.layout"] == "图上没有标明分区"
    assert desk_hall.case(no).requests == ()


def test_the_window_takes_in_what_was_asked_for(desk_hall):
    no = asked(desk_hall)
    page = walk(desk_hall, "W0313", opening(f"/cases/{no}"))
    assert f"/cases/{no}/requested" in page.links
    page = walk(desk_hall, "W0313", sending(no, "requested"))
    assert (page.status, 'href="#f-lines"' in page.html) == (422, True)
    typed = {"given": "layout", "as__layout": "copy", "copies__layout": "1", "pages__layout": "3"}
    page = walk(desk_hall, "W0313", sending(no, "requested", **typed))
    case = desk_hall.case(no)
    assert ([line.met for line in case.requests], case.state) == ([True], State.IN_REVIEW)
    assert (case.material("layout").form, case.material("layout").pages) == ("copy", 3)
    assert f"/cases/{no}/requested" not in page.links


def test_a_figure_that_is_none_is_refused(desk_hall):
    no = asked(desk_hall)
    typed = {"given": "layout", "as__layout": "copy", "copies__layout": "一", "pages__layout": "3"}
    page = walk(desk_hall, "W0313", sending(no, "requested", **typed))
    assert (page.status, 'id="e-material.layout"' in page.html) == (422, True)
    assert not desk_hall.case(no).requests[0].met


def test_two_clerks_take_it_in_and_the_second_is_told(desk_hall):
    no = asked(desk_hall)
    typed = {"given": "layout", "as__layout": "copy"}

    async def both():
        async with desk_hall.as_("W0312") as first, desk_hall.as_("W0313") as second:
            late = await second.open(f"/cases/{no}/requested")
            await first.fill(f"/cases/{no}/requested", f"/cases/{no}/requested", **typed)
            return await second.send(late, f"/cases/{no}/requested", **typed)

    page = asyncio.run(both())
    assert page.status == 409
    assert "王窗 W0312" in page.text
    name = desk_hall.case(no).material("layout").name
    assert f"{name} 收到 收到" in page.text


def test_only_the_handler_of_the_case_asks(desk_hall):
    no = desk_hall.bring("accepted")
    for login in ("C1002", "C1003"):
        assert f"/cases/{no}/request" not in walk(desk_hall, login, opening(f"/cases/{no}")).links
        page = walk(desk_hall, login, opening(f"/cases/{no}/request"))
        assert not [form for form in page.forms if form["action"] == f"/cases/{no}/request"]
    assert walk(desk_hall, "R2001", opening(f"/cases/{no}/request")).status == 403
