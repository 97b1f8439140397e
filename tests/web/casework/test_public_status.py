"""办件查询 (clause 5.1.1.3): the receipt opens eight fields and nothing of the applicant; guessing is paused."""

import asyncio

import pytest

from appliance.domain.states import PUBLIC_STATES, State

LABELS = ("受理编号", "事项名称", "受理时间", "办理部门", "办理人员", "工号", "办理状态", "办理结果")


def ask(hall, no, code, times=1):
    async def run():
        async with hall.anyone() as anyone:
            for _ in range(times):
                page = await anyone.open("/status")
                page = await anyone.send(page, "/status", no=no, code=code)
            return page

    return asyncio.run(run())


@pytest.mark.conformance("5.1.1.3")
@pytest.mark.parametrize("stage", ["received", "accepted", "granted"])
def test_the_receipts_code_opens_the_eight_fields_and_no_more(desk_hall, stage):
    no = desk_hall.bring(stage)
    case = desk_hall.case(no)
    page = ask(desk_hall, no, case.query_code)
    assert page.status == 200
    shown = page.text.split("办理情况")[1]
    assert all(label in shown for label in LABELS)
    assert page.html.count("<dt>") == 8
    assert PUBLIC_STATES[case.state] in shown
    for kept in (case.applicant.name, case.applicant.id_number, case.applicant.phone, "示例·经营者"):
        assert kept not in page.html
    if stage != "received":
        assert ("陈办" in shown, "C1001" in shown, case.acceptance_no in shown) == (True, True, True)
    assert ("准予" in shown.split("办理结果")[1]) == (stage == "granted")


def test_the_acceptance_number_and_the_last_four_open_it_too(desk_hall):
    no = desk_hall.bring("accepted")
    case = desk_hall.case(no)
    assert ask(desk_hall, case.acceptance_no, case.applicant.id_number[-4:].lower()).status == 200


@pytest.mark.parametrize("code", ["", "000000", "4", "02XC0"])
def test_a_wrong_code_and_a_wrong_number_look_alike(desk_hall, code):
    no = desk_hall.bring("received")
    wrong, unknown = ask(desk_hall, no, code), ask(desk_hall, "S420199012026112319999X", code)
    assert (wrong.status, unknown.status) == (422, 422)
    assert "编号或者查询码不对" in wrong.text
    assert "编号或者查询码不对" in unknown.text
    assert f'value="{no}"' in wrong.html


def test_five_wrong_codes_pause_the_number_for_a_quarter_of_an_hour(desk_hall):
    no = desk_hall.bring("received")
    code = desk_hall.case(no).query_code
    wrong = "000000" if code != "000000" else "000001"
    assert ask(desk_hall, no, wrong, times=5).status == 422
    page = ask(desk_hall, no, code)
    assert (page.status, "15 分钟后再查" in page.text) == (429, True)
    other = desk_hall.bring("received", name="示范面馆（示例）")
    assert ask(desk_hall, other, desk_hall.case(other).query_code).status == 200  # the control
    desk_hall.later(minutes=16)
    assert ask(desk_hall, no, code).status == 200


def test_every_state_has_its_public_words():
    assert set(PUBLIC_STATES) == set(State)
