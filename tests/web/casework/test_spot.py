"""即办 on one screen: what a handler takes in, checks and decides at once, and the delegation that lets him (T33)."""

import asyncio

import pytest

from appliance.domain.item_terms import HandlingType
from appliance.domain.states import State
from appliance.projections import cases
from appliance.services.timeline import timeline

FORM = {
    "main_business": "餐饮服务经营者", "business_items": "热食类食品制售", "premises": "示范区示范路1号",
    "domicile": "示范区示范路1号", "floor_area": "80", "employees": "5", "principal_name": "示例·经营者",
    "principal_id": "420102190001010013", "safety_manager": "李安全", "online_trade": "no", "contact_name": "张三丰",
    "contact_phone": "13800000000", "by_agent": "no",
}  # fmt: skip
APPLICANT = {
    "kind": "self_employed", "name": "示范小吃店（示例）", "id_number": "92420199MADEM002XC", "phone": "13800000000",
    "representative": "示例·经营者", "representative_id": "420102190001010013",
}  # fmt: skip
CHAIN = [
    "case.received", "case.assigned", "case.pre_reviewed", "case.accepted", "case.step_started", "case.opinion_given",
    "case.step_started",
]  # fmt: skip
DECIDED = ["case.opinion_given", "case.granted", "licence.issued", "case.result_produced"]


def walk(hall, login, action):
    async def run():
        async with hall.as_(login) as person:
            return await action(person)

    return asyncio.run(run())


def opening(path):
    return lambda person: person.open(path)


@pytest.fixture
def instant(desk_hall):
    """A hall whose food item is decided on the spot: handled, then decided."""
    steps = tuple(step for step in desk_hall.item.steps if step.code != "review")
    desk_hall.change_item(project_type=HandlingType.INSTANT, steps=steps)
    return desk_hall


def giving(hall, **typed):
    typed = {"handler": "C1001", "items": hall.item.catalog_code, "until": "2027-06-30"} | typed
    return lambda person: person.fill("/delegations", "/delegations", **typed)


def whole(hall, **typed):
    fields = {f"applicant.{name}": value for name, value in APPLICANT.items()}
    fields |= {f"form.{name}": value for name, value in FORM.items()}
    fields |= {f"material.{one.code}": "original" for one in hall.materials()}
    return {"ticket": "A047", "channel": "window", "spot.checked": "1", **fields, **typed}


def spotting(hall, **typed):
    """From the item list to the answer of the one screen, as one person."""

    async def act(person):
        page = await person.open("/intake")
        fields = {**page.fields("/intake"), "ticket": "A047", "item": hall.item.catalog_code}
        answer = await person.client.post("/intake", data=fields)
        here = answer.url.path
        page = type(page)(answer)
        sent = {**page.fields(f"{here}/spot"), **whole(hall, **typed)}
        answer = await person.client.post(f"{here}/spot", data={k: v for k, v in sent.items() if v is not None})
        return type(page)(answer), answer.url.path

    return act


def test_under_a_delegation_one_screen_leads_from_the_search_to_the_printed_licence(instant):
    page = walk(instant, "A3001", giving(instant))
    assert "陈办 C1001" in page.text
    page, path = walk(instant, "C1001", spotting(instant))
    assert path.endswith("/spot")
    no = path.split("/")[2]
    case = instant.case(no)
    assert [line.type for line in timeline(instant.store, case)] == CHAIN + DECIDED
    assert (case.state, case.ticket, case.decision.by) == (State.RESULT_READY, "A047", "C1001")
    assert "data-print-key" in page.html
    assert "data:image/svg+xml;base64," in page.html
    kinds = {link.split("/")[3].split("?")[0] for link in page.links if link.startswith(f"/papers/{no}/")}
    assert {"intake_receipt", "acceptance_receipt", "decision_granted", "licence"} <= kinds
    # Handed over by the same hand: T33 ends with T27.
    collector = {"relation": "representative", "collector_name": APPLICANT["representative"]}
    collector |= {"collector_id": APPLICANT["representative_id"], "identity_checked": "1"}
    action = f"/issuance/{no}/hand-over"
    page = walk(instant, "C1001", lambda person: person.fill(f"/issuance/{no}", action, **collector))
    assert instant.case(no).state is State.CLOSED
    assert "办下一件" in walk(instant, "C1001", opening(f"/cases/{no}/spot")).text


def test_without_one_the_screen_waits_for_the_approver_and_then_shows_the_result(instant):
    page, path = walk(instant, "C1001", spotting(instant))
    no = path.split("/")[2]
    case = instant.case(no)
    assert [line.type for line in timeline(instant.store, case)] == CHAIN
    assert "等批准人决定" in page.text
    assert f'hx-get="/cases/{no}/spot" hx-trigger="every 5s"' in page.html
    instant.grant(no)
    page = walk(instant, "C1001", opening(f"/cases/{no}/spot"))
    assert "批准人已作出决定，请制证" in page.text
    assert "every 5s" not in page.html


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ({"spot.checked": None}, "请逐份核对审查要点后勾选"),
        ({"material.layout": ""}, "还缺“"),
        ({"spot.opinion": "好"}, "审批意见"),
        ({"applicant.id_number": "92420199MADEM002XD"}, "应为“C”"),
    ],
)
def test_whatever_is_wrong_stands_at_its_field_and_nothing_is_received(instant, typed, text):
    walk(instant, "A3001", giving(instant))
    page, _ = walk(instant, "C1001", spotting(instant, **typed))
    assert page.status == 422
    assert text in page.text
    assert 'value="示范小吃店（示例）"' in page.html
    assert cases.by_state(instant.desk.reader(), None) == []


def test_a_handler_finds_only_his_departments_instant_items(instant):
    codes = ["420700002000", instant.item.catalog_code]
    page = walk(instant, "C1001", opening("/intake"))
    assert sorted(
        one.catalog_code for one in instant.catalogue if f'value="{one.catalog_code}"' in page.html
    ) == sorted(codes)
    page = walk(
        instant,
        "C1001",
        lambda person: person.fill("/intake", "/intake", ticket="A047", item="420100003000"),
    )
    assert "承办人只收本部门的即办件" in page.text
    page = walk(instant, "W0312", opening("/intake"))
    assert 'value="420100003000"' in page.html  # the control: the window takes everything in


def test_a_newer_version_of_the_item_shows_both_and_receives_nothing(instant):
    async def act(person):
        page = await person.open("/intake")
        fields = {**page.fields("/intake"), "ticket": "A047", "item": instant.item.catalog_code}
        here = (await person.client.post("/intake", data=fields)).url.path
        page = await person.open(here)
        instant.change_item(task_name="食品经营许可证核发（改）")
        sent = {**page.fields(f"{here}/spot"), **whole(instant)}
        page = await person.post(f"{here}/spot", sent)
        again = await person.send(page, f"{here}/renew")
        return page, again

    page, again = walk(instant, "C1001", act)
    assert page.status == 409
    assert cases.by_state(instant.desk.reader(), None) == []
    assert "收件并当场办理" in again.text
    assert 'value="示范小吃店（示例）"' in again.html


def test_the_window_never_decides(instant):
    async def act(person):
        page = await person.open("/intake")
        answer = await person.client.post("/intake/x/spot", data=page.fields("/intake"))
        return answer.status_code

    assert walk(instant, "W0312", act) == 403


def test_what_the_window_took_in_is_finished_from_the_pre_review(instant):
    walk(instant, "A3001", giving(instant))
    no = instant.bring("taken")

    async def act(person):
        page = await person.open(f"/prereview/{no}")
        fields = page.fields(f"/prereview/{no}")
        passed = {name.replace("reason.", "verdict."): "pass" for name in fields if name.startswith("reason.")}
        return await person.post(f"/prereview/{no}", {**fields, **passed, "then": "spot"})

    page = walk(instant, "C1001", act)
    assert "已当场办结" in page.text
    assert instant.case(no).state is State.RESULT_READY


def test_an_ordinary_item_offers_no_shortcut(desk_hall):
    no = desk_hall.bring("taken")
    assert 'value="spot"' not in walk(desk_hall, "C1001", opening(f"/prereview/{no}")).html


def test_a_delegation_is_given_and_taken_back_on_its_page(instant):
    page = walk(instant, "A3001", giving(instant, until="2029-01-01"))
    assert page.status == 422
    assert "最长一年" in page.text
    assert f'value="{instant.item.catalog_code}" checked' in page.html
    walk(instant, "A3001", giving(instant))
    page = walk(instant, "C1001", opening("/delegations"))
    assert "有效" in page.text
    assert "签名授权" not in page.text
    assert walk(instant, "C1001", lambda person: person.post("/delegations", {})).status == 403
    page = walk(instant, "A3001", lambda person: person.fill("/delegations", "/delegations/revoke"))
    assert "已撤销" in page.text
    assert walk(instant, "C1001", spotting(instant))[0].status == 200
    assert [row.state for row in cases.by_state(instant.desk.reader(), None)] == [State.IN_REVIEW]
