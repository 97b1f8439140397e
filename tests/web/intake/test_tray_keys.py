"""Enter puts one scan of the tray after the other to the materials, in a real Chromium."""

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
        expect(page.locator("#materials h2")).to_contain_text("托盘中 2 个文件")
        page.keyboard.press("Alt+3")
        page.keyboard.press("Enter")
        expect(page.locator("#materials h2")).to_contain_text("1 / 6 已收")
        expect(page.locator("#current")).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.locator("#materials h2")).to_contain_text("2 / 6 已收")
        expect(page.locator('[name="material.application"]')).to_have_value("original")
        browser.close()
