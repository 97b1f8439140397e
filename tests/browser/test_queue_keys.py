"""排队叫号 by keys in a real Chromium: from the terminal to the finish; the case carries the number."""

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


@pytest.mark.browser
@pytest.mark.conformance("5.2.2.1.1", "4.3.2")
def test_from_the_terminal_to_the_finish_by_keys_and_the_case_carries_the_number(house, person):
    visitor = person("")
    visitor.page.goto(f"{visitor.address}/kiosk")
    visitor.tab_to('a[href="/kiosk/ticket"]')
    visitor.press("Enter")
    visitor.page.wait_for_url("**/kiosk/ticket")
    assert axe.examine(visitor.page, set()) == []
    visitor.tab_to('button[value="social"]')
    visitor.press("Enter")
    ticket = visitor.page.text_content(".taken .no")
    assert ticket.startswith("D")
    assert axe.examine(visitor.page, set()) == []

    wall = person("")
    wall.page.goto(f"{wall.address}/screen")
    wall.page.evaluate("document.addEventListener('hall:called', (e) => { document.body.dataset.said = e.detail; })")
    expect(wall.page.locator("[data-live]")).to_contain_text("实时")

    clerk = person("W0312", window="06")
    clerk.press("Alt+q")
    clerk.page.wait_for_url("**/queue")
    for one in ("general", "business", "construction"):  # other tests of this house draw for those
        clerk.tab_to(f'input[name="business"][value="{one}"]')
        clerk.press("Space")
    clerk.tab_to('button[name="state"][value="open"]')
    clerk.press("Enter")
    clerk.page.wait_for_selector("text=06 号窗口 · 开放")
    clerk.press("F8")
    clerk.page.wait_for_selector(f".called >> text={ticket}")
    assert axe.examine(clerk.page, set()) == []
    expect(wall.page.locator(".calls tr.first")).to_contain_text(ticket)
    expect(wall.page.locator(".calls tr.first")).to_contain_text("6 号窗口")
    wall.page.wait_for_selector("body[data-said*='到 6 号窗口办理']", state="attached")
    assert axe.examine(wall.page, set()) == []
    clerk.press("F9")
    clerk.page.wait_for_selector("text=重呼 1 / 3 次")

    clerk.press("F4")
    clerk.page.wait_for_url(f"**/intake?ticket={ticket}")
    clerk.type("spjy")
    expect(clerk.page.locator("#items [data-item]")).to_have_count(3)
    clerk.press("Enter")
    clerk.page.wait_for_url("**/intake/*-*")
    no = road.form_to_receipt(clerk)
    clerk.page.goto(f"{clerk.address}/cases/{no}")
    assert f"票号 {ticket}" in clerk.page.text_content("main")

    clerk.press("Alt+q")
    clerk.page.wait_for_selector(f"a[href='/cases/{no}']")
    assert clerk.page.is_checked('input[name="outcome"][value="case"]')
    clerk.press("F8")
    clerk.page.wait_for_selector("text=现在没有人等候本窗口的业务")
    expect(wall.page.locator("#screen")).not_to_contain_text(ticket)


@pytest.mark.browser
def test_the_screen_says_when_it_heard_nothing_for_half_a_minute(house, person):
    wall = person("")
    wall.page.clock.install()
    wall.page.goto(f"{wall.address}/screen")
    expect(wall.page.locator("[data-live]")).to_contain_text("实时")
    wall.page.route("**/screen/stream", lambda route: route.abort())
    wall.page.context.set_offline(True)
    wall.page.clock.run_for(25_000)
    wall.page.clock.run_for(45_000)
    expect(wall.page.locator("[data-stale]")).to_contain_text("数据已过期")
