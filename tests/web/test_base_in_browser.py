"""The base in a real Chromium: keys only, the lock over an untouched form, no violation of the policy."""

import socket
import threading
import time

import pytest
import uvicorn
from playwright.sync_api import expect, sync_playwright

from web import guards
from web.routes import ACCOUNT, Route

ROUTES = (*ACCOUNT, Route("GET", "/", "web.pages.home:show", guards.SIGNED_IN))


@pytest.fixture
def address(hall):
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(hall.app(ROUTES), log_level="error", lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    server.should_exit = True
    thread.join(10)
    listener.close()


@pytest.mark.browser
def test_keys_only_lock_and_policy(address):
    problems = []
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1366, "height": 768})
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("console", lambda line: problems.append(line.text) if "Content Security" in line.text else None)
        page.goto(f"{address}/login")
        for text in ("W0312", "correct horse 9"):
            page.keyboard.type(text)
            page.keyboard.press("Enter")
        page.keyboard.type("03")
        page.keyboard.press("Control+Enter")
        page.wait_for_url(f"{address}/")
        page.goto(f"{address}/account/password")
        page.fill("#f-new", "half typed")
        page.keyboard.press("F12")
        expect(page.locator("dialog.curtain[open]")).to_be_visible()
        page.keyboard.press("Escape")
        expect(page.locator("dialog.curtain[open]")).to_be_visible()
        page.keyboard.type("wrong")
        page.keyboard.press("Enter")
        expect(page.locator("#e-password")).to_contain_text("还可以试 4 次")
        page.keyboard.type("correct horse 9")
        page.keyboard.press("Enter")
        expect(page.locator("dialog")).to_have_count(0)
        assert page.input_value("#f-new") == "half typed"
        page.evaluate("htmx.config.allowEval && (() => { throw new Error('eval allowed') })()")
        browser.close()
    assert problems == []
