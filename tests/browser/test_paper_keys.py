"""Paper by keys in a real Chromium: an emergency form is entered afterwards, and paper moves to a department."""

import importlib.util
import re
import subprocess
from datetime import datetime
from pathlib import Path

import pytest
from playwright.sync_api import expect

from appliance.clock import SHANGHAI
from appliance.services.fallback import numbers_of

spec = importlib.util.spec_from_file_location("road", Path(__file__).parent / "road.py")
road = importlib.util.module_from_spec(spec)
spec.loader.exec_module(road)

pytestmark = pytest.mark.browser


def menu(person, href):
    """Go from the start page to an entry of the menu, by Tab and Enter."""
    person.page.goto(f"{person.address}/")
    person.tab_to(f'nav.menu a[href="{href}"]')
    person.press("Enter")
    person.page.wait_for_url(f"**{href}")


def moment(person, name, when):
    """Type a day and a minute; the browser's language says in which order, and whether it counts to twelve."""
    person.tab_to(f'[name="{name}"]')
    day, half = (f"{when:%m%d}", f"{when:%Y}"), "a" if when.hour < 12 else "p"
    for parts in (
        (*day, "Tab", f"{when:%I%M}", half),
        (*reversed(day), "Tab", f"{when:%H%M}"),
    ):
        person.tab_to(f'[name="{name}"]')
        person.press("ArrowLeft", "ArrowLeft", "ArrowLeft", "ArrowLeft", "ArrowLeft", "ArrowLeft")
        for part in parts:
            person.press(part) if part == "Tab" else person.type(part)
        if person.page.input_value(f'[name="{name}"]') == f"{when:%Y-%m-%dT%H:%M}":
            return
    message = f"{when} cannot be typed into {name}"
    raise AssertionError(message)


def declare(clerk, began, ended):
    """The power was away from one minute to another; told afterwards."""
    moment(clerk, "began_at", began)
    road.choose(clerk, "cause", 1)
    clerk.tab_to('form[action="/fallback/begin"] button')
    clerk.press("Enter")
    clerk.page.wait_for_selector('form[action="/fallback/end"]')
    moment(clerk, "ended_at", ended)
    clerk.tab_to('form[action="/fallback/end"] button')
    clerk.press("Enter")
    clerk.page.wait_for_selector('form[action="/fallback/begin"]')


def second_sheet(page):
    """The number on the second sheet of the newest pad."""
    words = page.locator("form[action='/fallback/pads'] ul li").first.inner_text()
    count, first = int(re.search(r"(\d+) 张", words)[1]), re.search(r"P[0-9A-Z-]+", words)[0]
    return numbers_of(first, count)[1]


def printed_text(page, address):
    """Read what stands on a paper, without its blanks."""
    answer = page.request.get(address)
    assert answer.ok
    words = subprocess.run(["pdftotext", "-", "-"], input=answer.body(), check=True, capture_output=True).stdout
    return "".join(words.decode().split())


@pytest.mark.conformance("5.2.2.1.2")
def test_an_emergency_form_is_entered_and_compared_by_keys(person):
    clerk = person("W0312", window="03")
    menu(clerk, "/fallback")
    clerk.tab_to('form[action="/fallback/pads"] button')
    clerk.press("Enter")
    clerk.page.wait_for_selector("form[action='/fallback/pads'] li a")
    sheet = second_sheet(clerk.page)
    written = datetime.now(SHANGHAI)
    declare(clerk, written, written)
    clerk.press("Alt+1")
    clerk.type(sheet, "Tab")
    moment(clerk, "written_at", written)
    road.fill(clerk, "taken_by", "W0313")
    clerk.tab_to('select[name="item"]')
    clerk.type("spjyxkzhfxb")
    expect(clerk.page.locator('select[name="item"] option:checked')).to_contain_text("食品经营许可证核发（新办）")
    clerk.press("Control+Enter")
    clerk.page.wait_for_url("**/intake/*-*")
    expect(clerk.page.locator("main")).to_contain_text("应急收件单（补录）")
    no = road.form_to_receipt(clerk)
    expect(clerk.page.locator("main")).to_contain_text("补录")
    slip = printed_text(clerk.page, f"{clerk.address}/papers/{no}/intake_receipt/file.pdf")
    assert f"{written:%Y年%-m月%-d日}{written:%H:%M}" in slip
    assert sheet in slip
    clerk.page.goto(f"{clerk.address}/papers/{no}/intake_receipt")
    clerk.page.wait_for_selector("img.sheet")
    clerk.page.evaluate("window.print = () => document.body.setAttribute('data-printed', '1')")
    clerk.press("p")
    clerk.page.wait_for_selector("body[data-printed]", state="attached")

    second = person("W0313", window="04")
    menu(second, "/fallback")
    second.tab_to(f'a[href="/fallback/{no}"]')
    second.press("Enter")
    second.page.wait_for_url(f"**/fallback/{no}")
    for told in (sheet, f"{written:%Y-%m-%d %H:%M}", "W0313", "W0312"):
        expect(second.page.locator("main")).to_contain_text(told)
    second.press("Alt+y", "Control+Enter")
    second.page.wait_for_url(re.compile(rf"/cases/{no}|/fallback$"))
    second.page.goto(f"{second.address}/cases/{no}")
    expect(second.page.locator("main")).to_contain_text("补录")
    expect(second.page.locator("main")).to_contain_text(f"应急收件单 {sheet}")
    expect(second.page.locator("main")).not_to_contain_text("待复核")


@pytest.mark.conformance("5.2.2.1.2")
def test_paper_goes_to_the_department_and_is_signed_for_by_keys(person):
    clerk = person("W0312", window="03")
    no = road.intake(clerk, "A311")
    clerk.page.goto(f"{clerk.address}/cases/{no}")
    clerk.tab_to(f'a[href="/cases/{no}/handover"]')
    clerk.press("Enter")
    clerk.page.wait_for_url(f"**/cases/{no}/handover")
    clerk.press("Tab")
    clerk.type("送部门审查")
    clerk.press("Alt+1", "Control+Enter")
    clerk.page.wait_for_url(f"**/papers/{no}/transfer_list*")
    clerk.page.wait_for_selector("img.sheet")
    clerk.page.evaluate("window.print = () => document.body.setAttribute('data-printed', '1')")
    clerk.press("p")
    clerk.page.wait_for_selector("body[data-printed]", state="attached")

    handler = person("C1001")
    menu(handler, "/handovers")
    handler.tab_to(f'a[href="/handovers/{no}/1"]')
    handler.press("Enter")
    handler.page.wait_for_url(f"**/handovers/{no}/1")
    expect(handler.page.locator("main")).to_contain_text("送部门审查")
    handler.press("Alt+y", "Control+Enter")
    handler.page.wait_for_url("**/handovers")
    expect(handler.page.locator("main")).not_to_contain_text("没有签收过")
    clerk.page.goto(f"{clerk.address}/handovers")
    expect(clerk.page.locator(f'a[href^="/papers/{no}/transfer_list"]')).to_be_visible()
    menu(clerk, "/handovers")
