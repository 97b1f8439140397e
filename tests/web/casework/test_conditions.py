"""容缺受理, 告知承诺 and 备案 through the pages: what is decided upon beside the proofs (domain §2.4)."""

import asyncio

import msgspec
import pytest

from appliance.domain.item_terms import HandlingType
from appliance.domain.states import State

HEALTH = "health_certificates"


def walk(hall, login, action):
    async def run():
        async with hall.as_(login) as person:
            return await action(person)

    return asyncio.run(run())


def opening(path):
    return lambda person: person.open(path)


def judging(no, **typed):
    """Pass every material that is there and accept; `typed` adds what else is ticked."""

    async def act(person):
        page = await person.open(f"/prereview/{no}")
        fields = dict(page.fields(f"/prereview/{no}"))
        passed = {f"verdict.{code}": "pass" for code in fields_of(page)}
        return await person.post(f"/prereview/{no}", {**fields, **passed, "then": "accept", **typed})

    return act


def fields_of(page):
    return [
        name.removeprefix("reason.") for name, _ in page.form(page.forms[-1]["action"])["fields"] if "reason." in name
    ]


def acting(no, act, **typed):
    action = f"/cases/{no}/acts/{act}"
    return lambda person: person.fill(action, action, **typed)


# ---- 容缺


@pytest.fixture
def lacking(desk_hall):
    return desk_hall.bring("taken", without=(HEALTH,))


def test_what_the_list_lets_wait_is_offered_with_its_words(desk_hall, lacking):
    page = walk(desk_hall, "C1001", opening(f"/prereview/{lacking}"))
    assert f'name="tolerate" value="{HEALTH}"' in page.html
    assert page.html.count('name="tolerate"') == 1
    assert "受理之后 5个工作日内补齐" in page.text


def test_nothing_is_offered_when_all_is_there(desk_hall):
    no = desk_hall.bring("taken")
    assert 'name="tolerate"' not in walk(desk_hall, "C1001", opening(f"/prereview/{no}")).html


def test_without_the_commitment_nothing_is_accepted_and_the_tick_stays(desk_hall, lacking):
    page = walk(desk_hall, "C1001", judging(lacking, tolerate=HEALTH))
    assert page.status == 422
    assert "请申请人签署容缺受理承诺书后勾选" in page.text
    assert f'name="tolerate" value="{HEALTH}" checked' in page.html
    assert desk_hall.case(lacking).state is State.PRE_REVIEW


def test_tolerant_acceptance_starts_its_clock_and_the_window_takes_the_rest(desk_hall, lacking):
    page = walk(desk_hall, "C1001", judging(lacking, tolerate=HEALTH, commitment="1"))
    assert page.status == 200
    assert any(link.startswith(f"/papers/{lacking}/tolerant_commitment") for link in page.links)
    assert "容缺受理" in page.text
    case = desk_hall.case(lacking)
    assert (case.open_tolerance, case.clock("C6").deadline.due) == ((HEALTH,), "2026-11-30")

    assert lacking in walk(desk_hall, "W0313", opening("/work?tab=tolerated")).text
    action = f"/cases/{lacking}/tolerated"
    page = walk(desk_hall, "W0313", lambda person: person.fill(action, action))
    assert page.status == 422
    assert "请收下至少一份容缺的材料" in page.text
    given = {"given": HEALTH, f"copies.{HEALTH}": "1", "note": "当面核对"}
    page = walk(desk_hall, "W0313", lambda person: person.fill(action, action, **given))
    assert page.status == 200
    case = desk_hall.case(lacking)
    assert (case.open_tolerance, case.clock("C6").stopped) == ((), "2026-11-23")
    assert "容缺已补齐" in page.text
    assert "这件没有容缺的材料要补" in walk(desk_hall, "W0313", opening(action)).text


# ---- 告知承诺


@pytest.fixture
def promising(desk_hall):
    """A hall whose item takes a promise in place of the health certificates."""
    materials = tuple(
        msgspec.structs.replace(one, promise_allowed=one.code == HEALTH) for one in desk_hall.item.materials
    )
    desk_hall.change_item(promise_based_allowed=True, promise_template="已告知全部条件", materials=materials)
    return desk_hall


def test_a_promise_stands_for_the_proof_and_is_verified_after_the_decision(promising):
    no = promising.bring("received", without=(HEALTH,))
    page = walk(promising, "W0312", acting(no, "promise", signer="示例·经营者"))
    assert page.status == 422
    assert "请先把告知书交给申请人" in page.text
    assert 'value="示例·经营者"' in page.html  # nothing typed is lost
    page = walk(promising, "W0312", acting(no, "promise", signer="示例·经营者", told="1", signed="1"))
    assert any(link.startswith(f"/papers/{no}/promise_document") for link in page.links)
    assert "承诺代替" in page.text

    promising.take(no)
    assert walk(promising, "C1001", judging(no)).status == 200
    promising.sign(no, "C1001")
    promising.sign(no, "R2001")
    promising.grant(no)
    assert no in walk(promising, "C1001", opening("/work?tab=promised")).text
    assert no not in walk(promising, "C1002", opening("/work?tab=promised")).text
    page = walk(promising, "C1001", acting(no, "verify-promise", result="broken", findings="现场从业人员没有健康证明"))
    assert "不实 · 现场从业人员没有健康证明" in page.text
    assert promising.case(no).promise.result == "broken"
    assert no not in walk(promising, "C1001", opening("/work?tab=promised")).text


def test_a_promise_taken_back_brings_the_proof_back(promising):
    no = promising.bring("received", without=(HEALTH,))
    walk(promising, "W0312", acting(no, "promise", signer="示例·经营者", told="1", signed="1"))
    page = walk(promising, "W0312", acting(no, "withdraw-promise", reason="改为提交健康证明"))
    assert "已撤回" in page.text
    promising.take(no)
    page = walk(promising, "C1001", judging(no))
    assert page.status == 422
    assert "还缺" in page.text


def test_an_item_without_promises_offers_none(desk_hall):
    no = desk_hall.bring("received", without=(HEALTH,))
    assert f"/cases/{no}/acts/promise" not in walk(desk_hall, "W0312", opening(f"/cases/{no}")).links
    page = walk(desk_hall, "W0312", opening(f"/cases/{no}/acts/promise"))
    assert "“告知承诺”现在不能办" in page.text


# ---- 备案


def test_a_filing_is_recorded_with_a_receipt_and_in_its_own_words(desk_hall):
    desk_hall.change_item(project_type=HandlingType.RECORD, licence=None)
    no = desk_hall.bring("reviewed")
    page = walk(desk_hall, "A3001", opening(f"/review/{no}"))
    assert "不予备案" in page.text
    assert "准予" not in page.text.split("签批表")[1].split("材料")[0]
    page = walk(
        desk_hall,
        "A3001",
        lambda person: person.fill(f"/review/{no}", f"/review/{no}", act="grant", opinion="予以备案"),
    )
    assert "已备案" in page.text
    kinds = [link.split("/")[3].split("?")[0] for link in page.links if link.startswith(f"/papers/{no}/")]
    assert "record_receipt" in kinds
    assert "decision_granted" not in kinds
