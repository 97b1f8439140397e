"""即办 by keys in a real Chromium: the approver's delegation, then one screen from search to printed licence."""

import importlib.util
from pathlib import Path

import pytest
from playwright.sync_api import expect


def helper(name):
    spec = importlib.util.spec_from_file_location(name, Path(__file__).parent / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


axe, road = helper("axe"), helper("road")

ANSWERS = {
    "applicant.name": "欧阳·𠮷祥",
    "applicant.id_number": "420102190001010013",
    "applicant.phone": "13800000000",
    "form.trade_name": "示范小卖部（示例）",
    "form.premises": "示范区示范路1号",
    "form.business_scope": "日用百货零售（示例）",
    "form.employees": "2",
    "form.contact_name": "欧阳·𠮷祥",
    "form.contact_phone": "13800000000",
}


@pytest.mark.browser
@pytest.mark.conformance("4.2.3.2")
def test_from_search_to_printed_licence_on_one_screen_by_keys(house, person):
    approver = person("A3001")
    approver.page.goto(f"{approver.address}/delegations")
    approver.tab_to('[name="handler"]')
    approver.press("ArrowDown")
    road.date(approver, "until", "2027-06-30")
    approver.press("Alt+1", "Control+Enter")
    approver.page.wait_for_selector("text=有效")

    handler = person("C1001", window="05")
    handler.page.goto(f"{handler.address}/intake")
    handler.type("b012", "Enter")
    handler.type("gtgsh")
    expect(handler.page.locator("[data-item]")).to_have_count(1)
    handler.press("Enter")
    handler.page.wait_for_url("**/intake/*-*")
    screen = handler.page.url
    road.choose(handler, "form.composition", 1)
    road.choose(handler, "form.premises_right", 1)
    road.answer(handler, "form.by_agent", 1)
    for name, text in ANSWERS.items():
        road.fill(handler, name, text)
    for code in ("application", "operator_id", "premises"):
        handler.tab_to(f'[name="material.{code}"]')
        handler.press("ArrowDown")
        handler.page.wait_for_selector(f'[name="material.{code}"][data-got]')
    handler.press("Alt+y", "Control+Enter")
    handler.page.wait_for_url("**/cases/*/spot")
    assert screen != handler.page.url
    handler.page.wait_for_selector("img.sheet")
    assert axe.examine(handler.page, set()) == []
    handler.page.evaluate("window.print = () => document.body.setAttribute('data-printed', '1')")
    handler.press("p")
    handler.page.wait_for_selector("body[data-printed]", state="attached")
    no = handler.page.url.split("/")[-2]
    handler.press("Control+Enter")
    handler.page.wait_for_url(f"**/issuance/{no}")
    handler.tab_to('[name="relation"]')
    handler.press("Space")
    road.fill(handler, "collector_name", "欧阳·𠮷祥")
    road.fill(handler, "collector_id", "420102190001010013")
    handler.press("Alt+y", "Control+Enter")
    handler.page.wait_for_selector("text=已发件，这一件办结")
