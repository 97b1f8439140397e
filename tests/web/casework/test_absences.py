"""离岗, 代办 and 改派 through the pages: a colleague acts in the absent handler's place, and the log says who did."""

import asyncio

import pytest

from appliance.domain.states import State
from appliance.services.timeline import timeline


def walk(hall, login, action):
    async def run():
        async with hall.as_(login) as person:
            return await action(person)

    return asyncio.run(run())


def opening(path):
    return lambda person: person.open(path)


def filling(path, **typed):
    return lambda person: person.fill(path, path, **typed)


def filling_form(path, action, **typed):
    return lambda person: person.fill(path, action, **typed)


def leaving(**typed):
    typed = {"staff": "C1001", "substitute": "C1002", "starts": "2026-11-23", "until": "2026-11-24"} | typed
    return filling("/absences", **({"reason": "年休假"} | typed))


@pytest.fixture
def taken(desk_hall):
    return desk_hall.bring("taken")


def judging(no):
    async def act(person):
        page = await person.open(f"/prereview/{no}")
        fields = page.fields(f"/prereview/{no}")
        passed = {name.replace("reason.", "verdict."): "pass" for name in fields if name.startswith("reason.")}
        return await person.post(f"/prereview/{no}", {**fields, **passed, "then": "accept"})

    return act


def test_a_substitute_finds_the_case_on_his_desk_and_does_it_in_his_own_name(desk_hall, taken):
    assert taken not in walk(desk_hall, "C1002", opening("/work?tab=prereview")).text
    page = walk(desk_hall, "C1001", leaving())
    assert "离岗中" in page.text
    page = walk(desk_hall, "C1002", opening("/work?tab=prereview"))
    assert taken in page.text
    assert "代 陈办 办理" in page.text
    assert walk(desk_hall, "C1002", judging(taken)).status == 200
    case = desk_hall.case(taken)
    assert (case.state, case.handler, case.handlers) == (State.IN_REVIEW, "C1001", ("C1001", "C1002"))
    assert timeline(desk_hall.store, case)[-1].actor.id == "C1002"


def test_when_he_is_back_the_substitute_is_a_colleague_like_any_other(desk_hall, taken):
    walk(desk_hall, "C1001", leaving())
    page = walk(desk_hall, "C1001", filling_form("/absences", "/absences/end"))
    assert "已销假" in page.text
    assert taken not in walk(desk_hall, "C1002", opening("/work?tab=prereview")).text
    assert walk(desk_hall, "C1002", opening(f"/prereview/{taken}")).text.count("请由承办人预审") == 1


def test_the_absence_ends_by_itself_after_its_last_day(desk_hall, taken):
    walk(desk_hall, "C1001", leaving())
    desk_hall.later(days=2)
    assert taken not in walk(desk_hall, "C1002", opening("/work?tab=prereview")).text


def test_what_is_wrong_is_named_and_nothing_typed_is_lost(desk_hall):
    page = walk(desk_hall, "R2001", leaving(substitute="C1001", until="2026-11-20", reason="外出培训"))
    assert page.status == 422
    assert "请选本部门的另一位承办人" in page.text
    assert "最后一天不能早于第一天或今天" in page.text
    assert 'value="外出培训"' in page.html
    assert "没有登记过离岗" in page.text


def test_a_handler_cannot_send_a_colleague_away(desk_hall):
    page = walk(desk_hall, "C1002", leaving(substitute="C1002"))
    assert page.status == 403
    assert "离岗由本人、本部门审核人或大厅负责人登记" in page.text


def ticking(hall, handler, *numbers, **typed):
    async def act(person):
        page = await person.open(f"/reassign?handler={handler}")
        ticks = [f"{no}:{hall.case(no).version}" for no in numbers]
        return await person.post("/reassign", {**dict(page.forms[-1]["fields"]), "cases": ticks, **typed})

    return act


def test_a_reviewer_passes_several_cases_to_a_colleague(desk_hall):
    first, second = desk_hall.bring("taken"), desk_hall.bring("accepted")
    page = walk(desk_hall, "R2001", ticking(desk_hall, "C1001", first, second, to="C1002", reason="原承办人调离岗位"))
    assert "他手上没有可以改派的件" in page.text
    assert {desk_hall.case(no).handler for no in (first, second)} == {"C1002"}
    assert "承办人 陈办 → 程办" in walk(desk_hall, "C1002", opening(f"/cases/{first}")).text
    assert "请由承办人预审" in walk(desk_hall, "C1001", opening(f"/prereview/{first}")).text


def test_all_or_none_and_the_ticks_stay(desk_hall):
    first, second = desk_hall.bring("taken"), desk_hall.bring("accepted")
    page = walk(desk_hall, "R2001", ticking(desk_hall, "C1001", first, second, to="pool", reason="请假在外地"))
    assert page.status == 422
    assert f"{second} 已经过了预审，请改派给具体的人" in page.text
    assert page.html.count("checked") == 2
    assert {desk_hall.case(no).handler for no in (first, second)} == {"C1001"}


def test_a_case_given_back_is_anyones_of_the_department(desk_hall, taken):
    page = walk(desk_hall, "C1001", ticking(desk_hall, "C1001", taken, to="pool", reason="不属于我的专业"))
    assert "他手上没有可以改派的件" in page.text
    assert taken in walk(desk_hall, "C1002", opening("/work?tab=received")).text
    take = f"/prereview/{taken}/take"
    walk(desk_hall, "C1002", lambda person: person.fill(f"/prereview/{taken}", take))
    assert desk_hall.case(taken).handler == "C1002"


def test_a_substitute_cannot_give_the_absent_ones_case_away(desk_hall, taken):
    walk(desk_hall, "C1001", leaving())
    page = walk(desk_hall, "C1002", ticking(desk_hall, "C1002", taken, to="pool", reason="不属于我的专业"))
    assert page.status == 403
    assert desk_hall.case(taken).handler == "C1001"


def test_someone_who_acted_as_substitute_signs_no_other_step(desk_hall, taken):
    """§2.6: two hands at least. The control is `test_a_substitute_finds_the_case…`: he may sign as the handler."""
    walk(desk_hall, "C1001", leaving())
    walk(desk_hall, "C1002", judging(taken))
    assert "C1002" in desk_hall.case(taken).handlers
