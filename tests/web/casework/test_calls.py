"""电话通知: who has to be called, that it was done, and that each look at the numbers is in the access log."""

import asyncio


def walk(hall, login, action):
    async def run():
        async with hall.as_(login) as person:
            return await action(person)

    return asyncio.run(run())


def opening(path):
    return lambda person: person.open(path)


def calling(outcome):
    return lambda person: person.fill("/calls", "/calls", outcome=outcome)


def test_a_result_that_waits_is_called_about_until_somebody_is_reached(desk_hall):
    no = desk_hall.bring("ready")
    version = desk_hall.case(no).version
    page = walk(desk_hall, "W0312", opening("/calls"))
    assert ("13800000000" in page.text, "结果已出，请来领取" in page.text) == (True, True)
    page = walk(desk_hall, "W0312", calling("no_answer"))
    assert "1 次没接通" in page.text
    page = walk(desk_hall, "W0313", calling("reached"))
    assert "没有等着通知的申请人" in page.text
    assert desk_hall.case(no).version == version  # no form that is open for the case becomes stale


def test_told_twice_is_told_plainly(desk_hall):
    no = desk_hall.bring("ready")
    walk(desk_hall, "W0312", calling("reached"))
    other = desk_hall.bring("ready", name="江城面馆（示例）")

    async def again(person):
        page = await person.open("/calls")
        fields = {**page.fields("/calls"), "case": no, "outcome": "reached"}
        return await person.post("/calls", fields)

    page = walk(desk_hall, "W0312", again)
    assert "已经通知过了" in page.text
    assert other in page.text


def test_whoever_was_reached_makes_room_for_the_next(desk_hall, monkeypatch):
    monkeypatch.setattr("web.pages.calls.PAGE_ROWS", 1)
    first, second = desk_hall.bring("ready"), desk_hall.bring("ready", name="江城面馆（示例）")
    page = walk(desk_hall, "W0312", opening("/calls"))
    assert (first in page.text, second in page.text) == (True, False)
    page = walk(desk_hall, "W0312", calling("reached"))
    assert (first in page.text, second in page.text) == (False, True)


def test_each_look_is_in_the_access_log_and_only_the_window_looks(desk_hall):
    no = desk_hall.bring("ready")
    walk(desk_hall, "W0312", opening("/calls"))
    views = [view for view in desk_hall.looks(login="W0312") if view.act == "calls"]
    assert [(view.cases, view.fields, view.window) for view in views] == [((no,), ("name", "phone"), "03")]
    for login in ("C1001", "S5001", "X9001"):
        assert walk(desk_hall, login, opening("/calls")).status == 403


def test_nobody_is_called_about_a_case_on_its_way(desk_hall):
    """The control."""
    desk_hall.bring("accepted")
    assert "没有等着通知的申请人" in walk(desk_hall, "W0312", opening("/calls")).text
