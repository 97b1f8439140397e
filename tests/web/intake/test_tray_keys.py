"""The intake form by keys in a real Chromium: the tray, typing on while a part redraws, a session that ended."""

import socket
import threading
import time

import pytest
import uvicorn
from playwright.sync_api import expect, sync_playwright

from appliance.services.tray import AddToTray, add


@pytest.fixture
def address(application):
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(application, log_level="error", lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    server.should_exit = True
    thread.join(10)
    listener.close()


def open_form(page, address):
    page.goto(f"{address}/login")
    for text in ("W0312", "correct horse 9"):
        page.keyboard.type(text)
        page.keyboard.press("Enter")
    page.keyboard.type("03")
    page.keyboard.press("Control+Enter")
    page.wait_for_url(f"{address}/")
    page.goto(f"{address}/intake")
    page.keyboard.type("a102")
    page.keyboard.press("Enter")
    page.keyboard.type("spjy")
    expect(page.locator("[data-item]")).to_have_count(1)
    page.keyboard.press("Enter")
    page.wait_for_url("**/intake/*-*")


@pytest.mark.browser
def test_enter_puts_one_scan_after_the_other(address, desk, hall, picture):
    folder = desk.store.directory / "scan" / "03"
    folder.mkdir(parents=True)
    for shade in (10, 20):
        (folder / f"{shade}.png").write_bytes(picture(shade))
        add(desk.store, desk.facts.hall, hall.clock, AddToTray(window="03", name=f"{shade}.png"))
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1366, "height": 768})
        open_form(page, address)
        expect(page.locator("#materials h2")).to_contain_text("托盘中 2 个文件")
        page.keyboard.press("Alt+3")
        page.keyboard.press("Enter")
        expect(page.locator("#materials h2")).to_contain_text("1 / 6 已收")
        expect(page.locator("#current")).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.locator("#materials h2")).to_contain_text("2 / 6 已收")
        expect(page.locator('[name="material.application"]')).to_have_value("original")
        browser.close()


@pytest.mark.browser
def test_what_is_typed_while_the_checklist_redraws_stays_and_so_does_the_place(address):
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1366, "height": 768})
        open_form(page, address)
        expect(page.locator('[name="form.main_business"]')).to_be_focused()
        held = []
        page.route("**/materials", lambda route: held.append(route))  # noqa: PLW0108 - playwright needs a function
        page.focus('[name="material.application"]')
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Tab")
        page.keyboard.press("Tab")
        page.keyboard.type("7")
        page.wait_for_timeout(100)
        assert len(held) == 1
        held[0].continue_()
        expect(page.locator("#materials h2")).to_contain_text("1 / 6 已收")
        expect(page.locator('[name="pages.application"]')).to_have_value("7")
        expect(page.locator('[name="pages.application"]')).to_be_focused()
        browser.close()


@pytest.mark.browser
def test_a_lost_session_asks_only_for_the_password_and_takes_it_at_once(address):
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1366, "height": 768})
        open_form(page, address)
        for cookie in page.context.cookies():
            if cookie["name"] not in {"hall_login", "hall_window"}:
                page.context.clear_cookies(name=cookie["name"])
        # Several answers say at the same time that the session is gone; the first one's dialog has to stay good.
        page.evaluate("for (const _ of [1, 2, 3]) fetch('/frame/link', { headers: { 'HX-Request': 'true' } })")
        page.fill('[name="applicant.name"]', "示例·某")
        page.keyboard.press("Tab")
        expect(page.locator("#dialogs [name=password]")).to_be_focused()
        expect(page.locator("#dialogs [name=login]")).to_have_value("W0312")
        page.wait_for_timeout(1500)
        page.keyboard.type("correct horse 9")
        page.keyboard.press("Enter")
        expect(page.locator("dialog")).to_have_count(0)
        assert page.input_value('[name="applicant.name"]') == "示例·某"
        browser.close()
